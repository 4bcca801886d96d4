"""Statuses, who may change them, and the other choices of a request. Imports nothing of the project.

docs/market.md shows the same tables in words.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderStatus(TextChoices):
    """A request (RFQ) until it is accepted, an order from then on."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    QUOTED = "quoted", _("quoted")
    ACCEPTED = "accepted", _("accepted")
    PROCESSING = "processing", _("being prepared")
    SHIPPED = "shipped", _("on its way")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")


class PaymentStatus(TextChoices):
    """What the payment ledger of an order adds up to."""

    PENDING = "pending", _("pending")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    REFUNDED = "refunded", _("refunded")


class PaymentMethod(TextChoices):
    """How the customer pays."""

    CASH = "cash", _("cash on delivery")
    CARD = "card", _("card")


class QuoteStatus(TextChoices):
    """A shop's quote. A draft quote is no status: it is a row of its own that nobody else sees."""

    SUBMITTED = "submitted", _("submitted")
    UPDATED = "updated", _("updated")
    WITHDRAWN = "withdrawn", _("withdrawn")
    ACCEPTED = "accepted", _("accepted")
    LOST = "lost", _("lost")
    EXPIRED = "expired", _("expired")


class InvitationStatus(TextChoices):
    """What an invited shop has done. Whether the request is still open, the order and the deadline say."""

    INVITED = "invited", _("invited")
    QUOTED = "quoted", _("quoted")
    DECLINED = "declined", _("declined")


class RequestState(TextChoices):
    """How a request stands for one shop; derived, and silent about what other shops do."""

    OPEN = "open", _("open")
    CLOSED = "closed", _("time is over")
    WON = "won", _("won")
    TAKEN = "taken", _("not taken")
    CANCELLED = "cancelled", _("cancelled")


class Urgency(TextChoices):
    """How soon the customer needs the parts; one of the three things that make the priority."""

    FLEXIBLE = "flexible", _("can wait")
    STANDARD = "standard", _("normal")
    URGENT = "urgent", _("urgent")


class DeclineReason(TextChoices):
    """Why a shop does not quote. Staff and the shop see it, the customer never does."""

    NOT_IN_STOCK = "not_in_stock", _("not in stock")
    TOO_FAR = "too_far", _("too far")
    TOO_BUSY = "too_busy", _("too busy")
    NOT_OUR_FIELD = "not_our_field", _("not our field")
    OTHER = "other", _("another reason")


class Unsent(TextChoices):
    """Why a drafted quote waits for a person though the shop lets quotes from stock go by themselves."""

    NOT_IN_STOCK = "not_in_stock", _("not every part is in stock")
    NOT_EXACT = "not_exact", _("a part was not named by its own number")
    NOT_PROVEN = "not_proven", _("stock that nobody has received or counted")
    BELOW_COST = "below_cost", _("a price below cost, or a part without a cost")
    ABOVE_LIMIT = "above_limit", _("above your limit")
    REFUSED = "refused", _("it could not be sent")


class Side(StrEnum):
    """On which side of an order an actor stands."""

    CUSTOMER = "customer"
    SHOP = "shop"
    STAFF = "staff"
    SYSTEM = "system"


_O, _Q = OrderStatus, QuoteStatus
_CUSTOMER, _SHOP, _STAFF, _SYSTEM = Side.CUSTOMER, Side.SHOP, Side.STAFF, Side.SYSTEM

# Each change of an order's status that exists, and on which side one must stand to cause it.
# quoted → submitted: the last valid quote was withdrawn, has expired, or answers an older revision.
# accepted → quoted: a card payment was not authorised in time.
WHO: Final[Mapping[tuple[str, str], frozenset[Side]]] = {
    (_O.DRAFT, _O.SUBMITTED): frozenset({_CUSTOMER}),
    (_O.DRAFT, _O.CANCELLED): frozenset({_CUSTOMER}),
    (_O.SUBMITTED, _O.QUOTED): frozenset({_SHOP}),
    (_O.SUBMITTED, _O.CANCELLED): frozenset({_CUSTOMER, _STAFF}),
    (_O.QUOTED, _O.SUBMITTED): frozenset({_CUSTOMER, _SHOP, _SYSTEM}),
    (_O.QUOTED, _O.ACCEPTED): frozenset({_CUSTOMER}),
    (_O.QUOTED, _O.CANCELLED): frozenset({_CUSTOMER, _STAFF}),
    (_O.ACCEPTED, _O.QUOTED): frozenset({_SYSTEM}),
    (_O.ACCEPTED, _O.SUBMITTED): frozenset({_SYSTEM}),
    (_O.ACCEPTED, _O.PROCESSING): frozenset({_SHOP, _STAFF}),
    (_O.ACCEPTED, _O.CANCELLED): frozenset({_CUSTOMER, _SHOP, _STAFF}),
    (_O.PROCESSING, _O.SHIPPED): frozenset({_SHOP, _STAFF}),
    (_O.PROCESSING, _O.CANCELLED): frozenset({_SHOP, _STAFF}),
    (_O.SHIPPED, _O.DELIVERED): frozenset({_SHOP, _STAFF}),
    (_O.SHIPPED, _O.CANCELLED): frozenset({_SHOP, _STAFF}),
}


