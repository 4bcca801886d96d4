"""Photos: uploaded as multipart, and served only to who may see what they show."""

from functools import partial
from uuid import UUID

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import parsers
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView
from clutch.core.errors import NotFound
from orders import actions, queries, rules
from orders.api import inputs
from orders.api.serializers import LinePhotoSerializer, OfferSerializer
from orders.api.views.orders import OrderApiView
from orders.models import LinePhoto, QuoteLine


def photo_response(file: object) -> FileResponse:
    """A private picture: kept by the browser, never by a cache on the way, and never sniffed."""
    response = FileResponse(file.open("rb"))  # type: ignore[attr-defined]
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class PartPhotosView(OrderApiView):
    """The photos of a requested part."""

    parser_classes = [parsers.MultiPartParser]

    @extend_schema(
        operation_id="add_part_photo",
        tags=["orders"],
        request={"multipart/form-data": inputs.PhotoInputSerializer},
        responses={201: LinePhotoSerializer},
    )
    def post(self, request: Request, order_id: str, part_id: UUID) -> Response:
        """Add a photo to a part of a draft or an open request, up to 8."""
        order = self.order()
        photo = self.validated(inputs.PhotoInputSerializer)["photo"]
        act = partial(actions.add_line_photo, order.pk, line_id=part_id, photo=photo, actor=self.actor)
        return self.answer(act, LinePhotoSerializer, 201)


class PhotoView(OrderApiView):
    """One photo of a request."""

    @extend_schema(
        operation_id="get_part_photo",
        tags=["orders"],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, order_id: str, photo_id: UUID) -> FileResponse:
        """The picture, for the customer, staff, and the shops that were asked."""
        order = queries.find_order(rules.requests_seen_by(request.user), order_id)
        if order is None:
            raise NotFound(_("There is no such order."))
        return photo_response(self.visible(LinePhoto.objects.filter(line__order=order), pk=photo_id).file)

    @extend_schema(operation_id="remove_part_photo", tags=["orders"], responses={204: None})
    def delete(self, request: Request, order_id: str, photo_id: UUID) -> Response:
        """Remove a photo of a draft or an open request."""
        act = partial(actions.remove_line_photo, self.order().pk, photo_id=photo_id, actor=self.actor)
        return self.answer(act, None, 204)


class OfferPhotoView(ApiView):
    """The photo of an offer."""

    parser_classes = [parsers.MultiPartParser]
    conditional = frozenset()

    @extend_schema(
        operation_id="get_offer_photo",
        tags=["quotes"],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, quote_id: UUID, offer_id: UUID) -> FileResponse:
        """The picture, for the shop, the customer, and staff."""
        rows = QuoteLine.objects.filter(quote__in=rules.quotes_seen_by(request.user)).exclude(photo="")
        return photo_response(self.visible(rows, pk=offer_id, quote=quote_id).photo)

    @extend_schema(
        operation_id="set_offer_photo",
        tags=["quotes"],
        request={"multipart/form-data": inputs.PhotoInputSerializer},
        responses=OfferSerializer,
    )
    def put(self, request: Request, quote_id: UUID, offer_id: UUID) -> Response:
        """Set the photo of an offer of a quote that still stands."""
        rows = QuoteLine.objects.filter(shop__in=rules.shop_ids_of(request.user.pk))
        offer = self.visible(rows, pk=offer_id, quote=quote_id)
        photo = self.validated(inputs.PhotoInputSerializer)["photo"]
        act = partial(actions.add_offer_photo, quote_id, offer_id=offer.pk, photo=photo, actor=self.actor)
        return self.answer(act, OfferSerializer)
