"""Money: a Decimal with its currency, rounded in one function."""

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217 minor units of the currencies that differ from two.
MINOR_UNITS = {
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "UGX": 0, "VND": 0, "XAF": 0, "XOF": 0,
}  # fmt: skip
MAX_AMOUNT = Decimal("99999999.999")


def minor_units(currency: str) -> int:
    """Return the number of decimals of a currency (ISO 4217 code)."""
    return MINOR_UNITS.get(currency, 2)


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's minor unit, halves away from zero, as shops do on paper."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether an amount has no more decimals than its currency."""
    return amount == round_money(amount, currency)
