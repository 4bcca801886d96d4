"""The harness itself: the server serves the test database, the browser reaches nothing else."""

from typing import Any

import pytest

from clutch.accounts.models import User
from clutch.live.tests.browser import DESK, PHONE, shoot, sign_in


@pytest.mark.browser
def test_browser_sees_the_site_and_nothing_else(live_site: Any, page: Any, phone_page: Any) -> None:
    assert page.goto(f"{live_site}/healthz").text() == "ok"
    assert phone_page.goto("/healthz").ok
    assert (page.viewport_size, phone_page.viewport_size) == (DESK, PHONE)
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://127.0.0.2:8009/")


@pytest.mark.browser
def test_sign_in_sets_a_cookie_for_one_browser_only(live_site: Any, page: Any, phone_page: Any) -> None:
    sign_in(page, User.objects.create_user(phone="+201000000001"))
    assert len(page.context.cookies(live_site)) == 1
    assert phone_page.context.cookies(live_site) == []


@pytest.mark.browser
def test_shoot_writes_both_widths(live_site: Any, page: Any, tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("CLUTCH_SCREENSHOTS", str(tmp_path))
    page.goto("/healthz")
    shoot(page, "health")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["health-desk.png", "health-phone.png"]
    assert page.viewport_size == DESK
