"""What pages share: domain errors in forms, error pages, double submits, headers, fields."""

from typing import Any

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from clutch.accounts.tests.factories import UserFactory
from clutch.core.clock import zone_of
from clutch.core.csp import policy, tile_host
from clutch.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, Unavailable
from clutch.core.pages import (
    KEY_FIELD,
    DomainErrorMiddleware,
    domain_errors_to_form,
    error_page,
    new_key,
    once,
)
from clutch.feed.action import action


class NameForm(forms.Form):
    name = forms.CharField()


def bound() -> NameForm:
    form = NameForm({"name": "a"})
    assert form.is_valid()
    return form


def test_messages_go_to_their_field() -> None:
    form = bound()
    assert domain_errors_to_form(form, Invalid("bad", fields={"name": ["too plain"]})) == []
    assert form.errors == {"name": ["too plain"]}


def test_unknown_fields_and_plain_refusals_go_to_the_top() -> None:
    form = bound()
    domain_errors_to_form(form, Invalid("bad", fields={"other": ["odd"]}))
    assert form.non_field_errors() == ["odd"]
    form = bound()
    domain_errors_to_form(form, Conflict("It is over."))
    assert form.non_field_errors() == ["It is over."]


def test_rows_are_left_to_the_caller() -> None:
    form = bound()
    assert domain_errors_to_form(form, Invalid("bad", fields={"lines.0.price": ["x"]})) == ["lines.0.price"]
    assert form.is_valid()


# --- error pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 413, 422, 500, 503])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_error_has_a_page_that_stands_alone(rf: RequestFactory, status: int, language: str) -> None:
    with translation.override(language):
        answer = error_page(rf.get("/orders"), status)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f'lang="{language}"' in page
    assert "<h1>" in page


def test_error_of_a_fragment_is_a_toast(rf: RequestFactory) -> None:
    answer = error_page(rf.get("/orders", headers={"HX-Request": "true"}), 409, "It <is> over.")
    assert "data-toast" in answer.content.decode()
    assert "It &lt;is&gt; over." in answer.content.decode()


def test_unknown_page_is_404_for_people_and_a_problem_for_the_api(client: Client) -> None:
    assert "<h1>" in client.get("/nothing/here").content.decode()
    assert client.get("/api/v1/nothing")["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_body_over_the_limit_is_413(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert client.post("/", {"address": "x" * 2000}).status_code == 413


@pytest.mark.django_db
@pytest.mark.urls("clutch.urls")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/orders/%00", 404),
        ("/api/v1/auto-parts-orders/%00", 404),
        ("/admin/feed/streamhead/%00/change/", 404),
        ("/admin/orders/order/?status__exact=%00", 400),
        ("/orders?show=a%00", 400),
        ("/orders?show=%2500", 200),
    ],
)
def test_null_character_in_an_address_is_no_fault(client: Client, address: str, status: int) -> None:
    from clutch.accounts.tests.factories import StaffFactory

    client.force_login(StaffFactory())
    assert client.get(address).status_code == status


@pytest.mark.django_db
def test_form_without_its_token_is_403() -> None:
    answer = Client(enforce_csrf_checks=True).post("/", {})
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(Conflict("It is over."), 409, True), (NotAllowed("Not yours."), 403, True),
     (NotFound("There is a secret."), 404, False), (Unavailable("Busy."), 503, True)],
)  # fmt: skip
def test_domain_error_that_a_page_lets_through_becomes_its_page(
    rf: RequestFactory, error: DomainError, status: int, said: bool
) -> None:
    answer = DomainErrorMiddleware(lambda request: HttpResponse()).process_exception(rf.get("/"), error)
    assert answer is not None
    assert answer.status_code == status
    assert (str(error.detail) in answer.content.decode()) == said


def test_other_exceptions_are_left_to_django(rf: RequestFactory) -> None:
    middleware = DomainErrorMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(rf.get("/"), ValueError()) is None


# --- acts behind a form ---------------------------------------------------------------------------


@action
def _act(calls: list[int]) -> int:
    calls.append(1)
    return len(calls)


