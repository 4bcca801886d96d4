"""What waits for staff in the demo city: shops to verify with their papers, and orders that are stuck.

Made by the acts that people use; only clocks are set back, so that a newcomer finds something on the
staff's desk at once. Papers say that they are none.
"""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from clutch.accounts.models import User
from clutch.demo import history, load, plan
from clutch.feed.actor import Actor
from clutch.notifications.models import Notification
from orders.models import Order, Shipment
from shops.actions.documents import add_document
from shops.actions.onboarding import complete_onboarding, save_step, start_onboarding
from shops.enums import DocumentKind, OnboardingStatus, Step
from shops.models import Make, Onboarding, Shop

APPLICANTS = 3
# Minutes: how long applicants have waited, a request has no quote, a delivery is late.
WAITED, SILENT, LATE = (190, 75, 20), 50, 35


def play(city: load.City, *, password: str) -> None:
    """Put on the staff's desk what is not there yet."""
    users = load.applicants(APPLICANTS, password=password)
    for user, item, minutes in zip(users, plan.applicants(APPLICANTS), WAITED, strict=True):
        if not Onboarding.objects.filter(user=user, status=OnboardingStatus.COMPLETED).exists():
            apply(user, item, ago(minutes))
    wheres = list(plan.customers())
    acts: tuple[Callable[..., None], ...] = (unanswered, late, unpaid)
    for act, customer, where in zip(acts, city.customers, wheres, strict=False):
        if Order.objects.filter(customer=customer).count() == history.ORDERS_PER_CUSTOMER:
            act(customer, where)
    Order.objects.filter(customer__is_demo=True, is_demo=False).update(is_demo=True)
    # The past is read; what comes from now on is news.
    Notification.objects.filter(user__is_demo=True, read_at=None).update(read_at=timezone.now())


def ago(minutes: int) -> datetime:
    """So many minutes before now."""
    return timezone.now() - timedelta(minutes=minutes)


# --- shops -------------------------------------------------------------------------------------


def apply(user: User, item: plan.PlannedShop, at: datetime) -> Shop:
    """Go through the six steps and send the shop for verification."""
    actor = Actor.user(user, "portal")
    onboarding = start_onboarding(user.pk, actor=actor)
    makes = Make.objects.filter(name__in=item.makes).values_list("pk", flat=True)
    week = [
        {"weekday": day, "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
        for day, opens, closes in plan.LONG_DAY
    ]
    payloads: dict[Step, dict[str, object]] = {
        Step.BUSINESS_INFO: {"name": item.name, "phone": f"+2010000003{item.number:02}", "email": ""},
        Step.LOCATION_INFO: {
            "latitude": item.latitude,
            "longitude": item.longitude,
            "address": f"Demo street {item.number}, {item.district}",
            "district": item.district,
            "deliveryRadiusKm": item.radius_km,
            "timeZone": "Africa/Cairo",
            "openingHours": week,
        },
        Step.VEHICLE_BRANDS: {"servesAnyMake": not item.makes, "makeIds": sorted(makes)},
        Step.INVENTORY_SETUP: {"useDefaults": True},
        Step.PRICING_STRATEGY: {"useDefaults": True},
        Step.VERIFICATION: {
            "ownerName": user.name,
            "commercialRegister": f"DEMO-{item.number:04}",
            "taxNumber": "",
        },
    }
    for step, payload in payloads.items():
        save_step(onboarding.pk, step=step, payload=payload, actor=actor)
    for kind in (DocumentKind.COMMERCIAL_REGISTER, DocumentKind.SHOP_PHOTO):
        add_document(kind=kind, file=paper(item.name, kind), onboarding_id=onboarding.pk, actor=actor)
    complete_onboarding(onboarding.pk, actor=actor)
    shop = Shop.objects.get(members__user=user)
    Shop.objects.filter(pk=shop.pk).update(is_demo=True, submitted_at=at)
    return shop


def paper(name: str, kind: str) -> SimpleUploadedFile:
    """A picture in the place of a document, which says that it is one of the demo."""
    picture = Image.new("RGB", (900, 620), "#f4f1e8")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((24, 24, 876, 596), outline="#7a7461", width=3)
    lines = ("DEMO", DocumentKind(kind).name.replace("_", " ").title(), name, "This is not a real document.")
    for row, text in enumerate(lines):
        draw.text((80, 90 + row * 110), text, fill="#3d3a30", font_size=52 if row == 0 else 34)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return SimpleUploadedFile(f"demo-{kind}.png", out.getvalue(), "image/png")


# --- orders ------------------------------------------------------------------------------------


def unanswered(customer: User, where: plan.PlannedCustomer) -> None:
    """A request that nobody has quoted for; without numbers, so that no shop's stock answers by itself."""
    wanted = [(name, "", low, high) for name, _number, low, high in plan.PARTS[:2]]
    order = history.ask(customer, where, wanted, quantity=partial(int, 1))
    Order.objects.filter(pk=order.pk).update(submitted_at=ago(SILENT))


def late(customer: User, where: plan.PlannedCustomer) -> None:
    """An order on its way whose time has passed."""
    order = history.play_order(customer, where, history.owners(), history.chance_of(where), end="shipped")
    Shipment.objects.filter(order=order).update(eta=ago(LATE))


def unpaid(customer: User, where: plan.PlannedCustomer) -> None:
    """An order that was handed over, and nobody noted the cash."""
    history.play_order(customer, where, history.owners(), history.chance_of(where), end="unpaid")
