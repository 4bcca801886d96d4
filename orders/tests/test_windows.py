"""Matching and the time for quotes: priority, waves, extending, widening, the close."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.feed import jobs
from clutch.feed.actor import Actor
from clutch.feed.models import Job, JobState, StreamEntry
from clutch.feed.streams import STAFF_STREAM, shop_stream
from orders import actions, matching, tasks
from orders.actions.windows import REMIND_AFTER
from orders.enums import OrderStatus, Urgency
from orders.models import Invitation, Order
from orders.tests.acts import DELIVERY, PADS, accept, as_member, as_user, ask, quote
from shops.actions.standing import suspend_shop
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db
WAVE = "orders.tasks.next_wave"


@pytest.mark.parametrize(
    ("urgency", "minutes_left", "distance_m", "expected"),
    [
        (Urgency.FLEXIBLE, 120, 50_000, 0),
        (Urgency.FLEXIBLE, 500, 90_000, 0),
        (Urgency.STANDARD, 120, 50_000, 25),
        (Urgency.STANDARD, 60, 25_000, 50),
        (Urgency.URGENT, 120, 0, 70),
        (Urgency.URGENT, 0, 0, 100),
        (Urgency.URGENT, -30, 0, 100),
    ],
)
def test_priority(urgency: Urgency, minutes_left: float, distance_m: float, expected: int) -> None:
    """Urgency 50, time gone 30, nearness 20, each share held between nothing and all."""
    found = matching.priority(
        urgency, minutes_left=minutes_left, distance_m=distance_m, window_minutes=120, radius_m=50_000
    )
    assert found == expected


def test_delivery_estimate() -> None:
    """Waiting for the shop to open, 30 minutes to prepare, 2.5 per km, rounded up."""
    now = timezone.now()
    assert matching.delivery_minutes(0, now=now, opens_at=now) == 30
    assert matching.delivery_minutes(4100, now=now, opens_at=now) == 41
    assert matching.delivery_minutes(4000, now=now, opens_at=now + timedelta(hours=1)) == 100


def test_waves_until_every_part_has_three_offers(settings: Any) -> None:
    """Each wave asks the next nearest; sent before, nobody is asked; with enough offers it waits."""
    settings.MATCH_FIRST_WAVE = 2
    shops = [ShopFactory(at=(30.05, 31.24 + n / 100)) for n in range(6)]
    order = ask(UserFactory(), parts=[PADS])
    asked = [set(order.invitations.values_list("shop_id", flat=True))]
    for wave in (2, 2, 3):
        rows = actions.invite_next_wave(order.pk, wave=wave, actor=Actor.beat())
        asked.append({row.shop_id for row in rows})
    assert asked == [
        {shops[0].pk, shops[1].pk},
        {shops[2].pk, shops[3].pk},
        set(),
        {shops[4].pk, shops[5].pk},
    ]
    extra = ShopFactory()
    given = [quote(order, shop) for shop in shops[:3]]
    Job.objects.filter(kind=WAVE).delete()
    assert actions.invite_next_wave(order.pk, wave=4, actor=Actor.beat()) == []
    assert waves_left(order) == [4]
    assert not Invitation.objects.filter(shop=extra).exists()
    actions.withdraw_quote(given[0].pk, actor=as_member(shops[0]))
    rows = actions.invite_next_wave(order.pk, wave=4, actor=Actor.beat())
    assert [row.shop_id for row in rows] == [extra.pk]


def waves_left(order: Order) -> list[int]:
    """The waves for which a job waits."""
    waiting = Job.objects.filter(kind=WAVE, state=JobState.WAITING, args__order_id=str(order.pk))
    return list(waiting.values_list("args__wave", flat=True))


def run_wave() -> Job:
    """A worker takes the next job of a wave when it is due and runs it."""
    Job.objects.exclude(kind=WAVE).delete()
    claimed = jobs.take_one(timezone.now() + timedelta(minutes=11))
    assert claimed is not None
    jobs.run(claimed)
    return Job.objects.get(pk=claimed.id)


def test_with_enough_offers_the_job_looks_again_later() -> None:
    """The chain does not break: what it finds enough now may be withdrawn in a minute."""
    shops = [ShopFactory() for _ in range(3)]
    order = ask(UserFactory())
    for shop in shops:
        quote(order, shop)
    job = run_wave()
    assert (job.state, job.args["wave"], waves_left(order)) == (JobState.WAITING, 2, [2])
    assert job.run_at > timezone.now() + timedelta(minutes=9)
    order.refresh_from_db()
    assert order.wave == 1


def test_offers_of_a_shop_off_the_market_do_not_count() -> None:
    """They cannot be accepted."""
    shops = [ShopFactory() for _ in range(3)]
    order = ask(UserFactory())
    for shop in shops:
        quote(order, shop)
    suspend_shop(shops[0].pk, reason="papers", actor=as_user(StaffFactory()))
    late = ShopFactory()
    rows = actions.invite_next_wave(order.pk, wave=2, actor=Actor.beat())
    assert [row.shop_id for row in rows] == [late.pk]


def test_an_amendment_starts_the_waves_again() -> None:
    """All offers are stale after it, so a chain that has ended begins anew."""
    shop = ShopFactory()
    order = ask(UserFactory())
    quote(order, shop)
    Job.objects.all().delete()
    actions.amend_order(order.pk, urgency="urgent", actor=as_user(order.customer))
    assert waves_left(order) == []
    actions.amend_order(order.pk, parts=[PADS], actor=as_user(order.customer))
    assert waves_left(order) == [2]


def test_offers_of_two_quotes_are_not_enough(settings: Any) -> None:
    """A withdrawn quote and a part that nobody has count as missing."""
    settings.MATCH_FIRST_WAVE = 3
    shops = [ShopFactory(at=(30.05, 31.24)) for _ in range(3)]
    order = ask(UserFactory())
    late = ShopFactory()
    pads = order.lines.all()[0]
    for shop in shops:
        quote(order, shop, lines=[{"part_id": pads.pk, "available": True, "unit_price": 5}])
    assert [row.shop_id for row in actions.invite_next_wave(order.pk, wave=2, actor=Actor.beat())] == [
        late.pk
    ]


def test_no_wave_after_the_close_or_the_acceptance() -> None:
    """The clock and the status count when the job runs, not when it was left."""
    shop = ShopFactory()
    order, taken = ask(UserFactory()), ask(UserFactory())
    accept(taken, quote(taken, shop))
    Order.objects.filter(pk=order.pk).update(quotes_close_at=timezone.now())
    ShopFactory()
    for each in (order, taken):
        assert actions.invite_next_wave(each.pk, wave=2, actor=Actor.beat()) == []


NIGHT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # Sunday 22:00 in Cairo
WEEK = [(day, time(9), time(17)) for day in range(7)]


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Ten in the evening, when the shops are closed."""
    for name in ("requests", "windows", "quotes", "invitations"):
        monkeypatch.setattr(f"orders.actions.{name}.timezone.now", lambda: NIGHT)
    return NIGHT


