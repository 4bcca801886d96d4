"""Odd input at every address of the API, made from its own description: refused, and never a fault."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from clutch.accounts.tests.factories import StaffFactory
from clutch.core.examples import Maker
from clutch.core.schema_views import description
from clutch.notifications.tests.factories import NotificationFactory
from orders.tests.acts import api, ask, quote
from shops.enums import Role
from shops.tests.factories import GarageVehicleFactory, MemberFactory, OnboardingFactory, ShopFactory

pytestmark = [pytest.mark.long, pytest.mark.django_db, pytest.mark.urls("clutch.urls")]

ODD: list[Any] = [
    None,
    -1,
    10**30,
    "",
    "\x00\ud800",
    "x" * 5000,
    [None],
    {"a": [1]},
    "9999-12-31T23:59:59-14:00",
]
ODD_WORDS = ("x", "%00", "-1", "9" * 20, "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00")


@pytest.fixture(scope="module")
def schema() -> Any:
    return description("clutch.urls", "en")


@pytest.fixture
def world() -> dict[str, Any]:
    """Somebody who is everything at once, and a row for every name in a path."""
    staff = StaffFactory()
    shop = ShopFactory()
    member = MemberFactory(shop=shop, user=staff, role=Role.OWNER)
    other = MemberFactory(shop=shop, role=Role.CASHIER)
    order = ask(staff)
    given = quote(order, shop)
    offer = given.lines.first()
    line = order.lines.first()
    assert offer is not None
    assert line is not None
    return {
        "user": staff,
        "orderId": order.pk,
        "partId": line.pk,
        "photoId": line.pk,
        "messageId": line.pk,
        "quoteId": given.pk,
        "offerId": offer.pk,
        "userId": staff.pk,
        "shopId": shop.pk,
        "memberId": other.pk,
        "inviteId": member.pk,
        "documentId": member.pk,
        "vehicleId": GarageVehicleFactory(user=staff).pk,
        "deviceId": 1,
        "makeId": 1,
        "vin": "KMHCT41BAHU123456",
        "step": 1,
        "shop-onboarding": OnboardingFactory(user=staff).pk,
        "notifications": NotificationFactory(user=staff).pk,
    }


def bodies(maker: Maker, content: dict[str, Any]) -> Iterator[Any]:
    """The good body with each of its values, at any depth, made odd; and bodies that are odd as a whole."""
    yield from ODD
    for schema in content["schema"].get("anyOf", [content["schema"]]):
        good = json.loads(json.dumps(maker.make(schema)))
        for path in places(good):
            for odd in ODD:
                yield changed(good, path, odd)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, found in inner:
        yield (*path, key)
        yield from places(found, (*path, key))


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    copy = json.loads(json.dumps(value))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = odd
    return copy


def address_of(path: str, world: dict[str, Any]) -> str:
    for name, value in world.items():
        path = path.replace("{" + name + "}", str(value))
    return path.replace("{id}", str(world.get(path.split("/")[3], "")))


def operations(schema: Any) -> list[tuple[str, str, Any]]:
    return [
        (method, path, operation)
        for path, found in schema["paths"].items()
        for method, operation in found.items()
        if not path.startswith("/api/v1/auth/")
    ]


def test_odd_bodies(schema: Any, world: dict[str, Any]) -> None:
    maker = Maker(schema["components"]["schemas"], {})
    client = api(world["user"])
    client.raise_request_exception = False
    faults = []
    for method, path, operation in operations(schema):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        for body in bodies(maker, content):
            faults += said(client, method, address_of(path, world), json.dumps(body))
    assert faults == []


def test_odd_queries(schema: Any, world: dict[str, Any]) -> None:
    client = api(world["user"])
    client.raise_request_exception = False
    faults = []
    for method, path, operation in operations(schema):
        for parameter in operation.get("parameters", []):
            for odd in ODD_WORDS if parameter["in"] == "query" else ():
                address = f"{address_of(path, world)}?{parameter['name']}={odd}"
                faults += said(client, method, address, "{}")
    assert faults == []


def test_odd_paths(schema: Any, world: dict[str, Any]) -> None:
    client = api(world["user"])
    client.raise_request_exception = False
    faults = []
    for method, path, _operation in operations(schema):
        for odd in ("%00", "%F0%9F%92%A5", "9" * 40, "%2e%2e%2f", "a" * 3000):
            for name in world:
                if "{" + name + "}" in path:
                    address = address_of(path, {**world, name: odd})
                    faults += said(client, method, address, "{}")
    assert faults == []


def said(client: APIClient, method: str, address: str, body: str) -> list[str]:
    """The fault of one call, if it was one."""
    answer = client.generic(method.upper(), address, body, content_type="application/json")
    if answer.status_code < 500:
        return []
    return [f"{method.upper()} {address[:200]} {body[:300]} {answer.status_code}"]
