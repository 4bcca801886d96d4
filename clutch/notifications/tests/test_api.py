"""The inbox over the API: whose, how it is listed, read, and preferred; and who may send."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy as _

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from clutch.notifications import actions, kinds
from clutch.notifications.models import Broadcast, Notification, Preference
from clutch.notifications.tests.factories import NotificationFactory
from shops.models import Member
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/notifications"


@pytest.fixture
def user() -> Any:
    return UserFactory()


@pytest.fixture
def api(client: Any, user: Any) -> Any:
    client.force_login(user)
    return client


def put(client: Any, url: Any, body: Any = None) -> Any:
    return client.put(url, body or {}, content_type="application/json")


def post(client: Any, url: Any, body: Any) -> Any:
    return client.post(url, body, content_type="application/json")


def test_list_shows_ones_own_newest_first_with_the_unread_count(api: Any, user: Any) -> None:
    old, new = NotificationFactory(user=user), NotificationFactory(user=user, data={"orderId": "o"})
    NotificationFactory()
    NotificationFactory(user=user, in_inbox=False)
    actions.mark_read(old.pk, actor=Actor.user(user, "app"))
    body = api.get(URL).json()
    assert (body["count"], body["unread"]) == (2, 1)
    assert [row["id"] for row in body["results"]] == [str(new.pk), str(old.pk)]
    assert [row["read"] for row in body["results"]] == [False, True]
    assert body["results"][0] == {
        "id": str(new.pk),
        "type": "announcement",
        "title": new.title,
        "message": "Something is new.",
        "data": {"orderId": "o"},
        "read": False,
        "readAt": None,
        "createdAt": new.created_at.isoformat().replace("+00:00", "Z"),
    }


def test_list_filters_and_pages(api: Any, user: Any) -> None:
    rows = NotificationFactory.create_batch(3, user=user)
    actions.mark_read(rows[0].pk, actor=Actor.user(user, "app"))
    assert api.get(URL, {"unread": "true"}).json()["count"] == 2
    assert api.get(URL, {"unread": "false"}).json()["count"] == 1
    assert api.get(URL, {"type": "other"}).json()["count"] == 0
    page = api.get(URL, {"pageSize": 2, "page": 2}).json()
    assert (len(page["results"]), page["next"], page["unread"]) == (1, None, 2)


def test_list_costs_the_same_for_one_and_for_three(api: Any, user: Any) -> Any:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(URL).status_code == 200
        return len(captured)

    NotificationFactory(user=user)
    one = cost()
    NotificationFactory.create_batch(2, user=user)
    assert cost() == one


def test_words_are_in_the_language_of_the_reader(api: Any, user: Any) -> None:
    kinds.register("sample", title=_("Password"), body=_("Password"))
    try:
        NotificationFactory(user=user, kind="sample", title="Password", params={})
        english = api.get(URL, headers={"Accept-Language": "en"}).json()["results"][0]["title"]
        arabic = api.get(URL, headers={"Accept-Language": "ar"}).json()["results"][0]["title"]
    finally:
        kinds._kinds.pop("sample")
    assert english == "Password" != arabic


def test_read_marks_once_and_says_so(api: Any, user: Any) -> None:
    row = NotificationFactory(user=user)
    NotificationFactory(user=user)
    first = put(api, f"{URL}/{row.pk}/read").json()
    second = put(api, f"{URL}/{row.pk}/read").json()
    assert first["read"]
    assert first["readAt"] == second["readAt"]
    (entry,) = StreamEntry.objects.all()
    assert (entry.type, entry.data) == ("notification-read", {"notificationId": str(row.pk), "unread": 1})


def test_two_taps_at_once_mark_once(user: Any) -> None:
    row = NotificationFactory(user=user)
    start = threading.Barrier(4)

    def tap(_finger: int) -> None:
        start.wait()
        actions.mark_read(row.pk, actor=Actor.user(user, "app"))
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tap, range(4)))
    assert StreamEntry.objects.count() == 1


def test_read_all_leaves_none_and_nothing_of_others(api: Any, user: Any) -> None:
    NotificationFactory.create_batch(2, user=user)
    other = NotificationFactory()
    assert post(api, f"{URL}/read-all", {}).json() == {"unread": 0}
    post(api, f"{URL}/read-all", {})
    other.refresh_from_db()
    assert other.read_at is None
    (entry,) = StreamEntry.objects.all()
    assert entry.data == {"notificationId": None, "unread": 0}


def test_a_foreign_notification_does_not_exist(api: Any) -> None:
    row = NotificationFactory()
    for identifier in (row.pk, uuid4()):
        assert put(api, f"{URL}/{identifier}/read").status_code == 404
    assert put(api, f"{URL}/nonsense/read").status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("put", "/0192f0c1-2345-7abc-8def-0123456789ab/read"),
        ("post", "/read-all"),
        ("get", "/preferences"),
        ("put", "/preferences"),
        ("post", "/send"),
    ],
)
def test_anonymous_is_refused(client: Any, method: Any, path: Any) -> None:
    assert getattr(client, method)(URL + path).status_code == 401


def test_preferences_begin_with_the_defaults_and_change_one_by_one(api: Any, user: Any) -> Any:
    def announcement() -> dict[str, bool]:
        rows = api.get(f"{URL}/preferences").json()["preferences"]
        return next(row["channels"] for row in rows if row["type"] == "announcement")

    assert announcement() == {"inbox": True, "push": True, "email": False, "sms": False}
    for wanted in (False, True, False):
        body = {"preferences": [{"type": "announcement", "channels": {"push": wanted, "sms": True}}]}
        assert put(api, f"{URL}/preferences", body).status_code == 200
        assert announcement() == {"inbox": True, "push": wanted, "email": False, "sms": True}
    assert Preference.objects.filter(user=user).count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {"preferences": [{"type": "unknown", "channels": {"push": True}}]},
        {"preferences": [{"type": "announcement", "channels": {"fax": True}}]},
        {"preferences": [{"type": "announcement", "channels": {"push": "maybe"}}]},
        {"preferences": [{"type": "announcement"}]},
        {"preferences": "all"},
        {},
    ],
)
def test_wrong_preferences_are_refused_and_change_nothing(api: Any, body: Any) -> None:
    assert put(api, f"{URL}/preferences", body).status_code == 400
    assert not Preference.objects.exists()


def test_preferences_list_what_a_person_can_be_told_of(api: Any, user: Any) -> None:
    """A customer is not asked about a shop's kinds, and cannot set them; a member of a shop is."""

    def listed() -> set[str]:
        rows = api.get(f"{URL}/preferences").json()["preferences"]
        return {row["type"] for row in rows}

    of_shops = {
        "new-parts-order", "parts-order-amended", "quote-accepted", "quote-lost", "payment-authorised",
        "rating", "shop-verified", "member-joined",
    }  # fmt: skip
    as_customer = listed()
    assert as_customer & of_shops == set()
    assert {"announcement", "new-quote", "message", "order-cancelled", "order-shipped"} <= as_customer
    body = {"preferences": [{"type": "new-parts-order", "channels": {"push": False}}]}
    refused = put(api, f"{URL}/preferences", body)
    assert (refused.status_code, Preference.objects.count()) == (400, 0)

    member = MemberFactory(user=user)
    assert listed() == as_customer | of_shops
    assert put(api, f"{URL}/preferences", body).status_code == 200
    Member.objects.filter(pk=member.pk).update(is_active=False)
    assert listed() == as_customer


