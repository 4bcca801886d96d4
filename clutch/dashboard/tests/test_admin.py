"""The staff's admin: what is stuck comes first, every list opens, and acts go through the actions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clutch.accounts.models import User
from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.feed.models import Job, JobState, StreamEntry, Transition
from clutch.feed.staff import ReadOnlyAdmin, StateAdmin
from clutch.notifications.models import Broadcast
from orders.models import Order
from orders.tests.factories import InvitationFactory, OrderFactory, QuoteFactory
from shops.models import Shop, UnlistedVehicle
from shops.tests.factories import MakeFactory, MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db
Stuck = Callable[[], Order]


@pytest.fixture(autouse=True)
def demo(settings: Any) -> None:
    """No second factor here; the sign-in tests have it."""
    settings.DEMO = True


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def staff() -> Client:
    return client_of(StaffFactory(is_superuser=True))


def change_url(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def act_url(row: Any, act: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{act}", args=[row.pk])


def unanswered() -> Order:
    order: Order = OrderFactory(status="submitted")
    Order.objects.filter(pk=order.pk).update(
        submitted_at=timezone.now() - timedelta(minutes=31),
        quotes_close_at=timezone.now() + timedelta(minutes=60),
    )
    order.refresh_from_db()
    return order


@pytest.mark.parametrize(
    "model", [m for m in admin.site._registry if isinstance(admin.site._registry[m], ReadOnlyAdmin)]
)
def test_every_list_opens_and_offers_no_way_to_add(staff: Client, model: Any) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert staff.get(reverse(f"{name}_changelist"), {"q": "x"}).status_code == 200
    assert staff.get(reverse(f"{name}_add")).status_code == 403


def test_anonymous_is_asked_to_sign_in() -> None:
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1] == ("/sign-in?next=%2Fadmin%2F", 302)


@pytest.mark.parametrize("person", ["customer", "owner"])
def test_admin_does_not_exist_for_who_is_no_staff(person: str) -> None:
    user = UserFactory() if person == "customer" else MemberFactory().user
    assert client_of(user).get("/admin/", follow=True).status_code == 404


def test_staff_without_second_factor_are_sent_to_set_it_up(settings: Any) -> None:
    settings.DEMO = False
    answer = client_of(StaffFactory(second_factor=False)).get("/admin/", follow=True)
    assert answer.redirect_chain[-1] == ("/account/second-factor?next=%2Fadmin%2F", 302)


def test_dashboard_shows_what_is_stuck(staff: Client) -> None:
    stuck, young = unanswered(), OrderFactory(status="submitted")
    waiting = ShopFactory(active=False, name="Waiting shop")
    page = staff.get("/admin/").content.decode()
    assert stuck.number in page
    assert young.number not in page
    assert waiting.name in page
    assert act_url(stuck, "extend") in page


def test_dashboard_asks_for_itself_and_gets_the_part_alone(staff: Client) -> None:
    assert 'hx-trigger="every 20s' in staff.get("/admin/").content.decode()
    stuck = unanswered()
    part = staff.get("/admin/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="needs"')
    assert stuck.number in part
    assert "<html" not in part


def test_dashboard_of_who_is_signed_out_meanwhile_is_loaded_anew() -> None:
    answer = Client().get("/admin/", headers={"HX-Request": "true"}, follow=True)
    assert (answer.headers["HX-Refresh"], answer.content) == ("true", b"")


def test_act_shows_what_it_decides_on(staff: Client) -> None:
    order = QuoteFactory(shop__name="Nile Parts", order__customer__phone="+201001234567").order
    page = staff.get(act_url(order, "cancel")).content.decode()
    for shown in ("+201001234567", "Hyundai Accent 2018", "58101-1RA00", "12 Example Street", "Nile Parts"):
        assert shown in page
    shop = MemberFactory(shop__active=False, user__name="Mona").shop
    page = staff.get(act_url(shop, "refuse")).content.decode()
    assert "Mona" in page
    assert "No document was uploaded." in page


def test_history_is_told_in_words(staff: Client) -> None:
    order = unanswered()
    staff.post(act_url(order, "cancel"), {"reason": "Asked by phone"})
    who = User.objects.get(is_staff=True)
    page = staff.get(change_url(order)).content.decode()
    assert f"{who} (staff)" in page
    assert "<td>cancelled</td>" in page


def test_fields_are_named_in_the_language_of_the_reader() -> None:
    arabic = client_of(StaffFactory(language="ar"))
    arabic.cookies["clutch_language"] = "ar"
    page = arabic.get(change_url(unanswered())).content.decode()
    assert "تنبيهات عن السيارة" in page
    assert "Vehicle warnings" not in page


def test_dashboard_is_empty_without_trouble(staff: Client) -> None:
    page = staff.get("/admin/").content.decode()
    assert "Every request has a quote" in page
    assert "No shop waits for a decision" in page


def test_dashboard_costs_the_same_for_one_and_three(staff: Client) -> None:
    unanswered()
    staff.get("/admin/")
    with CaptureQueriesContext(connection) as one:
        staff.get("/admin/")
    unanswered(), unanswered()
    with CaptureQueriesContext(connection) as three:
        staff.get("/admin/")
    assert len(three) == len(one)


def test_extend_moves_the_close_and_keeps_history(staff: Client) -> None:
    order = unanswered()
    before = order.quotes_close_at
    answer = staff.post(act_url(order, "extend"), {"minutes": "45"})
    assert answer.status_code == 302
    order.refresh_from_db()
    assert before is not None
    assert order.quotes_close_at == before + timedelta(minutes=45)


def test_cancel_needs_a_reason_and_changes_nothing_without(staff: Client) -> None:
    order = unanswered()
    refused = staff.post(act_url(order, "cancel"), {"reason": ""})
    assert refused.status_code == 422
    order.refresh_from_db()
    assert order.status == "submitted"
    assert staff.post(act_url(order, "cancel"), {"reason": "Asked by phone"}).status_code == 302
    order.refresh_from_db()
    assert order.status == "cancelled"
    change = Transition.objects.get(object_id=order.pk, to_status="cancelled")
    assert (change.actor_kind, change.reason) == ("staff", "Asked by phone")
    assert "Asked by phone" in staff.get(change_url(order)).content.decode()


def test_staff_ask_silent_shops_again(staff: Client) -> None:
    order = unanswered()
    shop = InvitationFactory(order=order, asked_at=timezone.now() - timedelta(hours=1)).shop
    assert staff.post(act_url(order, "reinvite")).status_code == 302
    order.refresh_from_db()
    assert order.search_radius_km == 100
    assert StreamEntry.objects.filter(stream=f"shop/{shop.pk}", type="new-parts-order").count() == 1


def test_refused_act_says_why(staff: Client) -> None:
    order = OrderFactory(status="cancelled")
    answer = staff.post(act_url(order, "cancel"), {"reason": "again"})
    assert answer.status_code == 422
    assert "cancelled" in answer.content.decode()


def test_staff_who_may_only_look_cannot_act() -> None:
    user = StaffFactory(is_superuser=False)
    user.user_permissions.add(Permission.objects.get(codename="view_order"))
    order = unanswered()
    client = client_of(user)
    page = client.get(change_url(order))
    assert page.status_code == 200
    assert act_url(order, "cancel") not in page.content.decode()
    assert client.post(act_url(order, "cancel"), {"reason": "no"}).status_code == 403
    order.refresh_from_db()
    assert order.status == "submitted"


def test_staff_without_any_permission_see_no_order() -> None:
    order = unanswered()
    assert client_of(StaffFactory(is_superuser=False)).get(change_url(order)).status_code == 403


def test_shop_is_verified_beside_its_documents(staff: Client) -> None:
    shop = ShopFactory(active=False)
    assert "No document was uploaded." in staff.get(change_url(shop)).content.decode()
    assert staff.post(act_url(shop, "verify")).status_code == 302
    assert Shop.objects.get(pk=shop.pk).status == "active"


def test_changes_asked_for_reach_the_shop(staff: Client) -> None:
    shop = ShopFactory(active=False)
    assert staff.post(act_url(shop, "changes"), {"text": "The register is not readable."}).status_code == 302
    assert Shop.objects.get(pk=shop.pk).changes_requested == "The register is not readable."


def test_person_is_deactivated_and_brought_back(staff: Client) -> None:
    user = UserFactory()
    staff.post(act_url(user, "deactivate"))
    assert not User.objects.get(pk=user.pk).is_active
    staff.post(act_url(user, "reactivate"))
    assert User.objects.get(pk=user.pk).is_active


def test_unlisted_vehicle_is_mapped(staff: Client) -> None:
    make = MakeFactory(name="Listed make")
    row = UnlistedVehicle.objects.create(make_name="Lsted", make_key="lsted")
    assert staff.post(act_url(row, "map"), {"make": str(make.pk)}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.make_id) == ("mapped", make.pk)


def test_dead_job_runs_again_and_a_waiting_one_does_not(staff: Client) -> None:
    now = timezone.now()
    dead = Job.objects.create(kind="x", state=JobState.DEAD, run_at=now, attempts=12)
    waiting = Job.objects.create(kind="x", run_at=now)
    assert staff.post(act_url(dead, "again")).status_code == 302
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (JobState.WAITING, 0)
    assert staff.post(act_url(waiting, "again")).status_code == 422


def test_notification_is_sent_to_one_person(staff: Client) -> None:
    user = UserFactory()
    url = reverse("admin:notifications_broadcast_send")
    words = {"audience": "user", "person": user.phone, "title": "Hello", "message": "The market is open."}
    unknown = staff.post(url, {**words, "person": "+200000000000"})
    assert unknown.status_code == 422
    assert not Broadcast.objects.exists()
    assert staff.post(url, words).status_code == 302
    sent = Broadcast.objects.get()
    assert (sent.audience, sent.target, sent.title) == ("user", str(user.pk), "Hello")


def test_every_state_admin_shows_history_and_its_acts_are_reachable() -> None:
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, StateAdmin):
            names = [act.name for act in model_admin.acts]
            assert len(set(names)) == len(names), model


def test_make_of_the_same_name_is_refused(staff: Client) -> None:
    make = MakeFactory(name="Twice")
    data = {"name": "  tWice ", "aliases-TOTAL_FORMS": "0", "aliases-INITIAL_FORMS": "0"}
    answer = staff.post(reverse("admin:shops_make_add"), data)
    assert answer.status_code == 200
    assert "listed already" in answer.content.decode()
    assert type(make).objects.filter(name__iexact="twice").count() == 1
