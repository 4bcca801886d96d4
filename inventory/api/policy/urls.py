"""The address of the stock policy under /api/v1/."""

from django.urls import path

from inventory.api.policy import views

urlpatterns = [path("inventory/policy", views.StockPolicyView.as_view())]
