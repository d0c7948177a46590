"""The plan of an import from the options of `rxcrm import`: what the pages ask step by step."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rxcrm.cli.sentences import refuse

if TYPE_CHECKING:
    from rxcrm.models.access import Who
    from rxcrm.models.importing.plan import Fix, LookupRule, Plan
    from rxcrm.models.importing.runs import Inspection


def plan_of(who: Who, number: int, found: Inspection, asked: argparse.Namespace) -> Plan:
    """What was recognised, with what the options change."""
    plan = _mapped(who, number, asked.use_map) if asked.use_map else found.plan
    names = _Names(found)
    _map(plan, names, asked.map)
    plan.topic_pattern = asked.topic or plan.topic_pattern
    for text in asked.set:
        field, value = names.split(text, "--set FIELD=VALUE")
        plan.constants = {**plan.constants, names.field(field): value}
    for text in asked.lookup:
        field, rule = names.split(text, "--lookup FIELD=BY:MAKE")
        plan.lookups = {**plan.lookups, names.field(field): _rule(rule)}
    for text in asked.date_order:
        column, order = names.split(text, "--date-order COLUMN=ORDER")
        plan.orders = {**plan.orders, names.column(column): order}
    for text in asked.decimal:
        column, sign = names.split(text, "--decimal COLUMN=SIGN")
        plan.points = {**plan.points, names.column(column): sign}
    for text in asked.fix:
        place, value, fix = _fix(names, text)
        plan.fixes = {**plan.fixes, place: {**plan.fixes.get(place, {}), value: fix}}
    for name in ("mode", "duplicates", "closed"):
        setattr(plan, name, getattr(asked, name) or getattr(plan, name))
    if asked.key is not None:
        plan.key = names.field(asked.key) if asked.key else ""
    plan.overwrite = asked.overwrite or plan.overwrite
    return plan


class _Names:
    """Columns by their headings, fields by their labels and names."""

    def __init__(self, found: Inspection) -> None:
        from rxcrm.models.importing.spelling import normal

        self.headings, self.targets, self._normal = found.source.headings, found.targets, normal
        self._columns = {normal(h): index for index, h in reversed(list(enumerate(self.headings)))}
        self._fields = {normal(word): t.name for t in reversed(found.targets) for word in (t.label, t.name)}

    def split(self, text: str, form: str) -> tuple[str, str]:
        name, equals, value = text.partition("=")
        if not equals:
            refuse(f"“{text}” has no “=”. Write {form}.")
        return name, value

    def column(self, heading: str) -> int:
        if (found := self._columns.get(self._normal(heading))) is None:
            refuse(f"The file has no column “{heading}”. It has: {', '.join(self.headings)}.")
        return found

    def field(self, word: str) -> str:
        if (found := self._fields.get(self._normal(word))) is None:
            refuse(f"There is no field “{word}”. There are: {', '.join(t.name for t in self.targets)}.")
        return found


def _map(plan: Plan, names: _Names, pairs: Iterable[str]) -> None:
    """Put columns where --map says; a field takes one column."""
    chosen = plan.mapping
    for text in pairs:
        heading, equals, field = text.rpartition("=")
        if not equals:
            refuse(f"“{text}” says no field. Write --map 'Heading=field', or 'Heading=' to leave the column out.")
        column = names.column(heading)
        chosen = {c: t for c, t in chosen.items() if c != column}
        if field:
            target = names.field(field)
            chosen = {c: t for c, t in chosen.items() if t != target} | {column: target}
    plan.mapping = chosen
    if "topic" not in chosen.values() and any(t.name == "topic" for t in names.targets) and not plan.topic_pattern:
        from rxcrm.models.composing import preset

        plan.topic_pattern = preset()


def _rule(text: str) -> LookupRule:
    from rxcrm.models.importing.plan import LookupRule

    by, _, make = text.partition(":")
    return LookupRule("" if by == "any" else by, make or "match")


def _fix(names: _Names, text: str) -> tuple[int, str, Fix]:
    from rxcrm.models.importing.plan import BLANK, TEXT, Fix

    heading, colon, rest = text.partition(":")
    value, equals, new = rest.rpartition("=")
    if not colon or not equals:
        refuse(f"“{text}” mends nothing. Write --fix 'Heading:value=new', or 'Heading:value=' to leave the cell empty.")
    return names.column(heading), value, Fix(TEXT, new) if new else Fix(BLANK)


def _mapped(who: Who, number: int, name: str) -> Plan:
    """The plan after a saved map was applied."""
    from rxcrm.models import db
    from rxcrm.models.importing import saved_maps, wizard
    from rxcrm.models.importing.plan import Plan
    from rxcrm.models.records import Act

    def use(session: Any) -> Plan:
        act = Act(session, who, db.now())
        run = wizard.own_run(act, number)
        known = saved_maps.offered(act, run.entity, list(run.source["headings"]))
        wanted = next((m for m in known if m.name.lower() == name.lower()), None)
        if wanted is None:
            refuse(f"There is no map “{name}”. There are: {', '.join(m.name for m in known) or 'none'}.")
        saved_maps.apply_map(act, number, wanted.id)
        return Plan.of(run.plan)

    return db.transact(use)


def save_map(who: Who, number: int, name: str) -> None:
    from rxcrm.models import db
    from rxcrm.models.importing import saved_maps
    from rxcrm.models.records import Act

    db.transact(lambda session: saved_maps.save_map(Act(session, who, db.now()), number, name))
