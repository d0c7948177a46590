"""The figures of a chart or report as a file: a table with a heading and a row for each point."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from rxcrm.models.access import Privilege
from rxcrm.models.charting.figures import Figures, Measure, Unit
from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.exporting import sheets
from rxcrm.models.exporting.delimited import delimiter_of
from rxcrm.models.fields import point_of
from rxcrm.models.importing.escaping import escape
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext

FORMATS = ("csv", "xlsx")
_NUMBER = {Unit.MONEY.value: '#,##0.00\\ "%s"', Unit.PERCENT.value: "0.0", Unit.SECONDS.value: "[h]:mm:ss"}
_SECONDS_OF_A_DAY = 86_400


def written(act: Act, figures: Figures, kind: str) -> tuple[str, bytes]:
    """Name and content of a file of that kind. Raises NotAllowed without the right to export."""
    if not act.who.holds(Privilege.EXPORT):
        raise NotAllowed
    if kind not in FORMATS:
        raise BadValue(N_("Choose one of the list."))
    content = _workbook(act, figures) if kind == "xlsx" else _text(act, figures)
    return f"{sheets.name_of(figures.title)} {act.now:%Y-%m-%d}.{kind}", content


def _headings(act: Act, figures: Figures) -> list[str]:
    return [figures.category or gettext(act.who.conventions.locale, N_("Name")), *map(_heading, figures.measures)]


def _heading(measure: Measure) -> str:
    return f"{measure.label} ({measure.currency})" if measure.currency else measure.label


def _text(act: Act, figures: Figures) -> bytes:
    locale, found = act.who.conventions.locale, io.StringIO()
    point = point_of(locale)
    writer = csv.writer(found, delimiter=delimiter_of(locale))
    writer.writerow([escape(heading) for heading in _headings(act, figures)])
    for row in figures.points:
        numbers = ["" if v is None else format(Decimal(str(v)), "f").replace(".", point) for v in row.values]
        writer.writerow([escape(row.label), *numbers])
    return found.getvalue().encode("utf-8-sig")


def _workbook(act: Act, figures: Figures) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheets.name_of(figures.title))
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width = 34
    sheet.append([_cell(sheet, heading, bold=True) for heading in _headings(act, figures)])
    for row in figures.points:
        pairs = zip(figures.measures, row.values, strict=True)
        sheet.append([_cell(sheet, row.label), *(_number(sheet, measure, value) for measure, value in pairs)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(sheet: Any, text: str, bold: bool = False) -> Any:
    """A text, never a formula, whatever it looks like (S 13.22)."""
    cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.font = "s", Font(bold=bold)
    return cell


def _number(sheet: Any, measure: Measure, value: float | None) -> Any:
    if value is not None and measure.unit == Unit.SECONDS.value:
        value = value / _SECONDS_OF_A_DAY
    cell = WriteOnlyCell(sheet, value)
    if code := _NUMBER.get(measure.unit):
        cell.number_format = code % measure.currency if "%s" in code else code
    return cell
