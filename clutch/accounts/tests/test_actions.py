"""Acts on accounts: who may, races for a number, and what ends with an account."""

from functools import partial
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import RequestFactory

from clutch.accounts import actions, phones
from clutch.accounts.models import User
from clutch.accounts.queries import segments
from clutch.accounts.sms import send_sms
from clutch.accounts.staff import StaffSiteMixin
from clutch.accounts.tests.conftest import App, code_in
from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.actor import Actor
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from clutch.core.ids import new_id
from clutch.core.tests.race import losers, side_by_side, winners

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("01001234567", "+201001234567"),
        ("0100 123-4567", "+201001234567"),
        ("+20 100 123 4567", "+201001234567"),
        ("00201001234567", "+201001234567"),
        ("٠١٠٠١٢٣٤٥٦٧", "+201001234567"),
        ("(0100) 1234567", "+201001234567"),
        ("tel:+201001234567", "+201001234567"),
        ("+49 30 901820", "+4930901820"),
        ("+1 202-555-0143", "+12025550143"),
    ],
)
def test_phone_is_kept_as_e164(typed: str, kept: str) -> None:
    assert phones.normalise(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "12", "abc", "+", "0100123456", "+20100123456789", "01001234567 ext 5", "9" * 60, "\x00"]
)
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        phones.normalise(typed)
    assert "example" in refused.value.messages[0]


def test_region_reads_local_numbers(settings: Any) -> None:
    settings.REGION = "SA"
    assert phones.normalise("0512345678") == "+966512345678"


def register(phone: str = "+201001234567", email: str | None = None) -> User:
    user_id = new_id()
    actor = Actor("user", str(user_id), "app", user_id=user_id)
    return actions.register_user(user_id, phone=phone, email=email, actor=actor)


def test_second_account_with_a_number_or_address_is_a_conflict() -> None:
    register(email="mona@example.org")
    with pytest.raises(Conflict):
        register()
    with pytest.raises(Conflict):
        register("+201001234568", email="MONA@example.org")
    assert User.objects.count() == 1


@committed
def test_race_for_a_number_has_one_winner() -> None:
    outcomes = side_by_side([register] * 4)
    assert len(winners(outcomes)) == 1
    assert {type(lost) for lost in losers(outcomes)} == {Conflict}
    assert User.objects.count() == 1


@committed
def test_race_of_sign_ups_by_api_is_no_fault() -> None:
    outcomes = side_by_side([partial(App().post, "/auth/signup", phone="01001234567")] * 3)
    assert losers(outcomes) == []
    assert {outcome.status_code for outcome in outcomes} <= {401, 409, 429}
    assert User.objects.count() == 1


@committed
def test_guesses_side_by_side_are_counted_one_by_one(texts: list[tuple[str, str]]) -> None:
    app, user = App(), UserFactory()
    app.post("/auth/code/request", phone=user.phone)
    code = code_in(texts[0][1])
    wrong = [f"{(int(code) + number) % 10**6:06}" for number in range(1, 9)]

    def guess(number: str) -> int:
        return int(App(session=app.session).post("/auth/code/confirm", code=number).status_code)

    outcomes = side_by_side([partial(guess, number) for number in wrong])
    assert sorted(outcomes) == [400] * 3 + [409] * 5
    assert guess(code) == 409


@committed
def test_refresh_token_used_twice_at_once_works_once(signed_in: App) -> None:
    def refresh() -> int:
        return int(App().post("/tokens/refresh", refresh_token=signed_in.refresh).status_code)

    assert sorted(side_by_side([refresh] * 4)) == [200, 400, 400, 400]


def test_proven_number_is_taken_from_one_who_never_proved_it() -> None:
    squatter = UserFactory(phone="+201001234567", phone_verified=False, email="x@example.org")
    user = UserFactory()
    actions.set_phone(user.pk, phone="+201001234567", verified=True, actor=Actor.user(user, "web"))
    squatter.refresh_from_db()
    user.refresh_from_db()
    assert (squatter.phone, user.phone) == (None, "+201001234567")


@pytest.mark.parametrize(
    ("squatter", "verified"),
    [
        ({"phone_verified": True, "email": "x@example.org"}, True),
        ({"phone_verified": False, "email": "x@example.org"}, False),
        ({"phone_verified": False}, True),
    ],
)
def test_number_stays_where_it_is_otherwise(squatter: dict[str, Any], verified: bool) -> None:
    UserFactory(phone="+201001234567", **squatter)
    user = UserFactory()
    with pytest.raises(Conflict):
        actions.set_phone(user.pk, phone="+201001234567", verified=verified, actor=Actor.user(user, "web"))
    assert User.objects.get(phone="+201001234567") != user


def test_profile_of_another_person_is_not_found() -> None:
    user, other = UserFactory(name="Mona"), UserFactory()
    with pytest.raises(NotFound):
        actions.change_profile(user.pk, name="x", actor=Actor.user(other, "app"))
    with pytest.raises(Invalid):
        actions.change_profile(user.pk, time_zone="../../etc", actor=Actor.user(user, "app"))
    user.refresh_from_db()
    assert (user.name, user.time_zone) == ("Mona", "")


