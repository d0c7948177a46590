"""Dashboards and charts behind their pages: handlers, and the figures that come over HTTP."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from rxcrm import web
from rxcrm.models import db, saved_views
from rxcrm.models.charting import dashboards, saved
from rxcrm.models.charting.charts import Category, Chart, to_json
from rxcrm.models.charting.figures import Measure, Point, condition_of
from rxcrm.models.choices import LeadSource
from rxcrm.models.people import User
from rxcrm.state import gate
from rxcrm.state.dashboards import Charts, Dashboards
from rxcrm.web_charts import ROUTES
from tests.office import PASSWORD, Office
from tests.state.desk import Desk

TILE = {"kind": "chart", "entity": "lead", "view": "open", "chart": "by-source"}
BY_RATING = to_json(Chart("", "", "lead", Category("rating")))


@pytest.fixture
def desk(small_office: Office) -> Desk:
    return Desk(small_office)


@pytest.fixture(autouse=True)
def nobody_is_believed() -> Iterator[None]:
    gate.forget()
    yield
    gate.forget()


class Browser:
    """Asks the routes without a server between."""

    def __init__(self, token: str = "") -> None:
        self.cookies = {gate.COOKIE: token}

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(web.http)
            async with httpx.AsyncClient(transport=transport, base_url="http://rxcrm", cookies=self.cookies) as found:
                return await found.get(path)

        return asyncio.run(ask())


def client(office: Office, name: str) -> Browser:
    """A browser of somebody; everybody has Sara's password."""
    office.user(name).password_hash = office.sara.password_hash
    office.session.flush()
    attempt = office.sign_in(f"{name.lower()}@contoso.com", PASSWORD, now=db.now())
    return Browser(attempt.token)


def sit(desk: Desk, user: User) -> None:
    desk.user = user


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_opens_with_the_first_dashboard_and_the_tiles_to_load(desk: Desk) -> None:
    sit(desk, desk.office.sara)
    state = desk.send(Dashboards, "open")
    assert state.board.key == "sales-activity" and state.board.name == "Sales Activity"
    assert [option.key for option in state.options if option.default] == ["sales-activity"]
    assert [tile["titled"] for tile in state.board.tiles][:2] == ["My open leads", "My activities due today"]
    assert not state.board.change


def test_a_dashboard_is_made_saved_and_deleted(desk: Desk) -> None:
    sit(desk, desk.office.sara)
    state = desk.send(Dashboards, "create", "Mine", "", False, 1)
    assert state.answer.ok and state.answer.key == "d1"
    state = desk.send(Dashboards, "save", "d1", 1, "Ours", [TILE], 2)
    assert state.answer.ok and state.board.name == "Ours" and state.board.version == 2
    state = desk.send(Dashboards, "save", "d1", 1, "Late", [TILE], 3)
    assert not state.answer.ok and "Somebody else" in state.answer.errors[""]
    state = desk.send(Dashboards, "save", "d1", 2, "", [TILE], 4)
    assert "required" in state.answer.errors["name"]
    desk.send(Dashboards, "remove", "d1")
    assert next(board.key for board in dashboards.available(desk.office.act(desk.office.sara))) == "sales-activity"


def test_a_dashboard_that_is_not_there_is_told_and_the_first_one_shown(desk: Desk) -> None:
    sit(desk, desk.office.sara)
    key = dashboards.create(desk.office.act(desk.office.tom), "His")
    desk.send(Dashboards, "begin_with", "team")
    state = desk.send(Dashboards, "begin_with", key)
    assert state.notice.kind == "error" and "shared" in state.notice.text
    assert state.board.key == "team"


def test_sharing_offers_users_teams_and_roles(desk: Desk) -> None:
    sit(desk, desk.office.sara)
    desk.send(Dashboards, "create", "Mine", "team", False, 1)
    state = desk.send(Dashboards, "ask_share", "d1")
    assert state.sharing.open and state.sharing.now == []
    state = desk.send(Dashboards, "share", "d1", [{"kind": "user", "key": str(desk.office.tom.id), "change": False}])
    assert not state.sharing.open
    assert [one.name for one in desk.send(Dashboards, "ask_share", "d1").sharing.now] == ["Tom"]
    assert not desk.send(Dashboards, "dismiss").sharing.open
    sit(desk, desk.office.tom)
    state = desk.send(Dashboards, "ask_share", "d1")
    assert state.notice.kind == "error" and not state.sharing.open


