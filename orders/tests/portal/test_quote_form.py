"""The quote form: filled, summed by the server, sent once, kept when refused."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from clutch.feed.actor import Actor
from orders.actions.drafts import make_draft
from orders.actions.quotes import update_quote
from orders.enums import OrderStatus, QuoteStatus
from orders.models import Invitation, Order, Quote, QuoteLine
from orders.portal.wording import plain_digits
from orders.tests.factories import InvitationFactory, OrderFactory, OrderLineFactory, QuoteFactory
from orders.tests.portal.conftest import People
from orders.tests.portal.forms import lines_of, quote_form, revision_form
from shops.enums import Role
from shops.models import Shop
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def request_(people: People) -> Order:
    """An open request for two parts, three of the second."""
    order: Order = OrderFactory(status=OrderStatus.SUBMITTED, parts=0)
    OrderLineFactory(order=order, position=0)
    OrderLineFactory(order=order, position=1, name="Oil filter", part_number="", quantity=3)
    InvitationFactory(order=order, shop=people.shop)
    return order


@pytest.fixture
def standing(people: People, request_: Order) -> Quote:
    """The shop's quote that stands: every part at 850.00, delivery 50.00."""
    quote: Quote = QuoteFactory(order=request_, shop=people.shop)
    return quote


def path(order: Order) -> str:
    return f"/portal/requests/{order.number}"


def png() -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(file, "PNG")
    return SimpleUploadedFile("part.png", file.getvalue(), "image/png")


# --- filling ---------------------------------------------------------------------------------------


def test_form_is_filled_from_the_draft_with_the_source_of_each_price(
    owner: Client, people: People, request_: Order
) -> None:
    former = QuoteFactory(shop=people.shop, unit_price=Decimal("820.00"), status=QuoteStatus.LOST)
    make_draft(request_.invitations.get().pk, actor=Actor.beat())
    response = owner.get(path(request_))
    first, second = response.context["sheet"].parts
    assert first.offers[0]["unit_price"].value() == "820.00"
    assert first.offers[0]["brand"].value() == "Example"
    assert former.order.number in first.offers[0].source
    assert (second.offers[0]["unit_price"].value(), second.offers[0].source) == ("", "")
    assert response.context["sums"].total_price == Decimal("870.00")


def test_form_without_a_draft_begins_with_the_estimate(owner: Client, request_: Order) -> None:
    sheet = owner.get(path(request_)).context["sheet"]
    assert sheet.head["estimated_delivery_minutes"].value() == 38
    assert [len(part.offers) for part in sheet.parts] == [1, 1]


def test_sent_quote_is_shown_and_changed_from_what_was_sent(owner: Client, standing: Quote) -> None:
    shown = owner.get(path(standing.order))
    assert shown.context["sheet"] is None
    sheet = owner.get(f"{path(standing.order)}?edit=1").context["sheet"]
    assert [part.offers[0]["unit_price"].value() for part in sheet.parts] == ["850.00", "850.00"]
    ids = {str(part.offers[0]["offer_id"].value()) for part in sheet.parts}
    assert ids == {str(pk) for pk in standing.lines.values_list("pk", flat=True)}


def test_role_that_does_not_quote_sees_the_request_without_the_form(
    people: People, as_user: Any, request_: Order
) -> None:
    response = as_user(people[Role.STOREKEEPER]).get(path(request_))
    assert response.context["sheet"] is None
    assert "does not send quotes" in response.content.decode()


# --- sending ---------------------------------------------------------------------------------------


def test_quote_is_sent_with_sums_of_the_server(owner: Client, people: People, request_: Order) -> None:
    form = quote_form(request_, people.shop, price="100.00", total_price="1.00")
    response = owner.post(path(request_), form)
    assert response["Location"] == path(request_)
    quote = Quote.objects.get(order=request_)
    # 1 × 100 + 3 × 100 + 50
    assert (quote.total_price, quote.delivery_fee, quote.sent_by) == (
        Decimal(450),
        Decimal(50),
        people["owner"],
    )


