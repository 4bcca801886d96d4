"""A fixture for tests on real commits: what migrations load is gone after the flush of another test."""

import pytest
from django.db import connection

from shops.models import Make
from shops.vehicle_data import load


@pytest.fixture
def vehicle_data(db: None) -> None:
    """The makes and models that come with the project."""
    if not Make.objects.exists():
        load(connection)
