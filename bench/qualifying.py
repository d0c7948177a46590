"""Qualifying a lead into all three, two hundred of them, and winning an opportunity, beside the same rows in bare SQL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, select

from bench import people
from bench.desk import Desk
from bench.timing import Figure, Floor, compare
from rxcrm.models import closing, records
from rxcrm.models.account import Account
from rxcrm.models.choices import OpportunityStatus
from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from rxcrm.models.matching.upkeep import keys_for
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.qualifying import many
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from rxcrm.models.records import Act

#: Leads made at once; the run that makes new ones is no median.
STOCK = 60
#: Leads of one bulk.
BULK = 200
ALL = Choice(Part(Way.NEW), Part(Way.NEW), ({},))
LEAD = "SELECT * FROM lead WHERE id = :id AND deleted_on IS NULL"
PROCESS = "SELECT * FROM process_instance WHERE lead_id = :id"
STAKEHOLDERS = "SELECT * FROM connection WHERE entity = 'lead' AND record_id = :id"
QUALIFIED = (
    "UPDATE lead SET status = 1, status_reason = 3, existing_account_id = :account, existing_contact_id = :contact,"
    " closed_on = :now, modified_on = :now, modified_by_id = :who, version = version + 1"
    " WHERE id = :id AND version = 1"
)
PRIMARY = "UPDATE account SET primary_contact_id = :contact, version = version + 1 WHERE id = :account AND version = 1"
MOVED = "UPDATE process_instance SET opportunity_id = :deal, stage = 'develop', path = 'qualify,develop' WHERE id = :id"
LEFT = "UPDATE stage_log SET left_on = :now WHERE instance_id = :id AND left_on IS NULL"
ENTERED = "INSERT INTO stage_log (instance_id, stage, entered_on) VALUES (:id, 'develop', :now)"
HISTORY = (
    "INSERT INTO history (entity, record_id, version, event, by_id, at, changes, remark)"
    " VALUES (:entity, :id, 1, 'qualified', :who, :now, '[]', '')"
)
OPERATION = (
    "INSERT INTO operation (kind, entity, record_id, by_id, at, journal, details)"
    " VALUES ('qualify', 'lead', :id, :who, :now, '[]', '{}')"
)
CLOSED = (
    "UPDATE opportunity SET status = 1, status_reason = 3, actual_revenue = 1000, closed_on = :now, modified_on = :now,"
    " modified_by_id = :who, version = version + 1 WHERE id = :id AND status = 0"
)
DEAL = "SELECT * FROM opportunity WHERE id = :id AND deleted_on IS NULL"


def figures(desk: Desk) -> list[Figure]:
    """The three steps, each on records of its own."""
    return [_one(desk), _bulk(desk), _won(desk)]


def _one(desk: Desk) -> Figure:
    apart, pattern = _leads(desk), _Pattern(desk)
    app_time, floor = compare(
        lambda: desk.write(desk.busy, lambda act: qualify(act, next(apart), 1, ALL)),
        lambda: pattern.write(next(apart)),
    )
    return _figure(desk, "qualify one lead (all three)", app_time, floor, 20, 8.0)


def _bulk(desk: Desk) -> Figure:
    """A review of all, then one transaction for each, as the screen of many does it."""
    apart, pattern = _leads(desk), _Pattern(desk)

    def app() -> None:
        leads = list(itertools.islice(apart, BULK))
        found = desk.read(desk.busy, lambda act: many.review(act, leads))
        for one in found.proposals:
            chosen = many.Chosen(Part(Way.NEW), Part(Way.NEW), deal=True)
            desk.write(desk.busy, lambda act, one=one, chosen=chosen: many.one(act, one, chosen, ()))

    def bare() -> None:
        for lead in itertools.islice(apart, BULK):
            pattern.write(lead)

    app_time, floor = compare(app, bare, warm_ups=0, fewest=3, seconds=0)
    return _figure(desk, f"qualify {BULK} leads", app_time, floor, 20 * BULK, 8.0)


def _won(desk: Desk) -> Figure:
    apart = _deals(desk)

    def bare() -> None:
        deal, stamp = next(apart), _stamp(desk)
        desk.bare.run(_begin(desk))
        desk.bare.all(DEAL, id=deal)
        assert desk.bare.run(CLOSED, id=deal, **stamp) == 1
        desk.bare.run(HISTORY, entity="opportunity", id=deal, **stamp)
        desk.bare.run("COMMIT")

    def app() -> None:
        desk.write(desk.busy, lambda act: _win(act, next(apart)))

    app_time, floor = compare(app, bare)
    sql = "; ".join(["BEGIN", DEAL, CLOSED, HISTORY, "COMMIT"])
    index = desk.bare.index(DEAL, id=1)
    return Figure("close an opportunity as won", desk.database, desk.leads, app_time, floor, Floor(sql, index, 3), 8.0)


def _win(act: Act, deal: int) -> None:
    row = act.find(Opportunity, deal)
    closing.win(act, row, {**closing.draft(act, row, OpportunityStatus.WON).values, "actual_revenue": "1000"})


def _figure(desk: Desk, step: str, app: float, floor: float, rows: int, aim: float) -> Figure:
    inserts = "INSERT INTO account …; INSERT INTO contact …; INSERT INTO opportunity …; INSERT INTO match_key …"
    sql = "; ".join(
        [
            "BEGIN",
            LEAD,
            inserts,
            PRIMARY,
            QUALIFIED,
            PROCESS,
            STAKEHOLDERS,
            MOVED,
            LEFT,
            ENTERED,
            HISTORY,
            OPERATION,
            "COMMIT",
        ]
    )
    return Figure(step, desk.database, desk.leads, app, floor, Floor(sql, desk.bare.index(PROCESS, id=1), rows), aim)


def _leads(desk: Desk) -> Iterator[int]:
    """Open leads that nobody has touched."""
    numbers = itertools.count()
    while True:
        yield from desk.write(desk.busy, lambda act: [_lead(act, next(numbers)) for _ in range(STOCK)])


def _lead(act: Act, number: int) -> int:
    name = f"{act.now.microsecond}x{number}"
    typed = {
        "topic": "Forklifts",
        "first_name": f"Ann{name}",
        "last_name": f"Lee{name}",
        "company_name": f"Adatum {name}",
    }
    row = records.create(act, Lead, {**typed, "email": f"ann{name}@adatum{name}.example", "city": "Oslo"})
    return row.id or 0


def _deals(desk: Desk) -> Iterator[int]:
    while True:
        yield from desk.write(desk.busy, _some_deals)


def _some_deals(act: Act) -> list[int]:
    account = records.create(act, Account, {"name": "Adatum"})
    typed = {"topic": "Forklifts", "account_id": str(account.id)}
    return [records.create(act, Opportunity, typed).id or 0 for _ in range(STOCK)]


def _begin(desk: Desk) -> str:
    return "BEGIN IMMEDIATE" if desk.bare.kind == "sqlite" else "BEGIN"


def _stamp(desk: Desk) -> dict[str, Any]:
    now = people.NOW.replace(tzinfo=None).isoformat(" ") if desk.bare.kind == "sqlite" else people.NOW
    return {"who": desk.busy.id, "now": now}


class _Pattern:
    """The rows that a qualification writes, to be written again as they are."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        apart = _leads(desk)
        made = desk.write(desk.busy, lambda act: qualify(act, next(apart), 1, ALL).results)
        self.rows = {one.entity: self._row(one.entity, one.id) for one in made}
        ids = {one.entity: one.id for one in made}
        self.keys = desk.read(desk.busy, lambda act: _keys(act.session, ids))

    def _row(self, table: str, record_id: int) -> tuple[str, dict[str, Any]]:
        """The statement that inserts a row like this one, and its values."""
        bare = self.desk.bare
        bare.cursor.execute(f"SELECT * FROM {table} WHERE id = {record_id}")
        names = [column[0] for column in bare.cursor.description]
        values = dict(zip(names, bare.cursor.fetchone(), strict=True))
        del values["id"]
        # PostgreSQL's driver gives JSON as a dictionary and takes it as text.
        values["custom"] = "{}"
        listed = ", ".join(values)
        return f"INSERT INTO {table} ({listed}) VALUES ({', '.join(':' + _plain(n) for n in values)}) RETURNING id", {
            _plain(n): v for n, v in values.items()
        }

    def write(self, lead: int) -> None:
        """What qualifying that lead comes to."""
        bare, stamp = self.desk.bare, _stamp(self.desk)
        bare.run(_begin(self.desk))
        bare.all(LEAD, id=lead)
        ids = {}
        for entity, (sql, values) in self.rows.items():
            ids[entity] = bare.all(sql, **values)[0][0]
        for entity in ("account", "contact"):
            rows = [{"key": key + ids[entity], "id": ids[entity]} for key in self.keys[entity]]
            bare.many("INSERT INTO match_key (key, record_id) VALUES (:key, :id) ON CONFLICT DO NOTHING", rows)
        bare.run(PRIMARY, account=ids["account"], contact=ids["contact"])
        assert bare.run(QUALIFIED, id=lead, account=ids["account"], contact=ids["contact"], **stamp) == 1
        bare.all(STAKEHOLDERS, id=lead)
        (process, *_), *_ = bare.all(PROCESS, id=lead)
        bare.run(MOVED, id=process, deal=ids["opportunity"])
        bare.run(LEFT, id=process, now=stamp["now"])
        bare.run(ENTERED, id=process, now=stamp["now"])
        for entity, row in {**ids, "lead": lead}.items():
            bare.run(HISTORY, entity=entity, id=row, **stamp)
        bare.run(OPERATION, id=lead, **stamp)
        bare.run("COMMIT")


def _plain(name: str) -> str:
    """A column's name as a parameter of both drivers: letters and underscores."""
    return name.translate(str.maketrans("0123456789", "abcdefghij"))


def _keys(session: Session, ids: dict[str, int]) -> dict[str, list[int]]:
    tables: dict[str, Any] = {"account": Account, "contact": Contact}
    rows = {
        entity: session.exec(select(table).where(table.id == ids[entity])).one() for entity, table in tables.items()
    }
    return {entity: sorted(keys_for(entity, row.model_dump())) for entity, row in rows.items()}
