"""What a row of a file has come to: the values of a record, or the problems that keep it from being one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rxcrm.models.importing.owners import Owner
from rxcrm.models.importing.siblings import Wish

#: How much a problem weighs: the row comes in all the same, or it does not.
WARNING, REJECTED = "warning", "rejected"


@dataclass(frozen=True)
class Problem:
    """One warning or rejection: row as the user sees it, heading, value, and a message with its values.

    `place` is the column's in the file, -1 where the problem is the row's as a whole.
    """

    row: int
    severity: str
    column: str
    value: str
    reason: str
    values: dict[str, Any] = field(default_factory=dict)
    place: int = -1


@dataclass
class Checked:
    """What one row says. `values` is None if the row is rejected; `remark` is what its history keeps.

    `filled` are the fields to which the file itself gave a usable value: an update touches no others. `missing` are the
    rejections that only a new record would get, for want of a required field. `record_id`, `source_id`, `unchanged` and
    `exported_on` come from the columns of our own exports (S 6.2): `record_id` is 0 for none, -1 for what is no id;
    `source_id` names the record in the system that the row came from. `lost` is what no
    field could hold and the description keeps. `closed` is status and reason of a record that
    comes in closed, `was_closed` says that its source had closed it. `later` are the look-ups that name another row of the
    file. `keys` are those of `rxcrm.models.matching`, once somebody has reckoned them. `ownerless` says that neither the row
    nor the plan names an owner, so that assignment rules may choose one.
    """

    number: int
    cells: list[str]
    values: dict[str, Any] | None
    owner: Owner
    recorded_on: datetime | None = None
    remark: str = ""
    problems: list[Problem] = field(default_factory=list)
    missing: list[Problem] = field(default_factory=list)
    filled: set[str] = field(default_factory=set)
    later: dict[str, Wish] = field(default_factory=dict)
    owned: bool = False
    ownerless: bool = False
    record_id: int = 0
    source_id: str = ""
    unchanged: bool = False
    exported_on: datetime | None = None
    lost: list[str] = field(default_factory=list)
    closed: tuple[int, int | None] | None = None
    was_closed: bool = False
    keys: set[int] | None = None
    #: The id of the record that was made of it, once it is.
    made: int = 0

    @property
    def rejected(self) -> bool:
        """Whether the row becomes nothing, whatever else is known."""
        return any(p.severity == REJECTED for p in self.problems)

    def require_whole(self) -> None:
        """The row is to become a new record: what it lacks rejects it."""
        self.problems += self.missing
        if self.rejected:
            self.values = None
