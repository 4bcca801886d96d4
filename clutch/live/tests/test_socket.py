"""The socket over a real server: who gets in, what they hear, and when it ends."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgpack
import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from clutch.accounts.actions import deactivate_user
from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.feed import hints
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from clutch.feed.retention import prune
from clutch.feed.streams import shop_stream, user_stream
from clutch.live import cursor
from clutch.live.tests.client import Client, emit, numbers, open_socket, session_of
from shops.actions.members import remove_member
from shops.enums import Role
from shops.tests.factories import MemberFactory

SOON = 3.0  # far below the heartbeat of 25 s: only a hint brings frames that fast


@pytest.fixture
def user(asgi_server: Any) -> Any:
    return UserFactory()


@pytest.fixture
def own(user: Any) -> Any:
    return user_stream(user.pk)


def test_frames_have_the_agreed_shape(asgi_server: Any, user: Any, own: Any) -> None:
    with open_socket(asgi_server, user) as client:
        first = client.frame()
        emit(own, kind="new-quote", orderId="o")
        frame = client.frame(seconds=SOON)
    assert set(first) == set(frame) == {"id", "stream", "type", "at", "data"}
    assert (first["stream"], first["type"], first["data"]) == (own, "subscribed", {})
    assert (frame["stream"], frame["type"], frame["data"]) == (own, "new-quote", {"n": 0, "orderId": "o"})
    assert frame["at"].endswith("Z")
    assert cursor.decode(frame["id"]) == {own: 1}
    assert cursor.decode(first["id"]) == {own: 0}


def test_the_server_derives_the_audiences(asgi_server: Any, user: Any, own: Any) -> None:
    member = MemberFactory(user=user)
    MemberFactory(user=user, is_active=False)
    stranger = MemberFactory()
    with open_socket(asgi_server, user) as client:
        assert {frame["stream"] for frame in client.frames(2)} == {own, shop_stream(member.shop_id)}
        emit(shop_stream(stranger.shop_id), user_stream(stranger.user_id), "staff")
        emit(shop_stream(member.shop_id), kind="mine")
        assert client.frame(seconds=SOON)["type"] == "mine"


def test_staff_hear_the_staff_stream(asgi_server: Any) -> None:
    staff = StaffFactory()
    with open_socket(asgi_server, staff) as client:
        assert {frame["stream"] for frame in client.frames(2)} == {user_stream(staff.pk), "staff"}
        emit("staff", kind="shop-to-verify")
        assert client.frame(seconds=SOON)["type"] == "shop-to-verify"


def test_a_forged_cursor_opens_no_foreign_stream(asgi_server: Any, user: Any, own: Any) -> None:
    stranger = user_stream(UserFactory().pk)
    emit(stranger, own, count=2)
    word = cursor.encode({stranger: 0, "staff": 0, own: 1})
    with open_socket(asgi_server, user, after=word) as client:
        frame = client.frame(seconds=SOON)
        assert (frame["stream"], frame["data"]["n"]) == (own, 1)
        assert cursor.decode(frame["id"]) == {own: 2}
        with pytest.raises(TimeoutError):
            client.frame(seconds=0.5)


def test_reconnect_with_the_cursor_loses_and_repeats_nothing(asgi_server: Any, user: Any, own: Any) -> None:
    with open_socket(asgi_server, user) as client:
        client.frame()
        emit(own, count=3)
        assert numbers(client.frames(2, seconds=SOON)) == [0, 1]
        place = client.cursor
    emit(own, n=3)
    with open_socket(asgi_server, user, after=place) as client:
        assert numbers(client.frames(2)) == [2, 3]
        emit(own, n=4)
        assert numbers(client.frames(1, seconds=SOON)) == [4]


def test_a_long_absence_is_replayed_in_full(asgi_server: Any, user: Any, own: Any) -> None:
    emit(own, count=730)
    with open_socket(asgi_server, user, after=cursor.encode({own: 0})) as client:
        assert numbers(client.frames(730)) == list(range(730))


def test_eight_writers_and_no_gap(asgi_server: Any, user: Any, own: Any) -> None:
    shop = shop_stream(MemberFactory(user=user).shop_id)
    writers, each = 8, 25

    def write() -> None:
        from django.db import connection

        for n in range(each):
            emit(own, shop) if n % 2 else emit(shop, own)
        connection.close()

    with open_socket(asgi_server, user) as one, open_socket(asgi_server, user) as other:
        for client in (one, other):
            client.frames(2)
        threads = [threading.Thread(target=write) for _ in range(writers)]
        for thread in threads:
            thread.start()
        heard = [client.frames(writers * each * 2) for client in (one, other)]
        for thread in threads:
            thread.join()
    for frames in heard:
        for stream in (own, shop):
            seqs = [cursor.decode(frame["id"])[stream] for frame in frames if frame["stream"] == stream]
            assert seqs == list(range(1, writers * each + 1))


def test_too_old_a_cursor_is_answered_with_reset(asgi_server: Any, user: Any, own: Any) -> None:
    emit(own, count=5)
    StreamEntry.objects.filter(seq__lte=3).update(at=timezone.now() - timedelta(days=31))
    prune()
    with open_socket(asgi_server, user, after=cursor.encode({own: 2})) as client:
        frame = client.frame()
        assert (frame["type"], frame["stream"]) == ("reset", own)
        assert cursor.decode(frame["id"]) == {own: 5}
    with open_socket(asgi_server, user, after=cursor.encode({own: 3})) as client:
        assert numbers(client.frames(2)) == [3, 4]


def test_a_cursor_beyond_the_head_is_answered_with_reset(asgi_server: Any, user: Any, own: Any) -> None:
    emit(own)
    with open_socket(asgi_server, user, after=cursor.encode({own: 7})) as client:
        assert client.frame()["type"] == "reset"
        emit(own, n=8)
        assert numbers([client.frame(seconds=SOON)]) == [8]


@pytest.mark.parametrize("word", ["nonsense!", base64.urlsafe_b64encode(msgpack.packb([1])).decode()])
def test_what_is_no_cursor_is_refused(asgi_server: Any, user: Any, word: Any) -> None:
    with open_socket(asgi_server, user, after=word) as client:
        assert client.close_code() == 4400


# Who gets in.


def test_anonymous_is_closed_at_a_first_message_that_is_no_sign_in(
    asgi_server: Any, transactional_db: Any
) -> None:
    for message in ({"type": "hello"}, {"type": "auth"}, {"type": "auth", "token": 7}, "{", "[]", b"\x00"):
        with open_socket(asgi_server) as client:
            client.say(message)
            assert client.close_code() == 4401


@pytest.mark.long
def test_anonymous_is_closed_after_ten_seconds(asgi_server: Any) -> None:
    with open_socket(asgi_server) as client:
        assert client.close_code(seconds=15) == 4401


def test_first_message_signs_in(asgi_server: Any, user: Any, own: Any) -> None:
    with open_socket(asgi_server, origin=None) as client:
        client.say({"type": "auth", "token": session_of(user)})
        assert client.frame()["stream"] == own


@pytest.mark.parametrize("header", ["Authorization", "X-Session-Token"])
def test_a_header_signs_in(asgi_server: Any, user: Any, own: Any, header: Any) -> None:
    token = session_of(user)
    value = f"Bearer {token}" if header == "Authorization" else token
    with open_socket(asgi_server, origin=None, headers={header: value}) as client:
        assert client.frame()["stream"] == own


def test_a_wrong_token_is_refused(asgi_server: Any, user: Any) -> None:
    for token in ("nothing", "x" * 5000):
        with open_socket(asgi_server, origin=None, headers={"Authorization": f"Bearer {token}"}) as client:
            assert client.close_code() == 4401


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:1", "null", "https://127.0.0.1.evil.example"],
)
def test_a_page_of_somebody_else_gets_no_socket(asgi_server: Any, user: Any, origin: Any) -> None:
    with pytest.raises(InvalidStatus) as refused, open_socket(asgi_server, user, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_cookie_without_origin_does_not_sign_in(asgi_server: Any, user: Any) -> None:
    with open_socket(asgi_server, user, origin=None) as client:
        client.say({})
        assert client.close_code() == 4401


def test_an_inactive_account_does_not_get_in(asgi_server: Any) -> None:
    with open_socket(asgi_server, UserFactory(is_active=False)) as client:
        assert client.close_code() == 4401


def test_another_path_has_no_socket(asgi_server: Any) -> None:
    from websockets.sync.client import connect

    with pytest.raises(InvalidStatus), connect(asgi_server.ws_url + "/other", proxy=None):
        pass


# When it ends, and when it grows.


def test_deactivation_closes_at_once(asgi_server: Any, user: Any) -> None:
    with open_socket(asgi_server, user) as client:
        client.frame()
        type(user).objects.update(is_active=False)
        hints.send_revoked(user.pk)
        assert client.close_code(seconds=SOON) == 4401


def test_the_end_of_a_membership_closes_at_once(asgi_server: Any, user: Any) -> None:
    member = MemberFactory(user=user)
    colleague = MemberFactory(shop=member.shop)
    with open_socket(asgi_server, user) as client, open_socket(asgi_server, colleague.user) as other:
        client.frames(2)
        other.frames(2)
        type(member).objects.filter(pk=member.pk).update(is_active=False)
        hints.send_revoked(user.pk)
        assert client.close_code(seconds=SOON) == 4403
        emit(shop_stream(member.shop_id))
        assert other.frame(seconds=SOON)["type"] == "sample"


WAYS = ("cookie", "Authorization", "X-Session-Token", "first message")


@contextmanager
def signed_in_by(way: str, server: Any, user: Any) -> Iterator[Client]:
    """A socket that was signed in in one of the ways that there are."""
    token = session_of(user)
    headers = {"Authorization": {way: f"Bearer {token}"}, "X-Session-Token": {way: token}}.get(way)
    if way == "cookie":
        with open_socket(server, session=token) as client:
            yield client
    else:
        with open_socket(server, origin=None, headers=headers) as client:
            if headers is None:
                client.say({"type": "auth", "token": token})
            yield client


@pytest.mark.parametrize("way", WAYS)
def test_whatever_ends_closes_the_socket_however_it_was_opened(asgi_server: Any, user: Any, way: str) -> None:
    """Account, session, membership: by the acts themselves, far before the next heartbeat."""
    owner = MemberFactory()
    member = MemberFactory(shop=owner.shop, user=user, role=Role.CASHIER)
    with signed_in_by(way, asgi_server, user) as client:
        client.frames(2)
        actor = Actor.user(owner.user, "portal")
        remove_member(member.pk, shop_id=owner.shop_id, actor=actor)
        assert client.close_code(seconds=SOON) == 4403
    with signed_in_by(way, asgi_server, user) as client:
        client.frame()
        Session.objects.all().delete()
        hints.send_revoked(user.pk)
        assert client.close_code(seconds=SOON) == 4401
    with signed_in_by(way, asgi_server, user) as client:
        client.frame()
        deactivate_user(user.pk, actor=Actor.staff(StaffFactory()))
        assert client.close_code(seconds=SOON) == 4401


def test_sign_out_closes_the_sockets_of_that_session_only(asgi_server: Any, user: Any, own: Any) -> None:
    here, there = session_of(user), session_of(user)
    with (
        open_socket(asgi_server, session=here) as client,
        open_socket(asgi_server, session=there) as other,
        open_socket(asgi_server, origin=None, headers={"Authorization": f"Bearer {here}"}) as app,
    ):
        for each in (client, other, app):
            each.frame()
        Session.objects.filter(session_key=here).delete()
        hints.send_revoked(user.pk)
        assert client.close_code(seconds=SOON) == app.close_code(seconds=SOON) == 4401
        emit(own)
        assert other.frame(seconds=SOON)["type"] == "sample"


def test_a_new_password_closes_what_the_old_one_opened(asgi_server: Any, user: Any) -> None:
    with open_socket(asgi_server, user) as client:
        client.frame()
        user.set_password("another one")
        user.save()
        hints.send_revoked(user.pk)
        assert client.close_code(seconds=SOON) == 4401


def test_a_new_membership_joins_the_open_socket(asgi_server: Any, user: Any) -> None:
    with open_socket(asgi_server, user) as client:
        client.frame()
        shop = shop_stream(MemberFactory(user=user).shop_id)
        emit(shop)
        hints.send_revoked(user.pk)
        frame = client.frame(seconds=SOON)
        assert (frame["stream"], frame["type"]) == (shop, "subscribed")
        emit(shop, kind="next")
        assert client.frame(seconds=SOON)["type"] == "next"
        assert cursor.decode(client.cursor)[shop] == 2


# What a client says.


def test_unknown_messages_are_answered_and_change_nothing(asgi_server: Any, user: Any, own: Any) -> None:
    with open_socket(asgi_server, user) as client:
        client.frame()
        for message, kind in [
            ({"type": "subscribe", "stream": "staff"}, "subscribe"),
            ("{", ""),
            (b"\x01", ""),
        ]:
            client.say(message)
            answer = client.frame(seconds=SOON)
            assert (answer["type"], answer["data"]) == ("error", {"code": "unknown_message", "type": kind})
        emit(own)
        assert client.frame(seconds=SOON)["stream"] == own


def test_a_long_message_closes(asgi_server: Any, user: Any) -> None:
    with open_socket(asgi_server, user) as client:
        client.say("x" * 5000)
        assert client.close_code() == 4413


def test_one_person_has_twenty_sockets_and_no_more(asgi_server: Any, user: Any) -> None:
    from contextlib import ExitStack

    with ExitStack() as stack:
        clients = [stack.enter_context(open_socket(asgi_server, user)) for _ in range(20)]
        for client in clients:
            client.frame()
        assert stack.enter_context(open_socket(asgi_server, user)).close_code() == 4429
    with open_socket(asgi_server, user) as client:
        assert client.frame()["type"] == "subscribed"
