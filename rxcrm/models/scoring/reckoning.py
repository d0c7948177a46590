"""Score and estimate as SQL: one statement brings one lead up to date, or ten thousand (docs/decisions).

The statement adds up points and weights row by row and writes only what differs. It counts no version: a score is not an edit,
and nobody's save is refused because of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    update,
)
from sqlmodel import Session

from rxcrm.models import configuration
from rxcrm.models.access import Depth, Privilege, Who
from rxcrm.models.choices import LeadStatus
from rxcrm.models.db import BigInt
from rxcrm.models.fields import Sealed
from rxcrm.models.filters.calendar import Clock
from rxcrm.models.filters.conditions import BadFilter
from rxcrm.models.filters.sql import Compiled, compiled, compiled_together
from rxcrm.models.lead import Lead
from rxcrm.models.people import organisation
from rxcrm.models.scoring import features
from rxcrm.models.scoring.bayes import HIGHEST, LOWEST, STEPS, Model
from rxcrm.models.scoring.features import Feature
from rxcrm.models.scoring.tables import Rule, scoring

#: The score lies between these, however many points the rules give.
LEAST, MOST = 0, 100
#: Ids of one statement: databases bound the number of values in one.
AT_ONCE = 500


class _Nobody(Who):
    """Who asks when scores are reckoned: nobody in particular, who sees everything, whatever roles may do."""

    def depth(self, entity: str, privilege: Privilege) -> Depth:
        return Depth.ORG

    def may_read(self, what: Sealed) -> bool:
        return True


NOBODY = _Nobody(0, "")


@dataclass(frozen=True, eq=False)
class Reckoning:
    """The rules that can be asked with their conditions as SQL, and what the model looks at."""

    rules: tuple[tuple[Rule, Compiled], ...]
    model: Model | None
    features: tuple[Feature, ...]

    def params(self, session: Session, now: datetime) -> dict[str, Any]:
        """The values of the conditions at a moment, as the organisation counts days and money."""
        known = [found for _, found in self.rules[:1]]  # each knows the parameters of all
        if not known or not (known[0].constants or known[0].moments):
            return {}
        return known[0].params(clock(session, now)) if known[0].moments else dict(known[0].constants)

    @property
    def points(self) -> ColumnElement[int]:
        """The sum of the points of all rules that hold."""
        return _sum(
            case((found.where, literal_column(str(rule.points), Integer)), else_=literal_column("0", Integer))
            for rule, found in self.rules
        )


def clock(session: Session, now: datetime) -> Clock:
    """The moment as the organisation sees it."""
    org = organisation(session)
    assert org, "there are no leads before the set-up"
    return Clock(replace(NOBODY, conventions=org.conventions), now)


@configuration.forgets
@cache
def reckoning() -> Reckoning:
    """How scores are reckoned now. A rule whose field is gone gives no points, as its page says."""
    found = scoring()
    rules = [rule for rule in found.rules if _can_be_asked(rule)]
    together = compiled_together(Lead, [rule.where for rule in rules], NOBODY) if rules else []
    looked_at = features.chosen(found.model.weights) if found.model else []
    return Reckoning(tuple(zip(rules, together, strict=True)), found.model, tuple(looked_at))


def _can_be_asked(rule: Rule) -> bool:
    try:
        compiled(Lead, rule.where, NOBODY)
    except BadFilter:
        return False
    return True


def odds_in(model: Model, looked_at: Sequence[Feature]) -> ColumnElement[int]:
    """The logarithm of the odds of a lead, in thousandths."""
    weights = [features.weight_in(feature, model.weights.get(feature.key, {})) for feature in looked_at]
    return _sum([literal_column(str(model.prior), Integer), *weights])


def _sum(parts: Any) -> ColumnElement[int]:
    whole: Any = literal_column("0", Integer)
    for part in parts:
        whole = whole + part
    return cast(ColumnElement[int], whole)


def _percent(odds: Any, low: int = LOWEST, high: int = HIGHEST) -> Any:
    """`bayes.percent` as SQL: a search that halves what is left, six or seven comparisons for each lead."""
    if low == high:
        return literal_column(str(low), Integer)
    middle = (low + high + 1) // 2
    least = literal_column(str(STEPS[middle - LOWEST - 1]), Integer)
    return case((odds >= least, _percent(odds, middle, high)), else_=_percent(odds, low, middle - 1))


# -- writing -----------------------------------------------------------------------------------------------------------


@configuration.forgets
@cache
def _statement(by: str, dialect: str) -> Any:
    """The update of the leads in the list :ids, or between :low and :high; the first one tells what it wrote."""
    how, table = reckoning(), cast(Any, Lead).__table__
    row = table.c
    ids = bindparam("ids", type_=BigInt, expanding=True)
    wanted = row.id.in_(ids) if by == "ids" else row.id.between(bindparam("low"), bindparam("high"))
    if by == "since":
        wanted = and_(wanted, row.modified_on >= bindparam("since", type_=row.modified_on.type))
    odds: Any = odds_in(how.model, how.features) if how.model else literal_column("CAST(NULL AS INTEGER)", Integer)
    # Materialized, so that sums are reckoned once for each lead and not once for each comparison of them.
    summed = select(
        row.id,
        row.status,
        row.version,
        how.points.label("points"),
        odds.label("odds"),
    ).where(wanted)
    added = summed.cte("added").prefix_with("MATERIALIZED").c
    low, high = (literal_column(str(bound), Integer) for bound in (LEAST, MOST))
    score = case((added.points < low, low), (added.points > high, high), else_=added.points)
    estimate = (
        case((added.status == int(LeadStatus.OPEN), _percent(added.odds)))
        if how.model
        else literal_column("CAST(NULL AS INTEGER)", Integer)
    )
    found = select(added.id, added.version, score.label("score"), estimate.label("estimate")).cte("found")
    differs = (row.score != found.c.score) | row.estimate.is_distinct_from(found.c.estimate)
    where = [row.id == found.c.id, differs]
    if dialect == "postgresql" and by != "ids":
        # Leads that somebody is just saving are left to him: waiting for them, two could wait for each other.
        stale = select(row.id).join(found, (found.c.id == row.id) & differs)
        free = stale.with_for_update(of=table, skip_locked=True).cte("free")
        where += [free.c.id == row.id, row.version == found.c.version]
    key = func.coalesce(found.c.estimate, literal_column("0", Integer))
    written = update(table).where(*where).values(score=found.c.score, estimate=found.c.estimate, estimate_key=key)
    return written.returning(row.id, row.score, row.estimate, row.estimate_key) if by == "ids" else written


def of_leads(session: Session, ids: Sequence[int], now: datetime) -> list[tuple[int, int, int | None, int]]:
    """Bring some leads up to date; returns what changed: id, score, estimate and its key. Costs nothing without rules."""
    if not scoring():
        return []
    changed: list[tuple[int, int, int | None, int]] = []
    params = reckoning().params(session, now)
    connection = session.connection()
    statement = _statement("ids", connection.dialect.name)
    for at in range(0, len(ids), AT_ONCE):
        found = connection.execute(statement, {**params, "ids": list(ids[at : at + AT_ONCE])})
        changed += [(row[0], row[1], row[2], row[3]) for row in found]
    return changed


def between(session: Session, low: int, high: int, now: datetime, since: datetime | None = None) -> None:
    """Bring all leads of some ids up to date, both ends included, or of these only what was changed `since`."""
    params: dict[str, Any] = {**reckoning().params(session, now), "low": low, "high": high}
    connection = session.connection()
    statement = _statement("since" if since else "range", connection.dialect.name)
    connection.execute(statement, {**params, "since": since} if since else params)
