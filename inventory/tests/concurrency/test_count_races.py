"""Counting while the till sells: what the count is compared with, and what the booking leaves.

A sale is held between its movement and its commit while somebody counts. With the lock off the count
reads the books as they were before the sale, and booking it takes the unit away twice.
"""

import threading
from contextlib import nullcontext
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection

from clutch.feed.action import action
from inventory import checks
from inventory.actions.count_approval import approve_count, explain_variances
from inventory.actions.counting import Said, record_count, submit_count
from inventory.enums import CountKind, Reason
from inventory.models import CountEntry, CountLine, Stock
from inventory.tests.factories import BinFactory
from inventory.tests.test_barcodes import actor_of
from inventory.tests.test_counting import begun, on_hand, sell, stocked

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 10


def in_thread(call):
    """Run a call on a thread and a connection of its own; its refusal is raised by `join`."""
    outcome = {}

    def work():
        try:
            outcome["result"] = call()
        except Exception as error:
            outcome["error"] = error
        finally:
            connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()

    def join():
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a thread of the race hangs"
        if "error" in outcome:
            raise outcome["error"]
        return outcome["result"]

    return thread, join


def waits_for_a_lock():
    """Whether some connection of this database waits for another's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def count_during_a_sale(*, locked):
    """One unit of five is sold and out of the bin; then four are counted, before the sale commits."""
    shelf = BinFactory(code="A-01")
    owner = actor_of(shelf.shop)
    part = stocked(shelf, 5)
    sheet = begun(shelf, owner)
    sold, counted = threading.Event(), threading.Event()

    @action
    def slow_sale():
        sell(part, 1, owner, shelf.pk)
        sold.set()
        assert counted.wait(PATIENCE)

    said = Said(uuid4(), 4, bin_id=shelf.pk, part_id=part.pk, kind=CountKind.TOTAL)

    def count():
        with nullcontext() if locked else patch("inventory.actions.counting.locks.stocks"):
            return record_count(sheet.pk, shop_id=shelf.shop_id, said=said, actor=owner)

    _thread, sale_done = in_thread(slow_sale)
    assert sold.wait(PATIENCE)
    thread, count_done = in_thread(count)
    pause = threading.Event()
    for _time in range(200):
        if not thread.is_alive() or waits_for_a_lock():
            break
        pause.wait(0.02)
    counted.set()
    sale_done()
    line = count_done().line
    ids = {"shop_id": shelf.shop_id, "actor": owner}
    submit_count(sheet.pk, **ids)
    if line.variance:
        explain_variances(sheet.pk, reasons={line.pk: Reason.LOST}, **ids)
    approve_count(sheet.pk, **ids)
    assert checks.differences() == []
    return line.expected, Stock.objects.get(part=part).on_hand


def test_control_without_the_lock_the_unit_is_taken_twice():
    assert count_during_a_sale(locked=False) == (5, 3)


def test_count_waits_for_the_sale_and_agrees_with_it():
    assert count_during_a_sale(locked=True) == (4, 4)


def test_phones_that_count_one_bin_at_once_lose_nothing_and_repeat_nothing():
    shelf = BinFactory()
    owner = actor_of(shelf.shop)
    part = stocked(shelf, 12)
    sheet = begun(shelf, owner)
    keys = [uuid4() for _n in range(12)]

    def phone(number):
        for key in keys[number::2] + keys[:2]:
            said = Said(key, 1, bin_id=shelf.pk, part_id=part.pk, kind=CountKind.ADD)
            record_count(sheet.pk, shop_id=shelf.shop_id, said=said, actor=owner)

    for join in [in_thread(lambda number=number: phone(number))[1] for number in range(2)]:
        join()
    assert CountEntry.objects.count() == 12
    assert CountLine.objects.get().counted == 12
    assert on_hand(part) == 12
