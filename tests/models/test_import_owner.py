"""Who owns the rows that name nobody, when the importer chooses somebody else (`rxcrm import --owner`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from rxcrm.models.errors import NotAllowed
from rxcrm.models.importing import runs
from rxcrm.models.importing.books import RunStatus
from rxcrm.models.importing.owners import Owners
from rxcrm.models.lead import Lead
from rxcrm.models.people import UserRole
from tests.models.import_files import HEAD, bring_in, csv_file, register
from tests.office import Office


def test_the_chosen_owner_owns_and_the_importer_imported(office: Office, tmp_path: Path) -> None:
    path = csv_file(tmp_path, [HEAD, ["Forklifts", "Ana", "Sousa"]])
    run, books = bring_in(office, office.who(office.mia), path, owner=office.sara)
    lead = office.session.exec(select(Lead)).one()
    assert books.accepted == 1 and run.created_by_id == office.mia.id
    assert (lead.owner_user_id, lead.unit_id, lead.owner_key) == (office.sara.id, office.sara.unit_id, "sara")
    assert (lead.created_by_id, lead.modified_by_id) == (office.mia.id, office.mia.id)
    assert office.told(lead) == ["Mia imported this record"]


def test_without_the_privilege_nothing_begins(office: Office, tmp_path: Path) -> None:
    path = csv_file(tmp_path, [HEAD, ["Forklifts", "Ana", "Sousa"]])
    run = register(office, office.who(office.sara), path)
    with pytest.raises(NotAllowed, match="may not choose owners"):
        runs.carry_out(run.id or 0, office.who(office.sara), {2: "last_name"}, "", owner=office.tom)
    office.session.refresh(run)
    assert run.status == RunStatus.UPLOADED and not office.session.exec(select(Lead)).all()


def test_an_owner_who_may_not_read_leads_is_refused(small_office: Office) -> None:
    for role in small_office.session.exec(select(UserRole).where(UserRole.user_id == small_office.tom.id)):
        small_office.session.delete(role)
    small_office.commit()
    with pytest.raises(NotAllowed, match="Tom may not own these records"):
        Owners(small_office.who(small_office.ada), "lead", small_office.tom)
