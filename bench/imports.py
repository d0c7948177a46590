"""Importing files of 10,000 and 100,000 rows, duplicate check included; the floor reads, parses and writes the same rows.

The floor is a reader (csv, calamine), the app's own field parsers on every cell, the model's own keys, and one
executemany per table that an import fills, in one transaction. The app reads the file in a process of its own, stages
it, judges every row, looks for duplicates, and keeps its books.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook

from bench import filling, people
from bench.desk import Desk
from bench.timing import Figure, Floor
from rxcrm.models import db, lists
from rxcrm.models.choices import LeadSource, Rating
from rxcrm.models.fields import Kind, fields_of, parse
from rxcrm.models.history import Event, History
from rxcrm.models.importing import running, runs, wizard, work
from rxcrm.models.lead import Lead
from rxcrm.models.process import ProcessInstance, StageLog
from rxcrm.models.stages import LEAD_TO_OPPORTUNITY

ROWS, RUNS = 10_000, 3
#: Rows of the larger file of `--imports`; openings of a list while nothing else happens, and seconds between two.
MANY, OPENINGS, PAUSE = 100_000, 400, 0.02
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
        return [_measure(desk, kind, Path(folder), ROWS, RUNS) for kind in _WRITERS]


def _measure(desk: Desk, kind: str, folder: Path, rows: int, times: int) -> Figure:
    """Each run brings other people, so that nobody comes in twice."""
    app, floor = [], []
    for run in range(times):
        path = _WRITERS[kind](folder / f"leads-{run}.{kind.lower()}", _table(rows, run * 2))
        other = _WRITERS[kind](folder / f"bare-{run}.{kind.lower()}", _table(rows, run * 2 + 1))
        app.append(_timed(lambda: _import(desk, path, rows)))  # noqa: B023
        floor.append(_timed(lambda: _import_bare(desk, _READERS[kind](other), rows)))  # noqa: B023
    beneath = Floor(f"{kind} reader, parse(), refresh_keys(), then " + "; ".join(_inserts(desk)), "none", rows)
    step = f"import {rows:,} rows, {kind}"
    return Figure(step, desk.database, desk.leads, statistics.median(app), statistics.median(floor), beneath, 3.0)


def _timed(work: Callable[[], None]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def _begun(desk: Desk, path: Path) -> tuple[int, runs.Inspection]:
    run = desk.write(desk.busy, lambda act: wizard.register(act, path, path.name, "lead").id) or 0
    return run, runs.inspect(desk.busy, run)


def _import(desk: Desk, path: Path, rows: int) -> None:
    """From the file to the books: read and staged by a child process, then judged and written."""
    run, seen = _begun(desk, path)
    books = runs.carry_out(run, desk.busy, replace(seen.plan, duplicates="create"))
    assert (books.created, books.rejected, books.balance) == (rows, 0, True), books


# -- many rows, and who waits for them -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weight:
    """What an import in a process of its own weighs: its memory at the peak (MB), and what opening a list costs beside it.

    `idle` and `beside` are the 95th percentiles of opening the first page, in milliseconds.
    """

    database: str
    rows: int
    megabytes: float
    idle: float
    beside: float


def run(desk: Desk) -> tuple[list[Figure], list[Weight]]:
    """Time at both sizes, then memory at both and the openings beside the larger one."""
    found, weights = [], []
    with tempfile.TemporaryDirectory() as folder:
        for rows, times in ((ROWS, RUNS), (MANY, 1)):
            for kind in _WRITERS:
                found.append(_measure(desk, kind, Path(folder), rows, times))
                print(f"  {found[-1].step}: {found[-1].app / 1000:.1f} s, {found[-1].ratio:.1f} floors", flush=True)
        for rows, part in ((ROWS, RUNS * 2), (MANY, 2)):
            weights.append(_weigh(desk, _csv(Path(folder) / "again.csv", _table(rows, part)), rows))
    return found, weights


def _weigh(desk: Desk, path: Path, rows: int) -> Weight:
    idle = _openings(desk, lambda: True, OPENINGS)
    run, seen = _begun(desk, path)
    plan = replace(seen.plan, duplicates="create")
    desk.write(desk.busy, lambda act: wizard.choose(act, run, plan))
    running.begin_here(run)
    child = subprocess.Popen(
        [sys.executable, "-m", "rxcrm.models.importing.work", str(run), work.RUN],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "RXCRM_DATABASE_URL": db.engine().url.render_as_string(hide_password=False)},
    )
    peak = 0

    def goes_on() -> bool:
        nonlocal peak
        peak = max(peak, _memory(child.pid))
        return child.poll() is None

    beside = _openings(desk, goes_on)
    return Weight(desk.database, rows, peak / 1024, idle, beside)


def _memory(pid: int) -> int:
    """The memory of a process in kB, without the pages of the database that it shares with the system's cache; 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")), 0)


