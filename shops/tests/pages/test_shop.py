"""The profile and the members on pages: who sees them, and what their buttons do."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clutch.accounts.tests.factories import UserFactory
from clutch.feed.actor import Actor
from shops.actions.members import invite_member
from shops.models import Member, MemberInvite, Shop, ShopDocument
from shops.tests.api.people import people, photo
from shops.tests.factories import MakeFactory, MemberFactory, ShopFactory
from shops.tests.pages.test_onboarding import PLACE

pytestmark = pytest.mark.django_db
ROLES = ("owner", "manager", "cashier", "storekeeper", "accountant")
# Who has no shop is led to onboarding, who has another one sees that one.
OUTSIDE = {"left": 302, "customer": 302, "anonymous": 302}
ALL = {**dict.fromkeys(ROLES, 200), **OUTSIDE}
LEADING = {**ALL, "cashier": 403, "storekeeper": 403, "accountant": 403}


@pytest.fixture
def shop():
    return ShopFactory()


@pytest.fixture
def everyone(shop):
    return people(shop)


def signed_in(user):
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


GETS = {
    "/portal/profile": ALL,
    "/portal/profile/business": LEADING,
    "/portal/profile/location": LEADING,
    "/portal/profile/makes": LEADING,
    "/portal/profile/stock": LEADING,
    "/portal/profile/prices": LEADING,
    "/portal/members": ALL,
}


@pytest.mark.parametrize("url", GETS)
@pytest.mark.parametrize("who", ALL)
def test_who_sees_a_page(url, who, shop, everyone):
    answer = signed_in(everyone[who]).get(url)
    assert answer.status_code == GETS[url][who]
    if answer.status_code == 302:
        assert answer.url == ("/portal/onboarding" if everyone[who] else f"/sign-in?next={url}")


def posts(shop, everyone):
    cashier = Member.objects.get(user=everyone["cashier"])
    made = invite_member(shop.pk, role="cashier", actor=Actor.user(everyone["owner"], "portal"))
    return {
        "business": ("/portal/profile/business", {"name": "New name", "phone": "01001234567"}, "leading"),
        "location": ("/portal/profile/location", {**PLACE, "hours_preset": "always"}, "leading"),
        "close": ("/portal/profile/act/close", {}, "owner"),
        "document": (
            "/portal/profile/documents",
            {"document-kind": "other", "document-file": photo()},
            "leading",
        ),
        "invite": ("/portal/members/invite", {"role": "cashier"}, "leading"),
        "role": (f"/portal/members/{cashier.pk}/role", {"role": "accountant"}, "leading"),
        "remove": (f"/portal/members/{cashier.pk}/remove", {}, "leading"),
        "revoke": (f"/portal/members/invites/{made.invite.pk}/revoke", {}, "leading"),
    }


def state():
    return (
        list(Shop.objects.order_by("pk").values("pk", "version", "status")),
        list(Member.objects.order_by("pk").values("pk", "version")),
        list(MemberInvite.objects.order_by("pk").values("pk", "version")),
        ShopDocument.objects.count(),
    )


@pytest.mark.parametrize(
    "name", ["business", "location", "close", "document", "invite", "role", "remove", "revoke"]
)
@pytest.mark.parametrize("who", [*ROLES, "left", "other shop", "customer", "anonymous"])
def test_who_may_act(name, who, shop, everyone):
    url, body, allowed = posts(shop, everyone)[name]
    before = state()
    answer = signed_in(everyone[who]).post(url, {**body, "shop": str(shop.pk)})
    may = who == "owner" or (allowed == "leading" and who == "manager")
    if (name, who) == ("remove", "cashier"):
        may = True  # everyone may leave
    assert (state() != before) is may
    if who in ("left", "other shop", "customer"):
        assert answer.status_code == 404 if who == "other shop" else answer.status_code in (302, 404)


def test_sections_are_saved_where_they_belong(shop, everyone):
    browser, make = signed_in(everyone["owner"]), MakeFactory()
    sent = {
        "business": {"name": "New name", "phone": "01001234567", "email": "a@example.org"},
        "location": {**PLACE, "hours_preset": "six"},
        "makes": {"make_ids": [make.pk]},
        "stock": {"method": "spreadsheet", "part_types": ["used"], "low_stock_level": "3"},
        "prices": {"markup_percent": "30", "round_to": "10", "delivery_fee": "40", "quote_valid_hours": "12"},
    }
    for section, body in sent.items():
        assert browser.post(f"/portal/profile/{section}", body).url == "/portal/profile", section
    shop.refresh_from_db()
    assert (shop.name, shop.email, shop.address) == ("New name", "a@example.org", PLACE["address"])
    assert (list(shop.makes.all()), shop.serves_any_make) == ([make], False)
    assert shop.opening_hours.count() == 6
    assert shop.inventory_setup == {"method": "spreadsheet", "partTypes": ["used"], "lowStockLevel": 3}
    assert shop.pricing_strategy["deliveryFee"] == "40.00"
    assert "New name" in browser.get("/portal/profile").content.decode()


def test_section_that_somebody_else_changed_meanwhile_is_not_overwritten(shop, everyone):
    browser = signed_in(everyone["owner"])
    version = browser.get("/portal/profile/business").context["version"]
    Shop.objects.filter(pk=shop.pk).update(name="Meanwhile")
    body = {"name": "Mine", "phone": "01001234567", "version": version}
    answer = browser.post("/portal/profile/business", body)
    assert answer.status_code == 400
    assert "Someone changed this" in answer.content.decode()
    shop.refresh_from_db()
    assert shop.name == "Meanwhile"


def test_wrong_section_is_not_found(everyone):
    assert signed_in(everyone["owner"]).get("/portal/profile/secrets").status_code == 404
    assert signed_in(everyone["owner"]).post("/portal/profile/act/destroy").status_code == 404


def test_requested_changes_are_shown_and_sent_again(shop, everyone):
    Shop.objects.filter(pk=shop.pk).update(status="pending_verification", changes_requested="Bigger photo")
    browser = signed_in(everyone["owner"])
    assert "Bigger photo" in browser.get("/portal/profile").content.decode()
    browser.post("/portal/profile/act/resubmit")
    shop.refresh_from_db()
    assert shop.changes_requested == ""


def test_link_is_shown_once_and_leads_into_the_shop(shop, everyone):
    owner = signed_in(everyone["owner"])
    page = owner.post("/portal/members/invite", {"role": "storekeeper", "note": "Ali"}, follow=True)
    [link] = set(re.findall(r'value="(http[^"]*/portal/join/[^"]+)"', page.content.decode()))
    assert link not in owner.get("/portal/members").content.decode()
    path = "/portal/join/" + link.rpartition("/")[2]
    assert signed_in(None).get(path).url == f"/sign-in?next={path}"
    guest = UserFactory()
    browser = signed_in(guest)
    assert shop.name in browser.get(path).content.decode()
    assert browser.post(path).url == "/portal"
    assert Member.objects.get(user=guest).role == "storekeeper"
    assert signed_in(UserFactory()).get(path).status_code == 410
    assert browser.get("/portal/join/nonsense").status_code == 410


def test_manager_is_not_offered_to_make_owners(everyone):
    browser = signed_in(everyone["manager"])
    assert browser.post("/portal/members/invite", {"role": "owner"}).status_code == 400
    assert not MemberInvite.objects.exists()


def test_last_owner_reads_why_they_stay(everyone):
    browser = signed_in(everyone["owner"])
    me = Member.objects.get(user=everyone["owner"])
    answer = browser.post(f"/portal/members/{me.pk}/remove", follow=True)
    assert "always has an owner" in answer.content.decode()


def test_members_cost_the_same_for_one_and_three():
    owner = MemberFactory()
    browser, counts = signed_in(owner.user), []
    for more in (0, 2):
        MemberFactory.create_batch(more, shop=owner.shop)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/portal/members").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
