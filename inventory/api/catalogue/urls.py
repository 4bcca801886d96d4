"""Addresses of what belongs to a part under /api/v1/."""

from django.urls import path

from inventory.api.catalogue import views

PART = "inventory/parts/<uuid:stock_part_id>"

urlpatterns = [
    path(f"{PART}/numbers", views.NumbersView.as_view()),
    path(f"{PART}/numbers/<uuid:number_id>", views.NumberView.as_view()),
    path(f"{PART}/supersession", views.SupersessionView.as_view()),
    path(f"{PART}/interchange", views.InterchangeView.as_view()),
    path(f"{PART}/fitments", views.FitmentsView.as_view()),
    path(f"{PART}/fitments/<uuid:fitment_id>", views.FitmentView.as_view()),
]
