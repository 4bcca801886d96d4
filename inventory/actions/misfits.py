"""The act that keeps which part did not fit which vehicle."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory.keys import part_key
from inventory.ledger import Document
from inventory.models import Misfit


@dataclass(frozen=True)
class Vehicle:
    """A vehicle by what is known of it; the ids are of the lists of makes and models."""

    make_id: int | None = None
    model_id: int | None = None
    make_name: str = ""
    model_name: str = ""
    year: int | None = None
    vin: str = ""


@dataclass(frozen=True)
class NotFitting:
    """Units of a part, of the shop's own where `part_id` is given."""

    part_id: UUID | None
    name: str
    number: str
    brand: str = ""
    quantity: int = 1
    note: str = ""


@action
def record_misfits(
    shop_id: UUID, parts: Sequence[NotFitting], *, vehicle: Vehicle, document: Document, actor: Actor
) -> list[Misfit]:
    """Keep what did not fit a vehicle. The caller has asked whether the actor may, and has the document."""
    assert document.id is not None
    rows = [
        Misfit(
            shop_id=shop_id, part_id=part.part_id, part_name=part.name, part_number=part.number,
            part_key=part_key(part.number), brand=part.brand, make_id=vehicle.make_id,
            model_id=vehicle.model_id, make_name=vehicle.make_name, model_name=vehicle.model_name,
            year=vehicle.year, vin=vehicle.vin, quantity=part.quantity, note=part.note,
            document_kind=document.kind, document_id=document.id, document_number=document.number,
        )
        for part in parts
    ]  # fmt: skip
    return Misfit.objects.bulk_create(rows)
