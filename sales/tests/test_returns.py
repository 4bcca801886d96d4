"""What comes back: voids, returns, exchanges, without a receipt, old parts."""

from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clutch.core.errors import Conflict, Invalid, NotAllowed
from clutch.feed.models import StreamEntry
from inventory.checks import differences
from inventory.models import Misfit, Movement, Stock
from inventory.tests.factories import BinFactory, PartFactory, received
from sales.actions.cores import return_core, sweep_expired_cores
from sales.actions.loose_returns import return_without_receipt
from sales.actions.registers import close_session, open_session
from sales.actions.returns import exchange, take_return
from sales.actions.voiding import void_sale
from sales.enums import Condition, RefundBy, ReturnReason, Tender
from sales.inputs import BackInput, LineInput, LooseInput, ReturnInput
from sales.models import (
    AccountEntry,
    CoreDeposit,
    Customer,
    CustomerBalance,
    CustomerVehicle,
    Payment,
    Sale,
    SaleReturn,
)
from sales.reports import expected_cash, session_report
from sales.tests.acts import Till, as_member, books_of, cash, paid
from sales.tests.factories import CustomerFactory
from shops.enums import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    """An open register with 200 in it."""
    return Till()


def back(till: Till, sale: Sale, quantity: int = 1, *, line: int = 0, **given: Any) -> SaleReturn:
    """Units of a line of a sale come back."""
    words = {name: given.pop(name) for name in ("condition", "reason") if name in given}
    row = BackInput(list(sale.lines.all())[line].pk, quantity, **words)
    asked = ReturnInput([row], **{"register_id": till.register.pk, **given})
    return take_return(sale.pk, shop_id=till.shop.pk, given=asked, actor=till.actor)


def lead(till: Till) -> Any:
    """A manager of the shop."""
    return as_member(till.shop, Role.MANAGER)


# Voids


def test_void_takes_everything_back_exactly(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop, credit_limit=300)
    CustomerBalance.objects.filter(customer=customer).update(credit=50)
    near, far = BinFactory(shop=till.shop), BinFactory(shop=till.shop)
    part, core = PartFactory(shop=till.shop), PartFactory(shop=till.shop, on_hand=3, core_charge=100)
    received(part, 2, D("33.33"), bin_id=near.pk)
    received(part, 5, D("66.67"), bin_id=far.pk)
    before = books_of(till.shop)
    sale = till.sell(
        LineInput(part.pk, 4, bin_id=near.pk),
        (core, 2),
        customer_id=customer.pk,
        payments=[
            paid(Tender.CARD, "1000"),
            paid(Tender.ACCOUNT, "250"),
            paid(Tender.STORE_CREDIT, "50"),
            cash(),
        ],
    )
    assert books_of(till.shop) != before
    voided = void_sale(sale.pk, shop_id=till.shop.pk, reason="rung up twice", actor=lead(till))
    assert (voided.status, voided.void_reason, voided.number) == ("voided", "rung up twice", sale.number)
    assert books_of(till.shop) == before
    assert expected_cash(till.session) == 200
    assert {core.status for core in CoreDeposit.objects.all()} == {"reversed"}
    assert differences() == []
    assert till.sell((core, 1)).number.endswith("-000002")


def test_void_at_another_price_than_now_leaves_the_others_value_alone(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=1, unit_cost="40")
    sale = till.sell((part, 1))
    received(part, 1, D(70))
    void_sale(sale.pk, shop_id=till.shop.pk, reason="x", actor=lead(till))
    stock = Stock.objects.get(part=part)
    assert (stock.on_hand, stock.value) == (2, D(110))


def test_only_a_sale_of_today_in_the_shops_zone_is_voided(till: Till) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=5), 1))
    midnight = datetime(2026, 6, 2, 0, 0, tzinfo=ZoneInfo(till.shop.time_zone))
    Sale.objects.filter(pk=sale.pk).update(completed_at=midnight - timedelta(seconds=1))
    with patch("django.utils.timezone.now", lambda: midnight), pytest.raises(Conflict) as refused:
        void_sale(sale.pk, shop_id=till.shop.pk, reason="x", actor=lead(till))
    assert refused.value.code == "not_today"
    just_before = midnight - timedelta(microseconds=1)
    with patch("django.utils.timezone.now", lambda: just_before):
        assert void_sale(sale.pk, shop_id=till.shop.pk, reason="x", actor=lead(till)).status == "voided"


