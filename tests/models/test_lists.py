"""Views, order, paging by key, search (S 7.1, 7.6, 13.13-13.15): the same rows in the same order on both databases."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rxcrm.models import list_queries, lists
from rxcrm.models.choices import LeadStatus
from rxcrm.models.filters.conditions import Test, every
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask, Hit, Page, count, find, page
from rxcrm.models.people import User, set_roles
from rxcrm.models.records import Act, bin, save
from rxcrm.models.views import COLUMNS, VIEWS, column_of, view_of
from tests.office import Office, Statements

DAY = timedelta(days=1)
SORTS = [key for key, column in COLUMNS["lead"].items() if column.order]
MIXED = [
    (("rating", True), ("name", False)),
    (("status_reason", False), ("company_name", True), ("created_on", False)),
    (("owner", True), ("topic", True), ("lead_source", False)),
]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of four rows, so that few leads make many pages."""
    monkeypatch.setattr(lists, "PAGE_SIZES", (4, 50))


def ask(**more: object) -> Ask:
    return Ask(**{"view": "all", "size": 4, **more})


def names(found: Page) -> list[str]:
    return [row["name"] for row in found.rows]


def ids(found: Page) -> list[str]:
    return [row["id"] for row in found.rows]


def searched(office: Office, term: str, user: User | None = None, view: str = "all") -> list[str]:
    act, asked = office.act(user or office.ada), ask(view=view, search=term, size=50, sort=(("name", False),))
    found = names(page(act, asked))
    assert count(act, asked) == len(found)
    return found


def many(office: Office) -> list[Lead]:
    """Leads in all statuses with many equal keys and letters of several scripts."""
    people = ["Zoë", "zoe", "Ägir", "Łódź", "lodz", "", "Émile", "éclair", "王", "🐎", "Ωmega", "ß", "a b", "A-b"]
    owners = [office.sara, office.olaf, office.fair]
    rows = [
        office.bare(
            Lead,
            owners[i % 3],
            last_name=last or "x",
            topic=["Same", "same", "Other"][i % 3],
            company_name=["", "Łoś", "Contoso"][i % 3],
            rating=[None, 1, 2, 3][i % 4],
            lead_source=[None, 8][i % 2],
            status=list(LeadStatus)[i % 3],
            status_reason=[1, 3, 4][i % 3],
            created_on=office.now - (i % 5) * DAY,
        )
        for i, last in enumerate(people)
    ]
    office.session.flush()
    return rows


# -- order -----------------------------------------------------------------------------------------------------------


def test_the_order_is_the_same_on_both_databases(office: Office) -> None:
    order = [
        "10",
        "9",
        "a b",
        "ab",
        "agil",
        "Ägir",
        "Łódź",
        "lot",
        "O'Neil",
        "ONeil",
        "zebra",
        "Zoë",
        "Ωmega",
        "王",
        "🐎",
    ]
    for last in reversed(order):
        office.lead(last_name=last)
    assert names(page(office.act(office.ada), ask(size=50, sort=(("name", False),)))) == order


def test_the_newest_lead_stands_first_and_equal_ones_by_number(office: Office) -> None:
    older = office.lead(created_on=office.now - DAY)
    twins = [office.lead(), office.lead()]
    assert ids(page(office.act(office.sara), Ask())) == [str(row.id) for row in (*reversed(twins), older)]


# -- paging ----------------------------------------------------------------------------------------------------------


def forward(act: Act, asked: Ask) -> list[list[str]]:
    pages, after = [], ""
    while True:
        found = page(act, Ask(**{**asked.__dict__, "after": after}))
        pages.append(ids(found))
        assert found.more_before == bool(after)
        if not found.more_after:
            return pages
        after = found.last


def joined(pages: list[list[str]]) -> list[str]:
    return [row for page in pages for row in page]


def backward(act: Act, asked: Ask) -> list[list[str]]:
    found = page(act, Ask(**{**asked.__dict__, "last": True}))
    assert not found.more_after
    pages = [ids(found)]
    while found.more_before:
        found = page(act, Ask(**{**asked.__dict__, "before": found.first}))
        assert found.more_after
        pages.insert(0, ids(found))
    return pages


