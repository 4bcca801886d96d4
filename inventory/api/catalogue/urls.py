"""Addresses of what belongs to a part under /api/v1/."""

from django.urls import path

from inventory.api.catalogue import files, places, views

PART = "inventory/parts/<uuid:stock_part_id>"

urlpatterns = [
    path("inventory/categories", places.CategoriesView.as_view()),
    path("inventory/categories/<uuid:category_id>", places.CategoryView.as_view()),
    path("inventory/categories/<uuid:category_id>/merge", places.MergeView.as_view()),
    path("inventory/bins", places.BinsView.as_view()),
    path("inventory/bins/<uuid:bin_id>", places.BinView.as_view()),
    path(f"{PART}/numbers", views.NumbersView.as_view()),
    path(f"{PART}/numbers/<uuid:number_id>", views.NumberView.as_view()),
    path(f"{PART}/supersession", views.SupersessionView.as_view()),
    path(f"{PART}/interchange", views.InterchangeView.as_view()),
    path(f"{PART}/photos", files.StockPhotosView.as_view()),
    path(f"{PART}/photos/<uuid:photo_id>", files.StockPhotoView.as_view()),
    path(f"{PART}/photos/<uuid:photo_id>/small", files.SmallPhotoView.as_view()),
    path(f"{PART}/documents", files.StockDocumentsView.as_view()),
    path(f"{PART}/documents/<uuid:document_id>", files.StockDocumentView.as_view()),
    path(f"{PART}/fitments", views.FitmentsView.as_view()),
    path(f"{PART}/fitments/<uuid:fitment_id>", views.FitmentView.as_view()),
]
