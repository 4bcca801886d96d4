"""Putting the demo city into an empty database: people and shops in one act, then their history."""

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from clutch.accounts.models import User
from clutch.demo import plan
from clutch.feed.action import action
from clutch.feed.actor import Actor
from shops.actions.areas import rebuild_areas
from shops.enums import Role, ShopStatus
from shops.models import GarageVehicle, Make, Member, OpeningHours, Shop, VehicleModel

DOMAIN = "demo.invalid"
STAFF_EMAIL = f"staff@{DOMAIN}"


def customer_email(number: int) -> str:
    """The sign-in of a demo customer; `.invalid` is never delivered to (RFC 2606)."""
    return f"customer{number:02}@{DOMAIN}"


def member_email(number: int, role: str = Role.OWNER) -> str:
    """The sign-in of a member of a demo shop."""
    return f"shop{number:02}@{DOMAIN}" if role == Role.OWNER else f"shop{number:02}.{role}@{DOMAIN}"


@dataclass(frozen=True)
class City:
    """What was made, in the order of the plan."""

    shops: list[Shop]
    customers: list[User]


def city(*, password: str, actor: Actor) -> City:
    """Return the demo city, made now where it is not there yet.

    Its shops were there from the start; those that applied later (`waiting`) have a date.
    """
    shops = list(Shop.objects.filter(is_demo=True, submitted_at=None).order_by("name"))
    if not shops:
        return load_people_and_shops(password=password, actor=actor)
    names = [item.name for item in plan.customers()]
    return City(shops, list(User.objects.filter(is_demo=True, name__in=names).order_by("name")))


@action
def load_people_and_shops(*, password: str, actor: Actor) -> City:
    """Make 60 shops with their members, and 20 customers with a vehicle each, all marked as demo."""
    # One hash for all: the password is the same, and hashing is slow on purpose.
    hashed = make_password(password)
    _staff(hashed)
    shops = _shops()
    _members(shops, hashed)
    return City(shops, _customers(hashed))


def _users(rows: list[dict[str, Any]], hashed: str) -> list[User]:
    users = User.objects.bulk_create(
        User(**row, password=hashed, phone_verified=bool(row.get("phone")), is_demo=True) for row in rows
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email or "", verified=True, primary=True) for user in users
    )
    return users


def applicants(count: int, *, password: str) -> list[User]:
    """The people whose shops wait for verification, made where they are not there yet."""
    emails = [f"applicant{number:02}@{DOMAIN}" for number in range(1, count + 1)]
    known = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    missing = [email for email in emails if email not in known]
    hashed = make_password(password) if missing else ""
    _users([{"email": email, "name": f"Demo {email.partition('@')[0]}"} for email in missing], hashed)
    return list(User.objects.filter(email__in=emails).order_by("email"))


def _staff(hashed: str) -> None:
    row = {"email": STAFF_EMAIL, "name": "Demo staff", "is_staff": True, "is_superuser": True}
    _users([row], hashed)


def _shops() -> list[Shop]:
    makes = {make.name: make for make in Make.objects.filter(name__in=plan.VEHICLES)}
    planned = list(plan.shops())
    shops = Shop.objects.bulk_create(
        Shop(
            name=item.name,
            phone=f"+2010000001{item.number:02}",
            address=f"Demo street {item.number}, {item.district}",
            district=item.district,
            latitude=item.latitude,
            longitude=item.longitude,
            delivery_radius_km=item.radius_km,
            serves_any_make=not item.makes,
            status=ShopStatus.ACTIVE,
            is_demo=True,
        )
        for item in planned
    )
    Shop.makes.through.objects.bulk_create(
        Shop.makes.through(shop_id=shop.pk, make_id=makes[name].pk)
        for shop, item in zip(shops, planned, strict=True)
        for name in item.makes
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(shop=shop, weekday=day, opens=opens, closes=closes)
        for shop, item in zip(shops, planned, strict=True)
        for day, opens, closes in item.hours
    )
    rebuild_areas([shop.pk for shop in shops])
    return shops


def _members(shops: list[Shop], hashed: str) -> None:
    # The first shop has all five roles, so that a visitor can see what each of them may do.
    seats = [(shop, number, Role.OWNER) for number, shop in enumerate(shops, 1)]
    seats += [(shops[0], 1, role) for role in Role if role != Role.OWNER]
    users = _users(
        [
            {
                "email": member_email(number, role),
                "name": f"Demo {role.value}, shop {number:02}",
                "language": "ar" if number % 3 == 0 else "en",
            }
            for _, number, role in seats
        ],
        hashed,
    )
    Member.objects.bulk_create(
        Member(shop=shop, user=user, role=role) for (shop, _, role), user in zip(seats, users, strict=True)
    )


def _customers(hashed: str) -> list[User]:
    planned = list(plan.customers())
    users = _users(
        [
            {
                "email": customer_email(item.number),
                "phone": f"+2010000002{item.number:02}",
                "name": item.name,
                "language": "ar" if item.number % 4 == 0 else "en",
            }
            for item in planned
        ],
        hashed,
    )
    models = {
        (model.make.name, model.name): model
        for model in VehicleModel.objects.filter(make__name__in=plan.VEHICLES).select_related("make")
    }
    GarageVehicle.objects.bulk_create(
        GarageVehicle(
            user=user,
            make=models[item.make, item.model].make,
            model=models[item.make, item.model],
            make_name=item.make,
            model_name=item.model,
            year=item.year,
            is_default=True,
        )
        for user, item in zip(users, planned, strict=True)
    )
    return users
