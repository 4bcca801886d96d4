"""Good values for the examples of the API's own description (clutch.core.examples)."""

VALUES = {
    # Lists of all apps.
    "count": 1,
    "next": None,
    "previous": None,
    "Me.name": "Mona",
    "Profile.name": "Mona",
    "Device.name": "Mona's phone",
    "language": "ar",
    "newPassword": "a fine long passphrase",
    "currentPassword": "the one until now",
}
