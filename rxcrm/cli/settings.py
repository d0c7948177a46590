"""`rxcrm settings export` and `rxcrm settings import`: everything that administrators shape, as one file."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rxcrm.cli.acting import act_as
from rxcrm.cli.parsing import as_whom, command
from rxcrm.cli.sentences import print_table, refuse

if TYPE_CHECKING:
    from rxcrm.models.records import Act
    from rxcrm.models.settings_file.carrying import Told, Weighed


def add_settings_commands(commands: Any) -> None:
    """`export` and `import`."""
    made = command(
        commands,
        "export",
        _export,
        "Write everything that administrators shape into one JSON file: no records, no users, no passwords.",
        "examples:\n  rxcrm settings export settings.json\n  rxcrm settings export - | git diff --no-index settings.json -",
    )
    made.add_argument("file", metavar="FILE", help="- writes to stdout")
    as_whom(made)
    made = command(
        commands,
        "import",
        _import,
        "Import settings from such a file: all of it or nothing. What is not in the file stays as it is.",
        "What was so before is kept; Settings > Settings file offers it.\n\n"
        "examples:\n"
        "  rxcrm settings import settings.json --dry-run\n"
        "  rxcrm settings import settings.json --part views --part forms",
    )
    made.add_argument("file", metavar="FILE", help="- reads stdin")
    made.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    made.add_argument(
        "--part", action="append", metavar="NAME", help="only this part; may come several times (default: every part)"
    )
    as_whom(made)


def _export(asked: argparse.Namespace) -> None:
    from rxcrm.models.settings_file import file

    content = act_as(asked.by, file.export)
    if asked.file == "-":
        sys.stdout.write(content)
        return
    target = Path(asked.file)
    if target.is_dir() or not target.absolute().parent.is_dir():
        refuse(f"{target} is a folder." if target.is_dir() else f"There is no folder {target.parent}.")
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        part.write_text(content, encoding="utf-8")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    print(f"The settings were written to {target}.", file=sys.stderr)


def _import(asked: argparse.Namespace) -> None:
    from rxcrm.models.settings_file import carrying, file, keeping
    from rxcrm.models.settings_file.parts import parts

    if unknown := [name for name in asked.part or () if name not in parts()]:
        refuse(f"There is no part “{unknown[0]}”. There are: {', '.join(parts())}.")
    if asked.file != "-" and not Path(asked.file).is_file():
        refuse(f"There is no file {asked.file}.")
    data = sys.stdin.read().encode() if asked.file == "-" else Path(asked.file).read_bytes()
    content = file.read(data)

    def carry(act: Act) -> Weighed:
        if asked.dry_run:
            return carrying.weigh(act, content, asked.part)
        return keeping.import_from(act, Path(asked.file).name, data, asked.part)[1]

    try:
        found = act_as(asked.by, carry)
    except carrying.Refused as refusal:
        refuse("\n".join([*map(_said, refusal.weighed.problems), "Nothing was imported."]))
    for told in found.warnings:
        print(_said(told), file=sys.stderr)
    if found.problems:
        refuse("\n".join([*map(_said, found.problems), "Nothing would be imported."]))
    changed = [part for part in found.parts if part.added or part.changed]
    if changed:
        print_table(
            ["Part", "Added", "Changed", "As it was"],
            [[part.label, str(part.added), str(part.changed), str(part.unchanged)] for part in changed],
        )
    if asked.dry_run:
        for part in changed:
            for change in part.changes:
                print(
                    "\n".join(
                        [f"\n{part.label} › {change.name}: {change.kind}", *(f"  {line}" for line in change.details)]
                    )
                )
    word = "would change" if asked.dry_run else "changed"
    print(f"{len(changed)} of {len(found.parts)} parts {word}.", file=sys.stderr)


def _said(told: Told) -> str:
    return f"{told.part} › {told.place}: {told.text}" if told.place else f"{told.part}: {told.text}"
