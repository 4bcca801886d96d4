"""What allauth really answers, against what the API's description says of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from clutch.accounts.models import User
from clutch.accounts.tests.conftest import AUTH, SENT, App, code_in
from clutch.accounts.tests.factories import UserFactory
from clutch.core.schema_views import description

pytestmark = [pytest.mark.django_db, pytest.mark.urls("clutch.urls")]

PASSWORD = "a fine long passphrase"


@pytest.fixture(scope="module")
def described() -> Any:
    return description("clutch.urls", "en")


@pytest.fixture
def seen(described: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[str, str, int]]]:
    """Every answer that an app gets is compared; what was seen, as (method, path, status)."""
    found: set[tuple[str, str, int]] = set()
    wrong: list[str] = []
    call = App.call

    def compared(app: App, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = call(app, method, path, body, **headers)
        found.add((method.lower(), path, answer.status_code))
        responses = described["paths"][f"{AUTH}{path}"][method.lower()]["responses"]
        content = responses.get(str(answer.status_code), {}).get("content", {}).get("application/json")
        if content is None:
            wrong.append(f"{method} {path} {answer.status_code} is not described: {answer.content!r}")
        else:
            check = Draft202012Validator({**content["schema"], "components": described["components"]})
            errors = [f"{error.json_path} {error.message}" for error in check.iter_errors(answer.json())]
            wrong.extend(f"{method} {path} {answer.status_code} {error}" for error in errors)
        return answer

    monkeypatch.setattr(App, "call", compared)
    yield found
    assert "\n".join(wrong) == ""


def flows_of(described: Any, path: str) -> Any:
    """The flows in the example of the answer that waits for a code."""
    answer = described["paths"][f"{AUTH}{path}"]["post"]["responses"]["401"]
    return answer["content"]["application/json"]["example"]["data"]["flows"]


@pytest.mark.parametrize("path", ["/auth/signup", "/auth/code/request", "/auth/password/request"])
def test_examples_wait_as_the_answers_do(described: Any, app: App, path: str) -> None:
    body = {"email": "mona@example.org"} if "password" in path else {"phone": "01001234567"}
    assert app.post(path, **body).json()["data"]["flows"] == flows_of(described, path)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_sign_up_and_sessions(seen: set[tuple[str, str, int]], app: App) -> None:
    app.call("GET", "/auth/session")
    app.post("/auth/signup", name="Mona")
    app.post("/auth/signup", phone="01001234567", name="Mona")
    code = code_in(SENT[-1][1])
    app.post("/auth/phone/verify", code=wrong(code))
    app.post("/auth/phone/verify", code=code)
    app.post("/auth/phone/verify", code=code)
    app.post("/auth/signup", phone="01001234568")
    app.call("GET", "/auth/session")
    app.post("/tokens/refresh", refresh_token=app.refresh)
    app.post("/tokens/refresh", refresh_token="x")
    over = App(session=app.session)
    app.call("DELETE", "/auth/session")
    over.call("GET", "/auth/session")
    assert seen == {
        ("get", "/auth/session", 401),
        ("post", "/auth/signup", 400),
        ("post", "/auth/signup", 401),
        ("post", "/auth/phone/verify", 400),
        ("post", "/auth/phone/verify", 200),
        ("post", "/auth/phone/verify", 409),
        ("post", "/auth/signup", 409),
        ("get", "/auth/session", 200),
        ("post", "/tokens/refresh", 200),
        ("post", "/tokens/refresh", 400),
        ("delete", "/auth/session", 401),
        ("get", "/auth/session", 410),
    }


def test_codes_passwords_and_reset(seen: set[tuple[str, str, int]], app: App) -> None:
    user = UserFactory(phone="+201001234567", email="mona@example.org", password=PASSWORD)
    EmailAddress.objects.create(user=user, email="mona@example.org", primary=True, verified=True)
    app.post("/auth/code/request")
    app.post("/auth/code/request", phone=user.phone)
    code = code_in(SENT[-1][1])
    app.post("/auth/code/confirm", code=wrong(code))
    app.post("/auth/code/confirm", code=code)
    app.post("/auth/code/confirm", code=code)
    App().post("/auth/login", phone=user.phone, password="wrong")
    known = App()
    known.post("/auth/login", phone=user.phone, password=PASSWORD)
    known.post("/auth/login", phone=user.phone, password=PASSWORD)
    reset = App()
    reset.post("/auth/password/request", email="no address")
    reset.post("/auth/password/request", email=user.email)
    key = code_in(mail.outbox[-1].body)
    reset.post("/auth/password/reset", key=wrong(key), password="another fine one")
    reset.post("/auth/password/reset", key=key, password="another fine one")
    reset.post("/auth/password/reset", key=key, password="another fine one")
    assert seen == {
        ("post", "/auth/code/request", 400),
        ("post", "/auth/code/request", 401),
        ("post", "/auth/code/confirm", 400),
        ("post", "/auth/code/confirm", 200),
        ("post", "/auth/code/confirm", 409),
        ("post", "/auth/login", 400),
        ("post", "/auth/login", 200),
        ("post", "/auth/login", 409),
        ("post", "/auth/password/request", 400),
        ("post", "/auth/password/request", 401),
        ("post", "/auth/password/reset", 400),
        ("post", "/auth/password/reset", 401),
        ("post", "/auth/password/reset", 409),
    }


def test_sign_in_that_waits_for_the_second_factor(seen: set[tuple[str, str, int]], app: App) -> None:
    from clutch.accounts.tests.factories import StaffFactory

    staff = StaffFactory(password=PASSWORD)
    answer = app.post("/auth/login", email=staff.email, password=PASSWORD)
    pending = [flow["id"] for flow in answer.json()["data"]["flows"] if flow.get("is_pending")]
    assert (answer.status_code, pending) == (401, ["mfa_authenticate"])
    assert app.api("GET", "/me").status_code == 401


def test_person_of_the_answer_is_the_person_of_the_api(
    seen: set[tuple[str, str, int]], signed_in: App
) -> None:
    answer = signed_in.call("GET", "/auth/session").json()
    assert answer["data"]["user"]["id"] == signed_in.api("GET", "/me").json()["id"]
    assert User.objects.count() == 1


ODD: list[Any] = [
    None,
    [],
    "x",
    5,
    {},
    {"phone": 5, "email": 5, "code": 5, "key": 5, "password": 5, "refresh_token": 5, "name": 5},
    {"phone": "", "email": "", "code": "", "key": "", "password": "", "refresh_token": "", "name": ""},
    {"phone": None, "email": None, "code": None, "key": None, "password": None, "refresh_token": None},
    {"phone": {"a": 1}, "email": [1], "code": [[]], "key": {}, "password": [], "refresh_token": {"x": []}},
    {"phone": "\x00", "email": "a\x00@example.org", "code": "\x00", "key": "\x00", "password": "\x00"},
    {"phone": "9" * 5000, "email": "a@" + "b" * 5000, "code": "1" * 5000, "refresh_token": "x" * 9000},
    {"phone": "+201001234567", "email": "mona@example.org", "password": "\ud800", "code": "\ud800"},
    {"email": "mona@example.org", "password": "x" * 100_000, "refresh_token": "\x00.\x00.\x00"},
    {"refresh_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."},
]


@pytest.mark.parametrize(
    "path",
    [
        "/auth/signup", "/auth/phone/verify", "/auth/login", "/auth/code/request", "/auth/code/confirm",
        "/tokens/refresh", "/auth/password/request", "/auth/password/reset",
    ],
)  # fmt: skip
@pytest.mark.parametrize("pending", [False, True])
def test_odd_input_is_refused_and_never_a_fault(path: str, pending: bool) -> None:
    """Also while a code is waited for, when these addresses read it."""
    user = UserFactory(phone="+201001234567", email="mona@example.org", password=PASSWORD)
    for body in ODD:
        cache.clear()
        app = App()
        if pending and "reset" in path:
            app.post("/auth/password/request", email=user.email)
        elif pending:
            app.post("/auth/code/request", phone=user.phone)
        answer = app.call("POST", path, body)
        assert answer.status_code in {400, 401, 403, 409, 429}, (body, answer.content)
        assert not app.access
