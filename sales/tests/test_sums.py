"""Sums: tax in and out of prices, the coin, the shares of what comes back; and payments."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clutch.core.errors import Invalid
from sales import sums
from sales.enums import Tender
from sales.inputs import PaymentInput
from sales.tenders import settle
from sales.tests.acts import cash, paid

AMOUNTS = st.decimals(min_value=0, max_value=100_000, places=2)


@pytest.mark.parametrize(
    ("price", "quantity", "discount", "rate", "included", "expected"),
    [
        ("850", 2, "0", "14", True, ("1700.00", "1491.23", "208.77")),
        ("850", 2, "0", "14", False, ("1700.00", "1700.00", "238.00")),
        ("0.99", 3, "0.01", "14", True, ("2.96", "2.60", "0.36")),
        ("100", 1, "100", "14", True, ("0.00", "0.00", "0.00")),
        ("100", 1, "0", "0", True, ("100.00", "100.00", "0.00")),
        # Halves go up, as on paper: 0.125 of tax.
        ("2.50", 1, "0", "5", False, ("2.50", "2.50", "0.13")),
    ],
)
def test_line(
    *, price: str, quantity: int, discount: str, rate: str, included: bool, expected: tuple
) -> None:
    found = sums.line_sums(D(price), quantity, D(discount), rate=D(rate), included=included, currency="EGP")
    assert (found.gross, found.net, found.tax) == tuple(D(part) for part in expected)


@given(AMOUNTS, st.integers(1, 50), st.sampled_from([D(0), D(5), D(14)]), st.booleans())
def test_what_is_paid_is_net_and_tax(price: D, quantity: int, rate: D, included: bool) -> None:
    found = sums.line_sums(price, quantity, rate=rate, included=included, currency="EGP")
    assert found.total == (found.gross if included else found.gross + found.tax)


@given(AMOUNTS, st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_shares_of_all_units_add_up_exactly(amount: D, portions: list[int]) -> None:
    whole, before, found = sum(portions), 0, D(0)
    for units in portions:
        found += sums.share(amount, before=before, units=units, of=whole, currency="EGP")
        before += units
    assert found == amount


@pytest.mark.parametrize(
    ("amount", "coin", "expected"),
    [
        ("10.12", "0.25", "10.00"),
        ("10.13", "0.25", "10.25"),
        ("10.125", "0.25", "10.25"),
        ("9.99", "0", "9.99"),
    ],
)
def test_coin(amount: str, coin: str, expected: str) -> None:
    assert sums.to_coin(D(amount), D(coin)) == D(expected)


def test_split_tender_with_change_and_the_coin() -> None:
    given_ = [paid(Tender.CARD, "50.10", "044"), paid(Tender.TRANSFER, "20"), cash("50")]
    found = settle(D("100.02"), given_, coin=D("0.25"), currency="EGP")
    assert [(row.method, row.amount, row.tendered) for row in found.payments] == [
        (Tender.CARD, D("50.10"), None),
        (Tender.TRANSFER, D(20), None),
        (Tender.CASH, D("30.00"), D(50)),
    ]
    assert (found.rounding, found.change) == (D("0.08"), D("20.00"))
    assert sum(row.amount for row in found.payments) == D("100.02") + found.rounding


def test_nothing_to_pay_needs_no_payment() -> None:
    assert settle(D(0), [], coin=D(0), currency="EGP").payments == []


@pytest.mark.parametrize(
    ("payments", "field"),
    [
        ([], "payments"),
        ([paid(Tender.CARD, "99.99")], "payments"),
        ([cash("99.99")], "payments.0.tendered"),
        ([paid(Tender.CARD, "100.01")], "payments.0.amount"),
        ([paid(Tender.CARD, "100"), cash("1")], "payments.1.method"),
        ([cash("50"), cash("50")], "payments.1.method"),
        ([PaymentInput(Tender.CARD)], "payments.0.amount"),
        ([PaymentInput(Tender.CARD, D("NaN"))], "payments.0.amount"),
        ([PaymentInput(Tender.CARD, D("-5")), cash()], "payments.0.amount"),
        ([PaymentInput(Tender.CARD, D("1.001")), cash()], "payments.0.amount"),
        ([paid(Tender.PLATFORM, "100")], "payments.0.method"),
        ([paid(Tender.EXCHANGE, "100")], "payments.0.method"),
        ([paid(Tender.CARD, "1")] * 11, "payments"),
    ],
)
def test_payment_that_does_not_fit_is_refused_at_its_field(payments: list[PaymentInput], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        settle(D(100), payments, coin=D(0), currency="EGP")
    assert list(refused.value.fields) == [field]


def test_what_is_still_due_is_said() -> None:
    with pytest.raises(Invalid) as refused:
        settle(D(100), [paid(Tender.CARD, "40")], coin=D(0), currency="EGP")
    assert (refused.value.code, refused.value.extra) == ("still_due", {"stillDue": "60.00"})
