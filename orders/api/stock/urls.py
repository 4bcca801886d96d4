"""Addresses of picking and of quotes' holds under /api/v1/."""

from django.urls import path

from orders.api.stock import views

urlpatterns = [
    path("shop-picking", views.PickingView.as_view()),
    path("shop-picking/scan", views.ScanPickView.as_view()),
    path("shop-picking/<uuid:offer_id>", views.PickView.as_view()),
    path("stock-holds/<uuid:hold_id>/take", views.TakeHoldView.as_view()),
]
