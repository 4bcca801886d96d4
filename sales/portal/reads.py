"""What the pages of the counter show."""

from uuid import UUID

from django.db.models import QuerySet

from inventory.lookup import Candidate, Found, candidates, find_by_code
from inventory.search import search
from sales.enums import SaleStatus
from sales.models import CashSession, ClerkPin, Register, Sale
from shops.models import Shop

MOST_FOUND = 12


def open_session(register: Register) -> CashSession | None:
    """The session that is open at a register."""
    return CashSession.objects.filter(register=register, status="open").select_related("opened_by").first()


def scanned(shop: Shop, code: str) -> Found:
    """What a scanned code means."""
    return find_by_code(shop, code)


def found(shop: Shop, text: str) -> list[Candidate]:
    """The parts that a typed text may mean, best first, with price and stock."""
    hits = search(shop.pk, text, limit=MOST_FOUND).hits
    return candidates(shop, {hit.part_id: "suggestion" for hit in hits}, units=1)


def parked(shop_id: UUID) -> QuerySet[Sale]:
    """The carts that wait for their customers, newest first."""
    rows = Sale.objects.filter(shop=shop_id, status=SaleStatus.PARKED).select_related("customer", "clerk")
    return rows.order_by("-updated_at")[:50]


def has_pins(shop_id: UUID) -> bool:
    """Whether somebody of the shop has a PIN by which to stand at a till."""
    return ClerkPin.objects.filter(member__shop=shop_id, member__is_active=True).exists()
