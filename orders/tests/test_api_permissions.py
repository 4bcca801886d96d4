"""Every endpoint for every person: what passes, what is refused, and that a refusal changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.tests.sharing import shared_rows
from clutch.feed.models import StreamEntry, Transition
from orders.actions import cancel_order
from orders.models import Invitation, LinePhoto, Order, OrderLine, Quote, QuoteDraft, QuoteLine
from orders.tests.acts import BODY, accept, api, as_user, ask, quote
from orders.tests.pictures import jpeg
from shops.actions.standing import suspend_shop
from shops.enums import Role
from shops.models import Member, Shop
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db

PERSONS = [
    "customer", "another", "staff", "owner", "storekeeper", "accountant", "former", "rival", "outsider",
    "anonymous",
]  # fmt: skip


@dataclass
class World:
    """A request that a shop has quoted and a rival too; persons on all sides."""

    order: Order
    mine: Quote
    rivals: Quote
    shop: Shop
    photo: LinePhoto
    draft_order: Order
    people: dict[str, Any]

    @property
    def part(self) -> OrderLine:
        """The first part."""
        return OrderLine.objects.filter(order=self.order)[0]

    def numbers(self) -> list[Any]:
        """What a refused call must not have changed."""
        tables = (Order, OrderLine, LinePhoto, Invitation, Quote, QuoteLine, QuoteDraft, Transition)
        versions = [list(table.objects.order_by("pk").values_list("pk", flat=True)) for table in tables]
        rows = [
            list(table.objects.order_by("pk").values_list("version", flat=True))
            for table in (Order, OrderLine, Invitation, Quote, QuoteLine)
        ]
        return [versions, rows, StreamEntry.objects.count()]


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], World]]:
    with shared_rows(django_db_blocker, _world) as copy:
        yield copy


@pytest.fixture
def world(worlds: Callable[[], World], db: None) -> World:
    """Everybody is there."""
    return worlds()


@override_settings(MATCH_FIRST_WAVE=3)
def _world() -> World:
    shop, rival = ShopFactory(), ShopFactory()
    third = ShopFactory()
    people = {
        "customer": UserFactory(),
        "another": UserFactory(),
        "staff": StaffFactory(),
        "owner": MemberFactory(shop=shop).user,
        "storekeeper": MemberFactory(shop=shop, role=Role.STOREKEEPER).user,
        "accountant": MemberFactory(shop=shop, role=Role.ACCOUNTANT).user,
        "former": MemberFactory(shop=shop, is_active=False).user,
        "rival": MemberFactory(shop=rival).user,
        "outsider": MemberFactory(shop=ShopFactory(active=False)).user,
        "anonymous": None,
    }
    order = ask(people["customer"])
    mine, rivals = quote(order, shop), quote(order, rival)
    order.refresh_from_db()
    line = order.lines.all()[0]
    photo = LinePhoto(line=line)
    photo.file.save("a.jpg", SimpleUploadedFile("a.jpg", jpeg()), save=True)
    drafted = ask(people["customer"], draft=True)
    assert third.pk
    return World(order, mine, rivals, shop, photo, drafted, people)


def call(world: World, person: str, method: str, path: str, body: Any) -> Any:
    """One call; the body may be made from the world."""
    path = path.format(
        order=world.order.pk,
        number=world.order.number,
        draft=world.draft_order.pk,
        customer=world.people["customer"].pk,
        quote=world.mine.pk,
        part=world.part.pk,
        photo=world.photo.pk,
        offer=world.mine.lines.all()[0].pk,
    )
    sent = body(world) if callable(body) else body
    client = api(world.people[person])
    if sent is not None and "photo" in sent:
        return getattr(client, method)(f"/api/v1/{path}", sent, format="multipart")
    answer = getattr(client, method)(f"/api/v1/{path}", *([] if sent is None else [sent]))
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return answer


def lines(world: World) -> list[dict[str, Any]]:
    return [{"partId": str(world.part.pk), "available": True, "unitPrice": "5.00"}]


def photo_body(world: World) -> dict[str, Any]:
    return {"photo": SimpleUploadedFile("p.jpg", jpeg(), "image/jpeg")}


def everyone(status: int, **others: int) -> dict[str, int]:
    """The expected status per person; anonymous is 401 unless said otherwise."""
    return {**dict.fromkeys(PERSONS, status), "anonymous": 401, **others}


ORDER = "auto-parts-orders/{order}"
REQUEST = "shop-requests/{order}"
QUOTE = "shop-quotes/{quote}"
# 404 for what one may not see, 403 for what one sees and may not do.
TABLE: dict[str, tuple[str, str, Any, dict[str, int]]] = {
    "create": ("post", "auto-parts-orders", BODY, everyone(201)),
    "list of a user": (
        "get", "auto-parts-orders/user/{customer}", None, everyone(404, customer=200, staff=200),
    ),
    "read": ("get", ORDER, None, everyone(404, customer=200, staff=200)),
    "read by number": ("get", "auto-parts-orders/{number}", None, everyone(404, customer=200, staff=200)),
    "amend": (
        "put", ORDER, lambda w: {"parts": [{"name": "Horn", "quantity": 1}]},
        everyone(404, customer=200, staff=403),
    ),
    "edit a draft": (
        "put", "auto-parts-orders/{draft}", {"urgency": "urgent"}, everyone(404, customer=200, staff=403),
    ),
    "submit": (
        "put", "auto-parts-orders/{draft}", {"status": "submitted"},
        everyone(404, customer=200, staff=403),
    ),
    "cancel": ("put", ORDER, {"status": "cancelled"}, everyone(404, customer=200, staff=200)),
    "process too early": ("put", ORDER, {"status": "processing"}, everyone(404, customer=409, staff=409)),
    "accept": (
        "post", f"{ORDER}/accept-quote", lambda w: {"quoteId": str(w.mine.pk)},
        everyone(404, customer=200, staff=403),
    ),
    "extend": ("post", f"{ORDER}/extend", {}, everyone(404, customer=200, staff=200)),
    "widen": ("post", f"{ORDER}/widen", {}, everyone(404, customer=200, staff=200)),
    "add a photo": (
        "post", f"{ORDER}/parts/{{part}}/photos", photo_body, everyone(404, customer=201, staff=403),
    ),
    "see a photo": (
        "get", f"{ORDER}/photos/{{photo}}", None,
        everyone(404, customer=200, staff=200, owner=200, storekeeper=200, accountant=200, rival=200),
    ),
    "see a photo by number": (
        "get", "auto-parts-orders/{number}/photos/{photo}", None,
        everyone(404, customer=200, staff=200, owner=200, storekeeper=200, accountant=200, rival=200),
    ),
    "remove a photo": (
        "delete", f"{ORDER}/photos/{{photo}}", None, everyone(404, customer=204, staff=403),
    ),
    "requests of my shop": (
        "get", "shop-requests", None, everyone(200, customer=404, another=404, staff=404, former=404),
    ),
    "request": (
        "get", REQUEST, None, everyone(404, owner=200, storekeeper=200, accountant=200, rival=200),
    ),
    "decline with a quote": (
        "post", f"{REQUEST}/decline", {"reason": "too_far"},
        everyone(404, owner=409, storekeeper=403, accountant=403, rival=409),
    ),
    "draft quote after the quote": ("get", f"{REQUEST}/draft", None, everyone(404)),
    "send a draft": (
        "post", f"{REQUEST}/draft/send", {},
        everyone(404, owner=422, storekeeper=403, accountant=403, rival=422),
    ),
    "provide a second quote": (
        "post", "shop-quotes/provide-quote", lambda w: {"orderId": str(w.order.pk), "lines": lines(w)},
        everyone(404, owner=409, storekeeper=403, accountant=403, rival=409, outsider=400),
    ),
    "quotes of my shop": (
        "get", "shop-quotes/shop-quotes", None,
        everyone(200, customer=404, another=404, staff=404, former=404),
    ),
    "read a quote": ("get", QUOTE, None, everyone(404, owner=200, storekeeper=200, accountant=200)),
    "revise": (
        "put", QUOTE, lambda w: {"lines": lines(w)},
        everyone(404, owner=200, storekeeper=403, accountant=403),
    ),
    "withdraw": ("delete", QUOTE, None, everyone(404, owner=200, storekeeper=403, accountant=403)),
    "set the photo of an offer": (
        "put", f"{QUOTE}/offers/{{offer}}/photo", photo_body,
        everyone(404, owner=200, storekeeper=403, accountant=403),
    ),
}  # fmt: skip
CASES = [(name, person) for name in TABLE for person in PERSONS]


@pytest.mark.parametrize(("name", "person"), CASES)
def test_endpoint_for_person(world: World, name: str, person: str) -> None:
    """The table says the status; a refusal leaves every row and every stream as it was."""
    method, path, body, expected = TABLE[name]
    before = world.numbers()
    answer = call(world, person, method, path, body)
    assert answer.status_code == expected[person], answer.content[:500]
    if answer.status_code >= 400:
        assert world.numbers() == before
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("person", ["owner", "storekeeper", "rival", "customer", "staff", "former"])
def test_accepted_order_opens_to_its_shop_alone(world: World, person: str) -> None:
    """The address reaches the winner; the loser and who has left get 404."""
    accept(world.order, world.mine)
    answer = call(world, person, "get", ORDER, None)
    seen = person in ("owner", "storekeeper", "customer", "staff")
    assert answer.status_code == (200 if seen else 404)
    if seen:
        shown = {row["quoteId"] for row in answer.json()["quotes"]}
        all_quotes = {str(world.mine.pk), str(world.rivals.pk)}
        assert shown == (all_quotes if person in ("customer", "staff") else {str(world.mine.pk)})


@pytest.mark.parametrize("person", ["owner", "storekeeper", "customer", "staff"])
def test_what_a_shop_sees_of_its_order(world: World, person: str) -> None:
    """Never how many others were asked; the address only while it is the shop's to serve."""
    accept(world.order, world.mine)
    whole = person in ("customer", "staff")
    place = {"latitude": 30.05, "longitude": 31.24, "address": "12 Example Street, third floor"}
    for cancelled in (False, True):
        if cancelled:
            cancel_order(world.order.pk, actor=as_user(world.people["customer"]))
        shown = call(world, person, "get", ORDER, None).json()
        asked = (shown["invitedShops"], shown["searchRadiusKm"])
        assert asked == ((3, 50) if whole else (None, None))
        district = shown["deliveryLocation"].pop("district")
        assert district == world.order.district
        seen = place if whole or not cancelled else dict.fromkeys(place)
        assert shown["deliveryLocation"] == seen