def _post(rf: RequestFactory, user: Any, **data: str) -> HttpRequest:
    request = rf.post("/orders/CL-1/act", data)
    request.user = user
    return request


@pytest.mark.django_db
def test_double_submit_acts_once_and_gets_the_same_redirect(rf: RequestFactory) -> None:
    calls: list[int] = []
    data = {KEY_FIELD: new_key(), "text": "a"}
    user = UserFactory()
    answers = [
        once(_post(rf, user, **data), lambda: _act(calls), to=lambda n: f"/done/{n}") for _n in range(2)
    ]
    assert [answer["Location"] for answer in answers] == ["/done/1", "/done/1"]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"text": "b"}, {KEY_FIELD: "another"}, {KEY_FIELD: ""}, {"extra": "1"}])
def test_other_content_or_key_is_another_act(rf: RequestFactory, change: dict[str, str]) -> None:
    calls: list[int] = []
    data = {KEY_FIELD: new_key(), "text": "a"}
    user = UserFactory()
    for sent in (data, {**data, **change}):
        once(_post(rf, user, **sent), lambda: _act(calls), to=lambda n: f"/done/{n}")
    assert len(calls) == 2


@pytest.mark.django_db
def test_key_of_another_person_is_another_act(rf: RequestFactory) -> None:
    calls: list[int] = []
    data = {KEY_FIELD: new_key()}
    for user in (UserFactory(), UserFactory()):
        once(_post(rf, user, **data), lambda: _act(calls), to=lambda n: f"/done/{n}")
    assert len(calls) == 2


# --- what every answer carries --------------------------------------------------------------------


def test_policy_names_the_host_of_the_tiles_only() -> None:
    assert tile_host("") == ""
    assert tile_host("https://{s}.tiles.example/{z}/{x}/{y}.png?key=1") == "https://*.tiles.example"
    assert "img-src 'self' data: blob: https://*.tiles.example" in policy(
        loose=False, tiles="https://*.tiles.example"
    )


def test_admin_and_api_documentation_bring_their_own_scripts(client: Client) -> None:
    assert "'unsafe-inline'" in client.get("/api/docs")["Content-Security-Policy"]
    assert "'unsafe-inline'" not in client.get("/nothing")["Content-Security-Policy"]


def test_host_that_is_no_host_stays_out_of_the_policy(client: Client) -> None:
    header = client.get("/nothing", headers={"host": "x; script-src *"})["Content-Security-Policy"]
    assert "script-src *" not in header


@pytest.mark.parametrize(
    ("chosen", "zone"),
    [("", "Africa/Cairo"), ("Asia/Riyadh", "Asia/Riyadh"), ("Mars/Crater", "Africa/Cairo"),
     ("../etc/passwd", "Africa/Cairo")],
)  # fmt: skip
def test_pages_show_the_time_of_the_reader(rf: RequestFactory, chosen: str, zone: str) -> None:
    request = rf.get("/")
    request.user = UserFactory.build(time_zone=chosen)
    assert zone_of(request).key == zone


class StyleForm(forms.Form):
    word = forms.CharField(help_text="One word")
    kind = forms.ChoiceField(choices=[("a", "A")])
    sure = forms.BooleanField()
    own = forms.CharField(widget=forms.TextInput(attrs={"class": "mine"}))
    key = forms.CharField(widget=forms.HiddenInput)


def test_widgets_get_the_class_of_their_kind() -> None:
    form = StyleForm()
    assert 'class="form-control"' in str(form["word"])
    assert 'class="form-select"' in str(form["kind"])
    assert 'class="form-check-input"' in str(form["sure"])
    assert 'class="mine"' in str(form["own"])
    assert "class=" not in str(form["key"])


def test_error_and_help_are_tied_to_their_field() -> None:
    field = StyleForm({})["word"]
    group = field.as_field_group()
    assert 'aria-describedby="id_word_helptext id_word_error"' in group
    assert 'aria-invalid="true"' in group
    assert 'id="id_word_error"' in group
    assert 'class="form-control is-invalid"' in group
