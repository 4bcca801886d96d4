"""The receipt by its link: whoever was given it sees what was bought, and nothing else."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sales.models import Sale
from sales.receipts.content import credit_note_of, receipt_of
from sales.receipts.papers import printed

# The link is the key: it is not handed on to where the page points, nor found by a search engine.
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def _sale(token: str) -> Sale:
    sale = Sale.objects.filter(receipt_token=token).exclude(receipt_token="").select_related("shop").first()
    if sale is None:
        raise Http404
    return sale


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt as a page, with what has come back since."""
    sale = _sale(token)
    notes = [credit_note_of(note) for note in sale.returns.order_by("created_at", "pk")]
    shown = {"sale": sale, "receipt": receipt_of(sale), "notes": notes}
    response = render(request, "sales/receipt.html", shown)
    for name, value in HEADERS.items():
        response[name] = value
    return response


@never_cache
@require_safe
def receipt_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The same as PDF: `?paper=a4` or a roll of 80 mm."""
    paper = "a4" if request.GET.get("paper") == "a4" else "80mm"
    made = printed(_sale(token), paper=paper, language=get_language())
    named = {"Content-Disposition": f'inline; filename="{made.filename}"'}
    return HttpResponse(made.body, content_type=made.content_type, headers={**HEADERS, **named})
