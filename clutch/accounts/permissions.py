"""Who may use an API view, beyond being signed in."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clutch.accounts.rules import staff_ready


class IsStaff(BasePermission):
    """Staff who are ready: with a second factor outside the demo."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return staff_ready(request.user)
