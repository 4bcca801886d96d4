"""The ledger: what moves, what it is worth, and what it sums to."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from clutch.notifications.models import Notification
from inventory import checks, queries
from inventory.actions.holds import Wanted, end_holds, hold_parts, sweep_expired_holds
from inventory.actions.stock import Units, adjust_stock, move_stock, receive_stock, transfer_stock
from inventory.enums import HoldKind, HoldStatus, MovementKind, Reason
from inventory.ledger import Document, Entry
from inventory.models import BinStock, Hold, Movement, Stock, StockPolicy
from inventory.tests.factories import BinFactory, PartFactory
from shops.enums import Role
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)


def member(shop: Any, role: Role = Role.OWNER) -> Actor:
    return Actor.user(MemberFactory(shop=shop, role=role).user, "portal", shop_id=shop.pk)


def sell(part: Any, quantity: int, actor: Actor, **kwargs: Any) -> Movement:
    entry = Entry(part.pk, -quantity, MovementKind.SALE)
    document = Document("sale", uuid4(), "S-1")
    return move_stock(part.shop_id, [entry], document=document, actor=actor, **kwargs)[0]


def stock(part: Any) -> tuple[int, Decimal]:
    row = Stock.objects.get(part=part)
    return row.on_hand, row.value


def test_cost_of_a_sale_is_the_moving_average() -> None:
    part = PartFactory()
    actor = member(part.shop)
    receive_stock(part.shop_id, [Units(part.pk, 2, unit_cost=Decimal(10))], actor=actor)
    receive_stock(part.shop_id, [Units(part.pk, 1, unit_cost=Decimal(20))], actor=actor)
    assert sell(part, 1, actor).value == Decimal("-13.33")
    assert stock(part) == (2, Decimal("26.67"))
    assert sell(part, 2, actor).value == Decimal("-26.67")
    assert stock(part) == (0, Decimal(0))
    assert checks.differences() == []


def test_receipt_without_a_cost_takes_the_list_cost_then_the_average() -> None:
    part = PartFactory(cost_price=Decimal(500))
    actor = member(part.shop)
    assert receive_stock(part.shop_id, [Units(part.pk, 2)], actor=actor)[0].value == Decimal(1000)
    receive_stock(part.shop_id, [Units(part.pk, 2, unit_cost=Decimal(300))], actor=actor)
    assert receive_stock(part.shop_id, [Units(part.pk, 1)], actor=actor)[0].value == Decimal(400)


def test_never_below_zero_and_each_loser_is_told_what_is_left() -> None:
    part = PartFactory(on_hand=2, name="Oil filter")
    actor = member(part.shop)
    with pytest.raises(Conflict) as refused:
        sell(part, 3, actor)
    assert refused.value.code == "not_enough_stock"
    assert refused.value.extra == {"parts": [{"partId": str(part.pk), "available": 2}]}
    assert str(refused.value.detail) == "There is not enough in stock. Oil filter: 2 are left."
    assert (stock(part), Movement.objects.count()) == ((2, Decimal(1000)), 1)


def test_shop_that_allows_it_sells_below_zero_and_the_next_receipt_settles_the_value() -> None:
    part = PartFactory(on_hand=1, unit_cost="10")
    actor = member(part.shop)
    StockPolicy.objects.create(shop=part.shop, allows_negative=True)
    assert sell(part, 3, actor).value == Decimal(-30)
    assert stock(part) == (-2, Decimal(-20))
    receive_stock(part.shop_id, [Units(part.pk, 2, unit_cost=Decimal(12))], actor=actor)
    assert stock(part) == (0, Decimal(0))
    kinds = list(Movement.objects.order_by("seq").values_list("kind", "value"))
    assert kinds[-1] == (MovementKind.REVALUATION, Decimal(-4))
    assert checks.differences() == []


def test_movements_cannot_be_changed() -> None:
    part = PartFactory(on_hand=1)
    with pytest.raises(Exception, match="append_only"):
        Movement.objects.update(quantity=5)
    assert stock(part)[0] == 1


def test_check_names_the_part_that_differs(capsys: Any) -> None:
    part = PartFactory(on_hand=3)
    call_command("check_stock")
    assert capsys.readouterr().out == "Every part agrees with its movements.\n"
    Stock.objects.filter(part=part).update(on_hand=4)
    BinStock.objects.filter(part=part).update(quantity=5)
    with pytest.raises(CommandError, match="2 differences"):
        call_command("check_stock")
    assert {found.what for found in checks.differences()} == {"stock", "bin none"}


def test_transfer_moves_the_place_and_nothing_else() -> None:
    part = PartFactory(on_hand=3)
    actor = member(part.shop)
    shelf = BinFactory(shop=part.shop)
    before = stock(part)
    transfer_stock(
        part.pk, shop_id=part.shop_id, quantity=2, from_bin_id=None, to_bin_id=shelf.pk, actor=actor
    )
    assert stock(part) == before
    assert (queries.in_bin(part.pk, None), queries.in_bin(part.pk, shelf.pk)) == (1, 2)
    with pytest.raises(Conflict) as refused:
        transfer_stock(
            part.pk, shop_id=part.shop_id, quantity=2, from_bin_id=None, to_bin_id=shelf.pk, actor=actor
        )
    assert refused.value.code == "not_enough_in_bin"
    assert checks.differences() == []


def test_foreign_bins_and_parts_do_not_exist() -> None:
    part, other = PartFactory(on_hand=1), PartFactory(on_hand=1)
    actor = member(part.shop)
    with pytest.raises(NotFound):
        receive_stock(part.shop_id, [Units(part.pk, 1, bin_id=BinFactory().pk)], actor=actor)
    with pytest.raises(NotFound):
        receive_stock(part.shop_id, [Units(other.pk, 1)], actor=actor)
    with pytest.raises(NotFound):
        receive_stock(other.shop_id, [Units(other.pk, 1)], actor=actor)
    assert (stock(part)[0], stock(other)[0]) == (1, 1)


def test_role_decides_who_adjusts() -> None:
    part = PartFactory(on_hand=1)
    with pytest.raises(NotAllowed):
        adjust_stock(
            part.pk, shop_id=part.shop_id, quantity=1, reason=Reason.FOUND,
            actor=member(part.shop, Role.CASHIER),
        )  # fmt: skip
    keeper = member(part.shop, Role.STOREKEEPER)
    found = adjust_stock(part.pk, shop_id=part.shop_id, quantity=1, reason=Reason.FOUND, actor=keeper)
    assert (found.quantity, found.value, found.actor_id) == (1, Decimal(500), keeper.id)
    with pytest.raises(Invalid):
        adjust_stock(part.pk, shop_id=part.shop_id, quantity=1, reason="because", actor=keeper)


def test_any_number_of_lines_costs_the_same_statements() -> None:
    shop = ShopFactory()
    actor = member(shop)
    parts = [PartFactory(shop=shop) for _ in range(6)]

    def cost(count: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            receive_stock(
                shop.pk, [Units(part.pk, 1, unit_cost=Decimal(1)) for part in parts[:count]], actor=actor
            )
        return len(seen)

    assert cost(1) == cost(5)


def test_low_stock_is_told_once_per_crossing() -> None:
    part = PartFactory(on_hand=5, reorder_point=3)
    actor = member(part.shop)
    sell(part, 1, actor)
    assert Notification.objects.count() == 0
    sell(part, 1, actor)
    sell(part, 1, actor)
    assert Notification.objects.get().title == "Front brake pads is running low"
    receive_stock(part.shop_id, [Units(part.pk, 9)], actor=actor)
    assert Stock.objects.get(part=part).low_since is None
    sell(part, 8, actor)
    assert Notification.objects.count() == 2


def test_stream_says_what_is_on_hand() -> None:
    part = PartFactory(on_hand=2)
    sell(part, 1, member(part.shop))
    said = StreamEntry.objects.get(type="stock-changed")
    assert said.stream == f"shop/{part.shop_id}"
    assert said.data == {"shopId": str(part.shop_id), "parts": [{"partId": str(part.pk), "onHand": 1}]}


# --- holds ---


def hold(part: Any, quantity: int, kind: HoldKind, actor: Actor, **kwargs: Any) -> list[Hold]:
    kwargs.setdefault("document", Document("order", uuid4(), "CL-1"))
    kwargs.setdefault("expires_at", None)
    return hold_parts(part.shop_id, [Wanted(part.pk, quantity)], kind=kind, actor=actor, **kwargs)


def test_counter_takes_what_a_quote_holds_and_not_what_an_order_holds() -> None:
    part = PartFactory(on_hand=3)
    actor = member(part.shop)
    hold(part, 1, HoldKind.HARD, actor)
    hold(part, 1, HoldKind.SOFT, actor)
    there = queries.availability([part.pk])[part.pk]
    assert (there.on_hand, there.reserved, there.available, there.for_counter) == (3, 2, 1, 2)
    with pytest.raises(Conflict) as refused:
        sell(part, 3, actor)
    assert refused.value.extra["parts"][0]["available"] == 2
    sell(part, 2, actor)
    assert queries.availability([part.pk])[part.pk].available == -1


def test_handing_over_spares_the_holds_of_its_own_order() -> None:
    part = PartFactory(on_hand=1)
    actor = member(part.shop)
    order_id = uuid4()
    order = Document("order", order_id, "CL-2")
    hold(part, 1, HoldKind.HARD, actor, document=order)
    with pytest.raises(Conflict):
        sell(part, 1, actor)
    sell(part, 1, actor, spare=[order_id])
    assert [row.status for row in end_holds(order_id, to=HoldStatus.CONSUMED, actor=actor)] == ["consumed"]


def test_expired_hold_stops_counting_at_that_second_swept_or_not() -> None:
    part = PartFactory(on_hand=1)
    actor = member(part.shop)
    hold(part, 1, HoldKind.HARD, actor, expires_at=timezone.now() - timedelta(microseconds=1))
    assert queries.availability([part.pk])[part.pk].available == 1
    sell(part, 1, actor)
    assert (sweep_expired_holds(actor=Actor.beat()), Hold.objects.get().status) == (1, "expired")


def test_soft_hold_takes_only_what_nobody_holds_and_partly_where_it_may() -> None:
    part = PartFactory(on_hand=3)
    actor = member(part.shop)
    hold(part, 2, HoldKind.SOFT, actor)
    with pytest.raises(Conflict):
        hold(part, 2, HoldKind.SOFT, actor)
    assert [row.quantity for row in hold(part, 2, HoldKind.SOFT, actor, partly=True)] == [1]
    assert hold(part, 1, HoldKind.SOFT, actor, partly=True) == []


def test_holding_again_for_a_document_replaces_what_it_held() -> None:
    part = PartFactory(on_hand=3)
    actor = member(part.shop)
    quote = Document("quote", uuid4(), "CL-3")
    hold(part, 3, HoldKind.SOFT, actor, document=quote)
    hold(part, 2, HoldKind.SOFT, actor, document=quote)
    assert queries.availability([part.pk])[part.pk].reserved == 2
    assert list(Hold.objects.order_by("pk").values_list("status", flat=True)) == ["released", "open"]