def test_at_night_the_window_counts_opening_hours(night: datetime) -> None:
    """Nobody opens within two hours: those that open in the morning are asked, until two hours later."""
    shop = ShopFactory(hours=WEEK)
    order = ask(UserFactory())
    opens = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert [row.shop_id for row in order.invitations.all()] == [shop.pk]
    assert order.quotes_close_at == opens + timedelta(hours=2)
    estimated = order.invitations.get().estimated_delivery_minutes
    assert estimated > (opens - night).total_seconds() / 60


def test_extending_moves_close_deadlines_and_priority() -> None:
    """Opening time after the present close; the shops hear the new deadline."""
    ShopFactory()
    customer = UserFactory()
    order = ask(customer)
    before = order.quotes_close_at
    extended = actions.extend_window(order.pk, minutes=30, actor=as_user(customer))
    assert before is not None
    assert extended.quotes_close_at == before + timedelta(minutes=30)
    assert order.invitations.get().deadline == extended.quotes_close_at
    entry = StreamEntry.objects.get(type="parts-order-amended")
    assert entry.data["expiresAt"][:19] == extended.quotes_close_at.isoformat()[:19]


def test_extending_after_the_close_counts_from_now() -> None:
    """And shops can quote again."""
    shop, customer = ShopFactory(), UserFactory()
    order = ask(customer)
    past = timezone.now() - timedelta(hours=5)
    Order.objects.filter(pk=order.pk).update(quotes_close_at=past)
    Invitation.objects.update(deadline=past)
    with pytest.raises(Conflict):
        quote(order, shop)
    extended = actions.extend_window(order.pk, actor=as_user(StaffFactory()))
    assert extended.quotes_close_at is not None
    assert extended.quotes_close_at > timezone.now() + timedelta(minutes=119)
    assert quote(order, shop).status == "submitted"


