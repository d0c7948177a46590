"""Merging two leads with twenty notes each, beside the same writes in bare SQL."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, text

from bench import people
from bench.desk import Desk
from bench.timing import Figure, Floor, compare
from rxcrm.models import records
from rxcrm.models.activity import NEVER, Activity
from rxcrm.models.choices import ActivityKind, ActivityStatus, PartyRole
from rxcrm.models.lead import Lead
from rxcrm.models.merging.doing import merge
from rxcrm.models.records import Act

#: Notes on each lead, and pairs of leads made at once: no lead is merged twice.
NOTES, PAIRS = 20, 60
LEAD = "SELECT * FROM lead WHERE id = :id AND deleted_on IS NULL"
#: Where everything was, for taking it back.
BEFORE = (
    "SELECT id FROM activity WHERE regarding_entity = 'lead' AND regarding_id = :loser",
    "SELECT id FROM party WHERE entity = 'lead' AND record_id = :loser",
)
MOVED = (
    "UPDATE activity SET regarding_id = :master, version = version + 1"
    " WHERE regarding_entity = 'lead' AND regarding_id = :loser",
    "UPDATE party SET record_id = :master WHERE entity = 'lead' AND record_id = :loser",
)
KEPT = (
    "UPDATE lead SET city = :city, search_text = :text, modified_on = :now, modified_by_id = :who, version = version + 1"
    " WHERE id = :master AND version = 1"
)
CLOSED = (
    "UPDATE lead SET status = 2, status_reason = 7, merged = true, master_id = :master, closed_on = :now,"
    " modified_on = :now, modified_by_id = :who, version = version + 1 WHERE id = :loser AND version = 1"
)
#: What may belong to a lead beside its notes, and has to be asked for.
ASKED = (
    "SELECT * FROM connection WHERE entity = 'lead' AND record_id IN (:master, :loser)",
    "SELECT * FROM follow WHERE entity = 'lead' AND record_id IN (:master, :loser)",
    "SELECT * FROM share WHERE entity = 'lead' AND record_id IN (:master, :loser)",
    "SELECT * FROM competitor_link WHERE entity = 'lead' AND record_id IN (:master, :loser)",
    "SELECT id FROM notification WHERE entity = 'lead' AND record_id = :loser",
    "SELECT id FROM process_instance WHERE lead_id = :master",
    "SELECT id FROM account WHERE originating_lead_id = :loser",
    "SELECT id FROM contact WHERE originating_lead_id = :loser",
    "SELECT id FROM opportunity WHERE originating_lead_id = :loser",
)
HISTORY = (
    "INSERT INTO history (entity, record_id, version, event, by_id, at, changes, remark)"
    " VALUES ('lead', :id, 2, :event, :who, :now, :changes, '')"
)
OPERATION = (
    "INSERT INTO operation (kind, entity, record_id, by_id, at, journal, details)"
    " VALUES (:kind, 'lead', :id, :who, :now, :journal, '{}')"
)


def figures(desk: Desk) -> list[Figure]:
    """The one step, on leads of their own."""
    apart = _pairs(desk)

    def app() -> None:
        master, loser = next(apart)
        desk.write(desk.busy, lambda act: merge(act, "lead", master, {master: 1, loser: 1}, {}))

    def bare() -> None:
        _merge_bare(desk, *next(apart))

    app_time, floor = compare(app, bare)
    index = ", ".join(desk.bare.index(sql, master=1, loser=2) for sql in MOVED)
    sql = "; ".join(["BEGIN", LEAD, *ASKED, KEPT, CLOSED, *BEFORE, *MOVED, HISTORY, OPERATION, "COMMIT"])
    step = f"merge two leads of {NOTES} notes each"
    return [Figure(step, desk.database, desk.leads, app_time, floor, Floor(sql, index, 2 * NOTES + 6), aim=12.0)]


def _pairs(desk: Desk) -> Iterator[tuple[int, int]]:
    """Pairs of leads that nobody has touched: the ids of both. The run that makes new ones is no median."""
    while True:
        yield from desk.write(desk.busy, _make)


def _make(act: Act) -> list[tuple[int, int]]:
    typed = ({"topic": "Forklifts", "last_name": "Lee"}, {"topic": "Forklifts", "last_name": "Lee", "city": "Oslo"})
    leads = [records.create(act, Lead, one) for _, one in itertools.product(range(PAIRS), typed)]
    note = Activity(
        kind=int(ActivityKind.NOTE),
        status=int(ActivityStatus.NONE),
        due_key=NEVER,
        subject="Call",
        body="<p>They <strong>need</strong> two forklifts by spring and ask for an offer.</p>",
        regarding_entity="lead",
        owner_user_id=act.who.id,
        unit_id=act.who.unit_id,
        created_by_id=act.who.id,
        modified_by_id=act.who.id,
        created_on=act.now,
        modified_on=act.now,
    )
    note.refresh_keys()
    values: dict[str, Any] = note.model_dump(exclude={"id"})
    act.session.execute(insert(Activity), [{**values, "regarding_id": lead.id} for lead in leads for _ in range(NOTES)])
    first = min(lead.id or 0 for lead in leads)
    party = (
        "INSERT INTO party (activity_id, role, entity, record_id, name, address, at, bucket)"
        f" SELECT id, {int(PartyRole.REGARDING)}, 'lead', regarding_id, '', '', modified_on, 0 FROM activity"
        " WHERE regarding_entity = 'lead' AND regarding_id >= :first"
    )
    act.session.execute(text(party), {"first": first})
    ids = [lead.id or 0 for lead in leads]
    return list(zip(ids[::2], ids[1::2], strict=True))


def _merge_bare(desk: Desk, master: int, loser: int) -> None:
    bare = desk.bare
    now = people.NOW.replace(tzinfo=None).isoformat(" ") if bare.kind == "sqlite" else people.NOW
    known = {"master": master, "loser": loser}
    stamp = {"who": desk.busy.id, "now": now}
    bare.run("BEGIN IMMEDIATE" if bare.kind == "sqlite" else "BEGIN")
    for lead in known.values():
        bare.all(LEAD, id=lead)
    for sql in ASKED:
        bare.all(sql, **known)
    assert bare.run(KEPT, city="Oslo", text="forklifts lee oslo", master=master, **stamp) == 1
    assert bare.run(CLOSED, **known, **stamp) == 1
    journal = [bare.all(sql, loser=loser) for sql in BEFORE]
    for sql in MOVED:
        assert bare.run(sql, **known) == NOTES
    for event, lead in zip(("merged", "merged_into"), known.values(), strict=True):
        bare.run(HISTORY, id=lead, event=event, changes=f'[["record", "lead:{lead}", "Lee", ""]]', **stamp)
    for kind, lead in zip(("merge", "merged_away"), known.values(), strict=True):
        bare.run(OPERATION, id=lead, kind=kind, journal=json.dumps(journal), **stamp)
    bare.run("COMMIT")
