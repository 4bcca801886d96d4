"""The shop's pages of requests, quotes, orders and messages."""

from django.urls import path

from orders.portal.views import market, orders, picking, requests

app_name = "portal"

urlpatterns = [
    path("portal", market.HomeView.as_view(), name="home"),
    path("portal/counts/<str:kind>", market.CountView.as_view(), name="count"),
    path("portal/shop", market.ChooseShopView.as_view(), name="choose-shop"),
    path("portal/requests", requests.QueueView.as_view(), name="requests"),
    path("portal/requests/<str:number>", requests.RequestView.as_view(), name="request"),
    path("portal/requests/<str:number>/state", requests.RequestStateView.as_view(), name="request-state"),
    path("portal/requests/<str:number>/seen", requests.SeenView.as_view(), name="seen"),
    path("portal/requests/<str:number>/send", requests.SendDraftView.as_view(), name="send-draft"),
    path("portal/requests/<str:number>/total", requests.QuoteTotalView.as_view(), name="quote-total"),
    path(
        "portal/requests/<str:number>/parts/<uuid:part_id>/offer",
        requests.NewOfferView.as_view(),
        name="new-offer",
    ),
    path("portal/requests/<str:number>/decline", requests.DeclineView.as_view(), name="decline"),
    path("portal/requests/<str:number>/withdraw", requests.WithdrawView.as_view(), name="withdraw"),
    path("portal/quotes", market.QuotesView.as_view(), name="quotes"),
    path("portal/orders", orders.OrdersView.as_view(), name="orders"),
    path("portal/orders/<str:number>", orders.OrderView.as_view(), name="order"),
    path("portal/orders/<str:number>/slip", orders.SlipView.as_view(), name="slip"),
    path("portal/orders/<str:number>/start", orders.StartView.as_view(), name="start"),
    path("portal/orders/<str:number>/ship", orders.ShipView.as_view(), name="ship"),
    path("portal/orders/<str:number>/tracking", orders.TrackView.as_view(), name="track"),
    path("portal/orders/<str:number>/deliver", orders.DeliverView.as_view(), name="deliver"),
    path("portal/orders/<str:number>/cash", orders.CashView.as_view(), name="cash"),
    path("portal/orders/<str:number>/cancel", orders.CancelView.as_view(), name="cancel"),
    path("portal/picking", picking.PickingView.as_view(), name="picking"),
    path("portal/picking/scan", picking.ScanPickView.as_view(), name="scan-pick"),
    path("portal/picking/<uuid:offer_id>", picking.PickedView.as_view(), name="picked"),
    path("portal/messages", market.MessagesView.as_view(), name="messages"),
    path("portal/messages/<str:number>", market.ThreadView.as_view(), name="thread"),
    path("portal/messages/<str:number>/read", market.ReadView.as_view(), name="thread-read"),
    path("portal/photos/<str:kind>/<uuid:photo_id>", market.PhotoView.as_view(), name="photo"),
]
