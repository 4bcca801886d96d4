"""Reads that several acts and pages share. Whatever has a time is compared with `now`."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, Model, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clutch.accounts.rules import staff_ready
from orders.enums import LIVE_QUOTE, OPEN, OrderStatus, QuoteStatus, RequestState
from orders.models import Invitation, LinePhoto, Order, OrderLine, Quote, QuoteLine
from shops.enums import ShopStatus
from shops.models import Member

# What is bought and still in the shop.
TO_PICK = (OrderStatus.ACCEPTED, OrderStatus.PROCESSING)
WITHOUT_CARD = ~Q(status=OrderStatus.ACCEPTED, payment_due_at__isnull=False)
NUMBER = re.compile(r"CL-[0-9]{4}-[0-9]{6,8}", re.ASCII)


def _reference(text: str, prefix: str = "") -> Q:
    """What an address names: the UUID or the CL- number of an order; nothing for anything else."""
    try:
        return Q(**{f"{prefix}id": UUID(text)})
    except ValueError:
        number = text.upper()
        return Q(**{f"{prefix}number": number}) if NUMBER.fullmatch(number) else Q(pk__in=[])


def find_order(orders: QuerySet[Order], reference: str) -> Order | None:
    """Return an order of a queryset by its UUID or its CL- number (any case), or None."""
    return orders.filter(_reference(reference)).first()


def find_invitation(invitations: QuerySet[Invitation], reference: str) -> Invitation | None:
    """Return an invitation of a queryset by the UUID or the CL- number of its order, or None."""
    return invitations.filter(_reference(reference, "order__")).first()


def current_lines(order: Order) -> list[OrderLine]:
    """The parts that an order asks for now, in their order."""
    return list(order.lines.filter(removed_in=None))


def live_quotes(order: Order, now: datetime) -> QuerySet[Quote]:
    """The quotes that can be accepted at `now`: valid, and answering the current revision."""
    return Quote.objects.filter(
        order=order, status__in=LIVE_QUOTE, expires_at__gt=now, answers_revision=order.revision
    )


def has_offers_wanted(order: Order, now: datetime, *, wanted: int) -> bool:
    """Whether every part has an available offer in at least `wanted` live quotes of active shops."""
    live = Q(
        offers__available=True, offers__quote__status__in=LIVE_QUOTE, offers__quote__expires_at__gt=now
    ) & Q(offers__quote__answers_revision=order.revision, offers__quote__shop__status=ShopStatus.ACTIVE)
    counts = (
        order.lines.filter(removed_in=None)
        .annotate(quotes=Count("offers__quote", filter=live, distinct=True))
        .values_list("quotes", flat=True)
    )
    return all(count >= wanted for count in counts)


def members_to_tell(shop_ids: Collection[UUID], roles: Collection[str]) -> dict[UUID, list[UUID]]:
    """The ids of the active members in these roles, by shop. One query."""
    found: dict[UUID, list[UUID]] = {shop_id: [] for shop_id in shop_ids}
    rows = Member.objects.filter(shop__in=shop_ids, is_active=True, role__in=list(roles))
    for shop_id, user_id in rows.values_list("shop_id", "user_id"):
        found[shop_id].append(user_id)
    return found


def is_loaded(row: Model, relation: str) -> bool:
    """Whether a relation of a row was prefetched."""
    return relation in getattr(row, "_prefetched_objects_cache", {})


def _lines_shown() -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(removed_in=None).prefetch_related("photos")


def quotes_shown(quotes: QuerySet[Quote]) -> QuerySet[Quote]:
    """Quotes with all that is shown of them, in as many queries for 1 as for 100."""
    return quotes.select_related("shop", "invitation", "order").prefetch_related("lines")


def orders_shown(orders: QuerySet[Order], user: Any) -> QuerySet[Order]:
    """Orders with all that `user` may see of them, in as many queries for 1 as for 100.

    The customer and staff see every quote; a shop sees its own alone.
    """
    quotes = quotes_shown(Quote.objects.order_by("total_price", "pk"))
    if not staff_ready(user):
        own = Member.objects.filter(user=user.pk, is_active=True).values("shop")
        quotes = quotes.filter(Q(order__customer=user.pk) | Q(shop__in=own))
    invited = (
        Invitation.objects.filter(order=OuterRef("pk")).order_by().values("order").annotate(n=Count("*"))
    )
    return (
        orders.annotate(invited_shops=Coalesce(Subquery(invited.values("n"), output_field=IntegerField()), 0))
        .select_related("shop")
        .prefetch_related(Prefetch("lines", _lines_shown()), Prefetch("quotes", quotes))
    )


def requests_shown(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Invitations with all that a shop sees of them, in as many queries for 1 as for 100."""
    return invitations.select_related("order", "draft", "shop").prefetch_related(
        Prefetch("order__lines", _lines_shown()), Prefetch("quotes", quotes_shown(Quote.objects.all()))
    )


def standing_quote(invitation: Invitation) -> Quote | None:
    """The shop's quote on a request as prefetched: the newest that was not withdrawn."""
    standing = [quote for quote in invitation.quotes.all() if quote.status != QuoteStatus.WITHDRAWN]
    return max(standing, key=lambda quote: quote.created_at, default=None)


def request_state(invitation: Invitation, now: datetime) -> RequestState:
    """How a request stands for one shop at `now`, without a word on what other shops have done."""
    order = invitation.order
    if order.status in OPEN:
        return RequestState.OPEN if invitation.is_open(now) else RequestState.CLOSED
    if order.shop_id not in (None, invitation.shop_id):
        # Also when the order was cancelled later: that is no longer this shop's business.
        return RequestState.TAKEN
    return RequestState.CANCELLED if order.status == OrderStatus.CANCELLED else RequestState.WON


def photo_url(photo: LinePhoto) -> str:
    """Where the API serves a photo of a requested part."""
    return f"/api/v1/auto-parts-orders/{photo.line.order_id}/photos/{photo.pk}"


def offer_photo_url(offer: QuoteLine) -> str:
    """Where the API serves the photo of an offer."""
    return f"/api/v1/shop-quotes/{offer.quote_id}/offers/{offer.pk}/photo"


def bought(order: Order) -> list[QuoteLine]:
    """The offers of an order that the customer bought."""
    rows = QuoteLine.objects.filter(quote=order.selected_quote_id, preferred=True)
    return list(with_part(rows).order_by("position", "pk"))


def with_part(offers: QuerySet[QuoteLine]) -> QuerySet[QuoteLine]:
    """Offers with what `orders.picking` needs of them."""
    return offers.select_related("line", "quote__order", "stock_part__default_bin")


def to_pick(shop_id: UUID, *, order_id: UUID | None = None) -> QuerySet[QuoteLine]:
    """What a shop has to pick: bought parts of orders that are still in the shop, the oldest first.

    An order that waits for its card is not prepared yet, unless it is the one that is asked for.
    """
    orders = Order.objects.filter(shop=shop_id, status__in=TO_PICK)
    orders = orders.filter(pk=order_id) if order_id else orders.filter(WITHOUT_CARD)
    rows = QuoteLine.objects.filter(quote__in=orders.values("selected_quote"), preferred=True)
    return with_part(rows).order_by("quote__order__accepted_at", "quote__order", "position", "pk")