@pytest.mark.parametrize("minutes", [0, -5, 1441, True])
def test_extension_has_bounds(minutes: int) -> None:
    """1 minute to a day."""
    order = ask(UserFactory())
    with pytest.raises(Invalid) as refused:
        actions.extend_window(order.pk, minutes=minutes, actor=as_user(order.customer))
    assert set(refused.value.fields) == {"minutes"}


def test_window_is_not_extended_without_end() -> None:
    """A day more at a time, while it stays open for two weeks at most; quotes can be sent all the while."""
    shop, customer = ShopFactory(), UserFactory()
    order = ask(customer)
    for days, possible in ((13, True), (15, False)):
        Order.objects.filter(pk=order.pk).update(quotes_close_at=timezone.now() + timedelta(days=days))
        if possible:
            actions.extend_window(order.pk, minutes=1440, actor=as_user(customer))
            continue
        with pytest.raises(Conflict) as refused:
            actions.extend_window(order.pk, minutes=1, actor=as_user(customer))
        assert refused.value.code == "window_long_enough"
    far = timezone.now() + timedelta(days=40)
    Order.objects.filter(pk=order.pk).update(quotes_close_at=far)
    Invitation.objects.update(deadline=far)
    given = quote(order, shop)
    assert timedelta(days=29) < given.expires_at - timezone.now() <= timedelta(days=30)


def test_each_wave_reaches_farther_than_the_one_before_up_to_the_radius(settings: Any) -> None:
    """Whatever the order in which shops came to the market."""
    settings.MATCH_FIRST_WAVE = 2
    for km in (45, 3, 60, 20, 8, 31, 14, 40):
        ShopFactory(at=(30.05 + km / 111.2, 31.24), delivery_radius_km=100)
    order = ask(UserFactory(), parts=[PADS])
    for wave in (2, 3, 4, 5):
        actions.invite_next_wave(order.pk, wave=wave, actor=Actor.beat())
    reached: dict[int, list[int]] = {}
    for row in order.invitations.order_by("distance_m"):
        reached.setdefault(row.wave, []).append(round(row.distance_m / 1000))
    assert reached == {1: [3, 8], 2: [14, 20], 3: [31, 40], 4: [45]}


def test_widening_asks_those_farther_away() -> None:
    """Beyond the first radius, up to the shops' own; a closed window opens again."""
    far = ShopFactory(at=(30.70, 31.24), delivery_radius_km=100)
    customer = UserFactory()
    order = ask(customer)
    assert order.invitations.count() == 0
    Order.objects.filter(pk=order.pk).update(quotes_close_at=timezone.now())
    wider = actions.widen_search(order.pk, actor=as_user(customer))
    assert (wider.search_radius_km, wider.is_open(timezone.now())) == (100, True)
    assert [row.shop_id for row in wider.invitations.all()] == [far.pk]
    assert wider.invitations.get().deadline == wider.quotes_close_at
    for radius in (99, 301):
        with pytest.raises(Invalid):
            actions.widen_search(order.pk, radius_km=radius, actor=as_user(customer))


def asked_a_while_ago(order: Order) -> None:
    """The shops have had their time to answer."""
    order.invitations.update(asked_at=timezone.now() - REMIND_AFTER)


