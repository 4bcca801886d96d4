"""Measuring ways of doing the same thing in turns, so that a busy machine slows all alike."""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil


@dataclass
class Taken:
    """Seconds per call, one entry a turn: by the clock, and of processors (ours and the server's)."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def in_turns(
    ways: Mapping[str, Callable[[int], object]], *, rounds: int, calls: int = 1, server: int | None = None
) -> dict[str, Taken]:
    """What each way takes: `calls` in a row of each a round, in an order by chance; two rounds go before.

    A call is given its number; `server` is the process of Postgres that answers. Calls of a millisecond
    want some in a row, as a server at work makes them (else each pays for the caches that the others
    emptied), and hundreds of rounds. Where others use the machine the clock counts mostly how often we
    wait for a processor; processor time leaves that out.
    """
    names, chance = list(ways), random.Random(1)
    taken = {name: Taken() for name in names}
    for number in range(-2, rounds):
        # None always comes after the same other one, whose cost to the scheduler it would bear.
        for name in chance.sample(names, len(names)):
            call = ways[name]
            start, used = time.perf_counter(), _processor_seconds(server)
            for each in range(number * calls, (number + 1) * calls):
                call(each)
            if number >= 0:
                taken[name].processor.append((_processor_seconds(server) - used) / calls)
                taken[name].clock.append((time.perf_counter() - start) / calls)
    return taken


def _processor_seconds(server: int | None) -> float:
    """Processor time of this thread, and of a process of the server, up to now."""
    mine = time.thread_time()
    if server is None:
        return mine
    try:
        # Linux counts in nanoseconds here, everywhere else in hundredths of a second.
        return mine + int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        times = psutil.Process(server).cpu_times()
        return mine + times.user + times.system


def ratio(ours: Sequence[float], limit: Sequence[float]) -> float:
    """Median of ours divided by median of the limit; 1.0 is the limit itself, 2.0 twice as slow."""
    return statistics.median(ours) / statistics.median(limit)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def rates(name: str, ours: Sequence[float], limit: Sequence[float], *, limit_name: str) -> str:
    """One line: how often a second each of them is done."""
    mine, least = statistics.median(ours), statistics.median(limit)
    return f"{name}: {1 / mine:,.0f}/s; {limit_name}: {1 / least:,.0f}/s"


def judge(line: str, value: float, *, at_most: float | None = None) -> bool:
    """Print a line with its ratio, beside what it may be; whether it is within.

    Without a limit the figure is only shown.
    """
    within = at_most is None or value <= at_most
    allowed = "" if at_most is None else f" (at most {at_most:g}{'' if within else ': TOO MUCH'})"
    print(f"{line}; ratio {value:.2f}{allowed}", flush=True)
    return within
