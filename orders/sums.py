"""The sums of a quote, in one place: what is sent, what is shown while somebody types, what a draft costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from clutch.core.money import round_money


@dataclass(frozen=True)
class Chosen:
    """The offer of one part that counts: price and core charge of one piece."""

    unit_price: Decimal
    core_charge: Decimal = Decimal(0)


@dataclass(frozen=True)
class Sums:
    """What a quote adds up to, in its currency."""

    parts_total: Decimal
    core_charges: Decimal
    delivery_fee: Decimal
    total_price: Decimal
    available_parts: int
    missing_parts: int


def quote_sums(
    asked: Mapping[UUID, int], chosen: Mapping[UUID, Chosen], *, delivery_fee: Decimal, currency: str
) -> Sums:
    """Add up a quote: `asked` is part id → quantity, `chosen` part id → the offer that counts.

    parts = Σ quantity × unit price; core charges = Σ quantity × core charge, the refundable deposit
    for an old part; total = parts + core charges + delivery. Parts without an offer are missing.
    """
    counted = [(quantity, chosen[part]) for part, quantity in asked.items() if part in chosen]
    parts = sum((quantity * offer.unit_price for quantity, offer in counted), Decimal(0))
    core = sum((quantity * offer.core_charge for quantity, offer in counted), Decimal(0))
    total = round_money(parts + core + delivery_fee, currency)
    return Sums(parts, core, delivery_fee, total, len(counted), len(asked) - len(counted))
