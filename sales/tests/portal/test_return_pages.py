"""The page of a return: what it shows before it books, exchanges, old parts, who may."""

import re
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.actions.barcodes import attach_barcode
from inventory.models import Misfit, Stock
from inventory.tests.factories import PartFactory
from sales.actions.pins import set_pin
from sales.models import CustomerBalance, Payment, Sale, SaleReturn
from sales.reports import expected_cash
from sales.tests.acts import Till, as_member, books_of, member
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def part(till: Till) -> Any:
    return PartFactory(shop=till.shop, number="58101-1RA00", on_hand=9, selling_price=100)


def signed_in(till: Till, role: Role = Role.CASHIER) -> Client:
    client = Client()
    client.force_login(member(till.shop, role).user)
    return client


def said(sale: Sale, count: int = 1, reason: str = "not_needed", **more: str) -> dict[str, str]:
    line = sale.lines.all()[0]
    return {
        f"units-{line.pk}": str(count), f"reason-{line.pk}": reason, f"condition-{line.pk}": "resaleable",
        "refund": "original", **more,
    }  # fmt: skip


def shown(client: Client, sale: Sale, form: dict[str, str]) -> str:
    return client.post(f"/portal/sales/{sale.pk}/return/preview", form).content.decode()


def confirmed(client: Client, sale: Sale, form: dict[str, str]) -> Any:
    """Look at the sums, then confirm them, as a clerk does."""
    stamp = re.search(r'name="shown" value="([^"]+)"', shown(client, sale, form))
    assert stamp is not None
    return client.post(
        f"/portal/sales/{sale.pk}/return", {**form, "shown": stamp[1], "idempotency_key": str(uuid4())}
    )


@pytest.mark.parametrize("role", Role)
def test_returns_are_for_who_may(till: Till, part: Any, role: Role) -> None:
    sale = till.sell((part, 2))
    client = signed_in(till, role)
    path = f"/portal/sales/{sale.pk}/return"
    may = 200 if role in PERMISSIONS[Act.TAKE_RETURN] else 403
    answers = [client.get(path), client.get(f"{path}/found?code=x"), client.post(f"{path}/preview", {})]
    assert [answer.status_code for answer in answers] == [may] * 3
    stranger = Client()
    stranger.force_login(MemberFactory(shop=ShopFactory()).user)
    answers = [
        stranger.get(path),
        stranger.post(path, said(sale)),
        stranger.post(f"{path}/preview", said(sale)),
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert Client().post(path, said(sale)).status_code == 302
    assert SaleReturn.objects.count() == 0


def test_refund_is_shown_before_it_is_booked(till: Till, part: Any) -> None:
    sale = till.sell((part, 3))
    client = signed_in(till)
    path = f"/portal/sales/{sale.pk}/return"
    before = books_of(till.shop)
    assert "Give EGP 200.00 back" in shown(client, sale, said(sale, 2)).replace("\xa0", " ")
    unseen = client.post(path, said(sale, 2))
    other = client.post(path, {**said(sale, 2), "shown": "100.00/0/100.00"})
    without_reason = confirmed(client, sale, said(sale, 2, reason=""))
    nothing = client.post(path, said(sale, 0))
    too_many = client.post(path, said(sale, 4))
    answers = (unseen, other, without_reason, nothing, too_many)
    assert [answer.status_code for answer in answers] == [422] * 5
    assert books_of(till.shop) == before
    done = confirmed(client, sale, said(sale, 2, reason="does_not_fit", make_name="Kia", year="2019"))
    note = SaleReturn.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/portal/returns/{note.pk}")
    assert note.number in client.get(done["Location"]).content.decode()
    assert (note.refund_total, expected_cash(till.session)) == (D(200), D(300))
    assert Stock.objects.get(part=part).on_hand == 8
    misfit = Misfit.objects.get()
    assert (misfit.part, misfit.make_name, misfit.year) == (part, "Kia", 2019)
    assert "1 of 3 can come back" in client.get(path).content.decode()


def test_store_credit_of_a_walk_in_goes_to_a_phone(till: Till, part: Any) -> None:
    sale = till.sell((part, 1))
    client = signed_in(till)
    form = {**said(sale), "refund": "store_credit"}
    assert confirmed(client, sale, form).status_code == 422
    assert SaleReturn.objects.count() == 0
    assert confirmed(client, sale, {**form, "phone": "01001234567", "name": "Mona"}).status_code == 302
    balance = CustomerBalance.objects.get()
    assert (balance.customer.name, balance.credit) == ("Mona", D(100))


def test_exchange_is_one_document_and_only_the_difference_is_paid(till: Till, part: Any) -> None:
    other = PartFactory(shop=till.shop, on_hand=4, selling_price=130)
    sale = till.sell((part, 1))
    client = signed_in(till)
    form = {**said(sale, reason="wrong_part"), f"taken-{other.pk}": "1"}
    page = shown(client, sale, form).replace("\xa0", " ")
    assert ("Take EGP 30.00 and book" in page, 'name="tendered"' in page) == (True, True)
    assert confirmed(client, sale, {**form, "pay_by": "cash", "tendered": "20"}).status_code == 422
    assert (SaleReturn.objects.count(), Sale.objects.count()) == (0, 1)
    assert confirmed(client, sale, {**form, "pay_by": "cash", "tendered": "50"}).status_code == 302
    note = SaleReturn.objects.get()
    assert note.exchange is not None
    assert (note.exchange.total, expected_cash(till.session)) == (D(130), D(330))
    assert [row.amount for row in note.exchange.payments.order_by("method")] == [D(30), D(100)]
    assert (Stock.objects.get(part=part).on_hand, Stock.objects.get(part=other).on_hand) == (9, 3)


def test_card_pays_the_difference_exactly_and_cash_to_the_coin() -> None:
    till = Till(cash_rounding=D(5))
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100)
    other = PartFactory(shop=till.shop, on_hand=4, selling_price=132)
    client = signed_in(till)
    paid = []
    for way in ({"pay_by": "card"}, {"pay_by": "cash"}):
        sale = till.sell((part, 1))
        form = {**said(sale, reason="wrong_part"), f"taken-{other.pk}": "1", **way}
        page = shown(client, sale, form).replace("\xa0", " ")
        assert ("EGP 32.00" in page, "EGP 30.00" in page) == (True, True)
        assert confirmed(client, sale, form).status_code == 302
        paid.append(Payment.objects.get(method=way["pay_by"], sale__exchanged_for__sale=sale).amount)
    assert paid == [D(32), D(30)]


