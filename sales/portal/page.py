"""What the pages of the counter share."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from sales import rules
from sales.models import Register
from shops.portal.working import WorkPage
from shops.rules import PERMISSIONS, Act

# What the templates ask: {% if can.void_sale %}
ASKED = (
    Act.SELL, Act.SEE_SALES, Act.VOID_SALE, Act.TAKE_RETURN, Act.RUN_REGISTER, Act.SEE_TAKINGS,
    Act.SET_TILL_POLICY, Act.SEE_CUSTOMERS, Act.EDIT_CUSTOMERS, Act.SET_CREDIT,
    Act.MERGE_CUSTOMERS, Act.ERASE_CUSTOMER, Act.TRANSFER_CUSTOMERS, Act.SEE_COST,
)  # fmt: skip
REGISTER = "till_register"


class CounterPage(WorkPage):
    """A page of the shop's counter."""

    nav = "till"

    def show(
        self, template: str, context: Mapping[str, Any], *, status: int = 200, fragment: str = ""
    ) -> HttpResponse:
        """Render with what the role may do here."""
        can = {act.value: rules.may(self.member, act) for act in ASKED}
        return super().show(template, {"can": can, **context}, status=status, fragment=fragment)

    def require_act(self, act: Act) -> None:
        """Refuse a role that may not, before anything is shown or done."""
        self.require(PERMISSIONS[act])

    def registers(self) -> list[Register]:
        """The registers in use, by code."""
        return list(Register.objects.filter(shop=self.member.shop_id, is_active=True).order_by("code"))

    def register(self, registers: list[Register]) -> Register | None:
        """The register of this browser: the one just chosen, the one chosen before, or the first."""
        asked = self.request.GET.get("register") or self.request.session.get(REGISTER, "")
        found = next((row for row in registers if str(row.pk) == asked), None)
        if found is not None and self.request.session.get(REGISTER) != asked:
            self.request.session[REGISTER] = asked
        return found or (registers[0] if registers else None)
