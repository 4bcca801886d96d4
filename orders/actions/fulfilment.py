"""From the accepted quote to the customer's door: prepare, ship, follow, hand over."""

import secrets
from datetime import datetime
from functools import partial
from hmac import compare_digest
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.core.files import with_file
from clutch.core.idempotency import unkeyed
from clutch.core.ids import new_id
from clutch.feed.action import action, enqueue, in_action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from orders import checks, events, fulfilment_events, locks, rules
from orders import fulfilment_notices as notices
from orders.actions.settlement import CAPTURE
from orders.enums import (
    ORDER_TRANSITIONS,
    CardStatus,
    OrderStatus,
    PaymentMethod,
    Proof,
    TrackingKind,
)
from orders.inputs import Photo
from orders.models import Order, Shipment, TrackingEvent

# Five guesses at one of a million: the code is void long before it is found.
CODE_TRIES = 5
# What a shop reports by hand; packed and delivered come with their acts.
REPORTED = (
    TrackingKind.PACKED,
    TrackingKind.HANDED_TO_COURIER,
    TrackingKind.IN_TRANSIT,
    TrackingKind.ARRIVED,
    TrackingKind.FAILED_ATTEMPT,
    TrackingKind.NOTE,
)
TOLD = {
    TrackingKind.ARRIVED: notices.DELIVERY_ARRIVED,
    TrackingKind.FAILED_ATTEMPT: notices.DELIVERY_MISSED,
}


def _locked(
    order_id: UUID, shop_id: UUID, to: str, actor: Actor, expected_version: int | None = None
) -> Order:
    order = locks.order(order_id)
    rules.require(actor, order, to)
    if order.shop_id != shop_id:
        raise NotFound(_("There is no such order."))
    versions.check(order, expected_version)
    return order


def _require_cover(order: Order) -> None:
    """Let pass what is paid in cash, or is held by a card in full."""
    if order.payment_method != PaymentMethod.CARD or not order.total:
        return
    if not fulfilment_events.is_covered(order):
        raise Conflict(_("The customer's card has not been authorised yet."), code="not_authorised")


def _move(order: Order, to: OrderStatus, *, actor: Actor) -> None:
    transition(order, to, transitions=ORDER_TRANSITIONS, actor=actor)
    events.order_status_update(order)


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**6):06d}"


@action
def start_processing(
    order_id: UUID, *, shop_id: UUID, expected_version: int | None = None, actor: Actor
) -> Order:
    """Begin to prepare an accepted order; a card order only once its card is authorised.

    Makes the shipment with the delivery code that only the customer sees. Raises NotFound,
    NotAllowed, StaleVersion, or Conflict for another status or a card that is not authorised.
    """
    order = _locked(order_id, shop_id, OrderStatus.PROCESSING, actor, expected_version)
    if order.status == OrderStatus.ACCEPTED:
        _require_cover(order)
    _move(order, OrderStatus.PROCESSING, actor=actor)
    Shipment.objects.create(order=order, shop_id=shop_id, code=new_code())
    notices.order_moved(order, notices.ORDER_PROCESSING, actor=actor)
    return order


@action
def ship_order(
    order_id: UUID,
    *,
    shop_id: UUID,
    actor: Actor,
    courier_name: str = "",
    courier_phone: str = "",
    tracking_number: str = "",
    eta: datetime | None = None,
    expected_version: int | None = None,
) -> Order:
    """Send a prepared order on its way. Raises as `start_processing` does, and Invalid at the fields."""
    courier = _check_courier(courier_name, courier_phone, tracking_number, eta)
    order = _locked(order_id, shop_id, OrderStatus.SHIPPED, actor, expected_version)
    if order.status == OrderStatus.PROCESSING:
        _require_cover(order)
    _move(order, OrderStatus.SHIPPED, actor=actor)
    shipment = locks.shipment(order.pk)
    _write(shipment, eta=eta, shipped_at=timezone.now(), **courier)
    _note(order, shipment, TrackingKind.HANDED_TO_COURIER, actor=actor)
    notices.order_moved(order, notices.ORDER_SHIPPED, actor=actor)
    return order


def _check_courier(name: str, phone: str, number: str, eta: datetime | None) -> dict[str, str]:
    problems = checks.Problems()
    courier = {
        "courier_name": problems.text("courier_name", name, longest=120),
        "courier_phone": problems.text("courier_phone", phone, longest=16),
        "tracking_number": problems.text("tracking_number", number, longest=60),
    }
    _check_eta(eta, problems)
    problems.refuse()
    return courier


def _check_eta(eta: datetime | None, problems: checks.Problems) -> None:
    if eta is not None and eta <= timezone.now():
        problems.add("eta", _("The expected arrival lies in the past."))


