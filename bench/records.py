"""The steps of a form: opening one lead with all that its page shows, and saving one field of it."""

from __future__ import annotations

import itertools

from bench import people
from bench.desk import Desk
from bench.timing import Figure, Floor, compare
from rxcrm.models import records
from rxcrm.models.access import Privilege
from rxcrm.models.lead import Lead
from rxcrm.models.searching import search_text, sort_key
from rxcrm.state.records import snapshot

OPEN = (
    'SELECT lead.*, "user".name FROM lead LEFT JOIN "user" ON "user".id = lead.owner_user_id'
    " WHERE lead.id = :id AND lead.deleted_on IS NULL",
    'SELECT history.*, "user".name FROM history LEFT JOIN "user" ON "user".id = history.by_id'
    " WHERE entity = 'lead' AND record_id = :id ORDER BY history.at DESC, history.id DESC LIMIT 50",
    "SELECT * FROM process_instance JOIN stage_log ON stage_log.instance_id = process_instance.id WHERE lead_id = :id",
)
UPDATE = (
    "UPDATE lead SET topic = :topic, topic_key = :key, search_text = :text, modified_on = :now, modified_by_id = :who,"
    " version = :version + 1 WHERE id = :id AND version = :version"
)
INSERT = (
    "INSERT INTO history (entity, record_id, version, event, by_id, at, changes, remark)"
    " VALUES ('lead', :id, :version, 'changed', :who, :now, :changes, '')"
)


def figures(desk: Desk) -> list[Figure]:
    """Both steps, on a lead from the middle of the table that is open and the busy owner's."""
    lead = desk.bare.all(
        "SELECT id FROM lead WHERE id >= :middle AND status = 0 AND owner_user_id = :owner ORDER BY id LIMIT 1",
        middle=desk.leads // 2,
        owner=desk.busy.id,
    )[0][0]
    return [_opening(desk, lead), _saving(desk, lead)]


def _opening(desk: Desk, lead: int) -> Figure:
    def bare() -> int:
        return sum(len(desk.bare.all(sql, id=lead)) for sql in OPEN)

    app, floor = compare(lambda: desk.read(desk.busy, lambda act: snapshot(act, "lead", lead)), bare)
    index = ", ".join(desk.bare.index(sql, id=lead) for sql in OPEN)
    return Figure("open one lead", desk.database, desk.leads, app, floor, Floor("; ".join(OPEN), index, bare()))


def _saving(desk: Desk, lead: int) -> Figure:
    topics = (f"Solar panels for hall {n}" for n in itertools.count())

    def app() -> None:
        version = _version(desk, lead)
        topic = next(topics)
        desk.write(
            desk.busy,
            lambda act: records.save(act, act.find(Lead, lead, Privilege.WRITE, version), {"topic": topic}),
        )

    def bare() -> None:
        _save_bare(desk, lead, _version(desk, lead), next(topics))

    app_time, floor = compare(app, bare)
    index = desk.bare.index("SELECT version FROM lead WHERE id = :id", id=lead)
    sql = f"BEGIN; SELECT lead.* …; {UPDATE}; {INSERT}; COMMIT"
    return Figure("save one field", desk.database, desk.leads, app_time, floor, Floor(sql, index, 2))


def _version(desk: Desk, lead: int) -> int:
    """The version that the form was opened with; asked for on both sides alike."""
    return int(desk.bare.all("SELECT version FROM lead WHERE id = :id", id=lead)[0][0])


def _save_bare(desk: Desk, lead: int, version: int, topic: str) -> None:
    bare = desk.bare
    bare.run("BEGIN IMMEDIATE" if bare.kind == "sqlite" else "BEGIN")
    bare.all(OPEN[0], id=lead)
    now = people.NOW.replace(tzinfo=None).isoformat(" ") if bare.kind == "sqlite" else people.NOW
    known = {"id": lead, "version": version, "who": desk.busy.id, "now": now}
    text = search_text([topic, "James Smith", "Smith", "Smith & Sons", "james.smith@smith.com", "Denver"], ["5550101"])
    touched = bare.run(UPDATE, topic=topic, key=sort_key(topic), text=text, **known)
    assert touched == 1
    bare.run(INSERT, changes=f'[["topic", "Solar", "{topic}"]]', **known)
    bare.run("COMMIT")
