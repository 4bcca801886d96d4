"""Completing a sale: ways of paying, prices, bins, holds, cores, numbers."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from clutch.core.errors import Conflict, Incomplete, Invalid
from inventory.actions.holds import Wanted, hold_parts
from inventory.checks import differences
from inventory.enums import HoldKind
from inventory.ledger import Document
from inventory.models import BinStock, Movement, PriceTier, Stock, StockPolicy
from inventory.tests.factories import BinFactory, PartFactory, received
from sales.actions.carts import save_cart
from sales.actions.checkout import complete_sale
from sales.actions.registers import add_register, open_session
from sales.enums import Tender
from sales.inputs import CartInput, LineInput
from sales.models import AccountEntry, CoreDeposit, CustomerBalance, Sale
from sales.tests.acts import Till, as_member, cash, paid
from sales.tests.factories import CustomerFactory
from shops.enums import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    """An open register with 200 in it."""
    return Till()


def test_split_over_all_ways_of_paying(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop, credit_limit=300, terms_days=30)
    CustomerBalance.objects.filter(customer=customer).update(owed=100, credit=50)
    part = PartFactory(shop=till.shop, on_hand=1, selling_price=850)
    sale = till.sell(
        (part, 1),
        customer_id=customer.pk,
        payments=[
            paid(Tender.CARD, "100", "044121"),
            paid(Tender.TRANSFER, "100"),
            paid(Tender.ACCOUNT, "200"),
            paid(Tender.STORE_CREDIT, "50"),
            cash("500"),
        ],
    )
    rows = {row.method: row for row in sale.payments.all()}
    assert {method: row.amount for method, row in rows.items()} == {
        "card": 100, "transfer": 100, "account": 200, "store_credit": 50, "cash": 400,
    }  # fmt: skip
    assert (rows["cash"].tendered, rows["card"].reference) == (Decimal(500), "044121")
    balance = CustomerBalance.objects.get(customer=customer)
    assert (balance.owed, balance.credit) == (Decimal(300), Decimal(0))
    owed = AccountEntry.objects.get(account="owed")
    today = timezone.now().astimezone(till.shop.zone).date()
    assert (owed.amount, owed.balance_after, owed.document_number, owed.due_on) == (
        Decimal(200), Decimal(300), sale.number, today + timedelta(days=30),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("payments", "code", "left"),
    [
        ([paid(Tender.ACCOUNT, "200.01"), cash()], "over_limit", "200.00"),
        ([paid(Tender.STORE_CREDIT, "50.01"), cash()], "not_enough_credit", "50.00"),
    ],
)
def test_no_more_than_the_customer_may(till: Till, payments: Any, code: str, left: str) -> None:
    customer = CustomerFactory(shop=till.shop, credit_limit=300)
    CustomerBalance.objects.filter(customer=customer).update(owed=100, credit=50)
    part = PartFactory(shop=till.shop, on_hand=1)
    with pytest.raises(Conflict) as refused:
        till.sell((part, 1), customer_id=customer.pk, payments=payments)
    assert (refused.value.code, refused.value.extra) == (code, {"available": left})
    assert (Sale.objects.count(), AccountEntry.objects.count()) == (0, 0)


def test_nobody_buys_on_account_without_a_name_or_when_suspended(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=1)
    on_account = [paid(Tender.ACCOUNT, "850")]
    with pytest.raises(Invalid) as refused:
        till.sell((part, 1), payments=on_account)
    assert list(refused.value.fields) == ["customer_id"]
    customer = CustomerFactory(shop=till.shop, credit_limit=3000, status="suspended")
    with pytest.raises(Conflict) as suspended:
        till.sell((part, 1), payments=on_account, customer_id=customer.pk)
    assert suspended.value.code == "customer_suspended"
    assert till.sell((part, 1), customer_id=customer.pk).status == "completed"


def test_smallest_coin_rounds_what_is_paid_in_cash_alone() -> None:
    till = Till(cash_rounding=Decimal("0.25"))
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=Decimal("100.13"))
    in_cash = till.sell((part, 1), payments=[cash("101")])
    assert (in_cash.rounding, in_cash.total) == (Decimal("0.12"), Decimal("100.25"))
    assert [(row.amount, row.tendered) for row in in_cash.payments.all()] == [
        (Decimal("100.25"), Decimal(101))
    ]
    by_card = till.sell((part, 1), payments=[paid(Tender.CARD, "100.13")])
    assert (by_card.rounding, by_card.total) == (Decimal(0), Decimal("100.13"))


def test_prices_without_tax_and_reduced_rate() -> None:
    till = Till(prices_include_tax=False)
    pads = PartFactory(shop=till.shop, on_hand=5, selling_price=100)
    oil = PartFactory(shop=till.shop, on_hand=5, selling_price=100, tax_class="reduced")
    seal = PartFactory(shop=till.shop, on_hand=5, selling_price=100, tax_class="exempt")
    sale = till.sell((pads, 1), (oil, 1), (seal, 1), delivery_fee=Decimal(50))
    assert [(line.net, line.tax) for line in sale.lines.all()] == [
        (Decimal(100), Decimal(14)), (Decimal(100), Decimal(5)), (Decimal(100), Decimal(0)),
    ]  # fmt: skip
    assert (sale.goods_total, sale.tax_total, sale.total) == (Decimal(300), Decimal(26), Decimal(376))


def test_price_of_the_day_and_of_the_quantity_over_all_lines(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=50, selling_price=100)
    PriceTier.objects.create(part=part, min_quantity=10, unit_price=90)
    few = save_cart(till.shop.pk, cart=till.cart((part, 9)), actor=till.actor)
    many = save_cart(till.shop.pk, cart=till.cart((part, 4), (part, 6)), actor=till.actor)
    assert (few.total, many.total) == (Decimal(900), Decimal(900))
    assert {line.list_price for line in many.lines.all()} == {Decimal(90)}


def test_discount_price_goes_by_the_day_in_the_shops_zone(till: Till) -> None:
    today = timezone.now().astimezone(till.shop.zone).date()
    part = PartFactory(
        shop=till.shop,
        on_hand=5,
        selling_price=100,
        discount_price=70,
        discount_from=today,
        discount_until=today,
    )
    assert till.sell((part, 1)).total == 70
    type(part).objects.filter(pk=part.pk).update(
        discount_from=today + timedelta(days=1), discount_until=today + timedelta(days=1)
    )
    assert till.sell((part, 1)).total == 100


def test_units_are_taken_from_the_bin_named_then_from_the_fullest(till: Till) -> None:
    near, far = BinFactory(shop=till.shop), BinFactory(shop=till.shop)
    part = PartFactory(shop=till.shop)
    received(part, 2, Decimal(40), bin_id=near.pk)
    received(part, 5, Decimal(60), bin_id=far.pk)
    till.sell(LineInput(part.pk, 3, bin_id=near.pk))
    assert list(BinStock.objects.filter(part=part).order_by("quantity").values_list("bin", "quantity")) == [
        (near.pk, 0), (far.pk, 4),
    ]  # fmt: skip
    assert differences() == []


def test_cost_of_each_line_is_what_the_ledger_took(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=1, unit_cost="10")
    received(part, 2, Decimal(11))
    sale = till.sell((part, 1), (part, 2))
    assert [line.cost for line in sale.lines.all()] == [Decimal("10.67"), Decimal("21.33")]
    assert -sum(row.value for row in Movement.objects.filter(document_id=sale.pk)) == 32


def test_numbers_go_by_register_and_year(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=9)
    other = add_register(till.shop.pk, code="B", name="Back", actor=as_member(till.shop, Role.MANAGER))
    open_session(till.shop.pk, register_id=other.pk, opening_float=Decimal(0), actor=till.actor)
    year = timezone.now().astimezone(till.shop.zone).year
    numbers = [till.sell((part, 1), register_id=pk).number for pk in (till.register.pk, other.pk, other.pk)]
    with pytest.raises(Conflict):
        till.sell((part, 99))
    numbers.append(till.sell((part, 1)).number)
    assert numbers == [f"R1-{year}-000001", f"B-{year}-000001", f"B-{year}-000002", f"R1-{year}-000002"]


def hold(till: Till, part: Any, units: int, kind: HoldKind) -> Any:
    """A document that holds units."""
    from uuid import uuid4

    document = Document("quote", uuid4(), "CL-2026-000007")
    until = timezone.now() + timedelta(hours=1)
    return hold_parts(
        till.shop.pk,
        [Wanted(part.pk, units)],
        kind=kind,
        document=document,
        expires_at=until,
        actor=till.actor,
    )[0]


def test_quote_in_the_way_is_named_and_nothing_is_sold(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=3)
    held = hold(till, part, 2, HoldKind.SOFT)
    assert till.sell((part, 1)).status == "completed"
    with pytest.raises(Conflict) as refused:
        till.sell((part, 1))
    assert refused.value.code == "held_by_quote"
    [said] = refused.value.extra["holds"]
    assert (said["holdId"], said["documentNumber"], said["quantity"]) == (str(held.pk), "CL-2026-000007", 2)
    assert Stock.objects.get(part=part).on_hand == 2
    type(held).objects.filter(pk=held.pk).update(expires_at=timezone.now())
    assert till.sell((part, 2)).status == "completed"


def test_what_an_order_holds_is_not_for_sale(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=3)
    hold(till, part, 2, HoldKind.HARD)
    with pytest.raises(Conflict) as refused:
        till.sell((part, 2))
    assert (refused.value.code, refused.value.extra["parts"][0]["available"]) == ("not_enough_stock", 1)


def test_below_zero_only_where_the_shop_allows_it_and_it_is_said(till: Till) -> None:
    from clutch.feed.models import StreamEntry

    part = PartFactory(shop=till.shop, on_hand=1, unit_cost="40")
    StockPolicy.objects.create(shop=till.shop, allows_negative=True)
    till.sell((part, 3))
    said = StreamEntry.objects.get(type="sale-completed").data["belowZero"]
    assert said == [{"partId": str(part.pk), "onHand": -2}]


def test_core_charge_is_a_deposit_without_tax_unless_the_old_part_is_there(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=1000, core_charge=300)
    sale = till.sell((part, 2), LineInput(part.pk, 1, takes_core=False))
    assert (sale.core_total, sale.total) == (Decimal(600), Decimal(3600))
    assert sale.tax_total == Decimal("368.42")
    core = CoreDeposit.objects.get()
    assert (core.unit_charge, core.quantity, core.status) == (Decimal(300), 2, "open")
    assert core.expires_at - timezone.now() > timedelta(days=29)


def test_line_without_a_part_has_a_name_and_a_price(till: Till) -> None:
    sale = till.sell(LineInput(None, 2, Decimal("57"), name="Fitting"))
    assert (sale.total, sale.lines.get().cost, Movement.objects.count()) == (Decimal(114), None, 0)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (LineInput(None, 1), "lines.0.name"),
        (LineInput(None, 1, name="Fitting"), "lines.0.unit_price"),
        (LineInput(None, 0, Decimal(1), name="x"), "lines.0.quantity"),
        (LineInput(None, 1, Decimal("1.001"), name="x"), "lines.0.unit_price"),
        (LineInput(None, 1, Decimal(-1), name="x"), "lines.0.unit_price"),
        (LineInput(None, 1, Decimal("NaN"), name="x"), "lines.0.unit_price"),
        (LineInput(None, 1, Decimal(5), Decimal("5.01"), name="x"), "lines.0.discount"),
    ],
)
def test_line_that_is_wrong_is_refused_at_its_field(till: Till, line: LineInput, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        save_cart(till.shop.pk, cart=till.cart(line), actor=till.actor)
    assert list(refused.value.fields) == [field]


def test_what_is_not_the_shops_own_is_refused_at_its_field(till: Till) -> None:
    other = Till()
    part = PartFactory(shop=till.shop, on_hand=1)
    off = PartFactory(shop=till.shop, on_hand=1, status="inactive")
    no_price = PartFactory(shop=till.shop, selling_price=None)
    customer = CustomerFactory(shop=other.shop)
    wrong: list[tuple[CartInput, str]] = [
        (till.cart((PartFactory(shop=other.shop), 1)), "lines.0.part_id"),
        (till.cart((off, 1)), "lines.0.part_id"),
        (till.cart((no_price, 1)), "lines.0.unit_price"),
        (till.cart(LineInput(part.pk, 1, bin_id=BinFactory(shop=other.shop).pk)), "lines.0.bin_id"),
        (till.cart((part, 1), register_id=other.register.pk), "register_id"),
        (till.cart((part, 1), customer_id=customer.pk), "customer_id"),
        (till.cart((part, 1), vehicle_id=customer.pk), "vehicle_id"),
    ]
    for cart, field in wrong:
        with pytest.raises(Invalid) as refused:
            save_cart(till.shop.pk, cart=cart, actor=till.actor)
        assert list(refused.value.fields) == [field]
    assert not Sale.objects.exists()


def test_empty_cart_is_not_sold_and_a_sale_only_once(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=5)
    empty = save_cart(till.shop.pk, cart=till.cart(), actor=till.actor)
    with pytest.raises(Incomplete):
        complete_sale(empty.pk, shop_id=till.shop.pk, payments=[], actor=till.actor)
    cart = save_cart(till.shop.pk, cart=till.cart((part, 1)), actor=till.actor)
    complete_sale(cart.pk, shop_id=till.shop.pk, payments=[cash()], actor=till.actor)
    with pytest.raises(Conflict) as again:
        complete_sale(cart.pk, shop_id=till.shop.pk, payments=[cash()], actor=till.actor)
    assert (again.value.code, Stock.objects.get(part=part).on_hand) == ("wrong_status", 4)
