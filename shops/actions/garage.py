"""A customer's garage."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from shops.actions.vehicles import note_unlisted
from shops.locks import locked_garage, locked_garage_owner
from shops.models import GarageVehicle
from shops.vehicles import VehicleRef, resolve
from shops.vin import clean, too_long

MOST_VEHICLES = 50


@action
def add_vehicle(
    user_id: UUID,
    *,
    make: str,
    model: str,
    year: int | None = None,
    vin: str = "",
    nickname: str = "",
    is_default: bool = False,
    actor: Actor,
) -> GarageVehicle:
    """Put a vehicle into the garage; the first one is the default. Unlisted names are queued.

    An odd year or number only warns, as in a request. Raises Invalid at the fields, Conflict when the
    garage is full.
    """
    ref = _resolved(make, model, year, vin, actor)
    held = _locked(user_id)
    if len(held) >= MOST_VEHICLES:
        raise Conflict(_("The garage is full; remove a vehicle first."), code="too_many")
    if is_default or not held:
        _drop_default(held)
    vehicle = GarageVehicle.objects.create(
        user_id=user_id, nickname=nickname, is_default=is_default or not held, **_columns(ref)
    )
    return _with_warnings(vehicle, ref)


@action
def edit_vehicle(
    vehicle_id: UUID,
    *,
    user_id: UUID,
    make: str,
    model: str,
    year: int | None = None,
    vin: str = "",
    nickname: str = "",
    is_default: bool = False,
    expected_version: int | None = None,
    actor: Actor,
) -> GarageVehicle:
    """Change a vehicle. A default stays one until another becomes it."""
    ref = _resolved(make, model, year, vin, actor)
    held = _locked(user_id)
    vehicle = _among(held, vehicle_id)
    versions.check(vehicle, expected_version)
    if is_default and not vehicle.is_default:
        _drop_default(held)
    for name, value in _columns(ref).items():
        setattr(vehicle, name, value)
    vehicle.nickname, vehicle.is_default = nickname, is_default or vehicle.is_default
    vehicle.save()
    vehicle.refresh_from_db()
    return _with_warnings(vehicle, ref)


@action
def make_default(vehicle_id: UUID, *, user_id: UUID, actor: Actor) -> GarageVehicle:
    """Offer this vehicle first from now on."""
    held = _locked(user_id)
    vehicle = _among(held, vehicle_id)
    if not vehicle.is_default:
        _drop_default(held)
        vehicle.is_default = True
        vehicle.save(update_fields=["is_default"])
        vehicle.refresh_from_db()
    return vehicle


@action
def archive_vehicle(vehicle_id: UUID, *, user_id: UUID, actor: Actor) -> GarageVehicle:
    """Take a vehicle out of the garage; the newest of the rest becomes the default if it was."""
    held = _locked(user_id)
    vehicle = _among(held, vehicle_id)
    was_default = vehicle.is_default
    vehicle.archived_at, vehicle.is_default = timezone.now(), False
    vehicle.save(update_fields=["archived_at", "is_default"])
    rest = [other for other in held if other.pk != vehicle.pk]
    if was_default and rest:
        rest[-1].is_default = True
        rest[-1].save(update_fields=["is_default"])
    vehicle.refresh_from_db()
    return vehicle


def _resolved(make: str, model: str, year: int | None, vin: str, actor: Actor) -> VehicleRef:
    wrong = too_long(clean(vin))
    if wrong:
        raise Invalid(str(wrong), fields={"vin": [str(wrong)]})
    ref = resolve(make, model, year, vin)
    note_unlisted(ref, actor=actor)
    return ref


def _with_warnings(vehicle: GarageVehicle, ref: VehicleRef) -> GarageVehicle:
    """Hand what looked odd to whoever answers; it is not kept."""
    vehicle.warnings = ref.warnings
    return vehicle


def _columns(ref: VehicleRef) -> dict[str, Any]:
    return {
        "make_id": ref.make_id,
        "model_id": ref.model_id,
        "make_name": ref.make_name,
        "model_name": ref.model_name,
        "year": ref.year,
        "vin": ref.vin,
    }


def _locked(user_id: UUID) -> list[GarageVehicle]:
    locked_garage_owner(user_id).first()
    return list(locked_garage(user_id))


def _among(held: list[GarageVehicle], vehicle_id: UUID) -> GarageVehicle:
    for vehicle in held:
        if vehicle.pk == vehicle_id:
            return vehicle
    raise NotFound(_("There is no such vehicle in the garage."))


def _drop_default(held: list[GarageVehicle]) -> None:
    for vehicle in held:
        if vehicle.is_default:
            vehicle.is_default = False
            vehicle.save(update_fields=["is_default"])
