"""Acts on registers and their cash sessions."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.core.money import MAX_AMOUNT, is_exact, round_money
from clutch.core.numbers import take_number
from clutch.feed.action import action, attempt
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from sales import events, locks, rules
from sales.actions.books import said_by
from sales.actions.checkout import NO_REGISTER
from sales.enums import SESSION_TRANSITIONS, SessionStatus, Tender
from sales.models import CashSession, Payment, Register, TillPolicy
from sales.reports import expected_cash, session_report
from shops import locks as shops
from shops.models import Shop
from shops.rules import Act

CODE = re.compile(r"[A-Z0-9]{1,8}")


@action
def add_register(shop_id: UUID, *, code: str, name: str, actor: Actor) -> Register:
    """Add a register. Its code stands in its receipts: 1 to 8 Latin letters and digits."""
    rules.require(actor, shop_id, Act.SET_TILL_POLICY)
    register = Register(shop_id=shop_id, code=_code(code), name=_name(name))
    try:
        with attempt():
            register.save(force_insert=True)
    except IntegrityError as error:
        message = _("There is a register with this code already.")
        raise Invalid(message, code="taken", fields={"code": [message]}) from error
    events.register_changed(register)
    return register


def _code(code: str) -> str:
    code = code.strip().upper()
    if not CODE.fullmatch(code) or code == NO_REGISTER:
        message = _("Use 1 to 8 letters and digits for the code, but not “%(code)s”.") % {"code": NO_REGISTER}
        raise Invalid(message, fields={"code": [message]})
    return code


def _name(name: str) -> str:
    if not name.strip():
        message = _("Fill this in.")
        raise Invalid(message, fields={"name": [message]})
    return name.strip()


@action
def change_register(
    register_id: UUID, *, shop_id: UUID, expected_version: int | None = None, actor: Actor, **changes: Any
) -> Register:
    """Rename a register, or take it out of use (`is_active`). The code stays: numbers are made of it."""
    rules.require(actor, shop_id, Act.SET_TILL_POLICY)
    register = locks.register(shop_id, register_id)
    versions.check(register, expected_version)
    if "name" in changes:
        register.name = _name(changes["name"])
    if "is_active" in changes:
        register.is_active = changes["is_active"]
        if not register.is_active and locks.open_session(shop_id, register_id):
            raise Conflict(_("Close the register first."), code="session_open")
    register.save(update_fields=["name", "is_active"])
    register.refresh_from_db()
    events.register_changed(register)
    return register


@action
def open_session(
    shop_id: UUID, *, register_id: UUID, opening_float: Decimal, note: str = "", actor: Actor
) -> CashSession:
    """Open a register with what lies in its drawer. Raises Conflict `session_open` when it is open."""
    rules.require(actor, shop_id, Act.RUN_REGISTER)
    register = locks.register(shop_id, register_id)
    if not register.is_active:
        raise NotFound(_("There is no such register."))
    check_amount(opening_float, shop_id, "opening_float")
    if found := locks.open_session(shop_id, register_id):
        message = _("This register is open already, by %(name)s.") % {"name": found.opened_by}
        raise Conflict(message, code="session_open", extra={"sessionId": str(found.pk)})
    assert actor.user_id is not None
    session = CashSession.objects.create(
        shop_id=shop_id, register=register, opened_by_id=actor.user_id, opening_float=opening_float, note=note
    )
    events.session_opened(session)
    return session


def check_amount(amount: Decimal, shop_id: UUID, name: str) -> str:
    """Refuse what is no amount in the shop's currency, at the field; return the currency."""
    currency = Shop.objects.only("currency").get(pk=shop_id).currency
    if not amount.is_finite() or not 0 <= amount <= MAX_AMOUNT or not is_exact(amount, currency):
        message = _("Check this amount.")
        raise Invalid(message, fields={name: [message]})
    return currency


@action
def move_cash(
    session_id: UUID, *, shop_id: UUID, amount: Decimal, out: bool, reason: str, actor: Actor
) -> Payment:
    """Put cash into an open drawer, or take it out, with a reason.

    Raises Conflict `session_closed`, or `not_enough_cash` with what lies there.
    """
    rules.require(actor, shop_id, Act.RUN_REGISTER)
    currency = check_amount(amount, shop_id, "amount")
    problems: dict[str, list[object]] = {}
    if amount == 0:
        problems["amount"] = [_("Enter an amount.")]
    if not reason.strip():
        problems["reason"] = [_("Say why.")]
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)
    session = _open(shop_id, session_id)
    there = expected_cash(session)
    if out and amount > there:
        shown = f"{round_money(there, currency):f}"
        message = _("Only %(amount)s %(currency)s should be in the drawer.")
        raise Conflict(
            message % {"amount": shown, "currency": currency},
            code="not_enough_cash",
            extra={"available": shown},
        )
    row = Payment.objects.create(
        shop_id=shop_id, session=session, method=Tender.CASH, amount=-amount if out else amount,
        reason=reason.strip(), **said_by(actor),
    )  # fmt: skip
    events.session_cash_moved(session)
    return row