def test_cashier_voids_with_a_managers_word_and_gives_up_a_cart_alone(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=5)
    sale = till.sell((part, 1))
    with pytest.raises(NotAllowed) as refused:
        void_sale(sale.pk, shop_id=till.shop.pk, reason="x", actor=till.actor)
    assert (refused.value.code, refused.value.extra) == ("needs_approval", {"act": "void_sale"})
    manager = lead(till)
    done = void_sale(sale.pk, shop_id=till.shop.pk, reason="x", approved_by=manager.user_id, actor=till.actor)
    assert done.void_approved_by_id == manager.user_id
    from sales.actions.carts import save_cart

    cart = save_cart(till.shop.pk, cart=till.cart((part, 1)), actor=till.actor)
    assert void_sale(cart.pk, shop_id=till.shop.pk, reason="left", actor=till.actor).number == ""


def test_void_goes_out_of_the_drawer_that_is_open_now(till: Till) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=5, selling_price=100), 1))
    close_session(till.session.pk, shop_id=till.shop.pk, counted=D(300), actor=till.actor)
    with pytest.raises(Conflict) as refused:
        void_sale(sale.pk, shop_id=till.shop.pk, reason="x", actor=lead(till))
    assert refused.value.code == "no_session"
    second = open_session(till.shop.pk, register_id=till.register.pk, opening_float=D(150), actor=till.actor)
    void_sale(sale.pk, shop_id=till.shop.pk, reason="x", actor=lead(till))
    assert expected_cash(second) == 50
    report = session_report(second)
    assert (report["sales"]["count"], report["voids"]["count"], report["voids"]["total"]) == (0, 1, "100.00")
    assert report["taxes"] == [{"rate": "14.00", "net": "-87.72", "tax": "-12.28"}]


def test_what_has_begun_to_come_back_is_not_voided(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=5)
    sale = till.sell((part, 2))
    back(till, sale)
    with pytest.raises(Conflict) as refused:
        void_sale(sale.pk, shop_id=till.shop.pk, reason="x", actor=lead(till))
    assert refused.value.code == "has_returns"
    voided = till.sell((part, 1))
    void_sale(voided.pk, shop_id=till.shop.pk, reason="x", actor=lead(till))
    with pytest.raises(Conflict) as twice:
        void_sale(voided.pk, shop_id=till.shop.pk, reason="x", actor=lead(till))
    assert twice.value.code == "wrong_status"
    with pytest.raises(Conflict):
        back(till, voided)


# Returns


def test_all_of_a_sale_in_portions_gives_exactly_what_it_took(till: Till) -> None:
    part = PartFactory(shop=till.shop, selling_price=D("33.33"))
    received(part, 3, D("3.333"))
    received(part, 4, D("7"))
    before = books_of(till.shop)
    sale = till.sell(LineInput(part.pk, 7, discount=D("0.01")))
    notes = [back(till, sale, units) for units in (2, 1, 3)]
    sale.refresh_from_db()
    assert sale.status == "completed"
    notes.append(back(till, sale, 1))
    sale.refresh_from_db()
    assert sale.status == "returned"
    assert sum(note.refund_total for note in notes) == sale.total
    assert sum(note.tax_total for note in notes) == sale.tax_total
    assert books_of(till.shop) == before
    year = notes[0].created_at.astimezone(till.shop.zone).year
    assert [note.number for note in notes] == [f"CR-R1-{year}-00000{n}" for n in (1, 2, 3, 4)]
    assert {note.sale_id for note in notes} == {sale.pk}
    assert differences() == []


def test_never_more_than_was_sold_in_however_many_lines(till: Till) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=5), 3))
    back(till, sale, 2)
    line = sale.lines.get().pk
    asked = ReturnInput([BackInput(line, 1), BackInput(line, 1)], register_id=till.register.pk)
    with pytest.raises(Conflict) as refused:
        take_return(sale.pk, shop_id=till.shop.pk, given=asked, actor=till.actor)
    assert refused.value.code == "more_than_sold"
    assert refused.value.extra == {"lines": [{"lineId": str(line), "left": 1}]}
    assert SaleReturn.objects.count() == 1


