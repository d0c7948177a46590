"""Handlers of the settings pages for the field mapping, the pattern of topics, sample data and currencies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rxcrm.models import composing, configuration, records
from rxcrm.models.column_security.rights import NONE
from rxcrm.models.currencies import keeping
from rxcrm.models.importing.topics import PRESET
from rxcrm.models.lead import Lead
from rxcrm.models.qualifying import pairing
from rxcrm.models.sampling import noting, work
from rxcrm.models.sampling.tables import SampleRecord
from rxcrm.state import forms, shell
from rxcrm.state.settings.currencies import CurrencySettings
from rxcrm.state.settings.field_mapping import FieldMappings
from rxcrm.state.settings.sample_data import SampleData
from rxcrm.state.settings.topics import TopicSettings
from rxcrm.state.shell import Shell
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Iterator[Desk]:
    small_office.commit()
    yield Desk(small_office)
    configuration.reset()


def sources(state: Any) -> dict[str, str]:
    return {pair.target: pair.source for pair in state.shown.pairs}


# -- the field mapping -----------------------------------------------------------------------------------------------


def test_a_pair_is_added_changed_removed_and_restored(desk: Desk) -> None:
    state = desk.send(FieldMappings, "choose", "contact")
    assert state.ready and state.shown.entity == "contact" and not state.shown.changed
    desk.send(FieldMappings, "ask_add")
    state = desk.send(FieldMappings, "add", 0, {"source": "county", "target": "department"}, 7)
    assert (state.told.token, state.told.ok, state.asked, sources(state)["department"]) == (7, True, "", "county")
    desk.send(FieldMappings, "ask_change", "department")
    state = desk.send(FieldMappings, "change", 0, {"source": "company_name"}, 8)
    assert sources(state)["department"] == "company_name" and state.shown.changed
    state = desk.send(FieldMappings, "remove", "fax", "fax")
    assert "fax" not in sources(state) and state.notice.text == "Nothing is copied into Fax any more."
    state = desk.send(FieldMappings, "restore")
    assert "fax" in sources(state) and "department" not in sources(state) and not state.shown.changed


def test_what_does_not_fit_is_told_at_its_field(desk: Desk) -> None:
    desk.send(FieldMappings, "choose", "contact")
    desk.send(FieldMappings, "ask_add")
    state = desk.send(FieldMappings, "add", 0, {"source": "email", "target": "department"}, 7)
    assert state.told.errors["target"].endswith("are not of one kind.") and state.asked == "add"


def test_the_second_of_two_administrators_sees_what_the_first_one_chose(desk: Desk) -> None:
    desk.send(FieldMappings, "choose", "contact")
    desk.send(FieldMappings, "ask_change", "email")
    pairing.change(desk.office.act(desk.office.ada), "contact", "email", "email2", "email")
    desk.office.commit()
    state = desk.send(FieldMappings, "change", 0, {"source": "email3"}, 7)
    assert "Another administrator has changed this pair meanwhile" in state.told.errors[""]
    assert state.asked == "change" and sources(state)["email"] == "email2"
    assert sources(desk.send(FieldMappings, "change", 0, {"source": "email3"}, 8))["email"] == "email3"


def test_nobody_else_is_shown_the_mapping(desk: Desk) -> None:
    desk.user = desk.office.sara
    state = desk.send(FieldMappings, "choose", "contact")
    assert not state.ready and state.shown.pairs == [] and state.notice.kind == "error"


# -- the pattern of topics -------------------------------------------------------------------------------------------


def test_the_pattern_is_previewed_and_saved(desk: Desk) -> None:
    state = desk.send(TopicSettings, "open")
    assert (
        state.values == {"compose_topic": "0", "topic_pattern": PRESET}
        and state.examples.topics[0] == "Adatum - Ann Lee"
    )
    assert desk.send(TopicSettings, "preview", "{City}: {Last Name}").examples.topics == ["Kraków: Lee", "Lee"]
    assert "which is no field" in desk.send(TopicSettings, "preview", "{Nonsense}").examples.problem
    state = desk.send(TopicSettings, "save", 0, {"compose_topic": "1", "topic_pattern": "{City}: {Last Name}"}, 7)
    assert state.told.ok and state.values["topic_pattern"] == "{City}: {Last Name}"
    assert composing.pattern() == "{City}: {Last Name}"


def test_the_second_of_two_administrators_is_told_of_the_other_pattern(desk: Desk) -> None:
    desk.send(TopicSettings, "open")
    composing.choose(desk.office.act(desk.office.ada), {"topic_pattern": "{City}"}, {})
    desk.office.commit()
    state = desk.send(TopicSettings, "save", 0, {"topic_pattern": "{Last Name}"}, 7)
    assert "Another administrator" in state.told.errors["topic_pattern"]
    assert desk.send(TopicSettings, "save", 0, {"topic_pattern": "{Last Name}"}, 8).told.ok


def test_quick_create_composes_too(desk: Desk) -> None:
    desk.send(TopicSettings, "open")
    desk.send(TopicSettings, "save", 0, {"compose_topic": "1"}, 7)
    made = shell.create_quickly(
        desk.office.act(desk.office.sara), "lead", {"last_name": "Lee", "company_name": "Adatum"}
    )
    assert made[1] == "Lee" and desk.office.session.get_one(Lead, made[0]).topic == "Adatum - Lee"


def test_nobody_else_is_shown_the_pattern(desk: Desk) -> None:
    desk.user = desk.office.sara
    state = desk.send(TopicSettings, "open")
    assert not state.ready and state.notice.kind == "error"


# -- sample data -----------------------------------------------------------------------------------------------------


def test_sample_data_is_asked_for_once_and_can_be_called_off(desk: Desk) -> None:
    state = desk.send(SampleData, "open")
    assert state.ready and (state.view.sample, state.view.doing) == (0, "")
    assert desk.send(SampleData, "ask_add").asked == "add"
    state = desk.send(SampleData, "add")
    assert (state.asked, state.view.doing) == ("", work.ADD)
    assert "already" in desk.send(SampleData, "add").notice.text
    state = desk.send(SampleData, "cancel")
    assert state.view.doing == "" and state.notice.text == "Canceled. What was added goes again."


def test_what_was_used_is_named_before_it_goes(desk: Desk) -> None:
    office = desk.office
    lead = office.lead(topic="Forty pallets", first_name="Ann", last_name="Lee")
    lead_id = lead.id or 0
    office.session.add(SampleRecord(entity="lead", record_id=lead_id))
    noting.settle(office.session)
    records.save(office.act(office.sara), office.session.get_one(Lead, lead_id), {"city": "Kraków"})
    office.commit()
    state = desk.send(SampleData, "ask_remove")
    assert state.asked == "remove" and state.used_all == 1
    assert [(one.name, one.path, one.why) for one in state.used] == [
        ("Ann Lee", f"/leads/{lead_id}", "changed by Sara")
    ]
    state = desk.send(SampleData, "remove", 0, {"everything": "1"}, 7)
    assert state.told.ok and state.view.doing == work.REMOVE


def test_nobody_else_is_shown_the_sample_data(desk: Desk) -> None:
    desk.user = desk.office.mia
    state = desk.send(SampleData, "open")
    assert not state.ready and state.notice.kind == "error"
    desk.send(SampleData, "add")
    desk.user = desk.office.ada
    assert desk.send(SampleData, "open").view.doing == ""


# -- currencies ------------------------------------------------------------------------------------------------------


def test_a_currency_is_added_gets_a_rate_and_is_deactivated(desk: Desk) -> None:
    state = desk.send(CurrencySettings, "open")
    assert state.ready and [row.code for row in state.shown.rows] == ["EUR"] and not state.shown.fixed
    desk.send(CurrencySettings, "ask_add")
    state = desk.send(CurrencySettings, "add", 0, {"code": "USD"}, 7)
    assert state.told.ok and [row.code for row in state.shown.rows] == ["EUR", "USD"]
    state = desk.send(CurrencySettings, "ask_rate", "USD")
    assert state.asked == "rate" and state.values["since"] == state.shown.today
    state = desk.send(CurrencySettings, "set_rate", 0, {"rate": "0.92", "since": "2026-01-01"}, 8)
    assert state.told.ok and state.shown.rows[1].rate == "0.92"
    assert desk.send(Shell, "look_up", "account", "", 0, 1)  # any event of a page
    state = desk.send(CurrencySettings, "ask_history", "USD")
    state = desk.send(CurrencySettings, "remove_rate", state.history[0].id)
    assert state.history == [] and state.asked == "history"
    assert not desk.send(CurrencySettings, "deactivate", "USD").shown.rows[1].active
    desk.send(CurrencySettings, "ask_remove", "USD")
    assert [row.code for row in desk.send(CurrencySettings, "remove").shown.rows] == ["EUR"]


def test_pages_are_told_what_other_currencies_are_worth(desk: Desk) -> None:
    how = desk.office.who(desk.office.sara).conventions
    assert "rates" not in forms.shape_for(how, frozenset(), NONE)
    desk.send(CurrencySettings, "open")
    desk.send(CurrencySettings, "add", 0, {"code": "USD"}, 7)
    desk.send(CurrencySettings, "ask_rate", "USD")
    desk.send(CurrencySettings, "set_rate", 0, {"rate": "0.92", "since": "2026-01-01"}, 8)
    assert forms.shape_for(how, frozenset(), NONE)["rates"] == {"USD": "0.92"}


def test_the_second_of_two_administrators_is_told_of_the_rate_of_the_first(desk: Desk) -> None:
    desk.send(CurrencySettings, "open")
    desk.send(CurrencySettings, "add", 0, {"code": "USD"}, 7)
    desk.send(CurrencySettings, "ask_rate", "USD")
    typed = {"rate": "0.93", "since": "2026-01-01"}
    keeping.set_rate(desk.office.act(desk.office.ada), "USD", {**typed, "rate": "0.92"}, {})
    desk.office.commit()
    state = desk.send(CurrencySettings, "set_rate", 0, typed, 8)
    assert "Another administrator has changed this to “0.92”" in state.told.errors["rate"]
    assert desk.send(CurrencySettings, "set_rate", 0, typed, 9).told.ok


def test_nobody_else_is_shown_the_currencies(desk: Desk) -> None:
    desk.user = desk.office.sara
    state = desk.send(CurrencySettings, "open")
    assert not state.ready and state.notice.kind == "error"
