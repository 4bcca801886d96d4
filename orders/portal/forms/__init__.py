"""What a shop types: its quote, why it declines or withdraws, how an order leaves and arrives."""

from orders.portal.forms.acts import (
    REPORTED,
    CancelForm,
    CashForm,
    DeclineForm,
    DeliverForm,
    MessageForm,
    ShipForm,
    TrackingForm,
    WithdrawForm,
)
from orders.portal.forms.fields import LONGEST_MINUTES, LineField, MoneyField, PhotoField, ProseField
from orders.portal.forms.quote import (
    MOST_OFFERS,
    QUICK_MINUTES,
    ROW_KEY,
    OfferForm,
    PartSheet,
    QuoteHeadForm,
    QuoteSheet,
    new_row_key,
)

__all__ = [
    "LONGEST_MINUTES",
    "MOST_OFFERS",
    "QUICK_MINUTES",
    "REPORTED",
    "ROW_KEY",
    "CancelForm",
    "CashForm",
    "DeclineForm",
    "DeliverForm",
    "LineField",
    "MessageForm",
    "MoneyField",
    "OfferForm",
    "PartSheet",
    "PhotoField",
    "ProseField",
    "QuoteHeadForm",
    "QuoteSheet",
    "ShipForm",
    "TrackingForm",
    "WithdrawForm",
    "new_row_key",
]
