"""Forms of the sign-in and account pages."""

import unicodedata
from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import BaseSignupForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clutch.accounts.forms import LoginField, NewPasswordField, PhoneField
from clutch.core.validators import no_control_characters


class SignInForm(forms.Form):
    """Phone or e-mail; the password only for those who use one."""

    login = LoginField()
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SignUpForm(BaseSignupForm):
    """A name, and a phone number or an e-mail address."""

    field_order = ["name", "phone", "email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Phone number")
        self.fields["phone"].help_text = _("We text you a code.")
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs.pop("placeholder", None)
        self.fields["email"].help_text = _("Enough without a phone number; then the code comes by e-mail.")


class CodeForm(forms.Form):
    """A code that was sent."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "dir": "ltr",
                "autofocus": True,
                "class": "form-control form-control-lg text-center",
            }
        ),
    )

    def clean_code(self) -> str:
        """Digits of any script become 0 to 9."""
        code: str = self.cleaned_data["code"]
        return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in code)


class SecondFactorForm(CodeForm):
    """A code of the authenticator app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of your authenticator app, or a recovery code")


class ProfileForm(forms.Form):
    """Name, language and time zone."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        validators=[no_control_characters],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)
        market = _("As in the market (%(zone)s)") % {"zone": settings.MARKET_TIME_ZONE}
        field.choices = [("", market), *((zone, zone.replace("_", " ")) for zone in zones)]


class EmailForm(forms.Form):
    """A new address."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )

    def clean_email(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["email"]).lower()


class PhoneForm(forms.Form):
    """A new number."""

    phone = PhoneField()


class PasswordForm(forms.Form):
    """A new password; the old one is asked for where there is one and no code has let the person in."""

    current_password = forms.CharField(
        label=_("Current password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = NewPasswordField()

    def __init__(self, *args: Any, user: Any, needs_current: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["new_password"]
        assert isinstance(field, NewPasswordField)
        field.user = user
        if not needs_current:
            del self.fields["current_password"]
