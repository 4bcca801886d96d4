"""A stock and a counter for the first shop of the demo city, through the acts that its people use.

Goods, bins, prices and sales are made up and stand in a shop that is marked as demo. Its quotes go out
by themselves, so that a request for what lies on its shelves is answered at once.
"""

import random
from decimal import Decimal
from uuid import UUID

from clutch.accounts.models import User
from clutch.demo import plan
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory.actions.barcodes import give_part_codes
from inventory.actions.parts import create_part
from inventory.actions.policy import set_policy
from inventory.actions.stock import Units, receive_stock
from inventory.inputs import PartInput
from inventory.models import Bin, Fitment, Part
from sales.actions.checkout import ring_up
from sales.actions.registers import add_register, open_session
from sales.enums import Tender
from sales.inputs import CartInput, LineInput, PaymentInput
from sales.models import Register
from shops.keys import name_key
from shops.models import Shop, VehicleModel

BINS = tuple(f"{aisle}-{shelf:02}" for aisle in "AB" for shelf in range(1, 5))
SALES = 6
FLOAT = Decimal(500)
# Below this a quote needs nobody's look.
QUOTES_UP_TO = Decimal(10_000)


def play(shop: Shop, owner: User) -> None:
    """Fill the shelves of a shop and sell over its counter, what is not done yet."""
    by = Actor.user(owner, "portal", shop_id=shop.pk)
    chance = random.Random(plan.SEED + 3)
    if not Part.objects.filter(shop=shop).exists():
        _stock(shop.pk, chance=chance, actor=by)
    if not Register.objects.filter(shop=shop).exists():
        _sell(shop.pk, chance=chance, actor=by)


@action
def _stock(shop_id: UUID, *, chance: random.Random, actor: Actor) -> None:
    """Every part of the plan from two brands, on shelves, received, with codes to scan.

    Only the first brand has the maker's number: a number of two parts is never quoted by itself.
    """
    bins = Bin.objects.bulk_create(Bin(shop_id=shop_id, code=code, key=name_key(code)) for code in BINS)
    parts = [
        create_part(shop_id, given=_given(part, brand, chance, numbered=not rank), actor=actor)
        for part in plan.PARTS
        for rank, brand in enumerate(chance.sample(plan.BRANDS, 2))
    ]
    # Received, not typed in as opening stock: of that no quote goes by itself.
    receive_stock(
        shop_id,
        [
            Units(part.pk, chance.randint(2, 24), chance.choice(bins).pk, unit_cost=part.cost_price)
            for part in parts
        ],
        actor=actor,
    )
    models = list(VehicleModel.objects.filter(make__name__in=plan.COMMON).order_by("pk"))
    Fitment.objects.bulk_create(
        Fitment(
            shop_id=shop_id, part=part, make_id=model.make_id, model=model, year_from=2008, year_to=2023
        )
        for part in parts
        for model in chance.sample(models, 3)
    )  # fmt: skip
    give_part_codes(shop_id, [part.pk for part in parts], actor=actor)
    set_policy(
        shop_id, allows_negative=False, quote_holds_stock=True, quote_unattended=True,
        quote_max_total=QUOTES_UP_TO, actor=actor,
    )  # fmt: skip


def _given(part: plan.Part, brand: str, chance: random.Random, *, numbered: bool) -> PartInput:
    name, number, low, high = part
    price = Decimal(chance.randrange(low, high, 5))
    return {
        "number": number if numbered else "",
        "name": name,
        "brand": brand,
        "part_type": "aftermarket",
        "selling_price": price,
        "cost_price": (price * Decimal("0.7")).quantize(Decimal(1)),
        "reorder_point": 3,
    }


def _sell(shop_id: UUID, *, chance: random.Random, actor: Actor) -> None:
    register = add_register(shop_id, code="R1", name="Demo register", actor=actor)
    open_session(shop_id, register_id=register.pk, opening_float=FLOAT, actor=actor)
    in_stock = list(
        Part.objects.filter(shop=shop_id, stock__on_hand__gte=SALES).order_by("number", "brand_key")
    )
    for _number in range(SALES):
        lines = [LineInput(part.pk, 1) for part in chance.sample(in_stock, 2)]
        ring_up(
            shop_id, cart=CartInput(lines=lines, register_id=register.pk),
            payments=[PaymentInput(Tender.CASH)], actor=actor,
        )  # fmt: skip