def test_several_offers_for_a_part_the_preferred_counts(
    owner: Client, people: People, request_: Order
) -> None:
    first, second = lines_of(request_)
    form = quote_form(
        request_,
        people.shop,
        offer=[f"{first.pk}:aaaaaa", f"{first.pk}:bbbbbb", f"{second.pk}:offer1"],
        **{
            "offer-aaaaaa-unit_price": "900",
            "offer-aaaaaa-part_type": "genuine",
            "offer-bbbbbb-unit_price": "400",
            "offer-bbbbbb-part_type": "aftermarket",
            "offer-bbbbbb-brand": "Brembo",
            "offer-bbbbbb-core_charge": "25",
            f"preferred-{first.pk}": "bbbbbb",
        },
    )
    owner.post(path(request_), form)
    quote = Quote.objects.get(order=request_)
    offers = list(
        quote.lines.order_by("position").values_list("unit_price", "preferred", "part_type", "brand")
    )
    assert offers == [
        (Decimal(900), False, "genuine", ""),
        (Decimal(400), True, "aftermarket", "Brembo"),
        (Decimal(100), True, "", ""),
    ]
    # 400 + 3 × 100 + 50 + core charge 25
    assert (quote.total_price, quote.core_charges) == (Decimal(775), Decimal(25))


def test_missing_part_is_sent_without_its_price(owner: Client, people: People, request_: Order) -> None:
    second = lines_of(request_)[1]
    owner.post(path(request_), quote_form(request_, people.shop, missing=[str(second.pk)]))
    quote = Quote.objects.get(order=request_)
    assert (quote.available_parts, quote.missing_parts, quote.total_price) == (1, 1, Decimal(150))
    assert QuoteLine.objects.get(line=second).available is False


def test_double_submit_sends_one_quote(owner: Client, people: People, request_: Order) -> None:
    form = quote_form(request_, people.shop, idempotency_key=str(uuid4()))
    answers = [owner.post(path(request_), form) for _time in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, path(request_))] * 2
    assert Quote.objects.filter(order=request_).count() == 1


def test_second_quote_of_a_colleague_is_refused_and_what_was_typed_stays(
    people: People, as_user: Any, request_: Order
) -> None:
    colleagues = [as_user(people[role]) for role in (Role.OWNER, Role.CASHIER)]
    colleagues[0].post(path(request_), quote_form(request_, people.shop, price="100"))
    response = colleagues[1].post(
        path(request_), quote_form(request_, people.shop, price="777", notes="late")
    )
    assert response.status_code == 409
    assert "already sent a quote" in response.content.decode()
    assert response.context["sheet"].parts[0].offers[0]["unit_price"].value() == "777"
    assert response.context["sheet"].head["notes"].value() == "late"
    assert Quote.objects.get(order=request_).total_price == Decimal(450)


def test_htmx_gets_the_form_back_or_the_next_page(owner: Client, people: People, request_: Order) -> None:
    refused = owner.post(path(request_), quote_form(request_, people.shop, price="-1"), headers=HTMX)
    assert (refused.status_code, "<html" in refused.content.decode()) == (422, False)
    sent = owner.post(path(request_), quote_form(request_, people.shop), headers=HTMX)
    assert (sent.status_code, sent["HX-Redirect"]) == (200, path(request_))


def test_photo_goes_with_its_offer(
    owner: Client, people: People, request_: Order, settings: Any, tmp_path: Any
) -> None:
    settings.PRIVATE_ROOT = tmp_path
    photos: dict[str, Any] = {"offer-offer1-photo": png()}
    form = quote_form(request_, people.shop, **photos)
    owner.post(path(request_), form)
    offers = list(QuoteLine.objects.filter(quote__order=request_).order_by("position"))
    assert [bool(offer.photo) for offer in offers] == [False, True]
    photo = owner.get(f"/portal/photos/offer/{offers[1].pk}")
    assert (photo.status_code, photo["X-Content-Type-Options"]) == (200, "nosniff")
    assert photo.content[:3] == b"\xff\xd8\xff"


