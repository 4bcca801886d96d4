"""Every refusal is a problem response, for API views, unknown paths and faults alike."""

import json
import logging
from typing import Any

import pytest
from django.test import Client

from clutch.accounts.tests.factories import UserFactory
from clutch.core.problem import flatten

pytestmark = [pytest.mark.django_db, pytest.mark.urls("clutch.core.tests.api_views")]


@pytest.fixture
def api(client: Client) -> Client:
    """A signed-in client."""
    client.force_login(UserFactory())
    client.raise_request_exception = False
    return client


def problem_of(response: Any, status: int, code: str) -> Any:
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:clutch:problem:{code}"
    assert body["title"]
    assert body["instance"] == response.request["PATH_INFO"]
    assert isinstance(body["detail"], str)
    return body


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("invalid", 400, "invalid"),
        ("incomplete", 422, "incomplete"),
        ("not_allowed", 403, "not_allowed"),
        ("not_found", 404, "not_found"),
        ("conflict", 409, "wrong_status"),
        ("stale", 412, "stale_version"),
        ("unavailable", 503, "unavailable"),
        ("pool", 503, "unavailable"),
        ("model_rule", 400, "invalid"),
        ("http404", 404, "not_found"),
        ("denied", 403, "not_allowed"),
        ("too_big", 413, "too_large"),
        ("throttled", 429, "throttled"),
        ("fault", 500, "server_error"),
        ("database", 500, "server_error"),
    ],
)
def test_every_error_becomes_a_problem(api: Client, name: str, status: int, code: str) -> None:
    logging.getLogger("django.request").disabled = True
    try:
        problem_of(api.get(f"/api/v1/errors/{name}"), status, code)
    finally:
        logging.getLogger("django.request").disabled = False


def test_fields_are_named_as_on_the_wire(api: Client) -> None:
    assert api.get("/api/v1/errors/invalid").json()["errors"] == [
        {"field": "lines.0.unitPrice", "code": "invalid", "detail": "too much"},
        {"field": "name", "code": "invalid", "detail": "a"},
        {"field": "name", "code": "invalid", "detail": "b"},
    ]


def test_extra_members_never_replace_those_of_the_standard(api: Client) -> None:
    body = api.get("/api/v1/errors/conflict").json()
    assert (body["status"], body["current"]) == (409, 1)


@pytest.mark.parametrize(("name", "seconds"), [("pool", "2"), ("unavailable", "2"), ("throttled", "7")])
def test_retry_after_says_when(api: Client, name: str, seconds: str) -> None:
    assert api.get(f"/api/v1/errors/{name}")["Retry-After"] == seconds


def test_fault_tells_nothing_of_itself(api: Client) -> None:
    assert "of ours" not in api.get("/api/v1/errors/fault").content.decode()


@pytest.mark.parametrize("path", ["/pages/pool", "/api/plain/pool"])
def test_exhausted_pool_is_503_for_pages_too(api: Client, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    is_problem = response["Content-Type"] == "application/problem+json"
    assert is_problem == path.startswith("/api/")


@pytest.mark.parametrize(("name", "status"), [("conflict", 409), ("not_found", 404), ("not_allowed", 403)])
def test_domain_errors_of_plain_views(api: Client, name: str, status: int) -> None:
    assert api.get(f"/pages/{name}").status_code == status
    problem_of(api.get(f"/api/plain/{name}"), status, name if name != "conflict" else "wrong_status")


def test_unknown_api_path_is_a_problem(api: Client) -> None:
    problem_of(api.get("/api/v1/nowhere"), 404, "not_found")
    assert api.get("/nowhere")["Content-Type"].startswith("text/html")


def test_wrong_method_is_a_problem(api: Client) -> None:
    response = api.delete("/api/v1/things")
    problem_of(response, 405, "method_not_allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "POST", "PUT", "HEAD", "OPTIONS"}


def test_anonymous_gets_401(client: Client) -> None:
    response = client.get("/api/v1/things")
    problem_of(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


def test_cookie_without_csrf_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    problem_of(client.post("/api/v1/things", "{}", "application/json"), 403, "permission_denied")


def post(api: Client, body: Any, kind: str = "application/json", **headers: str) -> Any:
    return api.generic("POST", "/api/v1/things", body, kind, headers=headers)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"noteText": "a"', "line 1, column 17"),
        (b'{"noteText": "a", "noteText": "b"}', "noteText"),
        (b'{"lines": [{"unitPrice": NaN}]}', "NaN"),
        (b'{"lines": [{"unitPrice": -Infinity}]}', "-Infinity"),
        (b'{"lines": [{"unitPrice": 1e999}]}', "1e999"),
        (b'{"lines": ' + b"1" * 5000 + b"}", "JSON"),
        (b"[]", "object"),
        (b'"text"', "object"),
        (b"null", "object"),
        (b'{"noteText": "\xff"}', "JSON"),
        (b"\xef\xbb\xbf{}", "JSON"),
        (b'{"lines": ' + b"[" * 40 + b"]" * 40 + b"}", "deep"),
        (b'{"lines": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deep"),
    ],
)
def test_broken_json_is_refused(api: Client, body: bytes, says: str) -> None:
    assert says in problem_of(post(api, body), 400, "parse_error")["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_other_content_types_are_refused(api: Client, kind: str) -> None:
    problem_of(post(api, b"noteText=a", kind), 415, "unsupported_media_type")


def test_body_over_the_limit_is_refused(api: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem_of(post(api, json.dumps({"noteText": "x" * 200})), 413, "too_large")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("noteText", "required")]),
        ({"noteText": None}, [("noteText", "null")]),
        ({"noteText": "x" * 21}, [("noteText", "max_length")]),
        ({"noteText": "\ud800"}, [
            ("noteText", "surrogate_characters_not_allowed"), ("noteText", "control_characters"),
        ]),
        ({"note_text": "a", "noteText": "a"}, [("note_text", "unknown")]),
        ({"noteText": "a", "lines": [{}, {"unitPrice": "x"}]}, [
            ("lines.0.unitPrice", "required"), ("lines.1.unitPrice", "invalid"),
        ]),
        ({"noteText": "a", "lines": {}}, [("lines", "not_a_list")]),
        ({"noteText": "a", "lines": [1]}, [("lines.0", "invalid")]),
    ],
)  # fmt: skip
def test_invalid_fields_are_told_at_their_place(api: Client, body: Any, errors: Any) -> None:
    found = problem_of(post(api, json.dumps(body)), 400, "invalid")["errors"]
    assert [(error["field"], error["code"]) for error in found] == errors
    assert all(error["detail"] for error in found)


def test_half_a_character_is_refused_where_the_message_quotes_it(api: Client) -> None:
    """JSON can spell it and UTF-8 cannot: an unknown key and an unknown choice are told all the same."""
    answer = post(api, b'{"noteText": "a", "\\ud800": 1}')
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, ["?"])


def test_details_are_in_the_language_of_the_request(api: Client) -> None:
    assert post(api, "{}", **{"Accept-Language": "ar"}).json()["errors"][0]["detail"] == "هذا الحقل مطلوب."


def test_flatten_reads_both_shapes_of_list_errors() -> None:
    by_index = {"lines": {1: {"unitPrice": ["bad"]}}}
    by_list = {"lines": [{}, {"unitPrice": ["bad"]}]}
    assert list(flatten(by_index)) == list(flatten(by_list))


def test_unknown_host_is_400(api: Client) -> None:
    response = api.get("/api/v1/things", headers={"Host": "evil.example"})
    problem_of(response, 400, "invalid")
