"""How the shop wants its stock handled."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clutch.core.pages import attempted
from inventory.actions.policy import set_policy
from inventory.models import StockPolicy
from inventory.portal.forms import PolicyForm
from inventory.portal.page import StockPage
from inventory.rules import policy_of
from shops.rules import Act


class PolicyView(StockPage):
    """`/portal/stock-settings`."""

    nav = "stock-policy"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the settings."""
        self.require_act(Act.SET_STOCK_POLICY)
        policy = policy_of(self.shop.pk)
        return self._page(PolicyForm.of(policy, self.shop.currency), policy.version)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save them."""
        self.require_act(Act.SET_STOCK_POLICY)
        form = PolicyForm(request.POST)
        version = request.POST.get("version", "")
        if form.is_valid() and attempted(request, partial(self._save, form, version), form=form) is not None:
            messages.success(request, _("Saved."))
            return redirect("stock:policy")
        return self._page(form, version, status=422)

    def _save(self, form: PolicyForm, version: str) -> StockPolicy:
        return set_policy(
            self.shop.pk,
            expected_version=int(version) if version.isdecimal() and len(version) < 10 else None,
            actor=self.actor,
            **form.cleaned_data,
        )

    def _page(self, form: PolicyForm, version: Any, *, status: int = 200) -> HttpResponse:
        return self.show("inventory/policy.html", {"form": form, "version": version}, status=status)
