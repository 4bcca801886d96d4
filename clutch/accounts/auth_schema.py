"""The sign-in addresses in the API description: allauth's own, as far as an app needs them.

allauth ships a description for all clients and features; what is taken is put under our address, for
the client `app`, with our examples. Field names stay as allauth has them on the wire (snake_case).
"""

from copy import deepcopy
from importlib.resources import files
from typing import Any

import yaml
from allauth.headless.spec.internal import schema as described

ROOT = "/api/v1/auth/app/v1"
AUTH = f"{ROOT}/auth"
PREFIX = "Auth"
USER = {
    "id": "0193a1a0-3333-7e4f-8a5b-6c7d8e9f0a1b",
    "display": "Mona",
    "email": "mona@example.org",
    "has_usable_password": True,
}
TOKENS = {"access_token": "eyJhbGciOi.access", "refresh_token": "eyJhbGciOi.refresh"}
SESSION = "ufwcig0zen9skyd545jc0fkq813ghar2"
PASSWORD = "a fine long passphrase"  # noqa: S105


def signed_in(method: str) -> dict[str, Any]:
    """The answer that signs in."""
    return {
        "status": 200,
        "data": {"user": USER, "methods": [{"method": method, "at": 1769860800.0, "email": USER["email"]}]},
        "meta": {"is_authenticated": True, "session_token": SESSION, **TOKENS},
    }


def waits(flow: str = "") -> dict[str, Any]:
    """The answer before: what can be done, and what waits for its code."""
    flows: list[dict[str, Any]] = [{"id": "login"}, {"id": "login_by_code"}, {"id": "signup"}]
    flows = [*flows, {"id": "password_reset_by_code", "is_pending": False}]
    for found in flows:
        if found["id"] == flow:
            found["is_pending"] = True
    if flow and flow not in {found["id"] for found in flows}:
        flows.insert(-1, {"id": flow, "is_pending": True})
    meta = {"is_authenticated": False, "session_token": SESSION}
    return {"status": 401, "data": {"flows": flows}, "meta": meta}


# By operation: the examples of its request and of its answers.
EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", f"{AUTH}/signup"): {
        "request": {"phone": "01001234567", "name": "Mona"},
        "401": waits("verify_phone"),
    },
    ("post", f"{AUTH}/phone/verify"): {"request": {"code": "123456"}, "200": signed_in("code")},
    ("post", f"{AUTH}/login"): {
        "request": {"phone": "01001234567", "password": PASSWORD},
        "200": signed_in("password"),
    },
    ("post", f"{AUTH}/code/request"): {"request": {"phone": "01001234567"}, "401": waits("login_by_code")},
    ("post", f"{AUTH}/code/confirm"): {"request": {"code": "123456"}, "200": signed_in("code")},
    ("post", f"{ROOT}/tokens/refresh"): {
        "request": {"refresh_token": TOKENS["refresh_token"]},
        "200": {"status": 200, "data": TOKENS},
    },
    ("get", f"{AUTH}/session"): {"200": signed_in("code"), "401": waits()},
    ("delete", f"{AUTH}/session"): {"401": waits()},
    ("post", f"{AUTH}/password/request"): {
        "request": {"email": "mona@example.org"},
        "401": waits("password_reset_by_code"),
    },
    ("post", f"{AUTH}/password/reset"): {
        "request": {"key": "123456", "password": PASSWORD},
        "401": waits(),
    },
}
FLOWS = ["login", "login_by_code", "mfa_authenticate", "mfa_reauthenticate", "password_reset_by_code"]
FLOWS += ["reauthenticate", "signup", "verify_email", "verify_phone"]


def source() -> dict[str, Any]:
    """allauth's description, with our user and our sign-up form."""
    text = files("allauth.headless.spec").joinpath("doc/openapi.yaml").read_text(encoding="utf-8")
    spec: dict[str, Any] = yaml.safe_load(text)
    described.specify_user(spec)
    described.specify_signup_fields(spec)
    described.specify_custom_signup_form(spec)
    schemas = spec["components"]["schemas"]
    schemas["Flow"]["properties"]["id"]["enum"] = FLOWS
    schemas["Flow"]["properties"].pop("provider")
    # What allauth says of itself is narrower here than what it answers.
    schemas["Flow"]["properties"]["is_pending"].pop("enum")
    over = {"type": "object", "properties": {"is_authenticated": {"type": ["boolean", "null"]}}}
    schemas["SessionGoneResponse"]["properties"]["meta"] = over
    schemas["BaseAuthenticationMeta"]["properties"]["refresh_token"] = {"type": "string"}
    return spec


class Taken:
    """What is taken of allauth's description: schemas by name, everything else written out."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self.schemas: dict[str, Any] = {}

    def part(self, found: Any) -> Any:
        """A copy without references to anything that ours does not have."""
        if isinstance(found, list):
            return [self.part(item) for item in found]
        if not isinstance(found, dict):
            return found
        if "$ref" not in found:
            return {name: self.part(item) for name, item in found.items() if name != "examples"}
        _hash, _components, section, name = found["$ref"].split("/")
        if section != "schemas":
            return self.part(self.spec["components"][section][name])
        if PREFIX + name not in self.schemas:
            self.schemas[PREFIX + name] = {}
            self.schemas[PREFIX + name] = self.part(self.spec["components"]["schemas"][name])
        return {"$ref": f"#/components/schemas/{PREFIX}{name}"}

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """One operation of ours."""
        theirs = path.replace("/api/v1/auth", "/_allauth")
        item = self.spec["paths"].get(theirs) or self.spec["paths"][theirs.replace("/app/", "/{client}/")]
        operation: dict[str, Any] = self.part(deepcopy(item[method]))
        parameters = [found for found in operation.pop("parameters", []) if found["name"] != "client"]
        if "X-Session-Token" not in {found["name"] for found in parameters} and "refresh" not in path:
            parameters.append(self.part(self.spec["components"]["parameters"]["SessionToken"]))
        name = path.removeprefix(f"{ROOT}/").removeprefix("auth/").replace("/", "_")
        operation |= {"operationId": f"auth_{name}_{method}", "tags": ["sign-in"], "security": [{}]}
        if parameters:
            operation["parameters"] = parameters
        examples = EXAMPLES[method, path]
        if "200" not in examples:  # with our settings a code has to follow first
            operation["responses"].pop("200", None)
        for status, body in {"request": operation.get("requestBody", {}), **operation["responses"]}.items():
            if status in examples:
                body["content"]["application/json"]["example"] = examples[status]
        return operation


def add_sign_in(result: dict[str, Any], **_extra: Any) -> dict[str, Any]:
    """Add the sign-in addresses to the description."""
    taken = Taken(source())
    for method, path in EXAMPLES:
        result["paths"].setdefault(path, {})[method] = taken.operation(method, path)
    result["components"]["schemas"] |= taken.schemas
    return result
