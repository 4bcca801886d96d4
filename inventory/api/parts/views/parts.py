"""Parts: found, entered, changed, deleted."""

from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.errors import Invalid
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from inventory import queries
from inventory.actions import parts as acts
from inventory.api.base import StockView, cost_for
from inventory.api.parts import examples, inputs
from inventory.api.parts.serializers import PartPageSerializer, StockPartSerializer
from inventory.search import Filters, Page, Vehicle, search
from inventory.vehicles import of_vin
from shops.models import Make, VehicleModel
from shops.rules import Act
from shops.vehicles import VehicleRef
from shops.vin import decode

TAGS = ["inventory"]
TAKEN = OpenApiResponse(
    ProblemSerializer, "`part_exists`: the shop has this number, brand and part type; `partId` names it."
)


class PartsView(StockView):
    """The parts of a shop."""

    @extend_schema(
        operation_id="parts",
        summary="Find parts",
        description="With `q` the best match first: the number in any form, other numbers, barcodes and "
        "what replaced them, then beginnings of numbers, then names with typos. Without it all that the "
        "filters leave, by name. `nextCursor` asks for the next page; empty at the end.",
        parameters=[inputs.SearchInputSerializer],
        responses=PartPageSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """Find the parts that fit a text, filters, a vehicle."""
        asked = self._asked()
        member = self.member(Act.SEE_STOCK, asked.get("shop_id"))
        filters, known = filters_of(asked)
        found = search(
            member.shop_id, asked.get("q", ""),
            filters=filters, limit=asked["page_size"], cursor=asked["cursor"],
        )  # fmt: skip
        shown = {"results": _rows(found), "next_cursor": found.next_cursor, "vehicle": known}
        return self.show(shown, PartPageSerializer, context=cost_for(member))

    def _asked(self) -> Any:
        checked = inputs.SearchInputSerializer(data=self.request.query_params)
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    @extend_schema(
        operation_id="create_part",
        summary="Enter a part",
        request=inputs.StockPartInputSerializer,
        responses={201: StockPartSerializer, (409, CONTENT_TYPE): TAKEN},
        examples=[examples.CREATE],
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """Enter a part. Prices are for those who set them."""
        given = self.validated(inputs.StockPartInputSerializer)
        member = self.member(Act.EDIT_PARTS, given.pop("shop_id", None))
        act = partial(acts.create_part, member.shop_id, given=given, actor=self.actor)
        return self.answer(act, StockPartSerializer, 201, cost_for(member))


class PartView(StockView):
    """One part."""

    conditional = frozenset({"PUT", "DELETE"})

    @extend_schema(operation_id="part", summary="A part", responses=StockPartSerializer, tags=TAGS)
    def get(self, request: Request, stock_part_id: UUID) -> Response:
        """Show a part with all that is said of it."""
        part, member = self.part_for(stock_part_id, Act.SEE_STOCK)
        return self.show(part, StockPartSerializer, context=cost_for(member))

    @extend_schema(
        operation_id="update_part",
        summary="Change a part",
        request=inputs.StockPartChangeSerializer,
        responses={200: StockPartSerializer, (409, CONTENT_TYPE): TAKEN},
        examples=[examples.UPDATE],
        tags=TAGS,
    )
    def put(self, request: Request, stock_part_id: UUID) -> Response:
        """Change what is given; a `status` moves as the table allows."""
        part, member = self.part_for(stock_part_id, Act.EDIT_PARTS)
        act = partial(
            acts.update_part,
            part.pk,
            shop_id=part.shop_id,
            given=self.validated(inputs.StockPartChangeSerializer),
            expected_version=self.if_match(),
            actor=self.actor,
        )
        return self.answer(act, StockPartSerializer, context=cost_for(member))

    @extend_schema(
        operation_id="delete_part",
        summary="Delete a part",
        responses={
            200: StockPartSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer, "`part_in_use`: it has moved or stands in a document; discontinue it."
            ),
        },
        tags=TAGS,
    )
    def delete(self, request: Request, stock_part_id: UUID) -> Response:
        """Delete a part that was entered by mistake; answers with what it was."""
        part, member = self.part_for(stock_part_id, Act.EDIT_PARTS)
        was = self.show(part, StockPartSerializer, context=cost_for(member))
        acts.delete_part(part.pk, shop_id=part.shop_id, expected_version=self.if_match(), actor=self.actor)
        del was["ETag"]
        return was


def filters_of(asked: Any) -> tuple[Filters, VehicleRef | None]:
    """What the query of a list narrows it to, and how its vehicle is called. Raises Invalid."""
    vehicle, known = _vehicle(asked)
    filters = Filters(
        brand=asked.get("brand", ""),
        category_id=asked.get("category"),
        bin_id=asked.get("bin"),
        in_stock=asked["in_stock"],
        low=asked["low"],
        statuses=sorted(asked.get("status", ())),
        vehicle=vehicle,
    )
    return filters, known


def _rows(found: Page) -> list[Any]:
    """The found parts in the order of the hits, each told why."""
    hits = {hit.part_id: hit for hit in found.hits}
    rows = queries.in_order_of([hit.part_id for hit in found.hits])
    for row in rows:
        hit = hits[row.pk]
        row.matched_by, row.matched, row.replaces = hit.matched_by, hit.matched, hit.replaces  # type: ignore[attr-defined]  # shown once
    return rows


def _vehicle(asked: Any) -> tuple[Vehicle | None, VehicleRef | None]:
    """The vehicle that is asked for, and how it is called. Raises Invalid for what is in no list."""
    if asked.get("vin"):
        return _vehicle_of_vin(asked["vin"])
    if "make_id" not in asked:
        return None, None
    make = Make.objects.filter(pk=asked["make_id"]).first()
    if make is None:
        raise _wrong("make_id", _("There is no such make."))
    model = None
    if "model_id" in asked:
        model = VehicleModel.objects.filter(pk=asked["model_id"], make=make).first()
        if model is None:
            raise _wrong("model_id", _("This model belongs to another make."))
    year = asked.get("year")
    known = VehicleRef(make.pk, model.pk if model else None, make.name, model.name if model else "", year, "")
    return Vehicle(make.pk, known.model_id, year, asked.get("engine", "")), known


def _vehicle_of_vin(vin: str) -> tuple[Vehicle, VehicleRef]:
    vehicle, known = of_vin(vin)
    if vehicle is None or known is None:
        said = " ".join(str(warning) for warning in decode(vin).warnings)
        raise _wrong("vin", said or _("The make of this number is in no list."))
    return vehicle, known


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
