"""What programs may do: keys and whom they stand for, records as JSON, the same rights and checks as in the forms (docs/api.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from rxcrm.models import configuration, login
from rxcrm.models.activity import Activity
from rxcrm.models.api import describing, keys, openapi, serving
from rxcrm.models.api.keys import caller
from rxcrm.models.api.serving import Wanted
from rxcrm.models.api.tables import ApiKey
from rxcrm.models.api.values import typed
from rxcrm.models.assignment import rules
from rxcrm.models.assignment.tables import LeadAssignment
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import Conventions, fields_of, parse
from rxcrm.models.filters.conditions import BadFilter
from rxcrm.models.lead import Lead
from rxcrm.models.matching.saving import Alike
from rxcrm.models.people import User
from rxcrm.models.shaping import customs
from tests.office import Office, Statements

NAMED = {"topic": "Pumps", "last_name": "Berg"}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    configuration.reset()
    yield
    configuration.reset()


def made(office: Office, user: User, **more: str) -> tuple[ApiKey, str]:
    return keys.add(office.act(office.ada), {"name": "Web form", "user": f"user:{user.id}", **more})


def one(office: Office, user: User, record_id: int, entity: str = "lead") -> dict[str, Any]:
    """A record as the next request is told of it."""
    return serving.one(office.act(user), entity, record_id)


def add(office: Office, user: User, entity: str = "lead", **body: Any) -> dict[str, Any]:
    return one(office, user, serving.add(office.act(user), entity, body), entity)


def change(office: Office, user: User, record_id: int | None, **body: Any) -> dict[str, Any]:
    serving.change(office.act(user), "lead", record_id or 0, body, None)
    return one(office, user, record_id or 0)


# -- keys ------------------------------------------------------------------------------------------------------------


def test_a_key_stands_for_its_user_and_is_stored_as_a_hash_alone(office: Office) -> None:
    row, secret = made(office, office.sara)
    assert secret.startswith(keys.PREFIX) and len(secret) > 40
    assert secret not in repr(row.model_dump())
    found = caller(office.session, secret, office.now)
    assert found and (found.who.id, found.read_only) == (office.sara.id, False)
    assert found.who.roles == office.who(office.sara).roles
    assert caller(office.session, secret[:-1], office.now) is None
    assert caller(office.session, "", office.now) is None


def test_only_administrators_make_see_and_revoke_keys(office: Office) -> None:
    row, _ = made(office, office.sara)
    for user in (office.sara, office.mia):
        act = office.act(user)
        for verb in (
            lambda act=act: keys.listed(act),
            lambda act=act: keys.add(act, {"name": "x", "user": str(office.sara.id)}),
            lambda act=act: keys.revoke(act, row.id or 0),
        ):
            with pytest.raises(NotAllowed):
                verb()


def test_a_revoked_or_expired_key_and_one_of_a_disabled_user_stand_for_nobody(office: Office) -> None:
    first, revoked = made(office, office.sara)
    _, passing = made(office, office.sara, life="30")
    _, kept = made(office, office.sara)
    assert keys.revoke(office.act(office.ada), first.id or 0) == "Web form"
    assert caller(office.session, revoked, office.now) is None
    day = timedelta(days=1)
    assert caller(office.session, passing, office.now + 29 * day)
    assert caller(office.session, passing, office.now + 30 * day) is None
    login.disable(office.session, office.sara, by=office.who(office.ada))
    assert caller(office.session, kept, office.now) is None
    assert [view.state for view in keys.listed(office.act(office.ada))] == ["disabled", "disabled"]
    with pytest.raises(NotFound):
        keys.revoke(office.act(office.ada), first.id or 0)


def test_a_key_needs_a_name_and_somebody_who_works_here(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        keys.add(office.act(office.ada), {"name": " ", "user": "user:999", "life": "7"})
    assert set(refused.value.problems) == {"name", "user", "life"}


def test_the_use_of_a_key_is_noted_once_an_hour(office: Office) -> None:
    row, secret = made(office, office.sara)
    first = caller(office.session, secret, office.now)
    assert first and first.due
    keys.note_use(office.session, row.id or 0, office.now)
    office.session.expire_all()
    soon, later = (caller(office.session, secret, office.now + timedelta(minutes=m)) for m in (59, 60))
    assert soon and later and (soon.due, later.due) == (False, True)


# -- records ---------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_again(office: Office) -> None:
    company = office.account(office.sara, name="Berg AG")
    fields = {
        **NAMED,
        "email": "eva@berg.example",
        "rating": 1,
        "decision_maker": True,
        "budget_amount": Decimal("1234.5"),
        "employees": 12,
        "estimated_close_date": "2026-07-01",
        "existing_account_id": company.id,
        "tags": ["VIP", "Trade show"],
    }
    answer = add(office, office.sara, fields=fields)
    assert (answer["name"], answer["version"], answer["url"]) == ("Berg", 1, f"/leads/{answer['id']}")
    assert answer["owner"] == {"kind": "user", "id": office.sara.id, "name": office.sara.name}
    held = answer["fields"]
    assert {name: held[name] for name in fields} == {**fields, "budget_amount": 1234.5, "tags": ["Trade show", "VIP"]}
    assert held["created_on"] == office.now.isoformat()
    assert (answer["texts"]["rating"], answer["texts"]["existing_account_id"]) == ("Hot", "Berg AG")
    json.dumps(answer)
    assert one(office, office.sara, answer["id"]) == answer


def test_a_change_writes_what_is_named_and_null_empties(office: Office) -> None:
    lead = office.lead(office.sara, **NAMED, job_title="Buyer", rating=2)
    answer = change(office, office.sara, lead.id, fields={"rating": None, "city": "Bonn"})
    assert (lead.rating, lead.city, lead.job_title) == (None, "Bonn", "Buyer")
    assert (answer["version"], answer["fields"]["rating"]) == (2, None)
    assert "rating" not in answer["texts"]


def test_an_old_version_is_refused(office: Office) -> None:
    lead = office.lead(office.sara, **NAMED)
    act = office.act(office.sara)
    serving.change(act, "lead", lead.id or 0, {"fields": {"city": "Bonn"}}, 1)
    with pytest.raises(Stale):
        serving.change(act, "lead", lead.id or 0, {"fields": {"city": "Ulm"}}, 1)
    with pytest.raises(Stale):
        serving.remove(office.act(office.ada), "lead", lead.id or 0, 1)
    assert lead.city == "Bonn" and lead.deleted_on is None


def test_every_bad_value_is_told_and_nothing_is_written(office: Office) -> None:
    bad = {
        "topic": 7,
        "email": "nobody",
        "rating": "Hot",
        "lead_source": 4711,
        "budget_amount": "12",
        "employees": Decimal("1.5"),
        "decision_maker": 1,
        "estimated_close_date": 20260701,
        "existing_account_id": True,
        "tags": "VIP",
        "nonsense": "x",
        "created_on": "2020-01-01",
    }
    with pytest.raises(Invalid) as refused:
        add(office, office.sara, fields={**NAMED, **bad})
    # Types are looked at first: what is of the right type is told when the others are mended.
    assert set(refused.value.problems) == set(bad) - {"email", "lead_source", "employees", "created_on"}
    right = {name: bad[name] for name in ("email", "lead_source", "employees", "created_on")}
    with pytest.raises(Invalid) as refused:
        add(office, office.sara, fields={**NAMED, **right})
    assert set(refused.value.problems) == set(right)
    office.session.rollback()
    assert office.session.exec(select(Lead)).all() == []


@pytest.mark.parametrize(
    "body",
    [
        {"fields": []},
        {"fields": NAMED, "owner": "sara"},
        {"fields": NAMED, "owner": {"kind": [], "id": 1}},
        {"topic": "x"},
    ]
    + [{"fields": NAMED, "owner": {"kind": "user", "id": i}} for i in (0, 2**70, True, "1", None)],
)
def test_a_body_of_another_shape_is_refused(office: Office, body: dict[str, Any]) -> None:
    with pytest.raises(CrmError):
        serving.add(office.act(office.ada), "lead", body)


def test_rights_are_those_of_the_forms(office: Office) -> None:
    office.settle(private=True)
    hers = office.lead(office.vera, **NAMED)
    sara = office.act(office.sara)
    for verb in (
        lambda: serving.one(sara, "lead", hers.id or 0),
        lambda: serving.change(sara, "lead", hers.id or 0, {"fields": {"city": "Bonn"}}, None),
        lambda: serving.remove(sara, "lead", hers.id or 0, None),
    ):
        with pytest.raises(NotFound):
            verb()
    assert serving.page(sara, Wanted("lead"))["records"] == []
    with pytest.raises(NotAllowed):
        add(office, office.tim, fields=NAMED)


def test_an_owner_is_given_on_creation_and_by_a_change(office: Office) -> None:
    tom = {"kind": "user", "id": office.tom.id}
    answer = add(office, office.ada, fields=NAMED, owner=tom)
    assert answer["owner"]["name"] == office.tom.name
    mia = {"kind": "user", "id": office.mia.id}
    answer = change(office, office.ada, answer["id"], owner=mia, fields={"city": "Ulm"})
    assert (answer["owner"]["name"], answer["fields"]["city"]) == (office.mia.name, "Ulm")
    lead = office.session.get_one(Lead, answer["id"])
    assert office.told(lead)[-1:] != []


def test_a_lead_with_an_owner_asks_no_rule(office: Office) -> None:
    made_rule = {"name": "All", "how": "one", "condition": '{"all": []}', "targets": f"user:{office.tom.id}"}
    rule = rules.add(office.act(office.ada), made_rule)
    rules.activate(office.act(office.ada), rule.id or 0)
    team = {"kind": "team", "id": office.fair.id}
    for user in (office.olaf, office.ada):
        answer = add(office, user, fields=NAMED, owner=team)
        assert answer["owner"] == {**team, "name": "Fair"}
        lead = office.session.get_one(Lead, answer["id"])
        assert office.session.exec(select(LeadAssignment).where(LeadAssignment.lead_id == lead.id)).all() == []
    assert add(office, office.ada, fields=NAMED)["owner"]["name"] == "Tom"


def test_doubles_are_refused_only_where_the_program_asks_for_it(office: Office) -> None:
    add(office, office.sara, fields={**NAMED, "email": "eva@berg.example"})
    add(office, office.sara, fields={**NAMED, "email": "eva@berg.example"})
    with pytest.raises(Alike) as refused:
        serving.add(office.act(office.sara), "lead", {"fields": {**NAMED, "email": "eva@berg.example"}}, refuse=True)
    assert {match.entity for match in refused.value.matches} == {"lead"}
    office.session.rollback()


def test_doubles_are_looked_for_whether_the_forms_do_or_not(office: Office) -> None:
    office.settle(detect_on_create=False, detect_on_update=False)
    fields = {**NAMED, "email": "eva@berg.example"}
    add(office, office.sara, fields=fields)
    other = office.lead(office.sara, **NAMED)
    office.commit()
    with pytest.raises(Alike):
        serving.add(office.act(office.sara), "lead", {"fields": fields}, refuse=True)
    office.session.rollback()
    with pytest.raises(Alike):
        serving.change(office.act(office.sara), "lead", other.id or 0, {"fields": fields}, None, refuse=True)


def test_a_deleted_record_lies_in_the_recycle_bin(office: Office) -> None:
    lead = office.lead(office.sara, **NAMED)
    serving.remove(office.act(office.ada), "lead", lead.id or 0, None)
    assert lead.deleted_on == office.now
    with pytest.raises(NotFound):
        serving.one(office.act(office.sara), "lead", lead.id or 0)


def test_activities_are_logged_on_records_and_not_changed(office: Office) -> None:
    lead = office.lead(office.sara, **NAMED)
    about = {"table": "lead", "id": lead.id}
    answer = add(office, office.sara, "activity", kind="phone_call", fields={"subject": "Called back"}, regarding=about)
    row = office.session.get_one(Activity, answer["id"])
    assert (row.subject, row.regarding_entity, row.regarding_id) == ("Called back", "lead", lead.id)
    act = office.act(office.sara)
    with pytest.raises(BadValue):
        serving.change(act, "activity", answer["id"], {"fields": {"subject": "x"}}, None)
    for body in ({"kind": "email"}, {"kind": 1}, {}, {"kind": "task", "regarding": {"table": "lead"}}):
        with pytest.raises(CrmError):
            serving.add(act, "activity", {"fields": {"subject": "x"}, **body})


def test_open_tabs_hear_of_it(office: Office) -> None:
    act = office.act(office.sara)
    assert f"lead:{serving.add(act, 'lead', {'fields': NAMED})}" in act.topics


# -- lists -----------------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_to_the_end(office: Office) -> None:
    for i in range(7):
        office.lead(office.sara, topic=f"T{i}", last_name="x")
    act, after, topics = office.act(office.sara), "", []
    for _ in range(4):
        answer = serving.page(act, Wanted("lead", sort=(("topic", False),), size=3, after=after, only=("topic",)))
        topics += [record["fields"]["topic"] for record in answer["records"]]
        after = answer["next"]
        if after is None:
            break
    assert topics == [f"T{i}" for i in range(7)] and after is None
    assert set(answer["records"][0]["fields"]) == {"topic"}
    with pytest.raises(BadValue):
        serving.page(act, Wanted("lead", after="bogus"))


def test_filters_views_and_searches_are_those_of_the_lists(office: Office) -> None:
    hot = office.lead(office.sara, **NAMED, rating=1)
    office.lead(office.sara, topic="Valves", last_name="Thal", rating=2)
    office.lead(office.tom, topic="Pipes", last_name="Sund", rating=1)
    act = office.act(office.sara)
    where = {
        "all": [{"field": "rating", "operator": "eq", "values": ["1"]}, {"field": "owner", "operator": "eq-userid"}]
    }
    answer = serving.page(act, Wanted("lead", where=where, counted=True))
    assert ([r["id"] for r in answer["records"]], answer["count"]) == ([hot.id], 1)
    assert len(serving.page(act, Wanted("lead", search="valv"))["records"]) == 1
    assert len(serving.page(act, Wanted("lead", view="my-open"))["records"]) == 2
    assert len(serving.page(act, Wanted("lead"))["records"]) == 3
    rated = {"all": [{"field": "rating", "operator": "eq", "values": ["1"]}]}
    narrowed = serving.page(act, Wanted("lead", view="my-open", where=rated))["records"]
    assert [record["id"] for record in narrowed] == [hot.id], "a filter narrows the view, it does not replace it"
    for wanted, kind in (
        (Wanted("lead", view="gone"), NotFound),
        (Wanted("lead", where={"all": [{"field": "gone", "operator": "eq", "values": ["1"]}]}), BadFilter),
        (Wanted("lead", where=[1]), BadFilter),
        (Wanted("lead", size=0), BadValue),
        (Wanted("lead", size=251), BadValue),
        (Wanted("lead", sort=(("gone", True),)), BadValue),
        (Wanted("lead", sort=tuple((key, True) for key in ("topic", "rating", "owner", "created_on"))), BadValue),
        (Wanted("lead", only=("gone",)), Invalid),
        (Wanted("nothing"), NotFound),
    ):
        with pytest.raises(kind):
            serving.page(act, wanted)


def test_a_page_costs_the_same_number_of_statements_whatever_its_size(office: Office) -> None:
    spent = []
    for n in (1, 12):
        for i in range(n):
            company = office.account(office.tom, name=f"Firm {n} {i}")
            office.lead([office.sara, office.tom][i % 2], topic=f"T{i}", last_name="x", existing_account_id=company.id)
        with Statements(office.engine) as ran:
            serving.page(office.act(office.ada), Wanted("lead", size=100))
        spent.append(len(ran))
    assert spent[1] <= spent[0] <= 12


# -- custom and secured fields ---------------------------------------------------------------------------------------


def test_custom_fields_of_every_kind_are_described_written_and_read(office: Office) -> None:
    dealer = office.account(office.sara, name="Dealer Ltd")
    for what in (
        {"kind": "text", "label": "Nickname"},
        {"kind": "choice", "label": "Size", "options": "Small\nLarge"},
        {"kind": "money", "label": "Deposit"},
        {"kind": "decimal", "label": "Factor"},
        {"kind": "date", "label": "Visit"},
        {"kind": "yesno", "label": "Partner"},
        {"kind": "lookup", "label": "Dealer", "target": "account"},
    ):
        customs.add(office.act(office.ada), "lead", what)
    act = office.act(office.sara)
    table = next(t for t in describing.tables(act) if t["table"] == "lead")
    described = {field["name"]: field for field in table["fields"] if field["custom"]}
    assert set(described) == {"x_nickname", "x_size", "x_deposit", "x_factor", "x_visit", "x_partner", "x_dealer"}
    assert [o["label"] for o in described["x_size"]["options"]] == ["Small", "Large"]
    size = described["x_size"]["options"][1]["value"]
    fields = {
        "x_nickname": "Evi",
        "x_size": size,
        "x_deposit": Decimal("99.90"),
        "x_factor": Decimal("1.234"),
        "x_visit": "2026-09-01",
        "x_partner": True,
        "x_dealer": dealer.id,
    }
    answer = add(office, office.sara, fields={**NAMED, **fields})
    wanted = {**fields, "x_deposit": 99.9, "x_factor": 1.234}
    assert {name: answer["fields"][name] for name in fields} == wanted
    assert (answer["texts"]["x_size"], answer["texts"]["x_dealer"]) == ("Large", "Dealer Ltd")
    where = {"all": [{"field": "x_partner", "operator": "eq", "values": ["1"]}]}
    assert len(serving.page(act, Wanted("lead", where=where))["records"]) == 1
    schema = openapi.document(act)["components"]["schemas"]["lead_fields"]["properties"]
    assert schema["x_visit"]["format"] == "date" and schema["x_size"]["oneOf"][0]["title"] == "Small"


def test_the_description_leaves_out_what_the_key_may_not_do(office: Office) -> None:
    reader = {t["table"]: t for t in describing.tables(office.act(office.tim))}
    assert reader["lead"]["may"] == []
    paths = openapi.document(office.act(office.tim))["paths"]
    assert set(paths["/leads"]) == {"get"} and set(paths["/leads/{id}"]) == {"get"}
    assert set(openapi.document(office.act(office.ada))["paths"]["/leads/{id}"]) == {"get", "patch", "delete"}


@pytest.mark.parametrize("locale", ["en", "de", "fr", "pl"])
@given(number=st.decimals(min_value=-9999, max_value=9999, places=3, allow_nan=False, allow_infinity=False))
def test_numbers_mean_the_same_whatever_the_language_of_the_user(locale: str, number: Decimal) -> None:
    spec = fields_of(Lead)["longitude"]
    small = number / 100
    assert parse(spec, typed(spec, small), Conventions(locale)) == pytest.approx(float(round(small, 5)))
    spec = fields_of(Lead)["employees"]
    assert parse(spec, typed(spec, abs(int(number))), Conventions(locale)) == abs(int(number))
