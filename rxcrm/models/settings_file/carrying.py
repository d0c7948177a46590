"""A settings file is weighed and carried out: what is wrong with it, what it would change, and the change itself.

Both do the same: every part is applied, and everything is taken back again where it was only to be weighed, or where
anything was refused. So a preview tells what an import does, and never anything else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rxcrm.models import configuration
from rxcrm.models.administration import require_administrator
from rxcrm.models.errors import CrmError, NotAllowed, Stale
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.settings_file.file import Content, settings_of
from rxcrm.models.settings_file.parts import Desk, Items, Note, Part, parts
from rxcrm.models.settings_file.references import Directory, installation
from rxcrm.translation import N_, gettext

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"
#: Problems that are told, differences of one item, and characters of a value in them.
MOST_TOLD, MOST_DIFFERENCES, SHORT = 200, 8, 60


@dataclass
class Change:
    """An item of a file: what becomes of it, and what differs, as "score: 80 → 90"."""

    name: str
    kind: str
    details: list[str] = field(default_factory=list)


@dataclass
class PartView:
    """A part of a file in the asker's language, with those of its items that change something."""

    name: str
    label: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: int = 0
    #: Stands for what the file was compared with.
    stamp: str = ""
    changes: list[Change] = field(default_factory=list)


@dataclass
class Told:
    """A sentence about a place in the file."""

    part: str
    place: str
    text: str


@dataclass
class Weighed:
    """What a file would do here."""

    organisation: str = ""
    exported_on: str = ""
    parts: list[PartView] = field(default_factory=list)
    problems: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)


class Refused(CrmError):
    """A file of which nothing was applied; `weighed` says why."""

    message = N_("Nothing was imported, because something in the file is wrong.")

    def __init__(self, weighed: Weighed) -> None:
        self.weighed = weighed
        super().__init__()
        self.add_note("\n".join(f"{told.part}: {told.place}: {told.text}" for told in weighed.problems))


def weigh(act: Act, content: Content, chosen: Collection[str] | None = None) -> Weighed:
    """What importing some parts of a file (all, unless they are named) would do here; nothing is changed."""
    return _carry(act, content, chosen, trial=True)


def carry_out(
    act: Act, content: Content, chosen: Collection[str] | None = None, stamps: Mapping[str, str] | None = None
) -> Weighed:
    """Import some parts of a file, all of it or nothing.

    Raises Refused, and Stale if a part is not any more what a preview compared it with (`stamps`, PartView.stamp by part).
    """
    done = _carry(act, content, chosen, trial=False, stamps=stamps or {})
    if done.problems:
        raise Refused(done)
    return done


def _carry(
    act: Act,
    content: Content,
    chosen: Collection[str] | None,
    *,
    trial: bool,
    stamps: Mapping[str, str] = MappingProxyType({}),
) -> Weighed:
    require_administrator(act)
    known = parts()
    wanted = {name: known[name] for name in known if name in content.settings and (chosen is None or name in chosen)}
    if not wanted:
        raise NotAllowed(N_("Choose at least one part.") if chosen is not None else N_("This file holds no settings."))
    topics, session = set(act.topics), act.session
    configuration.lock(act)  # of two who import at once the second one waits, and is told
    with configuration.held():
        kept = session.begin_nested()
        try:
            desk = Desk(act, Directory(act, content.installation == installation(act.organisation)))
            before = settings_of(act, wanted)
            found = {name: _stamp(before[name], content.settings[name]) for name in wanted}
            if any(found[name] != stamps.get(name, found[name]) for name in wanted):
                raise Stale(N_("Somebody else changed settings meanwhile. Look at the preview again."))
            for part in wanted.values():
                _apply(desk, part, content.settings[part.name], before[part.name])
            after = settings_of(act, wanted)
        except BaseException:
            kept.rollback()
            act.topics.clear()
            act.topics |= topics
            raise
        if trial or desk.problems:
            kept.rollback()
            act.topics.clear()
            act.topics |= topics
        else:
            kept.commit()
    locale = act.who.conventions.locale
    unknown = [name for name in content.settings if name not in known]
    strange = CrmError(N_("This part is not known here and is left out."))
    views = [_view(part, locale, content.settings[name], before[name], after[name]) for name, part in wanted.items()]
    for view in views:
        view.problems = sum(note.part == view.name for note in desk.problems)
        view.stamp = found[view.name]
    return Weighed(
        organisation=content.organisation,
        exported_on=content.exported_on,
        parts=views,
        problems=[_told(note, locale) for note in desk.problems[:MOST_TOLD]],
        warnings=[
            _told(note, locale) for note in [*desk.warnings, *(Note(n, "", strange) for n in unknown)][:MOST_TOLD]
        ],
    )


def _stamp(before: Items, items: Items) -> str:
    """Stands for how a part is now, as far as the file speaks of it."""
    told = {name: before.get(name) for name in items}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _apply(desk: Desk, part: Part, items: Items, before: Items) -> None:
    """Apply those items of a part that differ from what is here, and whose shape is right."""
    desk.part = part.name
    fit: Items = {}
    for name, value in items.items():
        wrong = [Note(part.name, name, said, place) for place, said in part.shape(name)(value)]
        desk.problems += wrong
        if not wrong and (name not in before or before[name] != value):
            fit[name] = value
    if fit:
        part.apply(desk, fit)
        desk.refresh()


# -- in words --------------------------------------------------------------------------------------------------------


def _told(note: Note, locale: str) -> Told:
    known = parts().get(note.part)
    place = " › ".join([note.item[:200], *(str(step)[:80] for step in note.place)]) if note.item else ""
    return Told(gettext(locale, known.label) if known else note.part[:80], place, note.said.text(locale))


def _view(part: Part, locale: str, items: Items, before: Items, after: Items) -> PartView:
    view = PartView(part.name, gettext(locale, part.label))
    was = {fold(name): value for name, value in before.items()}
    now = {fold(name): value for name, value in after.items()}
    for name in sorted(items, key=lambda name: (name.count("/"), fold(name))):
        old, new = was.get(fold(name)), now.get(fold(name))
        if new is None or old == new:
            view.unchanged += 1
        elif fold(name) in was:
            view.changed += 1
            view.changes.append(Change(name, CHANGED, differences(old, new)[:MOST_DIFFERENCES]))
        else:
            view.added += 1
            view.changes.append(Change(name, ADDED))
    return view


def differences(old: Any, new: Any, place: str = "") -> list[str]:
    """What differs between two pieces of JSON, place by place."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = dict.fromkeys([*old, *new])
        return [
            line
            for name in names
            if old.get(name) != new.get(name)
            for line in differences(old.get(name), new.get(name), f"{place} › {name}" if place else str(name))
        ]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            line
            for at, (one, other) in enumerate(zip(old, new, strict=True), 1)
            if one != other
            for line in differences(one, other, f"{place} › {at}" if place else str(at))
        ]
    told = f"{_short(old)} → {_short(new)}"
    return [f"{place}: {told}" if place else told]


def _short(value: Any) -> str:
    text = "—" if value in (None, "") else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