@pytest.mark.parametrize("sort", [((k, d),) for k in SORTS for d in (False, True)] + MIXED, ids=str)
def test_paging_forward_backward_and_by_number_shows_every_row_once(
    office: Office, sort: tuple[tuple[str, bool], ...]
) -> None:
    rows, act = many(office), office.act(office.ada)
    whole = ids(page(act, ask(size=50, sort=sort)))
    assert sorted(map(int, whole)) == [row.id for row in rows]
    forwards, backwards = forward(act, ask(sort=sort)), backward(act, ask(sort=sort))
    assert joined(forwards) == joined(backwards) == whole
    assert [len(p) for p in forwards] == [4, 4, 4, 2] and [len(p) for p in backwards] == [2, 4, 4, 4]
    assert [ids(page(act, ask(sort=sort, page=n))) for n in (1, 2, 3, 4)] == forwards
    assert ids(page(act, ask(sort=sort, page=5))) == []


def test_both_directions_mirror_each_other(office: Office) -> None:
    many(office)
    act = office.act(office.ada)
    for key in SORTS:
        up, down = (ids(page(act, ask(size=50, sort=((key, d),)))) for d in (False, True))
        assert up == down[::-1]


def test_a_page_goes_on_after_rows_were_deleted_or_added(office: Office) -> None:
    rows = [office.lead(last_name=letter) for letter in "abcdefgh"]
    act, sort = office.act(office.ada), (("name", False),)
    first = page(act, ask(sort=sort))
    bin(act, rows[3])
    office.lead(last_name="aa")
    assert names(page(act, ask(sort=sort, after=first.last))) == ["e", "f", "g", "h"]


def test_a_cursor_of_another_sort_starts_at_the_beginning(office: Office) -> None:
    many(office)
    act = office.act(office.ada)
    foreign = page(act, ask(sort=(("topic", False),))).last
    for direction in ("after", "before"):
        found = page(act, ask(sort=(("name", False),), **{direction: foreign}))
        assert ids(found) == ids(page(act, ask(sort=(("name", False),))))
        assert (found.more_before, found.more_after) == (False, True)


