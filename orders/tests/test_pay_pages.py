"""The pages of payment: the way to the provider, and the demo's pretended one."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from clutch.accounts.tests.factories import UserFactory
from orders.models import Order, PaymentEntry
from orders.payments.pretend import PretendProvider
from orders.tests.paying import approve, bought, card_of, let_payment_expire, seller

pytestmark = pytest.mark.django_db


def signed_in(user: Any, **options: Any) -> Client:
    """A browser of somebody."""
    client = Client(**options)
    client.force_login(user)
    return client


def pretend_path(order: Order) -> str:
    """The pretended page of an order's newest payment."""
    return f"/payments/pretend/{card_of(order).token}"


def test_pay_leads_to_the_page_of_the_provider() -> None:
    order = bought("card")
    answer = signed_in(order.customer).get(f"/orders/{order.number}/pay")
    assert answer.status_code == 302
    assert answer["Location"].endswith(pretend_path(order))


@pytest.mark.parametrize("who", ["stranger", "shop", "nobody"])
def test_pay_is_for_the_customer(who: str) -> None:
    order = bought("card")
    users = {"stranger": UserFactory(), "shop": UserFactory._meta.model.objects.get(pk=seller(order).user_id)}
    for path in (f"/orders/{order.number}/pay", pretend_path(order)):
        client = Client() if who == "nobody" else signed_in(users[who])
        for answer in (client.get(path), client.post(path, {"choice": "approve"})):
            assert answer.status_code in ((302, 405) if who == "nobody" else (404, 405))
            if answer.status_code == 302:
                assert answer["Location"].startswith("/sign-in")
    assert not PaymentEntry.objects.filter(kind="authorised").exists()


def test_pay_says_when_there_is_nothing_to_pay() -> None:
    order = bought("card")
    approve(order)
    answer = signed_in(order.customer).get(f"/orders/{order.number}/pay")
    assert (answer.status_code, b"This order is paid already." in answer.content) == (409, True)


def test_pretended_page_says_that_it_is_pretended_and_looking_pays_nothing() -> None:
    order = bought("card")
    answer = signed_in(order.customer).get(pretend_path(order))
    assert answer.status_code == 200
    assert b"Pretend payment, demo" in answer.content
    assert not PaymentEntry.objects.filter(kind="authorised").exists()


@pytest.mark.parametrize(("choice", "kind"), [("approve", "authorised"), ("refuse", "failed")])
def test_customer_approves_or_refuses(choice: str, kind: str) -> None:
    order = bought("card")
    answer = signed_in(order.customer).post(pretend_path(order), {"choice": choice})
    assert (answer.status_code, answer["Location"]) == (302, f"/orders/{order.number}")
    assert set(PaymentEntry.objects.values_list("kind", flat=True)) == {"due", kind}


def test_approval_needs_the_csrf_token() -> None:
    order = bought("card")
    client = signed_in(order.customer, enforce_csrf_checks=True)
    assert client.post(pretend_path(order), {"choice": "approve"}).status_code == 403
    assert not PaymentEntry.objects.filter(kind="authorised").exists()


def test_approval_says_which() -> None:
    order = bought("card")
    assert signed_in(order.customer).post(pretend_path(order), {"choice": "maybe"}).status_code == 400


def test_approval_twice_or_too_late_changes_nothing() -> None:
    order = bought("card")
    client = signed_in(order.customer)
    for _ in range(2):
        client.post(pretend_path(order), {"choice": "approve"})
    assert PaymentEntry.objects.filter(kind="authorised").count() == 1
    late = bought("card")
    path = pretend_path(late)
    let_payment_expire(late)
    assert signed_in(late.customer).post(path, {"choice": "approve"}).status_code == 200
    assert PaymentEntry.objects.filter(kind="authorised", order=late).count() == 0


def test_nobody_reports_for_the_pretend_provider() -> None:
    order = bought("card")
    for path in ("/payments/process/pretend", f"/payments/process/{card_of(order).token}"):
        assert Client().post(path, {"status": "paid"}).status_code == 403
        assert Client().get(path).status_code == 405
    assert not PaymentEntry.objects.filter(kind="authorised").exists()


def test_unknown_provider_is_not_found() -> None:
    assert Client().post("/payments/process/nobody").status_code == 404


def test_outside_the_demo_nothing_is_pretended(settings: Any) -> None:
    order = bought("card")
    settings.TESTING = settings.DEMO = False
    client = signed_in(order.customer)
    assert client.get(pretend_path(order)).status_code == 404
    assert client.post(pretend_path(order), {"choice": "approve"}).status_code == 404
    with pytest.raises(ImproperlyConfigured):
        PretendProvider()
