"""Handlers of the settings pages for option lists and custom fields; what open pages are sent when something is shaped."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import configuration
from rxcrm.models.fields import fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.shaping import customs, options
from rxcrm.models.shaping.tables import CustomField
from rxcrm.state import gate
from rxcrm.state.settings.custom_fields import CustomFields
from rxcrm.state.settings.option_lists import OptionLists
from rxcrm.state.shell import Shell
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Iterator[ShapingDesk]:
    small_office.commit()
    yield ShapingDesk(small_office)
    configuration.reset()


class ShapingDesk(Desk):
    """Ada at the two pages."""

    def lists(self, handler: str, *args: Any) -> Any:
        return self.send(OptionLists, handler, *args)

    def fields(self, handler: str, *args: Any) -> Any:
        return self.send(CustomFields, handler, *args)


def labels(state: Any) -> list[str]:
    return [option.label for option in state.shown.options]


def test_the_page_shows_every_list_and_the_options_of_one(desk: ShapingDesk) -> None:
    state = desk.lists("open")
    assert state.ready and state.shown.key == "LeadSource" and labels(state)[0] == "Advertisement"
    assert state.shown.fields == "Leads"
    reasons = desk.lists("choose", "LeadReason")
    assert reasons.statuses == [["0", "Open"], ["1", "Qualified"], ["2", "Disqualified"]]
    assert [option.label for option in reasons.shown.options if option.default] == ["New", "Qualified", "Lost"]
    assert desk.lists("choose", "nonsense").shown.key == "LeadSource"


def test_an_option_is_added_changed_moved_and_deleted(desk: ShapingDesk) -> None:
    desk.lists("open")
    desk.lists("ask_add")
    typed = {"label_en": "Podcast", "colour": "teal", "default": "0", "status": ""}
    state = desk.lists("add", 0, typed, 7)
    assert (state.told.token, state.told.ok, state.asked, labels(state)[-1]) == (7, True, "", "Podcast")
    assert desk.lists("ask_edit", 1000).values == {"label_en": "Podcast", "colour": "teal", "default": "0"}
    assert labels(desk.lists("save", 1000, {"label_en": "Radio"}, 8))[-1] == "Radio"
    assert labels(desk.lists("move", 1000, -1))[-2] == "Radio"
    desk.lists("ask_delete", 1000)
    state = desk.lists("delete", 1000)
    assert "Radio" not in labels(state) and state.notice.text == "Radio was deleted."


def test_what_is_wrong_stands_at_its_field_and_refusals_are_told(desk: ShapingDesk) -> None:
    desk.lists("open")
    state = desk.lists("add", 0, {"label_en": "web", "colour": ""}, 3)
    assert state.told.errors == {"label_en": "Another option of this list has this label."}
    state = desk.lists("choose", "Rating")
    state = desk.lists("deactivate", 2)
    assert "Warm is the default" in state.notice.text and state.notice.kind == "error"


def test_a_list_is_as_shipped_again(desk: ShapingDesk) -> None:
    desk.lists("open")
    before = labels(desk.lists("move", 1, 3))
    assert desk.lists("ask_restore").asked == "restore"
    state = desk.lists("restore")
    assert labels(state) != before and labels(state)[0] == "Advertisement" and not state.asked


def test_a_field_is_added_changed_and_deleted(desk: ShapingDesk) -> None:
    assert desk.fields("open").rows == []
    typed = {"kind": "text", "label_en": "Region", "level": "", "filterable": "0", "help": "Where."}
    state = desk.fields("add", 0, typed, 5)
    assert state.told.ok and [(row.label, row.name, row.kind_label) for row in state.rows] == [
        ("Region", "x_region", "Text")
    ]
    (made,) = desk.office.session.exec(select(CustomField)).all()
    state = desk.fields("ask_edit", made.id)
    assert (state.kind, state.values["length"], state.values["label_en"]) == ("text", "100", "Region")
    assert desk.fields("save", made.id, {"label_en": "Area"}, 6).rows[0].label == "Area"
    desk.office.lead(x_region="North")
    desk.office.commit()
    state = desk.fields("ask_delete", made.id)
    assert (state.asked, state.doom.records, state.subject_name) == ("delete", 1, "Area")
    state = desk.fields("delete", made.id)
    assert state.rows[0].deleted and "30 days" in state.notice.text
    assert desk.fields("activate", made.id).rows[0].active
    assert not desk.fields("deactivate", made.id).rows[0].active


def test_what_a_field_lacks_stands_at_its_place(desk: ShapingDesk) -> None:
    desk.fields("open")
    state = desk.fields("add", 0, {"kind": "choice", "label_en": "", "options": ""}, 5)
    assert set(state.told.errors) == {"label_en", "options"}


def test_others_learn_and_change_nothing_even_past_the_gate(desk: ShapingDesk) -> None:
    desk.user = desk.office.mia
    for cls in (OptionLists, CustomFields):
        state = desk.send(cls, "open")
        assert not state.ready and state.notice.kind == "error"
    desk.fields("add", 0, {"kind": "text", "label_en": "X"}, 5)
    assert "x_x" not in fields_of(Lead)


def test_an_open_page_is_sent_what_differs(desk: ShapingDesk) -> None:
    desk.lists("open")
    desk.lists("add", 0, {"label_en": "Podcast", "colour": "teal"}, 7)
    shell = desk.state(Shell)

    async def hear() -> None:
        gate._asker.set(gate.Asker(desk.office.who(desk.office.ada), "", "Contoso", 0))
        await shell._reshape(frozenset({configuration.TOPIC}))

    import asyncio

    asyncio.run(hear())
    view = shell.shape["fields"]["lead"]["lead_source"]
    assert ["1000", "Podcast"] in view["options"] and view["colours"] == {"1000": "teal"}


def test_who_saves_over_another_administrator_is_told_once_and_may_then(desk: ShapingDesk) -> None:
    desk.lists("open")
    desk.lists("ask_edit", 8)
    options.change(desk.office.act(desk.office.ada), "LeadSource", 8, {"label_en": "Website"})
    desk.office.commit()
    state = desk.lists("save", 8, {"label_en": "Homepage"}, 3)
    assert "changed this to “Website” meanwhile" in state.told.errors["label_en"] and state.asked == "edit"
    assert "Website" in labels(state)
    state = desk.lists("save", 8, {"label_en": "Homepage"}, 4)
    assert state.told.ok and "Homepage" in labels(state)


def test_the_same_holds_for_fields(desk: ShapingDesk) -> None:
    desk.fields("open")
    desk.fields("add", 0, {"kind": "text", "label_en": "Region"}, 5)
    (made,) = desk.office.session.exec(select(CustomField)).all()
    desk.fields("ask_edit", made.id)
    customs.change(desk.office.act(desk.office.ada), made.id or 0, {"help": "Theirs"})
    desk.office.commit()
    state = desk.fields("save", made.id, {"help": "Mine"}, 6)
    assert "changed this to “Theirs” meanwhile" in state.told.errors["help"]
    assert desk.fields("save", made.id, {"help": "Mine"}, 7).rows[0].help == "Mine"


def test_rows_are_put_before_others(desk: ShapingDesk) -> None:
    desk.lists("open")
    assert labels(desk.lists("place", 8, 1))[:2] == ["Web", "Advertisement"]
    assert labels(desk.lists("place", 8, options.END))[-1] == "Web"
    for label in ("One", "Two"):
        state = desk.fields("add", 0, {"kind": "text", "label_en": label}, 5)
    one, two = (row.id for row in state.rows)
    state = desk.fields("place", two, one)
    assert [(row.label, row.first, row.last) for row in state.rows] == [("Two", True, False), ("One", False, True)]
    assert state.counts == {"lead": 2, "account": 0, "contact": 0, "opportunity": 0, "activity": 0}


def test_before_an_option_goes_its_page_says_who_holds_it(desk: ShapingDesk) -> None:
    desk.lists("open")
    desk.lists("add", 0, {"label_en": "Podcast"}, 7)
    desk.office.lead(lead_source=1000)
    desk.office.commit()
    state = desk.lists("ask_delete", 1000)
    assert (state.asked, state.doom.records, state.subject_name) == ("delete", 1, "Podcast")
    state = desk.lists("deactivate", 1000)
    assert (state.asked, state.shown.options[-1].active) == ("", False)


def test_an_open_page_shows_what_another_administrator_does(desk: ShapingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    desk.lists("open")
    desk.fields("open")
    options.add(desk.office.act(desk.office.ada), "LeadSource", {"label": "Podcast"})
    customs.add(desk.office.act(desk.office.ada), "lead", {"kind": "text", "label": "Region"})
    desk.office.commit()
    desk.office.act(desk.office.ada)
    desk.office.commit()
    gate._asker.set(gate.Asker(desk.office.who(desk.office.ada), "", "Contoso", 0))
    desk.office.commit()

    async def hear(state: Any, path: str) -> None:
        monkeypatch.setattr(type(state), "router", SimpleNamespace(url=SimpleNamespace(path=path)), raising=False)
        await state._hear(frozenset({configuration.TOPIC}))

    lists, fields = desk.state(OptionLists), desk.state(CustomFields)
    asyncio.run(hear(lists, "/leads"))
    assert "Podcast" not in labels(lists)  # whoever has left the page need not know
    asyncio.run(hear(lists, "/settings/option-lists/"))
    asyncio.run(hear(fields, "/settings/fields"))
    assert labels(lists)[-1] == "Podcast" and [row.label for row in fields.rows] == ["Region"]
