"""The till: one page that a scanner and a keyboard work alone. What it sells goes through the API."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.money import minor_units
from clutch.core.pages import new_key
from sales import rules
from sales.actions.registers import add_register, open_session
from sales.enums import LostReason
from sales.portal import reads
from sales.portal.forms import OpenForm, RegisterForm
from sales.portal.page import CounterPage
from shops.rules import Act

# In the order in which the page loads them; see the head of each.
PARTS = "base pin cart find customer facts pay done park asks clerk"
SCRIPTS = [*(f"sales/till/{name}.js" for name in PARTS.split()), "sales/till.js"]


class TillView(CounterPage):
    """The page of the till; before it what is needed first: a register, an open drawer."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the till."""
        self.require_act(Act.SELL)
        registers = self.registers()
        register = self.register(registers)
        if register is None:
            return self.first(RegisterForm(initial={"code": "R1", "name": _("Front counter")}))
        session = reads.open_session(register)
        policy = rules.policy_of(self.member.shop_id)
        if session is None and policy.needs_session:
            return self.closed(OpenForm(), register, registers)
        context = {
            "scripts": SCRIPTS,
            "lost_reasons": LostReason.choices,
            # Without a PIN nobody could open the lock again.
            "lock_minutes": policy.lock_minutes if reads.has_pins(self.member.shop_id) else 0,
            "registers": registers,
            "register": register,
            "session": session,
            "policy": policy,
            "decimals": minor_units(self.shop.currency),
            "parked_count": len(reads.parked(self.member.shop_id)),
        }
        return self.show("sales/till.html", context)

    def first(self, form: RegisterForm, *, status: int = 200) -> HttpResponse:
        """Ask for the first register."""
        return self.show("sales/first_register.html", {"form": form, "key": new_key()}, status=status)

    def closed(self, form: OpenForm, register: Any, registers: Any, *, status: int = 200) -> HttpResponse:
        """Ask for the opening float."""
        context = {"form": form, "register": register, "registers": registers, "key": new_key()}
        return self.show("sales/open.html", context, status=status)


class AddRegisterView(TillView):
    """The first till of a shop, or another one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add it."""
        self.require_act(Act.SET_TILL_POLICY)
        form = RegisterForm(request.POST)
        to = reverse("counter:till")
        if form.is_valid():
            act = partial(add_register, self.member.shop_id, actor=self.actor, **form.cleaned_data)
            if self.attempt(act, form, to):
                return self.moved(_("The till is ready."), to)
        return self.first(form, status=422)


class OpenView(TillView):
    """The drawer is counted and the day begins."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open it."""
        self.require_act(Act.RUN_REGISTER)
        registers = self.registers()
        register = next((row for row in registers if str(row.pk) == request.POST.get("register")), None)
        if register is None:
            raise Invalid(_("There is no such register."))
        form = OpenForm(request.POST)
        to = f"{reverse('counter:till')}?register={register.pk}"
        if form.is_valid():
            act = partial(
                open_session,
                self.member.shop_id,
                register_id=register.pk,
                actor=self.actor,
                **form.cleaned_data,
            )
            if self.attempt(act, form, to):
                return self.moved(_("The till is open."), to)
        return self.closed(form, register, registers, status=422)


class FindView(CounterPage):
    """What a scan or a typed text means, as rows that the till takes into its cart."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer the rows; `exact` says how many a scanned code means for certain."""
        self.require_act(Act.SELL)
        text = request.GET.get("q", "").strip()[:200]
        context: dict[str, Any] = {"text": text, "scanned": "scan" in request.GET, "exact": 0}
        if text and context["scanned"]:
            found = reads.scanned(self.shop, text)
            context |= {"rows": found.candidates or found.suggestions, "exact": len(found.candidates)}
        elif text:
            context["rows"] = reads.found(self.shop, text)
        return self.show("sales/found.html", context)


class ParkedView(CounterPage):
    """The carts that wait."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer them as a list for the till."""
        self.require_act(Act.SELL)
        return self.show("sales/parked.html", {"parked": reads.parked(self.member.shop_id)})
