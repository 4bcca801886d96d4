"""The contract of the main calls, from a request to an accepted quote."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from clutch.accounts.tests.factories import UserFactory
from orders.tests.acts import BODY, api, quote_body
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)


def made(driver: APIClient, **changes: Any) -> Any:
    answer = driver.post("/api/v1/auto-parts-orders", {**BODY, **changes})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_request_is_quoted_and_accepted() -> None:
    """POST, provide-quote and accept-quote answer as the contract says."""
    customer, member = UserFactory(), MemberFactory()
    driver, shop = api(customer), api(member.user)
    order = made(driver)
    assert (order["status"], order["quotes"], order["paymentStatus"]) == ("submitted", [], "pending")
    assert order["orderNumber"].startswith("CL-")
    assert order["invitedShops"] == 1
    given = shop.post("/api/v1/shop-quotes/provide-quote", quote_body(order, shopId=str(member.shop_id)))
    assert given.status_code == 201, given.json()
    quote = given.json()
    assert {name: quote[name] for name in ("status", "totalPrice", "availableParts", "missingParts")} == {
        "status": "submitted",
        "totalPrice": "900.00",
        "availableParts": 1,
        "missingParts": 0,
    }
    taken = driver.post(
        f"/api/v1/auto-parts-orders/{order['orderNumber']}/accept-quote",
        {"quoteId": quote["quoteId"], "paymentMethod": "cash"},
    )
    assert taken.status_code == 200, taken.json()
    assert taken.json()["status"] == "accepted"
    assert taken.json()["selectedQuote"] == quote["quoteId"]
    assert taken.json()["total"] == "900.00"
    assert taken["ETag"] == f'"{taken.json()["version"]}"'


def test_the_shop_sees_the_place_only_after_acceptance() -> None:
    """Before: district and distance, no address, no coordinates, no person. After: the order whole."""
    customer, member = UserFactory(name="Somebody Known"), MemberFactory()
    driver, shop = api(customer), api(member.user)
    order = made(driver)
    before = shop.get(f"/api/v1/shop-requests/{order['orderNumber']}")
    assert before.status_code == 200
    text = before.content.decode()
    for secret in (
        "12 Example Street",
        "30.05",
        "31.24",
        "latitude",
        "Somebody Known",
        str(customer.pk),
        customer.phone,
    ):
        assert secret not in text, secret
    assert before.json()["district"] == "Downtown"
    assert shop.get(f"/api/v1/auto-parts-orders/{order['orderId']}").status_code == 404
    quote = shop.post("/api/v1/shop-quotes/provide-quote", quote_body(order)).json()
    driver.post(f"/api/v1/auto-parts-orders/{order['orderId']}/accept-quote", {"quoteId": quote["quoteId"]})
    after = shop.get(f"/api/v1/auto-parts-orders/{order['orderId']}").json()
    assert after["deliveryLocation"]["address"] == "12 Example Street"


def test_the_same_key_makes_one_order() -> None:
    """A retried POST with its Idempotency-Key gets the first answer; another body is a conflict."""
    driver = api(UserFactory())
    MemberFactory()
    first = driver.post("/api/v1/auto-parts-orders", BODY, headers={"Idempotency-Key": "tap-1"})
    again = driver.post("/api/v1/auto-parts-orders", BODY, headers={"Idempotency-Key": "tap-1"})
    other = driver.post(
        "/api/v1/auto-parts-orders", {**BODY, "draft": True}, headers={"Idempotency-Key": "tap-1"}
    )
    assert (first.status_code, again.json()) == (201, first.json())
    assert other.status_code == 409


def test_a_draft_is_edited_and_submitted() -> None:
    """PUT takes a draft's fields, then its status; If-Match refuses what was not seen."""
    driver = api(UserFactory())
    MemberFactory()
    draft = made(driver, draft=True, parts=[])
    url = f"/api/v1/auto-parts-orders/{draft['orderId']}"
    assert (draft["status"], draft["quotesCloseAt"]) == ("draft", None)
    assert driver.put(url, {"status": "submitted"}).status_code == 422
    edited = driver.put(
        url,
        {"parts": [{"name": "Oil filter", "quantity": 2}], "vehicle": {"make": "Kia", "model": "Rio"}},
        headers={"If-Match": f'"{draft["version"]}"'},
    )
    assert edited.status_code == 200, edited.json()
    assert (edited.json()["vehicle"]["make"], len(edited.json()["parts"])) == ("Kia", 1)
    stale = driver.put(url, {"urgency": "urgent"}, headers={"If-Match": f'"{draft["version"]}"'})
    assert stale.status_code == 412
    sent = driver.put(url, {"status": "submitted"})
    assert (sent.status_code, sent.json()["status"], sent.json()["invitedShops"]) == (200, "submitted", 1)
    assert driver.put(url, {"vehicle": {"make": "Fiat"}}).status_code == 409


def test_a_shop_revises_and_withdraws() -> None:
    """PUT gives new sums and a new ETag, DELETE withdraws with a reason and leaves room for another."""
    driver, member = api(UserFactory()), MemberFactory()
    shop = api(member.user)
    order = made(driver)
    quote = shop.post("/api/v1/shop-quotes/provide-quote", quote_body(order)).json()
    again = shop.post("/api/v1/shop-quotes/provide-quote", quote_body(order))
    assert (again.status_code, again.json()["code"], again.json()["quoteId"]) == (
        409,
        "quote_exists",
        quote["quoteId"],
    )
    url = f"/api/v1/shop-quotes/{quote['quoteId']}"
    line = {**quote_body(order)["lines"][0], "unitPrice": "700.00", "offerId": quote["lines"][0]["offerId"]}
    revised = shop.put(url, {"lines": [line]}, headers={"If-Match": f'"{quote["version"]}"'})
    assert revised.status_code == 200, revised.json()
    assert (revised.json()["status"], revised.json()["totalPrice"]) == ("updated", "750.00")
    assert revised.json()["lines"][0]["offerId"] == quote["lines"][0]["offerId"]
    assert shop.put(url, {"lines": [line]}, headers={"If-Match": f'"{quote["version"]}"'}).status_code == 412
    gone = shop.delete(f"{url}?reason=Sold")
    assert (gone.status_code, gone.json()["status"], gone.json()["withdrawReason"]) == (
        200,
        "withdrawn",
        "Sold",
    )
    assert shop.delete(url, {"reason": "Sold"}).status_code == 409
    assert shop.post("/api/v1/shop-quotes/provide-quote", quote_body(order)).status_code == 201
