"""The shop's pages of scanning, labels and counts."""

from django.urls import path

from inventory.portal.views import scan

app_name = "stock"

urlpatterns = [
    path("portal/scan", scan.ScanView.as_view(), name="scan"),
    path("portal/scan/parts", scan.PartsView.as_view(), name="scan-parts"),
    path("portal/scan/attach", scan.AttachView.as_view(), name="attach"),
    path("portal/scan/barcodes/<uuid:barcode_id>/detach", scan.DetachView.as_view(), name="detach"),
]
