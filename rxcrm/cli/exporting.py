"""`rxcrm export` and `rxcrm template`: the exports of the lists, on the command line."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rxcrm.cli.acting import act_as
from rxcrm.cli.parsing import as_whom, command
from rxcrm.cli.sentences import refuse

if TYPE_CHECKING:
    from rxcrm.models.exporting.making import Made
    from rxcrm.models.exporting.wanted import Wanted

ENTITIES = ["lead", "account", "contact", "opportunity", "activity"]
#: Words for delimiters that a shell makes hard to type.
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def add_export_commands(commands: Any) -> None:
    """`export` and `template`."""
    made = command(
        commands,
        "export",
        _export,
        "Export the rows of a view, or picked ones, as .xlsx, .csv, .xml (XML Spreadsheet 2003) or .vcf (contacts).",
        "The file holds what the user may see. An exported .xlsx, .csv or .xml can be changed and imported again.\n\n"
        "examples:\n"
        "  rxcrm export --view open -o leads.xlsx\n"
        "  rxcrm export --entity contact --format vcf --search lodz -o contacts.vcf\n"
        "  rxcrm export --view all --all-columns --format csv --delimiter tab -o - | wc -l\n"
        "  rxcrm export --entity account --ids 3,17 --columns name,city --as sara@example.com -o two.csv",
    )
    made.add_argument("--entity", choices=ENTITIES, default="lead", help="default: lead")
    made.add_argument(
        "--view", default="", metavar="KEY", help="a view's key or name (default: the first of the table)"
    )
    made.add_argument("--search", default="", metavar="TEXT", help="only rows that contain this")
    made.add_argument("--sort", default="", metavar="COLUMNS", help="as topic,-created_on (default: as in the view)")
    made.add_argument("--ids", default="", metavar="ID,…", help="exactly these rows, in this order")
    made.add_argument("--format", choices=["xlsx", "csv", "xml", "vcf"], help="default: by the ending of --output")
    chosen = made.add_mutually_exclusive_group()
    chosen.add_argument("--columns", default="", metavar="KEY,…", help="columns of the view, in this order")
    chosen.add_argument("--all-columns", action="store_true", help="every field")
    chosen.add_argument("--importable", action="store_true", help="every field that an import can fill")
    made.add_argument("--delimiter", default="", metavar="SIGN", help="of .csv: , ; | or comma, semicolon, tab, pipe")
    made.add_argument("-o", "--output", required=True, metavar="FILE", help="- writes to stdout")
    as_whom(made)
    made = command(
        commands,
        "template",
        _template,
        "Write a workbook to be filled in and imported: headings, drop-downs, examples.",
        "examples:\n  rxcrm template -o leads.xlsx\n  rxcrm template --entity contact --view active -o contacts.xlsx",
    )
    made.add_argument("--entity", choices=ENTITIES, default="lead", help="default: lead")
    made.add_argument("--view", default="", metavar="KEY", help="only the columns of a view (default: all fields)")
    made.add_argument("-o", "--output", required=True, metavar="FILE", help="- writes to stdout")
    as_whom(made)


def _export(asked: argparse.Namespace) -> None:
    from rxcrm.models import db
    from rxcrm.models.exporting.making import may_export
    from rxcrm.models.exporting.wanted import checked

    wanted = _wanted(asked)
    who = act_as(asked.by, lambda act: act.who)
    may_export(who)
    checked(wanted)
    made = _into(asked.output, lambda path: _make(who, wanted, path, db.now()))
    rows = f"{made.rows:,} row" if made.rows == 1 else f"{made.rows:,} rows"
    print(f"{rows} exported.", file=sys.stderr)
    if made.cut:
        print(
            f"{made.cut:,} texts were too long for a cell and were cut; --format csv holds them whole.", file=sys.stderr
        )


def _make(who: Any, wanted: Wanted, path: Path, now: Any) -> Made:
    from rxcrm.models.exporting.making import make

    return make(who, wanted, path, now, _progress())


def _wanted(asked: argparse.Namespace) -> Wanted:
    from rxcrm.models.exporting.wanted import AGAIN, ALL, SHOWN, Wanted

    ending = Path(asked.output).suffix.lstrip(".").lower()
    format = asked.format or (ending if ending in ("xlsx", "csv", "xml", "vcf") else "")
    if not format:
        refuse("Say with --format what the file is to be: xlsx, csv, xml or vcf.")
    ids = [part.strip() for part in asked.ids.split(",") if part.strip()]
    if bad := next((part for part in ids if not (part.isascii() and part.isdecimal())), None):
        refuse(f"“{bad}” is no id. Write numbers with commas between them.")
    return Wanted(
        entity=asked.entity,
        format=format,
        view=_view(asked.entity, asked.view, asked.by),
        search=asked.search,
        sort=_sort(asked.entity, asked.sort),
        ids=tuple(map(int, ids)),
        which=ALL if asked.all_columns else AGAIN if asked.importable else SHOWN,
        columns=tuple(part.strip() for part in asked.columns.split(",") if part.strip()),
        delimiter=_DELIMITERS.get(asked.delimiter, asked.delimiter),
    )


def _view(entity: str, asked: str, by: str | None) -> str:
    """The key of a view that was named by its key or its name; also of one that only this user may use."""
    from rxcrm.models.view_offers import offers

    if not asked:
        return ""
    views = act_as(by, lambda act: offers(act, entity)).views
    known = {word.lower(): view.key for view in views for word in (view.label, view.key)}
    return known.get(asked.lower()) or refuse(
        f"There is no view “{asked}”. There are: {', '.join(view.key for view in views)}."
    )


def _sort(entity: str, asked: str) -> tuple[tuple[str, bool], ...]:
    from rxcrm.models.views import COLUMNS

    found = [(part.strip().lstrip("-"), part.strip().startswith("-")) for part in asked.split(",") if part.strip()]
    sortable = [column.key for column in COLUMNS[entity].values() if column.order]
    for key, _ in found:
        if key not in sortable:
            refuse(f"This list cannot be sorted by “{key}”. It can by: {', '.join(sortable)}.")
    return tuple(found)


def _template(asked: argparse.Namespace) -> None:
    from rxcrm.models.exporting.templates import template

    view = _view(asked.entity, asked.view, asked.by)
    _, content = act_as(asked.by, lambda act: template(act, asked.entity, view))
    _into(asked.output, lambda path: path.write_bytes(content))


def _into(output: str, write: Callable[[Path], Any]) -> Any:
    """Write a file beside its place and move it there once it is whole; `-` is stdout."""
    from rxcrm.models.exporting.runs import folder

    target = Path(output)
    if output == "-":
        part = folder() / secrets.token_hex(16)
    elif target.is_dir() or not target.absolute().parent.is_dir():
        refuse(f"There is no folder {target.parent}." if not target.is_dir() else f"{target} is a folder.")
    else:
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        result = write(part)
        if output == "-":
            with part.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        else:
            part.replace(target)
        return result
    finally:
        part.unlink(missing_ok=True)


def _progress() -> Callable[[int, int], bool]:
    """Prints how far an export is, to stderr: on one line in a terminal, nothing elsewhere."""
    live, last = sys.stderr.isatty(), time.monotonic()

    def show(done: int, total: int) -> bool:
        nonlocal last
        if live and (done == total or time.monotonic() - last > 0.2):
            last = time.monotonic()
            print(f"\r{done:,} of {total:,} rows", end="\n" if done == total else "", file=sys.stderr, flush=True)
        return True

    return show
