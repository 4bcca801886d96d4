"""Every role at every address of stock and counter: what `shops/rules.py` says, and nothing done on refusal.

The addresses are those of the URL configuration: a new one without a line in the table fails.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from orders.tests.pictures import jpeg
from sales.actions.pins import set_pin
from sales.tests.acts import Till, api, as_member, member
from sales.tests.api.addresses import PIN, TABLE, Rows, allowed, world
from shops.enums import Role
from shops.tests.factories import MemberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("clutch.urls")]

APPS = {"inventory", "sales"}
METHODS = ("get", "post", "put", "patch", "delete")
WRITES = re.compile(r"\b(INSERT INTO|UPDATE\s+\"?\w+\"?\s+(AS \w+ )?SET|DELETE FROM)\b", re.IGNORECASE)


FILES: dict[str, Any] = {
    "file": lambda: {
        "kind": "price_list",
        "file": SimpleUploadedFile("parts.csv", b"Number,Name\nA1,Filter\n"),
    },
    "photo": lambda: {"photo": SimpleUploadedFile("front.jpg", jpeg())},
    "pdf": lambda: {"file": SimpleUploadedFile("sheet.pdf", b"%PDF-1.7\n")},
}


def addresses(resolver: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    """Method and address of every operation of both apps."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = before + str(entry.pattern)
        if not isinstance(entry, URLPattern):
            yield from addresses(entry, here)
            continue
        view: Any = getattr(entry.callback, "cls", None)
        if view is not None and here.startswith("api/v1/") and view.__module__.split(".")[0] in APPS:
            yield from ((method, here.removeprefix("api/v1/")) for method in METHODS if hasattr(view, method))


def test_every_address_stands_in_the_table() -> None:
    shown = {(method, re.sub(r"<[^>]*>", "{}", path)) for method, path in addresses()}
    known = {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path, _act, _body in TABLE}
    assert shown - known == set()
    assert known - shown == set()


@contextmanager
def sandbox() -> Iterator[None]:
    """What happens inside has not happened; acts are outermost all the same."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def filled(given: Any, rows: Rows) -> Any:
    """A body or an address with the rows that it names."""
    if isinstance(given, dict):
        return {name: filled(value, rows) for name, value in given.items()}
    if isinstance(given, list):
        return [filled(value, rows) for value in given]
    if isinstance(given, str) and "{" in given:
        return given.format(**rows)
    return given


class World:
    """A shop with every role, and whatever the table names."""

    def __init__(self) -> None:
        self.till = Till()
        self.rows = world(self.till)
        self.members = {role: member(self.till.shop, role) for role in Role}
        for role in (Role.OWNER, Role.CASHIER):
            actor = as_member(self.till.shop, role)
            set_pin(self.members[role].pk, shop_id=self.till.shop.pk, pin=PIN, actor=actor)
        self.rows |= {"leader": str(self.members[Role.OWNER].pk)}

    def call(self, user: Any, method: str, address: str, body: Any) -> tuple[int, list[str]]:
        """The status of a call, and the statements that wrote; afterwards it has not happened."""
        shop = str(self.till.shop.pk)
        path = f"/api/v1/{filled(address, self.rows)}"
        alone = "{" not in address
        client = api(user)
        send = partial(getattr(client, method), f"{path}?shopId={shop}" if alone else path)
        if isinstance(body, str):
            send = partial(send, FILES[body](), format="multipart")
        elif body is not None:
            given = filled(body, self.rows)
            send = partial(send, {**given, **({"shopId": shop} if alone else {})})
        with sandbox(), CaptureQueriesContext(connection) as captured:
            answer = send()
            # A file is read to its end, which closes it; a stream of rows has its own tests.
            if answer.streaming and not getattr(answer, "is_async", False):
                list(answer.streaming_content)
            status = answer.status_code
        return status, [row["sql"] for row in captured.captured_queries if WRITES.search(row["sql"])]


def test_who_may_not_is_refused_and_nothing_was_done() -> None:
    here = World()
    stranger = MemberFactory(role=Role.OWNER).user
    wrong = []
    for method, address, act, body in TABLE:
        expected = [(None, 401), (stranger, 404)]
        expected += [(here.members[role].user, 403) for role in sorted(set(Role) - allowed(act))]
        found = [here.call(user, method, address, body) for user, _status in expected]
        if found != [(status, []) for _user, status in expected]:
            wrong.append((method, address, act, found))
    assert wrong == []


@pytest.mark.long
@pytest.mark.parametrize("role", Role.values)
def test_who_may_is_not_refused(role: str) -> None:
    here = World()
    user = here.members[Role(role)].user
    wrong = []
    for method, address, act, body in TABLE:
        if role in allowed(act):
            status, _written = here.call(user, method, address, body)
            # A conflict comes after the question who asks.
            if not (status < 300 or status == 409):
                wrong.append((method, address, act, status))
    assert wrong == []