def test_restocking_fee_may_be_waived(till: Till, part: Any) -> None:
    till = Till(restocking_percent=10)
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100)
    sale = till.sell((part, 2))
    client = signed_in(till)
    assert "Give EGP 90.00 back" in shown(client, sale, said(sale)).replace("\xa0", " ")
    assert confirmed(client, sale, said(sale, no_fee="on")).status_code == 302
    assert SaleReturn.objects.get().restocking_fee == 0


def test_delivery_goes_back_where_the_shop_is_at_fault_for_all_of_it(till: Till, part: Any) -> None:
    sale = till.sell((part, 1), delivery_fee=D(50))
    client = signed_in(till)
    assert "Give EGP 150.00 back" in shown(client, sale, said(sale, reason="defective")).replace("\xa0", " ")
    form = said(sale, reason="not_needed")
    assert "Give EGP 100.00 back" in shown(client, sale, form).replace("\xa0", " ")
    form |= {"delivery_asked": "1", "refund_delivery": "on"}
    assert confirmed(client, sale, form).status_code == 302
    assert SaleReturn.objects.get().refund_total == D(150)


def test_what_comes_too_late_needs_a_pin(till: Till, part: Any) -> None:
    sale = till.sell((part, 1))
    Sale.objects.update(completed_at=timezone.now() - timedelta(days=15))
    boss = member(till.shop, Role.MANAGER)
    set_pin(boss.pk, shop_id=till.shop.pk, pin="8264", actor=as_member(till.shop, Role.MANAGER))
    client = signed_in(till)
    assert 'name="pin"' in client.get(f"/portal/sales/{sale.pk}/return").content.decode()
    wrong = confirmed(client, sale, said(sale, approver=str(boss.pk), pin="1111"))
    assert (wrong.status_code, SaleReturn.objects.count()) == (422, 0)
    assert confirmed(client, sale, said(sale, approver=str(boss.pk), pin="8264")).status_code == 302
    assert SaleReturn.objects.get().approved_by == boss.user


def test_scan_names_the_line_and_the_part(till: Till, part: Any) -> None:
    attach_barcode(
        part.pk, shop_id=till.shop.pk, code="5901234123457", actor=as_member(till.shop, Role.OWNER)
    )
    sale = till.sell((part, 1))
    client = signed_in(till)
    path = f"/portal/sales/{sale.pk}/return/found"
    line = str(sale.lines.get().pk)
    for code in ("5901234123457", "58101 1ra00"):
        page = client.get(path, {"code": code}).content.decode()
        assert (f'data-lines="{line}"' in page, f'name="taken-{part.pk}"' in page) == (True, True)
    foreign = PartFactory(number="X-9")
    assert str(foreign.pk) not in client.get(path, {"part": str(foreign.pk)}).content.decode()


def test_form_costs_the_same_for_one_line_and_for_three(till: Till) -> None:
    client = signed_in(till)
    counts = set()
    for lines in (1, 3):
        sale = till.sell(*[(PartFactory(shop=till.shop, on_hand=9), 1) for _n in range(lines)])
        client.get(f"/portal/sales/{sale.pk}/return")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/portal/sales/{sale.pk}/return").status_code == 200
        counts.add(len(seen))
    assert len(counts) == 1


def test_old_part_brings_its_deposit_back(till: Till) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=9, core_charge=150), 2))
    core = sale.lines.get().core_deposit
    client = signed_in(till)
    path = f"/portal/sales/{sale.pk}/cores/{core.pk}"
    assert 'value="2"' in client.get(path).content.decode()
    assert client.post(path, {"quantity": "3", "refund": "cash"}).status_code == 422
    assert Payment.objects.filter(amount__lt=0).count() == 0
    assert client.post(path, {"quantity": "1", "refund": "cash"}).status_code == 302
    assert Payment.objects.get(amount__lt=0).amount == D(-150)
    assert client.get(f"/portal/sales/{uuid4()}/cores/{core.pk}").status_code == 404
