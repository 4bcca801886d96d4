"""Acts on the vehicles of a shop's customers."""

from typing import TypedDict
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from sales import events, locks, rules
from sales.actions import customer_values as values
from sales.models import Customer, CustomerVehicle
from shops.actions.vehicles import note_unlisted
from shops.rules import Act
from shops.vehicles import LEAST_YEAR, MOST_YEAR, resolve
from shops.vin import LENGTHS, clean, problem

MOST_VEHICLES = 200


class VehicleInput(TypedDict, total=False):
    """What is said of a vehicle; what is left out stays. Names as typed; `year` is the model year."""

    make: str
    model: str
    year: int | None
    vin: str
    plate: str
    mileage_km: int | None


@action
def add_vehicle(shop_id: UUID, *, customer_id: UUID, given: VehicleInput, actor: Actor) -> CustomerVehicle:
    """Enter a vehicle of a customer. Unlisted names are queued for staff; what is odd only warns.

    Raises Invalid at the fields (a VIN has 5 to 17 characters), Conflict `too_many`, NotFound.
    """
    customer = _owner(shop_id, customer_id, actor)
    if CustomerVehicle.objects.filter(customer=customer, archived_at=None).count() >= MOST_VEHICLES:
        raise Conflict(_("This customer has too many vehicles; take one out first."), code="too_many")
    vehicle = write_vehicle(CustomerVehicle(customer=customer), given, actor=actor)
    _note(customer)
    return vehicle


@action
def change_vehicle(
    shop_id: UUID,
    *,
    customer_id: UUID,
    vehicle_id: UUID,
    given: VehicleInput,
    expected_version: int | None = None,
    actor: Actor,
) -> CustomerVehicle:
    """Change a vehicle; what is left out stays. Raises NotFound, StaleVersion, Invalid at the fields."""
    customer = _owner(shop_id, customer_id, actor)
    vehicle = locks.customer_vehicle(customer.pk, vehicle_id)
    versions.check(vehicle, expected_version)
    write_vehicle(vehicle, given, actor=actor)
    _note(customer)
    return vehicle


@action
def archive_vehicle(
    shop_id: UUID,
    *,
    customer_id: UUID,
    vehicle_id: UUID,
    expected_version: int | None = None,
    actor: Actor,
) -> CustomerVehicle:
    """Take a vehicle out of what a customer drives; sales keep it."""
    customer = _owner(shop_id, customer_id, actor)
    vehicle = locks.customer_vehicle(customer.pk, vehicle_id)
    versions.check(vehicle, expected_version)
    vehicle.archived_at = timezone.now()
    vehicle.save(update_fields=["archived_at"])
    vehicle.refresh_from_db()
    _note(customer)
    return vehicle


def write_vehicle(vehicle: CustomerVehicle, given: VehicleInput, *, actor: Actor) -> CustomerVehicle:
    """Set what is given on a new or locked vehicle and save it, with `warnings` for whoever answers."""
    make, model = given.get("make", vehicle.make_name), given.get("model", vehicle.model_name)
    year, vin = given.get("year", vehicle.year), clean(given.get("vin", vehicle.vin))
    _check(make, year, vin)
    ref = resolve(make, model, year, vin)
    note_unlisted(ref, actor=actor)
    for name in ("make_id", "model_id", "make_name", "model_name", "year", "vin"):
        setattr(vehicle, name, getattr(ref, name))
    vehicle.plate = " ".join(given.get("plate", vehicle.plate).split())
    vehicle.mileage_km = given.get("mileage_km", vehicle.mileage_km)
    vehicle.save()
    vehicle.refresh_from_db()
    vehicle.warnings = ref.warnings
    return vehicle


def _check(make: str, year: int | None, vin: str) -> None:
    errors: dict[str, list[object]] = {}
    if not make.strip():
        errors["make"] = [_("Say which make it is.")]
    if year is not None and not LEAST_YEAR <= year <= MOST_YEAR:
        errors["year"] = [_("This is not a year.")]
    if vin and len(vin) not in LENGTHS:
        errors["vin"] = [problem(vin)]
    if errors:
        raise Invalid(_("Check the marked fields."), fields=errors)


def _owner(shop_id: UUID, customer_id: UUID, actor: Actor) -> Customer:
    rules.require(actor, shop_id, Act.EDIT_CUSTOMERS)
    customer = locks.customer(shop_id, customer_id)
    if customer.merged_into_id is not None or customer.erased_at is not None:
        raise NotFound(_("There is no such customer."))
    return customer


def _note(customer: Customer) -> None:
    """Let the customer be found by their vehicles of today."""
    values.remember_words(customer)
    customer.save(update_fields=["words"])
    events.customer_changed(customer, "vehicles")
