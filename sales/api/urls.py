"""Addresses of the counter under /api/v1/."""

from django.urls import path

from sales.api.views import registers, sales

SALE = "sales/<str:sale_id>"

urlpatterns = [
    path("sales", sales.SalesView.as_view()),
    path(SALE, sales.SaleView.as_view()),
    path(f"{SALE}/complete", sales.CompleteView.as_view()),
    path(f"{SALE}/park", sales.ParkView.as_view()),
    path(f"{SALE}/resume", sales.ResumeView.as_view()),
    path("registers", registers.RegistersView.as_view()),
    path("registers/<str:register_id>", registers.RegisterView.as_view()),
    path("cash-sessions", registers.SessionsView.as_view()),
]
