"""What the environment says reaches the settings."""

import os
import subprocess
import sys

import pytest

from clutch.settings import database


def test_database_url_is_read_whole() -> None:
    found = database("postgres://us%40er:p%2Fw@db.example:6432/name?sslmode=verify-full&sslrootcert=/ca.pem")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "us@er", "p/w", "db.example", "6432", "name",
    )  # fmt: skip
    assert (found["OPTIONS"]["sslmode"], found["OPTIONS"]["sslrootcert"]) == ("verify-full", "/ca.pem")


@pytest.mark.parametrize("secret", ["", "x" * 60])
def test_a_server_never_starts_without_a_secret(secret: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("CLUTCH_")}
    command = [sys.executable, "-c", "import clutch.settings"]
    done = subprocess.run(
        command, env={**env, "CLUTCH_SECRET_KEY": secret}, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is bool(secret)
    assert ("CLUTCH_SECRET_KEY" in done.stderr) is not bool(secret)
