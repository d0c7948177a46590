"""Fields that administrators make: every kind of them in records, lists, filters, imports, exports and merges (S 13.10)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from rxcrm.models import configuration, db, history, records, undoing
from rxcrm.models.account import Account
from rxcrm.models.errors import Invalid, NotAllowed
from rxcrm.models.exporting.making import make
from rxcrm.models.exporting.wanted import AGAIN, CSV, Wanted
from rxcrm.models.fields import fields_of
from rxcrm.models.filters.calendar import Clock
from rxcrm.models.filters.conditions import Group, Related, Test
from rxcrm.models.filters.sql import compiled
from rxcrm.models.importing import files, mapping, runs, wizard
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.job import Job
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask, page
from rxcrm.models.merging import comparing
from rxcrm.models.merging.doing import merge
from rxcrm.models.qualifying import mapping as qualifying
from rxcrm.models.shaping import customs, indexing
from rxcrm.models.shaping.tables import CustomField
from rxcrm.models.views import column_of
from rxcrm.state import forms
from tests.models.import_files import bring_in, csv_file
from tests.office import Office

#: One field of every kind: what is typed to make it.
KINDS: dict[str, dict[str, str]] = {
    "x_text": {"kind": "text", "label": "Text"},
    "x_memo": {"kind": "memo", "label": "Memo"},
    "x_whole": {"kind": "whole", "label": "Whole"},
    "x_decimal": {"kind": "decimal", "label": "Decimal"},
    "x_money": {"kind": "money", "label": "Money"},
    "x_day": {"kind": "date", "label": "Day"},
    "x_size": {"kind": "choice", "label": "Size", "options": "Small\nMedium\nLarge"},
    "x_vip": {"kind": "yesno", "label": "VIP"},
    "x_dealer": {"kind": "lookup", "label": "Dealer", "target": "account"},
}
NAMES = tuple(KINDS)


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "imports"
    folder.mkdir()
    monkeypatch.setattr(files, "folder", lambda: folder)
    yield
    configuration.reset()


def add(office: Office, entity: str = "lead", **typed: str) -> CustomField:
    made = customs.add(office.act(office.ada), entity, typed)
    office.act(office.ada)
    return made


def add_all(office: Office, entity: str = "lead") -> None:
    for typed in KINDS.values():
        add(office, entity, **typed)


def typed_values(dealer: Account) -> dict[str, str]:
    return {
        "x_text": " Łódź  Süd ",
        "x_memo": "one\ntwo",
        "x_whole": "-7",
        "x_decimal": "2.5",
        "x_money": "1,234.5",
        "x_day": "2026-02-03",
        "x_size": "3",
        "x_vip": "1",
        "x_dealer": str(dealer.id),
    }


def stored_values(dealer: Account) -> dict[str, Any]:
    return {
        "x_text": "Łódź  Süd",
        "x_memo": "one\ntwo",
        "x_whole": -7,
        "x_decimal": 2.5,
        "x_money": Decimal("1234.50"),
        "x_day": date(2026, 2, 3),
        "x_size": 3,
        "x_vip": True,
        "x_dealer": dealer.id,
    }


def held(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NAMES}


EMPTY = {**dict.fromkeys(NAMES), "x_text": "", "x_memo": "", "x_vip": False}


# -- in records ------------------------------------------------------------------------------------------------------


def test_every_kind_is_stored_and_read_back(office: Office) -> None:
    add_all(office)
    dealer = office.account(office.sara, name="Dealer")
    typed = {"topic": "T", "last_name": "L", **typed_values(dealer)}
    lead = records.create(office.act(office.sara), Lead, typed, whole=True)
    office.session.flush()
    office.session.expire_all()
    assert held(lead) == stored_values(dealer)


def test_records_from_before_the_field_have_no_value(office: Office) -> None:
    lead = office.lead()
    add_all(office)
    assert held(lead) == EMPTY and lead.custom == {}


def test_emptying_every_kind_leaves_nothing_behind(office: Office) -> None:
    add_all(office)
    lead = office.lead()
    records.save(office.act(office.sara), lead, typed_values(office.account(office.sara)))
    records.save(office.act(office.sara), lead, {**dict.fromkeys(NAMES, ""), "x_vip": "0"})
    assert held(lead) == EMPTY and lead.custom == {}


@pytest.mark.parametrize(
    "typed, problems",
    [
        ({"x_whole": "1.5"}, {"x_whole": "Whole must be a whole number."}),
        ({"x_whole": "101"}, {"x_whole": "Whole must be between 1 and 100."}),
        ({"x_text": "abcdef"}, {"x_text": "Text can have at most 5 characters; this has 6."}),
        ({"x_text": ""}, {"x_text": "Text is required."}),
        ({"x_nope": "1"}, {"x_nope": "There is no field “x_nope” to fill in."}),
    ],
)
def test_what_does_not_fit_is_refused(small_office: Office, typed: dict[str, str], problems: dict[str, str]) -> None:
    add(small_office, kind="whole", label="Whole", low="1", high="100")
    add(small_office, kind="text", label="Text", length="5", level="required")
    lead = small_office.lead(x_text="old")
    with pytest.raises(Invalid) as refusal:
        records.save(small_office.act(small_office.sara), lead, typed)
    assert refusal.value.by_field() == problems


def test_a_required_field_is_asked_by_the_whole_form_alone(small_office: Office) -> None:
    add(small_office, kind="text", label="Text", level="required")
    typed = {"topic": "T", "last_name": "L"}
    with pytest.raises(Invalid) as refusal:
        records.create(small_office.act(small_office.sara), Lead, typed, whole=True)
    assert refusal.value.by_field() == {"x_text": "Text is required."}
    assert records.create(small_office.act(small_office.sara), Lead, typed).id


def test_changes_are_told_field_by_field_and_still_when_the_field_is_gone(office: Office) -> None:
    add_all(office)
    dealer, lead = office.account(office.sara, name="Dealer"), office.lead()
    records.save(office.act(office.sara), lead, typed_values(dealer))

    def told() -> dict[str, str]:
        how = office.who(office.sara).conventions
        entry = history.entries(office.session, Lead, lead.id or 0, how)[0]
        return {change.label: change.new for change in entry.changes}

    expected = {"Text": "Łódź  Süd", "Memo": "one\ntwo", "Whole": "-7", "Decimal": "2.5", "Money": "€1,234.50"}
    expected |= {"Day": "Feb 3, 2026", "Size": "Large", "VIP": "Yes", "Dealer": "Dealer"}
    assert told() == expected
    for row in office.session.exec(select(CustomField)).all():
        customs.deactivate(office.act(office.ada), row.id or 0)
    assert told() == expected


def test_a_look_up_is_emptied_when_its_record_goes_for_good(office: Office) -> None:
    add_all(office)
    dealer = office.account(office.mia)
    lead = office.lead(office.sara, x_dealer=dealer.id)
    records.bin(office.act(office.mia), dealer)
    records.purge(office.session, office.now + timedelta(days=31))
    assert lead.x_dealer is None


# -- in lists and filters --------------------------------------------------------------------------------------------


def three(office: Office) -> list[str]:
    """Three leads: low, high, and one without any value."""
    add_all(office)
    low, high = office.account(office.sara, name="A"), office.account(office.sara, name="B")
    office.lead(
        last_name="low", x_text="ábc", x_memo="m1", x_whole=-5, x_decimal=-0.5, x_money=Decimal("0.10"),
        x_day=date(2026, 1, 2), x_size=1, x_vip=False, x_dealer=low.id,
    )  # fmt: skip
    office.lead(
        last_name="high", x_text="Bcd", x_memo="m2", x_whole=40, x_decimal=3.25, x_money=Decimal("100.00"),
        x_day=date(2026, 11, 12), x_size=2, x_vip=True, x_dealer=high.id,
    )  # fmt: skip
    office.lead(last_name="none")
    return [str(low.id), str(high.id)]


def found(office: Office, **ask: Any) -> list[str]:
    asked = Ask(**{"view": "all", "size": 50, "sort": (("name", False),), **ask})
    return [row["name"] for row in page(office.act(office.ada), asked).rows]


@pytest.mark.parametrize("name", NAMES)
def test_lists_are_sorted_by_every_kind(office: Office, name: str) -> None:
    three(office)
    up = ["none", "low", "high"] if name != "x_vip" else ["low", "none", "high"]
    assert found(office, sort=((name, False),)) == up or name == "x_vip"
    assert found(office, sort=((name, True),))[0] == "high"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("x_vip",)])
def test_pages_follow_each_other_when_sorted_by_a_custom_field(
    office: Office, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rxcrm.models import lists

    three(office)
    monkeypatch.setattr(lists, "PAGE_SIZES", (1, 50))
    ask = Ask(view="all", size=1, sort=((name, False),))
    first = page(office.act(office.ada), ask)
    second = page(office.act(office.ada), Ask(**{**vars(ask), "after": first.last}))
    third = page(office.act(office.ada), Ask(**{**vars(ask), "after": second.last}))
    assert [p.rows[0]["name"] for p in (first, second, third)] == ["none", "low", "high"]


@pytest.mark.parametrize(
    "name, operator, values, expected",
    [
        ("x_text", "eq", ["ABC"], ["low"]),
        ("x_text", "begins-with", ["b"], ["high"]),
        ("x_text", "null", [], ["none"]),
        ("x_memo", "like", ["M"], ["high", "low"]),
        ("x_whole", "lt", ["0"], ["low"]),
        ("x_whole", "between", ["-5", "40"], ["high", "low"]),
        ("x_decimal", "gt", ["-0.5"], ["high"]),
        ("x_money", "eq", ["0.10"], ["low"]),
        ("x_money", "ge", ["0.11"], ["high"]),
        ("x_money", "not-null", [], ["high", "low"]),
        ("x_day", "on-or-after", ["2026-01-03"], ["high"]),
        ("x_day", "on", ["2026-01-02"], ["low"]),
        ("x_day", "null", [], ["none"]),
        ("x_size", "in", ["1", "3"], ["low"]),
        ("x_size", "ne", ["1"], ["high", "none"]),
        ("x_vip", "eq", ["1"], ["high"]),
        ("x_vip", "eq", ["0"], ["low", "none"]),
        ("x_dealer", "eq", ["LOW"], ["low"]),
        ("x_dealer.name", "eq", ["b"], ["high"]),
    ],
)
def test_lists_are_filtered_by_every_kind(
    office: Office, name: str, operator: str, values: list[str], expected: list[str]
) -> None:
    low, _high = three(office)
    values = [low if value == "LOW" else value for value in values]
    assert found(office, where=Group((Test(name, operator, tuple(values)),))) == expected


def test_a_look_up_made_here_relates_its_tables(office: Office) -> None:
    low, _ = three(office)
    asked = Ask(
        entity="account", view="all", size=50, sort=(("name", False),),
        where=Group((Related("lead.x_dealer", Group(())),)),
    )  # fmt: skip
    assert next(row["id"] for row in page(office.act(office.ada), asked).rows) == low


def test_cells_of_lists_show_what_forms_hold(office: Office) -> None:
    _low, _ = three(office)
    asked = Ask(view="all", size=50, sort=(("name", False),), columns=("name", *NAMES))
    _high, row, none = page(office.act(office.ada), asked).rows
    assert [row[name] for name in NAMES] == ["ábc", "m1", "-5", "-0.5", "0.10", "2026-01-02", "1", "0", "A"]
    assert [none[name] for name in NAMES] == ["", "", "", "", "", "", "", "0", ""]
    column = column_of("lead", "x_money")
    assert column and (column.kind, column.label) == ("money", "Money")


def test_a_filter_over_a_field_that_is_gone_says_so(office: Office) -> None:
    made = add(office, kind="text", label="Text")
    customs.delete(office.act(office.ada), made.id or 0)
    with pytest.raises(Exception, match="does not exist any more"):
        found(office, where=Group((Test("x_text", "eq", ("a",)),)))


# -- in and out ------------------------------------------------------------------------------------------------------


def test_an_import_recognises_the_label_and_fills_every_kind(office: Office, tmp_path: Path) -> None:
    add_all(office)
    office.account(office.mia, name="Dealer")
    rows = [
        ["Topic", "Last Name", *(KINDS[name]["label"] for name in NAMES)],
        ["T", "L", "Łódź", "m", "-7", "2.5", "1,234.50", "2026-02-03", "large", "yes", "Dealer"],
        ["T2", "L2", "", "", "x", "", "", "", "Gigantic", "", ""],
    ]
    _, books = bring_in(office, office.who(office.mia), csv_file(tmp_path, rows))
    assert (books.accepted, books.rejected) == (2, 0)
    first, second = office.session.exec(select(Lead).where(Lead.import_id.is_not(None)).order_by(Lead.id)).all()  # type: ignore[union-attr,arg-type]
    dealer = office.session.exec(select(Account).where(Account.name == "Dealer")).one()
    expected = {**stored_values(dealer), "x_text": "Łódź", "x_memo": "m"}
    assert held(first) == expected and held(second) == EMPTY
    assert first.folded and first.folded["x_text"] == "lodz"


def test_a_required_field_is_required_of_imports(small_office: Office) -> None:
    add(small_office, kind="text", label="Region", level="required")
    assert [t.name for t in mapping.targets("lead") if t.required] == ["topic", "last_name", "x_region"]


def test_an_export_comes_back_without_a_change_and_with_what_was_edited(office: Office, tmp_path: Path) -> None:
    add_all(office)
    dealer = office.account(office.mia, name="Dealer")
    lead = office.lead(office.mia, **stored_values(dealer))
    who, path = office.who(office.mia), tmp_path / "lead.csv"
    office.commit()
    make(who, Wanted(entity="lead", view="all", format=CSV, which=AGAIN), path, db.now())
    (number,) = wizard.take_in(who, path, path.name)
    books = runs.carry_out(number, who, runs.inspect(who, number).plan, dry_run=True)
    assert (books.updated, books.skipped, books.rejected, books.warned) == (0, 1, 0, 0)
    content = path.read_text("utf-8-sig").replace("2026-02-03", "2026-03-04").replace("Large", "Small")
    assert next(iter(csv.DictReader(io.StringIO(content))))["Money"] == "1234.50"
    path.write_text(content, "utf-8")
    (number,) = wizard.take_in(who, path, path.name)
    books = runs.carry_out(number, who, runs.inspect(who, number).plan)
    office.session.expire_all()
    assert books.updated == 1 and held(lead) == {**stored_values(dealer), "x_day": date(2026, 3, 4), "x_size": 1}
    assert office.session.get_one(ImportRun, number).updated == 1


# -- merging and qualifying ------------------------------------------------------------------------------------------


def test_merging_takes_values_over_moves_look_ups_and_can_be_undone(office: Office) -> None:
    add_all(office)
    add(office, "account", kind="lookup", label="Partner", target="account")
    add(office, "account", kind="text", label="Area")
    kept, gone = office.account(office.mia, name="Kept"), office.account(office.mia, name="Gone", x_area="South")
    lead, other = office.lead(office.mia, x_dealer=gone.id), office.account(office.mia, x_partner=gone.id)
    shown = comparing.plan(office.act(office.mia), "account", [kept.id or 0, gone.id or 0], kept.id or 0)
    assert any(row.label == "Area" and row.winner == gone.id for part in shown.sections for row in part.rows)
    versions = {kept.id or 0: kept.version, gone.id or 0: gone.version}
    operation = merge(office.act(office.mia), "account", kept.id or 0, versions, {})
    assert (kept.x_area, lead.x_dealer, other.x_partner) == ("South", kept.id, kept.id)
    undoing.undo(office.act(office.mia), operation.id or 0)
    assert (kept.x_area, lead.x_dealer, other.x_partner) == ("", gone.id, gone.id)


def test_qualifying_copies_fields_that_both_tables_have(office: Office) -> None:
    for entity, sizes in (("lead", "Small\nLarge"), ("account", "Large\nSmall")):
        add(office, entity, kind="text", label="Region")
        add(office, entity, kind="choice", label="Size", options=sizes)
    add(office, "lead", kind="text", label="Only here")
    lead = office.lead(company_name="C", x_region="South", x_size=2, x_only_here="x")
    copied = qualifying.values(lead, "account")
    assert {name: value for name, value in copied.items() if name.startswith("x_")} == {
        "x_region": "South",
        "x_size": 1,
    }


# -- making, changing, retiring --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed, problems",
    [
        ({"kind": "text"}, {"label_en": "Label is required."}),
        ({"kind": "blob", "label": "B"}, {"kind": "Choose one of the list."}),
        ({"kind": "text", "label": "TOPIC"}, {"label": "Another field of this table has this label."}),
        ({"kind": "text", "label": "L", "length": "0"}, {"length": "Length must be between 1 and 4000."}),
        ({"kind": "whole", "label": "L", "low": "5", "high": "1"}, {"high": "The largest value is smaller than the smallest."}),
        ({"kind": "whole", "label": "L", "low": "abc"}, {"low": "“abc” is not a number."}),
        ({"kind": "choice", "label": "L"}, {"options": "Enter at least one option, each on a line of its own."}),
        ({"kind": "choice", "label": "L", "options": "a\nA"}, {"options": "Two options have the same label."}),
        ({"kind": "lookup", "label": "L", "target": "user"}, {"target": "Choose one of the list."}),
    ],
)  # fmt: skip
def test_a_field_is_described_in_full(small_office: Office, typed: dict[str, str], problems: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        customs.add(small_office.act(small_office.ada), "lead", typed)
    assert refusal.value.by_field() == problems


def test_yes_or_no_always_has_a_value_so_none_is_asked_for(small_office: Office) -> None:
    assert add(small_office, kind="yesno", label="VIP", level="required").level == ""


def test_names_are_made_of_labels_and_never_given_twice(small_office: Office) -> None:
    first = add(small_office, kind="text", label="Größe & Farbe")
    customs.delete(small_office.act(small_office.ada), first.id or 0)
    add(small_office, kind="text", label="Größe & Farbe")
    second = add(small_office, kind="text", label="Größe + Farbe")
    assert (first.name, second.name) == ("x_grosse_farbe", "x_grosse_farbe_2")


def test_only_administrators_make_fields(small_office: Office) -> None:
    with pytest.raises(NotAllowed):
        customs.add(small_office.act(small_office.mia), "lead", {"kind": "text", "label": "X"})


def test_a_deactivated_field_keeps_its_values_and_is_nowhere(office: Office) -> None:
    made = add(office, kind="text", label="Region")
    lead = office.lead(x_region="South")
    customs.deactivate(office.act(office.ada), made.id or 0)
    office.act(office.ada)
    assert "x_region" not in fields_of(Lead) and column_of("lead", "x_region") is None
    assert "x_region" not in {t.name for t in mapping.targets("lead")}
    assert lead.custom == {"x_region": "South"}
    customs.activate(office.act(office.ada), made.id or 0)
    office.act(office.ada)
    assert lead.x_region == "South"


def test_a_field_without_values_is_deleted_at_once(office: Office) -> None:
    made = add(office, kind="text", label="Region")
    assert customs.holders(office.session, made) == 0
    assert customs.delete(office.act(office.ada), made.id or 0)[1]
    assert office.session.exec(select(CustomField)).all() == []


def test_a_field_with_values_can_be_brought_back_for_30_days_then_it_goes_with_them(office: Office) -> None:
    made = add(office, kind="text", label="Region")
    kept, lead = office.lead(x_region="North"), office.lead(x_region="Süden", topic="Straße")
    assert customs.holders(office.session, made) == 2
    assert not customs.delete(office.act(office.ada), made.id or 0)[1]
    assert customs.purge(office.session, office.now + timedelta(days=29)) == 0
    customs.activate(office.act(office.ada), made.id or 0)
    office.act(office.ada)
    assert kept.x_region == "North"
    customs.delete(office.act(office.ada), made.id or 0)
    assert customs.purge(office.session, office.now + timedelta(days=31)) == 1
    office.session.expire_all()
    assert (kept.custom, lead.custom, lead.folded) == ({}, {}, {"topic": "strasse"})
    assert office.session.exec(select(CustomField)).all() == []


def test_fields_stand_in_the_order_of_the_administrator(small_office: Office) -> None:
    made = [add(small_office, kind="text", label=label) for label in ("One", "Two", "Three")]
    customs.move(small_office.act(small_office.ada), made[2].id or 0, -2)
    small_office.act(small_office.ada)
    assert [name for name in fields_of(Lead) if name.startswith("x_")] == ["x_three", "x_one", "x_two"]


def test_forms_get_custom_fields_as_state_and_none_while_there_are_none(small_office: Office) -> None:
    assert forms.shape("en") == {}
    add(small_office, kind="choice", label="Size", options="S\nL", help="How big.", level="recommended")
    view = forms.shape("en")["fields"]["lead"]["x_size"]
    assert view == {
        "label": "Size", "kind": "choice", "level": "recommended", "custom": True, "help": "How big.",
        "options": [["1", "S"], ["2", "L"]],
    }  # fmt: skip


# -- indexes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if name != "x_memo"])
def test_a_filterable_field_gets_an_index_that_its_filter_uses(office: Office, name: str) -> None:
    low = three(office)[0]
    row = office.session.exec(select(CustomField).where(CustomField.name == name)).one()
    customs.change(office.act(office.ada), row.id or 0, {"filterable": "1"})
    assert [job.payload["name"] for job in office.session.exec(select(Job).where(Job.kind == indexing.KIND))] == [name]
    office.commit()
    db.read(indexing.settle, "lead", name, True)
    db.read(indexing.settle, "lead", name, True)  # twice is harmless
    value = {"x_text": "abc", "x_whole": "-5", "x_decimal": "-0.5", "x_money": "0.10", "x_day": "2026-01-02"}
    value |= {"x_size": "1", "x_vip": "0", "x_dealer": low}
    operator = "on" if name == "x_day" else "eq"
    assert explained(office, Test(name, operator, (value[name],)))
    db.read(indexing.settle, "lead", name, False)
    assert not explained(office, Test(name, operator, (value[name],)))


def explained(office: Office, test: Test) -> bool:
    """Whether the database can use the index of a field for a test of it."""
    office.act(office.ada)
    act, name = office.act(office.ada), indexing.name_of("lead", test.field)
    built = compiled(Lead, Group((test,)), act.who)
    asked = select(Lead.id).where(built.where, Lead.deleted_on.is_(None))  # type: ignore[union-attr]
    given = built.params(Clock(act.who, act.now))
    connection = office.session.connection()
    if connection.dialect.name == "postgresql":
        for way in ("seqscan", "bitmapscan"):
            connection.execute(sql(f"SET LOCAL enable_{way} = off"))
        shown = str(asked.compile(dialect=connection.dialect))
        rows = connection.exec_driver_sql("EXPLAIN " + shown, given).all()
        found = any(name in str(row) for row in rows)
    else:
        flat = {"literal_binds": True}
        shown = str(asked.params(given).compile(dialect=connection.dialect, compile_kwargs=flat))
        try:
            connection.exec_driver_sql(shown.replace("FROM lead", f"FROM lead INDEXED BY {name}"))
            found = True
        except OperationalError:
            found = False
    office.session.rollback()
    return found
