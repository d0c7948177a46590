"""Rows of an import that are there already: each gets a warning that names the record or row (S R3.15, 4.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session

from rxcrm.models import db
from rxcrm.models.access import Who
from rxcrm.models.base import Record
from rxcrm.models.importing.checking import WARNING, Checked, Problem
from rxcrm.models.matching.facts import TABLES, Facts, facts
from rxcrm.models.matching.finding import PER_KEY, Rule, judge, like_facts, rules_of
from rxcrm.models.matching.keys import keys_of, sure_keys
from rxcrm.models.records import Act
from rxcrm.translation import N_

HERE_ALREADY = N_("“%(name)s” may be here already: %(why)s.")
IN_THE_FILE = N_("This may be the same as row %(row)s: %(why)s.")


def warnings(session: Session, who: Who, table: type[Record], accepted: Sequence[Checked]) -> list[Problem]:
    """Warn of the certain duplicates among some rows, in the rows themselves; returns what was added.

    Rows are looked up by their addresses, numbers, and names with companies; a search through the table finds the rest.

    It takes a constant number of statements for all of them. Only records that the importer may read are named.
    """
    act = Act(session, who, db.now())
    if table.entity not in TABLES or not act.organisation.detect_on_import:
        return []
    known = [facts(table.entity, row.values or {}, -n) for n, row in enumerate(accepted, start=1)]
    for row, each in zip(accepted, known, strict=True):
        row.keys = keys_of(each)  # they are written with the row: once reckoned is enough
    keys = [sure_keys(each) for each in known]
    existing = like_facts(act, known, (table.entity,), limit=1, keys=keys)
    earlier = _within(known, keys, rules_of(session, table.entity)[table.entity])
    found: list[Problem] = []
    for row, each in zip(accepted, known, strict=True):
        match = next((m for m in existing[each.id] if m.certain), None)
        if match:
            said = {"name": match.name, "why": match.reasons[0]}
            problem = Problem(row.number, WARNING, "", match.name, HERE_ALREADY, said)
        elif each.id in earlier:
            first, why = earlier[each.id]
            said = {"row": str(accepted[-first - 1].number), "why": why}
            problem = Problem(row.number, WARNING, "", "", IN_THE_FILE, said)
        else:
            continue
        row.problems.append(problem)
        found.append(problem)
    return found


def _within(known: Sequence[Facts], keys: Sequence[set[int]], rules: Sequence[Rule]) -> dict[int, tuple[int, str]]:
    """Rows that are certainly an earlier one of the same batch: id → id of that row and why."""
    sharing: dict[int, list[Facts]] = defaultdict(list)
    found: dict[int, tuple[int, str]] = {}
    for each, own in zip(known, keys, strict=True):
        others = {other.id: other for key in own for other in sharing[key]}
        for other in others.values():
            _score, certain, reasons = judge(rules, other, each)
            if certain:
                found[each.id] = (other.id, reasons[0])
                break
        for key in own:
            if len(sharing[key]) < PER_KEY:
                sharing[key].append(each)
    return found
