"""The rows of a shop's counter."""

from sales.models.customer import AccountEntry, Customer, CustomerBalance, CustomerVehicle
from sales.models.sale import (
    CoreDeposit,
    LostSale,
    ReturnLine,
    Sale,
    SaleLine,
    SaleReturn,
    SpecialOrder,
)
from sales.models.till import CashSession, ClerkPin, Payment, Register, TillPolicy

__all__ = [
    "AccountEntry",
    "CashSession",
    "ClerkPin",
    "CoreDeposit",
    "Customer",
    "CustomerBalance",
    "CustomerVehicle",
    "LostSale",
    "Payment",
    "Register",
    "ReturnLine",
    "Sale",
    "SaleLine",
    "SaleReturn",
    "SpecialOrder",
    "TillPolicy",
]
