"""`notify`: who gets what, through which channel, in which language, in how many statements."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from fcm_django.models import FCMDevice

from clutch.accounts.models import User
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.models import Job, StreamEntry
from clutch.notifications import kinds, queries
from clutch.notifications.actions import DELIVER, notify
from clutch.notifications.models import Delivery, Notification, Preference

pytestmark = pytest.mark.django_db(transaction=True)
BEAT = Actor.beat()


@pytest.fixture(autouse=True)
def kind() -> Iterator[Any]:
    kinds.register("sample", title=_("Order %(number)s"), body=_("Password"), label="Sample")
    yield
    kinds._kinds.pop("sample")


def make_user(number: int, **fields: Any) -> User:
    return User.objects.create_user(phone=f"+2010{number:08d}", name=f"Person {number}", **fields)


def tell(*users: User, **more: Any) -> list[Notification]:
    arguments: dict[str, Any] = {
        "kind": "sample",
        "params": {"number": "CL-1"},
        "data": {"orderId": "o"},
        "actor": BEAT,
    }
    return notify([user.pk for user in users], **(arguments | more))


def test_notify_writes_inbox_row_and_event() -> None:
    user = make_user(1)
    (row,) = tell(user)
    assert (row.title, row.message, row.data) == ("Order CL-1", "Password", {"orderId": "o"})
    entry = StreamEntry.objects.get(stream=f"user/{user.pk}")
    assert entry.type == "notification"
    assert entry.data == {"notificationId": str(row.pk), "type": "sample", "unread": 1}


def test_notify_costs_the_same_for_one_and_for_thirty() -> Any:
    def statements(users: list[User]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            tell(*users)
        return len(captured)

    people = [make_user(number, email=f"p{number}@example.org") for number in range(31)]
    for number, user in enumerate(people):
        FCMDevice.objects.create(user=user, registration_id=f"token {number}", type="android")
    assert statements(people[:1]) == statements(people[1:])


def test_notify_skips_inactive_and_repeated_people() -> None:
    asleep, awake = make_user(1, is_active=False), make_user(2)
    assert [row.user_id for row in tell(asleep, awake, awake)] == [awake.pk]
    assert tell() == []


def test_notify_uses_the_language_of_each_person_and_of_the_reader() -> None:
    english, arabic = make_user(1), make_user(2, language="ar")
    rows = {row.user_id: row for row in tell(english, arabic)}
    with translation.override("ar"):
        password = translation.gettext("Password")
    assert password != "Password"
    assert (rows[english.pk].message, rows[arabic.pk].message) == ("Password", password)
    assert queries.words(rows[arabic.pk], "en") == ("Order CL-1", "Password")


def test_words_fall_back_to_what_was_sent() -> None:
    (row,) = tell(make_user(1))
    kinds.register("sample", title=_("%(fresh)s"), body=_("Password"))
    assert queries.words(row, "en") == ("Order CL-1", "Password")


def test_notify_raises_for_missing_params_and_writes_nothing() -> None:
    with pytest.raises(KeyError):
        tell(make_user(1), params={})
    with pytest.raises(KeyError):
        tell(User.objects.get(), kind="unknown")
    assert not Notification.objects.exists()


def test_preferences_decide_per_channel() -> None:
    user = make_user(1, email="a@example.org")
    FCMDevice.objects.create(user=user, registration_id="t", type="ios")
    for channel, enabled in [("inbox", False), ("push", False), ("email", True), ("sms", True)]:
        Preference.objects.create(user=user, kind="sample", channel=channel, enabled=enabled)
    tell(user)
    assert sorted(Delivery.objects.values_list("channel", "address")) == [
        ("email", "a@example.org"),
        ("sms", user.phone),
    ]
    assert queries.unread_count(user) == 0
    assert not StreamEntry.objects.exists()


def test_push_without_credentials_is_off_and_says_so() -> None:
    user = make_user(1)
    FCMDevice.objects.create(user=user, registration_id="t", type="ios")
    tell(user)
    delivery = Delivery.objects.get()
    assert delivery.state == "off"
    assert "GOOGLE_APPLICATION_CREDENTIALS" in delivery.last_error
    assert not Job.objects.filter(kind=DELIVER).exists()


def test_push_with_credentials_waits_for_each_active_device(settings: Any) -> None:
    settings.FCM_CREDENTIALS = "/somewhere.json"
    user = make_user(1)
    for token, active in [("a", True), ("b", True), ("c", False)]:
        FCMDevice.objects.create(user=user, registration_id=token, type="ios", active=active)
    tell(user)
    assert set(Delivery.objects.values_list("device__registration_id", "state")) == {
        ("a", "waiting"),
        ("b", "waiting"),
    }
    assert Job.objects.get().kind == DELIVER


def test_notify_of_a_failed_act_leaves_nothing() -> None:
    user = make_user(1)

    @action
    def fail() -> None:
        tell(user)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Notification.objects.exists()
    assert not StreamEntry.objects.exists()
