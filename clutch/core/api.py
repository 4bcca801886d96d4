"""The base of all API views: who acts, what they sent, one act, one answer."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework import generics, mixins, views
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from clutch.core import idempotency, versions
from clutch.core.actor import Actor, Via
from clutch.core.errors import Invalid, NotFound
from clutch.core.idempotency import Answer
from clutch.core.lists import FilterSet, OrderingFilter, PageNumberPagination
from clutch.core.parsers import StrictJSONParser

__all__ = [
    "ApiView",
    "FilterSet",
    "ListView",
    "OrderingFilter",
    "PageNumberPagination",
    "StrictJSONParser",
]

M = TypeVar("M", bound=Model)
KEY_LENGTH = 200


class ApiView(views.APIView):
    """Base of API views. A view restricts a queryset, validates, calls one action, answers."""

    via: Via = "app"
    # The methods whose act compares `If-Match` with the version that it finds under its lock.
    conditional: ClassVar[frozenset[str]] = frozenset({"PUT", "PATCH"})

    @property
    def actor(self) -> Actor:
        """The signed-in person, as actions want them."""
        return Actor.user(self.request.user, self.via)

    @property
    def user_id(self) -> UUID:
        """The key of the signed-in person."""
        return UUID(str(self.request.user.pk))

    def validated(self, serializer: type[BaseSerializer[Any]], **kwargs: Any) -> Any:
        """Return the validated body (Python names), or raise ValidationError at the fields."""
        kwargs.setdefault("context", {"request": self.request, "view": self})
        checked = serializer(data=self.request.data, **kwargs)
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def if_match(self) -> int | None:
        """The version that the client edited (`If-Match`), for `expected_version` of an action."""
        return versions.read_if_match(self.request.headers.get("If-Match"))

    def visible(self, queryset: QuerySet[M], **lookup: Any) -> M:
        """One row of what this user may see; everything else is NotFound, also a malformed id."""
        try:
            return queryset.get(**lookup)
        except (ObjectDoesNotExist, ValueError, TypeError, DjangoValidationError) as error:
            raise NotFound(_("There is nothing here.")) from error

    def show(
        self,
        found: Any,
        output: type[BaseSerializer[Any]] | None,
        status: int = 200,
        context: dict[str, Any] | None = None,
    ) -> Response:
        """Answer a read: the representation with its ETag."""
        return _response(self._rendered(found, output, status, context))

    def answer(
        self,
        call: Callable[[], Any],
        output: type[BaseSerializer[Any]] | None,
        status: int = 200,
        context: dict[str, Any] | None = None,
    ) -> Response:
        """Run one action and answer with its result; under the Idempotency-Key where one was sent.

        The same key and body again get the stored answer (`Idempotency-Replayed: true`); the key
        with another body, or while the first is still running, is a Conflict (409). An `output`
        with a method `still_allowed(body, user)` takes out of a stored answer what its reader may
        no longer see; its `secrets` are keys that are told once: null where the answer is repeated.
        """
        key = self._idempotency_key()
        if key is None:
            return _response(self._rendered(call(), output, status, context))
        keyed = idempotency.KeyedRequest(
            actor=f"user:{self.request.user.pk}",
            route=_route(self.request),
            key=key,
            body_hash=_fingerprint(self.request),
            render=lambda result: self._rendered(result, output, status, context),
            secrets=getattr(output, "secrets", frozenset()),
        )
        try:
            with idempotency.keyed(keyed):
                result = call()
        except idempotency.Replayed as replayed:
            response = _response(self._still_allowed(replayed.answer, output))
            response["Idempotency-Replayed"] = "true"
            return response
        return _response(keyed.answer or keyed.render(result))

    def _still_allowed(self, answer: Answer, output: Any) -> Answer:
        look_over = getattr(output, "still_allowed", None)
        if look_over is None or answer.body is None:
            return answer
        return Answer(answer.status, look_over(answer.body, self.request.user), answer.headers)

    def _idempotency_key(self) -> str | None:
        key = self.request.headers.get("Idempotency-Key")
        if key is None or not self.request.user.is_authenticated:
            return None
        if not (0 < len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()):
            raise Invalid(
                _("An Idempotency-Key has 1 to %(length)s printable ASCII characters.")
                % {"length": KEY_LENGTH},
                code="bad_idempotency_key",
            )
        return key

    def _rendered(self, found: Any, output: Any, status: int, context: dict[str, Any] | None) -> Answer:
        if output is None:
            return Answer(status, None)
        shown = output(found, context={"request": self.request, "view": self, **(context or {})})
        # Through the renderer and back: what is stored is what the first client got.
        body = json.loads(JSONRenderer().render(shown.data))
        version = getattr(found, "version", None)
        headers = {"ETag": versions.etag(version)} if isinstance(version, int) else {}
        return Answer(status, body, headers)


def _response(answer: Answer) -> Response:
    return Response(answer.body, status=answer.status, headers=answer.headers)


def _route(request: Request) -> str:
    route = f"{request.method} {request.path}"
    # A path that does not fit into the column is a bad request of a real route; its hash tells it apart.
    return route if len(route) <= 200 else hashlib.sha256(route.encode()).hexdigest()


def _fingerprint(request: Request) -> str:
    """A hash of what was asked: query and JSON body, or the fields and files of a form."""
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode() + b"\0")
    if hasattr(request.data, "lists"):
        for name, values in sorted(request.data.lists()):
            digest.update(f"\0{name}".encode())
            for value in values:
                if hasattr(value, "chunks"):
                    for chunk in value.chunks():
                        digest.update(chunk)
                    value.seek(0)
                else:
                    digest.update(f"\0{value}".encode())
    else:
        digest.update(json.dumps(request.data, sort_keys=True, default=str).encode())
    return digest.hexdigest()


class ListView(mixins.ListModelMixin, generics.GenericAPIView[Any], ApiView):
    """A paginated list: set `serializer_class`, `filterset_class`, `ordering_fields`, `ordering`,
    and return the restricted rows from `get_queryset`."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page of the list."""
        return self.list(request, *args, **kwargs)
