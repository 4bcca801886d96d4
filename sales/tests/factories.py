"""Rows for tests, as the acts would have left them."""

from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from sales.finding import words_of
from sales.models import CashSession, Customer, CustomerBalance, Register
from shops.keys import name_key
from shops.tests.factories import ShopFactory


class CustomerFactory(DjangoModelFactory[Customer]):
    """A walk-in who gave a name and a phone."""

    class Meta:
        model = Customer
        skip_postgeneration_save = True

    shop = factory.SubFactory(ShopFactory)
    # Far from the numbers that the acts give in the same shop.
    number = factory.Sequence(lambda n: f"C-{n + 500_000:06d}")
    name = factory.Sequence(lambda n: f"Customer {n}")
    name_key = factory.LazyAttribute(lambda row: name_key(row.name))
    phone = factory.Sequence(lambda n: f"+20122{n:07d}")
    words = factory.LazyAttribute(
        lambda row: words_of(Customer(name=row.name, number=row.number, phone=row.phone), ())
    )

    @classmethod
    def _create(cls, model_class: type[Customer], *args: Any, **kwargs: Any) -> Customer:
        customer = model_class._default_manager.create(*args, **kwargs)
        CustomerBalance.objects.create(customer=customer)
        return customer


class RegisterFactory(DjangoModelFactory[Register]):
    """A till."""

    class Meta:
        model = Register

    shop = factory.SubFactory(ShopFactory)
    code = factory.Sequence(lambda n: f"R{n}")
    name = "Front counter"


class CashSessionFactory(DjangoModelFactory[CashSession]):
    """A session that is open, with 200 in the drawer."""

    class Meta:
        model = CashSession

    register = factory.SubFactory(RegisterFactory)
    shop = factory.LazyAttribute(lambda row: row.register.shop)
    opened_by = factory.SubFactory("clutch.accounts.tests.factories.UserFactory")
    opening_float = Decimal(200)