def test_quotes_are_sealed(world: World) -> None:
    """No list, request or quote of a shop carries another's quote."""
    for person in ("owner", "storekeeper", "accountant"):
        for path in ("shop-requests", REQUEST, "shop-quotes/shop-quotes", QUOTE):
            text = call(world, person, "get", path, None).content.decode()
            assert str(world.rivals.pk) not in text
            assert str(world.rivals.shop_id) not in text


def test_status_moves_of_the_shop(world: World) -> None:
    """processing, shipped and delivered by the shop; the customer is refused; a rival gets 404."""
    accept(world.order, world.mine)
    for person, status in (("customer", 403), ("rival", 404), ("accountant", 403), ("storekeeper", 200)):
        answer = call(world, person, "put", ORDER, {"status": "processing"})
        assert answer.status_code == status, (person, answer.json())
    shipped = call(world, "owner", "put", ORDER, {"status": "shipped", "courierName": "Example"})
    assert (shipped.status_code, shipped.json()["status"]) == (200, "shipped")
    wrong = call(world, "owner", "put", ORDER, {"status": "delivered", "code": "x"})
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["field"] == "code"


def test_quotes_of_a_shop_off_the_market_say_so(world: World) -> None:
    """To the customer, who cannot accept them, and to the shop, which cannot quote."""
    address = f"/api/v1/auto-parts-orders/{world.order.pk}"

    def said() -> tuple[dict[str, bool], list[bool]]:
        quotes = api(world.people["customer"]).get(address).json()["quotes"]
        asked = api(world.people["owner"]).get("/api/v1/shop-requests").json()["results"]
        active = {found["shopId"]: found["shopIsActive"] for found in quotes}
        return active, [found["canQuote"] for found in asked]

    assert said() == ({str(world.shop.pk): True, str(world.rivals.shop_id): True}, [True])
    suspend_shop(world.shop.pk, reason="papers", actor=as_user(world.people["staff"]))
    assert said() == ({str(world.shop.pk): False, str(world.rivals.shop_id): True}, [False])
    refused = api(world.people["customer"]).post(f"{address}/accept-quote", {"quoteId": str(world.mine.pk)})
    assert (refused.status_code, refused.json()["code"]) == (409, "shop_not_active")


