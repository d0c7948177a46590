"""In a settings file: rules by which duplicates are found, and when they are asked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.matching import rules
from rxcrm.models.matching.criteria import Criterion
from rxcrm.models.matching.tables import DuplicateRule
from rxcrm.models.records import Act
from rxcrm.models.settings_file.parts import ALL, Desk, Items, Part, numbered, register, shipped, shipped_key
from rxcrm.models.settings_file.shapes import NAMES, Shape, flag, listing, one_of, record, text, whole
from rxcrm.translation import N_

_TABLES = one_of("lead", "contact", "account")
_CRITERION = record(
    optional={
        "field": text(120),
        "other": text(120),
        "count": whole(0, rules.MOST),
        "percent": whole(0, 100),
        "ignore_blank": flag,
    },
    compare=text(40),
)
_RULE = record(
    name=text(100),
    description=text(1000),
    base=_TABLES,
    matching=_TABLES,
    criteria=listing(_CRITERION, rules.PLACES),
    score=whole(1, 99),
    certain=flag,
    exclude_inactive=flag,
    active=flag,
)
_ALL = record({}, order=NAMES, **dict.fromkeys(rules.MOMENTS, flag))


def _shape(name: str) -> Shape:
    return _ALL if name == ALL else _RULE


def _rows(act: Act) -> dict[str, DuplicateRule]:
    """Name in a file → rule, in the order in which they are asked."""
    asked = select(DuplicateRule).order_by(col(DuplicateRule.position), col(DuplicateRule.id))
    rows = list(act.session.exec(asked))
    names = numbered(shipped(row.shipped) if row.shipped else row.name for row in rows)
    return dict(zip(names, rows, strict=True))


def _export(act: Act) -> Items:
    rows = _rows(act)
    names = ("name", "description", "base", "matching", "criteria", "score", "certain", "exclude_inactive", "active")
    found: Items = {name: {field: getattr(row, field) for field in names} for name, row in rows.items()}
    found[ALL] = {"order": [*rows], **{name: getattr(act.organisation, name) for name in rules.MOMENTS}}
    return found


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    # Those that are switched off make room first: between two tables only some can be on.
    for name, value in sorted(wanted.items(), key=lambda pair: bool(pair[1].get("active"))):
        if name == ALL:
            continue
        with desk.item(name):
            row, key = _rows(act).get(name), shipped_key(name)
            if key and row is None:
                raise BadValue(N_("There is no such rule any more."))
            typed = _typed(value)
            if row is None:
                row = rules.add(act, typed)
                last = act.session.scalar(select(func.max(col(DuplicateRule.position)))) or 0
                row.position = last + 1
            elif row.active and not value["active"]:
                rules.deactivate(act, row.id or 0)
            rules.change(act, row.id or 0, typed)
            row.criteria = [Criterion.of(stored).stored() for stored in value["criteria"]]
            if value["active"]:
                _switch_on(desk, row)
    if ALL in wanted:
        with desk.item(ALL):
            rules.choose_moments(act, {name: str(int(wanted[ALL][name])) for name in rules.MOMENTS})
            rows = _rows(act)
            first = [name for name in dict.fromkeys(wanted[ALL]["order"]) if name in rows]
            for position, name in enumerate([*first, *(name for name in rows if name not in first)], 1):
                rows[name].position = position


def _switch_on(desk: Desk, row: DuplicateRule) -> None:
    """Ask a rule from now on, unless rules of this installation alone have taken its place: then it is off, and that is told."""
    try:
        rules.activate(desk.act, row.id or 0)
    except NotAllowed as refusal:
        desk.warn(refusal.message, **refusal.values)


def _typed(value: dict[str, Any]) -> dict[str, str]:
    """A rule as its form has it, which is checked."""
    typed = {name: str(value[name]) for name in ("name", "description", "score")}
    typed |= {name: str(int(value[name])) for name in ("certain", "exclude_inactive")}
    typed["between"] = f"{value['base']} {value['matching']}"
    for n in range(1, rules.PLACES + 1):
        told = value["criteria"][n - 1] if n <= len(value["criteria"]) else {"compare": ""}
        typed |= {f"{name}{n}": "" for name in ("compare", "field", "other", "count", "percent")}
        for name, held in told.items():
            typed[f"{name}{n}"] = str(int(held)) if isinstance(held, bool) else str(held)
        typed[f"ignore_blank{n}"] = str(int(told.get("ignore_blank", True)))
    return typed


register(Part("duplicates", N_("Duplicates"), 85, _export, _apply, _shape))
