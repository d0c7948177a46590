"""Assignment rules: the first that fits a new lead decides who gets it (S 3.10)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from rxcrm.models import assigning, db, records, undoing
from rxcrm.models.assignment import failures, people, routing, rules, trying
from rxcrm.models.assignment.tables import (
    EVERYBODY_IS_FULL,
    NOBODY,
    NOBODY_WORKS,
    AssignmentRule,
    LeadAssignment,
    State,
)
from rxcrm.models.choices import LeadStatus
from rxcrm.models.errors import Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.filters.conditions import BadFilter
from rxcrm.models.history import History
from rxcrm.models.lead import Lead
from rxcrm.models.notification import Notification
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.shaping import customs
from tests.office import Office, Statements

NORTH = {"all": [{"field": "postal_code", "operator": "begins-with", "values": ["6"]}]}
EVERY: dict[str, Any] = {"all": []}
SUNDAY = datetime.fromisoformat("2026-05-17T10:00:00+00:00")


def target(*owners: Any) -> str:
    return " ".join(f"{'user' if isinstance(one, User) else 'team'}:{one.id}" for one in owners)


def rule(office: Office, name: str = "North", *owners: Any, on: bool = True, **typed: Any) -> AssignmentRule:
    """A rule for leads whose postal code begins with 6; Tom's unless others are to get them."""
    owners = owners or (office.tom,)
    form = {"name": name, "condition": json.dumps(typed.pop("condition", NORTH)), "targets": target(*owners)}
    form["how"] = typed.pop("how", "one" if len(owners) == 1 else "turns")
    made = rules.add(office.act(office.ada), form | typed)
    return rules.activate(office.act(office.ada), made.id or 0) if on else made


def lead(office: Office, by: User | None = None, now: datetime | None = None, **typed: str) -> Lead:
    """A lead that somebody types in; Sara, in the north, unless said otherwise."""
    values = {"topic": "Lamps", "last_name": "Kowalska", "postal_code": "61-001", **typed}
    return records.create(office.act(by or office.sara, now), Lead, values)


def owner(office: Office, row: Lead) -> str:
    return records.owner_name(office.session, row)


def given(office: Office, count: int, **typed: str) -> list[str]:
    return [owner(office, lead(office, **typed)) for _ in range(count)]


# -- which rule ------------------------------------------------------------------------------------------------------


def test_a_lead_goes_to_whom_the_rule_names(office: Office) -> None:
    rule(office)
    row = lead(office)
    assert owner(office, row) == "Tom"
    assert (row.owner_user_id, row.unit_id, row.owner_key) == (office.tom.id, office.tom.unit_id, "tom")
    assert row.version == 1


def test_a_lead_for_which_no_rule_is_stays_with_who_typed_it(office: Office) -> None:
    rule(office)
    row = lead(office, postal_code="80-001")
    assert owner(office, row) == "Sara"
    assert office.session.get(LeadAssignment, row.id) is None


def test_the_first_rule_that_fits_wins_and_order_can_change(office: Office) -> None:
    rule(office, "North")
    last = rule(office, "Everything", office.olaf, condition=EVERY)
    assert given(office, 1) == ["Tom"]
    rules.move(office.act(office.ada), last.id or 0, -1)
    assert given(office, 1) == ["Olaf"]
    assert [r.name for r in rules.listed(office.act(office.ada))] == ["Everything", "North"]


def test_drafts_and_rules_that_are_off_are_not_asked(office: Office) -> None:
    made = rule(office, on=False)
    assert made.state == State.DRAFT.value and given(office, 1) == ["Sara"]
    rules.activate(office.act(office.ada), made.id or 0)
    assert given(office, 1) == ["Tom"]
    rules.deactivate(office.act(office.ada), made.id or 0)
    assert made.state == State.OFF.value and given(office, 1) == ["Sara"]


def test_a_team_gets_a_lead_as_a_team(office: Office) -> None:
    rule(office, "North", office.fair)
    row = lead(office)
    assert (row.owner_team_id, row.owner_user_id, owner(office, row)) == (office.fair.id, None, "Fair")


