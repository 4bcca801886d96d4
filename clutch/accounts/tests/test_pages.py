"""The sign-in and account pages, by hand and by rule."""

from typing import Any

import pytest
from allauth.core.exceptions import RateLimited
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from clutch.accounts.middleware import OneAtATimeMiddleware
from clutch.accounts.models import User
from clutch.accounts.rules import staff_ready
from clutch.accounts.tests.conftest import code_in
from clutch.accounts.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a fine long passphrase"


def totp(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def signed_in(client: Client, user: User, texts: list[tuple[str, str]]) -> None:
    """Sign in through the pages, so that the session is listed."""
    client.post("/sign-in", {"login": user.phone, "by": "code"})
    client.post("/sign-in/code", {"code": code_in(texts[-1][1])})
    assert who(client) == str(user.pk)


def test_sign_up_by_phone(client: Client, texts: list[tuple[str, str]]) -> None:
    assert client.get("/sign-up?next=/garage").status_code == 200
    response = client.post("/sign-up", {"name": "Mona", "phone": "0100 123 4567", "next": "/garage"})
    assert response["Location"] == "/sign-in/code?next=%2Fgarage"
    assert "+201001234567" in client.get(response["Location"]).content.decode()

    response = client.post(response["Location"], {"code": code_in(texts[0][1]), "next": "/garage"})

    assert response["Location"] == "/garage"
    assert who(client) == str(User.objects.get(phone="+201001234567", phone_verified=True).pk)


def test_sign_up_by_email_in_arabic(client: Client) -> None:
    client.cookies["clutch_language"] = "ar"
    client.post("/sign-up", {"name": "منى", "email": "mona@example.org"})
    code = code_in(mail.outbox[0].body)
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post("/sign-in/code", {"code": arabic})["Location"] == "/"
    assert User.objects.get().language == "ar"


@pytest.mark.parametrize(
    "wrong", [{}, {"phone": "12"}, {"email": "mona"}, {"phone": "01001234567", "name": "a\x00"}]
)
def test_sign_up_says_what_is_wrong(client: Client, wrong: dict[str, str]) -> None:
    response = client.post("/sign-up", wrong)
    assert response.status_code == 422
    assert not User.objects.exists()


def test_sign_up_with_a_known_number_looks_the_same(client: Client, texts: list[tuple[str, str]]) -> None:
    user = UserFactory()
    assert client.post("/sign-up", {"phone": user.phone})["Location"] == "/sign-in/code"
    assert "already" in texts[0][1]
    assert client.post("/sign-in/code", {"code": "123456"}).status_code == 422
    assert who(client) is None


def test_sign_in_by_code(client: Client, texts: list[tuple[str, str]]) -> None:
    user = UserFactory()
    assert client.post("/sign-in", {"login": user.phone, "by": "code"})["Location"] == "/sign-in/code"
    assert client.post("/sign-in/code/again").status_code == 302
    assert len(texts) == 2
    assert client.post("/sign-in/code", {"code": code_in(texts[1][1])})["Location"] == "/"
    assert who(client) == str(user.pk)
    assert client.get("/sign-in")["Location"] == "/"


def test_sign_in_by_password_and_its_lockout(client: Client) -> None:
    user = UserFactory(password=PASSWORD)
    form = {"login": user.phone, "by": "password"}
    for _attempt in range(5):
        assert client.post("/sign-in", {**form, "password": "wrong"}).status_code == 422
    assert client.post("/sign-in", {**form, "password": PASSWORD}).status_code == 422
    other = UserFactory(password=PASSWORD, email="mona@example.org")
    client.post("/sign-in", {"login": "Mona@example.org", "by": "password", "password": PASSWORD})
    assert who(client) == str(other.pk)


def test_three_wrong_codes_start_over(client: Client, texts: list[tuple[str, str]]) -> None:
    user = UserFactory()
    client.post("/sign-in", {"login": user.phone, "by": "code"})
    code = code_in(texts[0][1])
    wrong = f"{(int(code) + 1) % 10**6:06}"
    statuses = [client.post("/sign-in/code", {"code": wrong}).status_code for _try in range(3)]
    assert statuses == [422, 422, 302]
    assert client.post("/sign-in/code", {"code": code})["Location"] == "/sign-in"
    assert who(client) is None


def test_closed_account_cannot_sign_in(client: Client, texts: list[tuple[str, str]]) -> None:
    user = UserFactory(is_active=False, password=PASSWORD)
    client.post("/sign-in", {"login": user.phone, "by": "password", "password": PASSWORD})
    assert who(client) is None
    client.post("/sign-in", {"login": user.phone, "by": "code"})
    client.post("/sign-in/code", {"code": code_in(texts[-1][1])})
    assert who(client) is None


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil"]
)
def test_next_stays_on_this_site(client: Client, texts: list[tuple[str, str]], evil: str) -> None:
    user = UserFactory()
    client.post("/sign-in", {"login": user.phone, "by": "code", "next": evil})
    response = client.post("/sign-in/code", {"code": code_in(texts[0][1]), "next": evil})
    assert response["Location"] == "/"


