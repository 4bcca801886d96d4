"""The coins and notes of the currencies that shops here count, largest first.

Sources: the central banks' lists of what is legal tender (Egypt, Saudi Arabia, United Arab Emirates,
the Federal Reserve). Any other currency is counted in steps of 1, 2 and 5.
"""

from decimal import Decimal

from clutch.core.money import minor_units

_KNOWN = {
    "EGP": "200 100 50 20 10 5 1 0.50 0.25",
    "SAR": "500 200 100 50 20 10 5 2 1 0.50 0.25 0.10 0.05 0.01",
    "AED": "1000 500 200 100 50 20 10 5 1 0.50 0.25",
    "USD": "100 50 20 10 5 2 1 0.50 0.25 0.10 0.05 0.01",
}
_STEPS = (Decimal(5), Decimal(2), Decimal(1))


def denominations_of(currency: str) -> list[Decimal]:
    """What is counted in a drawer of this currency."""
    if known := _KNOWN.get(currency):
        return [Decimal(text) for text in known.split()]
    smallest = -min(minor_units(currency), 2)
    return [step.scaleb(power) for power in range(2, smallest - 1, -1) for step in _STEPS]
