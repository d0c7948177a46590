"""Handlers of the page of e-mail templates: the table, the form, the preview."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from rxcrm.models.mail import templates as verbs
from rxcrm.state.settings import templates
from rxcrm.state.settings.templates import Preview, Templates
from tests.office import Office
from tests.state.desk import Desk

NEW = {
    "name": "Thanks",
    "entity": "lead",
    "subject": "Thanks, {{lead.first_name}}",
    "body": "Dear <you>\nand all,\n\nbye",
    "active": "1",
}


@pytest.fixture
def desk(small_office: Office) -> Iterator[TemplatesDesk]:
    small_office.lead(first_name="John")
    small_office.commit()
    yield TemplatesDesk(small_office)


class TemplatesDesk(Desk):
    """Ada at the templates."""

    def ask(self, handler: str, *args: Any) -> Any:
        return self.send(Templates, handler, *args)


def test_the_table_shows_what_ships_and_the_picker_every_field(desk: TemplatesDesk) -> None:
    state = desk.ask("open")
    assert [row.name for row in state.rows] == ["First contact", "Follow-up", "Meeting request"]
    assert {f.name for f in dataclasses.fields(state.rows[0])} == {"id", "name", "subject", "entity", "active"}
    assert ["lead.first_name", "Lead", "First Name"] in state.places["lead"]
    assert set(state.places) == {"lead", "contact", "account"}


def test_others_learn_nothing_even_past_the_gate(desk: TemplatesDesk) -> None:
    desk.user = desk.office.mia
    state = desk.ask("open")
    assert "Only administrators" in state.notice.text
    assert (state.rows, state.ready) == ([], False)
    assert "Only administrators" in desk.ask("show_preview", NEW).preview.problem
    assert desk.ask("add", 0, NEW, 1).told.errors == {"": "Only administrators may do that."}


def test_a_template_is_added_changed_and_deleted(desk: TemplatesDesk) -> None:
    assert desk.ask("ask_add").values["active"] == "1"
    state = desk.ask("add", 0, NEW, 7)
    assert (state.told.token, state.told.ok, state.notice.text) == (7, True, "Thanks was added.")
    number = next(row.id for row in state.rows if row.name == "Thanks")
    state = desk.ask("ask_edit", number)
    assert (state.asked, state.subject_name, state.values["body"]) == ("edit", "Thanks", NEW["body"])
    state = desk.ask("save", number, {"active": "0", "body": "<p>Bye <b>now</b></p>"}, 8)
    assert not next(row for row in state.rows if row.id == number).active
    assert desk.ask("ask_edit", number).values["body"] == "<p>Bye <b>now</b></p>"
    assert desk.ask("ask_delete", number).asked == "delete"
    state = desk.ask("delete", number)
    assert (state.asked, state.notice.text) == ("", "Thanks was deleted.")


def test_what_is_wrong_is_told_at_its_field(desk: TemplatesDesk) -> None:
    state = desk.ask("add", 0, {**NEW, "name": "", "body": "{{lead.nose}}"}, 3)
    assert set(state.told.errors) == {"name", "body"}
    assert "There is no merge field “{{lead.nose}}”" in state.told.errors["body"]


def test_the_preview_is_filled_in_and_saves_nothing(desk: TemplatesDesk) -> None:
    state = desk.ask("show_preview", NEW)
    assert state.preview == Preview("Thanks, John", "<p>Dear &lt;you&gt;<br>and all,</p><p>bye</p>")
    assert "There is no merge field" in desk.ask("show_preview", {**NEW, "subject": "{{x.y}}"}).preview.problem
    assert len(verbs.everything(desk.office.act(desk.office.ada))) == 3


@pytest.mark.parametrize(
    "body", ["", "<p>One</p>", "<p>a &lt; b<br>c</p><p>{{lead.first_name|you}}</p>", "<p>with <b>markup</b></p>"]
)
def test_a_body_comes_back_as_it_was(body: str) -> None:
    assert templates.stored({"body": templates.typed_body(body)})["body"] == body
