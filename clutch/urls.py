"""Where each address leads; every app brings its own list."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from clutch.core.schema_views import RedocView, SchemaView, SwaggerView


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the process serves and reaches its database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("api/schema", SchemaView.as_view(), name="schema"),
    path("api/docs", SwaggerView.as_view(url_name="schema"), name="api-docs"),
    path("api/redoc", RedocView.as_view(url_name="schema"), name="api-redoc"),
    path("api/v1/", include("clutch.accounts.api.urls")),
    path("api/v1/", include("shops.api.urls")),
    path("api/v1/", include("clutch.live.api.urls")),
    path("api/v1/", include("clutch.notifications.api.urls")),
    path("api/v1/", include("inventory.api.barcodes.urls")),
    path("api/v1/", include("inventory.api.counting.urls")),
    path("api/v1/", include("inventory.api.parts.urls")),
    path("api/v1/", include("inventory.api.catalogue.urls")),
    path("api/v1/", include("inventory.api.imports.urls")),
    path("api/v1/", include("inventory.api.policy.urls")),
    path("api/v1/", include("orders.api.urls")),
    path("api/v1/", include("orders.api.stock.urls")),
    path("api/v1/", include("sales.api.urls")),
    path("api/v1/", include("sales.api.customers.urls")),
    path("admin/", admin.site.urls),
    path("", include("clutch.accounts.pages.urls")),
    path("", include("clutch.notifications.pages.urls")),
    path("api/v1/", include("orders.api.fulfilment.urls")),
    path("", include("orders.payments.urls")),
    path("", include("orders.pages.urls")),
    path("", include("sales.pages.urls")),
    path("", include("shops.portal.urls")),
    path("", include("shops.pages.urls")),
    path("", include("inventory.portal.urls")),
    path("", include("orders.portal.urls")),
    path("", include("sales.portal.urls")),
    path("", include("sales.portal.customers.urls")),
]

handler400 = "clutch.core.pages.bad_request"
handler403 = "clutch.core.pages.forbidden"
handler404 = "clutch.core.pages.not_found"
handler500 = "clutch.core.pages.server_error"
