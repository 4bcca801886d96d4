"""What the streams say: a client that starts with a state and applies the events has the new state."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.feed.actor import Actor
from clutch.feed.streams import heads_of, read_after, shop_stream, user_stream
from orders import actions
from orders.actions.payment_timeout import time_out_payment
from orders.enums import LIVE_QUOTE
from orders.models import CardPayment, Order, Quote
from orders.tests.acts import PADS, accept, api, as_member, as_user, ask, offers_for, quote
from shops.actions.standing import reopen_shop, suspend_shop
from shops.models import Member, Shop
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db

State = dict[str, Any]


class Phone:
    """The customer's app: orders with their status, window, and quotes."""

    def __init__(self, user: Any) -> None:
        self.user, self.stream = user, user_stream(user.pk)
        self.head = heads_of([self.stream])[self.stream]
        self.state = self.fetch()

    def fetch(self) -> State:
        """What the API says now."""
        rows = api(self.user).get(f"/api/v1/auto-parts-orders/user/{self.user.pk}").json()["results"]
        return {
            row["orderId"]: {
                "status": row["status"],
                "selected": row["selectedQuote"],
                "revision": row["revision"],
                "closes": parse_datetime(row["quotesCloseAt"]),
                "quotes": {
                    each["quoteId"]: {
                        "total": each["totalPrice"],
                        "minutes": each["estimatedDeliveryMinutes"],
                        "parts": (each["availableParts"], each["missingParts"]),
                        "shop": each["shopName"],
                        "active": each["shopIsActive"],
                        "status": "live" if each["status"] in LIVE_QUOTE else each["status"],
                    }
                    for each in row["quotes"]
                },
            }
            for row in rows
        }

    def apply(self, kind: str, data: State) -> None:
        """One event."""
        if "orderId" not in data:
            return
        order = self.state[data["orderId"]]
        quotes = order["quotes"]
        if kind in ("new-quote", "quote-updated"):
            quotes[data["quoteId"]] = {
                "total": data["totalPrice"],
                "minutes": data["estimatedDelivery"],
                "parts": (data["availableParts"], data["missingParts"]),
                "shop": data["shopName"],
                "active": data.get("shopIsActive", True),
                "status": "live",
            }
        elif kind in ("quote-withdrawn", "quote-expired"):
            quotes[data["quoteId"]]["status"] = kind.removeprefix("quote-")
        elif kind == "order-changed":
            order.update(revision=data["revision"], closes=_seconds(data["quotesCloseAt"]))
        elif kind == "order-status-update":
            order.update(status=data["status"], selected=data.get("selectedQuote"))
            for quote_id, each in quotes.items():
                if data["status"] in ("accepted", "cancelled") and each["status"] == "live":
                    each["status"] = "accepted" if quote_id == order["selected"] else "lost"


