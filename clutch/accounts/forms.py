"""Form fields that sign-in shares between the API and the pages."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clutch.accounts import phones
from clutch.core.validators import no_control_characters


class PhoneField(forms.CharField):
    """A phone number; the value is E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Phone number"))
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return E.164, or the empty value of a field that is not required."""
        text = super().clean(value)
        return phones.normalise(text) if text else ""


class LoginField(forms.CharField):
    """What a person is known by: an e-mail address, or a phone number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Phone number or e-mail"))
        kwargs.setdefault("max_length", 254)
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "username", "dir": "ltr"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> dict[str, str]:
        """Return {"email": …} or {"phone": …}."""
        text = super().clean(value)
        if "@" in text:
            try:
                validate_email(text)
            except ValidationError as error:
                raise ValidationError(_("This is not an e-mail address."), code="invalid_email") from error
            return {"email": text.lower()}
        return {"phone": phones.normalise(text)}


class SignUp(forms.Form):
    """What allauth's sign-up form has beside phone and e-mail (settings.ACCOUNT_SIGNUP_FORM_CLASS)."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        required=False,
        validators=[no_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a phone number or an e-mail address; both is fine."""
        cleaned = super().clean() or {}
        if not (self.errors or cleaned.get("phone") or cleaned.get("email")):
            self.add_error("phone", ValidationError(_("Enter a phone number or an e-mail address.")))
        return cleaned

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Nothing is left to do: the adapter has saved the name."""


def current_language() -> str:
    """The language that the person reads now, if it is one of ours."""
    spoken = (get_language() or "").split("-")[0]
    return spoken if spoken in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class NewPasswordField(forms.CharField):
    """A new password, checked by the site's rules; `user` is compared with it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("New password"))
        kwargs.setdefault("help_text", _("At least 8 characters, and nothing common."))
        kwargs.setdefault("strip", False)
        kwargs.setdefault("max_length", 128)
        kwargs.setdefault("widget", forms.PasswordInput(attrs={"autocomplete": "new-password"}))
        super().__init__(**kwargs)
        self.user: Any = None

    def clean(self, value: Any) -> str:
        """Raise ValidationError for a password that is too easy to guess."""
        return str(get_adapter().clean_password(super().clean(value), user=self.user))
