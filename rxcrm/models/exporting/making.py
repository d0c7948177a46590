"""An export from beginning to end: the rows of a list into one file, with flat memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from rxcrm.models import db
from rxcrm.models.access import Privilege, Who
from rxcrm.models.errors import NotAllowed
from rxcrm.models.exporting import vcards
from rxcrm.models.exporting.columns import Scheme, keyed, readable, scheme
from rxcrm.models.exporting.delimited import CsvWriter
from rxcrm.models.exporting.rows import BATCH, Batch, batches, currencies_of, owner_names, row_ids
from rxcrm.models.exporting.spreadsheetml import XmlWriter
from rxcrm.models.exporting.vcards import VcfWriter
from rxcrm.models.exporting.wanted import CSV, VCF, XML, Wanted, checked, settled
from rxcrm.models.exporting.workbook import XlsxWriter
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.views import view_of
from rxcrm.translation import N_, gettext

#: What a browser is told a file is.
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "xml": "application/xml",
    "vcf": "text/vcard; charset=utf-8",
}
#: (rows written, rows to write) → whether to go on.
Progress = Callable[[int, int], bool]


class Writer(Protocol):
    """One format; `cut` counts the cells whose texts were too long for it."""

    cut: int

    def write(self, batch: Batch) -> None: ...

    def close(self) -> None: ...


class Stopped(Exception):
    """Somebody canceled the export."""


@dataclass(frozen=True)
class Made:
    """What was made: rows in the file, and cells whose text was cut."""

    rows: int
    cut: int


def may_export(who: Who) -> None:
    """Raises NotAllowed without the privilege (S 7.9)."""
    if not who.holds(Privilege.EXPORT):
        raise NotAllowed(N_("Your role may not export records."))


def make(who: Who, wanted: Wanted, path: Path, now: datetime, progress: Progress = lambda done, total: True) -> Made:
    """Write the rows that somebody wants, and may see, into a file. Raises NotAllowed, BadValue or Stopped."""
    may_export(who)
    checked(wanted)
    wanted = wanted if wanted.label else db.read(lambda session: settled(Act(session, who, now), wanted))
    ids = row_ids(who, wanted, now)
    plan = _scheme(who, wanted)
    writer = _writer(wanted, plan, path, len(ids), db.read(currencies_of, plan, ids))
    read = written = 0
    try:
        for batch in batches(who, wanted, plan, ids, now):
            writer.write(batch)
            written += len(batch)
            read = min(read + BATCH, len(ids))
            if not progress(read, len(ids)):
                raise Stopped
    finally:
        writer.close()
    return Made(written, writer.cut)


def _scheme(who: Who, wanted: Wanted) -> Scheme:
    owners = db.read(owner_names)
    if wanted.format == VCF:
        return keyed(wanted.entity, readable(who, wanted.entity, vcards.FIELDS), who.conventions, owners)
    return scheme(wanted, who, owners)


def _writer(wanted: Wanted, plan: Scheme, path: Path, rows: int, currencies: set[str]) -> Writer:
    title = gettext(plan.how.locale, plan.table.title_many)
    if wanted.format == CSV:
        return CsvWriter(path, plan, wanted.delimiter)
    if wanted.format == XML:
        return XmlWriter(path, plan, title, rows)
    if wanted.format == VCF:
        return VcfWriter(path, plan)
    return XlsxWriter(path, plan, title, rows, currencies)


def file_name(who: Who, wanted: Wanted, now: datetime) -> str:
    """What the file is called: the view, or the table where rows were picked, and the day in the reader's zone."""
    shown = wanted.label or view_of(wanted.entity, wanted.view).label
    label = record_table(wanted.entity).title_many if wanted.ids else shown
    day = now.astimezone(ZoneInfo(who.conventions.zone)).date().isoformat()
    plain = "".join(
        " " if c in '/\\:*?"<>|' or not c.isprintable() else c for c in gettext(who.conventions.locale, label)
    )
    return f"{' '.join(plain.split())[:150]} {day}.{wanted.format}"
