"""Errors as problem responses (RFC 9457): the one place where a refusal becomes HTTP.

    {"type": "urn:clutch:problem:invalid", "title": "Bad Request", "status": 400, "code": "invalid",
     "detail": "…", "instance": "/api/v1/…",
     "errors": [{"field": "lines.0.unitPrice", "code": "too_precise", "detail": "…"}]}

`code` is for machines and stable; `detail` is for people, in their language.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import psycopg
import psycopg_pool
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DatabaseError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from clutch.core.casing import camel_path
from clutch.core.errors import DomainError, Invalid

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "2"
# too_many_connections, and the server starting, stopping or recovering
_NOT_NOW = {"53300", "57P01", "57P02", "57P03"}

Problem = dict[str, Any]


def problem(
    status: int, code: str, detail: object, *, instance: str = "", errors: list[Problem] | None = None
) -> Problem:
    """Build the body of a problem response."""
    body: Problem = {
        "type": f"urn:clutch:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": str(detail),
        "instance": instance,
    }
    return {**body, "errors": errors} if errors else body


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """What DRF calls for every exception of an API view. None for what is a fault of ours (500)."""
    request = context.get("request")
    described = _describe(error)
    if described is None:
        return None
    body, headers = described
    body["instance"] = getattr(request, "path", "")
    body = _encodable(body)
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def problem_response(
    request: HttpRequest, status: int, code: str, detail: object, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """A problem response outside of API views: unknown paths, middleware, faults."""
    return JsonResponse(
        problem(status, code, detail, instance=request.path),
        status=status,
        content_type=CONTENT_TYPE,
        headers=dict(headers or {}),
    )


def domain_response(request: HttpRequest, error: DomainError) -> JsonResponse:
    """The problem response of a domain error outside of API views."""
    body, headers = _domain_problem(error)
    body["instance"] = request.path
    return JsonResponse(body, status=error.status, content_type=CONTENT_TYPE, headers=headers)


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database could not be reached: pool exhausted, too many connections, restarting."""
    while error is not None:
        if isinstance(error, psycopg_pool.PoolTimeout | psycopg_pool.TooManyRequests):
            return True
        if isinstance(error, psycopg.OperationalError):
            return error.sqlstate is None or error.sqlstate in _NOT_NOW or error.sqlstate.startswith("08")
        error = error.__cause__
    return False


def unavailable_detail() -> str:
    """What people read when the database cannot be reached."""
    return _("Too many people are here at this moment. Try again in a few seconds.")


def _encodable(value: Any) -> Any:
    """The same with "?" for half a surrogate pair: a message that quotes one could not be sent."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_encodable(key): _encodable(found) for key, found in value.items()}
    return [_encodable(found) for found in value] if isinstance(value, list) else value


def _describe(error: Exception) -> tuple[Problem, dict[str, str]] | None:
    if isinstance(error, DomainError):
        return _domain_problem(error)
    if isinstance(error, exceptions.ValidationError):
        errors = list(flatten(error.detail))
        detail = errors[0]["detail"] if len(errors) == 1 else _("Some fields need your attention.")
        return problem(400, "invalid", detail, errors=errors), {}
    if isinstance(error, DjangoValidationError):
        # Of a model's own rules; its fields have Python names.
        fields = error.message_dict if hasattr(error, "error_dict") else None
        return _domain_problem(Invalid(" ".join(error.messages), fields=fields))
    if isinstance(error, exceptions.APIException):
        return _api_problem(error)
    if isinstance(error, Http404):
        return problem(404, "not_found", _("There is nothing here.")), {}
    if isinstance(error, PermissionDenied):
        return problem(403, "not_allowed", _("You may not do this.")), {}
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", _("The request is too large.")), {}
    if isinstance(error, DatabaseError | psycopg_pool.PoolTimeout) and is_unavailable(error):
        return problem(503, "unavailable", unavailable_detail()), {"Retry-After": RETRY_AFTER_SECONDS}
    return None


def _domain_problem(error: DomainError) -> tuple[Problem, dict[str, str]]:
    errors = [
        {"field": camel_path(field), "code": getattr(message, "code", error.code), "detail": str(message)}
        for field, messages in error.fields.items()
        for message in messages
    ]
    body = problem(error.status, error.code, error.detail, errors=errors)
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if error.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    # What an error brings along never replaces the members of the standard.
    return {**error.extra, **body}, headers


def _api_problem(error: exceptions.APIException) -> tuple[Problem, dict[str, str]]:
    code = error.get_codes()
    headers: dict[str, str] = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    return problem(error.status_code, code if isinstance(code, str) else "error", error.detail), headers


def flatten(detail: Any, path: tuple[str, ...] = ()) -> Iterator[Problem]:
    """Turn DRF's nested error details into `{field, code, detail}`, one per message.

    Our serializers have named them as on the wire already; an unknown key stays as it was sent.
    """
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            own = key in (api_settings.NON_FIELD_ERRORS_KEY, "__all__")
            yield from flatten(value, path if own else (*path, str(key)))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = isinstance(value, Mapping | list)
            yield from flatten(value, (*path, str(index)) if nested else path)
    else:
        yield {
            "field": ".".join(path),
            "code": getattr(detail, "code", None) or "invalid",
            "detail": str(detail),
        }
