"""Staff and the market: every request and quote with its history, and what staff can do about one."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget

from clutch.core.templatetags.clutch import money
from clutch.feed.staff import Act, MinutesForm, ReadOnlyAdmin, ReasonForm, StateAdmin
from orders import actions
from orders.actions.payment import refund
from orders.enums import OPEN, OrderStatus, PaymentStatus
from orders.models import (
    CardPayment,
    Invitation,
    Message,
    Order,
    OrderLine,
    PaymentEntry,
    Quote,
    QuoteLine,
    Rating,
    Shipment,
    TrackingEvent,
)


class RefundForm(forms.Form):
    """How much goes back, and why."""

    amount = forms.DecimalField(
        label=_("Amount"),
        min_value=Decimal("0.001"),
        decimal_places=3,
        widget=UnfoldAdminDecimalFieldWidget(),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


def _is_open(order: Order) -> bool:
    return order.status in OPEN


def _may_be_cancelled(order: Order) -> bool:
    return order.status not in (OrderStatus.DRAFT, OrderStatus.DELIVERED, OrderStatus.CANCELLED)


class ReadOnlyInline(TabularInline):
    """Rows below their order; nothing is edited there."""

    extra = 0
    can_delete = False
    show_change_link = True
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class LineInline(ReadOnlyInline):
    model = OrderLine
    fields = ("position", "name", "part_number", "quantity", "notes", "revision", "removed_in")


class InvitationInline(ReadOnlyInline):
    model = Invitation
    fields = ("shop", "status", "wave", "distance_m", "priority", "deadline", "decline_reason")


class QuoteInline(ReadOnlyInline):
    model = Quote
    fk_name = "order"
    fields = ("shop", "status", "total_price", "available_parts", "missing_parts", "expires_at")


class EntryInline(ReadOnlyInline):
    model = PaymentEntry
    fields = readonly_fields = ("at", "kind", "amount", "currency", "reference", "note")


@admin.register(Order)
class OrderAdmin(StateAdmin):
    """Requests and orders: search by number, person, phone, vehicle or shop."""

    list_display = (
        "number", "status", "payment_status", "customer", "vehicle", "district", "shop", "owed",
        "submitted_at",
    )  # fmt: skip
    fieldsets = (
        (_("Request"), {"fields": ("customer", "vehicle", "vin", "vehicle_warnings", "address", "district")}),
        (
            _("Where it stands"),
            {
                "fields": (
                    "status", "payment_status", "payment_method", "payment_due_at", "cancel_reason",
                    "submitted_at", "accepted_at",
                ),
            },
        ),
        (
            _("Search for shops"),
            {"fields": ("quotes_close_at", "shops_asked", "wave", "search_radius_km", "urgency", "revision")},
        ),
        (_("Taken"), {"fields": ("shop", "selected_quote", "owed")}),
    )  # fmt: skip
    readonly_fields = ("vehicle", "shops_asked", "owed")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("payment_status", ChoicesDropdownFilter),
        ("payment_method", ChoicesDropdownFilter),
        ("submitted_at", RangeDateFilter),
    )
    list_filter_submit = True
    search_fields = ("number", "customer__phone", "customer__email", "customer__name", "vin", "shop__name")
    search_help_text = _("Number, customer's phone, e-mail or name, chassis number, shop")
    list_select_related = ("customer", "shop")
    ordering = ("-created_at",)
    inlines = (LineInline, InvitationInline, QuoteInline, EntryInline)
    act_fields = (
        "status", "payment_status", "payment_method", "asker", "vehicle", "vin", "address", "district",
        "submitted_at", "quotes_close_at", "shops_asked", "shop", "owed", "accepted_at",
    )  # fmt: skip
    facts_template = "admin/order_facts.html"
    acts = (
        Act(
            "extend", _("Give shops more time"), actions.extend_window, MinutesForm, _is_open,
            note=_("Counted in opening time, from the close, or from now when it has passed."),
        ),
        Act(
            "reinvite", _("Ask more shops"), actions.reinvite_shops, when=_is_open,
            note=_("Asks silent shops once more, looks twice as far and asks the next shops at once."),
        ),
        Act("cancel", _("Cancel"), actions.cancel_order, ReasonForm, _may_be_cancelled, grave=True),
        Act(
            "refund", _("Refund"), refund, RefundForm,
            lambda order: order.payment_status == PaymentStatus.PAID, grave=True,
        ),
    )  # fmt: skip

    @admin.display(description=_("Customer"))
    def asker(self, order: Order) -> str:
        """Who asked, with a phone number to call."""
        return f"{order.customer} {order.customer.phone or order.customer.email or ''}".strip()

    @admin.display(description=_("Total"), ordering="total")
    def owed(self, order: Order) -> str:
        """What the customer owes, as prices are written."""
        return money(order.total, order.currency)

    @admin.display(description=_("Vehicle"))
    def vehicle(self, order: Order) -> str:
        """Make, model and year in one line."""
        return f"{order.make_name} {order.model_name} {order.year or ''}".strip()

    @admin.display(description=_("Shops asked"))
    def shops_asked(self, order: Order) -> int:
        """How many have heard of the request."""
        return order.invitations.count()

    def act_context(self, row: Any) -> dict[str, Any]:
        """The order with its parts and its quotes, the cheapest first."""
        return {
            **super().act_context(row),
            "lines": row.lines.filter(removed_in=None),
            "quotes": row.quotes.select_related("shop").order_by("missing_parts", "total_price"),
        }


class QuoteLineInline(ReadOnlyInline):
    model = QuoteLine
    fields = ("line", "available", "preferred", "unit_price", "part_type", "brand", "warranty")


@admin.register(Quote)
class QuoteAdmin(StateAdmin):
    """Quotes of all shops; only staff see them side by side."""

    list_display = ("order", "shop", "status", "price", "missing_parts", "created_at")
    list_filter = (("status", ChoicesDropdownFilter), ("created_at", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("order__number", "shop__name")
    search_help_text = _("Order number or shop")
    list_select_related = ("order", "shop")
    ordering = ("-created_at",)
    inlines = (QuoteLineInline,)

    @admin.display(description=_("Total"), ordering="total_price")
    def price(self, quote: Quote) -> str:
        """The total as prices are written."""
        return money(quote.total_price, quote.currency)


@admin.register(Shipment)
class ShipmentAdmin(ReadOnlyAdmin):
    """What is on its way. The delivery code is not shown: it is the customer's proof."""

    list_display = ("order", "shop", "courier_name", "tracking_number", "eta")
    search_fields = ("order__number", "shop__name", "tracking_number")
    list_select_related = ("order", "shop")
    exclude = ("code",)
    ordering = ("-created_at",)


