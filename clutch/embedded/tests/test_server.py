"""The embedded server: made, found, recovered, left."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from clutch.embedded import cluster, ensure
from clutch.embedded.paths import as_root, secrets_of
from clutch.embedded.problems import Problem
from clutch.embedded.server import Interrupted, Server, address, find, stop
from clutch.embedded.tests.conftest import Run, discard, eventually

USER = """
import sys
from pathlib import Path
from clutch.embedded import ensure
print(ensure(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server for tests that only look."""
    folder = tmp_path_factory.mktemp("shared")
    server = Server(folder / "data")
    server.start()
    yield server
    discard(folder / "data")


def test_role_owns_its_database_and_is_no_superuser(shared: Server) -> None:
    with psycopg.connect(shared.start()) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, pg_get_userbyid(datdba) = rolname"
            " FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()"
        ).fetchone()
        assert row == (False, False, True, True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")


def test_extensions_and_arabic_trigrams_are_in_every_new_database(shared: Server) -> None:
    url = shared.start()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE another")
    for name in ("clutch", "another"):
        with psycopg.connect(url, dbname=name) as connection:
            found = connection.execute(
                "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'"
            ).fetchall()
            assert sorted(row[0] for row in found) == sorted(cluster.EXTENSIONS)
            row = connection.execute("SELECT show_trgm('فرامل') <> '{}', similarity('فرامل', 'فرامل امامي')")
            different, alike = row.fetchone() or (None, None)
            assert different is True
            assert alike > 0.3


@pytest.mark.parametrize("user", ["clutch", "postgres"])
@pytest.mark.parametrize("password", ["wrong", ""])
def test_wrong_password_is_refused(shared: Server, user: str, password: str) -> None:
    url = shared.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url, user=user, password=password, passfile=os.devnull)


def test_password_of_role_does_not_open_superuser(shared: Server) -> None:
    url = shared.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url, user=cluster.SUPERUSER)


def test_server_listens_on_loopback_only(shared: Server) -> None:
    running = shared.running()
    assert running is not None
    listening = [c for c in psutil.Process(running.pid).net_connections("all") if c.status == "LISTEN"]
    assert [c.laddr[0] for c in listening] == ["127.0.0.1"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_secrets_and_data_are_for_their_owner_and_no_parent_is_opened(shared: Server) -> None:
    folders = [shared.data_dir, shared.data_dir.parent, shared.home.server, shared.home.data]
    assert [stat.S_IMODE(path.stat().st_mode) for path in folders] == [0o700] * 4
    assert stat.S_IMODE((shared.data_dir / "secrets.json").stat().st_mode) == 0o600


@pytest.mark.skipif(not as_root(), reason="only root needs another account")
def test_root_runs_server_as_somebody_else(shared: Server) -> None:
    running = shared.running()
    assert running is not None
    assert psutil.Process(running.pid).uids().real != 0
    assert shared.home.folder.stat().st_uid == 0


def test_second_user_finds_the_running_server_and_keeps_it(data_dir: Path, python: Run) -> None:
    server = Server(data_dir)
    url = server.start()
    first = server.running()
    other = python("-c", USER, str(data_dir))
    assert other.stdout is not None
    assert other.stdout.readline().strip() == url
    server.release()
    assert server.running() == first
    other.communicate()
    assert server.running() is None


def test_release_stops_and_next_start_keeps_rows_and_port(data_dir: Path) -> None:
    server = Server(data_dir)
    url = server.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    server.release()
    assert server.running() is None
    assert server.start() == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_killed_postmaster_recovers_what_was_committed(data_dir: Path) -> None:
    server = Server(data_dir)
    url = server.start()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        before = server.running()
        assert before is not None
        os.kill(before.pid, signal.SIGKILL)
        eventually(lambda: server.running() is None)
        assert server.start() == url
    after = server.running()
    assert after is not None
    assert after.pid != before.pid
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


@pytest.mark.long
def test_pid_file_that_names_a_stranger_is_stale(data_dir: Path) -> None:
    server = Server(data_dir)
    url = server.start()
    lines = (server.home.data / "postmaster.pid").read_text().splitlines()
    stop(server.home)
    (server.home.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert server.running() is None
    assert server.start() == url


@pytest.mark.long
def test_interrupted_initdb_is_made_again(data_dir: Path) -> None:
    server = Server(data_dir)
    partial = server.home.server / "data.partial"
    partial.mkdir()
    (partial / "PG_VERSION").write_text("18")
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("clutch",)
    assert not partial.exists()


@pytest.mark.long
def test_interrupted_furnishing_is_completed(data_dir: Path) -> None:
    server = Server(data_dir)
    server.start()
    (server.home.folder / "ready").unlink()
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("clutch",)


def test_watchdog_stops_server_whose_users_were_killed(data_dir: Path, python: Run) -> None:
    user = python("-c", USER, str(data_dir))
    assert user.stdout is not None
    assert user.stdout.readline().startswith("postgresql://")
    home = Server(data_dir).home
    assert find(home) is not None
    user.kill()
    user.wait()
    eventually(lambda: find(home) is None)


@pytest.mark.long
def test_two_data_folders_have_servers_of_their_own(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    try:
        urls = [Server(folder).start() for folder in folders]
        assert len(set(urls)) == 2
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(
                address(int(urls[0].rpartition(":")[2].partition("/")[0]), secrets_of(folders[1]))
            )
    finally:
        for folder in folders:
            discard(folder)


@pytest.mark.long
def test_interruption_leaves_no_server(data_dir: Path) -> None:
    server = Server(data_dir, interrupted=lambda: True)
    try:
        server.start()
    except Interrupted:
        server.release()
        assert server.running() is None
    else:
        pytest.skip("it was ready before it was asked")


@pytest.mark.long
@pytest.mark.skipif(not as_root(), reason="otherwise the database lies in the data folder")
def test_removed_data_folder_of_tests_takes_its_cluster_along(tmp_path: Path, data_dir: Path) -> None:
    removed = Server(tmp_path / "removed", durable=False)
    removed.start()
    stop(removed.home)
    shutil.rmtree(removed.data_dir)
    other = Server(data_dir, durable=False)
    other.start()
    assert [removed.home.folder.exists(), other.home.folder.exists()] == [False, True]


@pytest.mark.long
@pytest.mark.skipif(not as_root(), reason="otherwise the database lies in the data folder")
def test_copied_data_folder_is_refused(tmp_path: Path, data_dir: Path) -> None:
    Server(data_dir).start()
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "secrets.json").write_bytes((data_dir / "secrets.json").read_bytes())
    with pytest.raises(Problem, match="is a copy of"):
        Server(copy).start()


def test_given_database_url_starts_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/clutch")
    assert ensure(data_dir) == "postgresql://elsewhere/clutch"
    assert not data_dir.exists()


@pytest.mark.long
def test_data_of_another_version_is_named(data_dir: Path) -> None:
    server = Server(data_dir)
    server.start()
    server.release()
    (server.home.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(Problem, match="is of Postgres 14"):
        server.start()
    (server.home.data / "PG_VERSION").write_text("18\n")


def test_damaged_secrets_are_named(data_dir: Path) -> None:
    server = Server(data_dir)
    (data_dir / "secrets.json").write_text("{")
    with pytest.raises(Problem, match=r"secrets\.json is damaged"):
        server.start()
    (data_dir / "secrets.json").unlink()