def test_conditions_look_at_related_records_whoever_types_the_lead(office: Office) -> None:
    office.settle(private=True)
    account = office.account(office.olaf, city="Oslo")
    condition = {"all": [{"field": "existing_account_id.city", "operator": "eq", "values": ["Oslo"]}]}
    rule(office, "Oslo", condition=condition)
    row = records.create(
        office.act(office.olaf), Lead, {"topic": "X", "last_name": "Y", "existing_account_id": str(account.id)}
    )
    assert owner(office, row) == "Tom"


def test_an_owner_who_is_given_is_kept(office: Office) -> None:
    rule(office)
    typed = {"topic": "X", "last_name": "Y", "postal_code": "61"}
    assert owner(office, records.create(office.act(office.mia), Lead, typed, owner=office.mia)) == "Mia"


def test_typed_leads_can_be_left_out(office: Office) -> None:
    rule(office)
    rules.choose(office.act(office.ada), {"typed": "0"})
    assert given(office, 1) == ["Sara"]
    assert rules.settings_of(office.act(office.ada))["typed"] == "0"


def test_without_rules_a_new_lead_costs_no_statement_more(office: Office) -> None:
    act = office.act(office.sara)
    typed = {"topic": "X", "last_name": "Y", "postal_code": "61"}
    with Statements(office.engine) as statements:
        records.create(act, Lead, typed)
    assert not [s for s in statements.ran if "assignment" in s]


# -- who of several --------------------------------------------------------------------------------------------------


def test_people_take_turns(office: Office) -> None:
    rule(office, "North", office.tom, office.olaf, office.mia)
    assert given(office, 7) == ["Tom", "Olaf", "Mia", "Tom", "Olaf", "Mia", "Tom"]


def test_members_of_a_team_take_turns_and_each_has_one(office: Office) -> None:
    rule(office, "North", office.fair, office.tom, office.sara)
    assert given(office, 4) == ["Tom", "Olaf", "Sara", "Tom"]


def test_by_load_who_has_the_fewest_open_leads_is_next(office: Office) -> None:
    for _ in range(2):
        office.lead(office.tom)
    office.lead(office.tom, status=LeadStatus.DISQUALIFIED)
    office.lead(office.olaf)
    rule(office, "North", office.tom, office.olaf, how="load")
    assert given(office, 3) == ["Olaf", "Tom", "Olaf"]


def test_leads_on_their_way_count_for_nobody(office: Office) -> None:
    rule(office, "North", office.sara, office.tom, how="load")
    assert given(office, 4) == ["Sara", "Tom", "Sara", "Tom"]


def test_nobody_gets_more_open_leads_than_the_rule_allows(office: Office) -> None:
    rule(office, "North", office.tom, office.olaf, most_open="2")
    assert given(office, 5) == ["Tom", "Olaf", "Tom", "Olaf", "Sara"]


def test_somebodys_own_limit_holds_besides(office: Office) -> None:
    people.change(office.act(office.ada), office.tom.id or 0, {"most_open": "1"})
    rule(office, "North", office.tom, office.olaf, most_open="3")
    assert given(office, 5) == ["Tom", "Olaf", "Olaf", "Olaf", "Sara"]


def test_only_who_works_on_the_day_where_he_is_gets_leads(office: Office) -> None:
    rule(office, "North", office.tom, office.olaf, working="today")
    people.change(office.act(office.ada), office.tom.id or 0, {"days": "0 1 2 3 4 6"})
    assert [owner(office, lead(office, now=SUNDAY)) for _ in range(2)] == ["Tom", "Tom"]
    office.tom.time_zone = "Pacific/Auckland"
    office.session.flush()
    late = SUNDAY.replace(hour=13)  # Monday there
    people.change(office.act(office.ada), office.tom.id or 0, {"days": "6"})
    row = lead(office, now=late)
    assert owner(office, row) == "Sara"
    assert office.session.get_one(LeadAssignment, row.id).reason == NOBODY_WORKS


