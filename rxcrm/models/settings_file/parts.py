"""The parts of a settings file: whoever shapes something adds a Part, and it is exported, checked, previewed and imported.

A part is a set of items, each under a name that means the same on every installation: a key that ships with rxcrm, or what
administrators called it, never a number of a row. `export` says how every item is now, `apply` makes the items that differ
be as the file says. What is not in the file stays. To add a part:

    register(Part("campaigns", N_("Campaigns"), 70, export=_export, apply=_apply, shape=lambda key: CAMPAIGN))

and name its module in `rxcrm.models.settings_file.everything`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError

from rxcrm.models import configuration
from rxcrm.models.errors import BadValue, CrmError, Invalid
from rxcrm.models.records import Act
from rxcrm.models.settings_file.references import Directory, LeftOut
from rxcrm.models.settings_file.shapes import AS_SHIPPED, Place, Shape
from rxcrm.translation import N_, languages

__all__ = [
    "ALL",
    "AS_SHIPPED",
    "Desk",
    "Items",
    "Note",
    "Part",
    "known_labels",
    "numbered",
    "parts",
    "register",
    "shipped",
    "shipped_key",
]

#: Name of an item → how it is, as JSON. That of a table alone ("lead") or `ALL` holds what is said of all of them, as their order.
Items = dict[str, Any]
#: The item of what holds for all others, where they are of no table.
ALL = "(all)"
_SHIPPED = "shipped:"


def shipped(key: str) -> str:
    """The name in a file of something that ships with rxcrm under this key."""
    return f"{_SHIPPED}{key}"


def shipped_key(name: str) -> str:
    """The key that a name in a file speaks of; empty for what administrators made."""
    return name.removeprefix(_SHIPPED) if name.startswith(_SHIPPED) else ""


@dataclass(frozen=True)
class Part:
    """One part. `order` says when it is applied: what others speak of comes first. `shape` is that of an item by its name."""

    name: str
    label: str
    order: int
    export: Callable[[Act], Items]
    apply: Callable[[Desk, Items], None]
    shape: Callable[[str], Shape]


_parts: dict[str, Part] = {}


def register(part: Part) -> Part:
    """Add a part to every file from now on."""
    _parts[part.name] = part
    return part


def parts() -> dict[str, Part]:
    """Every part in the order in which they are applied."""
    from rxcrm.models.settings_file import everything  # noqa: F401  (they register themselves)

    return {part.name: part for part in sorted(_parts.values(), key=lambda part: (part.order, part.name))}


@dataclass(frozen=True)
class Note:
    """Something to be said of an item of a file: what is wrong with it, or what is left out of it."""

    part: str
    item: str
    said: CrmError
    place: Place = ()


@dataclass
class Desk:
    """What a part applies its items with: who acts, who and what the names in the file mean here, and what is to be said."""

    act: Act
    names: Directory
    problems: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    #: The part that is being applied.
    part: str = ""

    @contextmanager
    def item(self, name: str) -> Iterator[None]:
        """One item: what is refused within is noted, and leaves nothing behind."""
        self.names.warn = lambda message, **values: self.warnings.append(
            Note(self.part, name, CrmError(message, **values))
        )
        try:
            with self.act.session.begin_nested():
                yield
                self.act.session.flush()
        except LeftOut as left:
            self.warnings.append(Note(self.part, name, left))
        except Invalid as refusal:
            self.problems += [Note(self.part, name, said, (at,) if at else ()) for at, said in refusal.problems.items()]
        except CrmError as refusal:
            self.problems.append(Note(self.part, name, refusal))
        except IntegrityError:
            self.problems.append(
                Note(self.part, name, BadValue(N_("This stands in the way of something that is here.")))
            )

    def warn(self, message: str, **values: Any) -> None:
        """Say something about the item that is being applied."""
        self.names.warn(message, **values)

    def refresh(self) -> None:
        """Let what was applied so far be seen by everything that reads the configuration."""
        configuration.changed(self.act)
        configuration.reread(self.act.session)
        self.names.forget()


def numbered(names: Iterable[str]) -> list[str]:
    """The same names, later ones that repeat with a number: "Leads", "Leads (2)"."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def known_labels(desk: Desk, labels: Mapping[str, str]) -> dict[str, str]:
    """Labels in the languages that there are here; the others are left out, with a warning."""
    known = languages()
    if unknown := [code for code in labels if code not in known]:
        desk.warn(
            N_("Labels in languages that are not installed here are left out: %(codes)s."), codes=", ".join(unknown)
        )
    return {code: text for code, text in labels.items() if code in known}
