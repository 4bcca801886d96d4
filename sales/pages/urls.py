"""What customers of a shop open without an account."""

from django.urls import path

from sales.pages import views

app_name = "sales-pages"

urlpatterns = [
    path("receipt/<str:token>", views.receipt, name="receipt"),
    path("receipt/<str:token>/pdf", views.receipt_pdf, name="receipt-pdf"),
]
