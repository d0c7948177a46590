"""The steps of a list: pages, orders, searches and counts, each with the statement that would do at the least."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bench import people
from bench.bare import Bare
from bench.desk import Desk
from bench.timing import Figure, Floor, compare
from rxcrm.models import lists
from rxcrm.models.list_statements import trigrams
from rxcrm.models.lists import COUNT_CAP, Ask
from rxcrm.models.searching import needle
from rxcrm.models.views import COLUMNS, shape_of, view_of

_FROM = ' FROM lead LEFT JOIN "user" ON "user".id = lead.owner_user_id'
_OPEN = "lead.status = 0 AND lead.deleted_on IS NULL"
_FIELDS = {"name": "first_name, last_name", "owner": "coalesce(\"user\".name, '')"}
_MY_OPEN, _ALL_OPEN = "My Open Leads", "Open Leads"


@dataclass(frozen=True)
class ListStep:
    """One page or count as the app is asked for it, and as SQL alone would do it.

    `where` and `order` belong to the bare statement; `plan` says how it looks for the term: by index or by walking.
    """

    name: str
    ask: Ask
    order: str = "lead.created_on DESC, lead.id DESC"
    where: str = ""
    plan: str = ""
    counts: bool = False
    quiet: bool = False
    params: dict[str, Any] = field(default_factory=dict)


def steps() -> Iterator[ListStep]:
    """Every step of the lists, in the order of the table."""
    yield ListStep(f"default view ({_MY_OPEN})", Ask(view="my-open"))
    yield ListStep("next page", Ask(view="my-open", after="first"), where="after")
    yield ListStep("last page", Ask(view="my-open", last=True), order="lead.created_on, lead.id")
    yield ListStep("the same, a user with few leads", Ask(view="my-open"), quiet=True)
    yield ListStep(
        "few leads, sort by Name",
        Ask(view="my-open", sort=(("name", False),)),
        order="lead.name_key, lead.id",
        quiet=True,
    )
    for key in view_of("lead", "open").columns:
        column = COLUMNS["lead"][key]
        order = f"lead.{column.order}, lead.id"
        yield ListStep(f"{_ALL_OPEN}, sort by {column.label}", Ask(view="open", sort=((key, False),)), order=order)
    yield ListStep("All Leads (three statuses)", Ask(view="all"), where="all")
    few = "Open Leads where rights show only one's own few"
    yield ListStep(few, Ask(view="open"), where="own", quiet=True)
    yield ListStep("page 100 by number", Ask(view="open", page=100), where="offset")
    yield ListStep("search: rare word", Ask(view="open", search=people.RARE), plan="index")
    yield ListStep("search: common word", Ask(view="open", search=people.COMMON), plan="walk")
    yield ListStep("search: absent word", Ask(view="open", search=people.ABSENT), plan="index")
    yield ListStep("search: absent, of common trigrams", Ask(view="open", search=people.TANGLED), plan="index")
    yield ListStep("search: accents and capitals", Ask(view="open", search=people.ACCENTED), plan="walk")
    yield ListStep("search: two letters", Ask(view="open", search=people.PREFIX), plan="walk")
    yield ListStep("search: part of a phone number", Ask(view="open", search=people.PHONE), plan="index")
    yield ListStep(
        "search: common word, user with few leads", Ask(view="my-open", search=people.COMMON), plan="walk", quiet=True
    )
    yield ListStep(
        "search: common word, sort by Company Name",
        Ask(view="open", search=people.COMMON, sort=(("company_name", False),)),
        order="lead.company_key, lead.id",
        plan="walk",
    )
    yield ListStep(f"count of {_MY_OPEN}", Ask(view="my-open"), counts=True)
    yield ListStep(f"count of {_ALL_OPEN}", Ask(view="open"), counts=True)
    yield ListStep("count: common word", Ask(view="open", search=people.COMMON), counts=True, plan="index")
    yield ListStep("count: rare word", Ask(view="open", search=people.RARE), counts=True, plan="index")


def figures(desk: Desk) -> list[Figure]:
    """Every step of the lists on one database."""
    return [measure(desk, step) for step in steps()]


def measure(desk: Desk, step: ListStep) -> Figure:
    """One step, beside its floor."""
    who = desk.quiet if step.quiet else desk.busy
    if step.where == "own":
        who = replace(who, private=True)
    ask = step.ask
    if ask.after:
        first = desk.read(who, lambda act: lists.page(act, Ask(view=ask.view)))
        ask = Ask(view=ask.view, after=first.last)
    sql, params = statement(step, desk.bare, who.id)
    verb = lists.count if step.counts else lists.page
    shown = desk.read(who, lambda act: verb(act, ask))
    found = desk.bare.all(sql, **params)
    _agree(step, shown, found)
    app, floor = compare(lambda: desk.read(who, lambda act: verb(act, ask)), lambda: desk.bare.all(sql, **params))
    rows = found[0][0] if step.counts else len(found)
    beneath = Floor(sql, desk.bare.index(sql, **params), rows)
    return Figure(step.name, desk.database, desk.leads, app, floor, beneath)


def _agree(step: ListStep, shown: Any, found: list[Any]) -> None:
    """Both sides must have found the same, or the comparison is worth nothing."""
    if step.counts:
        assert shown == found[0][0], (step.name, shown, found)
        return
    ids = [int(row["id"]) for row in shown.rows]
    expected = [row[0] for row in found[: step.ask.size]]
    assert ids == (expected[::-1] if step.ask.last else expected), (step.name, ids, expected)


def statement(step: ListStep, bare: Bare, owner: int) -> tuple[str, dict[str, Any]]:
    """The bare SQL of a step: the shown columns in one statement, one row more than the page."""
    params: dict[str, Any] = dict(step.params)
    # By index means: the planner must not be tempted to walk the sort order instead.
    where = [_OPEN.replace("lead.status", "coalesce(lead.status, 0)") if step.plan == "index" else _OPEN]
    order = step.order.replace("lead.created_on", "coalesce(lead.created_on, lead.created_on)")
    order = order if step.plan == "index" else step.order
    if step.ask.view == "my-open" or step.where == "own":
        where.append("lead.owner_user_id = :owner")
        params["owner"] = owner
    if step.plan:
        where.append(_search(step, bare, params))
    if step.where == "after":
        where.append("(lead.created_on, lead.id) < (:at, :id)")
        params |= _fiftieth(bare, owner)
    if step.counts:
        inner = f"SELECT 1 FROM lead WHERE {' AND '.join(where)} LIMIT {COUNT_CAP + 1}"
        return f"SELECT count(*) FROM ({inner}) AS found", params
    fields = [_FIELDS.get(key, f"lead.{key}") for key in view_of("lead", step.ask.view).columns]
    limit = f"{step.ask.size + 1}" + (f" OFFSET {(step.ask.page - 1) * step.ask.size}" if step.ask.page > 1 else "")
    chosen = f"SELECT lead.id, {', '.join(fields)}{_FROM}"
    if step.where == "all":
        return _merged(chosen, step, limit), params
    return f"{chosen} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT {limit}", params


def _merged(chosen: str, step: ListStep, limit: str) -> str:
    """One ordered select per status, merged."""
    parts = []
    for status in shape_of("lead", view_of("lead", step.ask.view).where).statuses:
        where = f"lead.status = {int(status)} AND lead.deleted_on IS NULL"
        parts.append(f"SELECT * FROM ({chosen} WHERE {where} ORDER BY {step.order} LIMIT {limit}) AS part{int(status)}")
    return f"{' UNION ALL '.join(parts)} ORDER BY created_on DESC, id DESC LIMIT {limit}"


def _search(step: ListStep, bare: Bare, params: dict[str, Any]) -> str:
    wanted = needle(step.ask.search)
    params["like"] = f"%{wanted}%"
    # ESCAPE as the app has it; a LIKE with a variable pattern is what both databases can use.
    exact = "lead.search_text LIKE :like"
    if bare.kind == "sqlite" and step.plan == "index":
        params["grams"] = trigrams(wanted)
        return f"lead.id IN (SELECT rowid FROM lead_search WHERE lead_search MATCH :grams) AND {exact}"
    return exact


def _fiftieth(bare: Bare, owner: int) -> dict[str, Any]:
    sql = (
        f"SELECT created_on, id FROM lead WHERE {_OPEN} AND owner_user_id = :owner"
        " ORDER BY created_on DESC, id DESC LIMIT 1 OFFSET 49"
    )
    at, identity = bare.all(sql, owner=owner)[0]
    return {"at": at, "id": identity}
