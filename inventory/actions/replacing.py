"""Acts on what replaces a part, and on what can stand in for it in both directions."""

from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import events, locks, queries, rules
from inventory.models import InterchangeGroup, Part, Supersession
from shops.rules import Act

MOST_IN_GROUP = 100


@action
def supersede_part(part_id: UUID, *, shop_id: UUID, new_part_id: UUID, note: str = "", actor: Actor) -> Part:
    """Say that a part is replaced by another; the history keeps what was said before.

    Raises Invalid at `new_part_id` for the part itself, and for one that it would replace in turn,
    directly or through others.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    if part_id == new_part_id:
        raise _wrong_successor(_("A part cannot replace itself."))
    parts, chain = _lock_chain(shop_id, part_id, new_part_id)
    part = parts[part_id]
    if part_id in chain:
        raise _wrong_successor(_("This would go in a circle: that part is itself replaced by this one."))
    if part.superseded_by_id == new_part_id:
        return part
    part.superseded_by_id = new_part_id
    part.save(update_fields=["superseded_by", "updated_at"])
    _write_down(part, new_part_id, note, actor)
    part.refresh_from_db()
    return part


def _lock_chain(shop_id: UUID, part_id: UUID, new_id: UUID) -> tuple[dict[UUID, Part], list[UUID]]:
    """Lock a part and the chain of what replaces `new_id`, to its end.

    Whoever lengthens the chain at the same moment locks its end too, so no circle closes unseen.
    """
    locked: dict[UUID, Part] = {}
    wanted = {part_id, new_id}
    while not wanted <= locked.keys():
        locked |= {row.pk: row for row in locks.parts(shop_id, wanted - locked.keys())}
        if not {part_id, new_id} <= locked.keys():
            raise NotFound(_("There is no such part."))
        chain = queries.successors(new_id)
        wanted = {part_id, *chain}
    return locked, chain


@action
def undo_supersession(part_id: UUID, *, shop_id: UUID, note: str = "", actor: Actor) -> Part:
    """Take back that a part is replaced. Raises Conflict `not_superseded` for one that is not."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    if part.superseded_by_id is None:
        raise Conflict(_("Nothing replaces this part."), code="not_superseded")
    part.superseded_by = None
    part.save(update_fields=["superseded_by", "updated_at"])
    _write_down(part, None, note, actor)
    part.refresh_from_db()
    return part


def _write_down(part: Part, new_part_id: UUID | None, note: str, actor: Actor) -> None:
    Supersession.objects.create(
        part=part,
        new_part_id=new_part_id,
        note=" ".join(note.split())[:200],
        actor_id=actor.id,
        actor_name=actor.name,
    )
    events.part_changed(part, "updated")


def _wrong_successor(message: str) -> Invalid:
    return Invalid(message, fields={"new_part_id": [message]})


@action
def join_interchange(part_id: UUID, *, shop_id: UUID, other_id: UUID, actor: Actor) -> Part:
    """Let two parts stand in for one another, with all that stand in for either already.

    Raises Invalid at `other_id` for the part itself, and for more than 100 parts in one group.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    if part_id == other_id:
        raise _wrong_other(_("A part stands in for itself anyway."))
    members = _lock_groups(shop_id, part_id, other_id)
    part, other = members[part_id], members[other_id]
    if part.interchange_id is not None and part.interchange_id == other.interchange_id:
        return part
    if len(members) > MOST_IN_GROUP:
        raise _wrong_other(_("At most %(most)s parts stand in for one another.") % {"most": MOST_IN_GROUP})
    kept = part.interchange_id or other.interchange_id or InterchangeGroup.objects.create(shop_id=shop_id).pk
    left = {group for row in members.values() if (group := row.interchange_id) and group != kept}
    for row in members.values():
        if row.interchange_id != kept:
            row.interchange_id = kept
            row.save(update_fields=["interchange", "updated_at"])
            events.part_changed(row, "updated")
    InterchangeGroup.objects.filter(pk__in=left).delete()
    part.refresh_from_db()
    return part


def _lock_groups(shop_id: UUID, *ids: UUID) -> dict[UUID, Part]:
    """Lock parts with everything in their groups."""
    locked: dict[UUID, Part] = {}
    wanted = set(ids)
    while not wanted <= locked.keys():
        locked |= {row.pk: row for row in locks.parts(shop_id, wanted - locked.keys())}
        if not set(ids) <= locked.keys():
            raise NotFound(_("There is no such part."))
        groups = [row.interchange_id for row in locked.values() if row.interchange_id]
        wanted = set(ids) | set(Part.objects.filter(interchange__in=groups).values_list("pk", flat=True))
    return locked


@action
def leave_interchange(part_id: UUID, *, shop_id: UUID, actor: Actor) -> Part:
    """Let a part stand in for no other. Of a group of two nothing stays.

    Raises Conflict `not_interchanged` for a part that is in no group.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    members = _lock_groups(shop_id, part_id)
    part = members[part_id]
    group = part.interchange_id
    if group is None:
        raise Conflict(_("This part stands in for no other."), code="not_interchanged")
    leaving = list(members.values()) if len(members) <= 2 else [part]
    for row in leaving:
        row.interchange = None
        row.save(update_fields=["interchange", "updated_at"])
        events.part_changed(row, "updated")
    if len(leaving) == len(members):
        InterchangeGroup.objects.filter(pk=group).delete()
    part.refresh_from_db()
    return part


def _wrong_other(message: str) -> Invalid:
    return Invalid(message, fields={"other_id": [message]})
