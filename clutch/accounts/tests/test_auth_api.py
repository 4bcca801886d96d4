"""Sign-up, sign-in, refresh, sign-out and password reset as an app does them, over HTTP."""

import base64
import json
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail

from clutch.accounts import actions
from clutch.accounts.models import User
from clutch.accounts.tests.conftest import App, code_in, pending
from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.actor import Actor

pytestmark = pytest.mark.django_db

PASSWORD = "a fine long passphrase"


def me(app: App) -> Any:
    return app.api("GET", "/me")


def by_session_token(app: App) -> Any:
    return app.client.get("/api/v1/me", headers={"X-Session-Token": app.session})


def test_sign_up_by_phone_code(app: App, texts: list[tuple[str, str]]) -> None:
    response = app.post("/auth/signup", phone="0100 123 4567", name="Mona")
    assert response.status_code == 401
    assert pending(response) == ["verify_phone"]
    assert me(app).status_code == 401
    [(phone, text)] = texts
    assert phone == "+201001234567"

    response = app.post("/auth/phone/verify", code=code_in(text))

    assert response.status_code == 200
    user = User.objects.get()
    assert (user.phone, user.phone_verified, user.name) == ("+201001234567", True, "Mona")
    assert not user.has_usable_password()
    assert me(app).json()["phone"] == "+201001234567"


def test_sign_up_by_email_code(app: App) -> None:
    response = app.post("/auth/signup", email="Mona@Example.org", name="Mona")
    assert pending(response) == ["login_by_code"]
    [message] = mail.outbox
    assert message.to == ["mona@example.org"]

    assert app.post("/auth/code/confirm", code=code_in(message.body)).status_code == 200

    user = User.objects.get()
    assert (user.email, user.phone) == ("mona@example.org", None)
    assert EmailAddress.objects.get(user=user).verified
    assert me(app).json()["email"] == "mona@example.org"


def test_sign_up_needs_phone_or_email(app: App) -> None:
    response = app.post("/auth/signup", name="Mona")
    assert response.status_code == 400
    assert [error["param"] for error in response.json()["errors"]] == ["phone"]
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "\u202eevil", "x" * 121])
def test_sign_up_refuses_odd_names(app: App, name: str) -> None:
    assert app.post("/auth/signup", phone="01001234567", name=name).status_code == 400
    assert not User.objects.exists()


def test_sign_up_with_a_known_number_looks_the_same_and_tells_its_owner(
    app: App, texts: list[tuple[str, str]]
) -> None:
    user = UserFactory()
    known = app.post("/auth/signup", phone=user.phone)
    unknown = App().post("/auth/signup", phone="+201001234567")
    assert known.status_code == unknown.status_code == 401
    assert pending(known) == pending(unknown) == ["verify_phone"]
    assert "already" in texts[0][1]
    assert app.post("/auth/phone/verify", code="123456").status_code in {400, 409}
    assert User.objects.count() == 2


def test_sign_in_by_phone_code(app: App, texts: list[tuple[str, str]]) -> None:
    user = UserFactory(phone="+201001234567", phone_verified=False)
    assert app.post("/auth/code/request", phone="01001234567").status_code == 401
    assert app.post("/auth/code/confirm", code=code_in(texts[0][1])).status_code == 200
    assert me(app).json()["id"] == str(user.pk)
    user.refresh_from_db()
    assert user.phone_verified


def test_code_is_texted_in_the_persons_language(app: App, texts: list[tuple[str, str]]) -> None:
    UserFactory(phone="+201001234567", language="ar")
    app.post("/auth/code/request", phone="01001234567")
    assert code_in(texts[0][1])


def test_code_works_once(app: App, texts: list[tuple[str, str]]) -> None:
    user = UserFactory()
    app.post("/auth/code/request", phone=user.phone)
    first_session = app.session
    code = code_in(texts[0][1])
    assert app.post("/auth/code/confirm", code=code).status_code == 200
    again = App(session=first_session)
    assert again.post("/auth/code/confirm", code=code).status_code in {401, 409, 410}
    assert not again.access
    assert app.post("/auth/code/confirm", code=code).status_code == 409


def test_code_of_another_session_is_worth_nothing(app: App, texts: list[tuple[str, str]]) -> None:
    user = UserFactory()
    app.post("/auth/code/request", phone=user.phone)
    other = App()
    other.post("/auth/code/request", phone=UserFactory().phone)
    assert other.post("/auth/code/confirm", code=code_in(texts[0][1])).status_code == 400


