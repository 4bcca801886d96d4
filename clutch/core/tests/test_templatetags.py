"""Money, times and distances as people read them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import formats, timezone, translation

from clutch.core.templatetags import clutch as tags


def plain(text: str) -> str:
    return text.replace(tags.NBSP, " ")


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Decimal("1250.5"), "EGP", "EGP 1,250.50"),
        (Decimal("0"), "EGP", "EGP 0.00"),
        ("900.005", "EGP", "EGP 900.01"),
        (Decimal("1.5"), "KWD", "KWD 1.500"),
        (Decimal("1500"), "JPY", "JPY 1,500"),
        (Decimal("7"), "", "EGP 7.00"),
        (None, "EGP", ""),
        ("", "EGP", ""),
        ("much", "EGP", ""),
    ],
)
def test_money(amount: Any, currency: str, shown: str) -> None:
    assert plain(tags.money(amount, currency)) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "0 min"), (5, "5 min"), (60, "1 h"), (95, "1 h 35 min"), (1440, "1 day"), (3000, "2 days 2 h"),
     (timedelta(minutes=30), "30 min"), (-3, "0 min"), (None, "")],
)  # fmt: skip
def test_duration(minutes: Any, shown: str) -> None:
    assert plain(tags.duration(minutes)) == shown


@pytest.mark.parametrize(
    ("metres", "shown"),
    [(0, "0 m"), (844, "840 m"), (949.9, "950 m"), (951, "1.0 km"), (3210, "3.2 km"), (None, "")],
)
def test_distance(metres: Any, shown: str) -> None:
    assert plain(tags.distance(metres)) == shown


@pytest.mark.parametrize("language", ["en", "ar"])
def test_numbers_keep_their_point_in_arabic(language: str) -> None:
    with translation.override(language):
        assert "1,250.50" in tags.money(Decimal("1250.5"), "EGP")
        assert formats.localize(30.0444) == "30.0444"


def test_moment_says_only_as_much_of_the_date_as_is_needed() -> None:
    now = timezone.now()
    assert tags.moment(None) == ""
    assert tags.moment(now, "UTC") == f"{now.astimezone(UTC):%H:%M}"
    assert tags.moment(datetime(2020, 1, 31, 14, 5, tzinfo=UTC), "Africa/Cairo") == "31 Jan 2020 16:05"


def test_icon_speaks_only_with_a_label() -> None:
    assert 'aria-hidden="true"' in tags.icon("bell")
    assert 'aria-label="Bell &lt;1&gt;"' in tags.icon("bell", label="Bell <1>")


def test_query_with_keeps_the_other_values() -> None:
    request = RequestFactory().get("/orders?show=open&page=3")
    page = Template("{% load clutch %}{% query_with page=4 %} {% query_with page=None %}")
    assert page.render(Context({"request": request})) == "show=open&amp;page=4 show=open"
