"""Short ways to act in tests, with input that passes."""

from decimal import Decimal
from typing import Any

from rest_framework.test import APIClient

from clutch.feed.actor import Actor
from orders import actions
from orders.inputs import DeliveryInput, PartInput, VehicleInput
from orders.models import Order, Quote
from shops.enums import Role
from shops.models import Member, Shop
from shops.tests.factories import MemberFactory

VEHICLE: VehicleInput = {"make": "Hyundai", "model": "Accent", "year": 2018, "vin": ""}
DELIVERY: DeliveryInput = {"latitude": 30.05, "longitude": 31.24, "address": "12 Example Street, third floor"}
PADS: PartInput = {"name": "Front brake pads", "part_number": "58101-1RA00", "quantity": 1, "notes": ""}
FILTER: PartInput = {"name": "Oil filter", "part_number": "", "quantity": 2, "notes": "the long one"}


def as_user(user: Any) -> Actor:
    """The actor of a signed-in person."""
    return Actor.user(user, "app")


def as_member(shop: Shop, role: Role = Role.OWNER) -> Actor:
    """The actor of a member of a shop in a role; makes the member where there is none."""
    member = Member.objects.filter(shop=shop, role=role).first() or MemberFactory(shop=shop, role=role)
    return Actor.user(member.user, "portal")


def ask(customer: Any, **changes: Any) -> Order:
    """A customer sends a request for two parts."""
    given: dict[str, Any] = {"vehicle": VEHICLE, "delivery": DELIVERY, "parts": [PADS, FILTER], **changes}
    return actions.create_order(customer.pk, actor=as_user(customer), **given)


def offers_for(order: Order, price: str = "100.00", **changes: Any) -> list[Any]:
    """One available offer per part of an order."""
    return [
        {"part_id": line.pk, "available": True, "unit_price": Decimal(price), **changes}
        for line in order.lines.filter(removed_in=None)
    ]


def quote(order: Order, shop: Shop, price: str = "100.00", **changes: Any) -> Quote:
    """A shop quotes all parts at one price, delivery 50.00."""
    given: dict[str, Any] = {
        "lines": offers_for(order, price),
        "delivery_fee": Decimal("50.00"),
        "estimated_delivery_minutes": 90,
        **changes,
    }
    return actions.provide_quote(order.pk, shop_id=shop.pk, actor=as_member(shop), **given)


def accept(order: Order, given: Quote, **changes: Any) -> Order:
    """The customer accepts a quote."""
    return actions.accept_quote(order.pk, quote_id=given.pk, actor=as_user(order.customer), **changes)


BODY: dict[str, Any] = {
    "vehicle": {"make": "Hyundai", "model": "Accent", "year": 2018, "vin": None},
    "deliveryLocation": {"latitude": 30.05, "longitude": 31.24, "address": "12 Example Street"},
    "parts": [{"name": "Front brake pads", "partNumber": "58101-1RA00", "quantity": 1, "notes": ""}],
    "draft": False,
    "paymentMethod": "cash",
}


def api(user: Any = None) -> APIClient:
    """A client of the API, signed in unless there is no user."""
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def quote_body(order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The body of a quote for an order as the API shows it: 850.00 each, delivery 50.00."""
    return {
        "orderId": order["orderId"],
        "lines": [
            {
                "partId": part["partId"],
                "available": True,
                "unitPrice": "850.00",
                "partType": "aftermarket",
                "brand": "Example",
            }
            for part in order["parts"]
        ],
        "deliveryFee": "50.00",
        "estimatedDeliveryMinutes": 90,
        "notes": "",
        **changes,
    }
