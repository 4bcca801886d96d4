"""The wizard without a browser: every step by its form, also without JavaScript."""

import pytest
from django.test import Client

from clutch.accounts.tests.factories import UserFactory
from shops.models import Onboarding, Shop, ShopDocument
from shops.portal.forms import DAYS, hour_name
from shops.tests.api.people import photo
from shops.tests.factories import MakeFactory, OnboardingFactory

pytestmark = pytest.mark.django_db
PLACE = {
    "address": "12 Example Street",
    "district": "Downtown",
    "latitude": "30.0444",
    "longitude": "31.2357",
    "delivery_radius_km": "15",
    "time_zone": "Africa/Cairo",
}
FORMS = {
    1: {"name": "Nile Parts", "phone": "01001234567", "email": ""},
    2: {**PLACE, "hours_preset": "six"},
    3: {"serves_any_make": "on"},
    4: {"use_defaults": "1"},
    5: {"use_defaults": "1"},
    6: {"owner_name": "Mona", "commercial_register": "123456", "tax_number": ""},
}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def browser(user):
    client = Client()
    client.force_login(user)
    return client


def step(number):
    return f"/portal/onboarding/step/{number}"


def send(browser, number, **change):
    return browser.post(step(number), {**FORMS[number], **change})


def begin(browser):
    return browser.post("/portal/onboarding")


def test_from_the_first_page_to_the_status(browser, user):
    assert b"six short steps" in browser.get("/portal/onboarding").content
    assert begin(browser).url == step(1)
    for number in range(1, 6):
        assert browser.get(step(number)).status_code == 200
        assert send(browser, number).url == step(number + 1)
    assert send(browser, 6).url == step(6)
    added = browser.post(
        "/portal/onboarding/documents", {"document-kind": "tax_card", "document-file": photo()}
    )
    assert added.url == step(6)
    assert send(browser, 6).url == "/portal/onboarding/review"
    review = browser.get("/portal/onboarding/review").content.decode()
    assert "any make" in review
    assert "10:00–22:00" in review
    assert browser.post("/portal/onboarding/review").url == "/portal/onboarding"
    assert "is being verified" in browser.get("/portal/onboarding").content.decode()
    shop = Shop.objects.get()
    assert (shop.status, shop.opening_hours.count()) == ("pending_verification", 6)
    assert shop.members.get().user == user


def test_it_goes_on_where_it_was_left(browser):
    begin(browser)
    send(browser, 1)
    assert browser.get("/portal/onboarding").url == step(2)
    assert b"Nile Parts" in browser.get(step(1)).content


def test_review_names_what_is_missing_and_completes_nothing(browser):
    begin(browser)
    send(browser, 1)
    assert browser.get("/portal/onboarding/review").content.count(b"This step is not filled in yet.") == 5
    assert browser.post("/portal/onboarding/review").url == "/portal/onboarding/review"
    assert not Shop.objects.exists()


@pytest.mark.parametrize(
    ("number", "change", "field"),
    [
        (1, {"phone": "12"}, "phone"),
        (1, {"name": ""}, "name"),
        (2, {"latitude": ""}, "latitude"),
        (2, {"longitude": "200"}, "longitude"),
        (2, {"delivery_radius_km": "0"}, "delivery_radius_km"),
        (2, {"hours_preset": "custom"}, "hours_preset"),
        (2, {"hours_preset": "custom", hour_name(0, 1, "opens"): "09:00"}, hour_name(0, 1, "closes")),
        (3, {"serves_any_make": ""}, "make_ids"),
        (3, {"serves_any_make": "", "make_ids": ["999999999"]}, "make_ids"),
        (6, {"owner_name": ""}, "owner_name"),
    ],
)
def test_wrong_field_is_marked_and_what_was_typed_stays(number, change, field, browser):
    begin(browser)
    answer = send(browser, number, **change)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert Onboarding.objects.get().completed_steps == []


def test_overlapping_hours_are_marked_at_their_day(browser):
    begin(browser)
    hours = {
        hour_name(0, 1, "opens"): "09:00",
        hour_name(0, 1, "closes"): "13:00",
        hour_name(0, 2, "opens"): "12:00",
        hour_name(0, 2, "closes"): "20:00",
    }
    answer = send(browser, 2, hours_preset="custom", **hours)
    assert list(answer.context["form"].errors) == [hour_name(0, 2, "opens")]


@pytest.mark.parametrize("preset", ["daily", "six", "always", "custom"])
def test_hours_come_back_as_they_were_chosen(preset, browser):
    begin(browser)
    hours = {hour_name(4, 2, "opens"): "18:00", hour_name(4, 2, "closes"): "02:00"}
    assert send(browser, 2, hours_preset=preset, **hours).status_code == 302
    form = browser.get(step(2)).context["form"]
    assert form["hours_preset"].value() == preset
    if preset == "custom":
        assert form[hour_name(4, 1, "opens")].value() == "18:00"
    assert len(form.days) == len(DAYS)


def test_chosen_makes_come_back_ticked(browser):
    make = MakeFactory()
    begin(browser)
    send(browser, 3, serves_any_make="", make_ids=[make.pk])
    ticked = [item["make"] for item in browser.get(step(3)).context["form"].shown_makes if item["ticked"]]
    assert ticked == [make]


def test_document_is_removed_again(browser):
    begin(browser)
    browser.post("/portal/onboarding/documents", {"document-kind": "tax_card", "document-file": photo()})
    document = ShopDocument.objects.get()
    browser.post(f"/portal/onboarding/documents/{document.pk}/remove")
    assert not ShopDocument.objects.exists()


def test_what_is_no_document_is_said_so(browser):
    from django.core.files.uploadedfile import SimpleUploadedFile

    begin(browser)
    bad = SimpleUploadedFile("x.png", b"nonsense")
    sent = {"document-kind": "tax_card", "document-file": bad}
    answer = browser.post("/portal/onboarding/documents", sent, follow=True)
    assert "not a photo" in answer.content.decode()
    assert not ShopDocument.objects.exists()


PAGES = [
    "/portal/onboarding",
    step(1),
    "/portal/onboarding/review",
]


@pytest.mark.parametrize("url", PAGES)
def test_anonymous_is_sent_to_sign_in(url, client):
    assert client.get(url).url == f"/sign-in?next={url}"
    assert client.post(url).url == f"/sign-in?next={url}"
    assert not Onboarding.objects.exists()


def test_another_persons_onboarding_is_out_of_reach(browser):
    other = OnboardingFactory()
    assert browser.get(step(1)).url == "/portal/onboarding"
    assert send(browser, 1).status_code == 404
    assert browser.post("/portal/onboarding/review").status_code == 404
    other.refresh_from_db()
    assert other.version == 1


@pytest.mark.parametrize("number", [0, 7])
def test_there_are_six_steps(number, browser):
    begin(browser)
    assert browser.get(step(number)).status_code == 404
