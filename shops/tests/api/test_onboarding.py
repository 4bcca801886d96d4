"""Onboarding over the API: six steps, completing, and everyone else kept out."""

from collections.abc import Callable
from typing import Any

import pytest

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.feed.models import StreamEntry, Transition
from shops.models import Member, Onboarding, OpeningHours, ServiceArea, Shop, ShopDocument
from shops.steps import DEFAULTS
from shops.tests.api.people import STEPS, client, photo
from shops.tests.factories import MakeFactory, OnboardingFactory

pytestmark = pytest.mark.django_db
START = "/api/v1/shop-onboarding/start"


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def api(user):
    return client(user)


@pytest.fixture
def url(api):
    return f"/api/v1/shop-onboarding/{api.post(START).json()['id']}"


def save_all(api, url, document=True):
    for step, payload in STEPS.items():
        answer = api.put(f"{url}/step/{step}", payload)
        assert answer.status_code == 200, answer.json()
    if document:
        sent = {"kind": "commercial_register", "file": photo()}
        assert api.post(f"{url}/documents", sent, format="multipart").status_code == 201
    return answer


def test_start_answers_an_empty_onboarding(api):
    answer = api.post(START)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["currentStep"], body["completedSteps"]) == ("in_progress", 1, [])
    assert [step["step"] for step in body["steps"]] == [1, 2, 3, 4, 5, 6]
    assert body["businessInfo"] is None
    assert answer["ETag"] == '"1"'


def test_start_twice_resumes(api, url):
    assert url.endswith(api.post(START).json()["id"])
    assert Onboarding.objects.count() == 1


def test_start_after_completing_begins_another(api, url):
    save_all(api, url)
    api.post(f"{url}/complete")
    assert not url.endswith(api.post(START).json()["id"])


def test_steps_in_any_order_lead_to_the_next_that_is_missing(api, url):
    seen = [api.put(f"{url}/step/{step}", STEPS[step]).json()["currentStep"] for step in (3, 6, 1, 2, 4, 5)]
    assert seen == [4, 1, 2, 4, 5, 6]
    assert api.get(url).json()["completedSteps"] == [1, 2, 3, 4, 5, 6]


def test_step_is_kept_as_it_was_checked(api, url):
    assert api.put(f"{url}/step/1", STEPS[1]).json()["businessInfo"] == {**STEPS[1], "phone": "+201001234567"}


@pytest.mark.parametrize("step", [4, 5])
def test_one_tap_takes_the_documented_defaults(step, api, url):
    name = {4: "inventorySetup", 5: "pricingStrategy"}[step]
    kept = api.put(f"{url}/step/{step}", {"useDefaults": True}).json()[name]
    assert {**kept, "partTypes": None} == {**DEFAULTS[step], "partTypes": None}


WRONG = [
    (1, {"name": ""}, "name"),
    (1, {"name": "x" * 121}, "name"),
    (1, {"name": "a\x07b"}, "name"),
    (1, {"phone": "12"}, "phone"),
    (1, {"email": "nobody"}, "email"),
    (1, {"useDefaults": True}, "useDefaults"),
    (2, {"latitude": 91}, "latitude"),
    (2, {"longitude": -181}, "longitude"),
    (2, {"latitude": None}, "latitude"),
    (2, {"deliveryRadiusKm": 0}, "deliveryRadiusKm"),
    (2, {"deliveryRadiusKm": 501}, "deliveryRadiusKm"),
    (2, {"timeZone": "Mars/Olympus"}, "timeZone"),
    (2, {"openingHours": []}, "openingHours"),
    (2, {"openingHours": [{"weekday": 7, "opens": "09:00", "closes": "10:00"}]}, "openingHours.0.weekday"),
    (2, {"openingHours": [{"weekday": 0, "opens": "25:00", "closes": "10:00"}]}, "openingHours.0.opens"),
    (
        2,
        {
            "openingHours": [
                {"weekday": 0, "opens": "09:00", "closes": "12:00"},
                {"weekday": 0, "opens": "11:00", "closes": "13:00"},
            ]
        },
        "openingHours.1.opens",
    ),
    (
        2,
        {
            "openingHours": [
                {"weekday": 0, "opens": "01:00", "closes": "05:00"},
                {"weekday": 6, "opens": "22:00", "closes": "02:00"},
            ]
        },
        "openingHours.0.opens",
    ),
    (3, {"servesAnyMake": False, "makeIds": []}, "makeIds"),
    (3, {"makeIds": [2**40]}, "makeIds.0"),
    (4, {"method": "magic", "partTypes": ["oes"]}, "method"),
    (4, {"method": "quotes_only", "partTypes": []}, "partTypes"),
    (5, {"markupPercent": "-1"}, "markupPercent"),
    (5, {"markupPercent": "10", "deliveryFee": "1.001"}, "deliveryFee"),
    (5, {"markupPercent": "10", "quoteValidHours": 0}, "quoteValidHours"),
    (6, {"commercialRegister": ""}, "commercialRegister"),
    (6, {"surprise": 1}, "surprise"),
]


