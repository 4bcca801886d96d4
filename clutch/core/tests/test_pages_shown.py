"""The pages of refusals and faults, looked at at both widths and in both languages.

They are drawn here and put before the browser: a fault of the server cannot be ordered.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import translation

from clutch.core.pages import csrf_failure, error_page
from clutch.live.tests.browser import in_both_languages, look_at

pytestmark = [pytest.mark.browser, pytest.mark.long]

STATUSES = (400, 403, 404, 409, 412, 413, 422, 429, 500, 503)


def refusals(page: Any, language: str) -> Iterator[str]:
    """One page for each status, and the one of a form that was open for too long."""
    request = RequestFactory().get("/orders")
    with translation.override(language):
        pages = {str(status): error_page(request, status).content.decode() for status in STATUSES}
        pages["csrf"] = csrf_failure(request).content.decode()
    page.route("**/shown/*", lambda route: answer(route, pages[route.request.url.rpartition("/")[2]]))
    for name in pages:
        page.goto(f"/shown/{name}")
        yield f"error-{name}"


def answer(route: Any, text: str) -> None:
    """Answer with a page, in the server's place."""
    route.fulfill(body=text, content_type="text/html; charset=utf-8")


@in_both_languages
def test_pages_of_refusals(new_page: Any, language: str) -> None:
    page = new_page(language=language)
    look_at(page, refusals(page, language))
