"""The act that keeps what somebody asked for and did not get."""

from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory.actions.misfits import Vehicle
from inventory.keys import part_key
from inventory.models import Part
from sales import events, rules
from sales.enums import LostReason
from sales.models import Customer, LostSale
from sales.pricing import MOST_UNITS
from shops.rules import Act


@action
def record_lost_sale(
    shop_id: UUID,
    *,
    asked_for: str = "",
    part_id: UUID | None = None,
    quantity: int = 1,
    reason: str = LostReason.OUT_OF_STOCK,
    customer_id: UUID | None = None,
    vehicle: Vehicle | None = None,
    actor: Actor,
) -> LostSale:
    """Keep a request that was not served: a part of the shop, or what was asked for in words."""
    rules.require(actor, shop_id, Act.SELL)
    problems: dict[str, list[object]] = {}
    part = Part.objects.filter(shop=shop_id, pk=part_id).first() if part_id else None
    customer = Customer.objects.filter(shop=shop_id, pk=customer_id).first() if customer_id else None
    if part_id and part is None:
        problems["part_id"] = [_("There is no such part.")]
    if customer_id and customer is None:
        problems["customer_id"] = [_("There is no such customer.")]
    if part is None and not asked_for.strip():
        problems.setdefault("asked_for", [_("Say what was asked for.")])
    if not 1 <= quantity <= MOST_UNITS:
        problems["quantity"] = [_("Enter at least 1.")]
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)
    said = asked_for.strip() or (part.name if part else "")
    vehicle = vehicle or Vehicle()
    lost = LostSale.objects.create(
        shop_id=shop_id, part=part, asked_for=said[:120],
        part_key=part.number_key if part else _key(asked_for), quantity=quantity, reason=reason,
        customer=customer, make_name=vehicle.make_name, model_name=vehicle.model_name, year=vehicle.year,
        actor_id=actor.id, actor_name=actor.name,
    )  # fmt: skip
    events.sale_lost(lost)
    return lost


def _key(asked_for: str) -> str:
    """What was asked for as a part number, where it looks like one: it has a digit in it."""
    key = part_key(asked_for)
    return key if any(char.isdigit() for char in key) else ""