# --- bad input ---------------------------------------------------------------------------------------


BAD_PRICES = ["", "-1", "abc", "1.005", "NaN", "Infinity", "1e9", "9" * 21, "100000000"]


@pytest.mark.parametrize("price", BAD_PRICES)
def test_price_that_is_none_is_refused_at_its_field(
    owner: Client, people: People, request_: Order, price: str
) -> None:
    form = quote_form(request_, people.shop, **{"offer-offer0-unit_price": price})
    response = owner.post(path(request_), form)
    first, second = response.context["sheet"].parts
    assert (response.status_code, list(first.offers[0].errors), list(second.offers[0].errors)) == (
        422,
        ["unit_price"],
        [],
    )
    assert first.offers[0]["unit_price"].value() == price
    assert not Quote.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("offer-offer0-brand", "x" * 81),
        ("offer-offer0-brand", "a\x07b"),
        ("offer-offer0-part_type", "nonsense"),
        ("offer-offer0-lead_time_minutes", "-1"),
        ("offer-offer0-core_charge", "-1"),
        ("offer-offer0-offer_id", "nonsense"),
        ("delivery_fee", "-1"),
        ("estimated_delivery_minutes", "0"),
        ("estimated_delivery_minutes", ""),
        ("estimated_delivery_minutes", "99999999"),
        ("notes", "x" * 1001),
    ],
)
def test_field_with_bad_input_is_refused_and_nothing_is_written(
    owner: Client, people: People, request_: Order, field: str, value: str
) -> None:
    response = owner.post(path(request_), quote_form(request_, people.shop, **{field: value}))
    sheet = response.context["sheet"]
    errors = {*sheet.head.errors, *(f"offer-offer0-{name}" for name in sheet.parts[0].offers[0].errors)}
    assert (response.status_code, errors) == (422, {field})
    assert not Quote.objects.exists()


def test_file_that_is_no_photo_is_refused_at_its_field(
    owner: Client, people: People, request_: Order
) -> None:
    fake: dict[str, Any] = {"offer-offer0-photo": SimpleUploadedFile("part.png", b"no image", "image/png")}
    response = owner.post(path(request_), quote_form(request_, people.shop, **fake))
    assert list(response.context["sheet"].parts[0].offers[0].errors) == ["photo"]
    assert not Quote.objects.exists()


def test_everything_missing_is_no_quote(owner: Client, people: People, request_: Order) -> None:
    missing = [str(line.pk) for line in lines_of(request_)]
    response = owner.post(path(request_), quote_form(request_, people.shop, missing=missing))
    assert (response.status_code, len(response.context["sheet"].errors)) == (422, 1)
    assert not Quote.objects.exists()


def test_rows_of_foreign_parts_and_of_strange_keys_are_not_taken(
    owner: Client, people: People, request_: Order
) -> None:
    foreign = OrderFactory(status=OrderStatus.SUBMITTED, parts=1).lines.get()
    form = quote_form(request_, people.shop)
    form["offer"] += [f"{foreign.pk}:aaaaaa", f"{lines_of(request_)[0].pk}:<b>", "nonsense"]
    form["offer-aaaaaa-unit_price"] = "5"
    owner.post(path(request_), form)
    assert Quote.objects.get().lines.count() == 2


def test_empty_body_is_refused_at_the_fields(owner: Client, request_: Order) -> None:
    response = owner.post(path(request_), {})
    assert response.status_code == 422
    assert not Quote.objects.exists()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("٨٥٠٫٥٠", "850.50"),
        ("۸۵۰", "850"),
        ("1,250.50", "1250.50"),
        ("1,250", "1250"),
        ("12,5", "12.5"),
        ("850", "850"),
    ],
)
def test_prices_are_read_as_people_here_type_them(typed: str, read: str) -> None:
    assert plain_digits(typed) == read


