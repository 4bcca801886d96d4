"""The kinds that belong to no domain: what the staff send."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from clutch.notifications import kinds

ANNOUNCEMENT = "announcement"


def in_language(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The words of the staff in the language that is switched on, else as they were written first."""
    return params.get("translations", {}).get(translation.get_language()) or params


kinds.register(
    ANNOUNCEMENT,
    title="%(title)s",
    body="%(message)s",
    label=_("News from the platform"),
    present=in_language,
)
