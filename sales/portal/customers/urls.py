"""Addresses of the pages of customers."""

from django.urls import path

from sales.portal.customers import acts, files, views

app_name = "customers"
ONE = "portal/customers/<uuid:customer_id>"
VEHICLE = f"{ONE}/vehicles/<uuid:vehicle_id>"

urlpatterns = [
    path("portal/customers", views.CustomersView.as_view(), name="list"),
    path("portal/customers/new", views.CustomerFormView.as_view(), name="new"),
    path("portal/customers/export", files.ExportView.as_view(), name="export"),
    path("portal/customers/import", files.ImportView.as_view(), name="import"),
    path("portal/customers/import/<uuid:key>", files.CheckView.as_view(), name="import-check"),
    path(ONE, views.CustomerView.as_view(), name="customer"),
    path(f"{ONE}/edit", views.CustomerFormView.as_view(), name="edit"),
    path(f"{ONE}/history", views.HistoryView.as_view(), name="history"),
    path(f"{ONE}/statement", views.StatementView.as_view(), name="statement"),
    path(f"{ONE}/credit", acts.CreditView.as_view(), name="credit"),
    path(f"{ONE}/status", acts.StatusView.as_view(), name="status"),
    path(f"{ONE}/pay", acts.PayView.as_view(), name="pay"),
    path(f"{ONE}/store-credit", acts.StoreCreditView.as_view(), name="store-credit"),
    path(f"{ONE}/erase", acts.EraseView.as_view(), name="erase"),
    path(f"{ONE}/merge/<uuid:other_id>", acts.MergeView.as_view(), name="merge"),
    path(f"{ONE}/vehicles/new", acts.AddVehicleView.as_view(), name="add-vehicle"),
    path(f"{VEHICLE}/edit", acts.EditVehicleView.as_view(), name="edit-vehicle"),
    path(f"{VEHICLE}/archive", acts.ArchiveVehicleView.as_view(), name="archive-vehicle"),
]
