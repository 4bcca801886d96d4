"""Addresses of what follows an acceptance, and of messages."""

from django.urls import path

from orders.api.fulfilment import messages, views

ORDER = "auto-parts-orders/<str:order_id>"

urlpatterns = [
    path(f"{ORDER}/payment", views.PaymentView.as_view()),
    path(f"{ORDER}/payment/entries", views.PaymentEntriesView.as_view()),
    path(f"{ORDER}/cash-collected", views.CashView.as_view()),
    path(f"{ORDER}/refunds", views.RefundView.as_view()),
    path(f"{ORDER}/tracking", views.TrackingView.as_view()),
    path(f"{ORDER}/delivery-code", views.DeliveryCodeView.as_view()),
    path(f"{ORDER}/delivery-photo", views.DeliveryPhotoView.as_view()),
    path(f"{ORDER}/contacts", views.ContactsView.as_view()),
    path(f"{ORDER}/rating", views.RatingView.as_view()),
    path(f"{ORDER}/messages", messages.MessagesView.as_view()),
    path(f"{ORDER}/messages/read", messages.MessagesReadView.as_view()),
    path(f"{ORDER}/messages/<uuid:message_id>/photo", messages.MessagePhotoView.as_view()),
    path("message-threads", messages.ThreadsView.as_view()),
]
