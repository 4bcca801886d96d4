"""Rows that benchmarks share: one place, shops around it with their owners, a customer."""

from datetime import time
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from clutch.accounts.models import User
from shops.actions.areas import rebuild_areas
from shops.enums import Role, ShopStatus
from shops.models import Make, Member, OpeningHours, Shop

PLACE = (30.05, 31.24)
MAKE = "Hyundai"


def empty() -> None:
    """Forget what an earlier run left in the benchmarks' own database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE accounts_user, shops_shop, feed_streamhead, feed_streamentry, feed_job CASCADE"
        )


def customer() -> User:
    """The one who asks."""
    return User.objects.create_user(email="benchmark.customer@demo.invalid", name="Benchmark customer")


def shops(count: int) -> list[Shop]:
    """`count` shops that are always open, each with an owner, within a few kilometres of the place."""
    make = Make.objects.get(name=MAKE)
    made = Shop.objects.bulk_create(
        Shop(
            name=f"Benchmark shop {n}",
            phone="+201000000000",
            address="Benchmark street",
            latitude=PLACE[0] + (n % 20) / 1000,
            longitude=PLACE[1] + (n // 20) / 1000,
            delivery_radius_km=50,
            status=ShopStatus.ACTIVE,
        )
        for n in range(count)
    )
    Shop.makes.through.objects.bulk_create(
        Shop.makes.through(shop_id=shop.pk, make_id=make.pk) for shop in made
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(shop=shop, weekday=day, opens=time(0), closes=time(0))
        for shop in made
        for day in range(7)
    )
    owners = User.objects.bulk_create(
        User(email=f"benchmark.owner{n}@demo.invalid", name=f"Benchmark owner {n}") for n in range(count)
    )
    Member.objects.bulk_create(
        Member(shop=shop, user=owner, role=Role.OWNER) for shop, owner in zip(made, owners, strict=True)
    )
    rebuild_areas([shop.pk for shop in made])
    return made


def session_of(user: Any) -> str:
    """Sign a user in and return the session's key."""
    from django.conf import settings

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def request(parts: int = 2) -> dict[str, Any]:
    """A request as the API takes it."""
    return {
        "vehicle": {"make": MAKE, "model": "Accent", "year": 2018, "vin": None},
        "deliveryLocation": {"latitude": PLACE[0], "longitude": PLACE[1], "address": "Benchmark street 1"},
        "parts": [
            {"name": f"Part {n}", "partNumber": f"58101-1RA{n:02}", "quantity": 1} for n in range(parts)
        ],
        "paymentMethod": "cash",
    }
