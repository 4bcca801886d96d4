"""The shop's pages of parts, stock, scanning, labels and counts."""

from django.urls import include, path

from inventory.portal.views import belonging, export, imports, labels, parts, places, policy, scan, stock

app_name = "stock"

urlpatterns = [
    path("portal/parts", parts.PartsView.as_view(), name="parts"),
    path("portal/parts/new", parts.PartFormView.as_view(), name="new-part"),
    path("portal/parts/export", export.ExportView.as_view(), name="export"),
    path("portal/parts/import", imports.ImportsView.as_view(), name="imports"),
    path("portal/parts/import/<uuid:import_id>", imports.ImportView.as_view(), name="import"),
    path("portal/parts/import/<uuid:import_id>/layout", imports.LayoutView.as_view(), name="import-layout"),
    path(
        "portal/parts/import/<uuid:import_id>/columns", imports.MappingView.as_view(), name="import-columns"
    ),
    path("portal/parts/import/<uuid:import_id>/run", imports.RunView.as_view(), name="import-run"),
    path("portal/parts/import/<uuid:import_id>/cancel", imports.CancelView.as_view(), name="import-cancel"),
    path("portal/parts/import/<uuid:import_id>/undo", imports.UndoView.as_view(), name="import-undo"),
    path(
        "portal/parts/import/<uuid:import_id>/refused.csv",
        imports.RefusedView.as_view(),
        name="import-refused",
    ),
    path("portal/parts/<uuid:part_id>", parts.PartView.as_view(), name="part"),
    path("portal/parts/<uuid:part_id>/edit", parts.PartFormView.as_view(), name="edit-part"),
    path("portal/parts/<uuid:part_id>/status", parts.StatusView.as_view(), name="part-status"),
    path("portal/parts/<uuid:part_id>/delete", parts.DeleteView.as_view(), name="delete-part"),
    path("portal/parts/<uuid:part_id>/movements", parts.MovementsView.as_view(), name="movements"),
    path("portal/parts/<uuid:part_id>/numbers", belonging.NumbersView.as_view(), name="part-numbers"),
    path("portal/parts/<uuid:part_id>/replacing", belonging.ReplacingView.as_view(), name="part-replacing"),
    path(
        "portal/parts/<uuid:part_id>/interchange",
        belonging.InterchangeView.as_view(),
        name="part-interchange",
    ),
    path("portal/parts/<uuid:part_id>/vehicles", belonging.VehiclesView.as_view(), name="part-vehicles"),
    path("portal/parts/<uuid:part_id>/files", belonging.FilesView.as_view(), name="part-files"),
    path("portal/parts/<uuid:part_id>/found", belonging.FoundPartsView.as_view(), name="found-parts"),
    path("portal/vehicle-models", belonging.ModelsView.as_view(), name="vehicle-models"),
    path("portal/parts/<uuid:part_id>/receive", stock.ReceiveView.as_view(), name="receive"),
    path("portal/parts/<uuid:part_id>/adjust", stock.AdjustView.as_view(), name="adjust"),
    path("portal/parts/<uuid:part_id>/transfer", stock.TransferView.as_view(), name="transfer"),
    path("portal/categories", places.CategoriesView.as_view(), name="categories"),
    path("portal/categories/new", places.CategoryFormView.as_view(), name="new-category"),
    path("portal/categories/<uuid:category_id>", places.CategoryFormView.as_view(), name="edit-category"),
    path(
        "portal/categories/<uuid:category_id>/merge",
        places.MergeCategoryView.as_view(),
        name="merge-category",
    ),
    path(
        "portal/categories/<uuid:category_id>/remove",
        places.RemoveCategoryView.as_view(),
        name="remove-category",
    ),
    path("portal/bins", places.BinsView.as_view(), name="bins"),
    path("portal/bins/new", places.BinFormView.as_view(), name="new-bin"),
    path("portal/bins/<uuid:bin_id>", places.BinFormView.as_view(), name="edit-bin"),
    path("portal/bins/<uuid:bin_id>/use", places.BinUseView.as_view(), name="bin-use"),
    path("portal/stock-settings", policy.PolicyView.as_view(), name="policy"),
    path("portal/scan", scan.ScanView.as_view(), name="scan"),
    path("portal/scan/parts", scan.PartsView.as_view(), name="scan-parts"),
    path("portal/scan/attach", scan.AttachView.as_view(), name="attach"),
    path("portal/scan/barcodes/<uuid:barcode_id>/detach", scan.DetachView.as_view(), name="detach"),
    path("", include("inventory.portal.count_urls")),
    path("portal/labels", labels.LabelsView.as_view(), name="labels"),
    path("portal/labels/rows", labels.RowsView.as_view(), name="label-rows"),
]
