"""Taking sample data out: exactly what was added, and by default not what somebody has used since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col

from rxcrm.models import records
from rxcrm.models.activity import Activity, Party
from rxcrm.models.assignment.tables import Availability
from rxcrm.models.base import Record
from rxcrm.models.history import History
from rxcrm.models.login import LoginSession, OneTimeCode
from rxcrm.models.notification import Follow, Notification, Visit
from rxcrm.models.people import BusinessUnit, TeamMember, User, UserRole
from rxcrm.models.records import Act
from rxcrm.models.sampling.noting import AT_ONCE, ids_in
from rxcrm.models.sampling.tables import UNIT, USER, SampleRecord
from rxcrm.models.tables import RECORDS, REFERENCES
from rxcrm.translation import N_, gettext

Key = tuple[str, int]

#: The tables in the order in which their records go: first what points to others.
ORDER = ("activity", "opportunity", "lead", "contact", "account")
CHANGED = N_("changed by %(who)s")
ADDED = N_("used by %(who)s: something was added to it")
NEEDED = N_("belongs to %(name)s")


@dataclass
class Kept:
    """A sample record that somebody has used since: by its name, and in words what he did, or what it belongs to."""

    entity: str
    id: int
    name: str
    path: str
    why: str
    at: str = ""


@dataclass(frozen=True)
class _Use:
    """What somebody did with a record: the sentence, when, by whom; or the other record that needs it."""

    why: str
    at: datetime | None = None
    by: int | None = None
    other: Key | None = None


def used(session: Session) -> dict[Key, _Use]:
    """The sample records that somebody has changed, or added something to, and those that these need."""
    ids = {entity: found for entity, found in ids_in(session).items() if entity in RECORDS}
    ours = {(entity, record_id) for entity, found in ids.items() for record_id in found}
    uses: dict[Key, _Use] = {}
    for key, use in _touches(session, ids, ours):
        before = uses.get(key)
        if before is None or (before.at and use.at and before.at < use.at):
            uses[key] = use
    _add_needed(session, ids, ours, uses)
    return uses


def _touches(session: Session, ids: Mapping[str, list[int]], ours: set[Key]) -> Iterator[tuple[Key, _Use]]:
    """Whatever people did since, of all kinds. Of what lies in the recycle bin nothing is told: nobody wants it."""
    gone: set[Key] = set()
    for entity, some in _portions(ids):
        row, known = cast(Any, RECORDS[entity]), cast(Any, SampleRecord)
        now = select(row.id, row.version, known.version, row.deleted_on, row.modified_on, row.modified_by_id)
        joined = now.join(SampleRecord, (known.record_id == row.id) & (known.entity == entity))
        for record_id, version, before, deleted, at, by in session.execute(joined.where(row.id.in_(some))):
            if deleted is not None:
                gone.add((entity, record_id))
            elif version != before and before:
                yield (entity, record_id), _Use(CHANGED, at, by)
    for entity, some in _portions(ids):
        entry, known = cast(Any, History), cast(Any, SampleRecord)
        later = (known.record_id == entry.record_id) & (known.entity == entry.entity) & (entry.id > known.history)
        told = select(entry.record_id, entry.at, entry.by_id).join(SampleRecord, later)
        wanted = (entry.entity == entity, entry.record_id.in_(some), entry.by_id.is_not(None), known.history > 0)
        for record_id, at, by in session.execute(told.where(*wanted).order_by(entry.id)):
            if (entity, record_id) not in gone:
                yield (entity, record_id), _Use(CHANGED, at, by)
    for entity, some in _portions(ids):
        for other, record_id, activity, at, by in _pointing(session, entity, some):
            if (other, activity) not in ours and (entity, record_id) not in gone:
                yield (entity, record_id), _Use(ADDED, at, by)


def _pointing(session: Session, entity: str, ids: list[int]) -> Iterator[tuple[str, int, int, datetime, int | None]]:
    """What points to some records of a table: table, the record that is pointed to, who points, when and by whom."""
    took_part = (
        select(col(Party.record_id), col(Activity.id), col(Activity.modified_on), col(Activity.modified_by_id))
        .join(Activity, col(Activity.id) == col(Party.activity_id))
        .where(col(Party.entity) == entity, col(Party.record_id).in_(ids), col(Activity.deleted_on).is_(None))
    )
    for found in session.execute(took_part):
        yield ("activity", *found)
    for table in RECORDS.values():
        columns = cast(Any, table)
        for spec in records.lookups_of(table):
            if spec.target == entity:
                to = getattr(columns, spec.name)
                pointing = select(to, columns.id, columns.modified_on, columns.modified_by_id)
                for found in session.execute(pointing.where(to.in_(ids), columns.deleted_on.is_(None))):
                    yield (table.entity, *found)


def _add_needed(session: Session, ids: Mapping[str, list[int]], ours: set[Key], uses: dict[Key, _Use]) -> None:
    """What stays, stays whole: the sample records that it points to, and the activities on its timeline."""
    new = dict(uses)
    while new:
        found: dict[Key, _Use] = {}
        of_table: dict[str, list[int]] = {}
        for entity, record_id in new:
            of_table.setdefault(entity, []).append(record_id)
        for entity, some in _portions(of_table):
            for one, other in _needs(session, entity, some):
                if other in ours and other not in uses:
                    found[other] = _Use(NEEDED, other=one)
        uses |= found
        new = found


def _needs(session: Session, entity: str, ids: list[int]) -> Iterator[tuple[Key, Key]]:
    """Some records of a table, each with another that it cannot do without."""
    table = cast(Any, RECORDS[entity])
    for spec in records.lookups_of(RECORDS[entity]):
        to = getattr(table, spec.name)
        for one, other in session.execute(select(table.id, to).where(table.id.in_(ids), to.is_not(None))):
            yield (entity, one), (spec.target, other)
    regards = (col(Activity.regarding_entity) == entity, col(Activity.regarding_id).in_(ids))
    for activity, one in session.execute(select(col(Activity.id), col(Activity.regarding_id)).where(*regards)):
        yield (entity, one), ("activity", activity)
    if entity == "activity":
        of = (col(Activity.id).in_(ids), col(Activity.regarding_id).is_not(None))
        told = select(col(Activity.id), col(Activity.regarding_entity), col(Activity.regarding_id)).where(*of)
        for one, other, other_id in session.execute(told):
            yield (entity, one), (other, other_id)


def _portions(ids: Mapping[str, list[int]]) -> Iterator[tuple[str, list[int]]]:
    for entity, found in ids.items():
        for at in range(0, len(found), AT_ONCE):
            yield entity, found[at : at + AT_ONCE]


def kept(act: Act) -> list[Kept]:
    """The sample records that stay unless somebody says otherwise, in words; an administrator sees all of them."""
    uses = used(act.session)
    names: dict[Key, str] = {}
    for entity, some in _portions(_by_table(uses)):
        table = cast(Any, RECORDS[entity])
        for row in act.session.scalars(select(table).where(table.id.in_(some))):
            names[entity, row.id] = row.display_name
    by = {use.by for use in uses.values() if use.by}
    named = select(col(User.id), col(User.name)).where(col(User.id).in_(by))
    people = {row[0]: row[1] for row in act.session.execute(named)}
    locale = act.who.conventions.locale
    found = []
    for (entity, record_id), use in uses.items():
        said = {"who": people.get(use.by, ""), "name": names.get(use.other, "") if use.other else ""}
        found.append(
            Kept(
                entity,
                record_id,
                names.get((entity, record_id), ""),
                f"{RECORDS[entity].path}/{record_id}",
                gettext(locale, use.why, **said),
                use.at.isoformat() if use.at else "",
            )
        )
    return sorted(found, key=lambda one: (one.at == "", ORDER[::-1].index(one.entity), one.name))


def _by_table(keys: Iterable[Key]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for entity, record_id in keys:
        found.setdefault(entity, []).append(record_id)
    return found


def to_go(session: Session, everything: bool) -> dict[str, list[int]]:
    """What leaves: with `everything` also what somebody has used."""
    stays = set() if everything else set(used(session))
    return {
        entity: left
        for entity, found in ids_in(session).items()
        if (left := [record_id for record_id in found if (entity, record_id) not in stays])
    }


def take_out(session: Session, entity: str, ids: list[int], everything: bool) -> list[int]:
    """Delete some sample records for good; returns those that went. One that was changed this very moment stays."""
    table = cast(Any, RECORDS[entity])
    known = cast(Any, SampleRecord)
    fresh = select(table.id).join(SampleRecord, (known.record_id == table.id) & (known.entity == entity))
    same = () if everything else ((table.version == known.version) | table.deleted_on.is_not(None),)
    going = list(session.scalars(fresh.where(table.id.in_(ids), *same).with_for_update(of=RECORDS[entity])))
    if going:
        records.remove(session, cast(type[Record], table), entity, going)
    forget(session, entity, ids)
    return going


def forget(session: Session, entity: str, ids: list[int]) -> None:
    """These are no sample data any more."""
    which = (col(SampleRecord.entity) == entity, col(SampleRecord.record_id).in_(ids))
    session.execute(delete(SampleRecord).where(*which))


def take_out_references(session: Session, ids: Mapping[str, list[int]]) -> None:
    """Delete the campaigns and territories of the story, but for those that something or somebody still refers to."""
    strangers = col(User.id).not_in(ids.get(USER, []))
    for entity, table in REFERENCES.items():
        row, found = cast(Any, table), ids.get(entity, [])
        held = {i for kept in RECORDS.values() for i in _referred(session, kept, entity, found)}
        if entity == "territory":
            working = select(col(User.territory_id)).where(col(User.territory_id).in_(found), strangers)
            held |= set(session.scalars(working))
        going = [i for i in found if i not in held]
        if entity == "territory":
            session.execute(update(User).where(col(User.territory_id).in_(going)).values(territory_id=None))
        session.execute(delete(table).where(row.id.in_(going)))
        forget(session, entity, found)


def _referred(session: Session, table: type[Record], entity: str, ids: list[int]) -> Iterator[int]:
    """Which of these campaigns or territories records of a table name, those in the recycle bin too."""
    for spec in records.lookups_of(table):
        if spec.target == entity:
            column = getattr(table, spec.name)
            yield from session.scalars(select(column).where(column.in_(ids)).distinct())


#: What belongs to a user alone and goes with him.
_THEIRS: tuple[type[SQLModel], ...] = (
    *(UserRole, TeamMember, LoginSession, OneTimeCode),
    *(Notification, Follow, Visit, Availability),
)


def dismiss(session: Session, user_ids: list[int], unit_ids: list[int]) -> int:
    """Let the staff of the story go with their units; returns how many users went.

    Whoever has signed in stays; who is named somewhere still, as the owner of what was kept, is only disabled.
    """
    strangers = select(col(User.id)).where(col(User.id).in_(user_ids), col(User.signed_in_on).is_(None))
    going = list(session.scalars(strangers))
    session.execute(update(User).where(col(User.manager_id).in_(going)).values(manager_id=None))
    gone = 0
    for user_id in going:
        try:
            with session.begin_nested():
                for table in _THEIRS:
                    session.execute(delete(table).where(cast(Any, table).user_id == user_id))
                session.execute(delete(User).where(col(User.id) == user_id))
            gone += 1
        except IntegrityError:
            session.execute(update(User).where(col(User.id) == user_id).values(disabled=True))
    for unit_id in unit_ids:
        try:
            with session.begin_nested():
                session.execute(delete(BusinessUnit).where(col(BusinessUnit.id) == unit_id))
        except IntegrityError:
            continue  # somebody works there, or what was kept lies there
    forget(session, USER, user_ids)
    forget(session, UNIT, unit_ids)
    return gone
