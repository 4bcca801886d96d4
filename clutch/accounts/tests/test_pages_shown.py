"""Every page of signing in and of the account, looked at at both widths and in both languages."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress, get_emailconfirmation_model
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)

from clutch.accounts.models import User
from clutch.accounts.tests.factories import UserFactory
from clutch.live.tests.browser import at_url, in_both_languages, look_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]

PASSWORD = "a password of the tests"


def app_code(secret: str) -> str:
    """What an authenticator app shows now for a key."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def submit(page: Any, **fields: str) -> None:
    """Fill the page's own form and send it."""
    for name, value in fields.items():
        page.fill(f"main [name={name}]", value)
    page.locator("main form").first.locator("button").first.click()


def signing_in(page: Any, user: User) -> Iterator[str]:
    """From the sign-up to the second factor."""
    page.goto("/sign-up")
    yield "sign-up"
    submit(page, phone="12")
    page.locator("[aria-invalid=true]").first.wait_for()
    yield "sign-up-refused"
    page.goto("/sign-in")
    yield "sign-in"
    submit(page, login=user.phone or "")
    at_url(page, "**/sign-in/code")
    yield "sign-in-code"
    submit(page, code="000000")
    page.locator("[aria-invalid=true]").first.wait_for()
    yield "sign-in-code-refused"
    TOTP.activate(user, generate_totp_secret())
    page.goto("/sign-in")
    page.fill("[name=login]", user.phone or "")
    page.locator("details summary").click()
    page.fill("[name=password]", PASSWORD)
    page.locator("[value=password]").click()
    at_url(page, "**/sign-in/second-factor")
    yield "sign-in-second-factor"


def the_account(page: Any, user: User) -> Iterator[str]:
    """The account, each of its pages, and setting up a second factor."""
    sign_in(page, user)
    EmailAddress.objects.create(user=user, email="new@example.org", verified=False)
    for path in ("", "/password", "/email", "/phone", "/second-factor"):
        page.goto(f"/account{path}")
        yield f"account{path.replace('/', '-')}"
    submit(page, code=app_code(page.locator("main code").inner_text()))
    at_url(page, "**/account/recovery-codes")
    yield "account-recovery-codes"
    page.goto("/account/phone")
    submit(page, phone="01009999999")
    at_url(page, "**/account/phone/code")
    yield "account-phone-code"
    waiting = EmailAddress.objects.get(email="new@example.org")
    page.goto(f"/account/verify-email/{get_emailconfirmation_model().create(waiting).key}")
    yield "account-verify-email"
    page.goto("/account/verify-email/gone")
    yield "account-verify-email-over"
    page.goto("/sign-out")
    yield "sign-out"


@in_both_languages
@pytest.mark.parametrize("walk", [signing_in, the_account])
def test_pages_of_an_account(new_page: Any, language: str, walk: Any) -> None:
    user = UserFactory(name="Mona", language=language, email="mona@example.org", password=PASSWORD)
    page = new_page(language=language)
    look_at(page, walk(page, user))
