"""Reads of users."""

from functools import partial

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clutch.accounts.models import User
from clutch.accounts.segments import Segment


def active_users() -> QuerySet[User]:
    """Everyone who can sign in."""
    return User.objects.filter(is_active=True)


def _customers() -> QuerySet[User]:
    return active_users().filter(is_staff=False)


def _staff() -> QuerySet[User]:
    return active_users().filter(is_staff=True)


def _speaking(language: str) -> QuerySet[User]:
    return active_users().filter(language=language)


def segments() -> dict[str, Segment]:
    """The segments that need nothing but the users themselves."""
    by_language = {
        f"language:{code}": Segment(name, partial(_speaking, code)) for code, name in settings.LANGUAGES
    }
    return {
        "customers": Segment(_("Everyone but staff"), _customers),
        "staff": Segment(_("Staff"), _staff),
        **by_language,
    }
