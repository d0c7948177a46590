"""The list as a power tool: ten thousand rows edited and taken back, groups and sums of all, beside the bare SQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from bench import people
from bench.desk import Desk
from bench.timing import Figure, Floor, compare
from rxcrm.models import grouping
from rxcrm.models.access import Who, who_is
from rxcrm.models.bulk import doing
from rxcrm.models.bulk.selection import Selection
from rxcrm.models.choices import Role
from rxcrm.models.lists import Ask
from rxcrm.models.people import User, organisation

#: Records that one command changes; grouping a million rows takes long enough: a few runs of each side do.
ROWS, RUNS = 10_000, {"warm_ups": 0, "fewest": 3, "seconds": 4.0}
_OPEN = "lead.status = 0 AND lead.deleted_on IS NULL"
EDIT = (
    "UPDATE lead SET rating = :rating, rating_key = :rating, modified_on = :now, modified_by_id = :who,"
    " version = version + 1 WHERE id = :id"
)
HISTORY = (
    "INSERT INTO history (entity, record_id, version, event, by_id, at, changes, remark)"
    " VALUES ('lead', :id, 2, 'changed', :who, :now, :changes, '')"
)
OPERATION = (
    "INSERT INTO operation (kind, entity, record_id, by_id, at, journal, details)"
    " VALUES ('edit', 'lead', :id, :who, :now, :journal, '{}')"
)


def figures(desk: Desk) -> list[Figure]:
    """Edit of ROWS leads, then groups by a choice, by months and by owner, then a sum."""
    return [_editing(desk), *_grouping(desk)]


def _anybody(desk: Desk) -> Who:
    """Somebody who may change all leads."""

    def find(act: Any) -> Who:
        org, user = organisation(act.session), act.session.get(User, 1)
        assert org is not None and user is not None
        who = who_is(act.session, user, org)
        assert Role.ADMINISTRATOR in who.roles, "the first user administers"
        return who

    return desk.read(desk.busy, find)


def _editing(desk: Desk) -> Figure:
    """The command, batch by batch as its job does it; each turn changes the value that the one before has written.

    It runs in the background, with progress: what it costs beyond the floor is rights, checks, keys and history of every record.
    """
    ids = [row[0] for row in desk.bare.all(f"SELECT id FROM lead WHERE {_OPEN} ORDER BY id LIMIT {ROWS}")]
    who, ratings = _anybody(desk), itertools.cycle("123")

    def app() -> None:
        given = {"rating": next(ratings)}
        operation = desk.write(who, lambda act: doing.begin(act, Selection("lead"), ids, "edit", given)).id or 0
        while not desk.write(who, lambda act: doing.step(act, operation, ids))[1]:
            pass

    def bare() -> None:
        _edit_bare(desk, who, ids, int(next(ratings)))

    app_time, floor = compare(app, bare, **RUNS)
    sql = "; ".join(["BEGIN", EDIT, HISTORY, OPERATION, "COMMIT"])
    step = f"edit {len(ids):,} leads at once"
    return Figure(step, desk.database, desk.leads, app_time, floor, Floor(sql, "primary key", len(ids)), aim=12.0)


def _edit_bare(desk: Desk, who: Who, ids: Sequence[int], rating: int) -> None:
    bare = desk.bare
    now = people.NOW.replace(tzinfo=None).isoformat(" ") if bare.kind == "sqlite" else people.NOW
    for at in range(0, len(ids), doing.AT_ONCE):
        bare.run("BEGIN IMMEDIATE" if bare.kind == "sqlite" else "BEGIN")
        for lead in ids[at : at + doing.AT_ONCE]:
            stamp = {"id": lead, "who": who.id, "now": now}
            bare.run(EDIT, rating=rating, **stamp)
            bare.run(HISTORY, changes='[["rating", "1", "2"]]', **stamp)
            bare.run(OPERATION, journal='[["set", "lead", [1], {"rating": [1, 2]}]]', **stamp)
        bare.run("COMMIT")


def _grouping(desk: Desk) -> list[Figure]:
    steps = [
        ("groups by Rating", "rating", "rating", ()),
        ("groups by month of Created On", "created_on:month", desk.month, ()),
        ("groups by Owner", "owner", "owner_user_id", ()),
        ("groups by Lead Source with sums of Budget Amount", "lead_source", "lead_source", (("budget_amount", "sum"),)),
    ]
    found = []
    for name, text, key, totals in steps:
        category, value = grouping.parse("lead", text), ", sum(budget_amount)" if totals else ""
        sql = f"SELECT {key}, count(*){value} FROM lead WHERE {_OPEN} GROUP BY 1"

        def app(category: Any = category, totals: Any = totals) -> None:
            desk.read(desk.busy, lambda act: grouping.groups(act, Ask(view="open"), category, totals))

        found.append(_figure(desk, name, app, sql))
    wanted = (("budget_amount", "sum"),)
    sql = f"SELECT count(budget_amount), sum(budget_amount) FROM lead WHERE {_OPEN}"
    total = lambda: desk.read(desk.busy, lambda act: grouping.totals(act, Ask(view="open"), wanted))  # noqa: E731
    return [*found, _figure(desk, "sum of Budget Amount over all open leads", total, sql)]


def _figure(desk: Desk, step: str, app: Callable[[], Any], sql: str) -> Figure:
    app_time, floor = compare(app, lambda: desk.bare.all(sql), **RUNS)
    rows = len(desk.bare.all(sql))
    return Figure(step, desk.database, desk.leads, app_time, floor, Floor(sql, desk.bare.index(sql), rows))
