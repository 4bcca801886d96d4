"""Entries live 30 days, and a stream knows how far it was cut."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clutch.core.tests.race import losers, side_by_side
from clutch.feed import retention
from clutch.feed.models import StreamEntry, StreamHead
from clutch.feed.retention import prune
from clutch.feed.streams import heads_of
from clutch.feed.tests import acts

pytestmark = pytest.mark.django_db
# Real commits: for threads, and for what happens at a commit.
committed = pytest.mark.django_db(transaction=True)


def age(stream: str, upto: int, days: int) -> None:
    old = timezone.now() - timedelta(days=days)
    StreamEntry.objects.filter(stream=stream, seq__lte=upto).update(at=old)


def test_old_entries_go_and_pruned_says_how_far() -> None:
    for _entry in range(5):
        acts.announce("a", "b")
    age("a", 3, 31)
    age("b", 3, 29)
    assert prune() == 3
    assert dict(StreamHead.objects.values_list("stream", "pruned")) == {"a": 3, "b": 0}
    assert list(StreamEntry.objects.filter(stream="a").values_list("seq", flat=True)) == [4, 5]
    assert prune() == 0


def test_numbers_go_on_after_everything_was_pruned() -> None:
    acts.announce("a")
    age("a", 1, 31)
    prune()
    acts.announce("a")
    assert heads_of(["a"]) == {"a": 2}
    assert StreamHead.objects.get().pruned == 1


@committed
def test_pruning_in_batches_does_not_deadlock_with_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 5)
    monkeypatch.setattr("clutch.feed.action.ATTEMPTS", 1)
    names = [f"user/{number:02}" for number in range(12)]
    for _entry in range(5):
        acts.announce(*names)
    StreamEntry.objects.update(at=timezone.now() - timedelta(days=31))

    def write() -> None:
        for _turn in range(20):
            acts.announce(*names[::-1])

    assert losers(side_by_side([write, prune, write, prune])) == []
    assert set(StreamHead.objects.values_list("seq", "pruned")) == {(45, 5)}
    assert StreamEntry.objects.count() == 12 * 40
