"""Quotes from the shop's own stock: drafted, held, sent by the shop's rule, taken by the counter."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.core.errors import Conflict, NotAllowed, NotFound
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from clutch.feed.streams import shop_stream
from inventory.actions.holds import sweep_expired_holds
from inventory.actions.stock import Units, adjust_stock, move_stock, receive_stock
from inventory.enums import MovementKind, Reason
from inventory.ledger import Document, Entry
from inventory.models import Hold, Part, Stock, StockPolicy
from inventory.queries import availability
from inventory.tests.factories import PartFactory, PartNumberFactory
from orders import actions, stock_source
from orders.actions.payment_timeout import time_out_payment
from orders.enums import QuoteStatus, Unsent
from orders.models import CardPayment, Order, Quote, QuoteDraft, QuoteLine
from orders.tests.acts import FILTER, PADS, accept, as_member, as_user, ask, offers_for, quote
from shops.enums import Role
from shops.models import Shop
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return ShopFactory(pricing_strategy={"deliveryFee": "30.00"})


@pytest.fixture
def pads(shop: Shop) -> Part:
    """Five sets of the pads that `PADS` names, bought at 500 and sold at 850."""
    return PartFactory(shop=shop, number="58101-1RA00", on_hand=5, core_charge=25, warranty="6 months")


def answer(order: Order, shop: Shop) -> Quote | None:
    """What the job of the invitation does."""
    return actions.answer_invitation(order.invitations.get(shop=shop).pk, actor=Actor.beat())


def holds(**where: Any) -> list[tuple[str, str, int, str]]:
    """The holds, the oldest first."""
    rows = Hold.objects.filter(**where).order_by("created_at", "pk")
    return [(row.kind, row.status, row.quantity, row.document_kind) for row in rows]


def free(part: Part) -> int:
    return availability([part.pk])[part.pk].available


# --- drafts ---


def test_draft_is_priced_from_stock_before_old_quotes(shop: Shop, pads: Part) -> None:
    old = ask(UserFactory(), parts=[PADS])
    quote(old, shop, "1.00")
    order = ask(UserFactory(), parts=[PADS, FILTER])
    answer(order, shop)
    draft = QuoteDraft.objects.get(invitation__order=order)
    line = draft.lines[0]
    names = ("unit_price", "core_charge", "brand", "warranty", "part_number", "stock_part_id", "is_exact")
    assert [line[name] for name in names] == [
        "850.00", "25.000", "Hankook Frixa", "6 months", "58101-1RA00", str(pads.pk), True,
    ]  # fmt: skip
    source = line["source"]
    assert (source["kind"], source["number"], source["matched_by"]) == ("stock", "58101-1RA00", "part_number")
    assert (draft.lines[1]["unit_price"], draft.priced_parts, draft.unsent_reason) == (None, 1, "")
    assert stock_source.there_of([draft])[pads.pk].on_hand == 5


def test_first_draft_has_the_usual_delivery_fee_of_the_profile(shop: Shop, pads: Part) -> None:
    order = ask(UserFactory(), parts=[PADS])
    answer(order, shop)
    assert QuoteDraft.objects.get(invitation__order=order).delivery_fee == 30


def test_source_costs_the_same_for_one_part_as_for_twenty(shop: Shop) -> None:
    PartFactory(shop=shop, number="N-0", on_hand=1)
    numbers = [{**PADS, "part_number": f"N{n}"} for n in range(20)]
    for n in range(1, 20):
        PartFactory(shop=shop, number=f"N-{n}", on_hand=1)
    order = ask(UserFactory(), parts=numbers)
    lines = list(order.lines.all())

    def cost(count: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert len(stock_source.in_stock(shop.pk, order, lines[:count])) == count
        return len(seen)

    assert (cost(1), cost(20)) == (5, 5)


def test_stock_in_another_currency_says_nothing(pads: Part) -> None:
    Shop.objects.update(currency="USD")
    order = ask(UserFactory(), parts=[PADS])
    assert stock_source.in_stock(pads.shop_id, order, list(order.lines.all())) == {}


# --- which part is offered ---


def test_number_offered_says_which_part_it_is(shop: Shop, pads: Part) -> None:
    other = PartFactory(shop=shop, number="X-1")
    PartNumberFactory(part=pads, number="GDB 1")
    twins = [PartFactory(shop=shop, number="T-1", brand=brand) for brand in ("A", "B")]
    foreign = PartFactory(number="F-1")

    def part(**offer: Any) -> Any:
        return stock_source.parts_offered(shop.pk, [{"available": True, **offer}])[0]

    assert part(stock_part_id=pads.pk) == pads.pk
    assert part(stock_part_id=pads.pk, part_number="gdb-1") == pads.pk
    # Another number was typed over the draft's.
    assert part(stock_part_id=pads.pk, part_number="X1") == other.pk
    assert part(stock_part_id=pads.pk, part_number="nobody's") is None
    assert part(part_number="58101 1RA00") == pads.pk
    assert part(part_number="58101 1RA00", brand="Bosch") is None
    assert part(part_number="58101 1RA00", stock_part_id=None) is None
    assert part(part_number="T1") is None
    assert part(part_number="T1", brand="b") == twins[1].pk
    assert part(stock_part_id=foreign.pk) is None
    assert part(part_number="F-1") is None
    assert part(available=False, stock_part_id=pads.pk) is None


# --- holds ---


def test_quote_holds_softly_until_it_expires_and_partly_where_there_is_less(shop: Shop, pads: Part) -> None:
    order = ask(UserFactory(), parts=[{**PADS, "quantity": 7}])
    sent = quote(order, shop, lines=offers_for(order, stock_part_id=pads.pk))
    hold = Hold.objects.get()
    assert (hold.quantity, hold.kind, hold.expires_at, hold.document_number) == (
        5, "soft", sent.expires_at, order.number,
    )  # fmt: skip
    assert hold.document_line_id == sent.lines.get().pk
    Hold.objects.update(expires_at=timezone.now())
    assert free(pads) == 5
    assert sweep_expired_holds(actor=Actor.beat()) == 1


def test_shop_that_does_not_want_it_holds_nothing(shop: Shop, pads: Part) -> None:
    StockPolicy.objects.create(shop=shop, quote_holds_stock=False)
    order = ask(UserFactory(), parts=[PADS])
    sent = quote(order, shop, lines=offers_for(order, stock_part_id=pads.pk))
    assert holds() == []
    accept(order, sent)
    assert holds() == [("hard", "open", 1, "order")]


def test_revision_replaces_the_hold_and_keeps_the_part(shop: Shop, pads: Part) -> None:
    order = ask(UserFactory(), parts=[{**PADS, "quantity": 2}])
    sent = quote(order, shop, lines=offers_for(order, stock_part_id=pads.pk))
    line = sent.lines.get()
    again = offers_for(order, "90.00", offer_id=line.pk)
    actions.update_quote(sent.pk, lines=again, actor=as_member(shop))
    assert sent.lines.get().stock_part_id == pads.pk
    assert holds() == [("soft", "released", 2, "quote"), ("soft", "open", 2, "quote")]
    without = offers_for(order, offer_id=line.pk, stock_part_id=None)
    actions.update_quote(sent.pk, lines=without, actor=as_member(shop))
    assert (holds()[-1], free(pads)) == (("soft", "released", 2, "quote"), 5)


def ends() -> dict[str, Callable[[Order, Quote], Any]]:
    """What ends a quote without its being accepted."""

    def expire(order: Order, sent: Quote) -> None:
        Quote.objects.filter(pk=sent.pk).update(expires_at=timezone.now())
        actions.expire_quote(sent.pk, actor=Actor.beat())

    def lose(order: Order, sent: Quote) -> None:
        accept(order, order.quotes.exclude(pk=sent.pk).get())

    return {
        "withdrawn": lambda order, sent: actions.withdraw_quote(sent.pk, actor=as_member(sent.shop)),
        "cancelled": lambda order, sent: actions.cancel_order(order.pk, actor=as_user(order.customer)),
        "expired": expire,
        "lost": lose,
    }


@pytest.mark.parametrize("how", ["withdrawn", "cancelled", "expired", "lost"])
def test_quote_that_ends_releases_what_it_held(shop: Shop, pads: Part, how: str) -> None:
    rival = ShopFactory()
    order = ask(UserFactory(), parts=[PADS])
    quote(order, rival)
    sent = quote(order, shop, lines=offers_for(order, stock_part_id=pads.pk))
    assert free(pads) == 4
    ends()[how](order, sent)
    assert free(pads) == 5
    assert holds()[0][1] == ("expired" if how == "expired" else "released")


def test_acceptance_holds_for_good_and_says_what_is_missing(shop: Shop, pads: Part) -> None:
    order = ask(UserFactory(), parts=[{**PADS, "quantity": 7}])
    sent = quote(order, shop, lines=offers_for(order, stock_part_id=pads.pk))
    accept(order, sent)
    assert holds() == [("soft", "released", 5, "quote"), ("hard", "open", 5, "order")]
    hard = Hold.objects.get(kind="hard")
    assert hard.expires_at is not None
    assert timedelta(days=13) < hard.expires_at - timezone.now() <= timedelta(days=14)
    said = StreamEntry.objects.get(stream=shop_stream(shop.pk), type="order-short")
    assert said.data["parts"] == [
        {"offerId": str(sent.lines.get().pk), "name": "Front brake pads", "asked": 7, "held": 5}
    ]


def test_two_orders_for_the_last_unit_hold_it_once(shop: Shop) -> None:
    pads = PartFactory(shop=shop, number="58101-1RA00", on_hand=1)
    first, second = (ask(UserFactory(), parts=[PADS]) for _ in range(2))
    sent = [quote(each, shop, lines=offers_for(each, stock_part_id=pads.pk)) for each in (first, second)]
    accept(second, sent[1])
    accept(first, sent[0])
    assert holds(kind="hard") == [("hard", "open", 1, "order")]
    assert Hold.objects.get(kind="hard").document_id == second.pk
    assert StreamEntry.objects.filter(type="order-short").count() == 1


def test_cancelled_order_gives_its_units_back(shop: Shop, pads: Part) -> None:
    order = ask(UserFactory(), parts=[PADS])
    accept(order, quote(order, shop, lines=offers_for(order, stock_part_id=pads.pk)))
    assert free(pads) == 4
    actions.cancel_order(order.pk, reason="no", actor=as_member(shop))
    assert (free(pads), holds(kind="hard")) == (5, [("hard", "released", 1, "order")])


def test_card_that_is_not_authorised_turns_it_into_a_quotes_hold_again(shop: Shop, pads: Part) -> None:
    order = ask(UserFactory(), parts=[PADS], payment_method="card")
    accept(order, quote(order, shop, lines=offers_for(order, stock_part_id=pads.pk)))
    Order.objects.update(payment_due_at=timezone.now() - timedelta(seconds=1))
    assert time_out_payment(CardPayment.objects.get().pk, actor=Actor.beat())
    assert [row[:2] for row in holds()] == [("soft", "released"), ("hard", "released"), ("soft", "open")]


# --- sent by the shop's rule ---


@pytest.fixture
def rule(shop: Shop) -> StockPolicy:
    return StockPolicy.objects.create(shop=shop, quote_unattended=True, quote_max_total=2000)


def test_rule_sends_what_is_in_stock_as_the_system(shop: Shop, pads: Part, rule: StockPolicy) -> None:
    order = ask(UserFactory(), parts=[PADS])
    sent = answer(order, shop)
    assert sent is not None
    assert (sent.sent_by_rule, sent.sent_by, sent.total_price) == (True, None, Decimal("905.00"))
    assert sent.lines.get().stock_part_id == pads.pk
    assert holds() == [("soft", "open", 1, "quote")]
    said = StreamEntry.objects.get(stream=shop_stream(shop.pk), type="quote-sent")
    assert said.data["byRule"] is True
    order.refresh_from_db()
    assert order.status == "quoted"
    # Somebody who changes it has looked at it.
    owner = as_member(shop)
    again = actions.update_quote(sent.pk, lines=offers_for(order), actor=owner)
    assert (again.sent_by_rule, again.sent_by_id) == (False, owner.user_id)


def no_rule(part: Part) -> None:
    StockPolicy.objects.update(quote_unattended=False)


def two_brands(part: Part) -> None:
    PartFactory(shop=part.shop, number=part.number, brand="Another")


def cross_reference(part: Part) -> None:
    PartNumberFactory(part=part, number=part.number)
    Part.objects.filter(pk=part.pk).update(number_key="OTHER")


def typed_in(part: Part) -> None:
    Stock.objects.filter(part=part).update(proven_at=None)


def typed_in_since(part: Part) -> None:
    adjust_stock(part.pk, shop_id=part.shop_id, quantity=1, reason=Reason.FOUND, actor=as_member(part.shop))


def came_back(part: Part) -> None:
    """One unit that was sold and taken back says nothing of the others, which were typed in."""
    typed_in(part)
    for kind, units in ((MovementKind.SALE, -1), (MovementKind.RETURN, 1)):
        move_stock(
            part.shop_id, [Entry(part.pk, units, kind)], document=Document(), actor=as_member(part.shop)
        )


def opening(part: Part) -> None:
    receive_stock(part.shop_id, [Units(part.pk, 1)], reason=Reason.OPENING, actor=as_member(part.shop))


def too_few(part: Part) -> None:
    adjust_stock(part.pk, shop_id=part.shop_id, quantity=-4, reason=Reason.LOST, actor=as_member(part.shop))


def held(part: Part) -> None:
    other = ask(UserFactory(), parts=[{**PADS, "quantity": 4}])
    quote(other, part.shop, lines=offers_for(other, stock_part_id=part.pk))


def below_list_cost(part: Part) -> None:
    Part.objects.filter(pk=part.pk).update(cost_price=851)


def below_average_cost(part: Part) -> None:
    receive_stock(part.shop_id, [Units(part.pk, 5, unit_cost=Decimal(1300))], actor=as_member(part.shop))


def no_cost(part: Part) -> None:
    Part.objects.filter(pk=part.pk).update(cost_price=None)
    Stock.objects.filter(part=part).update(average_cost=0)


def too_dear(part: Part) -> None:
    StockPolicy.objects.update(quote_max_total=Decimal("1779.99"))


def no_limit(part: Part) -> None:
    StockPolicy.objects.update(quote_max_total=None)


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (no_rule, ""),
        (two_brands, Unsent.NOT_EXACT),
        (cross_reference, Unsent.NOT_EXACT),
        (typed_in, Unsent.NOT_PROVEN),
        (typed_in_since, Unsent.NOT_PROVEN),
        (came_back, Unsent.NOT_PROVEN),
        (opening, Unsent.NOT_PROVEN),
        (too_few, Unsent.NOT_IN_STOCK),
        (held, Unsent.NOT_IN_STOCK),
        (below_list_cost, Unsent.BELOW_COST),
        (below_average_cost, Unsent.BELOW_COST),
        (no_cost, Unsent.BELOW_COST),
        (too_dear, Unsent.ABOVE_LIMIT),
        (no_limit, Unsent.ABOVE_LIMIT),
    ],
)
def test_rule_sends_nothing_that_it_does_not_allow(
    shop: Shop, pads: Part, rule: StockPolicy, break_it: Callable[[Part], None], reason: str
) -> None:
    break_it(pads)
    known = Quote.objects.count()
    order = ask(UserFactory(), parts=[{**PADS, "quantity": 2}])
    assert answer(order, shop) is None
    assert Quote.objects.count() == known
    assert QuoteDraft.objects.get(invitation__order=order).unsent_reason == reason


def test_rule_sends_no_quote_with_a_part_that_is_not_from_stock(
    shop: Shop, pads: Part, rule: StockPolicy
) -> None:
    order = ask(UserFactory(), parts=[PADS, FILTER])
    assert answer(order, shop) is None
    assert QuoteDraft.objects.get().unsent_reason == Unsent.NOT_IN_STOCK
    assert holds() == []


def test_limit_itself_is_allowed(shop: Shop, pads: Part, rule: StockPolicy) -> None:
    StockPolicy.objects.update(quote_max_total=Decimal("1780"))
    assert answer(ask(UserFactory(), parts=[{**PADS, "quantity": 2}]), shop) is not None


def test_suspended_shop_sends_nothing(shop: Shop, pads: Part, rule: StockPolicy) -> None:
    order = ask(UserFactory(), parts=[PADS])
    Shop.objects.filter(pk=shop.pk).update(status="suspended")
    assert answer(order, shop) is None


def test_rule_answers_an_amended_request_anew_and_leaves_what_a_person_sent(
    shop: Shop, pads: Part, rule: StockPolicy
) -> None:
    order = ask(UserFactory(), parts=[PADS])
    sent = answer(order, shop)
    assert sent is not None

    def amend(quantity: int) -> None:
        changed: list[Any] = [{"part_id": order.lines.get().pk, **PADS, "quantity": quantity}]
        actions.amend_order(order.pk, parts=changed, actor=as_user(order.customer))

    amend(5)
    StockPolicy.objects.update(quote_max_total=9999)
    assert answer(order, shop) == sent
    sent.refresh_from_db()
    assert (sent.answers_revision, sent.sent_by_rule, sent.status) == (2, True, QuoteStatus.UPDATED)
    assert holds() == [("soft", "released", 1, "quote"), ("soft", "open", 5, "quote")]
    # More than there is: the quote stays stale and waits for a person.
    amend(6)
    assert answer(order, shop) is None
    assert QuoteDraft.objects.get().unsent_reason == Unsent.NOT_IN_STOCK
    actions.update_quote(sent.pk, lines=offers_for(order), actor=as_member(shop))
    amend(1)
    assert answer(order, shop) is None
    assert QuoteLine.objects.get().stock_part_id is None


# --- taken by the counter ---


def quoted(shop: Shop, *offers: Any, parts: list[Any]) -> tuple[Order, Quote]:
    """A request that the shop has quoted: per part its offers, the first one preferred."""
    order = ask(UserFactory(), parts=parts)
    lines = []
    for line, each in zip(order.lines.all(), offers, strict=True):
        lines += [
            {"part_id": line.pk, "available": True, "unit_price": Decimal(100), **offer} for offer in each
        ]
    return order, quote(order, shop, lines=lines)


def test_counter_takes_a_part_and_the_rest_of_the_quote_stands(shop: Shop) -> None:
    pads = PartFactory(shop=shop, number="58101-1RA00", on_hand=1)
    order, sent = quoted(shop, [{"stock_part_id": pads.pk}], [{}], parts=[PADS, FILTER])
    taken = actions.take_from_quote(Hold.objects.get().pk, actor=as_member(shop))
    assert (taken.status, taken.revision, taken.total_price) == ("updated", 2, Decimal(250))
    assert (taken.available_parts, taken.missing_parts) == (1, 1)
    first, second = taken.lines.order_by("position")
    assert (first.available, first.unit_price, first.stock_part_id, second.available) == (
        False,
        None,
        None,
        True,
    )
    assert holds() == [("soft", "taken", 1, "quote")]
    told = StreamEntry.objects.filter(stream=f"user/{order.customer_id}", type="quote-updated").get()
    assert (told.data["totalPrice"], told.data["missingParts"]) == ("250.00", 1)
    assert order.quotes.get().answers_revision == 1
    assert taken.expires_at == sent.expires_at


def test_quote_of_which_nothing_is_left_is_withdrawn(shop: Shop) -> None:
    pads = PartFactory(shop=shop, number="58101-1RA00", on_hand=1)
    order, _sent = quoted(shop, [{"stock_part_id": pads.pk}], parts=[PADS])
    taken = actions.take_from_quote(Hold.objects.get().pk, actor=as_member(shop))
    assert (taken.status, taken.withdraw_reason) == ("withdrawn", "Sold in the shop in the meantime.")
    order.refresh_from_db()
    assert order.status == "submitted"
    assert StreamEntry.objects.filter(stream=f"user/{order.customer_id}", type="quote-withdrawn").count() == 1
    # The shop may quote again, with what it would have to get.
    assert quote(order, shop).status == "submitted"


def test_next_offer_counts_instead_and_holds_its_own_part(shop: Shop) -> None:
    pads = PartFactory(shop=shop, on_hand=1)
    other = PartFactory(shop=shop, on_hand=1)
    offers = [{"stock_part_id": pads.pk}, {"stock_part_id": other.pk, "unit_price": Decimal(70)}]
    quoted(shop, offers, parts=[PADS])
    taken = actions.take_from_quote(Hold.objects.get().pk, actor=as_member(shop))
    [left] = taken.lines.all()
    assert (left.preferred, left.stock_part, taken.total_price) == (True, other, Decimal(120))
    assert [(row.part, row.status) for row in Hold.objects.order_by("pk")] == [
        (pads, "taken"),
        (other, "open"),
    ]


def test_quote_stands_where_enough_is_left(shop: Shop) -> None:
    pads = PartFactory(shop=shop, on_hand=5)
    _order, sent = quoted(shop, [{"stock_part_id": pads.pk}], parts=[{**PADS, "quantity": 2}])
    taken = actions.take_from_quote(Hold.objects.get().pk, actor=as_member(shop))
    assert (taken.status, taken.version) == ("submitted", sent.version)
    assert holds() == [("soft", "taken", 2, "quote"), ("soft", "open", 2, "quote")]
    kept = Hold.objects.get(status="open")
    # Five are there; with three gone two are left, with four only one is.
    assert actions.take_from_quote(kept.pk, quantity=2, actor=as_member(shop)).status == "submitted"
    adjust_stock(pads.pk, shop_id=shop.pk, quantity=-2, reason=Reason.LOST, actor=as_member(shop))
    kept = Hold.objects.get(status="open")
    assert actions.take_from_quote(kept.pk, quantity=1, actor=as_member(shop)).status == "submitted"
    kept = Hold.objects.get(status="open")
    assert actions.take_from_quote(kept.pk, quantity=2, actor=as_member(shop)).status == "withdrawn"


def test_quote_of_an_older_request_is_not_confirmed_by_the_counter(shop: Shop) -> None:
    pads = PartFactory(shop=shop, on_hand=1)
    order, _sent = quoted(shop, [{"stock_part_id": pads.pk}], [{}], parts=[PADS, FILTER])
    actions.amend_order(order.pk, parts=[{**PADS, "part_id": order.lines.all()[0].pk}, FILTER, FILTER],
                        actor=as_user(order.customer))  # fmt: skip
    taken = actions.take_from_quote(Hold.objects.get().pk, actor=as_member(shop))
    assert (taken.answers_revision, taken.available_parts, taken.total_price) == (1, 1, Decimal(250))


@pytest.mark.parametrize(
    ("who", "error"),
    [("storekeeper", NotAllowed), ("accountant", NotAllowed), ("rival", NotFound), ("customer", NotFound)],
)
def test_only_who_sells_here_takes(shop: Shop, who: str, error: type[Exception]) -> None:
    pads = PartFactory(shop=shop, on_hand=1)
    order, _sent = quoted(shop, [{"stock_part_id": pads.pk}], parts=[PADS])
    actor = {
        "rival": lambda: as_member(ShopFactory()),
        "customer": lambda: as_user(order.customer),
    }.get(who, lambda: as_member(shop, Role(who)))()
    with pytest.raises(error):
        actions.take_from_quote(Hold.objects.get().pk, actor=actor)
    assert holds() == [("soft", "open", 1, "quote")]


def test_hold_that_is_over_is_not_taken(shop: Shop) -> None:
    pads = PartFactory(shop=shop, on_hand=1)
    order, sent = quoted(shop, [{"stock_part_id": pads.pk}], parts=[PADS])
    soft = Hold.objects.get()
    Hold.objects.update(expires_at=timezone.now())
    with pytest.raises(Conflict) as refused:
        actions.take_from_quote(soft.pk, actor=as_member(shop))
    assert refused.value.code == "hold_over"
    accept(order, sent)
    with pytest.raises(NotFound):
        actions.take_from_quote(Hold.objects.get(kind="hard").pk, actor=as_member(shop))
