"""The queue of requests: what it shows, in which order, what it never shows, and its two quick acts."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.feed.actor import Actor
from orders.actions.drafts import make_draft
from orders.enums import InvitationStatus, OrderStatus, QuoteStatus
from orders.models import Invitation, MessageThread, Order, Quote, QuoteDraft
from orders.tests import acts
from orders.tests.factories import (
    InvitationFactory,
    OrderFactory,
    OrderLineFactory,
    QuoteFactory,
    accepted_order,
)
from orders.tests.portal.conftest import People
from shops.enums import ShopStatus
from shops.models import Shop

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def asked(people: People, **fields: Any) -> Invitation:
    """An open request that the shop was asked to quote."""
    invitation = {key: fields.pop(key) for key in ("priority", "deadline", "distance_m") if key in fields}
    order = OrderFactory(status=OrderStatus.SUBMITTED, **fields)
    return InvitationFactory(order=order, shop=people.shop, **invitation)


def numbers(response: Any) -> list[str]:
    """The requests of an answer, in their order."""
    return [ticket.order.number for ticket in response.context["tickets"]]


def test_quote_that_lost_offers_nothing_to_change_and_blames_no_colleague(
    owner: Client, people: People
) -> None:
    order = acts.ask(people["customer"])
    mine, other = acts.quote(order, people.shop), acts.quote(order, people.other_shop)
    before = owner.get(f"/portal/requests/{order.number}")
    acts.accept(order, other)
    seen = {"quote": before.context["shown_quote"], "revision": "1"}
    state = owner.get(f"/portal/requests/{order.number}/state", seen, headers=HTMX).content.decode()
    assert "The customer took another shop" in state
    assert "colleague" not in state
    sent = owner.get(f"/portal/requests/{order.number}", headers=HTMX).content.decode()
    assert 'id="sent"' in sent
    assert "<html" not in sent
    mine.refresh_from_db()
    assert mine.get_status_display() in sent
    assert "Change the quote" not in sent


def test_queue_comes_by_priority_then_by_time_left(owner: Client, people: People) -> None:
    soon = timezone.now() + timedelta(minutes=20)
    later, first, sooner = asked(people), asked(people, priority=90), asked(people, deadline=soon)
    assert numbers(owner.get("/portal/requests")) == [i.order.number for i in (first, sooner, later)]


def test_views_hold_what_they_say(owner: Client, people: People) -> None:
    new, closed = asked(people), asked(people, deadline=timezone.now() - timedelta(seconds=1))
    quoted = QuoteFactory(shop=people.shop).order
    declined = asked(people)
    Invitation.objects.filter(pk=declined.pk).update(status=InvitationStatus.DECLINED)
    cancelled = asked(people)
    Order.objects.filter(pk=cancelled.order_id).update(status=OrderStatus.CANCELLED)
    foreign = InvitationFactory(shop=people.other_shop)
    found = {
        view: numbers(owner.get(f"/portal/requests?view={view}")) for view in ("new", "quoted", "declined")
    }
    assert found == {
        "new": [new.order.number],
        "quoted": [quoted.number],
        "declined": [declined.order.number],
    }
    everything = set(numbers(owner.get("/portal/requests?view=all")))
    assert everything == {i.order.number for i in (new, closed, declined, cancelled)} | {quoted.number}
    assert foreign.order.number not in everything
    counts = {tab.key: tab.count for tab in owner.get("/portal/requests").context["tabs"]}
    assert counts == {"new": 1, "quoted": 1, "declined": 1, "all": 5}
    assert numbers(owner.get("/portal/requests?view=nonsense")) == [new.order.number]


def test_card_says_what_is_asked_and_never_where_or_who(owner: Client, people: People) -> None:
    invitation = asked(
        people, vin="KMHCT4AE5DU123456", customer__name="Mona Secret", customer__phone="+201999888777"
    )
    QuoteFactory(order=invitation.order, shop=people.other_shop, unit_price=Decimal("777.77"))
    for path in ("/portal/requests", f"/portal/requests/{invitation.order.number}"):
        page = owner.get(path).content.decode()
        shown = [text in page for text in ("Hyundai", "58101-1RA00", "Downtown", "3.2\u00a0km")]
        assert shown == [True] * 4, path
        for secret in (
            "12 Example Street",
            "Mona Secret",
            "+201999888777",
            "777.77",
            "30.0444",
            "Delta Parts",
        ):
            assert secret not in page, path


@pytest.mark.parametrize(
    ("minutes", "tone", "words"), [(5, "urgent", "Hurry:"), (30, "soon", ""), (100, "", "")]
)
def test_time_left_is_said_in_words_and_colour(
    owner: Client, people: People, minutes: int, tone: str, words: str
) -> None:
    asked(people, deadline=timezone.now() + timedelta(minutes=minutes, seconds=30))
    response = owner.get("/portal/requests")
    ticket = response.context["tickets"][0]
    assert (ticket.tone, ticket.minutes_left) == (tone, minutes)
    assert words in response.content.decode()
    assert ("Hurry:" in response.content.decode()) == (tone == "urgent")


def test_queue_costs_the_same_for_one_request_and_for_three(owner: Client, people: People) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert owner.get("/portal/requests?view=all").status_code == 200
        return len(queries)

    QuoteFactory(shop=people.shop, order__parts=1)
    owner.get("/portal/requests")
    one = cost()
    for _n in range(2):
        QuoteFactory(shop=people.shop, order__parts=3)
    assert cost() == one


def test_figures_count_the_last_thirty_days(owner: Client, people: People) -> None:
    asked(people)
    accepted_order(shop=people.shop)
    QuoteFactory(shop=people.shop, status=QuoteStatus.LOST)
    old = QuoteFactory(shop=people.shop, status=QuoteStatus.LOST)
    Quote.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    figures = owner.get("/portal/requests").context["figures"]
    assert (figures.waiting, figures.won_share, figures.to_prepare) == (1, 50, 1)
    assert timedelta(0) <= figures.response < timedelta(minutes=1)


def test_fragment_is_the_same_queue_without_the_page(owner: Client, people: People) -> None:
    asked(people)
    page = owner.get("/portal/requests").content.decode()
    fragment = owner.get("/portal/requests", headers=HTMX).content.decode()
    assert ("<html" in page, "<html" in fragment) == (True, False)
    assert fragment.strip().startswith('<div id="queue"')


def test_empty_queue_says_what_to_do(owner: Client, people: People) -> None:
    assert "Change makes, radius or hours" in owner.get("/portal/requests").content.decode()


@pytest.mark.parametrize(
    "status", [ShopStatus.PENDING_VERIFICATION, ShopStatus.SUSPENDED, ShopStatus.INACTIVE]
)
def test_banner_says_what_keeps_the_shop_from_the_market(owner: Client, people: People, status: str) -> None:
    Shop.objects.filter(pk=people.shop.pk).update(status=status)
    page = owner.get("/portal/requests").content.decode()
    said = {
        ShopStatus.PENDING_VERIFICATION: "Your shop is being verified.",
        ShopStatus.SUSPENDED: "Your shop is suspended",
        ShopStatus.INACTIVE: "Your shop is closed on Clutch.",
    }
    assert [text in page for text in said.values()] == [key == status for key in said]


def test_badges_count_what_waits_for_this_shop(owner: Client, people: People) -> None:
    for kind in ("requests", "messages"):
        assert owner.get(f"/portal/counts/{kind}").content.strip() == b""
    order = asked(people).order
    InvitationFactory(shop=people.other_shop)
    thread = {"order": order, "last_message_at": timezone.now()}
    MessageThread.objects.create(shop=people.shop, shop_unread=2, **thread)
    MessageThread.objects.create(shop=people.other_shop, shop_unread=5, **thread)
    assert owner.get("/portal/counts/requests").content.startswith(b"1<")
    assert owner.get("/portal/counts/messages").content.startswith(b"2<")
    assert owner.get("/portal/counts/nonsense").status_code == 404


# --- the shop a page is about --------------------------------------------------------------------


def test_switching_the_shop_shows_its_queue(owner: Client, people: People) -> None:
    people["owner"].memberships.create(shop=people.other_shop, role="owner")
    mine, theirs = asked(people), InvitationFactory(shop=people.other_shop)
    assert numbers(owner.get("/portal/requests")) == [mine.order.number]
    assert owner.post("/portal/shop", {"choose": str(people.other_shop.pk)}).status_code == 302
    assert numbers(owner.get("/portal/requests")) == [theirs.order.number]
    # A page that was opened before still asks for its own shop's fragment.
    before = owner.get("/portal/requests", headers={**HTMX, "X-Shop": str(people.shop.pk)})
    assert numbers(before) == [mine.order.number]


def test_a_shop_one_does_not_belong_to_cannot_be_chosen(owner: Client, people: People) -> None:
    for choice in (str(people.other_shop.pk), "nonsense", ""):
        assert owner.post("/portal/shop", {"choose": choice}).status_code == 404
    assert owner.get("/portal/requests", headers={"X-Shop": str(people.other_shop.pk)}).status_code == 404


def test_form_acts_for_the_shop_it_was_shown_for(owner: Client, people: People) -> None:
    people["owner"].memberships.create(shop=people.other_shop, role="owner")
    invitation = asked(people)
    InvitationFactory(order=invitation.order, shop=people.other_shop)
    owner.post("/portal/shop", {"choose": str(people.other_shop.pk)})
    owner.post(
        f"/portal/requests/{invitation.order.number}/decline",
        {"reason": "too_far", "shop": str(people.shop.pk)},
    )
    statuses = dict(invitation.order.invitations.values_list("shop", "status"))
    assert statuses == {people.shop.pk: "declined", people.other_shop.pk: "invited"}


# --- one tap ---------------------------------------------------------------------------------------


@pytest.fixture
def drafted(people: People) -> Invitation:
    """A request whose only part the shop has quoted before, with the draft made from that."""
    former = QuoteFactory(shop=people.shop, unit_price=Decimal("820.00"), status=QuoteStatus.LOST)
    Order.objects.filter(pk=former.order_id).update(status=OrderStatus.CANCELLED)
    invitation = asked(people)
    make_draft(invitation.pk, actor=Actor.beat())
    return invitation


def test_prepared_quote_is_shown_with_its_total_and_the_source_of_its_prices(
    owner: Client, drafted: Invitation
) -> None:
    page = owner.get("/portal/requests").content.decode()
    assert "Send this quote: EGP\u00a0870.00" in page
    former = Quote.objects.get(status=QuoteStatus.LOST).order.number
    # The shop's day, which begins before that of UTC.
    day = f"{timezone.localdate(timezone=drafted.shop.zone):%-d %b}"
    assert f"You quoted EGP\u00a0820.00 on {day} for {former}, same part number." in page


def test_one_tap_sends_the_prepared_quote(owner: Client, people: People, drafted: Invitation) -> None:
    draft = QuoteDraft.objects.get()
    response = owner.post(
        f"/portal/requests/{drafted.order.number}/send", {"draft": str(draft.version)}, headers=HTMX
    )
    assert response.status_code == 204
    assert "is with the customer" in json.loads(response["HX-Trigger"])["portal-done"]["text"]
    quote = Quote.objects.get(order=drafted.order)
    assert (quote.shop, quote.total_price, quote.status) == (people.shop, Decimal("870.00"), "submitted")
    assert "Send this quote" not in owner.get("/portal/requests?view=quoted").content.decode()


@pytest.mark.parametrize("draft", ["999", "", "nonsense", None])
def test_prepared_quote_that_has_changed_since_is_not_sent(
    owner: Client, drafted: Invitation, draft: str | None
) -> None:
    sent = {} if draft is None else {"draft": draft}
    response = owner.post(f"/portal/requests/{drafted.order.number}/send", sent, headers=HTMX)
    assert response.status_code == 409
    assert "Load it again" in json.loads(response["HX-Trigger"])["portal-done"]["text"]
    assert not Quote.objects.filter(order=drafted.order).exists()


def test_draft_of_an_amended_request_or_with_a_gap_cannot_be_sent_by_one_tap(
    owner: Client, drafted: Invitation
) -> None:
    OrderLineFactory(order=drafted.order, position=1, name="Horn", part_number="")
    assert "Send this quote" not in owner.get("/portal/requests").content.decode()
    Order.objects.filter(pk=drafted.order_id).update(revision=2)
    assert "Quote prepared" not in owner.get("/portal/requests").content.decode()


# --- declining -------------------------------------------------------------------------------------


def test_declining_takes_the_request_off_the_queue(owner: Client, people: People) -> None:
    invitation = asked(people)
    path = f"/portal/requests/{invitation.order.number}/decline"
    assert "<html" not in owner.get(path, headers=HTMX).content.decode()
    assert owner.post(path, {"reason": "not_in_stock"}, headers=HTMX).status_code == 204
    invitation.refresh_from_db()
    assert (invitation.status, invitation.decline_reason) == ("declined", "not_in_stock")
    assert numbers(owner.get("/portal/requests")) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "reason"), ({"reason": "nonsense"}, "reason"), ({"reason": "other"}, "note"),
     ({"reason": "too_far", "note": "x" * 301}, "note"), ({"reason": "too_far", "note": "a\x00b"}, "note")],
)  # fmt: skip
def test_declining_without_a_proper_reason_is_refused_at_the_field(
    owner: Client, people: People, said: dict[str, str], field: str
) -> None:
    invitation = asked(people)
    response = owner.post(f"/portal/requests/{invitation.order.number}/decline", said)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    invitation.refresh_from_db()
    assert invitation.status == "invited"


def test_declining_a_closed_request_says_why_not(owner: Client, people: People) -> None:
    invitation = asked(people, deadline=timezone.now() - timedelta(minutes=1))
    Order.objects.filter(pk=invitation.order_id).update(quotes_close_at=timezone.now() - timedelta(minutes=1))
    response = owner.post(f"/portal/requests/{invitation.order.number}/decline", {"reason": "too_far"})
    assert response.status_code == 422
    assert response.context["form"].non_field_errors()
    invitation.refresh_from_db()
    assert invitation.status == "invited"
