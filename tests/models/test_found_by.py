"""By which fields records are found, as administrators chose them: quick find's find columns (S R9.3, R7.1a)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlmodel import select

from rxcrm.models import configuration, db, found_by, jobs, lists, publishing, reindexing
from rxcrm.models.defining import definition_of
from rxcrm.models.errors import Invalid
from rxcrm.models.job import Job
from rxcrm.models.lists import Ask
from rxcrm.models.saved_view import Purpose
from rxcrm.models.shaping import customs
from rxcrm.models.system_views import view_for
from rxcrm.models.tables import RECORDS
from tests.office import Office


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    configuration.reset()


def find_by(office: Office, *names: str, entity: str = "lead") -> None:
    """An administrator publishes other find columns."""
    act = office.act(office.ada)
    known = publishing.listed(entity, "find")
    definition = {**definition_of(known.view), "find": list(names)}
    row = publishing.draft(act, entity, "find", known.version, definition)
    publishing.publish(office.act(office.ada), entity, "find", row.version)
    office.act(office.ada)


def found(office: Office, term: str, entity: str = "lead") -> list[str]:
    return [hit.name for hit in lists.find(office.act(office.ada), entity, term)]


def put_off(office: Office) -> list[str]:
    return [job.key for job in office.session.exec(select(Job).where(Job.kind == reindexing.KIND))]


def through(office: Office) -> None:
    """Let the worker's handler do what was put off."""

    async def run() -> None:
        job, _topics = await db.run(lambda session: jobs.take(session, "w", office.now))
        assert job and job.kind == reindexing.KIND
        await jobs.KINDS[job.kind].handle(job)

    office.commit()
    before = db._used
    db.use(office.engine)
    try:
        asyncio.run(run())
    finally:
        db.use(before)
    office.session.expire_all()


@pytest.mark.parametrize("entity", RECORDS)
def test_what_is_shipped_can_be_chosen_and_stands_in_the_quick_find_view(small_office: Office, entity: str) -> None:
    assert set(found_by.SHIPPED[entity]) <= set(found_by.findable(RECORDS[entity]))
    assert view_for(entity, Purpose.FIND).find == found_by.SHIPPED[entity]
    assert view_for(entity, Purpose.LOOKUP).find == ()


def test_shipped_find_columns_are_those_of_the_list_search(office: Office) -> None:
    office.lead(topic="Racks", last_name="Doe", company_name="Azulejos", city="Porto", mobile_phone="+351 912 345 678")
    for term in ("racks", "doe", "azul", "porto", "912345"):
        assert found(office, term) == ["Doe"], term


def test_new_find_columns_hold_for_what_is_saved_from_now_on(office: Office) -> None:
    find_by(office, "name", "description")
    office.lead(last_name="Doe", city="Porto", description="Wants a crane")
    assert found(office, "crane") == ["Doe"]
    assert found(office, "porto") == []
    ask = Ask(view="all", search="crane")
    assert [row["name"] for row in lists.page(office.act(office.ada), ask).rows] == ["Doe"]


def test_what_was_there_before_is_gathered_by_a_job_that_changes_nothing_else(office: Office) -> None:
    lead = office.lead(last_name="Doe", city="Porto", description="Wants a crane")
    kept = (lead.version, lead.modified_on, lead.modified_by_id)
    find_by(office, "description")
    assert put_off(office) == ["lead"]
    assert found(office, "crane") == [] and found(office, "porto") == ["Doe"]
    through(office)
    assert found(office, "crane") == ["Doe"] and found(office, "porto") == []
    assert (lead.version, lead.modified_on, lead.modified_by_id) == kept


def test_the_job_goes_through_the_table_in_batches_and_twice_is_harmless(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        office.lead(last_name=f"Doe {n}", description="crane")
    find_by(office, "description")
    monkeypatch.setattr(reindexing, "BATCH", 2)
    office.session.flush()
    for _ in range(2):
        after, steps = 0, 0
        while last := reindexing.gather(office.session, "lead", after):
            after, steps = last, steps + 1
        assert steps == 3
    assert len(found(office, "crane")) == 5


def test_only_other_find_columns_put_the_job_off(office: Office) -> None:
    act = office.act(office.ada)
    definition = definition_of(view_for("lead", Purpose.FIND)) | {"columns": ["name", "rating"]}
    row = publishing.draft(act, "lead", "find", 0, definition)
    row = publishing.publish(office.act(office.ada), "lead", "find", row.version)
    assert put_off(office) == []
    find_by(office, "city")
    row = publishing.draft(office.act(office.ada), "lead", "find", row.version, definition)
    assert put_off(office) == ["lead"]
    publishing.reset(office.act(office.ada), "lead", "find", row.version)
    office.act(office.ada)
    assert found_by.chosen("lead") == found_by.SHIPPED["lead"]


def test_numbers_are_found_by_their_digits_and_websites_by_their_host(office: Office) -> None:
    find_by(office, "website", "fax")
    office.lead(last_name="Doe", website="https://www.azulejos.pt/about", fax="+351 22 123 45 67")
    assert found(office, "azulejos.pt") == ["Doe"]
    assert found(office, "22-123-45") == ["Doe"]
    assert found(office, "about") == []


def test_a_custom_field_is_a_find_column_until_it_is_gone(office: Office) -> None:
    made = customs.add(office.act(office.ada), "lead", {"kind": "text", "label": "Region"})
    office.act(office.ada)
    find_by(office, "x_region", "name")
    office.lead(last_name="Doe", x_region="Minho")
    assert found(office, "minho") == ["Doe"]
    assert found_by.searched("lead")[0] == "Region"
    customs.deactivate(office.act(office.ada), made.id or 0)
    office.act(office.ada)
    office.lead(last_name="Roe")
    assert found(office, "roe") == ["Roe"]


@pytest.mark.parametrize(
    ("entity", "values", "term"),
    [
        ("contact", {"last_name": "Doe", "job_title": "Buyer"}, "buyer"),
        ("account", {"name": "Doe", "account_number": "A-77"}, "a-77"),
    ],
)
def test_other_tables_have_find_columns_of_their_own(
    office: Office, entity: str, values: dict[str, str], term: str
) -> None:
    getattr(office, entity)(**values)
    assert found(office, term, entity) == ["Doe"]
    find_by(office, "city", entity=entity)
    through(office)
    assert found(office, term, entity) == []


@pytest.mark.parametrize("names", [[], ["rating"], ["nonsense"]])
def test_without_any_field_nothing_would_ever_be_found(small_office: Office, names: list[str]) -> None:
    definition = {**definition_of(view_for("lead", Purpose.FIND)), "find": names}
    with pytest.raises(Invalid) as refusal:
        publishing.draft(small_office.act(small_office.ada), "lead", "find", 0, definition)
    assert refusal.value.by_field() == {"find": "Choose at least one field that is searched."}
