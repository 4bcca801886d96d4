"""What staff send: to one person, to a segment, or to everyone, in chunks by a job."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.accounts.models import User
from clutch.accounts.queries import active_users
from clutch.accounts.rules import staff_ready
from clutch.core.errors import Invalid, NotAllowed
from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from clutch.notifications import locks
from clutch.notifications.actions import notify
from clutch.notifications.models import Broadcast, BroadcastState
from clutch.notifications.notices import ANNOUNCEMENT
from clutch.notifications.queries import segments

CHUNK = 500
SEND_CHUNK = "clutch.notifications.tasks.send_chunk"


@action
def send_broadcast(
    sender_id: UUID,
    *,
    audience: str,
    target: str = "",
    title: str,
    message: str,
    translations: Mapping[str, Mapping[str, str]] | None = None,
    data: Mapping[str, str] | None = None,
    actor: Actor,
) -> Broadcast:
    """Keep who sends what to whom, and begin to send. `target`: the user's id or the segment's name.

    Raises NotAllowed for who is not staff with that right, Invalid at `user_id` or `segment`.
    """
    sender = User.objects.get(pk=sender_id)
    if not (staff_ready(sender) and sender.has_perm("notifications.add_broadcast")):
        raise NotAllowed(_("Only staff may send messages."))
    _check_target(audience, target)
    broadcast = Broadcast.objects.create(
        sender=sender,
        audience=audience,
        target="" if audience == Broadcast.Audience.ALL else target,
        title=title,
        message=message,
        translations=dict(translations or {}),
        data=dict(data or {}),
    )
    enqueue(SEND_CHUNK, broadcast_id=str(broadcast.pk), after=None)
    return broadcast


def _check_target(audience: str, target: str) -> None:
    if audience == Broadcast.Audience.USER and not active_users().filter(pk=target).exists():
        raise Invalid(_("There is no such person."), fields={"user_id": [_("There is no such person.")]})
    if audience == Broadcast.Audience.SEGMENT and target not in segments():
        known = ", ".join(sorted(segments()))
        message = _("There is no such segment. Known: %(known)s.") % {"known": known}
        raise Invalid(message, fields={"segment": [message]})


@action
def send_next_chunk(broadcast_id: UUID, *, after: UUID | None, actor: Actor) -> int:
    """Notify the next 500 people after `after`; return how many. A repeated call sends nothing twice."""
    broadcast = locks.broadcasts().get(pk=broadcast_id)
    if broadcast.state == BroadcastState.SENT or broadcast.sent_up_to != after:
        return 0
    people = recipients(broadcast).filter(pk__gt=after) if after else recipients(broadcast)
    ids = list(people.order_by("pk").values_list("pk", flat=True).distinct()[:CHUNK])
    params: dict[str, Any] = {
        "title": broadcast.title,
        "message": broadcast.message,
        "translations": broadcast.translations,
    }
    told = notify(ids, kind=ANNOUNCEMENT, params=params, data=broadcast.data, actor=actor)
    broadcast.sent_count += len(told)
    if len(ids) < CHUNK:
        broadcast.state, broadcast.finished_at = BroadcastState.SENT, timezone.now()
    else:
        broadcast.sent_up_to = ids[-1]
        enqueue(SEND_CHUNK, broadcast_id=str(broadcast.pk), after=str(ids[-1]))
    broadcast.save(update_fields=["sent_count", "state", "finished_at", "sent_up_to"])
    return len(told)


def recipients(broadcast: Broadcast) -> QuerySet[User]:
    """Who a message is for; nobody when its segment is gone."""
    if broadcast.audience == Broadcast.Audience.USER:
        return active_users().filter(pk=broadcast.target)
    if broadcast.audience == Broadcast.Audience.SEGMENT:
        segment = segments().get(broadcast.target)
        return segment.users() if segment else User.objects.none()
    return active_users()
