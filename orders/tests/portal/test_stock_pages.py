"""What the shop's pages say of its own stock: drafts, quotes, picking, the rule for quotes."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clutch.accounts.tests.factories import UserFactory
from clutch.feed.actor import Actor
from inventory.models import Part, StockPolicy
from inventory.tests.factories import BinFactory, PartFactory, received
from orders import actions
from orders.models import Order, Quote, QuoteLine
from orders.tests.acts import FILTER, PADS, accept, ask, offers_for, quote
from orders.tests.portal.conftest import People
from orders.tests.portal.forms import quote_form
from shops.enums import Role

pytestmark = pytest.mark.django_db

HANDLING = (Role.OWNER, Role.MANAGER, Role.CASHIER, Role.STOREKEEPER)


@pytest.fixture
def pads(people: People) -> Part:
    """Three sets in bin A-1."""
    shelf = BinFactory(shop=people.shop, code="A-1")
    part = PartFactory(shop=people.shop, number="58101-1RA00", default_bin=shelf)
    received(part, 3, Decimal(500), bin_id=shelf.pk)
    return part


def drafted(people: People, **changes: Any) -> Order:
    """A request for pads, with the draft that the job makes."""
    order = ask(UserFactory(), parts=[{**PADS, **changes}])
    actions.answer_invitation(order.invitations.get(shop=people.shop).pk, actor=Actor.beat())
    return order


def sold(people: People, part: Part, quantity: int = 1) -> Order:
    order = ask(UserFactory(), parts=[{**PADS, "quantity": quantity}, FILTER])
    lines = offers_for(order)
    lines[0]["stock_part_id"] = part.pk
    return accept(order, quote(order, people.shop, lines=lines))


def shown(client: Client, path: str) -> str:
    """A page's text with single spaces."""
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_card_and_form_say_what_is_in_stock(people: People, owner: Client, pads: Part) -> None:
    order = drafted(people)
    card = shown(owner, "/portal/requests")
    assert "Quote prepared from your stock" in card
    assert "Your part 58101-1RA00, the number asked for." in card
    assert '<span class="status good">3 in stock</span>' in card
    form = shown(owner, f"/portal/requests/{order.number}")
    assert "Filled from your stock." in form
    assert f'value="{pads.pk}"' in form
    assert '<span class="status good">3 in stock</span>' in form


@pytest.mark.parametrize(
    ("quantity", "text"),
    [(3, "good"), (4, "warn")],
)
def test_too_few_are_shown_in_another_tone(
    people: People, owner: Client, pads: Part, quantity: int, text: str
) -> None:
    drafted(people, quantity=quantity)
    assert f'<span class="status {text}">3 in stock</span>' in shown(owner, "/portal/requests")


def test_what_others_hold_is_not_free_and_nothing_is_none(people: People, owner: Client, pads: Part) -> None:
    other = ask(UserFactory(), parts=[{**PADS, "quantity": 2}])
    quote(other, people.shop, lines=offers_for(other, stock_part_id=pads.pk))
    drafted(people)
    PartFactory(shop=people.shop, number="N-1")
    drafted(people, part_number="N-1")
    page = shown(owner, "/portal/requests")
    assert '<span class="status good">3 in stock, 1 free</span>' in page
    assert '<span class="status bad">none in stock</span>' in page