def test_or_who_works_next_within_five_days(office: Office) -> None:
    rule(office, "North", office.tom, office.olaf, working="soon")
    people.change(office.act(office.ada), office.tom.id or 0, {"days": "1"})
    assert [owner(office, lead(office, now=SUNDAY)) for _ in range(2)] == ["Olaf", "Olaf"]
    people.change(office.act(office.ada), office.olaf.id or 0, {"days": ""})
    assert owner(office, lead(office, now=SUNDAY)) == "Tom"
    assert owner(office, lead(office, now=SUNDAY + timedelta(days=3))) == "Sara"  # Wednesday: six days ahead


# -- what is told ----------------------------------------------------------------------------------------------------


def test_the_lead_tells_which_rule_gave_it_to_whom(office: Office) -> None:
    made = rule(office)
    row = lead(office)
    assert office.told(row) == [
        "The system assigned this record to Tom by the assignment rule “North”",
        "Sara created this record",
    ]
    kept = office.session.get_one(LeadAssignment, row.id)
    assert (kept.rule_id, kept.rule_name, kept.at, kept.outcome) == (made.id, "North", office.now, "given")
    assert routing.told(office.act(office.ada), row.id or 0) == ("North", "Tom")


def test_who_gets_leads_is_told_once_for_several(office: Office) -> None:
    rule(office)
    lead(office)
    lines = [n.message for n in office.session.exec(select(Notification)) if n.user_id == office.tom.id]
    assert lines == ["%(record)s is yours by an assignment rule."]
    lead(office)
    lines = [n.message for n in office.session.exec(select(Notification)) if n.user_id == office.tom.id]
    assert lines == ["Several leads are yours by assignment rules."]


def test_who_gets_his_own_lead_is_not_told(office: Office) -> None:
    rule(office, "North", office.sara)
    lead(office)
    assert not office.session.exec(select(Notification)).all()


# -- failures --------------------------------------------------------------------------------------------------------


def test_a_lead_that_nobody_can_get_goes_to_the_fall_back_owner_and_is_listed(office: Office) -> None:
    rules.choose(office.act(office.ada), {"fallback": target(office.mia)})
    rule(office, "North", office.tom, most_open="1")
    lead(office)
    row = lead(office, first_name="Anna")
    assert owner(office, row) == "Mia"
    assert office.told(row)[:2] == [
        "The system assigned this record to Mia",
        f"The system found nobody by the assignment rule “North”. {EVERYBODY_IS_FULL}",
    ]
    (line,) = failures.listed(office.act(office.ada)).lines
    assert (line.id, line.name, line.rule, line.owner) == (row.id, "Anna Kowalska", "North", "Mia")
    assert line.reason == EVERYBODY_IS_FULL


def test_an_inactive_target_is_a_failure_too_and_the_next_rule_is_not_asked(office: Office) -> None:
    rule(office)
    rule(office, "Everything", office.olaf, condition=EVERY)
    office.tom.disabled = True
    row = lead(office)
    assert owner(office, row) == "Sara"
    assert [line.reason for line in failures.listed(office.act(office.ada)).lines] == [NOBODY]
    problems = [view.problem for view in rules.listed(office.act(office.ada))]
    assert problems == [rules.NOBODY_LEFT, ""]


def test_a_failure_is_done_when_somebody_assigns_the_lead(office: Office) -> None:
    rule(office, "North", office.tom, most_open="1")
    lead(office)
    row = lead(office)
    assert failures.listed(office.act(office.ada)).count == 1
    assigning.assign(office.act(office.ada), row, office.olaf)
    assert failures.listed(office.act(office.ada)).count == 0


