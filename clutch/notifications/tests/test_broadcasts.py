"""What staff send: who may, to whom, in chunks, once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Invalid, NotAllowed
from clutch.feed import jobs
from clutch.feed.actor import Actor
from clutch.notifications import broadcasts
from clutch.notifications.models import Broadcast, Notification

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def only_accounts(settings: Any) -> None:
    settings.NOTIFICATION_SEGMENTS = ["clutch.accounts.queries.segments"]


@pytest.fixture
def staff() -> Any:
    return StaffFactory()


def send(sender: Any, **fields: Any) -> Any:
    arguments: dict[str, Any] = {
        "audience": "all",
        "title": "News",
        "message": "Text",
        "actor": Actor.staff(sender),
    }
    return broadcasts.send_broadcast(sender.pk, **(arguments | fields))


def told() -> list[Any]:
    return sorted(Notification.objects.values_list("user_id", flat=True))


def test_all_means_every_active_person_once(staff: Any) -> None:
    people = [staff, *UserFactory.create_batch(3)]
    UserFactory(is_active=False)
    broadcast = send(staff)
    jobs.run_due()
    broadcast.refresh_from_db()
    assert told() == sorted(person.pk for person in people)
    assert (broadcast.state, broadcast.sent_count, broadcast.sender) == ("sent", 4, staff)
    assert broadcast.finished_at is not None


def test_chunks_follow_each_other_and_reach_everyone_once(staff: Any) -> None:
    UserFactory.create_batch(6)
    with mock.patch.object(broadcasts, "CHUNK", 3):
        broadcast = send(staff)
        jobs.run_due()
    broadcast.refresh_from_db()
    assert (len(told()), len(set(told())), broadcast.sent_count) == (7, 7, 7)


def test_a_segment_reaches_its_people(staff: Any) -> None:
    arab = UserFactory(language="ar")
    UserFactory()
    send(staff, audience="segment", target="language:ar")
    jobs.run_due()
    assert told() == [arab.pk]


def test_one_person_in_their_language(staff: Any) -> None:
    person = UserFactory(language="ar")
    words = {"ar": {"title": "خبر", "message": "نص"}}
    send(staff, audience="user", target=str(person.pk), translations=words, data={"orderId": "o"})
    jobs.run_due()
    row = Notification.objects.get()
    assert (row.user, row.title, row.data) == (person, "خبر", {"orderId": "o"})


def test_a_chunk_that_runs_again_sends_nothing_twice(staff: Any) -> None:
    UserFactory.create_batch(2)
    broadcast = send(staff)
    for _again in range(2):
        broadcasts.send_next_chunk(broadcast.pk, after=None, actor=Actor.beat())
    assert len(told()) == 3


def test_two_workers_with_the_same_chunk_send_it_once(staff: Any) -> Any:
    UserFactory.create_batch(5)
    broadcast = send(staff)
    start = threading.Barrier(2)

    def work(_worker: int) -> int:
        start.wait()
        try:
            return broadcasts.send_next_chunk(broadcast.pk, after=None, actor=Actor.beat())
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == [0, 6]
    assert len(told()) == 6


def test_only_staff_with_the_right_may_send(staff: Any) -> None:
    plain = StaffFactory(is_superuser=False)
    for sender in (UserFactory(), plain):
        with pytest.raises(NotAllowed):
            send(sender)
    assert not Broadcast.objects.exists()
    permission = Permission.objects.get(codename="add_broadcast", content_type__app_label="notifications")
    plain.user_permissions.add(permission)
    assert send(plain).sender == plain


@pytest.mark.parametrize(
    ("audience", "target", "field"),
    [("user", "0192f0c1-2345-7abc-8def-0123456789ab", "user_id"), ("segment", "nobody", "segment")],
)
def test_an_unknown_target_is_refused_at_its_field(
    staff: Any, audience: Any, target: Any, field: Any
) -> None:
    with pytest.raises(Invalid) as refused:
        send(staff, audience=audience, target=target)
    assert list(refused.value.fields) == [field]
    assert not Broadcast.objects.exists()
