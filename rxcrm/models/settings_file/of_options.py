"""In a settings file: option lists and status reasons.

Options that ship keep their numbers everywhere. Those that administrators added are found again by what they are called;
one whose number means something else here gets another, and conditions of the file that speak of it follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rxcrm.models.choices import COLOURS
from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.settings_file.parts import AS_SHIPPED, Desk, Items, Part, known_labels, register
from rxcrm.models.settings_file.shapes import (
    LABELS,
    Shape,
    flag,
    listing,
    mapping,
    maybe,
    one_of,
    record,
    shipped_or,
    text,
    whole,
)
from rxcrm.models.shaping import options
from rxcrm.models.shaping.lists import LISTS
from rxcrm.models.shaping.tables import ChoiceList
from rxcrm.translation import N_, gettext

_NUMBER = whole(0, options.LARGEST)
_OPTION = record(
    value=_NUMBER,
    label=text(options.LABEL_LENGTH),
    labels=LABELS,
    colour=one_of(*COLOURS),
    active=flag,
    status=maybe(_NUMBER),
)
#: A list: its options in order, and what new records begin with, by status ("" where the list has none).
LIST = record(options=listing(_OPTION, options.MOST_OPTIONS), defaults=mapping(maybe(_NUMBER), 20, text(10)))
_SHAPE: Shape = shipped_or(LIST)


def list_out(row: ChoiceList) -> dict[str, Any]:
    """A list as a file holds it."""
    return {
        "options": [
            {
                "value": held["value"],
                "label": held.get("label", ""),
                "labels": dict(held.get("labels") or {}),
                "colour": held.get("colour", ""),
                "active": held.get("active", True),
                "status": held.get("status"),
            }
            for held in row.options
        ],
        "defaults": dict(row.defaults),
    }


def list_in(desk: Desk, row: ChoiceList, wanted: Mapping[str, Any]) -> None:
    """Let a list be as a file says; options that only this installation has stay behind the others. Raises BadValue."""
    here = {held["value"]: held for held in row.options}
    taken: set[int] = set()
    found: list[dict[str, Any]] = []
    for told in wanted["options"]:
        number = _number(desk, row, told, here, taken)
        taken.add(number)
        found.append({**told, "value": number, "labels": known_labels(desk, told["labels"])})
    kept = [held for held in row.options if held["value"] not in taken]
    row.options = _by_status(row, [*found, *kept])
    same = {told["value"]: held["value"] for told, held in zip(wanted["options"], found, strict=True)}
    row.defaults = {group: same.get(value, value) for group, value in wanted["defaults"].items()}
    row.next_value = max([row.next_value, *(number + 1 for number in taken)])
    _check(row)


def _number(desk: Desk, row: ChoiceList, told: Mapping[str, Any], here: Mapping[int, Any], taken: set[int]) -> int:
    """The number here of an option of the file."""
    value, listed = int(told["value"]), LISTS.get(row.key)
    if options.is_shipped(row.key, value):
        if value in taken:
            raise BadValue(N_("The option %(n)s stands in this list twice."), n=value)
        return value
    if listed and not listed.open:
        raise NotAllowed(options.FIXED)
    named = next(
        (n for n, held in here.items() if fold(held.get("label", "")) == fold(told["label"]) and n not in taken), None
    )
    free = value not in here and value not in taken
    number = named if named is not None else value if free else max([row.next_value, *(n + 1 for n in {*here, *taken})])
    if number != value:
        desk.names.options[row.key, str(value)] = str(number)
    return number


def _by_status(row: ChoiceList, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Options of one status stand together, in the order of the statuses."""
    listed = LISTS.get(row.key)
    if not listed or not listed.statuses:
        return [{**held, "status": None} for held in found]
    order = [number for number, _ in listed.statuses]
    if any(held["status"] not in order for held in found):
        raise BadValue(N_("An option of this list stands under a status that there is not."))
    return sorted(found, key=lambda held: order.index(held["status"]))


def _check(row: ChoiceList) -> None:
    """What holds for every list, whoever shaped it. Raises BadValue."""
    if len(row.options) > options.MOST_OPTIONS or row.next_value > options.LARGEST + 1:
        raise BadValue(N_("A list can have at most %(n)s options."), n=options.MOST_OPTIONS)
    statuses = {str(held["status"]) for held in row.options if held["status"] is not None} or {""}
    seen: set[tuple[str, str]] = set()
    for held in row.options:
        label = held["label"] or gettext("en", options.shipped_label(row.key, held["value"]))
        if not label:
            raise BadValue(N_("%(label)s is required."), label=N_("Label"))
        place = (str(held["status"]), fold(label))
        if held["active"] and place in seen:
            raise BadValue(N_("Two options of this list are called “%(name)s”."), name=label)
        if held["active"]:
            seen.add(place)
    listed = LISTS.get(row.key)
    if listed and not listed.open and not all(held["active"] for held in row.options):
        raise NotAllowed(options.FIXED)
    for status in statuses - {""}:
        if not any(held["active"] for held in row.options if str(held["status"]) == status):
            raise BadValue(N_("Every status needs at least one option that is offered."))
    offered = {
        (str(held["status"] if held["status"] is not None else ""), held["value"])
        for held in row.options
        if held["active"]
    }
    for status, value in row.defaults.items():
        if (status not in statuses and value is not None) or (value is not None and (status, value) not in offered):
            raise BadValue(N_("The default of a list must be one of its options that are offered."))
    for status in statuses:
        usual = options.usual_of(row.key, status)
        chosen = row.defaults.get(status, usual)
        if chosen is not None and (status, chosen) not in offered:
            raise BadValue(N_("The default of a list must be one of its options that are offered."))


def _export(act: Act) -> Items:
    found: Items = dict.fromkeys(LISTS, AS_SHIPPED)
    for key in LISTS:
        if (row := act.session.get(ChoiceList, key)) is not None:
            told = list_out(row)
            found[key] = AS_SHIPPED if told["options"] == options.as_shipped(key) and not row.defaults else told
    return found


def _apply(desk: Desk, wanted: Items) -> None:
    for key, value in wanted.items():
        with desk.item(key):
            if key not in LISTS:
                raise BadValue(N_("There is no such option list."))
            if value == AS_SHIPPED:
                options.restore(desk.act, key)
            else:
                list_in(desk, options.begin(desk.act, key), value)


register(Part("option_lists", N_("Option lists"), 40, _export, _apply, lambda _key: _SHAPE))
