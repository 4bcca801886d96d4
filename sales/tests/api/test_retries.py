"""Every write that a till may repeat: the same key twice is done once, and answered the same."""

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sales.tests.acts import api
from sales.tests.api.addresses import TABLE
from sales.tests.api.test_permission_table import WRITES, World, filled, sandbox
from shops.enums import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("clutch.urls"), pytest.mark.long]

# What changes nothing, makes a file anew, or puts a PIN to the test: a key would keep what nobody may keep.
WITHOUT_KEY = {
    "inventory/barcode/scan", "inventory/labels", "clerks/pin", "clerks/switch", "clerks/approve",
}  # fmt: skip

# The row that was named is gone by then, and the answer says so; no till sends these.
GONE = {"inventory/counts/{count}/unknown/{unknown}/drop", "inventory/categories/{category}/merge"}


def test_the_same_key_twice_is_done_once_and_answered_the_same() -> None:
    here = World()
    client = api(here.members[Role.OWNER].user)
    wrong: list[Any] = []
    done = 0
    for n, (method, address, act, body) in enumerate(TABLE):
        if method not in ("post", "put") or body in (None, "file") or address in WITHOUT_KEY:
            continue
        path = f"/api/v1/{filled(address, here.rows)}"
        send = partial(
            getattr(client, method), path, filled(body, here.rows), headers={"Idempotency-Key": f"till-{n}"}
        )
        with sandbox():
            first = send()
            with CaptureQueriesContext(connection) as captured:
                again = send()
        written = [row["sql"] for row in captured.captured_queries if WRITES.search(row["sql"])]
        if first.status_code >= 300:
            continue
        done += 1
        same = (again.status_code, again.json()) == (first.status_code, first.json())
        kept = same and again.get("Idempotency-Replayed") == "true"
        gone = address in GONE and again.status_code == 404
        if written or not (kept or gone):
            wrong.append((method, address, act, again.status_code, again.content[:200], written[:1]))
    assert wrong == []
    assert done > 40
