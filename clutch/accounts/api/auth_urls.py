"""Sign-up, sign-in, codes, tokens and sessions of apps: allauth, below /api/v1/auth/app/v1/."""

from typing import Any

from allauth.headless.account.inputs import LoginInput, RequestLoginCodeInput
from allauth.headless.account.views import LoginView, RequestLoginCodeView
from allauth.headless.constants import Client
from django.core.exceptions import ValidationError
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from clutch.accounts.forms import PhoneField


class LocalLoginInput(LoginInput):
    """Takes phone numbers as people type them here, as sign-up and codes do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = PhoneField(required=False)


class LocalLoginView(LoginView):
    """Sign-in with a password."""

    input_class = LocalLoginInput


class CodeInput(RequestLoginCodeInput):
    """Asks for a number or an address: without both allauth looks for whom it never searched."""

    def clean(self) -> dict[str, Any]:
        """Refuse a request that names nobody."""
        cleaned: dict[str, Any] = super().clean()
        if not self.errors and not (cleaned.get("phone") or cleaned.get("email")):
            self.add_error("phone", ValidationError(_("Enter a phone number or an e-mail address.")))
        return cleaned


class CodeView(RequestLoginCodeView):
    """Sends a code to sign in with."""

    input_class = CodeInput


urlpatterns = [
    path("app/v1/auth/login", LocalLoginView.as_api_view(client=Client.APP), name="sign-in-api"),
    path("app/v1/auth/code/request", CodeView.as_api_view(client=Client.APP), name="code-api"),
    path("", include("allauth.headless.urls")),
]
