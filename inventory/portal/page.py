"""What the shop's pages of parts and stock share."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from inventory import rules
from inventory.models import Part
from shops.portal.working import Question, WorkPage
from shops.rules import PERMISSIONS, Act, may

# What the templates ask: {% if can.edit_parts %}
ASKED = (
    Act.SEE_COST, Act.EDIT_PARTS, Act.SET_PRICES, Act.MOVE_STOCK, Act.ADJUST_STOCK, Act.COUNT_STOCK,
    Act.IMPORT_PARTS, Act.SET_STOCK_POLICY,
)  # fmt: skip


class StockPage(WorkPage):
    """A page of the shop's parts."""

    nav = "parts"

    def show(
        self, template: str, context: Mapping[str, Any], *, status: int = 200, fragment: str = ""
    ) -> HttpResponse:
        """Render with what the role may do here."""
        can = {act.value: may(self.member, act) for act in ASKED}
        return super().show(template, {"can": can, **context}, status=status, fragment=fragment)

    def require_act(self, act: Act) -> None:
        """Refuse a role that may not, before anything is shown or done."""
        self.require(PERMISSIONS[act])

    def may(self, act: Act) -> bool:
        """Whether the role allows an act."""
        return may(self.member, act)

    def part(self, part_id: UUID | str) -> Part:
        """A part of this shop. Raises NotFound for any other, also for what is no id."""
        try:
            return rules.parts_for(self.member).get(pk=part_id)
        except (Part.DoesNotExist, ValidationError) as error:
            raise NotFound(_("There is no such part.")) from error


class PartQuestion(Question, StockPage):
    """A small question about one part; `act` is what the role must allow."""

    act = Act.EDIT_PARTS

    @property
    def roles(self) -> Any:  # type: ignore[override]  # from the one table, by `act`
        """Who may answer it."""
        return PERMISSIONS[self.act]

    def subject(self, part_id: UUID) -> Part:
        """The part."""
        return self.part(part_id)

    def back(self, part_id: UUID) -> str:
        """The part's page."""
        return f"/portal/parts/{part_id}"
