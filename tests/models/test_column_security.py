"""Column security: what is secured is seen by nobody but administrators until a profile lets them, anywhere (S 9.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, is_dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import (
    configuration,
    editing,
    explaining,
    grouping,
    lists,
    matching,
    peeking,
    publishing,
    records,
    recycling,
    saved_views,
    subgrids,
)
from rxcrm.models.access import Who
from rxcrm.models.account import Account
from rxcrm.models.activity import Activity
from rxcrm.models.boards import dating, reading
from rxcrm.models.boards.ways import way_of, ways_of
from rxcrm.models.bulk.commands import COMMANDS
from rxcrm.models.charting import choosing
from rxcrm.models.charting.charts import Aggregate, Category, Chart, Series
from rxcrm.models.charting.reckoning import data
from rxcrm.models.charting.reports import REPORTS
from rxcrm.models.charting.tiles import Tile, TileKind
from rxcrm.models.choices import ActivityKind, OpportunityStatus
from rxcrm.models.closing import draft, win
from rxcrm.models.column_security import profiles
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.exporting.columns import scheme
from rxcrm.models.exporting.making import make
from rxcrm.models.exporting.templates import template_keys
from rxcrm.models.exporting.wanted import AGAIN, ALL, CSV, Wanted
from rxcrm.models.fields import MASK, Conventions, fields_of, show
from rxcrm.models.filters.conditions import BadFilter, Group, Related, Test, every, spelled
from rxcrm.models.filters.describing import describe_filters
from rxcrm.models.filters.wording import words_of
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.mail import templates
from rxcrm.models.matching import saving
from rxcrm.models.merging import comparing
from rxcrm.models.merging.doing import merge
from rxcrm.models.people import User
from rxcrm.models.qualifying import planning
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from rxcrm.models.records import Act
from rxcrm.models.scoring import reasons, rules
from rxcrm.models.shaping import customs
from rxcrm.models.shaping.tables import CustomField
from rxcrm.models.timeline import composing, writing
from rxcrm.models.timeline import reading as timeline
from rxcrm.state import boards, list_tools, prefilling
from rxcrm.state.forms import shape
from rxcrm.state.records import save_form, snapshot
from tests.models.import_files import HEAD, bring_in, csv_file
from tests.office import Office, Statements

#: What nobody must find out: a text, an address and an amount that occur nowhere else.
CANARY, MAIL = "zanzibar", "zanzibar@hidden.example"
AMOUNT = Decimal("73919.42")
TOLD = ("zanzibar", "hidden.example", "73919", "73,919", "73.919", "7391942")
SECURED = ("lead.x_secret", "lead.x_price", "lead.email", "lead.budget_amount")
FIELDS = tuple(key.partition(".")[2] for key in SECURED)


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    configuration.reset()


@pytest.fixture(autouse=True)
def with_uploads(uploads: Path) -> Path:
    return uploads


def secure(office: Office, *keys: str) -> None:
    profiles.secure(office.act(office.ada), keys)
    office.commit()


def add_fields(office: Office, entity: str = "lead") -> None:
    for typed in ({"kind": "text", "label": "Secret"}, {"kind": "money", "label": "Price"}):
        customs.add(office.act(office.ada), entity, typed)
    office.commit()


def grant(office: Office, granted: dict[str, str], *members: tuple[str, int], name: str = "Finance") -> int:
    """A profile that holds for some users and teams."""
    row = profiles.add(office.act(office.ada), {"name": name})
    profiles.change(office.act(office.ada), row.id or 0, row.version, {"name": name}, granted, members)
    office.commit()
    return row.id or 0


def to(user: User) -> tuple[str, int]:
    return "user", user.id or 0


def secret_lead(office: Office) -> Lead:
    """A lead of Sara's with a canary in every secured field, which Ada has changed once."""
    add_fields(office)
    held = {"x_secret": CANARY, "x_price": AMOUNT, "email": MAIL, "budget_amount": AMOUNT, "currency": "EUR"}
    account = office.account(office.sara)
    lead = office.lead(
        office.sara,
        topic="Forklifts",
        last_name="Doe",
        first_name="Jane",
        company_name="Fabrikam",
        existing_account_id=account.id,
        **held,
    )
    lead.refresh_keys()
    office.session.flush()
    act = office.act(office.ada)
    typed = {"x_secret": f"{CANARY} 2", "x_price": "7391942", "email": f"2{MAIL}", "budget_amount": "73919.43"}
    records.save(act, lead, typed)
    records.save(act, lead, {"x_secret": CANARY, "x_price": str(AMOUNT), "email": MAIL, "budget_amount": str(AMOUNT)})
    office.commit()
    return lead


def plain(found: Any) -> Any:
    """What a browser would get, as data."""
    if is_dataclass(found) and not isinstance(found, type):
        return asdict(found)
    return found


def told(found: Any) -> str:
    return json.dumps(
        plain(found), default=lambda one: plain(one) if is_dataclass(one) else str(one), ensure_ascii=False
    )


# -- who may what ------------------------------------------------------------------------------------------------------


