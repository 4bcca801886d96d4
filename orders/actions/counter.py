"""The counter takes what a quote holds: the quote is revised at once, and the customer told."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid, NotFound
from clutch.core.files import delete_after_commit
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory.actions.holds import take_hold
from inventory.models import Hold
from inventory.rules import require
from orders import events, locks, notices, queries
from orders.actions.holds import QUOTE, hold_quote
from orders.actions.quote_endings import withdraw
from orders.enums import QUOTE_TRANSITIONS, QuoteStatus
from orders.models import Order, OrderLine, Quote, QuoteLine
from orders.sums import Chosen, quote_sums
from shops.rules import Act


@action
def take_from_quote(hold_id: UUID, *, quantity: int | None = None, actor: Actor) -> Quote:
    """Take the units of a soft hold for the counter, which sells `quantity` in all; for who may sell.

    Where enough is left for the quote all the same, it stands as it was. Else the offer goes: the
    next offer for the same part counts instead, or the part is not available any more, and a quote
    without any part is withdrawn. Raises NotFound for a hold of another shop, NotAllowed by role,
    and Conflict `hold_over` once it has ended or run out.
    """
    if quantity is not None and quantity < 1:
        raise Invalid(_("Check the quantity."), fields={"quantity": [_("Enter at least 1.")]})
    found = Hold.objects.filter(pk=hold_id, document_kind=QUOTE).first()
    if found is None or found.document_line_id is None:
        raise NotFound(_("There is no such hold."))
    require(actor, found.shop_id, Act.SELL)
    order = locks.order(Quote.objects.values_list("order_id", flat=True).get(pk=found.document_id))
    quote = locks.quote(order.pk, found.document_id)
    offer = QuoteLine.objects.select_related("line").filter(pk=found.document_line_id, quote=quote).first()
    keep = offer.line.quantity if offer else 0
    _hold, is_kept = take_hold(hold_id, quantity=quantity, keep=keep, actor=actor)
    if offer is not None and not is_kept:
        _revise(order, quote, offer, now=timezone.now(), actor=actor)
    return quote


def _revise(order: Order, quote: Quote, lost: QuoteLine, *, now: datetime, actor: Actor) -> None:
    """Take an offer out of a quote that stands; a quote of which nothing is left is withdrawn."""
    instead = _drop(quote, lost)
    offers = list(quote.lines.select_related("line"))
    if not any(offer.available for offer in offers):
        withdraw(order, quote, reason=_("Sold in the shop in the meantime."), now=now, actor=actor)
        return
    transition(
        quote,
        QuoteStatus.UPDATED,
        transitions=QUOTE_TRANSITIONS,
        actor=actor,
        reason="taken by the counter",
        revision=quote.revision + 1,
        **_sums(order, quote, offers),
    )
    if instead is not None and instead.stock_part_id is not None:
        hold_quote(order, quote, actor=actor)
    events.quote_updated(order, quote)
    events.quote_sent(quote)
    notices.tell_customer_of_quote(order, quote, notices.QUOTE_UPDATED, actor=actor)


def _drop(quote: Quote, lost: QuoteLine) -> QuoteLine | None:
    """Take an offer away; return the offer for the same part that counts now."""
    others = quote.lines.filter(line=lost.line_id, available=True).exclude(pk=lost.pk)
    instead = others.order_by("position", "pk").first()
    if instead is None:
        lost.available = lost.preferred = False
        lost.unit_price = lost.core_charge = lost.stock_part = None
        lost.save(update_fields=["available", "preferred", "unit_price", "core_charge", "stock_part"])
        return None
    delete_after_commit([lost.photo])
    lost.delete()
    instead.preferred = True
    instead.save(update_fields=["preferred"])
    return instead


def _sums(order: Order, quote: Quote, offers: list[QuoteLine]) -> dict[str, Any]:
    """The sums of a quote anew; one that answers an older request keeps to the parts that it names."""
    lines: list[OrderLine] = [offer.line for offer in offers]
    if quote.answers_revision == order.revision:
        lines = queries.current_lines(order)
    chosen = {
        offer.line_id: Chosen(offer.unit_price, offer.core_charge or Decimal(0))
        for offer in offers
        if offer.preferred and offer.unit_price is not None
    }
    asked = {line.pk: line.quantity for line in lines}
    sums = quote_sums(asked, chosen, delivery_fee=quote.delivery_fee, currency=quote.currency)
    return {name: value for name, value in vars(sums).items() if name != "delivery_fee"}
