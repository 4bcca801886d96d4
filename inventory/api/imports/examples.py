"""Good values for the examples of the API's own description (clutch.core.examples)."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

MAPPING = OpenApiExample(
    "Number, name and price",
    {
        "columns": [
            {"index": 0, "field": "number"},
            {"index": 1, "field": "name"},
            {"index": 4, "field": "selling_price"},
        ],
        "decimalMark": ".",
        "fixed": [{"field": "brand", "value": "Hankook Frixa"}],
    },
    request_only=True,
)
LAYOUT = OpenApiExample("The second sheet", {"sheet": "Prices", "headerRow": 3}, request_only=True)
RUN = OpenApiExample("Without the rows that have errors", {"skipErrors": True}, request_only=True)

VALUES: dict[str, Any] = {
    "Import.number": "IM-2026-00001",
    "Import.fileName": "prices.csv",
    "Import.fileSize": 48213,
    "Import.sheets": [],
    "Import.columns": [{"index": 0, "header": "Part number", "field": "number"}],
    "Import.notes": [],
    "Import.failure": "",
    "Import.undoneAt": None,
    "Layout.format": "csv",
    "Layout.sheet": "",
    "Layout.encoding": "utf-8-sig",
    "Layout.delimiter": ",",
    "Layout.headerRow": 1,
    "Issue.column": 4,
    "Issue.header": "Price",
    "Issue.field": "selling_price",
    "Issue.code": "negative",
    "Issue.value": "-5",
    "Issue.text": "This is below zero.",
    "Issue.fix": "Write zero or more, or leave the cell empty.",
    "Upload.file": "prices.csv",
}
