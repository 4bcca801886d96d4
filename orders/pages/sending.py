"""A whole request in one act: the order, its photos, and the first shops asked."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import NotAllowed
from clutch.feed.action import action
from clutch.feed.actor import Actor
from orders import queries
from orders.actions.photos import add_line_photo
from orders.actions.requests import amend_order, create_order, submit_order
from orders.inputs import DeliveryInput, PartInput, Photo, VehicleInput
from orders.models import Order


@action
def send_request(
    *,
    vehicle: VehicleInput,
    delivery: DeliveryInput,
    parts: Sequence[PartInput],
    photos: Sequence[Sequence[Photo]],
    draft: bool,
    actor: Actor,
) -> Order:
    """Make the actor's request with its photos (those of the n-th part at the n-th place).

    It is sent unless it is a draft.
    Raises what `create_order` and `submit_order` raise; then nothing is kept.
    """
    if actor.user_id is None:
        raise NotAllowed(_("Sign in first."))
    first_as_draft = draft or any(photos)
    order = create_order(
        actor.user_id, vehicle=vehicle, delivery=delivery, parts=parts, draft=first_as_draft, actor=actor
    )
    _add_photos(order, photos, actor)
    return submit_order(order.pk, actor=actor) if first_as_draft and not draft else order


@action
def change_request(
    order_id: UUID,
    *,
    vehicle: VehicleInput | None,
    delivery: DeliveryInput | None,
    parts: Sequence[PartInput],
    photos: Sequence[Sequence[Photo]],
    send: bool,
    expected_version: int | None,
    actor: Actor,
) -> Order:
    """Change a draft or the parts of a sent request, add photos, and `send` the draft.

    Raises what `amend_order`, `add_line_photo` and `submit_order` raise; then nothing has changed.
    """
    order = amend_order(
        order_id,
        vehicle=vehicle,
        delivery=delivery,
        parts=parts,
        expected_version=expected_version,
        actor=actor,
    )
    _add_photos(order, photos, actor)
    return submit_order(order.pk, actor=actor) if send else order


def _add_photos(order: Order, photos: Sequence[Sequence[Photo]], actor: Actor) -> None:
    """Add the photos of the n-th part to the n-th line: both are in the order of the form."""
    if any(photos):
        for line, files in zip(queries.current_lines(order), photos, strict=False):
            for photo in files:
                add_line_photo(order.pk, line_id=line.pk, photo=photo, actor=actor)
