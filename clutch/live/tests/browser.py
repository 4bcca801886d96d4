"""Fixtures for tests in a real Chromium. `conftest.py` loads this as a plugin.

    @pytest.mark.browser
    def test_sign_up(live_site, page):
        page.goto(f"{live_site}/sign-up")
        ...
        axe_check(page)
        shoot(page, "sign-up")

- `live_site`: the base URL of a running server on the test database, which also runs due jobs.
- `page`: a page at desk width; `phone_page`: at phone width, with touch. Each has its own cookies.
- `new_page(language="ar", phone=True, user=…)`: as many more as a test needs.
- `sign_in(page, user)`: sets the session cookie; `axe_check(page)`: WCAG 2.2 AA without violations.
- `scan_code(page, "…")`: a code from a hardware scanner.
- `until(page, "…")`: waits until JavaScript says true; `at_url(page, "**/orders/CL-*")`: until it is there.
- `look_at(page, steps)`: checks every page of a walk at both widths, and keeps its pictures.
- `shoot(page, name)`: writes screenshots at both widths into $CLUTCH_SCREENSHOTS, when that is set.

Without a Chromium these tests skip and say so; with CLUTCH_REQUIRE_BROWSER=1 they fail.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clutch.live.tests.server import AsgiServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE: Any = {"width": 390, "height": 844}
DESK: Any = {"width": 1280, "height": 900}
WIDTHS = {"desk": DESK, "phone": PHONE}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No page may need another host. Not by Playwright's routes: those would switch off the cache, and
    # every page would load its scripts and styles anew.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SECONDS = 15

# English is looked at in every run, Arabic in the longer one: what differs is the direction, and `new_page`
# shows it in the dark scheme.
in_both_languages = pytest.mark.parametrize("language", ["en", pytest.param("ar", marks=pytest.mark.long)])


def find_chromium() -> str:
    """The path of a Chromium; skips the test, or fails it where a browser is required."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    reason = "no chromium on this machine: install the package “chromium”"
    if os.environ.get("CLUTCH_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def live_site(asgi_server: AsgiServer) -> Iterator[str]:
    """The base URL of the running server, which also runs due jobs as a worker would."""
    asgi_server.order("run")
    yield asgi_server.url
    asgi_server.order("rest")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One Chromium for the tests of a file.

    Not for the whole run: Playwright's loop counts as running on this thread, and a later test
    could call no async view through Django's test client.
    """
    path = find_chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("playwright is not installed: pip install -r requirements-dev.txt")
    with sync_playwright() as playwright:
        # Playwright keeps an event loop on this thread; Django would take it for async code.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_page(browser: "Browser", live_site: str) -> "Iterator[Callable[..., Page]]":
    """Open further pages, each like a browser of its own (no shared cookies)."""
    with ExitStack() as stack:

        def make(*, phone: bool = False, language: str = "en", user: Any = None, **options: Any) -> "Page":
            context = browser.new_context(
                base_url=live_site,
                viewport=PHONE if phone else DESK,
                has_touch=phone,
                locale={"en": "en-GB", "ar": "ar-EG"}[language],
                reduced_motion="reduce",
                color_scheme="light" if language == "en" else "dark",
                **options,
            )
            stack.callback(context.close)
            context.set_default_timeout(SECONDS * 1000)
            page = context.new_page()
            if user is not None:
                sign_in(page, user)
            return page

        yield make


@pytest.fixture
def page(new_page: "Callable[..., Page]") -> "Page":
    """A page at desk width."""
    return new_page()


@pytest.fixture
def phone_page(new_page: "Callable[..., Page]") -> "Page":
    """A page at phone width, with touch."""
    return new_page(phone=True)


def sign_in(page: "Page", user: Any) -> None:
    """Sign a user in by setting the session cookie of the page's browser context."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session.session_key or "",
                "domain": "127.0.0.1",
                "path": "/",
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


# axe looks into no frame and loads nothing anew; what passes is neither described nor sent back.
AXE = """(tags) => axe.run({
  runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], preload: false, iframes: false,
}).then((found) => found.violations)"""


def axe_check(page: "Page") -> None:
    """Assert that axe finds no violation of WCAG 2.2 AA."""
    from axe_playwright_python.base import AXE_SCRIPT

    # A link that was just clicked may have shown its page only in part.
    page.wait_for_load_state("load")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    problems = [
        f"{item['id']} ({item['impact']}): {item['help']}\n"
        + "\n".join(f"    {node['html'][:200]}\n    {node['failureSummary']}" for node in item["nodes"])
        for item in page.evaluate(AXE, WCAG)
    ]
    assert not problems, f"{page.url}\n" + "\n".join(problems)


def until(page: "Page", expression: str) -> None:
    """Wait until an expression of JavaScript is true.

    `page.wait_for_function` would ask again from inside the page, where the site's own content
    policy forbids to evaluate text.
    """
    end = time.monotonic() + SECONDS
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"not true after {SECONDS} s at {page.url}: {expression}"
        page.wait_for_timeout(50)


SCANNED = """(code) => {
    const press = (key, code, shiftKey) => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", {key, code, shiftKey, bubbles: true, cancelable: true}));
    const place = (sign) =>
        sign === "-" ? "Minus" : /\\d/.test(sign) ? `Digit${sign}` : `Key${sign.toUpperCase()}`;
    for (const sign of code) press(sign, place(sign), /[A-Z]/.test(sign));
    press("Enter", "Enter", false);
}"""


def scan_code(page: "Page", code: str) -> None:
    """Send a code of digits, Latin letters and dashes as a hardware scanner does, with the focus anywhere.

    All keys in one go: a scanner is told from a person by its speed, and the keys of
    `page.keyboard` are as slow as the machine is busy.
    """
    page.evaluate(SCANNED, code)


def at_url(page: "Page", pattern: str) -> None:
    """Wait until the page is at an address: ** stands for anything, * for anything but a slash.

    `page.wait_for_url` would fail when two fragments lead to the same address at once, because the
    second navigation ends the first.
    """
    from playwright.sync_api import expect

    words = re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    expect(page).to_have_url(re.compile(f"^{words}$"), timeout=SECONDS * 1000)
    page.wait_for_load_state("load")


def look_at(page: "Page", steps: Iterable[str], *, axe: bool = True) -> None:
    """Check every page that `steps` leads to, at both widths, and keep its pictures.

    `steps` goes from page to page and yields a name for each. No page may scroll sideways, have a
    barrier that axe finds, break in a script, or ask for what its content policy refuses.
    """
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    for name in steps:
        language, direction = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        assert direction == ("rtl" if language == "ar" else "ltr")
        for width, size in WIDTHS.items():
            page.set_viewport_size(size)
            found = page.evaluate("document.documentElement.scrollWidth")
            assert found <= size["width"], f"{name} is {found} wide"
            if axe:
                axe_check(page)
            picture(page, f"{name}-{language}-{width}")
    assert wrong == []


def shoot(page: "Page", name: str) -> None:
    """Write NAME-phone.png and NAME-desk.png of the whole page into $CLUTCH_SCREENSHOTS, when set."""
    before = page.viewport_size
    for width in WIDTHS if "CLUTCH_SCREENSHOTS" in os.environ else ():
        page.set_viewport_size(WIDTHS[width])
        picture(page, f"{name}-{width}")
    if before:
        page.set_viewport_size(before)


def picture(page: "Page", name: str) -> None:
    """Write NAME.png of the whole page as it stands into $CLUTCH_SCREENSHOTS, when that is set."""
    if not (folder := os.environ.get("CLUTCH_SCREENSHOTS")):
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    # As tall as the page: bars that stick to an edge are then at the page's edge, and cover nothing.
    size = page.viewport_size or DESK
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    page.screenshot(path=Path(folder) / f"{name}.png")
    page.set_viewport_size(size)
