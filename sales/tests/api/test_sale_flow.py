"""The way of a sale through the API: cart, payment, number, stock; and its retry."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from clutch.feed.models import StreamEntry
from inventory.models import Movement, Stock
from inventory.tests.factories import PartFactory
from sales.models import Payment, Sale
from sales.tests.acts import Till, api

pytestmark = pytest.mark.django_db


def said(shop: Any) -> list[str]:
    """The events of a shop's stream."""
    return list(
        StreamEntry.objects.filter(stream=f"shop/{shop.pk}").order_by("seq").values_list("type", flat=True)
    )


def test_cart_is_paid_in_cash_and_stock_moves() -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=5, unit_cost="400", selling_price=850)
    client = api(till.cashier.user)
    body = {"registerId": str(till.register.pk), "lines": [{"partId": str(part.pk), "quantity": 2}]}
    cart = client.post("/api/v1/sales", body)
    assert cart.status_code == 201, cart.json()
    assert (cart.json()["status"], cart.json()["total"], cart.json()["number"]) == ("draft", "1700.00", "")
    path = f"/api/v1/sales/{cart.json()['saleId']}"
    sale = client.post(f"{path}/complete", {"payments": [{"method": "cash", "tendered": "2000.00"}]}).json()
    year = sale["completedAt"][:4]
    assert (sale["status"], sale["number"], sale["change"]) == ("completed", f"R1-{year}-000001", "300.00")
    assert (sale["goodsTotal"], sale["taxTotal"]) == ("1491.23", "208.77")
    assert client.get(f"/api/v1/sales/{sale['number']}").json() == sale
    stock = Stock.objects.get(part=part)
    assert (stock.on_hand, stock.value) == (3, Decimal(1200))
    move = Movement.objects.get(part=part, kind="sale")
    assert (move.quantity, move.value, move.document_number) == (-2, Decimal(-800), sale["number"])
    assert Sale.objects.get().lines.get().cost == 800
    payment = Payment.objects.get()
    assert (payment.amount, payment.tendered, payment.session_id) == (
        Decimal(1700),
        Decimal(2000),
        till.session.pk,
    )
    assert said(till.shop) == ["sale-saved", "stock-changed", "sale-completed"]


def test_whole_sale_in_one_call_and_its_retry_is_the_same_receipt() -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=5)
    body = {
        "registerId": str(till.register.pk),
        "lines": [{"partId": str(part.pk), "quantity": 1}],
        "payments": [{"method": "cash", "tendered": "1000"}],
    }
    client = api(till.cashier.user)
    first = client.post("/api/v1/sales", body, headers={"Idempotency-Key": "till-1"})
    again = client.post("/api/v1/sales", body, headers={"Idempotency-Key": "till-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert (Sale.objects.count(), Stock.objects.get(part=part).on_hand) == (1, 4)


def test_more_than_there_is_names_what_is_left_and_nothing_happens() -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=1)
    body = {
        "registerId": str(till.register.pk),
        "lines": [{"partId": str(part.pk), "quantity": 2}],
        "payments": [{"method": "cash"}],
    }
    answer = api(till.cashier.user).post("/api/v1/sales", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_enough_stock")
    assert answer.json()["parts"] == [{"partId": str(part.pk), "available": 1}]
    assert (Sale.objects.count(), Payment.objects.count(), said(till.shop)) == (0, 0, [])


def test_park_resume_and_edit_with_etag() -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=5)
    client = api(till.cashier.user)
    line = {"partId": str(part.pk), "quantity": 1}
    cart = client.post("/api/v1/sales", {"registerId": str(till.register.pk), "lines": [line]})
    path = f"/api/v1/sales/{cart.json()['saleId']}"
    parked = client.post(f"{path}/park", {"label": "white Accent"}, headers={"If-Match": cart["ETag"]})
    assert (parked.json()["status"], parked.json()["label"]) == ("parked", "white Accent")
    assert client.put(path, {"lines": [line]}).json()["code"] == "wrong_status"
    shelf = client.get("/api/v1/sales?status=parked").json()
    assert [(row["label"], row["lineCount"]) for row in shelf["results"]] == [("white Accent", 1)]
    resumed = client.post(f"{path}/resume", {"registerId": str(till.register.pk)})
    stale = client.put(path, {"lines": [line]}, headers={"If-Match": cart["ETag"]})
    assert stale.status_code == 412
    body = {"registerId": str(till.register.pk), "lines": [{**line, "quantity": 3}]}
    changed = client.put(path, body, headers={"If-Match": resumed["ETag"]})
    assert (changed.status_code, changed.json()["total"]) == (200, "2550.00")
    assert int(changed["ETag"].strip('"')) == changed.json()["version"] > cart.json()["version"]


def test_closed_register_sells_nothing() -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=5)
    till.session.delete()
    client = api(till.cashier.user)
    body = {
        "registerId": str(till.register.pk),
        "lines": [{"partId": str(part.pk), "quantity": 1}],
        "payments": [{"method": "cash"}],
    }
    assert client.post("/api/v1/sales", body).json()["code"] == "no_session"
    opened = client.post(
        "/api/v1/cash-sessions", {"registerId": str(till.register.pk), "openingFloat": "200"}
    )
    assert opened.status_code == 201, opened.json()
    again = client.post("/api/v1/cash-sessions", {"registerId": str(till.register.pk), "openingFloat": "0"})
    assert again.json()["code"] == "session_open"
    assert client.post("/api/v1/sales", body).status_code == 201


def test_register_is_added_by_a_manager_once() -> None:
    till = Till()
    from sales.tests.acts import member
    from shops.enums import Role

    client = api(member(till.shop, Role.MANAGER).user)
    made = client.post("/api/v1/registers", {"code": "r2", "name": "Back counter"})
    assert (made.status_code, made.json()["code"], made.json()["sessionId"]) == (201, "R2", None)
    assert (
        client.post("/api/v1/registers", {"code": "R2", "name": "x"}).json()["errors"][0]["field"] == "code"
    )
    listed = client.get("/api/v1/registers").json()["results"]
    assert [(row["code"], row["sessionId"]) for row in listed] == [("R1", str(till.session.pk)), ("R2", None)]
    path = f"/api/v1/registers/{made.json()['registerId']}"
    assert client.put(path, {"isActive": False}).json()["isActive"] is False
    assert client.put(f"/api/v1/registers/{uuid4()}", {"name": "x"}).status_code == 404
