"""Addresses of the inbox."""

from django.urls import path

from clutch.notifications.pages import views

app_name = "notifications"

urlpatterns = [
    path("notifications", views.inbox, name="inbox"),
    path("notifications/read-all", views.read_all, name="read-all"),
    path("notifications/preferences", views.preferences, name="preferences"),
    path("notifications/<uuid:notification_id>/open", views.open_one, name="open"),
    path("notifications/<uuid:notification_id>/read", views.read_one, name="read"),
]
