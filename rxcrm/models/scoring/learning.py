"""Learning from closed leads: count, hold some back, weigh, see how well those were estimated, store (docs/decisions).

Everything is counted by the database, so that a million leads cost a few statements and no memory. Two tenths of the closed
leads, chosen by their numbers alone, are held back: the model that is tried on them has never seen them. Of the others each
quarter is estimated by a model of the other three, from which `bayes.fitted` finds how far each field is to be believed. The
model that is used then learns from all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, case, delete, func, literal_column, select
from sqlmodel import Session, col

from rxcrm.models.choices import LeadStatus
from rxcrm.models.lead import Lead
from rxcrm.models.people import organisation
from rxcrm.models.scoring import bayes, features, reckoning
from rxcrm.models.scoring.bayes import Calibration, Model, Trust
from rxcrm.models.scoring.features import Feature
from rxcrm.models.scoring.tables import ScoreModel

#: Closed leads of either kind without which nothing is learned.
ENOUGH = 40
#: Tenths of the closed leads that are held back, and groups of the others of which each is estimated by the rest.
HELD_BACK, GROUPS = 2, 4
#: Values of a field that are learned, the commonest first; text has any number of them.
MOST_VALUES = 50
#: Kinds of leads (by the weights of all their values) of a group that `bayes.fitted` looks at, the commonest first: it is
#: Python that reckons here, and what is rarer says little.
MOST_KINDS = 1_000
#: Models that are kept.
KEPT = 10

#: (tenth, field, value) → leads won and lost.
Tally = Mapping[tuple[int, str, str], tuple[int, int]]


def closed(session: Session) -> tuple[int, int]:
    """How many leads can teach: won and lost, without what was merged into others or deleted."""
    status = _row().status
    asked = select(status, func.count().label("number")).where(*_teaches()).group_by(status)
    found: dict[int, int] = {row.status: row.number for row in session.execute(asked)}
    return found.get(int(LeadStatus.QUALIFIED), 0), found.get(int(LeadStatus.DISQUALIFIED), 0)


def learn(session: Session, now: datetime) -> ScoreModel:
    """What all closed leads of this moment teach; with too few of either kind nothing but their number.

    It only reads, which may take some seconds; `keep` makes it count.
    """
    won, lost = closed(session)
    row = ScoreModel(learned_on=now, won=won, lost=lost)
    if min(won, lost) >= ENOUGH:
        org = organisation(session)
        looked_at = features.chosen(org.score_fields if org else None)
        tally = _tally(session, looked_at)
        trust = _trust(session, looked_at, tally)
        row.learned = _learned(tally, range(10), trust).written() | {"names": _spellings(session, looked_at)}
        tried = _learned(tally, range(HELD_BACK, 10), trust)
        measured = bayes.calibrated(_outcomes(session, tried, looked_at, range(HELD_BACK)))
        row.calibration = asdict(measured) if measured else {}
    return row


def keep(session: Session, row: ScoreModel) -> None:
    """Let this be what counts. Who calls this says that the configuration changed."""
    session.add(row)
    session.flush()
    old = select(col(ScoreModel.id)).order_by(col(ScoreModel.id).desc()).offset(KEPT)
    session.execute(delete(ScoreModel).where(col(ScoreModel.id).in_(list(session.scalars(old)))))


def newest(session: Session) -> ScoreModel | None:
    """What was learned last, if anything ever was."""
    return session.scalars(select(ScoreModel).order_by(col(ScoreModel.id).desc()).limit(1)).first()


def calibration_of(row: ScoreModel) -> Calibration | None:
    """How well the held-out leads were estimated; None where nothing was learned."""
    if not row.calibration:
        return None
    bins = tuple(bayes.Bin(**b) for b in row.calibration["bins"])
    return Calibration(**{**row.calibration, "bins": bins})


def _trust(session: Session, looked_at: Sequence[Feature], tally: Tally) -> Trust:
    """How far each field is to be believed, from estimates of leads by models that have not seen them."""
    teaching = range(HELD_BACK, 10)
    evidence: dict[tuple[int, ...], tuple[int, int]] = {}
    for group in range(GROUPS):
        own = [tenth for tenth in teaching if tenth % GROUPS == group]
        model = _learned(tally, set(teaching) - set(own))
        for weights, (won, lost) in _evidence(session, model, looked_at, own).items():
            before = evidence.get(weights, (0, 0))
            evidence[weights] = (before[0] + won, before[1] + lost)
    return bayes.fitted([feature.key for feature in looked_at], evidence)


def _learned(tally: Tally, tenths: Collection[int], trust: Trust = Trust()) -> Model:
    """The model of the leads in some tenths."""
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    won = lost = 0
    for (tenth, name, value), pair in tally.items():
        if tenth not in tenths:
            continue
        if not name:
            won, lost = won + pair[0], lost + pair[1]
            continue
        before = counts.setdefault(name, {}).get(value, (0, 0))
        counts[name][value] = (before[0] + pair[0], before[1] + pair[1])
    return bayes.learn(won, lost, {name: _commonest(of) for name, of in counts.items()}, trust)


def _commonest(counts: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    ordered = sorted(counts.items(), key=lambda item: (-sum(item[1]), item[0]))
    return dict(ordered[:MOST_VALUES])


# -- counting ----------------------------------------------------------------------------------------------------------


def _row() -> Any:
    return cast(Any, Lead).__table__.c


def _teaches() -> list[ColumnElement[bool]]:
    row = _row()
    decided = row.status.in_([int(LeadStatus.QUALIFIED), int(LeadStatus.DISQUALIFIED)])
    return [decided, row.deleted_on.is_(None), row.merged.is_(False)]


def _tenth() -> ColumnElement[int]:
    """A number from 0 to 9 that depends on the id alone, and not on the order in which leads came."""
    return cast(ColumnElement[int], (_row().id % 1_000_003) * 7919 % 1_000_003 % 10)


def _pairs(found: Iterable[tuple[Any, int, int]]) -> dict[Any, tuple[int, int]]:
    """(key, status, number) as key → numbers won and lost."""
    pairs: dict[Any, tuple[int, int]] = {}
    for key, status, n in found:
        won, lost = pairs.get(key, (0, 0))
        pairs[key] = (won + n, lost) if status == int(LeadStatus.QUALIFIED) else (won, lost + n)
    return pairs


def _tally(session: Session, looked_at: Sequence[Feature]) -> Tally:
    """How often each value occurs in each tenth, one statement for each field; under "" all leads."""
    row, tenth = _row(), _tenth().label("tenth")
    whole = select(tenth, row.status, func.count()).where(*_teaches()).group_by(tenth, row.status)
    found: dict[Any, tuple[int, int]] = _pairs(((t, "", ""), status, n) for t, status, n in session.execute(whole))
    for feature in looked_at:
        value = features.value_in(feature).label("value")
        asked = select(tenth, value, row.status, func.count()).where(*_teaches(), value.is_not(None))
        grouped = session.execute(asked.group_by(tenth, value, row.status))
        found |= _pairs(((t, feature.key, str(v)), status, n) for t, v, status, n in grouped)
    return found


def _spellings(session: Session, looked_at: Sequence[Feature]) -> dict[str, dict[str, str]]:
    """Field → value → one way in which leads spell it, for the texts, which are compared without case and accents."""
    found: dict[str, dict[str, str]] = {}
    for feature in looked_at:
        spelled = features.spelling_in(feature)
        if spelled is None:
            continue
        value = features.value_in(feature).label("value")
        asked = select(value, func.min(spelled)).where(*_teaches(), value.is_not(None)).group_by(value)
        commonest = session.execute(asked.order_by(func.count().desc()).limit(MOST_VALUES))
        found[feature.key] = {str(key): str(text) for key, text in commonest}
    return found


def _outcomes(
    session: Session, model: Model, looked_at: Sequence[Feature], tenths: Iterable[int]
) -> dict[int, tuple[int, int]]:
    """Odds by the model → what became of the leads of some tenths that have them."""
    row, odds = _row(), reckoning.odds_in(model, looked_at).label("odds")
    among = _tenth().in_([literal_column(str(tenth)) for tenth in tenths])
    asked = select(odds, row.status, func.count()).where(*_teaches(), among).group_by(odds, row.status)
    return _pairs(session.execute(asked))


def _evidence(
    session: Session, model: Model, looked_at: Sequence[Feature], tenths: Iterable[int]
) -> dict[tuple[int, ...], tuple[int, int]]:
    """The prior and the weights of all fields → what became of the leads of some tenths that have them."""
    row = _row()
    weights = [
        features.weight_in(feature, model.weights.get(feature.key, {})).label(f"w{i}")
        for i, feature in enumerate(looked_at)
    ]
    among = _tenth().in_([literal_column(str(tenth)) for tenth in tenths])
    # Columns of a subquery: a weight that is a mere number would be taken for a place in the list.
    inner = select(*weights, row.status).where(*_teaches(), among).subquery()
    kinds = [inner.c[f"w{i}"] for i in range(len(weights))]
    won = func.coalesce(func.sum(case((inner.c.status == int(LeadStatus.QUALIFIED), 1), else_=0)), 0)
    whole = func.count().label("whole")
    asked = select(*kinds, won, whole).select_from(inner).group_by(*kinds).order_by(whole.desc()).limit(MOST_KINDS)
    return {(model.prior, *line[:-2]): (int(line[-2]), line[-1] - int(line[-2])) for line in session.execute(asked)}
