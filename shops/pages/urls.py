"""The garage."""

from django.urls import path

from shops.pages import views

app_name = "garage"

urlpatterns = [
    path("garage", views.GarageView.as_view(), name="index"),
    path("garage/add", views.AddView.as_view(), name="add"),
    path("garage/<uuid:vehicle_id>", views.EditView.as_view(), name="edit"),
    path("garage/<uuid:vehicle_id>/remove", views.RemoveView.as_view(), name="remove"),
    path("garage/<uuid:vehicle_id>/default", views.DefaultView.as_view(), name="default"),
]