def test_closing_an_account_ends_everything(signed_in: App) -> None:
    user = User.objects.get()
    staff = Actor.staff(StaffFactory())
    assert UserSession.objects.filter(user=user).count() == 1
    assert not actions.deactivate_user(user.pk, actor=staff).is_active
    assert not UserSession.objects.filter(user=user).exists()
    assert signed_in.api("GET", "/me").status_code == 401
    with pytest.raises(Conflict):
        actions.deactivate_user(user.pk, actor=staff)
    assert actions.reactivate_user(user.pk, actor=staff).is_active
    with pytest.raises(Conflict):
        actions.reactivate_user(user.pk, actor=staff)
    assert signed_in.api("GET", "/me").status_code == 401


@pytest.mark.parametrize("act", [actions.deactivate_user, actions.reactivate_user])
def test_only_staff_closes_and_opens_accounts_and_never_their_own(act: Any) -> None:
    user, staff = UserFactory(), StaffFactory()
    for actor in (Actor.user(user, "app"), Actor.user(UserFactory(), "web")):
        with pytest.raises(NotAllowed):
            act(user.pk, actor=actor)
    with pytest.raises(NotAllowed):
        act(staff.pk, actor=Actor.staff(staff))
    assert User.objects.filter(is_active=True).count() == 3


def test_sockets_are_told_when_a_session_ends(monkeypatch: pytest.MonkeyPatch, signed_in: App) -> None:
    told: list[Any] = []
    monkeypatch.setattr("clutch.feed.hints.send_revoked", told.append)
    user = User.objects.get()
    signed_in.call("DELETE", "/auth/session")
    assert told == [user.pk]


@pytest.mark.parametrize("act", ["sign_out_everywhere", "deactivate_user", "set_password"])
def test_sockets_are_told_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, act: str
) -> None:
    told: list[Any] = []
    monkeypatch.setattr("clutch.feed.hints.send_revoked", told.append)
    user, more = UserFactory(), {"password": "x"} if act == "set_password" else {}
    with django_capture_on_commit_callbacks(execute=True):
        getattr(actions, act)(user.pk, actor=Actor.staff(StaffFactory()), **more)
        assert told == []
    assert set(told) == {user.pk}


def broken_gateway(phone: str, text: str) -> None:
    """A gateway that does not answer."""
    raise ConnectionError("no answer")


def test_gateway_that_fails_is_unavailable(settings: Any, client: Any) -> None:
    settings.SMS_GATEWAY = f"{__name__}.broken_gateway"
    with pytest.raises(Unavailable):
        send_sms("+201001234567", "hello")
    user = UserFactory()
    assert App().post("/auth/code/request", phone=user.phone).status_code == 503
    response = client.post("/sign-in", {"login": user.phone, "by": "code"})
    assert response.status_code == 422


def test_segments_hold_who_they_say() -> None:
    arabic, english = UserFactory(language="ar"), UserFactory(language="en")
    staff = StaffFactory()
    UserFactory(language="ar", is_active=False)
    held = {name: set(segment.users()) for name, segment in segments().items()}
    assert held == {
        "customers": {arabic, english},
        "staff": {staff},
        "language:ar": {arabic},
        "language:en": {english, staff},
    }


class Site(StaffSiteMixin):
    """An admin site as the dashboard makes one."""


@pytest.mark.parametrize(
    ("who", "demo", "may", "goes_to"),
    [
        (AnonymousUser, False, False, "/sign-in?next=%2Fadmin%2F"),
        (partial(StaffFactory, second_factor=False), False, False, "/account/second-factor?next=%2Fadmin%2F"),
        (partial(StaffFactory, second_factor=False), True, True, "/admin/"),
    ],
)
def test_door_of_the_admin(settings: Any, who: Any, demo: bool, may: bool, goes_to: str) -> None:
    settings.DEMO = demo
    request = RequestFactory().get("/admin/login/", {"next": "/admin/"})
    request.user = who()
    assert Site().has_permission(request) == may
    assert Site().login(request)["Location"] == goes_to


@pytest.mark.parametrize("demo", [True, False])
def test_door_of_the_admin_is_not_there_for_customers(settings: Any, demo: bool) -> None:
    settings.DEMO = demo
    request = RequestFactory().get("/admin/login/", {"next": "/admin/"})
    request.user = UserFactory()
    assert not Site().has_permission(request)
    with pytest.raises(Http404):
        Site().login(request)


def test_door_of_the_admin_leads_to_this_site_alone(settings: Any) -> None:
    settings.DEMO = True
    request = RequestFactory().get("/admin/login/", {"next": "https://evil.example/"})
    request.user = StaffFactory()
    assert Site().login(request)["Location"] == "/admin/"
