"""Short ways to act at a counter in tests, with input that passes."""

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from rest_framework.test import APIClient

from clutch.feed.actor import Actor
from inventory.models import BinStock, Part, Stock
from sales.actions.checkout import ring_up
from sales.enums import Tender
from sales.inputs import CartInput, LineInput, PaymentInput
from sales.models import CashSession, CustomerBalance, Payment, Register, Sale, TillPolicy
from sales.tests.factories import CashSessionFactory, RegisterFactory
from shops.enums import Role
from shops.models import Member, Shop
from shops.tests.factories import MemberFactory, ShopFactory


def as_member(shop: Shop, role: Role = Role.CASHIER) -> Actor:
    """The actor of a member of a shop in a role; makes the member where there is none."""
    return Actor.user(member(shop, role).user, "portal")


def member(shop: Shop, role: Role = Role.CASHIER) -> Member:
    """A member of a shop in a role; made where there is none."""
    found = Member.objects.filter(shop=shop, role=role, is_active=True).first()
    return found or MemberFactory(shop=shop, role=role)


def api(user: Any = None) -> APIClient:
    """A client of the API, signed in unless there is no user."""
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


class Till:
    """An open register of a shop with a cashier; prices include 14 % tax."""

    def __init__(self, shop: Shop | None = None, **policy: Any) -> None:
        self.shop = shop or ShopFactory()
        self.cashier = member(self.shop)
        self.actor = Actor.user(self.cashier.user, "portal")
        self.register: Register = RegisterFactory(shop=self.shop, code="R1")
        self.session: CashSession = CashSessionFactory(
            register=self.register, shop=self.shop, opened_by=self.cashier.user
        )
        if policy:
            TillPolicy.objects.create(shop=self.shop, **policy)

    def cart(self, *lines: LineInput | tuple[Part, int], **given: Any) -> CartInput:
        """A cart at this register; a line may be (part, quantity)."""
        rows = [line if isinstance(line, LineInput) else LineInput(line[0].pk, line[1]) for line in lines]
        return CartInput(lines=rows, **{"register_id": self.register.pk, **given})

    def sell(self, *lines: LineInput | tuple[Part, int], payments: Any = None, **given: Any) -> Sale:
        """A completed sale, paid in exact cash unless `payments` are given."""
        paid = payments if payments is not None else [PaymentInput(Tender.CASH)]
        return ring_up(self.shop.pk, cart=self.cart(*lines, **given), payments=paid, actor=self.actor)


def cash(tendered: str | None = None) -> PaymentInput:
    """Cash, exact or as handed over."""
    return PaymentInput(Tender.CASH, tendered=Decimal(tendered) if tendered else None)


def paid(method: Tender, amount: str, reference: str = "") -> PaymentInput:
    """An amount by another way than cash."""
    return PaymentInput(method, Decimal(amount), reference=reference)


def books_of(shop: Shop) -> dict[str, Any]:
    """What must be as before once an act is undone: stock, value, drawers, what customers owe."""
    return {
        "stock": list(
            Stock.objects.filter(shop=shop).order_by("part").values_list("part", "on_hand", "value")
        ),
        "bins": list(
            BinStock.objects.filter(part__shop=shop, quantity__gt=0)
            .order_by("part", "bin")
            .values_list("part", "bin", "quantity")
        ),
        "money": {
            row["method"]: row["sum"]
            for row in Payment.objects.filter(shop=shop)
            .order_by()
            .values("method")
            .annotate(sum=Sum("amount"))
            if row["sum"]
        },
        "owed": list(
            CustomerBalance.objects.filter(customer__shop=shop)
            .order_by("customer")
            .values_list("customer", "owed", "credit", "deposit")
        ),
    }
