"""Scores of all leads after a rule has changed, batch by batch as the job does it, beside the bare updates."""

from __future__ import annotations

import itertools
import json

from bench.desk import Desk
from bench.list_tools import _anybody
from bench.timing import Figure, Floor, compare
from rxcrm.models.filters.conditions import Group, Test, every, written
from rxcrm.models.scoring import reckoning, rules, work

#: A million leads take long enough: a few runs of each side do.
_RUNS = {"warm_ups": 1, "fewest": 3, "seconds": 4.0}
_SCORE = (
    "CASE WHEN lead_source = 7 THEN :points ELSE 0 END + CASE WHEN rating IN (1, 2) THEN 10 ELSE 0 END"
    " + CASE WHEN business_phone = '' THEN 0 ELSE 5 END"
)
UPDATE = f"UPDATE lead SET score = {_SCORE} WHERE id BETWEEN :low AND :high AND score <> {_SCORE}"
_OTHERS = (
    (10, every(Test("rating", "in", ("1", "2")))),
    (5, every(Test("business_phone", "not-null"))),
)
_FAIR = every(Test("lead_source", "in", ("7",)))


def figures(desk: Desk) -> list[Figure]:
    """Three rules, of which one gives other points each time, so that the same leads are written every time."""
    who, points = _anybody(desk), itertools.cycle((20, 30))
    last = desk.bare.all("SELECT max(id) FROM lead")[0][0]
    batches = [(low, min(low + work.BATCH - 1, last)) for low in range(1, last + 1, work.BATCH)]
    made = [desk.write(who, lambda act, rule=rule: rules.add(act, _typed(*rule)).id) for rule in ((1, _FAIR), *_OTHERS)]

    def app() -> None:
        given = {"points": str(next(points))}
        desk.write(who, lambda act: rules.change(act, made[0] or 0, rules._find(act, made[0] or 0).version, given))
        for low, high in batches:
            desk.write(who, lambda act, low=low, high=high: reckoning.between(act.session, low, high, act.now))

    def bare() -> None:
        given = next(points)
        for low, high in batches:
            desk.bare.run("BEGIN IMMEDIATE" if desk.bare.kind == "sqlite" else "BEGIN")
            desk.bare.run(UPDATE, low=low, high=high, points=given)
            desk.bare.run("COMMIT")

    app()
    mine = _scores(desk)
    bare()
    bare()
    assert _scores(desk) == mine and max(mine) > 0, mine
    taken, floor = compare(app, bare, **_RUNS)  # type: ignore[arg-type]
    for rule_id in made:
        desk.write(who, lambda act, rule_id=rule_id: rules.remove(act, rule_id or 0))
    beneath = Floor(UPDATE, desk.bare.index("SELECT 1 FROM lead WHERE id BETWEEN 1 AND 9"), desk.leads)
    return [Figure("scores of all leads after a rule has changed", desk.database, desk.leads, taken, floor, beneath)]


def _typed(points: int, condition: Group) -> dict[str, str]:
    return {"points": str(points), "condition": json.dumps(written(condition)), "active": "1"}


def _scores(desk: Desk) -> set[int]:
    return {row[0] for row in desk.bare.all("SELECT DISTINCT score FROM lead")}
