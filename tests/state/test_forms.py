"""Handlers of the settings pages for forms and processes; the forms that open pages are sent."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator
from typing import Any

import pytest

from rxcrm.models import configuration
from rxcrm.models.forms.layout import written
from rxcrm.models.forms.shipped import SHIPPED
from rxcrm.models.process_tables import stored
from rxcrm.models.stages import PROCESSES, offered
from rxcrm.state import gate
from rxcrm.state.leads import LeadRecord
from rxcrm.state.processes import ProcessMoves
from rxcrm.state.settings.forms import FormEditor, Forms
from rxcrm.state.settings.processes import ProcessEditor, Processes
from rxcrm.state.shell import Shell
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Iterator[Desk]:
    small_office.commit()
    yield Desk(small_office)
    configuration.reset()


def reversed_tabs() -> dict[str, Any]:
    layout = copy.deepcopy(written(SHIPPED["lead"]))
    layout["tabs"].reverse()
    return layout


def test_the_list_shows_the_forms_of_a_table_and_the_editor_one_of_them(desk: Desk) -> None:
    state = desk.send(Forms, "open")
    assert [(row.name, row.roles, row.path) for row in state.rows] == [
        ("Form for everybody", "Everybody else", "/settings/forms/lead")
    ]
    assert desk.send(Forms, "choose", "contact").rows[0].path == "/settings/forms/contact"
    editor = desk.send(FormEditor, "reload", "lead", 0)
    found = editor.editing
    assert (found.loaded, found.form.layout, found.form.must_stay) == (
        1,
        written(SHIPPED["lead"]),
        ["last_name", "topic"],
    )
    assert set(found.fixed["topic"]) == {"required", "locked", "remove"} and "required" in found.fixed["do_not_email"]
    assert found.names["tab:summary"] == "Summary" and found.names["header:status_reason"] == "Status"
    assert desk.send(FormEditor, "reload", "activity", 0).missing == "There is no such form."


def test_a_form_is_added_for_roles_drafted_published_and_deleted(desk: Desk) -> None:
    desk.send(Forms, "open")
    refused = desk.send(Forms, "add", 0, {"name": "Mine", "roles": ""}, 3)
    assert refused.told.errors[""].startswith("Choose at least one role")
    desk.send(Forms, "add", 0, {"name": "Mine", "roles": "salesperson"}, 4)
    mine = desk.send(Forms, "choose", "lead").rows[0]
    assert (mine.roles, mine.published, mine.drafted) == ("Salesperson", False, True)
    wanted = {"name": "Mine", "roles": ["salesperson"], "layout": reversed_tabs()}
    editor = desk.send(FormEditor, "reload", "lead", mine.id)
    editor = desk.send(FormEditor, "draft", "lead", mine.id, editor.editing.form.version, wanted, 5)
    assert (editor.told.ok, editor.editing.form.drafted) == (True, True)
    editor = desk.send(FormEditor, "publish", "lead", mine.id, editor.editing.form.version, wanted, 6)
    assert (editor.told.token, editor.told.ok, editor.editing.form.published) == (6, True, True)
    again = desk.send(FormEditor, "publish", "lead", mine.id, 1, wanted, 6)  # the answer was lost on its way
    assert again.told.ok and again.editing.form.version == editor.editing.form.version
    assert desk.send(Forms, "set_active", mine.id, False).rows[0].active is False
    assert desk.send(Forms, "ask_delete", mine.id).subject_name == "Mine"
    assert [row.main for row in desk.send(Forms, "delete", mine.id).rows] == [True]


def test_the_second_administrator_learns_the_version_of_now(desk: Desk) -> None:
    desk.send(FormEditor, "reload", "lead", 0)
    wanted = {"layout": reversed_tabs()}
    editor = desk.send(FormEditor, "publish", "lead", 0, 0, wanted, 1)
    form = editor.editing.form
    editor = desk.send(FormEditor, "publish", "lead", form.id, 0, wanted, 2)
    assert editor.told.stale and editor.told.version == form.version and "Ada changed this form" in editor.told.problem
    assert desk.send(FormEditor, "publish", "lead", form.id, editor.told.version, wanted, 3).told.ok


def test_what_is_no_form_is_refused_with_a_sentence(desk: Desk) -> None:
    desk.send(FormEditor, "reload", "lead", 0)
    for wanted in ({}, {"layout": {"tabs": []}}, {"layout": {"tabs": [{"key": "x", "columns": [[]]}]}}):
        told = desk.send(FormEditor, "publish", "lead", 0, 0, wanted, 2).told
        assert not told.ok and told.problem


def test_an_open_page_is_sent_the_form_of_its_user_and_only_that(desk: Desk) -> None:
    desk.send(Forms, "open")
    desk.send(Forms, "add", 0, {"name": "Mine", "roles": "sales_manager"}, 4)
    mine = desk.send(Forms, "choose", "lead").rows[0]
    wanted = {"name": "Mine", "roles": ["sales_manager"], "layout": reversed_tabs()}
    desk.send(FormEditor, "publish", "lead", mine.id, 1, wanted, 6)
    shell = desk.state(Shell)

    async def hear() -> None:
        await shell._reshape(frozenset({configuration.TOPIC}))

    for user, tabs in ((desk.office.mia, ["related", "details", "summary"]), (desk.office.sara, None)):
        gate._asker.set(gate.Asker(desk.office.who(user), "", "Contoso", 0))
        asyncio.run(hear())
        found = shell.shape["forms"].get("lead")
        assert (found and [tab["key"] for tab in found["tabs"]]) == tabs


def test_the_save_of_a_form_names_the_fields_that_it_requires(desk: Desk) -> None:
    layout = copy.deepcopy(written(SHIPPED["lead"]))
    layout["tabs"][0]["columns"][0][0]["fields"][-1]["required"] = True
    desk.send(FormEditor, "publish", "lead", 0, 0, {"layout": layout}, 1)
    desk.user = desk.office.sara
    saved = desk.send(LeadRecord, "save", 0, 0, {"topic": "Lamps", "last_name": "Doe"}, 9).saved
    assert saved.errors == {"email": "Email is required."}
    saved = desk.send(LeadRecord, "save", 0, 0, {"topic": "Lamps", "last_name": "Doe", "email": "a@b.pl"}, 10).saved
    assert saved.ok


# -- processes -------------------------------------------------------------------------------------------------------


def test_a_process_is_added_shaped_activated_and_a_record_switched_to_it(desk: Desk) -> None:
    rows = desk.send(Processes, "choose", "opportunity").rows
    assert [(row.label, row.stages, row.roles, row.default) for row in rows] == [
        ("Opportunity Sales Process", "Qualify → Develop → Propose → Close", "Everybody", True)
    ]
    assert desk.send(Processes, "add", 0, {"name": ""}, 2).told.errors == {"name": "Give the process a name."}
    desk.send(Processes, "add", 0, {"name": "Tenders"}, 3)
    made = desk.send(Processes, "choose", "opportunity").rows[1]
    editor = desk.send(ProcessEditor, "reload", made.key)
    form = editor.editing.process
    wanted = {"labels": {"en": "Bids"}, "roles": [], "stages": form.stages[:2]}
    editor = desk.send(ProcessEditor, "save", made.key, form.version, wanted, {}, 4)
    assert editor.told.ok and len(editor.editing.process.stages) == 2
    state = desk.send(Processes, "set_active", made.key, True)
    assert (state.rows[1].label, state.rows[1].active, state.notice.text) == ("Bids", True, "Bids is offered.")
    deal = desk.office.opportunity(desk.office.sara)
    desk.office.commit()
    desk.user = desk.office.sara
    state = desk.send(ProcessMoves, "move", "opportunity", deal.id, deal.version, "switch", made.key)
    assert state.notice.text == "The record is in another process now."


def test_a_process_that_cannot_be_so_is_refused_with_a_sentence(desk: Desk) -> None:
    desk.office.opportunity(desk.office.sara)
    desk.office.commit()
    stages = [stored(stage) for stage in PROCESSES["opportunity_sales"].stages][1:]
    told = desk.send(ProcessEditor, "save", "opportunity_sales", 0, {"stages": stages}, {}, 4).told
    assert told.problem.startswith("Records in the stage Qualify: 1.")
    told = desk.send(ProcessEditor, "save", "opportunity_sales", 0, {"stages": stages}, {"qualify": "develop"}, 5).told
    assert told.ok
    told = desk.send(ProcessEditor, "save", "opportunity_sales", 0, {"stages": stages}, {}, 6).told
    assert told.stale and told.version == 1
    assert desk.send(ProcessEditor, "reload", "p99").missing == "There is no such process."


def test_processes_move_and_go(desk: Desk) -> None:
    desk.send(Processes, "choose", "lead")
    desk.send(Processes, "add", 0, {"name": "Fair"}, 3)
    key = desk.send(Processes, "choose", "lead").rows[1].key
    assert desk.send(Processes, "move", key, -1).rows[0].key == key
    assert desk.send(Processes, "ask_delete", key).subject_name == "Fair"
    assert [row.key for row in desk.send(Processes, "delete", 0).rows] == ["lead_to_opportunity"]
    assert [flow.key for flow in offered("lead")] == ["lead_to_opportunity"]


def test_others_learn_and_change_nothing_even_past_the_gate(desk: Desk) -> None:
    desk.user = desk.office.mia
    for cls in (Forms, Processes):
        state = desk.send(cls, "open")
        assert not state.ready and state.notice.kind == "error"
    assert desk.send(FormEditor, "publish", "lead", 0, 0, {"layout": reversed_tabs()}, 1).told.problem
    assert desk.send(ProcessEditor, "save", "opportunity_sales", 0, {"stages": []}, {}, 1).told.problem
    assert configuration.current().part("forms") == {} and configuration.current().part("processes") == {}
