"""Requests: made whole or not at all, numbered without gaps, amended with a revision."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.core.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, StaleVersion
from clutch.core.models import NumberSeries
from clutch.feed.models import Job, StreamEntry
from clutch.feed.streams import STAFF_STREAM, user_stream
from orders import actions
from orders.enums import OrderStatus, QuoteStatus
from orders.models import Invitation, Order, OrderLine
from orders.tests.acts import (
    DELIVERY,
    FILTER,
    PADS,
    VEHICLE,
    accept,
    as_member,
    as_user,
    ask,
    offers_for,
    quote,
)
from shops.models import UnlistedVehicle
from shops.tests.factories import MakeFactory, ShopFactory

pytestmark = pytest.mark.django_db


def count_rows() -> dict[str, int]:
    """How many rows a request could leave behind."""
    tables = (Order, OrderLine, Invitation, StreamEntry, Job, NumberSeries, UnlistedVehicle)
    return {table.__name__: table.objects.count() for table in tables}


def test_request_is_submitted_with_its_first_wave() -> None:
    """One act: order, lines, invitations, window, events."""
    near, far = ShopFactory(at=(30.05, 31.25)), ShopFactory(at=(30.10, 31.35))
    ShopFactory(active=False)
    order = ask(UserFactory())
    assert (order.status, order.wave, order.revision) == (OrderStatus.SUBMITTED, 1, 1)
    assert [line.name for line in order.lines.all()] == ["Front brake pads", "Oil filter"]
    assert [line.part_key for line in order.lines.all()] == ["581011RA00", ""]
    invitations = order.invitations.order_by("distance_m")
    assert [row.shop_id for row in invitations] == [near.pk, far.pk]
    assert {row.deadline for row in invitations} == {order.quotes_close_at}
    assert order.submitted_at is not None
    assert order.quotes_close_at == order.submitted_at + timedelta(minutes=120)
    kinds = set(Job.objects.values_list("kind", flat=True))
    assert kinds == {
        f"orders.tasks.{name}"
        for name in ("close_window", "next_wave", "flag_stuck", "make_draft", "tell_shops")
    }


def test_numbers_have_no_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that fails gives its number back, and drafts are numbered too."""
    customer = UserFactory()
    year = timezone.now().year
    assert ask(customer, draft=True).number == f"CL-{year}-000001"

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("orders.actions.requests.schedule", fail)
        with pytest.raises(RuntimeError):
            ask(customer)
    assert ask(customer).number == f"CL-{year}-000002"