# --- what has changed meanwhile ----------------------------------------------------------------------


def test_amended_request_keeps_what_was_typed_beside_the_parts_as_they_are_now(
    owner: Client, people: People, request_: Order
) -> None:
    form = quote_form(request_, people.shop, price="123.00")
    OrderLineFactory(order=request_, position=2, name="Horn", part_number="")
    Order.objects.filter(pk=request_.pk).update(revision=2)
    response = owner.post(path(request_), {**form, "missing": []})
    # The new part has no price yet, so the form itself is refused first; with one, the act refuses.
    horn = lines_of(request_)[2]
    form["offer"].append(f"{horn.pk}:offer2")
    response = owner.post(path(request_), {**form, "offer-offer2-unit_price": "9"})
    assert (response.status_code, response.context["shown_revision"]) == (409, 2)
    assert response.context["sheet"].parts[0].offers[0]["unit_price"].value() == "123.00"
    assert not Quote.objects.exists()
    again = {**form, "offer-offer2-unit_price": "9", "revision": "2"}
    assert owner.post(path(request_), again).status_code == 302
    assert Quote.objects.get().answers_revision == 2


@pytest.mark.parametrize(
    ("happened", "said"),
    [("closed", "is over"), ("cancelled", "cancelled"), ("accepted", "accepted")],
)
def test_request_that_is_over_is_explained(
    owner: Client, people: People, request_: Order, happened: str, said: str
) -> None:
    form = quote_form(request_, people.shop)
    past = timezone.now() - timedelta(minutes=1)
    if happened == "closed":
        Order.objects.filter(pk=request_.pk).update(quotes_close_at=past)
        Invitation.objects.update(deadline=past)
    elif happened == "cancelled":
        Order.objects.filter(pk=request_.pk).update(status=OrderStatus.CANCELLED)
    else:
        taken = QuoteFactory(order=request_, status=QuoteStatus.ACCEPTED)
        Order.objects.filter(pk=request_.pk).update(
            status=OrderStatus.ACCEPTED, selected_quote=taken, shop=taken.shop, total=taken.total_price
        )
    response = owner.post(path(request_), form)
    assert response.status_code == 409
    assert said in response.context["conflict"]
    assert not Quote.objects.filter(shop=people.shop).exists()


def test_shop_that_is_not_active_is_told_so(owner: Client, people: People, request_: Order) -> None:
    Shop.objects.filter(pk=people.shop.pk).update(status="suspended")
    response = owner.post(path(request_), quote_form(request_, people.shop))
    assert (response.status_code, response.context["conflict"]) == (409, "Only an active shop can quote.")
    assert not Quote.objects.exists()


# --- revising and withdrawing --------------------------------------------------------------------------


def test_quote_is_revised_in_place(owner: Client, standing: Quote) -> None:
    response = owner.post(path(standing.order), revision_form(standing, price="700.00"))
    assert response.status_code == 302
    standing.refresh_from_db()
    # 1 × 700 + 3 × 700 + 50
    assert (standing.status, standing.revision, standing.total_price) == ("updated", 2, Decimal(2850))
    assert Quote.objects.count() == 1


def test_two_clerks_revise_at_once_the_second_is_told(people: People, as_user: Any, standing: Quote) -> None:
    form = revision_form(standing, price="700.00")
    actor = Actor.user(MemberFactory(shop=people.shop, role=Role.MANAGER).user, "portal")
    lines: list[Any] = [
        {"part_id": line.pk, "available": True, "unit_price": Decimal(600)}
        for line in lines_of(standing.order)
    ]
    update_quote(standing.pk, lines=lines, actor=actor)
    response = as_user(people[Role.CASHIER]).post(path(standing.order), form)
    assert (response.status_code, "in the meantime" in response.context["conflict"]) == (409, True)
    standing.refresh_from_db()
    assert standing.total_price == Decimal(2450)