def test_a_secured_field_is_seen_by_administrators_alone(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    spec = fields_of(Lead)["budget_amount"]
    for user in (office.sara, office.mia, office.vera):
        who = office.act(user).who
        assert not who.may_read(spec) and not who.may_fill(spec) and not who.may_fill(spec, new=True)
        assert show(spec, lead.budget_amount, who.conventions) == MASK
    ada = office.act(office.ada).who
    assert ada.may_read(spec) and ada.may_fill(spec) and "73,919.42" in show(spec, lead.budget_amount, ada.conventions)


def test_who_is_nobody_in_particular_sees_nothing_that_is_secured(office: Office) -> None:
    secure(office, "lead.budget_amount")
    office.act(office.ada)
    spec = fields_of(Lead)["budget_amount"]
    assert not Who(0, "").may_read(spec) and show(spec, AMOUNT, Conventions()) == MASK
    assert show(spec, None, Conventions()) == MASK  # nor that there is nothing


def test_a_profile_opens_a_field_to_users_and_teams_and_several_profiles_add_up(office: Office) -> None:
    secure(office, "lead.budget_amount", "lead.email")
    grant(office, {"lead.budget_amount": "read"}, to(office.sara), name="Budgets")
    grant(office, {"lead.budget_amount": "update", "lead.email": "create"}, ("team", office.fair.id or 0), name="Fair")
    budget, email = (fields_of(Lead)[name] for name in ("budget_amount", "email"))
    sara, tom, mia = (office.act(user).who for user in (office.sara, office.tom, office.mia))
    assert sara.may_read(budget) and not sara.may_fill(budget)
    assert tom.may_read(budget) and tom.may_fill(budget) and not tom.may_fill(budget, new=True)
    assert tom.may_fill(email, new=True) and not tom.may_read(email) and not mia.may_read(budget)
    grant(office, {"lead.email": "read"}, to(office.sara), name="Addresses")
    both = office.act(office.sara).who
    assert both.may_read(budget) and both.may_read(email)


def test_who_may_change_a_field_may_see_it(office: Office) -> None:
    secure(office, "lead.budget_amount")
    grant(office, {"lead.budget_amount": "update"}, to(office.sara))
    (shown,) = profiles.listed(office.act(office.ada))
    assert shown.grants == {"lead.budget_amount": "read update"} and [m.name for m in shown.members] == ["Sara"]


def test_it_costs_no_statement(office: Office) -> None:
    office.lead(office.sara)
    office.commit()
    lists.page(office.act(office.sara), Ask(search="doe"))  # whatever is read once
    with Statements(office.engine) as without:
        lists.page(office.act(office.sara), Ask(search="doe"))
    secure(office, "lead.budget_amount")
    lists.page(office.act(office.sara), Ask(search="doe"))
    with Statements(office.engine) as secured:
        found = lists.page(office.act(office.sara), Ask(search="doe"))
    assert len(secured) == len(without) and len(found.rows) == 1


# -- the broad one: nothing tells ------------------------------------------------------------------------------------


def _asked(field: str, *, by: str = "like") -> Group:
    return every(Test(field, by, (CANARY,))) if by == "like" else every(Test(field, "gt", ("70000",)))


def _search(term: str) -> Callable[[Act, Lead], Any]:
    return lambda act, lead: (
        lists.page(act, Ask(view="all", search=term)).rows,
        lists.count(act, Ask(view="all", search=term)),
        lists.find(act, "lead", term),
        list_tools.hits(act, term),
        list(lists.every_id(act, Ask(view="all", search=term))),
    )


def _query(**parameters: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"view": "all", **parameters})


def _tile(**parts: Any) -> Tile:
    return Tile(id="t1", kind=TileKind.CHART, entity="lead", view="all", **parts)


