"""Addresses of payment: the names are those that django-payments looks for."""

from django.urls import path

from orders.payments import views

urlpatterns = [
    path("orders/<str:number>/pay", views.pay, name="pay"),
    path("payments/process/<uuid:token>", views.report_payment, name="process_payment"),
    path("payments/process/<slug:variant>", views.report, name="static_process_payment"),
    path("payments/pretend/<uuid:token>", views.pretend, name="pretend_payment"),
]
