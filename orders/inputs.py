"""What the acts of a request take: plain mappings, checked by the acts themselves."""

from decimal import Decimal
from typing import NotRequired, TypeAlias, TypedDict
from uuid import UUID

from django.core.files.base import ContentFile


class VehicleInput(TypedDict):
    """A vehicle as the customer names it; what is not listed is typed."""

    make: str
    model: NotRequired[str]
    year: NotRequired[int | None]
    vin: NotRequired[str | None]


class DeliveryInput(TypedDict):
    """Where the parts go. Degrees are WGS 84; `district` is all that shops see before acceptance."""

    latitude: float
    longitude: float
    address: str
    district: NotRequired[str]


class PartInput(TypedDict):
    """One requested part. With `part_id` an amendment changes that line, without it adds one."""

    name: str
    part_number: NotRequired[str]
    quantity: int
    notes: NotRequired[str]
    part_id: NotRequired[UUID | None]


class OfferInput(TypedDict):
    """One offer of a quote for one part; prices in the request's currency.

    With `offer_id` a revision keeps that offer (and its photo), without it adds one.
    `stock_part_id` is the shop's own part; see `orders.stock_source.parts_offered`.
    """

    part_id: UUID
    available: bool
    preferred: NotRequired[bool | None]
    unit_price: NotRequired[Decimal | None]
    core_charge: NotRequired[Decimal | None]
    part_type: NotRequired[str]
    grade: NotRequired[str]
    brand: NotRequired[str]
    origin: NotRequired[str]
    part_number: NotRequired[str]
    warranty: NotRequired[str]
    lead_time_minutes: NotRequired[int | None]
    notes: NotRequired[str]
    offer_id: NotRequired[UUID | None]
    stock_part_id: NotRequired[UUID | None]


# ContentFile takes its parameter for type checkers only.
Photo: TypeAlias = "ContentFile[bytes]"
