"""The customer's pages."""

from django.urls import path

from orders.pages.views import acts, afterwards, edit, orders
from orders.pages.views import messages as message_views
from orders.pages.views import request as request_views

app_name = "customer"

urlpatterns = [
    path("", request_views.request_page, name="request"),
    path("request/models", request_views.models_of_make, name="models"),
    path("request/vin", request_views.decoded_vin, name="vin"),
    path("request/photos", request_views.keep_photo, name="keep-photo"),
    path("request/photos/<str:token>", request_views.kept_photo, name="kept-photo"),
    path("orders", orders.order_list, name="orders"),
    path("orders/<str:number>", orders.order_page, name="order"),
    path("orders/<str:number>/parts/<str:part>", orders.order_part, name="order-part"),
    path("orders/<str:number>/edit", edit.edit_page, name="edit"),
    path("orders/<str:number>/photos/<uuid:photo_id>", orders.line_photo, name="line-photo"),
    path("orders/<str:number>/offers/<uuid:offer_id>/photo", orders.offer_photo, name="offer-photo"),
    path("orders/<str:number>/quotes/<uuid:quote_id>/accept", acts.accept, name="accept"),
    path("orders/<str:number>/submit", acts.submit, name="submit"),
    path("orders/<str:number>/cancel", acts.cancel, name="cancel"),
    path("orders/<str:number>/extend", acts.extend, name="extend"),
    path("orders/<str:number>/widen", acts.widen, name="widen"),
    path("orders/<str:number>/rate", afterwards.rate, name="rate"),
    path("orders/<str:number>/code", afterwards.renew_code, name="renew-code"),
    path("orders/<str:number>/messages/<uuid:shop_id>", message_views.thread, name="messages"),
    path("orders/<str:number>/messages/photos/<uuid:message_id>", message_views.photo, name="message-photo"),
]
