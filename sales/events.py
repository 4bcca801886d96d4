"""What is said about the counter in the shop's stream. All of a shop hear it, so there are no amounts."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from clutch.feed.action import publish
from clutch.feed.streams import Event, shop_stream
from inventory.models import Movement
from sales.models import (
    CashSession,
    ClerkPin,
    CoreDeposit,
    Customer,
    LostSale,
    Register,
    Sale,
    SaleReturn,
    SpecialOrder,
    TillPolicy,
)
from shops.models import Member


def _sale(sale: Sale) -> dict[str, Any]:
    return {
        "shopId": str(sale.shop_id),
        "saleId": str(sale.pk),
        "number": sale.number,
        "status": sale.status,
        "channel": sale.channel,
        "label": sale.label,
        "registerId": str(sale.register_id) if sale.register_id else None,
        "customerId": str(sale.customer_id) if sale.customer_id else None,
    }


def _say(kind: str, sale: Sale, **more: Any) -> None:
    publish(Event((shop_stream(sale.shop_id),), kind, {**_sale(sale), **more}))


def sale_saved(sale: Sale) -> None:
    """A cart was begun or changed."""
    _say("sale-saved", sale)


def sale_parked(sale: Sale) -> None:
    """A cart was put aside."""
    _say("sale-parked", sale)


def sale_resumed(sale: Sale) -> None:
    """A parked cart is at a till again."""
    _say("sale-resumed", sale)


def sale_completed(sale: Sale, below_zero: Iterable[Movement] = ()) -> None:
    """A sale has its number; `belowZero` names the parts of which more was sold than the books show."""
    parts = [{"partId": str(movement.part_id), "onHand": movement.on_hand_after} for movement in below_zero]
    _say("sale-completed", sale, belowZero=parts)


def sale_voided(sale: Sale) -> None:
    """A sale was undone, or a cart given up."""
    _say("sale-voided", sale)


def receipt_mailed(sale: Sale) -> None:
    """A receipt is on its way by e-mail."""
    _say("receipt-mailed", sale)


def sale_returned(row: SaleReturn, sale: Sale | None) -> None:
    """Parts came back; `saleStatus` is that of their sale now, `exchangeId` what was taken instead."""
    data = {
        "shopId": str(row.shop_id),
        "returnId": str(row.pk),
        "number": row.number,
        "saleId": str(sale.pk) if sale else None,
        "saleNumber": sale.number if sale else "",
        "saleStatus": sale.status if sale else None,
        "exchangeId": str(row.exchange_id) if row.exchange_id else None,
        "customerId": str(row.customer_id) if row.customer_id else None,
    }
    publish(Event((shop_stream(row.shop_id),), "sale-returned", data))


def core_changed(core: CoreDeposit) -> None:
    """An old part came back, or its deposit has run out or went with the part."""
    data = {
        "shopId": str(core.shop_id),
        "coreId": str(core.pk),
        "status": core.status,
        "left": core.left,
    }
    publish(Event((shop_stream(core.shop_id),), "core-deposit-changed", data))


def special_order_changed(order: SpecialOrder) -> None:
    """A special order was taken, ordered, has come, was collected or given up."""
    data = {
        "shopId": str(order.shop_id),
        "specialOrderId": str(order.pk),
        "number": order.number,
        "status": order.status,
        "customerId": str(order.customer_id),
        "saleId": str(order.sale_id) if order.sale_id else None,
    }
    publish(Event((shop_stream(order.shop_id),), "special-order-changed", data))


def sale_lost(lost: LostSale) -> None:
    """Somebody left without what they asked for."""
    data = {
        "shopId": str(lost.shop_id),
        "lostSaleId": str(lost.pk),
        "askedFor": lost.asked_for,
        "quantity": lost.quantity,
        "reason": lost.reason,
        "partId": str(lost.part_id) if lost.part_id else None,
    }
    publish(Event((shop_stream(lost.shop_id),), "sale-lost", data))


def customer_changed(customer: Customer, change: str) -> None:
    """A customer was added, changed, merged into another, or erased. Only ids: the stream is kept."""
    data = {
        "shopId": str(customer.shop_id),
        "customerId": str(customer.pk),
        "change": change,
        "mergedIntoId": str(customer.merged_into_id) if customer.merged_into_id else None,
    }
    publish(Event((shop_stream(customer.shop_id),), "customer-changed", data))


def customers_imported(shop_id: UUID, created: int, updated: int) -> None:
    """A file has brought in customers."""
    data = {"shopId": str(shop_id), "created": created, "updated": updated}
    publish(Event((shop_stream(shop_id),), "customers-imported", data))


def account_paid(customer: Customer) -> None:
    """A customer paid what they owed."""
    data = {"shopId": str(customer.shop_id), "customerId": str(customer.pk)}
    publish(Event((shop_stream(customer.shop_id),), "account-paid", data))


def register_changed(register: Register) -> None:
    """A register was added, renamed, or taken out of use."""
    data = {
        "shopId": str(register.shop_id),
        "registerId": str(register.pk),
        "code": register.code,
        "name": register.name,
        "isActive": register.is_active,
    }
    publish(Event((shop_stream(register.shop_id),), "register-changed", data))


def session_opened(session: CashSession) -> None:
    """A register was opened."""
    _say_session("cash-session-opened", session)


def session_cash_moved(session: CashSession) -> None:
    """Cash was put into a drawer, or taken out."""
    _say_session("cash-session-cash-moved", session)


def session_closed(session: CashSession) -> None:
    """A register was counted and closed."""
    _say_session("cash-session-closed", session, zNumber=session.z_number)


def clerk_pin_set(member: Member) -> None:
    """A member has a new PIN."""
    _say_clerk("clerk-pin-set", member.shop_id, member.pk)


def clerk_pin_locked(pin: ClerkPin) -> None:
    """A PIN was guessed at too often."""
    _say_clerk("clerk-pin-locked", pin.member.shop_id, pin.member_id, lockedUntil=pin.locked_until)


def _say_clerk(kind: str, shop_id: UUID, member_id: UUID, **more: Any) -> None:
    data = {"shopId": str(shop_id), "memberId": str(member_id), **more}
    publish(Event((shop_stream(shop_id),), kind, data))


def till_policy_changed(policy: TillPolicy) -> None:
    """Another way of running the counter: a till reads it again."""
    data = {"shopId": str(policy.shop_id)}
    publish(Event((shop_stream(policy.shop_id),), "till-policy-changed", data))


def _say_session(kind: str, session: CashSession, **more: Any) -> None:
    data = {
        "shopId": str(session.shop_id),
        "sessionId": str(session.pk),
        "registerId": str(session.register_id),
        "status": session.status,
        **more,
    }
    publish(Event((shop_stream(session.shop_id),), kind, data))
