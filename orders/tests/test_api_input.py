"""What the API refuses, at which field, and that nothing half-written is left."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clutch.accounts.tests.factories import UserFactory
from clutch.core.models import NumberSeries
from clutch.feed.models import StreamEntry
from orders.models import LinePhoto, Order, OrderLine, Quote, QuoteLine
from orders.models.order import MAX_PHOTOS
from orders.tests.acts import BODY, api, ask, quote, quote_body
from orders.tests.pictures import jpeg
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db
PART = BODY["parts"][0]


def place(**changes: Any) -> dict[str, Any]:
    return {"deliveryLocation": {**BODY["deliveryLocation"], **changes}}


def part(**changes: Any) -> dict[str, Any]:
    return {"parts": [{**PART, **changes}]}


ORDERS: list[tuple[dict[str, Any], str]] = [
    ({"vehicle": None}, "vehicle"),
    ({"vehicle": {"model": "Accent"}}, "vehicle.make"),
    ({"vehicle": {"make": "Kia", "year": "new"}}, "vehicle.year"),
    ({"vehicle": {"make": "Kia", "colour": "red"}}, "vehicle.colour"),
    ({"vehicle": {"make": "Ki\u0000a"}}, "vehicle.make"),
    ({"vehicle": {"make": "Kia", "vin": "A" * 18}}, "vehicle.vin"),
    (place(latitude=91), "deliveryLocation.latitude"),
    (place(latitude="NaN"), "deliveryLocation.latitude"),
    (place(latitude=True), "deliveryLocation.latitude"),
    (place(longitude=-181), "deliveryLocation.longitude"),
    (place(longitude=None), "deliveryLocation.longitude"),
    (place(address=""), "deliveryLocation.address"),
    (place(address="x" * 301), "deliveryLocation.address"),
    (place(address="a\nb"), "deliveryLocation.address"),
    ({"parts": []}, "parts"),
    ({"parts": "pads"}, "parts"),
    ({"parts": [PART] * 51}, "parts"),
    (part(quantity=0), "parts.0.quantity"),
    (part(quantity=-1), "parts.0.quantity"),
    (part(quantity=1000), "parts.0.quantity"),
    (part(quantity=1.5), "parts.0.quantity"),
    (part(quantity="many"), "parts.0.quantity"),
    (part(name=" "), "parts.0.name"),
    (part(name="x" * 121), "parts.0.name"),
    (part(partNumber="x" * 61), "parts.0.partNumber"),
    (part(notes="x" * 501), "parts.0.notes"),
    (part(part_number="58101"), "parts.0.part_number"),
    ({"paymentMethod": "cheque"}, "paymentMethod"),
    ({"urgency": "now"}, "urgency"),
    ({"requestId": "1"}, "requestId"),
    ({"status": "accepted"}, "status"),
    ({"delivery_location": BODY["deliveryLocation"]}, "delivery_location"),
]


@pytest.mark.parametrize(("changes", "field"), ORDERS)
def test_bad_request(changes: dict[str, Any], field: str) -> None:
    """400 with a message at the field, and no row, no number, no event."""
    MemberFactory()
    answer = api(UserFactory()).post("/api/v1/auto-parts-orders", {**BODY, **changes})
    assert answer.status_code == 400, answer.json()
    assert field in {error["field"] for error in answer.json()["errors"]}
    for table in (Order, OrderLine, NumberSeries, StreamEntry):
        assert not table.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ('{"vehicle": NaN}', "application/json", 400),
        ('{"draft": true, "draft": false}', "application/json", 400),
        ("[]", "application/json", 400),
        ("vehicle=Kia", "application/x-www-form-urlencoded", 415),
        ("<order/>", "application/xml", 415),
        ('{"notes": "' + "x" * 1_100_000 + '"}', "application/json", 413),
    ],
)
def test_bad_body(body: str, content_type: str, status: int) -> None:
    """Broken JSON, another type, too much of it."""
    answer = api(UserFactory()).post("/api/v1/auto-parts-orders", data=body, content_type=content_type)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert not Order.objects.exists()


def offer(**changes: Any) -> dict[str, Any]:
    return {"line": changes}


QUOTES: list[tuple[dict[str, Any], str]] = [
    ({"lines": []}, "lines"),
    ({"lines": None}, "lines"),
    (offer(unitPrice="-1"), "lines.0.unitPrice"),
    (offer(unitPrice="1.001"), "lines.0.unitPrice"),
    (offer(unitPrice="NaN"), "lines.0.unitPrice"),
    (offer(unitPrice="Infinity"), "lines.0.unitPrice"),
    (offer(unitPrice="1e30"), "lines.0.unitPrice"),
    (offer(unitPrice="9" * 50), "lines.0.unitPrice"),
    (offer(unitPrice="ten"), "lines.0.unitPrice"),
    (offer(unitPrice=None), "lines.0.unitPrice"),
    (offer(available=False), "lines.0.unitPrice"),
    (offer(available=False, unitPrice=None), "lines"),
    (offer(available="perhaps"), "lines.0.available"),
    (offer(coreCharge="-5"), "lines.0.coreCharge"),
    (offer(partId="01a203da-0000-7000-8000-000000000000"), "lines.0.partId"),
    (offer(partId="x"), "lines.0.partId"),
    (offer(partType="new"), "lines.0.partType"),
    (offer(brand="x" * 81), "lines.0.brand"),
    (offer(warranty="a\u0007"), "lines.0.warranty"),
    (offer(leadTimeMinutes=-1), "lines.0.leadTimeMinutes"),
    (offer(total="1"), "lines.0.total"),
    ({"deliveryFee": "-0.01"}, "deliveryFee"),
    ({"deliveryFee": "0.001"}, "deliveryFee"),
    ({"estimatedDeliveryMinutes": 0}, "estimatedDeliveryMinutes"),
    ({"notes": "x" * 1001}, "notes"),
    ({"expiresAt": "2001-01-01T00:00:00Z"}, "expiresAt"),
    ({"expiresAt": "tomorrow"}, "expiresAt"),
    ({"totalPrice": "1.00"}, "totalPrice"),
    ({"orderId": "CL-1999-000001"}, "orderId"),
    ({"orderId": "x" * 41}, "orderId"),
]


@pytest.mark.parametrize(("changes", "field"), QUOTES)
def test_bad_quote(changes: dict[str, Any], field: str) -> None:
    """400 with a message at the field; sums of the client are refused like every unknown key."""
    member, customer = MemberFactory(), UserFactory()
    order = api(customer).post("/api/v1/auto-parts-orders", BODY).json()
    body = quote_body(order)
    if "line" in changes:
        body["lines"][0].update(changes["line"])
    else:
        body.update(changes)
    before = StreamEntry.objects.count()
    answer = api(member.user).post("/api/v1/shop-quotes/provide-quote", body)
    assert answer.status_code == 400, answer.json()
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert not Quote.objects.exists()
    assert not QuoteLine.objects.exists()
    assert StreamEntry.objects.count() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "quoted"}, "status"),
        ({"status": "accepted"}, "status"),
        ({"status": "cancelled", "code": "1"}, "code"),
        ({"status": "submitted", "reason": "x"}, "reason"),
        ({"status": "cancelled", "reason": "x" * 301}, "reason"),
        ({"status": "cancelled", "parts": []}, "parts"),
        ({"paymentStatus": "paid"}, "paymentStatus"),
        ({"total": "1.00"}, "total"),
    ],
)
def test_bad_update(body: dict[str, Any], field: str) -> None:
    """A status takes only what belongs to it, and sums and payments are nobody's to write."""
    customer = UserFactory()
    order = ask(customer)
    answer = api(customer).put(f"/api/v1/auto-parts-orders/{order.pk}", body)
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}
    order.refresh_from_db()
    assert order.status == "submitted"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=unknown", "status"),
        ("createdAfter=yesterday", "createdAfter"),
        ("ordering=password", "ordering"),
        ("requestId=1", "requestId"),
    ],
)
def test_bad_filter(query: str, field: str) -> None:
    """A filter that means nothing is an error rather than everything."""
    customer = UserFactory()
    answer = api(customer).get(f"/api/v1/auto-parts-orders/user/{customer.pk}?{query}")
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {field}


