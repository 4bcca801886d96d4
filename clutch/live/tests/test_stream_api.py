"""`GET /api/v1/stream`: the same frames for clients without sockets."""

import threading
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.feed.models import StreamEntry
from clutch.feed.retention import prune
from clutch.feed.streams import shop_stream, user_stream
from clutch.live import cursor
from clutch.live.subscription import ROOM
from clutch.live.tests.client import emit, numbers, session_of
from shops.tests.factories import MemberFactory

URL = "/api/v1/stream"


@pytest.fixture
def user(transactional_db: Any) -> Any:
    return UserFactory()


@pytest.fixture
def get(client: Any, user: Any) -> Any:
    client.force_login(user)

    def ask(**query: Any) -> Any:
        answer = client.get(URL, query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    return ask


def test_the_stream_begins_with_subscribed_and_goes_on(get: Any, user: Any) -> None:
    own = user_stream(user.pk)
    emit(own, count=2)
    first = get()
    assert [(event["type"], event["stream"]) for event in first["events"]] == [("subscribed", own)]
    assert cursor.decode(first["cursor"]) == {own: 2}
    emit(own, n=2)
    second = get(after=first["cursor"])
    assert (numbers(second["events"]), second["more"]) == ([2], False)
    assert second["events"][0]["id"] == second["cursor"]
    assert get(after=second["cursor"]) == {"events": [], "cursor": second["cursor"], "more": False}


def test_a_long_absence_comes_in_pieces_without_gaps(get: Any, user: Any) -> None:
    own, shop = user_stream(user.pk), shop_stream(MemberFactory(user=user).shop_id)
    emit(own, shop, count=ROOM)
    emit(shop, count=30)
    place, heard, more = cursor.encode({own: 0, shop: 0}), [], True
    while more:
        answer = get(after=place, limit=90)
        place, more = answer["cursor"], answer["more"] or bool(answer["events"])
        heard += answer["events"]
    assert numbers([event for event in heard if event["stream"] == own]) == list(range(ROOM))
    assert len([event for event in heard if event["stream"] == shop]) == ROOM + 30


def test_an_old_cursor_is_answered_with_reset(get: Any, user: Any) -> None:
    own = user_stream(user.pk)
    emit(own, count=3)
    StreamEntry.objects.update(at=timezone.now() - timedelta(days=31))
    prune()
    (event,) = get(after=cursor.encode({own: 1}))["events"]
    assert event["type"] == "reset"


def test_a_cursor_opens_no_foreign_stream(get: Any, user: Any) -> None:
    stranger = user_stream(UserFactory().pk)
    emit(stranger, "staff")
    answer = get(after=cursor.encode({stranger: 0, "staff": 0}))
    assert {event["stream"] for event in answer["events"]} == {user_stream(user.pk)}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "!"}, "after"),
        ({"wait": 26}, "wait"),
        ({"wait": "x"}, "wait"),
        ({"limit": 0}, "limit"),
        ({"from": 1}, "from"),
    ],
)
def test_wrong_queries_are_refused_at_the_field(client: Any, user: Any, query: Any, field: Any) -> None:
    client.force_login(user)
    answer = client.get(URL, query)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_anonymous_is_refused(client: Any, transactional_db: Any) -> None:
    assert client.get(URL).status_code == 401


def test_the_number_of_queries_does_not_depend_on_the_number_of_events(
    client: Any, user: Any, django_assert_max_num_queries: Any
) -> None:
    client.force_login(user)
    own = user_stream(user.pk)
    emit(own, count=50)
    with django_assert_max_num_queries(8):
        assert len(client.get(URL, {"after": cursor.encode({own: 0})}).json()["events"]) == 50


def ask_server(server: Any, user: Any, **query: Any) -> Any:
    cookies = {settings.SESSION_COOKIE_NAME: session_of(user)}
    return httpx.get(server.url + URL, params=query, cookies=cookies, timeout=30, trust_env=False).json()


def test_waiting_ends_as_soon_as_something_comes(asgi_server: Any, user: Any) -> None:
    own = user_stream(user.pk)

    def later() -> None:
        time.sleep(0.7)
        emit(own, kind="late")
        connection.close()

    thread = threading.Thread(target=later)
    thread.start()
    begun = time.monotonic()
    answer = ask_server(asgi_server, user, after=cursor.encode({own: 0}), wait=20)
    took = time.monotonic() - begun
    thread.join()
    assert [event["type"] for event in answer["events"]] == ["late"]
    assert 0.6 < took < 8


def test_waiting_in_vain_ends_in_time(asgi_server: Any, user: Any) -> None:
    begun = time.monotonic()
    answer = ask_server(asgi_server, user, after=cursor.encode({user_stream(user.pk): 0}), wait=1)
    assert answer["events"] == []
    assert 0.9 < time.monotonic() - begun < 6
