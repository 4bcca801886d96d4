"""Statuses and kinds of the counter, and which change may follow which."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SaleStatus(TextChoices):
    DRAFT = "draft", _("draft")
    PARKED = "parked", _("parked")
    COMPLETED = "completed", _("completed")
    VOIDED = "voided", _("voided")
    # Every unit has come back; partly returned is derived.
    RETURNED = "returned", _("returned")


# A draft that nobody wants is voided too: it never had a number.
SALE_TRANSITIONS: Mapping[str, frozenset[str]] = {
    SaleStatus.DRAFT: frozenset({SaleStatus.PARKED, SaleStatus.COMPLETED, SaleStatus.VOIDED}),
    SaleStatus.PARKED: frozenset({SaleStatus.DRAFT, SaleStatus.COMPLETED, SaleStatus.VOIDED}),
    SaleStatus.COMPLETED: frozenset({SaleStatus.VOIDED, SaleStatus.RETURNED}),
    SaleStatus.VOIDED: frozenset(),
    SaleStatus.RETURNED: frozenset(),
}


class Channel(TextChoices):
    """Where a sale was made."""

    COUNTER = "counter", _("counter")
    PHONE = "phone", _("phone")
    PLATFORM = "platform", _("platform")


# What a clerk chooses; the third comes about by itself.
TILL_CHANNELS = [(Channel.COUNTER.value, Channel.COUNTER.label), (Channel.PHONE.value, Channel.PHONE.label)]


class Tender(TextChoices):
    """How money came or went."""

    CASH = "cash", _("cash")
    CARD = "card", _("card")
    TRANSFER = "transfer", pgettext_lazy("payment", "transfer")
    ACCOUNT = "account", _("on account")
    STORE_CREDIT = "store_credit", _("store credit")
    # What was paid ahead for a special order.
    DEPOSIT = "deposit", _("from the deposit")
    # What came back in the same act.
    EXCHANGE = "exchange", _("against what came back")
    # Collected by the platform and owed to the shop.
    PLATFORM = "platform", _("through the platform")
    # An order of the platform that is paid at the door: it passes through no drawer.
    ON_DELIVERY = "on_delivery", _("cash on delivery")


class Condition(TextChoices):
    """What came back: fit for the shelf, or not."""

    RESALEABLE = "resaleable", _("resaleable")
    DAMAGED = "damaged", _("damaged")


class RefundBy(TextChoices):
    """How the money for what came back goes."""

    ORIGINAL = "original", _("as it was paid")
    CASH = "cash", _("cash")
    STORE_CREDIT = "store_credit", _("store credit")


class ReturnReason(TextChoices):
    DOES_NOT_FIT = "does_not_fit", _("does not fit")
    WRONG_PART = "wrong_part", _("wrong part")
    DEFECTIVE = "defective", _("defective")
    NOT_NEEDED = "not_needed", _("not needed")
    OTHER = "other", _("other")
    # No part of the sale: the old one, for its deposit.
    OLD_PART = "old_part", _("old part for its deposit")


# What may be said of a part that comes back.
RETURN_REASONS = [choice for choice in ReturnReason.choices if choice[0] != ReturnReason.OLD_PART]
# The shop's own fault: nobody pays a fee for it.
NO_FEE = frozenset({ReturnReason.DOES_NOT_FIT, ReturnReason.WRONG_PART, ReturnReason.DEFECTIVE})


class CoreStatus(TextChoices):
    """A deposit for the old part, which the customer may still bring."""

    OPEN = "open", _("old part awaited")
    RETURNED = "returned", _("old part returned")
    EXPIRED = "expired", _("expired")
    # The part itself came back unused: its deposit went with it.
    REVERSED = "reversed", _("reversed")


CORE_TRANSITIONS: Mapping[str, frozenset[str]] = {
    CoreStatus.OPEN: frozenset({CoreStatus.RETURNED, CoreStatus.EXPIRED, CoreStatus.REVERSED}),
    CoreStatus.RETURNED: frozenset(),
    CoreStatus.EXPIRED: frozenset(),
    CoreStatus.REVERSED: frozenset(),
}


class SpecialOrderStatus(TextChoices):
    WAITING = "waiting", _("to be ordered")
    ORDERED = "ordered", _("ordered")
    ARRIVED = "arrived", _("arrived")
    COLLECTED = "collected", _("collected")
    CANCELLED = "cancelled", _("cancelled")


SPECIAL_ORDER_TRANSITIONS: Mapping[str, frozenset[str]] = {
    SpecialOrderStatus.WAITING: frozenset(
        {SpecialOrderStatus.ORDERED, SpecialOrderStatus.ARRIVED, SpecialOrderStatus.CANCELLED}
    ),
    SpecialOrderStatus.ORDERED: frozenset({SpecialOrderStatus.ARRIVED, SpecialOrderStatus.CANCELLED}),
    SpecialOrderStatus.ARRIVED: frozenset({SpecialOrderStatus.COLLECTED, SpecialOrderStatus.CANCELLED}),
    # The sale that collected it was voided.
    SpecialOrderStatus.COLLECTED: frozenset({SpecialOrderStatus.ARRIVED}),
    SpecialOrderStatus.CANCELLED: frozenset(),
}


class LostReason(TextChoices):
    """Why somebody left without the part."""

    OUT_OF_STOCK = "out_of_stock", _("out of stock")
    NOT_CARRIED = "not_carried", _("not carried")
    PRICE = "price", _("too expensive")
    OTHER = "other", _("other")


class SessionStatus(TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


SESSION_TRANSITIONS: Mapping[str, frozenset[str]] = {
    SessionStatus.OPEN: frozenset({SessionStatus.CLOSED}),
    SessionStatus.CLOSED: frozenset(),
}


class CustomerKind(TextChoices):
    PERSON = "person", _("person")
    BUSINESS = "business", _("business")


class CustomerClass(TextChoices):
    """What a customer is to the shop."""

    RETAIL = "retail", _("retail")
    WORKSHOP = "workshop", _("workshop")
    FLEET = "fleet", _("fleet")
    RESELLER = "reseller", _("reseller")


class ReceiptBy(TextChoices):
    """How a customer wants their receipts."""

    PAPER = "paper", _("paper")
    EMAIL = "email", _("e-mail")
    LINK = "link", _("link by message")


class CustomerStatus(TextChoices):
    ACTIVE = "active", _("active")
    INACTIVE = "inactive", _("inactive")
    SUSPENDED = "suspended", _("suspended")


CUSTOMER_TRANSITIONS: Mapping[str, frozenset[str]] = {
    CustomerStatus.ACTIVE: frozenset({CustomerStatus.INACTIVE, CustomerStatus.SUSPENDED}),
    CustomerStatus.INACTIVE: frozenset({CustomerStatus.ACTIVE}),
    CustomerStatus.SUSPENDED: frozenset({CustomerStatus.ACTIVE, CustomerStatus.INACTIVE}),
}


class HistoryKind(TextChoices):
    """What a customer and a shop had with one another."""

    SALE = "sale", _("sale")
    RETURN = "return", _("return")
    SPECIAL_ORDER = "special_order", _("special order")
    PAYMENT = "payment", _("payment")
    CREDIT = "credit", _("store credit")
    QUOTE = "quote", _("quote")
    ORDER = "order", _("order")


class Account(TextChoices):
    """The two sums that a customer has with a shop."""

    # What the customer owes; sales on account raise it, payments lower it.
    OWED = "owed", _("owed")
    # What the shop owes the customer: refunds kept, deposits of special orders.
    CREDIT = "credit", _("store credit")
    DEPOSIT = "deposit", _("deposits")
