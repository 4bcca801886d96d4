"""A page listens from before its state was read: nothing that happens in between is lost."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clutch.accounts.tests.factories import UserFactory
from clutch.feed.action import action, publish
from clutch.feed.streams import Event, shop_stream, user_stream
from clutch.live import cursor
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db
META = re.compile(r'name="live-cursor" content="([^"]*)"')


@action
def happen(*streams: str) -> None:
    """Something, for some audiences."""
    publish(Event(streams, "new-quote", {}))


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def cursor_of(page: Any) -> dict[str, int]:
    found = META.search(page.content.decode())
    assert found
    return cursor.decode(found[1])


def test_page_knows_the_heads_of_the_persons_streams() -> None:
    member, stranger = MemberFactory(), MemberFactory()
    mine, shop = user_stream(member.user_id), shop_stream(member.shop_id)
    happen(mine, shop)
    happen(shop, shop_stream(stranger.shop_id))
    assert cursor_of(client_of(member.user).get("/portal/requests")) == {mine: 1, shop: 2}


def test_what_happens_while_the_page_is_made_comes_after_its_cursor(monkeypatch: Any) -> None:
    member = MemberFactory()
    shop = shop_stream(member.shop_id)

    def meanwhile(*args: Any, **kwargs: Any) -> str:
        happen(shop)
        return ""

    monkeypatch.setattr("orders.portal.reads.standing_reason", meanwhile)
    assert cursor_of(client_of(member.user).get("/portal/requests"))[shop] == 0


def test_nobody_and_fragments_get_none() -> None:
    assert META.search(Client().get("/").content.decode()) is None
    client = client_of(UserFactory())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/api/v1/notifications")
        client.get("/", headers={"HX-Request": "true"})
    assert [q for q in queries if "feed_streamhead" in q["sql"]] == []
