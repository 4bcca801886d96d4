"""How the API describes itself: OpenAPI 3.1 with camelCase names and problem responses."""

import re
from typing import Any

from django.conf import settings
from drf_spectacular.openapi import AutoSchema as BaseAutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import permissions, serializers

from clutch.core.casing import CamelCase, camel
from clutch.core.problem import CONTENT_TYPE


class FieldProblemSerializer(serializers.Serializer[Any]):
    """One message at one field."""

    field = serializers.CharField(help_text="Path of the field, e.g. lines.0.unitPrice; empty for the whole.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="For people, in their language.")
    instance = serializers.CharField()
    errors = FieldProblemSerializer(many=True, required=False)  # type: ignore[assignment]


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Any unique text. The same request sent again with it gets the answer of the first.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of what was edited; 412 when it has changed since.",
)


class AutoSchema(BaseAutoSchema):
    """Adds to each operation what every view of ours has."""

    def get_override_parameters(self) -> list[Any]:
        """The headers that the method honours."""
        found = [IDEMPOTENCY_KEY] if self.method == "POST" else []
        found += getattr(self.view, "extra_headers", ())
        return [*found, IF_MATCH] if self._is_conditional() else found

    def _is_conditional(self) -> bool:
        return self.method in getattr(self.view, "conditional", ())

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        instance = serializer() if isinstance(serializer, type) else serializer
        if isinstance(instance, CamelCase):
            schema["properties"] = {
                camel(name): value for name, value in schema.get("properties", {}).items()
            }
            if "required" in schema:
                schema["required"] = sorted(camel(name) for name in schema["required"])
        return schema

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status in self._problem_statuses():
            if status not in bodies:
                bodies[status] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    ProblemSerializer, status, media_types=[CONTENT_TYPE], direction=direction
                )
        return bodies

    def _problem_statuses(self) -> list[str]:
        statuses = {"400", "503"}
        if not any(isinstance(found, permissions.AllowAny) for found in self.view.get_permissions()):
            statuses |= {"401", "403"}
        if "{" in self.path:
            statuses.add("404")
        if self.method in {"POST", "PUT", "PATCH", "DELETE"}:
            statuses.add("409")
        if self.method in {"POST", "PUT", "PATCH"}:
            statuses |= {"413", "415"}
        if self._is_conditional():
            statuses.add("412")
        return sorted(statuses)


def published(name: str) -> str:
    """How the description calls a path parameter: `order_id` is `orderId`, or what the settings say."""
    return str(settings.API_PATH_NAMES.get(name, camel(name)))


def camel_paths(result: dict[str, Any], **_extra: Any) -> dict[str, Any]:
    """Name path parameters as published: `{order_id}` is shown as `{orderId}`."""
    result["paths"] = {
        re.sub(r"\{(\w+)\}", lambda found: "{" + published(found[1]) + "}", path): operations
        for path, operations in result["paths"].items()
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["name"] = published(parameter["name"])
    return result


def as_version_3_1(result: dict[str, Any], **_extra: Any) -> dict[str, Any]:
    """Say in 3.1's words what is still said in 3.0's: `nullable`, and `oneOf` where shapes overlap."""
    _say_anew(result)
    return result


def _say_anew(part: Any) -> None:
    if isinstance(part, dict):
        if part.get("nullable") is True and isinstance(part.get("type"), str):
            del part["nullable"]
            part["type"] = [part["type"], "null"]
        if isinstance(part.get("oneOf"), list) and "discriminator" not in part:
            # A value that fits two shapes would be refused by a client that checks.
            part["anyOf"] = part.pop("oneOf")
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else []:
        _say_anew(inner)
