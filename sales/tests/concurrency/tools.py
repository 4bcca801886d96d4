"""Two acts that meet between reading and writing, and the same with a lock off."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch
from uuid import UUID

from inventory.models import Stock
from sales.models import CashSession, CustomerBalance, Sale


@contextmanager
def meeting(target: str, real: Callable[..., Any], *, seconds: float = 0.5) -> Iterator[None]:
    """Let two threads wait for one another after `real` has read; with locks on one waits in vain."""
    both = threading.Barrier(2)

    def read(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            both.wait(seconds)
        return found

    with patch(target, read):
        yield


def plain_sale(shop_id: UUID, sale_id: UUID) -> Sale:
    """A sale without its lock."""
    return Sale.objects.get(shop=shop_id, pk=sale_id)


def plain_balance(shop_id: UUID, customer_id: UUID) -> CustomerBalance:
    """A balance without its lock."""
    return CustomerBalance.objects.get(customer=customer_id)


def plain_session(shop_id: UUID, session_id: UUID) -> CashSession:
    """A cash session without its lock."""
    return CashSession.objects.get(shop=shop_id, pk=session_id)


def plain_open_session(shop_id: UUID, register_id: UUID) -> CashSession | None:
    """The open session of a register without its lock."""
    return CashSession.objects.filter(shop=shop_id, register=register_id, status="open").first()


def plain_stocks(shop_id: UUID, part_ids: Any) -> dict[UUID, Stock]:
    """Stock rows without their locks."""
    return {row.part_id: row for row in Stock.objects.filter(shop=shop_id, part__in=part_ids)}