def test_damaged_part_is_written_off_at_the_cost_of_its_sale(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=2, unit_cost="40")
    sale = till.sell((part, 1))
    received(part, 1, D(80))
    back(till, sale, condition=Condition.DAMAGED, reason=ReturnReason.DEFECTIVE)
    stock = Stock.objects.get(part=part)
    assert (stock.on_hand, stock.value) == (2, D(120))
    moves = Movement.objects.filter(part=part, document_kind="return").order_by("seq")
    assert [(row.kind, row.quantity, row.value, row.reason) for row in moves] == [
        ("return", 1, D(40), ""), ("adjustment", -1, D(-40), "damaged"),
    ]  # fmt: skip
    assert differences() == []


def test_money_goes_back_as_it_came_account_and_cards_first(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop, credit_limit=1000)
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=100)
    sale = till.sell(
        (part, 5),
        customer_id=customer.pk,
        payments=[paid(Tender.ACCOUNT, "150"), paid(Tender.CARD, "120"), cash()],
    )
    ways = []
    for units in (2, 1, 2):
        note = back(till, sale, units)
        ways.append({row.method: row.amount for row in note.payments.all()})
    assert ways == [
        {"account": D(-150), "card": D(-50)},
        {"card": D(-70), "cash": D(-30)},
        {"cash": D(-200)},
    ]
    assert CustomerBalance.objects.get(customer=customer).owed == 0
    assert expected_cash(till.session) == 200


def test_cash_or_store_credit_instead(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop)
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=100)
    sale = till.sell((part, 2), payments=[paid(Tender.CARD, "200")])
    back(till, sale, refund=RefundBy.CASH)
    assert expected_cash(till.session) == 100
    with pytest.raises(Invalid) as refused:
        back(till, sale, refund=RefundBy.STORE_CREDIT)
    assert list(refused.value.fields) == ["customer_id"]
    note = back(till, sale, refund=RefundBy.STORE_CREDIT, customer_id=customer.pk)
    assert CustomerBalance.objects.get(customer=customer).credit == 100
    assert AccountEntry.objects.get().document_number == note.number


def test_coin_is_rounded_on_the_way_back_too() -> None:
    till = Till(cash_rounding=D("0.25"))
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=D("100.13"))
    sale = till.sell((part, 1))
    note = back(till, sale)
    assert (note.rounding, note.refund_total) == (D("0.12"), D("100.25"))
    assert expected_cash(till.session) == 200


def test_restocking_fee_only_for_what_is_not_the_shops_fault() -> None:
    till = Till(restocking_percent=10)
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100)
    sale = till.sell((part, 4))
    fees = [
        back(till, sale, reason=reason).restocking_fee
        for reason in (ReturnReason.NOT_NEEDED, ReturnReason.DEFECTIVE)
    ]
    waived = back(till, sale, reason=ReturnReason.NOT_NEEDED, restocking_fee=D(0))
    assert [*fees, waived.restocking_fee] == [D(10), D(0), D(0)]
    with pytest.raises(Invalid) as refused:
        back(till, sale, reason=ReturnReason.NOT_NEEDED, restocking_fee=D("10.01"))
    assert list(refused.value.fields) == ["restocking_fee"]
    assert expected_cash(till.session) == 200 + 400 - 90 - 100 - 100


def test_after_the_days_to_return_only_with_a_word(till: Till) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=5), 2))
    Sale.objects.filter(pk=sale.pk).update(completed_at=timezone.now() - timedelta(days=14, seconds=1))
    with pytest.raises(NotAllowed) as refused:
        back(till, sale)
    assert refused.value.code == "too_late"
    asked = ReturnInput([BackInput(sale.lines.get().pk, 1)], register_id=till.register.pk)
    manager = lead(till)
    note = take_return(
        sale.pk, shop_id=till.shop.pk, given=asked, approved_by=manager.user_id, actor=till.actor
    )
    assert note.approved_by_id == manager.user_id
    assert take_return(sale.pk, shop_id=till.shop.pk, given=asked, actor=manager).approved_by_id is None


