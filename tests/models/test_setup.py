"""The first visit (issue 2, part 2; S 13.12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from rxcrm.models import login, setup
from rxcrm.models.choices import Role
from rxcrm.models.errors import CrmError, Invalid, NotAllowed
from rxcrm.models.migrating import migrate
from rxcrm.models.people import BusinessUnit, Organisation, organisation
from tests.office import Office

ANSWERS = setup.Answers("Contoso", "Ada", "ada@contoso.com", "a good password", country="PL", fiscal_month=4)
NOW = Office.now


@pytest.fixture
def session(blank: Engine) -> Iterator[Session]:
    with Session(blank.execution_options(writes=True), expire_on_commit=False) as session:
        yield session


def test_the_set_up_makes_organisation_unit_and_administrator(session: Session) -> None:
    assert setup.is_needed(session)
    ada = setup.set_up(session, ANSWERS, NOW)
    org = organisation(session)
    assert not setup.is_needed(session)
    assert (org.name, org.country, org.fiscal_month) == ("Contoso", "PL", 4)
    assert session.exec(select(BusinessUnit)).one().parent_id is None
    assert login.who_is(session, ada, org).roles == {Role.ADMINISTRATOR}


def test_the_set_up_works_once(session: Session) -> None:
    setup.set_up(session, ANSWERS, NOW)
    with pytest.raises(NotAllowed, match="set up already"):
        setup.set_up(session, ANSWERS, NOW)


def test_of_two_set_ups_at_once_one_wins(empty: Engine) -> None:
    migrate(empty)
    outcomes: list[str] = []

    def try_it(name: str) -> None:
        try:
            with Session(empty.execution_options(writes=True)) as session:
                setup.set_up(session, replace(ANSWERS, name=name), NOW)
                session.commit()
            outcomes.append("done")
        except CrmError as refusal:
            outcomes.append(type(refusal).__name__)

    threads = [Thread(target=try_it, args=(name,)) for name in ("Ada", "Eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["NotAllowed", "done"]
    with Session(empty) as session:
        assert len(session.exec(select(Organisation)).all()) == 1


def test_the_set_up_uses_up_the_code(session: Session) -> None:
    code = login.new_setup_code(session, NOW)
    setup.set_up(session, ANSWERS, NOW)
    session.flush()
    assert not login.setup_code_is_right(session, code, NOW)


BAD = [
    ("organisation", " \0"),
    ("organisation", "x" * 161),
    ("name", ""),
    ("email", "ada"),
    ("password", "short"),
    ("country", "Poland"),
    ("language", "xx"),
    ("currency", "EURO"),
    ("time_zone", "Europe/Atlantis"),
    ("first_weekday", 7),
    ("fiscal_month", 0),
    ("fiscal_day", 32),
]


def test_every_bad_answer_is_named_and_nothing_is_written(session: Session) -> None:
    for field, value in BAD:
        with pytest.raises(Invalid) as refusal:
            setup.set_up(session, replace(ANSWERS, **{field: value}), NOW)
        assert set(refusal.value.problems) == {field}
        assert setup.is_needed(session)


def test_all_bad_answers_are_named_at_once(session: Session) -> None:
    with pytest.raises(Invalid) as refusal:
        setup.set_up(session, replace(ANSWERS, organisation="", email="", password="", country=""), NOW)
    assert set(refusal.value.by_field()) == {"organisation", "email", "password", "country"}
