"""What tests of sign-in share: an app that keeps its tokens, and the texts that were sent."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

SENT: list[tuple[str, str]] = []
AUTH = "/api/v1/auth/app/v1"


def keep_message(phone: str, text: str) -> None:
    """The SMS gateway of the tests."""
    SENT.append((phone, text))


@pytest.fixture(autouse=True)
def texts(settings: Any) -> list[tuple[str, str]]:
    """Text messages of this test, as (phone, text)."""
    settings.SMS_GATEWAY = f"{__name__}.keep_message"
    SENT.clear()
    return SENT


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    """Rate limits are counted in the cache."""
    cache.clear()


def code_in(text: object) -> str:
    """The six digits of a message."""
    found = re.search(r"\b(\d{6})\b", str(text))
    assert found, text
    return found[1]


@dataclass
class App:
    """An app on a phone: it keeps its session token, access token and refresh token."""

    session: str = ""
    access: str = ""
    refresh: str = ""
    client: Client = field(default_factory=Client)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send to allauth's addresses, with the session token; keep the tokens of the answer."""
        if self.session:
            headers["X-Session-Token"] = self.session
        response = self.client.generic(
            method, f"{AUTH}{path}", _json(body), "application/json", headers=headers
        )
        meta = response.json().get("meta", {}) if response.content else {}
        self.session = meta.get("session_token", self.session)
        self.access = meta.get("access_token", self.access)
        self.refresh = meta.get("refresh_token", self.refresh)
        return response

    def post(self, path: str, **body: Any) -> Any:
        """POST to allauth's addresses."""
        return self.call("POST", path, body)

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send to our own addresses, with the access token."""
        if self.access:
            headers["Authorization"] = f"Bearer {self.access}"
        return self.client.generic(method, f"/api/v1{path}", _json(body), "application/json", headers=headers)


def _json(body: Any) -> str:
    import json

    return "" if body is None else json.dumps(body)


def pending(response: Any) -> list[str]:
    """The flows that an answer of allauth waits for."""
    return [flow["id"] for flow in response.json()["data"]["flows"] if flow.get("is_pending")]


@pytest.fixture
def app() -> App:
    """An app of a person who is not signed in."""
    return App()


@pytest.fixture
def signed_in(app: App) -> App:
    """An app of a person who is."""
    from clutch.accounts.tests.factories import UserFactory

    user = UserFactory()
    app.post("/auth/code/request", phone=user.phone)
    assert app.post("/auth/code/confirm", code=code_in(SENT[-1][1])).status_code == 200
    return app
