"""Good values for the examples of the API's own description (clutch.core.examples)."""

VALUES = {
    "Broadcast.audience": "segment",
    "Broadcast.target": "customers",
    "Broadcast.title": "Closed on Friday",
    "Broadcast.message": "Support is back on Saturday.",
    "Broadcast.finishedAt": None,
    "Broadcast.sentCount": 0,
    "Broadcast.sentBy": "Mona",
}
