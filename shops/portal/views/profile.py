"""The shop's profile: the sections of onboarding, documents, open and closed."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.casing import camel, snake
from clutch.core.errors import Invalid
from clutch.core.pages import attempted
from clutch.feed.models import Transition
from shops.actions import documents, standing
from shops.actions.profile import edit_shop
from shops.enums import ShopStatus, Step
from shops.models import Shop, ShopDocument
from shops.portal.forms import FORMS, DocumentForm, StepForm
from shops.portal.page import ShopPage
from shops.portal.showing import summary_of
from shops.rules import Act, may, require
from shops.steps import SERIALIZERS, checked, clean_step

SECTIONS = {
    "business": Step.BUSINESS_INFO,
    "location": Step.LOCATION_INFO,
    "makes": Step.VEHICLE_BRANDS,
    "stock": Step.INVENTORY_SETUP,
    "prices": Step.PRICING_STRATEGY,
}


def payload_of(shop: Shop, step: Step) -> dict[str, Any]:
    """What a shop says of a step, in wire names."""
    if step in (Step.INVENTORY_SETUP, Step.PRICING_STRATEGY):
        kept: dict[str, Any] = getattr(shop, step.column)
        return kept
    names = [name for name in SERIALIZERS[step]().fields if hasattr(shop, name)]
    payload = {camel(name): getattr(shop, name) for name in names}
    if step == Step.LOCATION_INFO:
        payload["openingHours"] = [
            {"weekday": row.weekday, "opens": f"{row.opens:%H:%M}", "closes": f"{row.closes:%H:%M}"}
            for row in shop.opening_hours.all()
        ]
    if step == Step.VEHICLE_BRANDS:
        payload["makeIds"] = [make.pk for make in shop.makes.all()]
    return payload


class ProfilePage(ShopPage):
    """Base: the navigation shows "Shop"."""

    nav = "profile"


class ProfileView(ProfilePage):
    """`/portal/profile`."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the shop as it is known here."""
        sections = [
            {"name": name, "step": step, "facts": summary_of(step, payload_of(self.shop, step))}
            for name, step in SECTIONS.items()
        ]
        seen = may(self.member, Act.SEE_DOCUMENTS)
        last = Transition.objects.filter(kind="shops.shop", object_id=self.shop.pk).order_by("-at").first()
        context = {
            "sections": sections,
            "may_edit": may(self.member, Act.EDIT_SHOP),
            "may_close": may(self.member, Act.OPEN_AND_CLOSE),
            "may_see_documents": seen,
            "documents": self.shop.documents.order_by("pk") if seen else [],
            "document_form": DocumentForm(prefix="document"),
            "pending": self.shop.status == ShopStatus.PENDING_VERIFICATION,
            "standing_reason": last.reason if last else "",
        }
        return self.show("shops/portal/profile.html", context)


class SectionView(ProfilePage):
    """One section of the profile."""

    def get(self, request: HttpRequest, section: str) -> HttpResponse:
        """Show the form."""
        require(self.member, Act.EDIT_SHOP)
        form = FORMS[_step(section)]
        return self._page(section, form(initial=form.initial_of(payload_of(self.shop, form.step))))

    def post(self, request: HttpRequest, section: str) -> HttpResponse:
        """Save it."""
        require(self.member, Act.EDIT_SHOP)
        form = FORMS[_step(section)](request.POST)
        if not form.is_valid():
            return self._page(section, form, status=400)
        call = partial(self._save, form, form.payload())
        if attempted(request, call, form=form) is None:
            return self._page(section, form, status=400)
        messages.success(request, _("Saved."))
        return redirect("shop:profile")

    def _save(self, form: StepForm, payload: dict[str, Any]) -> Shop:
        version = self.request.POST.get("version", "")
        try:
            return edit_shop(
                self.shop.pk,
                expected_version=int(version) if version.isdigit() else None,
                actor=self.actor,
                **_changes(form.step, payload),
            )
        except Invalid as error:
            raise form.placed(error) from error

    def _page(self, section: str, form: StepForm, status: int = 200) -> HttpResponse:
        shown = self.request.POST.get("version") or self.shop.version
        context = {
            "form": form,
            "section": section,
            "step": form.step,
            "version": shown,
            "template": f"shops/onboarding/{form.step.column}.html",
        }
        return self.show("shops/portal/section.html", context, status=status)


def _changes(step: Step, payload: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `edit_shop` for what a section says. Raises Invalid at the fields."""
    if step in (Step.INVENTORY_SETUP, Step.PRICING_STRATEGY):
        return {"changes": {step.column: clean_step(step, payload)}}
    given = checked(SERIALIZERS[step], payload)
    hours, makes = given.pop("opening_hours", None), given.pop("make_ids", None)
    return {
        "changes": {snake(name): value for name, value in given.items()},
        "hours": hours,
        "make_ids": makes,
    }


def _step(section: str) -> Step:
    if section not in SECTIONS:
        raise Http404
    return SECTIONS[section]


class AddDocumentView(ProfilePage):
    """A document more."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add one."""
        require(self.member, Act.EDIT_DOCUMENTS)
        form = DocumentForm(request.POST, request.FILES, prefix="document")
        if form.is_valid():
            call = partial(documents.add_document, shop_id=self.shop.pk, actor=self.actor)
            attempted(request, partial(call, **form.cleaned_data))
        else:
            messages.error(request, " ".join(str(found) for field in form.errors.values() for found in field))
        return redirect("shop:profile")


class RemoveDocumentView(ProfilePage):
    """A document less."""

    def post(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        """Remove one."""
        require(self.member, Act.EDIT_DOCUMENTS)
        found = ShopDocument.objects.filter(pk=document_id, shop=self.shop).first()
        if found is None:
            raise Http404
        attempted(request, partial(documents.remove_document, found.pk, actor=self.actor))
        return redirect("shop:profile")


class StandingView(ProfilePage):
    """Open, closed, sent again: one button each."""

    ACTS = {
        "close": (
            standing.close_shop,
            Act.OPEN_AND_CLOSE,
            gettext_lazy("The shop is closed: no new requests come in."),
        ),
        "reopen": (standing.reopen_shop, Act.OPEN_AND_CLOSE, gettext_lazy("The shop is open again.")),
        "resubmit": (standing.resubmit_shop, Act.EDIT_SHOP, gettext_lazy("Sent. We look at it again.")),
    }

    def post(self, request: HttpRequest, act: str) -> HttpResponse:
        """Do it."""
        if act not in self.ACTS:
            raise Http404
        call, permission, said = self.ACTS[act]
        require(self.member, permission)
        if attempted(request, partial(call, self.shop.pk, actor=self.actor)) is not None:
            messages.success(request, str(said))
        return redirect("shop:profile")