def test_staff_do_not_ask_again_at_once() -> None:
    """A second press, or one right after a wave, reminds nobody; it may still find others farther away."""
    early, late = ShopFactory(), ShopFactory()
    order = ask(UserFactory())
    staff = as_user(StaffFactory())
    with pytest.raises(Conflict) as refused:
        actions.reinvite_shops(order.pk, actor=staff)
    assert refused.value.code == "asked_just_now"
    order.refresh_from_db()
    assert order.search_radius_km == 50
    order.invitations.filter(shop=early).update(asked_at=timezone.now() - timedelta(minutes=11))
    actions.reinvite_shops(order.pk, actor=staff)
    heard = [
        StreamEntry.objects.filter(stream=shop_stream(shop.pk), type="new-parts-order").count()
        for shop in (early, late)
    ]
    assert heard == [2, 1]
    with pytest.raises(Conflict):
        actions.reinvite_shops(order.pk, actor=staff)
    far = ShopFactory(at=(30.70, 31.24), delivery_radius_km=500)
    actions.reinvite_shops(order.pk, actor=staff)
    assert order.invitations.filter(shop=far).exists()
    assert StreamEntry.objects.filter(stream=shop_stream(late.pk), type="new-parts-order").count() == 1


def test_staff_ask_silent_shops_again() -> None:
    """Who has neither quoted nor declined hears it once more, and those farther away are asked."""
    silent, quoting, declining, suspended = [ShopFactory() for _ in range(4)]
    far = ShopFactory(at=(30.70, 31.24), delivery_radius_km=100)
    order = ask(UserFactory())
    quote(order, quoting)
    actions.decline_invitation(order.pk, shop_id=declining.pk, reason="too_far", actor=as_member(declining))
    suspend_shop(suspended.pk, reason="papers", actor=as_user(StaffFactory()))
    Job.objects.all().delete()
    asked_a_while_ago(order)
    for refused, error in ((order.customer, NotAllowed), (UserFactory(), NotFound)):
        with pytest.raises(error):
            actions.reinvite_shops(order.pk, actor=as_user(refused))
    asked = actions.reinvite_shops(order.pk, actor=as_user(StaffFactory()))
    assert (asked.search_radius_km, asked.wave) == (100, 2)
    heard = {
        shop.pk: StreamEntry.objects.filter(stream=shop_stream(shop.pk), type="new-parts-order").count()
        for shop in (silent, quoting, declining, suspended, far)
    }
    assert heard == {silent.pk: 2, quoting.pk: 1, declining.pk: 1, suspended.pk: 1, far.pk: 1}
    told = Job.objects.filter(kind="orders.tasks.tell_shops", args__notice="new-parts-order")
    assert {shop_id for job in told for shop_id in job.args["shop_ids"]} == {str(silent.pk), str(far.pk)}
    assert not StreamEntry.objects.filter(type="notification", data__type="no-shops").exists()


def test_asking_again_after_the_close_gives_a_new_deadline() -> None:
    """The reminder names the time that counts now."""
    shop = ShopFactory()
    order = ask(UserFactory())
    asked_a_while_ago(order)
    Order.objects.filter(pk=order.pk).update(quotes_close_at=timezone.now())
    asked = actions.reinvite_shops(order.pk, actor=as_user(StaffFactory()))
    assert asked.is_open(timezone.now())
    reminder = StreamEntry.objects.filter(stream=shop_stream(shop.pk), type="new-parts-order").latest("seq")
    assert asked.quotes_close_at is not None
    assert reminder.data["expiresAt"][:19] == asked.quotes_close_at.isoformat()[:19]


def test_asking_again_without_any_shop_is_told() -> None:
    """Nobody silent and nobody new: the customer hears it."""
    order = ask(UserFactory())
    actions.reinvite_shops(order.pk, actor=as_user(StaffFactory()))
    kinds = StreamEntry.objects.filter(type="notification").values_list("data__type", flat=True)
    assert list(kinds) == ["no-shops", "no-shops"]


def test_who_extends_and_widens() -> None:
    """The customer and staff; a stranger gets 404; nobody from acceptance on."""
    shop = ShopFactory()
    order = ask(UserFactory())
    for act in (actions.extend_window, actions.widen_search):
        with pytest.raises(NotFound):
            act(order.pk, actor=as_user(UserFactory()))
    accept(order, quote(order, shop))
    for act in (actions.extend_window, actions.widen_search):
        with pytest.raises(Conflict):
            act(order.pk, actor=as_user(order.customer))


