"""Gives every pytest run its databases before Django is set up, and keeps tests on this machine.

The process that starts the run starts the server; those of pytest-xdist inherit its environment. With
DATABASE_URL set, tests use that server, and pytest-django makes its databases in the usual way.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from clutch.embedded import ensure, loopback
from clutch.embedded.commands import prepare_environment
from clutch.embedded.paths import default_data_dir, open_data_dir
from clutch.embedded.problems import Problem

# Set by the process that starts the run; empty or absent with an external server.
PREFIX = "CLUTCH_TEST_DATABASES"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None, None, None]:
    """Set the environment that the settings read. pytest-django reads them in the same hook."""
    os.environ["CLUTCH_TESTING"] = "1"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # A folder of its own: a test never meets the shop's data, files or messages.
        try:
            data_dir = open_data_dir(open_data_dir(default_data_dir()) / "test")
            os.environ["CLUTCH_DATA_DIR"] = str(data_dir)
            prepare_environment()
            if "DATABASE_URL" not in os.environ:
                ensure(data_dir, durable=False)
                from clutch.embedded.testing import prepare

                os.environ[PREFIX] = prepare(afresh="--create-db" in args)
        except Problem as problem:
            raise pytest.UsageError(str(problem)) from None
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Keep the copies until the end of the run, when they are dropped together."""
    loopback.stay()
    if os.environ.get(PREFIX):
        config.option.reuse_db = True
        config.option.create_db = False


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> None:
    """Make this process's copy just before pytest-django opens it."""
    if fixturedef.argname != "django_db_setup" or not os.environ.get(PREFIX):
        return
    from django.db import connection

    from clutch.embedded.testing import copy

    name = f"{os.environ[PREFIX]}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    connection.settings_dict["TEST"]["NAME"] = name
    copy(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded with `record_property`, for the log to keep: captured output is not shown."""
    rows = [
        f"{name}: {value}"
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, value in report.user_properties
    ]
    if rows:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(rows))


def pytest_unconfigure() -> None:
    """Drop the copies, in the process that started the run."""
    if "PYTEST_XDIST_WORKER" not in os.environ and (prefix := os.environ.pop(PREFIX, "")):
        from clutch.embedded.testing import drop_run

        drop_run(prefix)
