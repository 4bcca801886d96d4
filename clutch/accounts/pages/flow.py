"""What the sign-in pages share: where a person goes on, and which code is awaited."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.phone_verification import PhoneVerificationStageProcess
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.stages import LoginByCodeStage, LoginStageController, PhoneVerificationStage
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from clutch.accounts.models import User


def next_url(request: HttpRequest) -> str:
    """The address on this site to go to afterwards, "" without a safe one."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def page_of(path: str, next_page: str) -> str:
    """A page of the flow that remembers where the person was going."""
    return f"{path}?{urlencode({'next': next_page})}" if next_page else path


def onward(request: HttpRequest) -> HttpResponse:
    """Send the person to what the flow waits for: a code, a second factor, or where they were going."""
    target = next_url(request)
    if isinstance(request.user, User):
        response = HttpResponseRedirect(target or settings.LOGIN_REDIRECT_URL)
        remember_language(response, request.user.language)
        return response
    stage = get_pending_stage(request)
    if stage is not None and stage.key in {LoginByCodeStage.key, PhoneVerificationStage.key}:
        return HttpResponseRedirect(page_of("/sign-in/code", target))
    if stage is not None and stage.key == AuthenticateStage.key:
        return HttpResponseRedirect(page_of("/sign-in/second-factor", target))
    messages.error(request, _("You are not signed in. This account may be closed; write to us."))
    return HttpResponseRedirect(page_of("/sign-in", target))


def remember_language(response: HttpResponse, language: str) -> None:
    """Let the pages speak the person's language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 60 * 60,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )


def awaited_code(request: HttpRequest) -> Any:
    """The process whose code this session waits for, or None when it is over."""
    stage = LoginStageController.enter(request, LoginByCodeStage.key)
    if stage is not None:
        return LoginCodeVerificationProcess.resume(stage)
    stage = LoginStageController.enter(request, PhoneVerificationStage.key)
    return PhoneVerificationStageProcess.resume(stage) if stage is not None else None


def finish(process: Any) -> None:
    """Go on after the right code."""
    if isinstance(process, LoginCodeVerificationProcess):
        process.finish(None)
    else:
        process.finish()
        process.stage.exit()
