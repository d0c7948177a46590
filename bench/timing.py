"""Medians of undisturbed runs, the app's and the floor's taken in turns so that both meet the same weather."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

#: Runs of each side: at least FEWEST, then more until MOST are made or the time is up.
FEWEST, MOST, SECONDS = 5, 41, 1.5
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


def compare(app: Callable[[], Any], floor: Callable[[], Any]) -> tuple[float, float]:
    """Median milliseconds of the app and of its floor."""
    for _ in range(WARM_UPS):
        app()
        floor()
    times: tuple[list[float], list[float]] = [], []
    gc.collect()
    started = perf_counter()
    while len(times[0]) < FEWEST or (len(times[0]) < MOST and perf_counter() - started < SECONDS):
        for kept, run in zip(times, (app, floor), strict=True):
            begun = perf_counter()
            run()
            kept.append((perf_counter() - begun) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])
