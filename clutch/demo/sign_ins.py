"""The one password of the demo, made when the city is loaded and kept in the data folder."""

import secrets
from pathlib import Path

from django.conf import settings

from clutch.demo.load import STAFF_EMAIL, customer_email, member_email


def password_file() -> Path:
    """Where the password lies, readable by its owner alone."""
    return Path(settings.DATA_DIR) / "demo-password"


def make_password() -> str:
    """Generate the demo's password and keep it; the one that is there stays."""
    path = password_file()
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("demo-" + secrets.token_hex(4), encoding="ascii")
    return path.read_text(encoding="ascii")


def existing_password() -> str | None:
    """The password of the city that is loaded, or None where there is none."""
    path = password_file()
    return path.read_text(encoding="ascii") if path.exists() else None


def table() -> str:
    """The sign-ins to print after the start."""
    rows = [
        ("customers", f"{customer_email(1)} … {customer_email(20)}"),
        ("shops", f"{member_email(1)} … {member_email(60)}"),
        ("staff", STAFF_EMAIL),
    ]
    lines = [f"  {who:<10} {email}" for who, email in rows]
    return "\n".join(["Demo sign-ins, all with the password " + make_password(), *lines])
