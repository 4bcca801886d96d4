"""How allauth sees our users: phones as E.164, codes by text message, writes through actions."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import is_headless_request
from allauth.headless.base.response import ConflictResponse
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import override

from clutch.accounts import actions
from clutch.accounts.forms import PhoneField, current_language
from clutch.accounts.models import User
from clutch.accounts.sms import send_sms
from clutch.core.actor import Actor, Via
from clutch.core.errors import Conflict
from clutch.feed import hints


class AccountAdapter(DefaultAccountAdapter):
    """The seam between allauth and `clutch.accounts`."""

    # --- making an account ---------------------------------------------------------------------

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Register the person of a valid sign-up form. A race for the same number is a conflict."""
        data = form.cleaned_data
        try:
            return actions.register_user(
                user.pk,
                phone=data.get("phone"),
                email=data.get("email"),
                name=data.get("name", ""),
                language=current_language(),
                actor=_actor(request, user),
            )
        except Conflict as conflict:
            if is_headless_request(request):
                raise ImmediateHttpResponse(ConflictResponse(request)) from conflict
            raise

    def is_login_by_code_required(self, login: Any) -> bool:
        """A sign-up with an address is proven by a code to it; one with a number alone has its own
        stage (phone verification), which hides as well whether the number is known."""
        records = get_authentication_records(self.request, login.user)
        if records and records[-1]["method"] == "code":
            return False
        return bool(login.signup and (login.email or (login.user and login.user.email)))

    # --- phones --------------------------------------------------------------------------------

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        """A field that takes numbers as they are typed here."""
        return PhoneField(**kwargs)

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        """The number and whether it is proven."""
        return (user.phone, user.phone_verified) if user and user.phone else None

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        """Set the number of a user."""
        actions.set_phone(user.pk, phone=phone, verified=verified, actor=_actor(self.request, user))
        user.phone, user.phone_verified = phone, verified

    def set_phone_verified(self, user: Any, phone: str) -> None:
        """Mark a number as proven by its code."""
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        """The user of an E.164 number."""
        return User.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        """Text a code in the person's language."""
        with override(user.language):
            send_sms(phone, _("%(code)s is your Clutch code. Tell it to nobody.") % {"code": code})

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Say that there is no account; the page does not, so that nobody can try numbers out."""
        text = _("There is no Clutch account with this number. Sign up: %(url)s")
        send_sms(phone, text % {"url": f"{settings.PUBLIC_URL}/sign-up"})

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Say that there is an account already."""
        text = _("You have a Clutch account with this number already. Sign in: %(url)s")
        send_sms(phone, text % {"url": f"{settings.PUBLIC_URL}/sign-in"})

    # --- signing in and out --------------------------------------------------------------------

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """Take a proven address; not one that another account has already."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Apps prove themselves again before they touch the second factor; the pages only switch it on."""
        headless = self.request is not None and is_headless_request(self.request)
        return bool(headless and super().is_reauthentication_required(app=app, **kwargs))

    def logout(self, request: HttpRequest) -> None:
        """End the session; its open sockets close with it."""
        user_id = request.user.pk
        super().logout(request)
        if user_id is not None:
            hints.send_revoked(user_id)

    def set_password(self, user: Any, password: str) -> None:
        """Set a password; whoever was locked out before may try again with it."""
        actions.set_password(user.pk, password=password, actor=_actor(self.request, user))
        user.refresh_from_db(fields=["password"])
        for known in ({"phone": user.phone}, {"email": user.email}):
            self._delete_login_attempts_cached_email(self.request, **known)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth's own key leaves the phone out, so that five wrong passwords would lock out every
        # phone; and it counts each host name anew.
        known = credentials.get("email") or credentials.get("phone") or credentials.get("username")
        return str(known or "").lower()

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: our pages say themselves what has happened."""


def _actor(request: HttpRequest, user: Any) -> Actor:
    via: Via = "app" if is_headless_request(request) else "web"
    return Actor.user(user, via)
