"""The pages that let people in and out."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.core import ratelimit
from allauth.core.exceptions import RateLimited
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.stages import AuthenticateStage
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clutch.accounts.models import User
from clutch.accounts.pages.flow import awaited_code, finish, next_url, onward, page_of
from clutch.accounts.pages.forms import CodeForm, SecondFactorForm, SignInForm, SignUpForm
from clutch.core.errors import DomainError
from clutch.core.pages import domain_errors_to_form


def posted(request: HttpRequest) -> Any:
    """The data of a form that was sent, also an empty one; None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def page(request: HttpRequest, name: str, form: forms.Form | None, **extra: Any) -> HttpResponse:
    """Render a page of the flow; 422 where its form was refused."""
    status = 422 if form is not None and form.is_bound and form.errors else 200
    context = {"form": form, "next": next_url(request), **extra}
    return render(request, f"accounts/{name}.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a code or a password."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url(request) or "/")
    form = SignInForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        return page(request, "sign_in", form)
    known: dict[str, str] = form.cleaned_data["login"]
    try:
        if request.POST.get("by") == "code":
            _send_code(request, known)
        else:
            _check_password(request, known, form.cleaned_data["password"])
    except ValidationError as error:
        form.add_error(None if request.POST.get("by") == "code" else "password", error)
        return page(request, "sign_in", form)
    except DomainError as error:
        domain_errors_to_form(form, error)
        return page(request, "sign_in", form)
    return onward(request)


def _send_code(request: HttpRequest, known: dict[str, str]) -> None:
    limited = not ratelimit.consume(request, action="request_login_code", key=next(iter(known.values())))
    if limited:
        raise get_adapter().validation_error("rate_limited")
    if "phone" in known:
        user = get_adapter().get_user_by_phone(known["phone"])
    else:
        user = next(
            iter(filter_users_by_email(known["email"], is_active=True, prefer_verified=True, for_login=True)),
            None,
        )
    LoginCodeVerificationProcess.initiate(request=request, user=user, **known)


def _check_password(request: HttpRequest, known: dict[str, str], password: str) -> None:
    if not password:
        raise ValidationError(_("Enter your password, or let us send you a code."), code="required")
    user = get_adapter().authenticate(request, password=password, **known)
    if user is None:
        raise ValidationError(_("Phone, e-mail or password is not right."), code="wrong_password")
    flows.login.perform_password_login(request, known, Login(user=user, email=known.get("email")))


@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account; a code proves the number or the address."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url(request) or "/")
    form = SignUpForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        return page(request, "sign_up", form)
    try:
        _register(request, form)
    except RateLimited:
        form.add_error(None, get_adapter().validation_error("rate_limited"))
        return page(request, "sign_up", form)
    except DomainError as error:
        domain_errors_to_form(form, error)
        return page(request, "sign_up", form)
    return onward(request)


def _register(request: HttpRequest, form: SignUpForm) -> None:
    if not ratelimit.consume(request, action="signup"):
        raise RateLimited
    user, response = form.try_save(request)
    if response is None:
        flows.signup.complete_signup(request, user=user)


@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Enter the code of a sign-up or sign-in."""
    process = awaited_code(request)
    if process is None:
        messages.error(request, _("This code is over. Ask for a new one."))
        return HttpResponseRedirect(page_of("/sign-in", next_url(request)))
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if compare_user_code(actual=form.cleaned_data["code"], expected=process.code):
            finish(process)
            return onward(request)
        if not process.record_invalid_attempt():
            messages.error(request, _("Three wrong codes. Ask for a new one."))
            return HttpResponseRedirect(page_of("/sign-in", next_url(request)))
        form.add_error("code", _("This is not the code that we sent."))
    return page(request, "code", form, sent_to=process.state.get("email") or process.state.get("phone"))


@never_cache
@require_http_methods(["POST"])
def resend_code(request: HttpRequest) -> HttpResponse:
    """Send the code once more."""
    process = awaited_code(request)
    try:
        if process is None or not process.can_resend or process.user is None:
            raise RateLimited
        process.resend()
        messages.success(request, _("We have sent a new code."))
    except RateLimited:
        messages.warning(request, _("No more codes right now. Wait a minute and sign in again."))
    except DomainError as error:
        messages.error(request, str(error.detail))
    return HttpResponseRedirect(page_of("/sign-in/code", next_url(request)))


@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Enter the code of the authenticator app."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        return onward(request)
    form = SecondFactorForm(posted(request))
    if request.method == "POST" and form.is_valid():
        checked = AuthenticateForm(form.cleaned_data, user=stage.login.user)
        if checked.is_valid():
            checked.save()
            stage.exit()
            return onward(request)
        for error in checked.errors.as_data().get("code", []):
            form.add_error("code", error)
    return page(request, "second_factor", form)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; a link asks first, because a link must not change anything."""
    if not isinstance(request.user, User):
        return HttpResponseRedirect("/")
    if request.method == "POST":
        flows.logout.logout(request, show_message=False)
        return HttpResponseRedirect("/")
    return page(request, "sign_out", None)
