"""Draft quotes: prepared from what the shop quoted before, marked with their source, sent by people."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.core.errors import Conflict, Incomplete, NotAllowed
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from clutch.feed.streams import shop_stream
from orders import actions, sources
from orders.models import Order, OrderLine, Quote, QuoteDraft
from orders.sources import Origin, Priced
from orders.tests.acts import FILTER, PADS, as_member, as_user, ask, quote
from shops.enums import Role
from shops.models import Shop
from shops.tests.factories import MakeFactory, ShopFactory

pytestmark = pytest.mark.django_db


def draft_for(order: Order, shop: Shop) -> QuoteDraft:
    """The draft that the job makes."""
    draft = actions.make_draft(order.invitations.get(shop=shop).pk, actor=Actor.beat())
    assert draft is not None
    return draft


def prices(draft: QuoteDraft) -> list[str | None]:
    """The prices of a draft by line."""
    return [line["unit_price"] for line in draft.lines]


@pytest.fixture
def shop() -> Shop:
    """A shop that has quoted pads at 850.00 (by number) and filters at 90.00 (by name) before."""
    MakeFactory(name="Hyundai")
    shop = ShopFactory()
    before = ask(UserFactory())
    pads, oil = before.lines.all()
    quote(
        before,
        shop,
        lines=[
            {
                "part_id": pads.pk,
                "available": True,
                "unit_price": Decimal("850.00"),
                "core_charge": Decimal("25.00"),
                "part_type": "aftermarket",
                "brand": "Example",
                "origin": "Korea",
                "warranty": "6 months",
            },
            {"part_id": oil.pk, "available": True, "unit_price": Decimal("90.00")},
        ],
    )
    return shop


def test_the_same_number_however_it_is_printed(shop: Shop) -> None:
    """By part number for any make; the source names the quote, its order and its day."""
    order = ask(
        UserFactory(), vehicle={"make": "Kia"}, parts=[{**PADS, "name": "Pads", "part_number": "58101 1ra00"}]
    )
    draft = draft_for(order, shop)
    line = draft.lines[0]
    earlier = Quote.objects.get(shop=shop)
    assert (line["unit_price"], line["core_charge"], line["brand"], line["origin"], line["warranty"]) == (
        "850.000",
        "25.000",
        "Example",
        "Korea",
        "6 months",
    )
    assert line["source"] == {
        "kind": "quote",
        "id": str(earlier.pk),
        "number": earlier.order.number,
        "at": earlier.lines.all()[0].created_at.isoformat(),
        "matched_by": "part_number",
    }
    assert (draft.priced_parts, draft.delivery_fee, draft.answers_revision) == (1, Decimal("50"), 1)


def test_the_same_name_for_the_same_make_only(shop: Shop) -> None:
    """A filter for a Kia is not a filter for a Hyundai; a number that was never quoted is no name."""
    same = draft_for(ask(UserFactory(), parts=[{**FILTER, "name": "OIL  filter"}]), shop)
    other = draft_for(ask(UserFactory(), vehicle={"make": "Kia"}, parts=[FILTER]), shop)
    numbered = draft_for(ask(UserFactory(), parts=[{**FILTER, "part_number": "X-1"}]), shop)
    assert [prices(draft) for draft in (same, other, numbered)] == [["90.000"], [None], [None]]
    assert same.lines[0]["source"]["matched_by"] == "name_and_make"


def test_the_newest_price_counts_and_withdrawn_ones_do_not(shop: Shop) -> None:
    """What the shop took back is not what it means to charge."""
    second, third = ask(UserFactory(), parts=[PADS]), ask(UserFactory(), parts=[PADS])
    quote(second, shop, "800.00")
    withdrawn = quote(third, shop, "1.00")
    actions.withdraw_quote(withdrawn.pk, actor=as_member(shop))
    assert prices(draft_for(ask(UserFactory(), parts=[PADS]), shop)) == ["800.000"]


def test_another_shops_prices_are_never_used(shop: Shop) -> None:
    """Quotes are sealed, from the draft service too."""
    rival = ShopFactory()
    assert prices(draft_for(ask(UserFactory()), rival)) == [None, None]


def test_sources_are_asked_in_order(shop: Shop, settings: Any) -> None:
    """The first that knows a part wins; the next are asked only for the rest."""
    settings.QUOTE_SOURCES = [f"{__name__}.stock", "orders.sources.quoted_before"]
    found = prices(draft_for(ask(UserFactory()), shop))
    assert found == ["5.00", "90.000"]


def stock(shop_id: Any, order: Order, lines: list[OrderLine]) -> dict[Any, Priced]:
    """A source that knows brake pads."""
    origin = Origin("stock", "1", "bin 7", timezone.now(), "part_number")
    return {line.pk: Priced(Decimal("5.00"), origin) for line in lines if "brake" in line.name}


def test_two_queries_however_many_parts(shop: Shop, django_assert_num_queries: Any) -> None:
    """One by number, one by name."""
    many = [{**PADS, "part_number": f"N{n}"} for n in range(20)]
    order = ask(UserFactory(), parts=many)
    lines = list(order.lines.all())
    with django_assert_num_queries(2):
        sources.quoted_before(shop.pk, order, lines)


def test_sending_a_draft(shop: Shop) -> None:
    """As it is, on a person's word; what has no price is not available."""
    order = ask(UserFactory(), parts=[PADS, {"name": "Unheard of", "quantity": 1}])
    with pytest.raises(Incomplete):
        actions.send_draft(order.pk, shop_id=shop.pk, actor=as_member(shop))
    draft_for(order, shop)
    assert not order.quotes.exists()
    with pytest.raises(NotAllowed):
        actions.send_draft(order.pk, shop_id=shop.pk, actor=as_member(shop, Role.STOREKEEPER))
    sent = actions.send_draft(order.pk, shop_id=shop.pk, actor=as_member(shop))
    assert (sent.total_price, sent.available_parts, sent.missing_parts) == (Decimal("925"), 1, 1)
    assert [line.available for line in sent.lines.all()] == [True, False]
    assert actions.make_draft(sent.invitation_id, actor=Actor.beat()) is None


