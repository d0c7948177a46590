"""What administrators shape reaches every process, and each unit of work sees one state of it (issue 6, part 5)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Event

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from rxcrm.models import configuration, db
from rxcrm.models.access import who_is
from rxcrm.models.fields import fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.people import User, organisation
from rxcrm.models.records import Act
from rxcrm.models.shaping import customs, options
from tests.office import Office, Statements


def somebody_acts(session: Session) -> Act:
    """A unit of work of another process: it knows nothing but the database."""
    org = organisation(session)
    user = session.get(User, 1)
    assert org and user
    return Act(session, who_is(session, user, org), Office.now)


def with_a_field(session: Session, label: str = "Region") -> None:
    customs.add(somebody_acts(session), "lead", {"kind": "text", "label": label})


def test_a_process_sees_its_own_change_as_soon_as_it_is_committed(database: Engine) -> None:
    db.transact(with_a_field)
    assert "x_region" in fields_of(Lead)


def test_another_process_sees_it_when_it_next_asks_who_is_acting(database: Engine) -> None:
    db.transact(with_a_field)
    configuration.reset()  # what a process knows that has just been started, or did not hear of it
    assert "x_region" not in fields_of(Lead)
    assert db.read(lambda session: (somebody_acts(session), "x_region" in fields_of(Lead))[1])


def test_a_process_that_begins_with_work_asks_once(database: Engine) -> None:
    db.transact(with_a_field)
    configuration.reset()
    db.read(configuration.refresh)
    assert "x_region" in fields_of(Lead)


def test_what_is_taken_back_was_never_there(database: Engine) -> None:
    def fail(session: Session) -> None:
        with_a_field(session)
        somebody_acts(session)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        db.transact(fail)
    assert db.read(lambda session: (somebody_acts(session), "x_region" in fields_of(Lead))[1]) is False
    assert db.read(lambda session: organisation(session).configuration) == 0  # type: ignore[union-attr]


def test_a_unit_of_work_sees_one_configuration_to_its_end(database: Engine) -> None:
    begun, changed = Event(), Event()

    def look_twice(session: Session) -> tuple[bool, bool]:
        before = "x_region" in fields_of(Lead)
        begun.set()
        changed.wait(10)
        return before, "x_region" in fields_of(Lead)

    with ThreadPoolExecutor(1) as threads:
        looking = threads.submit(db.read, look_twice)
        begun.wait(10)
        db.transact(with_a_field)
        changed.set()
        assert looking.result() == (False, False)
    assert "x_region" in fields_of(Lead)


def test_two_administrators_at_once_both_count(database: Engine) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda label: db.transact(with_a_field, label), ["One", "Two"]))
    assert {"x_one", "x_two"} <= set(fields_of(Lead))
    assert db.read(lambda session: organisation(session).configuration) == 2  # type: ignore[union-attr]


def test_a_configuration_that_is_known_costs_no_statement(office: Office) -> None:
    options.add(office.act(office.ada), "LeadSource", {"label": "Podcast"})
    office.act(office.sara)
    with Statements(office.engine) as first:
        office.act(office.sara)
    configuration.reset()
    with Statements(office.engine) as anew:
        office.act(office.sara)
    assert len(first) < len(anew)


def test_caches_are_kept_apart_for_each_configuration(office: Office) -> None:
    asked: list[str] = []

    @configuration.forgets
    @lru_cache(10)
    def cached(name: str) -> int:
        asked.append(name)
        return len(fields_of(Lead))

    before = cached("lead")
    assert cached("lead") == before and asked == ["lead"]
    with_a_field(office.session)
    office.act(office.ada)
    assert cached("lead") == before + 1 and asked == ["lead", "lead"]


def test_open_tabs_are_told(office: Office) -> None:
    act = office.act(office.ada)
    options.add(act, "LeadSource", {"label": "Podcast"})
    assert configuration.TOPIC in act.topics
