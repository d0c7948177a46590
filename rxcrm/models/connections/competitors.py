"""Competitors: who else wants to sell to the same lead (S R5.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import col

from rxcrm.models import lifecycle
from rxcrm.models.access import Privilege
from rxcrm.models.base import Record
from rxcrm.models.connection import Competitor, CompetitorLink
from rxcrm.models.errors import BadValue, CrmError, Duplicate, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import FieldSpec, Kind, Level, parse
from rxcrm.models.history import Event, record
from rxcrm.models.searching import fold, sort_key
from rxcrm.translation import N_

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: Tables whose records others want to win.
RIVALLED = ("lead", "opportunity")
_FIELDS = {
    "name": FieldSpec(N_("Name"), Kind.TEXT, length=100, level=Level.REQUIRED),
    "website": FieldSpec(N_("Website"), Kind.URL, length=200),
}


@dataclass
class CompetitorView:
    """A competitor as pages show it."""

    id: int
    name: str
    website: str


def of(act: Act, row: Record) -> list[CompetitorView]:
    """The competitors of a record found with READ, by name."""
    asked = (
        select(Competitor)
        .join(CompetitorLink, col(CompetitorLink.competitor_id) == col(Competitor.id))
        .where(col(CompetitorLink.entity) == row.entity, col(CompetitorLink.record_id) == row.id)
        .order_by(col(Competitor.name_key), col(Competitor.id))
    )
    return [_view(found) for found in act.session.scalars(asked)]


def search(act: Act, term: str, limit: int = 8) -> list[CompetitorView]:
    """Known competitors whose name holds a term, by name; the newest for no term. For those who may read leads."""
    if not act.who.holds(Privilege.READ, "lead"):
        raise NotAllowed(N_("Your role may not read these records."))
    asked = select(Competitor).limit(limit)
    if wanted := fold(term[:200]):
        asked = asked.where(col(Competitor.name_key).contains(wanted, autoescape=True)).order_by(
            col(Competitor.name_key), col(Competitor.id)
        )
    else:
        asked = asked.order_by(col(Competitor.id).desc())
    return [_view(found) for found in act.session.scalars(asked)]


def add(act: Act, row: Record, competitor_id: int) -> Competitor:
    """Put a known competitor on a lead found with APPEND. Raises NotAllowed, NotFound or Duplicate."""
    _require(row)
    found = act.session.get(Competitor, competitor_id) if 0 < competitor_id < 2**63 else None
    if found is None:
        raise NotFound(N_("There is no such competitor."))
    _put(act, row, found)
    return found


def add_new(act: Act, row: Record, name: str, website: str = "") -> Competitor:
    """Make a competitor known and put it on a lead found with APPEND; one of that name is taken as it is.

    Raises Invalid with every bad value.
    """
    _require(row)
    values: dict[str, Any] = {}
    problems: dict[str, CrmError] = {}
    for key, text in (("name", name), ("website", website)):
        try:
            values[key] = parse(_FIELDS[key], text, act.who.conventions)
        except CrmError as problem:
            problems[key] = problem
    if values.get("name") == "":
        problems["name"] = BadValue(N_("%(label)s is required."), label=_FIELDS["name"].label)
    if problems:
        raise Invalid(problems)
    same = select(Competitor).where(col(Competitor.name_key) == sort_key(values["name"]))
    found = act.session.scalars(same).first()
    if found is None:
        found = Competitor(**values, name_key=sort_key(values["name"]), created_on=act.now, created_by_id=act.who.id)
        act.session.add(found)
        act.session.flush()
    found.website = found.website or values["website"]
    _put(act, row, found)
    return found


def remove(act: Act, row: Record, competitor_id: int) -> None:
    """Take a competitor off a lead found with APPEND; it stays known. One that is not there is no matter."""
    _require(row)
    link = act.session.get(CompetitorLink, (row.entity, row.id, competitor_id)) if competitor_id < 2**63 else None
    if link is None:
        return
    found = act.session.get_one(Competitor, competitor_id)
    act.session.delete(link)
    _tell(act, row, found, Event.COMPETITOR_REMOVED)


def _require(row: Record) -> None:
    if row.entity not in RIVALLED:
        raise NotFound
    lifecycle.require_open(row)


def _put(act: Act, row: Record, found: Competitor) -> None:
    if act.session.get(CompetitorLink, (row.entity, row.id, found.id)) is not None:
        raise Duplicate(N_("%(name)s is already a competitor here."), name=found.name)
    act.session.add(
        CompetitorLink(
            entity=row.entity,
            record_id=row.id or 0,
            competitor_id=found.id or 0,
            added_on=act.now,
            added_by_id=act.who.id,
        )
    )
    _tell(act, row, found, Event.COMPETITOR_ADDED)


def _tell(act: Act, row: Record, found: Competitor, event: Event) -> None:
    about = ["competitor", f"competitor:{found.id}", found.name, ""]
    record(act.session, row, event, by=act.who.id, now=act.now, changes=[about])
    act.session.flush()
    act.changed(row.entity, row.id or 0)


def _view(found: Competitor) -> CompetitorView:
    return CompetitorView(found.id or 0, found.name, found.website)
