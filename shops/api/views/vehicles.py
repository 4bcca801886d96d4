"""Makes, models, VIN, and the garage."""

from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.pagination import PageNumberPagination as BasePagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView, ListView, PageNumberPagination
from shops.actions import garage
from shops.api.base import user_id
from shops.api.filters import MakeFilter, ModelFilter
from shops.api.serializers import (
    DecodedSerializer,
    GarageInputSerializer,
    GarageVehicleSerializer,
    MakeSerializer,
    ModelOfMakeSerializer,
)
from shops.models import GarageVehicle, Make, VehicleModel
from shops.rules import garage_of
from shops.vehicles import resolve
from shops.vin import decode

VEHICLE = OpenApiExample(
    "a car",
    {"make": "Hyundai", "model": "Accent", "year": 2018, "vin": "", "nickname": "", "isDefault": True},
    request_only=True,
)


class VehiclePagination(PageNumberPagination):
    """Short rows: a picker gets all makes, or all models of a make, at once."""

    page_size = 100
    max_page_size = 1000


class MakesView(ListView):
    """Makes, the common ones first."""

    permission_classes = (AllowAny,)
    serializer_class = MakeSerializer
    pagination_class: type[BasePagination] | None = VehiclePagination
    filterset_class = MakeFilter
    ordering_fields = ("name", "is_common")
    ordering = ("-is_common", "name")
    queryset = Make.objects.all()

    @extend_schema(operation_id="vehicle_makes", summary="Makes of vehicles", tags=["vehicles"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List makes."""
        return self.list(request)


class ModelsView(ListView):
    """Models of one make."""

    permission_classes = (AllowAny,)
    serializer_class = ModelOfMakeSerializer
    pagination_class: type[BasePagination] | None = VehiclePagination
    filterset_class = ModelFilter
    ordering_fields = ("name", "year_from")
    ordering = ("name",)

    def get_queryset(self) -> QuerySet[VehicleModel]:
        """The models of the make in the path; NotFound for no make."""
        if getattr(self, "swagger_fake_view", False):
            return VehicleModel.objects.none()
        make = self.visible(Make.objects.all(), pk=self.kwargs["make_id"])
        return VehicleModel.objects.filter(make=make)

    @extend_schema(operation_id="vehicle_models", summary="Models of a make", tags=["vehicles"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List models."""
        return self.list(request)


class VinView(ApiView):
    """A VIN or chassis number."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="vehicle_vin",
        summary="Read a VIN or chassis number",
        description="Decoded offline as far as it goes; what is wrong with it comes as warnings.",
        responses=DecodedSerializer,
        tags=["vehicles"],
    )
    def get(self, request: Request, vin: str) -> Response:
        """Decode a number and find what it names in the lists."""
        decoded = decode(vin[:60])
        listed = resolve(decoded.make, decoded.model) if decoded.make else None
        found = {
            **asdict(decoded),
            "make": listed.make_name if listed else "",
            "make_id": listed.make_id if listed else None,
            "model": listed.model_name if listed else "",
            "model_id": listed.model_id if listed else None,
            "warnings": [str(warning) for warning in decoded.warnings],
        }
        return self.show(found, DecodedSerializer)


class GarageView(ListView):
    """One's own vehicles."""

    serializer_class = GarageVehicleSerializer
    ordering_fields = ("created_at", "is_default")
    ordering = ("-is_default", "-created_at")

    def get_queryset(self) -> QuerySet[GarageVehicle]:
        """Only one's own."""
        return garage_of(self.request.user)

    @extend_schema(operation_id="garage", summary="Vehicles in the garage", tags=["vehicles"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the garage."""
        return self.list(request)

    @extend_schema(
        operation_id="garage_add",
        summary="Put a vehicle into the garage",
        request=GarageInputSerializer,
        responses={201: GarageVehicleSerializer},
        examples=[VEHICLE],
        tags=["vehicles"],
    )
    def post(self, request: Request) -> Response:
        """Add a vehicle."""
        given = self.validated(GarageInputSerializer)
        act = partial(garage.add_vehicle, user_id(request), actor=self.actor, **given)
        return self.answer(act, GarageVehicleSerializer, 201)


class GarageVehicleView(ApiView):
    """One vehicle of the garage."""

    @extend_schema(
        operation_id="garage_vehicle",
        summary="A vehicle",
        responses=GarageVehicleSerializer,
        tags=["vehicles"],
    )
    def get(self, request: Request, vehicle_id: UUID) -> Response:
        """Show a vehicle."""
        return self.show(self.visible(garage_of(request.user), pk=vehicle_id), GarageVehicleSerializer)

    @extend_schema(
        operation_id="garage_change",
        summary="Change a vehicle",
        request=GarageInputSerializer,
        responses=GarageVehicleSerializer,
        examples=[VEHICLE],
        tags=["vehicles"],
    )
    def put(self, request: Request, vehicle_id: UUID) -> Response:
        """Change a vehicle of one's own."""
        given = self.validated(GarageInputSerializer)
        act = partial(
            garage.edit_vehicle,
            vehicle_id,
            user_id=user_id(request),
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, GarageVehicleSerializer)

    @extend_schema(
        operation_id="garage_remove", summary="Take a vehicle out", responses={204: None}, tags=["vehicles"]
    )
    def delete(self, request: Request, vehicle_id: UUID) -> Response:
        """Archive a vehicle of one's own."""
        act = partial(garage.archive_vehicle, vehicle_id, user_id=user_id(request), actor=self.actor)
        return self.answer(act, None, 204)
