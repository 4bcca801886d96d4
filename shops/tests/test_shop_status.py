"""A shop's standing: every change of status, allowed and refused, and who hears of it."""

import pytest

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Conflict, Invalid
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry, Transition
from clutch.notifications.models import Notification
from shops.actions import standing
from shops.enums import SHOP_TRANSITIONS, Role, ShopStatus
from shops.models import Onboarding, ServiceArea, Shop
from shops.tests.factories import MemberFactory, OnboardingFactory, ShopFactory

pytestmark = pytest.mark.django_db

PENDING, ACTIVE, SUSPENDED, INACTIVE = ShopStatus


@pytest.fixture
def staff():
    return Actor.staff(StaffFactory())


def shop_in(status, **kwargs):
    shop = ShopFactory(**kwargs)
    Shop.objects.filter(pk=shop.pk).update(status=status)
    return shop


ACTS = {
    "verify": (standing.verify_shop, {}, {PENDING: ACTIVE}),
    "request changes": (standing.request_changes, {"text": "Bigger photo"}, {PENDING: PENDING}),
    "refuse": (standing.refuse_shop, {"reason": "No such address"}, {PENDING: INACTIVE}),
    "suspend": (standing.suspend_shop, {"reason": "Complaints"}, {ACTIVE: SUSPENDED}),
    "close": (standing.close_shop, {}, {ACTIVE: INACTIVE, SUSPENDED: INACTIVE}),
    "reopen": (standing.reopen_shop, {}, {SUSPENDED: ACTIVE, INACTIVE: ACTIVE}),
}
TABLE = [
    pytest.param(act, kwargs, status, allowed.get(status), id=f"{name} {status}")
    for name, (act, kwargs, allowed) in ACTS.items()
    for status in ShopStatus
]


@pytest.mark.parametrize(("act", "kwargs", "status", "to"), TABLE)
def test_every_act_of_staff_in_every_status(act, kwargs, status, to, staff):
    shop = shop_in(status)
    if to is None:
        with pytest.raises(Conflict) as refused:
            act(shop.pk, actor=staff, **kwargs)
        assert refused.value.extra["currentStatus"] == status
        assert not Transition.objects.exists()
        assert not StreamEntry.objects.exists()
    else:
        act(shop.pk, actor=staff, **kwargs)
        recorded = Transition.objects.values_list("from_status", "to_status")
        assert list(recorded) == ([(status, to)] if to != status else [])
        entry = StreamEntry.objects.get(stream=f"shop/{shop.pk}", type="shop-status-update")
        assert entry.data["status"] == to
    shop.refresh_from_db()
    assert shop.status == (to or status)


def test_table_reaches_every_transition():
    reached = {
        (status, to) for _, _, allowed in ACTS.values() for status, to in allowed.items() if status != to
    }
    assert reached == {(status, to) for status, targets in SHOP_TRANSITIONS.items() for to in targets}


def test_only_an_active_shop_is_matched(staff):
    shop = shop_in(PENDING, active=False)
    standing.verify_shop(shop.pk, actor=staff)
    assert list(ServiceArea.objects.values_list("active", flat=True)) == [True]
    standing.suspend_shop(shop.pk, reason="Complaints", actor=staff)
    assert list(ServiceArea.objects.values_list("active", flat=True)) == [False]


@pytest.mark.parametrize(
    ("act", "kwargs"),
    [(standing.request_changes, {"text": " "}), (standing.refuse_shop, {"reason": ""})],
)
def test_staff_say_why(act, kwargs, staff):
    shop = shop_in(PENDING)
    with pytest.raises(Invalid) as refused:
        act(shop.pk, actor=staff, **kwargs)
    assert set(refused.value.fields) == set(kwargs)


def test_owner_and_managers_are_told_others_not(staff):
    shop = shop_in(PENDING)
    people = {role: MemberFactory(shop=shop, role=role).user_id for role in Role}
    standing.request_changes(shop.pk, text="Bigger photo", actor=staff)
    told = Notification.objects.filter(kind="shop-changes-requested")
    assert set(told.values_list("user_id", flat=True)) == {people[Role.OWNER], people[Role.MANAGER]}
    assert "Bigger photo" in told[0].message


def test_changes_are_asked_for_made_and_sent_again(staff):
    shop = shop_in(PENDING)
    owner = Actor.user(MemberFactory(shop=shop).user, "portal")
    standing.request_changes(shop.pk, text="Bigger photo", actor=staff)
    shop = standing.resubmit_shop(shop.pk, actor=owner)
    assert shop.changes_requested == ""
    assert StreamEntry.objects.get(stream="staff").data["shopId"] == str(shop.pk)
    with pytest.raises(Conflict):
        standing.resubmit_shop(shop.pk, actor=owner)


def test_refusing_a_shop_fails_its_onboarding(staff):
    shop = shop_in(PENDING)
    onboarding = OnboardingFactory(shop=shop)
    Onboarding.objects.update(status="completed")
    standing.refuse_shop(shop.pk, reason="No such address", actor=staff)
    onboarding.refresh_from_db()
    assert onboarding.status == "failed"
    assert (
        StreamEntry.objects.filter(type="onboarding-update", stream=f"user/{onboarding.user_id}").count() == 1
    )


@pytest.mark.parametrize(("status", "verified"), [(SUSPENDED, True), (INACTIVE, False)])
def test_owner_cannot_lift_what_staff_decided(status, verified, staff):
    shop = shop_in(PENDING)
    owner = Actor.user(MemberFactory(shop=shop).user, "portal")
    if verified:
        standing.verify_shop(shop.pk, actor=staff)
        standing.suspend_shop(shop.pk, reason="Complaints", actor=staff)
    else:
        standing.refuse_shop(shop.pk, reason="No such address", actor=staff)
    with pytest.raises(Conflict) as refused:
        standing.reopen_shop(shop.pk, actor=owner)
    assert refused.value.code == "staff_only"


def test_owner_closes_and_opens_again(staff):
    shop = shop_in(PENDING)
    owner = Actor.user(UserFactory(), "portal")
    standing.verify_shop(shop.pk, actor=staff)
    assert standing.close_shop(shop.pk, actor=owner).status == INACTIVE
    assert standing.reopen_shop(shop.pk, actor=owner).status == ACTIVE