COLUMNS = ("name", *FIELDS, "topic")
ASKERS: dict[str, Callable[[Act, Lead], Any]] = {
    "list": lambda act, lead: lists.page(act, Ask(view="all")),
    "list with the columns": lambda act, lead: lists.page(act, Ask(view="all", columns=COLUMNS)),
    "one row again": lambda act, lead: lists.some(act, Ask(view="all", columns=COLUMNS), [lead.id or 0]),
    "sorted": lambda act, lead: [
        lists.page(act, Ask(view="all", columns=COLUMNS, sort=((name, down),)))
        for name in FIELDS
        for down in (True, False)
    ],
    "filtered by the text": lambda act, lead: lists.page(act, Ask(view="all", where=_asked("x_secret"))),
    "filtered by the amount": lambda act, lead: lists.page(
        act, Ask(view="all", columns=COLUMNS, where=_asked("x_price", by="gt"))
    ),
    "grouped": lambda act, lead: [
        grouping.groups(act, Ask(view="all"), Category(name)) for name in ("x_secret", "email")
    ],
    "totals": lambda act, lead: grouping.totals(act, Ask(view="all"), (("x_price", "sum"),)),
    "totals of groups": lambda act, lead: grouping.groups(
        act, Ask(view="all"), Category("owner"), (("budget_amount", "max"),)
    ),
    "groups by address": lambda act, lead: list_tools.groups_of(act, "lead", _query(group="x_secret"), 0),
    "rows of a group": lambda act, lead: list_tools.rows_of(act, "lead", _query(group="email"), MAIL, ""),
    "totals by address": lambda act, lead: list_tools.totals_of(act, "lead", _query(totals="x_price:sum")),
    "chart by it": lambda act, lead: data(act, Chart("", "C", "lead", Category("x_secret")), Ask(view="all")),
    "chart of it": lambda act, lead: data(
        act, Chart("", "C", "lead", Category("owner"), (Series(Aggregate.SUM, "x_price"),)), Ask(view="all")
    ),
    "chart of how many have it": lambda act, lead: data(
        act, Chart("", "C", "lead", None, (Series(Aggregate.FILLED, "x_secret"),)), Ask(view="all")
    ),
    "tile": lambda act, lead: _tile(
        definition={"entity": "lead", "series": [{"aggregate": "max", "field": "budget_amount"}]}
    ).figures(act),
    "form": lambda act, lead: snapshot(act, "lead", lead.id or 0),
    "grids of its account": lambda act, lead: subgrids.of(act, act.find(Account, lead.existing_account_id or 0), {}),
    "peek": lambda act, lead: peeking.glance(act, "lead", lead.id or 0),
    "search for the text": _search(CANARY),
    "search for the address": _search(MAIL),
    "search for its beginning": _search("za"),
    "palette and look-up": lambda act, lead: (list_tools.hits(act, "Doe"), lists.find(act, "lead", "Doe")),
    "history": lambda act, lead: timeline.newest(act, timeline.Ask("lead", lead.id or 0)),
    "conflicts": lambda act, lead: records.conflicts(act, act.find(Lead, lead.id or 0), 1),
    "cell": lambda act, lead: list_tools.cell_of(act, "lead", lead.id or 0, "x_secret", 1),
    "what somebody faster wrote": lambda act, lead: list_tools.faster_of(act, "lead", lead.id or 0, 1, "x_secret", 1),
    "duplicates of a record": lambda act, lead: matching.around(act, act.find(Lead, lead.id or 0), 20),
    "duplicates while typing": lambda act, lead: saving.similar(act, "lead", {"email": MAIL, "last_name": "Roe"}),
    "merge preview": lambda act, lead: comparing.plan(act, "lead", [lead.id or 0, _twin(act, lead)]),
    "qualification": lambda act, lead: planning.proposal(act, lead.id or 0),
    "board": lambda act, lead: (
        boards.lanes_of(act, "lead", _query(), {}),
        boards.heads_of(act, "lead", _query()),
        boards.cards_of(act, "lead", _query(lanes="rating"), [lead.id or 0]),
    ),
    "filter builder": lambda act, lead: describe_filters(act, "lead"),
    "mail template": lambda act, lead: templates.fill(
        act,
        templates.MailTemplate(
            name="T", entity="lead", subject="{{lead.x_secret}} {{lead.email}}", body="{{lead.x_price}}"
        ),
        "lead",
        lead.id or 0,
    ),
    "composer": lambda act, lead: composing.defaults(act, "lead", lead.id or 0),
    "score": lambda act, lead: reasons.card(act, lead.id or 0),
    "shape": lambda act, lead: shape("en", act.who.roles, act.who.columns),
    "choices of charts": lambda act, lead: choosing.vocabulary(act, "lead"),
}


def _twin(act: Act, lead: Lead) -> int:
    found = lists.find(act, "lead", "Twin")
    return found[0].id


@pytest.mark.parametrize("what", ASKERS)
def test_nothing_that_a_salesperson_asks_tells_what_is_secured(office: Office, what: str) -> None:
    lead = secret_lead(office)
    office.lead(office.sara, topic="Other", last_name="Twin", email=MAIL, x_secret=CANARY)
    office.lead(
        office.sara, topic="Third", last_name="Roe", email="roe@contoso.com", x_price=Decimal(5), currency="EUR"
    )
    secure(office, *SECURED)
    act = office.act(office.sara)
    try:
        found = told(ASKERS[what](act, lead))
    except CrmError as refusal:
        found = refusal.text("en") + told(getattr(refusal, "problems", {}))
        assert "secured" in found or "Secret" in found or "Price" in found, found
    leaks = [secret for secret in TOLD if secret in found]
    assert not leaks, f"{leaks} in {found[:2000]}"


@pytest.mark.parametrize(
    "what", [w for w in ASKERS if w not in ("list", "palette and look-up", "shape", "filter builder")]
)
def test_an_administrator_is_told_it(office: Office, what: str) -> None:
    lead = secret_lead(office)
    office.lead(office.sara, topic="Other", last_name="Twin", email=MAIL, x_secret=CANARY)
    secure(office, *SECURED)
    found = told(ASKERS[what](office.act(office.ada), lead))
    tells_nothing_anyway = {
        *("grids of its account", "board", "composer", "qualification", "score", "choices of charts"),
        *("search for its beginning", "search for the text", "totals of groups", "chart of how many have it"),
    }
    assert what in tells_nothing_anyway or any(secret in found for secret in TOLD), found[:2000]


def test_cells_of_a_secured_column_are_masked_and_it_orders_nothing(office: Office) -> None:
    secret_lead(office)
    office.lead(office.sara, topic="A", last_name="Adams")  # has nothing there: that is hidden too
    secure(office, *SECURED)
    ask = Ask(view="all", columns=("name", "x_secret", "budget_amount"), sort=(("x_secret", True),))
    page = lists.page(office.act(office.sara), ask)
    assert [(row["x_secret"], row["budget_amount"]) for row in page.rows] == [(MASK, MASK)] * 2
    assert page.sort == (("created_on", True),)
    ada = lists.page(office.act(office.ada), ask)
    assert [row["x_secret"] for row in ada.rows] == [CANARY, ""] and ada.sort == (("x_secret", True),)


