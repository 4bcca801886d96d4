"""What every test may rely on."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from clutch.embedded.fingerprint import schema_fingerprint
from clutch.embedded.loopback import LeftTheMachine, is_local
from clutch.embedded.pytest_plugin import PREFIX

embedded = pytest.mark.skipif(not os.environ.get(PREFIX), reason="DATABASE_URL names an external server")


@embedded
@pytest.mark.django_db
def test_database_is_a_migrated_copy_of_this_process() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), count(*) > 0 FROM django_migrations")
        assert cursor.fetchone() == (
            f"{os.environ[PREFIX]}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}",
            True,
        )


def test_files_of_tests_are_not_those_of_the_shop() -> None:
    assert Path(settings.DATA_DIR).name == "test"


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_socket_beyond_loopback_is_refused(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(LeftTheMachine):
        outside.connect(address)


def test_name_beyond_loopback_is_not_looked_up() -> None:
    with pytest.raises(LeftTheMachine):
        socket.create_connection(("clutch.invalid", 80))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", None, b"::1"])
def test_loopback_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["0.0.0.1", "10.0.0.1", "example.invalid", "localhost.invalid"])
def test_everything_else_is_not_local(host: object) -> None:
    assert not is_local(host)


def test_fingerprint_follows_migrations_and_ignores_the_rest(tmp_path: Path) -> None:
    migrations = tmp_path / "shops" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "0001_initial.py").write_text("a = 1")
    before = schema_fingerprint(tmp_path)
    (tmp_path / "shops" / "views.py").write_text("b = 1")
    assert schema_fingerprint(tmp_path) == before
    (migrations / "0001_initial.py").write_text("a = 2")
    assert schema_fingerprint(tmp_path) != before
