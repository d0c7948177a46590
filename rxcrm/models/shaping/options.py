"""Option lists and status reasons as administrators shape them: add, change, order, retire (S 9.8).

A list is as it was shipped until somebody changes it; from then on its row holds every option. What is in use is never
taken away: its option is deactivated, shown where it is stored and not offered any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import func, select

from rxcrm.models import configuration
from rxcrm.models.access import Privilege
from rxcrm.models.base import Record
from rxcrm.models.choices import COLOURS, OptionList
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import FieldSpec, Kind, clean, custom_spec, fields_of
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.shaping import meanwhile
from rxcrm.models.shaping.lists import LISTS, Listed
from rxcrm.models.shaping.tables import ChoiceList, shaped
from rxcrm.models.tables import POINTED
from rxcrm.translation import N_, gettext, languages

#: Characters of a label, options of a list, and the largest number: columns hold small ones.
LABEL_LENGTH, MOST_OPTIONS, LARGEST = 100, 500, 9_999
SHIPPED = N_("This option ships with rxcrm. It cannot be deleted, only deactivated.")
FIXED = N_("The program knows the options of this list by their numbers: they can be renamed and coloured, no more.")
LAST = N_("%(name)s is the last option that is offered here. Add another one first.")
DEFAULT = N_("%(name)s is the default. Make another option the default first.")
IN_USE = N_("%(name)s is in use (records: %(n)s). It can only be deactivated.")


def options_of(key: str) -> OptionList:
    """A list as it is now, also one that nobody has changed."""
    found = configuration.current().part("lists").get(key)
    if found is not None:
        return cast(OptionList, found)
    listed = LISTS.get(key)
    return OptionList(key, listed.options if listed else ())


def default_of(key: str, status: int | None) -> int | None:
    """The option that new records begin with, or that a status gives where nobody chooses."""
    known = configuration.current()
    if status is not None:
        chosen: int | None = known.part("reasons").get(key, {}).get(str(status))
        return chosen or next(int(option) for option in LISTS[key].options if option.status == status)
    options = options_of(key)
    if options.chosen:
        return options.default
    return LISTS[key].default if key in LISTS else None


# -- verbs -----------------------------------------------------------------------------------------------------------


def add(act: Act, key: str, typed: Mapping[str, str]) -> int:
    """A new option at the end of its list or status; returns its number. `typed`: label, label_<language>, colour, status.

    Raises NotAllowed for a list whose options are fixed, Invalid for what was typed.
    """
    row = begin(act, key)
    listed = LISTS.get(key)
    if listed and not listed.open:
        raise NotAllowed(FIXED)
    if len(row.options) >= MOST_OPTIONS or row.next_value > LARGEST:
        raise NotAllowed(N_("A list can have at most %(n)s options."), n=MOST_OPTIONS)
    status = _status(listed, typed.get("status", ""))
    option = {"value": row.next_value, "active": True, "status": status, **_typed(row, typed)}
    if not option["label"]:
        raise Invalid({_first_label(typed): BadValue(N_("%(label)s is required."), label=N_("Label"))})
    row.options = [*row.options, option]
    row.next_value += 1
    if typed.get("default") == "1":
        _choose_default(row, option, True)
    _done(act)
    return int(option["value"])


def change(act: Act, key: str, value: int, typed: Mapping[str, str], seen: Mapping[str, str] | None = None) -> None:
    """Rename or colour an option. An empty label of one that was shipped is its own again. Raises Invalid.

    `seen` is what the form began with, `as_typed` then: what somebody else has changed since is not replaced unasked.
    """
    row = begin(act, key)
    option = _held(row, value)
    if problems := meanwhile.conflicts(typed, seen or {}, as_typed(row, value), {"colour": COLOURS}):
        raise Invalid(problems)
    changes = _typed(row, typed, option)
    if not changes["label"] and not is_shipped(key, value):
        raise Invalid({_first_label(typed): BadValue(N_("%(label)s is required."), label=N_("Label"))})
    _replace(row, {**option, **changes})
    if "default" in typed:
        _choose_default(row, option, typed["default"] == "1")
    _done(act)


def move(act: Act, key: str, value: int, places: int) -> None:
    """Move an option up (negative) or down within its list or status; at the ends it stays."""
    row = begin(act, key)
    option = _held(row, value)
    group = [held for held in row.options if held.get("status") == option.get("status")]
    at = group.index(option)
    group.insert(min(max(at + places, 0), len(group) - 1), group.pop(at))
    _arrange(row, group)
    _done(act)


#: Stands for the end of a list where an option is named before which another one goes.
END = -1


def place(act: Act, key: str, value: int, before: int) -> None:
    """Put an option before another one of its list or status; at its end for END, or if that one is gone meanwhile."""
    row = begin(act, key)
    option = _held(row, value)
    group = [held for held in row.options if held.get("status") == option.get("status") and held != option]
    group.insert(next((at for at, held in enumerate(group) if held["value"] == before), len(group)), option)
    _arrange(row, group)
    _done(act)


def activate(act: Act, key: str, value: int) -> None:
    """Offer an option again."""
    row = begin(act, key)
    _replace(row, {**_held(row, value), "active": True})
    _done(act)


def deactivate(act: Act, key: str, value: int) -> None:
    """Offer an option no more; where it is stored it stays, and is shown. Raises NotAllowed for the last one and the default."""
    row = begin(act, key)
    listed, option = LISTS.get(key), _held(row, value)
    if listed and not listed.open:
        raise NotAllowed(FIXED)
    others = [o for o in row.options if o["value"] != value and o.get("status") == option.get("status") and o["active"]]
    name = _name(act, key, value)
    if not others and option.get("status") is not None:
        raise NotAllowed(LAST, name=name)
    if default_of(key, option.get("status")) == value:
        raise NotAllowed(DEFAULT, name=name)
    _replace(row, {**option, "active": False})
    _done(act)


def remove(act: Act, key: str, value: int) -> str:
    """Delete an option that an administrator added and that no record has; returns its name. Raises NotAllowed."""
    row = begin(act, key)
    option, name = _held(row, value), _name(act, key, value)
    if is_shipped(key, value):
        raise NotAllowed(SHIPPED)
    if default_of(key, option.get("status")) == value:
        raise NotAllowed(DEFAULT, name=name)
    if used := uses(act, key, value):
        raise NotAllowed(IN_USE, name=name, n=used)
    row.options = [held for held in row.options if held["value"] != value]
    _done(act)
    return name


def uses(act: Act, key: str, value: int) -> int:
    """How many records hold an option, those in the recycle bin included: they may come back."""
    found = 0
    for table, spec in _fields(key):
        column = getattr(cast(Any, table), spec.name)
        found += act.session.scalar(select(func.count()).where(column == value)) or 0
    return found


def restore(act: Act, key: str) -> None:
    """A shipped list as it came: labels, order, colours and defaults; options that were added stay at the end, deactivated
    if any record holds them, else they go."""
    row = begin(act, key)
    listed = LISTS.get(key)
    if listed is None:
        raise NotAllowed(N_("This list was not shipped with rxcrm."))
    added = [held for held in row.options if not is_shipped(key, held["value"])]
    kept = [{**held, "active": False} for held in added if uses(act, key, held["value"])]
    row.options, row.defaults = [*_as_shipped(listed), *kept], {}
    _done(act)


# -- how -------------------------------------------------------------------------------------------------------------


def require_administrator(act: Act) -> None:
    """Raises NotAllowed for everybody else."""
    if not act.who.holds(Privilege.ADMINISTER):
        raise NotAllowed


def begin(act: Act, key: str) -> ChoiceList:
    """The row of a list, locked; made of the shipped list at its first change. Raises NotAllowed, NotFound."""
    require_administrator(act)
    if key not in LISTS and not _is_of_custom_field(key):
        raise NotFound
    configuration.changed(act)  # whoever else shapes something waits here
    row = act.session.get(ChoiceList, key, populate_existing=True)
    if row is None:
        row = ChoiceList(key=key, options=_as_shipped(LISTS[key]) if key in LISTS else [])
        act.session.add(row)
    elif key in LISTS:
        known = {held["value"] for held in row.options}
        row.options = [*row.options, *(held for held in _as_shipped(LISTS[key]) if held["value"] not in known)]
    return row


def _is_of_custom_field(key: str) -> bool:
    entity, _, name = key.partition(".")
    spec = custom_spec(entity, name)
    return spec is not None and spec.kind is Kind.CHOICE


def _as_shipped(listed: Listed) -> list[dict[str, Any]]:
    return [
        {"value": int(o), "label": "", "labels": {}, "colour": o.colour, "active": True, "status": o.status}
        for o in listed.options
    ]


def _done(act: Act) -> None:
    act.session.flush()


def _held(row: ChoiceList, value: int) -> dict[str, Any]:
    found = next((held for held in row.options if held["value"] == value), None)
    if found is None:
        raise NotAllowed(meanwhile.OPTION_GONE)
    return found


def as_typed(row: ChoiceList, value: int) -> dict[str, str]:
    """An option as its form shows it: label_<language>, colour, default."""
    option = shaped(row).find(value)
    assert option is not None, "the caller has found it"
    group = "" if option.status is None else str(option.status)
    usual = usual_of(row.key, group)
    labels = {f"label_{language}": gettext(language, option.label) for language in languages()}
    return {**labels, "colour": option.colour, "default": "1" if row.defaults.get(group, usual) == value else "0"}


def usual_of(key: str, group: str) -> int | None:
    """The default of a status ("" where the list has none) that nobody chose."""
    if key not in LISTS:
        return None
    if group:
        return next((int(o) for o in LISTS[key].options if str(o.status) == group), None)
    return LISTS[key].default


def as_shipped(key: str) -> list[dict[str, Any]]:
    """The options of a list as they are stored when nobody has changed them."""
    return _as_shipped(LISTS[key])


def _arrange(row: ChoiceList, group: list[dict[str, Any]]) -> None:
    """Put the options of one status, or of a whole list, into this order."""
    rest, status = iter(group), group[0].get("status")
    row.options = [next(rest) if held.get("status") == status else held for held in row.options]


def _replace(row: ChoiceList, option: dict[str, Any]) -> None:
    row.options = [option if held["value"] == option["value"] else held for held in row.options]


def _group(option: Mapping[str, Any]) -> str:
    return "" if option.get("status") is None else str(option["status"])


def _choose_default(row: ChoiceList, option: Mapping[str, Any], chosen: bool) -> None:
    """Make an option the default or no longer. A status always has one; any other list may have none."""
    if chosen and not option["active"]:
        raise NotAllowed(N_("Only an option that is offered can be the default."))
    group = _group(option)
    shipped = LISTS[row.key].default if row.key in LISTS else None
    if chosen:
        row.defaults = {**row.defaults, group: option["value"]}
    elif not group and row.defaults.get("", shipped) == option["value"]:
        row.defaults = {**row.defaults, "": None}


def is_shipped(key: str, value: int) -> bool:
    """Whether an option of a list ships with the product."""
    return key in LISTS and any(int(option) == value for option in LISTS[key].options)


def _name(act: Act, key: str, value: int) -> str:
    return gettext(act.who.conventions.locale, options_of(key).label(value))


def _fields(key: str) -> list[tuple[type[Record], FieldSpec]]:
    return [
        (table, spec)
        for table in POINTED.values()
        for spec in fields_of(table).values()
        if spec.options and spec.options.key == key
    ]


def _status(listed: Listed | None, typed: str) -> int | None:
    if listed is None or not listed.statuses:
        return None
    known = {str(number): number for number, _ in listed.statuses}
    if typed not in known:
        raise Invalid({"status": BadValue(N_("Choose one of the list."))})
    return known[typed]


def _typed(row: ChoiceList, typed: Mapping[str, str], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Label, labels by language and colour as they are stored. Raises Invalid with every problem."""
    problems: dict[str, CrmError] = {}
    held = before or {"label": "", "labels": {}, "colour": "", "value": None}
    shipped = shipped_label(row.key, held["value"])
    label, labels = read_labels(typed, held["label"], held["labels"], shipped, problems)
    colour = typed.get("colour", held["colour"])
    if colour not in COLOURS:
        problems["colour"] = BadValue(N_("Choose one of the list."))
    group = held.get("status") if before else _number(typed.get("status", ""))
    others = (o for o in shaped(row) if int(o) != held["value"] and o.active and o.status == group)
    if label and fold(label) in {fold(o.label) for o in others}:
        problems[_first_label(typed)] = BadValue(N_("Another option of this list has this label."))
    if problems:
        raise Invalid(problems)
    return {"label": label, "labels": labels, "colour": colour}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def shipped_label(key: str, value: int | None) -> str:
    """What an option was called when it shipped; empty for others."""
    return next((o.label for o in LISTS[key].options if int(o) == value), "") if key in LISTS else ""


def _first_label(typed: Mapping[str, str]) -> str:
    return "label" if "label" in typed else f"label_{languages()[0]}"


def read_labels(
    typed: Mapping[str, str], label: str, labels: Mapping[str, str], shipped: str, problems: dict[str, CrmError]
) -> tuple[str, dict[str, str]]:
    """The label and its translations out of `label`, for all languages, and `label_<language>`; both empty for what was shipped.

    One that is renamed in one language keeps the words that it was shipped with in the others.
    """
    shown = {name: labels.get(name) or label or gettext(name, shipped) for name in languages()}
    if "label" in typed:
        shown = dict.fromkeys(shown, clean(typed["label"]))
    shown |= {name: clean(typed[f"label_{name}"]) for name in shown if f"label_{name}" in typed}
    for name, text in shown.items():
        if len(text) > LABEL_LENGTH:
            place = "label" if "label" in typed else f"label_{name}"
            problems[place] = BadValue(N_("A label can have at most %(n)s characters."), n=LABEL_LENGTH)
    if shipped and all(text in ("", gettext(name, shipped)) for name, text in shown.items()):
        return "", {}
    first = next((text for text in shown.values() if text), "")
    return first, {name: text for name, text in shown.items() if text and text != first}