def test_a_draft_of_an_older_revision_is_not_sent(shop: Shop) -> None:
    """The request was amended; the job makes the draft anew."""
    order = ask(UserFactory(), parts=[PADS])
    draft_for(order, shop)
    line = order.lines.get()
    changed: list[Any] = [{"part_id": line.pk, **PADS, "quantity": 2}, FILTER]
    actions.amend_order(order.pk, parts=changed, actor=as_user(order.customer))
    with pytest.raises(Conflict) as refused:
        actions.send_draft(order.pk, shop_id=shop.pk, actor=as_member(shop))
    assert refused.value.code == "draft_stale"
    assert draft_for(order, shop).answers_revision == 2
    assert actions.send_draft(order.pk, shop_id=shop.pk, actor=as_member(shop)).missing_parts == 0


def test_nothing_is_sent_by_itself(shop: Shop) -> None:
    """Making a draft tells the shop that it is there, and nobody else anything."""
    order = ask(UserFactory())
    known = set(StreamEntry.objects.values_list("pk", flat=True))
    draft_for(order, shop)
    said = StreamEntry.objects.exclude(pk__in=known).values_list("stream", "type")
    assert list(said) == [(shop_stream(shop.pk), "quote-draft-ready")]
    assert not order.quotes.exists()


def test_first_draft_and_quote_follow_the_pricing_of_the_shop() -> None:
    """The delivery fee before there was a quote, and how long a quote stands after the close."""
    shop = ShopFactory(pricing_strategy={"deliveryFee": "35.00", "quoteValidHours": 72})
    order = ask(UserFactory())
    assert draft_for(order, shop).delivery_fee == Decimal("35.00")
    given = quote(order, shop)
    assert order.quotes_close_at is not None
    assert given.expires_at == order.quotes_close_at + timedelta(hours=72)
    assert draft_for(ask(UserFactory()), shop).delivery_fee == given.delivery_fee == Decimal("50.00")