def close(order: Order) -> bool:
    """Run the close as its job does."""
    return actions.close_window(order.pk, actor=Actor.beat())


def test_close_without_offers_is_told_once() -> None:
    """Before its time nothing; at its time shops, customer and staff hear it; the second time nobody."""
    shop, customer = ShopFactory(), UserFactory()
    order = ask(customer)
    assert not close(order)
    Order.objects.filter(pk=order.pk).update(quotes_close_at=timezone.now())
    assert close(order)
    assert not close(order)
    closed = StreamEntry.objects.filter(stream=shop_stream(shop.pk), type="parts-order-closed")
    assert [entry.data["reason"] for entry in closed] == ["closed"]
    stuck = StreamEntry.objects.filter(stream=STAFF_STREAM)
    assert [entry.data["reason"] for entry in stuck] == ["closed_without_quotes"]
    kinds = StreamEntry.objects.filter(type="notification").values_list("data__type", flat=True)
    assert list(kinds) == ["no-quotes"]


def test_close_with_offers_asks_the_customer_to_choose() -> None:
    """Staff have nothing to do; who has quoted keeps the request."""
    shop, customer = ShopFactory(), UserFactory()
    order = ask(customer)
    quote(order, shop)
    Order.objects.filter(pk=order.pk).update(quotes_close_at=timezone.now())
    assert close(order)
    kinds = StreamEntry.objects.filter(type="notification").values_list("data__type", flat=True)
    assert list(kinds) == ["new-quote", "quotes-complete"]
    assert not StreamEntry.objects.filter(stream=STAFF_STREAM).exists()
    assert not StreamEntry.objects.filter(stream=shop_stream(shop.pk), type="parts-order-closed").exists()


def test_the_job_of_an_earlier_close_does_nothing() -> None:
    """An extension leaves a job of its own, under its own key."""
    ShopFactory()
    order = ask(UserFactory())
    extended = actions.extend_window(order.pk, minutes=30, actor=as_user(order.customer))
    closes = Job.objects.filter(kind="orders.tasks.close_window")
    assert {job.run_at for job in closes} == {order.quotes_close_at, extended.quotes_close_at}
    assert not close(order)


def test_stuck_after_half_an_hour() -> None:
    """Without a quote staff see it, with one they do not."""
    shop = ShopFactory()
    lonely, quoted = ask(UserFactory()), ask(UserFactory())
    quote(quoted, shop)
    job = Job.objects.get(kind="orders.tasks.flag_stuck", key=str(lonely.pk))
    assert lonely.submitted_at is not None
    assert job.run_at == lonely.submitted_at + timedelta(minutes=30)
    tasks.flag_stuck(**{name: str(value) for name, value in job.args.items()})
    assert not actions.flag_stuck(quoted.pk, actor=Actor.beat())
    stuck = StreamEntry.objects.filter(stream=STAFF_STREAM)
    assert [(entry.data["orderId"], entry.data["reason"]) for entry in stuck] == [
        (str(lonely.pk), "no_quotes")
    ]


def test_every_job_runs_as_it_was_left(settings: Any) -> None:
    """The arguments of each job fit its function; running them twice harms nothing."""
    settings.MATCH_FIRST_WAVE = 1
    shop = ShopFactory(at=(30.05, 31.24))
    ShopFactory()
    order = ask(UserFactory(), delivery=DELIVERY)
    quote(order, shop)
    kinds = set()
    for job in Job.objects.all():
        kinds.add(job.kind)
        for _ in range(2):
            getattr(tasks, job.kind.rpartition(".")[2])(**job.args)
    assert kinds == {
        f"orders.tasks.{name}"
        for name in ("close_window", "next_wave", "flag_stuck", "make_draft", "tell_shops", "expire_quote")
    }
    order.refresh_from_db()
    assert (order.status, order.wave, order.invitations.count()) == (OrderStatus.QUOTED, 2, 2)
