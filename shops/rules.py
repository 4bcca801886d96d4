"""Who may do what in a shop."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.accounts.rules import staff_ready
from clutch.core.actor import Actor
from clutch.core.errors import Invalid, NotAllowed, NotFound
from shops.enums import Role
from shops.models import GarageVehicle, Member, MemberInvite, Onboarding, Shop, ShopDocument


class Act(models.TextChoices):
    """What a member may be allowed to do."""

    SEE_SHOP = "see_shop"
    EDIT_SHOP = "edit_shop"
    OPEN_AND_CLOSE = "open_and_close"
    SEE_MEMBERS = "see_members"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_OWNERS = "manage_owners"
    SEE_DOCUMENTS = "see_documents"
    EDIT_DOCUMENTS = "edit_documents"
    # Stock
    SEE_STOCK = "see_stock"
    SEE_COST = "see_cost"
    EDIT_PARTS = "edit_parts"
    SET_PRICES = "set_prices"
    MOVE_STOCK = "move_stock"
    ADJUST_STOCK = "adjust_stock"
    COUNT_STOCK = "count_stock"
    APPROVE_COUNT = "approve_count"
    IMPORT_PARTS = "import_parts"
    SET_STOCK_POLICY = "set_stock_policy"
    # Counter
    SEE_SALES = "see_sales"
    SELL = "sell"
    EXCEED_DISCOUNT = "exceed_discount"
    VOID_SALE = "void_sale"
    TAKE_RETURN = "take_return"
    RETURN_WITHOUT_RECEIPT = "return_without_receipt"
    RUN_REGISTER = "run_register"
    SEE_TAKINGS = "see_takings"
    SET_TILL_POLICY = "set_till_policy"
    SEE_CUSTOMERS = "see_customers"
    EDIT_CUSTOMERS = "edit_customers"
    SET_CREDIT = "set_credit"
    MERGE_CUSTOMERS = "merge_customers"
    ERASE_CUSTOMER = "erase_customer"
    TRANSFER_CUSTOMERS = "transfer_customers"


_ALL = frozenset(Role)
_LEADING = frozenset({Role.OWNER, Role.MANAGER})
_OWNER = frozenset({Role.OWNER})
_STOCK = _LEADING | {Role.STOREKEEPER}
_COUNTER = _LEADING | {Role.CASHIER}
_MONEY = _LEADING | {Role.ACCOUNTANT}

PERMISSIONS: Mapping[Act, frozenset[Role]] = {
    Act.SEE_SHOP: _ALL,
    Act.EDIT_SHOP: _LEADING,
    Act.OPEN_AND_CLOSE: _OWNER,
    Act.SEE_MEMBERS: _ALL,
    Act.MANAGE_MEMBERS: _LEADING,
    Act.MANAGE_OWNERS: _OWNER,
    Act.SEE_DOCUMENTS: _LEADING,
    Act.EDIT_DOCUMENTS: _LEADING,
    Act.SEE_STOCK: _ALL,
    Act.SEE_COST: _MONEY,
    Act.EDIT_PARTS: _STOCK,
    Act.SET_PRICES: _LEADING,
    Act.MOVE_STOCK: _STOCK,
    Act.ADJUST_STOCK: _STOCK,
    Act.COUNT_STOCK: _STOCK | _COUNTER,
    Act.APPROVE_COUNT: _LEADING,
    Act.IMPORT_PARTS: _LEADING,
    Act.SET_STOCK_POLICY: _LEADING,
    Act.SEE_SALES: _COUNTER | _MONEY,
    Act.SELL: _COUNTER,
    Act.EXCEED_DISCOUNT: _LEADING,
    Act.VOID_SALE: _LEADING,
    Act.TAKE_RETURN: _COUNTER,
    Act.RETURN_WITHOUT_RECEIPT: _LEADING,
    Act.RUN_REGISTER: _COUNTER,
    Act.SEE_TAKINGS: _MONEY,
    Act.SET_TILL_POLICY: _LEADING,
    Act.SEE_CUSTOMERS: _COUNTER | _MONEY,
    Act.EDIT_CUSTOMERS: _COUNTER,
    Act.SET_CREDIT: _MONEY,
    Act.MERGE_CUSTOMERS: _LEADING,
    Act.ERASE_CUSTOMER: _OWNER,
    # All of them at once, out of the system or into it.
    Act.TRANSFER_CUSTOMERS: _LEADING,
}


def may(member: Member, act: Act) -> bool:
    """Whether a member's role allows an act."""
    return member.is_active and member.role in PERMISSIONS[act]


