"""Addresses of stock-taking under /api/v1/."""

from django.urls import path

from inventory.api.counting import views

COUNT = "inventory/counts/<uuid:count_id>"

urlpatterns = [
    path("inventory/counts", views.SheetsView.as_view()),
    path("inventory/counts/accuracy", views.AccuracyView.as_view()),
    path(COUNT, views.OneSheetView.as_view()),
    path(f"{COUNT}/lines", views.LinesView.as_view()),
    path(f"{COUNT}/uncounted", views.UncountedView.as_view()),
    path(f"{COUNT}/entries", views.EntriesView.as_view()),
    path(f"{COUNT}/unknown", views.UnknownView.as_view()),
    path(f"{COUNT}/unknown/<uuid:unknown_id>/resolve", views.ResolveView.as_view()),
    path(f"{COUNT}/unknown/<uuid:unknown_id>/drop", views.DropView.as_view()),
    path(f"{COUNT}/submit", views.SubmitView.as_view()),
    path(f"{COUNT}/reopen", views.ReopenView.as_view()),
    path(f"{COUNT}/cancel", views.CancelView.as_view()),
    path(f"{COUNT}/reasons", views.ReasonsView.as_view()),
    path(f"{COUNT}/approve", views.ApproveView.as_view()),
]
