"""Good values for the examples of the API's own description (clutch.core.examples)."""

from typing import Any

VALUES: dict[str, Any] = {
    "allowsNegative": False,
    "quoteHoldsStock": True,
    "quoteUnattended": True,
    "quoteMaxTotal": "5000.00",
}
