"""The past of the demo city, played through the same actions that people use.

Every order, quote, payment and rating therefore has its ledger rows, history and events; only the
clock is today's. Ratings carry no words: nobody is quoted who does not exist.
"""

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from uuid import UUID

from django.db.models import Count

from clutch.accounts.models import User
from clutch.demo import plan
from clutch.demo.load import City
from clutch.feed.actor import Actor
from orders.actions.acceptance import accept_quote
from orders.actions.fulfilment import deliver_order, ship_order, start_processing
from orders.actions.payment import collect_cash
from orders.actions.quotes import provide_quote
from orders.actions.rating import rate_order
from orders.actions.requests import create_order
from orders.inputs import OfferInput, PartInput
from orders.models import Invitation, Order, OrderLine, Quote, Shipment
from shops.enums import Role
from shops.models import Member

# Enough that every customer has a few, and the nearest shops something to quote from.
ORDERS_PER_CUSTOMER = 3
# How far the newest orders have come, so that every page has something to show.
ENDS = ("delivered", "delivered", "delivered", "shipped", "accepted", "quoted")


def play(city: City, *, say: Callable[[str], object] = lambda _line: None) -> None:
    """Play the past of every customer who has none yet, telling how far it is."""
    people = owners()
    played = dict(
        Order.objects.filter(customer__is_demo=True)
        .values_list("customer")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for customer, where in zip(city.customers, plan.customers(), strict=True):
        say(f"past orders of customer {where.number} of {len(city.customers)}")
        chance = chance_of(where)
        for number in range(played.get(customer.pk, 0), ORDERS_PER_CUSTOMER):
            end = ENDS[(where.number * ORDERS_PER_CUSTOMER + number) % len(ENDS)]
            play_order(customer, where, people, chance, end=end)


def owners() -> dict[UUID, User]:
    """The owner of each demo shop."""
    members = Member.objects.filter(role=Role.OWNER, shop__is_demo=True).select_related("user")
    return {member.shop_id: member.user for member in members}


def chance_of(where: plan.PlannedCustomer) -> random.Random:
    """The same luck for a customer at every load."""
    return random.Random(plan.SEED * 1000 + where.number)


def ask(
    customer: User,
    where: plan.PlannedCustomer,
    wanted: Sequence[plan.Part],
    *,
    quantity: Callable[[], int],
) -> Order:
    """A customer asks for parts at home."""
    return create_order(
        customer.pk,
        vehicle={"make": where.make, "model": where.model, "year": where.year},
        delivery={
            "latitude": where.latitude,
            "longitude": where.longitude,
            "address": f"Demo building {where.number}, {where.district}",
            "district": where.district,
        },
        parts=[
            PartInput(name=name, part_number=number, quantity=quantity()) for name, number, _, _ in wanted
        ],
        actor=Actor.user(customer, "web"),
    )


def play_order(
    customer: User,
    where: plan.PlannedCustomer,
    owners: dict[UUID, User],
    chance: random.Random,
    *,
    end: str,
) -> Order:
    """One request and what became of it, up to `end`."""
    wanted = chance.sample(plan.PARTS, chance.randint(1, 3))
    by = Actor.user(customer, "web")
    order = ask(customer, where, wanted, quantity=partial(chance.choice, (1, 1, 2)))
    quotes = _quotes(order, wanted, owners, chance)
    if end == "quoted" or not quotes:
        return order
    best = min(quotes, key=lambda quote: (quote.missing_parts, quote.total_price))
    accept_quote(order.pk, quote_id=best.pk, payment_method="cash", actor=by)
    if end != "accepted":
        _fulfil(
            order,
            best,
            shop=Actor.user(owners[best.shop_id], "portal", shop_id=best.shop_id),
            by=by,
            stars=chance.choice((3, 4, 4, 5, 5, 5)),
            end=end,
        )
    return order


def _quotes(
    order: Order, wanted: list[plan.Part], owners: dict[UUID, User], chance: random.Random
) -> list[Quote]:
    lines = list(OrderLine.objects.filter(order=order).order_by("position"))
    invited = list(Invitation.objects.filter(order=order).order_by("distance_m")[:4])
    return [
        provide_quote(
            order.pk,
            shop_id=invitation.shop_id,
            lines=[
                _offer(line, part, chance, sure=rank == 0) for line, part in zip(lines, wanted, strict=True)
            ],
            delivery_fee=Decimal(chance.choice((0, 30, 50, 70))),
            estimated_delivery_minutes=chance.choice((60, 90, 120, 180)),
            notes="",
            actor=Actor.user(owners[invitation.shop_id], "portal", shop_id=invitation.shop_id),
        )
        for rank, invitation in enumerate(invited)
    ]


def _offer(line: OrderLine, part: plan.Part, chance: random.Random, *, sure: bool) -> OfferInput:
    # The first part of every quote is there: a quote of nothing is refused.
    if not sure and line.position > 0 and chance.random() < 0.2:
        return OfferInput(part_id=line.pk, available=False)
    low, high = part[2], part[3]
    return OfferInput(
        part_id=line.pk,
        available=True,
        unit_price=Decimal(chance.randrange(low, high, 5)),
        part_type=chance.choice(("genuine", "oes", "aftermarket", "aftermarket")),
        brand=chance.choice(plan.BRANDS),
        part_number=part[1],
    )


def _fulfil(order: Order, quote: Quote, *, shop: Actor, by: Actor, stars: int, end: str) -> None:
    start_processing(order.pk, shop_id=quote.shop_id, actor=shop)
    ship_order(order.pk, shop_id=quote.shop_id, courier_name="Demo courier", actor=shop)
    if end == "shipped":
        return
    code = Shipment.objects.get(order=order).code
    deliver_order(order.pk, shop_id=quote.shop_id, code=code, actor=shop)
    if end == "unpaid":
        return
    collect_cash(order.pk, shop_id=quote.shop_id, amount=quote.total_price, actor=shop)
    rate_order(order.pk, stars=stars, comment="", actor=by)
