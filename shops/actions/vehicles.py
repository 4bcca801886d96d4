"""What people typed and the lists lack: queued for staff, mapped or rejected by them."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid, NotFound
from clutch.core.ids import new_id
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from shops.enums import UNLISTED_TRANSITIONS, UnlistedStatus
from shops.keys import name_key
from shops.locks import locked_unlisted
from shops.models import Make, MakeAlias, UnlistedVehicle, VehicleModel
from shops.vehicles import VehicleRef

NOTE = """
INSERT INTO shops_unlistedvehicle AS u
    (id, version, created_at, updated_at, make_name, model_name, make_key, model_key, year, times, status)
VALUES (%s, 1, now(), now(), %s, %s, %s, %s, %s, 1, 'open')
ON CONFLICT (make_key, model_key) DO UPDATE SET times = u.times + 1
RETURNING id
"""


@action
def note_unlisted(vehicle: VehicleRef, *, actor: Actor) -> UUID | None:
    """Queue a vehicle whose make or model is in no list; return the queue row's id.

    Typing the same again counts it. A listed vehicle, or one without a name, gives None.
    """
    make_key, model_key = name_key(vehicle.make_name), name_key(vehicle.model_name)
    if not make_key or (vehicle.make_id is not None and (vehicle.model_id is not None or not model_key)):
        return None
    typed: list[Any] = [new_id(), vehicle.make_name, vehicle.model_name, make_key, model_key, vehicle.year]
    with connection.cursor() as cursor:
        cursor.execute(NOTE, typed)
        found: UUID = cursor.fetchone()[0]
    return found


@action
def map_unlisted(
    unlisted_id: UUID, *, make_id: int, model_id: int | None = None, actor: Actor
) -> UnlistedVehicle:
    """Say which make, and which model if any, was meant; later lookups of the same words find it.

    The typed make becomes another name of the make when it was unknown. Raises Invalid for a
    model of another make.
    """
    row = _locked(unlisted_id)
    make = Make.objects.filter(pk=make_id).first()
    if make is None:
        raise _wrong("make", _("There is no such make."))
    if model_id is not None and not VehicleModel.objects.filter(pk=model_id, make=make).exists():
        raise _wrong("model", _("This model belongs to another make."))
    if not Make.objects.filter(key=row.make_key).exists():
        MakeAlias.objects.get_or_create(key=row.make_key, defaults={"name": row.make_name, "make": make})
    return transition(
        row,
        UnlistedStatus.MAPPED,
        transitions=UNLISTED_TRANSITIONS,
        actor=actor,
        make_id=make_id,
        model_id=model_id,
    )


@action
def reject_unlisted(unlisted_id: UUID, *, reason: str = "", actor: Actor) -> UnlistedVehicle:
    """Say that these words name no vehicle."""
    return transition(
        _locked(unlisted_id),
        UnlistedStatus.REJECTED,
        transitions=UNLISTED_TRANSITIONS,
        actor=actor,
        reason=reason,
        make_id=None,
        model_id=None,
    )


def _locked(unlisted_id: UUID) -> UnlistedVehicle:
    row = locked_unlisted(unlisted_id).first()
    if row is None:
        raise NotFound(_("There is no such vehicle."))
    return row


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
