"""The steps of a timeline: first and next page on leads with few, many and very many entries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from bench import people
from bench.desk import Desk
from bench.timing import Figure, Floor, compare
from rxcrm.models import records
from rxcrm.models.activity import NEVER, Activity, Party
from rxcrm.models.choices import ActivityKind, ActivityStatus, PartyRole
from rxcrm.models.history import History
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act
from rxcrm.models.timeline import reading

#: Entries on one lead: half of them notes, calls and tasks, half saves of fields.
LENGTHS = (10, 1_000, 10_000)
ACTIVITIES = (
    'SELECT activity.*, "user".name FROM party JOIN activity ON activity.id = party.activity_id'
    ' LEFT JOIN "user" ON "user".id = activity.created_by_id'
    " WHERE party.entity = 'lead' AND party.record_id = :id AND party.bucket = 0 AND activity.deleted_on IS NULL{beyond}"
    " ORDER BY party.at DESC, party.activity_id DESC LIMIT 21"
)
CHANGES = (
    'SELECT history.*, "user".name FROM history LEFT JOIN "user" ON "user".id = history.by_id'
    " WHERE history.entity = 'lead' AND history.record_id = :id{beyond}"
    " ORDER BY history.at DESC, history.id DESC LIMIT 21"
)
FILES = "SELECT * FROM attachment WHERE activity_id IN ({ids})"
PARTIES = "SELECT * FROM party WHERE activity_id IN ({ids}) ORDER BY id"
_BEYOND = (" AND (party.at, party.activity_id) < (:at, :last)", " AND (history.at, history.id) < (:at, :last)")


def figures(desk: Desk) -> list[Figure]:
    """First and next page for every length."""
    found = []
    for length in LENGTHS:
        lead = desk.write(desk.busy, lambda act, n=length: _lead(act, n))
        found += [_page(desk, lead, length, "first"), _page(desk, lead, length, "next")]
    return found


def _lead(act: Act, length: int) -> int:
    """A lead with so many entries, a minute apart."""
    row = records.create(act, Lead, {"topic": f"A story of {length} entries", "last_name": "Long"})
    act.session.flush()
    _tell_story(act.session, row, act.who.id, length)
    return row.id or 0


def _tell_story(session: Session, lead: Lead, who: int, length: int) -> None:
    moments = [people.NOW - timedelta(minutes=length - n) for n in range(length)]
    stamps: dict[str, Any] = {
        "owner_user_id": who,
        "unit_id": lead.unit_id,
        "created_by_id": who,
        "modified_by_id": who,
    }
    told = [moment for n, moment in enumerate(moments) if n % 2]
    kind = {"kind": int(ActivityKind.NOTE), "status": int(ActivityStatus.NONE), "due_key": NEVER}
    notes = [
        Activity(
            **stamps,
            **kind,
            created_on=moment,
            modified_on=moment,
            subject=f"Call {n}",
            body="<p>They <strong>need</strong> two forklifts by spring and ask for an offer.</p>" * 3,
            regarding_entity="lead",
            regarding_id=lead.id,
        )
        for n, moment in enumerate(told)
    ]
    for note in notes:
        note.refresh_keys()
    session.add_all(notes)
    session.flush()
    session.execute(
        insert(Party),
        [
            {
                "activity_id": note.id,
                "role": int(PartyRole.REGARDING),
                "entity": "lead",
                "record_id": lead.id,
                "name": "",
                "address": "",
                "at": note.modified_on,
                "bucket": 0,
            }
            for note in notes
        ],
    )
    session.execute(
        insert(History),
        [
            {
                "entity": "lead",
                "record_id": lead.id,
                "version": n,
                "event": "changed",
                "by_id": who,
                "at": moment,
                "changes": [["job_title", f"Job {n}", f"Job {n + 1}"], ["city", "Oslo", "Lodz"]],
                "remark": "",
            }
            for n, moment in enumerate(m for i, m in enumerate(moments) if not i % 2)
        ],
    )


def _page(desk: Desk, lead: int, length: int, which: str) -> Figure:
    first = desk.read(desk.busy, lambda act: reading.page(act, reading.Ask("lead", lead)))
    after = first.cursor if which == "next" else ""
    last = first.items[-1]
    bound = {"at": _stored(desk, last.at), "last": last.id} if after else {}
    texts = [
        sql.format(beyond=beyond if after else "") for sql, beyond in zip((ACTIVITIES, CHANGES), _BEYOND, strict=True)
    ]

    def bare() -> int:
        found = desk.bare.all(texts[0], id=lead, **bound)
        rows = len(found) + len(desk.bare.all(texts[1], id=lead, **bound))
        ids = ", ".join(str(row[0]) for row in found[:10]) or "0"
        return rows + len(desk.bare.all(FILES.format(ids=ids))) + len(desk.bare.all(PARTIES.format(ids=ids)))

    ask = reading.Ask("lead", lead, after=after)
    app, floor = compare(lambda: desk.read(desk.busy, lambda act: reading.page(act, ask)), bare)
    index = ", ".join(desk.bare.index(sql, id=lead, **bound) for sql in texts)
    step = f"timeline of {length:,}: {which} page"
    sql = "; ".join([*texts, FILES.format(ids="…"), PARTIES.format(ids="…")])
    return Figure(step, desk.database, desk.leads, app, floor, Floor(sql, index, bare()))


def _stored(desk: Desk, iso: str) -> Any:
    """A moment as the driver wants it."""
    moment = datetime.fromisoformat(iso)
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds") if desk.database == "sqlite" else moment
