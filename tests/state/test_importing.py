"""Handlers of the import page, called without a browser: whom it offers as owner, and whom it takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models.errors import NotAllowed
from rxcrm.models.importing import files, runs
from rxcrm.models.lead import Lead
from rxcrm.models.people import User
from rxcrm.state import importing
from rxcrm.state.importing import ImportPage, RunRow
from tests.models.import_files import HEAD, csv_file
from tests.office import Office
from tests.state.desk import Desk

MAPPING = {"0": "topic", "1": "first_name", "2": "last_name"}


class ImportDesk(Desk):
    """Somebody at the page of one import: a file with one row that names no owner."""

    def __init__(self, office: Office, path: Path, user: User) -> None:
        super().__init__(office)
        self.user = user
        self.run = runs.register(office.act(user), path, path.name, "lead").id or 0
        office.commit()

    def page(self, handler: str, *args: Any) -> Any:
        self.state(ImportPage).run = RunRow(id=self.run)
        return self.send(ImportPage, handler, *args)

    async def afterwards(self) -> None:
        if (running := importing.RUNNING.pop(self.run, None)) and running.task:
            await running.task
            self.refusal = running.refusal

    def owners(self) -> list[str]:
        return [choice.name for choice in self.page("choose_sheet", "").owners]

    def owner(self) -> str:
        """Who owns what was imported."""
        lead = self.office.session.exec(select(Lead)).one()
        return self.office.session.get_one(User, lead.owner_user_id).name


Sit = Callable[[User], ImportDesk]


@pytest.fixture
def desk(small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Lets somebody sit down at the page of an import of his own."""
    (tmp_path / "imports").mkdir()
    monkeypatch.setattr(files, "folder", lambda: tmp_path / "imports")
    path = csv_file(tmp_path, [HEAD, ["Forklifts", "Ana", "Sousa"]])
    return lambda user: ImportDesk(small_office, path, user)


def test_the_page_offers_the_importer_first_and_then_whom_he_may_choose(desk: Sit, small_office: Office) -> None:
    assert desk(small_office.mia).owners() == ["Mia", "Sara", "Tim", "Tom"]
    assert desk(small_office.sara).owners() == ["Sara"]


def test_of_the_choices_the_page_learns_name_and_address_alone(desk: Sit, small_office: Office) -> None:
    choice = desk(small_office.mia).page("choose_sheet", "").owners[1]
    assert dataclasses.asdict(choice) == {"id": small_office.sara.id, "name": "Sara", "email": "sara@contoso.com"}


@pytest.mark.parametrize("chosen, owner", [("Sara", "Sara"), ("Mia", "Mia"), ("", "Mia")])
def test_the_chosen_user_owns_the_rows_and_without_a_choice_the_importer(
    desk: Sit, small_office: Office, chosen: str, owner: str
) -> None:
    mine = desk(small_office.mia)
    mine.page("start", mine.run, MAPPING, "", small_office.user(chosen).id if chosen else 0)
    assert mine.owner() == owner


def test_a_check_takes_the_owner_and_writes_nothing(desk: Sit, small_office: Office) -> None:
    mine = desk(small_office.mia)
    mine.page("check", mine.run, MAPPING, "", small_office.sara.id)
    assert mine.refusal is None
    assert small_office.session.exec(select(Lead)).all() == []


@pytest.mark.parametrize("who, chosen", [("Sara", "Tom"), ("Mia", "Olaf")])
def test_somebody_whom_the_page_does_not_offer_is_refused(
    desk: Sit, small_office: Office, who: str, chosen: str
) -> None:
    mine = desk(small_office.user(who))
    mine.page("start", mine.run, MAPPING, "", small_office.user(chosen).id)
    assert isinstance(mine.refusal, NotAllowed)
    assert small_office.session.exec(select(Lead)).all() == []


@pytest.mark.parametrize("nobody", [999_999, -1, 2**63, 2**200])
def test_an_owner_who_does_not_exist_begins_nothing(desk: Sit, small_office: Office, nobody: int) -> None:
    mine = desk(small_office.ada)
    state = mine.page("start", mine.run, MAPPING, "", nobody)
    assert (state.notice.text, state.busy) == ("There is no such user.", "")
    assert mine.run not in importing.RUNNING
