"""Writes: notify people, mark as read, set preferences."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from fcm_django.models import FCMDevice

from clutch.accounts.models import User
from clutch.core.errors import Invalid, NotFound
from clutch.feed.action import action, enqueue, publish
from clutch.feed.actor import Actor
from clutch.feed.streams import Event, user_stream
from clutch.notifications import gateways, kinds, queries
from clutch.notifications.channels import OUTSIDE, Channel, DeliveryState
from clutch.notifications.models import Delivery, Notification, Preference

DELIVER = "clutch.notifications.tasks.deliver"
READ = "notification-read"


@dataclass
class Wishes:
    """Who wants a kind through which channel."""

    defaults: Collection[str]
    chosen: dict[tuple[UUID, str], bool] = field(default_factory=dict)

    def want(self, user_id: UUID, channel: Channel) -> bool:
        return self.chosen.get((user_id, channel), channel in self.defaults)


@action
def notify(
    user_ids: Iterable[UUID],
    *,
    kind: str,
    params: Mapping[str, Any],
    data: Mapping[str, str | None],
    actor: Actor,
) -> list[Notification]:
    """Tell people something; returns the notifications made, one per active user.

    `params` are plain JSON and fill the words of `kind`; `data` holds orderId and shopId as
    strings. The number of statements does not depend on the number of people. Raises KeyError
    for an unknown kind or a parameter that its words need and did not get.
    """
    shape = kinds.get(kind)
    wanted = set(user_ids)
    users = list(User.objects.filter(pk__in=wanted, is_active=True).order_by("pk")) if wanted else []
    if not users:
        return []
    wishes = _wishes(users, shape)
    notifications = _write(users, shape, params, data, wishes)
    _write_deliveries(users, notifications, wishes)
    _publish_notifications(notifications)
    return notifications


def _wishes(users: list[User], kind: kinds.Kind) -> Wishes:
    rows = Preference.objects.filter(user__in=users, kind=kind.name)
    return Wishes(kind.channels, {(row.user_id, row.channel): row.enabled for row in rows})


def _write(
    users: list[User],
    kind: kinds.Kind,
    params: Mapping[str, Any],
    data: Mapping[str, str | None],
    wishes: Wishes,
) -> list[Notification]:
    texts = {language: kinds.render(kind, params, language) for language in {user.language for user in users}}
    clean = {name: str(value) for name, value in data.items() if value is not None}
    return Notification.objects.bulk_create(
        Notification(
            user=user,
            kind=kind.name,
            params=dict(params),
            data=clean,
            title=texts[user.language][0],
            message=texts[user.language][1],
            in_inbox=wishes.want(user.pk, Channel.INBOX),
        )
        for user in users
    )


def _write_deliveries(users: list[User], notifications: list[Notification], wishes: Wishes) -> None:
    wanting = [user for user in users if wishes.want(user.pk, Channel.PUSH)]
    devices: dict[UUID, list[FCMDevice]] = {}
    for device in FCMDevice.objects.filter(user__in=wanting, active=True) if wanting else ():
        devices.setdefault(device.user_id, []).append(device)
    states = {channel: gateways.first_state(channel) for channel in OUTSIDE}
    rows: list[Delivery] = []
    for user, notification in zip(users, notifications, strict=True):
        addresses: list[tuple[Channel, FCMDevice | None, str]] = [
            (Channel.PUSH, device, "") for device in devices.get(user.pk, ())
        ]
        if user.email and wishes.want(user.pk, Channel.EMAIL):
            addresses.append((Channel.EMAIL, None, user.email))
        if user.phone and wishes.want(user.pk, Channel.SMS):
            addresses.append((Channel.SMS, None, user.phone))
        rows += [
            Delivery(
                notification=notification,
                channel=channel,
                device=device,
                address=address,
                state=states[channel],
                last_error=gateways.off_reason(channel) if states[channel] == DeliveryState.OFF else "",
            )
            for channel, device, address in addresses
        ]
    if rows:
        Delivery.objects.bulk_create(rows)
    if any(row.state == DeliveryState.WAITING for row in rows):
        # Without a key: a job that is running now may already have passed these rows.
        enqueue(DELIVER)


def _publish_notifications(notifications: list[Notification]) -> None:
    """`unread` is the count as this act sees it; two acts at one moment may say the same number.

    The ids are exact: a client that counts them, or asks again, has the true number.
    """
    shown = [row for row in notifications if row.in_inbox]
    unread = queries.unread_counts(row.user_id for row in shown) if shown else {}
    for row in shown:
        publish(
            Event(
                streams=(user_stream(row.user_id),),
                type="notification",
                data={
                    "notificationId": str(row.pk),
                    "type": row.kind,
                    "unread": unread.get(row.user_id, 0),
                },
            )
        )


@action
def mark_read(notification_id: UUID, *, actor: Actor) -> Notification:
    """Mark one of the actor's notifications as read; once read it stays as it was. Raises NotFound."""
    assert actor.user_id is not None
    own = Notification.objects.filter(user_id=actor.user_id, in_inbox=True)
    changed = own.filter(pk=notification_id, read_at=None).update(read_at=timezone.now())
    notification = own.filter(pk=notification_id).first()
    if notification is None:
        raise NotFound(_("There is no such notification."))
    if changed:
        _publish_read(notification.user_id, notification.pk)
    return notification


@action
def mark_all_read(*, actor: Actor) -> int:
    """Mark all of the actor's notifications as read; return how many were not."""
    assert actor.user_id is not None
    unread = Notification.objects.filter(user_id=actor.user_id, in_inbox=True, read_at=None)
    changed = unread.update(read_at=timezone.now())
    if changed:
        _publish_read(actor.user_id, None)
    return changed


def _publish_read(user_id: UUID, notification_id: UUID | None) -> None:
    """`notificationId` is null when all were read."""
    data = {
        "notificationId": str(notification_id) if notification_id else None,
        "unread": queries.unread_count(user_id),
    }
    publish(Event(streams=(user_stream(user_id),), type=READ, data=data))


@action
def set_preferences(choices: Mapping[tuple[str, str], bool], *, actor: Actor) -> None:
    """Keep what the actor wants: {(kind, channel): wanted}.

    Raises Invalid for a kind that does not exist, or not for this person.
    """
    assert actor.user_id is not None
    known = {kind.name for kind in queries.kinds_for(actor.user_id)}
    unknown = sorted({kind for kind, _channel in choices} - known)
    if unknown:
        message = _("There is no such type: %(name)s.") % {"name": unknown[0][:60]}
        raise Invalid(message, fields={"preferences": [message]})
    Preference.objects.bulk_create(
        (
            Preference(user_id=actor.user_id, kind=kind, channel=channel, enabled=enabled)
            # In one order, so that two of these never wait for each other.
            for (kind, channel), enabled in sorted(choices.items())
        ),
        update_conflicts=True,
        unique_fields=["user", "kind", "channel"],
        update_fields=["enabled"],
    )