def _open(shop_id: UUID, session_id: UUID) -> CashSession:
    session = locks.session(shop_id, session_id)
    if session.status != SessionStatus.OPEN:
        raise Conflict(_("This register has been closed."), code="session_closed")
    return session


@action
def close_session(
    session_id: UUID,
    *,
    shop_id: UUID,
    denominations: Mapping[str, int] | None = None,
    counted: Decimal | None = None,
    note: str = "",
    explained: bool = False,
    expected_version: int | None = None,
    actor: Actor,
) -> CashSession:
    """Count a drawer and close its register; the Z report is fixed with it.

    `denominations` maps a coin or note ("0.50", "200") to how many there are; without it `counted`
    is the sum. Z numbers of a register have no gaps. Where a difference is to be `explained`, one
    without a note is refused, Invalid `needs_reason`, with how much it is.
    """
    rules.require(actor, shop_id, Act.RUN_REGISTER)
    currency = Shop.objects.only("currency").get(pk=shop_id).currency
    total, coins = _counted(denominations, counted, currency)
    session = _open(shop_id, session_id)
    versions.check(session, expected_version)
    expected = expected_cash(session)
    if explained and total != expected and not note.strip():
        raise _unexplained(total - expected, currency)
    report = session_report(session)
    z_number = take_number(f"z/{session.register_id}")
    transition(
        session, SessionStatus.CLOSED, transitions=SESSION_TRANSITIONS, actor=actor,
        closed_by_id=actor.user_id, closed_at=timezone.now(), z_number=z_number, expected_cash=expected,
        counted_cash=total, difference=total - expected, denominations=coins, totals=report, note=note,
    )  # fmt: skip
    events.session_closed(session)
    return session


def _unexplained(difference: Decimal, currency: str) -> Invalid:
    shown = f"{round_money(difference, currency):+f}"
    message = _("The count differs by %(amount)s %(currency)s. Count again, or say why.")
    said = message % {"amount": shown, "currency": currency}
    return Invalid(said, code="needs_reason", fields={"note": [said]}, extra={"difference": shown})


def _counted(
    denominations: Mapping[str, int] | None, counted: Decimal | None, currency: str
) -> tuple[Decimal, dict[str, int]]:
    """The sum of a count, and the count itself with tidy keys. Raises Invalid at the field."""
    if denominations is None:
        if counted is None or not counted.is_finite() or not 0 <= counted <= MAX_AMOUNT:
            message = _("Count the drawer.")
            raise Invalid(message, fields={"counted": [message]})
        return counted, {}
    total, coins = Decimal(0), {}
    for written, count in denominations.items():
        try:
            coin = Decimal(written)
        except InvalidOperation:
            coin = Decimal(-1)
        if not coin.is_finite() or not 0 < coin <= 10_000 or not is_exact(coin, currency):
            message = _("“%(coin)s” is no coin or note.") % {"coin": str(written)[:20]}
            raise Invalid(message, fields={"denominations": [message]})
        if not 0 <= count <= 1_000_000:
            message = _("Check how many there are of “%(coin)s”.") % {"coin": written}
            raise Invalid(message, fields={"denominations": [message]})
        total += coin * count
        coins[f"{round_money(coin, currency):f}"] = count
    return total, coins


@action
def set_policy(
    shop_id: UUID, *, expected_version: int | None = None, actor: Actor, **changes: Any
) -> TillPolicy:
    """Say how the counter is run: tax, limits, days, the smallest coin. Carts keep what they were given."""
    rules.require(actor, shop_id, Act.SET_TILL_POLICY)
    shops.locked_shop(shop_id).get()
    policy = TillPolicy.objects.filter(shop=shop_id).first() or TillPolicy(shop_id=shop_id)
    versions.check(policy, expected_version)
    for name, value in changes.items():
        setattr(policy, name, value)
    _check_policy(policy)
    policy.save()
    policy.refresh_from_db()
    events.till_policy_changed(policy)
    return policy


def _check_policy(policy: TillPolicy) -> None:
    problems: dict[str, list[object]] = {}
    for name in ("standard_rate", "reduced_rate", "cashier_discount_percent", "restocking_percent"):
        if not 0 <= getattr(policy, name) <= 100:
            problems[name] = [_("A percentage is between 0 and 100.")]
    if not 0 <= policy.cash_rounding <= 100:
        problems["cash_rounding"] = [_("Check this amount.")]
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)
