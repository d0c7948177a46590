"""The layout of a form as data: tabs, columns, sections and the fields in them (S 2.2). What is stored is never trusted: `read` checks it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as having
from typing import Any

from rxcrm.models.cleaning import clean
from rxcrm.models.errors import BadValue
from rxcrm.translation import N_, Words, languages

#: The most of each in one form, and characters of a label.
MOST_TABS, MOST_COLUMNS, MOST_SECTIONS, MOST_FIELDS, MOST_HEADER, LABEL_LENGTH = 12, 3, 80, 400, 4, 80
#: Everything that is no field: what a section can show instead of fields, as people know it.
PARTS: dict[str, str] = {
    "timeline": N_("Timeline"),
    "stakeholders": N_("Stakeholders"),
    "sales_team": N_("Sales Team"),
    "subgrids": N_("Related tables"),
    "linked": N_("Cards of linked records"),
    "related": N_("Related"),
    "more": N_("More"),
}
_KEY = re.compile(r"[a-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Place:
    """A field on a form. A label of its own, `required` and `locked` hold on this form alone (`labels`: language → text).

    `label` is what the shipped form calls it, if not as everywhere else.
    """

    field: str
    label: str = ""
    labels: Mapping[str, str] = having(default_factory=dict)
    required: bool = False
    locked: bool = False


@dataclass(frozen=True)
class Section:
    """A titled group of fields in one column or `two`, or a `part` that is no field. Without labels it is called as shipped."""

    key: str
    label: str = ""
    labels: Mapping[str, str] = having(default_factory=dict)
    two: bool = False
    part: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Tab:
    """A tab: columns of sections beside one another, and sections `below` them over the whole width."""

    key: str
    label: str = ""
    labels: Mapping[str, str] = having(default_factory=dict)
    even: bool = False
    columns: tuple[tuple[Section, ...], ...] = ()
    below: tuple[Section, ...] = ()

    @property
    def sections(self) -> Iterator[Section]:
        for column in (*self.columns, self.below):
            yield from column


@dataclass(frozen=True)
class Layout:
    """What a form shows: fields of its header, and tabs."""

    header: tuple[Place, ...] = ()
    tabs: tuple[Tab, ...] = ()

    @property
    def sections(self) -> Iterator[Section]:
        for tab in self.tabs:
            yield from tab.sections

    @property
    def body(self) -> Iterator[Place]:
        """The fields below the header, each once."""
        for section in self.sections:
            yield from section.places

    def place(self, name: str) -> Place | None:
        """Where a field stands; what is said of it in the body counts before what is said in the header."""
        return next((place for place in (*self.body, *self.header) if place.field == name), None)

    @property
    def names(self) -> frozenset[str]:
        """Every field that stands on the form by its name."""
        return frozenset(place.field for place in (*self.body, *self.header))

    @property
    def parts(self) -> frozenset[str]:
        return frozenset(section.part for section in self.sections if section.part)


def words(labels: Mapping[str, str], otherwise: str) -> str:
    """A label of administrators in its languages, else the message that was shipped."""
    if not labels:
        return otherwise
    return Words(labels.get(languages()[0]) or next(iter(labels.values())), dict(labels))


# -- as JSON ---------------------------------------------------------------------------------------------------------


def written(layout: Layout) -> dict[str, Any]:
    """A layout as it is stored; what is as usual is left out."""
    return {"header": [_place(place) for place in layout.header], "tabs": [_tab(tab) for tab in layout.tabs]}


def _place(place: Place) -> dict[str, Any]:
    marks = {name: True for name in ("required", "locked") if getattr(place, name)}
    return {"field": place.field, **_labels(place.labels), **marks}


def _labels(labels: Mapping[str, str]) -> dict[str, Any]:
    return {"labels": dict(labels)} if labels else {}


def _section(section: Section) -> dict[str, Any]:
    more: dict[str, Any] = {"two": True} if section.two else {}
    content = {"part": section.part} if section.part else {"fields": [_place(place) for place in section.places]}
    return {"key": section.key, **_labels(section.labels), **more, **content}


def _tab(tab: Tab) -> dict[str, Any]:
    more: dict[str, Any] = {"even": True} if tab.even else {}
    if tab.below:
        more["below"] = [_section(section) for section in tab.below]
    columns = [[_section(section) for section in column] for column in tab.columns]
    return {"key": tab.key, **_labels(tab.labels), "columns": columns, **more}


def read(stored: Any, shipped: Layout | None = None) -> Layout:
    """The layout that some JSON means. Raises BadValue for what is none.

    Tabs and sections without labels are called as those of the `shipped` layout with the same key.
    """
    known = {tab.key: tab.label for tab in shipped.tabs} if shipped else {}
    sections = {section.key: section.label for section in shipped.sections} if shipped else {}
    heads = {place.field: place.label for place in shipped.header} if shipped else {}
    reader = _Reader(known, sections)
    held = _mapping(stored)
    return Layout(
        header=tuple(
            replace(place, label=heads.get(place.field, ""))
            for place in map(reader.place, _list(held.get("header", []), MOST_HEADER))
        ),
        tabs=tuple(reader.tab(each) for each in _list(held.get("tabs"), MOST_TABS)),
    )


class _Reader:
    def __init__(self, tabs: Mapping[str, str], sections: Mapping[str, str]) -> None:
        self.tabs, self.sections = tabs, sections
        self.fields = self.count = 0

    def tab(self, stored: Any) -> Tab:
        held = _mapping(stored)
        key = _key(held.get("key"))
        columns = _list(held.get("columns"), MOST_COLUMNS)
        if not columns:
            raise _odd()
        return Tab(
            key=key,
            label=self.tabs.get(key, ""),
            labels=clean_labels(held.get("labels", {})),
            even=held.get("even") is True,
            columns=tuple(tuple(map(self.section, _list(column, MOST_SECTIONS))) for column in columns),
            below=tuple(map(self.section, _list(held.get("below", []), MOST_SECTIONS))),
        )

    def section(self, stored: Any) -> Section:
        held = _mapping(stored)
        self.count += 1
        key, part = _key(held.get("key")), held.get("part", "")
        if self.count > MOST_SECTIONS:
            raise BadValue(N_("A form can have at most %(n)s sections."), n=MOST_SECTIONS)
        if part and part not in PARTS:
            raise _odd()
        return Section(
            key=key,
            label=PARTS[part] if part else self.sections.get(key, ""),
            labels=clean_labels(held.get("labels", {})),
            two=held.get("two") is True,
            part=part,
            places=() if part else tuple(map(self.place, _list(held.get("fields", []), MOST_FIELDS))),
        )

    def place(self, stored: Any) -> Place:
        held = _mapping(stored)
        self.fields += 1
        if self.fields > MOST_FIELDS:
            raise BadValue(N_("A form can have at most %(n)s fields."), n=MOST_FIELDS)
        name = held.get("field")
        if not isinstance(name, str) or not 0 < len(name) <= 60:
            raise _odd()
        return Place(
            field=name,
            labels=clean_labels(held.get("labels", {})),
            required=held.get("required") is True,
            locked=held.get("locked") is True,
        )


def _odd() -> BadValue:
    return BadValue(N_("That is no form that could be shown. Reload the page and try again."))


def _mapping(held: Any) -> Mapping[str, Any]:
    if not isinstance(held, Mapping):
        raise _odd()
    return held


def _list(held: Any, most: int) -> list[Any]:
    if not isinstance(held, list) or len(held) > most:
        raise _odd()
    return held


def _key(held: Any) -> str:
    if not isinstance(held, str) or not _KEY.fullmatch(held):
        raise _odd()
    return held


def clean_labels(held: Any) -> dict[str, str]:
    """Labels by language; empty ones are none. Raises BadValue for anything else."""
    found: dict[str, str] = {}
    for language, text in _mapping(held).items():
        if language not in languages() or not isinstance(text, str):
            raise _odd()
        if label := clean(text):
            if len(label) > LABEL_LENGTH:
                raise BadValue(N_("A label can have at most %(n)s characters."), n=LABEL_LENGTH)
            found[language] = label
    return found


def repeated(names: Iterable[str]) -> str:
    """The first of some names that comes twice; empty if none does."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
