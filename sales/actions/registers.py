"""Acts on registers and their cash sessions."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.core.money import MAX_AMOUNT, is_exact
from clutch.feed.action import action, attempt
from clutch.feed.actor import Actor
from sales import events, locks, rules
from sales.actions.checkout import NO_REGISTER
from sales.models import CashSession, Register
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
    if locks.open_session(shop_id, register_id):
        raise Conflict(_("This register is open already."), code="session_open")
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