def test_queue_costs_the_same_for_one_stocked_draft_as_for_three(
    people: People, owner: Client, pads: Part
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            shown(owner, "/portal/requests")
        return len(seen)

    drafted(people)
    cost()
    one = cost()
    for n in range(2):
        PartFactory(shop=people.shop, number=f"N-{n}")
        drafted(people, part_number=f"N-{n}")
    assert cost() == one


def test_form_keeps_the_part_unless_another_number_is_typed(
    people: People, owner: Client, pads: Part
) -> None:
    order = drafted(people)
    fields = {"offer-offer0-stock_part": str(pads.pk), "offer-offer0-part_number": "58101-1RA00"}
    sent = owner.post(f"/portal/requests/{order.number}", quote_form(order, people.shop, **fields))
    assert sent.status_code == 302
    assert QuoteLine.objects.get().stock_part == pads
    assert "from stock" in shown(owner, f"/portal/requests/{order.number}")
    revised = shown(owner, f"/portal/requests/{order.number}?edit=1")
    assert f'value="{pads.pk}"' in revised
    assert "3 in stock, 2 free" in revised
    second = drafted(people)
    fields["offer-offer0-part_number"] = "another"
    owner.post(f"/portal/requests/{second.number}", quote_form(second, people.shop, **fields))
    assert QuoteLine.objects.get(quote__order=second).stock_part is None


def test_quote_of_the_rule_is_shown_as_such_and_a_refusal_with_its_reason(
    people: People, owner: Client, pads: Part
) -> None:
    policy = StockPolicy.objects.create(shop=people.shop, quote_unattended=True, quote_max_total=2000)
    order = drafted(people)
    assert Quote.objects.get().sent_by_rule
    for path in (f"/portal/requests/{order.number}", "/portal/quotes"):
        assert "by your rule for stock" in shown(owner, path)
    policy.quote_max_total = Decimal(10)
    policy.save()
    waiting = drafted(people)
    for path in ("/portal/requests", f"/portal/requests/{waiting.number}"):
        assert "Not sent by itself: above your limit." in shown(owner, path)


# --- picking ---


def test_picking_list_goes_bin_by_bin_and_an_order_by_its_lines(
    people: People, owner: Client, pads: Part
) -> None:
    first = sold(people, pads, 4)
    front = PartFactory(shop=people.shop, default_bin=BinFactory(shop=people.shop, code="0-1"), on_hand=1)
    second = sold(people, front)
    page = shown(owner, "/portal/picking")
    assert page.index(">0-1<") < page.index(">A-1<") < page.index("no bin")
    for text in ("3 on hand", "1 missing", "not from stock", "4 parts to pick", first.number, second.number):
        assert text in page
    alone = shown(owner, f"/portal/orders/{first.number}")
    assert "2 parts to pick" in alone
    assert second.number not in alone
    assert ">A-1<" in shown(owner, f"/portal/orders/{first.number}/slip")


def test_nothing_to_pick_says_so(people: People, owner: Client) -> None:
    assert "Nothing to pick" in shown(owner, "/portal/picking")


def test_scan_checks_off_and_says_what_came_of_it(people: People, owner: Client, pads: Part) -> None:
    order = sold(people, pads, 2)
    htmx: Any = {"headers": {"HX-Request": "true"}}
    said = owner.post("/portal/picking/scan", {"code": "58101-1ra00"}, **htmx).content.decode()
    assert "Front brake pads: 1 of 2." in said
    assert "<html" not in said
    wrong = owner.post("/portal/picking/scan", {"code": "NOPE-1", "order": order.number}, **htmx)
    assert (wrong.status_code, "No order to prepare wants this part." in wrong.content.decode()) == (
        200,
        True,
    )
    assert owner.post("/portal/picking/scan", {"code": "NOPE-1"}).status_code == 409
    row = QuoteLine.objects.get(stock_part=pads)
    to = owner.post(f"/portal/picking/{row.pk}", {"picked": "2", "order": order.number})
    assert to["Location"] == f"/portal/orders/{order.number}"
    assert "1 of 2 ready" in shown(owner, "/portal/orders?view=prepare")
    assert owner.post(f"/portal/picking/{row.pk}", {"picked": "3"}).status_code == 409
    assert "☑" in shown(owner, f"/portal/orders/{order.number}/slip")


def test_picking_costs_the_same_for_one_order_as_for_three(people: People, owner: Client, pads: Part) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            shown(owner, "/portal/picking")
        return len(seen)

    sold(people, pads)
    cost()
    one = cost()
    for _n in range(2):
        sold(people, PartFactory(shop=people.shop, on_hand=1))
    assert cost() == one


@pytest.mark.parametrize("who", [*Role, "other_owner", "customer", "nobody"])
def test_who_may_pick(people: People, as_user: Any, pads: Part, who: str) -> None:
    order = sold(people, pads)
    row = QuoteLine.objects.get(stock_part=pads)
    client = as_user(None if who == "nobody" else people[who])
    seen = client.get(f"/portal/picking?order={order.number}").status_code
    acts = [
        client.post(f"/portal/picking/{row.pk}", {"picked": "1"}).status_code,
        client.post("/portal/picking/scan", {"code": "58101-1RA00", "order": order.number}).status_code,
    ]
    outside = {"nobody": (302, [302, 302]), "customer": (302, [302, 302]), "other_owner": (404, [404, 404])}
    inside = (200, [302, 409] if who in HANDLING else [403, 403])
    assert (seen, acts) == outside.get(who, inside)
    assert list(QuoteLine.objects.order_by("position").values_list("picked", flat=True)) == [
        int(who in HANDLING), 0,
    ]  # fmt: skip


# --- the settings ---


def test_settings_are_saved_and_refused_at_the_field(people: People, owner: Client) -> None:
    page = shown(owner, "/portal/stock-settings")
    assert "Send quotes from stock by themselves" in page
    refused = owner.post("/portal/stock-settings", {"quote_unattended": "on", "version": "1"})
    assert refused.status_code == 422
    assert "Set a limit" in refused.content.decode()
    data = {"quote_unattended": "on", "quote_max_total": "5000", "version": "1"}
    assert owner.post("/portal/stock-settings", data).status_code == 302
    policy = StockPolicy.objects.get()
    assert (policy.quote_unattended, policy.quote_max_total, policy.quote_holds_stock) == (
        True,
        Decimal(5000),
        False,
    )
    # A colleague has saved in between.
    assert owner.post("/portal/stock-settings", {**data, "quote_max_total": "1"}).status_code == 422
    assert StockPolicy.objects.get().quote_max_total == Decimal(5000)


@pytest.mark.parametrize("who", [*Role, "customer", "nobody"])
def test_who_may_open_the_settings(people: People, as_user: Any, who: str) -> None:
    client = as_user(None if who == "nobody" else people[who])
    wanted = 302 if who in ("nobody", "customer") else 200 if who in (Role.OWNER, Role.MANAGER) else 403
    assert client.get("/portal/stock-settings").status_code == wanted
    data = {"allows_negative": "on", "version": "1"}
    assert client.post("/portal/stock-settings", data).status_code == (302 if wanted == 200 else wanted)
    assert StockPolicy.objects.filter(allows_negative=True).exists() == (wanted == 200)
