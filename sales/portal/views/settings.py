"""How the counter is run: tax, limits, days, receipts; its registers; the PINs of who stands there."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import NotFound
from clutch.core.pages import attempted
from sales import rules
from sales.actions.pins import set_pin
from sales.actions.registers import add_register, change_register, set_policy
from sales.models import ClerkPin, Register
from sales.portal.forms import RegisterForm
from sales.portal.page import CounterPage
from sales.portal.settings_forms import PinForm, PolicyForm, RegisterChangeForm
from shops.models import Member
from shops.portal.working import Question
from shops.rules import PERMISSIONS, Act


class SettingsPage(CounterPage):
    """A page of the counter's settings."""

    nav = "counter-settings"

    def members(self) -> QuerySet[Member]:
        """Whose PIN one may set: of all who sell for who manages members, else one's own."""
        rows = Member.objects.filter(shop=self.member.shop_id, is_active=True, role__in=PERMISSIONS[Act.SELL])
        if not rules.may(self.member, Act.MANAGE_MEMBERS):
            rows = rows.filter(pk=self.member.pk)
        elif not rules.may(self.member, Act.MANAGE_OWNERS):
            rows = rows.exclude(role="owner") | rows.filter(pk=self.member.pk)
        has_pin = Exists(ClerkPin.objects.filter(member=OuterRef("pk")))
        return rows.select_related("user").annotate(has_pin=has_pin).order_by("user__name", "pk")


class SettingsView(SettingsPage):
    """`/portal/counter-settings`: what of it the role may change."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the settings."""
        self.require_act(Act.SELL)
        policy = rules.policy_of(self.member.shop_id)
        return self.answer(PolicyForm(initial=PolicyForm.initial_of(policy)), policy.version)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save how the counter is run."""
        self.require_act(Act.SET_TILL_POLICY)
        form, version = PolicyForm(request.POST), request.POST.get("version", "")
        if form.is_valid():
            act = partial(
                set_policy, self.member.shop_id, actor=self.actor, **form.cleaned_data,
                expected_version=int(version) if version.isdecimal() and len(version) < 10 else None,
            )  # fmt: skip
            if attempted(request, act, form=form) is not None:
                messages.success(request, _("Saved."))
                return redirect("counter:settings")
        return self.answer(form, version, status=422)

    def answer(self, form: PolicyForm, version: Any, *, status: int = 200) -> HttpResponse:
        """Render it."""
        context: dict[str, Any] = {"version": version, "members": self.members()}
        if rules.may(self.member, Act.SET_TILL_POLICY):
            registers = Register.objects.filter(shop=self.member.shop_id).order_by("code")
            context |= {"form": form, "registers": registers}
        return self.show("sales/settings/index.html", context, status=status)


class SettingsQuestion(Question, SettingsPage):
    """A small question of the settings."""

    roles = PERMISSIONS[Act.SET_TILL_POLICY]

    def back(self, *args: Any, **names: Any) -> str:
        """The settings."""
        return reverse("counter:settings")


class NewRegisterView(SettingsQuestion):
    """Another till."""

    form_class = RegisterForm
    title = gettext_lazy("Another register")
    button = gettext_lazy("Add it")
    done_text = gettext_lazy("The register is there.")

    def subject(self) -> None:
        """Of the shop itself."""

    def perform(self, subject: None, said: dict[str, Any]) -> Register:
        """Add it."""
        return add_register(self.member.shop_id, actor=self.actor, **said)


class RegisterView(SettingsQuestion):
    """Rename a register, or take it out of use."""

    form_class = RegisterChangeForm
    title = gettext_lazy("The register")
    lead = gettext_lazy("Its code stays: the receipt numbers are made of it.")
    button = gettext_lazy("Save")
    done_text = gettext_lazy("Saved.")

    def subject(self, register_id: UUID) -> Register:
        """The register."""
        found = Register.objects.filter(shop=self.member.shop_id, pk=register_id).first()
        if found is None:
            raise NotFound(_("There is no such register."))
        return found

    def initial(self, subject: Register) -> dict[str, Any]:
        """As it is."""
        return {"name": subject.name, "is_active": subject.is_active}

    def perform(self, subject: Register, said: dict[str, Any]) -> Register:
        """Change it."""
        return change_register(subject.pk, shop_id=self.member.shop_id, actor=self.actor, **said)


class PinView(SettingsQuestion):
    """A new PIN for oneself, or for somebody whom one manages."""

    form_class = PinForm
    roles = PERMISSIONS[Act.SELL]
    title = gettext_lazy("A new PIN")
    lead = gettext_lazy("The old one ends at once, and so does a lock after wrong ones.")
    button = gettext_lazy("Set the PIN")
    done_text = gettext_lazy("The PIN is set.")

    def subject(self, member_id: UUID) -> Member:
        """The member."""
        found = self.members().filter(pk=member_id).first()
        if found is None:
            raise NotFound(_("There is no such member."))
        return found

    def perform(self, subject: Member, said: dict[str, Any]) -> ClerkPin:
        """Set it."""
        return set_pin(subject.pk, shop_id=self.member.shop_id, pin=said["pin"], actor=self.actor)