def _openings(desk: Desk, goes_on: Callable[[], bool], most: int = 10**9) -> float:
    """The 95th percentile of opening the first page of a list every now and then, in milliseconds."""
    took: list[float] = []
    while len(took) < most and goes_on():
        took.append(_timed(lambda: _open(desk)))
        sleep(PAUSE)
    return statistics.quantiles(took, n=20)[-1]


def _open(desk: Desk) -> None:
    desk.read(desk.busy, lambda act: lists.page(act, lists.Ask()))


def terminal(found: list[Figure], weights: list[Weight]) -> str:
    """Both tables for a terminal."""
    lines = [f"{'step':<32}{'database':<12}{'seconds':>9}{'rows/s':>9}{'floor s':>9}{'floors':>8}"]
    for f in found:
        rate = f.beneath.rows / f.app * 1000
        lines.append(
            f"{f.step:<32}{f.database:<12}{f.app / 1000:>9.2f}{rate:>9,.0f}{f.floor / 1000:>9.2f}{f.ratio:>8.1f}"
        )
    lines += [
        "",
        f"{'rows':<12}{'database':<12}{'peak MB':>9}{'open a list, p95 ms: idle':>28}{'beside':>9}{'ratio':>7}",
    ]
    for w in weights:
        row = (
            f"{w.rows:<12,}{w.database:<12}{w.megabytes:>9.0f}{w.idle:>28.1f}{w.beside:>9.1f}{w.beside / w.idle:>7.1f}"
        )
        lines.append(row)
    return "\n".join(lines)


def markdown(found: list[Figure], weights: list[Weight]) -> str:
    """Both tables for docs/performance.md."""
    lines = ["| step | database | seconds | rows/s | floor | floors |", "|---|---|---:|---:|---:|---:|"]
    for f in found:
        rate = f.beneath.rows / f.app * 1000
        lines.append(
            f"| {f.step} | {f.database} | {f.app / 1000:.2f} | {rate:,.0f} | {f.floor / 1000:.2f} | {f.ratio:.1f} |"
        )
    lines += [
        "",
        "| rows | database | peak memory | opening a list, p95 idle | beside the import |",
        "|---:|---|---:|---:|---:|",
    ]
    for w in weights:
        times = f"{w.beside:.1f} ms ({w.beside / w.idle:.1f}×)"
        lines.append(f"| {w.rows:,} | {w.database} | {w.megabytes:.0f} MB | {w.idle:.1f} ms | {times} |")
    return "\n".join(lines)


# -- the floor -------------------------------------------------------------------------------------------------------


def _import_bare(desk: Desk, rows: Iterator[list[str]], count: int) -> None:
    drafts = [_draft(desk, cells) for cells in rows]
    assert len(drafts) == count
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
    bare.many(history, ({**entry, "record_id": first + i, "remark": f"leads · #{i}"} for i in range(count)))
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
    bare.many(stay, ({"instance_id": instance + i, "stage": stage, "entered_on": now} for i in range(count)))
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


def _table(rows: int, part: int) -> Iterator[list[str]]:
    """Headings and so many rows; every part has other people."""
    yield [spec.label for spec in _SPECS.values()]
    nobody = [people.Owner(0, "", 0)] * len(people.OWNERS)
    began = part * rows
    for draft in islice(people.leads(began + rows, nobody), began, began + rows):
        values = dict(draft.__dict__)
        values["rating"] = Rating(values["rating"]).label
        values["lead_source"] = LeadSource(values["lead_source"]).label if values["lead_source"] else ""
        yield [values[name] for name in COLUMNS]


def _csv(path: Path, table: Iterator[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    return path


def _xlsx(path: Path, table: Iterator[list[str]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Leads")
    for row in table:
        sheet.append(row)
    book.save(path)
    return path


def _read_csv(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from islice(csv.reader(file), 1, None)


def _read_xlsx(path: Path) -> Iterator[list[str]]:
    yield from CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]


_READERS: dict[str, Callable[[Path], Iterator[list[str]]]] = {"CSV": _read_csv, "XLSX": _read_xlsx}
_WRITERS: dict[str, Callable[[Path, Iterator[list[str]]], Path]] = {"CSV": _csv, "XLSX": _xlsx}
