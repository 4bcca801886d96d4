"""What the acts on parts take: plain mappings, checked by the acts themselves."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NotRequired, TypedDict
from uuid import UUID


class NumberInput(TypedDict):
    """Another number of a part; `kind` is a NumberKind, cross-reference by default."""

    number: str
    kind: NotRequired[str]
    brand: NotRequired[str]


class FitmentInput(TypedDict, total=False):
    """A vehicle that a part fits; only `make_id` must be said, what is left out means all.

    Years are inclusive.
    """

    make_id: int
    model_id: int | None
    year_from: int | None
    year_to: int | None
    engine: str
    position: str
    notes: str


class TierInput(TypedDict):
    """The unit price from a quantity (2 or more) on."""

    min_quantity: int
    unit_price: Decimal


class PartInput(TypedDict, total=False):
    """What is said of a part; what is left out stays, or has its default in a new part.

    A blank `number` gets the next one of the shop's own series. Amounts are in the shop's currency.
    `numbers` and `tiers` replace all that there were.
    """

    number: str
    name: str
    description: str
    category_id: UUID | None
    brand: str
    part_type: str
    origin: str
    status: str
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    weight_g: int | None
    cost_price: Decimal | None
    selling_price: Decimal | None
    markup_percent: Decimal | None
    discount_price: Decimal | None
    discount_from: date | None
    discount_until: date | None
    core_charge: Decimal | None
    tax_class: str
    warranty: str
    min_level: int
    max_level: int | None
    reorder_point: int
    reorder_quantity: int
    default_bin_id: UUID | None
    is_universal: bool
    numbers: Sequence[NumberInput]
    tiers: Sequence[TierInput]
