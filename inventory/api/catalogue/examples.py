"""Examples of what belongs to a part, and good values for the API's own description."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

OTHER = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a2c"

SUPERSEDE = OpenApiExample(
    "Replaced by the maker", {"newPartId": OTHER, "note": "Bulletin 12/2026"}, request_only=True
)
INTERCHANGE = OpenApiExample("Another brand", {"otherId": OTHER}, request_only=True)
FITMENTS = OpenApiExample(
    "Two models of one make",
    {
        "fitments": [
            {
                "makeId": 12,
                "modelIds": [340, 341],
                "yearFrom": 2011,
                "yearTo": 2017,
                "engine": "1.6 GDI",
                "position": "front",
                "notes": "With 280 mm discs",
            }
        ]
    },
    request_only=True,
)
VALUES: dict[str, Any] = {
    "NumberChange.number": "58101-1RA00",
    "NumberChange.kind": "oem",
    **{f"{name}.name": "Brake pads" for name in ("Category", "CategoryInput", "NewCategory")},
    **{f"{name}.code": "A-03" for name in ("StockBin", "StockBinInput", "NewStockBin")},
    "SuccessionEntry.note": "Bulletin 12/2026",
    **{
        f"{component}.{name}": value
        for component in ("Fitment", "FitmentChange")
        for name, value in {
            "makeId": 12, "make": "Hyundai", "modelId": 340, "model": "Accent", "yearFrom": 2011,
            "yearTo": 2017, "engine": "1.6 GDI", "position": "front", "notes": "With 280 mm discs",
        }.items()
    },
}  # fmt: skip
