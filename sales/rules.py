"""Who may see and do what at a shop's counter."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clutch.core.errors import NotAllowed
from clutch.feed.actor import Actor
from sales.models import (
    CashSession,
    CoreDeposit,
    Customer,
    Register,
    Sale,
    SaleReturn,
    SpecialOrder,
    TillPolicy,
)
from shops.models import Member
from shops.rules import Act, may, member_of
from shops.rules import require_act as require

__all__ = [
    "cores_of",
    "customers_of",
    "may",
    "member_of",
    "policy_of",
    "registers_of",
    "require",
    "require_approver",
    "require_or_approved",
    "returns_of",
    "sales_of",
    "sessions_of",
    "shops_of",
    "special_orders_of",
]


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


def customers_of(user: Any) -> QuerySet[Customer]:
    """The customers of a user's shops."""
    return Customer.objects.filter(shop__in=shops_of(user))


def sessions_of(user: Any) -> QuerySet[CashSession]:
    """The cash sessions of a user's shops."""
    return CashSession.objects.filter(shop__in=shops_of(user))


def policy_of(shop_id: UUID) -> TillPolicy:
    """The shop's counter policy, or the defaults, unsaved."""
    return TillPolicy.objects.filter(shop=shop_id).first() or TillPolicy(shop_id=shop_id)
