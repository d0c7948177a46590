"""Charts that people keep, dashboards, their tiles, and who may see and change them (S 7.11, 8.1)."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from rxcrm.models import lists
from rxcrm.models.access import Who
from rxcrm.models.charting import dashboards, files, saved, shipped
from rxcrm.models.charting.boards import BOARDS, Shipped
from rxcrm.models.charting.charts import BadChart, Category, Chart, check, to_json
from rxcrm.models.charting.figures import Figures, Measure, Point
from rxcrm.models.charting.tiles import TileKind, read_all
from rxcrm.models.choices import LeadSource
from rxcrm.models.errors import BadValue, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.people import User
from tests.office import Office, Statements

BY_RATING = to_json(Chart("", "", "lead", Category("rating")))
TILE = {"kind": "chart", "entity": "lead", "view": "open", "chart": "by-source", "wide": 2}


# -- charts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chart", [c for charts in shipped.CHARTS.values() for c in charts], ids=lambda c: f"{c.entity} {c.key}"
)
def test_every_shipped_chart_can_be_reckoned(chart: Chart) -> None:
    check(chart)


def test_a_personal_chart_is_the_one_s_who_made_it(office: Office) -> None:
    row = saved.save(office.act(office.sara), BY_RATING, "  Mine ")
    offered = saved.offered(office.act(office.sara), "lead")
    assert [(o.label, o.own, o.change) for o in offered if o.id] == [("Mine", True, True)]
    assert saved.chart_of(office.act(office.sara), "lead", f"c{row.id}").label == "Mine"
    assert not [o for o in saved.offered(office.act(office.tom), "lead") if o.id]
    for somebody_else in (office.tom, office.ada):
        with pytest.raises(NotFound):
            saved.chart_of(office.act(somebody_else), "lead", f"c{row.id}")
        with pytest.raises(NotFound):
            saved.remove(office.act(somebody_else), row.id or 0)


def test_system_charts_are_made_and_changed_by_administrators_and_seen_by_all(office: Office) -> None:
    with pytest.raises(NotAllowed):
        saved.save(office.act(office.mia), BY_RATING, "Ours", system=True)
    row = saved.save(office.act(office.ada), BY_RATING, "Ours", system=True)
    offered = [o for o in saved.offered(office.act(office.sara), "lead") if o.id]
    assert [(o.label, o.own, o.change) for o in offered] == [("Ours", False, False)]
    with pytest.raises(NotAllowed):
        saved.remove(office.act(office.sara), row.id or 0)
    saved.save(office.act(office.ada), BY_RATING, "Ours 2", chart_id=row.id or 0, version=1)
    with pytest.raises(Stale):
        saved.save(office.act(office.ada), BY_RATING, "Ours 3", chart_id=row.id or 0, version=1)
    assert saved.remove(office.act(office.ada), row.id or 0) == "Ours 2"


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_chart_needs_a_name_that_fits(office: Office, name: str) -> None:
    with pytest.raises(Invalid):
        saved.save(office.act(office.sara), BY_RATING, name)


def test_a_chart_over_a_field_that_is_gone_is_offered_with_the_reason(office: Office) -> None:
    row = saved.save(office.act(office.sara), BY_RATING, "Mine")
    row.definition = {**BY_RATING, "category": {"field": "x_gone", "by": ""}}
    office.session.flush()
    [found] = [o for o in saved.offered(office.act(office.sara), "lead") if o.id]
    assert "x_gone" in found.problem
    with pytest.raises(BadChart, match="x_gone"):
        saved.chart_of(office.act(office.sara), "lead", found.key)


@pytest.mark.parametrize("key", ["gone", "c", "c0", "c99", "c" + "9" * 30, "c-1", "c1x"])
def test_a_chart_that_is_not_there_is_not_found(office: Office, key: str) -> None:
    with pytest.raises(NotFound):
        saved.chart_of(office.act(office.sara), "lead", key)


# -- dashboards --------------------------------------------------------------------------------------------------------


def keys(office: Office, who: User, **more: Any) -> list[str]:
    return [board.key for board in dashboards.available(office.act(who), **more)]


def test_the_shipped_dashboards_are_there_for_everybody(office: Office) -> None:
    assert keys(office, office.sara) == [
        "sales-activity", "sales-performance", "lead-sources", "neglected-leads", "funnel", "disqualification", "team",
    ]  # fmt: skip
    assert dashboards.first(office.act(office.sara)) == "sales-activity"
    assert not any(board.change for board in dashboards.available(office.act(office.mia)))


@pytest.mark.parametrize("key", [board.key for board in BOARDS])
def test_every_tile_of_a_shipped_dashboard_shows_something_with_and_without_records(office: Office, key: str) -> None:
    def show() -> list[int]:
        office.commit()
        act, spent = office.act(office.sara), []
        for tile in dashboards.find(act, key).tiles:
            with Statements(office.engine) as statements:
                assert tile.titled(act)
                tile.page(act) if tile.kind is TileKind.LIST else tile.figures(act)
            spent.append(len(statements))
        return spent

    show()
    for source in (LeadSource.WEB, LeadSource.PARTNER, None):
        office.lead(lead_source=source)
        office.opportunity(office.tom, estimated_revenue=Decimal(5))
    few = show()
    for _ in range(5):
        office.lead(office.tom, lead_source=LeadSource.OTHER)
        office.opportunity(estimated_revenue=Decimal(5))
    assert show() == few


def test_a_personal_dashboard_is_made_changed_and_deleted(office: Office) -> None:
    act = office.act(office.sara)
    key = dashboards.create(act, "Mine", [TILE])
    assert keys(office, office.sara)[0] == key
    found = dashboards.find(act, key)
    assert (found.name, found.group, found.change) == ("Mine", "mine", True)
    assert [(t.id, t.chart, t.view, t.wide) for t in found.tiles] == [("t1", "by-source", "open", 2)]
    dashboards.change(act, key, found.version, "Ours", [{**TILE, "chart": "by-rating"}, TILE])
    assert [t.chart for t in dashboards.find(act, key).tiles] == ["by-rating", "by-source"]
    with pytest.raises(Stale):
        dashboards.change(act, key, found.version, "Theirs", [])
    assert dashboards.remove(act, key) == "Ours"
    with pytest.raises(NotFound):
        dashboards.find(act, key)


def test_a_copy_of_a_shipped_dashboard_is_one_s_own(office: Office) -> None:
    act = office.act(office.sara)
    copy = dashboards.find(act, dashboards.create(act, "My team", like="team"))
    assert copy.change and [t.report or t.chart for t in copy.tiles] == [
        t.report or t.chart for t in dashboards.find(act, "team").tiles
    ]


def test_a_dashboard_is_seen_by_those_with_whom_it_is_shared(office: Office) -> None:
    key = dashboards.create(office.act(office.sara), "Mine", [TILE])
    for nobody in (office.tom, office.ada, office.mia):
        assert key not in keys(office, nobody)
        with pytest.raises(NotFound):
            dashboards.find(office.act(nobody), key)
    dashboards.share(
        office.act(office.sara),
        key,
        [
            {"kind": "team", "key": str(office.fair.id)},
            {"kind": "role", "key": _role(office, office.mia), "change": True},
            {"kind": "user", "key": str(office.vera.id)},
        ],
    )
    assert next(a.name for a in dashboards.shares(office.act(office.sara), key)) == "Fair"
    for somebody, may in ((office.tom, False), (office.olaf, False), (office.mia, True), (office.vera, False)):
        found = dashboards.find(office.act(somebody), key)
        assert (found.group, found.change) == ("shared", may)
    assert key not in keys(office, office.tim)
    with pytest.raises(NotAllowed):
        dashboards.change(office.act(office.tom), key, 1, "His", [])
    dashboards.change(office.act(office.mia), key, 1, "Ours", [TILE, TILE])
    for verb in (dashboards.remove, dashboards.shares):
        with pytest.raises(NotAllowed):
            verb(office.act(office.mia), key)
    dashboards.share(office.act(office.sara), key, [])
    assert key not in keys(office, office.tom)


def _role(office: Office, user: User) -> str:
    return next(iter(office.who(user).roles))


def test_a_shared_dashboard_shows_each_reader_his_own_numbers(office: Office) -> None:
    office.settle(private=True)
    office.bare(Lead, topic="T", last_name="Doe", lead_source=LeadSource.WEB)
    office.bare(Lead, office.tom, topic="T", last_name="Doe", lead_source=LeadSource.PARTNER)
    office.session.flush()
    key = dashboards.create(office.act(office.sara), "Mine", [TILE])
    dashboards.share(office.act(office.sara), key, [{"kind": "user", "key": str(office.tom.id)}])

    def seen(who: User) -> list[str]:
        [tile] = dashboards.find(office.act(who), key).tiles
        return [point.label for point in tile.figures(office.act(who)).points]

    assert (seen(office.sara), seen(office.tom)) == (["Web"], ["Partner"])


@pytest.mark.parametrize(
    "who", [{"kind": "user", "key": "99"}, {"kind": "role", "key": "king"}, {"kind": "team", "key": "x"}, {}]
)
def test_a_dashboard_is_shared_with_those_who_exist(office: Office, who: dict[str, str]) -> None:
    key = dashboards.create(office.act(office.sara), "Mine")
    with pytest.raises(BadValue):
        dashboards.share(office.act(office.sara), key, [who])


def test_a_user_begins_with_the_dashboard_of_his_choice_as_long_as_it_is_there(office: Office) -> None:
    key = dashboards.create(office.act(office.sara), "Mine")
    dashboards.begin_with(office.act(office.sara), key)
    assert dashboards.first(office.act(office.sara)) == key
    assert dashboards.first(office.act(office.tom)) == "sales-activity"
    dashboards.remove(office.act(office.sara), key)
    assert dashboards.first(office.act(office.sara)) == "sales-activity"
    with pytest.raises(NotFound):
        dashboards.begin_with(office.act(office.sara), "d99")


def test_administrators_change_hide_and_restore_what_was_shipped(office: Office) -> None:
    with pytest.raises(NotAllowed):
        dashboards.change(office.act(office.vera), "team", 0, "Team", [TILE])
    ada = office.act(office.ada)
    dashboards.change(ada, "team", 0, "Crew", [TILE])
    found = dashboards.find(office.act(office.sara), "team")
    assert (found.name, len(found.tiles), found.group) == ("Crew", 1, "system")
    with pytest.raises(Stale):
        dashboards.change(ada, "team", 0, "Crew", [])
    dashboards.hide(ada, "sales-activity", True)
    assert "sales-activity" not in keys(office, office.sara)
    assert "sales-activity" in keys(office, office.ada, hidden=True)
    assert dashboards.first(office.act(office.sara)) == "sales-performance"
    dashboards.remove(ada, "team")
    assert dashboards.find(office.act(office.sara), "team").name == "Team Board"


def test_system_dashboards_are_made_by_administrators(office: Office) -> None:
    with pytest.raises(NotAllowed):
        dashboards.create(office.act(office.mia), "Everybody's", [TILE], system=True)
    key = dashboards.create(office.act(office.ada), "Everybody's", [TILE], system=True)
    assert key in keys(office, office.tim)


def test_dashboards_cost_the_same_statements_however_many_there_are(office: Office) -> None:
    def cost() -> int:
        office.commit()
        act = office.act(office.tom)
        with Statements(office.engine) as statements:
            dashboards.available(act)
        return len(statements)

    few = cost()
    for _ in range(3):
        key = dashboards.create(office.act(office.sara), "Mine")
        dashboards.share(office.act(office.sara), key, [{"kind": "user", "key": str(office.tom.id), "change": True}])
    assert cost() == few <= 2


# -- tiles -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damaged",
    [
        "x", 5, None, [5], [{}], [{"kind": "video"}], [{"kind": "report", "report": "gone"}], [{**TILE, "entity": "user"}],
        [{**TILE, "definition": {"entity": "lead", "category": {"field": "gone"}}}], [{**TILE, "wide": "very"}],
        [{**TILE, "where": {"any": 1}}], [{**TILE, "drawing": "pyramid"}], [TILE] * 21,
    ],
)  # fmt: skip
def test_damaged_tiles_are_refused(damaged: Any) -> None:
    with pytest.raises(Exception, match=r"read|at most|exist"):
        read_all(damaged)


def test_a_tile_is_at_least_large_enough_to_be_taken_hold_of_and_at_most_as_wide_as_the_grid() -> None:
    def size(**more: Any) -> tuple[int, int]:
        [tile] = read_all([{"kind": "chart", "chart": "by-source", **more}])
        return tile.wide, tile.tall

    assert size() == (4, 7)
    assert size(wide=99, tall=99) == (12, 20)
    assert size(wide=1, tall=1) == (2, 3)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.key)
def test_the_tiles_of_a_shipped_dashboard_fill_their_lines(board: Shipped) -> None:
    left = 12
    for tile in board.tiles:
        left -= tile.wide
        assert left >= 0, tile
        left = left or 12
    assert left == 12


def test_a_tile_narrows_its_view_by_a_condition_and_leads_to_just_those_rows(office: Office) -> None:
    for source in (LeadSource.WEB, LeadSource.WEB, LeadSource.PARTNER):
        office.bare(Lead, topic="T", last_name="Doe", lead_source=source, rating=1)
    office.session.flush()
    where = {"all": [{"field": "lead_source", "operator": "eq", "values": [str(int(LeadSource.WEB))]}]}
    chart, rows, report = read_all(
        [
            {**TILE, "where": where, "chart": "by-rating"},
            {"kind": "list", "entity": "lead", "view": "open", "where": where},
            {"kind": "report", "report": "ageing", "where": where},
        ]
    )
    act = office.act(office.sara)
    assert [p.values for p in chart.figures(act).points] == [[2]]
    assert len(rows.page(act).rows) == 2
    assert sum(p.values[0] or 0 for p in report.figures(act).points) == 2


def test_a_tile_over_a_view_that_the_reader_may_not_see_says_so(office: Office) -> None:
    key = dashboards.create(office.act(office.sara), "Mine", [{**TILE, "view": "v77"}])
    [tile] = dashboards.find(office.act(office.sara), key).tiles
    with pytest.raises(NotFound):
        tile.figures(office.act(office.sara))


def test_a_list_tile_shows_the_first_rows_of_its_view(office: Office) -> None:
    for i in range(8):
        office.bare(Lead, topic=f"T{i}", last_name=f"L{i}")
    office.session.flush()
    [tile] = read_all([{"kind": "list", "entity": "lead", "view": "open", "rows": 3}])
    page = tile.page(office.act(office.sara))
    assert [row["id"] for row in page.rows] == [
        row["id"] for row in lists.page(office.act(office.sara), Ask("lead", "open")).rows[:3]
    ]


# -- files -------------------------------------------------------------------------------------------------------------

TABLE = Figures(
    "Leads, all",
    "column",
    "Owner",
    [Measure("0", "Leads"), Measure("1", "Revenue", "money", "EUR"), Measure("2", "Time", "seconds")],
    [Point("1", "=1+1", [2, 1.5, 5400]), Point("2", "Sara", [0, None, None])],
    "",
)


def test_figures_are_exported_as_csv_that_no_spreadsheet_runs(office: Office) -> None:
    name, content = files.written(office.act(office.sara), TABLE, "csv")
    assert name == "Leads, all 2026-05-13.csv"
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["Owner", "Leads", "Revenue (EUR)", "Time"], ["'=1+1", "2", "1.5", "5400"], ["Sara", "0", "", ""]]
    office.sara.language = "pl"
    _, content = files.written(office.act(office.sara), TABLE, "csv")
    assert "'=1+1;2;1,5;5400" in content.decode("utf-8-sig")


def test_figures_are_exported_as_a_workbook_with_numbers(office: Office) -> None:
    _, content = files.written(office.act(office.sara), TABLE, "xlsx")
    sheet = load_workbook(io.BytesIO(content)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_col=3)] == [
        ["Owner", "Leads", "Revenue (EUR)"], ["=1+1", 2, 1.5], ["Sara", 0, None],
    ]  # fmt: skip
    assert sheet["A2"].data_type == "s" and sheet["D2"].number_format == "[h]:mm:ss"


def test_figures_are_not_exported_without_the_right(office: Office) -> None:
    act = office.act(office.sara)
    act.who = Who(act.who.id, act.who.name)
    with pytest.raises(NotAllowed):
        files.written(act, TABLE, "csv")
    with pytest.raises(BadValue):
        files.written(office.act(office.sara), TABLE, "pdf")
