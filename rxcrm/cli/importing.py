"""`rxcrm import`, `imports`, `undo-import`: the engine of the import pages, on the command line."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rxcrm.cli.acting import act_as, user_of
from rxcrm.cli.parsing import as_whom, command
from rxcrm.cli.planning import plan_of, save_map
from rxcrm.cli.sentences import finish_with, print_table, refuse

if TYPE_CHECKING:
    from rxcrm.models.access import Who
    from rxcrm.models.importing.edited import Edited
    from rxcrm.models.importing.plan import Plan
    from rxcrm.models.importing.runs import Books, Inspection
    from rxcrm.models.records import Act

#: Problems of an import that are printed; all of them are in the page of the import.
SHOWN = 20
#: Ends with this where --strict is given and not every row came in.
NOT_ALL = 3
_ENTITIES = ("auto", "lead", "account", "contact", "opportunity", "activity")


def add_import_commands(commands: Any) -> None:
    """`import` and what looks after imports."""
    _add_import(commands)
    past = command(commands, "imports", _list, "List past imports, the newest first.")
    past.add_argument("--json", action="store_true", help="print one JSON object per line")
    as_whom(past)
    undo = command(
        commands,
        "undo-import",
        _undo,
        "Undo an import within 30 days: what it created goes, what it updated holds again what it held before.",
        "What was changed since is kept unless --also-edited is given. --dry-run says what would be done.",
    )
    undo.add_argument(
        "number", type=int, metavar="NUMBER", help="the number of the import, as `rxcrm imports` lists it"
    )
    undo.add_argument("--also-edited", action="store_true", help="take back what people changed since, too")
    undo.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")
    as_whom(undo)


def _add_import(commands: Any) -> None:
    made = command(
        commands,
        "import",
        _import,
        "Import a .xlsx, .xls, .ods, .csv, .xml (XML Spreadsheet 2003) or .vcf file, or a .zip of those.",
        "Columns are recognised by their headings. --map puts one onto a field, --map 'Heading=' leaves one out; the\n"
        "name of a field is its label (“Company Name”) or its column (company_name).\n\n"
        "examples:\n"
        "  rxcrm import leads.csv --dry-run\n"
        "  rxcrm import leads.csv --map 'Firma=company_name' --owner sara@example.com\n"
        "  rxcrm import leads.csv --fix 'Rating:On Fire!=Hot' --date-order 'Close Date=dmy'\n"
        "  rxcrm import contacts.vcf --entity contact --key email --mode both\n"
        "  rxcrm import leads.csv --lookup 'Existing Account?=name:match_or_create'\n"
        "  rxcrm import leads.xlsx --json | tail -n 1\n\n"
        "Created + updated + skipped + rejected + blank = rows of data. The last line of --json is one object with these\n"
        "figures, accepted (created + updated), warned, status, the number of the import and the first problems. Rows\n"
        f"that do not come in are no failure, unless --strict is given: then the command ends with {NOT_ALL}.",
    )
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--entity", choices=_ENTITIES, default="auto", help="default: what the headings say")
    reading = made.add_argument_group("how the file is read")
    reading.add_argument(
        "--sheet", default="", metavar="NAME", help="sheet of a workbook (default: the first with data)"
    )
    reading.add_argument("--encoding", default="", help="of a text file (default: found out)")
    reading.add_argument(
        "--delimiter", default="", metavar="SIGN", help="of a text file (default: found out); “tab” too"
    )
    reading.add_argument("--heading-row", type=int, default=-1, metavar="N", help="the row that holds the headings")
    reading.add_argument("--single-column", action="store_true", help="a text file with one column is meant so")
    reading.add_argument("--no-headings", action="store_true", help="the first row is data")
    columns = made.add_argument_group("what the columns become")
    columns.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="may be given often")
    columns.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="the same value for all rows"
    )
    columns.add_argument("--lookup", action="append", default=[], metavar="FIELD=BY:MAKE", help=_LOOKUP_HELP)
    columns.add_argument("--date-order", action="append", default=[], metavar="COLUMN=ORDER", help="dmy, mdy or ymd")
    columns.add_argument("--decimal", action="append", default=[], metavar="COLUMN=SIGN", help="“.” or “,”")
    columns.add_argument("--fix", action="append", default=[], metavar="COLUMN:VALUE=NEW", help=_FIX_HELP)
    columns.add_argument("--topic", default="", metavar="PATTERN", help="topic of leads whose file has none")
    columns.add_argument("--owner", metavar="EMAIL", help="who owns rows that name no owner (default: who imports)")
    columns.add_argument("--use-map", default="", metavar="NAME", help="a saved map, before all other options")
    columns.add_argument("--save-map", default="", metavar="NAME", help="save what these options come to")
    rows = made.add_argument_group("what becomes of the rows")
    rows.add_argument("--mode", choices=["create", "update", "both"], help="default: both")
    rows.add_argument("--key", default=None, metavar="FIELD", help="by what known records are found: a mapped field")
    rows.add_argument("--duplicates", choices=["skip", "create", "update"], help="default: skip")
    closed = "rows that are closed in their source (default: open; activities: closed)"
    rows.add_argument("--closed", choices=["open", "closed"], help=closed)
    rows.add_argument("--overwrite", action="store_true", help="update records that were changed after the export, too")
    made.add_argument("--rejected", type=Path, metavar="FILE", help="write the rows that did not come in there")
    made.add_argument("--dry-run", action="store_true", help="judge every row and write nothing")
    made.add_argument("--strict", action="store_true", help=f"end with {NOT_ALL} unless every row came in")
    made.add_argument("--json", action="store_true", help="print the books as one JSON object, the last line")
    as_whom(made)


_LOOKUP_HELP = "BY is any, name, email or id; MAKE is match, match_or_create or create"
_FIX_HELP = "NEW stands for VALUE in all rows of the column; nothing leaves the cell empty"


def _import(asked: argparse.Namespace) -> None:
    from rxcrm.models.importing import wizard

    if not asked.file.is_file():
        refuse(f"There is no file {asked.file}.")
    if asked.rejected and not asked.rejected.absolute().parent.is_dir():
        refuse(f"There is no folder {asked.rejected.parent} for the rejected rows.")
    with contextlib.redirect_stdout(sys.stderr) if asked.json else contextlib.nullcontext():
        who, owner = act_as(asked.by, lambda act: (act.who, user_of(act.session, asked.owner) if asked.owner else None))
        entity = "" if asked.entity == "auto" else asked.entity
        begun = wizard.take_in(who, asked.file, asked.file.name, entity)
        try:
            books = [(number, _one(who, number, asked, owner.id if owner else 0)) for number in begun]
        finally:
            _forget_unless_begun(begun)
    if asked.json:
        for number, each in books:
            print(json.dumps({**each.as_json(), "import": number}, ensure_ascii=False, default=str))
    if asked.strict and any(each.accepted + each.blank < each.rows for _, each in books):
        finish_with(NOT_ALL)


def _one(who: Who, number: int, asked: argparse.Namespace, owner: int) -> Books:
    """One file of those that came in."""
    from rxcrm.models.importing import runs

    found = runs.inspect(who, number, _options(asked))
    if found.source.single_column and not asked.single_column:
        refuse(
            "This file has one column only. Say with --delimiter what stands between its cells, or with --single-column\n"
            "that it is meant so."
        )
    plan = plan_of(who, number, found, asked)
    plan.owner = owner or plan.owner
    _print_mapping(found, plan)
    books = runs.carry_out(number, who, plan, progress=_progress(), dry_run=asked.dry_run)
    if asked.save_map:
        save_map(who, number, asked.save_map)
    _print_books(books, asked)
    if asked.rejected and books.rejected + books.skipped and not asked.dry_run:
        _write_left(who, number, asked.rejected)
        print(f"\nThe rows that did not come in are in {asked.rejected}; mend them there and import that file.")
    return books


def _options(asked: argparse.Namespace) -> Any:
    from rxcrm.models.importing.stage import ReadOptions

    delimiter = {"tab": "\t", "\\t": "\t"}.get(asked.delimiter.lower(), asked.delimiter)
    return ReadOptions(asked.sheet, asked.encoding, delimiter, 0 if asked.no_headings else asked.heading_row)


def _forget_unless_begun(numbers: Iterable[int]) -> None:
    """A dry run and a run that was refused leave nothing."""
    from rxcrm.models import db
    from rxcrm.models.importing import files
    from rxcrm.models.importing.books import ImportRun, RunStatus

    def forget(session: Any) -> None:
        for number in numbers:
            run = session.get(ImportRun, number)
            if run is not None and run.status == RunStatus.UPLOADED:
                files.discard(run)
                session.delete(run)

    db.transact(forget)


def _write_left(who: Who, number: int, path: Path) -> None:
    from rxcrm.models import db
    from rxcrm.models.importing import wizard
    from rxcrm.models.records import Act

    db.read(lambda session: wizard.left_file(Act(session, who, db.now()), number, path))


# -- what is said ----------------------------------------------------------------------------------------------------


def _print_mapping(found: Inspection, plan: Plan) -> None:
    labels = {target.name: target.label for target in found.targets}
    rows = []
    for p in found.proposals:
        target = plan.mapping.get(p.index, "")
        because = p.reason() if target == p.target else "chosen"
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
        ["Accepted", books.accepted],
        ["  of these with warnings", books.warned],
        ["  created", books.created],
        ["  updated", books.updated],
        ["Skipped", books.skipped],
        ["Rejected", books.rejected],
        ["Blank", books.blank],
        ["Rows of data", books.rows],
    ]
    for label, number in rows:
        print(f"  {label:<26}{number:>12,}")
    if books.problems:
        print()
        shown = [[str(p["row"]), p["column"], str(p["value"])[:40], p["reason"]] for p in books.problems[:SHOWN]]
        print_table(["Row", "Column", "Value", "What is wrong"], shown)
        if len(books.problems) > SHOWN:
            print("… and more; the page of this import shows them all.")


# -- past imports ----------------------------------------------------------------------------------------------------


def _list(asked: argparse.Namespace) -> None:
    from rxcrm.models.importing import wizard
    from rxcrm.models.importing.books import RunStatus

    figures = ("rows", "created", "updated", "skipped", "rejected", "blank")
    found = act_as(asked.by, lambda act: wizard.recent(act, 1000))
    if asked.json:
        for run, who in found:
            row = {"import": run.id, "file": run.file_name, "entity": run.entity, "status": run.status, "by": who}
            at = {"created_on": run.created_on.isoformat()}
            print(json.dumps(row | at | {name: getattr(run, name) for name in figures}, ensure_ascii=False))
        return
    rows = [
        [str(run.id), run.file_name, run.entity, RunStatus(run.status).label, who, f"{run.created_on:%Y-%m-%d %H:%M}"]
        + [f"{getattr(run, name):,}" for name in figures]
        for run, who in found
    ]
    print_table(["Number", "File", "Table", "Status", "By", "When (UTC)", *(n.capitalize() for n in figures)], rows)


def _undo(asked: argparse.Namespace) -> None:
    from rxcrm.models.importing import undoing, wizard
    from rxcrm.models.importing.claims import Superseded

    def look(act: Act) -> undoing.UndoView:
        return undoing.undo_view(act, wizard.visible_run(act, asked.number))

    seen = act_as(asked.by, look)
    if seen.why_not:
        refuse(undoing.NotAllowed(seen.why_not, **seen.values).text())
    print(f"Created records that go: {seen.created:,}. Updated ones that hold again what they held: {seen.updated:,}.")
    if seen.edited:
        fate = "taken back too" if asked.also_edited else "kept"
        print(f"Changed or used since, and {fate}:\n")
        _print_records(seen.edited)
        print("… and more." if seen.more else "")
    if asked.dry_run:
        return
    act_as(asked.by, lambda act: wizard.begin_undo(act, asked.number, also_edited=asked.also_edited))
    try:
        kept = undoing.undo(asked.number, progress=_progress())
    except Superseded:
        refuse("The server goes on undoing this import.")
    if not kept:
        print("Undone.")
        return
    print(f"The import was undone; {kept:,} records were kept: used or changed since, or not yours to change.\n")
    _print_records(act_as(asked.by, lambda act: undoing.kept(act, wizard.visible_run(act, asked.number))))


def _print_records(found: Sequence[Edited]) -> None:
    print_table(["Table", "Record", "By", "When"], [[e.entity, e.name, e.who, e.at[:16]] for e in found])
