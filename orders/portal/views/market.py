"""The door of the portal, the choice of a shop, the shop's quotes, conversations and photos."""

from functools import partial
from mimetypes import guess_type
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import DomainError, NotAllowed, NotFound
from clutch.core.pages import domain_errors_to_form, once
from orders import rules
from orders.actions.message import mark_read, send_message
from orders.models import Order
from orders.portal import reads
from orders.portal.forms import MessageForm
from orders.portal.page import MarketPage
from orders.portal.reads import QUOTE_VIEWS
from orders.portal.threads import thread_context
from shops.portal.current import choose_shop
from shops.portal.page import ShopPage


class HomeView(ShopPage):
    """The door: to the queue; who has no shop yet goes on with the onboarding."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Go on."""
        return redirect("portal:requests")


class ChooseShopView(ShopPage):
    """Work in another of one's shops."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Choose, and begin at its queue."""
        choose_shop(request, request.POST.get("choose", ""))
        return redirect("portal:requests")


class CountView(MarketPage):
    """What waits, for the badges of the navigation."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show how many requests wait, or how many messages are unread; nothing for none."""
        if kind == "requests":
            count = reads.waiting(rules.requests_for(self.member), timezone.now())
        elif kind == "messages":
            count = reads.unread(self.member.shop_id)
        else:
            raise NotFound(_("There is nothing here."))
        return self.show("portal/count.html", {"count": count, "kind": kind})


class QuotesView(MarketPage):
    """All quotes of the shop, by status, and by the number of their order."""

    nav = "requests"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one view of them."""
        now, view = timezone.now(), self.view_of(QUOTE_VIEWS)
        search = request.GET.get("q", "").strip()[:20]
        page = self.page_of(reads.quotes(self.member.shop_id, view, search, now))
        counts = reads.quote_counts(self.member.shop_id, now)
        context = {
            "view": view,
            "search": search,
            "tabs": reads.tabs(QUOTE_VIEWS, counts, view),
            "page_obj": page,
            "quotes": [(quote, quote.status_at(now)) for quote in page],
        }
        return self.show("portal/quotes/index.html", context, fragment="portal/quotes/list.html")


class MessagesView(MarketPage):
    """The shop's conversations."""

    nav = "messages"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, the newest first."""
        page = self.page_of(reads.threads(self.member.shop_id))
        context = {"page_obj": page, "threads": page}
        return self.show("portal/messages/index.html", context, fragment="portal/messages/list.html")


class ThreadPage(MarketPage):
    """One conversation: beside a request, beside an order."""

    def conversation(self, number: str) -> Order:
        """The request or order it is about. Raises NotFound for what the shop has no part in."""
        return self.invitation(number).order


class ThreadView(ThreadPage):
    """The conversation as a fragment, and the answer to it."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show it."""
        return self._show(self.conversation(number), None, 200)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Send a message."""
        order, form = self.conversation(number), MessageForm(request.POST, request.FILES)
        if form.is_valid():
            said = {**form.cleaned_data, "shop_id": self.member.shop_id, "actor": self.actor}
            to = reverse("portal:request", args=[number])
            try:
                answer = once(request, partial(send_message, order.pk, **said), to=lambda _message: to)
            except (NotFound, NotAllowed):
                raise
            except DomainError as refused:
                domain_errors_to_form(form, refused)
            else:
                return self._show(order, None, 200) if request.headers.get("HX-Request") else answer
        return self._show(order, form, 422)

    def _show(self, order: Order, form: MessageForm | None, status: int) -> HttpResponse:
        context = {**thread_context(self.member, order, form=form), "order": order}
        return self.show(
            "portal/messages/thread_page.html",
            context,
            status=status,
            fragment="portal/messages/thread.html",
        )


class ReadView(ThreadPage):
    """Notes that the shop has read a conversation."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Called by the page when the messages come into view."""
        self.require(rules.HANDLING)
        mark_read(self.conversation(number).pk, shop_id=self.member.shop_id, actor=self.actor)
        return HttpResponse(status=204)


class PhotoView(ShopPage):
    """A private photo that the shop may see: of a part, an offer, a message, a delivery."""

    def get(self, request: HttpRequest, kind: str, photo_id: UUID) -> HttpResponse:
        """Send the file; what belongs to others does not exist."""
        file = reads.photo(self.member, kind, photo_id)
        if file is None:
            raise NotFound(_("There is no such photo."))
        with file.open("rb") as opened:
            answer = HttpResponse(opened.read(), content_type=guess_type(str(file.name))[0])
        answer["Cache-Control"] = "private, max-age=86400, immutable"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