def test_a_cursor_tells_no_phone_number_that_is_put_together_with_a_secured_one(office: Office) -> None:
    office.account(office.sara, main_phone="+48 22 555 01 00", other_phone="+48 22 739 19 42")
    secure(office, "account.other_phone")
    ask = Ask("account", "all", sort=(("main_phone", False),))
    assert lists.page(office.act(office.sara), ask).sort == (("created_on", True),)
    assert lists.page(office.act(office.ada), ask).sort == (("main_phone", False),)


def test_a_filter_over_a_secured_field_is_refused_with_its_name_wherever_it_hides(office: Office) -> None:
    secret_lead(office)
    secure(office, *SECURED, "lead.existing_account_id")
    act = office.act(office.sara)
    filters = {
        "Secret": every(Group((Test("topic", "not-null"), _asked("x_secret")), any=True)),
        "City": every(Test("existing_account_id.city", "eq", ("Berlin",))),
        "Existing Account?": every(Test("existing_account_id", "not-null")),
    }
    for label, where in filters.items():
        with pytest.raises(BadFilter, match=re.escape(f"“{label}”, which is secured")):
            lists.page(act, Ask(view="all", where=where))
        (chip,) = words_of(act, "lead", where).parts
        assert "secured" in chip.problem or "secured" in told(chip)
    with pytest.raises(BadFilter, match="secured"):
        lists.page(act, Ask("account", "all", where=every(Related("lead.existing_account_id"))))
    with pytest.raises(BadFilter, match="secured"):
        lists.page(act, Ask("contact", "all", where=every(Related("lead.existing_contact_id", _asked("x_secret")))))
    with pytest.raises(BadFilter, match="secured"):
        saved_views.save_as(
            act,
            "lead",
            "Mine",
            {"columns": ["name"], "where": {"all": [{"field": "x_secret", "operator": "like", "values": [CANARY]}]}},
        )


def test_a_shared_view_over_a_secured_field_is_refused_rather_than_shown_without_it(office: Office) -> None:
    secret_lead(office)
    definition = {
        "columns": ["name", "x_secret"],
        "where": {"all": [{"field": "x_secret", "operator": "like", "values": [CANARY]}]},
        "sort": [["x_price", True]],
        "group": "x_secret",
    }
    view = saved_views.save_as(office.act(office.ada), "lead", "Secrets", definition)
    saved_views.share(office.act(office.ada), view.id or 0, [saved_views.Reader("user", str(office.sara.id))])
    office.commit()
    key = f"v{view.id}"
    assert len(lists.page(office.act(office.sara), Ask(view=key)).rows) == 1
    secure(office, *SECURED)
    with pytest.raises(BadFilter, match="secured"):
        lists.page(office.act(office.sara), Ask(view=key))
    shown = lists.viewed(office.act(office.sara), Ask(view=key))
    assert (shown.group, shown.sort, shown.columns) == ("", (("created_on", True),), ("name", "x_secret"))


def test_a_related_record_is_masked_through_a_look_up_too(office: Office) -> None:
    account = office.account(office.sara, name="Fabrikam", city="Zanzibar")
    office.lead(office.sara, existing_account_id=account.id)
    secure(office, "account.city")
    ask = Ask(view="all", columns=("name", "existing_account_id", "existing_account_id.city"))
    (row,) = lists.page(office.act(office.sara), ask).rows
    assert row["existing_account_id.city"] == MASK and row["existing_account_id"] == "Fabrikam"
    secure(office, "lead.existing_account_id")
    (row,) = lists.page(office.act(office.sara), ask).rows
    assert row["existing_account_id"] == MASK and "existing_account_id_path" not in row
    found = snapshot(office.act(office.sara), "lead", int(row["id"]))
    assert not found.cards and found.values["existing_account_id"] == "" and "existing_account_id" not in found.names
    assert subgrids.of(office.act(office.sara), account, {})[-1].key != "leads"
    assert subgrids.of(office.act(office.ada), account, {})[-1].key == "leads"


def test_search_finds_by_what_one_may_read_and_by_nothing_else(office: Office) -> None:
    lead = office.lead(
        office.sara, last_name="Łoś", company_name="Azulejos Lda.", email=MAIL, business_phone="+48 22 555 01 00"
    )
    lead.refresh_keys()
    secure(office, "lead.email", "lead.business_phone")
    sara, ada = office.act(office.sara), office.act(office.ada)

    def finds(act: Act, term: str) -> bool:
        return [h.id for h in lists.find(act, "lead", term)] == [lead.id] and lists.count(
            act, Ask(view="all", search=term)
        ) == 1

    assert all(finds(ada, term) for term in (MAIL, "zanz", "225550100", "los", "azulejos"))
    assert not any(finds(sara, term) for term in (MAIL, "zanz", "225550100", "0100"))
    assert all(finds(sara, term) for term in ("los", "ŁOŚ", "lo", "azulejos lda", "fork"))
    secure(office, "lead.company_name")
    assert not finds(office.act(office.sara), "azulejos") and "Azulejos" not in told(
        lists.find(office.act(office.sara), "lead", "fork")
    )


def test_the_recycle_bin_is_searched_by_what_one_may_read(office: Office) -> None:
    lead = secret_lead(office)
    recycling.delete(office.act(office.ada), lead)
    secure(office, *SECURED)
    assert not recycling.page(office.act(office.vera), "lead", MAIL).rows
    (row,) = recycling.page(office.act(office.vera), "lead", "Doe").rows
    assert MAIL not in row.detail
    assert recycling.page(office.act(office.ada), "lead", MAIL).rows


