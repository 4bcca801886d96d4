"""Addresses of the signed-in person, below /api/v1/."""

from django.urls import include, path

from clutch.accounts.api import views

urlpatterns = [
    # allauth's own wire format; its description: https://docs.allauth.org/en/latest/headless/
    path("auth/", include("clutch.accounts.api.auth_urls")),
    path("me", views.MeView.as_view(), name="me"),
    path("me/password", views.PasswordView.as_view(), name="me-password"),
    path("me/devices", views.DevicesView.as_view(), name="me-devices"),
    path("me/devices/<int:device_id>", views.DeviceView.as_view(), name="me-device"),
]