def packed(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


NAME, CREATED, RATING = ["name"], ["created_on"], ["rating"]
DAMAGED = [
    ("name", "x"),
    ("name", "ą"),
    ("name", "A" * 3000),
    ("name", base64.urlsafe_b64encode(b"[" * 1400).decode()),
    ("name", packed(5)),
    ("name", packed(NAME, 5)),
    ("name", packed(NAME, ["a"])),
    ("name", packed(NAME, [5, 1])),
    ("name", packed(NAME, ["a", "1"])),
    ("name", packed(NAME, ["a", 1.5])),
    ("name", packed(NAME, ["a", True])),
    ("name", packed(NAME, ["a", None])),
    ("name", packed(NAME, ["a", float("inf")])),
    ("name", packed(NAME, ["a", 2**63])),
    ("name", packed(NAME, ["a", -1])),
    ("name", packed(NAME, ["a\0", 1])),
    ("name", packed(NAME, ["\ud800", 1])),
    ("name", packed(NAME, [["a"], 1])),
    ("created_on", packed(CREATED, ["yesterday", 1])),
    ("created_on", packed(CREATED, ["0001-01-01T00:00:00+14:00", 1])),
    ("created_on", packed(CREATED, [5, 1])),
    ("rating", packed(RATING, [2**40, 1])),
    ("rating", packed(RATING, ["1", 1])),
]


def test_a_damaged_cursor_starts_at_the_beginning(office: Office) -> None:
    for i in range(6):
        office.bare(Lead, topic="x", last_name=str(i))
    act = office.act(office.ada)
    for key, cursor in DAMAGED:
        sort = ((key, False),)
        start = page(act, ask(sort=sort))
        for direction in ("after", "before"):
            found = page(act, ask(sort=sort, **{direction: cursor}))
            assert (ids(found), found.more_before, found.more_after) == (ids(start), False, True), cursor


def test_what_the_address_says_wrongly_falls_back(office: Office) -> None:
    mine = office.lead()
    office.lead(office.olaf)
    found = page(
        office.act(office.sara), Ask(view="nonsense", size=7, page=-3, sort=(("nonsense", True), ("mood", True)))
    )
    assert (found.view.key, ids(found), found.sort) == ("my-open", [str(mine.id)], (("created_on", True),))


def test_a_page_number_is_honoured_up_to_two_hundred(office: Office) -> None:
    office.lead()
    act = office.act(office.ada)
    assert ids(page(act, ask(page=200))) == []
    assert len(ids(page(act, ask(page=201)))) == len(ids(page(act, ask(page=10**30)))) == 1


# -- search ----------------------------------------------------------------------------------------------------------


def test_search_looks_through_topic_name_company_mail_phones_and_city(office: Office) -> None:
    office.lead(
        topic="Forklift trucks",
        first_name="Jane",
        last_name="Doe",
        company_name="Fabrikam",
        email="sales@contoso.org",
        business_phone="+48 22 123 45 67",
        mobile_phone="600-100-200",
        city="Gdynia",
    )
    office.lead(last_name="Somebody Else", topic="Cranes")
    for term in [
        "klift",
        "trucks",
        "ane d",
        "DOE",
        "brika",
        "@contoso",
        "123 45",
        "(22) 123",
        "4822123",
        "100200",
        "dyni",
    ]:
        assert searched(office, term) == ["Jane Doe"], term
    assert searched(office, "forklift doe") == []


def test_search_knows_no_accents_and_no_case(office: Office) -> None:
    office.lead(last_name="JOAO")
    office.lead(last_name="Łódź")
    office.lead(last_name="Straße 🐎 王小明")
    assert searched(office, "joão") == ["JOAO"]
    assert searched(office, "lodz") == searched(office, "ŁÓDŹ") == ["Łódź"]
    for term in ("STRASSE", "🐎 王", "王小明"):
        assert searched(office, term) == ["Straße 🐎 王小明"], term


def test_one_and_two_letters_search_beginnings(office: Office) -> None:
    office.lead(first_name="Ann", last_name="Łoś", topic="Zebra")
    office.lead(last_name="Malo", topic="Zoo")
    assert searched(office, "l") == searched(office, "ło") == ["Ann Łoś"]
    assert searched(office, "a") == ["Ann Łoś"]
    assert searched(office, "z") == ["Ann Łoś", "Malo"]
    assert searched(office, "n") == searched(office, "al") == []


LITERALLY = [
    "100%",
    "a_b",
    "back\\slash",
    'say "hi"',
    "it's",
    "50% (off) [x] {y}",
    "a*b",
    "x:y",
    "-not",
    "NEAR(",
    "^top",
    "c++",
]
ODD = [
    "%%%",
    "___",
    "\\\\\\",
    "'''",
    '"""',
    "\0\0\0",
    "\ud800",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "*",
    "a" * 5000,
    "ab " * 3000,
    "\u0301",
]


def test_search_takes_every_character_literally(office: Office) -> None:
    for odd in LITERALLY:
        office.lead(topic=f"before {odd} after", last_name=f"Right {odd}")
    office.lead(topic="1000 axb backslash say hi its abx xy not near top c", last_name="Wrong")
    for odd in LITERALLY:
        assert searched(office, odd) == [f"Right {odd}"]


def test_odd_terms_find_what_they_say_and_crash_nothing(office: Office) -> None:
    office.lead()
    for odd in ODD:
        assert searched(office, odd) == (["Doe"] if list_queries.needle(odd) == "" else []), odd
        find(office.act(office.ada), "lead", odd)


def test_a_whole_long_topic_can_be_searched(office: Office) -> None:
    topic = " ".join(f"word{i}" for i in range(60))[:300]
    office.lead(topic=topic)
    assert searched(office, topic) == ["Doe"]
    assert searched(office, topic[:-1] + "x") == []


def test_numbers_in_a_topic_are_found_as_they_are_written(office: Office) -> None:
    office.lead(topic="Offer 2026-05 (12 345)")
    for term in ("2026-05", "2026 05", "12 345", "12345", "offer 2026-05"):
        assert searched(office, term) == ["Doe"], term


def test_search_keeps_to_the_view_and_follows_changes(office: Office) -> None:
    lead = office.lead(last_name="Smith")
    office.lead(office.olaf, last_name="Smithson")
    assert searched(office, "smit", office.sara, "my-open") == ["Smith"]
    save(office.act(office.sara), lead, {"last_name": "Crane"})
    assert searched(office, "smit", office.sara, "my-open") == []
    assert searched(office, "crane") == ["Crane"]
    bin(office.act(office.ada), lead)
    assert searched(office, "crane") == []


@pytest.mark.parametrize("rare", [0, 1_000], ids=["walked", "by index"])
def test_both_plans_of_a_search_show_the_same_pages(office: Office, monkeypatch: pytest.MonkeyPatch, rare: int) -> None:
    monkeypatch.setattr(list_queries, "RARE", rare)
    many(office)
    act, asked = office.act(office.ada), ask(search="same", sort=(("name", True),))
    forwards = forward(act, asked)
    assert (
        joined(forwards) == joined(backward(act, asked)) == ids(page(act, ask(search="same", sort=asked.sort, size=50)))
    )
    assert len(joined(forwards)) == count(act, asked) == 10


def test_counts_stop_at_the_cap(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNT_CAP", 5)
    for expected in (1, 2, 3, 4, 5, 6, 6, 6):
        office.lead()
        assert count(office.act(office.ada), ask()) == count(office.act(office.ada), ask(search="doe")) == expected


# -- views -----------------------------------------------------------------------------------------------------------


def test_every_view_of_the_specification_is_there_with_its_columns_and_order() -> None:
    views = {v.label: v for v in VIEWS["lead"]}
    assert list(views) == [
        "My Open Leads",
        "Open Leads",
        "Closed Leads",
        "All Leads",
        "Leads Opened This Week",
        "Leads Opened Last Week",
        "Leads: Older Than 6 Months",
        "All leads in current fiscal year",
        "Campaign Leads",
        "Leads: No Campaign Activities Sent",
    ]
    assert views["My Open Leads"].columns == ("name", "topic", "status_reason", "created_on")
    assert views["Closed Leads"].sort == (("created_on", False),)
    assert all(v.sort == (("created_on", True),) for label, v in views.items() if label != "Closed Leads")
    for entity, group in VIEWS.items():
        assert all(column_of(entity, key) for view in group for key in view.columns)


def test_views_show_the_statuses_and_owners_that_they_name(office: Office) -> None:
    office.lead(last_name="mine")
    office.lead(office.olaf, last_name="his")
    office.lead(office.fair, last_name="the team's")
    office.lead(last_name="won", status=LeadStatus.QUALIFIED)
    office.lead(last_name="lost", status=LeadStatus.DISQUALIFIED)
    bin(office.act(office.ada), office.lead(last_name="deleted"))

    def shown(view: str, user: User) -> set[str]:
        asked = ask(view=view, size=50)
        found = set(names(page(office.act(user), asked)))
        assert count(office.act(user), asked) == len(found)
        return found

    everybodys = {"mine", "his", "the team's"}
    assert shown("my-open", office.sara) == {"mine"}
    assert shown("my-open", office.olaf) == {"his"}
    assert shown("open", office.sara) == everybodys
    assert shown("closed", office.sara) == {"won", "lost"}
    assert shown("all", office.sara) == everybodys | {"won", "lost"}


def test_views_of_accounts_and_contacts(office: Office) -> None:
    office.account(name="Łoś", main_phone="+48 22 1", city="Kraków")
    office.account(office.olaf, name="Inactive", status=1)
    office.contact(first_name="Jane", last_name="Roe", job_title="Buyer")
    act = office.act(office.sara)
    account = page(act, Ask("account")).rows[0]
    assert (account["name"], account["main_phone"], account["owner"]) == ("Łoś", "+48 22 1", "Sara")
    assert names(page(act, Ask("contact", "my-active", search="buyer"))) == ["Jane Roe"]
    assert names(page(office.act(office.olaf), Ask("contact", "my-active"))) == []


@pytest.mark.parametrize(
    "view, first, last, user_zone",
    [
        # Office.now is Wednesday 13 May 2026, 10:00 UTC; the week begins on Monday, the fiscal year on 1 April.
        ("this-week", "2026-05-11", "2026-05-17", "Europe/Warsaw"),
        ("last-week", "2026-05-04", "2026-05-10", "Europe/Warsaw"),
        ("this-week", "2026-05-11", "2026-05-17", "Pacific/Kiritimati"),
        ("fiscal-year", "2026-04-01", "2027-03-31", "America/New_York"),
    ],
)
def test_periods_begin_and_end_at_midnight_of_the_user(
    office: Office, view: str, first: str, last: str, user_zone: str
) -> None:
    office.settle(fiscal_month=4)
    office.sara.time_zone = user_zone
    zone = ZoneInfo(user_zone)
    end = datetime.fromisoformat(last).replace(tzinfo=zone) + DAY
    office.lead(last_name="last", created_on=end.astimezone(UTC) - timedelta(seconds=1))
    office.lead(last_name="too late", created_on=end.astimezone(UTC))
    start = datetime.fromisoformat(first).replace(tzinfo=zone).astimezone(UTC)
    office.lead(last_name="first", created_on=start)
    office.lead(last_name="too early", created_on=start - timedelta(seconds=1))
    assert set(names(page(office.act(office.sara), ask(view=view, size=50)))) == {"first", "last"}


def test_an_unknown_view_is_the_default() -> None:
    assert view_of("lead", "../../etc").key == "my-open"


# -- what one may see ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("few", [0, 1_000], ids=["walked", "by access"])
def test_the_private_preset_hides_rows_from_pages_counts_and_search(
    office: Office, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(list_queries, "FEW", few)
    for owner in (office.sara, office.tom, office.olaf, office.mia):
        office.lead(owner, last_name=f"Lead of {owner.name}")
    shared = office.lead(office.vera, last_name="Shared")
    office.share(shared, office.sara)

    def shown(user: User) -> set[str]:
        found = set(names(page(office.act(user), ask(size=50))))
        assert count(office.act(user), ask()) == len(found)
        assert set(searched(office, "forkl", user)) == found
        assert {hit.name for hit in find(office.act(user), "lead", "forkl")} == found
        return found

    assert len(shown(office.sara)) == 5
    office.settle(private=True)
    assert shown(office.sara) == {"Lead of Sara", "Shared"}
    assert shown(office.mia) == {"Lead of Sara", "Lead of Tom", "Lead of Mia"}
    assert shown(office.olaf) == {"Lead of Olaf"}
    assert len(shown(office.vera)) == 5


def test_without_a_role_there_are_no_rows(office: Office) -> None:
    office.lead()
    set_roles(office.session, office.sara, [])
    assert ids(page(office.act(office.sara), ask())) == []
    assert count(office.act(office.sara), ask()) == 0


def test_rows_hold_only_the_columns_of_the_view(office: Office) -> None:
    office.lead(description="Secret", email="secret@x.com")
    (row,) = page(office.act(office.sara), Ask()).rows
    assert set(row) == {"id", "owner", *view_of("lead", "").columns}


def test_global_search_names_the_newest_with_a_line_to_tell_them_apart(office: Office) -> None:
    old = office.lead(created_on=office.now - DAY, company_name="Fabrikam", email="a@b.com")
    new = office.lead(status=LeadStatus.QUALIFIED)
    act = office.act(office.sara)
    assert find(act, "lead", "doe") == [Hit(new.id, "Doe", ""), Hit(old.id, "Doe", "Fabrikam · a@b.com")]
    assert len(find(act, "lead", "", limit=1)) == 1


# -- what it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", [Ask(), ask(), ask(search="doe"), ask(search="d"), ask(last=True), ask(page=2)], ids=str
)
def test_twenty_rows_cost_as_many_statements_as_ten(
    office: Office, monkeypatch: pytest.MonkeyPatch, asked: Ask
) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZES", (50,))
    costs = []
    for _ in range(2):
        for i in range(10):
            owner, status = [office.sara, office.fair][i % 2], list(LeadStatus)[i % 3]
            office.bare(Lead, owner, topic="x", last_name="Doe", status=status)
        act = office.act(office.sara)
        assert act.organisation
        office.session.expunge_all()
        with Statements(office.engine) as statements:
            page(act, asked)
            count(act, asked)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 9


def test_a_walk_in_vain_is_not_repeated_for_a_while_and_shows_the_same_rows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_queries, "WALK", 2)
    clock = [1_000.0]
    monkeypatch.setattr(list_queries, "monotonic", lambda: clock[0])
    for i in range(20):
        office.lead(topic="rare" if i < 2 else "often", last_name=f"Nr {i}", rating=1 + i % 3)
    office.commit()
    asked = ask(where=every(Test("topic", "eq", ("rare",))))

    def shown() -> tuple[list[str], int]:
        act = office.act(office.ada)
        view = lists.viewed(act, asked)
        with Statements(office.engine) as statements:
            found = names(lists.page_of(act, view, asked))
        return found, len(statements)

    assert shown() == (["Nr 1", "Nr 0"], 3), "along the order, whether more follow, by the condition"
    assert shown() == (["Nr 1", "Nr 0"], 1)
    office.lead(topic="rare", last_name="New")
    office.commit()
    assert shown() == (["New", "Nr 1", "Nr 0"], 1)
    clock[0] += list_queries.REMEMBERED
    assert shown() == (["New", "Nr 1", "Nr 0"], 3)


def test_what_is_asked_of_the_first_column_of_the_order_needs_no_walk(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_queries, "WALK", 1)
    for i in range(9):
        office.bare(Lead, office.sara, last_name=f"Nr {i}", created_on=office.now - i * DAY)
    office.commit()
    asked = ask(where=every(Test("created_on", "olderthan-x-days", ("5",))))
    act = office.act(office.ada)
    view = lists.viewed(act, asked)
    with Statements(office.engine) as statements:
        assert names(lists.page_of(act, view, asked)) == ["Nr 6", "Nr 7", "Nr 8"]
    assert len(statements) == 1


@pytest.mark.parametrize("walk", [1, 3, 2_500])
@pytest.mark.parametrize("few", [0, 1_000])
def test_first_pages_of_several_views_are_those_that_each_has_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch, walk: int, few: int
) -> None:
    monkeypatch.setattr(list_queries, "WALK", walk)
    monkeypatch.setattr(list_queries, "FEW", few)
    many(office)
    for i in range(12):
        office.lead((office.sara, office.olaf)[i % 2], rating=(None, 1, 2, 3)[i % 4], topic=f"Topic {i % 5}")
    office.organisation.private = True
    office.commit()
    conditions = [
        every(Test("rating", "null")),
        every(Test("rating", "eq", ("2",)), Test("status", "eq", ("0",))),
        every(Test("topic", "begins-with", ("topic",)), Test("created_on", "last-x-years", ("30",))),
        every(Test("topic", "eq", ("nothing",))),
        every(),
    ]
    for user in (office.ada, office.sara):
        for sort in ((("created_on", True),), (("name", False),), (("rating", True), ("topic", False))):
            act, base = office.act(user), replace(lists.everything("lead"), columns=("name", "topic"), sort=sort)
            views = [replace(base, where=where) for where in conditions]
            for _ in range(2):  # once more, knowing which walks were in vain
                together = lists.first_pages(act, [lists.Part(view, 4) for view in views], "", ("version",))
                for view, found in zip(views, together, strict=True):
                    alone = lists.page_of(act, view, ask(), None, 4, ("version",))
                    assert (found.rows, found.last, found.more_after) == (alone.rows, alone.last, alone.more_after)
                    assert found.extra == alone.extra and len(found.extra) == len(found.rows)


def test_moments_are_told_as_python_tells_them(office: Office) -> None:
    moments = [
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        datetime(2026, 7, 2, 3, 4, 5, 60, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]
    for i, moment in enumerate(moments):
        office.bare(Lead, office.sara, last_name=f"Nr {i}", created_on=moment)
    office.commit()
    shown = page(office.act(office.ada), ask(columns=("name", "created_on"))).rows
    assert {row["created_on"] for row in shown} == {moment.isoformat() for moment in moments}