def test_stored_answer_does_not_keep_the_address_of_a_cancelled_order(world: World) -> None:
    """The same request sent again gets the answer of the first, without what is sealed since."""
    accept(world.order, world.mine)
    owner = api(world.people["owner"])
    address = f"/api/v1/auto-parts-orders/{world.order.pk}"
    sent: dict[str, Any] = {"data": {"status": "processing"}, "headers": {"Idempotency-Key": "k"}}
    first = owner.put(address, **sent).json()
    assert first["deliveryLocation"]["address"]
    assert owner.put(address, **sent).json() == first
    cancel_order(world.order.pk, reason="broken", actor=as_user(world.people["owner"]))
    again = owner.put(address, **sent)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json()["deliveryLocation"] == owner.get(address).json()["deliveryLocation"]
    assert again.json()["deliveryLocation"]["address"] is None


def test_staff_without_a_second_factor_sees_an_order_as_its_shop_does(world: World) -> None:
    """Who is staff and not ready gets what anybody else in the shop gets."""
    accept(world.order, world.mine)
    user = StaffFactory(second_factor=False)
    MemberFactory(shop=world.shop, user=user, role=Role.MANAGER)
    shown = api(user).get(f"/api/v1/auto-parts-orders/{world.order.pk}").json()
    assert (shown["invitedShops"], shown["searchRadiusKm"], len(shown["quotes"])) == (None, None, 1)