def test_a_failure_can_be_dismissed_or_tried_again(office: Office) -> None:
    made = rule(office, "North", office.tom, most_open="1")
    lead(office)
    first, second = lead(office), lead(office)
    failures.dismiss(office.act(office.ada), first.id or 0)
    failures.dismiss(office.act(office.ada), first.id or 0)
    assert [line.id for line in failures.listed(office.act(office.ada)).lines] == [second.id]
    with pytest.raises(NotAllowed, match="as many open leads"):
        failures.again(office.act(office.ada), second.id or 0)
    rules.change(office.act(office.ada), made.id or 0, {"most_open": ""})
    assert failures.again(office.act(office.ada), second.id or 0)
    assert owner(office, second) == "Tom" and failures.listed(office.act(office.ada)).count == 0
    with pytest.raises(NotFound):
        failures.dismiss(office.act(office.ada), 999)


def test_what_came_of_a_lead_goes_with_it(office: Office) -> None:
    rule(office)
    row = lead(office)
    records.remove(office.session, Lead, "lead", [row.id or 0])
    assert office.session.exec(select(LeadAssignment)).all() == []


# -- leads that there are --------------------------------------------------------------------------------------------


def test_existing_leads_can_be_sent_through_the_rules_and_back(office: Office) -> None:
    row = office.lead(office.sara, postal_code="61")
    rule(office)
    operation = routing.route(office.act(office.mia), row)
    assert operation and owner(office, row) == "Tom"
    assert office.told(row)[0] == "Mia assigned this record to Tom by the assignment rule “North”"
    undoing.undo(office.act(office.mia), operation.id or 0)
    assert owner(office, row) == "Sara"


def test_a_lead_without_a_rule_is_refused_with_the_reason(office: Office) -> None:
    row = office.lead(postal_code="80")
    with pytest.raises(NotAllowed, match="No assignment rule is on"):
        routing.route(office.act(office.mia), row)
    rule(office)
    with pytest.raises(NotAllowed, match="is for this lead"):
        routing.route(office.act(office.mia), row)


# -- administration --------------------------------------------------------------------------------------------------


