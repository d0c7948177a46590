"""Exports follow saved views, the filter and the columns of the address, and the reader's rights (S 7.9, 9.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rxcrm.models import configuration, publishing, saved_views
from rxcrm.models.errors import NotFound
from rxcrm.models.exporting import runs, templates
from rxcrm.models.exporting.wanted import CSV, Wanted, restored
from rxcrm.models.filters.conditions import BadFilter, Test, every, spelled, written
from rxcrm.models.filters.values import filterable, place_of
from rxcrm.models.system_views import key_of
from rxcrm.models.tables import record_table
from rxcrm.models.territory import Territory
from tests.models.test_exporting import exported
from tests.office import Office

HOT = every(Test("rating", "eq", ("1",)))


@pytest.fixture(autouse=True)
def as_shipped() -> Any:
    yield
    configuration.reset()


def view(office: Office, *columns: str, **more: Any) -> str:
    definition = {"columns": list(columns or ("topic", "city")), "where": written(HOT), **more}
    row = saved_views.save_as(office.act(office.sara), "lead", "Hot: all/some", definition)
    return key_of(row.id or 0)


def test_a_saved_view_is_exported_as_it_shows_itself(office: Office, tmp_path: Path) -> None:
    office.lead(topic="Racks", rating=1, city="Łódź")
    office.lead(topic="Lifts", rating=1, city="Porto")
    office.lead(topic="Belts", rating=3)
    key = view(office, sort=[["city", False]])
    found = exported(office, tmp_path, view=key, format=CSV)
    assert found.shown == ["Topic", "City"]
    assert found.rows == [["Racks", "Łódź"], ["Lifts", "Porto"]]


def test_the_filter_and_the_columns_of_the_address_win_over_the_view(office: Office, tmp_path: Path) -> None:
    account = office.account(office.sara, name="Fabrikam", city="Łódź")
    office.lead(topic="Racks", rating=1, existing_account_id=account.id)
    office.lead(topic="Belts", rating=3)
    where = spelled(every(Test("rating", "ne", ("1",))))
    found = exported(office, tmp_path, view="all", where=where, columns=("topic", "job_title"), format=CSV)
    assert (found.shown, found.rows) == (["Topic", "Job Title"], [["Belts", ""]])
    columns = (
        "topic",
        "existing_account_id.name",
        "existing_account_id.city",
        "existing_account_id.owner",
        "created_by",
    )
    found = exported(office, tmp_path, view="all", where=spelled(HOT), columns=columns, format=CSV)
    assert found.rows == [["Racks", "Fabrikam", "Łódź", "Sara", "Sara"]]
    assert found.shown[1:3] == ["Existing Account? Account Name", "Existing Account? City"]


def test_columns_of_related_records_hold_only_what_the_reader_may_see(office: Office, tmp_path: Path) -> None:
    office.settle(private=True)
    account = office.account(office.olaf, name="Secret Ltd", city="Łódź")
    office.lead(topic="Racks", existing_account_id=account.id)
    columns = ("topic", "existing_account_id.city", "existing_account_id.owner")
    found = exported(office, tmp_path, view="all", columns=columns, format=CSV)
    assert found.rows == [["Racks", "", ""]]


@pytest.mark.parametrize("entity", ["lead", "account", "contact", "opportunity"])
def test_every_field_that_a_view_can_show_can_be_exported(office: Office, tmp_path: Path, entity: str) -> None:
    territory = office.bare(Territory, name="North")
    office.session.flush()
    office.sara.territory_id = territory.id
    getattr(office, entity)(office.sara)
    table = record_table(entity)
    through = [
        f"{name}.created_on" for name, spec in filterable(table).items() if place_of(table, f"{name}.created_on")
    ]
    columns = (*filterable(table), *through)
    found = exported(office, tmp_path, entity=entity, view="all", columns=columns, format=CSV)
    assert len(found.rows[0]) == len(columns)
    assert found.rows[0][columns.index("sales_territory")] == "North"


def test_what_is_exported_is_settled_when_it_is_asked_for(office: Office) -> None:
    office.lead(topic="Racks", rating=1)
    key = view(office)
    run = runs.begin(office.act(office.sara), Wanted(view=key, format=CSV))
    assert run.file_name.startswith("Hot all some 2026-05-13")
    kept = restored(run.wanted)
    assert kept.columns == ("topic", "city") and kept.where == spelled(HOT) and run.total == 1


def test_a_filter_that_cannot_be_asked_exports_nothing(office: Office) -> None:
    for where in ("{", spelled(every(Test("shoe_size", "null")))):
        with pytest.raises(BadFilter):
            runs.begin(office.act(office.sara), Wanted(where=where, format=CSV))


def test_a_template_follows_a_saved_view_of_whoever_may_use_it(office: Office) -> None:
    key = view(office, "topic", "city", "existing_account_id.city")
    name, content = templates.template(office.act(office.sara), "lead", key)
    assert "Hot" in name and content
    with pytest.raises(NotFound):
        templates.template(office.act(office.tom), "lead", key)


def test_a_published_change_of_a_system_view_reaches_exports(office: Office, tmp_path: Path) -> None:
    office.lead(topic="Racks", rating=1)
    office.lead(topic="Belts", rating=3)
    definition = {"columns": ["topic"], "where": written(HOT)}
    row = publishing.draft(office.act(office.ada), "lead", "all", 0, definition)
    publishing.publish(office.act(office.ada), "lead", "all", row.version)
    assert exported(office, tmp_path, view="all", format=CSV).rows == [["Racks"]]