def test_who_belongs_to_two_shops_names_one(world: World) -> None:
    """`shopId` is needed then, and another's shop is 404."""
    second = MemberFactory(user=world.people["owner"]).shop
    assert Member.objects.filter(user=world.people["owner"]).count() == 2
    client = api(world.people["owner"])
    unnamed = client.get("/api/v1/shop-requests")
    assert (unnamed.status_code, unnamed.json()["errors"][0]["field"]) == (400, "shopId")
    assert client.get(f"/api/v1/shop-requests?shopId={second.pk}").json()["count"] == 0
    assert client.get(f"/api/v1/shop-requests?shopId={world.shop.pk}").json()["count"] == 1
    for wrong in (world.rivals.shop_id, uuid4(), "x"):
        assert client.get(f"/api/v1/shop-requests?shopId={wrong}").status_code == 404


# Fixed: parallel runs must collect the same names.
UNKNOWN = "91eee147-0cd9-4ba8-b00c-0b63aef003be"


@pytest.mark.parametrize("wrong", ["x", "CL-2026-999999", "' OR 1=1", UNKNOWN, "%00"])
def test_unknown_references_are_404(world: World, wrong: str) -> None:
    """Whatever stands in the address."""
    customer, owner = api(world.people["customer"]), api(world.people["owner"])
    assert customer.get(f"/api/v1/auto-parts-orders/{wrong}").status_code == 404
    assert owner.get(f"/api/v1/shop-requests/{wrong}").status_code == 404
    assert owner.get(f"/api/v1/shop-quotes/{wrong}").status_code == 404
    assert customer.get(f"/api/v1/auto-parts-orders/user/{wrong}").status_code == 404
