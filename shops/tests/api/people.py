"""Who calls the API in these tests, and how."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from clutch.accounts.tests.factories import UserFactory
from shops.enums import Role
from shops.models import Shop
from shops.tests.factories import MemberFactory


def client(user: Any = None) -> APIClient:
    """A client signed in as a user, or as nobody."""
    found = APIClient()
    if user is not None:
        found.force_authenticate(user)
    return found


def people(shop: Shop) -> dict[str, Any]:
    """Everyone who may call for a shop: its roles, another shop's owner, a customer, nobody."""
    members = {role.value: MemberFactory(shop=shop, role=role).user for role in Role}
    left = MemberFactory(shop=shop, is_active=False).user
    return {
        **members,
        "left": left,
        "other shop": MemberFactory().user,
        "customer": UserFactory(),
        "anonymous": None,
    }


# What those who do not belong hear: the shop does not exist for them.
OUTSIDE = {"left": 404, "other shop": 404, "customer": 404, "anonymous": 401}


def photo(name: str = "register.png", size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    """A small real photo."""
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


STEPS: dict[int, dict[str, Any]] = {
    1: {"name": "Nile Parts", "phone": "01001234567", "email": "nile@example.org"},
    2: {
        "latitude": 30.0444,
        "longitude": 31.2357,
        "address": "12 Example Street",
        "district": "Downtown",
        "deliveryRadiusKm": 15,
        "timeZone": "Africa/Cairo",
        "openingHours": [
            {"weekday": 0, "opens": "09:00", "closes": "13:00"},
            {"weekday": 0, "opens": "16:00", "closes": "02:00"},
        ],
    },
    3: {"servesAnyMake": True, "makeIds": []},
    4: {"useDefaults": True},
    5: {"useDefaults": True},
    6: {"ownerName": "Mona", "commercialRegister": "123456", "taxNumber": ""},
}
