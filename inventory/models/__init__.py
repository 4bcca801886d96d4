"""The rows of a shop's stock."""

from inventory.models.counting import CountEntry, CountLine, CountSheet, CountUnknown
from inventory.models.importing import ImportChange, ImportHeader, ImportIssue, ImportRow, PartImport
from inventory.models.misfit import Misfit
from inventory.models.part import (
    Barcode,
    Category,
    Fitment,
    InterchangeGroup,
    Part,
    PartDocument,
    PartNumber,
    PartPhoto,
    PriceTier,
    Supersession,
)
from inventory.models.policy import StockPolicy
from inventory.models.stock import Bin, BinStock, Hold, Movement, Stock
from inventory.models.words import Word

__all__ = [
    "Barcode",
    "Bin",
    "BinStock",
    "Category",
    "CountEntry",
    "CountLine",
    "CountSheet",
    "CountUnknown",
    "Fitment",
    "Hold",
    "ImportChange",
    "ImportHeader",
    "ImportIssue",
    "ImportRow",
    "InterchangeGroup",
    "Misfit",
    "Movement",
    "Part",
    "PartDocument",
    "PartImport",
    "PartNumber",
    "PartPhoto",
    "PriceTier",
    "Stock",
    "StockPolicy",
    "Supersession",
    "Word",
]
