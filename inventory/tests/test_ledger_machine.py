"""Whatever happens to stock in whatever order, its figures agree: a machine that keeps a small shop.

Beside the ledger the machine keeps what a person would on paper: units per part and bin, and what
is promised. After every act both say the same, nothing is below zero, and no act but a correction
leaves less than is promised for good.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from clutch.core.errors import Conflict
from clutch.feed.actor import Actor
from inventory import checks, queries
from inventory.actions.holds import (
    Wanted,
    end_holds,
    hand_over_held,
    hold_parts,
    sweep_expired_holds,
    take_hold,
)
from inventory.actions.stock import Units, adjust_stock, move_stock, receive_stock, transfer_stock
from inventory.enums import HoldKind, HoldStatus, MovementKind, Reason
from inventory.ledger import Document, Entry
from inventory.models import BinStock, Hold, Movement, Stock
from inventory.tests.factories import BinFactory, PartFactory
from shops.tests.factories import ShopFactory

PARTS, BINS = st.integers(0, 2), st.integers(0, 2)
UNITS = st.integers(1, 6)
COSTS = st.decimals(min_value="0", max_value="99.99", places=2)
BEAT = Actor.beat()


class Storeroom(RuleBasedStateMachine):
    """Three parts, two bins and the floor. What is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        # As the test case's own block: acts are outermost all the same.
        self.sandbox._from_testcase = True  # type: ignore[attr-defined]
        self.sandbox.__enter__()

    def teardown(self) -> None:
        """Leave the database as it was."""
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    @initialize()
    def open_shop(self) -> None:
        shop = ShopFactory()
        self.shop_id: UUID = shop.pk
        self.parts = [PartFactory(shop=shop).pk for _ in range(3)]
        self.bins = [None, *(BinFactory(shop=shop).pk for _ in range(2))]
        # What stands on paper.
        self.there: dict[tuple[UUID, UUID | None], int] = {}
        self.sales: list[Movement] = []

    # --- what the paper says ---

    def on_paper(self, part: UUID) -> int:
        return sum(units for (owner, _bin), units in self.there.items() if owner == part)

    def note(self, part: UUID, place: UUID | None, units: int) -> None:
        self.there[part, place] = self.there.get((part, place), 0) + units

    def promised(self, part: UUID) -> int:
        """Units that are held for orders."""
        holds = queries.open_holds([part]).filter(kind=HoldKind.HARD)
        return sum(holds.values_list("quantity", flat=True))

    def attempt(self, act: Callable[[], Any]) -> Any:
        """Do something that may be refused; then nothing has changed."""
        before = (list(Stock.objects.order_by("pk").values()), Movement.objects.count(), Hold.objects.count())
        try:
            return act()
        except Conflict:
            after = (
                list(Stock.objects.order_by("pk").values()),
                Movement.objects.count(),
                Hold.objects.count(),
            )
            assert after == before
            return None

    # --- what happens in a shop ---

    @rule(part=PARTS, place=BINS, units=UNITS, cost=st.none() | COSTS)
    def receive(self, part: int, place: int, units: int, cost: Decimal | None) -> None:
        into = Units(self.parts[part], units, bin_id=self.bins[place], unit_cost=cost)
        receive_stock(self.shop_id, [into], actor=BEAT)
        self.note(self.parts[part], self.bins[place], units)

    @rule(part=PARTS, place=BINS, units=UNITS)
    def sell(self, part: int, place: int, units: int) -> None:
        part_id, bin_id = self.parts[part], self.bins[place]
        entry = Entry(part_id, -units, MovementKind.SALE, bin_id)
        sale = Document("sale", uuid4(), "S")
        moved = self.attempt(lambda: move_stock(self.shop_id, [entry], document=sale, actor=BEAT))
        enough = units <= self.on_paper(part_id) - self.promised(part_id)
        assert (moved is not None) == enough
        if moved:
            self.note(part_id, bin_id, -units)
            self.sales += moved

    @precondition(lambda self: self.sales)
    @rule(which=st.integers(0, 50), place=BINS)
    def take_back(self, which: int, place: int) -> None:
        """A return, at what the units had cost when they were sold."""
        sale = self.sales.pop(which % len(self.sales))
        bin_id = self.bins[place]
        entry = Entry(sale.part_id, -sale.quantity, MovementKind.RETURN, bin_id, value=-sale.value)
        move_stock(self.shop_id, [entry], document=Document("return", uuid4(), "R"), actor=BEAT)
        self.note(sale.part_id, bin_id, -sale.quantity)

    @rule(part=PARTS, place=BINS, units=st.integers(-6, 6).filter(bool))
    def adjust(self, part: int, place: int, units: int) -> None:
        part_id, bin_id = self.parts[part], self.bins[place]
        reason = Reason.FOUND if units > 0 else Reason.LOST
        done = self.attempt(
            lambda: adjust_stock(
                part_id, shop_id=self.shop_id, quantity=units, reason=reason, bin_id=bin_id, actor=BEAT
            )
        )
        assert (done is not None) == (self.on_paper(part_id) + units >= 0)
        if done:
            self.note(part_id, bin_id, units)

    @rule(part=PARTS, place=BINS, counted=st.integers(0, 8))
    def count(self, part: int, place: int, counted: int) -> None:
        """A stock-take of one bin books what is there less what should be."""
        part_id, bin_id = self.parts[part], self.bins[place]
        variance = counted - self.there.get((part_id, bin_id), 0)
        if variance == 0:
            return
        entry = Entry(part_id, variance, MovementKind.COUNT, bin_id, reason=Reason.MISCOUNT)
        document = Document("count", uuid4(), "C")
        done = self.attempt(lambda: move_stock(self.shop_id, [entry], document=document, actor=BEAT))
        if done:
            self.note(part_id, bin_id, variance)

    @rule(part=PARTS, origin=BINS, goal=BINS, units=UNITS)
    def transfer(self, part: int, origin: int, goal: int, units: int) -> None:
        if origin == goal:
            return
        part_id, here, there = self.parts[part], self.bins[origin], self.bins[goal]
        done = self.attempt(
            lambda: transfer_stock(
                part_id, shop_id=self.shop_id, quantity=units, from_bin_id=here, to_bin_id=there, actor=BEAT
            )
        )
        assert (done is not None) == (self.there.get((part_id, here), 0) >= units)
        if done:
            self.note(part_id, here, -units)
            self.note(part_id, there, units)

    @rule(
        part=PARTS,
        units=UNITS,
        kind=st.sampled_from(HoldKind),
        partly=st.booleans(),
        hours=st.none() | st.just(1),
    )
    def hold(self, part: int, units: int, kind: HoldKind, partly: bool, hours: int | None) -> None:
        part_id = self.parts[part]
        there = queries.availability([part_id])[part_id]
        free = max(there.for_counter if kind == HoldKind.HARD else there.available, 0)
        held = self.attempt(
            lambda: hold_parts(
                self.shop_id,
                [Wanted(part_id, units)],
                kind=kind,
                document=Document("order", uuid4(), "CL"),
                expires_at=timezone.now() + timedelta(hours=hours) if hours else None,
                partly=partly,
                actor=BEAT,
            )
        )
        if units > free and not partly:
            assert held is None
        else:
            assert sum(row.quantity for row in held) == min(units, free)

    def open_hold(self, which: int, kind: HoldKind | None = None) -> Hold | None:
        rows = queries.open_holds(self.parts)
        found = list(rows.filter(kind=kind) if kind else rows)
        return found[which % len(found)] if found else None

    @rule(which=st.integers(0, 9), to=st.sampled_from([HoldStatus.RELEASED, HoldStatus.CONSUMED]))
    def end(self, which: int, to: HoldStatus) -> None:
        hold = self.open_hold(which)
        if hold is not None:
            end_holds(hold.document_id, to=to, actor=BEAT)

    @rule(which=st.integers(0, 9))
    def hand_over(self, which: int) -> None:
        """An order leaves with what it holds; nobody else's promise is touched."""
        hold = self.open_hold(which, HoldKind.HARD)
        if hold is None:
            return
        entry = Entry(hold.part_id, -hold.quantity, MovementKind.SALE)
        sale = Document("sale", uuid4(), "S")
        others = self.promised(hold.part_id) - hold.quantity
        moved = self.attempt(
            lambda: hand_over_held(
                self.shop_id, [entry], held_for=hold.document_id, document=sale, actor=BEAT
            )
        )
        assert (moved is not None) == (hold.quantity <= self.on_paper(hold.part_id) - others)
        if moved:
            self.note(hold.part_id, None, -hold.quantity)
            self.sales += moved
            assert not Hold.objects.filter(pk=hold.pk, status=HoldStatus.OPEN).exists()

    @rule(which=st.integers(0, 9), keep=st.integers(0, 6))
    def counter_takes(self, which: int, keep: int) -> None:
        hold = self.open_hold(which, HoldKind.SOFT)
        if hold is not None:
            _ended, kept = take_hold(hold.pk, keep=max(keep, 1), actor=BEAT)
            after = queries.availability([hold.part_id])[hold.part_id]
            assert not kept or after.available >= hold.quantity

    @rule(which=st.integers(0, 9), swept=st.booleans())
    def time_passes(self, which: int, swept: bool) -> None:
        hold = self.open_hold(which)
        if hold is None or hold.expires_at is None:
            return
        Hold.objects.filter(pk=hold.pk).update(expires_at=timezone.now())
        assert hold not in queries.open_holds([hold.part_id])
        if swept:
            assert sweep_expired_holds(actor=BEAT) >= 1

    # --- what must hold ---

    @invariant()
    def figures_agree(self) -> None:
        if not hasattr(self, "parts"):
            return
        assert checks.differences() == []
        for stock in Stock.objects.filter(shop=self.shop_id):
            assert stock.on_hand == self.on_paper(stock.part_id) >= 0
            assert stock.value >= 0
            assert stock.on_hand or not stock.value
        kept = {
            (row.part_id, row.bin_id): row.quantity
            for row in BinStock.objects.filter(part__shop=self.shop_id).exclude(quantity=0)
        }
        assert kept == {place: units for place, units in self.there.items() if units}


def _run(examples: int, steps: int) -> None:
    run(
        Storeroom,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            # Shrinking plays the story again a hundred times, and each takes seconds.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_stock_agrees_whatever_happens() -> None:
    _run(examples=8, steps=20)


@pytest.mark.long
@pytest.mark.django_db
def test_stock_agrees_whatever_happens_for_long() -> None:
    _run(examples=120, steps=50)
