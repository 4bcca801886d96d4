"""`up` with its demo: a newcomer starts it, signs in as each kind of person, and comes back later."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from clutch.demo import plan
from clutch.embedded.tests.conftest import Platform, Start

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("up")]

VEHICLE = next(iter(plan.customers()))
# Each kind as `up` prints it: its pages, and what stands there only behind the sign-in.
PAGES = {
    "customers": {"/garage": f"{VEHICLE.make} {VEHICLE.model}", "/orders": r"CL-[0-9A-Z-]+"},
    "shops": {"/portal/requests": 'id="queue"'},
    "staff": {"/admin/": "What needs you"},
}


class Visitor:
    """A browser without scripts: cookies, forms, pages."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def signs_in(self, login: str, password: str, *, onward: str) -> None:
        """Fill in the form as a person does; the answer leads to the page that was wanted."""
        page = self.http.get("/sign-in", params={"next": onward})
        assert page.status_code == 200
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token is not None
        form = {"login": login, "password": password, "by": "password", "next": onward}
        sent = self.http.post("/sign-in", data=form | {"csrfmiddlewaretoken": token[1]})
        assert (sent.status_code, sent.headers.get("location")) == (302, onward), sent.text

    def sees(self, pages: dict[str, str]) -> None:
        """Every page answers itself, no redirect, with what is expected there."""
        for path, words in pages.items():
            page = self.http.get(path)
            assert page.status_code == 200, (path, page.headers.get("location"))
            assert re.search(words, page.text), path


@pytest.fixture
def visitors(port: int) -> Iterator[dict[str, Visitor]]:
    """One browser for each kind of person."""
    with ExitStack() as stack:
        yield {
            who: Visitor(
                stack.enter_context(
                    httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)
                )
            )
            for who in PAGES
        }


def printed_sign_ins(platform: Platform) -> tuple[str, dict[str, str]]:
    """The password and the first sign-in of each kind, read from the output."""
    [password] = [found[1] for line in platform.lines if (found := re.search(r"password (\S+)$", line))]
    rows = [re.match(r"  (customers|shops|staff) +(\S+@\S+)", line) for line in platform.lines]
    return password, {row[1]: row[2] for row in rows if row}


def test_newcomer_signs_in_as_each_kind_and_still_is_after_a_second_start(
    up: Start,
    data_dir: Path,
    port: int,
    visitors: dict[str, Visitor],
    record_property: Callable[[str, object], None],
) -> None:
    first = up(data_dir, port).serving()
    record_property("first start with the demo city, seconds", first.seconds())
    for path in ("/", "/portal", "/admin", "/api/docs"):
        assert first.says(f"http://127.0.0.1:{port}{path} ")
    password, sign_ins = printed_sign_ins(first)
    assert sorted(sign_ins) == sorted(PAGES)
    for who, visitor in visitors.items():
        [onward, *_] = PAGES[who]
        refused = visitor.http.get(onward)
        assert refused.is_redirect, onward
        visitor.signs_in(sign_ins[who], password, onward=onward)
        visitor.sees(PAGES[who])
    # DEBUG is off: Django's own page of a missing address would list every address.
    missing = visitors["staff"].http.get("/no-such-page")
    assert (missing.status_code, "urlpatterns" in missing.text, "DEBUG" in missing.text) == (
        404,
        False,
        False,
    )
    assert first.end() == 0

    second = up(data_dir, port)
    second.serving()
    for who, visitor in visitors.items():
        visitor.sees(PAGES[who])
    record_property("second start to every page seen, seconds", round(time.monotonic() - second.began, 1))
    record_property("second start with the demo city, seconds", second.seconds())
    assert printed_sign_ins(second) == (password, sign_ins)
    assert not second.says("Demo city")
    assert second.end() == 0