@admin.register(TrackingEvent)
class TrackingEventAdmin(ReadOnlyAdmin):
    """What happened on the way."""

    list_display = ("at", "shipment", "kind", "note")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("shipment__order__number",)
    list_select_related = ("shipment__order",)
    ordering = ("-at",)


@admin.register(PaymentEntry)
class PaymentEntryAdmin(ReadOnlyAdmin):
    """The payment ledger; append-only."""

    list_display = ("at", "order", "kind", "amount", "currency", "reference")
    list_filter = (("kind", ChoicesDropdownFilter), ("at", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("order__number", "reference")
    list_select_related = ("order",)
    ordering = ("-at",)


@admin.register(CardPayment)
class CardPaymentAdmin(ReadOnlyAdmin):
    """Card payments as the provider reports them."""

    list_display = ("order", "status", "total", "currency", "captured_amount")
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("order__number", "intent")
    list_select_related = ("order",)
    fields = (
        "order", "quote", "status", "total", "currency", "captured_amount", "variant", "intent", "message",
        "expires_at", "created_at",
    )  # fmt: skip
    ordering = ("-pk",)


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    """What customers said after a delivery."""

    list_display = ("at", "order", "shop", "stars", "comment")
    list_filter = ("stars",)
    search_fields = ("order__number", "shop__name", "comment")
    list_select_related = ("order", "shop")
    ordering = ("-pk",)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Conversations between customers and shops."""

    list_display = ("at", "thread", "side", "text")
    search_fields = ("thread__order__number", "thread__shop__name", "text")
    list_select_related = ("thread__order", "thread__shop")
    ordering = ("-pk",)