class Desk:
    """The shop's page: requests it was asked for, and how its quotes stand."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.stream = shop, shop_stream(shop.pk)
        self.head = heads_of([self.stream])[self.stream]
        self.state = self.fetch()

    def fetch(self) -> State:
        """What the API says now."""
        rows = api(shop_user(self.shop)).get("/api/v1/shop-requests").json()["results"]
        return {
            row["orderId"]: {
                "state": row["state"],
                "declined": row["status"] == "declined",
                "vehicle": {name: row["vehicle"][name] for name in ("make", "model", "year", "vin")},
                "parts": [(part["partId"], part["name"], part["quantity"]) for part in row["parts"]],
                "district": row["district"],
                "priority": row["priority"],
                "minutes": row["estimatedDeliveryMinutes"],
                "until": _seconds(row["expiresAt"]),
                "quote": _shown(row["quote"]),
            }
            for row in rows
        }

    def apply(self, kind: str, data: State) -> None:
        """One event."""
        if kind in ("new-parts-order", "parts-order-amended"):
            row = self.state.setdefault(data["orderId"], {"declined": False, "quote": None})
            row.update(
                state="open",
                vehicle=data["vehicle"],
                parts=[(part["partId"], part["name"], part["quantity"]) for part in data["parts"]],
                district=data["district"],
                priority=data["priority"],
                minutes=data["estimatedDelivery"],
                until=_seconds(data["expiresAt"]),
            )
            return
        if "orderId" not in data:
            return
        row = self.state[data["orderId"]]
        if kind == "quote-sent" and data["status"] == "withdrawn":
            row["quote"] = None
        elif kind == "quote-sent":
            row.update(quote=(data["quoteId"], "live", data["totalPrice"]), declined=False)
        elif kind in ("quote-accepted", "quote-lost", "quote-expired", "quote-reopened"):
            status = kind.removeprefix("quote-").replace("reopened", "live")
            row["quote"] = (data["quoteId"], status, row["quote"][2])
            row["state"] = {"accepted": "won"}.get(status, row["state"])
        elif kind == "invitation-declined":
            row["declined"] = True
        elif kind == "parts-order-closed":
            row["state"] = {"accepted": "taken"}.get(data["reason"], data["reason"])
        elif kind == "order-status-update" and data["status"] == "cancelled":
            row["state"] = "cancelled"


def _seconds(text: str) -> Any:
    found = parse_datetime(text)
    assert found is not None
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def _shown(row: State | None) -> Any:
    if row is None:
        return None
    status = "live" if row["status"] in LIVE_QUOTE else row["status"]
    return row["quoteId"], status, row["totalPrice"]


def shop_user(shop: Shop) -> Any:
    """Somebody of the shop."""
    member = Member.objects.filter(shop=shop).first()
    return member.user if member else MemberFactory(shop=shop).user


def past(order: Order) -> None:
    """Let the window of a request run out."""
    Order.objects.filter(pk=order.pk).update(quotes_close_at=timezone.now())
    order.invitations.update(deadline=timezone.now())


def run_out(given: Quote) -> None:
    """Let a quote run out and sweep it."""
    Quote.objects.filter(pk=given.pk).update(expires_at=timezone.now())
    actions.expire_quote(given.pk, actor=Actor.beat())


def time_out(order: Order, given: Quote) -> None:
    """Accept by card and let the time to pay pass."""
    accept(order, given, payment_method="card")
    Order.objects.filter(pk=order.pk).update(payment_due_at=timezone.now() - timedelta(seconds=1))
    assert time_out_payment(CardPayment.objects.get(order=order).pk, actor=Actor.beat())


def amend(order: Order) -> Order:
    """Ask for one part more."""
    parts: list[Any] = [{"part_id": line.pk, **PADS} for line in order.lines.all()]
    parts.append({**PADS, "name": "Horn"})
    return actions.amend_order(order.pk, parts=parts, actor=as_user(order.customer))


# Each case: what happens after two of three shops have quoted.
CASES: dict[str, Callable[[Order, Quote, Quote], Any]] = {
    "new quote": lambda order, a, b: quote(order, Shop.objects.get(name="Third"), "1.00"),
    "revised": lambda order, a, b: actions.update_quote(
        a.pk, lines=offers_for(order, "5.00"), actor=as_member(a.shop)
    ),
    "withdrawn": lambda order, a, b: actions.withdraw_quote(a.pk, actor=as_member(a.shop)),
    "all withdrawn": lambda order, a, b: [
        actions.withdraw_quote(each.pk, actor=as_member(each.shop)) for each in (a, b)
    ],
    "expired": lambda order, a, b: run_out(a),
    "accepted": lambda order, a, b: accept(order, a),
    "accepted beside an expired one": lambda order, a, b: (
        Quote.objects.filter(pk=b.pk).update(expires_at=timezone.now()),
        accept(order, a),
    ),
    "cancelled": lambda order, a, b: actions.cancel_order(order.pk, actor=as_user(order.customer)),
    "cancelled after acceptance": lambda order, a, b: (
        accept(order, a),
        actions.cancel_order(order.pk, actor=as_user(order.customer)),
    ),
    "amended": lambda order, a, b: amend(order),
    "amended and confirmed": lambda order, a, b: (
        amend(order),
        actions.update_quote(a.pk, lines=offers_for(order, "7.00"), actor=as_member(a.shop)),
    ),
    "extended": lambda order, a, b: actions.extend_window(order.pk, actor=as_user(order.customer)),
    "declined": lambda order, a, b: actions.decline_invitation(
        order.pk,
        shop_id=Shop.objects.get(name="Third").pk,
        reason="too_far",
        actor=as_member(Shop.objects.get(name="Third")),
    ),
    "card not authorised in time": lambda order, a, b: time_out(order, a),
    "shop suspended": lambda order, a, b: suspend_shop(a.shop_id, reason="papers", actor=Actor.beat()),
    "shop suspended and back": lambda order, a, b: (
        suspend_shop(a.shop_id, reason="papers", actor=Actor.beat()),
        reopen_shop(a.shop_id, actor=Actor.staff(StaffFactory())),
    ),
    "next wave": lambda order, a, b: actions.invite_next_wave(order.pk, wave=2, actor=Actor.beat()),
    "another request": lambda order, a, b: ask(UserFactory()),
}


@pytest.mark.parametrize("case", CASES)
def test_state_and_events_give_the_new_state(case: str, settings: Any) -> None:
    """For the customer, for each of three shops, and for a fourth that only the next wave reaches."""
    settings.MATCH_FIRST_WAVE = 3
    shops = [ShopFactory(), ShopFactory(), ShopFactory(name="Third"), ShopFactory(at=(30.10, 31.30))]
    order = ask(UserFactory())
    first, second = quote(order, shops[0]), quote(order, shops[1], "200.00")
    clients: list[Phone | Desk] = [Phone(order.customer), *(Desk(shop) for shop in shops)]
    for client in clients:
        _round(client)
    CASES[case](order, first, second)
    heard = 0
    for client in clients:
        for entry in read_after({client.stream: client.head}):
            client.apply(entry.type, entry.data)
            # Applying an event twice is harmless.
            client.apply(entry.type, entry.data)
            heard += 1
        client_state = client.state
        client.state = client.fetch()
        _round(client)
        assert client_state == client.state
    assert heard > 0


def _round(client: Phone | Desk) -> None:
    """Compare times as the streams carry them: to the millisecond."""
    for row in client.state.values():
        if "closes" in row:
            row["closes"] = row["closes"].replace(microsecond=row["closes"].microsecond // 1000 * 1000)


def test_closing_is_said_to_those_who_have_not_quoted() -> None:
    """The one event that only repeats what the clock says."""
    shops = [ShopFactory(), ShopFactory()]
    order = ask(UserFactory())
    quote(order, shops[0])
    desks = [Desk(shop) for shop in shops]
    past(order)
    actions.close_window(order.pk, actor=Actor.beat())
    for desk in desks:
        for entry in read_after({desk.stream: desk.head}):
            desk.apply(entry.type, entry.data)
    assert [desk.state[str(order.pk)]["state"] for desk in desks] == ["open", "closed"]
    assert [desk.fetch()[str(order.pk)]["state"] for desk in desks] == ["closed", "closed"]


KEYS = {
    "new-parts-order": {
        "orderId", "vehicle", "parts", "district", "estimatedDelivery", "priority", "expiresAt",
    },
    "new-quote": {
        "orderId", "quoteId", "shopName", "totalPrice", "estimatedDelivery", "availableParts", "missingParts",
    },
    "order-status-update": {"orderId", "orderNumber", "status", "timestamp"},
}  # fmt: skip


def test_payloads_are_the_contract() -> None:
    """The names that the apps were promised; a shop never reads an address."""
    shop = ShopFactory()
    order = ask(UserFactory())
    quote(order, shop)
    streams = {shop_stream(shop.pk): 0, user_stream(order.customer_id): 0}
    entries = [entry for entry in read_after(streams) if entry.type in KEYS]
    assert {entry.type for entry in entries} == set(KEYS)
    for entry in entries:
        assert set(entry.data) == KEYS[entry.type]
        assert order.address not in str(entry.data)
        assert "latitude" not in str(entry.data)
