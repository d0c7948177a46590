"""Handlers of the import pages, called without a browser: the steps in their order, who may see them, what is refused."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from sqlmodel import select

from rxcrm.models.access import Privilege
from rxcrm.models.errors import CrmError
from rxcrm.models.importing import files, wizard, work
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.importing.plan import Plan
from rxcrm.models.lead import Lead
from rxcrm.models.people import User
from rxcrm.state.importing import phases
from rxcrm.state.importing.finishing import ResultStep, RunStep
from rxcrm.state.importing.listing import Imports
from rxcrm.state.importing.mapping import Chosen, MapStep
from rxcrm.state.importing.previewing import PreviewStep
from rxcrm.state.importing.reviewing import ReviewStep
from rxcrm.state.importing.steps import one_run
from rxcrm.state.importing.uploading import UploadStep
from tests.models.import_files import HEAD, csv_file
from tests.office import Office
from tests.state.desk import Desk

ROWS = [
    [*HEAD, "Rating"],
    ["Forklifts", "Ana", "Sousa", "Hot"],
    ["Ramps", "Luis", "Novak", "On Fire!"],
    ["Racks", "Eva", "", "On Fire!"],
]
MAPPING = {"0": "topic", "1": "first_name", "2": "last_name", "3": "rating"}
#: What the page sends if nothing is chosen.
NOTHING = Chosen(mapping={}, constants={}, lookups={}, pattern="", owner=0, mode="both", key="")
CHOSEN = NOTHING | {"mapping": MAPPING}
PAGES = (UploadStep, MapStep, ReviewStep, PreviewStep, RunStep, ResultStep)


class ImportDesk(Desk):
    """Somebody at the pages of one import."""

    def __init__(self, office: Office, path: Path, user: User) -> None:
        super().__init__(office)
        self.user = user
        self.run = wizard.register(office.act(user), path, path.name, "lead").id or 0
        office.commit()

    def at(self, cls: type[Any], handler: str, *args: Any) -> Any:
        """Send an event of a page that shows this import."""
        state = self.state(cls)
        state.run = dataclasses.replace(state.run, id=self.run)
        return self.send(cls, handler, self.run, *args)

    async def afterwards(self) -> None:
        await phases.settled(self.run)

    def read(self) -> None:
        """Come to the step Map."""
        self.at(UploadStep, "read", "lead", "", "", "", -1)

    def map(self, mapping: dict[str, str] | None = None) -> Any:
        """Come to the step Review, and check the values."""
        self.read()
        self.at(MapStep, "proceed", NOTHING | {"mapping": mapping or MAPPING})
        return self.at(ReviewStep, "examine")

    def kept(self) -> ImportRun:
        found = self.office.session.get_one(ImportRun, self.run)
        self.office.session.refresh(found)
        return found


Sit = Callable[[User], ImportDesk]


@pytest.fixture
def sit(small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Lets somebody sit down at the pages of an import of his own."""
    (tmp_path / "imports").mkdir()
    monkeypatch.setattr(files, "folder", lambda: tmp_path / "imports")
    monkeypatch.setattr(phases, "PHASES", {})
    path = csv_file(tmp_path, ROWS)
    return lambda user: ImportDesk(small_office, path, user)


def test_each_step_leads_to_the_next(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)
    mia.read()
    assert mia.kept().step == "map"
    assert mia.at(MapStep, "proceed", CHOSEN).work.problem == ""
    assert mia.kept().step == "review"
    review = mia.at(ReviewStep, "examine")
    assert [c.heading for c in review.view.columns] == ["Last Name", "Rating"]
    mia.at(ReviewStep, "proceed")
    preview = mia.at(PreviewStep, "weigh")
    assert preview.view.totals == {"create": 2, "update": 0, "skip": 0, "reject": 1, "blank": 0}
    mia.at(PreviewStep, "start")
    assert mia.kept().status == "running"
    assert small_office.session.exec(select(Lead)).all() == []


def test_what_is_missing_keeps_one_at_the_columns(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)
    mia.read()
    state = mia.at(MapStep, "proceed", NOTHING)
    assert state.work.problem == "No column is mapped to a field, so there is nothing to import."
    assert mia.kept().step == "map"


def test_what_is_chosen_is_kept_before_one_goes_on(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)
    mia.read()
    chosen = {"mapping": {"0": "topic"}, "constants": {"lead_source": "8", "city": " "}, "owner": small_office.sara.id}
    mia.at(MapStep, "save", NOTHING | chosen)
    plan = Plan.of(mia.kept().plan)
    assert (plan.mapping, plan.constants, plan.owner) == ({0: "topic"}, {"lead_source": "8"}, small_office.sara.id)


def test_a_value_is_put_right_and_taken_back(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)
    mia.map()
    state = mia.at(ReviewStep, "choose", 3)
    (fire,) = state.findings
    assert (fire.value, fire.count) == ("On Fire!", 2)
    state = mia.at(ReviewStep, "fix", 3, fire.id, "On Fire!", "raw", "1")
    assert (state.findings[0].shown, state.view.flagged) == ("Hot", 1)
    state = mia.at(ReviewStep, "fix", 3, fire.id, "On Fire!", "raw", "77")
    assert state.told.id == fire.id and state.told.problem
    state = mia.at(ReviewStep, "fix", 3, fire.id, "On Fire!", "", "")
    assert (state.findings[0].fix, state.view.flagged) == (None, 2)


