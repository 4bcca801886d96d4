"""The staff's pages, looked at at both widths and in both languages."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.feed.models import Job, JobState
from clutch.live.tests.browser import in_both_languages, look_at
from clutch.notifications.tests.factories import NotificationFactory
from orders.enums import OrderStatus
from orders.models import Order, Shipment
from orders.tests import acts
from orders.tests.factories import InvitationFactory, accepted_order
from shops.actions.documents import add_document
from shops.enums import ShopStatus
from shops.models import Shop, UnlistedVehicle
from shops.tests.api.people import photo
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]


def ago(minutes: int) -> Any:
    """So many minutes before now."""
    return timezone.now() - timedelta(minutes=minutes)


def stuck() -> tuple[Order, Shop]:
    """One of everything that needs somebody: an order without a quote, late, unpaid; a shop that waits."""
    order: Order = acts.ask(UserFactory(name="Mona"))
    InvitationFactory(order=order)
    Order.objects.filter(pk=order.pk).update(submitted_at=ago(50))
    late = accepted_order(status=OrderStatus.SHIPPED)
    Shipment.objects.create(order=late, shop_id=str(late.shop_id), code="1", eta=ago(95))
    accepted_order(status=OrderStatus.DELIVERED)
    shop: Shop = ShopFactory(active=False, name="Nile Parts", hours=[])
    owner = MemberFactory(shop=shop)
    add_document(kind="commercial_register", file=photo(), shop_id=shop.pk, actor=acts.as_user(owner.user))
    Shop.objects.filter(pk=shop.pk).update(submitted_at=ago(200))
    UnlistedVehicle.objects.create(make_name="Tofas", model_name="Sahin", year=1999, times=3)
    return order, shop


def what_needs_staff(page: Any) -> Iterator[str]:
    """The first page, empty and full, and the way to a decision."""
    page.goto("/admin/")
    yield "admin-empty"
    order, shop = stuck()
    for name, address in {
        "admin": "/admin/",
        "admin-orders": reverse("admin:orders_order_changelist"),
        "admin-order": reverse("admin:orders_order_change", args=[order.pk]),
        "admin-order-cancel": reverse("admin:orders_order_cancel", args=[order.pk]),
        "admin-shop": reverse("admin:shops_shop_change", args=[shop.pk]),
        "admin-shop-changes": reverse("admin:shops_shop_changes", args=[shop.pk]),
        "admin-send": reverse("admin:notifications_broadcast_send"),
    }.items():
        page.goto(address)
        yield name


def everything_else(page: Any) -> Iterator[str]:
    """Every other list, a row of each kind, and the other acts."""
    order, shop = stuck()
    NotificationFactory()
    job = Job.objects.create(
        kind="orders.tasks.close_window", args={}, run_at=ago(9), state=JobState.DEAD, last_error="No"
    )
    active = ShopFactory(status=ShopStatus.ACTIVE)
    unlisted = UnlistedVehicle.objects.get()
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label_lower):
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        page.goto(reverse(f"admin:{name}_changelist"))
        yield f"admin-list-{name}"
        if row := model._default_manager.first():
            page.goto(reverse(f"admin:{name}_change", args=[row.pk]))
            yield f"admin-row-{name}"
    for row, act in (
        (order, "extend"), (order, "reinvite"), (shop, "verify"), (shop, "refuse"), (active, "suspend"),
        (unlisted, "map"), (job, "again"), (order.customer, "deactivate"),
    ):  # fmt: skip
        name = f"{row._meta.app_label}_{row._meta.model_name}_{act}"
        page.goto(reverse(f"admin:{name}", args=[row.pk]))
        yield f"admin-act-{name}"


@in_both_languages
@pytest.mark.parametrize("walk", [what_needs_staff, pytest.param(everything_else, marks=pytest.mark.long)])
def test_pages_of_staff(new_page: Any, language: str, walk: Any) -> None:
    page = new_page(user=StaffFactory(is_superuser=True, language=language), language=language)
    # What Unfold draws for a list or a row is the same in both languages.
    look_at(page, walk(page), axe=walk is what_needs_staff or language == "en")
