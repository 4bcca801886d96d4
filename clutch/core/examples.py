"""Examples in the API description, made from its schemas and from what each app calls a good value.

An app's `api/examples.py` has VALUES: by property (`partNumber`), or by component and property
(`Part.name`; the component without the ending `Request`). A test checks every example against its schema.
"""

from importlib import import_module
from typing import Any

from django.conf import settings

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
    """Give every request body and every answer that has no example one."""
    values: dict[str, Any] = {}
    for module in settings.API_EXAMPLES:
        values |= import_module(module).VALUES
    maker = Maker(result["components"]["schemas"], values)
    for operations in result["paths"].values():
        for operation in operations.values():
            answers = [body for status, body in operation["responses"].items() if status.startswith("2")]
            for body in [operation.get("requestBody", {}), *answers]:
                for media, content in body.get("content", {}).items():
                    described = "json" in media or media == "multipart/form-data"
                    if described and not {"example", "examples"} & set(content):
                        content["example"] = maker.make(content["schema"])
    return result
