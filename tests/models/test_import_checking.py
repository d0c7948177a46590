"""Cells → values, warnings and rejections (issue part 8, S 13.17-13.19)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from rxcrm.models.access import Who
from rxcrm.models.fields import Conventions
from rxcrm.models.importing.checked import REJECTED, Checked
from rxcrm.models.importing.checking import Checker, survey
from rxcrm.models.importing.grid import CellError, Exact
from rxcrm.models.importing.lookups import Lookups
from rxcrm.models.importing.mapping import propose
from rxcrm.models.importing.names import split_name
from rxcrm.models.importing.owners import Owners
from rxcrm.models.importing.plan import Plan
from rxcrm.models.lead import Lead
from tests.office import Office

BASE = {"Topic": "Forklifts", "Last Name": "Sousa"}


@pytest.fixture
def mia(small_office: Office) -> Who:
    return small_office.who(small_office.mia)


def checked(who: Who, *rows: dict[str, str], how: Conventions | None = None, base: dict[str, str] = BASE) -> list[Any]:
    """The rows as the import checks them, numbered from 2; every row has a topic and a last name unless it says."""
    whole = [base | row for row in rows]
    headings = list(dict.fromkeys(h for row in whole for h in row))
    table = [(n, [row.get(h, "") for h in headings]) for n, row in enumerate(whole, 2)]
    samples = [[cells[i] for _, cells in table] for i in range(len(headings))]
    mapping = {p.index: p.target for p in propose("lead", headings, samples) if p.target}
    _, habits = survey(table, mapping, Lead)
    owners = Owners(who, "lead")
    plan = Plan(mapping=mapping)
    checker = Checker(Lead, headings, plan, habits, how or who.conventions, owners, Lookups(who, {}), "l.csv")
    return [*checker.notes(1), *(new_record(checker, n, cells) for n, cells in table)]


def new_record(checker: Checker, number: int, cells: list[str]) -> Checked | None:
    """A row that is to become a new record."""
    row = checker.check(number, cells)
    if row is not None:
        row.require_whole()
    return row


def one(who: Who, row: dict[str, str], **more: Any) -> Checked:
    return checked(who, row, **more)[-1]


def said(row: Checked) -> list[tuple[str, str, str]]:
    return [(p.severity, p.column, p.value) for p in row.problems]


def sentences(row: Checked) -> list[str]:
    return [p.reason % p.values for p in row.problems]


# -- yes and no ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading, word, value",
    [
        ("Do not allow Emails", "Allow", False),
        ("Do not allow Emails", "Do Not Allow", True),
        ("Do not allow Emails", "do not allow", True),
        ("donotemail", "1", True),
        ("donotemail", "FALSE", False),
        ("Email Opt Out", "TRUE", True),
        ("Email Opt Out", "0", False),
        ("HasOptedOutOfEmail", "no", False),
        ("Do not allow Emails", "ja", True),
        ("Do not allow Emails", "não", False),
        ("Do not allow Emails", "はい", True),
    ],
)
def test_words_of_yes_and_no_keep_the_sense_of_their_column(mia: Who, heading: str, word: str, value: bool) -> None:
    row = one(mia, {heading: word})
    assert (row.values["do_not_email"], row.problems) == (value, [])


def test_other_pairs_of_words_are_known_and_unknown_ones_warn(mia: Who) -> None:
    row = one(mia, {"Marketing Material": "Do Not Send", "Follow Email Activity": "Do Not Allow"})
    assert (row.values["do_not_send_marketing"], row.values["follow_email"]) == (True, False)
    row = one(mia, {"Do not allow Emails": "perhaps"})
    assert said(row) == [("warning", "Do not allow Emails", "perhaps")] and row.values["do_not_email"] is False


# -- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading, text, value",
    [
        ("Lead Source", "Trade Show", 7),
        ("Lead Source", "  TRADE-show ", 7),
        ("Lead Source", "Phone Inquiry", None),
        ("Lead Source", "7", None),
        ("leadsourcecode", "7", 7),
        ("leadsourcecode", "99", None),
        ("Rating", "cold", 3),
        ("Industry", "Doctors Offices and Clinics", 11),
    ],
)
def test_options_are_matched_by_label_and_by_number_only_under_the_name_of_dynamics(
    mia: Who, heading: str, text: str, value: int | None
) -> None:
    row = one(mia, {heading: text})
    found = next(v for k, v in row.values.items() if k in ("lead_source", "rating", "industry"))
    assert (found, len(row.problems)) == (value, 0 if value else 1)


def test_an_unknown_option_says_what_became_of_it(mia: Who) -> None:
    (problem,) = one(mia, {"Industry": "Apparel"}).problems
    assert problem.reason % problem.values == "“Apparel” is not an option of Industry; the field stays empty."


# -- dates -----------------------------------------------------------------------------------------------------------

CLOSE = "Est. Close Date"


def dates(who: Who, *texts: str, how: Conventions | None = None) -> list[datetime.date | None]:
    return [
        r.values.get("estimated_close_date")
        for r in checked(who, *({CLOSE: t} for t in texts), how=how)
        if isinstance(r, Checked)
    ]


def test_a_day_above_twelve_decides_the_order_of_the_column(mia: Who) -> None:
    day = datetime.date
    assert dates(mia, "03/02/2026", "13/02/2026") == [day(2026, 2, 3), day(2026, 2, 13)]
    assert dates(mia, "03/02/2026", "02/13/26") == [day(2026, 3, 2), day(2026, 2, 13)]


@pytest.mark.parametrize(
    "text",
    ["2026-02-03", "2026/02/03", "20260203", "3.2.2026", "03.02.26", "3 Feb 2026", "Feb 3, 2026", "03-Feb-26", "2026年2月3日", "Tuesday, February 3, 2026", "2026-02-03T10:00:00Z", "03.02.2026 14:05"],
)  # fmt: skip
def test_dates_are_read_however_they_are_written(mia: Who, text: str) -> None:
    assert dates(mia, text) == [datetime.date(2026, 2, 3)]


@pytest.mark.parametrize(
    "how, month", [(Conventions("en", "UTC", "US"), 3), (Conventions("en", "UTC", "GB"), 2), (Conventions("de"), 2)]
)
def test_dates_that_nothing_decides_follow_the_reader_and_warn_once(mia: Who, how: Conventions, month: int) -> None:
    found = checked(mia, {CLOSE: "03/02/2026"}, {CLOSE: "04/02/2026"}, how=how)
    assert found[0].row == 1 and "could be swapped" in found[0].reason
    assert len(found) == 3 and not found[1].problems
    assert found[1].values["estimated_close_date"].month == month


def test_a_text_that_is_no_date_leaves_the_field_empty(mia: Who) -> None:
    found = checked(mia, {CLOSE: "next spring"}, {CLOSE: "31/02/2026"}, {CLOSE: "0000-00-00"})
    assert [said(r)[0][2] for r in found] == ["next spring", "31/02/2026", "0000-00-00"]
    assert not any(r.values["estimated_close_date"] for r in found)


def test_created_on_becomes_the_recorded_moment_in_the_readers_zone(mia: Who) -> None:
    how = Conventions("en", "Europe/Warsaw", "US")
    row = one(mia, {"Created Date": "02/24/26 02:18 PM"}, how=how)
    assert row.recorded_on == datetime.datetime(2026, 2, 24, 13, 18, tzinfo=datetime.UTC)
    row = one(mia, {"Created Date": "2026-02-24T14:18:00+00:00"}, how=how)
    assert row.recorded_on == datetime.datetime(2026, 2, 24, 14, 18, tzinfo=datetime.UTC)


# -- numbers ---------------------------------------------------------------------------------------------------------


def amounts(who: Who, *texts: str, how: Conventions | None = None) -> list[Decimal | None]:
    return [r.values["annual_revenue"] for r in checked(who, *({"Annual Revenue": t} for t in texts), how=how)]


def test_one_clear_amount_decides_the_decimal_sign_of_the_column(mia: Who) -> None:
    assert amounts(mia, "1.234", "1.234.567,50") == [Decimal(1234), Decimal("1234567.50")]
    assert amounts(mia, "1.234", "0,5", how=Conventions("en")) == [Decimal(1234), Decimal("0.50")]
    assert amounts(mia, "1,234", "1,234,567.50", how=Conventions("de")) == [Decimal(1234), Decimal("1234567.50")]
    assert amounts(mia, "$1,200.00", "EUR 5") == [Decimal(1200), Decimal(5)]


def test_numbers_of_typed_cells_need_no_guess(mia: Who) -> None:
    assert amounts(mia, Exact("1.234"), Exact("0.1"), how=Conventions("de")) == [Decimal("1.23"), Decimal("0.10")]
    assert one(mia, {"No. of Employees": Exact("12")}).values["employees"] == 12


@pytest.mark.parametrize("text", ["many", "-5", "1e99", "1-50"])
def test_what_is_no_number_or_out_of_range_leaves_the_field_empty(mia: Who, text: str) -> None:
    row = one(mia, {"No. of Employees": text})
    assert row.values["employees"] is None and said(row) == [("warning", "No. of Employees", text)]


# -- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading, text", [("Topic", "x" * 301), ("Mobile Phone", "1" * 21), ("City", "x" * 81), ("Email", "a@" + "x" * 120 + ".com")]
)  # fmt: skip
def test_text_that_is_too_long_rejects_its_row_and_nothing_is_cut(mia: Who, heading: str, text: str) -> None:
    row = one(mia, {heading: text})
    assert row.values is None and said(row)[0] == (REJECTED, heading, text)


@pytest.mark.parametrize("missing", ["Topic", "Last Name"])
@pytest.mark.parametrize("text", ["", "  \t "])
def test_topic_and_last_name_are_required(mia: Who, missing: str, text: str) -> None:
    row = one(mia, {missing: text, "City": "Porto"})
    assert row.values is None
    assert [(p.column, p.reason % p.values) for p in row.problems] == [(missing, f"{missing} is required.")]


def test_a_bad_address_is_kept_in_the_description(mia: Who) -> None:
    row = one(mia, {"Email": "ana at porto", "Website": "not a site", "Description": "Met at the fair."})
    assert (row.values["email"], row.values["website"]) == ("", "")
    assert row.values["description"] == "Met at the fair.\nEmail: ana at porto\nWebsite: not a site"
    assert said(row) == [("warning", "Email", "ana at porto"), ("warning", "Website", "not a site")]
    assert sentences(row) == [
        f"“{text}” is not {kind} address. The row comes in without it; the text goes to the description."
        for text, kind in (("ana at porto", "an e-mail"), ("not a site", "a web"))
    ]
    row = one(mia, {"Email": "ana at porto", "Description": "x" * 1995})
    assert row.values["description"] == "x" * 1995
    assert sentences(row) == [
        "“ana at porto” is not an e-mail address and is left out: the description has no room for it."
    ]


def test_of_several_addresses_the_first_is_taken_and_the_others_kept(mia: Who) -> None:
    row = one(mia, {"Email": "a@x.com; b@x.com", "Business Phone": "+48 22 123 45 67 ::: +48 22 765 43 21"})
    assert (row.values["email"], row.values["business_phone"]) == ("a@x.com", "+48 22 123 45 67")
    assert row.values["description"] == "Email: b@x.com\nBusiness Phone: +48 22 765 43 21"


def test_phones_are_read_in_the_country_of_their_row(mia: Who) -> None:
    found = checked(
        mia, {"Phone": "030 1234567", "Country": "Germany"}, {"Phone": "22 123 45 67"}, {"Phone": "call me"}
    )
    assert [r.values["business_phone"] for r in found] == ["+49 30 1234567", "+48 22 123 45 67", "call me"]


def test_a_failed_formula_leaves_the_field_empty(mia: Who) -> None:
    row = one(mia, {"City": CellError("#REF!")})
    assert "city" not in row.values and said(row) == [("warning", "City", "#REF!")]


def test_blank_rows_are_blank(mia: Who) -> None:
    assert one(mia, {"Topic": " ", "Last Name": "\t"}) is None


@pytest.mark.parametrize(
    "name, parts",
    [
        ("Bertha Boxer", ("", "Bertha", "Boxer")),
        ("Boxer, Bertha", ("", "Bertha", "Boxer")),
        ("Dr. Ludwig van Beethoven", ("Dr.", "Ludwig", "van Beethoven")),
        ("Bill Dadio Jr", ("", "Bill", "Dadio Jr")),
        ("Ana Maria Sousa", ("", "Ana Maria", "Sousa")),
        ("Cher", ("", "", "Cher")),
        ("山田 太郎", ("", "太郎", "山田")),
    ],
)
def test_full_names_are_split(mia: Who, name: str, parts: tuple[str, str, str]) -> None:
    assert split_name(name) == parts
    row = one(mia, {"Full Name": name}, base={"Topic": "x"})
    assert tuple(row.values.get(n, "") for n in ("salutation", "first_name", "last_name")) == parts


# -- status and owner ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, reason, warned",
    [
        ("Contacted", 2, False),
        ("New", 1, False),
        ("Open", 1, False),
        ("Open - Not Contacted", 1, True),
        ("Working - Contacted", 2, True),
        ("Closed - Converted", None, True),
        ("Closed - Not Converted", None, True),
        ("Qualified", None, True),
        ("Disqualified", None, True),
        ("Lost", None, True),
        ("TRUE", None, True),
        ("FALSE", None, False),
        ("Hibernating", None, True),
    ],
)
def test_every_lead_comes_in_open_and_its_history_keeps_what_the_source_said(
    mia: Who, text: str, reason: int | None, warned: bool
) -> None:
    row = one(mia, {"Status": text})
    assert row.values is not None and row.values.get("status_reason", reason) == reason
    assert bool(row.problems) == warned and (f"Status: {text}" in row.remark) == warned
    assert "status" not in row.values


def test_a_manager_may_name_owners_by_address_or_name(small_office: Office, mia: Who) -> None:
    sara, tom = small_office.sara.id, small_office.tom.id
    found = checked(mia, {"Owner": "sara@contoso.com"}, {"Owner": "TOM"}, {"Owner": "Mia"}, {"Owner": "nobody"})
    assert [r.owner.user_id for r in found] == [sara, tom, mia.id, mia.id]
    assert [len(r.problems) for r in found] == [0, 0, 0, 1]


def test_a_manager_may_not_give_leads_to_other_units(small_office: Office, mia: Who) -> None:
    row = one(mia, {"Owner": "Olaf"})
    assert row.owner.user_id == mia.id and "outside your reach" in row.problems[0].reason


def test_a_seller_owns_what_he_imports(small_office: Office) -> None:
    sara = small_office.who(small_office.sara)
    found = checked(sara, {"Owner": "Tom"}, {"Owner": "Sara"})
    assert [(r.owner.user_id, len(r.problems)) for r in found] == [(sara.id, 1), (sara.id, 0)]
    assert "may not choose owners" in found[0].problems[0].reason


def test_cells_beyond_the_headings_are_not_lost_silently(mia: Who) -> None:
    owners = Owners(mia, "lead")
    mapping = {0: "topic", 1: "last_name"}
    _, habits = survey([], mapping, Lead)
    checker = Checker(
        Lead, ["Topic", "Last Name"], Plan(mapping=mapping), habits, mia.conventions, owners, Lookups(mia, {}), "f"
    )
    row = checker.check(2, ["a", "b", "", "c"])
    assert row is not None and said(row) == [("warning", "", "c")]
