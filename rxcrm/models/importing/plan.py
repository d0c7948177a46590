"""What an import is to do with its file: everything that the wizard asks, kept with the import (S 6.4).

A plan is chosen step by step and can be left and taken up again; the command line makes the same plan at once.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rxcrm.models.errors import BadValue
from rxcrm.models.importing.stage import ReadOptions
from rxcrm.translation import N_

#: What becomes of a row: only new records, only changes of known ones, or both.
CREATE, UPDATE, BOTH = "create", "update", "both"
#: What becomes of a row that is certainly here already.
SKIP, CREATE_ANYWAY, UPDATE_IT = "skip", "create", "update"
#: By what a look-up finds its record, and what it does if there is none.
ANYTHING, NAME, EMAIL, ID = "", "name", "email", "id"
MATCH, MATCH_OR_CREATE, CREATE_ALWAYS = "match", "match_or_create", "create"
#: How rows come in that their source had closed.
AS_OPEN, AS_CLOSED = "open", "closed"

#: What is put in the place of a value: text as a file has it, a stored value (number of an option, id), or nothing.
TEXT, RAW, BLANK = "text", "raw", "blank"


@dataclass(frozen=True)
class Fix:
    """What stands for one value of a column in all its rows: `kind` is "text", "raw" or "blank"."""

    kind: str
    value: str = ""


@dataclass(frozen=True)
class LookupRule:
    """How a look-up column finds its records: by name, e-mail or id ("" tries name, then e-mail), and what if there is none."""

    by: str = ANYTHING
    make: str = MATCH


@dataclass
class Plan:
    """The choices of one import. Columns are named by their places in the file, fields by their names.

    `entity` is the table that was asked for when the file came in, empty where its headings are to decide.
    `constants` are texts, as typed into the field's control, for rows whose column is not mapped. `orders` ("dmy",
    "mdy", "ymd") and `points` ("." or ",") say how a column's dates and numbers are read where that was chosen.
    `key` is what known records are found by: "record_id", or the name of a mapped field; "" for nothing.
    `overwrite` lets rows through whose record was changed after the file was exported.
    """

    entity: str = ""
    read: ReadOptions = field(default_factory=ReadOptions)
    mapping: dict[int, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    topic_pattern: str = ""
    owner: int = 0
    lookups: dict[str, LookupRule] = field(default_factory=dict)
    orders: dict[int, str] = field(default_factory=dict)
    points: dict[int, str] = field(default_factory=dict)
    fixes: dict[int, dict[str, Fix]] = field(default_factory=dict)
    mode: str = BOTH
    key: str = ""
    duplicates: str = SKIP
    closed: str = AS_OPEN
    overwrite: bool = False

    def as_json(self) -> dict[str, Any]:
        """As the table of imports keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Plan:
        """A plan from what was kept; what an older version kept and this one does not know is left out."""
        known = {name: value for name, value in kept.items() if name in cls.__dataclass_fields__}
        for name in ("mapping", "orders", "points", "fixes"):
            known[name] = {int(place): value for place, value in known.get(name, {}).items()}
        known["read"] = ReadOptions(**known.get("read", {}))
        known["lookups"] = {name: LookupRule(**rule) for name, rule in known.get("lookups", {}).items()}
        known["fixes"] = {
            place: {value: Fix(**fix) for value, fix in fixes.items()} for place, fixes in known["fixes"].items()
        }
        return cls(**known)

    def require_known(self) -> None:
        """Raises BadValue for a choice that there is not."""
        for chosen, known in (
            (self.mode, (CREATE, UPDATE, BOTH)),
            (self.duplicates, (SKIP, CREATE_ANYWAY, UPDATE_IT)),
            (self.closed, (AS_OPEN, AS_CLOSED)),
            *((rule.by, (ANYTHING, NAME, EMAIL, ID)) for rule in self.lookups.values()),
            *((rule.make, (MATCH, MATCH_OR_CREATE, CREATE_ALWAYS)) for rule in self.lookups.values()),
            *((order, ("dmy", "mdy", "ymd")) for order in self.orders.values()),
            *((point, (".", ",")) for point in self.points.values()),
            *((fix.kind, (TEXT, RAW, BLANK)) for fixes in self.fixes.values() for fix in fixes.values()),
        ):
            if chosen not in known:
                raise BadValue(N_("“%(value)s” is not one of the choices."), value=str(chosen)[:80])
        if self.mode == UPDATE and not self.key:
            raise BadValue(N_("Choose by what the records to update are found."))
