"""The onboarding wizard: six steps, a review, and the status afterwards."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from clutch.core.errors import Invalid
from clutch.core.pages import attempted
from clutch.feed.actor import Actor
from shops.actions import documents
from shops.actions import onboarding as acts
from shops.enums import OnboardingStatus, Step
from shops.models import Onboarding
from shops.models.shop import market_time_zone
from shops.portal.current import memberships_of
from shops.portal.forms import FORMS, DocumentForm, StepForm
from shops.portal.showing import summary_of
from shops.rules import documents_for, onboardings_for
from shops.steps import DEFAULTS, USE_DEFAULTS


class OnboardingPage(LoginRequiredMixin, View):
    """Base of the wizard's pages."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return Actor.user(self.request.user, "portal")

    def open_one(self) -> Onboarding | None:
        """The onboarding that is under way."""
        mine = onboardings_for(self.request.user)
        return mine.filter(status=OnboardingStatus.IN_PROGRESS).first()

    def require_open(self) -> Onboarding:
        """The onboarding that is under way, or 404."""
        found = self.open_one()
        if found is None:
            raise Http404
        return found

    def show(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Render in the frame of the portal."""
        context = {"my_shops": memberships_of(self.request), **context}
        return render(self.request, f"shops/onboarding/{template}.html", context, status=status)


class HomeView(OnboardingPage):
    """`/portal/onboarding`: begin, go on, or see how it stands."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead to the right page."""
        onboarding = self.open_one()
        if onboarding is not None:
            done = len(onboarding.completed_steps) == len(Step)
            return redirect("shop:review") if done else redirect("shop:step", step=onboarding.current_step)
        last = onboardings_for(request.user).select_related("shop").order_by("-pk").first()
        return self.show("home", {"last": last, "steps": Step})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Start."""
        user = request.user.pk
        assert user is not None
        onboarding = acts.start_onboarding(user, actor=self.actor)
        return redirect("shop:step", step=onboarding.current_step)


class StepView(OnboardingPage):
    """One step."""

    def get(self, request: HttpRequest, step: int) -> HttpResponse:
        """Show the step with what was saved of it."""
        onboarding = self.open_one()
        if onboarding is None:
            return redirect("shop:onboarding")
        return self._page(onboarding, _form(_step(step), onboarding))

    def post(self, request: HttpRequest, step: int) -> HttpResponse:
        """Save the step and go on."""
        onboarding, which = self.require_open(), _step(step)
        if "use_defaults" in request.POST and which in DEFAULTS:
            return self._saved(onboarding, which, {USE_DEFAULTS: True}, None)
        form = FORMS[which](request.POST)
        if not form.is_valid():
            return self._page(onboarding, form, status=400)
        return self._saved(onboarding, which, form.payload(), form)

    def _saved(
        self, onboarding: Onboarding, step: Step, payload: dict[str, Any], form: StepForm | None
    ) -> HttpResponse:
        call = partial(_placing, form, partial(acts.save_step, onboarding.pk, step=step, payload=payload))
        saved = attempted(self.request, partial(call, actor=self.actor), form=form)
        if saved is None:
            return self._page(onboarding, form or _form(step, onboarding), status=400)
        if "review" in self.request.GET or len(saved.completed_steps) == len(Step):
            later = step == Step.VERIFICATION and not saved.documents.exists()
            return redirect("shop:step", step=step.value) if later else redirect("shop:review")
        return redirect("shop:step", step=saved.current_step)

    def _page(self, onboarding: Onboarding, form: StepForm, status: int = 200) -> HttpResponse:
        step = form.step
        done = onboarding.completed_steps
        context = {
            "onboarding": onboarding,
            "form": form,
            "step": step,
            "steps": [{"step": other, "done": other.value in done} for other in Step],
            "has_defaults": step in DEFAULTS,
            "previous": step - 1,
            "documents": onboarding.documents.order_by("pk"),
            "document_form": DocumentForm(prefix="document"),
            "template": f"shops/onboarding/{step.column}.html",
        }
        return self.show("step", context, status)


class DocumentsView(OnboardingPage):
    """Documents of the onboarding."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add one."""
        onboarding = self.require_open()
        form = DocumentForm(request.POST, request.FILES, prefix="document")
        if form.is_valid():
            call = partial(documents.add_document, onboarding_id=onboarding.pk, actor=self.actor)
            attempted(request, partial(call, **form.cleaned_data))
        else:
            messages.error(request, " ".join(str(found) for field in form.errors.values() for found in field))
        return redirect("shop:step", step=Step.VERIFICATION.value)


class RemoveDocumentView(OnboardingPage):
    """A document taken back."""

    def post(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        """Remove one."""
        onboarding = self.require_open()
        found = documents_for(request.user).filter(pk=document_id, onboarding=onboarding).first()
        if found is None:
            raise Http404
        attempted(request, partial(documents.remove_document, found.pk, actor=self.actor))
        return redirect("shop:step", step=Step.VERIFICATION.value)


class ReviewView(OnboardingPage):
    """Everything once more, and the button."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what was said and what is missing."""
        onboarding = self.open_one()
        if onboarding is None:
            return redirect("shop:onboarding")
        missing = {found["step"]: found["problems"] for found in acts.missing_of(onboarding)}
        sections = [
            {
                "step": step,
                "facts": summary_of(step, onboarding.payload(step)),
                "problems": missing.get(step.value, []),
            }
            for step in Step
        ]
        steps = [{"step": step, "done": step.value not in missing} for step in Step]
        context = {"sections": sections, "steps": steps, "missing": missing, "reviewing": True}
        return self.show("review", {**context, "documents": onboarding.documents.order_by("pk")})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Complete."""
        onboarding = self.require_open()
        call = partial(acts.complete_onboarding, onboarding.pk, actor=self.actor)
        if attempted(request, call) is None:
            return redirect("shop:review")
        messages.success(
            request, _("Done. We look at your shop now, and tell you as soon as it is verified.")
        )
        return redirect("shop:onboarding")


def _step(number: int) -> Step:
    if number not in Step.values:
        raise Http404
    return Step(number)


def _form(step: Step, onboarding: Onboarding) -> StepForm:
    form = FORMS[step]
    payload = onboarding.payload(step)
    if payload is None:
        known = {"time_zone": market_time_zone(), "owner_name": onboarding.user.name}
        return form(initial={**known, "phone": onboarding.user.phone or ""})
    return form(initial=form.initial_of(payload))


def _placing(form: StepForm | None, call: Any, **kwargs: Any) -> Any:
    """Run an act, with its refusals at the fields of the form."""
    try:
        return call(**kwargs)
    except Invalid as error:
        if form is None:
            raise
        raise form.placed(error) from error
