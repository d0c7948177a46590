"""What saving over a view changes for those who use it too, said before it is done (peers 6.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rxcrm.models.defining import checked, view_from
from rxcrm.models.filters.wording import sentence
from rxcrm.models.records import Act
from rxcrm.models.saved_views import find, people_of, readers, shown
from rxcrm.models.views import KINDS, View, column_of
from rxcrm.translation import N_, gettext


@dataclass
class Consequences:
    """How many other people use the view, with whom it is shared, and what will be different for them."""

    people: int = 0
    shared_with: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


def consequences(act: Act, view_id: int, definition: Mapping[str, Any]) -> Consequences:
    """What saving this over a view would change for others; nothing is written. Raises what `save` raises."""
    row = find(act, view_id)
    before = shown(row).view
    after = view_from(before, checked(act, row.entity, definition))
    locale = act.who.conventions.locale
    names = [gettext(locale, reader.name) for reader in readers(act, row)]
    return Consequences(len(people_of(act, row)), names, differences(act, before, after))


def differences(act: Act, before: View, after: View) -> list[str]:
    """What is different in a view, in sentences of the user's language."""
    locale, entity, found = act.who.conventions.locale, before.entity, []

    def say(message: str, **values: str) -> None:
        found.append(gettext(locale, message, **values))

    def named(keys: Iterable[str]) -> str:
        columns = (column_of(entity, key.partition(":")[0]) for key in keys)
        return ", ".join(gettext(locale, column.label) for column in columns if column)

    if new := named(key for key in after.columns if key not in before.columns):
        say(N_("Columns added: %(names)s"), names=new)
    if gone := named(key for key in before.columns if key not in after.columns):
        say(N_("Columns removed: %(names)s"), names=gone)
    kept = [key for key in after.columns if key in before.columns]
    if kept != [key for key in before.columns if key in after.columns]:
        say(N_("Columns in another order"))
    if after.where != before.where:
        nothing = gettext(locale, N_("every record"))
        was, is_now = (sentence(act, entity, view.where) or nothing for view in (before, after))
        say(N_("Filter: %(now)s (before: %(before)s)"), now=is_now, before=was)
    if after.sort != before.sort:
        say(N_("Sorted by: %(names)s"), names=named(key for key, _ in after.sort))
    if after.group != before.group:
        say(N_("Grouped by: %(names)s") if after.group else N_("Not grouped any more"), names=named([after.group]))
    if after.totals != before.totals:
        say(N_("Totals: %(names)s"), names=named(key for key, _ in after.totals) or "–")
    if (after.kind, after.settings) != (before.kind, before.settings):
        say(N_("Shown as: %(kind)s"), kind=gettext(locale, KINDS[after.kind]))
    if dict(after.widths) != dict(before.widths):
        say(N_("Columns of another width"))
    if after.pinned != before.pinned:
        say(N_("Pinned columns: %(names)s"), names=named(after.pinned) or "–")
    return found
