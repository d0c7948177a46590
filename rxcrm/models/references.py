"""Campaigns and territories: looked up by everybody, kept by administrators (S 1.1, 1.2, 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from sqlalchemy import func, select

from rxcrm.models import configuration, records
from rxcrm.models.access import visible
from rxcrm.models.administration import require_administrator
from rxcrm.models.choices import RecordStatus
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import defaults_of, fields_of, show
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.reference import Reference
from rxcrm.models.searching import fold, sort_key
from rxcrm.models.tables import RECORDS, REFERENCES
from rxcrm.translation import N_, gettext

R = TypeVar("R", bound=Reference)

FASTER = N_("Somebody else changed “%(name)s” meanwhile. Close this form and open it again.")


# -- looking up ------------------------------------------------------------------------------------------------------


def find(act: Act, entity: str, term: str, limit: int) -> list[tuple[int, str, str]]:
    """Id, name and detail of the active ones whose name contains a term, by name; those that begin with it come first."""
    table = REFERENCES[entity]
    row, wanted = cast(Any, table), fold(term)
    named = select(table).where(visible(act.who, table), row.deleted_on.is_(None), row.status == RecordStatus.ACTIVE)
    if wanted:
        named = named.where(row.name_key.contains(wanted, autoescape=True))
        named = named.order_by(row.name_key.startswith(wanted, autoescape=True).desc())
    rows = act.session.scalars(named.order_by(row.name_key, row.id).limit(limit))
    return [(one.id or 0, one.name, detail_of(act, one)) for one in rows]


def detail_of(act: Act, row: Reference) -> str:
    """The line under a name where it is looked up."""
    texts = [shown(act, row, name) if name in fields_of(type(row)) else span(act, row, name) for name in row.detail]
    return " · ".join(text for text in texts if text) or row.description.partition("\n")[0][:80]


def shown(act: Act, row: Reference, name: str) -> str:
    """A field as the asker reads it."""
    return show(fields_of(type(row))[name], getattr(row, name), act.conventions_of(row))


def span(act: Act, row: Reference, which: str) -> str:
    """From when to when something was `planned`, or `actual`: one day, two, or one of them and an open end."""
    since, until = shown(act, row, f"{which}_start"), shown(act, row, f"{which}_end")
    if since == until:
        return since
    return f"{since or '…'} – {until or '…'}"


# -- keeping ---------------------------------------------------------------------------------------------------------


def listed(act: Act, table: type[R]) -> list[R]:
    """Every row, those in use first, then by name; for administrators."""
    require_administrator(act)
    row = cast(Any, table)
    return list(act.session.scalars(select(table).where(row.deleted_on.is_(None)).order_by(row.status, row.name_key)))


def one(act: Act, table: type[R], row_id: int) -> R:
    """One row, for an administrator. Raises NotAllowed or NotFound."""
    require_administrator(act)
    found = act.session.get(table, row_id) if 0 < row_id < LARGEST_ID else None
    if found is None or found.deleted_on is not None:
        raise NotFound
    return found


def add(act: Act, table: type[R], typed: Mapping[str, str]) -> R:
    """A new row, which belongs to who makes it. Raises Invalid with every problem."""
    require_administrator(act)
    configuration.lock(act)  # of two of one name that are made at once the second is refused
    row = table(created_on=act.now, modified_on=act.now, created_by_id=act.who.id, modified_by_id=act.who.id)
    records.own(row, act.session.get_one(User, act.who.id))
    for name, value in defaults_of(table).items():
        setattr(row, name, value)
    if "currency" in fields_of(table):
        setattr(row, "currency", act.organisation.currency)  # noqa: B010  (not every one has an amount)
    _write(act, row, typed, complete=True)
    act.session.add(row)
    records.touch(act, row)
    return row


def change(act: Act, row: Reference, version: int, typed: Mapping[str, str]) -> None:
    """Change what was typed, for who saw it in this version. Raises Invalid, and Stale if somebody else was faster."""
    _locked(act, row, version)
    _write(act, row, typed, complete=False)
    records.touch(act, row)


def set_active(act: Act, row: Reference, *, active: bool) -> None:
    """Offer a row in look-ups, or no more; where it is used it stays."""
    _locked(act, row, None)
    row.status = int(RecordStatus.ACTIVE if active else RecordStatus.INACTIVE)
    records.touch(act, row)


def delete(act: Act, row: Reference) -> str:
    """Remove a row that nothing refers to and return its name. Raises NotAllowed with what does."""
    _locked(act, row, None)
    if refusal := why_it_stays(act, row):
        raise refusal
    act.session.delete(row)
    act.session.flush()
    act.changed(row.entity, row.id)
    return row.name


def why_it_stays(act: Act, row: Reference) -> NotAllowed | None:
    """Why a row cannot be deleted, or None. Records in the recycle bin count too."""
    counted = uses(act, row)
    if not counted:
        return None
    locale = act.who.conventions.locale
    where = ", ".join(
        gettext(locale, N_("%(table)s: %(n)s"), table=gettext(locale, label), n=n) for label, n in counted.items()
    )
    return NotAllowed(N_("%(name)s is in use (%(where)s). It can only be deactivated."), name=row.name, where=where)


def uses(act: Act, row: Reference) -> dict[str, int]:
    """The label of each table whose records refer to a row, with how many do."""
    found: dict[str, int] = {}
    for table in RECORDS.values():
        for spec in fields_of(table).values():
            if spec.target == row.entity:
                column = getattr(table, spec.name)
                counted = act.session.scalar(select(func.count()).select_from(table).where(column == row.id)) or 0
                if counted:
                    found[table.title_many] = found.get(table.title_many, 0) + counted
    if row.entity == "territory":
        people = cast(Any, User)
        if working := act.session.scalar(select(func.count()).where(people.territory_id == row.id)):
            found[N_("Users")] = working
    return found


def _locked(act: Act, row: Reference, version: int | None) -> None:
    """Let nobody else change a row. Raises Stale for a version that has passed."""
    require_administrator(act)
    configuration.lock(act)
    act.session.refresh(row)
    if version is not None and row.version != version:
        raise Stale(FASTER, name=row.name)


def _write(act: Act, row: Reference, typed: Mapping[str, str], *, complete: bool) -> None:
    specs = fields_of(type(row))
    problems: dict[str, CrmError] = {}
    values: dict[str, Any] = {}
    try:
        values = records.check(act, row, {n: t for n, t in typed.items() if n in specs}, complete=complete)
    except Invalid as refusal:
        problems |= refusal.problems
    for name in typed:
        if name not in specs:
            problems[name] = records.no_field(row.entity, name)
    if "name" in values and "name" not in problems and _taken(act, row, values["name"]):
        problems["name"] = BadValue(N_("“%(name)s” exists already."), name=values["name"])
    held = {name: values.get(name, getattr(row, name)) for name in specs}
    for since, until in (("planned_start", "planned_end"), ("actual_start", "actual_end")):
        if held.get(since) and held.get(until) and held[until] < held[since] and until not in problems:
            problems[until] = BadValue(N_("%(label)s lies before the start."), label=specs[until].label)
    if problems:
        raise Invalid(problems)
    for name, value in values.items():
        setattr(row, name, value)


def _taken(act: Act, row: Reference, name: str) -> bool:
    """Whether another row has this name: imports find by it, whatever its case and accents."""
    table = cast(Any, type(row))
    same = (table.name_key == sort_key(name), table.id != (row.id or 0), table.deleted_on.is_(None))
    with act.session.no_autoflush:
        return act.session.scalar(select(table.id).where(*same).limit(1)) is not None
