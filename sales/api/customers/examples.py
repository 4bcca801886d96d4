"""Examples of calls about customers for the API's own description."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

CREATE = OpenApiExample(
    "A workshop with a van",
    value={
        "kind": "business",
        "name": "Nile Workshop",
        "phone": "0100 123 4567",
        "customerClass": "workshop",
        "vehicles": [{"make": "Hyundai", "model": "H-1", "year": 2016, "plate": "س ص ع 1234"}],
    },
    request_only=True,
)
CHANGE = OpenApiExample(
    "Thirty days to pay", value={"creditLimit": "20000.00", "termsDays": 30}, request_only=True
)

# For clutch.core.examples: a workshop that buys on account.
VALUES: dict[str, Any] = {
    "Customer.number": "C-000012",
    "CustomerRow.number": "C-000012",
    "Customer.kind": "business",
    "CustomerRow.kind": "business",
    "Customer.name": "Nile Workshop",
    "CustomerRow.name": "Nile Workshop",
    "CustomerChange.name": "Nile Workshop",
    "Customer.phone": "+201001234567",
    "CustomerRow.phone": "+201001234567",
    "CustomerChange.phone": "0100 123 4567",
    "Customer.secondPhone": "",
    "Customer.customerClass": "workshop",
    "CustomerRow.customerClass": "workshop",
    "Customer.status": "active",
    "CustomerRow.status": "active",
    "Customer.language": "ar",
    "Customer.discountPercent": "3.00",
    "Customer.creditLimit": "20000.00",
    "Customer.termsDays": 30,
    "creditLeft": "18300.00",
    "owed": "1700.00",
    "storeCredit": "0.00",
    "Customer.deposit": "0.00",
    "CustomerRow.deposit": "0.00",
    "Customer.tags": ["fleet of vans"],
    "CustomerRow.tags": ["fleet of vans"],
    "Customer.mergedIntoId": None,
    "Customer.erasedAt": None,
    "Duplicate.number": "C-000003",
    "Duplicate.name": "Nile",
    "Duplicate.phone": "+201001234567",
    "CustomerVehicle.make": "Hyundai",
    "CustomerVehicle.model": "H-1",
    "CustomerVehicle.year": 2016,
    "CustomerVehicle.vin": "",
    "CustomerVehicle.plate": "س ص ع 1234",
    "CustomerVehicle.mileageKm": 180000,
    "CustomerVehicle.warnings": [],
    "CustomerVehicleInput.make": "Hyundai",
    "CustomerVehicleInput.model": "H-1",
    "CustomerVehicleInput.year": 2016,
    "CustomerVehicleInput.vin": "KMHWG81R5GU123456",
    "CustomerVehicleChange.vin": "KMHWG81R5GU123456",
    "CustomerVehicleChange.make": "Hyundai",
    "CustomerVehicleChange.year": 2016,
    "HistoryRow.kind": "sale",
    "HistoryRow.number": "R1-2026-000001",
    "HistoryRow.status": "completed",
    "HistoryRow.amount": "1700.00",
    "HistoryRow.note": "",
}
