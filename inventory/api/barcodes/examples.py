"""Good values for the examples of the API's own description (clutch.core.examples)."""

from typing import Any

VALUES: dict[str, Any] = {
    "ScanInput.code": "5901234123457",
    "ScanInput.photo": "box.jpg",
    "Found.code": "5901234123457",
    "Found.kind": "part",
    "Found.symbology": "ean13",
    "Found.suggestions": [],
    "Found.bin": None,
    "alsoRead": [],
    "isAttached": True,
    "mayAttach": False,
    "Candidate.number": "58101-1RA00",
    "Candidate.name": "Front brake pads",
    "Candidate.brand": "Hankook Frixa",
    "Candidate.matchedBy": "barcode",
    "Candidate.taxClass": "standard",
    "Candidate.coreCharge": None,
    "Candidate.supersededBy": None,
    "Candidate.onHand": 5,
    "Candidate.reserved": 1,
    "Candidate.available": 4,
    "Candidate.forCounter": 4,
    "Bin.code": "A-01",
    "Bin.name": "",
    "BinStock.quantity": 5,
    "Barcode.code": "5901234123457",
    "BarcodeInput.code": "5901234123457",
    "symbology": "ean13",
}
