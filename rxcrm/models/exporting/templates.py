"""Workbooks to be filled in and imported: headings, drop-downs, examples on a sheet of their own (S 6.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from rxcrm.models.access import Who
from rxcrm.models.errors import NotFound
from rxcrm.models.exporting import sheets
from rxcrm.models.exporting.columns import Column, Scheme, importable, keyed
from rxcrm.models.exporting.rows import owner_names
from rxcrm.models.exporting.workbook import Frame
from rxcrm.models.fields import Kind, fields_of
from rxcrm.models.records import Act
from rxcrm.models.saved_views import resolve
from rxcrm.models.tables import RECORDS
from rxcrm.models.views import name_fields
from rxcrm.translation import N_, gettext

EXAMPLES, GUIDE = N_("Examples"), N_("How to fill in")
#: Said above everything else on the sheet that explains the others.
_RULES = (
    N_("Fill in the first sheet, one record per row, and import this file. The other sheets are never imported."),
    N_("Do not change the headings. Columns that you do not need can stay empty."),
    N_(
        "The first three columns are hidden: they tell records that are here already from new ones. Leave them as they are."
    ),
)
_ABOUT = (N_("Column"), N_("Required"), N_("What it holds"), N_("Choices"))
_HOLDS = {
    Kind.TEXT: N_("Text of at most %(n)s characters"),
    Kind.MEMO: N_("Text of at most %(n)s characters; several lines are possible"),
    Kind.EMAIL: N_("An e-mail address"),
    Kind.PHONE: N_("A phone number"),
    Kind.URL: N_("A web address"),
    Kind.CHOICE: N_("One of the choices"),
    Kind.YESNO: N_("One of the choices"),
    Kind.MONEY: N_("An amount, without a currency sign"),
    Kind.CURRENCY: N_("A currency by its three letters, as EUR"),
    Kind.WHOLE: N_("A whole number"),
    Kind.DECIMAL: N_("A number"),
    Kind.DATE: N_("A date"),
    Kind.MOMENT: N_("A date with a time, in your time zone"),
    Kind.LOOKUP: N_("The name of a record that is here already"),
    Kind.TAGS: N_("Tags, separated by semicolons; those that are not there yet are made"),
}
_OWNER = N_("The name or e-mail address of a user")
#: Field → what stands in the two examples; others are made up from their kind.
_SAMPLES: dict[str, tuple[Any, Any]] = {
    "topic": ("Forklifts for the new warehouse", "Racks"),
    "subject": ("Call back about the offer", "Send the price list"),
    "name": ("Azulejos Lda.", "Meble Lis"),
    "salutation": ("Ms.", "Mr."),
    "first_name": ("Ana", "Jan"),
    "last_name": ("Sousa", "Lis"),
    "job_title": ("Purchasing Manager", "Owner"),
    "company_name": ("Azulejos Lda.", "Meble Lis"),
    "email": ("ana.sousa@example.com", "jan.lis@example.org"),
    "business_phone": ("+351 21 342 1234", "+48 22 555 01 00"),
    "main_phone": ("+351 21 342 1234", "+48 22 555 01 00"),
    "website": ("https://www.example.com", ""),
    "street1": ("Rua Augusta 24", "ul. Polna 7"),
    "city": ("Lisboa", "Warszawa"),
    "postal_code": ("1100-053", "00-625"),
    "country": ("Portugal", "Poland"),
    "description": ("Met at the fair.", ""),
    "estimated_revenue": (12500, 800.5),
    "estimated_amount": (12500, 800.5),
    "budget_amount": (15000, ""),
    "annual_revenue": (2400000, ""),
    "employees": (45, 6),
    "probability": (60, 20),
    "tags": ("Trade fair; Key account", ""),
}


def template(act: Act, entity: str, view: str = "") -> tuple[str, bytes]:
    """(file name, content) of a template of a table, or of the columns of one of its views. Raises NotFound."""
    if entity not in RECORDS:
        raise NotFound
    shown = resolve(act, entity, view) if view else None
    if shown and shown.problem:
        raise NotFound
    how = act.who.conventions
    keys = template_keys(entity, shown.view.columns if shown else (), act.who)
    plan = keyed(entity, keys, how, owner_names(act.session))
    title = gettext(how.locale, RECORDS[entity].title_many)
    frame = Frame(plan, [sheets.name_of(title)])
    _examples(frame, plan)
    _guide(frame.book.create_sheet(sheets.name_of(gettext(how.locale, GUIDE))), plan)
    label = gettext(how.locale, shown.view.label) if shown else title
    return f"{gettext(how.locale, N_('Template – %(name)s'), name=label)}.xlsx", frame.content()


def template_keys(entity: str, shown: Sequence[str] = (), who: Who | None = None) -> list[str]:
    """What the columns of a template fill: everything that an import, of somebody or anybody, can fill, or what of it is `shown`.

    What a record cannot be without is always there.
    """
    every = importable(entity, who)
    if not shown:
        return every
    table = RECORDS[entity]
    names = [column.key for column in name_fields(table)]
    wanted = [key for shown_key in shown for key in (names if shown_key == "name" else [shown_key])]
    required = [name for name, spec in fields_of(table).items() if spec.required and name in every]
    return [key for key in dict.fromkeys([*required, *wanted]) if key in every]


def _examples(frame: Frame, plan: Scheme) -> None:
    """The same headings, and two rows as they could be."""
    locale = plan.how.locale
    sheet = frame.book.create_sheet(sheets.name_of(gettext(locale, EXAMPLES)))
    for number, column in enumerate(plan.columns, 1):
        head = sheet.cell(1, number, column.heading)
        head.font = Font(bold=True)
        sheet.column_dimensions[head.column_letter].width = column.width / 7
        for row, value in enumerate(_sample(column, locale), 2):
            if value != "":
                cell = sheet.cell(row, number, value)
                cell.data_type = "s" if isinstance(value, str) else cell.data_type
    sheet.freeze_panes = "A2"


def _sample(column: Column, locale: str) -> tuple[Any, Any]:
    if column.choices:
        return column.choices[0], column.choices[-1]
    if column.key in _SAMPLES:
        return _SAMPLES[column.key]
    if column.kind is Kind.CURRENCY:
        return "EUR", "PLN"
    if column.kind is Kind.DATE:
        return "2026-09-30", ""
    if column.kind is Kind.MOMENT:
        return "2026-09-30 14:00", ""
    return "", ""


def _guide(sheet: Worksheet, plan: Scheme) -> None:
    """What each column holds, in words."""
    locale = plan.how.locale
    rows: list[Sequence[str]] = [[gettext(locale, rule)] for rule in _RULES]
    rows += [[], [gettext(locale, word) for word in _ABOUT]]
    rows += [_line(column, locale) for column in plan.columns]
    for number, texts in enumerate(rows, 1):
        for at, text in enumerate(texts, 1):
            cell = sheet.cell(number, at, text)
            cell.data_type = "s"
            cell.font = Font(bold=number == len(_RULES) + 2)
            cell.alignment = Alignment(vertical="top", wrap_text=number > len(_RULES) and at > 2)
    for letter, width in zip("ABCD", (32, 12, 48, 70), strict=True):
        sheet.column_dimensions[letter].width = width


def _line(column: Column, locale: str) -> list[str]:
    spec = column.spec
    required = gettext(locale, N_("Yes")) if spec and spec.required else ""
    message = _OWNER if column.key == "owner" else _HOLDS[column.kind]
    holds = gettext(locale, message, n=spec.length if spec else "") if "%(n)s" in message else gettext(locale, message)
    return [column.heading, required, holds, "\n".join(column.choices)]
