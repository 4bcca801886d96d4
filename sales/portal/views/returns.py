"""What comes back: the credit note on a page and on paper."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from sales.models import SaleReturn
from sales.portal.views.sales import SalesPage
from sales.receipts.content import credit_note_of
from shops.rules import Act


class ReturnPage(SalesPage):
    """A page of one credit note."""

    def note(self, return_id: UUID) -> SaleReturn:
        """A credit note of this shop. Raises NotFound for any other."""
        self.require_act(Act.SEE_SALES)
        found = (
            SaleReturn.objects.filter(shop=self.member.shop_id, pk=return_id).select_related("sale").first()
        )
        if found is None:
            raise NotFound(_("There is no such credit note."))
        return found


class CreditNoteView(ReturnPage):
    """One credit note, as it is printed."""

    def get(self, request: HttpRequest, return_id: UUID) -> HttpResponse:
        """Show it."""
        note = self.note(return_id)
        return self.show("sales/past/credit_note.html", {"note": note, "paper": credit_note_of(note)})


class PaperView(ReturnPage):
    """The credit note on paper."""

    def get(self, request: HttpRequest, return_id: UUID) -> HttpResponse:
        """As PDF, on a roll or on A4."""
        return self.paper(self.note(return_id))