def _targets(
    pairs: Mapping[tuple[str, str], object], statuses: type[TextChoices]
) -> dict[str, frozenset[str]]:
    return {
        str(status): frozenset(str(to) for source, to in pairs if source == status) for status in statuses
    }


ORDER_TRANSITIONS: Final = _targets(WHO, OrderStatus)

# accepted and lost go back when a card payment was not authorised in time.
QUOTE_TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    _Q.SUBMITTED: frozenset({_Q.UPDATED, _Q.WITHDRAWN, _Q.ACCEPTED, _Q.LOST, _Q.EXPIRED}),
    _Q.UPDATED: frozenset({_Q.UPDATED, _Q.WITHDRAWN, _Q.ACCEPTED, _Q.LOST, _Q.EXPIRED}),
    _Q.WITHDRAWN: frozenset(),
    _Q.ACCEPTED: frozenset({_Q.SUBMITTED, _Q.UPDATED, _Q.EXPIRED}),
    _Q.LOST: frozenset({_Q.SUBMITTED, _Q.UPDATED, _Q.EXPIRED}),
    _Q.EXPIRED: frozenset(),
}

INVITATION_TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    InvitationStatus.INVITED: frozenset({InvitationStatus.QUOTED, InvitationStatus.DECLINED}),
    # Back to invited when the quote was withdrawn or has expired.
    InvitationStatus.QUOTED: frozenset({InvitationStatus.INVITED}),
    # A shop may change its mind while the request is open.
    InvitationStatus.DECLINED: frozenset({InvitationStatus.QUOTED}),
}

PAYMENT_TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    PaymentStatus.PENDING: frozenset({PaymentStatus.PAID, PaymentStatus.FAILED}),
    PaymentStatus.FAILED: frozenset({PaymentStatus.PENDING, PaymentStatus.PAID}),
    PaymentStatus.PAID: frozenset({PaymentStatus.REFUNDED}),
    PaymentStatus.REFUNDED: frozenset(),
}

# In these the shops may still quote, and the customer amend, extend and widen.
OPEN: Final = (OrderStatus.SUBMITTED, OrderStatus.QUOTED)
# In these an order has a shop that works on it, or has finished.
ACCEPTED_OR_LATER: Final = (
    OrderStatus.ACCEPTED,
    OrderStatus.PROCESSING,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
)
# A quote that can be accepted, apart from its time of expiry and the revision it answers.
LIVE_QUOTE: Final = (QuoteStatus.SUBMITTED, QuoteStatus.UPDATED)


class EntryKind(TextChoices):
    """The kinds of lines in the payment ledger; their signs: orders.models.payment.PaymentEntry."""

    DUE = "due", _("due")
    AUTHORISED = "authorised", _("authorised")
    VOIDED = "voided", _("hold given up")
    CAPTURED = "captured", _("taken from the card")
    CASH_COLLECTED = "cash_collected", _("cash collected")
    REFUND_DUE = "refund_due", _("to be refunded")
    REFUNDED = "refunded", _("refunded")
    FAILED = "failed", _("failed")


class CardStatus(TextChoices):
    """The statuses of django-payments that a card payment takes here."""

    WAITING = "waiting", _("waiting for the customer")
    PREAUTH = "preauth", _("authorised")
    CONFIRMED = "confirmed", _("taken")
    REJECTED = "rejected", _("refused")
    REFUNDED = "refunded", _("given back")
    CANCELLED = "cancelled", _("given up")


# rejected: the provider's page ran out. cancelled: we gave up before an authorisation.
# refunded: the hold was given up, or all that was taken went back.
CARD_TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    CardStatus.WAITING: frozenset({CardStatus.PREAUTH, CardStatus.REJECTED, CardStatus.CANCELLED}),
    CardStatus.PREAUTH: frozenset({CardStatus.CONFIRMED, CardStatus.REFUNDED}),
    CardStatus.CONFIRMED: frozenset({CardStatus.REFUNDED}),
    CardStatus.REJECTED: frozenset(),
    CardStatus.REFUNDED: frozenset(),
    CardStatus.CANCELLED: frozenset(),
}
LIVE_CARD: Final = (CardStatus.WAITING, CardStatus.PREAUTH, CardStatus.CONFIRMED)
# Given up before an authorisation: money that comes all the same pays for nothing and goes back.
STRAY_CARD: Final = (CardStatus.REJECTED, CardStatus.CANCELLED)


class FraudStatus(TextChoices):
    """Whether staff have to look at a card payment, in the words of django-payments."""

    UNKNOWN = "unknown", _("not checked")
    REVIEW = "review", _("to be looked at")


class TrackingKind(TextChoices):
    """What happens to a shipment on its way."""

    PACKED = "packed", _("packed")
    HANDED_TO_COURIER = "handed_to_courier", _("handed to the courier")
    IN_TRANSIT = "in_transit", _("on its way")
    ARRIVED = "arrived", _("at your door")
    FAILED_ATTEMPT = "failed_attempt", _("nobody was there")
    DELIVERED = "delivered", _("delivered")
    NOTE = "note", _("note")


class Proof(TextChoices):
    """What proves that an order has arrived."""

    CODE = "code", _("the customer's code")
    PHOTO = "photo", _("a photo")


class MessageSide(TextChoices):
    """Who wrote a message."""

    CUSTOMER = "customer", _("customer")
    SHOP = "shop", _("shop")
