"""What leaves the platform: payloads, failures, backoff, dead tokens, two workers at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from fcm_django.models import FCMDevice
from firebase_admin import exceptions, messaging

from clutch.accounts.tests.factories import UserFactory
from clutch.feed import jobs
from clutch.feed.action import in_action
from clutch.feed.actor import Actor
from clutch.feed.models import Job
from clutch.notifications import deliveries, gateways
from clutch.notifications.actions import notify
from clutch.notifications.models import Delivery
from clutch.notifications.tests.factories import DeliveryFactory, DeviceFactory, NotificationFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Firebase:
    """Stands for Firebase at `messaging.send_each`: answers by token, and remembers what came."""

    def __init__(self) -> None:
        self.failures: dict[str, Exception] = {}
        self.messages: list[messaging.Message] = []
        self.broken: Exception | None = None

    def __call__(self, messages: Any, app: Any = None) -> Any:
        assert not in_action()
        assert not connection.in_atomic_block, "no network inside a transaction"
        if self.broken:
            raise self.broken
        for message in messages:
            str(message)  # encodes it, and raises ValueError as the library does
        self.messages += messages
        return messaging.BatchResponse([self.answer(message.token) for message in messages])

    def answer(self, token: Any) -> Any:
        failure = self.failures.get(token)
        return messaging.SendResponse(None if failure else {"name": token}, failure)

    @property
    def tokens(self) -> list[str]:
        return [message.token for message in self.messages]


@pytest.fixture
def firebase(settings: Any) -> Iterator[Any]:
    settings.FCM_CREDENTIALS = "/etc/clutch/firebase.json"
    fake = Firebase()
    with (
        mock.patch("firebase_admin.messaging.send_each", fake),
        mock.patch.object(gateways, "_firebase", return_value=None),
    ):
        yield fake


def states() -> list[tuple[str, int]]:
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts"))


def test_payload_is_what_the_plan_says(firebase: Any) -> None:
    device = DeviceFactory(user=UserFactory(language="en"))
    NotificationFactory(user=device.user)
    NotificationFactory(user=device.user, read_at=timezone.now())
    notify(
        [device.user_id],
        kind="announcement",
        params={"title": "Hello", "message": "World"},
        data={"orderId": "o-1", "shopId": None},
        actor=Actor.beat(),
    )
    jobs.run_due()
    (message,) = firebase.messages
    delivery = Delivery.objects.get()
    assert (message.token, message.notification.title, message.notification.body) == (
        device.registration_id,
        "Hello",
        "World",
    )
    assert message.data == {
        "type": "announcement",
        "orderId": "o-1",
        "shopId": "",
        "notificationId": str(delivery.notification_id),
    }
    assert (message.android.priority, message.android.notification.sound) == ("high", "default")
    assert (message.apns.payload.aps.sound, message.apns.payload.aps.badge) == ("default", 2)
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    assert delivery.sent_at is not None


def test_words_are_in_the_language_of_the_person(firebase: Any) -> None:
    device = DeviceFactory(user__language="ar")
    params = {"title": "Hi", "message": "x", "translations": {"ar": {"title": "أهلا", "message": "س"}}}
    notify([device.user_id], kind="announcement", params=params, data={}, actor=Actor.beat())
    jobs.run_due()
    assert firebase.messages[0].notification.title == "أهلا"


def test_one_failed_token_never_stops_the_rest(firebase: Any) -> None:
    rows = DeliveryFactory.create_batch(3)
    firebase.failures[rows[0].device.registration_id] = exceptions.UnavailableError("busy")
    firebase.failures[rows[1].device.registration_id] = messaging.UnregisteredError("gone")
    deliveries.deliver_due()
    assert states() == [("waiting", 1), ("dead", 1), ("sent", 1)]


@pytest.mark.parametrize(
    "failure",
    [
        messaging.UnregisteredError("gone"),
        messaging.SenderIdMismatchError("other project"),
        exceptions.InvalidArgumentError("The registration token is not a valid FCM registration token"),
    ],
)
def test_a_dead_token_is_removed_with_its_device(firebase: Any, failure: Any) -> None:
    dead, alive = DeliveryFactory(), DeliveryFactory()
    firebase.failures[dead.device.registration_id] = failure
    deliveries.deliver_due()
    assert list(FCMDevice.objects.all()) == [alive.device]
    assert states() == [("dead", 1), ("sent", 1)]


def test_a_message_that_firebase_does_not_take_is_given_up_and_keeps_the_device(firebase: Any) -> None:
    row = DeliveryFactory()
    firebase.failures[row.device.registration_id] = exceptions.InvalidArgumentError("Payload too big")
    deliveries.deliver_due()
    assert states() == [("failed", 1)]
    assert FCMDevice.objects.exists()


def test_an_odd_message_does_not_stop_its_batch(firebase: Any) -> None:
    odd, fine = DeliveryFactory(device__registration_id=""), DeliveryFactory()
    deliveries.deliver_due()
    assert states() == [("failed", 1), ("sent", 1)]
    assert firebase.tokens == [fine.device.registration_id]
    assert odd.device.pk


def test_a_device_that_signed_out_meanwhile_gets_nothing(firebase: Any) -> None:
    row = DeliveryFactory()
    row.device.delete()
    deliveries.deliver_due()
    assert (states(), firebase.messages) == ([("dead", 1)], [])


def test_backoff_doubles_and_ends(firebase: Any) -> None:
    row = DeliveryFactory()
    firebase.failures[row.device.registration_id] = exceptions.UnavailableError("busy")
    now, waits = timezone.now() + timedelta(seconds=1), []
    for _attempt in range(deliveries.MOST_ATTEMPTS):
        begun = timezone.now()
        assert deliveries.deliver_due(now) == 1
        row.refresh_from_db()
        waits.append(round((row.next_try_at - begun).total_seconds()))
        assert deliveries.deliver_due(begun) == 0
        now = row.next_try_at + timedelta(seconds=1)
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600]
    assert states() == [("failed", deliveries.MOST_ATTEMPTS)]
    assert deliveries.deliver_due(now + timedelta(days=1)) == 0


def test_a_failure_plans_the_next_try_as_a_job(firebase: Any) -> None:
    row = DeliveryFactory()
    firebase.broken = OSError("no network")
    deliveries.deliver_due()
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("waiting", "OSError: no network")
    assert Job.objects.get().run_at == row.next_try_at
    firebase.broken = None
    later = row.next_try_at + timedelta(seconds=1)
    deliveries.deliver_due(later)
    assert firebase.tokens == [row.device.registration_id]


def test_without_credentials_what_waits_is_switched_off_and_says_so(settings: Any) -> None:
    settings.FCM_CREDENTIALS = ""
    row = DeliveryFactory()
    deliveries.deliver_due()
    row.refresh_from_db()
    assert (row.state, "GOOGLE_APPLICATION_CREDENTIALS" in row.last_error) == ("off", True)


def test_running_the_job_again_sends_nothing_twice(firebase: Any) -> None:
    DeliveryFactory.create_batch(3)
    assert (deliveries.deliver_due(), deliveries.deliver_due()) == (3, 0)
    assert len(firebase.tokens) == 3


def test_two_workers_never_take_the_same_delivery(firebase: Any) -> Any:
    rows = DeliveryFactory.create_batch(12)
    start = threading.Barrier(4)

    def work(_worker: int) -> int:
        start.wait()
        try:
            return deliveries.deliver_due()
        finally:
            connection.close()

    with mock.patch.object(deliveries, "BATCH", 2), ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 12
    assert sorted(firebase.tokens) == sorted(row.device.registration_id for row in rows)


def test_a_dead_worker_leaves_its_claim_for_five_minutes(firebase: Any) -> None:
    DeliveryFactory()
    now = timezone.now() + timedelta(seconds=1)
    assert len(deliveries.take(now)) == 1
    assert deliveries.deliver_due(now) == 0
    assert deliveries.deliver_due(now + deliveries.CLAIM + timedelta(seconds=1)) == 1


def test_a_batch_costs_the_same_for_one_and_for_three(firebase: Any) -> Any:
    def cost(count: int) -> int:
        DeliveryFactory.create_batch(count)
        with CaptureQueriesContext(connection) as captured:
            deliveries.deliver_due()
        return len(captured)

    assert cost(1) == cost(3)


def test_email_goes_to_the_address_in_one_line_of_subject(mailoutbox: Any) -> None:
    notification = NotificationFactory(title="Two\nlines")
    DeliveryFactory(notification=notification, device=None, channel="email", address="a@example.org")
    deliveries.deliver_due()
    (sent,) = mailoutbox
    assert (sent.subject, sent.body, sent.to) == ("Two lines", "Something is new.", ["a@example.org"])


def test_sms_goes_through_the_gateway_and_failures_wait(settings: Any) -> None:
    settings.SMS_GATEWAY = "clutch.notifications.tests.test_deliveries.gateway"
    notification = NotificationFactory(title="Hello")
    for phone in ("+201000000001", "+201000000002"):
        DeliveryFactory(notification=notification, device=None, channel="sms", address=phone)
    deliveries.deliver_due()
    assert TEXTS == [("+201000000002", "Hello\nSomething is new.")]
    assert states() == [("waiting", 1), ("sent", 1)]


TEXTS: list[tuple[str, str]] = []


def gateway(phone: str, text: str) -> None:
    if phone.endswith("1"):
        raise OSError("the line is down")
    TEXTS.append((phone, text))
