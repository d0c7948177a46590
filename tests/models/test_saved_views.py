"""Views that people save and share, and those of the system that administrators shape (S 7.2, 9.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from rxcrm.models import (
    configuration,
    lists,
    publishing,
    saved_views,
    subgrids,
    system_views,
    view_choices,
    view_offers,
)
from rxcrm.models.choices import Role
from rxcrm.models.defining import definition_of
from rxcrm.models.errors import BadValue, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.filters.conditions import BadFilter, Test, every, read, written
from rxcrm.models.filters.wording import problems, sentence, words_of
from rxcrm.models.lists import Ask
from rxcrm.models.people import User
from rxcrm.models.saved_view import Purpose, SavedView
from rxcrm.models.saved_views import NameTaken, Reader
from rxcrm.models.system_views import key_of
from rxcrm.models.view_changes import consequences
from rxcrm.models.views import VIEWS
from tests.office import Office, Statements

HOT = Test("rating", "eq", ("1",))
CITY = Test("city", "eq", ("Łódź",))


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    configuration.reset()


def shown(*columns: str, where: Any = HOT, **more: Any) -> dict[str, Any]:
    """A definition as the page sends it."""
    return {"columns": list(columns or ("name", "city")), "where": written(every(where)), **more}


def keep(office: Office, name: str = "Hot ones", user: User | None = None, **more: Any) -> SavedView:
    return saved_views.save_as(office.act(user or office.sara), "lead", name, shown(**more))


def labels(office: Office, user: User, group: str = "") -> list[str]:
    found = view_offers.offers(office.act(user), "lead").views
    return [offer.label for offer in found if not group or offer.group == group]


# -- saving ----------------------------------------------------------------------------------------------------------


def test_a_view_keeps_everything_that_it_shows(office: Office) -> None:
    definition = shown(
        *("name", "city", "existing_account_id.name"),
        sort=[["city", True], ["name", False]],
        widths={"city": 300},
        group="created_on:month",
        totals=[["budget_amount", "sum"]],
        kind="board",
        settings={"lanes": "rating"},
    )
    row = saved_views.save_as(office.act(office.sara), "lead", " Hot ones ", definition, "For May")
    office.session.expire_all()
    view = saved_views.resolve(office.act(office.sara), "lead", key_of(row.id or 0)).view
    assert (view.label, view.kind, view.settings) == ("Hot ones", "board", (("lanes", "rating"),))
    assert view.columns == ("name", "city", "existing_account_id.name")
    assert view.sort == (("city", True), ("name", False))
    assert dict(view.widths) == {"city": 300}
    assert (view.group, view.totals) == ("created_on:month", (("budget_amount", "sum"),))
    assert view.where == every(HOT)
    assert row.description == "For May"


def test_a_list_shows_the_rows_of_a_saved_view_and_what_the_address_changes(office: Office) -> None:
    office.lead(last_name="hot", rating=1, city="Porto")
    office.lead(last_name="cold", rating=3, city="Łódź")
    key = key_of(keep(office).id or 0)
    act = office.act(office.sara)
    assert [row["name"] for row in lists.page(act, Ask(view=key)).rows] == ["hot"]
    found = lists.page(act, Ask(view=key, where=every(CITY), columns=("city", "nonsense")))
    assert [row["name"] for row in found.rows] == ["cold"]
    assert [column.key for column in found.columns] == ["city"]
    assert lists.count(act, Ask(view=key)) == 1


def test_the_same_name_asks_and_never_overwrites_silently(office: Office) -> None:
    first = keep(office, "Łódź")
    with pytest.raises(NameTaken, match="Replace it") as asked:
        saved_views.save_as(office.act(office.sara), "lead", "LODZ", shown(where=CITY))
    assert first.definition and first.definition["where"] == written(every(HOT))
    again = saved_views.save_as(office.act(office.sara), "lead", "lodz", shown(where=CITY), replace=asked.value.version)
    assert again.id == first.id and first.definition["where"] == written(every(CITY))
    assert labels(office, office.sara, "mine") == ["Łódź"]


def test_replacing_a_view_that_changed_meanwhile_is_refused(office: Office) -> None:
    first = keep(office)
    version = first.version
    saved_views.save(office.act(office.sara), first.id or 0, version, shown(where=CITY))
    with pytest.raises(Stale, match="Sara changed this view"):
        saved_views.save_as(office.act(office.sara), "lead", "hot ones", shown(), replace=version)


def test_two_people_may_have_views_of_one_name(office: Office) -> None:
    assert keep(office).id != keep(office, user=office.tom).id


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"columns": []}, "1 to 40 columns"),
        ({"columns": ["nonsense"]}, "1 to 40 columns"),
        ({"columns": [f"x{i}" for i in range(99)]}, "1 to 40 columns"),
        ({"columns": "name"}, "cannot be read"),
        ({"where": {"all": [{"field": "shoes", "operator": "null", "values": []}]}}, "does not exist any more"),
        ({"where": "x"}, "cannot be read"),
        ({"kind": "tree"}, "cannot be read"),
        ({"settings": {"a": "x" * 30_000}}, "cannot be read"),
        ({"settings": {"a": 1}}, "cannot be read"),
        ({"sort": [["name"]]}, "cannot be read"),
        ({"widths": [1]}, "cannot be read"),
    ],
)
def test_what_cannot_be_shown_is_not_saved(small_office: Office, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises((BadFilter, Invalid)) as refused:
        saved_views.save_as(small_office.act(small_office.sara), "lead", "x", shown() | change)
    told = refused.value.text() + " ".join(getattr(refused.value, "by_field", dict)().values())
    assert sentence in told


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_view_needs_a_name(small_office: Office, name: str) -> None:
    with pytest.raises(Invalid):
        saved_views.save_as(small_office.act(small_office.sara), "lead", name, shown())


def test_what_means_nothing_is_left_out(small_office: Office) -> None:
    row = saved_views.save_as(
        small_office.act(small_office.sara),
        "lead",
        "x",
        shown(
            "name",
            "name",
            "nonsense",
            sort=[["nonsense", True], ["city", False], ["existing_account_id.name", True]],
            widths={"name": 5, "city": 100},
            group="nonsense",
            totals=[["budget_amount", "median"], ["nonsense", "sum"]],
            pinned=["name", "city", "nonsense"],
        ),
    )
    assert row.definition == {
        **shown("name"),
        "sort": [["city", False]],
        "widths": {"name": 60},
        "group": "",
        "totals": [],
        "kind": "list",
        "settings": {},
        "pinned": ["name"],
    }


# -- sharing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["user", "team", "role"])
def test_a_view_is_shared_with_users_teams_and_roles(office: Office, kind: str) -> None:
    row = keep(office)
    to = {"user": str(office.olaf.id), "team": str(office.fair.id), "role": Role.SALESPERSON.value}[kind]
    assert labels(office, office.olaf, "shared") == []
    with pytest.raises(NotFound):
        saved_views.find(office.act(office.olaf), row.id or 0)
    saved_views.share(office.act(office.sara), row.id or 0, [Reader(kind, to)])
    assert labels(office, office.olaf, "shared") == ["Hot ones"]
    assert labels(office, office.vera, "shared") == []
    assert saved_views.resolve(office.act(office.olaf), "lead", key_of(row.id or 0)).view.where == every(HOT)
    with pytest.raises(NotAllowed, match="not change it"):
        saved_views.save(office.act(office.olaf), row.id or 0, row.version, shown())
    [reader] = saved_views.readers(office.act(office.sara), row)
    assert (reader.kind, reader.id, reader.change) == (kind, to, False)


def test_who_may_change_a_shared_view_changes_it_for_all(office: Office) -> None:
    row = keep(office)
    saved_views.share(office.act(office.sara), row.id or 0, [Reader("user", str(office.tom.id), change=True)])
    saved_views.save(office.act(office.tom), row.id or 0, row.version, shown(where=CITY))
    assert saved_views.resolve(office.act(office.sara), "lead", key_of(row.id or 0)).view.where == every(CITY)
    for verb in (
        lambda act: saved_views.share(act, row.id or 0, []),
        lambda act: saved_views.remove(act, row.id or 0),
        lambda act: saved_views.activate(act, row.id or 0, False),
        lambda act: saved_views.hand_over(act, row.id or 0, office.tom),
    ):
        with pytest.raises(NotAllowed, match="Only the owner"):
            verb(office.act(office.tom))


def test_of_two_who_save_at_once_the_second_is_told(office: Office) -> None:
    row = keep(office)
    saved_views.share(office.act(office.sara), row.id or 0, [Reader("user", str(office.tom.id), change=True)])
    version = row.version
    saved_views.save(office.act(office.tom), row.id or 0, version, shown(where=CITY))
    with pytest.raises(Stale, match="Tom changed this view while you were changing it"):
        saved_views.save(office.act(office.sara), row.id or 0, version, shown())


def test_saving_over_a_shared_view_says_what_changes_for_whom(office: Office) -> None:
    row = keep(office)
    saved_views.share(office.act(office.sara), row.id or 0, [Reader("team", str(office.fair.id))])
    told = consequences(
        office.act(office.sara),
        row.id or 0,
        shown("name", "topic", where=CITY, sort=[["topic", False]], group="rating"),
    )
    assert told.people == 2 and told.shared_with == ["Fair"]
    assert told.changes == [
        "Columns added: Topic",
        "Columns removed: City",
        "Filter: City · Equals · Łódź (before: Rating · Equals · Hot)",
        "Sorted by: Topic",
        "Grouped by: Rating",
    ]
    assert consequences(office.act(office.sara), row.id or 0, shown()).changes == []


def test_a_view_that_is_taken_out_of_use_is_gone_for_others_and_comes_back(office: Office) -> None:
    row = keep(office)
    saved_views.share(office.act(office.sara), row.id or 0, [Reader("role", Role.SALESPERSON.value)])
    saved_views.activate(office.act(office.sara), row.id or 0, False)
    assert labels(office, office.tom, "shared") == [] and labels(office, office.sara, "mine") == ["Hot ones"]
    found = saved_views.resolve(office.act(office.tom), "lead", key_of(row.id or 0))
    assert found.view.key == "my-open" and found.problem
    saved_views.activate(office.act(office.sara), row.id or 0, True)
    assert labels(office, office.tom, "shared") == ["Hot ones"]


def test_a_view_is_renamed_handed_over_and_removed(office: Office) -> None:
    row, other = keep(office), keep(office, "Other")
    with pytest.raises(BadValue, match="Another view"):
        saved_views.rename(office.act(office.sara), row.id or 0, row.version, "OTHER", "")
    saved_views.rename(office.act(office.sara), row.id or 0, row.version, "Hottest", "Of all")
    assert labels(office, office.sara, "mine") == ["Hottest", "Other"]
    saved_views.hand_over(office.act(office.sara), row.id or 0, office.tom)
    assert labels(office, office.tom, "mine") == ["Hottest"] and labels(office, office.sara, "mine") == ["Other"]
    saved_views.remove(office.act(office.sara), other.id or 0)
    assert labels(office, office.sara, "mine") == []
    with pytest.raises(NotFound):
        saved_views.remove(office.act(office.sara), other.id or 0)


@pytest.mark.parametrize(
    "reader", [Reader("user", "0"), Reader("user", "x"), Reader("role", "king"), Reader("cat", "1")]
)
def test_nobody_shares_with_what_is_not_there(small_office: Office, reader: Reader) -> None:
    row = keep(small_office)
    with pytest.raises(BadValue):
        saved_views.share(small_office.act(small_office.sara), row.id or 0, [reader])


def test_a_view_tells_no_names_that_its_reader_may_not_see(office: Office) -> None:
    office.settle(private=True)
    hidden = office.account(office.olaf, name="Secret Ltd")
    condition = every(Test("existing_account_id", "eq", (str(hidden.id),)))
    assert "Secret" in sentence(office.act(office.olaf), "lead", condition)
    assert "Secret" not in sentence(office.act(office.sara), "lead", condition)
    assert "may not see" in sentence(office.act(office.sara), "lead", condition)


# -- what is gone ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["v999999", "v0", "vx", "v-1", "v" + "9" * 30, "nonsense", "v1; drop"])
def test_a_view_that_is_gone_opens_the_default_and_says_so(office: Office, key: str) -> None:
    found = saved_views.resolve(office.act(office.sara), "lead", key)
    assert found.view.key == "my-open" and "doesn't exist" in found.problem


def test_a_view_of_another_table_is_none_of_this(office: Office) -> None:
    row = keep(office)
    assert saved_views.resolve(office.act(office.sara), "account", key_of(row.id or 0)).problem


@pytest.mark.parametrize(
    "broken",
    [
        {"all": [{"field": "x_gone", "operator": "eq", "values": ["1"]}]},
        {"all": [{"field": "rating", "operator": "eq", "values": ["77"]}]},
        {"all": [{"field": "rating", "operator": "smells-like", "values": ["1"]}]},
        {"all": [{"related": "gone.x", "where": {"all": []}}]},
    ],
)
def test_a_view_that_speaks_of_what_is_gone_says_so_and_shows_no_wrong_rows(office: Office, broken: Any) -> None:
    office.lead()
    row = keep(office)
    row.definition = {
        **(row.definition or {}),
        "where": broken,
        "columns": ["name", "x_gone"],
        "sort": [["x_gone", True]],
    }
    office.session.flush()
    act, ask = office.act(office.sara), Ask(view=key_of(row.id or 0))
    view = lists.viewed(act, ask)
    assert view.columns == ("name",) and view.sort == (("created_on", True),)
    with pytest.raises(BadFilter):
        lists.page(act, ask)
    with pytest.raises(BadFilter):
        lists.count(act, ask)
    words = words_of(act, "lead", view.where)
    assert len(problems(words)) == 1 and problems(words)[0].endswith(".")


def test_a_damaged_filter_in_the_table_still_lets_the_view_open(office: Office) -> None:
    row = keep(office)
    row.definition = {**(row.definition or {}), "where": {"broken": 1}}
    office.session.flush()
    found = saved_views.resolve(office.act(office.sara), "lead", key_of(row.id or 0))
    assert found.view.label == "Hot ones" and "cannot be read" in found.problem


# -- words -----------------------------------------------------------------------------------------------------------


def test_a_filter_is_told_in_words(office: Office) -> None:
    account = office.account(name="Fabrikam")
    data = {
        "any": [
            {"field": "rating", "operator": "in", "values": ["1", "2"]},
            {"field": "created_on", "operator": "last-x-days", "values": ["7"]},
            {"field": "budget_amount", "operator": "between", "values": ["1000", "2500.50"]},
            {"field": "owner", "operator": "eq", "values": [f"user:{office.tom.id}"]},
            {"field": "existing_account_id", "operator": "eq", "values": [str(account.id)]},
            {"field": "existing_account_id.city", "operator": "begins-with", "values": ["Ł"]},
            {"field": "do_not_email", "operator": "eq", "values": ["1"]},
            {"field": "estimated_close_date", "operator": "on", "values": ["2026-05-13"]},
            {"field": "x_gone", "operator": "eq", "values": ["1"]},
            {"related": "activities", "missing": True, "where": {"all": []}},
            {
                "related": "opportunity.originating_lead_id",
                "where": {"all": [{"field": "status", "operator": "eq", "values": ["1"]}]},
            },
            {"all": [{"field": "city", "operator": "null", "values": []}]},
        ]
    }
    words = words_of(office.act(office.sara), "lead", read(data))
    assert words.any
    assert [part.text() for part in words.parts] == [
        "Rating · Contains values · Hot, Warm",
        "Created On · Last 7 days",
        "Estimated Budget · Is between · 1,000 and 2,500.5",
        "Owner · Equals · Tom",
        "Existing Account? · Equals · Fabrikam",
        "Existing Account? · City · Begins with · Ł",
        "Do not allow Emails · Equals · Do Not Allow",
        "Est. Close Date · On · May 13, 2026",
        "(a field that is gone)",
        "Activities · Does not contain data",
        "Opportunities (Originating Lead) · Contains data: Status · Equals · Won",
        "City · Does not contain data",
    ]


# -- defaults, pins, order -------------------------------------------------------------------------------------------


def test_everybody_begins_with_the_view_that_he_chose(office: Office) -> None:
    row = keep(office)
    view_choices.begin_with(office.act(office.sara), "lead", key_of(row.id or 0))
    assert saved_views.resolve(office.act(office.sara), "lead", "").view.label == "Hot ones"
    assert saved_views.resolve(office.act(office.tom), "lead", "").view.key == "my-open"
    [default] = [o for o in view_offers.offers(office.act(office.sara), "lead").views if o.default]
    assert default.label == "Hot ones"
    saved_views.remove(office.act(office.sara), row.id or 0)
    assert saved_views.resolve(office.act(office.sara), "lead", "").view.key == "my-open"
    view_choices.begin_with(office.act(office.sara), "lead", "")
    assert saved_views.resolve(office.act(office.sara), "lead", "").view.key == "my-open"


def test_nobody_begins_with_hides_or_pins_a_view_that_he_may_not_use(office: Office) -> None:
    row = keep(office)
    for verb in (
        lambda key: view_choices.begin_with(office.act(office.tom), "lead", key),
        lambda key: view_choices.hide(office.act(office.tom), "lead", key, True),
        lambda key: view_choices.pin(office.act(office.tom), "lead", key, True),
    ):
        for key in (key_of(row.id or 0), "nonsense"):
            with pytest.raises(NotAllowed):
                verb(key)


def test_views_are_hidden_pinned_and_arranged_by_each_user(office: Office) -> None:
    keep(office, "Z")
    view_choices.hide(office.act(office.sara), "lead", "closed", True)
    view_choices.pin(office.act(office.sara), "lead", "open", True)
    view_choices.pin(office.act(office.sara), "lead", "open", True)
    offers = {o.key: o for o in view_offers.offers(office.act(office.sara), "lead").views}
    assert offers["closed"].hidden and offers["open"].pinned
    assert view_choices.pinned(office.act(office.sara)) == [("lead", "open")]
    assert not any(o.hidden or o.pinned for o in view_offers.offers(office.act(office.tom), "lead").views)
    assert labels(office, office.sara)[0] == "Z"
    view_choices.arrange(office.act(office.sara), "lead", "system")
    assert labels(office, office.sara)[-1] == "Z"
    view_choices.pin(office.act(office.sara), "lead", "open", False)
    assert view_choices.pinned(office.act(office.sara)) == []
    with pytest.raises(NotAllowed, match="begin with"):
        view_choices.hide(office.act(office.sara), "lead", "my-open", True)


def test_the_picker_costs_the_same_whatever_the_number_of_views(office: Office) -> None:
    keep(office, "a")
    act = office.act(office.sara)
    with Statements(office.engine) as few:
        view_offers.offers(act, "lead")
    for name in "bcdefg":
        keep(office, name)
    act = office.act(office.sara)
    with Statements(office.engine) as many:
        view_offers.offers(act, "lead")
    assert len(few) == len(many) <= 3


# -- the views of the system -----------------------------------------------------------------------------------------


def test_a_change_of_a_system_view_is_seen_when_it_is_published(office: Office) -> None:
    definition = shown("name", "city", where=CITY)
    row = publishing.draft(office.act(office.ada), "lead", "open", 0, definition, "Open in Łódź")
    assert saved_views.resolve(office.act(office.sara), "lead", "open").view.label == "Open Leads"
    assert publishing.draft_of(office.act(office.ada), "lead", "open").view.columns == ("name", "city")
    publishing.publish(office.act(office.ada), "lead", "open", row.version)
    view = saved_views.resolve(office.act(office.sara), "lead", "open").view
    assert (view.label, view.columns, view.where) == ("Open in Łódź", ("name", "city"), every(CITY))
    assert "Open in Łódź" in labels(office, office.sara, "system")
    publishing.reset(office.act(office.ada), "lead", "open", row.version)
    assert saved_views.resolve(office.act(office.sara), "lead", "open").view == replace(
        VIEWS["lead"][1], id=row.id or 0
    )


def test_of_two_administrators_who_publish_at_once_the_second_is_told(office: Office) -> None:
    row = publishing.draft(office.act(office.ada), "lead", "open", 0, shown(where=CITY))
    version = row.version
    publishing.publish(office.act(office.ada), "lead", "open", version)
    with pytest.raises(Stale, match="Ada changed this view while you were changing it"):
        publishing.publish(office.act(office.ada), "lead", "open", version)
    with pytest.raises(Stale):
        publishing.draft(office.act(office.ada), "lead", "open", 0, shown())


def test_a_draft_is_thrown_away(office: Office) -> None:
    row = publishing.draft(office.act(office.ada), "lead", "open", 0, shown(where=CITY))
    publishing.discard(office.act(office.ada), "lead", "open", row.version)
    assert not publishing.draft_of(office.act(office.ada), "lead", "open").drafted
    with pytest.raises(NotAllowed, match="nothing to publish"):
        publishing.publish(office.act(office.ada), "lead", "open", row.version)
    new = publishing.add(office.act(office.ada), "lead", "New", shown())
    publishing.discard(office.act(office.ada), "lead", key_of(new.id or 0), new.version)
    with pytest.raises(NotFound):
        publishing.draft_of(office.act(office.ada), "lead", key_of(new.id or 0))


def test_a_new_system_view_is_a_draft_until_it_is_published_and_can_be_removed(office: Office) -> None:
    row = publishing.add(office.act(office.ada), "lead", "In Łódź", shown(where=CITY))
    key = key_of(row.id or 0)
    assert "In Łódź" not in labels(office, office.sara)
    assert saved_views.resolve(office.act(office.sara), "lead", key).problem
    publishing.publish(office.act(office.ada), "lead", key, row.version)
    assert labels(office, office.sara, "system")[-1] == "In Łódź"
    assert saved_views.resolve(office.act(office.sara), "lead", key).view.where == every(CITY)
    publishing.begin_with(office.act(office.ada), "lead", Role.SALESPERSON.value, key)
    assert saved_views.resolve(office.act(office.sara), "lead", "").view.key == key
    publishing.remove(office.act(office.ada), "lead", key, row.version)
    assert saved_views.resolve(office.act(office.sara), "lead", "").view.key == "my-open"


def test_a_name_is_taken_once_among_the_views_of_the_system(office: Office) -> None:
    with pytest.raises(BadValue, match="Another view of the system"):
        publishing.add(office.act(office.ada), "lead", "open LEADS", shown())


def test_each_role_begins_with_its_own_view(office: Office) -> None:
    publishing.begin_with(office.act(office.ada), "lead", "", "all")
    publishing.begin_with(office.act(office.ada), "lead", Role.SALES_MANAGER.value, "open")

    def first(user: User) -> str:
        return saved_views.resolve(office.act(user), "lead", "").view.key

    assert (first(office.sara), first(office.mia)) == ("all", "open")
    publishing.begin_with(office.act(office.ada), "lead", "", "")
    assert (first(office.sara), first(office.mia)) == ("my-open", "open")


def test_system_views_are_hidden_and_ordered(office: Office) -> None:
    row = publishing.hide(office.act(office.ada), "lead", "closed", 0, True)
    assert "Closed Leads" not in labels(office, office.sara)
    assert saved_views.resolve(office.act(office.sara), "lead", "closed").view.key == "closed"
    publishing.hide(office.act(office.ada), "lead", "closed", row.version, False)
    publishing.arrange(office.act(office.ada), "lead", ["all", "closed", "nonsense"])
    assert labels(office, office.sara, "system")[:3] == ["All Leads", "Closed Leads", "My Open Leads"]
    assert saved_views.resolve(office.act(office.sara), "lead", "").view.key == "all"


def test_the_last_view_is_not_hidden(office: Office) -> None:
    for key in ("my-active", "inactive", "all"):
        publishing.hide(office.act(office.ada), "account", key, 0, True)
    with pytest.raises(NotAllowed, match="last view"):
        publishing.hide(office.act(office.ada), "account", "active", 0, True)


def test_shipped_views_are_not_deleted_and_own_ones_not_reset(office: Office) -> None:
    row = publishing.add(office.act(office.ada), "lead", "New", shown())
    with pytest.raises(NotAllowed, match="Hide it instead"):
        publishing.remove(office.act(office.ada), "lead", "open", 0)
    with pytest.raises(NotAllowed, match="did not come with"):
        publishing.reset(office.act(office.ada), "lead", key_of(row.id or 0), row.version)


def test_only_administrators_touch_the_views_of_the_system(office: Office) -> None:
    act = office.act(office.mia)
    for verb in (
        lambda: publishing.draft(act, "lead", "open", 0, shown()),
        lambda: publishing.publish(act, "lead", "open", 0),
        lambda: publishing.add(act, "lead", "x", shown()),
        lambda: publishing.reset(act, "lead", "open", 0),
        lambda: publishing.remove(act, "lead", "open", 0),
        lambda: publishing.hide(act, "lead", "open", 0, True),
        lambda: publishing.arrange(act, "lead", ["all"]),
        lambda: publishing.begin_with(act, "lead", "", "all"),
        lambda: publishing.draft_of(act, "lead", "open"),
        lambda: publishing.as_role(act, "salesperson"),
        lambda: publishing.publish_personal(act, 1),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_a_personal_view_is_published_to_everybody(office: Office) -> None:
    row = keep(office, user=office.ada)
    publishing.publish_personal(office.act(office.ada), row.id or 0)
    assert labels(office, office.sara, "system")[-1] == "Hot ones"
    assert labels(office, office.ada, "mine") == ["Hot ones"]


def test_an_administrator_looks_at_a_list_as_a_role_does(office: Office) -> None:
    office.settle(private=True)
    office.lead(office.olaf)
    ask = Ask(view="all")
    assert len(lists.page(office.act(office.ada), ask).rows) == 1
    preview = publishing.as_role(office.act(office.ada), Role.SALESPERSON.value)
    assert lists.page(preview, ask).rows == []


def test_look_ups_global_search_and_associated_tables_have_views_too(office: Office) -> None:
    office.lead(last_name="Hot", rating=1, city="Porto")
    office.lead(last_name="Hotter", rating=2, city="Łódź")

    def found() -> list[tuple[str, str]]:
        return sorted((hit.name, hit.detail) for hit in lists.find(office.act(office.sara), "lead", "hot"))

    assert found() == [("Hot", "Porto"), ("Hotter", "Łódź")]
    row = publishing.draft(office.act(office.ada), "lead", "find", 0, shown("name", "rating", "city", where=HOT))
    publishing.publish(office.act(office.ada), "lead", "find", row.version)
    assert found() == [("Hot", "Hot · Porto")]
    assert "Quick find view" not in labels(office, office.sara)
    assert {v.purpose for v in system_views.all_of("lead")} == set(Purpose)


@pytest.mark.parametrize("entity", VIEWS)
def test_what_is_shipped_comes_back_from_its_definition(small_office: Office, entity: str) -> None:
    from rxcrm.models.defining import blank, checked, view_from

    act = small_office.act(small_office.ada)
    for view in VIEWS[entity]:
        stored = checked(act, entity, definition_of(view))
        assert view_from(blank(entity, view.label, view.key), stored) == view


def test_teams_and_users_that_share_are_told_apart(office: Office) -> None:
    row = keep(office)
    saved_views.share(
        office.act(office.sara),
        row.id or 0,
        [
            Reader("team", str(office.fair.id)),
            Reader("user", str(office.tom.id), change=True),
            Reader("role", "sales_manager"),
        ],
    )
    told = saved_views.readers(office.act(office.sara), row)
    assert [(r.kind, r.name, r.change) for r in told] == [
        ("role", Role.SALES_MANAGER.label, False),
        ("team", "Fair", False),
        ("user", "Tom", True),
    ]
    assert saved_views.people_of(office.act(office.sara), row) == {office.tom.id, office.olaf.id, office.mia.id}


def test_the_associated_view_decides_what_tables_within_forms_show(office: Office) -> None:
    account = office.account(office.sara)
    for name, rating in (("Hot", 1), ("Cold", 3)):
        office.lead(last_name=name, rating=rating, city="Porto", existing_account_id=account.id)

    def shown_in_form() -> list[tuple[str, list[str]]]:
        grids = subgrids.of(office.act(office.sara), account, {})
        return sorted((line.name, line.details) for grid in grids if grid.key == "leads" for line in grid.rows)

    assert [name for name, _ in shown_in_form()] == ["Cold", "Hot"]
    row = publishing.draft(office.act(office.ada), "lead", "associated", 0, shown("name", "city", "rating"))
    publishing.publish(office.act(office.ada), "lead", "associated", row.version)
    assert shown_in_form() == [("Hot", ["Porto", "Hot"])]
