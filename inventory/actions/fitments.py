"""Acts on the vehicles that a part fits: add many at once, change one, remove some."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import events, locks, rules
from inventory.inputs import FitmentInput
from inventory.models import Fitment
from shops.models import Make, VehicleModel
from shops.rules import Act

MOST_FITMENTS = 2000
MOST_AT_ONCE = 500
YEARS = range(1900, 2101)
LENGTHS = {"engine": 40, "position": 40, "notes": 200}
# What tells two fitments of a part apart.
SAME = ("make_id", "model_id", "year_from", "year_to", "engine", "position")


@action
def add_fitments(
    part_id: UUID, *, shop_id: UUID, given: Sequence[FitmentInput], actor: Actor
) -> list[Fitment]:
    """Say which vehicles a part fits, many at once; what was said already stays with its row.

    Raises Invalid at `fitments.N.field`, and at `fitments` for none or too many. Five statements
    for any number of vehicles.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    if not 1 <= len(given) <= MOST_AT_ONCE:
        raise _too_many(_("Name 1 to %(most)s vehicles at once.") % {"most": MOST_AT_ONCE})
    part = locks.part(shop_id, part_id)
    rows = _checked(given)
    held = {_same(row): row for row in Fitment.objects.filter(part=part)}
    new: dict[tuple[Any, ...], Fitment] = {}
    for row in rows:
        if _same(row) not in held:
            row.part, row.shop_id = part, shop_id
            new.setdefault(_same(row), row)
    if len(held) + len(new) > MOST_FITMENTS:
        raise _too_many(_("A part has at most %(most)s vehicles.") % {"most": MOST_FITMENTS})
    Fitment.objects.bulk_create(new.values())
    if new:
        events.part_changed(part, "updated")
    return [held.get(key) or new[key] for key in dict.fromkeys(map(_same, rows))]


@action
def change_fitment(
    fitment_id: UUID,
    *,
    part_id: UUID,
    shop_id: UUID,
    given: FitmentInput,
    expected_version: int | None = None,
    actor: Actor,
) -> Fitment:
    """Say a fitment anew, whole: what is left out means all.

    Raises NotFound, StaleVersion, Invalid at the fields, Conflict `fitment_exists`.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    row = Fitment.objects.filter(part=part, pk=fitment_id).first()
    if row is None:
        raise NotFound(_("There is no such vehicle here."))
    versions.check(row, expected_version)
    try:
        [wanted] = _checked([given])
    except Invalid as refused:
        fields = {name.rpartition(".")[2]: found for name, found in refused.fields.items()}
        raise Invalid(str(refused.detail), fields=fields) from refused
    same = {name: getattr(wanted, name) for name in SAME}
    if Fitment.objects.filter(part=part, **_lookup(same)).exclude(pk=row.pk).exists():
        raise Conflict(_("The part is said to fit this vehicle already."), code="fitment_exists")
    for name in (*SAME, "notes"):
        setattr(row, name, getattr(wanted, name))
    row.save()
    row.refresh_from_db()
    events.part_changed(part, "updated")
    return row


@action
def remove_fitments(
    part_id: UUID, *, shop_id: UUID, fitment_ids: Collection[UUID], actor: Actor
) -> list[Fitment]:
    """Say no longer that a part fits vehicles; return what was said. Raises NotFound unless all are there."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    rows = list(Fitment.objects.filter(part=part, pk__in=fitment_ids).select_related("make", "model"))
    if not rows or len(rows) != len(set(fitment_ids)):
        raise NotFound(_("There is no such vehicle here."))
    Fitment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    events.part_changed(part, "updated")
    return rows


def _same(row: Fitment) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in SAME)


def _lookup(same: dict[str, Any]) -> dict[str, Any]:
    """As conditions: nothing is not equal to anything."""
    return {
        f"{name}__isnull" if value is None else name: value is None or value for name, value in same.items()
    }


def _checked(given: Sequence[FitmentInput]) -> list[Fitment]:
    """Unsaved fitments. Two statements."""
    makes = Make.objects.in_bulk({said["make_id"] for said in given})
    models = VehicleModel.objects.in_bulk({found for said in given if (found := said.get("model_id"))})
    errors: dict[str, list[object]] = {}
    rows = []
    for n, said in enumerate(given):
        row = _row(said)
        rows.append(row)
        for name, message in _wrong(row, makes, models).items():
            errors[f"fitments.{n}.{name}"] = [message]
        row.make, row.model = makes.get(row.make_id), models.get(row.model_id)  # type: ignore[assignment]
    if errors:
        raise Invalid(_("Check the marked fields."), fields=errors)
    return rows


def _row(said: FitmentInput) -> Fitment:
    texts = {name: " ".join(str(said.get(name, "")).split()) for name in LENGTHS}
    return Fitment(
        make_id=said["make_id"],
        model_id=said.get("model_id"),
        year_from=said.get("year_from"),
        year_to=said.get("year_to"),
        **texts,
    )


def _wrong(row: Fitment, makes: dict[int, Make], models: dict[int, VehicleModel]) -> dict[str, str]:
    found: dict[str, str] = {}
    if row.make_id not in makes:
        found["make_id"] = _("There is no such make.")
    elif row.model_id is not None and getattr(models.get(row.model_id), "make_id", None) != row.make_id:
        found["model_id"] = _("This model belongs to another make.")
    for name in ("year_from", "year_to"):
        year = getattr(row, name)
        if year is not None and year not in YEARS:
            found[name] = _("This is not a year.")
    if not found and row.year_from and row.year_to and row.year_to < row.year_from:
        found["year_to"] = _("It ends before it begins.")
    for name, length in LENGTHS.items():
        if len(getattr(row, name)) > length:
            found[name] = _("At most %(length)s characters.") % {"length": length}
    return found


def _too_many(message: str) -> Invalid:
    return Invalid(message, fields={"fitments": [message]})
