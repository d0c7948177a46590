"""The operators of filters: the first page of what each lets through, beside the statement that would do at the least.

Two statements could: one that reads all rows and sorts what it finds, and one that goes along the index of the order, status
by status, until the page is full. The floor is the faster one, which nobody knows before he has tried both; the app does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any

from bench import people
from bench.desk import Desk
from bench.timing import Figure, Floor, compare
from rxcrm.models import lists
from rxcrm.models.filters.calendar import Clock, bounds
from rxcrm.models.filters.conditions import Part, Related, Test, every
from rxcrm.models.lists import Ask
from rxcrm.models.records import Act
from rxcrm.models.searching import plain

_COLUMNS = ("name", "topic", "status_reason", "owner", "created_on")
_SHOWN = (
    "lead.created_on, lead.id, lead.first_name, lead.last_name, lead.topic, lead.status_reason,"
    ' coalesce("user".name, team.name)'
)
_FROM = ' FROM lead LEFT JOIN "user" ON "user".id = lead.owner_user_id LEFT JOIN team ON team.id = lead.owner_team_id'
_ORDER = "lead.created_on DESC, lead.id DESC"
#: A field's plain spelling, as both databases have it (S 13.13).
_PLAIN = {
    "sqlite": "coalesce(json_extract(lead.folded, '$.{0}'), lower(lead.{0}))",
    "postgresql": "coalesce(lead.folded ->> '{0}', lower(lead.{0} COLLATE \"C\"))",
}


@dataclass(frozen=True)
class FilterStep:
    """One condition, and what SQL alone would ask: `:first` and `:last` stand for the bounds of dates."""

    name: str
    part: Part
    sql: str
    params: dict[str, Any] = field(default_factory=dict)
    dated: Callable[[Clock], tuple[Any, Any]] | None = None
    quiet: bool = False


def steps(kind: str) -> Iterator[FilterStep]:
    """Every operator of S 7.4 that asks the database something else than another one."""
    yield from _texts(_PLAIN[kind].format("topic"))
    yield from _numbers()
    yield from _choices()
    yield from _dates()
    yield from _people()
    yield from _related()


def _texts(topic: str) -> Iterator[FilterStep]:
    word = plain(people.COMMON)
    for operator, pattern, sign in (
        ("eq", word, "="),
        ("ne", word, "<>"),
        ("like", f"%{word}%", "LIKE"),
        ("not-like", f"%{word}%", "NOT LIKE"),
        ("begins-with", f"{word}%", "LIKE"),
        ("not-begin-with", f"{word}%", "NOT LIKE"),
        ("ends-with", f"%{word}", "LIKE"),
        ("not-end-with", f"%{word}", "NOT LIKE"),
    ):
        yield FilterStep(
            f"text: {operator}", Test("topic", operator, (word,)), f"{topic} {sign} :text", {"text": pattern}
        )
    yield FilterStep("text: not-null", Test("city", "not-null"), "lead.city <> ''")
    yield FilterStep("text: null", Test("city", "null"), "lead.city = ''")


def _numbers() -> Iterator[FilterStep]:
    held = "lead.budget_amount"
    for operator, sign in (("eq", "="), ("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<=")):
        yield FilterStep(
            f"amount: {operator}",
            Test("budget_amount", operator, ("5000",)),
            f"{held} {sign} :least",
            {"least": 500_000},
        )
    yield FilterStep(
        "amount: ne", Test("budget_amount", "ne", ("5000",)), f"coalesce({held} <> :least, true)", {"least": 500_000}
    )
    yield FilterStep(
        "amount: between",
        Test("budget_amount", "between", ("1000", "5000")),
        f"{held} BETWEEN :least AND :most",
        {"least": 100_000, "most": 500_000},
    )
    yield FilterStep("amount: not-null", Test("budget_amount", "not-null"), f"{held} IS NOT NULL")
    yield FilterStep("amount: null", Test("budget_amount", "null"), f"{held} IS NULL")


def _choices() -> Iterator[FilterStep]:
    yield FilterStep("choice: eq", Test("rating", "eq", ("1",)), "lead.rating = 1")
    yield FilterStep("choice: ne", Test("rating", "ne", ("1",)), "coalesce(lead.rating <> 1, true)")
    yield FilterStep("choice: in", Test("rating", "in", ("1", "3")), "lead.rating IN (1, 3)")
    yield FilterStep(
        "choice: not-in", Test("rating", "not-in", ("1", "3")), "coalesce(lead.rating NOT IN (1, 3), true)"
    )
    yield FilterStep("choice: null", Test("rating", "null"), "lead.rating IS NULL")
    yield FilterStep("yes/no: eq", Test("do_not_email", "eq", ("1",)), "lead.do_not_email = true")


def _dates() -> Iterator[FilterStep]:
    day = (people.NOW - timedelta(days=40)).date().isoformat()
    for operator, *values in (
        ("on", day),
        ("on-or-after", day),
        ("on-or-before", day),
        ("between", day, people.NOW.date().isoformat()),
        ("today",),
        ("this-week",),
        ("last-month",),
        ("last-year",),
        ("last-seven-days",),
        ("last-x-hours", "48"),
        ("last-x-months", "3"),
        ("next-x-days", "3"),
        ("olderthan-x-months", "6"),
        ("this-fiscal-year",),
        ("last-fiscal-period",),
        ("in-fiscal-year", "2025"),
    ):
        yield FilterStep(
            f"date: {operator}",
            Test("created_on", operator, tuple(values)),
            "",
            dated=lambda clock, operator=operator, values=tuple(values): bounds(operator, values, clock),
        )


def _people() -> Iterator[FilterStep]:
    yield FilterStep("owner: eq-userid", Test("owner", "eq-userid"), "lead.owner_user_id = :me", quiet=True)
    yield FilterStep("owner: ne-userid", Test("owner", "ne-userid"), "lead.owner_user_id <> :me")
    reports = (
        'lead.owner_user_id IN (WITH RECURSIVE below(id) AS (SELECT id FROM "user" WHERE id = :me UNION'
        ' SELECT u.id FROM "user" u JOIN below ON u.manager_id = below.id) SELECT id FROM below)'
    )
    yield FilterStep("owner: eq-useroruserhierarchy", Test("owner", "eq-useroruserhierarchy"), reports)


def _related() -> Iterator[FilterStep]:
    there = "EXISTS (SELECT 1 FROM account a WHERE a.id = lead.existing_account_id AND a.deleted_on IS NULL AND a.city <> '')"
    yield FilterStep("field of a related record", Test("existing_account_id.city", "not-null"), there)
    yield FilterStep("look-up: null", Test("existing_account_id", "null"), "lead.existing_account_id IS NULL")
    some = (
        "EXISTS (SELECT 1 FROM activity a WHERE a.regarding_entity = 'lead' AND a.regarding_id = lead.id"
        " AND a.deleted_on IS NULL)"
    )
    yield FilterStep("related records: contain data", Related("activities"), some)
    yield FilterStep("related records: contain none", Related("activities", missing=True), f"NOT {some}")


def figures(desk: Desk) -> list[Figure]:
    """Every operator on one database."""
    return [measure(desk, step) for step in steps(desk.bare.kind)]


def measure(desk: Desk, step: FilterStep) -> Figure:
    """One operator, beside its floor."""
    who = desk.quiet if step.quiet else desk.busy
    ask = Ask(view="all", where=every(step.part), columns=_COLUMNS)
    where, params = _bare(desk, step, desk.read(who, lambda act: Clock(act.who, act.now)))
    if ":me" in where:
        params["me"] = who.id
    sql = min(_statements(where, ask.size + 1), key=lambda one: _once(desk, one, params))

    def app(act: Act) -> lists.Page:
        return lists.page(act, ask)

    shown, found = desk.read(who, app), desk.bare.all(sql, **params)
    ids = [int(row["id"]) for row in shown.rows]
    expected = [row[1] for row in found[: ask.size]]
    assert ids == expected, (step.name, ids[:5], expected[:5])
    taken, floor = compare(lambda: desk.read(who, app), lambda: desk.bare.all(sql, **params), warm_ups=2, fewest=5)
    beneath = Floor(sql, desk.bare.index(sql, **params), len(found))
    return Figure(f"filter, {step.name}", desk.database, desk.leads, taken, floor, beneath)


def _statements(where: str, limit: int) -> list[str]:
    """Both ways to the first page."""
    plain = f"SELECT {_SHOWN}{_FROM} WHERE lead.deleted_on IS NULL AND {where} ORDER BY"
    along = " UNION ALL ".join(
        f"SELECT * FROM ({plain.replace('WHERE', f'WHERE lead.status = {status} AND', 1)} {_ORDER} LIMIT {limit}) AS s{status}"
        for status in range(3)
    )
    # By expressions, or the order lures the planner onto the other way.
    hidden = ", ".join(f"coalesce(lead.{key}, lead.{key}) DESC" for key in ("created_on", "id"))
    return [
        f"{plain} {hidden} LIMIT {limit}",
        f"SELECT * FROM ({along}) AS along ORDER BY 1 DESC, 2 DESC LIMIT {limit}",
    ]


def _once(desk: Desk, sql: str, params: dict[str, Any]) -> float:
    """Seconds of the second run: the first one fills memory."""
    desk.bare.all(sql, **params)
    begun = perf_counter()
    desk.bare.all(sql, **params)
    return perf_counter() - begun


def _bare(desk: Desk, step: FilterStep, clock: Clock) -> tuple[str, dict[str, Any]]:
    """The condition as SQL alone would have it, with its parameters."""
    if step.dated is None:
        return step.sql, dict(step.params)
    first, last = (_moment(desk, end, clock) for end in step.dated(clock))
    params = {name: end for name, end in (("first", first), ("last", last)) if end is not None}
    signs = {"first": ">= :first", "last": "< :last"}
    return " AND ".join(f"lead.created_on {signs[name]}" for name in params), params


def _moment(desk: Desk, end: date | None, clock: Clock) -> Any:
    """A bound as the driver takes it."""
    if end is None:
        return None
    moment = end if isinstance(end, datetime) else clock.start_of(end)
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if desk.bare.kind == "sqlite" else moment
