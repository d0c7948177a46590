"""Option lists as the settings page shows them: which there are, where they are used, and the options of one (S 9.8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models import configuration
from rxcrm.models.errors import NotFound
from rxcrm.models.fields import FieldSpec, fields_of
from rxcrm.models.records import Act
from rxcrm.models.shaping import options
from rxcrm.models.shaping.lists import LISTS, Listed
from rxcrm.models.shaping.mentions import Mention, views_with_option
from rxcrm.models.tables import POINTED
from rxcrm.translation import N_, gettext, languages


@dataclass
class ListLink:
    """One list among all of them; `fields` says where it is used."""

    key: str
    label: str
    fields: str


@dataclass
class ListGroup:
    """Lists below a heading."""

    label: str
    lists: list[ListLink] = field(default_factory=list)


@dataclass
class OptionView:
    """One option on the settings page: `label` as the asker reads it, `labels` as they were typed, by language.

    `first` and `last` are those of its list or, in a list of reasons, of its status.
    """

    value: int
    label: str
    labels: dict[str, str]
    colour: str
    active: bool
    default: bool
    shipped: bool
    status: int = -1
    first: bool = False
    last: bool = False


@dataclass
class Section:
    """The options of one status, in their order; all of them where the list has none."""

    status: int
    label: str
    options: list[OptionView] = field(default_factory=list)


@dataclass
class ListView:
    """One list with its options. `changed` says that somebody has shaped what was shipped."""

    key: str = ""
    label: str = ""
    fields: str = ""
    open: bool = False
    changed: bool = False
    number: int = 0
    sections: list[Section] = field(default_factory=list)

    @property
    def options(self) -> list[OptionView]:
        return [option for section in self.sections for option in section.options]


def listed(act: Act) -> list[ListGroup]:
    """Every list below its heading: those that were shipped, then those of custom fields."""
    options.require_administrator(act)
    locale = act.who.conventions.locale
    shipped = ListGroup(N_("Lists")), ListGroup(N_("Status reasons"))
    for one in LISTS.values():
        reasons = bool(one.statuses)
        used_by = _used_by(locale, one.key, one.label, reasons)
        shipped[reasons].lists.append(ListLink(one.key, gettext(locale, one.label), used_by))
    customs = [
        ListLink(spec.options.key, gettext(locale, spec.label), gettext(locale, table.title_many))
        for table in POINTED.values()
        for spec in fields_of(table).values()
        if spec.custom and spec.options
    ]
    return [*shipped, *([ListGroup(N_("Custom fields"), customs)] if customs else [])]


def one(act: Act, key: str) -> ListView:
    """One list by its key. Raises NotFound."""
    link = next((link for group in listed(act) for link in group.lists if link.key == key), None)
    if link is None:
        raise NotFound
    shipped, locale = LISTS.get(key), act.who.conventions.locale
    statuses = [(number, gettext(locale, text)) for number, text in shipped.statuses] if shipped else []
    known = configuration.current()
    return ListView(
        key,
        link.label,
        link.fields,
        shipped is None or shipped.open,
        shipped is not None and _is_changed(shipped),
        known.number,
        [_section(locale, key, shipped, status, label) for status, label in statuses or [(-1, "")]],
    )


def _is_changed(shipped: Listed) -> bool:
    """Whether a list is other than it was shipped."""
    known, found = configuration.current(), options.options_of(shipped.key)
    now = [(int(o), o.label, o.colour, o.active) for o in found]
    before = [(int(o), o.label, o.colour, True) for o in shipped.options]
    return now != before or found.chosen or bool(known.part("reasons").get(shipped.key))


def _section(locale: str, key: str, shipped: Listed | None, status: int, label: str) -> Section:
    of_status = None if status == -1 else status
    default = options.default_of(key, of_status)
    by_code = {int(option) for option in shipped.options} if shipped else set()
    found = [
        OptionView(
            value=int(option),
            label=gettext(locale, option.label),
            labels={language: gettext(language, option.label) for language in languages()},
            colour=option.colour,
            active=option.active,
            default=int(option) == default,
            shipped=int(option) in by_code,
            status=status,
        )
        for option in options.options_of(key)
        if of_status is None or option.status == of_status
    ]
    if found:
        found[0].first = found[-1].last = True
    return Section(status, label, found)


def _used_by(locale: str, key: str, label: str, reasons: bool) -> str:
    """The tables whose records have this list; the field too where it is called otherwise."""
    used: dict[str, None] = {}
    for table in POINTED.values():
        for spec in fields_of(table).values():
            if spec.options and spec.options.key == key:
                where = gettext(locale, table.title_many)
                same = reasons or spec.label == label
                used[where if same else f"{where}: {gettext(locale, spec.label)}"] = None
    return ", ".join(used)


@dataclass
class Doom:
    """What stands against deleting an option: how many records hold it, and which views ask for it."""

    records: int = 0
    views: list[Mention] = field(default_factory=list)


def doom_of(act: Act, key: str, value: int) -> Doom:
    """What deleting an option would mean."""
    options.require_administrator(act)
    return Doom(options.uses(act, key, value), views_with_option(act, fields_with(key), value))


def fields_with(key: str) -> list[tuple[str, FieldSpec]]:
    """Table and field of every field that has this list."""
    return [
        (entity, spec)
        for entity, table in POINTED.items()
        for spec in fields_of(table).values()
        if spec.options and spec.options.key == key
    ]
