"""Importing 10,000 rows from a CSV file and from a workbook; the floor reads, parses and writes the same rows.

The floor is a reader (csv, calamine), the app's own field parsers on every cell, the model's own keys, and one
executemany per table that an import fills, in one transaction.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook

from bench import filling, people
from bench.desk import Desk
from bench.timing import Figure, Floor
from rxcrm.models import db
from rxcrm.models.choices import LeadSource, Rating
from rxcrm.models.fields import Kind, fields_of, parse
from rxcrm.models.history import Event, History
from rxcrm.models.importing import runs
from rxcrm.models.lead import Lead
from rxcrm.models.process import ProcessInstance, StageLog
from rxcrm.models.stages import LEAD_TO_OPPORTUNITY

ROWS, RUNS = 10_000, 3
COLUMNS = (
    "topic",
    "first_name",
    "last_name",
    "job_title",
    "business_phone",
    "mobile_phone",
    "email",
    "company_name",
    "city",
    "country",
    "rating",
    "lead_source",
)
_SPECS = {name: fields_of(Lead)[name] for name in COLUMNS}
_CHOICES = {"rating": Rating, "lead_source": LeadSource}


def figures(desk: Desk) -> list[Figure]:
    """Both formats; every run adds its rows to the database, so these steps come last."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"CSV": _csv(Path(folder) / "leads.csv"), "XLSX": _xlsx(Path(folder) / "leads.xlsx")}
        return [_measure(desk, kind, path) for kind, path in files.items()]


def _measure(desk: Desk, kind: str, path: Path) -> Figure:
    app, floor = [], []
    for _ in range(RUNS):
        app.append(_timed(lambda: _import(desk, path)))
        floor.append(_timed(lambda: _import_bare(desk, _READERS[kind](path))))
    beneath = Floor(f"{kind} reader, parse(), refresh_keys(), then " + "; ".join(_inserts(desk)), "none", ROWS)
    return Figure(
        f"import {ROWS:,} rows, {kind}",
        desk.database,
        desk.leads,
        statistics.median(app),
        statistics.median(floor),
        beneath,
        3.0,
    )


def _timed(work: Callable[[], None]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def _import(desk: Desk, path: Path) -> None:
    """From the file to the books, as the import page does once the mapping is confirmed."""
    seen = runs.inspect(path, path.name, "lead", desk.busy.conventions)
    run = desk.write(desk.busy, lambda act: runs.register(act, path, path.name, "lead").id)
    books = runs.carry_out(run or 0, desk.busy, seen.mapping, seen.topic_pattern)
    assert (books.accepted, books.rejected) == (ROWS, 0), books


# -- the floor -------------------------------------------------------------------------------------------------------


def _import_bare(desk: Desk, rows: Iterator[list[str]]) -> None:
    drafts = [_draft(desk, cells) for cells in rows]
    assert len(drafts) == ROWS
    bare = desk.bare
    bare.run("BEGIN IMMEDIATE" if bare.kind == "sqlite" else "BEGIN")
    first = bare.all("SELECT coalesce(max(id), 0) FROM lead")[0][0] + 1
    instance = bare.all("SELECT coalesce(max(id), 0) FROM process_instance")[0][0] + 1
    now = drafts[0]["created_on"]
    stage = LEAD_TO_OPPORTUNITY.stages[0].key
    who = desk.busy.id
    lead, history, process, stay = _inserts(desk)
    bare.many(lead, ({**d, "id": first + i} for i, d in enumerate(drafts)))
    entry = {"entity": "lead", "version": 1, "event": Event.IMPORTED.value, "by_id": who, "at": now, "changes": "[]"}
    bare.many(history, ({**entry, "record_id": first + i, "remark": f"leads · #{i}"} for i in range(ROWS)))
    begun = {
        "process": LEAD_TO_OPPORTUNITY.key,
        "stage": stage,
        "stage_entered_on": now,
        "path": stage,
        "started_on": now,
    }
    bare.many(
        process,
        (
            {**begun, "id": instance + i, "lead_id": first + i, "name": f"{d['first_name']} {d['last_name']}"}
            for i, d in enumerate(drafts)
        ),
    )
    bare.many(stay, ({"instance_id": instance + i, "stage": stage, "entered_on": now} for i in range(ROWS)))
    if bare.kind == "postgresql":
        for table in ("lead", "process_instance"):
            bare.all(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    bare.run("COMMIT")


def _draft(desk: Desk, cells: list[str]) -> dict[str, Any]:
    values = {
        name: _labels(name).get(cell) if spec.kind is Kind.CHOICE else parse(spec, cell, desk.busy.conventions)
        for (name, spec), cell in zip(_SPECS.items(), cells, strict=True)
    }
    now: Any = people.NOW
    if desk.bare.kind == "sqlite":
        now = now.replace(tzinfo=None).isoformat(" ")
    who = desk.busy
    owned = {"owner_user_id": who.id, "owner_key": who.name.lower(), "unit_id": who.unit_id}
    stamps = {"created_by_id": who.id, "modified_by_id": who.id, "created_on": now, "modified_on": now}
    return people.Draft(**values, **owned, **stamps, id=0).__dict__


def _labels(name: str) -> dict[str, int]:
    return {option.label: int(option) for option in _CHOICES[name]}


def _inserts(desk: Desk) -> list[str]:
    """INSERTs for what differs from row to row; the columns' defaults stand in them as literals."""
    given = {
        Lead: [*COLUMNS, *_KEYS],
        History: ["entity", "record_id", "version", "event", "by_id", "at", "changes", "remark"],
        ProcessInstance: ["id", "process", "name", "lead_id", "stage", "stage_entered_on", "path", "started_on"],
        StageLog: ["instance_id", "stage", "entered_on"],
    }
    with db.engine().connect() as connection:
        return [
            _insert(table.__tablename__, names, dict(filling.defaults(connection, table)))
            for table, names in given.items()
        ]  # type: ignore[attr-defined]


def _insert(table: str, names: list[str], defaults: dict[str, str]) -> str:
    others = {name: value for name, value in defaults.items() if name not in names}
    values = [*(f":{name}" for name in names), *others.values()]
    return f"INSERT INTO {table} ({', '.join([*names, *others])}) VALUES ({', '.join(values)})"


_KEYS = (
    "id",
    "owner_user_id",
    "owner_key",
    "unit_id",
    "created_by_id",
    "modified_by_id",
    "created_on",
    "modified_on",
    "name_key",
    "topic_key",
    "company_key",
    "email_key",
    "rating_key",
    "source_key",
    "phone_digits",
    "search_text",
)


# -- files -----------------------------------------------------------------------------------------------------------


def _table() -> Iterator[list[str]]:
    yield [spec.label for spec in _SPECS.values()]
    nobody = [people.Owner(0, "", 0)] * len(people.OWNERS)
    for draft in islice(people.leads(ROWS, nobody), ROWS):
        values = dict(draft.__dict__)
        values["rating"] = Rating(values["rating"]).label
        values["lead_source"] = LeadSource(values["lead_source"]).label if values["lead_source"] else ""
        yield [values[name] for name in COLUMNS]


def _csv(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(_table())
    return path


def _xlsx(path: Path) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Leads")
    for row in _table():
        sheet.append(row)
    book.save(path)
    return path


def _read_csv(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from islice(csv.reader(file), 1, None)


def _read_xlsx(path: Path) -> Iterator[list[str]]:
    yield from CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]


_READERS: dict[str, Callable[[Path], Iterator[list[str]]]] = {"CSV": _read_csv, "XLSX": _read_xlsx}
