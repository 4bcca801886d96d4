"""The time for quotes: waves of invitations, extending, widening, and the close."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict
from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from orders import checks, events, locks, matching, notices, queries, rules
from orders.actions.invitations import ask_again, invite, refresh_invitations
from orders.enums import OPEN, InvitationStatus, OrderStatus, Side
from orders.models import Invitation, Order
from shops.enums import ShopStatus
from shops.hours import add_open_minutes
from shops.models import Shop

MAX_EXTENSION_MINUTES = 24 * 60
MAX_RADIUS_KM = 300
STUCK_AFTER = timedelta(minutes=30)
# A shop is not reminded sooner than this after it was asked.
REMIND_AFTER = timedelta(minutes=10)
# A window that ends later than this is not made longer.
LONGEST_WINDOW = timedelta(days=14)


def schedule(order: Order, *, now: datetime) -> None:
    """Leave the jobs of an open window: next wave, close. What waits already stays.

    The close time is part of the key: a job of an earlier close finds the window open and does
    nothing, whichever runs first.
    """
    closes_at = order.quotes_close_at
    if closes_at is None:
        return
    key = f"{order.pk} {closes_at.isoformat()}"
    enqueue("orders.tasks.close_window", key=key, at=closes_at, order_id=order.pk)
    next_wave_at = now + timedelta(minutes=settings.MATCH_WAVE_MINUTES)
    if next_wave_at < closes_at:
        wave = order.wave + 1
        enqueue(
            "orders.tasks.next_wave", key=f"{order.pk} {wave}", at=next_wave_at, order_id=order.pk, wave=wave
        )


def close_after(shop_ids: list[UUID], start: datetime, minutes: int) -> datetime:
    """Return when `minutes` of opening time of the invited shops have passed from `start`.

    With no shop at all it is time by the clock.
    """
    return add_open_minutes(Shop.objects.filter(pk__in=shop_ids), start, minutes)


@action
def invite_next_wave(order_id: UUID, *, wave: int, actor: Actor) -> list[Invitation]:
    """Ask the next nearest shops, until every part has the offers wanted or the window closes.

    Does nothing when the wave was sent before, so a job may come twice. With enough offers nobody
    is asked and the same wave is looked at again later: a quote may be withdrawn, expire or become
    stale. While a part lacks offers the next wave follows, because more shops may have opened by then.
    """
    order = locks.order(order_id)
    now = timezone.now()
    if order.wave >= wave or not order.is_open(now):
        return []
    if queries.has_offers_wanted(order, now, wanted=settings.OFFERS_WANTED):
        schedule(order, now=now)
        return []
    order.wave = wave
    order.save(update_fields=["wave"])
    rows = _invite_more(order, now)
    schedule(order, now=now)
    return rows


def _invite_more(order: Order, now: datetime) -> list[Invitation]:
    asked = list(order.invitations.values_list("shop_id", flat=True))
    found = matching.find_shops(
        matching.Place(order.make_id, order.latitude, order.longitude),
        limit=settings.MATCH_FIRST_WAVE,
        radius_km=order.search_radius_km,
        now=now,
        until=order.quotes_close_at,
        exclude=asked,
    )
    return invite(order, queries.current_lines(order), found, now=now)


@action
def extend_window(
    order_id: UUID, *, minutes: int | None = None, expected_version: int | None = None, actor: Actor
) -> Order:
    """Give the shops more opening time, counted from the close, or from now when it has passed.

    `minutes` is 1 to 1,440 and by default the usual window. For the customer and staff. Raises
    Conflict unless the request is submitted or quoted, and when it stays open for two weeks already.
    """
    minutes = _minutes(minutes)
    order = _open_request(order_id, expected_version, actor)
    now = timezone.now()
    if order.quotes_close_at is not None and order.quotes_close_at > now + LONGEST_WINDOW:
        raise Conflict(_("Shops have more than two weeks already."), code="window_long_enough")
    reopen(order, now=now, minutes=minutes)
    refresh_invitations(order, now=now)
    return order


def _minutes(minutes: int | None) -> int:
    if minutes is None:
        return int(settings.QUOTE_WINDOW_MINUTES)
    problems = checks.Problems()
    clean = problems.whole("minutes", minutes, least=1, most=MAX_EXTENSION_MINUTES)
    problems.refuse()
    return clean or 0


def _open_request(order_id: UUID, expected_version: int | None, actor: Actor) -> Order:
    order = locks.order(order_id)
    versions.check(order, expected_version)
    rules.require_side(actor, order, Side.CUSTOMER, Side.STAFF)
    if order.status not in OPEN:
        raise Conflict(
            _("Shops no longer quote for this: it is “%(status)s” now.")
            % {"status": order.get_status_display()},
            code="wrong_status",
            extra={"currentStatus": order.status},
        )
    return order


def reopen(order: Order, *, now: datetime, minutes: int) -> None:
    """Move the close of a locked request and schedule it; invitations are for the caller."""
    start = max(now, order.quotes_close_at or now)
    shop_ids = list(
        order.invitations.exclude(status=InvitationStatus.DECLINED).values_list("shop_id", flat=True)
    )
    order.quotes_close_at = close_after(shop_ids, start, minutes)
    order.save(update_fields=["quotes_close_at"])
    order.refresh_from_db()
    schedule(order, now=now)


@action
def widen_search(
    order_id: UUID, *, radius_km: int | None = None, expected_version: int | None = None, actor: Actor
) -> Order:
    """Look for shops farther away and ask the next ones at once; reopens a window that has closed.

    `radius_km` is more than now and at most 300, by default twice as far. Shops' own delivery
    radius still counts. Raises Conflict unless the request is submitted or quoted.
    """
    order = _open_request(order_id, expected_version, actor)
    rows = _widen(order, radius_km, timezone.now())
    if not rows:
        notices.tell_customer(order, notices.NO_SHOPS, actor=actor)
    order.refresh_from_db()
    return order


def _widen(order: Order, radius_km: int | None, now: datetime) -> list[Invitation]:
    problems = checks.Problems()
    if radius_km is None:
        radius_km = min(2 * order.search_radius_km, MAX_RADIUS_KM)
    problems.whole("radius_km", radius_km, least=order.search_radius_km, most=MAX_RADIUS_KM)
    problems.refuse()
    order.search_radius_km = radius_km
    order.wave += 1
    order.save(update_fields=["search_radius_km", "wave"])
    if not order.is_open(now):
        reopen(order, now=now, minutes=int(settings.QUOTE_WINDOW_MINUTES))
        refresh_invitations(order, now=now)
    rows = _invite_more(order, now)
    schedule(order, now=now)
    return rows


@action
def reinvite_shops(order_id: UUID, *, actor: Actor) -> Order:
    """Ask the shops that stayed silent once more, and as `widen_search` those twice as far away.

    Silent is who was invited and has neither quoted nor declined; a shop that is off the market is
    left alone, and so is one that was asked less than ten minutes ago. For staff. Raises Conflict
    unless the request is submitted or quoted, and when there is nobody but shops asked just now.
    """
    order = locks.order(order_id)
    rules.require_side(actor, order, Side.STAFF)
    order = _open_request(order_id, None, actor)
    now = timezone.now()
    silent = order.invitations.filter(
        status=InvitationStatus.INVITED, quotes=None, shop__status=ShopStatus.ACTIVE
    )
    asked_at = dict(silent.values_list("pk", "asked_at"))
    long_silent = [pk for pk, at in asked_at.items() if at <= now - REMIND_AFTER]
    rows = _widen(order, None, now)
    # Read after widening, which may have moved the deadline.
    reminded = list(order.invitations.filter(pk__in=long_silent).order_by("pk"))
    order.invitations.filter(pk__in=long_silent).update(asked_at=now)
    ask_again(order, queries.current_lines(order), reminded)
    if not rows and not reminded:
        if asked_at:
            raise Conflict(
                _("These shops were asked a few minutes ago. Give them time to answer."),
                code="asked_just_now",
            )
        notices.tell_customer(order, notices.NO_SHOPS, actor=actor)
    order.refresh_from_db()
    return order


@action
def close_window(order_id: UUID, *, actor: Actor) -> bool:
    """Say that the time for quotes is over; return whether it was. Coming twice does nothing twice.

    Nothing depends on this having run: every act compares the close with the clock itself.
    """
    order = locks.order(order_id)
    now = timezone.now()
    if order.status not in OPEN or order.is_open(now) or order.announced_close == order.quotes_close_at:
        return False
    order.announced_close = order.quotes_close_at
    order.save(update_fields=["announced_close"])
    waiting = order.invitations.filter(status=InvitationStatus.INVITED)
    events.parts_order_closed(order, waiting.values_list("shop_id", flat=True), "closed")
    if queries.live_quotes(order, now).filter(shop__status=ShopStatus.ACTIVE).exists():
        notices.tell_customer(order, notices.QUOTES_COMPLETE, actor=actor)
    else:
        notices.tell_customer(order, notices.NO_QUOTES, actor=actor)
        events.order_stuck(order, "closed_without_quotes")
    return True


@action
def flag_stuck(order_id: UUID, *, actor: Actor) -> bool:
    """Show staff a request that has no quote after 30 minutes; return whether it has none."""
    order = locks.order(order_id)
    stuck = order.status == OrderStatus.SUBMITTED
    if stuck:
        events.order_stuck(order, "no_quotes")
    return stuck
