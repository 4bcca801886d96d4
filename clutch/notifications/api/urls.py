"""The notifications' addresses under /api/v1/."""

from django.urls import path

from clutch.notifications.api import views

urlpatterns = [
    path("notifications", views.InboxView.as_view(), name="notifications"),
    path("notifications/read-all", views.ReadAllView.as_view(), name="notifications-read-all"),
    path("notifications/preferences", views.PreferencesView.as_view(), name="notification-preferences"),
    path("notifications/send", views.SendView.as_view(), name="notification-send"),
    path("notifications/<uuid:notification_id>/read", views.ReadView.as_view(), name="notification-read"),
]
