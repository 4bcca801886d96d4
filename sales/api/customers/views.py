"""Customers of a shop: found, entered, changed; what they and the shop had with one another."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from clutch.core.errors import Invalid
from sales import queries, rules
from sales.actions import customer_merge, customer_vehicles
from sales.actions import customers as acts
from sales.actions.customer_values import acts_for
from sales.actions.store_credit import give_store_credit
from sales.api.base import SHOP_ID, TillMixin, TillView
from sales.api.customers import examples, inputs
from sales.api.customers import serializers as s
from sales.api.customers.filters import CustomerFilter
from sales.api.serializers import AccountEntrySerializer
from sales.customer_history import history
from sales.enums import HistoryKind
from sales.models import Customer
from shops.rules import Act

TAGS = ["customers"]


class CustomersView(TillMixin, ListView):
    """The customers of a shop."""

    act = Act.SEE_CUSTOMERS
    serializer_class = s.CustomerRowSerializer
    filterset_class = CustomerFilter
    ordering_fields = ["name", "number", "created_at"]

    def get_queryset(self) -> QuerySet[Customer]:
        """Those of the shop that the query names, by name."""
        if getattr(self, "swagger_fake_view", False):
            return Customer.objects.none()
        rows = queries.customers_here(self.member_of_query().shop_id)
        return rows.select_related("balance").order_by("name", "pk")

    @extend_schema(operation_id="list_customers", tags=TAGS, parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """By name; with `q` the best match first. Who was merged or erased is not among them."""
        return self.list(request)

    @extend_schema(
        operation_id="create_customer",
        tags=TAGS,
        request=inputs.CustomerInputSerializer,
        responses={201: s.CustomerSerializer},
        examples=[examples.CREATE],
    )
    def post(self, request: Request) -> Response:
        """Enter a customer. One with the same phone is no obstacle: `duplicates` of the answer names them."""
        given = self.validated(inputs.CustomerInputSerializer)
        member = self.member(given.pop("shop_id", None), Act.EDIT_CUSTOMERS)
        vehicles = given.pop("vehicles", [])
        act = partial(acts.add_customer, member.shop_id, given=given, vehicles=vehicles, actor=self.actor)
        return self.answer(act, s.CustomerSerializer, 201)


class CustomerBase(TillMixin):
    """A view of one customer."""

    def customer(self, act: Act) -> Customer:
        """The customer in the path, of a shop of this user, with a role that may."""
        rows = rules.customers_of(self.person).select_related("balance")
        found: Customer = self.own(rows, act, pk=self.kwargs["customer_id"])
        return found


class CustomerView(CustomerBase, TillView):
    """One customer."""

    @extend_schema(operation_id="get_customer", tags=TAGS, responses=s.CustomerSerializer)
    def get(self, request: Request, customer_id: str) -> Response:
        """One customer. Who was merged into another says into whom (`mergedIntoId`)."""
        return self.show(self.customer(Act.SEE_CUSTOMERS), s.CustomerSerializer)

    @extend_schema(
        operation_id="update_customer",
        tags=TAGS,
        request=inputs.CustomerChangeSerializer,
        responses=s.CustomerSerializer,
        examples=[examples.CHANGE],
    )
    def put(self, request: Request, customer_id: str) -> Response:
        """Change what is given; a `status` moves as the table allows."""
        customer, given = (
            self.customer(Act.SEE_CUSTOMERS),
            self.validated(inputs.CustomerChangeSerializer),
        )
        for needed in sorted(acts_for(customer, given)):
            self.member(customer.shop_id, needed)
        act = partial(
            acts.change_customer,
            customer.pk,
            shop_id=customer.shop_id,
            given=given,
            expected_version=self.if_match(),
            actor=self.actor,
        )
        return self.answer(act, s.CustomerSerializer)


class HistoryView(CustomerBase, ListView):
    """What a customer and the shop had with one another."""

    serializer_class = s.HistoryRowSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Any, dict[str, Any]]:
        """Of the customer in the path, of the kinds asked for."""
        kinds = self.request.query_params.getlist("kind")
        if unknown := [kind for kind in kinds if kind not in HistoryKind.values]:
            message = f"“{unknown[0][:40]}”: {', '.join(HistoryKind.values)}"
            raise Invalid(message, fields={"kind": [message]})
        return history(self.customer(Act.SEE_CUSTOMERS), kinds)

    @extend_schema(
        operation_id="customer_history",
        tags=TAGS,
        parameters=[
            OpenApiParameter("kind", str, enum=HistoryKind.values, many=True, description="Only these kinds.")
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sales, returns, special orders, payments, store credit, and quotes and orders of the platform."""
        return self.list(request)


