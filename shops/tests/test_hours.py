"""Opening hours against a clock that looks at every minute."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shops.hours import Opening, Week, add_open_minutes, closes_at, is_open, opens_at

CAIRO = ZoneInfo("Africa/Cairo")
MINUTE = timedelta(minutes=1)
# Half an hour, three quarters, both hemispheres, none at all.
ZONES = ["Africa/Cairo", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
# Days around which these zones change their clocks, and one on which none does.
DAYS = [
    datetime(2026, 3, 7, 20, tzinfo=UTC),
    datetime(2026, 4, 4, 2, tzinfo=UTC),
    datetime(2026, 4, 23, 12, tzinfo=UTC),
    datetime(2026, 10, 29, 8, tzinfo=UTC),
    datetime(2026, 10, 31, 22, tzinfo=UTC),
    datetime(2026, 7, 15, 0, tzinfo=UTC),
]

times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
weeks = st.lists(st.tuples(st.integers(0, 6), times, times), max_size=5)
openings = st.builds(
    lambda intervals, zone: Opening(Week.of(intervals), ZoneInfo(zone)), weeks, st.sampled_from(ZONES)
)
starts = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(DAYS), st.integers(0, 3000)
)


def shows_open(intervals, zone, at):
    """The definition: does the local clock, on this local day or the one before, show an open minute?"""
    if not intervals:
        return True
    local = at.astimezone(zone)
    now = local.weekday() * 1440 + local.hour * 60 + local.minute
    for weekday, opens, closes in intervals:
        start = weekday * 1440 + opens.hour * 60 + opens.minute
        length = (closes.hour * 60 + closes.minute - opens.hour * 60 - opens.minute) % 1440 or 1440
        if (now - start) % 10080 < length:
            return True
    return False


@given(intervals=weeks, zone=st.sampled_from(ZONES), at=starts)
@settings(max_examples=300, deadline=None)
def test_is_open_agrees_with_the_clock(intervals, zone, at):
    zone = ZoneInfo(zone)
    assert is_open(Week.of(intervals), zone, at) == shows_open(intervals, zone, at)


@given(intervals=weeks, zone=st.sampled_from(ZONES), start=starts)
@settings(max_examples=60, deadline=None)
def test_opens_at_is_the_first_open_minute(intervals, zone, start):
    zone = ZoneInfo(zone)
    at = start
    while not shows_open(intervals, zone, at):
        at += MINUTE
    assert opens_at(Week.of(intervals), zone, start) == at


@given(shops=st.lists(openings, max_size=3), start=starts, minutes=st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_add_open_minutes_counts_each_minute_with_an_open_shop(shops, start, minutes):
    at, left = start, minutes
    while left:
        if not shops or any(is_open(shop.week, shop.zone, at) for shop in shops):
            left -= 1
        at += MINUTE
    assert add_open_minutes(shops, start, minutes) == at


def cairo(*intervals):
    return Opening(Week.of(intervals), CAIRO)


def local(day, hour, minute=0):
    """A time in Cairo in the week of Monday 2026-07-13 (no clock change)."""
    return datetime(2026, 7, 13 + day, hour, minute, tzinfo=CAIRO)


def test_interval_past_midnight_reaches_into_the_next_day():
    shop = cairo((5, time(18), time(2)))
    assert is_open(shop.week, CAIRO, local(6, 1, 59))
    assert not is_open(shop.week, CAIRO, local(6, 2))


def test_interval_past_sunday_midnight_reaches_into_monday():
    shop = cairo((6, time(20), time(3)))
    assert shop.week.spans == ((0, 180), (6 * 1440 + 1200, 10080))
    assert is_open(shop.week, CAIRO, local(0, 2, 59))


def test_equal_times_are_a_whole_day():
    shop = cairo((2, time(0), time(0)))
    assert shop.week.spans == ((2 * 1440, 3 * 1440),)


def test_two_opening_hours_begin_in_the_evening_and_end_next_morning():
    shop = cairo(*((day, time(9), time(18)) for day in range(7)))
    assert add_open_minutes([shop], local(1, 17, 30), 120) == local(2, 10, 30)


def test_minutes_of_a_lunch_break_do_not_count():
    shop = cairo((0, time(9), time(13)), (0, time(16), time(20)))
    assert add_open_minutes([shop], local(0, 12), 120) == local(0, 17)


def test_overlapping_shops_count_once():
    first, second = cairo((0, time(9), time(11))), cairo((0, time(10), time(12)))
    assert add_open_minutes([first, second], local(0, 9), 180) == local(0, 12)


def test_count_that_ends_at_closing_time_ends_there():
    shop = cairo((0, time(9), time(11)))
    assert add_open_minutes([shop], local(0, 9), 120) == local(0, 11)


@pytest.mark.parametrize("shops", [[], [cairo()], [cairo((0, time(9), time(10))), cairo()]])
def test_without_hours_the_clock_on_the_wall_counts(shops):
    assert add_open_minutes(shops, local(3, 3), 120) == local(3, 5)


def test_skipped_hour_never_comes():
    # Cairo skips from 00:00 to 01:00 on 2026-04-24.
    shop = cairo((3, time(23), time(2)))
    start = datetime(2026, 4, 23, 23, tzinfo=CAIRO)
    assert add_open_minutes([shop], start, 120) == datetime(2026, 4, 24, 2, tzinfo=CAIRO)


def test_repeated_hour_counts_twice():
    # Cairo falls back from 24:00 to 23:00 on 2026-10-29.
    shop = cairo((3, time(22), time(0)))
    start = datetime(2026, 10, 29, 22, tzinfo=CAIRO)
    assert add_open_minutes([shop], start, 180) == datetime(2026, 10, 30, 0, tzinfo=CAIRO)


def test_opening_in_the_skipped_hour_waits_a_week():
    shop = cairo((4, time(0), time(1)))
    start = datetime(2026, 4, 23, 12, tzinfo=CAIRO)
    assert opens_at(shop.week, CAIRO, start) == datetime(2026, 5, 1, 0, tzinfo=CAIRO)


def test_closes_at_tells_the_end_of_this_opening():
    shop = cairo((0, time(9), time(11)), (0, time(11), time(13)))
    assert closes_at(shop.week, CAIRO, local(0, 10)) == local(0, 13)
    assert closes_at(shop.week, CAIRO, local(0, 14)) is None
    assert closes_at(cairo().week, CAIRO, local(0, 14)) is None
