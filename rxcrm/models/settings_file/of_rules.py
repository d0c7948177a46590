"""In a settings file: assignment rules, what holds for all of them, and when people work."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from rxcrm.models.assignment import people, rules
from rxcrm.models.assignment.tables import AssignmentRule, AssignmentSettings, Availability, How, State, Working
from rxcrm.models.filters.conditions import read, spelled
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.settings_file.parts import ALL, Desk, Items, Part, register
from rxcrm.models.settings_file.references import NOBODY_LEFT, UNKNOWN, Directory, LeftOut
from rxcrm.models.settings_file.shapes import NAMES, Shape, condition, flag, listing, maybe, one_of, record, text, whole
from rxcrm.translation import N_

_MOST_OPEN = maybe(whole(0, rules.LARGEST_LIMIT))
_RULE = record(
    condition=condition,
    how=one_of(*(how.value for how in How)),
    targets=listing(text(300), rules.MOST_TARGETS),
    working=one_of(*(working.value for working in Working)),
    most_open=_MOST_OPEN,
    state=one_of(*(state.value for state in State)),
)
_ALL = record(order=NAMES, typed=flag, imported=flag, fallback=text(300))


def _shape(name: str) -> Shape:
    return _ALL if name == ALL else _RULE


def _export(act: Act) -> Items:
    names, rows = Directory(act), rules.ordered(act)
    held = act.session.exec(select(AssignmentSettings)).first() or AssignmentSettings()
    found: Items = {
        row.name: {
            "condition": names.condition_out("lead", row.condition),
            "how": row.how,
            "targets": [name for target in row.targets if (name := names.owner_out(target))],
            "working": row.working,
            "most_open": row.most_open,
            "state": row.state,
        }
        for row in rows
    }
    fallback = names.owner_out(held.fallback) if held.fallback else ""
    order = [row.name for row in rows]
    return found | {ALL: {"order": order, "typed": held.typed, "imported": held.imported, "fallback": fallback}}


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    for name, value in wanted.items():
        if name == ALL:
            continue
        with desk.item(name):
            _rule_in(desk, name, value)
            desk.refresh()
    if ALL in wanted:
        with desk.item(ALL):
            told = wanted[ALL]
            fallback = desk.names.owner(told["fallback"]) if told["fallback"] else ""
            typed = {name: str(int(told[name])) for name in ("typed", "imported")}
            rules.choose(act, {**typed, "fallback": fallback})
            order = {fold(name): at for at, name in enumerate(told["order"])}
            rows = sorted(rules.ordered(act), key=lambda row: order.get(fold(row.name), len(order)))
            for position, row in enumerate(rows, 1):
                row.position = position


def _rule_in(desk: Desk, name: str, value: dict[str, Any]) -> None:
    act = desk.act
    targets = [here for target in value["targets"] if (here := desk.names.owner(target))]
    if not targets:
        raise LeftOut(NOBODY_LEFT, names=", ".join(value["targets"])[:300])
    typed = {
        "name": name,
        "condition": spelled(read(desk.names.condition("lead", value["condition"]))),
        "how": value["how"],
        "targets": " ".join(targets),
        "working": value["working"],
        "most_open": "" if value["most_open"] is None else str(value["most_open"]),
    }
    rows: list[AssignmentRule] = list(rules.ordered(act))
    row = next((row for row in rows if fold(row.name) == fold(name)), None)
    if row is None:
        row = rules.add(act, typed)
    else:
        if row.state == State.ON.value and value["state"] != State.ON.value:
            rules.deactivate(act, row.id or 0)
        rules.change(act, row.id or 0, typed)
    if value["state"] == State.ON.value:
        rules.activate(act, row.id or 0)
    else:
        row.state = value["state"]


# People's days come first: a rule is switched on only where somebody could get a lead by it.
register(Part("assignment_rules", N_("Assignment rules"), 91, _export, _apply, _shape))

# -- working days ----------------------------------------------------------------------------------------------------

_DAYS = record(days=listing(whole(0, 6), 7), most_open=_MOST_OPEN)


def _export_days(act: Act) -> Items:
    names = Directory(act)
    return {
        email: {"days": [day for day in range(7) if row.days >> day & 1], "most_open": row.most_open}
        for row in act.session.exec(select(Availability))
        if (email := names.email(row.user_id))
    }


def _apply_days(desk: Desk, wanted: Items) -> None:
    for email, value in wanted.items():
        with desk.item(email):
            number = desk.names.user(email)
            if number is None:
                raise LeftOut(UNKNOWN, name=email[:200])
            most = "" if value["most_open"] is None else str(value["most_open"])
            people.change(desk.act, number, {"days": " ".join(map(str, value["days"])), "most_open": most})
            desk.refresh()


register(Part("working_days", N_("Working days"), 90, _export_days, _apply_days, lambda _email: _DAYS))