def _write(shipment: Shipment, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(shipment, name, value)
    shipment.save(update_fields=list(columns))
    shipment.refresh_from_db()


def _note(
    order: Order, shipment: Shipment, kind: TrackingKind, *, actor: Actor, **columns: Any
) -> TrackingEvent:
    event = TrackingEvent.objects.create(shipment=shipment, kind=kind, by_id=actor.user_id, **columns)
    fulfilment_events.tracking_updated(order, shipment, event)
    return event


@action
def record_tracking(
    order_id: UUID,
    *,
    shop_id: UUID,
    kind: str,
    actor: Actor,
    note: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    eta: datetime | None = None,
) -> TrackingEvent:
    """Add what happened on the way; `eta` also moves the expected arrival. Degrees are WGS 84.

    Raises Invalid at the field for a kind that is not reported by hand, half a position or an empty
    note, and Conflict when the order is not being prepared or on its way.
    """
    order = locks.order(order_id)
    rules.require_role(actor, order, rules.HANDLING)
    if order.shop_id != shop_id:
        raise NotFound(_("There is no such order."))
    _check_report(kind, note, latitude, longitude, eta)
    if order.status not in (OrderStatus.PROCESSING, OrderStatus.SHIPPED):
        raise Conflict(_("This order is not on its way."), code="not_under_way")
    if order.status == OrderStatus.PROCESSING and kind not in (TrackingKind.PACKED, TrackingKind.NOTE):
        raise Conflict(_("Ship the order first."), code="not_shipped")
    shipment = locks.shipment(order.pk)
    if eta is not None:
        _write(shipment, eta=eta)
    event = _note(
        order,
        shipment,
        TrackingKind(kind),
        actor=actor,
        note=note,
        latitude=latitude,
        longitude=longitude,
    )
    if event.kind in TOLD:
        notices.order_moved(order, TOLD[TrackingKind(event.kind)], actor=actor)
    return event


def _check_report(
    kind: str, note: str, latitude: float | None, longitude: float | None, eta: datetime | None
) -> None:
    problems = checks.Problems()
    problems.choice("kind", kind, [str(known) for known in REPORTED])
    problems.text("note", note, longest=300, required=kind == TrackingKind.NOTE)
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        problems.add(missing, _("Give both latitude and longitude, or neither."))
    _check_eta(eta, problems)
    problems.refuse()


def deliver_order(
    order_id: UUID,
    *,
    shop_id: UUID,
    actor: Actor,
    code: str | None = None,
    photo: "Photo | None" = None,
    expected_version: int | None = None,
) -> Order:
    """Hand over a shipped order, proved by the customer's code or by a photo.

    A wrong code is counted in a transaction of its own, so that the refusal does not undo the
    count; hence this must be the outermost act. Raises Invalid at `code`, Conflict when the code
    is void after too many guesses, and as `start_processing` does.
    """
    if in_action():
        raise RuntimeError("deliver_order() counts wrong codes and cannot run inside another act")
    if not code and photo is None:
        message = _("Enter the customer's code, or take a photo of the delivery.")
        raise Invalid(message, code="proof_missing", fields={"code": [message]})
    if code:
        with unkeyed():
            tries_left = _try_code(
                order_id, shop_id=shop_id, code=code, expected_version=expected_version, actor=actor
            )
        if tries_left is not None:
            raise _wrong_code(tries_left)
    act = partial(
        _hand_over, order_id, shop_id=shop_id, code=code, expected_version=expected_version, actor=actor
    )
    if photo is None:
        return act()
    draft = Shipment(pk=new_id())
    return with_file(draft.photo, photo, lambda: act(photo=draft.photo.name))


def _wrong_code(tries_left: int) -> Invalid:
    message = _("This is not the customer's code. Tries left: %(count)d.") % {"count": tries_left}
    return Invalid(message, code="wrong_code", fields={"code": [message]})


@action
def _try_code(
    order_id: UUID, *, shop_id: UUID, code: str, expected_version: int | None, actor: Actor
) -> int | None:
    """Compare a guess; return None where it is right (or beside the point), else the tries left."""
    order = _locked(order_id, shop_id, OrderStatus.DELIVERED, actor)
    if order.status != OrderStatus.SHIPPED:
        return None
    versions.check(order, expected_version)
    shipment = locks.shipment(order.pk)
    _refuse_void_code(shipment)
    if compare_digest(shipment.code.encode(), code.encode()):
        return None
    _write(shipment, wrong_codes=shipment.wrong_codes + 1)
    if shipment.wrong_codes >= CODE_TRIES:
        notices.delivery_code_locked(order, actor=actor)
    return CODE_TRIES - shipment.wrong_codes


def _refuse_void_code(shipment: Shipment) -> None:
    if shipment.wrong_codes >= CODE_TRIES:
        message = _("A wrong code was entered too often. The customer can get a new one in the order.")
        raise Conflict(message, code="code_locked")


@action
def _hand_over(
    order_id: UUID,
    *,
    shop_id: UUID,
    code: str | None,
    actor: Actor,
    photo: str | None = None,
    expected_version: int | None = None,
) -> Order:
    order = _locked(order_id, shop_id, OrderStatus.DELIVERED, actor, expected_version)
    _move(order, OrderStatus.DELIVERED, actor=actor)
    shipment = locks.shipment(order.pk)
    if code:
        # Again under this lock: the customer may have asked for a new code in between.
        _refuse_void_code(shipment)
        if not compare_digest(shipment.code.encode(), code.encode()):
            raise _wrong_code(CODE_TRIES - shipment.wrong_codes)
    proof = Proof.CODE if code else Proof.PHOTO
    _write(shipment, proof=proof, delivered_at=timezone.now(), photo=photo or "")
    _note(order, shipment, TrackingKind.DELIVERED, actor=actor)
    _capture(order)
    notices.order_moved(order, notices.ORDER_DELIVERED, actor=actor)
    for name in settings.ON_ORDER_HANDED_OVER:
        import_string(name)(order.pk, actor)
    return order


def _capture(order: Order) -> None:
    for card in locks.card_payments_of(order.pk).filter(status=CardStatus.PREAUTH):
        enqueue(CAPTURE, key=str(card.pk), payment_id=str(card.pk))


@action
def renew_delivery_code(order_id: UUID, *, actor: Actor) -> Shipment:
    """Give the customer a new delivery code with all its tries; the old one is void at once."""
    order = locks.order(order_id)
    if order.customer_id != actor.user_id:
        raise NotFound(_("There is no such order."))
    if order.status not in (OrderStatus.PROCESSING, OrderStatus.SHIPPED):
        raise Conflict(_("This order is not on its way."), code="not_under_way")
    shipment = locks.shipment(order.pk)
    _write(shipment, code=new_code(), wrong_codes=0)
    return shipment