def test_only_administrators_see_and_change_rules(office: Office) -> None:
    made, mia = rule(office), office.act(office.mia)
    for verb in (
        lambda: rules.listed(mia),
        lambda: rules.add(mia, {"name": "X", "targets": target(office.mia)}),
        lambda: rules.change(mia, made.id or 0, {"name": "X"}),
        lambda: rules.move(mia, made.id or 0, 1),
        lambda: rules.activate(mia, made.id or 0),
        lambda: rules.deactivate(mia, made.id or 0),
        lambda: rules.remove(mia, made.id or 0),
        lambda: rules.settings_of(mia),
        lambda: rules.choose(mia, {}),
        lambda: people.listed(mia),
        lambda: people.change(mia, office.tom.id or 0, {}),
        lambda: failures.listed(mia),
        lambda: failures.dismiss(mia, 1),
        lambda: trying.trial(mia),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_every_problem_of_a_rule_is_named_at_once(office: Office) -> None:
    rule(office)
    typed = {"name": "north", "condition": "{", "how": "dice", "targets": "user:99", "working": "x", "most_open": "0"}
    with pytest.raises(Invalid) as refusal:
        rules.add(office.act(office.ada), typed)
    assert set(refusal.value.problems) == {"name", "condition", "how", "targets", "working", "most_open"}
    with pytest.raises(Invalid, match="attention") as refusal:
        rules.add(office.act(office.ada), {"name": "", "targets": ""})
    assert set(refusal.value.problems) == {"name", "targets"}


def test_one_target_alone_unless_several_share(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        rule(office, "North", office.tom, office.olaf, how="one")
    assert "let several share" in refusal.value.by_field()["targets"]


def test_a_rule_by_which_nobody_could_get_a_lead_is_refused(office: Office) -> None:
    people.change(office.act(office.ada), office.tom.id or 0, {"days": ""})
    made = rule(office, working="today", on=False)
    with pytest.raises(NotAllowed, match="Nobody could get a lead"):
        rules.activate(office.act(office.ada), made.id or 0)
    rules.change(office.act(office.ada), made.id or 0, {"working": ""})
    rules.activate(office.act(office.ada), made.id or 0)
    with pytest.raises(Invalid):
        rules.change(office.act(office.ada), made.id or 0, {"working": "today"})
    assert made.working == ""


def test_nor_can_somebody_be_taken_from_a_rule_that_needs_him(office: Office) -> None:
    rule(office, working="today")
    with pytest.raises(NotAllowed, match="rule “North”"):
        people.change(office.act(office.ada), office.tom.id or 0, {"days": ""})


def test_of_two_administrators_the_second_is_told_that_the_rule_has_changed(office: Office) -> None:
    made = rule(office)
    rules.change(office.act(office.ada), made.id or 0, {"name": "Up there", "version": "1"})
    with pytest.raises(Stale):
        rules.change(office.act(office.ada), made.id or 0, {"name": "Down here", "version": "1"})


def test_a_rule_over_a_field_that_is_gone_is_passed_over_and_says_so(office: Office) -> None:
    field = customs.add(office.act(office.ada), "lead", {"kind": "text", "label": "Region"})
    condition = {"all": [{"field": "x_region", "operator": "eq", "values": ["Süd"]}]}
    made = rule(office, "Region", condition=condition)
    rule(office, "Rest", office.olaf, condition=EVERY)
    assert owner(office, lead(office, x_region="Süd")) == "Tom"
    customs.delete(office.act(office.ada), field.id or 0)
    assert given(office, 1) == ["Olaf"]
    assert "“Region”, which is out of use" in rules.listed(office.act(office.ada))[0].problem
    rules.deactivate(office.act(office.ada), made.id or 0)
    with pytest.raises(BadFilter):
        rules.activate(office.act(office.ada), made.id or 0)


def test_a_damaged_rule_harms_nobody(office: Office) -> None:
    made = rule(office)
    made.condition = {"what": 1}
    office.session.flush()
    rules.choose(office.act(office.ada), {})
    assert given(office, 1) == ["Sara"]
    assert "Build it again" in rules.listed(office.act(office.ada))[0].problem


def test_the_table_says_what_a_rule_does(office: Office) -> None:
    rule(office, "Rest", office.tom, office.fair, how="load", condition=EVERY, working="soon", most_open="20")
    rule(office)
    first, second = rules.listed(office.act(office.ada))
    assert (first.targets, first.limits) == (
        "Fewest open leads: Tom, Fair",
        ["Who works on the day, or next", "At most 20 open leads each"],
    )
    assert first.note == rules.TAKES_ALL and second.note == ""
    assert (second.condition, second.targets) == ("ZIP/Postal Code · Begins with · 6", "Tom")
    assert second.values["targets"] == target(office.tom) and second.names == {target(office.tom): "Tom"}


def test_rules_can_be_deleted_and_leads_keep_the_name(office: Office) -> None:
    made = rule(office)
    row = lead(office)
    assert rules.remove(office.act(office.ada), made.id or 0) == "North"
    assert given(office, 1) == ["Sara"]
    assert routing.told(office.act(office.ada), row.id or 0) == ("North", "Tom")


def test_people_of_rules_are_listed_with_days_limit_and_open_leads(office: Office) -> None:
    office.lead(office.tom)
    rule(office, "North", office.fair, on=False)
    assert [p.name for p in people.listed(office.act(office.ada))] == ["Olaf", "Tom"]
    people.change(office.act(office.ada), office.mia.id or 0, {"days": "0"})
    assert [p.name for p in people.listed(office.act(office.ada))] == ["Mia", "Olaf", "Tom"]
    people.change(office.act(office.ada), office.tom.id or 0, {"days": "0 2", "most_open": "5"})
    tom = next(p for p in people.listed(office.act(office.ada)) if p.name == "Tom")
    assert (tom.days, tom.most_open, tom.open) == ([0, 2], "5", 1)
    with pytest.raises(Invalid) as refusal:
        people.change(office.act(office.ada), office.tom.id or 0, {"days": "7", "most_open": "-1"})
    assert set(refusal.value.problems) == {"days", "most_open"}


def test_the_fall_back_owner_must_be_able_to_own_leads(office: Office) -> None:
    with pytest.raises(Invalid):
        rules.choose(office.act(office.ada), {"fallback": "user:999"})
    rules.choose(office.act(office.ada), {"fallback": target(office.fair)})
    assert rules.settings_of(office.act(office.ada))["fallback_name"] == "Fair"


# -- trying ----------------------------------------------------------------------------------------------------------


def test_trying_shows_who_would_have_got_past_leads_and_writes_nothing(office: Office) -> None:
    for code in ("61", "62", "63", "80", "81"):
        office.lead(office.sara, postal_code=code)
    office.lead(office.sara, postal_code="64", status=LeadStatus.QUALIFIED)
    rule(office, "North", office.tom, office.olaf, on=False)
    rule(office, "Eighty", condition={"all": [{"field": "postal_code", "operator": "eq", "values": ["80"]}]})
    found = trying.trial(office.act(office.ada), 500)
    assert (found.leads, found.none) == (6, 1)
    north, eighty = found.rules
    assert (north.state, north.taken, [(s.name, s.leads) for s in north.shares]) == (
        "draft",
        4,
        [("Tom", 2), ("Olaf", 2)],
    )
    assert (eighty.state, eighty.taken) == ("on", 1)
    assert not office.session.exec(select(LeadAssignment)).all()
    assert trying.trial(office.act(office.ada), 2).leads == 2


def test_past_leads_that_are_closed_by_now_burden_nobody(office: Office) -> None:
    for status in (LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED, LeadStatus.OPEN, LeadStatus.OPEN):
        office.lead(office.sara, postal_code="61", status=status)
    rule(office, "North", office.tom, most_open="1")
    (found,) = trying.trial(office.act(office.ada), 500).rules
    assert ([(s.name, s.leads) for s in found.shares], found.failed) == ([("Tom", 3)], 1)


def test_a_rule_is_tried_as_it_is_typed(office: Office) -> None:
    office.lead(office.sara, postal_code="61")
    made = rule(office)
    typed = {"name": "North", "condition": json.dumps(EVERY), "how": "one", "targets": target(office.olaf)}
    (found,) = trying.trial(office.act(office.ada), 500, typed, made.id or 0).rules
    assert [(s.name, s.leads) for s in found.shares] == [("Olaf", 1)]
    assert [r.name for r in trying.trial(office.act(office.ada), 500, {**typed, "name": ""}, 0).rules] == [
        "North",
        "This rule",
    ]
    office.session.refresh(made)
    assert made.targets == [target(office.tom)]
    with pytest.raises(Invalid):
        trying.trial(office.act(office.ada), 500, {**typed, "targets": ""})


def test_trying_says_why_nobody_would_have_got_a_lead(office: Office) -> None:
    for _ in range(3):
        office.lead(office.sara, postal_code="61", created_on=SUNDAY)
    rule(office, working="today")
    (found,) = trying.trial(office.act(office.ada), 500).rules
    assert (found.taken, found.failed, found.why) == (3, 3, NOBODY_WORKS)


# -- several at once -------------------------------------------------------------------------------------------------


def test_two_processes_that_create_at_once_share_fairly_and_keep_the_limit(office: Office) -> None:
    rule(office, "North", office.tom, office.olaf, office.mia, most_open="8")
    who = office.who(office.sara)
    office.commit()

    def create(session: Session) -> None:
        act = Act(session, who, office.now)
        records.create(act, Lead, {"topic": "X", "last_name": "Y", "postal_code": "61"})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: db.transact(create), range(30)))
    owners = [i for (i,) in office.session.execute(select(Lead.owner_user_id).order_by(col(Lead.id)))]
    counts = {u.name: owners.count(u.id) for u in (office.tom, office.olaf, office.mia, office.sara)}
    assert counts == {"Tom": 8, "Olaf": 8, "Mia": 8, "Sara": 6}
    events = [e.event for e in office.session.exec(select(History))]
    assert events.count("not_assigned") == 6
