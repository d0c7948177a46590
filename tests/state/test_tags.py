"""Tags on the pages: saved with the form, added to many, kept by administrators; without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rxcrm.models import configuration
from rxcrm.models.lead import Lead
from rxcrm.models.tagging.vocabulary import vocabulary
from rxcrm.state.bulk import Bulk
from rxcrm.state.leads import LeadRecord
from rxcrm.state.list_tools import ListTools
from rxcrm.state.settings.tags import CLOSED, TagSettings
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Iterator[TagDesk]:
    configuration.reset()
    small_office.commit()
    yield TagDesk(small_office)
    configuration.reset()


class TagDesk(Desk):
    """Ada at the page of the tags, others at their records."""

    def tags(self, handler: str, *args: Any) -> Any:
        return self.send(TagSettings, handler, *args)

    def lead(self, tags: str = "") -> Lead:
        lead = self.office.lead()
        self.office.commit()
        if tags:
            self.send(LeadRecord, "save", lead.id, lead.version, {"tags": tags}, 1)
            self.office.session.refresh(lead)
        self.office.commit()
        return lead


def names(row: Any) -> list[str]:
    return vocabulary().names(row.tags)


def test_the_form_saves_tags_and_knows_new_ones_at_once(desk: TagDesk) -> None:
    desk.user = desk.office.sara
    lead = desk.lead()
    state = desk.send(LeadRecord, "save", lead.id, lead.version, {"tags": ";VIP"}, 7)
    assert (state.saved.token, state.saved.ok) == (7, True)
    number = state.values["tags"]
    assert [number, "VIP"] == state.shape["tags"]["known"][0][:2]
    again = desk.send(LeadRecord, "save", lead.id, lead.version, {"tags": ";VIP"}, 7)
    assert again.saved.ok, "sent again, it is done once"
    assert len(vocabulary().tags) == 1


def test_a_save_whose_answer_was_lost_is_recognised(desk: TagDesk) -> None:
    desk.user = desk.office.sara
    lead = desk.lead(";VIP")
    state = desk.send(LeadRecord, "save", lead.id, lead.version - 1, {"tags": ";vip"}, 8)
    assert state.saved.ok and not state.conflicts


def test_what_somebody_else_tagged_meanwhile_is_shown_by_name(desk: TagDesk) -> None:
    desk.user = desk.office.sara
    lead = desk.lead()
    version = lead.version
    desk.user = desk.office.mia
    desk.send(LeadRecord, "save", lead.id, version, {"tags": ";Fair"}, 3)
    desk.user = desk.office.sara
    state = desk.send(LeadRecord, "save", lead.id, version, {"tags": ";VIP"}, 4)
    assert state.saved.stale
    assert [(c.field, c.theirs, c.who) for c in state.conflicts] == [("tags", "Fair", "Mia")]
    assert len(vocabulary().tags) == 1, "what was refused has made no tag"


def test_a_cell_of_a_list_is_edited_in_its_place(desk: TagDesk) -> None:
    desk.user = desk.office.sara
    lead = desk.lead(";VIP")
    begun = desk.send(ListTools, "begin_cell", "lead", lead.id, "tags", 1).begun
    assert begun.value == lead.tags
    typed = f"{begun.value};Fair"
    query = "?view=all&columns=name,tags"
    stored = desk.send(ListTools, "store_cell", "lead", lead.id, begun.version, "tags", typed, query, 2).stored
    assert stored.ok and len(stored.row["tags"].split(",")) == 2


def test_many_records_are_tagged_with_undo_in_the_message(desk: TagDesk) -> None:
    desk.user = desk.office.sara
    leads = [desk.lead(), desk.lead()]
    ids = [lead.id for lead in leads]
    state = desk.send(Bulk, "run", "tag", "lead", ids, {}, "", False, {"tags": ";Fair"}, 5)
    assert state.told.ok and state.notice.text == "2 records tagged." and state.notice.undo
    assert state.shape["tags"]["known"][0][1] == "Fair"
    state = desk.send(Bulk, "run", "tag", "lead", [], {}, "?view=all", True, {"tags": ";All"}, 6)
    assert state.notice.text == "2 records tagged."
    desk.send(Bulk, "open", "lead")
    assert [(one.label, one.what) for one in desk.state(Bulk).past][:1] == [("Add tags", "All")]
    desk.send(Bulk, "undo", desk.state(Bulk).past[0].id)
    for lead in leads:
        desk.office.session.refresh(lead)
        assert names(lead) == ["Fair"]


def test_nothing_chosen_is_told_in_the_dialog(desk: TagDesk) -> None:
    desk.user = desk.office.sara
    state = desk.send(Bulk, "run", "tag", "lead", [desk.lead().id], {}, "", False, {"tags": ""}, 5)
    assert state.told.problem == "Choose at least one tag."


def test_an_administrator_keeps_the_tags(desk: TagDesk) -> None:
    lead = desk.lead(";VIP;Fair")
    state = desk.tags("open")
    assert [(row.name, row.count) for row in state.shown.rows] == [("Fair", 1), ("VIP", 1)]
    fair, vip = (row.id for row in state.shown.rows)
    assert [row.name for row in desk.tags("search", "vi").shown.rows] == ["VIP"]
    desk.tags("search", "")
    assert desk.tags("ask_edit", vip).values["name"] == "VIP"
    state = desk.tags("save", vip, {"name": "Key account"}, 2)
    assert state.told.ok and "Key account" in [row.name for row in state.shown.rows]
    desk.tags("ask_add")
    assert desk.tags("add", 0, {"name": "fair", "colour": "red"}, 3).told.errors["name"].startswith("There is a tag")
    assert desk.tags("add", 0, {"name": "Cold", "colour": "red"}, 4).told.ok
    desk.tags("ask_merge", fair)
    assert desk.tags("merge", fair, {"into": ""}, 5).told.errors == {"into": "Choose one of the list."}
    state = desk.tags("merge", fair, {"into": str(vip)}, 6)
    assert state.notice.text == "Fair was merged into Key account. It can be brought back."
    assert [(row.name, row.into) for row in state.shown.gone] == [("Fair", "Key account")]
    assert names(lead) == ["Key account"]
    state = desk.tags("ask_delete", vip)
    assert (state.asked, state.doom.records) == ("delete", 1)
    assert desk.tags("delete", vip).notice.text == "Key account was deleted. It can be brought back."
    assert names(lead) == []
    desk.tags("bring_back", vip)
    desk.tags("bring_back", fair)
    assert names(lead) == ["Fair", "Key account"]


def test_who_makes_new_tags_is_chosen_and_open_pages_hear_of_it(desk: TagDesk) -> None:
    desk.tags("open")
    state = desk.tags("choose", 0, {CLOSED: "1"}, 2)
    assert state.answered.ok and state.chosen == {CLOSED: "1"}
    desk.user = desk.office.sara
    lead = desk.lead()
    state = desk.send(LeadRecord, "save", lead.id, lead.version, {"tags": ";VIP"}, 3)
    assert state.saved.errors["tags"] == "There is no tag “VIP”. Only administrators make new tags here."
    desk.send(LeadRecord, "save", lead.id, lead.version, {"topic": "Other"}, 4)
    assert state.shape["tags"]["closed"]


def test_others_learn_and_change_nothing_even_past_the_gate(desk: TagDesk) -> None:
    desk.lead(";VIP")
    desk.user = desk.office.mia
    state = desk.tags("open")
    assert not state.ready and state.notice.kind == "error" and not state.shown.rows
    desk.tags("add", 0, {"name": "X", "colour": ""}, 5)
    assert [tag.name for tag in vocabulary().tags] == ["VIP"]