def test_sign_out_asks_first(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    assert client.get("/sign-out").status_code == 200
    assert who(client)
    client.post("/sign-out")
    assert who(client) is None


def test_profile_is_saved_with_its_language(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    response = client.post("/account", {"name": "Mona", "language": "ar", "time_zone": "Africa/Cairo"})
    assert response["Location"] == "/account"
    assert response.cookies["clutch_language"].value == "ar"
    user.refresh_from_db()
    assert (user.name, user.language, user.time_zone) == ("Mona", "ar", "Africa/Cairo")
    refused = client.post("/account", {"name": "x", "language": "xx", "time_zone": "Mars/Base"})
    assert refused.status_code == 422


def test_language_switch_is_kept_for_the_person(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    client.post("/language", {"language": "ar", "next": "/account"})
    user.refresh_from_db()
    assert user.language == "ar"
    assert client.get("/language").status_code == 405


def test_password_after_code_needs_no_old_one(client: Client, texts: list[tuple[str, str]]) -> None:
    user = UserFactory(password=PASSWORD)
    signed_in(client, user, texts)
    assert client.post("/account/password", {"new_password": "another fine one"}).status_code == 302
    assert who(client) == str(user.pk)
    assert client.get("/account").status_code == 200
    user.refresh_from_db()
    assert user.check_password("another fine one")


def test_password_needs_the_old_one_otherwise(client: Client) -> None:
    user = UserFactory(password=PASSWORD)
    client.force_login(user)
    for given in ({}, {"current_password": "wrong"}):
        assert (
            client.post("/account/password", {"new_password": "another fine one", **given}).status_code == 422
        )
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert (
        client.post("/account/password", {"new_password": "123", "current_password": PASSWORD}).status_code
        == 422
    )


def test_other_devices_are_signed_out(client: Client, texts: list[tuple[str, str]]) -> None:
    user, other = UserFactory(), Client()
    signed_in(client, user, texts)
    signed_in(other, user, texts)
    assert UserSession.objects.filter(user=user).count() == 2
    assert client.post("/account/sessions/end-others").status_code == 302
    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_session_of_another_person_is_not_found(client: Client, texts: list[tuple[str, str]]) -> None:
    user, stranger = UserFactory(), Client()
    signed_in(client, user, texts)
    signed_in(stranger, UserFactory(), texts)
    session = UserSession.objects.get(user=user)
    assert stranger.post(f"/account/sessions/{session.pk}/end").status_code == 404
    assert client.get("/account").status_code == 200
    client.post(f"/account/sessions/{session.pk}/end")
    assert client.get("/account").status_code == 302


def test_new_address_counts_when_its_link_is_opened(client: Client) -> None:
    user = UserFactory(email="old@example.org")
    client.force_login(user)
    client.post("/account/email", {"email": "New@example.org"})
    [message] = mail.outbox
    assert message.to == ["new@example.org"]
    link = next(word for word in message.body.split() if "/account/verify-email/" in word)
    path = link[link.index("/account/") :]
    user.refresh_from_db()
    assert user.email == "old@example.org"
    assert client.get(path).status_code == 200
    user.refresh_from_db()
    assert user.email == "old@example.org"
    client.post(path)
    user.refresh_from_db()
    assert user.email == "new@example.org"


def test_address_of_another_person_is_not_taken(client: Client) -> None:
    UserFactory(email="mona@example.org")
    user = UserFactory()
    client.force_login(user)
    assert client.post("/account/email", {"email": "mona@example.org"}).status_code == 302
    assert "already" in mail.outbox[0].subject
    user.refresh_from_db()
    assert user.email is None


def test_new_number_counts_when_its_code_is_entered(client: Client, texts: list[tuple[str, str]]) -> None:
    user = UserFactory()
    client.force_login(user)
    client.post("/account/phone", {"phone": "01001234567"})
    assert client.post("/account/phone/code", {"code": "000000"}).status_code == 422
    assert client.post("/account/phone/code", {"code": code_in(texts[0][1])}).status_code == 302
    user.refresh_from_db()
    assert (user.phone, user.phone_verified) == ("+201001234567", True)


def test_number_of_another_person_is_refused(client: Client, texts: list[tuple[str, str]]) -> None:
    other, user = UserFactory(), UserFactory()
    client.force_login(user)
    client.post("/account/phone", {"phone": other.phone})
    assert client.post("/account/phone/code", {"code": code_in(texts[0][1])}).status_code == 200
    user.refresh_from_db()
    assert user.phone != other.phone


def test_staff_enrols_a_second_factor_and_is_asked_for_it(
    client: Client, texts: list[tuple[str, str]], settings: Any
) -> None:
    staff, old = StaffFactory(second_factor=False), Client()
    signed_in(client, staff, texts)
    signed_in(old, staff, texts)
    assert not staff_ready(staff)
    page = client.get("/account/second-factor")
    secret = page.context["secret"]
    assert client.post("/account/second-factor", {"code": "000000"}).status_code == 422
    response = client.post("/account/second-factor", {"code": totp(secret)})
    assert response["Location"].startswith("/account/recovery-codes")
    codes = client.get("/account/recovery-codes").context["codes"]
    assert len(codes) == 10
    assert client.get("/account/recovery-codes").status_code == 302
    assert staff_ready(staff)
    assert old.get("/account").status_code == 302

    fresh = Client()
    fresh.post("/sign-in", {"login": staff.phone, "by": "code"})
    response = fresh.post("/sign-in/code", {"code": code_in(texts[-1][1])})
    assert response["Location"] == "/sign-in/second-factor"
    assert who(fresh) is None
    assert fresh.post("/sign-in/second-factor", {"code": "000000"}).status_code == 422
    assert fresh.post("/sign-in/second-factor", {"code": codes[0]})["Location"] == "/"
    assert who(fresh) == str(staff.pk)


def test_staff_is_ready_without_a_second_factor_in_the_demo_alone(settings: Any) -> None:
    staff = StaffFactory(second_factor=False)
    assert not staff_ready(staff)
    settings.DEMO = True
    assert staff_ready(staff)
    assert not staff_ready(UserFactory())
    settings.DEMO = False
    TOTP.activate(staff, "A" * 32)
    assert Authenticator.objects.count() == 1
    assert staff_ready(staff)
    staff.is_active = False
    assert not staff_ready(staff)


@pytest.mark.parametrize(
    "path",
    [
        "/account",
        "/account/password",
        "/account/email",
        "/account/phone",
        "/account/phone/code",
        "/account/second-factor",
        "/account/recovery-codes",
    ],
)
def test_account_pages_are_for_signed_in_people(client: Client, path: str) -> None:
    response = client.get(path)
    assert response["Location"] == f"/sign-in?next={path}"


@pytest.mark.parametrize("path", ["/account/sessions/1/end", "/account/sessions/end-others"])
def test_acts_of_the_account_are_for_signed_in_people(client: Client, path: str) -> None:
    assert client.post(path)["Location"] == f"/sign-in?next={path}"


@pytest.mark.parametrize(
    "path", ["/account", "/account/password", "/account/email", "/account/phone", "/sign-out"]
)
def test_pages_render_in_both_languages(client: Client, path: str) -> None:
    client.force_login(UserFactory())
    for language in ("en", "ar"):
        client.cookies["clutch_language"] = language
        response = client.get(path)
        assert response.status_code == 200
        assert f'lang="{language}"' in response.content.decode()


def test_too_often_is_a_page_of_its_own(rf: RequestFactory) -> None:
    refused = OneAtATimeMiddleware(lambda _request: HttpResponse())
    with translation.override("en"):
        page = refused.process_exception(rf.get("/account/email"), RateLimited())
    assert page is not None
    assert (page.status_code, b"That was too often" in page.content) == (429, True)
