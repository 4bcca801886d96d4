"""The staff's pages in a real browser: axe on a desk and a phone, in both languages."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from clutch.accounts.tests.factories import StaffFactory
from clutch.live.tests.browser import axe_check, shoot
from orders.models import Order
from orders.tests.factories import OrderFactory
from shops.models import Shop
from shops.tests.factories import ShopFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Unfold's own markup, 18px where WCAG 2.2 wants 24px: the search field's button, which Enter does as
# well, and the arrow back, beside which the breadcrumbs lead to the same list.
TOO_SMALL = "#searchbar-submit, a.block.mr-3:has(> .material-symbols-outlined)"


@pytest.fixture
def pages() -> dict[str, str]:
    """Name and address of the first page, a list, a shop to verify, and what an act asks for."""
    order = OrderFactory(status="submitted")
    sent = timezone.now() - timedelta(minutes=50)
    Order.objects.filter(pk=order.pk).update(submitted_at=sent)
    OrderFactory(status="cancelled")
    shop = ShopFactory(active=False, name="Nile Parts", hours=[])
    Shop.objects.filter(pk=shop.pk).update(submitted_at=sent)
    return {
        "admin": "/admin/",
        "admin-orders": reverse("admin:orders_order_changelist"),
        "admin-order": reverse("admin:orders_order_change", args=[order.pk]),
        "admin-shop": reverse("admin:shops_shop_change", args=[shop.pk]),
        "admin-act": reverse("admin:orders_order_cancel", args=[order.pk]),
    }


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_are_without_barriers_and_pictured(
    new_page: Any, pages: dict[str, str], *, language: str, phone: bool
) -> None:
    staff = StaffFactory(is_superuser=True, language=language)
    page = new_page(user=staff, language=language, phone=phone)
    for name, address in pages.items():
        page.goto(address)
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        if not phone:
            shoot(page, f"{name}-{language}")
        axe_check(page, exclude=TOO_SMALL)
