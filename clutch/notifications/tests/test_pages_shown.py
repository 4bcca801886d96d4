"""The inbox and its preferences, looked at at both widths and in both languages."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.feed.actor import Actor
from clutch.live.tests.browser import in_both_languages, look_at
from clutch.notifications.actions import notify
from clutch.notifications.models import Notification
from clutch.notifications.tests.factories import NotificationFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]


def the_inbox(page: Any, user: Any) -> Iterator[str]:
    """Empty, with news and with what was read, and what a person hears of."""
    page.goto("/notifications")
    yield "notifications-empty"
    NotificationFactory.create_batch(2, user=user)
    Notification.objects.update(read_at=timezone.now())
    news = {"title": "Closed on Friday", "message": "We answer again on Saturday."}
    notify([user.pk], kind="announcement", params=news, data={}, actor=Actor.beat())
    for name, address in {"": "", "-unread": "?unread=1", "-preferences": "/preferences"}.items():
        page.goto(f"/notifications{address}")
        yield f"notifications{name}"


@in_both_languages
def test_pages_of_notifications(new_page: Any, language: str) -> None:
    user = UserFactory(language=language)
    page = new_page(language=language, user=user)
    look_at(page, the_inbox(page, user))
