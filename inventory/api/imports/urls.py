"""Addresses of imports under /api/v1/."""

from django.urls import path

from inventory.api.imports import views

ONE = "inventory/imports/<uuid:import_id>"

urlpatterns = [
    path("inventory/imports", views.ImportsView.as_view(), name="imports-api"),
    path(ONE, views.ImportView.as_view(), name="import-api"),
    path(f"{ONE}/mapping", views.MappingView.as_view(), name="import-mapping-api"),
    path(f"{ONE}/layout", views.LayoutView.as_view(), name="import-layout-api"),
    path(f"{ONE}/issues", views.IssuesView.as_view(), name="import-issues-api"),
    path(f"{ONE}/run", views.RunView.as_view(), name="import-run-api"),
    path(f"{ONE}/cancel", views.CancelView.as_view(), name="import-cancel-api"),
    path(f"{ONE}/undo", views.UndoView.as_view(), name="import-undo-api"),
]
