"""What the pages of stock-taking share: one sheet of the shop, and who sees what of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from inventory import counting
from inventory.models import CountSheet
from inventory.portal import count_reads
from inventory.portal.page import StockPage
from shops.portal.working import Question
from shops.rules import PERMISSIONS, Act


class CountPage(StockPage):
    """A page of stock-taking."""

    nav = "counts"

    def show(
        self, template: str, context: Mapping[str, Any], *, status: int = 200, fragment: str = ""
    ) -> HttpResponse:
        """Render with what the role may do here."""
        return super().show(
            template,
            {"may_approve": self.may(Act.APPROVE_COUNT), **context},
            status=status,
            fragment=fragment,
        )

    def sheet(self, count_id: UUID) -> CountSheet:
        """A count sheet of this shop with its progress. Raises NotFound for any other."""
        rows = count_reads.with_progress(counting.sheets_for(self.member))
        found = rows.filter(pk=count_id).first()
        if found is None:
            raise NotFound(_("There is no such count sheet."))
        found.shop = self.shop
        return found

    def may_cancel(self, sheet: CountSheet) -> bool:
        """Whoever began it, and who may approve it."""
        own = sheet.started_by_id == self.member.user_id and self.may(Act.COUNT_STOCK)
        return own or self.may(Act.APPROVE_COUNT)

    def sees_expected(self, sheet: CountSheet) -> bool:
        """Whether this member may see what should be there."""
        return counting.sees_expected(self.member, sheet)


class CountQuestion(Question, CountPage):
    """A small question about one count; `act` is what the role must allow."""

    act = Act.COUNT_STOCK

    @property
    def roles(self) -> Any:  # type: ignore[override]  # from the one table, by `act`
        """Who may answer it."""
        return PERMISSIONS[self.act]

    def subject(self, count_id: UUID) -> CountSheet:
        """The sheet."""
        return self.sheet(count_id)

    def back(self, count_id: UUID) -> str:
        """The page of the count."""
        return reverse("stock:count", args=[count_id])
