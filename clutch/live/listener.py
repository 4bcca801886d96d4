"""A thread that listens to Postgres, and comes back when the server does."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql

logger = logging.getLogger(__name__)

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
# A dead line that nobody closed is noticed after this many seconds without a notification.
PROBE_SECONDS = 20.0


def connection_parameters() -> dict[str, Any]:
    """How psycopg reaches the database that Django uses, as a connection of its own outside the pool."""
    settings = connections.settings[DEFAULT_DB_ALIAS]
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    found = {name: settings[key] for name, key in names.items() if settings.get(key)}
    ssl = {name: value for name, value in settings["OPTIONS"].items() if name.startswith("ssl")}
    return {**found, **ssl, "connect_timeout": 5, "application_name": "clutch live", "autocommit": True}


class Listener(threading.Thread):
    """Calls `hear(payload)` for each notification and `gap()` whenever some may have been missed.

    Both are called in this thread. `gap` comes after every (re)connection, the first one included.
    """

    def __init__(self, channel: str, hear: Callable[[str], None], gap: Callable[[], None]) -> None:
        super().__init__(daemon=True, name=f"listen {channel}")
        self.channel = channel
        self.hear = hear
        self.gap = gap
        self.stopped = threading.Event()

    def run(self) -> None:
        pause = FIRST_PAUSE
        while not self.stopped.is_set():
            try:
                with psycopg.connect(**connection_parameters()) as connection:
                    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self.channel)))
                    pause = FIRST_PAUSE
                    self.gap()
                    self._listen(connection)
            except psycopg.Error as error:
                logger.warning("listening stopped (%s); again in %.1f s", str(error).strip(), pause)
                self.stopped.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _listen(self, connection: "psycopg.Connection[Any]") -> None:
        while not self.stopped.is_set():
            for notification in connection.notifies(timeout=PROBE_SECONDS):
                self.hear(notification.payload)
            connection.execute("SELECT 1")
