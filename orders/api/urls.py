"""Addresses of requests, quotes and orders under /api/v1/."""

from django.urls import path

from orders.api.views import orders, photos, quotes, requests

ORDER = "auto-parts-orders/<str:order_id>"

urlpatterns = [
    path("auto-parts-orders", orders.OrdersView.as_view()),
    path("auto-parts-orders/user/<str:user_id>", orders.UserOrdersView.as_view()),
    path(ORDER, orders.OrderView.as_view()),
    path(f"{ORDER}/accept-quote", orders.AcceptQuoteView.as_view()),
    path(f"{ORDER}/extend", orders.ExtendView.as_view()),
    path(f"{ORDER}/widen", orders.WidenView.as_view()),
    path(f"{ORDER}/parts/<uuid:part_id>/photos", photos.PartPhotosView.as_view()),
    path(f"{ORDER}/photos/<uuid:photo_id>", photos.PhotoView.as_view()),
    path("shop-quotes/provide-quote", quotes.ProvideQuoteView.as_view()),
    path("shop-quotes/shop-quotes", quotes.ShopQuotesView.as_view()),
    path("shop-quotes/<str:quote_id>", quotes.QuoteView.as_view()),
    path("shop-quotes/<uuid:quote_id>/offers/<uuid:offer_id>/photo", photos.OfferPhotoView.as_view()),
    path("shop-requests", requests.ShopRequestsView.as_view()),
    path("shop-requests/<str:order_id>", requests.ShopRequestView.as_view()),
    path("shop-requests/<str:order_id>/decline", requests.DeclineView.as_view()),
    path("shop-requests/<str:order_id>/draft", requests.DraftView.as_view()),
    path("shop-requests/<str:order_id>/draft/send", requests.SendDraftView.as_view()),
]
