"""The contract of the API: addresses that clients were promised, against what is published and served."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from clutch.core.examples import REFUSALS
from clutch.core.schema_views import description

pytestmark = pytest.mark.urls("clutch.urls")

ROWS = {
    # orders
    ("POST", "/api/v1/auto-parts-orders"),
    ("GET", "/api/v1/auto-parts-orders/user/{userId}"),
    ("GET", "/api/v1/auto-parts-orders/{orderId}"),
    ("PUT", "/api/v1/auto-parts-orders/{orderId}"),
    ("POST", "/api/v1/auto-parts-orders/{orderId}/accept-quote"),
    # onboarding
    ("POST", "/api/v1/shop-onboarding/start"),
    ("PUT", "/api/v1/shop-onboarding/{id}/step/{step}"),
    ("GET", "/api/v1/shop-onboarding/{id}"),
    ("POST", "/api/v1/shop-onboarding/{id}/complete"),
    # quotes
    ("POST", "/api/v1/shop-quotes/provide-quote"),
    ("GET", "/api/v1/shop-quotes/shop-quotes"),
    ("PUT", "/api/v1/shop-quotes/{quoteId}"),
    ("DELETE", "/api/v1/shop-quotes/{quoteId}"),
    # notifications
    ("GET", "/api/v1/notifications"),
    ("PUT", "/api/v1/notifications/{id}/read"),
    ("POST", "/api/v1/notifications/send"),
    # inventory
    ("GET", "/api/v1/inventory/parts"),
    ("POST", "/api/v1/inventory/parts"),
    ("PUT", "/api/v1/inventory/parts/{id}"),
    ("DELETE", "/api/v1/inventory/parts/{id}"),
    ("POST", "/api/v1/inventory/parts/{id}/stock"),
    ("GET", "/api/v1/inventory/low-stock"),
    ("POST", "/api/v1/inventory/barcode/scan"),
    # sales
    ("GET", "/api/v1/sales"),
    ("POST", "/api/v1/sales"),
    ("GET", "/api/v1/sales/{id}"),
    ("PUT", "/api/v1/sales/{id}"),
    ("POST", "/api/v1/sales/{id}/void"),
    ("POST", "/api/v1/sales/{id}/return"),
    # customers
    ("GET", "/api/v1/customers"),
    ("POST", "/api/v1/customers"),
    ("GET", "/api/v1/customers/{id}"),
    ("PUT", "/api/v1/customers/{id}"),
    ("GET", "/api/v1/customers/{id}/history"),
}
# Beside the rows, addresses of theirs that answer one more method.
MORE = {("GET", "/api/v1/shop-quotes/{quoteId}"), ("GET", "/api/v1/inventory/parts/{id}")}
ID = "0192f0c1-2345-7abc-8def-0123456789ab"


@pytest.fixture(scope="module")
def schema() -> Any:
    """The published description."""
    return description("clutch.urls", "en")


def routes(resolver: Any, before: str = "") -> Iterator[str]:
    """Every route below a resolver, as it is written."""
    for entry in resolver.url_patterns:
        written = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, written)
        elif isinstance(entry, URLPattern):
            yield written


def test_every_row_is_published_and_nothing_else_at_its_address(schema: Any) -> None:
    addresses = {path for _method, path in ROWS}
    found = {
        (method.upper(), path)
        for path, operations in schema["paths"].items()
        if path in addresses
        for method in operations
    }
    assert found == ROWS | MORE


@pytest.mark.parametrize(("method", "path"), sorted(ROWS))
def test_row_declares_its_parameters_and_answers_json(schema: Any, method: str, path: str) -> None:
    operation = schema["paths"][path][method.lower()]
    declared = {found["name"] for found in operation.get("parameters", []) if found["in"] == "path"}
    assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    success = [body for status, body in operation["responses"].items() if status.startswith("2")]
    assert [list(body["content"]) for body in success] == [["application/json"]]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), sorted(ROWS))
def test_row_is_served_and_asks_for_a_sign_in(client: Client, method: str, path: str) -> None:
    address = path.replace("{step}", "1")
    for name in ("userId", "orderId", "quoteId", "id"):
        address = address.replace("{" + name + "}", ID)
    assert resolve(address)
    answer = client.generic(method, address, "{}", content_type="application/json", HTTP_ACCEPT="*/*")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_no_address_of_the_api_ends_with_a_slash(schema: Any) -> None:
    written = [route for route in routes(get_resolver("clutch.urls")) if route.startswith("api/v1/")]
    assert len(written) > len(ROWS)
    assert [route for route in written if route.rstrip("$\\Z").endswith("/")] == []
    assert [path for path in schema["paths"] if path.endswith("/")] == []


def test_published_paths_all_lie_below_the_version(schema: Any) -> None:
    assert [path for path in schema["paths"] if not path.startswith("/api/v1/")] == []


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}])
def test_description_is_json_and_of_version_3_1(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/api/schema", headers=headers)
    assert "json" in answer["Content-Type"]
    assert answer.json()["openapi"] == "3.1.0"


def contents(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every described request body and answer but files, with where it is."""
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            good = {status: body for status, body in operation["responses"].items() if status[0] == "2"}
            for status, body in {"request": operation.get("requestBody", {}), **good}.items():
                for media, content in body.get("content", {}).items():
                    if content["schema"].get("format") != "binary":
                        yield f"{method.upper()} {path} {status} {media}", content


