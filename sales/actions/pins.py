"""PINs of clerks: who stands at the till, and who allows what the clerk alone may not.

A PIN is short, so it is only worth something together with its lock: after five wrong ones it is
void for a quarter of an hour. Each wrong one is counted in a transaction of its own.
"""

import hashlib
import itertools
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.core.idempotency import unkeyed
from clutch.feed.action import action, in_action
from clutch.feed.actor import Actor
from sales import events, locks, rules
from sales.models import ClerkPin
from shops.models import Member
from shops.rules import Act

PIN = re.compile(r"[0-9]{4,8}", re.ASCII)
TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
# How long a clerk stays at a till, and how long an approval is good for.
SHIFT_SECONDS = 12 * 60 * 60
APPROVAL_SECONDS = 120
# What a PIN may allow for somebody else.
APPROVABLE = (Act.EXCEED_DISCOUNT, Act.VOID_SALE, Act.RETURN_WITHOUT_RECEIPT)


@action
def set_pin(member_id: UUID, *, shop_id: UUID, pin: str, actor: Actor) -> ClerkPin:
    """Give a member a PIN of 4 to 8 digits: one's own, or anybody's for who manages the members.

    A lock ends with it, and whoever stood at a till by the old one must enter the new one.
    """
    mine = rules.member_of(actor, shop_id)
    member = Member.objects.filter(shop=shop_id, pk=member_id, is_active=True).first()
    if member is None:
        raise NotFound(_("There is no such member."))
    if mine is None or (mine.pk != member.pk and not rules.may(mine, Act.MANAGE_MEMBERS)):
        raise NotAllowed(_("Your role in this shop does not allow this."), code="wrong_role")
    if member.role == "owner" and mine.pk != member.pk and not rules.may(mine, Act.MANAGE_OWNERS):
        raise NotAllowed(_("Your role in this shop does not allow this."), code="wrong_role")
    _check(pin)
    row = locks.pin(member_id) or ClerkPin(member=member)
    row.pin_hash, row.failures, row.locked_until = make_password(pin), 0, None
    row.save()
    row.refresh_from_db()
    events.clerk_pin_set(member)
    return row


