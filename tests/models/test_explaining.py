"""“Why don't I see …?”: every answer agrees with what the program really does (S 9.2, 9.4, 13.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rxcrm.models import configuration, explaining, publishing
from rxcrm.models import security_roles as verbs
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.explaining import ENTITIES, FORM, ROLE, SETTING, Answer, explain
from rxcrm.models.fields import fields_of
from rxcrm.models.people import User
from rxcrm.models.tables import record_table
from tests.office import Office


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    configuration.reset()


def answers(office: Office, user: User, part: str, entity: str = "lead") -> dict[str, Answer]:
    found = getattr(explain(office.act(user), entity), part)
    office.commit()
    return {answer.name: answer for answer in found}


def test_a_command_is_not_there_because_no_role_grants_it_and_the_roles_that_do_are_named(office: Office) -> None:
    refused = answers(office, office.sara, "commands")["Delete"]
    assert (refused.there, refused.decides) == (False, ROLE)
    assert "Delete on Leads" in refused.why
    assert "Sales Manager" in refused.why
    assert "Salesperson" not in refused.why


def test_a_command_that_is_there_says_how_far_it_reaches(office: Office) -> None:
    found = answers(office, office.sara, "commands")
    assert found["Save"].there
    assert "owns" in found["Save"].why
    assert "every record" in found["Open"].why


def test_a_command_that_needs_two_privileges_names_the_one_that_is_missing(office: Office) -> None:
    verbs.change(office.act(office.ada), "salesperson", 0, {"import": "0"})
    office.commit()
    refused = answers(office, office.sara, "commands")["Import"]
    assert not refused.there
    assert "Import" in refused.why
    assert "Create" not in refused.why


def test_every_field_is_answered_for_and_those_that_are_missing_stand_first(office: Office) -> None:
    for entity in ("lead", "account", "contact", "opportunity"):
        found = explain(office.act(office.sara), entity).fields
        assert len(found) == len(fields_of(record_table(entity)))
        assert [a.there for a in found] == sorted(a.there for a in found)
        assert all(a.why and a.decides for a in found)
    office.commit()


def test_what_the_form_leaves_out_is_the_forms_doing(office: Office) -> None:
    missing = [a for a in answers(office, office.sara, "fields").values() if not a.there]
    assert all(a.decides == FORM for a in missing)
    assert answers(office, office.sara, "fields")["Topic"].there


def test_whoever_may_not_write_reads_that_the_role_decides(office: Office) -> None:
    topic = answers(office, office.tim, "fields")["Topic"]
    assert (topic.there, topic.decides) == (True, ROLE)


def test_a_hidden_view_is_the_settings_doing(office: Office) -> None:
    assert answers(office, office.sara, "views")["Open Leads"].there
    publishing.hide(office.act(office.ada), "lead", "open", 0, True)
    office.commit()
    hidden = answers(office, office.sara, "views")["Open Leads"]
    assert (hidden.there, hidden.decides) == (False, SETTING)


def test_administrators_ask_about_others_and_nobody_else_does(office: Office) -> None:
    found = explain(office.act(office.ada), "lead", office.tim.id or 0)
    assert (found.user, found.roles) == ("Tim", ["Sales Team Member"])
    assert not next(a for a in found.commands if a.name == "New").there
    with pytest.raises(NotAllowed):
        explain(office.act(office.mia), "lead", office.tim.id or 0)
    with pytest.raises(NotFound):
        explain(office.act(office.ada), "lead", 10**9)
    office.commit()


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_table_can_be_asked_about(office: Office, entity: str) -> None:
    found = explain(office.act(office.sara), entity)
    assert found.commands
    assert found.views
    assert len({a.name for a in found.commands}) == len(found.commands)
    office.commit()


def test_what_is_answered_about_a_command_agrees_with_the_gate(office: Office) -> None:
    for user in (office.sara, office.mia, office.tim, office.ada):
        who = office.act(user).who
        found = answers(office, user, "commands")
        assert found["New"].there == who.holds(explaining.Privilege.CREATE, "lead")
        assert found["Share"].there == who.holds(explaining.Privilege.SHARE, "lead")
