"""Addresses of the pages of stock-taking."""

from django.urls import path

from inventory.portal.views import count_review, counting, counts

ALL = "portal/counts"
ONE = f"{ALL}/<uuid:count_id>"

urlpatterns = [
    path(ALL, counts.CountsView.as_view(), name="counts"),
    path(f"{ALL}/new", counts.StartView.as_view(), name="new-count"),
    path(f"{ALL}/accuracy", count_review.AccuracyView.as_view(), name="count-accuracy"),
    path(ONE, counts.CountView.as_view(), name="count"),
    path(f"{ONE}/submit", counts.SubmitView.as_view(), name="submit-count"),
    path(f"{ONE}/cancel", counts.CancelView.as_view(), name="cancel-count"),
    path(f"{ONE}/reopen", counts.ReopenView.as_view(), name="reopen-count"),
    path(f"{ONE}/counting", counting.CountingView.as_view(), name="counting"),
    path(f"{ONE}/bin", counting.BinView.as_view(), name="count-bin"),
    path(f"{ONE}/find", counting.FindView.as_view(), name="count-find"),
    path(f"{ONE}/reasons", count_review.ReasonsView.as_view(), name="count-reasons"),
    path(f"{ONE}/recount", count_review.RecountView.as_view(), name="recount"),
    path(f"{ONE}/approve", count_review.ApproveView.as_view(), name="approve-count"),
    path(f"{ONE}/sheet", count_review.SheetView.as_view(), name="count-sheet"),
    path(f"{ONE}/unknown/<uuid:unknown_id>/resolve", count_review.ResolveView.as_view(), name="resolve-code"),
    path(f"{ONE}/unknown/<uuid:unknown_id>/drop", count_review.DropView.as_view(), name="drop-code"),
]