# -- forms and saving ----------------------------------------------------------------------------------------------------


def test_a_form_says_what_is_locked_and_holds_no_value_of_it(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    grant(office, {"lead.budget_amount": "read", "lead.x_price": "read update"}, to(office.sara))
    found = snapshot(office.act(office.sara), "lead", lead.id or 0)
    assert [found.values[name] for name in FIELDS] == ["", "73919.42", "", "73919.42"]
    who = office.act(office.sara).who
    told = shape("en", who.roles, who.columns)
    nothing = dict.fromkeys(("read", "update", "create"), False)
    rights = {name: told["fields"]["lead"][name].get("secured") for name in FIELDS}
    assert rights == {
        "x_secret": nothing,
        "email": nothing,
        "budget_amount": nothing | {"read": True},
        "x_price": nothing | {"read": True, "update": True},
    }
    assert told["secured"] == "lead.email lead.x_secret"
    ada = office.act(office.ada).who
    assert not any("secured" in spec for spec in shape("en", ada.roles, ada.columns)["fields"]["lead"].values())


def test_what_one_may_not_change_is_refused_and_everything_else_is_saved(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    grant(office, {"lead.budget_amount": "read"}, to(office.sara))
    act = office.act(office.sara)
    with pytest.raises(Invalid) as refusal:
        records.save(act, lead, {"x_secret": "mine", "budget_amount": "1", "topic": "New"})
    said = refusal.value.by_field()
    assert set(said) == {"x_secret", "budget_amount"}
    assert said["x_secret"] == "Secret is secured: no column security profile lets you change it."
    assert lead.topic == "Forklifts"
    save_form(act, "lead", lead.id or 0, lead.version, {"topic": "New", "budget_amount": "73919.42"}, True, {})
    assert (lead.topic, lead.x_secret, lead.email, lead.budget_amount) == ("New", CANARY, MAIL, AMOUNT)
    with pytest.raises(Invalid):  # a guess that is right is no more welcome than one that is wrong
        records.save(act, lead, {"x_secret": CANARY})
    assert not records.holds(act, lead, {"x_secret": CANARY})


def test_whom_a_profile_lets_change_a_field_changes_it_and_creates_with_it(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    grant(office, {"lead.x_secret": "read update", "lead.email": "create"}, to(office.sara))
    act = office.act(office.sara)
    records.save(act, lead, {"x_secret": "other"})
    assert lead.x_secret == "other"
    made = records.create(act, Lead, {"topic": "T", "last_name": "New", "email": "new@contoso.com"})
    assert made.email == "new@contoso.com"
    with pytest.raises(Invalid, match="attention") as refusal:
        records.create(act, Lead, {"topic": "T", "last_name": "New", "x_secret": "no"})
    assert "on new records" in refusal.value.by_field()["x_secret"]
    blank = records.create(act, Lead, {"topic": "T", "last_name": "New", "x_secret": "", "budget_amount": ""})
    assert blank.x_secret == "" and blank.budget_amount is None  # what a form leaves empty is no attempt


def test_a_required_field_is_not_asked_of_whom_may_not_fill_it_in(office: Office) -> None:
    customs.add(office.act(office.ada), "lead", {"kind": "text", "label": "Credit", "level": "required"})
    office.commit()
    secure(office, "lead.x_credit")
    made = records.create(office.act(office.sara), Lead, {"topic": "T", "last_name": "New"}, whole=True)
    assert made.x_credit == ""
    with pytest.raises(Invalid):
        records.create(office.act(office.ada), Lead, {"topic": "T", "last_name": "New"}, whole=True)


def test_an_address_does_not_fill_in_what_one_may_not(office: Office) -> None:
    account = office.account(office.sara)
    secure(office, "lead.existing_account_id")
    asked = {"account": str(account.id)}
    assert not prefilling.given(office.act(office.sara), "lead", asked).values
    assert prefilling.given(office.act(office.ada), "lead", asked).values


def test_cells_and_bulk_edits_are_refused(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    act = office.act(office.sara)
    with pytest.raises(BadValue, match="secured"):
        list_tools.cell_of(act, "lead", lead.id or 0, "x_secret", 1)
    with pytest.raises(Invalid):
        list_tools.store(act, "lead", lead.id or 0, lead.version, {"x_secret": "x"})
    with pytest.raises(Invalid):
        COMMANDS["edit"].require(act, "lead", {"x_secret": "x"})
    (edited,) = editing.edit_many(act, [lead], {"x_secret": "x"})
    assert isinstance(edited.refusal, Invalid) and lead.x_secret == CANARY


# -- merging and qualifying ----------------------------------------------------------------------------------------------


def test_merging_carries_over_what_its_user_may_not_see(office: Office) -> None:
    lead = secret_lead(office)
    master = office.lead(office.sara, topic="Master", last_name="Doe", currency="EUR")
    secure(office, *SECURED)
    act = office.act(office.sara)
    plan = comparing.plan(act, "lead", [master.id or 0, lead.id or 0], master.id or 0)
    shown = {row.name: row for section in plan.sections for row in section.rows}
    assert shown["email"].values == [MASK, MASK] and shown["email"].sealed and not shown["email"].differs
    versions = {row.id or 0: row.version for row in (master, lead)}
    with pytest.raises(Invalid) as refusal:
        merge(act, "lead", master.id or 0, versions, {"email": lead.id or 0})
    assert "secured" in refusal.value.by_field()["email"]
    merge(act, "lead", master.id or 0, versions, {})
    assert (master.email, master.x_secret, master.x_price, master.budget_amount) == (MAIL, CANARY, AMOUNT, AMOUNT)


def test_qualifying_carries_over_what_its_user_may_not_see(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED, "contact.email", "opportunity.budget_amount")
    act = office.act(office.sara)
    found = planning.proposal(act, lead.id or 0)
    assert found.contact.sealed == ["email"] and found.contact.values["email"] == ""
    assert found.contact.values["last_name"] == "Doe"
    choice = Choice(contact=Part(Way.NEW, typed={"last_name": "Doe", "email": ""}), deals=({"topic": "Deal"},))
    done = qualify(act, lead.id or 0, lead.version, choice)
    contact, deal = (act.session.get(planning.record_table(r.entity), r.id) for r in done.results)
    assert contact is not None and deal is not None
    assert (contact.email, deal.budget_amount) == (MAIL, AMOUNT)
    assert MAIL not in told(done)


def test_a_won_opportunity_gets_the_estimated_revenue_without_showing_it(office: Office) -> None:
    deal = office.opportunity(office.sara, estimated_revenue=AMOUNT, currency="EUR")
    secure(office, "opportunity.estimated_revenue", "opportunity.actual_revenue")
    act = office.act(office.sara)
    begun = draft(act, deal, OpportunityStatus.WON)
    assert "actual_revenue" not in begun.values and not any(s in told(begun) for s in TOLD)
    with pytest.raises(Invalid):
        win(act, deal, {**begun.values, "actual_revenue": "1"})
    win(act, deal, begun.values)
    assert deal.actual_revenue == AMOUNT
    assert not any(s in told(snapshot(act, "opportunity", deal.id or 0)) for s in TOLD)


# -- history, activities ---------------------------------------------------------------------------------------------------


def test_history_says_that_a_field_changed_but_not_what(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    page = timeline.page(office.act(office.sara), timeline.Ask("lead", lead.id or 0))
    changes = [change for item in page.items for change in item.changes]
    assert {(c.label, c.old, c.new) for c in changes} >= {("Secret", MASK, MASK), ("Email", MASK, MASK)}
    assert "changed" in page.items[0].what


def test_history_of_a_field_that_is_out_of_use_or_gone_stays_hidden(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    act = office.act(office.ada)
    field = next(f for f in act.session.exec(select(CustomField)) if f.name == "x_secret")
    customs.deactivate(act, field.id or 0)
    office.commit()
    for gone in (False, True):
        if gone:
            customs.delete(office.act(office.ada), field.id or 0)
            customs.purge(office.session, office.now + timedelta(days=31))
            office.commit()
        found = told(timeline.page(office.act(office.sara), timeline.Ask("lead", lead.id or 0)))
        assert CANARY not in found and MASK in found
    assert CANARY in told(timeline.page(office.act(office.ada), timeline.Ask("lead", lead.id or 0)))


def test_who_takes_part_is_named_without_an_address_that_is_secured(office: Office) -> None:
    lead = secret_lead(office)
    writing.log(office.act(office.ada), ActivityKind.EMAIL, {"subject": "Hello", "body": "x"}, ("lead", lead.id or 0))
    secure(office, *SECURED)
    found = told(timeline.newest(office.act(office.sara), timeline.Ask("lead", lead.id or 0)))
    assert "Hello" in found and MAIL not in found
    assert MAIL in told(timeline.newest(office.act(office.ada), timeline.Ask("lead", lead.id or 0)))
    mine = writing.log(office.act(office.sara), ActivityKind.EMAIL, {"subject": "Mine"}, ("lead", lead.id or 0))
    assert isinstance(mine, Activity) and MAIL not in told(
        timeline.newest(office.act(office.sara), timeline.Ask("lead", lead.id or 0))
    )


# -- boards, calendars, reports, scores ------------------------------------------------------------------------------------


def test_boards_and_calendars_do_not_arrange_records_by_what_is_hidden(office: Office) -> None:
    lead = office.lead(office.sara, rating=1, estimated_amount=AMOUNT, currency="EUR")
    secure(office, "lead.rating", "lead.estimated_amount", "lead.estimated_close_date")
    act = office.act(office.sara)
    assert "rating" not in {way.key for way in ways_of("lead", act.who)}
    with pytest.raises(BadValue):
        way_of("lead", "rating", act.who)
    view = lists.viewed(act, Ask(view="all"))
    with pytest.raises(NotAllowed, match="Rating is secured"):
        reading.lanes(act, Ask(view="all"), view, way_of("lead", "rating"))
    heads = reading.heads(act, Ask(view="all"), view, way_of("lead", "status_reason"))
    assert [head.sums for head in heads.values()] == [[]]
    (card,) = reading.cards(act, Ask(view="all"), view, way_of("lead", "status_reason"), [lead.id or 0])
    assert (card.row["rating"], card.row["estimated_amount"]) == (MASK, MASK)
    assert dating.date_of("lead", "", act.who).name == "created_on"
    with pytest.raises(BadValue):
        dating.move(act, "lead", lead.id or 0, lead.version, "estimated_close_date", "2026-06-01")


def test_a_report_over_a_secured_field_is_refused(office: Office) -> None:
    secure(office, "opportunity.actual_revenue")
    for key in ("lead-sources", "win-rate", "team-board"):
        with pytest.raises(NotAllowed, match="Actual Revenue is secured"):
            REPORTS[key].figures(office.act(office.sara), {})
        assert REPORTS[key].figures(office.act(office.ada), {})


def test_the_score_gives_points_for_a_secured_field_without_naming_it(office: Office) -> None:
    lead = secret_lead(office)
    where = spelled(every(Test("budget_amount", "gt", ("70000",))))
    rules.add(office.act(office.ada), {"label": "Budget over 70,000", "points": "18", "condition": where})
    office.commit()
    secure(office, *SECURED)
    (point,) = reasons.card(office.act(office.sara), lead.id or 0).points
    assert (point.text, point.amount) == ("A field that you may not see", 18)
    (point,) = reasons.card(office.act(office.ada), lead.id or 0).points
    assert point.text == "Budget over 70,000"


# -- exports and imports ---------------------------------------------------------------------------------------------------


def test_exports_leave_out_what_their_user_may_not_read(office: Office, tmp_path: Path) -> None:
    secret_lead(office)
    secure(office, *SECURED)
    for name, which in (("shown", "shown"), ("all", ALL), ("again", AGAIN)):
        path = tmp_path / f"{name}.csv"
        columns = ("name", "x_secret", "email", "topic") if which == "shown" else ()
        wanted = Wanted("lead", CSV, "all", which=which, columns=columns)
        make(office.act(office.mia).who, wanted, path, office.now)
        text = path.read_text("utf-8-sig")
        assert "Forklifts" in text and not any(secret in text for secret in TOLD)
        make(office.act(office.ada).who, wanted, path, office.now)
        assert CANARY in path.read_text("utf-8-sig")
    office.act(office.ada)


def test_templates_and_imports_offer_what_one_may_fill_in(office: Office) -> None:
    add_fields(office)
    secure(office, *SECURED)
    grant(
        office, {"lead.x_secret": "create", "lead.budget_amount": "read", "lead.email": "read update"}, to(office.mia)
    )
    who = office.act(office.mia).who
    offered = set(template_keys("lead", (), who))
    assert {"x_secret", "email"} <= offered and not {"x_price", "budget_amount"} & offered
    keys = {column.key for column in scheme(Wanted("lead", which=AGAIN), who, {}).columns}
    assert "email" in keys and not {"x_secret", "x_price", "budget_amount"} & keys


def test_imports_write_nothing_that_their_user_may_not(office: Office, tmp_path: Path) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    grant(office, {"lead.x_secret": "create", "lead.budget_amount": "read update"}, to(office.mia))
    head = [*HEAD, "Secret", "Price", "Budget Amount", "Email"]
    rows = [head, ["New", "Ann", "Lee", "told", "5", "6", "ann@contoso.com"]]
    mapping = {0: "topic", 1: "first_name", 2: "last_name", 3: "x_secret", 4: "x_price", 5: "budget_amount"}
    act = office.act(office.mia)
    with pytest.raises(BadValue, match="Price is secured"):
        bring_in(office, act.who, csv_file(tmp_path, rows), mapping=mapping)
    del mapping[4]
    _, books = bring_in(office, act.who, csv_file(tmp_path, rows), mapping=mapping)
    made = office.session.exec(select(Lead).where(Lead.topic == "New")).one()
    assert (books.created, books.warned) == (1, 1)
    assert (made.x_secret, made.budget_amount, made.email) == ("told", None, "")
    assert lead.x_secret == CANARY


# -- what administrators do -----------------------------------------------------------------------------------------------


def test_what_a_record_is_called_by_or_cannot_be_saved_without_cannot_be_secured(office: Office) -> None:
    add_fields(office)
    offered = {view.key for view in profiles.securable(office.act(office.ada))}
    assert {"lead.x_secret", "lead.email", "account.credit_limit", "opportunity.actual_revenue"} <= offered
    never = (
        "lead.topic",
        "lead.last_name",
        "lead.first_name",
        "account.name",
        "contact.last_name",
        "opportunity.topic",
    )
    never += ("lead.status", "lead.status_reason", "lead.currency", "lead.created_on", "opportunity.account_id")
    for key in (*never, "opportunity.sales_stage", "lead.owner", "activity.description", "lead.nonsense", "nonsense"):
        assert key not in offered
        with pytest.raises(BadValue):
            profiles.secure(office.act(office.ada), [key])


def test_what_is_released_is_seen_again_and_forgotten_by_profiles(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    grant(office, {"lead.email": "read", "lead.x_secret": "read"}, to(office.tom))
    profiles.release(office.act(office.ada), ["lead.email", "lead.x_secret"])
    office.commit()
    assert MAIL in told(snapshot(office.act(office.sara), "lead", lead.id or 0))
    secure(office, "lead.email")
    (shown,) = profiles.listed(office.act(office.ada))
    assert shown.grants == {} and not office.act(office.tom).who.may_read(fields_of(Lead)["email"])


def test_profiles_are_made_changed_and_deleted_and_the_second_administrator_is_told(office: Office) -> None:
    secure(office, "lead.email")
    act = office.act(office.ada)
    row = profiles.add(act, {"name": " Finance ", "description": "Who writes invoices"})
    assert (row.name, row.version) == ("Finance", 1)
    with pytest.raises(Invalid) as refusal:
        profiles.add(act, {"name": "finance", "description": "x" * 301})
    assert set(refusal.value.problems) == {"name", "description"}
    with pytest.raises(Invalid):
        profiles.add(act, {"name": ""})
    typed = {"name": "Billing", "description": ""}
    profiles.change(
        act, row.id or 0, 1, typed, {"lead.email": "read"}, [to(office.sara), ("team", office.fair.id or 0)]
    )
    with pytest.raises(Stale, match="Somebody else changed this profile"):
        profiles.change(act, row.id or 0, 1, typed, {}, [])
    (shown,) = profiles.listed(act)
    assert (shown.name, [(m.kind, m.name) for m in shown.members]) == ("Billing", [("team", "Fair"), ("user", "Sara")])
    for wrong in ({"lead.topic": "read"}, {"lead.email": "delete"}):
        with pytest.raises(BadValue):
            profiles.change(act, row.id or 0, 2, typed, wrong, [])
    for nobody in (("user", 10**6), ("role", 1), ("team", -1)):
        with pytest.raises(BadValue):
            profiles.change(act, row.id or 0, 2, typed, {}, [nobody])
    assert profiles.remove(act, row.id or 0, 2) == "Billing" and profiles.listed(act) == []
    with pytest.raises(NotFound):
        profiles.remove(act, row.id or 0, 2)


def test_nobody_else_may_do_any_of_it(office: Office) -> None:
    act = office.act(office.mia)
    for verb in (
        lambda: profiles.securable(act),
        lambda: profiles.listed(act),
        lambda: profiles.secure(act, ["lead.email"]),
        lambda: profiles.release(act, ["lead.email"]),
        lambda: profiles.add(act, {"name": "X"}),
        lambda: profiles.change(act, 1, 1, {}, {}, []),
        lambda: profiles.remove(act, 1, 1),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_an_administrator_is_told_where_qualifying_shows_a_secured_value_all_the_same(office: Office) -> None:
    secure(office, "lead.email")
    (view,) = (v for v in profiles.securable(office.act(office.ada)) if v.key == "lead.email")
    assert view.secured and "Contact · Email" in view.advice and "Account · Email" in view.advice
    secure(office, "contact.email", "account.email")
    (view,) = (v for v in profiles.securable(office.act(office.ada)) if v.key == "lead.email")
    assert view.advice == ""


def test_a_preview_as_a_role_sees_what_that_role_sees(office: Office) -> None:
    lead = secret_lead(office)
    secure(office, *SECURED)
    seller = publishing.as_role(office.act(office.ada), "salesperson")
    assert not any(s in told(lists.page(seller, Ask(view="all", columns=COLUMNS))) for s in TOLD)
    assert lead.email == MAIL


def test_why_somebody_does_not_see_a_field_is_explained(office: Office) -> None:
    secure(office, "lead.email", "lead.budget_amount")
    grant(office, {"lead.email": "read update create", "lead.budget_amount": "read"}, to(office.tom), name="Finance")
    found = explaining.explain(office.act(office.ada), "lead", office.sara.id or 0)
    email, budget = (next(a for a in found.fields if a.name == name) for name in ("Email", "Estimated Budget"))
    assert (email.there, email.decides) == (False, explaining.COLUMNS)
    assert email.why == "Column security: none of the user's profiles lets him see it. These do: Finance."
    assert not budget.there
    toms = explaining.explain(office.act(office.ada), "lead", office.tom.id or 0).fields
    budget = next(a for a in toms if a.name == "Estimated Budget")
    assert (budget.there, budget.why) == (
        True,
        "Column security: no profile lets anybody but administrators change it.",
    )
    assert next(a for a in toms if a.name == "Email").decides == explaining.FORM


def test_a_link_that_is_hidden_is_neither_offered_nor_replaced_by_a_qualification(office: Office) -> None:
    contact = office.contact(office.sara, first_name="Zoe", last_name="Zanzibar")
    lead = office.lead(office.sara, last_name="Doe", existing_contact_id=contact.id, company_name="Zanzibar Ltd")
    secure(office, "lead.existing_contact_id", "lead.company_name")
    act = office.act(office.sara)
    found = planning.proposal(act, lead.id or 0)
    assert not found.contact.found and found.company == "" and "zanzibar" not in told(found).lower()
    assert found.account.sealed == ["name"]
    choice = Choice(Part(Way.NEW, typed={"name": ""}), Part(Way.NEW, typed={"last_name": "Doe"}))
    done = qualify(act, lead.id or 0, lead.version, choice)
    assert lead.existing_contact_id == contact.id
    assert next(one.name for one in done.results if one.entity == "account") == "Zanzibar Ltd"


def test_global_search_leaves_out_a_table_whose_view_asks_for_what_is_hidden(office: Office) -> None:
    secret_lead(office)
    office.account(office.sara, name="Doe & Sons")
    act = office.act(office.ada)
    definition = {
        "columns": ["name"],
        "where": {"all": [{"field": "budget_amount", "operator": "gt", "values": ["5"]}]},
    }
    version = publishing.draft_of(act, "lead", "find").version
    publishing.publish(act, "lead", "find", publishing.draft(act, "lead", "find", version, definition).version)
    office.commit()
    assert {hit.entity for hit in list_tools.hits(office.act(office.sara), "Doe")} == {"lead", "account"}
    secure(office, "lead.budget_amount")
    assert {hit.entity for hit in list_tools.hits(office.act(office.sara), "Doe")} == {"account"}
    assert {hit.entity for hit in list_tools.hits(office.act(office.ada), "Doe")} == {"lead", "account"}