def test_every_request_and_answer_has_an_example(schema: Any) -> None:
    bare = [where for where, content in contents(schema) if not {"example", "examples"} & set(content)]
    assert bare == []


def test_every_example_is_valid_by_its_schema(schema: Any) -> None:
    wrong = []
    for where, content in contents(schema):
        check = Draft202012Validator({**content["schema"], "components": schema["components"]})
        for value in examples_of(content):
            plain = json.loads(json.dumps(value))
            wrong += [f"{where} {found.json_path} {found.message}" for found in check.iter_errors(plain)]
    assert wrong == []


def refusals(schema: Any) -> Iterator[tuple[str, str, Any]]:
    """Every described problem response: where it is, its status, its content."""
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            for status, body in operation["responses"].items():
                if content := body.get("content", {}).get("application/problem+json"):
                    yield f"{method.upper()} {path}", status, content


def examples_of(content: Any) -> list[Any]:
    """The examples of a content."""
    named = [found["value"] for found in content.get("examples", {}).values()]
    return [*named, *([content["example"]] if "example" in content else [])]


def test_every_refusal_has_an_example_that_is_one(schema: Any) -> None:
    wrong = []
    for where, status, content in refusals(schema):
        check = Draft202012Validator({**content["schema"], "components": schema["components"]})
        found = examples_of(content)
        wrong += [] if found else [f"{where} {status} has none"]
        for value in found:
            wrong += [f"{where} {status} {error.message}" for error in check.iter_errors(value)]
            if (value["status"], value["type"]) != (int(status), f"urn:clutch:problem:{value['code']}"):
                wrong.append(f"{where} {status} {value}")
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "address", "body"),
    [
        ("400", "/api/v1/me/password", "{}"),
        ("401", "/api/v1/me/password", "{}"),
        ("404", f"/api/v1/auto-parts-orders/{ID}", "{}"),
        ("412", "/api/v1/me", "{}"),
        ("413", "/api/v1/me", "x" * 100),
        ("415", "/api/v1/me", "x"),
    ],
)
def test_refusal_is_as_its_example_says(
    client: Client, settings: Any, status: str, address: str, body: str
) -> None:
    from clutch.accounts.tests.factories import UserFactory

    code, detail, _more = REFUSALS[status]
    if status != "401":
        client.force_login(UserFactory())
    if status == "413":
        settings.UPLOAD_MAX_BYTES = 10
    media = "text/plain" if status == "415" else "application/json"
    answer = client.put(address, body, media, headers={"If-Match": '"9"'})
    said = answer.json()
    # Every app says in its own words what is not there.
    said["detail"] = detail if status == "404" else said["detail"]
    assert (answer.status_code, said["code"], said["detail"]) == (int(status), code, detail)


@pytest.mark.django_db
def test_refusal_to_complete_an_onboarding_has_the_described_shape(client: Client, schema: Any) -> None:
    from shops.tests.factories import OnboardingFactory

    onboarding = OnboardingFactory()
    client.force_login(onboarding.user)
    path = "/api/v1/shop-onboarding/{id}/complete"
    answer = client.post(path.replace("{id}", str(onboarding.pk)))
    content = schema["paths"][path]["post"]["responses"]["422"]["content"]["application/problem+json"]
    check = Draft202012Validator({**content["schema"], "components": schema["components"]})
    assert (answer.status_code, list(check.iter_errors(answer.json()))) == (422, [])
    [example] = examples_of(content)
    shown = {step["step"]: step for step in answer.json()["missing"]}
    assert shown[3] == example["missing"][0]
    assert set(shown) == {1, 2, 3, 4, 5, 6}


def test_sign_in_is_described(schema: Any) -> None:
    found = {
        (method, path.removeprefix("/api/v1/auth/app/v1/"))
        for path, operations in schema["paths"].items()
        if path.startswith("/api/v1/auth/")
        for method in operations
    }
    assert found == {
        ("post", "auth/signup"),
        ("post", "auth/phone/verify"),
        ("post", "auth/login"),
        ("post", "auth/code/request"),
        ("post", "auth/code/confirm"),
        ("post", "tokens/refresh"),
        ("get", "auth/session"),
        ("delete", "auth/session"),
        ("post", "auth/password/request"),
        ("post", "auth/password/reset"),
    }
    for _method, path in found:
        assert resolve(f"/api/v1/auth/app/v1/{path}")


def test_description_validates_without_warnings() -> None:
    description.cache_clear()
    made = description("clutch.urls", "en")
    assert not GENERATOR_STATS
    validate_schema(made)
