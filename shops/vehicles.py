"""From what a person types to a make and model of the lists; never an obstacle."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from shops import vin as vins
from shops.enums import UnlistedStatus
from shops.keys import name_key
from shops.models import Make, UnlistedVehicle, VehicleModel

OLDEST_YEAR = 1900
# What is taken as a year at all; which of them looks wrong is a matter for a warning.
LEAST_YEAR, MOST_YEAR = 0, 9999


@dataclass(frozen=True)
class VehicleRef:
    """A vehicle as a request keeps it. Ids are None where the lists lack it; names always stand."""

    make_id: int | None
    model_id: int | None
    make_name: str
    model_name: str
    year: int | None
    vin: str
    warnings: tuple[str, ...] = ()


def find_make(name: str) -> Make | None:
    """Find a make by its name or another spelling, in any case, with or without accents."""
    key = name_key(name)
    if not key:
        return None
    make = Make.objects.filter(key=key).first() or Make.objects.filter(aliases__key=key).first()
    return make or _mapped(key, "")[0]


def resolve(make: str, model: str, year: int | None = None, vin: str | None = None) -> VehicleRef:
    """Find what was typed in the lists. Never raises and writes nothing.

    An unknown name stays as typed with its id None (`shops.actions.vehicles.note_unlisted`
    queues it), an odd year or VIN gives a warning. `year` is the model year.
    """
    found_make, found_model = _find(make, model)
    number = vins.clean(vin or "")
    return VehicleRef(
        make_id=found_make.pk if found_make else None,
        model_id=found_model.pk if found_model else None,
        make_name=found_make.name if found_make else " ".join(make.split()),
        model_name=found_model.name if found_model else " ".join(model.split()),
        year=year,
        vin=number,
        warnings=tuple(_warnings(found_make, found_model, year, number)),
    )


def _find(make: str, model: str) -> tuple[Make | None, VehicleModel | None]:
    mapped_make, mapped_model = _mapped(name_key(make), name_key(model))
    found_make = find_make(make) or mapped_make
    if found_make is None:
        return None, None
    listed = VehicleModel.objects.filter(make=found_make, key=name_key(model)).first()
    return found_make, listed or (mapped_model if mapped_make == found_make else None)


def _mapped(make_key: str, model_key: str) -> tuple[Make | None, VehicleModel | None]:
    """What staff decided for words that the lists lack."""
    row = (
        UnlistedVehicle.objects.filter(make_key=make_key, model_key=model_key, status=UnlistedStatus.MAPPED)
        .select_related("make", "model")
        .first()
    )
    return (row.make, row.model) if row else (None, None)


def _warnings(make: Make | None, model: VehicleModel | None, year: int | None, number: str) -> list[str]:
    said: list[str] = []
    if make is None:
        said.append(_("This make is not in our list; shops that take any make will be asked."))
    elif model is None:
        said.append(_("This model is not in our list; shops will read it as you typed it."))
    if year is not None:
        said.extend(_year_warnings(model, year))
    if number:
        said.extend(str(warning) for warning in vins.decode(number).warnings)
    return said


def _year_warnings(model: VehicleModel | None, year: int) -> list[str]:
    newest = timezone.now().year + 1
    if not OLDEST_YEAR <= year <= newest:
        return [_("This year looks wrong.")]
    if model is None:
        return []
    first, last = model.year_from or OLDEST_YEAR, model.year_to or newest
    return [] if first <= year <= last else [_("We do not know this model of this year.")]
