"""Medians of undisturbed runs, the app's and the floor's taken in turns so that both meet the same weather."""

from __future__ import annotations

import gc
import resource
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

#: Runs of each side: at least FEWEST, then more until MOST were undisturbed or the seconds are over.
FEWEST, MOST, SECONDS = 7, 41, 2.0
WARM_UPS = 6  # psycopg prepares a statement at its fifth use


@dataclass(frozen=True)
class Floor:
    """What a step would cost without the app: the SQL, what it found, and the index by the database's own account."""

    sql: str
    index: str
    rows: int


@dataclass(frozen=True)
class Figure:
    """One step on one database at one size, in milliseconds; `aim` is the most floors that it should cost."""

    step: str
    database: str
    leads: int
    app: float
    floor: float
    beneath: Floor
    aim: float = 2.0

    @property
    def ratio(self) -> float:
        return self.app / self.floor


def compare(
    app: Callable[[], Any],
    floor: Callable[[], Any],
    *,
    warm_ups: int = WARM_UPS,
    fewest: int = FEWEST,
    seconds: float = SECONDS,
) -> tuple[float, float]:
    """Median milliseconds of the app and of its floor; long steps ask for fewer runs."""
    for _ in range(warm_ups):
        app()
        floor()
    sides = (_Side(app), _Side(floor))
    gc.collect()
    started = perf_counter()
    while len(sides[0].all) < fewest or (_worth_more(sides) and perf_counter() - started < seconds):
        for side in sides:
            side.run()
    return sides[0].median, sides[1].median


class _Side:
    """One of the two, with its runs; a run is disturbed when the machine took the processor away in its midst."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.all: list[float] = []
        self.undisturbed: list[float] = []

    def run(self) -> None:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw
        begun = perf_counter()
        self.work()
        taken = (perf_counter() - begun) * 1000
        self.all.append(taken)
        if resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw == before:
            self.undisturbed.append(taken)

    @property
    def median(self) -> float:
        return statistics.median(self.undisturbed if len(self.undisturbed) >= FEWEST else self.all)


def _worth_more(sides: tuple[_Side, _Side]) -> bool:
    return min(len(side.undisturbed) for side in sides) < MOST
