"""Addresses of customers under /api/v1/."""

from django.urls import path

from sales.api.customers import views

CUSTOMER = "customers/<str:customer_id>"

urlpatterns = [
    path("customers", views.CustomersView.as_view()),
    path(CUSTOMER, views.CustomerView.as_view()),
    path(f"{CUSTOMER}/history", views.HistoryView.as_view()),
    path(f"{CUSTOMER}/merge", views.MergeView.as_view()),
    path(f"{CUSTOMER}/erase", views.EraseView.as_view()),
    path(f"{CUSTOMER}/store-credit", views.StoreCreditView.as_view()),
    path(f"{CUSTOMER}/vehicles", views.VehiclesView.as_view()),
    path(f"{CUSTOMER}/vehicles/<uuid:vehicle_id>", views.VehicleView.as_view()),
]