def test_third_wrong_code_ends_it(app: App, texts: list[tuple[str, str]]) -> None:
    user = UserFactory()
    app.post("/auth/code/request", phone=user.phone)
    code = code_in(texts[0][1])
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _attempt in range(3):
        assert app.post("/auth/code/confirm", code=wrong).status_code == 400
    assert app.post("/auth/code/confirm", code=code).status_code == 409


def test_unknown_number_gets_a_text_and_no_hint(app: App, texts: list[tuple[str, str]]) -> None:
    response = app.post("/auth/code/request", phone="01001234567")
    assert pending(response) == ["login_by_code"]
    assert "no Clutch account" in texts[0][1]


def test_codes_per_number_are_limited(app: App, texts: list[tuple[str, str]]) -> None:
    user = UserFactory()
    statuses = [App().post("/auth/code/request", phone=user.phone).status_code for _try in range(5)]
    assert statuses == [401, 401, 401, 400, 400]
    assert len(texts) == 3


@pytest.mark.parametrize("login", [{"phone": "0100 123 4567"}, {"email": "mona@example.org"}])
def test_sign_in_by_password(app: App, login: dict[str, str]) -> None:
    UserFactory(phone="+201001234567", email="mona@example.org", password=PASSWORD)
    assert app.post("/auth/login", password=PASSWORD, **login).status_code == 200
    assert me(app).status_code == 200


def test_five_wrong_passwords_lock_out_this_account_alone(app: App) -> None:
    locked, other = UserFactory(password=PASSWORD), UserFactory(password=PASSWORD)
    for _attempt in range(5):
        assert App().post("/auth/login", phone=locked.phone, password="wrong").status_code == 400
    refused = app.post("/auth/login", phone=locked.phone, password=PASSWORD)
    assert [error["code"] for error in refused.json()["errors"]] == ["too_many_login_attempts"]
    assert App().post("/auth/login", phone=other.phone, password=PASSWORD).status_code == 200


def test_refresh_rotates(signed_in: App) -> None:
    first = signed_in.refresh
    response = signed_in.post("/tokens/refresh", refresh_token=first)
    assert response.status_code == 200
    tokens = response.json()["data"]
    assert tokens["refresh_token"] != first
    assert signed_in.post("/tokens/refresh", refresh_token=first).status_code == 400
    signed_in.access = tokens["access_token"]
    assert me(signed_in).status_code == 200


def test_sign_out_ends_access_at_once(signed_in: App) -> None:
    assert me(signed_in).status_code == 200
    assert signed_in.call("DELETE", "/auth/session").status_code == 401
    assert me(signed_in).status_code == 401
    assert signed_in.post("/tokens/refresh", refresh_token=signed_in.refresh).status_code in {400, 410}


def test_deactivated_user_is_out_with_a_living_token(signed_in: App) -> None:
    user = User.objects.get()
    actions.deactivate_user(user.pk, actor=Actor.staff(StaffFactory()))
    assert me(signed_in).status_code == 401
    assert (
        signed_in.client.get("/api/v1/me", headers={"X-Session-Token": signed_in.session}).status_code == 401
    )
    assert signed_in.post("/tokens/refresh", refresh_token=signed_in.refresh).status_code in {400, 410}


def test_deactivated_flag_alone_keeps_tokens_out(signed_in: App) -> None:
    """Also when someone sets the flag by hand: the token is checked against the user."""
    User.objects.update(is_active=False)
    assert me(signed_in).status_code == 401
    assert (
        signed_in.client.get("/api/v1/me", headers={"X-Session-Token": signed_in.session}).status_code == 401
    )


def test_deactivated_user_cannot_sign_in(app: App, texts: list[tuple[str, str]]) -> None:
    user = UserFactory(is_active=False, password=PASSWORD)
    assert app.post("/auth/login", phone=user.phone, password=PASSWORD).status_code != 200
    app.post("/auth/code/request", phone=user.phone)
    if texts and "code" in texts[-1][1]:
        app.post("/auth/code/confirm", code=code_in(texts[-1][1]))
    assert not app.access
    assert me(app).status_code == 401