def test_what_did_not_fit_is_kept_against_number_and_vehicle(till: Till) -> None:
    from inventory.actions.misfits import Vehicle

    customer = CustomerFactory(shop=till.shop)
    car = CustomerVehicle.objects.create(
        customer=customer, make_name="Hyundai", model_name="Accent", year=2018
    )
    part = PartFactory(shop=till.shop, on_hand=5, number="58101-1RA00", number_key="581011RA00")
    sale = till.sell((part, 3), customer_id=customer.pk, vehicle_id=car.pk)
    note = back(till, sale, reason=ReturnReason.DOES_NOT_FIT)
    back(till, sale, reason=ReturnReason.DOES_NOT_FIT, vehicle=Vehicle(make_name="Kia", model_name="Rio"))
    back(till, sale, reason=ReturnReason.NOT_NEEDED)
    first, second = Misfit.objects.order_by("at")
    assert (first.part_key, first.make_name, first.model_name, first.year) == (
        "581011RA00", "Hyundai", "Accent", 2018,
    )  # fmt: skip
    assert (first.document_number, first.part, second.make_name) == (note.number, part, "Kia")


# Exchange


def swap(till: Till, sale: Sale, *lines: Any, payments: Any = (), **given: Any) -> SaleReturn:
    """One unit of a sale comes back against something else."""
    asked = ReturnInput([BackInput(sale.lines.all()[0].pk, 1)], **{"register_id": till.register.pk, **given})
    return exchange(
        sale.pk,
        shop_id=till.shop.pk,
        given=asked,
        cart=till.cart(*lines),
        payments=payments,
        actor=till.actor,
    )


def test_exchange_for_something_dearer_pays_the_difference(till: Till) -> None:
    cheap = PartFactory(shop=till.shop, on_hand=5, selling_price=100)
    dear = PartFactory(shop=till.shop, on_hand=5, selling_price=250)
    sale = till.sell((cheap, 1))
    note = swap(till, sale, (dear, 1), payments=[cash("200")])
    new = Sale.objects.get(exchanged_for=note)
    assert [(row.method, row.amount) for row in new.payments.all()] == [
        ("exchange", D(100)),
        ("cash", D(150)),
    ]
    assert [(row.method, row.amount) for row in note.payments.all()] == [("exchange", D(-100))]
    assert (note.refund_total, new.total, expected_cash(till.session)) == (D(100), D(250), D(450))
    sale.refresh_from_db()
    assert sale.status == "returned"
    data = StreamEntry.objects.get(type="sale-returned").data
    assert (data["exchangeId"], data["saleId"]) == (str(new.pk), str(sale.pk))
    with pytest.raises(Conflict) as refused:
        void_sale(new.pk, shop_id=till.shop.pk, reason="x", actor=lead(till))
    assert refused.value.code == "not_voidable"


def test_exchange_for_something_cheaper_gives_the_rest_back(till: Till) -> None:
    cheap = PartFactory(shop=till.shop, on_hand=5, selling_price=100)
    dear = PartFactory(shop=till.shop, on_hand=5, selling_price=250)
    sale = till.sell((dear, 1), payments=[paid(Tender.CARD, "250")])
    note = swap(till, sale, (cheap, 1))
    assert [(row.method, row.amount) for row in note.payments.all()] == [
        ("exchange", D(-100)), ("card", D(-150)),
    ]  # fmt: skip
    assert Payment.objects.filter(method="exchange", amount__gt=0).get().amount == 100
    tenders = {row["method"]: row["net"] for row in session_report(till.session)["tenders"]}
    assert tenders == {"card": "100.00", "exchange": "0.00"}


def test_last_unit_is_swapped_for_itself_and_all_or_nothing(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=1, selling_price=100)
    sale = till.sell((part, 1))
    swap(till, sale, (part, 1))
    assert Stock.objects.get(part=part).on_hand == 0
    again = Sale.objects.order_by("completed_at").last()
    assert again is not None
    with pytest.raises(Invalid):
        swap(till, again, (PartFactory(shop=till.shop, on_hand=1, selling_price=500), 1))
    assert (SaleReturn.objects.count(), Sale.objects.count()) == (1, 2)


# Without a receipt


