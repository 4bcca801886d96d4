"""What the interfaces hand to the acts of the counter. Amounts are in the shop's currency."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from inventory.actions.misfits import Vehicle
from sales.enums import Channel, Condition, RefundBy, ReturnReason, Tender


@dataclass(frozen=True)
class LineInput:
    """One line of a cart; a line without a part has a name and a price of its own.

    Without `unit_price` the shop's price of the day counts, without `discount` the customer's.
    `takes_core` is false where the old part is handed over at once: then no deposit is asked.
    """

    part_id: UUID | None
    quantity: int
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    bin_id: UUID | None = None
    name: str = ""
    takes_core: bool = True


@dataclass(frozen=True)
class CartInput:
    """A whole cart. `delivery_fee` is as prices are: with its tax, or without."""

    lines: list[LineInput] = field(default_factory=list)
    register_id: UUID | None = None
    customer_id: UUID | None = None
    vehicle_id: UUID | None = None
    channel: Channel = Channel.COUNTER
    delivery_fee: Decimal = Decimal(0)
    label: str = ""
    note: str = ""


@dataclass(frozen=True)
class PaymentInput:
    """One way in which a sale is paid.

    `amount` is needed for all but cash, which pays what the others leave; `tendered` is the cash
    that was handed over, and what is above the rest is change. Without it the cash is exact.
    """

    method: Tender
    amount: Decimal | None = None
    tendered: Decimal | None = None
    reference: str = ""


@dataclass(frozen=True)
class BackInput:
    """Units of one line of a sale that come back; `bin_id` is where they are put, if on the shelf."""

    line_id: UUID
    quantity: int
    condition: Condition = Condition.RESALEABLE
    reason: ReturnReason = ReturnReason.OTHER
    bin_id: UUID | None = None


@dataclass(frozen=True)
class ReturnInput:
    """What comes back of one sale, and how its money goes.

    Without `restocking_fee` the shop's percentage counts, and never more than that. `vehicle` is
    what the part did not fit, where the sale does not name it. Store credit of a sale without a
    customer goes to the customer of `phone`. `refund_delivery` gives the delivery back too, where
    with this the whole sale has come back.
    """

    lines: list[BackInput]
    refund: RefundBy = RefundBy.ORIGINAL
    register_id: UUID | None = None
    customer_id: UUID | None = None
    restocking_fee: Decimal | None = None
    vehicle: Vehicle | None = None
    note: str = ""
    phone: str = ""
    name: str = ""
    refund_delivery: bool = False


@dataclass(frozen=True)
class LooseInput:
    """Units of a part that come back without a receipt."""

    part_id: UUID
    quantity: int
    condition: Condition = Condition.RESALEABLE
    reason: ReturnReason = ReturnReason.OTHER
    bin_id: UUID | None = None
