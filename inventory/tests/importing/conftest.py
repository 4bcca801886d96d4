"""A shop that imports, and its files."""

import pytest

from shops.tests.factories import MemberFactory, ShopFactory


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """Files of a test go with it."""
    settings.PRIVATE_ROOT = tmp_path


@pytest.fixture
def shop(db):
    return ShopFactory()


@pytest.fixture
def owner(shop):
    return MemberFactory(shop=shop).user
