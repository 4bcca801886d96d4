"""From what a person types of a vehicle, a VIN or words, to what the search of parts compares."""

import re

from inventory.search import Vehicle
from shops.vehicles import VehicleRef, find_make, resolve
from shops.vin import MOST, clean, decode

_YEAR = re.compile(r"(?:19|20)\d\d")
MOST_WORDS = 8


def read_vehicle(text: str) -> tuple[Vehicle | None, VehicleRef | None]:
    """The vehicle that a VIN or words such as “Hyundai Accent 2018” mean; (None, None) for no known make.

    A model that the lists do not have is left aside, and every model of the make is meant.
    """
    number = clean(text)
    if len(number) == MOST and number.isascii() and any(char.isdigit() for char in number):
        return of_vin(number)
    words = text.split()[:MOST_WORDS]
    years = [int(word) for word in words if _YEAR.fullmatch(word)]
    named = [word for word in words if not _YEAR.fullmatch(word)]
    for count in range(len(named), 0, -1):
        if find_make(" ".join(named[:count])) is not None:
            make, model = " ".join(named[:count]), " ".join(named[count:])
            return _found(resolve(make, model, years[0] if years else None))
    return None, None


def of_vin(vin: str) -> tuple[Vehicle | None, VehicleRef | None]:
    """The vehicle of a VIN, as far as it can be decoded; (None, None) where its make is in no list."""
    decoded = decode(vin)
    return _found(resolve(decoded.make, decoded.model, decoded.year, vin))


def _found(known: VehicleRef) -> tuple[Vehicle | None, VehicleRef | None]:
    if known.make_id is None:
        return None, None
    return Vehicle(known.make_id, known.model_id, known.year), known