SEND = {"audience": "all", "title": "News", "message": "Text"}


def test_staff_send(client: Any) -> None:
    staff = StaffFactory()
    client.force_login(staff)
    answer = client.post(
        f"{URL}/send", SEND, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    again = client.post(
        f"{URL}/send", SEND, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, again.json()) == (201, answer.json())
    assert (answer.json()["sentBy"], answer.json()["state"]) == (str(staff.pk), "sending")
    assert Broadcast.objects.get().sender == staff


def test_nobody_else_sends(api: Any) -> None:
    assert post(api, f"{URL}/send", SEND).status_code == 403
    api.force_login(StaffFactory(is_superuser=False))
    assert post(api, f"{URL}/send", SEND).status_code == 403
    assert not Broadcast.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"audience": "friends"}, "audience"),
        ({"audience": "user"}, "userId"),
        ({"audience": "segment"}, "segment"),
        ({"segment": "customers"}, "segment"),
        ({"audience": "user", "userId": "x"}, "userId"),
        ({"audience": "user", "userId": "0192f0c1-2345-7abc-8def-0123456789ab"}, "userId"),
        ({"audience": "segment", "segment": "nobody"}, "segment"),
        ({"title": ""}, "title"),
        ({"title": "a\u0007b"}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"message": "x" * 2001}, "message"),
        ({"translations": {"xx": {"title": "a", "message": "b"}}}, "translations"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_messages_are_refused_at_the_field(client: Any, settings: Any, change: Any, field: Any) -> None:
    settings.NOTIFICATION_SEGMENTS = ["clutch.accounts.queries.segments"]
    client.force_login(StaffFactory())
    answer = post(client, f"{URL}/send", SEND | change)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Broadcast.objects.exists()
    assert not Notification.objects.exists()
