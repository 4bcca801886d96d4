"""Examples in the API description, made from its schemas and from what each app calls a good value.

Refusals have examples of their own, one for each status, as the views give them.

An app's `api/examples.py` has VALUES: by property (`partNumber`), or by component and property
(`Part.name`; the component without the ending `Request`). A test checks every example against its schema.
"""

import re
from importlib import import_module
from typing import Any

from django.conf import settings

from clutch.core.problem import CONTENT_TYPE, Problem, problem

BY_FORMAT = {
    "uuid": "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "time": "09:00:00",
    "decimal": "50.00",
    "uri": "https://clutch.example/",
    "email": "mona@example.org",
    "binary": "photo.jpg",
}
BY_TYPE: dict[str, Any] = {"boolean": True, "number": 1.5, "string": "", "null": None}

# What is refused, by status: code, words, and what comes along. A test asks the views for the same.
REFUSALS: dict[str, tuple[str, str, Problem]] = {
    "400": ("invalid", "This field is required.", {}),
    "401": ("not_authenticated", "Authentication credentials were not provided.", {}),
    "403": ("not_allowed", "You may not do this.", {}),
    "404": ("not_found", "There is nothing here.", {}),
    "409": (
        "wrong_status",
        "This is not possible any more: it is “cancelled” now.",
        {"currentStatus": "cancelled"},
    ),
    "412": (
        "stale_version",
        "Someone changed this in the meantime. Load it again before you save.",
        {"currentVersion": 4},
    ),
    "413": ("too_large", "The request is too large.", {}),
    "415": ("unsupported_media_type", 'Unsupported media type "text/plain" in request.', {}),
    "422": ("incomplete", "Name at least one part.", {}),
    "503": (
        "unavailable",
        "Too many people are here at this moment. Try again in a few seconds.",
        {},
    ),
}


class Maker:
    """Makes a value for a schema."""

    def __init__(self, components: dict[str, Any], values: dict[str, Any]) -> None:
        self.components, self.values = components, values

    def make(self, schema: dict[str, Any], component: str = "", name: str = "") -> Any:
        """A value of the schema, as the property `name` of `component`."""
        for key in (f"{component}.{name}", name):
            if key in self.values:
                return self.values[key]
        if "example" in schema:
            return schema["example"]
        if "$ref" in schema:
            component = schema["$ref"].rpartition("/")[2]
            return self.make(self.components[component], component.removesuffix("Request"))
        for together in ("allOf", "oneOf", "anyOf"):
            if together in schema:
                return self.make(schema[together][0], component)
        if "enum" in schema:
            return schema["enum"][0]
        return self._plain(schema, component)

    def _plain(self, schema: dict[str, Any], component: str) -> Any:
        kind = schema.get("type", "object")
        if isinstance(kind, list):
            kind = kind[0]
        if kind == "object":
            properties = schema.get("properties", {})
            return {name: self.make(found, component, name) for name, found in properties.items()}
        if kind == "array":
            return [self.make(schema["items"], component)]
        if kind == "integer":
            return schema.get("minimum") or 1
        return BY_FORMAT.get(schema.get("format", ""), BY_TYPE[kind])


def add_examples(result: dict[str, Any], **_extra: Any) -> dict[str, Any]:
    """Give every request body, every answer and every refusal that has no example one."""
    values: dict[str, Any] = {}
    for module in settings.API_EXAMPLES:
        values |= import_module(module).VALUES
    maker = Maker(result["components"]["schemas"], values)
    for path, operations in result["paths"].items():
        for operation in operations.values():
            _add_refusals(maker, path, operation)
            answers = [body for status, body in operation["responses"].items() if status.startswith("2")]
            for body in [operation.get("requestBody", {}), *answers]:
                for media, content in body.get("content", {}).items():
                    described = "json" in media or media == "multipart/form-data"
                    if described and not {"example", "examples"} & set(content):
                        content["example"] = maker.make(content["schema"])
    return result


def _add_refusals(maker: Maker, path: str, operation: dict[str, Any]) -> None:
    for status, body in operation["responses"].items():
        content = body.get("content", {}).get(CONTENT_TYPE)
        if content is not None and not {"example", "examples"} & set(content):
            content["example"] = _refusal(maker, path, operation, status)


def _refusal(maker: Maker, path: str, operation: dict[str, Any], status: str) -> Problem:
    code, detail, more = REFUSALS[status]
    where = re.sub(r"\{(\w+)\}", lambda name: _in_path(maker, name[1]), path)
    field = _first_field(maker, operation)
    errors = [{"field": field, "code": "required", "detail": detail}] if status == "400" and field else []
    return {**more, **problem(int(status), code, detail, instance=where, errors=errors)}


def _in_path(maker: Maker, name: str) -> str:
    return str(maker.values.get(name, 1 if name == "step" else BY_FORMAT["uuid"]))


def _first_field(maker: Maker, operation: dict[str, Any]) -> str:
    """The first field that a request must have; "" where there is none."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        while "$ref" in schema or "anyOf" in schema:
            found = schema["anyOf"][0] if "anyOf" in schema else schema
            schema = maker.components[found["$ref"].rpartition("/")[2]]
        return next(iter(schema.get("required", [])), "")
    return ""
