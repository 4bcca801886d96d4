"""Kinds of notifications: their words, their sound, and the channels that are on by default.

A domain registers its kinds in a `notices.py` that its AppConfig imports in `ready()`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from clutch.notifications.channels import Channel

Words = Promise | str
DEFAULT_CHANNELS = (Channel.INBOX, Channel.PUSH)
TITLE_LENGTH = 255


@dataclass(frozen=True)
class Kind:
    """`title` and `body` are gettext_lazy templates ("%(number)s is on its way").

    `present` turns the stored params into what the templates show, called with the reader's
    language switched on (for labels of statuses, formats of dates).
    """

    name: str
    title: Words
    body: Words
    label: Words
    sound: str
    channels: tuple[Channel, ...]
    present: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    # Of settings.NOTIFICATION_SEGMENTS: who can be told of it at all; "" is everyone.
    segment: str = ""


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    title: Words,
    body: Words,
    label: Words = "",
    sound: str = "default",
    channels: tuple[Channel, ...] = DEFAULT_CHANNELS,
    present: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    segment: str = "",
) -> Kind:
    """Name a kind, e.g. `register("new-quote", title=_("…"), body=_("… %(total)s"))`.

    `label` names the kind in the preferences; without it the kind is not listed there, and with a
    `segment` only for the people of that group.
    Registering the same name again replaces it.
    """
    _kinds[kind] = Kind(kind, title, body, label, sound, channels, present, segment)
    return _kinds[kind]


def get(kind: str) -> Kind:
    """Return a registered kind. Raises KeyError for an unknown one."""
    return _kinds[kind]


def find(kind: str) -> Kind | None:
    """Return a kind, or None when the code that registered it is gone."""
    return _kinds.get(kind)


def listed() -> list[Kind]:
    """Return the kinds that have preferences, in the order of their names."""
    return sorted((kind for kind in _kinds.values() if kind.label), key=lambda kind: kind.name)


def render(kind: Kind, params: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return (title, message) in a language. Raises KeyError when a parameter is missing."""
    with translation.override(language):
        shown = kind.present(params) if kind.present else params
        return (str(kind.title) % shown)[:TITLE_LENGTH], str(kind.body) % shown
