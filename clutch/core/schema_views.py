"""The pages of the API description; apart from the schema class, which DRF loads before its views."""

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework import permissions


class SchemaView(SpectacularAPIView):
    """The description itself: JSON, or YAML when asked for."""

    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]
    permission_classes = [permissions.AllowAny]
    authentication_classes = []


class SwaggerView(SpectacularSwaggerView):
    """The description as a page to try things out; all files are served from here."""

    permission_classes = [permissions.AllowAny]
    authentication_classes = []


class RedocView(SpectacularRedocView):
    """The description as a page to read."""

    permission_classes = [permissions.AllowAny]
    authentication_classes = []
