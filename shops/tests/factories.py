"""Rows for tests. `ShopFactory(active=True, makes=[make], at=(30.05, 31.24))` is ready to be matched."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from shops.actions.areas import rebuild_areas
from shops.enums import Role, ShopStatus
from shops.keys import name_key
from shops.models import (
    GarageVehicle,
    Make,
    Member,
    MemberInvite,
    Onboarding,
    OpeningHours,
    Shop,
    VehicleModel,
)


class MakeFactory(DjangoModelFactory[Make]):
    """A make; one that the lists have is the listed one."""

    class Meta:
        model = Make
        django_get_or_create = ("key",)

    name = factory.Sequence(lambda n: f"Make {n}")
    key = factory.LazyAttribute(lambda make: name_key(make.name))


class VehicleModelFactory(DjangoModelFactory[VehicleModel]):
    """A model of a new make; one that the lists have is the listed one."""

    class Meta:
        model = VehicleModel
        django_get_or_create = ("make", "name")

    make = factory.SubFactory(MakeFactory)
    name = factory.Sequence(lambda n: f"Model {n}")


class ShopFactory(DjangoModelFactory[Shop]):
    """A shop: active, always open, serving any make unless `makes` are given.

    `at` is (latitude, longitude), `hours` a list of (weekday, opens, closes).
    """

    class Meta:
        model = Shop
        skip_postgeneration_save = True

    class Params:
        active = True
        at = (30.0444, 31.2357)

    name = factory.Sequence(lambda n: f"Shop {n}")
    phone = factory.Sequence(lambda n: f"+20111{n:07d}")
    address = "1 Example Street"
    district = "Downtown"
    latitude = factory.LazyAttribute(lambda shop: shop.at[0])
    longitude = factory.LazyAttribute(lambda shop: shop.at[1])
    status = factory.LazyAttribute(
        lambda shop: ShopStatus.ACTIVE if shop.active else ShopStatus.PENDING_VERIFICATION
    )

    @classmethod
    def _create(cls, model_class: type[Shop], *args: Any, **kwargs: Any) -> Shop:
        makes, hours = kwargs.pop("makes", None), kwargs.pop("hours", ())
        kwargs.setdefault("serves_any_make", makes is None)
        shop = model_class._default_manager.create(*args, **kwargs)
        shop.makes.set(makes or [])
        OpeningHours.objects.bulk_create(
            OpeningHours(shop=shop, weekday=day, opens=opens, closes=closes) for day, opens, closes in hours
        )
        rebuild_areas([shop.pk])
        return shop


class MemberFactory(DjangoModelFactory[Member]):
    """An owner of a new shop."""

    class Meta:
        model = Member

    shop = factory.SubFactory(ShopFactory)
    user = factory.SubFactory("clutch.accounts.tests.factories.UserFactory")
    role = Role.OWNER


class GarageVehicleFactory(DjangoModelFactory[GarageVehicle]):
    """A vehicle that is in no list."""

    class Meta:
        model = GarageVehicle

    user = factory.SubFactory("clutch.accounts.tests.factories.UserFactory")
    make_name = "Hyundai"
    model_name = "Accent"
    year = 2018


class OnboardingFactory(DjangoModelFactory[Onboarding]):
    """An onboarding that has just begun."""

    class Meta:
        model = Onboarding

    user = factory.SubFactory("clutch.accounts.tests.factories.UserFactory")


class MemberInviteFactory(DjangoModelFactory[MemberInvite]):
    """An invitation; `token_hash` is to be given."""

    class Meta:
        model = MemberInvite

    shop = factory.SubFactory(ShopFactory)
    role = Role.CASHIER
