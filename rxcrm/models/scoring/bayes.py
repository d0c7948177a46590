"""Naive Bayes by hand: what the values of closed leads say about an open one, in weights that add up (docs/decisions).

Leads that were won (qualified) are compared with those that were lost (disqualified). Each value of a field has a weight, the
logarithm of how much more often it occurs among the won ones; their sum and that of the prior are the logarithm of
the odds. Weights are whole thousandths, so that Python and SQL reckon exactly the same. Nothing here knows the database.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import Any

#: One more lead of either kind is assumed for every value (Laplace), so that none is impossible.
SMOOTHING = 1
#: Weights are stored in thousandths.
UNIT = 1000
#: Nobody is told that something is certain.
LOWEST, HIGHEST = 1, 99
#: Bars of the diagram that compares estimates with what became of the leads, if there are enough to fill them.
BINS, FEW_BINS, MANY = 10, 5, 200

#: Field → value → leads won and lost with it.
Counts = Mapping[str, Mapping[str, tuple[int, int]]]


@dataclass(frozen=True)
class Model:
    """What was learned: the weight of the prior, and that of every value of every field, in thousandths.

    `counts` are what it was learned from, for showing. A value that is not in it says nothing.
    """

    prior: int
    weights: Mapping[str, Mapping[str, int]]
    counts: Counts = field(default_factory=dict)

    def odds(self, values: Mapping[str, str | None]) -> int:
        """The logarithm of the odds of a lead with these values, in thousandths; what is None is not known."""
        return self.prior + sum(self.weight(name, value) for name, value in values.items())

    def weight(self, name: str, value: str | None) -> int:
        """What one value adds; 0 for one that is not known or was never seen."""
        return self.weights.get(name, {}).get(value, 0) if value is not None else 0

    def estimate(self, values: Mapping[str, str | None]) -> int:
        """The chance in percent."""
        return percent(self.odds(values))

    def effects(self, values: Mapping[str, str | None]) -> dict[str, int]:
        """Field → by how many percent the estimate is higher than without knowing that value."""
        whole = self.odds(values)
        return {n: percent(whole) - percent(whole - self.weight(n, value)) for n, value in values.items()}

    def written(self) -> dict[str, Any]:
        """As JSON, for `read`."""
        counts = {name: {value: list(pair) for value, pair in of.items()} for name, of in self.counts.items()}
        return {"prior": self.prior, "weights": {n: dict(w) for n, w in self.weights.items()}, "counts": counts}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Model:
        """The model that JSON data describe."""
        counts = {name: {v: (pair[0], pair[1]) for v, pair in of.items()} for name, of in data["counts"].items()}
        return cls(int(data["prior"]), data["weights"], counts)


@dataclass(frozen=True)
class Trust:
    """How far the weights are believed (`fitted`): each is multiplied by the slope of its field, and the odds are shifted."""

    shift: float = 0.0
    slopes: Mapping[str, float] = field(default_factory=dict)


def learn(won: int, lost: int, counts: Counts, trust: Trust = Trust()) -> Model:
    """The model of so many closed leads with these values; fields of which `trust` says nothing are believed."""
    weights = {
        name: {v: _unit(trust.slopes.get(name, 1.0) * w) for v, w in _weights(of).items()}
        for name, of in counts.items()
    }
    return Model(_unit(trust.shift + log((won + SMOOTHING) / (lost + SMOOTHING))), weights, counts)


def _weights(counts: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """How much more often each value of a field occurs among the won leads of which it is known, as a logarithm."""
    kinds = SMOOTHING * len(counts)
    won, lost = (sum(pair[which] for pair in counts.values()) + kinds for which in (0, 1))
    return {value: log((w + SMOOTHING) / won) - log((n + SMOOTHING) / lost) for value, (w, n) in counts.items()}


def _unit(weight: float) -> int:
    return round(weight * UNIT)


def chance(odds: float) -> float:
    """The probability for the logarithm of odds."""
    return 1 / (1 + exp(-odds)) if odds > -700 else 0.0


#: The least odds, in thousandths, at which an estimate is 2, 3 … 99 percent: where it would be rounded to that.
STEPS = [_unit(log((p - 0.5) / (100.5 - p))) for p in range(LOWEST + 1, HIGHEST + 1)]


def percent(odds: int) -> int:
    """The estimate for odds in thousandths, 1 to 99."""
    return LOWEST + bisect_right(STEPS, odds)


# -- how well it estimates ---------------------------------------------------------------------------------------------

#: The prior and the weights of all fields, in thousandths → leads that were won and lost with them.
Evidence = Mapping[tuple[int, ...], tuple[int, int]]


def fitted(names: Sequence[str], evidence: Evidence) -> Trust:
    """What makes the odds of leads that were not learned from come closest to what became of them.

    Naive Bayes takes every field for news. Two that say the same are counted twice, and one that said something by chance
    is believed. So each field has a slope, found by Newton's method: the logarithm of the likelihood, less half the squared
    distance from believing everything, is greatest there. That distance keeps few leads from bending much. No slope is
    negative: a field that says the opposite of what it said before is not believed at all.
    """
    used = list(range(len(names)))
    while True:
        found = _newton([((at[0], *(at[1 + i] for i in used)), *pair) for at, pair in evidence.items()], len(used))
        if all(slope >= 0 for slope in found[1:]):
            break
        used = [i for i, slope in zip(used, found[1:], strict=True) if slope >= 0]
    slopes = dict.fromkeys(names, 0.0) | {names[i]: slope for i, slope in zip(used, found[1:], strict=True)}
    return Trust(found[0], slopes)


def _newton(rows: Sequence[tuple[tuple[int, ...], int, int]], width: int) -> list[float]:
    """Shift and slopes, for rows of weights (the prior's first) with leads won and lost."""
    size = width + 1
    drawn_to = [0.0] + [1.0] * width
    found = list(drawn_to)
    for _ in range(100):
        gradient = [to - at for to, at in zip(drawn_to, found, strict=True)]
        curve = [[float(i == j) for j in range(size)] for i in range(size)]
        for weights, won, lost in rows:
            x = [1.0, *(w / UNIT for w in weights[1:])]
            p = chance(weights[0] / UNIT + sum(b * v for b, v in zip(found, x, strict=True)))
            miss, spread = won - (won + lost) * p, (won + lost) * p * (1 - p)
            for i, v in enumerate(x):
                if v:
                    gradient[i] += miss * v
                    line, weighed = curve[i], spread * v
                    for j in range(i + 1):
                        line[j] += weighed * x[j]
        step = _solved(curve, gradient)
        # Never far at once: where all leads can be told apart, Newton would leap over the place.
        short = min(1.0, 1 / max(1e-9, *map(abs, step)))
        found = [at + short * by for at, by in zip(found, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return found


def _solved(lower: list[list[float]], right: list[float]) -> list[float]:
    """x for A·x = right, A being symmetric, positive and given by its lower half (Cholesky)."""
    size = len(right)
    root = [[0.0] * size for _ in right]
    for i in range(size):
        for j in range(i + 1):
            rest = lower[i][j] - sum(root[i][k] * root[j][k] for k in range(j))
            root[i][j] = sqrt(rest) if i == j else rest / root[j][j]
    between: list[float] = []
    for i in range(size):
        between.append((right[i] - sum(root[i][k] * between[k] for k in range(i))) / root[i][i])
    found = [0.0] * size
    for i in reversed(range(size)):
        found[i] = (between[i] - sum(root[k][i] * found[k] for k in range(i + 1, size))) / root[i][i]
    return found


#: Odds in thousandths → leads that were won and lost with them.
Outcomes = Mapping[int, tuple[int, int]]


@dataclass(frozen=True)
class Bin:
    """Leads whose estimates lie between `low` and `high` percent: what was expected of them and what happened, in percent."""

    low: int
    high: int
    count: int
    expected: float
    happened: float


@dataclass(frozen=True)
class Calibration:
    """How estimates of held-out leads compare with what became of them.

    `base` is the share of won ones in percent. `brier` is the mean squared distance between estimate (0 to 1) and outcome,
    0 at best; `brier_base` what always saying the base rate would have.
    """

    count: int
    won: int
    base: float
    brier: float
    brier_base: float
    bins: tuple[Bin, ...]


def calibrated(outcomes: Outcomes) -> Calibration | None:
    """How well the estimates for these odds meet the outcomes; None without any."""
    found: dict[int, tuple[int, int]] = {}
    for odds, (won, lost) in outcomes.items():
        p = percent(odds)
        before = found.get(p, (0, 0))
        found[p] = (before[0] + won, before[1] + lost)
    count, won = sum(map(sum, found.values())), sum(pair[0] for pair in found.values())
    if not count:
        return None
    squares = sum(w * (1 - p / 100) ** 2 + n * (p / 100) ** 2 for p, (w, n) in found.items())
    base = won / count
    return Calibration(count, won, 100 * base, squares / count, base * (1 - base), tuple(_bins(found, count)))


def _bins(found: Mapping[int, tuple[int, int]], count: int) -> Iterable[Bin]:
    width = 100 // (BINS if count >= MANY else FEW_BINS)
    for low in range(0, 100, width):
        inside = {p: pair for p, pair in found.items() if low <= p < low + width}
        leads = sum(map(sum, inside.values()))
        if leads:
            expected = sum(p * sum(pair) for p, pair in inside.items()) / leads
            happened = 100 * sum(pair[0] for pair in inside.values()) / leads
            yield Bin(low, low + width, leads, expected, happened)
