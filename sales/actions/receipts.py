"""The act that sends a receipt by e-mail, and what the worker does of it."""

from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from clutch.core.errors import Conflict, Invalid
from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from sales import events, locks, rules
from sales.models import Sale
from sales.receipts.content import receipt_url
from sales.receipts.papers import printed
from shops.rules import Act

SEND = "sales.tasks.send_receipt"


@action
def mail_receipt(sale_id: UUID, *, shop_id: UUID, email: str, language: str = "", actor: Actor) -> Sale:
    """Send the receipt of a completed sale to an address, in a language (the customer's by default).

    It goes out after the commit, by a worker. Raises Invalid at `email`, Conflict for a cart.
    """
    rules.require(actor, shop_id, Act.SELL)
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(error.messages[0], fields={"email": error.messages}) from error
    sale = locks.sale(shop_id, sale_id)
    if not sale.number:
        raise Conflict(_("This sale has no receipt yet."), code="no_receipt")
    spoken = language or (sale.customer.language if sale.customer else "") or settings.LANGUAGE_CODE
    if spoken not in dict(settings.LANGUAGES):
        message = _("Choose one of the languages.")
        raise Invalid(message, fields={"language": [message]})
    enqueue(SEND, key=f"{sale.pk}:{email}", sale_id=str(sale.pk), email=email, language=spoken)
    events.receipt_mailed(sale)
    return sale


def send_mail(sale_id: UUID, *, email: str, language: str) -> None:
    """Send the e-mail with the receipt as PDF and its link; outside any transaction."""
    sale = Sale.objects.select_related("shop").get(pk=sale_id)
    with override(language):
        paper = printed(sale, paper="a4", language=language)
        words = {"shop": sale.shop.name, "number": sale.number, "url": receipt_url(sale)}
        subject = _("Your receipt %(number)s from %(shop)s") % words
        body = _("Thank you for buying from %(shop)s.\n\nYour receipt %(number)s: %(url)s") % words
    message = EmailMessage(" ".join(subject.split()), body, to=[email])
    message.attach(paper.filename, paper.body, paper.content_type)
    message.send()
