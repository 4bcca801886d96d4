"""The garage, onboarding, and a shop's own pages, looked at at both widths and in both languages."""

from collections.abc import Iterator
from typing import Any

import pytest

from clutch.accounts.models import User
from clutch.accounts.tests.factories import UserFactory
from clutch.live.tests.browser import at_url, in_both_languages, look_at, sign_in
from shops.models import Shop
from shops.portal.views.profile import SECTIONS
from shops.tests.api.people import photo
from shops.tests.factories import GarageVehicleFactory, MemberFactory, ShopFactory

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("vehicle_data"), pytest.mark.long]


def the_garage(page: Any, user: User) -> Iterator[str]:
    """Empty, a vehicle by its chassis number, full."""
    page.goto("/garage")
    yield "garage-empty"
    page.goto("/garage/add")
    page.locator("[name=vin]").fill("KMHCT4AE0DU123456")
    page.locator("[data-fill-make]").click()
    page.locator("#model-options option").nth(5).wait_for(state="attached")
    yield "garage-add"
    GarageVehicleFactory(user=user, is_default=True)
    GarageVehicleFactory(user=user, make_name="Volkswagen", model_name="Transporter Kombi, long", year=None)
    page.goto("/garage")
    yield "garage"


def onboarding(page: Any, user: User) -> Iterator[str]:
    """From "sell on Clutch" through the six steps to the status."""
    page.goto("/portal/onboarding")
    yield "onboarding-start"
    page.locator("main form button").click()
    for step, fill in STEPS.items():
        at_url(page, f"**/step/{step}")
        if step == 1:
            save(page)
            page.locator("[aria-invalid=true]").first.wait_for()
            yield "onboarding-1-refused"
        fill(page)
        yield f"onboarding-{step}"
        save(page)
    at_url(page, "**/review")
    yield "onboarding-review"
    page.locator("main form button.btn-primary").click()
    page.goto("/portal/onboarding")
    yield "onboarding-status"
    for name, fields in {
        "changes": {"changes_requested": "The photo of the register cannot be read."},
        "verified": {"changes_requested": "", "status": "active"},
    }.items():
        Shop.objects.update(**fields)
        page.goto("/portal/onboarding")
        yield f"onboarding-{name}"
        page.goto("/portal/profile")
        yield f"profile-{name}"


def save(page: Any) -> None:
    """Save a step and go on."""
    page.locator("main .action-bar button").first.click()


def _place(page: Any) -> None:
    page.fill("[name=address]", "12 Example Street")
    page.fill("[name=district]", "Downtown")
    page.locator("main details summary").click()
    page.fill("[name=latitude]", "30.05")
    page.fill("[name=longitude]", "31.24")
    page.locator("[name=hours_preset][value=custom]").check()
    page.locator(".hours-day input").nth(0).fill("18:00")
    page.locator(".hours-day input").nth(1).fill("02:00")


def _papers(page: Any) -> None:
    file = {"name": "register.png", "mimeType": "image/png", "buffer": photo().read()}
    page.set_input_files("[name=document-file]", file)
    page.locator("main form[action$=documents] button").last.click()
    page.locator("main a[href*=document]").first.wait_for()
    page.fill("[name=owner_name]", "Mona")
    page.fill("[name=commercial_register]", "123456")


STEPS: dict[int, Any] = {
    1: lambda page: (page.fill("[name=name]", "Nile Parts"), page.fill("[name=phone]", "01001234567")),
    2: _place,
    3: lambda page: page.locator("[name=make_ids]").nth(3).check(),
    4: lambda page: None,
    5: lambda page: None,
    6: _papers,
}


def the_shop(page: Any, user: User) -> Iterator[str]:
    """Members, a link to join, the profile, and each of its sections."""
    shop = ShopFactory(name="Nile Parts", rating_sum=45, rating_count=10)
    MemberFactory(shop=shop, user=user)
    MemberFactory(shop=shop, role="storekeeper", user__name="Abd El-Rahman Mostafa El-Sayed Ibrahim")
    page.goto("/portal/members")
    page.locator("form[action$=invite] button").last.click()
    page.locator("input[readonly]").wait_for()
    yield "members"
    link = page.locator("input[readonly]").input_value()
    for name in ("profile", *(f"profile/{section}" for section in SECTIONS)):
        page.goto(f"/portal/{name}")
        yield name.replace("/", "-")
    page.context.clear_cookies()
    sign_in(page, UserFactory(language=user.language))
    page.goto("/portal/join/" + link.rsplit("/", 1)[1])
    yield "join"
    page.goto("/portal/join/gone")
    yield "join-gone"


@in_both_languages
@pytest.mark.parametrize("walk", [the_garage, onboarding, the_shop])
def test_pages_of_a_shop_itself(live_site: str, new_page: Any, language: str, walk: Any) -> None:
    user = UserFactory(name="Mona", language=language)
    page = new_page(language=language, user=user)
    look_at(page, walk(page, user))