def test_year_of_a_number_is_the_markets(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 22:30 UTC on 31 December it is next year in Cairo."""
    at = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    monkeypatch.setattr("orders.actions.requests.timezone.now", lambda: at)
    assert ask(UserFactory(), draft=True).number == "CL-2027-000001"


BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({"vehicle": {"make": ""}}, {"vehicle.make"}),
    ({"vehicle": {"make": "x" * 81}}, {"vehicle.make"}),
    ({"vehicle": {**VEHICLE, "vin": "X" * 18}}, {"vehicle.vin"}),
    ({"vehicle": {**VEHICLE, "year": -1}}, {"vehicle.year"}),
    ({"vehicle": {"make": "Kia\x00"}}, {"vehicle.make"}),
    ({"delivery": {**DELIVERY, "latitude": 90.1}}, {"delivery_location.latitude"}),
    ({"delivery": {**DELIVERY, "longitude": -180.1}}, {"delivery_location.longitude"}),
    ({"delivery": {**DELIVERY, "latitude": float("nan")}}, {"delivery_location.latitude"}),
    ({"delivery": {**DELIVERY, "latitude": True}}, {"delivery_location.latitude"}),
    ({"delivery": {**DELIVERY, "address": " "}}, {"delivery_location.address"}),
    ({"delivery": {**DELIVERY, "address": "x" * 301}}, {"delivery_location.address"}),
    ({"delivery": {**DELIVERY, "address": "a\nb"}}, {"delivery_location.address"}),
    ({"parts": []}, {"parts"}),
    ({"parts": [PADS] * 51}, {"parts"}),
    ({"parts": [{**PADS, "quantity": 0}]}, {"parts.0.quantity"}),
    ({"parts": [PADS, {**PADS, "quantity": 1000}]}, {"parts.1.quantity"}),
    ({"parts": [{**PADS, "quantity": True}]}, {"parts.0.quantity"}),
    ({"parts": [{**PADS, "quantity": 1.5}]}, {"parts.0.quantity"}),
    ({"parts": [{**PADS, "name": ""}]}, {"parts.0.name"}),
    ({"parts": [{**PADS, "notes": "x" * 501}]}, {"parts.0.notes"}),
    ({"parts": [{**PADS, "part_number": "1\u202e2"}]}, {"parts.0.part_number"}),
    ({"payment_method": "cheque"}, {"payment_method"}),
    ({"urgency": "now"}, {"urgency"}),
    (
        {"vehicle": {"make": ""}, "parts": [{"name": "", "quantity": 0}]},
        {"vehicle.make", "parts.0.name", "parts.0.quantity"},
    ),
]


@pytest.mark.parametrize(("changes", "fields"), BAD)
def test_bad_request_is_refused_at_its_fields(changes: dict[str, Any], fields: set[str]) -> None:
    """Every field says what is wrong, all at once, and nothing is left behind."""
    ShopFactory()
    customer = UserFactory()
    before = count_rows()
    with pytest.raises(Invalid) as refused:
        ask(customer, **changes)
    assert set(refused.value.fields) == fields
    assert count_rows() == before


def test_request_id_groups_orders_of_one_customer() -> None:
    """Several orders share a request; another customer's is refused."""
    customer = UserFactory()
    first = ask(customer)
    assert ask(customer, request_id=first.request_id).request_id == first.request_id
    with pytest.raises(Invalid) as refused:
        ask(UserFactory(), request_id=first.request_id)
    assert set(refused.value.fields) == {"request_id"}


def test_unlisted_vehicle_reaches_shops_that_take_any_make() -> None:
    """What is in no list never blocks: it warns, is queued for staff, and asks the right shops."""
    ShopFactory(makes=[MakeFactory(name="Hyundai")])
    generalist = ShopFactory()
    order = ask(UserFactory(), vehicle={"make": "Zzyzx", "model": "One", "year": 1800})
    assert (order.make_id, order.make_name, order.year) == (None, "Zzyzx", 1800)
    assert len(order.vehicle_warnings) == 2
    assert [row.shop_id for row in order.invitations.all()] == [generalist.pk]
    assert UnlistedVehicle.objects.filter(make_name="Zzyzx").exists()


def test_no_shop_at_all_is_said_plainly() -> None:
    """The request stands, the customer hears it, staff see it."""
    customer = UserFactory()
    order = ask(customer)
    assert (order.status, order.invitations.count()) == (OrderStatus.SUBMITTED, 0)
    kinds = StreamEntry.objects.filter(stream=user_stream(customer.pk), type="notification")
    assert [entry.data["type"] for entry in kinds] == ["no-shops"]
    assert [entry.data["reason"] for entry in StreamEntry.objects.filter(stream=STAFF_STREAM)] == ["no_shops"]


def test_district_is_given_or_the_near_shops() -> None:
    """A named district stays; without one a shop round the corner lends its own, a far one does not."""
    ShopFactory(at=(30.05, 31.25), district="Zamalek")
    assert ask(UserFactory(), delivery={**DELIVERY, "district": "Dokki"}).district == "Dokki"
    assert ask(UserFactory()).district == "Zamalek"
    assert ask(UserFactory(), delivery={**DELIVERY, "latitude": 30.15}).district == ""


def test_draft_is_submitted_once() -> None:
    """A draft asks nobody; submitted it cannot be submitted again, and not without a part."""
    ShopFactory()
    customer = UserFactory()
    empty = ask(customer, draft=True, parts=[])
    with pytest.raises(Incomplete):
        actions.submit_order(empty.pk, actor=as_user(customer))
    draft = ask(customer, draft=True)
    assert (draft.status, draft.invitations.count()) == (OrderStatus.DRAFT, 0)
    with pytest.raises(NotFound):
        actions.submit_order(draft.pk, actor=as_user(UserFactory()))
    assert actions.submit_order(draft.pk, actor=as_user(customer)).invitations.count() == 1
    with pytest.raises(Conflict):
        actions.submit_order(draft.pk, actor=as_user(customer))


def test_amendment_raises_the_revision() -> None:
    """Changed, added and removed parts: one revision more, each line knows which changed it."""
    ShopFactory()
    customer = UserFactory()
    order = ask(customer)
    pads, oil = order.lines.all()
    order = actions.amend_order(
        order.pk,
        parts=[
            {"part_id": pads.pk, **PADS, "quantity": 2},
            {"name": "Wiper blades", "quantity": 1},
        ],
        actor=as_user(customer),
    )
    assert order.revision == 2
    lines = [(line.name, line.quantity, line.revision) for line in order.lines.filter(removed_in=None)]
    assert lines == [("Front brake pads", 2, 2), ("Wiper blades", 1, 2)]
    oil.refresh_from_db()
    assert oil.removed_in == 2


def test_amendment_that_changes_nothing_keeps_the_revision() -> None:
    """The same parts again, or another way to pay, do not make quotes stale."""
    ShopFactory()
    customer = UserFactory()
    order = ask(customer)
    pads, oil = order.lines.all()
    same: list[Any] = [{"part_id": pads.pk, **PADS}, {"part_id": oil.pk, **FILTER}]
    order = actions.amend_order(order.pk, parts=same, payment_method="card", actor=as_user(customer))
    assert (order.revision, order.payment_method) == (1, "card")


def test_amendment_makes_quotes_stale_until_they_are_confirmed() -> None:
    """quoted → submitted with the amendment, a stale quote cannot be taken, a revised one can."""
    shop, customer = ShopFactory(), UserFactory()
    order = ask(customer)
    given = quote(order, shop)
    pads = order.lines.all()[0]
    order = actions.amend_order(
        order.pk, parts=[{"part_id": pads.pk, **PADS, "quantity": 3}], actor=as_user(customer)
    )
    assert order.status == OrderStatus.SUBMITTED
    with pytest.raises(Conflict) as refused:
        accept(order, given)
    assert refused.value.code == "quote_stale"
    given.refresh_from_db()
    assert (given.status, given.answers_revision) == (QuoteStatus.SUBMITTED, 1)
    revised = actions.update_quote(given.pk, lines=offers_for(order), actor=as_member(shop))
    order.refresh_from_db()
    assert (order.status, revised.answers_revision) == (OrderStatus.QUOTED, 2)
    assert accept(order, revised).status == OrderStatus.ACCEPTED


def test_amendment_is_refused_where_it_would_mislead() -> None:
    """Vehicle and place of a sent request stay; a stranger gets 404; an old version 412; later 409."""
    shop, customer = ShopFactory(), UserFactory()
    order = ask(customer)
    with pytest.raises(Conflict) as moved:
        actions.amend_order(order.pk, delivery=DELIVERY, actor=as_user(customer))
    assert moved.value.code == "already_submitted"
    with pytest.raises(NotFound):
        actions.amend_order(order.pk, urgency="urgent", actor=as_user(UserFactory()))
    with pytest.raises(StaleVersion):
        actions.amend_order(
            order.pk, urgency="urgent", expected_version=order.version + 1, actor=as_user(customer)
        )
    accept(order, quote(order, shop))
    with pytest.raises(Conflict):
        actions.amend_order(order.pk, urgency="urgent", actor=as_user(customer))


def test_foreign_part_id_is_refused() -> None:
    """An amendment names only parts of this request, each once."""
    customer = UserFactory()
    order, other = ask(customer), ask(customer)
    foreign, own = other.lines.all()[0], order.lines.all()[0]
    with pytest.raises(Invalid) as refused:
        actions.amend_order(
            order.pk,
            parts=[
                {"part_id": foreign.pk, **PADS},
                {"part_id": own.pk, **PADS},
                {"part_id": own.pk, **PADS},
            ],
            actor=as_user(customer),
        )
    assert set(refused.value.fields) == {"parts.0.part_id", "parts.2.part_id"}


def test_draft_lines_are_removed_without_a_trace() -> None:
    """Nobody has seen a draft, so its revision stays 1."""
    customer = UserFactory()
    draft = ask(customer, draft=True)
    draft = actions.amend_order(draft.pk, parts=[FILTER], vehicle={"make": "Kia"}, actor=as_user(customer))
    assert (draft.revision, draft.make_name, draft.lines.count()) == (1, "Kia", 1)


def test_cancelling_loses_the_quotes() -> None:
    """Live quotes are lost, the reason is kept, and a second time is a conflict."""
    shop, customer = ShopFactory(), UserFactory()
    order = ask(customer)
    given = quote(order, shop)
    order = actions.cancel_order(order.pk, reason="Found them", actor=as_user(customer))
    given.refresh_from_db()
    assert (order.status, order.cancel_reason, given.status) == ("cancelled", "Found them", "lost")
    with pytest.raises(Conflict):
        actions.cancel_order(order.pk, actor=as_user(customer))


def test_customer_cannot_cancel_what_is_being_prepared() -> None:
    """From processing on the shop and staff alone can."""
    shop, customer = ShopFactory(), UserFactory()
    order = ask(customer)
    accept(order, quote(order, shop))
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.PROCESSING)
    with pytest.raises(NotAllowed):
        actions.cancel_order(order.pk, actor=as_user(customer))
    order.refresh_from_db()
    assert order.status == OrderStatus.PROCESSING
