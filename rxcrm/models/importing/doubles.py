"""Rows of an import that are there already, in the database or farther up in the file (S R3.15, peers 76)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rxcrm.models.base import Record
from rxcrm.models.importing.checked import Checked
from rxcrm.models.importing.stage import Stage
from rxcrm.models.matching.facts import TABLES, Facts, facts
from rxcrm.models.matching.finding import PER_KEY, Match, Rule, judge, like_facts, rules_of
from rxcrm.models.matching.keys import keys_of, sure_keys
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext

HERE_ALREADY = N_("“%(name)s” may be here already. %(why)s.")
IN_THE_FILE = N_("This may be the same as row %(row)s. %(why)s.")


@dataclass(frozen=True)
class Double:
    """What a row certainly is already: a record that the importer may see, or an earlier row of the file."""

    why: str
    record_id: int = 0
    name: str = ""
    row: int = 0


class Doubles:
    """Finds certain duplicates batch by batch: records in a constant number of statements, rows by what was `kept`.

    With a `stage`, which a preview passes, the rows of earlier batches are remembered there; a run needs none, because
    it finds them as records.
    """

    def __init__(
        self, act: Act, table: type[Record], stage: Stage | None, again: Callable[[Sequence[int]], list[Checked]]
    ) -> None:
        self.table, self.stage, self.again = table, stage, again
        self.on = table.entity in TABLES and act.organisation.detect_on_import
        self.rules: list[Rule] = rules_of(act.session, table.entity)[table.entity] if self.on else []
        self.locale = act.who.conventions.locale
        self._known: dict[int, tuple[Facts, set[int]]] = {}
        self._here: dict[int, list[Match]] = {}
        self._sharing: dict[int, list[int]] = defaultdict(list)
        self._rows: dict[int, Facts] = {}

    def begin(self, act: Act, rows: Sequence[Checked]) -> None:
        """Look up a batch: its records, and the rows of earlier batches that share a key with one of its rows."""
        self._known, self._here, self._sharing, self._rows = {}, {}, defaultdict(list), {}
        if not self.on or not rows:
            return
        known = [facts(self.table.entity, row.values or {}, -row.number) for row in rows]
        keys = [sure_keys(each) for each in known]
        for row, each, own in zip(rows, known, keys, strict=True):
            row.keys = keys_of(each)  # they are written with the row: once reckoned is enough
            self._known[row.number] = (each, own)
        self._here = like_facts(act, known, (self.table.entity,), limit=1, keys=keys)
        if self.stage:
            self._recall({key for own in keys for key in own})

    def _recall(self, keys: Iterable[int]) -> None:
        assert self.stage is not None
        found = self.stage.seen(map(str, keys))
        numbers = sorted(set(found.values()))
        for row in self.again(numbers) if numbers else []:
            self._rows[row.number] = facts(self.table.entity, row.values or {}, -row.number)
        for key, number in found.items():
            if number in self._rows:
                self._sharing[int(key)].append(number)

    def record_ids(self) -> set[int]:
        """The records that rows of this batch certainly are."""
        return {match.id for found in self._here.values() for match in found if match.certain}

    def of(self, row: Checked) -> Double | None:
        """What this row is already, as far as the rows before it were kept."""
        if row.number not in self._known:
            return None
        each, own = self._known[row.number]
        match = next((m for m in self._here.get(each.id, ()) if m.certain), None)
        if match:
            return Double(match.reasons[0], match.id, match.name)
        for number in dict.fromkeys(number for key in own for number in self._sharing[key]):
            if number >= row.number:
                continue
            _score, certain, reasons = judge(self.rules, self._rows[number], each)
            if certain:
                return Double(gettext(self.locale, reasons[0]), row=number)
        return None

    def keep(self, row: Checked) -> None:
        """This row becomes a new record: later ones may be the same."""
        if row.number not in self._known:
            return
        each, own = self._known[row.number]
        self._rows[row.number] = each
        for key in own:
            if len(self._sharing[key]) < PER_KEY:
                self._sharing[key].append(row.number)
        if self.stage:
            self.stage.see(map(str, own), row.number)
