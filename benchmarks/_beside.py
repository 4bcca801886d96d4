"""Measuring two ways of doing the same thing in turns, so that a busy machine slows both."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """Seconds per call of ours and of the limit, one entry a round."""

    ours: list[float]
    limit: list[float]

    @property
    def ratio(self) -> float:
        """Median of ours divided by median of the limit; 1.0 is the limit itself, 2.0 twice as slow."""
        return statistics.median(self.ours) / statistics.median(self.limit)


def in_turns(ours: Callable[[], float], limit: Callable[[], float], *, rounds: int = 7) -> Pair:
    """Run both in turns, after one round that does not count; each returns its seconds per call."""
    ours(), limit()
    pair = Pair([], [])
    for number in range(rounds):
        first, second = ((ours, pair.ours), (limit, pair.limit))[:: 1 if number % 2 else -1]
        for measure, into in (first, second):
            into.append(measure())
    return pair


def timed(call: Callable[[], object], *, times: int = 1) -> float:
    """Seconds per call."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(name: str, pair: Pair, *, limit_name: str) -> None:
    """Print one line: both rates and their ratio."""
    ours, limit = statistics.median(pair.ours), statistics.median(pair.limit)
    print(f"{name}: {1 / ours:,.0f}/s; {limit_name}: {1 / limit:,.0f}/s; ratio {pair.ratio:.2f}", flush=True)