def upload(order: Order, content: bytes, name: str = "p.jpg") -> Any:
    """A photo of the first part."""
    line = order.lines.first()
    assert line is not None
    return api(order.customer).post(
        f"/api/v1/auto-parts-orders/{order.pk}/parts/{line.pk}/photos",
        {"photo": SimpleUploadedFile(name, content, "image/jpeg")},
        format="multipart",
    )


def test_photo_is_cleaned_and_private() -> None:
    """No EXIF is left; a picture comes back that only those may see who see the request."""
    order = ask(UserFactory())
    answer = upload(order, jpeg())
    assert answer.status_code == 201, answer.json()
    url = answer.json()["url"]
    seen: Any = api(order.customer).get(url)
    content = b"".join(seen.streaming_content)
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/jpeg")
    assert "private" in seen["Cache-Control"]
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.size, len(picture.getexif())) == ((40, 30), 0)
    assert api().get(url).status_code == 401
    assert api(UserFactory()).get(url).status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7 no photo", b"\xff\xd8\xff\xe0 only its beginning", jpeg() + b"\0" * (20 * 1024 * 1024)],
    ids=["empty", "no image", "truncated", "20 MB"],
)
def test_bad_photo(content: bytes) -> None:
    """Refused at its field, no row and no file."""
    order = ask(UserFactory())
    answer = upload(order, content)
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"photo"}
    assert not LinePhoto.objects.exists()