def test_quote_of_another_shop_cannot_be_named(owner: Client, people: People, request_: Order) -> None:
    theirs = QuoteFactory(order=request_, shop=people.other_shop)
    owner.post(path(request_), quote_form(request_, people.shop, quote=str(theirs.pk), version="1"))
    theirs.refresh_from_db()
    assert (theirs.status, theirs.revision) == ("submitted", 1)


def test_withdrawing_says_why_and_opens_the_form_again(owner: Client, standing: Quote) -> None:
    response = owner.post(f"{path(standing.order)}/withdraw", {"reason": "Sold out"})
    assert response.status_code == 302
    standing.refresh_from_db()
    assert (standing.status, standing.withdraw_reason) == ("withdrawn", "Sold out")
    assert "Quote again" in owner.get(path(standing.order)).content.decode()
    again = owner.get(f"{path(standing.order)}?edit=1").context["sheet"]
    assert [part.offers[0]["offer_id"].value() for part in again.parts] == [None, None]


def test_withdrawing_needs_a_reason_and_a_quote_that_stands(owner: Client, standing: Quote) -> None:
    empty = owner.post(f"{path(standing.order)}/withdraw", {"reason": " "})
    assert list(empty.context["form"].errors) == ["reason"]
    Quote.objects.filter(pk=standing.pk).update(status=QuoteStatus.ACCEPTED)
    late = owner.post(f"{path(standing.order)}/withdraw", {"reason": "Sold out"})
    assert "The customer has accepted this quote." in late.content.decode()
    standing.refresh_from_db()
    assert standing.status == "accepted"


# --- the total, one more row -----------------------------------------------------------------------------


def test_total_is_what_would_be_sent(owner: Client, people: People, request_: Order) -> None:
    form = quote_form(request_, people.shop, price="333.33", **{"offer-offer1-core_charge": "10"})
    total = owner.post(f"{path(request_)}/total", form).context["sums"]
    owner.post(path(request_), form)
    quote = Quote.objects.get()
    assert (total.total_price, total.core_charges) == (quote.total_price, quote.core_charges)


@pytest.mark.parametrize("price", ["", "12a", "-3", "NaN"])
def test_total_counts_what_can_be_read(owner: Client, people: People, request_: Order, price: str) -> None:
    form = quote_form(
        request_, people.shop, price="100", **{"offer-offer0-unit_price": price, "delivery_fee": "x"}
    )
    sums = owner.post(f"{path(request_)}/total", form).context["sums"]
    assert (sums.total_price, sums.missing_parts) == (Decimal(300), 1)
    assert not Quote.objects.exists()


def test_new_row_is_for_parts_of_this_request_only(owner: Client, request_: Order) -> None:
    line = lines_of(request_)[0]
    rows = [owner.get(f"{path(request_)}/parts/{line.pk}/offer").context["offer"].key for _n in range(2)]
    assert rows[0] != rows[1]
    foreign = OrderFactory(parts=1).lines.get()
    assert owner.get(f"{path(request_)}/parts/{foreign.pk}/offer").status_code == 404


def test_state_says_that_the_page_is_behind(owner: Client, standing: Quote) -> None:
    order = standing.order
    same = owner.get(
        f"{path(order)}/state?revision=1&quote={standing.pk}.{standing.version}"
    ).content.decode()
    other = owner.get(f"{path(order)}/state?revision=1&quote=").content.decode()
    Order.objects.filter(pk=order.pk).update(revision=2)
    amended = owner.get(f"{path(order)}/state?revision=1&quote=").content.decode()
    assert ["colleague" in same, "colleague" in other] == [False, True]
    assert "has changed the request" in amended


def test_first_look_is_noted_once(owner: Client, request_: Order) -> None:
    owner.get(path(request_))
    assert request_.invitations.get().seen_at is None
    assert owner.post(f"{path(request_)}/seen").status_code == 204
    seen = request_.invitations.get().seen_at
    owner.post(f"{path(request_)}/seen")
    assert request_.invitations.get().seen_at == seen is not None
