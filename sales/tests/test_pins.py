"""PINs: who stands at the till, the lock after five wrong ones, approvals."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from inventory.tests.factories import PartFactory
from sales.actions import pins
from sales.actions.carts import save_cart
from sales.inputs import LineInput
from sales.models import ClerkPin
from sales.tests.acts import Till, api, as_member, member
from shops.enums import Role
from shops.rules import Act
from shops.tests.factories import MemberFactory

# Wrong PINs are counted by acts of their own, one after the other.
pytestmark = pytest.mark.django_db


def with_pin(till: Till, role: Role, pin: str = "4071") -> Any:
    """A member in a role who has a PIN."""
    who = member(till.shop, role)
    pins.set_pin(who.pk, shop_id=till.shop.pk, pin=pin, actor=Actor.user(who.user, "portal"))
    return who


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "١٢٣٤", "1111", "1234", "9876"])
def test_pin_that_is_none_or_easily_guessed_is_refused(pin: str) -> None:
    till = Till()
    with pytest.raises(Invalid) as refused:
        pins.set_pin(till.cashier.pk, shop_id=till.shop.pk, pin=pin, actor=till.actor)
    assert list(refused.value.fields) == ["pin"]
    assert not ClerkPin.objects.exists()


def test_only_a_hash_is_kept_and_nothing_of_it_is_said() -> None:
    till = Till()
    with_pin(till, Role.CASHIER)
    assert "4071" not in ClerkPin.objects.get().pin_hash
    assert StreamEntry.objects.get(type="clerk-pin-set").data == {
        "shopId": str(till.shop.pk),
        "memberId": str(till.cashier.pk),
    }


def test_managers_give_others_a_pin_but_not_the_owner_and_cashiers_nobody() -> None:
    till = Till()
    owner, manager = member(till.shop, Role.OWNER), member(till.shop, Role.MANAGER)
    by_manager = Actor.user(manager.user, "portal")
    pins.set_pin(till.cashier.pk, shop_id=till.shop.pk, pin="4071", actor=by_manager)
    for actor, whose in ((till.actor, manager), (by_manager, owner)):
        with pytest.raises(NotAllowed):
            pins.set_pin(whose.pk, shop_id=till.shop.pk, pin="4071", actor=actor)
    with pytest.raises(NotFound):
        pins.set_pin(MemberFactory().pk, shop_id=till.shop.pk, pin="4071", actor=by_manager)
    with pytest.raises(NotFound):
        pins.set_pin(till.cashier.pk, shop_id=till.shop.pk, pin="4071", actor=as_member(MemberFactory().shop))
    assert ClerkPin.objects.get().member == till.cashier


def test_five_wrong_pins_lock_for_a_quarter_of_an_hour() -> None:
    till = Till()
    manager = with_pin(till, Role.MANAGER)

    def enter(pin: str) -> Any:
        return pins.check_pin(till.shop.pk, member_id=manager.pk, pin=pin, actor=till.actor)

    left = []
    for _ in range(5):
        with pytest.raises(Invalid) as wrong:
            enter("9999")
        left.append(wrong.value.extra["triesLeft"])
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(Conflict) as locked:
        enter("4071")
    assert locked.value.code == "pin_locked"
    assert StreamEntry.objects.filter(type="clerk-pin-locked").count() == 1
    ClerkPin.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert enter("4071") == manager
    assert ClerkPin.objects.get().failures == 0


def test_right_pin_forgets_the_wrong_ones() -> None:
    till = Till()
    manager = with_pin(till, Role.MANAGER)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(Invalid):
                pins.check_pin(till.shop.pk, member_id=manager.pk, pin="9999", actor=till.actor)
        pins.check_pin(till.shop.pk, member_id=manager.pk, pin="4071", actor=till.actor)
    assert ClerkPin.objects.get().failures == 0


def test_clerk_switches_at_a_register_and_sells_under_their_own_name() -> None:
    till = Till()
    storekeeper = member(till.shop, Role.STOREKEEPER)
    cashier = with_pin(till, Role.CASHIER)
    part = PartFactory(shop=till.shop, on_hand=5)
    device = api(storekeeper.user)
    body = {"registerId": str(till.register.pk), "lines": [{"partId": str(part.pk), "quantity": 1}]}
    assert device.post("/api/v1/sales", body).status_code == 403
    clerk = device.post("/api/v1/clerks/switch", {"memberId": str(cashier.pk), "pin": "4071"}).json()
    assert clerk["role"] == "cashier"
    made = device.post("/api/v1/sales", body, headers={"Clutch-Clerk": clerk["token"]})
    assert (made.status_code, made.json()["clerk"]) == (201, str(cashier.user))
    # The token is good on this device alone, and no longer than the PIN.
    other = api(member(till.shop, Role.ACCOUNTANT).user)
    foreign = other.post("/api/v1/sales", body, headers={"Clutch-Clerk": clerk["token"]})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "clerk_expired")
    pins.set_pin(cashier.pk, shop_id=till.shop.pk, pin="5180", actor=Actor.user(cashier.user, "portal"))
    late = device.post("/api/v1/sales", body, headers={"Clutch-Clerk": clerk["token"]})
    assert late.json()["code"] == "clerk_expired"


def test_clerk_who_has_left_stands_at_no_till() -> None:
    till = Till()
    cashier = with_pin(till, Role.CASHIER)
    token = pins.switch_clerk(till.shop.pk, member_id=cashier.pk, pin="4071", actor=till.actor).token
    assert pins.clerk_of(token, till.cashier.user_id) == cashier
    type(cashier).objects.filter(pk=cashier.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        pins.clerk_of(token, till.cashier.user_id)
    with pytest.raises(NotAllowed):
        pins.clerk_of("forged", till.cashier.user_id)


def test_discount_above_the_limit_needs_a_managers_pin() -> None:
    till = Till()
    manager, part = with_pin(till, Role.MANAGER), PartFactory(shop=till.shop, on_hand=5)
    client = api(till.cashier.user)
    line = {"partId": str(part.pk), "quantity": 1, "discount": "42.51"}
    body = {"registerId": str(till.register.pk), "lines": [line]}
    refused = client.post("/api/v1/sales", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "discount_too_high")
    assert [found["field"] for found in refused.json()["errors"]] == ["lines.0.discount"]
    asked = {"memberId": str(manager.pk), "pin": "4071", "act": "exceed_discount"}
    word = client.post("/api/v1/clerks/approve", asked).json()["approval"]
    made = client.post("/api/v1/sales", {**body, "approval": word})
    assert (made.status_code, made.json()["total"]) == (201, "807.49")
    # Once allowed in this cart it stays; more of it needs another word.
    path = f"/api/v1/sales/{made.json()['saleId']}"
    assert client.put(path, body).status_code == 200
    more = {**body, "lines": [{**line, "discount": "100"}]}
    assert client.put(path, more).json()["code"] == "discount_too_high"


def test_five_percent_is_a_cashiers_own_and_the_customers_discount_is_not_counted() -> None:
    from sales.tests.factories import CustomerFactory

    till = Till()
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=1000)
    customer = CustomerFactory(shop=till.shop, discount_percent=12)

    def total(discount: str | None, **given: Any) -> Any:
        from decimal import Decimal

        line = LineInput(part.pk, 1, discount=Decimal(discount) if discount is not None else None)
        return save_cart(till.shop.pk, cart=till.cart(line, **given), actor=till.actor).total

    assert total("50.00") == 950
    assert total(None, customer_id=customer.pk) == 880
    assert total("0", customer_id=customer.pk) == 1000
    assert total("120", customer_id=customer.pk) == 880
    with pytest.raises(NotAllowed):
        total("120.01", customer_id=customer.pk)


@pytest.mark.parametrize("role", [Role.CASHIER, Role.STOREKEEPER, Role.ACCOUNTANT])
def test_who_may_not_do_it_cannot_approve_it(role: Role) -> None:
    till = Till()
    who = with_pin(till, role)
    with pytest.raises(NotAllowed):
        pins.approve(till.shop.pk, member_id=who.pk, pin="4071", act=Act.EXCEED_DISCOUNT, actor=till.actor)


def test_approval_is_for_one_act_one_person_and_two_minutes(monkeypatch: Any) -> None:
    till = Till()
    manager = with_pin(till, Role.MANAGER)
    word = pins.approve(
        till.shop.pk, member_id=manager.pk, pin="4071", act=Act.EXCEED_DISCOUNT, actor=till.actor
    ).token

    def approver(act: Act = Act.EXCEED_DISCOUNT, shop: Any = None, actor: Any = None) -> Any:
        return pins.approver_of(word, shop_id=shop or till.shop.pk, act=act, actor=actor or till.actor)

    assert approver() == manager.user_id
    other = as_member(till.shop, Role.OWNER)
    for call in (
        lambda: approver(Act.VOID_SALE),
        lambda: approver(shop=uuid4()),
        lambda: approver(actor=other),
    ):
        with pytest.raises(NotAllowed):
            call()
    monkeypatch.setattr(pins, "APPROVAL_SECONDS", -1)
    with pytest.raises(NotAllowed):
        approver()


def test_nobody_without_a_pin_and_nobody_from_elsewhere() -> None:
    till = Till()
    with pytest.raises(Invalid) as refused:
        pins.check_pin(till.shop.pk, member_id=till.cashier.pk, pin="4071", actor=till.actor)
    assert refused.value.code == "no_pin"
    stranger = MemberFactory()
    pins.set_pin(stranger.pk, shop_id=stranger.shop_id, pin="4071", actor=Actor.user(stranger.user, "portal"))
    with pytest.raises(Invalid):
        pins.check_pin(till.shop.pk, member_id=stranger.pk, pin="4071", actor=till.actor)
    with pytest.raises(NotFound):
        pins.check_pin(
            stranger.shop_id, member_id=stranger.pk, pin="4071", actor=Actor.user(till.cashier.user, "app")
        )
