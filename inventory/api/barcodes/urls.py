"""Addresses of codes under /api/v1/."""

from django.urls import path

from inventory.api.barcodes import views

urlpatterns = [
    path("inventory/barcode/scan", views.ScanView.as_view()),
    path("inventory/parts/<uuid:part_id>/barcodes", views.BarcodesView.as_view()),
    path("inventory/barcodes/<uuid:barcode_id>", views.BarcodeView.as_view()),
    path("inventory/labels", views.LabelsView.as_view()),
]
