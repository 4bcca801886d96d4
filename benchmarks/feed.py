"""`feed`: acts per second that publish to 1, 8 and 21 streams, beside the same SQL sent bare.

Four threads act at once and share their streams, so both sides wait for the same locks. The bare
side sends BEGIN, the appending statement, COMMIT and NOTIFY, with nothing around them.
"""

import json
import threading
from collections.abc import Callable
from functools import partial

import psycopg
from django.conf import settings
from django.db import connection

from benchmarks._beside import in_turns, judge, rates, ratio
from clutch.feed.action import action, publish
from clutch.feed.streams import APPEND, Event

THREADS, ACTS = 4, 150


@action
def _act(streams: tuple[str, ...]) -> None:
    publish(Event(streams, "benchmark", {"n": 1}))


def _ours(streams: tuple[str, ...]) -> None:
    for _ in range(ACTS):
        _act(streams)
    connection.close()


def _bare(streams: tuple[str, ...]) -> None:
    at = settings.DATABASES["default"]
    body = json.dumps(
        [{"stream": name, "type": "benchmark", "data": {"n": 1}, "origin": ""} for name in streams]
    )
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"] or None, user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"],
        autocommit=True,
    ) as bare:  # fmt: skip
        for _ in range(ACTS):
            with bare.transaction():
                bare.execute(APPEND, [body]).fetchall()
            bare.execute("SELECT pg_notify('clutch_benchmark', %s)", [body[:7000]])


def _together(work: Callable[[tuple[str, ...]], None], streams: tuple[str, ...], _round: int) -> None:
    threads = [threading.Thread(target=work, args=[streams]) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Print a line for each number of streams."""
    for count in (1, 8, 21):
        streams = tuple(f"benchmark/{number}" for number in range(count))
        ways = {"ours": partial(_together, _ours, streams), "bare": partial(_together, _bare, streams)}
        taken = {
            name: [seconds / (THREADS * ACTS) for seconds in way.clock]
            for name, way in in_turns(ways, rounds=5).items()
        }
        line = rates(f"acts with {count} streams", taken["ours"], taken["bare"], limit_name="same SQL bare")
        judge(line, ratio(taken["ours"], taken["bare"]))
