"""The signed-in person: profile, password, devices."""

from functools import partial

from allauth.account.adapter import get_adapter
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from fcm_django.models import FCMDevice
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.accounts import actions
from clutch.accounts.api.serializers import (
    DeviceSerializer,
    MeSerializer,
    NewDeviceSerializer,
    PasswordSerializer,
    ProfileSerializer,
)
from clutch.accounts.authentication import session_of
from clutch.accounts.models import User
from clutch.accounts.rules import came_with_code, knows_password
from clutch.core.api import ApiView, ListView
from clutch.core.errors import Invalid

ME = OpenApiExample(
    "me",
    {
        "id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "name": "Mona",
        "phone": "+201001234567",
        "phoneVerified": True,
        "email": None,
        "language": "ar",
        "timeZone": "",
        "hasPassword": False,
        "isStaff": False,
    },
    response_only=True,
)


class MeView(ApiView):
    """The profile."""

    @extend_schema(operation_id="me", responses=MeSerializer, examples=[ME], summary="Who is signed in")
    def get(self, request: Request) -> Response:
        """Return the signed-in person."""
        return self.show(request.user, MeSerializer)

    @extend_schema(
        operation_id="me_change",
        request=ProfileSerializer,
        responses=MeSerializer,
        summary="Change name, language or time zone",
        examples=[ME, OpenApiExample("change", {"name": "Mona", "language": "ar"}, request_only=True)],
    )
    def put(self, request: Request) -> Response:
        """Change what is given."""
        changes = self.validated(ProfileSerializer)
        act = partial(
            actions.change_profile,
            self.user_id,
            expected_version=self.if_match(),
            actor=self.actor,
            **changes,
        )
        return self.answer(act, MeSerializer)


class PasswordView(ApiView):
    """The password."""

    conditional = frozenset()

    @extend_schema(
        operation_id="me_password",
        request=PasswordSerializer,
        responses=MeSerializer,
        summary="Set a password",
        examples=[OpenApiExample("after a code", {"newPassword": "correct horse"}, request_only=True)],
    )
    def put(self, request: Request) -> Response:
        """Set a password and end all other sessions."""
        given = self.validated(PasswordSerializer)
        user, session = request.user, session_of(request)
        assert isinstance(user, User)
        _check_right(request, user, session, given.get("current_password"))
        _check_password(user, given["new_password"])
        act = partial(actions.set_password, user.pk, password=given["new_password"], actor=self.actor)
        response = self.answer(act, MeSerializer)
        user.refresh_from_db()
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        return response


def _check_right(request: Request, user: User, session: SessionBase, current: str | None) -> None:
    """A person proves it by the old password, unless there is none or a code has just let them in."""
    if not user.has_usable_password():
        return
    if current is None and came_with_code(session, user):
        return
    message = _("This is not your password.")
    try:
        right = current is not None and knows_password(user, current)
    except ValidationError as error:
        right, message = False, error.messages[0]
    if not right:
        raise Invalid(message, code="wrong_password", fields={"current_password": [message]})


def _check_password(user: User, password: str) -> None:
    try:
        get_adapter().clean_password(password, user=user)
    except ValidationError as error:
        raise Invalid(error.messages[0], fields={"new_password": error.messages}) from error


class DevicesView(ListView):
    """Devices that get push messages."""

    serializer_class = DeviceSerializer

    def get_queryset(self) -> QuerySet[FCMDevice]:
        """Only one's own."""
        devices: QuerySet[FCMDevice] = FCMDevice.objects.filter(user_id=self.request.user.pk)
        return devices.order_by("pk")

    @extend_schema(operation_id="devices", summary="Devices that get push messages")
    def get(self, request: Request) -> Response:
        """List one's devices."""
        return self.list(request)

    @extend_schema(
        operation_id="device_register",
        request=NewDeviceSerializer,
        responses={201: DeviceSerializer},
        summary="Send push messages to this device",
        examples=[
            OpenApiExample(
                "Android", {"token": "fcm-token", "type": "android", "name": "My phone"}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Register a token; one that another account had moves here."""
        given = self.validated(NewDeviceSerializer)
        kind = given.pop("type")
        act = partial(actions.register_device, self.user_id, kind=kind, actor=self.actor, **given)
        return self.answer(act, DeviceSerializer, 201)


class DeviceView(ApiView):
    """One device."""

    @extend_schema(operation_id="device_remove", responses={204: None}, summary="Stop push messages")
    def delete(self, request: Request, device_id: int) -> Response:
        """Remove a device of one's own."""
        act = partial(actions.remove_device, self.user_id, device_id=device_id, actor=self.actor)
        return self.answer(act, None, 204)
