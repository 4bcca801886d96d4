"""The account page: profile, number, address, password, second factor, open sessions."""

from functools import partial
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.phone_verification import ChangePhoneVerificationProcess
from allauth.account.models import EmailAddress, get_emailconfirmation_model
from allauth.core.exceptions import RateLimited
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.flows import activate_totp
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language

from clutch.accounts import actions
from clutch.accounts.models import User
from clutch.accounts.pages.flow import next_url, page_of, remember_language
from clutch.accounts.pages.forms import (
    CodeForm,
    EmailForm,
    PasswordForm,
    PhoneForm,
    ProfileForm,
)
from clutch.accounts.pages.sign_in import page, posted
from clutch.accounts.rules import came_with_code, has_totp, knows_password
from clutch.core.actor import Actor
from clutch.core.pages import attempted

ACCOUNT = "/account"


def person(request: HttpRequest) -> User:
    """The signed-in person of a view behind `login_required`."""
    return cast(User, request.user)


def actor(request: HttpRequest) -> Actor:
    """The signed-in person, as actions want them."""
    return Actor.user(request.user, "web")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language and time zone; the rest of the account below."""
    user = person(request)
    first = {"name": user.name, "language": user.language, "time_zone": user.time_zone}
    form = ProfileForm(posted(request), initial=first)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.change_profile, user.pk, actor=actor(request), **form.cleaned_data)
        if (changed := attempted(request, act, form=form)) is not None:
            messages.success(request, _("Saved."))
            response = HttpResponseRedirect(ACCOUNT)
            remember_language(response, changed.language)
            return response
    return page(request, "account", form, nav="account", **_overview(request, user))


def _overview(request: HttpRequest, user: User) -> dict[str, Any]:
    pending = EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email or "").first()
    return {
        "sessions": UserSession.objects.filter(user=user).order_by("-last_seen_at")[:50],
        "current_key": request.session.session_key,
        "has_totp": has_totp(user),
        "waiting_email": pending,
    }


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Set a password."""
    user = person(request)
    needs_current = user.has_usable_password() and not came_with_code(request.session, user)
    form = PasswordForm(posted(request), user=user, needs_current=needs_current)
    if request.method == "POST" and form.is_valid() and (not needs_current or _proves_it(form, user)):
        get_adapter().set_password(user, form.cleaned_data["new_password"])
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is set. Other devices are signed out."))
        return HttpResponseRedirect(ACCOUNT)
    return page(request, "password", form, nav="account")


def _proves_it(form: PasswordForm, user: User) -> bool:
    try:
        if knows_password(user, form.cleaned_data["current_password"]):
            return True
        form.add_error("current_password", _("This is not your password."))
    except ValidationError as error:
        form.add_error("current_password", error)
    return False


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Change the address; the old one stays until the link in the new mailbox is opened."""
    form = EmailForm(posted(request))
    if request.method == "POST" and form.is_valid():
        _send_link(request, form.cleaned_data["email"])
        messages.success(request, _("We have sent a link to the new address. Open it to confirm."))
        return HttpResponseRedirect(ACCOUNT)
    return page(request, "email", form, nav="account")


def _send_link(request: HttpRequest, address: str) -> None:
    user = person(request)
    taken = User.objects.filter(email__iexact=address).exclude(pk=user.pk).exists()
    if taken or EmailAddress.objects.is_verified(address):
        # The page answers the same; only the mailbox learns that there is an account.
        get_adapter().send_account_already_exists_mail(address)
        return
    EmailAddress.objects.add_new_email(request, user, address, send_verification=True)


@never_cache
@require_http_methods(["GET", "POST"])
def verify_email(request: HttpRequest, key: str) -> HttpResponse:
    """The link of a verification mail; opening it asks, because mail scanners open links too."""
    confirmation = get_emailconfirmation_model().from_key(key)
    if request.method == "POST" and confirmation is not None and confirmation.confirm(request):
        messages.success(request, _("The address is confirmed."))
        return HttpResponseRedirect(ACCOUNT)
    address = confirmation.email_address.email if confirmation else ""
    return page(request, "verify_email", None, address=address)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Change the number; it counts when its code is entered."""
    form = PhoneForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            ChangePhoneVerificationProcess.initiate(request, form.cleaned_data["phone"])
        except RateLimited:
            form.add_error("phone", get_adapter().validation_error("rate_limited"))
        else:
            return HttpResponseRedirect("/account/phone/code")
    return page(request, "phone", form, nav="account")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def phone_code(request: HttpRequest) -> HttpResponse:
    """Enter the code of the new number."""
    process = ChangePhoneVerificationProcess.resume(request)
    if process is None:
        return HttpResponseRedirect("/account/phone")
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if not compare_user_code(actual=form.cleaned_data["code"], expected=process.code):
            process.record_invalid_attempt()
            form.add_error("code", _("This is not the code that we sent."))
        elif attempted(request, partial(_finish_phone, process), form=form):
            messages.success(request, _("Your number is changed."))
            return HttpResponseRedirect(ACCOUNT)
    return page(request, "code", form, nav="account", sent_to=process.phone, is_change=True)


def _finish_phone(process: ChangePhoneVerificationProcess) -> bool:
    process.finish()
    return True


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign another device out."""
    actions.end_session(person(request).pk, session_id=session_id, actor=actor(request))
    messages.success(request, _("The device is signed out."))
    return HttpResponseRedirect(ACCOUNT)


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign every other device out."""
    keep = request.session.session_key or ""
    actions.sign_out_everywhere(person(request).pk, keep=keep, actor=actor(request))
    messages.success(request, _("All other devices are signed out."))
    return HttpResponseRedirect(ACCOUNT)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """Enrol an authenticator app; from then on every sign-in asks for its code."""
    user = person(request)
    if has_totp(user):
        return HttpResponseRedirect(next_url(request) or ACCOUNT)
    form = ActivateTOTPForm(posted(request), user=user)
    if request.method == "POST" and form.is_valid():
        activate_totp(request, form)
        # A session from before was opened without it.
        keep = request.session.session_key or ""
        actions.sign_out_everywhere(user.pk, keep=keep, actor=actor(request))
        request.session["show_recovery_codes"] = True
        return HttpResponseRedirect(page_of("/account/recovery-codes", next_url(request)))
    url = get_mfa_adapter().build_totp_url(user, form.secret)
    return page(
        request,
        "set_up_second_factor",
        form,
        nav="account",
        secret=form.secret,
        svg=get_mfa_adapter().build_totp_svg(url),
    )


@never_cache
@login_required
@require_GET
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes, once, right after enrolling."""
    if not request.session.pop("show_recovery_codes", False):
        return HttpResponseRedirect(ACCOUNT)
    found = Authenticator.objects.get(user=person(request), type=Authenticator.Type.RECOVERY_CODES)
    return page(request, "recovery_codes", None, nav="account", codes=found.wrap().get_unused_codes())


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages, and of what we send to the person."""
    wanted = request.POST.get("language", "")
    if isinstance(request.user, User):
        attempted(
            request,
            partial(actions.change_profile, request.user.pk, language=wanted, actor=actor(request)),
        )
    return set_language(request)
