"""Views, actions and addresses for the tests of the plumbing; a stream entry stands for any row."""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from psycopg_pool import PoolTimeout
from rest_framework import exceptions, parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core import errors
from clutch.core.api import ApiView, FilterSet, ListView
from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import LineField, MoneyField, PhotoField
from clutch.core.models import IdempotencyKey
from clutch.core.versions import check
from clutch.feed.action import action, publish
from clutch.feed.models import StreamEntry
from clutch.feed.streams import Event

waits: list[Any] = []


class LineSerializer(Serializer):
    unit_price = MoneyField()


class BodySerializer(Serializer):
    note_text = LineField(max_length=20)
    lines = LineSerializer(many=True, required=False)


class OutSerializer(Serializer):
    note_text = serializers.CharField()
    made_by = serializers.CharField()


class Made:
    """What the action makes; it has a version as entities do."""

    def __init__(self, note_text: str, made_by: str) -> None:
        self.note_text, self.made_by, self.version = note_text, made_by, 3


@action
def make(*, note_text: str, actor: Any, **_lines: Any) -> Made:
    """Make something; "fail" makes nothing."""
    publish(Event(("made",), "made", {"note": note_text}))
    for wait in waits:
        wait()
    if note_text == "fail":
        raise errors.Conflict("it is over", code="wrong_status", extra={"currentStatus": "cancelled"})
    return Made(note_text, actor.id)


class BrokenSerializer(OutSerializer):
    def to_representation(self, instance: Any) -> Any:
        raise RuntimeError("rendering failed")


class ThingsView(ApiView):
    output: Any = OutSerializer

    def get(self, request: Request) -> Response:
        return self.show(Made("shown", self.actor.id), OutSerializer)

    def post(self, request: Request) -> Response:
        given = self.validated(BodySerializer)
        return self.answer(partial(make, actor=self.actor, **given), self.output, 201)

    def put(self, request: Request) -> Response:
        check(Made("x", "y"), self.if_match())
        return self.show(Made("changed", self.actor.id), OutSerializer)


class BrokenView(ThingsView):
    output = BrokenSerializer


class UploadView(ApiView):
    parser_classes = [parsers.MultiPartParser]

    def post(self, request: Request) -> Response:
        class Upload(Serializer):
            note_text = LineField(max_length=20)
            photo = PhotoField(required=False)

        given = self.validated(Upload)
        given.pop("photo", None)
        return self.answer(partial(make, actor=self.actor, **given), OutSerializer, 201)


class KeyView(ApiView):
    def get(self, request: Request, pk: str) -> Response:
        self.visible(IdempotencyKey.objects.all(), pk=pk)
        return Response({})


class EntrySerializer(ModelSerializer):
    class Meta:
        model = StreamEntry
        fields = ["seq", "type", "at"]


class EntryFilter(FilterSet):
    class Meta:
        model = StreamEntry
        fields = {"type": ["exact"], "seq": ["gt"], "at": ["lt"]}


class EntriesView(ListView):
    serializer_class = EntrySerializer
    filterset_class = EntryFilter
    ordering_fields = ["seq", "at"]
    queryset = StreamEntry.objects.all()
    permission_classes = []


def pool_timeout() -> Exception:
    """What Django raises when the pool has no connection left."""
    error = OperationalError("couldn't get a connection after 10.00 sec")
    error.__cause__ = PoolTimeout("couldn't get a connection after 10.00 sec")
    return error


ERRORS: dict[str, Any] = {
    "invalid": lambda: errors.Invalid("bad", fields={"lines.0.unit_price": ["too much"], "name": ["a", "b"]}),
    "incomplete": lambda: errors.Incomplete("missing", extra={"missing": ["location"]}),
    "not_allowed": lambda: errors.NotAllowed("no"),
    "not_found": lambda: errors.NotFound("nothing"),
    "conflict": lambda: errors.Conflict(
        "over", code="wrong_status", extra={"status": "hidden", "current": 1}
    ),
    "stale": lambda: errors.StaleVersion("old"),
    "unavailable": lambda: errors.Unavailable("later"),
    "pool": pool_timeout,
    "model_rule": lambda: ValidationError({"unit_price": ["too much"]}),
    "http404": Http404,
    "denied": PermissionDenied,
    "too_big": lambda: RequestDataTooBig("big"),
    "throttled": lambda: exceptions.Throttled(wait=7),
    "fault": lambda: ZeroDivisionError("a fault of ours"),
    "database": lambda: OperationalError("a fault of ours"),
}


class ErrorView(ApiView):
    permission_classes = []

    def get(self, request: Request, name: str) -> Response:
        raise ERRORS[name]()


def error_page(request: HttpRequest, name: str) -> HttpResponse:
    """A page that fails."""
    raise ERRORS[name]()


urlpatterns = [
    path("api/v1/things", ThingsView.as_view()),
    path("api/v1/broken", BrokenView.as_view()),
    path("api/v1/uploads", UploadView.as_view()),
    path("api/v1/keys/<str:pk>", KeyView.as_view()),
    path("api/v1/entries", EntriesView.as_view()),
    path("api/v1/errors/<str:name>", ErrorView.as_view()),
    path("api/plain/<str:name>", error_page),
    path("pages/<str:name>", error_page),
    path("", include("clutch.urls")),
]

handler400 = "clutch.core.pages.bad_request"
handler403 = "clutch.core.pages.forbidden"
handler404 = "clutch.core.pages.not_found"
handler500 = "clutch.core.pages.server_error"
