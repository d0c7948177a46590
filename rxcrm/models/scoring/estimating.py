"""What administrators see of the estimate: from how much it learned, what, and how well it did (docs/decisions)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rxcrm.models import configuration
from rxcrm.models.administration import require_administrator
from rxcrm.models.records import Act
from rxcrm.models.scoring import bayes, features, learning, work
from rxcrm.models.scoring.bayes import Calibration, Model
from rxcrm.models.scoring.learning import ENOUGH

#: Values of one field that are listed, the commonest first.
LISTED = 8


@dataclass
class FieldChoice:
    """A field that the estimate may look at, and whether it does. Its label is a message."""

    key: str
    label: str
    usual: bool
    chosen: bool


@dataclass
class ValueView:
    """What one value taught: so many leads, so many percent of them won; what the estimate would be by it alone."""

    label: str
    leads: int
    share: int
    alone: int


@dataclass
class FieldView:
    """What one field taught. Its label is a message; `more` values are not listed."""

    label: str
    taught: list[ValueView] = field(default_factory=list)
    more: int = 0


@dataclass
class BinView:
    """Held-out leads with estimates of `low` to `high` percent: expected and happened, in percent."""

    low: int
    high: int
    count: int
    expected: int
    happened: int


@dataclass
class EstimateView:
    """The estimate as its page shows it.

    `won` and `lost` are the closed leads that there are now, `needed` how many of each it takes; `learned_on` (ISO) is empty
    until something was learned. Shares are in percent; `better` says how much less wrong the estimate was than always
    saying the share of won leads: 100 would be always right, 0 no better.
    """

    on: bool = True
    learning: bool = False
    enough: bool = False
    won: int = 0
    lost: int = 0
    needed: int = ENOUGH
    learned_on: str = ""
    taught: int = 0
    base: int = 0
    held: int = 0
    held_base: int = 0
    brier: str = ""
    brier_base: str = ""
    better: int = 0
    bins: list[BinView] = field(default_factory=list)
    fields: list[FieldView] = field(default_factory=list)
    choices: list[FieldChoice] = field(default_factory=list)


def view(act: Act) -> EstimateView:
    """Everything about the estimate, for administrators."""
    require_administrator(act)
    row, (won, lost) = learning.newest(act.session), learning.closed(act.session)
    chosen = {feature.key for feature in features.chosen(act.organisation.score_fields)}
    found = EstimateView(
        on=act.organisation.score_learns,
        learning=work.learning_now(act.session),
        enough=min(won, lost) >= ENOUGH,
        won=won,
        lost=lost,
        choices=[FieldChoice(f.key, f.label, f.usual, f.key in chosen) for f in features.offered()],
    )
    if row is None or not row.learned:
        return found
    model, measured = Model.read(row.learned), learning.calibration_of(row)
    found.learned_on, found.taught = row.learned_on.isoformat(), row.won + row.lost
    found.base = round(100 * row.won / found.taught)
    found.fields = _fields(model, row.learned.get("names", {}), act.who.conventions.locale)
    if measured:
        _measured(found, measured)
    return found


def _measured(found: EstimateView, measured: Calibration) -> None:
    found.held, found.held_base = measured.count, round(measured.base)
    found.brier, found.brier_base = f"{measured.brier:.3f}", f"{measured.brier_base:.3f}"
    found.better = round(100 * (1 - measured.brier / measured.brier_base)) if measured.brier_base else 0
    found.bins = [BinView(b.low, b.high, b.count, round(b.expected), round(b.happened)) for b in measured.bins]


def _fields(model: Model, names: Mapping[str, Mapping[str, str]], locale: str) -> list[FieldView]:
    known = {feature.key: feature for feature in features.offered()}
    found = []
    for key, counts in model.counts.items():
        if key not in known:
            continue
        ordered = sorted(counts.items(), key=lambda item: (-sum(item[1]), item[0]))
        values = [
            ValueView(
                names.get(key, {}).get(value) or features.word(known[key], value, locale),
                sum(pair),
                round(100 * pair[0] / sum(pair)),
                bayes.percent(model.prior + model.weight(key, value)),
            )
            for value, pair in ordered[:LISTED]
        ]
        found.append(FieldView(known[key].label, values, max(0, len(ordered) - LISTED)))
    return found


def choose_fields(act: Act, keys: Iterable[str]) -> None:
    """Look at these fields from the next learning on, which begins at once."""
    require_administrator(act)
    wanted = set(keys)
    act.organisation.score_fields = [f.key for f in features.offered() if f.key in wanted]
    _learn(act)


def switch(act: Act, on: bool) -> None:
    """Estimate from now on, or no more: estimates go from every lead, what was learned stays."""
    require_administrator(act)
    if act.organisation.score_learns == on:
        return
    act.organisation.score_learns = on
    configuration.changed(act)
    if on:
        _learn(act)
    work.bring_up_to_date(act.session, act.now, act.who.id)
    act.topics.add(work.TOPIC)


def learn(act: Act) -> None:
    """Have the estimate learn from the closed leads of now."""
    require_administrator(act)
    _learn(act)


def _learn(act: Act) -> None:
    work.learn(act.session, act.now, act.who.id)
    act.topics.add(work.TOPIC)