def test_eight_photos_are_enough() -> None:
    """The ninth is refused and its file is gone."""
    order = ask(UserFactory())
    for _ in range(MAX_PHOTOS):
        assert upload(order, jpeg()).status_code == 201
    answer = upload(order, jpeg())
    assert (answer.status_code, answer.json()["code"]) == (409, "photos_full")
    photo = LinePhoto.objects.first()
    assert photo is not None
    folders, files = photo.file.storage.listdir(f"orders/{order.pk}")
    assert (folders, len(files)) == ([], MAX_PHOTOS)


def test_removed_photo_takes_its_file_along(django_capture_on_commit_callbacks: Any) -> None:
    """With the commit, not before."""
    order = ask(UserFactory())
    url = upload(order, jpeg()).json()["url"]
    photo = LinePhoto.objects.get()
    storage, name = photo.file.storage, str(photo.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        assert api(order.customer).delete(url).status_code == 204
    assert not storage.exists(name)
    assert not LinePhoto.objects.exists()


def test_photo_of_an_offer() -> None:
    """Set by its shop, replaced by the next, seen by shop and customer alone."""
    member = MemberFactory()
    order = ask(UserFactory())
    given = quote(order, member.shop)
    offered = given.lines.first()
    assert offered is not None
    url = f"/api/v1/shop-quotes/{given.pk}/offers/{offered.pk}/photo"
    assert api(member.user).get(url).status_code == 404
    for _ in range(2):
        answer = api(member.user).put(
            url, {"photo": SimpleUploadedFile("p.jpg", jpeg(), "image/jpeg")}, format="multipart"
        )
        assert (answer.status_code, answer.json()["photoUrl"]) == (200, url), answer.json()
    for person, status in ((member.user, 200), (order.customer, 200), (UserFactory(), 404)):
        seen: Any = api(person).get(url)
        assert seen.status_code == status
        assert not seen.streaming or b"".join(seen.streaming_content)


def test_dropped_offer_takes_its_photo_along(django_capture_on_commit_callbacks: Any) -> None:
    """A revision that leaves an offer out; the photo of the offer that stays, stays."""
    member = MemberFactory()
    order = ask(UserFactory())
    given = quote(order, member.shop)
    kept, dropped = given.lines.order_by("position")
    for offer in (kept, dropped):
        url = f"/api/v1/shop-quotes/{given.pk}/offers/{offer.pk}/photo"
        photo = SimpleUploadedFile("p.jpg", jpeg(), "image/jpeg")
        assert api(member.user).put(url, {"photo": photo}, format="multipart").status_code == 200
        offer.refresh_from_db()
    lines = [{"partId": str(kept.line_id), "offerId": str(kept.pk), "available": True, "unitPrice": "9.00"}]
    with django_capture_on_commit_callbacks(execute=True):
        answer = api(member.user).put(f"/api/v1/shop-quotes/{given.pk}", {"lines": lines})
        assert answer.status_code == 200
        assert dropped.photo.storage.exists(str(dropped.photo.name))
    assert kept.photo.storage.exists(str(kept.photo.name))
    assert not dropped.photo.storage.exists(str(dropped.photo.name))