def require(member: Member, act: Act) -> None:
    """Raise NotAllowed unless the member's role allows the act."""
    if not may(member, act):
        raise NotAllowed(_("Your role in this shop does not allow this."))


def memberships(user: Any) -> models.QuerySet[Member]:
    """The active memberships of a user, with their shops."""
    return Member.objects.filter(user_id=user.pk, is_active=True).select_related("shop").order_by("pk")


def shops_of(user: Any) -> list[UUID]:
    """The ids of the shops that a user belongs to. One query."""
    return list(memberships(user).values_list("shop_id", flat=True))


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


def require_act(actor: Actor, shop_id: UUID, act: Act) -> Member | None:
    """Return who acts, None for the clock, which may all.

    Raises NotFound for a foreign shop, NotAllowed for a role that may not.
    """
    member = member_of(actor, shop_id)
    if member is not None and member.role not in PERMISSIONS[act]:
        raise NotAllowed(_("Your role in this shop does not allow this."), code="wrong_role")
    return member


def membership(user: Any, shop_id: UUID | None, *, roles: Collection[Role] | None = None) -> Member:
    """Return the user's membership in a shop, or in their only one when none is named.

    Raises NotFound for a shop that they do not belong to, or for nobody's member; Invalid at
    `shop_id` when several fit and none is named; NotAllowed when the role is not in `roles`.
    """
    found = list(memberships(user) if shop_id is None else memberships(user).filter(shop_id=shop_id))
    if not found:
        raise NotFound(_("There is no such shop."))
    if len(found) > 1:
        message = _("You belong to several shops; say which one.")
        raise Invalid(message, fields={"shop_id": [message]})
    member = found[0]
    if roles is not None and member.role not in roles:
        raise NotAllowed(_("Your role in this shop does not allow this."))
    return member


def member_who_may(user: Any, shop_id: UUID, act: Act) -> Member:
    """Return the user's membership in a shop. Raises NotFound for a foreign shop, NotAllowed by role."""
    return membership(user, shop_id, roles=PERMISSIONS[act])


def garage_of(user: Any) -> models.QuerySet[GarageVehicle]:
    """A person's own vehicles, the default first, without what they took out."""
    return GarageVehicle.objects.filter(user_id=user.pk, archived_at__isnull=True).order_by(
        "-is_default", "-pk"
    )


def onboardings_for(user: Any) -> models.QuerySet[Onboarding]:
    """A person's own onboardings."""
    return Onboarding.objects.filter(user_id=user.pk)


def shops_for(user: Any) -> models.QuerySet[Shop]:
    """The shops that a person belongs to."""
    return Shop.objects.filter(pk__in=shops_of(user))


def members_for(member: Member) -> models.QuerySet[Member]:
    """Those who belong to the shop of a member, in the order in which they came."""
    return (
        Member.objects.filter(shop_id=member.shop_id, is_active=True)
        .select_related("user")
        .order_by("created_at", "pk")
    )


def invites_for(member: Member) -> models.QuerySet[MemberInvite]:
    """The links of a member's shop that still admit somebody, newest first."""
    return MemberInvite.objects.filter(
        shop_id=member.shop_id, used_at=None, revoked_at=None, expires_at__gt=timezone.now()
    ).order_by("-pk")


def documents_for(user: Any) -> models.QuerySet[ShopDocument]:
    """The documents that a person may open: of their own onboarding, of shops they lead, all for staff."""
    if not user.is_authenticated:
        return ShopDocument.objects.none()
    if staff_ready(user):
        return ShopDocument.objects.all()
    leading = memberships(user).filter(role__in=PERMISSIONS[Act.SEE_DOCUMENTS]).values("shop_id")
    own = models.Q(onboarding__user_id=user.pk, onboarding__shop=None)
    return ShopDocument.objects.filter(own | models.Q(shop_id__in=leading))
