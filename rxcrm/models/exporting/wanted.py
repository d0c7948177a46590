"""What somebody wants exported: which rows, as what, with which columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from rxcrm.models.errors import BadValue, NotFound
from rxcrm.models.filters.conditions import parsed, spelled
from rxcrm.models.lists import Ask, viewed
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.tables import RECORDS
from rxcrm.models.views import column_of
from rxcrm.translation import N_, gettext

XLSX, CSV, XML, VCF = "xlsx", "csv", "xml", "vcf"
#: Format → its name for people.
FORMATS = {
    XLSX: N_("Excel workbook (.xlsx)"),
    CSV: N_("Text with delimiters (.csv)"),
    XML: N_("XML Spreadsheet 2003 (.xml)"),
    VCF: N_("vCards (.vcf)"),
}
#: Which columns: those of the view, every field, or those that an import can fill.
SHOWN, ALL, AGAIN = "shown", "all", "again"
DELIMITERS = (",", ";", "\t", "|")
#: Rows picked one by one in one export.
MOST_PICKED = 100_000


@dataclass(frozen=True)
class Wanted:
    """One request. With `ids` exactly those rows are exported, in that order; else the view with its search and sort.

    `columns` are keys of the view's columns in the order of the reader's screen; empty: as the view has them.
    `delimiter` is that of a .csv file; empty: by the reader's language.
    """

    entity: str = "lead"
    format: str = XLSX
    view: str = ""
    search: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    ids: tuple[int, ...] = ()
    which: str = SHOWN
    columns: tuple[str, ...] = ()
    delimiter: str = ""
    #: Instead of the view's own condition, as JSON text; and what the view is called, once it is settled.
    where: str = ""
    label: str = ""

    @property
    def ask(self) -> Ask:
        """The list whose rows are wanted. Raises BadFilter."""
        where = parsed(self.where) if self.where else None
        return Ask(self.entity, self.view, self.search, self.sort, where=where, columns=self.columns)

    def stored(self) -> dict[str, Any]:
        """For the database."""
        return asdict(self)


def checked(wanted: Wanted) -> Wanted:
    """The same request. Raises NotFound for an unknown table, BadValue for anything else that cannot be done."""
    if wanted.entity not in RECORDS:
        raise NotFound
    if wanted.format not in formats_of(wanted.entity):
        raise BadValue(N_("These records cannot be exported as “%(format)s”."), format=wanted.format[:20])
    if wanted.which not in (SHOWN, ALL, AGAIN):
        raise BadValue(N_("“%(value)s” is no choice of columns."), value=wanted.which[:20])
    if unknown := [key for key in wanted.columns if column_of(wanted.entity, key) is None]:
        raise BadValue(N_("There is no column “%(name)s” in this list."), name=unknown[0][:80])
    if len(set(wanted.columns)) < len(wanted.columns):
        raise BadValue(N_("A column is wanted twice."))
    if wanted.delimiter and wanted.delimiter not in DELIMITERS:
        raise BadValue(
            N_("“%(value)s” is no delimiter. There are comma, semicolon, tab and |."), value=wanted.delimiter[:5]
        )
    if len(wanted.ids) > MOST_PICKED:
        raise BadValue(N_("At most %(n)s rows can be picked one by one. Export a view instead."), n=MOST_PICKED)
    if any(not 0 < i < LARGEST_ID for i in wanted.ids):
        raise NotFound
    return wanted


def settled(act: Act, wanted: Wanted) -> Wanted:
    """The same request, the view in it replaced by what it shows now: files are made later, and views change."""
    if wanted.ids and wanted.which != SHOWN:
        return wanted
    view = viewed(act, wanted.ask)
    return replace(
        wanted,
        columns=view.columns,
        sort=view.sort,
        where=spelled(view.where),
        label=gettext(act.who.conventions.locale, view.label),
    )


def formats_of(entity: str) -> list[str]:
    """The formats that a table can be exported as."""
    return [XLSX, CSV, XML, *([VCF] if entity == "contact" else [])]


def restored(stored: Mapping[str, Any]) -> Wanted:
    """The request that was stored."""
    lists = {name: tuple(stored[name]) for name in ("ids", "columns")}
    return Wanted(**{**stored, **lists, "sort": tuple((key, bool(down)) for key, down in stored["sort"])})
