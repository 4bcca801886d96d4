"""The fragments at the cart of the till: who buys, what the shop knows of each line, and for whom."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.core.ids import new_id
from inventory.models import Fitment, Hold, InterchangeGroup, Misfit, Part
from inventory.tests.factories import BinFactory, PartFactory, received
from sales.actions.pins import set_pin
from sales.actions.special_orders import take_special_order
from sales.finding import words_of
from sales.models import Customer, CustomerBalance, CustomerVehicle
from sales.receipts.slips import slip_of
from sales.tests.acts import Till, cash
from sales.tests.factories import CustomerFactory
from shops.models import Make, Shop, VehicleModel
from shops.tests.api.people import people
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db

FACTS, CUSTOMERS = "/portal/till/facts", "/portal/till/customers"
SELLERS = {"owner": 200, "manager": 200, "cashier": 200, "storekeeper": 403, "accountant": 403}
OUTSIDE = {"left": 302, "customer": 302, "anonymous": 302}
ALLOWED = {**SELLERS, **OUTSIDE}


@pytest.fixture
def shop() -> Shop:
    return ShopFactory()


@pytest.fixture
def everyone(shop: Shop) -> dict[str, Any]:
    return people(shop)


@pytest.fixture
def clerk(everyone: dict[str, Any]) -> Client:
    return signed_in(everyone["cashier"])


def signed_in(user: Any) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def words(answer: Any) -> str:
    """The text of a fragment, between single spaces."""
    assert answer.status_code in (200, 422), answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).strip()


def facts(clerk: Client, *parts: tuple[Part, int], **vehicle: Any) -> list[str]:
    """What stands at each line of a cart."""
    asked = {"part": [f"{part.pk}:{units}" for part, units in parts], **vehicle}
    found = clerk.get(FACTS, asked).content.decode().split("data-facts=")[1:]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>|^[^>]+>", " ", text)).strip() for text in found]


def held(part: Part, kind: str, quantity: int, number: str, **over: Any) -> Hold:
    document = "quote" if kind == "soft" else "order"
    return Hold.objects.create(
        shop=part.shop, part=part, kind=kind, status="open", quantity=quantity, document_kind=document,
        document_id=new_id(), document_line_id=new_id(), document_number=number, **over,
    )  # fmt: skip


@pytest.mark.parametrize("who", [*ALLOWED, "other shop"])
def test_who_may_ask_at_the_cart(who: str, shop: Shop, everyone: dict[str, Any]) -> None:
    part, customer = (
        PartFactory(shop=shop, on_hand=3),
        CustomerFactory(shop=shop, name="Mona Adel", number="C-X"),
    )
    browser = signed_in(everyone[who])
    lines = browser.get(FACTS, {"part": f"{part.pk}:1"})
    found = browser.get(CUSTOMERS, {"q": "Mona"})
    one = browser.get(CUSTOMERS, {"id": str(customer.pk)})
    status = 200 if who == "other shop" else ALLOWED[who]
    assert [answer.status_code for answer in (lines, found, one)] == [status] * 3
    shown = [b"data-facts" in lines.content, b"Mona Adel" in found.content, b"Mona Adel" in one.content]
    assert shown == [ALLOWED.get(who) == 200] * 3
    made = browser.post(CUSTOMERS, {"phone": "01001234567", "name": "Omar"})
    assert made.status_code == status
    assert Customer.objects.filter(shop=shop).count() == 1 + (ALLOWED.get(who) == 200)


# --- customers ---


def test_customer_is_found_by_name_phone_number_and_plate(shop: Shop, clerk: Client) -> None:
    mona = CustomerFactory(
        shop=shop, name="منى عادل", phone="+201001234567", number="C-000007", customer_class="workshop",
        discount_percent="7.50", credit_limit=1000, tax_number="123-456-789",
    )  # fmt: skip
    CustomerBalance.objects.filter(customer=mona).update(owed=400, credit=25)
    car = CustomerVehicle.objects.create(
        customer=mona, make_name="Hyundai", model_name="Accent", plate="س م 123"
    )
    Customer.objects.filter(pk=mona.pk).update(words=words_of(mona, [car]))
    CustomerFactory(shop=shop, name="Somebody else")
    for text in ("منى", "0100 123 4567", "c-000007", "س م 123"):
        shown = clerk.get(CUSTOMERS, {"q": text}).content.decode()
        assert shown.count("data-customer ") == 1, text
    for piece in ('data-limit="600.00"', 'data-credit="25.00"', 'data-standing="workshop · 7.5 % off"'):
        assert piece in shown, piece
    assert "Hyundai" in shown
    CustomerFactory(shop=shop, name="Erased", erased_at=timezone.now())
    assert "Nobody is found." in words(clerk.get(CUSTOMERS, {"q": "Erased"}))


def test_who_may_not_buy_on_account_has_no_limit_left(shop: Shop, clerk: Client) -> None:
    row = CustomerFactory(shop=shop, credit_limit=1000, status="suspended")
    shown = clerk.get(CUSTOMERS, {"id": str(row.pk)}).content.decode()
    assert 'data-limit=""' in shown
    assert 'data-standing="suspended"' in shown
    assert "data-customer " not in clerk.get(CUSTOMERS, {"id": "x"}).content.decode()


def test_new_customer_needs_a_phone_and_is_made_once(shop: Shop, clerk: Client) -> None:
    assert "This field is required." in words(clerk.post(CUSTOMERS, {"name": "Omar"}))
    assert "Enter a phone number" in words(clerk.post(CUSTOMERS, {"phone": "12", "name": "Omar"}))
    assert Customer.objects.count() == 0
    for _again in range(2):
        answer = clerk.post(CUSTOMERS, {"phone": "0100 123 4567", "name": "Omar"})
        assert answer.content.decode().count("data-customer ") == 1
    assert list(Customer.objects.values_list("name", "phone")) == [("Omar", "+201001234567")]


def test_what_was_typed_begins_the_form_for_somebody_new(clerk: Client) -> None:
    assert 'name="phone" value="01001234567"' in clerk.get(CUSTOMERS, {"q": "01001234567"}).content.decode()
    assert 'name="name" value="Omar"' in clerk.get(CUSTOMERS, {"q": "Omar"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_picker_asks_as_often_for_one_as_for_three(shop: Shop, clerk: Client, count: int) -> None:
    for _n in range(count):
        row = CustomerFactory(shop=shop, name="Mona")
        CustomerVehicle.objects.create(customer=row, make_name="Kia")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        clerk.get(CUSTOMERS, {"q": "Mona"})
    assert len(asked) == 8


# --- lines ---


def fitting(part: Part, make: Make, model: VehicleModel | None = None, **more: Any) -> Fitment:
    return Fitment.objects.create(shop=part.shop, part=part, make=make, model=model, **more)


def test_lines_say_what_fits(shop: Shop, clerk: Client) -> None:
    make, other = Make.objects.create(name="Testmake"), Make.objects.create(name="Othermake")
    model = VehicleModel.objects.create(make=make, name="Runner")
    sister = VehicleModel.objects.create(make=make, name="Walker")
    parts = [PartFactory(shop=shop, on_hand=1) for _n in range(6)]
    exact, whole_make, of_sister, foreign, _unsaid, universal = parts
    fitting(exact, make, model, year_from=2011, year_to=2016, position="front", engine="1.6")
    fitting(whole_make, make)
    fitting(of_sister, make, sister)
    fitting(foreign, other)
    Part.objects.filter(pk=universal.pk).update(is_universal=True)
    cart = [(part, 1) for part in parts]

    def answers(**vehicle: Any) -> list[str]:
        said = "\n".join(facts(clerk, *cart, **vehicle))
        return re.findall("^(fits|does not fit|fit not known|)", said, re.MULTILINE)

    yes, no, unknown = "fits", "does not fit", "fit not known"
    assert answers() == [""] * 6
    assert answers(make="testmake", model="RUNNER", year="2012") == [yes, yes, no, no, unknown, yes]
    assert answers(make="testmake", model="runner", year="2017") == [no, yes, no, no, unknown, yes]
    # What the clerk leaves open is not known, and neither is a model that no list has.
    assert answers(make="testmake", model="runner") == [unknown, yes, no, no, unknown, yes]
    assert answers(make="testmake", year="2012") == [unknown, yes, unknown, no, unknown, yes]
    assert answers(make="testmake", model="nolist", year="2012") == [unknown, yes, unknown, no, unknown, yes]
    assert answers(make="nolist", model="runner") == [unknown] * 5 + [yes]
    Misfit.objects.create(
        shop=shop, part=exact, part_name="Pads", part_key=exact.number_key, make=make, model=model, year=2012,
        quantity=2, document_kind="sale_return", document_id=new_id(),
    )  # fmt: skip
    said = facts(clerk, (exact, 1), make="testmake", model="runner", year="2012")
    assert said == [
        "fits 1.6 , front 2 came back from such a vehicle 1 on hand, 1 available without a bin × 1"
    ]


def test_line_says_where_it_lies_and_what_else_would_do(shop: Shop, clerk: Client) -> None:
    here, there = BinFactory(shop=shop, code="A-03"), BinFactory(shop=shop, code="B-01")
    pads = PartFactory(shop=shop, number="58101", core_charge=150)
    received(pads, 2, Decimal(500), bin_id=here.pk)
    received(pads, 5, Decimal(500), bin_id=there.pk)
    alike = PartFactory(shop=shop, number="GDB1", brand="TRW", on_hand=3)
    empty = PartFactory(shop=shop, number="GDB2", brand="TRW")
    newer = PartFactory(shop=shop, number="58102", brand="Mobis", on_hand=1)
    Part.objects.filter(pk__in=[pads.pk, alike.pk, empty.pk]).update(
        interchange=InterchangeGroup.objects.create(shop=shop)
    )
    Part.objects.filter(pk=pads.pk).update(superseded_by=newer)
    assert facts(clerk, (pads, 1)) == [
        "7 on hand, 7 available B-01 × 5 A-03 × 2 core charge EGP 150.00 "
        "replaced by 58102 Mobis × 1 or GDB1 TRW × 3"
    ]


def test_line_that_is_short_names_what_is_held_and_offers_what_a_quote_holds(
    shop: Shop, clerk: Client
) -> None:
    pads = PartFactory(shop=shop, on_hand=5)
    quote = held(pads, "soft", 2, "Q-1", expires_at=timezone.now() + timedelta(hours=1))
    held(pads, "soft", 9, "Q-0", expires_at=timezone.now() - timedelta(seconds=1))
    held(pads, "hard", 1, "CL-7")
    assert facts(clerk, (pads, 2)) == ["5 on hand, 2 available without a bin × 5"]
    assert facts(clerk, (pads, 3)) == [
        "5 on hand, 2 available without a bin × 5 3 wanted, 2 available. 1 kept for order CL-7. "
        "2 held for quote Q-1. Take it"
    ]
    shown = clerk.get(FACTS, {"part": f"{pads.pk}:3"}).content.decode()
    assert f'data-take-hold="{quote.pk}" data-units="3"' in shown
    assert shown.count("data-take-hold") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_facts_ask_as_often_for_one_line_as_for_three(shop: Shop, clerk: Client, count: int) -> None:
    make, group = Make.objects.create(name="Testmake"), InterchangeGroup.objects.create(shop=shop)
    parts = [PartFactory(shop=shop, on_hand=2, interchange=group) for _n in range(count)]
    for part in parts:
        fitting(part, make)
        held(part, "hard", 1, "CL-7")
    foreign = PartFactory(on_hand=1)
    asked = {"part": [*(f"{part.pk}:2" for part in [*parts, foreign]), "x"], "make": "Testmake"}
    with CaptureQueriesContext(connection) as queries:
        answer = clerk.get(FACTS, asked)
    assert answer.content.decode().count("data-facts") == count
    assert len(queries) == 16


# --- what is not there ---


@pytest.mark.parametrize("who", [*OUTSIDE, *SELLERS, "other shop"])
def test_slip_of_a_special_order_is_for_who_sees_sales(
    who: str, shop: Shop, everyone: dict[str, Any]
) -> None:
    till = Till(shop)
    order = take_special_order(
        shop.pk, customer_id=CustomerFactory(shop=shop, name="Mona").pk, description="Clutch kit", quantity=2,
        unit_price=Decimal(300), deposit=Decimal(100), payments=[cash()], register_id=till.register.pk,
        actor=till.actor,
    )  # fmt: skip
    expected = {**dict.fromkeys(SELLERS, 200), "storekeeper": 403, **OUTSIDE, "other shop": 404}
    answer = signed_in(everyone[who]).get(f"/portal/till/special-orders/{order.pk}/slip")
    assert answer.status_code == expected[who]
    assert answer.content.startswith(b"%PDF") == (expected[who] == 200)


def test_slip_says_what_is_paid_and_what_is_left(shop: Shop) -> None:
    till = Till(shop)
    order = take_special_order(
        shop.pk, customer_id=CustomerFactory(shop=shop, name="Mona", phone="+201001234567").pk,
        description="Clutch kit", quantity=2, unit_price=Decimal(300), deposit=Decimal(100),
        payments=[cash()], register_id=till.register.pk, note="blue car", actor=till.actor,
    )  # fmt: skip
    slip = slip_of(order)
    assert [(row.words, row.amount) for row in slip.blocks[0].sums] == [
        ("Deposit", "EGP\xa0100.00"),
        ("To pay on collection", "EGP\xa0500.00"),
    ]
    assert slip.facts[1:] == [("Customer", "Mona"), ("Phone", "+201001234567"), ("Note", "blue car")]
    assert [(row.words, row.amount) for row in slip.payments] == [("Cash", "EGP\xa0100.00")]


def test_search_that_found_nothing_offers_to_note_it(shop: Shop, clerk: Client) -> None:
    PartFactory(shop=shop, number="58101")
    for asked in ({"q": "zzz-9"}, {"q": "zzz-9", "scan": "1"}):
        shown = clerk.get("/portal/till/find", asked).content.decode()
        assert [shown.count(name) for name in ("data-lose", "data-order", "data-take")] == [1, 1, 0]
    assert "data-lose" not in clerk.get("/portal/till/find", {"q": "58101"}).content.decode()


# --- who sells ---


def test_till_locks_only_where_somebody_has_a_pin(shop: Shop) -> None:
    till = Till(shop, lock_minutes=7)
    browser = signed_in(till.cashier.user)
    assert 'data-lock="0"' in browser.get("/portal/till").content.decode()
    set_pin(till.cashier.pk, shop_id=shop.pk, pin="2468", actor=till.actor)
    shown = browser.get("/portal/till").content.decode()
    assert 'data-lock="7"' in shown
    assert f'data-user="{till.cashier.user}"' in shown