def _check(pin: str) -> None:
    if not PIN.fullmatch(pin):
        message = _("A PIN has 4 to 8 digits.")
        raise Invalid(message, fields={"pin": [message]})
    steps = {int(after) - int(before) for before, after in itertools.pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {-1}:
        message = _("This PIN is too easy to guess.")
        raise Invalid(message, code="weak_pin", fields={"pin": [message]})


def check_pin(shop_id: UUID, *, member_id: UUID, pin: str, actor: Actor) -> Member:
    """Return the member whose PIN this is. Raises Invalid at `pin`, Conflict `pin_locked`.

    A wrong PIN is counted in a transaction of its own, so that the refusal does not undo the count;
    hence this must be the outermost act.
    """
    if in_action():
        raise RuntimeError("check_pin() counts wrong PINs and cannot run inside another act")
    rules.member_of(actor, shop_id)
    row = ClerkPin.objects.filter(member=member_id, member__shop=shop_id, member__is_active=True)
    found = row.select_related("member__user").first()
    if found is None:
        message = _("This person has no PIN yet.")
        raise Invalid(message, code="no_pin", fields={"pin": [message]})
    _refuse_locked(found)
    # The slow part, outside the transaction; the count is made under the lock.
    right = check_password(pin, found.pin_hash)
    with unkeyed():
        left = _count(found.member_id, seen=found.pin_hash, right=right)
    if not right:
        message = _("This is not the PIN. Tries left: %(count)d.") % {"count": left}
        raise Invalid(message, code="wrong_pin", fields={"pin": [message]}, extra={"triesLeft": left})
    return found.member


@action
def _count(member_id: UUID, *, seen: str, right: bool) -> int:
    row = locks.pin(member_id)
    if row is None or row.pin_hash != seen:
        raise Conflict(_("The PIN has just been changed."), code="pin_changed")
    # Guesses that were under way at the same moment do not get past the lock.
    _refuse_locked(row)
    failures = 0 if right else row.failures + 1
    if failures != row.failures:
        locked = failures >= TRIES
        row.locked_until = timezone.now() + LOCKED_FOR if locked else None
        row.failures = 0 if locked else failures
        row.save(update_fields=["failures", "locked_until"])
        if locked:
            events.clerk_pin_locked(row)
    return max(TRIES - failures, 0)


def _refuse_locked(row: ClerkPin) -> None:
    if row.locked_until is not None and timezone.now() < row.locked_until:
        raise Conflict(
            _("A wrong PIN was entered too often. Try again later, or ask a manager for a new PIN."),
            code="pin_locked",
            extra={"lockedUntil": row.locked_until.isoformat()},
        )


@dataclass(frozen=True)
class Clerk:
    """A member at a till: `token` says so for the device of who is signed in there."""

    member: Member
    token: str

    @property
    def expires_in(self) -> int:
        """Seconds until the PIN is asked for again."""
        return SHIFT_SECONDS


@dataclass(frozen=True)
class Approval:
    """The word of a member for one act of somebody else, good for two minutes."""

    member: Member
    act: Act
    token: str

    @property
    def expires_in(self) -> int:
        """Seconds for which it is good."""
        return APPROVAL_SECONDS


def switch_clerk(shop_id: UUID, *, member_id: UUID, pin: str, actor: Actor) -> Clerk:
    """Let a member take over the till of whoever is signed in there. Raises as `check_pin` does."""
    member = check_pin(shop_id, member_id=member_id, pin=pin, actor=actor)
    return Clerk(member, _signed("clerk", member, actor))


def approve(shop_id: UUID, *, member_id: UUID, pin: str, act: str, actor: Actor) -> Approval:
    """Let a member allow one act that the clerk may not do. NotAllowed when they may not either."""
    if act not in APPROVABLE:
        message = _("Choose one of the acts that can be approved.")
        raise Invalid(message, fields={"act": [message]})
    member = check_pin(shop_id, member_id=member_id, pin=pin, actor=actor)
    rules.require_approver(member.user_id, shop_id, Act(act))
    return Approval(member, Act(act), _signed(f"approval.{act}", member, actor))


def clerk_of(token: str, device_user_id: UUID) -> Member:
    """The member that a clerk's token names, for the person who is signed in on the device.

    Raises NotAllowed `clerk_expired` when it is over, foreign, or the PIN or membership has ended.
    """
    member = _member_of("clerk", token, str(device_user_id), SHIFT_SECONDS)
    if member is None:
        raise NotAllowed(_("Enter your PIN again."), code="clerk_expired")
    return member


def approver_of(token: str, *, shop_id: UUID, act: Act, actor: Actor) -> UUID | None:
    """The user who approved an act; None where no token was sent. Raises NotAllowed for a bad one."""
    if not token:
        return None
    member = _member_of(f"approval.{act}", token, actor.id, APPROVAL_SECONDS)
    if member is None or member.shop_id != shop_id:
        raise NotAllowed(_("The approval has run out. Ask for the PIN again."), code="approval_expired")
    return member.user_id


def _signed(purpose: str, member: Member, actor: Actor) -> str:
    claims = {"member": str(member.pk), "pin": _stamp(member.pin.pin_hash), "for": actor.id}
    return signing.dumps(claims, salt=f"sales.pins.{purpose}")


def _member_of(purpose: str, token: str, asked_by: str, seconds: int) -> Member | None:
    try:
        claims = signing.loads(token, salt=f"sales.pins.{purpose}", max_age=seconds)
    except signing.BadSignature:
        return None
    members = Member.objects.filter(pk=claims["member"], is_active=True, user__is_active=True)
    member = members.select_related("user", "pin").first()
    if member is None or claims["for"] != asked_by or not hasattr(member, "pin"):
        return None
    return member if _stamp(member.pin.pin_hash) == claims["pin"] else None


def _stamp(pin_hash: str) -> str:
    """Which PIN it was, without saying anything of it."""
    return hashlib.sha256(pin_hash.encode()).hexdigest()[:16]
