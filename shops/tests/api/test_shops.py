"""Shops and members over the API: who may what, and what an edit leaves behind."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clutch.core.models import IdempotencyKey
from clutch.feed.actor import Actor
from shops.actions.members import invite_member
from shops.models import Member, MemberInvite, Shop
from shops.tests.api.people import OUTSIDE, STEPS, client, people
from shops.tests.factories import MakeFactory, MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db
ALL = {"owner": 200, "manager": 200, "cashier": 200, "storekeeper": 200, "accountant": 200, **OUTSIDE}
LEADING = {**ALL, "cashier": 403, "storekeeper": 403, "accountant": 403}
OWNER = {**LEADING, "manager": 403}
PROFILE: dict[str, Any] = {**STEPS[1], **STEPS[2], "servesAnyMake": True, "makeIds": []}
HOURS = {"openingHours": [{"weekday": 2, "opens": "10:00", "closes": "12:00"}]}


@pytest.fixture
def shop():
    return ShopFactory()


@pytest.fixture
def everyone(shop):
    return people(shop)


def endpoints(shop, everyone):
    cashier = Member.objects.get(user=everyone["cashier"])
    owner = Actor.user(everyone["owner"], "portal")
    made = invite_member(shop.pk, role="cashier", actor=owner)
    base = f"/api/v1/shops/{shop.pk}"
    return {
        "show": ("get", base, None, ALL),
        "change": ("put", base, PROFILE, LEADING),
        "hours": ("put", f"{base}/hours", HOURS, LEADING),
        "close": ("post", f"{base}/close", None, OWNER),
        "members": ("get", f"{base}/members", None, ALL),
        "role": ("put", f"{base}/members/{cashier.pk}", {"role": "storekeeper"}, LEADING),
        "remove": ("delete", f"{base}/members/{cashier.pk}", None, {**LEADING, "cashier": 204}),
        "invites": ("get", f"{base}/invites", None, LEADING),
        "invite": ("post", f"{base}/invites", {"role": "cashier"}, LEADING),
        "revoke": ("delete", f"{base}/invites/{made.invite.pk}", None, LEADING),
    }


NAMES = ["show", "change", "hours", "close", "members", "role", "remove", "invites", "invite", "revoke"]
SUCCESS = {"remove": 204, "revoke": 204, "invite": 201}


def state():
    return (
        list(Shop.objects.order_by("pk").values("pk", "version", "status")),
        list(Member.objects.order_by("pk").values("pk", "version")),
        list(MemberInvite.objects.order_by("pk").values("pk", "version")),
    )


@pytest.mark.parametrize("who", ALL)
@pytest.mark.parametrize("name", NAMES)
def test_who_may_call(name, who, shop, everyone):
    method, url, body, allowed = endpoints(shop, everyone)[name]
    expected = SUCCESS.get(name, 200) if allowed[who] == 200 else allowed[who]
    before = state()
    answer = getattr(client(everyone[who]), method)(url, body)
    assert answer.status_code == expected, answer.content
    if expected >= 400:
        assert state() == before


def test_owner_reopens_what_they_closed(shop, everyone):
    Shop.objects.update(verified_at="2026-01-01T00:00Z")
    api = client(everyone["owner"])
    assert api.post(f"/api/v1/shops/{shop.pk}/close").json()["status"] == "inactive"
    assert api.post(f"/api/v1/shops/{shop.pk}/reopen").json()["status"] == "active"
    assert api.post(f"/api/v1/shops/{shop.pk}/reopen").status_code == 409


@pytest.mark.parametrize(("who", "status"), OWNER.items())
def test_who_may_reopen(who, status, shop, everyone):
    Shop.objects.filter(pk=shop.pk).update(verified_at="2026-01-01T00:00Z", status="inactive")
    assert client(everyone[who]).post(f"/api/v1/shops/{shop.pk}/reopen").status_code == status
    shop.refresh_from_db()
    assert shop.status == ("active" if status == 200 else "inactive")


@pytest.mark.parametrize(("who", "status"), LEADING.items())
def test_who_may_resubmit(who, status, shop, everyone):
    Shop.objects.filter(pk=shop.pk).update(status="pending_verification", changes_requested="Photo")
    assert client(everyone[who]).post(f"/api/v1/shops/{shop.pk}/resubmit").status_code == status
    shop.refresh_from_db()
    assert shop.changes_requested == ("" if status == 200 else "Photo")


def test_profile_is_replaced_with_hours_and_makes(shop, everyone):
    makes = [MakeFactory(), MakeFactory()]
    sent = {**PROFILE, "servesAnyMake": False, "makeIds": [make.pk for make in makes]}
    body = client(everyone["manager"]).put(f"/api/v1/shops/{shop.pk}", sent).json()
    assert {name: body[name] for name in STEPS[2]} == STEPS[2]
    assert sorted(make["id"] for make in body["makes"]) == sorted(make.pk for make in makes)
    assert sorted(shop.service_areas.values_list("make", "radius_m")) == sorted((m.pk, 15_000) for m in makes)


def test_hours_alone_raise_the_version_and_leave_the_rest(shop, everyone):
    body = client(everyone["owner"]).put(f"/api/v1/shops/{shop.pk}/hours", HOURS).json()
    assert body["openingHours"] == HOURS["openingHours"]
    assert (body["name"], body["version"]) == (shop.name, 2)


def test_stale_profile_is_refused(shop, everyone):
    api, url = client(everyone["owner"]), f"/api/v1/shops/{shop.pk}"
    tag = api.get(url)["ETag"]
    assert api.put(f"{url}/hours", HOURS, headers={"If-Match": tag}).status_code == 200
    assert api.put(url, PROFILE, headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize(
    ("change", "field"),
    [({"latitude": 100}, "latitude"), ({"status": "active"}, "status"), ({"makeIds": ["x"]}, "makeIds.0")],
)
def test_wrong_profile_is_named_at_the_field(change, field, shop, everyone):
    answer = client(everyone["owner"]).put(f"/api/v1/shops/{shop.pk}", {**PROFILE, **change})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Shop.objects.get(pk=shop.pk).version == 1


def test_link_is_made_shown_once_and_joined(shop, everyone):
    api = client(everyone["owner"])
    sent: dict[str, Any] = {
        "data": {"role": "accountant", "note": "Ali"},
        "headers": {"Idempotency-Key": "k"},
    }
    made = api.post(f"/api/v1/shops/{shop.pk}/invites", **sent).json()
    assert made["hint"] == ""
    assert made["token"] not in str(list(IdempotencyKey.objects.values()))
    repeated = api.post(f"/api/v1/shops/{shop.pk}/invites", **sent)
    assert repeated["Idempotency-Replayed"] == "true"
    said = "The link was told once and is not kept. Make this one void and make a new one."
    assert repeated.json() == {**made, "token": None, "url": None, "hint": said}
    assert made["url"].endswith(f"/portal/join/{made['token']}")
    [listed] = api.get(f"/api/v1/shops/{shop.pk}/invites").json()["results"]
    assert "token" not in listed
    joined = client(everyone["customer"]).post("/api/v1/shops/join", {"token": made["token"]})
    assert (joined.status_code, joined.json()["role"]) == (201, "accountant")
    assert api.get(f"/api/v1/shops/{shop.pk}/invites").json()["count"] == 0
    assert (
        client(everyone["other shop"]).post("/api/v1/shops/join", {"token": made["token"]}).status_code == 409
    )
    assert client().post("/api/v1/shops/join", {"token": made["token"]}).status_code == 401
    assert client(everyone["customer"]).post("/api/v1/shops/join", {"token": "x"}).status_code == 404


def test_own_shops_with_what_the_role_allows(shop, everyone):
    body = client(everyone["cashier"]).get("/api/v1/shops").json()
    may = [
        *("see_shop", "see_members", "see_stock", "count_stock", "see_sales", "sell", "take_return"),
        *("run_register", "see_customers", "edit_customers"),
    ]
    assert [(found["shop"]["id"], found["role"], found["may"]) for found in body["results"]] == [
        (str(shop.pk), "cashier", may)
    ]
    assert client(everyone["customer"]).get("/api/v1/shops").json()["count"] == 0
    assert client().get("/api/v1/shops").status_code == 401


def queries_of(user, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client(user).get(url)
    assert answer.status_code == 200
    return len(captured), answer.json()["count"]


def test_lists_cost_the_same_for_one_and_three():
    owner = MemberFactory()
    make = MakeFactory()
    urls = {
        "shops": "/api/v1/shops",
        "members": f"/api/v1/shops/{owner.shop_id}/members",
        "invites": f"/api/v1/shops/{owner.shop_id}/invites",
    }
    actor = Actor.user(owner.user, "portal")
    invite_member(owner.shop_id, role="cashier", actor=actor)
    one = {name: queries_of(owner.user, url) for name, url in urls.items()}
    for _ in range(2):
        MemberFactory(user=owner.user, shop=ShopFactory(makes=[make]))
        MemberFactory(shop=owner.shop)
        invite_member(owner.shop_id, role="cashier", actor=actor)
    three = {name: queries_of(owner.user, url) for name, url in urls.items()}
    assert {name: (queries, 1) for name, (queries, _) in three.items()} == one
    assert {count for _, count in three.values()} == {3}
