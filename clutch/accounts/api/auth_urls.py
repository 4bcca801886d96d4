"""Sign-up, sign-in, codes, tokens and sessions of apps: allauth, below /api/v1/auth/app/v1/."""

from typing import Any

from allauth.headless.account.inputs import LoginInput
from allauth.headless.account.views import LoginView
from allauth.headless.constants import Client
from django.urls import include, path

from clutch.accounts.forms import PhoneField


class LocalLoginInput(LoginInput):
    """Takes phone numbers as people type them here, as sign-up and codes do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = PhoneField(required=False)


class LocalLoginView(LoginView):
    """Sign-in with a password."""

    input_class = LocalLoginInput


urlpatterns = [
    path("app/v1/auth/login", LocalLoginView.as_api_view(client=Client.APP), name="sign-in-api"),
    path("", include("allauth.headless.urls")),
]
