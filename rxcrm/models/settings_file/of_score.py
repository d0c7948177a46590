"""In a settings file: rules of the lead score, and from which fields the estimate learns."""

from __future__ import annotations

import json
from typing import Any

from sqlmodel import col, select

from rxcrm.models.filters.conditions import read, spelled
from rxcrm.models.records import Act
from rxcrm.models.scoring import estimating, rules
from rxcrm.models.scoring.tables import ScoreRule
from rxcrm.models.settings_file.parts import ALL, Desk, Items, Part, numbered, register
from rxcrm.models.settings_file.references import Directory
from rxcrm.models.settings_file.shapes import NAMES, Shape, condition, flag, maybe, record, text, whole
from rxcrm.translation import N_

_RULE = record(
    label=text(rules.LABEL_LENGTH),
    condition=condition,
    points=whole(-rules.MOST_POINTS, rules.MOST_POINTS),
    active=flag,
)
_ALL = record(order=NAMES, learns=flag, fields=maybe(NAMES))


def _shape(name: str) -> Shape:
    return _ALL if name == ALL else _RULE


def _rows(act: Act, names: Directory) -> dict[str, ScoreRule]:
    """Name in a file → rule: what it is called, else its condition."""
    rows = list(act.session.exec(select(ScoreRule).order_by(col(ScoreRule.position), col(ScoreRule.id))))
    told = [row.label or _told(names.condition_out("lead", row.condition)) for row in rows]
    return dict(zip(numbered(told), rows, strict=True))


def _told(where: Any) -> str:
    return json.dumps(where, sort_keys=True, ensure_ascii=False, separators=(",", ":"))[:280]


def _export(act: Act) -> Items:
    names = Directory(act)
    rows = _rows(act, names)
    found: Items = {
        name: {
            "label": row.label,
            "condition": names.condition_out("lead", row.condition),
            "points": row.points,
            "active": row.active,
        }
        for name, row in rows.items()
    }
    org = act.organisation
    return found | {ALL: {"order": [*rows], "learns": org.score_learns, "fields": org.score_fields}}


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    for name, value in wanted.items():
        if name == ALL:
            continue
        with desk.item(name):
            where = read(desk.names.condition("lead", value["condition"]))
            typed = {"label": value["label"], "condition": spelled(where), "points": str(value["points"])}
            typed["active"] = str(int(value["active"]))
            row = _rows(act, desk.names).get(name)
            if row is None:
                rules.add(act, typed)
            else:
                rules.change(act, row.id or 0, row.version, typed)
    if ALL in wanted:
        with desk.item(ALL):
            told, rows, org = wanted[ALL], _rows(act, desk.names), act.organisation
            first = [name for name in dict.fromkeys(told["order"]) if name in rows]
            for position, name in enumerate([*first, *(name for name in rows if name not in first)], 1):
                rows[name].position = position
            if told["fields"] is None:
                org.score_fields = None
            elif told["fields"] != org.score_fields:
                estimating.choose_fields(act, told["fields"])
            estimating.switch(act, told["learns"])


register(Part("lead_score", N_("Lead score"), 95, _export, _apply, _shape))
