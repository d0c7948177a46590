"""Fields and options that change while others use them: nothing is lost, and a sentence says what happened (issue 6, bad input)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rxcrm.models import configuration, history, records, saved_views
from rxcrm.models.activity import Activity
from rxcrm.models.choices import LeadSource
from rxcrm.models.errors import BadValue, Invalid, NotAllowed
from rxcrm.models.fields import fields_of
from rxcrm.models.filters.conditions import BadFilter, Group, Test
from rxcrm.models.grouping import parse
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask, page
from rxcrm.models.matching import finding, rules
from rxcrm.models.merging.doing import merge
from rxcrm.models.peeking import glance
from rxcrm.models.shaping import customs, field_listing, listing, options
from rxcrm.models.shaping.tables import CustomField
from rxcrm.models.timeline import form
from rxcrm.state import forms
from rxcrm.state.shell import create_quickly
from tests.office import Office

SOURCE = "LeadSource"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    configuration.reset()


def done(office: Office, verb: Any, *args: Any) -> Any:
    """Let Ada do something; whoever acts next knows of it."""
    result = verb(office.act(office.ada), *args)
    office.act(office.ada)
    return result


def field(office: Office, label: str = "Region", kind: str = "text", **typed: str) -> CustomField:
    made = done(office, customs.add, typed.pop("entity", "lead"), {"kind": kind, "label": label, **typed})
    assert isinstance(made, CustomField)
    return made


def labels(office: Office, key: str = SOURCE) -> list[str]:
    return [option.label for option in listing.one(office.act(office.ada), key).options]


# -- two administrators ----------------------------------------------------------------------------------------------


def test_what_another_administrator_has_renamed_meanwhile_is_not_replaced_unasked(office: Office) -> None:
    seen = {"label_en": "Web", "colour": "", "default": "0"}
    done(office, options.change, SOURCE, 8, {"label_en": "Website", "colour": "teal"})
    with pytest.raises(Invalid) as refusal:
        options.change(office.act(office.ada), SOURCE, 8, {"label_en": "Homepage", "colour": "red"}, seen)
    assert refusal.value.by_field() == {
        "label_en": "Another administrator has changed this to “Website” meanwhile. Save again to replace it.",
        "colour": "Another administrator has changed this to “Teal” meanwhile. Save again to replace it.",
    }
    done(office, options.change, SOURCE, 8, {"label_en": "Homepage"}, {**seen, "label_en": "Website"})
    assert "Homepage" in labels(office)


def test_two_administrators_may_change_different_things_of_one_option(office: Office) -> None:
    seen = {"label_en": "Web", "colour": "", "default": "0"}
    done(office, options.change, SOURCE, 8, {"label_en": "Website"}, seen)
    done(office, options.change, SOURCE, 8, {"colour": "teal"}, seen)
    web = fields_of(Lead)["lead_source"].options.find(8)  # type: ignore[union-attr]
    assert web and (web.label, web.colour) == ("Website", "teal")


def test_both_typing_the_same_is_no_conflict(office: Office) -> None:
    done(office, options.change, SOURCE, 8, {"label_en": "Website"})
    done(office, options.change, SOURCE, 8, {"label_en": "Website"}, {"label_en": "Web"})
    assert "Website" in labels(office)


def test_an_option_that_another_administrator_has_deleted_says_so(office: Office) -> None:
    number = done(office, options.add, SOURCE, {"label": "Podcast"})
    done(office, options.remove, SOURCE, number)
    for verb, args in ((options.change, ({"label": "Radio"},)), (options.move, (1,)), (options.activate, ())):
        with pytest.raises(NotAllowed, match="Another administrator has deleted this option meanwhile"):
            verb(office.act(office.ada), SOURCE, number, *args)  # type: ignore[operator]


def test_a_field_that_another_administrator_has_changed_or_deleted_says_so(office: Office) -> None:
    made = field(office)
    seen = customs.as_typed(made)
    done(office, customs.change, made.id, {"help": "Where they are.", "level": "required"})
    with pytest.raises(Invalid) as refusal:
        customs.change(office.act(office.ada), made.id or 0, {"level": "recommended", "label_en": "Area"}, seen)
    assert refusal.value.by_field() == {
        "level": "Another administrator has changed this to “Required” meanwhile. Save again to replace it."
    }
    done(office, customs.delete, made.id)
    for verb, args in ((customs.change, ({"label": "X"},)), (customs.move, (1,)), (customs.place, (0,))):
        with pytest.raises(NotAllowed, match="Another administrator has deleted this field meanwhile"):
            verb(office.act(office.ada), made.id or 0, *args)  # type: ignore[operator]


# -- order -----------------------------------------------------------------------------------------------------------


def test_an_option_is_put_before_another_one_or_at_the_end(office: Office) -> None:
    done(office, options.place, SOURCE, int(LeadSource.WEB), int(LeadSource.ADVERTISEMENT))
    done(office, options.place, SOURCE, int(LeadSource.PARTNER), options.END)
    done(office, options.place, SOURCE, int(LeadSource.SEMINAR), 4711)  # one that is gone meanwhile
    found = labels(office)
    assert (found[0], found[1], found[-2:]) == ("Web", "Advertisement", ["Partner", "Seminar"])


def test_reasons_keep_to_their_status_when_they_are_put_elsewhere(office: Office) -> None:
    done(office, options.place, "LeadReason", 7, 4)
    done(office, options.place, "LeadReason", 1, options.END)
    sections = listing.one(office.act(office.ada), "LeadReason").sections
    assert [[o.label for o in s.options] for s in sections] == [
        ["Contacted", "New"], ["Qualified"], ["Canceled", "Lost", "Cannot Contact", "No Longer Interested"],
    ]  # fmt: skip
    assert [(s.options[0].first, s.options[-1].last) for s in sections] == [(True, True)] * 3


def test_a_field_is_put_before_another_one_or_at_the_end(small_office: Office) -> None:
    one, two, three = (field(small_office, label) for label in ("One", "Two", "Three"))
    done(small_office, customs.place, three.id, one.id)
    done(small_office, customs.place, one.id, 0)
    assert [name for name in fields_of(Lead) if name.startswith("x_")] == ["x_three", "x_two", "x_one"]
    assert [row.last for row in field_listing.listed(small_office.act(small_office.ada), "lead").rows] == [0, 0, 1]
    assert two.position == 2


# -- while somebody types --------------------------------------------------------------------------------------------


def test_a_field_that_goes_while_somebody_types_says_so_by_its_name(office: Office) -> None:
    made, lead = field(office, "Delivery area"), office.lead()
    done(office, customs.deactivate, made.id)
    with pytest.raises(Invalid) as refusal:
        records.save(office.act(office.sara), lead, {"x_delivery_area": "South", "topic": "Other"})
    assert refusal.value.by_field() == {
        "x_delivery_area": "Delivery area is out of use now. What you typed there is not saved."
    }


def test_an_option_that_goes_while_it_is_chosen_says_so(office: Office) -> None:
    number, lead = done(office, options.add, SOURCE, {"label": "Podcast"}), office.lead()
    done(office, options.remove, SOURCE, number)
    with pytest.raises(Invalid) as refusal:
        records.save(office.act(office.sara), lead, {"lead_source": str(number)})
    assert refusal.value.by_field() == {
        "lead_source": "The option that was chosen for Lead Source does not exist any more."
    }


# -- views and rules that speak of what is gone ----------------------------------------------------------------------


def view_of(office: Office, name: str, **shown: Any) -> None:
    definition = {"where": {"all": []}, "columns": ["name"], "sort": [], **shown}
    saved_views.save_as(office.act(office.sara), "lead", name, definition)


def test_before_an_option_goes_administrators_learn_who_filters_by_it(office: Office) -> None:
    number = done(office, options.add, SOURCE, {"label": "Podcast"})
    test = {"field": "lead_source", "operator": "in", "values": ["1", str(number)]}
    view_of(office, "Heard of us", where={"all": [{"any": [test]}]})
    view_of(office, "Others", where={"all": [{**test, "values": ["1"]}]})
    doom = listing.doom_of(office.act(office.ada), SOURCE, number)
    assert (doom.records, [(view.name, view.owner) for view in doom.views]) == (0, [("Heard of us", "Sara")])
    office.lead(lead_source=number)
    assert listing.doom_of(office.act(office.ada), SOURCE, number).records == 1


def test_before_a_field_goes_administrators_learn_who_shows_or_filters_by_it(office: Office) -> None:
    made, other = field(office), field(office, entity="account")
    view_of(office, "With a column", columns=["name", "x_region"])
    view_of(office, "With a filter", where={"all": [{"field": "x_region", "operator": "not-null", "values": []}]})
    view_of(office, "With neither")
    names = {view.name for view in field_listing.doom_of(office.act(office.ada), made.id or 0).views}
    assert names == {"With a column", "With a filter"}
    assert field_listing.doom_of(office.act(office.ada), other.id or 0).views == []


def test_a_view_that_names_a_removed_option_or_an_unused_field_says_which(office: Office) -> None:
    number, made = done(office, options.add, SOURCE, {"label": "Podcast"}), field(office, "Delivery area")
    done(office, options.remove, SOURCE, number)
    done(office, customs.deactivate, made.id)
    for test, sentence in (
        (Test("lead_source", "eq", (str(number),)), "an option of Lead Source that does not exist any more"),
        (Test("x_delivery_area", "null"), "the field “Delivery area”, which is out of use"),
        (Test("x_never", "null"), "“x_never”, which does not exist any more"),
    ):
        with pytest.raises(BadFilter, match=sentence):
            page(office.act(office.sara), Ask(view="all", where=Group((test,))))
    with pytest.raises(BadValue, match="field by which this list is grouped"):
        parse("lead", "x_delivery_area")


def test_a_list_without_a_column_that_is_gone_is_shown(office: Office) -> None:
    office.lead(last_name="Roe")
    asked = Ask(view="all", columns=("name", "x_gone"), sort=(("x_gone", True), ("name", False)))
    assert [row["name"] for row in page(office.act(office.sara), asked).rows] == ["Roe"]


# -- quick create, previews, duplicates ------------------------------------------------------------------------------


def test_quick_create_asks_for_what_every_record_has_to_have(office: Office) -> None:
    field(office, "Region", level="required")
    field(office, "Area")
    assert forms.quick_fields("lead")[-1] == "x_region"
    typed = {"topic": "T", "last_name": "L"}
    with pytest.raises(Invalid) as refusal:
        create_quickly(office.act(office.sara), "lead", typed)
    assert refusal.value.by_field() == {"x_region": "Region is required."}
    number, _name = create_quickly(office.act(office.sara), "lead", {**typed, "x_region": "South", "x_area": "no"})
    assert office.session.get_one(Lead, number).custom == {"x_region": "South"}


def test_the_preview_of_a_record_shows_what_administrators_ask_for(office: Office) -> None:
    field(office, "Region")
    field(office, "Sites", "whole")
    lead = office.lead(x_region="South")
    shown = {line.label: line.text for line in glance(office.act(office.sara), "lead", lead.id or 0).lines}
    assert shown["Region"] == "South" and "Sites" not in shown


RULE = {
    "name": "Same customer number", "between": "lead lead", "score": "90", "certain": "1",
    "compare1": "mail", "compare2": "exact", "field2": "x_customer_no", "other2": "x_customer_no",
}  # fmt: skip


def test_duplicate_rules_compare_custom_fields(office: Office) -> None:
    field(office, "Customer no.", "whole", name="x_customer_no")
    rule = rules.add(office.act(office.ada), RULE)
    for each in rules.listed(office.act(office.ada)):
        rules.deactivate(office.act(office.ada), each.id)
    rules.activate(office.act(office.ada), rule.id or 0)
    assert rules.listed(office.act(office.ada))[-1].criteria[-1] == "Same Customer no. and Customer no."
    one = office.lead(email="a@b.com", x_customer_no=7)
    same, other = office.lead(email="a@b.com", x_customer_no=7), office.lead(email="a@b.com", x_customer_no=8)
    found = finding.like(office.act(office.ada), one, "lead")
    assert [match.id for match in found] == [same.id] and other.id


def test_a_duplicate_rule_over_a_field_that_is_out_of_use_is_not_asked_and_says_so(office: Office) -> None:
    made = field(office, "Customer no.", name="x_customer_no")
    rule = rules.add(office.act(office.ada), {**RULE, "ignore_blank2": "0"})
    for each in rules.listed(office.act(office.ada)):
        rules.deactivate(office.act(office.ada), each.id)
    rules.activate(office.act(office.ada), rule.id or 0)
    done(office, customs.deactivate, made.id)
    one, _two = office.lead(email="a@b.com"), office.lead(email="a@b.com")
    assert finding.like(office.act(office.ada), one, "lead") == []
    assert "Customer no. (out of use: the rule is not asked)" in rules.listed(office.act(office.ada))[-1].criteria[-1]


# -- activities ------------------------------------------------------------------------------------------------------


def test_activities_of_every_kind_have_custom_fields(office: Office) -> None:
    field(office, "Room", entity="activity")
    field(office, "Paid by", "lookup", entity="activity", target="account")
    account, lead = office.account(office.sara, name="Payer"), office.lead()
    for kind in (1, 2, 3, 4):
        typed = {"kind": str(kind), "subject": "S", "regarding": f"lead:{lead.id}", "x_room": "Blue"}
        if kind == 3:
            typed |= {"start_on": "2026-05-14T10:00", "due_on": "2026-05-14T11:00"}
        row = form.create(office.act(office.sara), typed)
        assert row.x_room == "Blue"
        form.save(office.act(office.sara), row, {"x_room": "Red", "x_paid_by": str(account.id)})
        assert (row.x_room, row.x_paid_by) == ("Red", account.id)
    how = office.who(office.sara).conventions
    told = {
        change.label: change.new for change in history.entries(office.session, Activity, row.id or 0, how)[0].changes
    }
    assert told == {"Room": "Red", "Paid by": "Payer"}
    where = Group((Test("x_room", "eq", ("red",)), Test("x_paid_by.name", "like", ("pay",))))
    asked = Ask(entity="activity", view="all", where=where, columns=("name", "x_room", "x_paid_by"))
    assert {found["x_paid_by"] for found in page(office.act(office.sara), asked).rows} == {"Payer"}


def test_a_field_of_activities_that_goes_while_somebody_types_says_so(office: Office) -> None:
    made, lead = field(office, "Room", entity="activity"), office.lead()
    row = form.create(office.act(office.sara), {"kind": "1", "subject": "S", "regarding": f"lead:{lead.id}"})
    done(office, customs.deactivate, made.id)
    with pytest.raises(Invalid) as refusal:
        form.save(office.act(office.sara), row, {"x_room": "Blue"})
    assert refusal.value.by_field() == {"x_room": "Room is out of use now. What you typed there is not saved."}


def test_look_ups_of_activities_follow_a_merge(office: Office) -> None:
    field(office, "Paid by", "lookup", entity="activity", target="account")
    kept, gone, lead = office.account(office.mia, name="Kept"), office.account(office.mia, name="Gone"), office.lead()
    row = form.create(office.act(office.sara), {"kind": "1", "subject": "S", "regarding": f"lead:{lead.id}"})
    form.save(office.act(office.sara), row, {"x_paid_by": str(gone.id)})
    versions = {kept.id or 0: kept.version, gone.id or 0: gone.version}
    merge(office.act(office.mia), "account", kept.id or 0, versions, {})
    assert row.x_paid_by == kept.id