def test_a_cell_is_mended_and_taken_back(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)
    mia.map()
    state = mia.at(ReviewStep, "show_rows", 0, 2, 0)
    (row,) = state.grid.rows
    assert (row.number, [b.place for b in row.bad]) == (4, [2, 3])
    state = mia.at(ReviewStep, "mend", 4, 2, "Berg", False)
    assert (state.grid.rows[0].cells[2], state.grid.rows[0].mended) == ("Berg", [2])
    state = mia.at(ReviewStep, "mend", 4, 2, "", True)
    assert state.grid.rows[0].cells[2] == ""


def test_a_row_is_decided_by_hand(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)
    mia.map()
    mia.at(ReviewStep, "proceed")
    mia.at(PreviewStep, "weigh")
    mia.at(PreviewStep, "filter", "create")
    state = mia.at(PreviewStep, "decide", 2, "skip")
    # It stays in sight, also where the filter would no longer show it.
    assert [(row.number, row.tag, row.decision) for row in state.rows] == [(2, "skip", "skip"), (3, "create", "")]
    assert state.view.totals["skip"] == 1
    assert "not one of the choices" in mia.at(PreviewStep, "decide", 2, "burn").notice.text


def test_work_that_is_refused_says_why_at_its_step_alone(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)

    async def refuse(report: work.Report) -> None:
        raise CrmError("No.")

    async def begin() -> tuple[str, str]:
        await phases.begin(mia.run, "read", refuse)
        return phases.work_on(mia.run, "en", "read").problem, phases.work_on(mia.run, "en", work.WEIGH).problem

    assert asyncio.run(begin()) == ("No.", "")


def test_work_is_not_begun_twice_and_can_be_called_off(sit: Sit, small_office: Office) -> None:
    mia, begun = sit(small_office.mia), []

    async def last(report: work.Report) -> None:
        begun.append(1)
        await report(1, 2)
        await asyncio.sleep(60)

    async def twice() -> phases.Work:
        await phases.begin(mia.run, "read", last)
        await phases.begin(mia.run, "read", last)
        with pytest.raises(CrmError, match="being worked on"):
            await phases.begin(mia.run, work.WEIGH, last)
        shown = phases.work_on(mia.run, "en", "read")
        phases.stop(mia.run)
        await phases.settled(mia.run)
        assert phases.work_on(mia.run, "en", "read") == phases.Work()
        return shown

    assert asyncio.run(twice()) == phases.Work("read", 1, 2)
    assert begun == [1]


def test_strangers_see_neither_the_import_nor_its_steps(sit: Sit, small_office: Office) -> None:
    small_office.settle(private=True)
    mia = sit(small_office.mia)
    mia.read()
    mia.user = small_office.sara
    assert mia.send(Imports, "open").past == []
    for cls, handler, args in (
        (UploadStep, "peek", ("", "", "", -1)),
        (UploadStep, "discard", ()),
        (MapStep, "save", (CHOSEN,)),
        (ReviewStep, "choose", (0,)),
        (ReviewStep, "stop", ()),
        (PreviewStep, "filter", ("",)),
        (PreviewStep, "start", ()),
        (RunStep, "cancel", ()),
        (ResultStep, "ask_undo", ()),
        (ResultStep, "undo_import", (True,)),
    ):
        state = mia.at(cls, handler, *args)
        assert state.notice.text == "This record doesn't exist, or you may not see it.", (cls, handler)
    assert mia.kept().status == "uploaded"


def test_who_reads_all_leads_may_look_but_not_touch(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)
    mia.read()
    mia.user = small_office.vera
    seen = one_run(small_office.act(small_office.vera), mia.run)
    assert (seen.mine, seen.steered) == (False, False)
    state = mia.at(MapStep, "save", CHOSEN)
    assert state.notice.text == "Only who began this import, or an administrator, can change it."


def test_links_lead_only_to_what_was_reached(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)
    row = one_run(small_office.act(small_office.mia), mia.run)
    assert (row.links, row.step) == (["upload"], "upload")
    mia.map()
    row = one_run(small_office.act(small_office.mia), mia.run)
    assert (row.links, row.step) == (["upload", "map", "review"], "review")
    mia.at(PreviewStep, "start")
    assert one_run(small_office.act(small_office.mia), mia.run).links == ["run"]


@pytest.mark.parametrize("page", PAGES)
def test_every_event_of_the_pages_needs_the_privilege_to_import(page: type[rx.State]) -> None:
    marks = {getattr(handler.fn, "__rxcrm_mark__", None) for handler in page.event_handlers.values()}
    assert Privilege.IMPORT in marks and marks <= {Privilege.IMPORT, None}


@pytest.mark.parametrize("place", [-5, 10**30])
def test_rows_of_a_column_that_there_is_not_are_refused(sit: Sit, small_office: Office, place: int) -> None:
    mia = sit(small_office.mia)
    mia.map()
    assert mia.at(ReviewStep, "show_rows", 0, place, 0).grid.rows == []


def test_of_the_possible_owners_the_page_learns_name_and_address_alone(sit: Sit, small_office: Office) -> None:
    mia = sit(small_office.mia)
    mia.read()
    state = mia.state(MapStep)
    state.run = dataclasses.replace(state.run, id=mia.run)
    owners = mia.send(MapStep, "use_map", mia.run, 1).view.owners
    assert owners == []  # there is no such map, so nothing was shown
    mia.at(MapStep, "save_map", "Fair", False)
    owners = mia.send(MapStep, "use_map", mia.run, 1).view.owners
    assert [o.name for o in owners] == ["Mia", "Sara", "Tim", "Tom"]
    assert dataclasses.asdict(owners[1]) == {"id": small_office.sara.id, "name": "Sara", "email": "sara@contoso.com"}
