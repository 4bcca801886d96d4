"""The server that socket and browser tests talk to: daphne in a process of its own.

Run as `python -m clutch.live.tests.serve PORT [jobs]`. It says "ready" once it listens. With `jobs`
it also runs due jobs, from the line "run" on its standard input until "rest", each answered with
the same word: tables are emptied between tests, and a job in the middle would deadlock with that.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

JOB_PAUSE = 0.1
Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Jobs(threading.Thread):
    """Does what a worker does, without a broker."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="jobs")
        self.may_run = threading.Event()
        self.busy = threading.Lock()

    def run(self) -> None:
        from django.db import close_old_connections

        from clutch.feed import jobs

        while self.may_run.wait():
            with self.busy:
                ran = 0
                try:
                    ran = jobs.run_due(limit=1) if self.may_run.is_set() else 0
                except Exception:
                    logging.getLogger(__name__).exception("a job failed")
                    close_old_connections()
            if not ran:
                time.sleep(JOB_PAUSE)

    def obey(self, word: str) -> None:
        if word == "run":
            self.may_run.set()
        elif word == "rest":
            self.may_run.clear()
            with self.busy:  # the job that runs now comes to its end
                pass
        say(word)


def say(word: str) -> None:
    print(word, flush=True)


def without_stale_caches(application: Application) -> Application:
    """Content types get new ids when tables are emptied between tests; a process remembers them."""
    from django.contrib.contenttypes.models import ContentType

    async def fresh(scope: dict[str, Any], receive: Any, send: Any) -> None:
        ContentType.objects.clear_cache()
        await application(scope, receive, send)

    return fresh


def listen_to_parent(jobs: Jobs) -> None:
    for line in sys.stdin:
        jobs.obey(line.strip())
    os._exit(0)  # whoever started this process is gone


def main(port: int) -> None:
    from daphne.server import Server

    from clutch.asgi import application

    jobs = Jobs()
    jobs.start()
    threading.Thread(target=listen_to_parent, args=[jobs], daemon=True).start()
    Server(
        application=without_stale_caches(application),
        endpoints=[f"tcp:port={port}:interface=127.0.0.1"],
        ready_callable=lambda: say("ready"),
        verbosity=0,
    ).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