def test_only_administrators_hide_and_restore(desk: Desk) -> None:
    sit(desk, desk.office.sara)
    assert desk.send(Dashboards, "hide", "team", True).notice.kind == "error"
    sit(desk, desk.office.ada)
    state = desk.send(Dashboards, "hide", "team", True)
    assert state.board.hidden and any(option.hidden for option in state.options)
    assert not desk.send(Dashboards, "restore", "team").board.hidden


def test_the_pane_offers_charts_and_what_they_are_made_of(desk: Desk) -> None:
    sit(desk, desk.office.sara)
    state = desk.send(Charts, "open", "lead")
    assert [chart.label for chart in state.charts][:3] == ["Leads by Source", "Leads by Rating", "Lead Generation Rate"]
    [words] = state.vocabulary
    assert {"lead_source", "owner", "created_on"} <= {f.name for f in words.categories}
    assert "annual_revenue" in {f.name for f in words.measures} and "description" not in {
        f.name for f in words.categories
    }
    state = desk.send(Charts, "save", BY_RATING, "Mine", 0, 0, False, 7)
    assert state.answer.ok and state.charts[-1].label == "Mine" and state.charts[-1].own
    state = desk.send(Charts, "save", {**BY_RATING, "kind": "x"}, "Bad", 0, 0, False, 8)
    assert not state.answer.ok and state.answer.errors[""]
    assert desk.send(Charts, "remove", "lead", state.charts[-1].id).charts[-1].id == 0


# -- figures over HTTP -------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(small_office: Office) -> Browser:
    for source in (LeadSource.WEB, LeadSource.WEB, LeadSource.PARTNER):
        small_office.lead(lead_source=source)
    small_office.lead(small_office.tom, lead_source=LeadSource.OTHER)
    small_office.settle(private=True)
    return client(small_office, "Sara")


def test_every_route_is_marked_and_strangers_are_turned_away(small_office: Office) -> None:
    assert all(route.endpoint.__rxcrm_mark__ for route in ROUTES)
    stranger = Browser()
    for path in (
        "/data/charts/lead",
        "/data/dashboards/team/t1",
        "/data/tiles",
        "/files/charts/lead",
        "/files/dashboards/team/t1",
        "/files/tiles",
    ):
        assert stranger.get(path).status_code == 401


def test_a_chart_is_reckoned_over_the_list_of_the_address_and_drills_down_to_it(browser: Browser) -> None:
    found = browser.get("/data/charts/lead?view=open&chart=by-source").json()["figures"]
    assert [(p["label"], p["values"]) for p in found["points"]] == [("Partner", [1]), ("Web", [2])]
    assert found["measures"][0]["path"] == "/leads" and found["view"] == "open"
    where = condition_of(Measure(**found["measures"][0]), Point(**found["points"][1]))
    narrower = browser.get(f"/data/charts/lead?view=open&chart=by-rating&filter={quote(json.dumps(where))}").json()
    assert [p["values"] for p in narrower["figures"]["points"]] == [[2]]


def test_figures_are_never_kept_by_a_browser(browser: Browser) -> None:
    assert "no-store" in browser.get("/data/charts/lead").headers["cache-control"]


