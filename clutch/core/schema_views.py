"""The pages of the API description; apart from the schema class, which DRF loads before its views."""

from functools import lru_cache
from typing import Any, cast

from django.urls import get_urlconf
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.response import Response


@lru_cache(maxsize=8)
def description(urlconf: str | None = None, language: str | None = None) -> Any:
    """The description in a language, the same for everybody. Not to be changed by who gets it.

    Kept per process: it takes more than a second to make, and anybody may ask for it.
    """
    generator: Any = SchemaGenerator
    with translation.override(language):
        return generator(urlconf=urlconf).get_schema(public=True)


class SchemaView(SpectacularAPIView):
    """The description itself: JSON, or YAML when asked for."""

    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]
    permission_classes = [permissions.AllowAny]
    authentication_classes = []

    def _get_schema_response(self, request: Request) -> Response:
        name = cast("Any", self)._get_filename(request, None)
        data = description(get_urlconf(), translation.get_language())
        return Response(data, headers={"Content-Disposition": f'inline; filename="{name}"'})


class SwaggerView(SpectacularSwaggerView):
    """The description as a page to try things out; all files are served from here."""

    permission_classes = [permissions.AllowAny]
    authentication_classes = []


class RedocView(SpectacularRedocView):
    """The description as a page to read."""

    permission_classes = [permissions.AllowAny]
    authentication_classes = []
