"""The inbox as a page: marks, filter, preferences, and life."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clutch.accounts.tests.factories import UserFactory
from clutch.feed.actor import Actor
from clutch.notifications import queries
from clutch.notifications.actions import notify
from clutch.notifications.models import Notification, Preference
from clutch.notifications.tests.factories import NotificationFactory
from orders.links import page_of
from orders.tests.factories import OrderFactory
from shops.tests.factories import MemberFactory

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def user(transactional_db: Any) -> Any:
    return UserFactory()


@pytest.fixture
def web(client: Any, user: Any) -> Any:
    client.force_login(user)
    return client


def test_page_shows_ones_own_and_the_filter(web: Any, user: Any) -> None:
    row, read = NotificationFactory.create_batch(2, user=user)
    Notification.objects.filter(pk=read.pk).update(read_at=read.created_at)
    foreign = NotificationFactory()
    page = web.get("/notifications").content.decode()
    assert row.title in page
    assert read.title in page
    assert foreign.title not in page
    unread = web.get("/notifications?unread=1").content.decode()
    assert (row.title in unread, read.title in unread) == (True, False)


def test_fragment_is_the_list_without_its_page(web: Any, user: Any) -> None:
    NotificationFactory(user=user)
    fragment = web.get("/notifications", headers=FRAGMENT).content.decode()
    assert "<html" not in fragment
    assert 'id="inbox"' in fragment


def test_page_costs_the_same_for_one_and_for_three(web: Any, user: Any) -> Any:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert web.get("/notifications").status_code == 200
        return len(captured)

    NotificationFactory(user=user)
    one = cost()
    NotificationFactory.create_batch(2, user=user)
    assert cost() == one


def test_marking_one_and_all(web: Any, user: Any) -> None:
    rows = NotificationFactory.create_batch(3, user=user)
    answer = web.post(f"/notifications/{rows[0].pk}/read", headers=FRAGMENT)
    assert (answer.status_code, queries.unread_count(user)) == (200, 2)
    assert web.post("/notifications/read-all").url == "/notifications"
    assert queries.unread_count(user) == 0


def test_a_foreign_notification_does_not_exist(web: Any) -> None:
    row = NotificationFactory()
    for act in ("read", "open"):
        assert web.post(f"/notifications/{row.pk}/{act}").status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


@pytest.mark.parametrize("path", ["", "/preferences"])
def test_anonymous_goes_to_sign_in(client: Any, transactional_db: Any, path: Any) -> None:
    assert client.get(f"/notifications{path}").url.startswith("/sign-in")


def test_open_goes_to_what_it_is_about(web: Any, user: Any) -> None:
    order = OrderFactory(customer=user)
    row = NotificationFactory(user=user, data={"orderId": str(order.pk)})
    assert web.post(f"/notifications/{row.pk}/open").url == f"/orders/{order.number}"
    assert queries.unread_count(user) == 0


def test_page_of_an_order_depends_on_who_asks(user: Any) -> None:
    member, order = MemberFactory(user=user), OrderFactory()
    data = {"orderId": str(order.pk), "shopId": str(member.shop_id)}
    assert page_of(order.customer_id, data) == f"/orders/{order.number}"
    assert page_of(user.pk, data) == f"/portal/requests/{order.number}"
    assert page_of(user.pk, {"shopId": str(member.shop_id)}) == "/portal"
    assert page_of(UserFactory().pk, data) == ""
    assert page_of(user.pk, {}) == ""


def test_preferences_are_kept_and_only_the_changes(web: Any, user: Any) -> None:
    before = {
        f"{row.kind}:{channel}"
        for row in queries.choices_of(user)
        for channel, on in row.channels.items()
        if on
    }
    web.post("/notifications/preferences", {"wanted": sorted(before - {"announcement:push"})})
    row = Preference.objects.get()
    assert (row.kind, row.channel, row.enabled) == ("announcement", "push", False)


@pytest.mark.long
@pytest.mark.browser
def test_inbox_is_live(live_site: Any, new_page: Any) -> None:
    user = UserFactory()
    page = new_page(user=user)
    page.goto("/notifications")
    page.wait_for_selector("html[data-live-state=on]")
    notify(
        [user.pk],
        kind="announcement",
        params={"title": "Hello there", "message": "Text"},
        data={},
        actor=Actor.beat(),
    )
    page.get_by_text("Hello there").first.wait_for()
    page.locator("nav [data-unread]").filter(has_text="1").wait_for()
    page.get_by_role("button", name="Mark as read").first.click()
    page.get_by_role("button", name="Mark as read").wait_for(state="detached")
    assert queries.unread_count(user) == 0


@pytest.mark.long
@pytest.mark.browser
def test_the_badge_counts_what_came_between_the_page_and_its_socket(live_site: Any, new_page: Any) -> None:
    """The page carries a cursor from before its state was read."""
    user = UserFactory()
    page = new_page(user=user)
    held: list[Any] = []
    page.route("**/live*.js", lambda route: held.append(route))  # noqa: PLW0108
    page.goto("/notifications", wait_until="commit")
    page.get_by_role("heading", name="Notifications").wait_for()
    news = {"title": "Hello", "message": "Text"}
    notify([user.pk], kind="announcement", params=news, data={}, actor=Actor.beat())
    held[0].continue_()
    page.locator("nav [data-unread]").filter(has_text="1").wait_for()