@pytest.mark.parametrize(
    "address",
    [
        "/data/charts/lead?chart=gone", "/data/charts/user", "/data/charts/lead?definition=x", "/data/charts/lead?filter=x",
        "/data/charts/account?definition=" + quote(json.dumps(BY_RATING)), "/data/tiles?tile=[]", "/data/tiles",
        "/data/dashboards/gone/t1", "/data/dashboards/team/t99", "/files/charts/lead?format=pdf",
    ],
)  # fmt: skip
def test_what_cannot_be_reckoned_is_refused_with_a_sentence(browser: Browser, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 422 and len(answer.json()["message"]) > 20


def test_every_tile_of_a_dashboard_comes_by_itself(browser: Browser, small_office: Office) -> None:
    for board in ("sales-activity", "lead-sources", "team"):
        tiles = dashboards.find(small_office.act(small_office.sara), board).tiles
        for tile in tiles:
            found = browser.get(f"/data/dashboards/{board}/{tile.id}").json()
            assert found["title"] and (found["figures"] or found["rows"]), tile


def test_a_tile_is_previewed_before_anybody_saves_it(browser: Browser) -> None:
    found = browser.get("/data/tiles?tile=" + quote(json.dumps({**TILE, "title": "Try"}))).json()
    assert found["title"] == "Try" and len(found["figures"]["points"]) == 2
    listed = browser.get(
        "/data/tiles?tile=" + quote(json.dumps({"kind": "list", "entity": "lead", "view": "open", "rows": 2}))
    ).json()
    assert len(listed["rows"]["rows"]) == 2 and listed["rows"]["columns"][0]["key"] == "name"


def test_a_preview_says_whose_names_stand_in_its_condition(browser: Browser, small_office: Office) -> None:
    mine = {"all": [{"field": "owner", "operator": "eq", "values": [f"user:{small_office.sara.id}"]}]}
    told = {f"user:{small_office.sara.id}": "Sara"}
    tile = {"kind": "list", "entity": "lead", "view": "open", "where": mine}
    found = browser.get("/data/tiles?tile=" + quote(json.dumps(tile))).json()
    assert found["names"] == told and found["rows"]["where"]["all"][-1] == mine["all"][0]
    described = {**BY_RATING, "where": mine}
    found = browser.get("/data/charts/lead?view=open&definition=" + quote(json.dumps(described))).json()
    assert found["names"] == told and found["figures"]["title"] == "Leads by Rating"


def test_a_tile_can_be_made_over_a_view_of_one_s_own(desk: Desk) -> None:
    sara, tom = desk.office.sara, desk.office.tom
    view = saved_views.save_as(desk.office.act(sara), "lead", "My hot ones", {"columns": ["name"]})
    desk.office.commit()

    def offered(user: User) -> list[list[str]]:
        sit(desk, user)
        state = desk.send(Dashboards, "begin_edit")
        return next(words.views for words in state.vocabulary if words.entity == "lead")

    assert [f"v{view.id}", "My hot ones", "mine"] in offered(sara)
    assert ["open", "Open Leads", "system"] in offered(tom) and not any(group == "mine" for *_, group in offered(tom))


def test_figures_are_downloaded_with_the_right_to_export_only(browser: Browser, small_office: Office) -> None:
    answer = browser.get("/files/charts/lead?view=open&chart=by-source&format=csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))) == [
        ["Lead Source", "Leads"],
        ["Partner", "1"],
        ["Web", "2"],
    ]
    assert browser.get("/files/dashboards/lead-sources/t1?format=xlsx").content[:2] == b"PK"
    report = quote(json.dumps({"kind": "report", "report": "ageing"}))
    assert browser.get(f"/files/tiles?tile={report}&format=xlsx").content[:2] == b"PK"
    _strip_of_roles(small_office)
    gate.forget()
    assert browser.get("/files/charts/lead?format=csv").status_code == 403
    assert browser.get(f"/files/tiles?tile={report}&format=csv").status_code == 403


def _strip_of_roles(office: Office) -> None:
    from rxcrm.models.people import UserRole

    row: Any = office.session.get(UserRole, (office.sara.id, "salesperson"))
    office.session.delete(row)
    office.commit()


def test_somebody_else_s_chart_is_not_reckoned(browser: Browser, small_office: Office) -> None:
    his = saved.save(small_office.act(small_office.tom), BY_RATING, "His")
    small_office.commit()
    assert browser.get(f"/data/charts/lead?chart=c{his.id}").status_code == 422
