"""Who owns the rows that name nobody, when the importer chooses somebody else (`rxcrm import --owner`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from rxcrm.models.choices import Role
from rxcrm.models.errors import NotAllowed
from rxcrm.models.importing.books import RunStatus
from rxcrm.models.importing.owners import Owners, possible_owners
from rxcrm.models.lead import Lead
from rxcrm.models.people import User, UserRole, add_user
from tests.models.import_files import HEAD, bring_in, carry_out, csv_file, register
from tests.office import Office, Statements


def test_the_chosen_owner_owns_and_the_importer_imported(office: Office, tmp_path: Path) -> None:
    path = csv_file(tmp_path, [HEAD, ["Forklifts", "Ana", "Sousa"]])
    run, books = bring_in(office, office.who(office.mia), path, owner=office.sara.id)
    lead = office.session.exec(select(Lead)).one()
    assert books.accepted == 1 and run.created_by_id == office.mia.id
    assert (lead.owner_user_id, lead.unit_id, lead.owner_key) == (office.sara.id, office.sara.unit_id, "sara")
    assert (lead.created_by_id, lead.modified_by_id) == (office.mia.id, office.mia.id)
    assert office.told(lead) == ["Mia imported this record"]


def test_without_the_privilege_nothing_begins(office: Office, tmp_path: Path) -> None:
    path = csv_file(tmp_path, [HEAD, ["Forklifts", "Ana", "Sousa"]])
    sara, tom = office.who(office.sara), office.tom.id
    run = register(office, sara, path)
    with pytest.raises(NotAllowed, match="may not choose owners"):
        carry_out(run, sara, {2: "last_name"}, owner=tom)
    office.session.refresh(run)
    assert run.status == RunStatus.UPLOADED and not office.session.exec(select(Lead)).all()


def test_an_owner_who_may_not_read_leads_is_refused(small_office: Office) -> None:
    for role in small_office.session.exec(select(UserRole).where(UserRole.user_id == small_office.tom.id)):
        small_office.session.delete(role)
    small_office.commit()
    with pytest.raises(NotAllowed, match="Tom may not own these records"):
        Owners(small_office.who(small_office.ada), "lead", small_office.tom)


def test_the_importer_is_the_first_choice_and_whoever_may_not_choose_has_no_other(small_office: Office) -> None:
    def names(user: User) -> list[str]:
        return [u.name for u in possible_owners(small_office.session, small_office.who(user), "lead")]

    assert names(small_office.sara) == ["Sara"]
    assert names(small_office.mia) == ["Mia", "Sara", "Tim", "Tom"]
    assert names(small_office.ada) == ["Ada", "Mia", "Olaf", "Sara", "Tim", "Tom", "Vera"]
    small_office.olaf.disabled = True
    small_office.session.flush()
    assert "Olaf" not in names(small_office.ada)


@pytest.mark.parametrize("importer", ["Ada", "Mia", "Sara", "Vera"])
def test_the_choices_are_exactly_those_whom_an_import_takes(small_office: Office, importer: str) -> None:
    for role in small_office.session.exec(select(UserRole).where(UserRole.user_id == small_office.olaf.id)):
        small_office.session.delete(role)
    small_office.tom.disabled = True
    small_office.commit()
    who = small_office.who(small_office.user(importer))

    def taken(user: User) -> bool:
        try:
            return Owners(who, "lead", user).default.user_id == user.id
        except NotAllowed:
            return False

    everybody = small_office.session.exec(select(User)).all()
    offered = {u.name for u in possible_owners(small_office.session, who, "lead")}
    assert offered == {u.name for u in everybody if taken(u)}


def test_more_users_cost_no_more_statements(office: Office) -> None:
    who = office.who(office.ada)

    def cost() -> int:
        office.session.flush()
        with Statements(office.engine) as statements:
            possible_owners(office.session, who, "lead")
        return len(statements)

    before = cost()
    for n in range(10):
        add_user(
            office.session,
            email=f"n{n}@contoso.com",
            name=f"N{n}",
            unit_id=office.sara.unit_id,
            roles=[Role.SALESPERSON],
            now=office.now,
        )
    assert cost() == before
