"""Addresses of parts and their stock under /api/v1/."""

from django.urls import path

from inventory.api.parts.views import export, parts, stock

PART = "inventory/parts/<uuid:stock_part_id>"

urlpatterns = [
    path("inventory/parts", parts.PartsView.as_view()),
    path("inventory/parts/export", export.ExportView.as_view()),
    path(PART, parts.PartView.as_view()),
    path(f"{PART}/stock", stock.PartStockView.as_view()),
    path(f"{PART}/movements", stock.MovementsView.as_view()),
    path("inventory/low-stock", stock.LowStockView.as_view()),
]
