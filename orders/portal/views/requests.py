"""The queue of requests, and one request with the quote form."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import DomainError, Invalid, NotFound
from clutch.core.pages import new_key, once
from orders import rules
from orders.actions.drafts import send_draft
from orders.actions.invitations import decline_invitation, mark_seen
from orders.actions.photos import add_offer_photo
from orders.actions.quote_endings import withdraw_quote
from orders.actions.quotes import provide_quote, update_quote
from orders.enums import QuoteStatus
from orders.inputs import OfferInput
from orders.models import Invitation, Quote
from orders.portal import filling, reads
from orders.portal.forms import QUICK_MINUTES, DeclineForm, OfferForm, QuoteSheet, WithdrawForm, new_row_key
from orders.portal.page import Ask, MarketPage
from orders.portal.reads import QUEUE_VIEWS, Ticket
from orders.portal.threads import thread_context
from orders.portal.wording import whole
from orders.sums import Sums, quote_sums

ENDED_OUTSIDE = frozenset({QuoteStatus.ACCEPTED, QuoteStatus.LOST, QuoteStatus.EXPIRED})


class QueueView(MarketPage):
    """Requests that wait, were quoted or declined; the live part is answered alone to htmx."""

    nav = "requests"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one view of the queue."""
        now = timezone.now()
        view = self.view_of(QUEUE_VIEWS)
        counts = reads.queue_counts(rules.requests_for(self.member), now)
        page = self.page_of(reads.queue(rules.requests_for(self.member), view, now))
        context = {
            "view": view,
            "tabs": reads.tabs(QUEUE_VIEWS, counts, view),
            "page_obj": page,
            "tickets": reads.tickets(list(page), now, keys=new_key),
            "figures": reads.figures(self.member.shop_id, now, waiting=counts["new"]),
        }
        return self.show("portal/requests/index.html", context, fragment="portal/requests/queue.html")


class SendDraftView(MarketPage):
    """One tap: the prepared quote goes out as the card shows it."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Send the draft, unless it or the request has changed since it was shown."""
        self.require(rules.QUOTING)
        ticket = Ticket(self.invitation(number), timezone.now())
        to = reverse("portal:requests")
        try:
            once(request, partial(self._send, ticket.order.pk), to=lambda _quote: to)
        except DomainError as refused:
            return self.refuse(str(refused.detail), to)
        return self.done(_("Your quote is with the customer of %(number)s.") % {"number": number}, to)

    def _send(self, order_id: UUID) -> Quote:
        shown = whole(self.request.POST.get("draft"))
        return send_draft(
            order_id, shop_id=self.member.shop_id, expected_version=shown or 0, actor=self.actor
        )


class RequestView(MarketPage):
    """What is asked, beside the quote form or the quote that was sent."""

    nav = "requests"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the request; the form comes filled from the quote that stands, or from the draft."""
        [ticket] = reads.tickets([self.invitation(number)], timezone.now())
        wanted = ticket.quote is None or "edit" in request.GET
        if not (wanted and ticket.may_be_quoted and self.member.role in rules.QUOTING):
            return self._page(ticket)
        return self._page(ticket, sheet=filling.sheet_for(ticket), revised=ticket.live_quote)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Send the quote, or the change of the one that stands; show what was refused."""
        self.require(rules.QUOTING)
        ticket = Ticket(self.invitation(number), timezone.now())
        sheet = QuoteSheet.of_post(ticket.parts, request.POST, request.FILES)
        revised = ticket.own_quote(request.POST.get("quote"))
        conflict: DomainError | None = None
        if sheet.is_valid():
            try:
                return self._send(ticket, sheet, revised)
            except Invalid as refused:
                sheet.refuse(refused)
            except DomainError as refused:
                conflict = refused
        return self._page(ticket, sheet=sheet, revised=revised, conflict=conflict)

    def _send(self, ticket: Ticket, sheet: QuoteSheet, revised: Quote | None) -> HttpResponse:
        sent: list[Quote] = []
        act = partial(self._provide, ticket) if revised is None else partial(self._update, revised)
        to = reverse("portal:request", args=[ticket.order.number])
        once(
            self.request,
            partial(_keep, sent, partial(act, sheet.offers(), sheet.head.cleaned_data)),
            to=lambda _q: to,
        )
        for quote in sent:
            self._add_photos(quote, sheet)
        return self.moved(_("Your quote is with the customer."), to)

    def _provide(self, ticket: Ticket, lines: list[OfferInput], head: dict[str, Any]) -> Quote:
        return provide_quote(
            ticket.order.pk, shop_id=self.member.shop_id, lines=lines, actor=self.actor, **self._terms(head)
        )

    def _update(self, revised: Quote, lines: list[OfferInput], head: dict[str, Any]) -> Quote:
        version = whole(self.request.POST.get("version"))
        return update_quote(
            revised.pk, lines=lines, expected_version=version, actor=self.actor, **self._terms(head)
        )

    def _terms(self, head: dict[str, Any]) -> dict[str, Any]:
        return {
            "delivery_fee": head["delivery_fee"] or Decimal(0),
            "estimated_delivery_minutes": head["estimated_delivery_minutes"],
            "notes": head["notes"],
            "request_revision": whole(self.request.POST.get("revision")),
        }

    def _add_photos(self, quote: Quote, sheet: QuoteSheet) -> None:
        """After the quote: an offer has no id before it is sent."""
        photos = sheet.photos()
        rows = list(quote.lines.order_by("position")) if photos else []
        for index, photo in photos.items():
            add_offer_photo(quote.pk, offer_id=rows[index].pk, photo=photo, actor=self.actor)

    def _page(
        self,
        ticket: Ticket,
        *,
        sheet: QuoteSheet | None = None,
        revised: Quote | None = None,
        conflict: DomainError | None = None,
    ) -> HttpResponse:
        # What was typed stays, beside the parts as they are now: it can be sent again.
        amended = conflict is not None and conflict.code == "request_changed"
        status = 409 if conflict else 422 if sheet and sheet.is_bound else 200
        context = {
            **state_context(ticket, None if amended else self.request.POST.get("revision")),
            **thread_context(self.member, ticket.order),
            "sheet": sheet,
            "sums": sums_of(ticket, sheet) if sheet else None,
            "revised": revised,
            "version": self.request.POST.get("version") or (revised.version if revised else ""),
            "conflict": conflict.detail if conflict else "",
            "amended": amended,
            "from_draft": sheet is not None
            and not revised
            and any(o.source for p in sheet.parts for o in p.offers),
            "key": self.request.POST.get("idempotency_key") or new_key(),
            "quick_minutes": QUICK_MINUTES,
        }
        part = "form" if sheet else "sent"
        return self.show(
            "portal/requests/request.html", context, status=status, fragment=f"portal/requests/{part}.html"
        )


