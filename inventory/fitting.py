"""Whether parts fit a vehicle, as far as the shop's fitments say; `inventory.search` finds what fits one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, TextChoices
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext_lazy as _

from inventory.models import Fitment, Misfit, Part
from shops.vehicles import VehicleRef


class Fits(TextChoices):
    """An answer to “does it fit?”. What was never said is not known, rather than no."""

    YES = "yes", _("fits")
    NO = "no", _("does not fit")
    UNKNOWN = "unknown", _("fit not known")


@dataclass(frozen=True)
class Fit:
    """Whether a part fits a vehicle, and on which conditions: engine, position, qualifier.

    `came_back` is how many units the shop took back because they did not fit such a vehicle.
    """

    answer: Fits
    conditions: tuple[str, ...] = ()
    came_back: int = 0


def fits(part_ids: Collection[UUID], vehicle: VehicleRef, *, shop_id: UUID) -> Mapping[UUID, Fit]:
    """Whether each part of a shop fits a vehicle. One query for any number of parts.

    A part without fitments is not known to fit; nor is one whose fitments ask for a model or a year
    that the vehicle leaves open, or any but a universal part for a make that is in no list.
    """
    listed = Fitment.objects.filter(part=OuterRef("pk"))
    # An entry for every engine says more than one that names its engine.
    certain = listed.filter(_certain(vehicle)).order_by("engine", "pk")
    rows = Part.objects.filter(shop=shop_id, pk__in=part_ids).annotate(
        is_listed=Exists(listed),
        may_fit=Exists(listed.filter(_possible(vehicle))),
        sure=Subquery(certain.values(said=CONDITIONS)[:1]),
        came_back=_came_back(vehicle),
    )
    said = ("pk", "is_universal", "is_listed", "may_fit", "sure", "came_back")
    return {row["pk"]: _answer(row, listed_make=vehicle.make_id is not None) for row in rows.values(*said)}


CONDITIONS = JSONObject(engine="engine", position="position", notes="notes")


def _answer(row: Mapping[str, Any], *, listed_make: bool) -> Fit:
    if row["is_universal"]:
        return Fit(Fits.YES, (), row["came_back"])
    if row["sure"]:
        return Fit(Fits.YES, tuple(text for text in row["sure"].values() if text), row["came_back"])
    if not row["is_listed"] or row["may_fit"] or not listed_make:
        return Fit(Fits.UNKNOWN, (), row["came_back"])
    return Fit(Fits.NO, (), row["came_back"])


def _possible(vehicle: VehicleRef) -> Q:
    """Fitments that the vehicle does not contradict; what it leaves open may be."""
    found = Q(make=vehicle.make_id) if vehicle.make_id else Q(pk=None)
    if vehicle.model_id:
        found &= Q(model=vehicle.model_id) | Q(model=None)
    if vehicle.year:
        found &= _of_year(vehicle.year)
    return found


def _certain(vehicle: VehicleRef) -> Q:
    """Fitments that hold for the vehicle, whatever it leaves open."""
    found = _possible(vehicle)
    if not vehicle.model_id:
        found &= Q(model=None)
    if not vehicle.year:
        found &= Q(year_from=None, year_to=None)
    return found


def _of_year(year: int) -> Q:
    return (Q(year_from=None) | Q(year_from__lte=year)) & (Q(year_to=None) | Q(year_to__gte=year))


def _came_back(vehicle: VehicleRef) -> Coalesce:
    rows: QuerySet[Misfit, Any] = Misfit.objects.filter(
        part_key=OuterRef("number_key"), shop=OuterRef("shop"), make=vehicle.make_id, model=vehicle.model_id
    )
    if vehicle.year:
        rows = rows.filter(Q(year=vehicle.year) | Q(year=None))
    if not (vehicle.make_id and vehicle.model_id):
        rows = rows.none()
    units = rows.order_by().values("part_key").annotate(units=Sum("quantity")).values("units")
    return Coalesce(Subquery(units, output_field=IntegerField()), 0)
