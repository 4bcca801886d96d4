"""What the cash pages show: registers and who has them open, sessions, what moved in a drawer by hand."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from sales.enums import SessionStatus
from sales.models import CashSession, Payment, Register


@dataclass(frozen=True)
class Drawer:
    """A register with its open session, if there is one."""

    register: Register
    session: CashSession | None


def drawers(shop_id: UUID) -> list[Drawer]:
    """The registers in use. Two queries."""
    rows = Register.objects.filter(shop=shop_id, is_active=True).order_by("code")
    opened = sessions(shop_id).filter(status=SessionStatus.OPEN)
    by_register = {row.register_id: row for row in opened}
    return [Drawer(row, by_register.get(row.pk)) for row in rows]


def sessions(shop_id: UUID) -> QuerySet[CashSession]:
    """All cash sessions, newest first."""
    rows = CashSession.objects.filter(shop=shop_id)
    return rows.select_related("register", "opened_by", "closed_by", "shop").order_by("-created_at", "-pk")


def moved_by_hand(session: CashSession) -> list[Payment]:
    """Cash that was put in or taken out with a reason, newest first."""
    rows = Payment.objects.filter(session=session, sale=None, sale_return=None, special_order=None)
    return list(rows.exclude(reason="").order_by("-at", "-pk"))
