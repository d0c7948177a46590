"""Files to import, made where a test needs them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rxcrm.models.access import Who
from rxcrm.models.importing import runs, wizard
from rxcrm.models.importing.books import Books, ImportRun
from rxcrm.models.importing.stage import ReadOptions
from tests.models.made_files import (
    EXAMPLES,
    SHARED,
    SHEET,
    csv_file,
    shared,
    sheet_xml,
    text_file,
    with_part,
    xlsx_file,
    xml_file,
)
from tests.office import Office

HEAD = ["Topic", "First Name", "Last Name"]
__all__ = [
    "EXAMPLES",
    "HEAD",
    "SHARED",
    "SHEET",
    "bring_in",
    "csv_file",
    "register",
    "shared",
    "sheet_xml",
    "text_file",
    "with_part",
    "xlsx_file",
    "xml_file",
]


def register(office: Office, who: Who, path: Path, entity: str = "lead") -> ImportRun:
    """Take a file in, so that other sessions see it."""
    from rxcrm.models.records import Act

    run = wizard.register(Act(office.session, who, office.now), path, path.name, entity)
    office.commit()
    return run


def carry_out(run: ImportRun, who: Who, mapping: dict[int, str] | None = None, **parts: Any) -> Books:
    """Read a registered file and import it as it is recognised, but for the parts of the plan that are given."""
    found = runs.inspect(who, run.id or 0, parts.pop("read", ReadOptions()))
    told = {name: parts.pop(name) for name in ("progress", "cancelled", "dry_run") if name in parts}
    chosen = parts if mapping is None else {"mapping": mapping, **parts}
    return runs.carry_out(run.id or 0, who, replace(found.plan, **chosen), **told)


def bring_in(office: Office, who: Who, path: Path, **parts: Any) -> tuple[ImportRun, Books]:
    """Import a file as it is recognised, but for the parts of the plan that are given."""
    run = register(office, who, path, parts.pop("entity", "lead"))
    books = carry_out(run, who, **parts)
    office.session.refresh(run)
    office.commit()
    return run, books
