"""Deliveries on their way: claimed, sent outside of any transaction, and written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min
from django.utils import timezone
from fcm_django.models import FCMDevice

from clutch.feed.action import action, enqueue
from clutch.notifications import gateways
from clutch.notifications.channels import Channel, DeliveryState
from clutch.notifications.gateways import Outcome
from clutch.notifications.models import Delivery

DELIVER = "clutch.notifications.tasks.deliver"
BATCH = 100
# Longer than any batch takes; a worker that died in the middle leaves its batch for so long.
CLAIM = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 8

TAKE = """
UPDATE notifications_delivery SET claimed_until = %(until)s, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM notifications_delivery
    WHERE state = 'waiting' AND next_try_at <= %(now)s
      AND (claimed_until IS NULL OR claimed_until < %(now)s)
    ORDER BY next_try_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


def deliver_due(now: datetime | None = None) -> int:
    """Send everything that is due; return how many deliveries were tried.

    Two workers never take the same one. What was sent and not written down, because the
    process died between, is sent again after the claim; the device shows it once.
    """
    tried = 0
    while batch := take(now or timezone.now()):
        for channel in Channel:
            if chosen := [each for each in batch if each.channel == channel]:
                record(chosen, gateways.send(channel, chosen))
        tried += len(batch)
    return tried


def take(now: datetime) -> list[Delivery]:
    """Claim a batch, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"now": now, "until": now + CLAIM, "batch": BATCH})
        ids = [row[0] for row in cursor.fetchall()]
    related = ("notification__user", "device")
    return list(Delivery.objects.filter(pk__in=ids).select_related(*related).order_by("next_try_at", "pk"))


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: half a minute, doubled each time, up to an hour."""
    return min(FIRST_WAIT * int(2 ** (attempts - 1)), LONGEST_WAIT)


@action
def record(deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> None:
    """Write down what became of deliveries, remove dead devices, and plan the next tries."""
    now = timezone.now()
    for each, outcome in zip(deliveries, outcomes, strict=True):
        each.state, each.last_error, each.claimed_until = outcome.state, outcome.error, None
        if outcome.state == DeliveryState.SENT:
            each.sent_at = now
        elif outcome.state == DeliveryState.WAITING:
            each.next_try_at = now + wait_after(each.attempts)
            if each.attempts >= MOST_ATTEMPTS:
                each.state = DeliveryState.FAILED
    fields = ["state", "last_error", "claimed_until", "sent_at", "next_try_at"]
    Delivery.objects.bulk_update(deliveries, fields)
    dead = [each.device_id for each in deliveries if each.state == DeliveryState.DEAD and each.device_id]
    if dead:
        FCMDevice.objects.filter(pk__in=dead).delete()
    later = Delivery.objects.filter(
        pk__in=[each.pk for each in deliveries], state=DeliveryState.WAITING
    ).aggregate(first=Min("next_try_at"))["first"]
    if later:
        enqueue(DELIVER, at=later)