def test_password_reset_by_email_code(app: App) -> None:
    user = UserFactory(email="mona@example.org", password=PASSWORD)
    EmailAddress.objects.create(user=user, email="mona@example.org", primary=True, verified=True)
    elsewhere = App()
    elsewhere.post("/auth/login", email="mona@example.org", password=PASSWORD)
    assert me(elsewhere).status_code == 200

    app.post("/auth/password/request", email="mona@example.org")
    code = code_in(mail.outbox[0].body)
    assert app.post("/auth/password/reset", key="000000", password="another fine one").status_code == 400
    assert app.post("/auth/password/reset", key=code, password="another fine one").status_code == 401
    assert app.post("/auth/password/reset", key=code, password="a third fine one").status_code == 409

    assert me(elsewhere).status_code == 401
    assert App().post("/auth/login", email="mona@example.org", password=PASSWORD).status_code == 400
    assert App().post("/auth/login", email="mona@example.org", password="another fine one").status_code == 200


def test_password_reset_by_phone_code(app: App, texts: list[tuple[str, str]]) -> None:
    user = UserFactory(password=PASSWORD)
    app.post("/auth/code/request", phone=user.phone)
    app.post("/auth/code/confirm", code=code_in(texts[0][1]))
    assert app.api("PUT", "/me/password", {"newPassword": "another fine one"}).status_code == 200
    assert me(app).status_code == 200
    assert App().post("/auth/login", phone=user.phone, password="another fine one").status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ü", "é.é.é", "x" * 5000])
def test_nonsense_tokens_are_refused(app: App, token: str) -> None:
    from clutch.accounts.authentication import user_of_token

    assert user_of_token(token) is None
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    assert app.client.get("/api/v1/me", headers=headers).status_code == 401


def part(content: Any) -> str:
    """A part of a token as it is written."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(good: str, how: str) -> str:
    """A good access token, made into what somebody would like to be one."""
    head, body, seal = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    key = settings.SECRET_KEY
    if how == "signed by nobody":
        return f"{part({'alg': 'none', 'typ': 'JWT'})}.{body}."
    if how == "signed by another":
        return str(jwt.encode(claims, "another secret, of at least 32 bytes", algorithm="HS256"))
    if how == "of another person":
        return str(jwt.encode({**claims, "sub": str(UserFactory().pk)}, key, algorithm="HS256"))
    if how == "over":
        return str(jwt.encode({**claims, "exp": 1}, key, algorithm="HS256"))
    if how.startswith("without "):
        left = {name: value for name, value in claims.items() if name != how.removeprefix("without ")}
        return str(jwt.encode(left, key, algorithm="HS256"))
    if how == "with another session":
        return str(jwt.encode({**claims, "sid": part(b"x" * 40)}, key, algorithm="HS256"))
    return {
        "with a changed body": f"{head}.{part({**claims, 'sub': str(UserFactory().pk)})}.{seal}",
        "lacking its seal": f"{head}.{body}",
        "with a part more": f"{good}.{seal}",
        "with a broken head": f"{part(b'{')}.{body}.{seal}",
        "with a head of numbers": f"{part([1])}.{body}.{seal}",
        "with a body that is no object": f"{head}.{part([1])}.{seal}",
        "that is not base64": "%%%.%%%.%%%",
        "of empty parts": "..",
    }[how]


FORGED = [
    "signed by nobody", "signed by another", "of another person", "over", "without sub", "without sid",
    "without jti", "without token_use", "with another session", "with a changed body", "lacking its seal",
    "with a part more", "with a broken head", "with a head of numbers", "with a body that is no object",
    "that is not base64", "of empty parts",
]  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
def test_token_that_is_not_ours_opens_nothing(signed_in: App, how: str) -> None:
    """As Bearer and as session token; the true one still opens its own."""
    token = forged(signed_in.access, how)
    for header in ({"Authorization": f"Bearer {token}"}, {"X-Session-Token": token}):
        answer = signed_in.client.get("/api/v1/me", headers=header)
        assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    assert me(signed_in).status_code == 200


def test_refresh_token_is_no_access_token(signed_in: App) -> None:
    """And the other way round."""
    bearer = {"Authorization": f"Bearer {signed_in.refresh}"}
    assert signed_in.client.get("/api/v1/me", headers=bearer).status_code == 401
    assert signed_in.post("/tokens/refresh", refresh_token=signed_in.access).status_code == 400


def test_anonymous_gets_401_with_a_challenge(app: App) -> None:
    response = me(app)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


def test_session_token_works_too(signed_in: App) -> None:
    assert by_session_token(signed_in).status_code == 200
