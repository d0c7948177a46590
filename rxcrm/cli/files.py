"""`rxcrm import`: the engine of the import page, on the command line."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rxcrm.cli.acting import act_as, user_of
from rxcrm.cli.parsing import as_whom, command
from rxcrm.cli.sentences import print_table, refuse

if TYPE_CHECKING:
    from sqlmodel import Session

    from rxcrm.models.importing.runs import Books, Inspection
    from rxcrm.models.people import User
    from rxcrm.models.records import Act

#: Problems of an import that are printed; all of them are in the page of the import.
SHOWN = 20


def add_import_command(commands: Any) -> None:
    made = command(
        commands,
        "import",
        _import,
        "Import a .csv, .xlsx or .xml (XML Spreadsheet 2003) file.",
        "Columns are recognised by their headings. --map puts one onto a field, --map 'Heading=' leaves one out; the\n"
        "name of a field is its label (“Company Name”) or its column (company_name).\n\n"
        "examples:\n"
        "  rxcrm import leads.csv --dry-run\n"
        "  rxcrm import leads.csv --map 'Firma=company_name' --owner sara@example.com\n"
        "  rxcrm import leads.xlsx --json | tail -n 1\n\n"
        "Accepted (with warnings or without) + rejected + blank = rows of data. The last line of --json is one object\n"
        "with rows, accepted, warned, rejected, blank, status and the first problems. Rejected rows are no failure.",
    )
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--entity", choices=["lead", "account", "contact"], default="lead", help="default: lead")
    made.add_argument("--owner", metavar="EMAIL", help="who owns rows that name no owner (default: who imports)")
    made.add_argument("--sheet", default="", metavar="NAME", help="sheet of a workbook (default: the first)")
    made.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="may be given often")
    made.add_argument("--topic", default="", metavar="PATTERN", help="topic of leads whose file has none")
    made.add_argument("--rejected", type=Path, metavar="FILE", help="write the rejected rows with their reasons there")
    made.add_argument("--dry-run", action="store_true", help="check every row and write nothing")
    made.add_argument("--json", action="store_true", help="print the books as one JSON object, the last line")
    as_whom(made)


def _import(asked: argparse.Namespace) -> None:
    from rxcrm.models import db
    from rxcrm.models.importing import runs
    from rxcrm.models.records import Act

    if not asked.file.is_file():
        refuse(f"There is no file {asked.file}.")
    if asked.rejected and not asked.rejected.absolute().parent.is_dir():
        refuse(f"There is no folder {asked.rejected.parent} for the rejected rows.")
    with contextlib.redirect_stdout(sys.stderr) if asked.json else contextlib.nullcontext():
        who, owner = act_as(asked.by, lambda act: (act.who, _owner(act, asked.owner)))
        found = runs.inspect(asked.file, asked.file.name, asked.entity, who.conventions, asked.sheet)
        mapping = _mapping(found, asked)
        _print_mapping(found, mapping)
        run = db.transact(lambda s: runs.register(Act(s, who, db.now()), asked.file, asked.file.name, asked.entity))
        try:
            books = runs.carry_out(
                run.id or 0,
                who,
                mapping,
                asked.topic or found.topic_pattern,
                sheet=asked.sheet,
                owner=owner,
                progress=_progress(),
                dry_run=asked.dry_run,
            )
        finally:
            db.transact(_forget_unless_begun, run.id or 0)
        _print_books(books, asked)
        if asked.rejected and books.rejected and not asked.dry_run:
            _, content, _ = db.read(lambda s: runs.rejected_file(s, runs.find_run(Act(s, who, db.now()), run.id or 0)))
            asked.rejected.write_bytes(content)
            print(f"\nThe rejected rows are in {asked.rejected}; mend them there and import that file.")
    if asked.json:
        print(json.dumps(books.as_json(), ensure_ascii=False, default=str))


def _owner(act: Act, email: str | None) -> User | None:
    return user_of(act.session, email) if email else None


def _forget_unless_begun(session: Session, run_id: int) -> None:
    """A dry run and a run that was refused leave nothing."""
    from rxcrm.models.importing import files
    from rxcrm.models.importing.books import ImportRun, RunStatus

    run = session.get_one(ImportRun, run_id)
    if run.status == RunStatus.UPLOADED:
        files.discard(run)
        session.delete(run)


def _mapping(found: Inspection, asked: argparse.Namespace) -> dict[int, str]:
    """Column → field as recognised, with what --map changes."""
    from rxcrm.models.importing.mapping import normal

    chosen = found.mapping
    columns = {normal(heading): index for index, heading in reversed(list(enumerate(found.headings)))}
    fields = {normal(word): target.name for target in found.targets for word in (target.label, target.name)}
    for text in asked.map:
        heading, equals, field = text.rpartition("=")
        if not equals:
            refuse(f"“{text}” says no field. Write --map 'Heading=field', or 'Heading=' to leave the column out.")
        if (column := columns.get(normal(heading))) is None:
            refuse(f"The file has no column “{heading}”. It has: {', '.join(found.headings)}.")
        if field and normal(field) not in fields:
            known = ", ".join(target.name for target in found.targets)
            refuse(f"There is no field “{field}”. There are: {known}.")
        chosen.pop(column, None)
        if field:
            target = fields[normal(field)]
            chosen = {c: t for c, t in chosen.items() if t != target} | {column: target}
    return chosen


def _print_mapping(found: Inspection, mapping: dict[int, str]) -> None:
    labels = {target.name: target.label for target in found.targets}
    rows = []
    for p in found.proposals:
        target = mapping.get(p.index, "")
        because = p.reason() if target == p.target else "chosen with --map"
        rows.append([p.heading, labels.get(target, "–"), ", ".join(p.samples)[:50], because])
    print_table(["Column", "Field", "Samples", "Recognised by"], rows)
    print()


def _progress() -> Callable[[int, int], None]:
    """Prints how far an import is: always on one line in a terminal, every few seconds elsewhere."""
    live, last = sys.stdout.isatty(), time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        if not live and done < total and time.monotonic() - last < 5:
            return
        last = time.monotonic()
        start, end = "\r" if live else "", "" if live and done < total else "\n"
        print(f"{start}{done:,} of {total:,} rows", end=end, flush=True)

    return show


def _print_books(books: Books, asked: argparse.Namespace) -> None:
    print("\nNothing was written; this is what an import would do.\n" if asked.dry_run else "")
    rows = [
        ["Accepted", f"{books.accepted:,}"],
        ["  of these with warnings", f"{books.warned:,}"],
        ["Rejected", f"{books.rejected:,}"],
        ["Blank", f"{books.blank:,}"],
        ["Rows of data", f"{books.rows:,}"],
    ]
    for label, number in rows:
        print(f"  {label:<26}{number:>12}")
    if books.problems:
        print()
        shown = [[str(p["row"]), p["column"], str(p["value"])[:40], p["reason"]] for p in books.problems[:SHOWN]]
        print_table(["Row", "Column", "Value", "What is wrong"], shown)
        if len(books.problems) > SHOWN:
            print("… and more; the page of this import shows them all.")