def _keep(sent: list[Quote], act: Callable[[], Quote]) -> Quote:
    quote = act()
    sent.append(quote)
    return quote


def sums_of(ticket: Ticket, sheet: QuoteSheet) -> Sums:
    """The sums of a form as it stands."""
    chosen, fee = sheet.chosen()
    return quote_sums(ticket.asked, chosen, delivery_fee=fee, currency=ticket.order.currency)


def state_context(
    ticket: Ticket, shown_revision: str | None = None, shown_quote: str | None = None
) -> dict[str, Any]:
    """What the state line needs; with what the page was opened with, to say that it has changed."""
    quote = ticket.live_quote
    current = f"{quote.pk}.{quote.version}" if quote else ""
    shown = whole(shown_revision) or ticket.order.revision
    seen = current if shown_quote is None else shown_quote
    return {
        "ticket": ticket,
        "order": ticket.order,
        "shown_revision": shown,
        "shown_quote": seen,
        # What ends a quote from outside is said in words of its own.
        "colleague": seen != current and ticket.quote_status not in ENDED_OUTSIDE,
    }


class RequestStateView(MarketPage):
    """The state line of a request, asked for when something happened to it."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show time left and what has become of the request and of the quote."""
        ticket = Ticket(self.invitation(number), timezone.now())
        context = state_context(ticket, request.GET.get("revision"), request.GET.get("quote", ""))
        return self.show("portal/requests/state.html", context)


class SeenView(MarketPage):
    """Notes the first look of the shop at a request."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Called by the page once it is shown; a link that is fetched ahead does not count."""
        mark_seen(self.invitation(number).order_id, shop_id=self.member.shop_id, actor=self.actor)
        return HttpResponse(status=204)


class QuoteTotalView(MarketPage):
    """The sum of a quote while somebody types. The server alone adds up."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the total of what can be read; nothing is kept."""
        self.require(rules.QUOTING)
        ticket = Ticket(self.invitation(number), timezone.now())
        sheet = QuoteSheet.of_post(ticket.parts, request.POST, MultiValueDict())
        context = {"order": ticket.order, "sums": sums_of(ticket, sheet)}
        return self.show("portal/requests/total.html", context)


class NewOfferView(MarketPage):
    """One more empty offer for a part."""

    def get(self, request: HttpRequest, number: str, part_id: UUID) -> HttpResponse:
        """Show the row; it is not kept before the quote is sent."""
        self.require(rules.QUOTING)
        ticket = Ticket(self.invitation(number), timezone.now())
        line = next((part for part in ticket.parts if part.pk == part_id), None)
        if line is None:
            raise NotFound(_("There is no such part."))
        context = {"line": line, "order": ticket.order, "offer": OfferForm(key=new_row_key()), "added": True}
        return self.show("portal/requests/offer.html", context)


class DeclineView(Ask):
    """Why the shop does not quote."""

    form_class = DeclineForm
    nav = "requests"
    roles = rules.QUOTING
    title = gettext_lazy("Decline the request")
    lead = gettext_lazy("The customer does not see the reason. It helps us to ask you for what you have.")
    button = gettext_lazy("Decline")
    done_text = gettext_lazy("Declined. You find it under “Declined” while it is open.")

    def subject(self, number: str) -> Invitation:
        """The shop's invitation."""
        return self.invitation(number)

    def back(self, number: str) -> str:
        """The queue."""
        return reverse("portal:requests")

    def perform(self, subject: Invitation, said: dict[str, Any]) -> Any:
        """Decline."""
        return decline_invitation(subject.order_id, shop_id=self.member.shop_id, actor=self.actor, **said)


class WithdrawView(Ask):
    """Why a quote is taken back."""

    form_class = WithdrawForm
    nav = "requests"
    roles = rules.QUOTING
    title = gettext_lazy("Withdraw the quote")
    lead = gettext_lazy(
        "The customer is told, with your reason. While the request is open you can quote again."
    )
    button = gettext_lazy("Withdraw it")
    done_text = gettext_lazy("The quote is withdrawn.")
    tone = "danger"

    def subject(self, number: str) -> Quote:
        """The shop's newest quote; whether it still stands, the act decides."""
        quote = Ticket(self.invitation(number), timezone.now()).quote
        if quote is None:
            raise NotFound(_("There is no such quote."))
        return quote

    def back(self, number: str) -> str:
        """The request."""
        return reverse("portal:request", args=[number])

    def perform(self, subject: Quote, said: dict[str, Any]) -> Any:
        """Withdraw."""
        return withdraw_quote(subject.pk, reason=said["reason"], actor=self.actor)
