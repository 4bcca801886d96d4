"""Who may see and do what at a shop's counter."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clutch.core.errors import NotAllowed, NotFound
from clutch.feed.actor import Actor
from sales.models import CashSession, CoreDeposit, Register, Sale, SaleReturn, SpecialOrder, TillPolicy
from shops.models import Member
from shops.rules import PERMISSIONS, Act


def member_of(actor: Actor, shop_id: UUID) -> Member | None:
    """The actor's membership in a shop; None for the clock. Raises NotFound for who has none."""
    if actor.kind in ("system", "node"):
        return None
    member = None
    if actor.user_id is not None:
        member = Member.objects.filter(shop=shop_id, user=actor.user_id, is_active=True).first()
    if member is None:
        raise NotFound(_("There is no such shop."))
    return member


def require(actor: Actor, shop_id: UUID, act: Act) -> Member | None:
    """Return who acts. Raises NotFound for a foreign shop, NotAllowed for a role that may not."""
    member = member_of(actor, shop_id)
    if member is not None and member.role not in PERMISSIONS[act]:
        raise NotAllowed(_("Your role in this shop does not allow this."), code="wrong_role")
    return member


def may(member: Member, act: Act) -> bool:
    """Whether a member's role allows an act."""
    return member.is_active and member.role in PERMISSIONS[act]


def require_approver(user_id: UUID, shop_id: UUID, act: Act) -> Member:
    """Return the member who approves an act for somebody else. Raises NotAllowed for one who may not."""
    member = Member.objects.filter(shop=shop_id, user=user_id, is_active=True).first()
    if member is None or not may(member, act):
        raise NotAllowed(_("Whose PIN this is may not approve this."), code="wrong_role")
    return member


def require_or_approved(actor: Actor, shop_id: UUID, act: Act, approved_by: UUID | None) -> UUID | None:
    """Let pass who may do an act, or who has the word of somebody who may; return whose word it was."""
    member = member_of(actor, shop_id)
    if member is None or may(member, act):
        return None
    if approved_by is None:
        raise NotAllowed(_("This needs a manager's PIN."), code="needs_approval", extra={"act": act.value})
    return require_approver(approved_by, shop_id, act).user_id


def shops_of(user: Any) -> QuerySet[Member, UUID]:
    """The shops in which a user is an active member, whatever the role."""
    return Member.objects.filter(user=user.pk, is_active=True).values_list("shop_id", flat=True)


def sales_of(user: Any) -> QuerySet[Sale]:
    """The sales of a user's shops; what the role allows with them is asked beside it."""
    return Sale.objects.filter(shop__in=shops_of(user))


def registers_of(user: Any) -> QuerySet[Register]:
    """The registers of a user's shops."""
    return Register.objects.filter(shop__in=shops_of(user))


def returns_of(user: Any) -> QuerySet[SaleReturn]:
    """The credit notes of a user's shops."""
    return SaleReturn.objects.filter(shop__in=shops_of(user))


def cores_of(user: Any) -> QuerySet[CoreDeposit]:
    """The deposits for old parts of a user's shops."""
    return CoreDeposit.objects.filter(shop__in=shops_of(user))


def special_orders_of(user: Any) -> QuerySet[SpecialOrder]:
    """The special orders of a user's shops."""
    return SpecialOrder.objects.filter(shop__in=shops_of(user))


def sessions_of(user: Any) -> QuerySet[CashSession]:
    """The cash sessions of a user's shops."""
    return CashSession.objects.filter(shop__in=shops_of(user))


def policy_of(shop_id: UUID) -> TillPolicy:
    """The shop's counter policy, or the defaults, unsaved."""
    return TillPolicy.objects.filter(shop=shop_id).first() or TillPolicy(shop_id=shop_id)
