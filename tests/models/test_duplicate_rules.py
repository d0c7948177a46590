"""Rules are data: made, changed, switched on and off by administrators; what the engine could not ask is refused."""

from __future__ import annotations

from typing import Any

import pytest

from rxcrm.models import matching
from rxcrm.models.errors import Invalid, NotAllowed, NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.matching import rules
from rxcrm.models.matching.shipped import RULES
from tests.office import Office

MAIL = {"name": "Mail", "between": "lead lead", "compare1": "mail"}


def found(office: Office, row: Lead) -> list[list[str]]:
    return [match.reasons for match in matching.like(office.act(office.sara), row, "lead")]


def shipped(office: Office, key: str) -> int:
    name = next(rule.name for rule in RULES if rule.key == key)
    return next(view.id for view in rules.listed(office.act(office.ada)) if view.name == name)


def refused(office: Office, **typed: str) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        rules.add(office.act(office.ada), {**MAIL, **typed})
    return refusal.value.by_field()


def test_a_new_office_begins_with_the_shipped_rules_all_on(small_office: Office) -> None:
    views = rules.listed(small_office.act(small_office.ada))
    assert [view.name for view in views] == [rule.name for rule in RULES]
    assert all(view.active for view in views)
    assert views[2].tables == "Lead – Lead"
    assert views[2].criteria == ["Similar first and last name", "Similar company name"]


def test_a_rule_that_is_off_finds_nothing_and_everything_again_when_it_is_on(office: Office) -> None:
    office.lead(email="ann@x.com")
    other = office.lead(email="ann@x.com", last_name="Lee")
    act, rule = office.act(office.ada), shipped(office, "lead_mail")
    assert found(office, other) == [["Same e-mail address"]]
    rules.deactivate(act, rule)
    rules.deactivate(act, rule)
    assert found(office, other) == []
    rules.activate(act, rule)
    assert found(office, other) == [["Same e-mail address"]]


def test_at_most_five_rules_between_two_tables_are_on(office: Office) -> None:
    act = office.act(office.ada)
    rule = rules.add(act, MAIL)
    assert not rule.active
    with pytest.raises(NotAllowed, match="5 rules between these tables"):
        rules.activate(act, rule.id or 0)
    rules.deactivate(act, shipped(office, "lead_phone"))
    assert rules.activate(act, rule.id or 0).active
    other = rules.add(act, {**MAIL, "between": "contact contact", "name": "Other"})
    rules.deactivate(act, shipped(office, "contact_phone"))
    rules.activate(act, other.id or 0)
    with pytest.raises(NotAllowed):
        rules.change(act, other.id or 0, {"between": "lead lead"})


def test_all_conditions_of_a_rule_must_hold(office: Office) -> None:
    act = office.act(office.ada)
    for key in ("lead_mail", "lead_alike"):
        rules.deactivate(act, shipped(office, key))
    both = {"compare2": "first", "field2": "topic", "other2": "topic", "count2": "3"}
    rule = rules.add(act, {**MAIL, **both, "score": "70"})
    rules.activate(act, rule.id or 0)
    office.lead(topic="Lamps for halls", email="ann@x.com")
    assert found(office, office.lead(topic="LAMP", email="ann@x.com", last_name="Lee")) == [["Same e-mail address"]]
    assert found(office, office.lead(topic="Chairs", email="ann@x.com", last_name="Poe")) == []


def test_two_blanks_are_equal_only_where_a_rule_says_so(office: Office) -> None:
    act = office.act(office.ada)
    for key in ("lead_mail", "lead_alike"):
        rules.deactivate(act, shipped(office, key))
    plain = {"compare2": "exact", "field2": "job_title", "other2": "job_title", "ignore_blank2": "1"}
    rule = rules.add(act, {**MAIL, **plain})
    rules.activate(act, rule.id or 0)
    office.lead(email="ann@x.com")
    mine = office.lead(email="ann@x.com", last_name="Lee")
    assert found(office, mine) == []
    rules.change(act, rule.id or 0, {"ignore_blank2": "0"})
    assert found(office, mine) == [["Same e-mail address"]]


def test_inactive_records_can_be_left_out(office: Office) -> None:
    office.lead(email="ann@x.com", status=1)
    mine = office.lead(email="ann@x.com", last_name="Lee")
    assert len(found(office, mine)) == 1
    for key in ("lead_mail", "lead_alike"):
        rules.change(office.act(office.ada), shipped(office, key), {"exclude_inactive": "1"})
    assert found(office, mine) == []


@pytest.mark.parametrize(
    "typed, where, sentence",
    [
        ({"name": " "}, "name", "Name is required."),
        ({"name": "x" * 101}, "name", "at most 100"),
        ({"between": "lead user"}, "between", "Choose one"),
        ({"score": "0"}, "score", "Between 1 and 99."),
        ({"score": "many"}, "score", "Between 1 and 99."),
        ({"compare1": ""}, "compare1", "at least one condition"),
        ({"compare1": "guess"}, "compare1", "Choose one"),
        ({"compare1": "exact", "field1": "topic", "other1": "topic"}, "compare1", "narrow"),
        ({"compare2": "exact", "field2": "status", "other2": "topic"}, "field2", "Choose one"),
        ({"compare2": "first", "field2": "topic", "other2": "topic", "count2": "0"}, "count2", "Between 1 and 100."),
        ({"compare2": "similar_name", "percent2": "20"}, "percent2", "Between 50 and 100."),
        ({"between": "lead account", "compare1": "name"}, "compare1", "no first and last name"),
        ({"between": "lead account", "compare1": "weighed"}, "compare1", "compare companies"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(
    small_office: Office, typed: dict[str, str], where: str, sentence: str
) -> None:
    assert sentence in refused(small_office, **typed)[where]


def test_a_rule_that_ships_stays_and_ones_own_can_go(office: Office) -> None:
    act = office.act(office.ada)
    with pytest.raises(NotAllowed, match="ships with rxcrm"):
        rules.remove(act, shipped(office, "lead_mail"))
    rule = rules.add(act, MAIL)
    assert rules.remove(act, rule.id or 0) == "Mail"
    with pytest.raises(NotFound):
        rules.change(act, rule.id or 0, {"name": "x"})


@pytest.mark.parametrize(
    "verb",
    [
        lambda act: rules.listed(act),
        lambda act: rules.add(act, MAIL),
        lambda act: rules.change(act, 1, MAIL),
        lambda act: rules.activate(act, 1),
        lambda act: rules.deactivate(act, 1),
        lambda act: rules.remove(act, 1),
        lambda act: rules.moments(act),
        lambda act: rules.choose_moments(act, {"detect_on_create": "0"}),
    ],
)
def test_only_administrators_do_any_of_that(small_office: Office, verb: Any) -> None:
    with pytest.raises(NotAllowed, match="Only administrators"):
        verb(small_office.act(small_office.vera))


def test_the_moments_are_switches_and_nothing_else(small_office: Office) -> None:
    act = small_office.act(small_office.ada)
    rules.choose_moments(act, {"detect_on_import": "0"})
    assert rules.moments(act) == {"detect_on_create": "1", "detect_on_update": "1", "detect_on_import": "0"}
    for typed in ({"private": "1"}, {"detect_on_create": "maybe"}):
        with pytest.raises(Invalid):
            rules.choose_moments(act, typed)
