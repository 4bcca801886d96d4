"""The sign-in and account pages in a real browser: a journey by keyboard, and axe in both languages."""

from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from django.contrib.sessions.models import Session

from clutch.accounts.models import User
from clutch.accounts.tests.factories import UserFactory
from clutch.live.tests.browser import at_url

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def awaited_code() -> str:
    """The code that the one open sign-up waits for; its text went to the server's log."""
    for session in Session.objects.all():
        stages: dict[str, Any] = (
            session.get_decoded().get("account_login", {}).get("state", {}).get("stages", {})
        )
        for stage in stages.values():
            if isinstance(stage, dict) and (code := stage.get("data", {}).get("code")):
                return str(code)
    raise AssertionError(f"no {AbstractCodeVerificationProcess.__name__} waits for a code")


def test_sign_up_by_keyboard_and_sign_out(phone_page: "Page") -> None:
    page = phone_page
    page.goto("/sign-up?next=/account")
    page.get_by_label("Your name").fill("Mona")
    page.get_by_label("Phone number").fill("0100 123 4567")
    page.keyboard.press("Enter")
    at_url(page, "**/sign-in/code?**")
    assert page.get_by_label("Code").evaluate("field => field === document.activeElement")
    page.keyboard.type(awaited_code())
    page.keyboard.press("Enter")
    at_url(page, "**/account")
    assert User.objects.get().phone_verified
    page.get_by_role("button", name="Sign out", exact=True).click()
    at_url(page, "**/")
    page.goto("/account")
    at_url(page, "**/sign-in?next=/account")


def test_enter_behind_a_password_signs_in_with_it(phone_page: "Page") -> None:
    """The first button of the form sends a code; whoever typed a password did not ask for one."""
    user = UserFactory.create(password="pass-word-1234")
    page = phone_page
    page.goto("/sign-in?next=/garage")
    page.get_by_label("Phone number or e-mail").fill(str(user.phone))
    page.get_by_text("I have a password").click()
    page.get_by_label("Password").fill("pass-word-1234")
    page.get_by_label("Password").press("Enter")
    page.get_by_role("heading", name="Garage").wait_for()
