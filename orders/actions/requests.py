"""A customer's request: made, changed, and sent to the shops."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Incomplete
from clutch.core.ids import new_id
from clutch.core.numbers import take_number
from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from orders import checks, events, locks, matching, notices, queries, rules
from orders.actions.invitations import invite, refresh_invitations
from orders.actions.windows import STUCK_AFTER, close_after, reopen, schedule
from orders.enums import (
    OPEN,
    ORDER_TRANSITIONS,
    InvitationStatus,
    OrderStatus,
    PaymentMethod,
    Side,
    Urgency,
)
from orders.inputs import DeliveryInput, PartInput, VehicleInput
from orders.models import Order, OrderLine
from shops import vehicles
from shops.actions.vehicles import note_unlisted
from shops.models import Shop
from shops.queries import Nearby
from shops.vehicles import VehicleRef

# The nearest shop's district stands for the customer's only when it is about as near.
SAME_DISTRICT_M = 3000


@action
def create_order(
    customer_id: UUID,
    *,
    vehicle: VehicleInput,
    delivery: DeliveryInput,
    parts: Sequence[PartInput],
    draft: bool = False,
    payment_method: str = PaymentMethod.CASH,
    urgency: str = Urgency.STANDARD,
    request_id: UUID | None = None,
    actor: Actor,
) -> Order:
    """Make a request, and unless it is a draft ask the first shops in the same act.

    `request_id` groups orders that come from one request of the customer. Raises Invalid with
    every field that is wrong; nothing is written then.
    """
    now = timezone.now()
    problems = checks.Problems()
    vehicle = checks.clean_vehicle(vehicle, problems)
    delivery = checks.clean_delivery(delivery, problems)
    clean = checks.clean_parts(parts, problems, may_be_empty=draft)
    checks.clean_choices(payment_method, urgency, problems)
    _check_request_id(customer_id, request_id, problems)
    problems.refuse()
    ref = vehicles.resolve(vehicle["make"], vehicle["model"], vehicle["year"], vehicle["vin"])
    note_unlisted(ref, actor=actor)
    place = matching.Place(ref.make_id, delivery["latitude"], delivery["longitude"])
    found = [] if draft else _first_shops(place, now)
    order = Order(
        request_id=request_id or new_id(),
        customer_id=customer_id,
        payment_method=payment_method,
        urgency=urgency,
        currency=settings.CURRENCY,
        **_vehicle_columns(ref),
        **delivery,
    )
    # The series is held until the commit, so the search for shops stands before it.
    order.number = _next_number(now)
    order.save(force_insert=True)
    lines = OrderLine.objects.bulk_create(
        OrderLine(order=order, position=position, **part.fields) for position, part in enumerate(clean)
    )
    return order if draft else _submit(order, lines, found, now=now, actor=actor)


def _check_request_id(customer_id: UUID, request_id: UUID | None, problems: checks.Problems) -> None:
    if request_id is None:
        return
    if Order.objects.filter(request_id=request_id).exclude(customer=customer_id).exists():
        problems.add("request_id", _("This is not one of your requests."))


def _vehicle_columns(ref: VehicleRef) -> dict[str, Any]:
    return {
        "make_id": ref.make_id,
        "model_id": ref.model_id,
        "make_name": ref.make_name,
        "model_name": ref.model_name,
        "year": ref.year,
        "vin": ref.vin,
        "vehicle_warnings": [warning[:200] for warning in ref.warnings],
    }


def _next_number(now: datetime) -> str:
    """Return CL-YYYY-NNNNNN; the year is the market's, which may be ahead of UTC's."""
    year = now.astimezone(ZoneInfo(settings.MARKET_TIME_ZONE)).year
    return f"CL-{year}-{take_number(f'order/{year}'):06d}"


@action
def submit_order(order_id: UUID, *, expected_version: int | None = None, actor: Actor) -> Order:
    """Send a draft to the nearest shops. Raises Incomplete (422) when it names no part."""
    order = locks.order(order_id)
    now = timezone.now()
    versions.check(order, expected_version)
    rules.require(actor, order, OrderStatus.SUBMITTED)
    if order.status != OrderStatus.DRAFT:
        raise Conflict(_("This request was already sent."), code="wrong_status", extra=_status(order))
    lines = queries.current_lines(order)
    if not lines:
        message = _("Name at least one part.")
        raise Incomplete(message, fields={"parts": [message]})
    place = matching.Place(order.make_id, order.latitude, order.longitude)
    return _submit(order, lines, _first_shops(place, now), now=now, actor=actor)


def _status(order: Order) -> dict[str, str]:
    return {"currentStatus": order.status}


def _first_shops(place: matching.Place, now: datetime) -> list[Nearby]:
    return matching.find_shops(
        place,
        limit=settings.MATCH_FIRST_WAVE,
        radius_km=settings.MATCH_MAX_RADIUS_KM,
        now=now,
        until=None,
    )


def _submit(
    order: Order, lines: Sequence[OrderLine], found: Sequence[Nearby], *, now: datetime, actor: Actor
) -> Order:
    """Open the window and ask the first wave; with no shop at all the customer and staff hear of it."""
    order = transition(
        order,
        OrderStatus.SUBMITTED,
        transitions=ORDER_TRANSITIONS,
        actor=actor,
        submitted_at=now,
        quotes_close_at=close_after([near.shop_id for near in found], now, settings.QUOTE_WINDOW_MINUTES),
        wave=1,
        search_radius_km=settings.MATCH_MAX_RADIUS_KM,
        district=order.district or _district_of(found),
    )
    invite(order, lines, found, now=now)
    schedule(order, now=now)
    enqueue("orders.tasks.flag_stuck", key=str(order.pk), at=now + STUCK_AFTER, order_id=order.pk)
    events.order_status_update(order)
    if not found:
        events.order_stuck(order, "no_shops")
        notices.tell_customer(order, notices.NO_SHOPS, actor=actor)
    return order


def _district_of(found: Sequence[Nearby]) -> str:
    """The district of the nearest shop, for want of a map of districts; "" when it is too far to tell."""
    if not found or found[0].distance_m > SAME_DISTRICT_M:
        return ""
    return Shop.objects.values_list("district", flat=True).get(pk=found[0].shop_id)


@action
def amend_order(
    order_id: UUID,
    *,
    vehicle: VehicleInput | None = None,
    delivery: DeliveryInput | None = None,
    parts: Sequence[PartInput] | None = None,
    payment_method: str | None = None,
    urgency: str | None = None,
    expected_version: int | None = None,
    actor: Actor,
) -> Order:
    """Change what a request says; what is None stays.

    A draft takes everything. A sent request takes parts (the whole new list: a part with its id
    is changed, one without is added, one that is left out is removed), payment method and
    urgency; changed parts raise the revision, so quotes have to be confirmed before they can be
    accepted. A window that has closed is opened again. Raises Conflict from acceptance on.
    """
    order = locks.order(order_id)
    now = timezone.now()
    versions.check(order, expected_version)
    rules.require_side(actor, order, Side.CUSTOMER)
    _require_amendable(order, moved=vehicle is not None or delivery is not None)
    problems = checks.Problems()
    columns = _columns(vehicle, delivery, payment_method, urgency, problems=problems, actor=actor)
    lines = {line.pk: line for line in queries.current_lines(order)}
    clean = None
    if parts is not None:
        draft = order.status == OrderStatus.DRAFT
        clean = checks.clean_parts(parts, problems, known=lines, may_be_empty=draft)
    problems.refuse()
    for name, value in columns.items():
        setattr(order, name, value)
    changed = clean is not None and _replace_lines(order, lines, clean)
    order.save(update_fields=[*columns, "revision"])
    if order.status in OPEN:
        _after_amendment(order, changed=changed, now=now, actor=actor)
    order.refresh_from_db()
    return order


def _require_amendable(order: Order, *, moved: bool) -> None:
    if order.status not in (OrderStatus.DRAFT, *OPEN):
        raise Conflict(
            _("This can no longer be changed: it is “%(status)s” now.")
            % {"status": order.get_status_display()},
            code="wrong_status",
            extra=_status(order),
        )
    if moved and order.status != OrderStatus.DRAFT:
        raise Conflict(
            _("Shops were asked for this vehicle and this place. Cancel and make a new request instead."),
            code="already_submitted",
            extra=_status(order),
        )


def _columns(
    vehicle: VehicleInput | None,
    delivery: DeliveryInput | None,
    payment_method: str | None,
    urgency: str | None,
    *,
    problems: checks.Problems,
    actor: Actor,
) -> dict[str, Any]:
    """The checked columns of an order that an amendment names."""
    columns: dict[str, Any] = {}
    if vehicle is not None:
        vehicle = checks.clean_vehicle(vehicle, problems)
        ref = vehicles.resolve(vehicle["make"], vehicle["model"], vehicle["year"], vehicle["vin"])
        note_unlisted(ref, actor=actor)
        columns.update(_vehicle_columns(ref))
    if delivery is not None:
        columns.update(checks.clean_delivery(delivery, problems))
    if payment_method is not None:
        columns["payment_method"] = problems.choice("payment_method", payment_method, PaymentMethod.values)
    if urgency is not None:
        columns["urgency"] = problems.choice("urgency", urgency, Urgency.values)
    return columns


def _replace_lines(order: Order, lines: dict[UUID, OrderLine], parts: Sequence[checks.Part]) -> bool:
    """Make the lines of an order say `parts`; return whether that changed anything.

    The revision is raised once, and each line remembers the revision that last changed it. In a
    draft, which nobody has seen, lines are simply removed.
    """
    is_draft = order.status == OrderStatus.DRAFT
    revision = order.revision if is_draft else order.revision + 1
    added, touched, kept = [], [], set()
    changed = False
    for position, part in enumerate(parts):
        line = lines.get(part.part_id) if part.part_id else None
        if line is None:
            added.append(OrderLine(order=order, position=position, revision=revision, **part.fields))
            changed = True
            continue
        kept.add(line.pk)
        differs = any(getattr(line, name) != value for name, value in part.fields.items())
        if differs:
            line.revision, changed = revision, True
        line.position = position
        for name, value in part.fields.items():
            setattr(line, name, value)
        touched.append(line)
    gone = [pk for pk in lines if pk not in kept]
    changed = changed or bool(gone)
    OrderLine.objects.bulk_update(
        touched,
        ["position", "name", "part_number", "part_key", "name_key", "quantity", "notes", "revision"],
    )
    OrderLine.objects.bulk_create(added)
    removed = OrderLine.objects.filter(pk__in=gone)
    if is_draft:
        removed.delete()
    else:
        removed.update(removed_in=revision)
    if changed:
        order.revision = revision
    return changed


def _after_amendment(order: Order, *, changed: bool, now: datetime, actor: Actor) -> None:
    """Tell the shops, open a closed window again, and take a quoted request back to submitted."""
    if not order.is_open(now):
        reopen(order, now=now, minutes=settings.QUOTE_WINDOW_MINUTES)
    elif changed:
        # No offer answers the new revision yet.
        schedule(order, now=now)
    refresh_invitations(order, now=now)
    if not changed:
        return
    if order.status == OrderStatus.QUOTED:
        order = transition(
            order,
            OrderStatus.SUBMITTED,
            transitions=ORDER_TRANSITIONS,
            actor=actor,
            reason=f"amended to revision {order.revision}",
        )
        events.order_status_update(order)
    asked = order.invitations.exclude(status=InvitationStatus.DECLINED)
    shop_ids = list(asked.values_list("shop_id", flat=True))
    notices.tell_shops(order, shop_ids, notices.REQUEST_AMENDED)
    for invitation_id in asked.values_list("pk", flat=True):
        enqueue("orders.tasks.make_draft", key=str(invitation_id), invitation_id=invitation_id)
