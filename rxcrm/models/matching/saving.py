"""Duplicates on saving: whoever is about to save a record that is there already is asked first (S R3.3, R3.15, R3.16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rxcrm.models.access import Decision, Privilege
from rxcrm.models.base import Record
from rxcrm.models.errors import CrmError
from rxcrm.models.matching.facts import TABLES, columns_of, facts
from rxcrm.models.matching.finding import AROUND, Match, around, like, like_facts
from rxcrm.translation import N_

if TYPE_CHECKING:
    from rxcrm.models.records import Act


class Alike(CrmError):
    """The record may be there already: nothing was written, and the user decides. `matches` are of several tables."""

    message = N_("There may be a record of this already.")

    def __init__(self, matches: list[Match]) -> None:
        self.matches = matches
        super().__init__()


def known_before(act: Act, row: Record, typed: Iterable[str], *, asked: bool = False) -> set[int] | None:
    """Before a record is changed: its certain duplicates, of which nobody is asked again; None if no change matters.

    Where nobody `asked` for it, the organisation decides whether duplicates are looked for.
    """
    if row.entity not in TABLES or not (asked or act.organisation.detect_on_update):
        return None
    if not set(typed) & set(columns_of(row.entity)):
        return None
    return {match.id for match in like(act, row, row.entity, MOST) if match.certain}


def require_new(act: Act, row: Record, known: set[int] | None = None, *, asked: bool = False) -> None:
    """Raises Alike if a record that was just written is certainly another one of its table, beyond those `known`.

    `asked` as for `known_before`.
    """
    if row.entity not in TABLES or (known is None and not asked and not act.organisation.detect_on_create):
        return
    certain = {match.id for match in like(act, row, row.entity, MOST) if match.certain}
    if certain - (known or set()):
        raise Alike(around(act, row))


#: Duplicates of one record that are told apart.
MOST = 20


def offers(act: Act, row: Record, may: Mapping[Privilege, Decision]) -> dict[str, str]:
    """The command View duplicates, for whoever may read the record (S R3.18)."""
    return {"duplicates": ""} if row.entity in TABLES else {}


def similar(act: Act, entity: str, typed: Mapping[str, Any]) -> list[Match]:
    """What is like the record that is being typed; nothing as long as too little is known of it."""
    if entity not in TABLES:
        return []
    return like_facts(act, [facts(entity, typed)], AROUND[entity], 3)[0]
