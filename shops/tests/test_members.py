"""Members: the table of permissions, links, roles, the last owner."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from clutch.notifications.models import Notification
from shops.actions import members as acts
from shops.enums import Role
from shops.models import Member, MemberInvite
from shops.rules import PERMISSIONS, Act, may, membership, require, shops_of
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db

ALLOWED = {
    Act.SEE_SHOP: "owner manager cashier storekeeper accountant",
    Act.EDIT_SHOP: "owner manager",
    Act.OPEN_AND_CLOSE: "owner",
    Act.SEE_MEMBERS: "owner manager cashier storekeeper accountant",
    Act.MANAGE_MEMBERS: "owner manager",
    Act.MANAGE_OWNERS: "owner",
    Act.SEE_DOCUMENTS: "owner manager",
    Act.EDIT_DOCUMENTS: "owner manager",
    Act.SEE_STOCK: "owner manager cashier storekeeper accountant",
    Act.SEE_COST: "owner manager accountant",
    Act.EDIT_PARTS: "owner manager storekeeper",
    Act.SET_PRICES: "owner manager",
    Act.MOVE_STOCK: "owner manager storekeeper",
    Act.ADJUST_STOCK: "owner manager storekeeper",
    Act.COUNT_STOCK: "owner manager cashier storekeeper",
    Act.APPROVE_COUNT: "owner manager",
    Act.IMPORT_PARTS: "owner manager",
    Act.SET_STOCK_POLICY: "owner manager",
    Act.SEE_SALES: "owner manager cashier accountant",
    Act.SELL: "owner manager cashier",
    Act.EXCEED_DISCOUNT: "owner manager",
    Act.VOID_SALE: "owner manager",
    Act.TAKE_RETURN: "owner manager cashier",
    Act.RETURN_WITHOUT_RECEIPT: "owner manager",
    Act.RUN_REGISTER: "owner manager cashier",
    Act.SEE_TAKINGS: "owner manager accountant",
    Act.SET_TILL_POLICY: "owner manager",
    Act.SEE_CUSTOMERS: "owner manager cashier accountant",
    Act.EDIT_CUSTOMERS: "owner manager cashier",
    Act.SET_CREDIT: "owner manager accountant",
    Act.MERGE_CUSTOMERS: "owner manager",
    Act.ERASE_CUSTOMER: "owner",
    Act.TRANSFER_CUSTOMERS: "owner manager",
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", Act)
def test_permissions_are_this_table(act, role):
    member = Member(role=role, is_active=True)
    assert may(member, act) == (role in ALLOWED[act].split())
    assert set(PERMISSIONS) == set(Act)
    member.is_active = False
    with pytest.raises(NotAllowed):
        require(member, act)


def actor_of(member):
    return Actor.user(member.user, "portal")


@pytest.fixture
def shop():
    return ShopFactory()


@pytest.fixture
def owner(shop):
    return MemberFactory(shop=shop)


def test_membership_of_the_only_shop_needs_no_id(shop, owner):
    assert membership(owner.user, None) == owner
    assert membership(owner.user, shop.pk) == owner
    assert shops_of(owner.user) == [shop.pk]


def test_membership_among_several_shops_needs_the_id(owner):
    other = MemberFactory(user=owner.user)
    with pytest.raises(Invalid) as refused:
        membership(owner.user, None)
    assert list(refused.value.fields) == ["shop_id"]
    assert membership(owner.user, other.shop_id) == other


def test_membership_hides_foreign_shops_and_ended_ones(shop, owner):
    with pytest.raises(NotFound):
        membership(owner.user, ShopFactory().pk)
    Member.objects.update(is_active=False)
    with pytest.raises(NotFound):
        membership(owner.user, shop.pk)
    with pytest.raises(NotFound):
        membership(UserFactory(), None)


def test_membership_refuses_the_wrong_role(shop):
    cashier = MemberFactory(shop=shop, role=Role.CASHIER)
    with pytest.raises(NotAllowed):
        membership(cashier.user, shop.pk, roles=[Role.OWNER])


def test_link_admits_one_person_with_its_role(shop, owner):
    made = acts.invite_member(shop.pk, role=Role.CASHIER, note="Ali", actor=actor_of(owner))
    assert made.token not in str(MemberInvite.objects.values())
    user = UserFactory()
    member = acts.join_shop(made.token, user_id=user.pk, actor=Actor.user(user, "portal"))
    assert (member.shop_id, member.user_id, member.role, member.is_active) == (
        shop.pk,
        user.pk,
        "cashier",
        True,
    )
    assert acts.join_shop(made.token, user_id=user.pk, actor=Actor.user(user, "portal")) == member
    other = UserFactory()
    with pytest.raises(Conflict):
        acts.join_shop(made.token, user_id=other.pk, actor=Actor.user(other, "portal"))
    streams = StreamEntry.objects.filter(type="member-update").values_list("stream", flat=True)
    assert sorted(streams) == sorted([f"shop/{shop.pk}", f"user/{user.pk}"])
    assert list(Notification.objects.values_list("user_id", "kind")) == [(owner.user_id, "member-joined")]


@pytest.mark.parametrize("spoil", ["expires_at", "revoked_at"])
def test_expired_or_revoked_link_admits_nobody(spoil, shop, owner):
    made = acts.invite_member(shop.pk, role=Role.CASHIER, actor=actor_of(owner))
    MemberInvite.objects.update(**{spoil: timezone.now() - timedelta(seconds=1)})
    user = UserFactory()
    with pytest.raises(Conflict):
        acts.join_shop(made.token, user_id=user.pk, actor=Actor.user(user, "portal"))
    assert not Member.objects.filter(user=user).exists()


def test_unknown_link_is_not_found():
    user = UserFactory()
    with pytest.raises(NotFound):
        acts.join_shop("nothing", user_id=user.pk, actor=Actor.user(user, "portal"))


def test_member_keeps_the_link_for_whom_it_was_made(shop, owner):
    made = acts.invite_member(shop.pk, role=Role.CASHIER, actor=actor_of(owner))
    with pytest.raises(Conflict) as refused:
        acts.join_shop(made.token, user_id=owner.user_id, actor=actor_of(owner))
    assert refused.value.code == "already_member"
    assert MemberInvite.objects.get().is_open


def test_who_left_can_join_again(shop, owner):
    gone = MemberFactory(shop=shop, role=Role.MANAGER, is_active=False)
    made = acts.invite_member(shop.pk, role=Role.CASHIER, actor=actor_of(owner))
    member = acts.join_shop(made.token, user_id=gone.user_id, actor=actor_of(gone))
    assert (member.pk, member.role, member.is_active) == (gone.pk, "cashier", True)


def test_used_link_cannot_be_revoked(shop, owner):
    made = acts.invite_member(shop.pk, role=Role.CASHIER, actor=actor_of(owner))
    user = UserFactory()
    acts.join_shop(made.token, user_id=user.pk, actor=Actor.user(user, "portal"))
    with pytest.raises(Conflict):
        acts.revoke_invite(made.invite.pk, shop_id=shop.pk, actor=actor_of(owner))


RANKS = [
    (role, target, role == Role.OWNER or (role == Role.MANAGER and target != Role.OWNER))
    for role in Role
    for target in Role
]


@pytest.mark.parametrize(("role", "target", "allowed"), RANKS)
def test_only_leaders_give_roles_and_only_owners_make_owners(role, target, allowed, shop, owner):
    acting = actor_of(MemberFactory(shop=shop, role=role))
    member = MemberFactory(shop=shop, role=Role.CASHIER)
    for act in (
        lambda: acts.change_role(member.pk, shop_id=shop.pk, role=target, actor=acting),
        lambda: acts.invite_member(shop.pk, role=target, actor=acting),
    ):
        if allowed:
            act()
        else:
            with pytest.raises(NotAllowed):
                act()
    member.refresh_from_db()
    assert member.role == (target if allowed else Role.CASHIER)
    assert MemberInvite.objects.count() == (1 if allowed else 0)


@pytest.mark.parametrize(("role", "target", "allowed"), RANKS)
def test_only_leaders_remove_and_only_owners_remove_owners(role, target, allowed, shop, owner):
    acting = actor_of(MemberFactory(shop=shop, role=role))
    member = MemberFactory(shop=shop, role=target)
    if allowed:
        acts.remove_member(member.pk, shop_id=shop.pk, actor=acting)
    else:
        with pytest.raises(NotAllowed):
            acts.remove_member(member.pk, shop_id=shop.pk, actor=acting)
    member.refresh_from_db()
    assert member.is_active is not allowed


def test_last_owner_stays(shop, owner):
    with pytest.raises(Conflict) as refused:
        acts.remove_member(owner.pk, shop_id=shop.pk, actor=actor_of(owner))
    assert refused.value.code == "last_owner"
    with pytest.raises(Conflict):
        acts.change_role(owner.pk, shop_id=shop.pk, role=Role.MANAGER, actor=actor_of(owner))
    MemberFactory(shop=shop)
    acts.remove_member(owner.pk, shop_id=shop.pk, actor=actor_of(owner))
    owner.refresh_from_db()
    assert not owner.is_active


def test_removal_closes_the_sockets_of_the_person_after_the_commit(
    shop, owner, monkeypatch, django_capture_on_commit_callbacks
):
    closed: list[UUID] = []
    monkeypatch.setattr(acts, "send_revoked", closed.append)
    cashier = MemberFactory(shop=shop, role=Role.CASHIER)
    with django_capture_on_commit_callbacks(execute=True):
        acts.remove_member(cashier.pk, shop_id=shop.pk, actor=actor_of(owner))
        assert closed == []
    assert closed == [cashier.user_id]


def test_member_of_another_shop_is_not_found(shop, owner):
    stranger = MemberFactory()
    for act in (
        lambda: acts.remove_member(stranger.pk, shop_id=shop.pk, actor=actor_of(owner)),
        lambda: acts.change_role(
            stranger.pk, shop_id=stranger.shop_id, role="cashier", actor=actor_of(owner)
        ),
        lambda: acts.invite_member(stranger.shop_id, role="cashier", actor=actor_of(owner)),
    ):
        with pytest.raises(NotFound):
            act()


def race(*calls):
    """Run calls at the same time on real connections; return results and refusals."""
    barrier = threading.Barrier(len(calls))
    outcomes = []

    def run(call):
        try:
            barrier.wait()
            outcomes.append(call())
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def joining(token, user):
    def call():
        return acts.join_shop(token, user_id=user.pk, actor=Actor.user(user, "portal"))

    return call


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_one_link_and_two_people_at_once(locked, shop, owner, monkeypatch):
    """The control without the lock admits both; with it exactly one."""
    made = acts.invite_member(shop.pk, role=Role.CASHIER, actor=actor_of(owner))
    if not locked:
        meeting = threading.Barrier(2)

        def without_lock(token_hash):
            found = list(MemberInvite.objects.filter(token_hash=token_hash))
            meeting.wait(10)
            return Found(found)

        monkeypatch.setattr(acts, "locked_invite", without_lock)
        monkeypatch.setattr(acts, "locked_members", lambda shop_id: Member.objects.filter(shop_id=shop_id))
    outcomes = race(joining(made.token, UserFactory()), joining(made.token, UserFactory()))
    admitted = [outcome for outcome in outcomes if isinstance(outcome, Member)]
    assert len(admitted) == (1 if locked else 2)
    assert Member.objects.filter(role=Role.CASHIER).count() == len(admitted)
    if locked:
        [refused] = [outcome for outcome in outcomes if not isinstance(outcome, Member)]
        assert isinstance(refused, Conflict)


class Found(list):
    """A list with `first()`, as a queryset has it."""

    def first(self):
        return self[0] if self else None


@pytest.mark.django_db(transaction=True)
def test_two_last_owners_leaving_at_once_leave_one(shop, owner):
    second = MemberFactory(shop=shop)
    outcomes = race(
        *((lambda m=m: acts.remove_member(m.pk, shop_id=shop.pk, actor=actor_of(m))) for m in (owner, second))
    )
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [Conflict]
    assert Member.objects.filter(is_active=True, role=Role.OWNER).count() == 1
