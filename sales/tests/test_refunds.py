"""Refunds whose money needs care: no difference disappears as rounding, the delivery of a whole return."""

from decimal import Decimal as D

import pytest

from clutch.core.errors import Conflict, Invalid
from inventory.tests.factories import PartFactory
from orders import ledger
from orders.tests.paying import bought, faults, fulfil, run_payment_jobs
from sales.actions.returns import preview_return, take_return
from sales.enums import RefundBy, ReturnReason, Tender
from sales.inputs import BackInput, ReturnInput
from sales.models import Sale, SaleReturn
from sales.reports import expected_cash, session_report
from sales.tenders import give_back
from sales.tests.acts import Till, as_member
from shops.enums import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("paid", "coin", "rounded", "cash"),
    [
        ({"cash": D("99.75")}, D("0.25"), D(0), D("99.75")),
        ({"cash": D("99.60")}, D(0), D("0.40"), D("99.60")),
        ({"cash": D(99)}, D("0.25"), D("0.40"), None),
        ({"card": D(40), "cash": D(50)}, D(1), D(0), None),
        ({}, D(0), D(0), None),
    ],
)
def test_as_it_was_paid_differs_by_rounding_alone(
    paid: dict[str, D], coin: D, rounded: D, cash: D | None
) -> None:
    if cash is None:
        with pytest.raises(Conflict) as refused:
            give_back(D(100), RefundBy.ORIGINAL, paid=paid, coin=coin, rounded=rounded, currency="EGP")
        assert refused.value.code == "paid_less"
        return
    settled = give_back(D(100), RefundBy.ORIGINAL, paid=paid, coin=coin, rounded=rounded, currency="EGP")
    assert (settled.sum_of(Tender.CASH), settled.rounding) == (-cash, cash - 100)


def whole(sale: Sale, till: Till | None = None, **given: object) -> ReturnInput:
    """All lines of a sale."""
    backs = [BackInput(line.pk, line.quantity, reason=ReturnReason.DEFECTIVE) for line in sale.lines.all()]
    return ReturnInput(backs, register_id=till.register.pk if till else None, **given)  # type: ignore[arg-type]


def test_platform_gives_the_delivery_back_with_the_whole_order() -> None:
    order = bought("card")
    fulfil(order)
    run_payment_jobs()
    sale = Sale.objects.get()
    owner = as_member(sale.shop, Role.OWNER)
    assert sale.delivery_fee == D(50)
    note = take_return(sale.pk, shop_id=sale.shop_id, given=whole(sale, refund_delivery=True), actor=owner)
    run_payment_jobs()
    assert (note.refund_total, note.delivery_fee, note.delivery_tax) == (
        sale.total, D(50), sale.delivery_tax,
    )  # fmt: skip
    assert note.tax_total == sale.tax_total
    assert [(row.method, row.amount) for row in note.payments.all()] == [("platform", -sale.total)]
    assert (ledger.balance(order.pk).refunded, ledger.balance(order.pk).refundable) == (sale.total, D(0))
    assert faults() == []


@pytest.mark.parametrize("included", [True, False])
def test_delivery_comes_back_with_the_last_unit_alone_and_only_when_asked(included: bool) -> None:
    till = Till(prices_include_tax=included)
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100)
    sale = till.sell((part, 2), delivery_fee=D(50))
    line = sale.lines.get()

    def back(**given: object) -> ReturnInput:
        return ReturnInput([BackInput(line.pk, 1)], register_id=till.register.pk, **given)  # type: ignore[arg-type]

    with pytest.raises(Invalid) as refused:
        take_return(sale.pk, shop_id=till.shop.pk, given=back(refund_delivery=True), actor=till.actor)
    assert (list(refused.value.fields), SaleReturn.objects.count()) == (["refund_delivery"], 0)
    first = take_return(sale.pk, shop_id=till.shop.pk, given=back(), actor=till.actor)
    shown = preview_return(sale.pk, shop_id=till.shop.pk, given=back(refund_delivery=True), actor=till.actor)
    last = take_return(sale.pk, shop_id=till.shop.pk, given=back(refund_delivery=True), actor=till.actor)
    assert (first.delivery_fee, last.delivery_fee, shown.refund) == (D(0), D(50), last.refund_total)
    assert first.refund_total + last.refund_total == sale.total
    assert first.tax_total + last.tax_total == sale.tax_total
    assert expected_cash(till.session) == 200
    assert session_report(till.session)["returns"]["delivery"] == "50.00"


def test_preview_books_nothing() -> None:
    till = Till(restocking_percent=10)
    sale = till.sell((PartFactory(shop=till.shop, on_hand=3, selling_price=100), 2))
    given = ReturnInput(
        [BackInput(sale.lines.get().pk, 1, reason=ReturnReason.NOT_NEEDED)], register_id=till.register.pk
    )
    shown = preview_return(sale.pk, shop_id=till.shop.pk, given=given, actor=till.actor)
    assert (shown.refund, shown.most_fee, shown.can_refund_delivery) == (D(90), D(10), False)
    assert (SaleReturn.objects.count(), expected_cash(till.session)) == (0, D(400))
