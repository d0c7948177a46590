"""Which status moves and reasons records have, as tables (S 1.1.3, 1.2-1.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from rxcrm.models import configuration
from rxcrm.models.choices import (
    Choice,
    LeadReason,
    LeadStatus,
    OpportunityReason,
    OpportunityStatus,
    Option,
    RecordReason,
    RecordStatus,
)
from rxcrm.models.errors import NotAllowed
from rxcrm.translation import N_

if TYPE_CHECKING:
    from rxcrm.models.base import Record

_SIMPLE: Mapping[Choice, Sequence[Choice]] = {
    RecordStatus.ACTIVE: (RecordReason.ACTIVE,),
    RecordStatus.INACTIVE: (RecordReason.INACTIVE,),
}
#: Table → status → its reasons as shipped, the default first. The first status is the one in which records can be edited.
REASONS: dict[str, Mapping[Choice, Sequence[Choice]]] = {
    "lead": {
        LeadStatus.OPEN: (LeadReason.NEW, LeadReason.CONTACTED),
        LeadStatus.QUALIFIED: (LeadReason.QUALIFIED,),
        LeadStatus.DISQUALIFIED: (
            LeadReason.LOST,
            LeadReason.CANNOT_CONTACT,
            LeadReason.NO_LONGER_INTERESTED,
            LeadReason.CANCELED,
        ),
    },
    "account": _SIMPLE,
    "contact": _SIMPLE,
    "opportunity": {
        OpportunityStatus.OPEN: (OpportunityReason.IN_PROGRESS, OpportunityReason.ON_HOLD),
        OpportunityStatus.WON: (OpportunityReason.WON,),
        OpportunityStatus.LOST: (OpportunityReason.CANCELED, OpportunityReason.OUT_SOLD),
    },
}
#: Why a record that is not in its first status cannot be edited, and what to do about it; with its status.
READ_ONLY = {
    "lead": N_("This lead is %(status)s and read-only until it is reactivated."),
    "account": N_("This account is %(status)s and read-only until it is activated."),
    "contact": N_("This contact is %(status)s and read-only until it is activated."),
    "opportunity": N_("This opportunity is %(status)s and read-only until it is reopened."),
}


@configuration.forgets
@cache
def reasons_of(entity: str) -> Mapping[Choice, Sequence[Option]]:
    """Status → the reasons that may be chosen for it, as administrators have shaped them, the default first (S 9.8)."""
    found: dict[Choice, Sequence[Option]] = {}
    for status, reasons in REASONS[entity].items():
        options = [option for option in _listed(entity, status) if option.active]
        default = chosen_default(entity, status) or int(reasons[0])
        found[status] = sorted(options, key=lambda option: option != default)
    return found


def every_reason(entity: str) -> Mapping[Choice, Sequence[Option]]:
    """Status → all of its reasons in the order of the menu, also those that are not offered any more."""
    return {status: _listed(entity, status) for status in REASONS[entity]}


def default_reason(entity: str, status: Choice) -> int:
    """The reason that a record gets when its status changes and nobody chooses one."""
    return int(reasons_of(entity)[status][0])


def _listed(entity: str, status: Choice) -> Sequence[Option]:
    known = REASONS[entity][status]
    made = configuration.current().part("lists").get(type(known[0]).__name__)
    if made is None:
        return [Option(int(reason), reason.label, status=int(status)) for reason in known]
    return [option for option in made if option.status == int(status)]


def chosen_default(entity: str, status: Choice) -> int | None:
    """The default reason of a status, where an administrator has chosen one."""
    kind = type(REASONS[entity][status][0]).__name__
    found: int | None = configuration.current().part("reasons").get(kind, {}).get(str(int(status)))
    return found


def fits(entity: str, status: int, reason: int | None) -> bool:
    """May a record of a table in this status carry this reason?"""
    return any(int(state) == status and reason in reasons for state, reasons in every_reason(entity).items())


def open_reasons(entity: str) -> Sequence[Option]:
    """The reasons that an editable record of a table can have, the default first."""
    return next(iter(reasons_of(entity).values()))


def status_of(row: Record) -> Choice | None:
    """The status of a record by name; None for one whose life is told elsewhere (activities)."""
    if row.entity not in REASONS:
        return None
    held: int = getattr(row, "status")  # noqa: B009  (not every record has one)
    return next(state for state in REASONS[row.entity] if int(state) == held)


def is_open(row: Record) -> bool:
    """Whether a record can be edited as far as its status goes: open leads and opportunities, active others."""
    status = status_of(row)
    return status is None or status == next(iter(REASONS[row.entity]))


def require_open(row: Record) -> None:
    """Raises NotAllowed for a record that its status makes read-only (S 2.4)."""
    if not is_open(row):
        status = status_of(row)
        raise NotAllowed(READ_ONLY[row.entity], status=status.label if status else "")


@dataclass
class Link:
    """Another record in the banner of a closed one: what it is called, and its address."""

    name: str
    path: str


@dataclass
class Closing:
    """How a record was closed, for the banner on its form (S 2.4 [OURS]): in the reader's language.

    `title` is a sentence ("Disqualified as Lost"), `at` ISO, `who` empty if nobody knows; `links` are the records that
    came of it, `undo` is the operation that can be taken back from here (0 for none).
    """

    title: str = ""
    who: str = ""
    at: str = ""
    comment: str = ""
    links: list[Link] = field(default_factory=list)
    undo: int = 0
