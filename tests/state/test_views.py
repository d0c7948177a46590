"""What a list says of its view, and the commands on views, as the page asks them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rxcrm.models import configuration, lists, publishing, saved_views, system_views
from rxcrm.models.filters.conditions import Test, every, written
from rxcrm.models.lists import Ask
from rxcrm.models.views import column_of
from rxcrm.state.lists import ask_of, begin
from rxcrm.state.settings.views import SystemViews
from rxcrm.state.views import Views, candidates, head_of, pinned
from tests.office import Office
from tests.state.desk import Desk

HOT = every(Test("rating", "eq", ("1",)))
HOT_TEXT = json.dumps(written(HOT))


@pytest.fixture
def desk(small_office: Office) -> Iterator[Desk]:
    yield Desk(small_office)
    configuration.reset()


def definition(**more: Any) -> str:
    return json.dumps({"columns": ["name", "city"], "where": written(HOT), **more})


def test_everything_that_changes_a_list_stands_in_its_address() -> None:
    asked = ask_of(
        "lead",
        {
            "view": "v7",
            "filter": HOT_TEXT,
            "columns": "name:220,city,owner::pin",
            "sort": "-city,name",
            "group": "created_on:month",
            "totals": "budget_amount:sum",
            "as": "board",
            "q": "x",
        },
    )
    assert asked.where == HOT
    assert asked.columns == ("name", "city", "owner") and asked.widths == (("name", 220),)
    assert asked.pinned == ("owner",) and ask_of("lead", {}).pinned is None
    assert asked.sort == (("city", True), ("name", False))
    assert (asked.group, asked.totals, asked.kind) == ("created_on:month", (("budget_amount", "sum"),), "board")
    assert ask_of("lead", {"group": "-"}).group == ""
    assert ask_of("lead", {}).group is None and ask_of("lead", {}).where is None
    assert ask_of("lead", {"filter": '{"all":[]}'}).where == every()


def test_the_head_tells_the_filter_in_words_and_what_is_changed(small_office: Office) -> None:
    act = small_office.act(small_office.sara)
    head, _ = head_of(act, Ask())
    assert [chip.text for chip in head.chips] == ["Status · Contains values · Open", "Owner · Equals current user"]
    assert (head.key, head.system, head.change, head.changed) == ("my-open", True, False, False)
    for change in ({"where": HOT}, {"columns": ("name",)}, {"sort": (("name", False),)}, {"group": "rating"}):
        assert head_of(act, Ask(**change))[0].changed
    assert head_of(small_office.act(small_office.ada), Ask())[0].change


def test_widths_pins_and_charts_mark_a_view_as_changed_only_for_who_can_save_it(small_office: Office) -> None:
    office = small_office
    act = office.act(office.sara)
    columns = ("name", "topic", "status_reason", "created_on")
    looks = (
        {"columns": columns, "widths": (("name", 300),)},
        {"columns": columns, "pinned": ("topic",)},
        {"kind": "charts"},
    )
    for change in looks:
        assert not head_of(act, Ask(**change))[0].changed
    row = saved_views.save_as(act, "lead", "Mine", {"columns": ["name", "city"], "where": written(HOT)})
    key = system_views.key_of(row.id or 0)
    for change in looks[:2]:
        assert head_of(act, Ask(view=key, **{**change, "columns": ("name", "city"), "pinned": ("city",)}))[0].changed
    natural = column_of("lead", "name")
    assert natural
    same = Ask(view=key, columns=("name", "city"), widths=(("name", natural.width), ("topic", 900)), pinned=())
    assert not head_of(act, same)[0].changed


def test_pinned_columns_are_kept_in_the_view(small_office: Office) -> None:
    act = small_office.act(small_office.sara)
    head, _ = head_of(act, Ask(view="all", columns=("name", "city", "owner"), pinned=("city",)))
    row = saved_views.save_as(act, "lead", "Mine", head.shown)
    key = system_views.key_of(row.id or 0)
    assert lists.page(act, Ask(view=key)).view.pinned == ("city",)
    head, view = head_of(act, Ask(view=key, columns=("name", "owner"), pinned=None))
    assert view.pinned == () and head.changed


def test_look_ups_quick_find_and_associated_tables_are_edited_in_their_list(desk: Desk) -> None:
    office = desk.office
    head, _ = head_of(office.act(office.ada), Ask(view="lookup"), draft=True)
    assert (head.key, head.purpose, head.draft, head.problems) == ("lookup", "lookup", False, [])
    sent = json.dumps({**head.shown, "columns": ["name", "city"]})
    assert desk.send(Views, "draft", "lead", "lookup", 0, sent, head.label, "", 1).told.ok
    ask, query = Ask(view="lookup"), {"edit": "1"}
    head, _offers, ask = begin(office.act(office.ada), ask, query)
    assert head.draft and ask.columns == ("name", "city")
    assert desk.send(Views, "publish", "lead", "lookup", head.version, 2).told.ok
    office.lead(last_name="Doe", city="Porto", company_name="Azulejos")
    hits = candidates(office.act(office.ada), "lead", "doe")
    assert [hit.detail for hit in hits] == ["Porto"]
    assert head_of(office.act(office.sara), Ask(view="lookup"))[0].key == "my-open"


def test_what_the_search_box_looks_through_stands_in_the_head(small_office: Office) -> None:
    head, _ = head_of(small_office.act(small_office.sara), Ask())
    assert head.searched[:3] == ["Topic", "Name", "Company Name"]
    assert head_of(small_office.act(small_office.sara), Ask(entity="account"))[0].searched[0] == "Account Name"


def test_a_view_is_handed_over_and_still_used(desk: Desk) -> None:
    office = desk.office
    key = desk.send(Views, "save_as", "lead", "Hot", "", definition(), 0, 1).told.key
    assert desk.send(Views, "hand_over", int(key[1:]), office.tom.id, True, 2).told.ok
    head, _ = head_of(office.act(office.tom), Ask(view=key))
    assert head.mine and not head.problems
    head, _ = head_of(office.act(office.ada), Ask(view=key))
    assert (head.mine, head.change) == (False, True)
    desk.user = office.tom
    assert desk.send(Views, "hand_over", int(key[1:]), office.ada.id, False, 3).told.ok
    assert head_of(office.act(office.tom), Ask(view=key))[0].problems
    assert saved_views.readers(office.act(office.ada), saved_views.find(office.act(office.ada), int(key[1:]))) == []


def test_a_new_system_view_begins_as_a_draft_in_its_editor(desk: Desk) -> None:
    desk.send(SystemViews, "show", "lead")
    state = desk.send(SystemViews, "create", 0, {"name": "", "description": ""}, 1)
    assert state.told.errors == {"name": "Enter a name for the view."}
    state = desk.send(SystemViews, "create", 0, {"name": "Ours", "description": "For all"}, 2)
    row = next(row for row in state.rows if row.label == "Ours")
    assert state.told.ok and row.drafted and not row.published and "edit=1" in row.edit
    act = desk.office.act(desk.office.ada)
    head, _ = head_of(act, Ask(view=row.key), draft=True)
    assert (head.key, head.label, head.description, head.draft) == (row.key, "Ours", "For all", True)
    assert head_of(desk.office.act(desk.office.sara), Ask(view=row.key))[0].problems


def test_a_filter_that_cannot_be_asked_says_so_in_the_head(small_office: Office) -> None:
    act = small_office.act(small_office.sara)
    head, _ = head_of(act, Ask(where=every(Test("shoe_size", "eq", ("1",)))))
    assert head.chips[0].problem and head.problems == [head.chips[0].problem]
    assert "doesn't exist" in head_of(act, Ask(view="v999"))[0].problems[0]


def test_a_view_is_saved_and_a_taken_name_asks(desk: Desk) -> None:
    state = desk.send(Views, "save_as", "lead", "Hot", "", definition(), 0, 1)
    assert state.told.ok and state.told.key.startswith("v")
    state = desk.send(Views, "save_as", "lead", "HOT", "", definition(), 0, 2)
    assert not state.told.ok and state.told.taken == 1 and "Replace it?" in state.told.problem
    state = desk.send(Views, "save_as", "lead", "HOT", "", definition(columns=["name"]), state.told.taken, 3)
    assert state.told.ok


@pytest.mark.parametrize(
    "sent", ["", "{", "[]", "7", '{"columns": 1}', '{"where": 1, "columns": ["name"]}', "[" * 9_000]
)
def test_a_damaged_definition_is_refused(desk: Desk, sent: str) -> None:
    state = desk.send(Views, "save_as", "lead", "Hot", "", sent, 0, 1)
    assert not state.told.ok and state.told.problem


def test_saving_over_a_shared_view_tells_what_changes(desk: Desk) -> None:
    office = desk.office
    row = saved_views.save_as(office.act(office.ada), "lead", "Hot", json.loads(definition()))
    saved_views.share(office.act(office.ada), row.id or 0, [saved_views.Reader("user", str(office.sara.id))])
    state = desk.send(Views, "summarise", row.id or 0, definition(columns=["name"]), 5)
    assert (state.summary.token, state.summary.people) == (5, 1)
    assert state.summary.changes == ["Columns removed: City"]
    state = desk.send(Views, "show_readers", row.id or 0)
    assert [reader.name for reader in state.sharing.readers] == ["Sara"]
    desk.user = office.tom
    assert "not shared with you" in desk.send(Views, "summarise", row.id or 0, definition(), 6).summary.problem


def test_candidates_for_values_and_shares(small_office: Office) -> None:
    office = small_office
    account = office.account(name="Fabrikam")
    act = office.act(office.sara)
    assert [hit.key for hit in candidates(act, "account", "fabr")] == [str(account.id)]
    assert {hit.key for hit in candidates(act, "owner", "")} >= {f"user:{office.tom.id}", f"team:{office.fair.id}"}
    assert "role:salesperson" in {hit.key for hit in candidates(act, "reader", "salesp")}
    assert all(hit.key.startswith("user:") for hit in candidates(act, "user", ""))


def test_pinned_views_stand_in_the_site_map_until_they_are_gone(desk: Desk) -> None:
    desk.send(Views, "pin", "lead", "open", True, 1)
    assert [view.path for view in desk.state(Views).pinned] == ["/leads?view=open"]
    state = desk.send(Views, "save_as", "lead", "Hot", "", definition(), 0, 2)
    key = state.told.key
    desk.send(Views, "pin", "lead", key, True, 3)
    assert [view.label for view in desk.state(Views).pinned] == ["Open Leads", "Hot"]
    desk.send(Views, "remove", int(key[1:]), 4)
    assert [view.label for view in desk.state(Views).pinned] == ["Open Leads"]
    assert len(pinned(desk.office.act(desk.office.ada))) == 1


def test_a_draft_is_seen_in_its_editor_alone_and_published(desk: Desk) -> None:
    office = desk.office
    state = desk.send(Views, "draft", "lead", "open", 0, definition(), "Hot leads", "Those to call first", 1)
    assert state.told.ok
    head, view = head_of(office.act(office.ada), Ask(view="open"), draft=True)
    assert head.draft and view.where == HOT and (head.label, head.description) == ("Hot leads", "Those to call first")
    assert not head_of(office.act(office.sara), Ask(view="open"), draft=True)[0].draft
    state = desk.send(Views, "publish", "lead", "open", 0, 2)
    assert not state.told.ok and state.told.stale and "Ada changed this view" in state.told.problem
    assert desk.send(Views, "publish", "lead", "open", head.version, 3).told.ok
    assert head_of(office.act(office.sara), Ask(view="open"))[0].label == "Hot leads"


def test_the_page_of_system_views_hides_moves_resets_and_sets_defaults(desk: Desk) -> None:
    state = desk.send(SystemViews, "show", "lead")
    assert [row.key for row in state.rows][:3] == ["my-open", "open", "closed"]
    desk.send(SystemViews, "move", "open", -1)
    assert [row.key for row in desk.state(SystemViews).rows][:2] == ["open", "my-open"]
    desk.send(SystemViews, "hide", "closed", True)
    assert next(row for row in state.rows if row.key == "closed").hidden
    desk.send(SystemViews, "begin_with", "salesperson", "all")
    assert next(b.view for b in desk.state(SystemViews).beginnings if b.role == "salesperson") == "all"
    desk.send(SystemViews, "ask", "reset", "closed")
    desk.send(SystemViews, "reset_view")
    office = desk.office
    assert publishing.listed("lead", "closed").view.label == "Closed Leads"
    assert saved_views.resolve(office.act(office.sara), "lead", "").view.key == "all"
