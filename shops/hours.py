"""Opening hours: a shop's local week, laid over real time with its clock changes.

A week is a set of minutes of local time (0 is Monday 00:00, 10,080 long). A shop is open at an
instant when the local clock shows such a minute: an hour that a clock change skips never
comes, one that it repeats counts twice. A shop without hours is taken as always open.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from shops.models import Shop

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
# An opening that falls into a skipped hour comes back a week later.
HORIZON = timedelta(days=22)

Interval = tuple[int, time, time]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Week:
    """The open minutes of a local week as merged half-open spans; no span means always open."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> Self:
        """Build from (weekday, opens, closes): weekday 0 is Monday, `closes <= opens` the next day."""
        raw: list[tuple[int, int]] = []
        for weekday, opens, closes in intervals:
            start = weekday * DAY_MINUTES + opens.hour * 60 + opens.minute
            end = weekday * DAY_MINUTES + closes.hour * 60 + closes.minute
            raw.append((start, end if closes > opens else end + DAY_MINUTES))
        return cls.of_minutes(raw)

    @classmethod
    def of_minutes(cls, raw: Iterable[tuple[int, int]]) -> Self:
        """Build from half-open minute spans in any order; what passes the week's end wraps."""
        pieces: list[tuple[int, int]] = []
        for start, end in raw:
            pieces.append((start, min(end, WEEK_MINUTES)))
            if end > WEEK_MINUTES:
                pieces.append((0, end - WEEK_MINUTES))
        merged: list[tuple[int, int]] = []
        for start, end in sorted(pieces):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return cls(tuple(merged))

    @property
    def always(self) -> bool:
        """Whether there is no closed minute."""
        return not self.spans or self.spans == ((0, WEEK_MINUTES),)


@dataclass(frozen=True)
class Opening:
    """A week in a time zone."""

    week: Week
    zone: tzinfo


def opening_of(shop: "Shop") -> Opening:
    """Return the opening of a shop; uses `opening_hours` as prefetched."""
    return Opening(Week.of(row.interval for row in shop.opening_hours.all()), shop.zone)


def is_open(week: Week, zone: tzinfo, at: datetime) -> bool:
    """Whether the local clock shows an open minute at an instant."""
    if week.always:
        return True
    local = at.astimezone(zone)
    minute = local.weekday() * DAY_MINUTES + local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in week.spans)


def opens_at(week: Week, zone: tzinfo, now: datetime) -> datetime:
    """Return the first instant from `now` on at which it is open: `now` itself when it is open."""
    for start, _ in open_spans(Opening(week, zone), now, now + HORIZON):
        return start
    return now


def closes_at(week: Week, zone: tzinfo, now: datetime) -> datetime | None:
    """Return the end of the opening that `now` lies in; None when closed now or never closing."""
    if week.always or not is_open(week, zone, now):
        return None
    start, end = next(open_spans(Opening(week, zone), now, now + HORIZON))
    return end if start == now and end < now + HORIZON else None


def add_open_minutes(shops: "Iterable[Shop | Opening]", start: datetime, minutes: int) -> datetime:
    """Return the instant by which `minutes` have passed during which at least one shop was open.

    Overlapping openings count once. Without any shop, or with one that never closes, this is
    wall-clock time.
    """
    openings = [shop if isinstance(shop, Opening) else opening_of(shop) for shop in _with_hours(shops)]
    left = timedelta(minutes=minutes)
    if not openings or any(opening.week.always for opening in openings):
        return start + left
    at, idle = start, start + HORIZON
    while left > timedelta() and at < idle:
        for opened, closed in _union(openings, at, at + DAY):
            if closed - opened >= left:
                return opened + left
            left -= closed - opened
            idle = closed + HORIZON
        at += DAY
    return at if left > timedelta() else start


def open_spans(opening: Opening, start: datetime, until: datetime) -> Iterator[Span]:
    """Yield the open spans between two instants in order, adjacent ones merged; instants are UTC."""
    start, until = start.astimezone(UTC), until.astimezone(UTC)
    if opening.week.always:
        yield start, until
        return
    yield from _merged(
        span
        for first, last, offset in _steady(opening.zone, start, until)
        for span in _spans_at_offset(opening.week, first, last, offset)
    )


def _with_hours(shops: "Iterable[Shop | Opening]") -> "Sequence[Shop | Opening]":
    """Load the hours of all shops in one query."""
    from django.db.models import Model, prefetch_related_objects  # keeps this module free of Django

    found = list(shops)
    prefetch_related_objects([shop for shop in found if isinstance(shop, Model)], "opening_hours")
    return found


def _union(openings: Sequence[Opening], start: datetime, until: datetime) -> Iterator[Span]:
    return _merged(heapq.merge(*(open_spans(opening, start, until) for opening in openings)))


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    current: Span | None = None
    for start, end in spans:
        if current is None:
            current = (start, end)
        elif start <= current[1]:
            current = (current[0], max(end, current[1]))
        else:
            yield current
            current = (start, end)
    if current is not None:
        yield current


def _spans_at_offset(week: Week, start: datetime, until: datetime, offset: timedelta) -> Iterator[Span]:
    """Yield open spans while the clock keeps one offset from UTC."""
    local = (start + offset).replace(tzinfo=None)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time())
    base = (monday - offset).replace(tzinfo=UTC)
    while base < until:
        for first, last in week.spans:
            opened = max(base + timedelta(minutes=first), start)
            closed = min(base + timedelta(minutes=last), until)
            if opened < closed:
                yield opened, closed
        base += timedelta(weeks=1)


def _steady(zone: tzinfo, start: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut a time into pieces within which the zone keeps one offset from UTC.

    Looks once a day: no zone changes its clock there and back within a day.
    """
    at = piece = start
    offset = _offset(zone, start)
    while at < until:
        ahead = min(at + DAY, until)
        if _offset(zone, ahead) != offset:
            change = _change(zone, at, ahead)
            yield piece, change, offset
            piece, offset = change, _offset(zone, change)
        at = ahead
    if piece < until:
        yield piece, until, offset


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """Return the first whole second at which the offset differs from the one at `before`."""
    offset = _offset(zone, before)
    low, high = before, after
    while high - low > SECOND:
        middle = low + (high - low) / 2
        low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
    return high.replace(microsecond=0)


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
