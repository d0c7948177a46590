"""One import, taken through its steps by one user, and the leads that it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlmodel import select

from rxcrm.models import db, records
from rxcrm.models.access import Who
from rxcrm.models.importing import examining, running, undoing, weighing, wizard
from rxcrm.models.importing.books import Books, ImportRun
from rxcrm.models.lead import Lead
from tests.models.import_files import csv_file, register
from tests.office import Office

HEAD = ["Topic", "First Name", "Last Name", "Email", "Rating", "Est. Close Date", "Annual Revenue"]


class Desk:
    """One import, taken through the steps of the wizard by one user."""

    def __init__(self, office: Office, folder: Path, rows: list[list[str]], who: Who | None = None) -> None:
        office.commit()
        self.office, self.who = office, who or office.who(office.mia)
        self.run = register(office, self.who, csv_file(folder, rows))
        self.id = self.run.id or 0
        wizard.read(self.who, self.id, wizard.ReadOptions())

    def act(self) -> records.Act:
        self.office.session.expire_all()
        return records.Act(self.office.session, self.who, db.now())

    def do(self, verb: Any, *args: Any, **more: Any) -> Any:
        found = verb(self.act(), self.id, *args, **more)
        self.office.commit()
        return found

    def plan(self, **parts: Any) -> None:
        self.do(wizard.change_plan, **parts)

    def fresh(self) -> ImportRun:
        self.office.commit()
        run = self.office.session.get_one(ImportRun, self.id)
        self.office.session.refresh(run)
        self.office.commit()
        return run

    def examine(self) -> examining.ReviewView:
        examining.examine(self.fresh(), self.who)
        return self.do(wizard.review)  # type: ignore[no-any-return]

    def weigh(self) -> weighing.PreviewView:
        weighing.weigh(self.fresh(), self.who)
        return self.do(wizard.preview)  # type: ignore[no-any-return]

    def import_it(self) -> Books:
        self.office.commit()
        running.begin_here(self.id)
        return running.carry_out(self.id, self.who)

    def undo(self, *, also_edited: bool = False) -> int:
        self.do(wizard.start_undo, also_edited=also_edited)
        return undoing.undo(self.id)


def leads(office: Office) -> list[Lead]:
    office.commit()
    office.session.expire_all()
    found = list(office.session.exec(select(Lead).where(Lead.deleted_on == None).order_by(Lead.id)))  # type: ignore[arg-type]  # noqa: E711
    office.commit()
    return found


def lead(topic: str, last: str, email: str = "", rating: str = "", date: str = "", revenue: str = "") -> list[str]:
    return [topic, "", last, email, rating, date, revenue]
