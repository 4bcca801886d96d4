"""From the accepted quote to the door, and what is said of the shop after it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from clutch.notifications.models import Notification
from orders import actions
from orders.enums import OrderStatus, Proof, TrackingKind
from orders.models import Order, Rating, Shipment, TrackingEvent
from orders.tests.acts import as_member, as_user
from orders.tests.paying import bought, deliver, prepare, seller, ship, shop_of
from shops.enums import Role
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db


def shipped() -> Order:
    """A cash order on its way."""
    order = bought("cash")
    prepare(order)
    ship(order)
    return order


def wrong_code(order: Order) -> str:
    """Six digits that are not the code."""
    return f"{(int(Shipment.objects.get(order=order).code) + 1) % 10**6:06d}"


def give(order: Order, code: str) -> None:
    """The shop enters a code."""
    actions.deliver_order(order.pk, shop_id=shop_of(order), code=code, actor=seller(order))


def told(user_id: UUID) -> list[str]:
    """What a person was notified of, in order."""
    return list(Notification.objects.filter(user=user_id).order_by("pk").values_list("kind", flat=True))


def test_order_goes_from_the_shop_to_the_door() -> None:
    order = bought("cash")
    prepare(order)
    actions.record_tracking(order.pk, shop_id=shop_of(order), kind="packed", actor=seller(order))
    ship(order)
    for kind in ("in_transit", "arrived"):
        actions.record_tracking(
            order.pk, shop_id=shop_of(order), kind=kind, actor=seller(order), latitude=30.05, longitude=31.24
        )
    deliver(order)
    shipment = Shipment.objects.get(order=order)
    assert list(shipment.events.order_by("at").values_list("kind", flat=True)) == [
        "packed",
        "handed_to_courier",
        "in_transit",
        "arrived",
        "delivered",
    ]
    assert (order.status, shipment.proof, shipment.courier_name) == (
        OrderStatus.DELIVERED,
        Proof.CODE,
        "Example courier",
    )
    assert shipment.delivered_at is not None
    assert [kind for kind in told(order.customer_id) if kind != "new-quote"] == [
        "order-processing",
        "order-shipped",
        "delivery-arrived",
        "order-delivered",
    ]


STEPS: dict[str, Any] = {
    "processing": lambda order, actor: actions.start_processing(
        order.pk, shop_id=shop_of(order), actor=actor
    ),
    "shipped": lambda order, actor: actions.ship_order(order.pk, shop_id=shop_of(order), actor=actor),
    "delivered": lambda order, actor: actions.deliver_order(
        order.pk, shop_id=shop_of(order), photo=ContentFile(b"x", name="x.jpg"), actor=actor
    ),
}
NEXT = {"accepted": "processing", "processing": "shipped", "shipped": "delivered"}


@pytest.mark.parametrize("status", ["accepted", "processing", "shipped", "delivered", "cancelled"])
@pytest.mark.parametrize("step", list(STEPS))
def test_each_step_is_possible_from_one_status_only(status: str, step: str) -> None:
    order = bought("cash")
    if status != "accepted":
        prepare(order)
    Order.objects.filter(pk=order.pk).update(status=status)
    events = TrackingEvent.objects.count()
    if NEXT.get(status) == step:
        if step == "processing":
            Shipment.objects.all().delete()
        STEPS[step](order, seller(order))
        order.refresh_from_db()
        assert order.status == step
        return
    with pytest.raises(Conflict):
        STEPS[step](order, seller(order))
    order.refresh_from_db()
    assert (order.status, TrackingEvent.objects.count()) == (status, events)


@pytest.mark.parametrize("step", list(STEPS))
def test_only_those_who_handle_goods_in_the_selected_shop_may_move_an_order(step: str) -> None:
    order = bought("cash")
    if step != "processing":
        prepare(order)
    if step == "delivered":
        ship(order)
    before = Order.objects.get(pk=order.pk)
    assert order.shop is not None
    refused = {
        as_user(order.customer): NotAllowed,
        as_member(order.shop, Role.ACCOUNTANT): NotAllowed,
        as_user(MemberFactory().user): NotFound,
        as_user(UserFactory()): NotFound,
    }
    for actor, error in refused.items():
        with pytest.raises(error):
            STEPS[step](order, actor)
    assert Order.objects.get(pk=order.pk).version == before.version
    STEPS[step](order, as_member(order.shop, Role.STOREKEEPER))


def test_staff_may_help_an_order_along() -> None:
    order = bought("cash")
    STEPS["processing"](order, Actor.staff(StaffFactory()))
    order.refresh_from_db()
    assert order.status == OrderStatus.PROCESSING


def test_another_shop_cannot_be_named() -> None:
    order = bought("cash")
    with pytest.raises(NotFound):
        actions.start_processing(order.pk, shop_id=ShopFactory().pk, actor=seller(order))


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"courier_name": "x" * 121}, "courier_name"),
        ({"courier_name": "a\x00b"}, "courier_name"),
        ({"courier_phone": "0" * 17}, "courier_phone"),
        ({"tracking_number": "9" * 61}, "tracking_number"),
        ({"eta": timezone.now() - timedelta(days=1)}, "eta"),
    ],
)
def test_shipping_refuses_bad_input_at_its_field(fields: dict[str, Any], at: str) -> None:
    order = bought("cash")
    prepare(order)
    with pytest.raises(Invalid) as refused:
        actions.ship_order(order.pk, shop_id=shop_of(order), actor=seller(order), **fields)
    assert list(refused.value.fields) == [at]
    order.refresh_from_db()
    assert order.status == OrderStatus.PROCESSING


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"kind": "delivered"}, "kind"),
        ({"kind": "teleported"}, "kind"),
        ({"kind": "note"}, "note"),
        ({"kind": "note", "note": "x" * 301}, "note"),
        ({"kind": "arrived", "latitude": 30.0}, "longitude"),
        ({"kind": "arrived", "longitude": 30.0}, "latitude"),
        ({"kind": "arrived", "eta": timezone.now() - timedelta(days=1)}, "eta"),
    ],
)
def test_tracking_refuses_bad_input_at_its_field(fields: dict[str, Any], at: str) -> None:
    order = shipped()
    with pytest.raises(Invalid) as refused:
        actions.record_tracking(order.pk, shop_id=shop_of(order), actor=seller(order), **fields)
    assert list(refused.value.fields) == [at]
    assert TrackingEvent.objects.count() == 1


def test_nothing_happens_on_the_way_before_shipping_or_after_delivery() -> None:
    order = bought("cash")
    prepare(order)
    with pytest.raises(Conflict):
        actions.record_tracking(order.pk, shop_id=shop_of(order), kind="arrived", actor=seller(order))
    ship(order)
    deliver(order)
    with pytest.raises(Conflict):
        actions.record_tracking(order.pk, shop_id=shop_of(order), kind="arrived", actor=seller(order))


def test_eta_moves_with_an_event() -> None:
    order = shipped()
    eta = timezone.now() + timedelta(hours=2)
    actions.record_tracking(
        order.pk, shop_id=shop_of(order), kind="failed_attempt", eta=eta, actor=seller(order)
    )
    assert Shipment.objects.get(order=order).eta == eta
    assert "delivery-missed" in told(order.customer_id)


# -- the proof -------------------------------------------------------------------------------------


def test_wrong_code_is_refused_and_counted() -> None:
    order = shipped()
    with pytest.raises(Invalid) as refused:
        give(order, wrong_code(order))
    assert (refused.value.code, list(refused.value.fields)) == ("wrong_code", ["code"])
    order.refresh_from_db()
    assert (order.status, Shipment.objects.get(order=order).wrong_codes) == (OrderStatus.SHIPPED, 1)


def test_after_five_wrong_codes_the_right_one_is_void_until_renewed() -> None:
    order = shipped()
    code = Shipment.objects.get(order=order).code
    for _ in range(5):
        with pytest.raises(Invalid):
            give(order, wrong_code(order))
    with pytest.raises(Conflict) as void:
        give(order, code)
    assert void.value.code == "code_locked"
    assert told(order.customer_id)[-1] == "delivery-code-locked"
    actions.renew_delivery_code(order.pk, actor=as_user(order.customer))
    deliver(order)
    assert order.status == OrderStatus.DELIVERED


def test_old_code_is_void_after_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    order = shipped()
    old = Shipment.objects.get(order=order).code
    monkeypatch.setattr("orders.actions.fulfilment.new_code", lambda: wrong_code(order))
    actions.renew_delivery_code(order.pk, actor=as_user(order.customer))
    with pytest.raises(Invalid):
        give(order, old)


def test_code_is_renewed_by_its_customer_only() -> None:
    order = shipped()
    for actor in (seller(order), as_user(UserFactory())):
        with pytest.raises(NotFound):
            actions.renew_delivery_code(order.pk, actor=actor)


def test_photo_proves_a_delivery_too() -> None:
    order = shipped()
    photo = ContentFile(b"photo", name="door.jpg")
    actions.deliver_order(order.pk, shop_id=shop_of(order), photo=photo, actor=seller(order))
    shipment = Shipment.objects.get(order=order)
    with shipment.photo.open("rb") as file:
        assert (shipment.proof, file.read()) == (Proof.PHOTO, b"photo")


def test_photo_of_a_refused_delivery_is_not_kept() -> None:
    order = bought("cash")
    prepare(order)
    storage = Shipment.photo.field.storage
    before = storage.listdir("deliveries")[1] if storage.exists("deliveries") else []
    with pytest.raises(Conflict):
        STEPS["delivered"](order, seller(order))
    assert (storage.listdir("deliveries")[1] if storage.exists("deliveries") else []) == before


def test_delivery_needs_a_proof() -> None:
    order = shipped()
    with pytest.raises(Invalid) as refused:
        actions.deliver_order(order.pk, shop_id=shop_of(order), code="", actor=seller(order))
    assert refused.value.code == "proof_missing"


def test_delivery_is_not_part_of_another_act() -> None:
    order = shipped()
    with pytest.raises(RuntimeError, match="another act"):
        action(give)(order, "000000")


HANDED: list[tuple[Any, str]] = []


def note_hand_over(order_id: Any, actor: Actor) -> None:
    """What a later domain would hang into ON_ORDER_HANDED_OVER."""
    HANDED.append((order_id, Order.objects.get(pk=order_id).status))


def refuse_hand_over(order_id: Any, actor: Actor) -> None:
    """One that fails."""
    raise Conflict("no stock")


def test_hand_over_calls_the_seam_inside_the_act(settings: Any) -> None:
    HANDED.clear()
    settings.ON_ORDER_HANDED_OVER = [f"{__name__}.note_hand_over"]
    order = shipped()
    deliver(order)
    assert [(order.pk, OrderStatus.DELIVERED)] == HANDED


def test_hand_over_that_fails_leaves_nothing(settings: Any) -> None:
    settings.ON_ORDER_HANDED_OVER = [f"{__name__}.refuse_hand_over"]
    order = shipped()
    with pytest.raises(Conflict):
        deliver(order)
    order.refresh_from_db()
    assert order.status == OrderStatus.SHIPPED
    assert not TrackingEvent.objects.filter(kind=TrackingKind.DELIVERED).exists()


def test_code_is_in_no_stream_and_no_notification() -> None:
    order = shipped()
    code = Shipment.objects.get(order=order).code
    deliver(order)
    said = [str(data) for data in StreamEntry.objects.exclude(data={}).values_list("data", flat=True)]
    words = Notification.objects.values_list("message", flat=True)
    assert not [text for text in [*said, *words] if f"'{code}'" in text or f" {code}" in text]


# -- ratings ---------------------------------------------------------------------------------------


def test_customer_rates_once_and_the_shop_gets_the_stars() -> None:
    order = shipped()
    deliver(order)
    actions.rate_order(order.pk, stars=4, comment="Good.", actor=as_user(order.customer))
    with pytest.raises(Conflict) as again:
        actions.rate_order(order.pk, stars=1, comment="", actor=as_user(order.customer))
    assert again.value.code == "rated_already"
    assert order.shop is not None
    order.shop.refresh_from_db()
    assert (order.shop.rating_sum, order.shop.rating_count) == (4, 1)
    assert Rating.objects.values_list("stars", "comment").get() == (4, "Good.")


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_stars_are_one_to_five(stars: int) -> None:
    order = shipped()
    deliver(order)
    with pytest.raises(Invalid) as refused:
        actions.rate_order(order.pk, stars=stars, comment="", actor=as_user(order.customer))
    assert list(refused.value.fields) == ["stars"]


def test_rating_waits_for_the_delivery_and_is_the_customers() -> None:
    order = shipped()
    with pytest.raises(Conflict) as early:
        actions.rate_order(order.pk, stars=5, comment="", actor=as_user(order.customer))
    assert early.value.code == "not_delivered"
    deliver(order)
    for actor in (seller(order), as_user(UserFactory())):
        with pytest.raises(NotFound):
            actions.rate_order(order.pk, stars=5, comment="", actor=actor)
    assert not Rating.objects.exists()


def test_paid_amount_does_not_depend_on_delivery_for_cash() -> None:
    order = shipped()
    deliver(order)
    actions.collect_cash(order.pk, shop_id=shop_of(order), amount=Decimal(350), actor=seller(order))
    order.refresh_from_db()
    assert (order.status, order.payment_status) == (OrderStatus.DELIVERED, "paid")
