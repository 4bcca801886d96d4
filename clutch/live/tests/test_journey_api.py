"""The whole journey through the API and the sockets alone: three shops come in, a driver is served.

Sign-up by the code of a text message, onboarding, verification, a request that is heard at once, sealed
quotes, acceptance, cash, delivery against the code, rating. At the end every stream is read again
from its beginning and must tell the same story.
"""

import io
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import httpx
import pytest
from PIL import Image

from clutch.accounts.tests.factories import StaffFactory
from clutch.feed.actor import Actor
from clutch.live.tests.client import Client, open_socket
from clutch.live.tests.server import AsgiServer
from orders.ledger import balance
from orders.models import Order
from shops.actions.standing import verify_shop
from shops.models import Make, Shop

pytestmark = pytest.mark.django_db(transaction=True)

PLACE = {"latitude": 30.05, "longitude": 31.24}
Json = dict[str, Any]


class Person:
    """Somebody with an app: signs up by phone, calls the API, listens to the socket."""

    def __init__(self, server: AsgiServer, phone: str, name: str, stack: ExitStack) -> None:
        self.server, self.phone, self.stack = server, phone, stack
        self.http = stack.enter_context(httpx.Client(base_url=f"{server.url}/api/v1", timeout=30))
        self._sign_up(name)
        self.socket: Client = stack.enter_context(
            open_socket(server, headers={"Authorization": f"Bearer {self.token}"}, origin=None)
        )
        self.heard: list[Json] = [self.socket.frame()]
        self.start = self.socket.cursor

    def _sign_up(self, name: str) -> None:
        auth = "/auth/app/v1/auth"
        begun = self.http.post(f"{auth}/signup", json={"phone": self.phone, "name": name})
        session = {"X-Session-Token": begun.json()["meta"]["session_token"]}
        answer = self.http.post(f"{auth}/phone/verify", json={"code": self._texted_code()}, headers=session)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["meta"]["access_token"]

    def _texted_code(self) -> str:
        texts = re.findall(rf"SMS to {re.escape(self.phone)}: .*?(\d{{6}})", self.server.log.read_text())
        return str(texts[-1])

    def call(
        self, method: str, path: str, body: Json | None = None, *, status: int = 200, **more: Any
    ) -> Any:
        """Call the API and expect a status; POSTs carry an idempotency key."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def hear(self, kind: str) -> Json:
        """Wait for the next event of a type; what comes before it is kept too."""
        while True:
            frame = self.socket.frame()
            self.heard.append(frame)
            if frame["type"] == kind:
                data: Json = frame["data"]
                return data

    def told(self) -> list[Json]:
        """What the stream over HTTP tells this person after `start`, to its end."""
        events: list[Json] = []
        after = self.start
        while True:
            page = self.call("GET", f"/stream?after={after}")
            if not page["events"]:
                return events
            events += page["events"]
            after = page["cursor"]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def document() -> bytes:
    """A picture to upload as a document."""
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(buffer, "PNG")
    return buffer.getvalue()


def onboard(owner: Person, name: str, *, north: float, make: Make) -> str:
    """Take a shop through the six steps; return its id, still pending."""
    begun = owner.call("POST", "/shop-onboarding/start", {}, status=201)
    path = f"/shop-onboarding/{begun['id']}"
    refused = owner.call("POST", f"{path}/complete", {}, status=422)
    assert [row["step"] for row in refused["missing"]] == [1, 2, 3, 4, 5, 6]
    days = [{"weekday": day, "opens": "00:00", "closes": "00:00"} for day in range(7)]
    steps: list[Json] = [
        {"name": name, "phone": owner.phone},
        {
            "latitude": PLACE["latitude"] + north,
            "longitude": PLACE["longitude"],
            "address": f"{name}, Example Street",
            "district": "Downtown",
            "deliveryRadiusKm": 20,
            "openingHours": days,
        },
        {"makeIds": [make.pk]},
        {"useDefaults": True},
        {"useDefaults": True},
        {"ownerName": "The owner", "commercialRegister": "12345"},
    ]
    for number, step in enumerate(steps, 1):
        owner.call("PUT", f"{path}/step/{number}", step)
    upload = owner.http.post(
        f"{path}/documents",
        data={"kind": "commercial_register"},
        files={"file": ("register.png", document(), "image/png")},
        headers={"Authorization": f"Bearer {owner.token}"},
    )
    assert upload.status_code == 201, upload.text
    done = owner.call("POST", f"{path}/complete", {})
    assert done["status"] == "completed"
    return str(done["shopId"])


def quote(owner: Person, order: Json, *, price: str, first_only: bool = False) -> Json:
    """Answer a request: every part at a price, or the first alone."""
    lines = [
        {"partId": part["partId"], "available": True, "unitPrice": price, "partType": "aftermarket"}
        if not (first_only and rank)
        else {"partId": part["partId"], "available": False}
        for rank, part in enumerate(order["parts"])
    ]
    body = {
        "orderId": order["orderId"],
        "lines": lines,
        "deliveryFee": "50.00",
        "estimatedDeliveryMinutes": 90,
    }
    sent: Json = owner.call("POST", "/shop-quotes/provide-quote", body, status=201)
    return sent


@pytest.mark.usefixtures("vehicle_data")
def test_from_onboarding_to_a_rated_delivery(asgi_server: AsgiServer, stack: ExitStack) -> None:
    make = Make.objects.get(name="Hyundai")
    owners = [Person(asgi_server, f"+20101000000{n}", f"Owner {n}", stack) for n in range(3)]
    shop_ids = [onboard(owner, f"Shop {n}", north=n / 100, make=make) for n, owner in enumerate(owners)]
    staff = StaffFactory()
    for owner, shop_id in zip(owners, shop_ids, strict=True):
        verify_shop(Shop.objects.get(pk=shop_id).pk, actor=Actor.staff(staff))
        while owner.hear("shop-status-update")["status"] != "active":
            pass
        owner.start = owner.socket.cursor
    driver = Person(asgi_server, "+201020000000", "A driver", stack)

    order = driver.call(
        "POST",
        "/auto-parts-orders",
        {
            "vehicle": {"make": "Hyundai", "model": "Accent", "year": 2018, "vin": None},
            "deliveryLocation": {**PLACE, "address": "12 Example Street, flat 3"},
            "parts": [
                {"name": "Front brake pads", "partNumber": "58101-1RA00", "quantity": 2, "notes": ""},
                {"name": "Oil filter", "quantity": 1},
            ],
            "draft": False,
            "paymentMethod": "cash",
        },
        status=201,
    )
    path = f"/auto-parts-orders/{order['orderNumber']}"

    for owner in owners:
        asked = owner.hear("new-parts-order")
        assert asked["orderId"] == order["orderId"]
        assert "Example Street" not in str(asked)
        seen = owner.call("GET", f"/shop-requests/{order['orderId']}")
        assert "Example Street" not in str(seen)
        owner.call("GET", path, status=404)

    quotes = [
        quote(owners[0], order, price="400.00"),
        quote(owners[1], order, price="300.00"),
        quote(owners[2], order, price="100.00", first_only=True),
    ]
    assert [row["totalPrice"] for row in quotes] == ["1250.00", "950.00", "250.00"]
    arrived = [driver.hear("new-quote") for _ in quotes]
    assert [row["quoteId"] for row in arrived] == [row["quoteId"] for row in quotes]
    assert [row["missingParts"] for row in arrived] == [0, 0, 1]
    for owner, sent in zip(owners, quotes, strict=True):
        own = owner.call("GET", "/shop-quotes/shop-quotes")
        assert [row["quoteId"] for row in own["results"]] == [sent["quoteId"]]

    winner = owners[1]
    taken = driver.call(
        "POST", f"{path}/accept-quote", {"quoteId": quotes[1]["quoteId"], "paymentMethod": "cash"}
    )
    assert (taken["status"], taken["selectedQuote"]) == ("accepted", quotes[1]["quoteId"])
    late = driver.call("POST", f"{path}/accept-quote", {"quoteId": quotes[0]["quoteId"]}, status=409)
    assert late["code"] == "already_accepted"
    assert winner.hear("quote-accepted")["quoteId"] == quotes[1]["quoteId"]
    for owner, sent in ((owners[0], quotes[0]), (owners[2], quotes[2])):
        assert owner.hear("quote-lost")["quoteId"] == sent["quoteId"]
        owner.call("PUT", path, {"status": "processing"}, status=404)

    assert "Example Street" in str(winner.call("GET", path))
    driver.call(
        "POST", f"{path}/messages", {"shopId": shop_ids[1], "text": "Ring twice, please."}, status=201
    )
    assert winner.hear("message")["orderId"] == order["orderId"]
    winner.call("PUT", path, {"status": "processing"})
    winner.call("PUT", path, {"status": "shipped", "courierName": "A courier"})
    code = driver.call("GET", f"{path}/delivery-code")["code"]
    wrong = winner.call(
        "PUT", path, {"status": "delivered", "code": f"{(int(code) + 1) % 10**6:06}"}, status=400
    )
    assert [error["field"] for error in wrong["errors"]] == ["code"]
    winner.call("PUT", path, {"status": "delivered", "code": code})
    winner.call("POST", f"{path}/cash-collected", {"amount": "950.00"}, status=201)
    driver.call("POST", f"{path}/rating", {"stars": 5, "comment": "On time."}, status=201)

    final = driver.call("GET", path)
    assert (final["status"], final["paymentStatus"], final["total"]) == ("delivered", "paid", "950.00")
    paid = balance(Order.objects.get(number=order["orderNumber"]).pk)
    assert (paid.received, paid.outstanding) == (Decimal("950.00"), Decimal(0))
    assert Shop.objects.get(pk=shop_ids[1]).rating == 5.0
    statuses = [event["data"]["status"] for event in driver.told() if event["type"] == "order-status-update"]
    assert statuses == ["submitted", "quoted", "accepted", "processing", "shipped", "delivered"]
    for owner in owners:
        told = owner.told()
        assert len({event["id"] for event in told}) == len(told)
        assert [event["type"] for event in told].count("new-parts-order") == 1
        others = {sent["quoteId"] for sent in quotes} - {quotes[owners.index(owner)]["quoteId"]}
        assert not any(foreign in str(told) for foreign in others)