class MergeView(CustomerBase, TillView):
    """One customer of two."""

    @extend_schema(
        operation_id="merge_customers",
        tags=TAGS,
        request=inputs.MergeSerializer,
        responses={200: s.CustomerSerializer},
    )
    def post(self, request: Request, customer_id: str) -> Response:
        """Merge another customer into this one, who stays; the other one's page points here from then on."""
        customer, given = self.customer(Act.MERGE_CUSTOMERS), self.validated(inputs.MergeSerializer)
        act = partial(
            customer_merge.merge_customers,
            customer.shop_id,
            stays_id=customer.pk,
            goes_id=given["customer_id"],
            actor=self.actor,
        )
        return self.answer(act, s.CustomerSerializer)


class EraseView(CustomerBase, TillView):
    """The right to be forgotten."""

    conditional = frozenset({"POST"})

    @extend_schema(
        operation_id="erase_customer", tags=TAGS, request=None, responses={200: s.CustomerSerializer}
    )
    def post(self, request: Request, customer_id: str) -> Response:
        """Erase what is personal; number and books stay. Conflict `not_settled` while anything is owed."""
        customer = self.customer(Act.ERASE_CUSTOMER)
        act = partial(
            customer_merge.erase_customer,
            customer.pk,
            shop_id=customer.shop_id,
            expected_version=self.if_match(),
            actor=self.actor,
        )
        return self.answer(act, s.CustomerSerializer)


class StoreCreditView(CustomerBase, TillView):
    """Store credit without a return."""

    @extend_schema(
        operation_id="give_store_credit",
        tags=TAGS,
        request=inputs.StoreCreditSerializer,
        responses={201: AccountEntrySerializer},
    )
    def post(self, request: Request, customer_id: str) -> Response:
        """Give a customer store credit, and say why."""
        customer, given = self.customer(Act.SET_CREDIT), self.validated(inputs.StoreCreditSerializer)
        act = partial(give_store_credit, customer.shop_id, customer_id=customer.pk, actor=self.actor, **given)
        return self.answer(act, AccountEntrySerializer, 201)


class VehiclesView(CustomerBase, TillView):
    """The vehicles of a customer."""

    @extend_schema(
        operation_id="add_customer_vehicle",
        tags=TAGS,
        request=inputs.CustomerVehicleInputSerializer,
        responses={201: s.CustomerVehicleSerializer},
    )
    def post(self, request: Request, customer_id: str) -> Response:
        """Enter a vehicle. An odd year or VIN is taken, with a warning."""
        customer = self.customer(Act.EDIT_CUSTOMERS)
        given = self.validated(inputs.CustomerVehicleInputSerializer)
        act = partial(
            customer_vehicles.add_vehicle,
            customer.shop_id,
            customer_id=customer.pk,
            given=given,
            actor=self.actor,
        )
        return self.answer(act, s.CustomerVehicleSerializer, 201)


class VehicleView(CustomerBase, TillView):
    """One vehicle of a customer."""

    conditional = frozenset({"PUT", "DELETE"})

    def _changed(self, verb: Any, output: Any, status: int, **given: Any) -> Response:
        customer = self.customer(Act.EDIT_CUSTOMERS)
        act = partial(
            verb,
            customer.shop_id,
            customer_id=customer.pk,
            vehicle_id=self.kwargs["vehicle_id"],
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, output, status)

    @extend_schema(
        operation_id="update_customer_vehicle",
        tags=TAGS,
        request=inputs.CustomerVehicleChangeSerializer,
        responses=s.CustomerVehicleSerializer,
    )
    def put(self, request: Request, customer_id: str, vehicle_id: str) -> Response:
        """Change a vehicle."""
        given = self.validated(inputs.CustomerVehicleChangeSerializer)
        return self._changed(customer_vehicles.change_vehicle, s.CustomerVehicleSerializer, 200, given=given)

    @extend_schema(operation_id="archive_customer_vehicle", tags=TAGS, responses={204: None})
    def delete(self, request: Request, customer_id: str, vehicle_id: str) -> Response:
        """Take a vehicle out of what a customer drives; sales keep it."""
        return self._changed(customer_vehicles.archive_vehicle, None, 204)
