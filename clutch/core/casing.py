"""camelCase on the wire, snake_case in Python: the serializer base of the whole API.

Names are turned at the edge of each serializer, and its fields keep their Python names inside.
So `validate_<python_name>`, `source`, and model validators work as DRF documents them (renaming
in `get_fields` would silently skip the validators), and what a JSON field holds is never touched.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.settings import api_settings

_UNDERSCORE = re.compile(r"(?<=[A-Za-z0-9])_([a-z0-9])")
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


def camel(name: str) -> str:
    """`unit_price` → `unitPrice`. What is camelCase already stays as it is."""
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def snake(name: str) -> str:
    """`unitPrice` → `unit_price`."""
    return _CAPITAL.sub(lambda match: f"_{match[1].lower()}", name)


def camel_path(path: str) -> str:
    """`lines.0.unit_price` → `lines.0.unitPrice`."""
    return ".".join(camel(part) for part in path.split("."))


class CamelCase:
    """Mixin: maps names at the serializer's edge and refuses keys that it does not know."""

    fields: Any

    def to_internal_value(self, data: Any) -> Any:
        """Accept only camelCase names of writable fields; every other key is an error at its name."""
        if not isinstance(data, Mapping | MultiValueDict):
            return super().to_internal_value(data)  # type: ignore[misc]
        names = {camel(name): name for name, field in self.fields.items() if not field.read_only}
        unknown = {
            str(key): [ErrorDetail(_("This field is not known here."), code="unknown")]
            for key in data
            if key not in names
        }
        try:
            value = super().to_internal_value(_renamed(data, names))  # type: ignore[misc]
        except ValidationError as error:
            raise _Named({**_on_the_wire(error.detail), **unknown}) from error
        if unknown:
            raise _Named(unknown)
        return value

    def run_validation(self, *args: Any, **kwargs: Any) -> Any:
        """As DRF does, with the errors under the names that the client knows."""
        try:
            return super().run_validation(*args, **kwargs)  # type: ignore[misc]
        except _Named:
            raise
        except ValidationError as error:
            error.detail = _on_the_wire(error.detail)
            raise

    def to_representation(self, instance: Any) -> Any:
        """The representation under camelCase names; nested serializers have turned their own."""
        shown = super().to_representation(instance)  # type: ignore[misc]
        return {camel(name): value for name, value in shown.items()}


class _Named(ValidationError):
    """Its keys are wire names already; an unknown key is told as the client wrote it."""


def _on_the_wire(detail: Any) -> Any:
    if not isinstance(detail, dict):
        return detail
    own = api_settings.NON_FIELD_ERRORS_KEY
    return {key if key == own else camel(str(key)): messages for key, messages in detail.items()}


def _renamed(data: Any, names: dict[str, str]) -> Any:
    if isinstance(data, MultiValueDict):
        renamed = QueryDict(mutable=True)
        for key, values in data.lists():
            if key in names:
                renamed.setlist(names[key], values)
        return renamed
    return {names[key]: value for key, value in data.items() if key in names}


class Serializer(CamelCase, serializers.Serializer[Any]):
    """Base of serializers that are not bound to a model."""


class ModelSerializer(CamelCase, serializers.ModelSerializer[Any]):
    """Base of serializers of models; they show, and actions write."""
