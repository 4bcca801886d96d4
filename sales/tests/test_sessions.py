"""Cash sessions: float, cash in and out, X and Z report, count, difference."""

from decimal import Decimal
from typing import Any

import pytest

from clutch.core.errors import Conflict, Invalid
from inventory.tests.factories import PartFactory
from sales.actions.registers import close_session, move_cash, open_session
from sales.enums import Tender
from sales.inputs import LineInput
from sales.models import CashSession
from sales.reports import expected_cash, session_report
from sales.tests.acts import Till, api, cash, member, paid
from shops.enums import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    """An open register with 200 in it."""
    return Till()


def move(till: Till, amount: str, *, out: bool, reason: str = "change") -> Any:
    return move_cash(
        till.session.pk,
        shop_id=till.shop.pk,
        amount=Decimal(amount),
        out=out,
        reason=reason,
        actor=till.actor,
    )


def test_drawer_is_float_and_cash_of_all_kinds(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100)
    till.sell((part, 2), payments=[paid(Tender.CARD, "50.00"), cash("200.00")])
    move(till, "30.00", out=False)
    move(till, "80.00", out=True)
    assert expected_cash(till.session) == Decimal("300.00")
    report = session_report(till.session)
    assert report["cash"] == {
        "openingFloat": "200.00",
        "received": "150.00",
        "paidOut": "0.00",
        "putIn": "30.00",
        "takenOut": "80.00",
        "expected": "300.00",
    }
    assert report["tenders"] == [
        {"method": "cash", "received": "150.00", "paidOut": "0.00", "net": "150.00"},
        {"method": "card", "received": "50.00", "paidOut": "0.00", "net": "50.00"},
    ]
    assert report["taxes"] == [{"rate": "14.00", "net": "175.44", "tax": "24.56"}]
    assert (report["sales"]["count"], report["sales"]["total"]) == (1, "200.00")


def test_no_more_is_taken_out_than_lies_there(till: Till) -> None:
    with pytest.raises(Conflict) as refused:
        move(till, "200.01", out=True)
    assert (refused.value.code, refused.value.extra) == ("not_enough_cash", {"available": "200.00"})
    for amount, reason in (("0", "x"), ("10", " ")):
        with pytest.raises(Invalid):
            move(till, amount, out=True, reason=reason)
    assert expected_cash(till.session) == 200


def test_count_by_denomination_and_what_is_missing(till: Till) -> None:
    closed = close_session(
        till.session.pk,
        shop_id=till.shop.pk,
        denominations={"100": 1, "50": 1, "0.5": 99, "20": 0},
        actor=till.actor,
    )
    assert (closed.counted_cash, closed.expected_cash) == (Decimal("199.50"), Decimal(200))
    assert (closed.difference, closed.z_number) == (Decimal("-0.50"), 1)
    assert closed.denominations == {"100.00": 1, "50.00": 1, "0.50": 99, "20.00": 0}
    assert closed.totals["cash"]["expected"] == "200.00"


@pytest.mark.parametrize(
    "count",
    [
        {"denominations": {"x": 1}},
        {"denominations": {"-5": 1}},
        {"denominations": {"NaN": 1}},
        {"denominations": {"0.001": 1}},
        {"denominations": {"5": -1}},
        {"counted": None},
        {"counted": Decimal("NaN")},
        {"counted": Decimal(-1)},
    ],
)
def test_count_that_is_none_closes_nothing(till: Till, count: Any) -> None:
    with pytest.raises(Invalid):
        close_session(till.session.pk, shop_id=till.shop.pk, actor=till.actor, **count)
    assert CashSession.objects.get().status == "open"


def test_closed_drawer_takes_nothing_and_z_numbers_have_no_gap(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=9)
    numbers = []
    for _ in range(3):
        session = CashSession.objects.get(status="open")
        closed = close_session(session.pk, shop_id=till.shop.pk, counted=Decimal(200), actor=till.actor)
        numbers.append(closed.z_number)
        with pytest.raises(Conflict) as again:
            close_session(session.pk, shop_id=till.shop.pk, counted=Decimal(200), actor=till.actor)
        assert again.value.code == "session_closed"
        with pytest.raises(Conflict) as no_session:
            till.sell((part, 1))
        assert no_session.value.code == "no_session"
        open_session(till.shop.pk, register_id=till.register.pk, opening_float=Decimal(200), actor=till.actor)
    assert numbers == [1, 2, 3]


def test_z_report_stays_as_it_was_and_the_cashier_does_not_see_it(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100)
    till.sell((part, 1))
    client = api(till.cashier.user)
    path = f"/api/v1/cash-sessions/{till.session.pk}"
    assert client.get(f"{path}/report").status_code == 403
    leading = api(member(till.shop, Role.ACCOUNTANT).user)
    before = leading.get(f"{path}/report").json()
    closed = client.post(f"{path}/close", {"counted": "300.00"})
    assert (closed.status_code, closed.json()["difference"]) == (200, "0.00")
    open_session(till.shop.pk, register_id=till.register.pk, opening_float=Decimal(0), actor=till.actor)
    till.sell((part, 1))
    assert leading.get(f"{path}/report").json() == before


def test_shop_that_needs_no_session_sells_without_one() -> None:
    till = Till(needs_session=False)
    till.session.delete()
    sale = till.sell((PartFactory(shop=till.shop, on_hand=1), 1))
    assert (sale.status, sale.session_id, sale.payments.get().session_id) == ("completed", None, None)
    away = till.sell(LineInput(None, 1, Decimal(50), name="Fitting"), register_id=None)
    assert away.number.startswith("PL-")


def test_cash_moves_over_the_api(till: Till) -> None:
    client = api(till.cashier.user)
    path = f"/api/v1/cash-sessions/{till.session.pk}"
    moved = client.post(f"{path}/cash", {"direction": "out", "amount": "50.00", "reason": "Tea"})
    assert (moved.status_code, moved.json()["amount"]) == (201, "-50.00")
    assert client.get(path).json()["status"] == "open"
    assert [row["status"] for row in client.get("/api/v1/cash-sessions").json()["results"]] == ["open"]


def test_policy_is_set_by_those_who_lead_and_read_by_the_till(till: Till) -> None:
    client, manager = api(till.cashier.user), api(member(till.shop, Role.MANAGER).user)
    assert client.get("/api/v1/till-policy").json()["standardRate"] == "14.00"
    assert client.put("/api/v1/till-policy", {"returnDays": 30}).status_code == 403
    first = manager.put("/api/v1/till-policy", {"returnDays": 30, "cashRounding": "0.25"})
    assert (first.status_code, first.json()["returnDays"]) == (200, 30)
    stale = manager.put("/api/v1/till-policy", {"returnDays": 7}, headers={"If-Match": '"99"'})
    assert stale.status_code == 412
    assert manager.put("/api/v1/till-policy", {"standardRate": "101"}).status_code == 400
    assert client.get("/api/v1/till-policy").json()["cashRounding"] == "0.25"