def test_without_a_receipt_store_credit_at_the_lowest_price_of_late(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100, unit_cost="40")
    till.sell(LineInput(part.pk, 2, discount=D(10)))
    old = till.sell(LineInput(part.pk, 1, unit_price=D(96)))
    long_ago = timezone.now() - timedelta(days=181)
    Sale.objects.filter(pk=old.pk).update(completed_at=long_ago)
    given: dict[str, Any] = {
        "lines": [LooseInput(part.pk, 2)], "phone": "0100 123 4567", "name": "Mona",
        "register_id": till.register.pk,
    }  # fmt: skip
    with pytest.raises(NotAllowed) as refused:
        return_without_receipt(till.shop.pk, actor=till.actor, **given)
    assert refused.value.code == "needs_approval"
    note = return_without_receipt(till.shop.pk, actor=lead(till), **given)
    assert (note.refund_total, note.phone, note.sale_id) == (D(190), "+201001234567", None)
    customer = Customer.objects.get()
    assert (customer.name, customer.balance.credit, note.customer) == ("Mona", D(190), customer)
    assert note.lines.get().cost == 80
    assert Stock.objects.get(part=part).on_hand == 8
    again = return_without_receipt(till.shop.pk, actor=lead(till), **given)
    assert (again.customer, Customer.objects.count()) == (customer, 1)
    assert differences() == []


def test_without_a_receipt_and_a_phone_nothing_is_taken(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=1)
    for phone in ("", "12"):
        with pytest.raises(Invalid) as refused:
            return_without_receipt(
                till.shop.pk, lines=[LooseInput(part.pk, 1)], phone=phone, actor=lead(till)
            )
        assert list(refused.value.fields) == ["phone"]
    assert not SaleReturn.objects.exists()


# Old parts


def test_old_parts_come_back_later_by_themselves(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=1000, core_charge=300)
    sale = till.sell((part, 3))
    core = CoreDeposit.objects.get()
    note = return_core(
        core.pk, shop_id=till.shop.pk, quantity=2, register_id=till.register.pk, actor=till.actor
    )
    core.refresh_from_db()
    assert (note.core_total, note.refund_total, note.sale_id) == (D(600), D(600), sale.pk)
    assert (core.left, core.status, Stock.objects.get(part=part).on_hand) == (1, "open", 2)
    with pytest.raises(Conflict) as refused:
        return_core(core.pk, shop_id=till.shop.pk, quantity=2, register_id=till.register.pk, actor=till.actor)
    assert refused.value.extra == {"left": 1}
    # The parts may still all come back; one deposit is left to go with them.
    back(till, sale, 3)
    core.refresh_from_db()
    sale.refresh_from_db()
    assert (core.left, core.status, sale.status) == (0, "returned", "returned")
    assert expected_cash(till.session) == 200


def test_deposit_goes_back_with_the_part_while_it_stands(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=1000, core_charge=300)
    sale = till.sell((part, 2))
    assert back(till, sale).refund_total == 1300
    CoreDeposit.objects.update(expires_at=timezone.now())
    assert back(till, sale).refund_total == 1000


def test_deposit_runs_out_swept_or_not(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=5, core_charge=300)
    till.sell((part, 1))
    CoreDeposit.objects.update(expires_at=timezone.now())
    core = CoreDeposit.objects.get()
    for _ in range(2):
        with pytest.raises(Conflict) as refused:
            return_core(core.pk, shop_id=till.shop.pk, quantity=1, actor=till.actor)
        assert refused.value.code == "core_over"
        sweep_expired_cores(actor=till.actor)
    core.refresh_from_db()
    assert core.status == "expired"
    assert sweep_expired_cores(actor=till.actor) == 0
    sale = Sale.objects.get()
    with pytest.raises(Conflict):
        return_core(core.pk, shop_id=till.shop.pk, quantity=1, actor=till.actor)
    assert void_sale(sale.pk, shop_id=till.shop.pk, reason="x", actor=lead(till)).status == "voided"


def test_payments_of_a_session_are_its_documents(till: Till) -> None:
    """Σ payments = sales − voids − returns + deposits + paid on account + cash in − cash out."""
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=D("99.99"), core_charge=10)
    sale, other = till.sell((part, 2)), till.sell((part, 1), payments=[paid(Tender.CARD, "109.99")])
    void_sale(other.pk, shop_id=till.shop.pk, reason="x", actor=lead(till))
    back(till, sale)
    swap(till, sale, (part, 3), payments=[cash()])
    report = session_report(till.session)
    total = sum(row.amount for row in Payment.objects.filter(session=till.session))
    documents = [D(report[name]["total"]) for name in ("sales", "voids", "returns")]
    assert total == documents[0] - documents[1] - documents[2]
