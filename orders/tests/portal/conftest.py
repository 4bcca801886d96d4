"""A shop with people in every role, and the strangers who must see nothing of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from clutch.accounts.models import User
from clutch.accounts.tests.factories import UserFactory
from shops.enums import Role
from shops.models import Shop
from shops.tests.factories import MemberFactory, ShopFactory


@dataclass
class People:
    """Everybody who might open a page of `shop`."""

    shop: Shop
    other_shop: Shop
    users: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, who: str) -> User:
        return self.users[who]


@pytest.fixture
def people(db: None) -> People:
    """One shop with a member of each role, the owner of another shop, and a customer."""
    return make_people()


def make_people() -> People:
    """Make them."""
    found = People(ShopFactory(name="Nile Parts"), ShopFactory(name="Delta Parts"))
    for role in Role:
        found.users[role] = MemberFactory(shop=found.shop, role=role, user__name=f"The {role}").user
    found.users["other_owner"] = MemberFactory(shop=found.other_shop).user
    found.users["customer"] = UserFactory(name="Mona")
    return found


@pytest.fixture
def as_user() -> Callable[[User | None], Client]:
    """A client signed in as somebody, or as nobody."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return sign_in


@pytest.fixture
def owner(people: People, as_user: Any) -> Client:
    """A client of the shop's owner."""
    client: Client = as_user(people["owner"])
    return client