@pytest.mark.parametrize(("step", "change", "field"), WRONG)
def test_wrong_field_is_named_and_nothing_is_kept(step, change, field, api, url):
    base = {} if "useDefaults" in STEPS[step] else STEPS[step]
    answer = api.put(f"{url}/step/{step}", {**base, **change})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert api.get(url).json()["completedSteps"] == []


@pytest.mark.parametrize("step", [0, 7])
def test_there_are_six_steps(step, api, url):
    assert api.put(f"{url}/step/{step}", STEPS[1]).status_code == 404


def test_stale_version_is_refused(api, url):
    api.put(f"{url}/step/1", STEPS[1])
    answer = api.put(f"{url}/step/3", STEPS[3], headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    assert api.get(url).json()["completedSteps"] == [1]


def test_complete_makes_a_pending_shop_with_its_owner(api, url, user):
    make = MakeFactory()
    save_all(api, url)
    api.put(f"{url}/step/3", {"servesAnyMake": False, "makeIds": [make.pk]})
    answer = api.post(f"{url}/complete")
    assert answer.status_code == 200
    assert answer.json()["status"] == "completed"
    shop = Shop.objects.get(pk=answer.json()["shopId"])
    assert (shop.status, shop.name, shop.phone) == ("pending_verification", "Nile Parts", "+201001234567")
    assert list(shop.makes.all()) == [make]
    assert [str(row) for row in OpeningHours.objects.filter(shop=shop)] == ["0 09:00-13:00", "0 16:00-02:00"]
    assert list(Member.objects.values_list("shop", "user", "role")) == [(shop.pk, user.pk, "owner")]
    assert list(ServiceArea.objects.values_list("active", flat=True)) == [False]
    assert ShopDocument.objects.get().shop == shop
    assert Transition.objects.get().to_status == "completed"
    assert StreamEntry.objects.get(stream="staff").type == "shop-to-verify"


def test_complete_says_what_is_missing(api, url):
    api.put(f"{url}/step/1", STEPS[1])
    answer = api.post(f"{url}/complete")
    assert answer.status_code == 422
    assert [missing["step"] for missing in answer.json()["missing"]] == [2, 3, 4, 5, 6]
    assert not Shop.objects.exists()


def test_complete_wants_a_document(api, url):
    save_all(api, url, document=False)
    answer = api.post(f"{url}/complete")
    assert answer.status_code == 422
    assert [(m["step"], [p["field"] for p in m["problems"]]) for m in answer.json()["missing"]] == [
        (6, ["documents"])
    ]


def test_complete_checks_again_what_was_saved(api, url):
    make = MakeFactory(name="Gone")
    save_all(api, url)
    api.put(f"{url}/step/3", {"makeIds": [make.pk]})
    make.delete()
    answer = api.post(f"{url}/complete")
    assert answer.status_code == 422
    assert [missing["step"] for missing in answer.json()["missing"]] == [3]


def test_complete_twice_makes_one_shop(api, url):
    save_all(api, url)
    first = api.post(f"{url}/complete", headers={"Idempotency-Key": "k"})
    again = api.post(f"{url}/complete", headers={"Idempotency-Key": "k"})
    assert again.json() == first.json()
    assert api.post(f"{url}/complete").status_code == 409
    assert api.put(f"{url}/step/1", STEPS[1]).status_code == 409
    assert Shop.objects.count() == 1


@pytest.mark.parametrize("who", ["another", "staff", "anonymous"])
def test_onboarding_is_its_owners_alone(who, url):
    others: dict[str, Callable[[], Any]] = {
        "another": UserFactory, "staff": StaffFactory, "anonymous": lambda: None,
    }  # fmt: skip
    other = others[who]()
    api, expected = client(other), 401 if other is None else 404
    assert api.get(url).status_code == expected
    assert api.put(f"{url}/step/1", STEPS[1]).status_code == expected
    assert api.post(f"{url}/complete").status_code == expected
    sent = {"kind": "other", "file": photo()}
    assert api.post(f"{url}/documents", sent, format="multipart").status_code == expected
    onboarding = Onboarding.objects.get()
    assert (onboarding.version, onboarding.completed_steps, onboarding.documents.count()) == (1, [], 0)


def test_anonymous_cannot_start():
    assert client().post(START).status_code == 401
    assert not Onboarding.objects.exists()


def test_events_bring_a_client_to_the_state_that_it_would_fetch(api, url, user):
    save_all(api, url)
    api.post(f"{url}/complete")
    state = {"status": "in_progress", "currentStep": 1, "completedSteps": [], "shopId": None}
    events = StreamEntry.objects.filter(stream=f"user/{user.pk}", type="onboarding-update").order_by("seq")
    for event in events:
        state = {name: event.data[name] for name in state}
    fetched = api.get(url).json()
    assert state == {name: fetched[name] for name in state}


def test_other_onboarding_of_the_same_person_stays(user):
    OnboardingFactory(user=user)
    assert client(user).post(START).status_code == 201
    assert Onboarding.objects.count() == 1
