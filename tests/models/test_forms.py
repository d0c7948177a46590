"""Forms that administrators shape: what everybody then sees, and what a save from a form has to bring (S 2.2, 13.11)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rxcrm.models import configuration, records
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.forms import editing
from rxcrm.models.forms.layout import read, written
from rxcrm.models.forms.shipped import OFFERED, SHIPPED
from rxcrm.models.forms.tables import Form
from rxcrm.models.forms.using import form_for, layout_for, must_stay, placed
from rxcrm.models.lead import Lead
from rxcrm.models.shaping import customs
from rxcrm.models.tables import record_table
from rxcrm.state.forms import form_view, shape
from rxcrm.state.records import save_form, save_typed
from tests.office import Office

SELLERS, MANAGERS = frozenset({"salesperson"}), frozenset({"sales_manager"})


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    configuration.reset()
    yield
    configuration.reset()


def shipped(entity: str = "lead") -> dict[str, Any]:
    return copy.deepcopy(written(SHIPPED[entity]))


def section(layout: dict[str, Any], key: str) -> dict[str, Any]:
    return next(
        one
        for tab in layout["tabs"]
        for column in [*tab["columns"], tab.get("below", [])]
        for one in column
        if one["key"] == key
    )


def place(layout: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    return next(one for one in section(layout, key)["fields"] if one["field"] == name)


def publish(office: Office, layout: dict[str, Any], form_id: int = 0, version: int = 0, **more: Any) -> Form:
    act = office.act(office.ada)
    form = editing.publish(act, "lead", form_id, version, {"layout": layout, **more})
    office.commit()
    office.act(office.ada)  # follows the configuration
    return form


# -- what ships ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", sorted(SHIPPED))
def test_the_shipped_form_names_fields_and_parts_that_there_are_and_nothing_that_must_stay_is_missing(
    entity: str,
) -> None:
    layout = SHIPPED[entity]
    assert editing._sound(entity, layout) == layout == read(written(layout), layout)
    assert layout.parts <= set(OFFERED[entity])
    assert must_stay(entity) <= {found.field for found in layout.body}
    assert form_for(entity, SELLERS) is None and layout_for(entity, SELLERS) is layout


def test_topic_and_last_name_must_stay_on_the_form_of_a_lead() -> None:
    assert must_stay("lead") == {"topic", "last_name"}


# -- draft, publish, discard, restore --------------------------------------------------------------------------------


def test_a_draft_is_seen_by_nobody_until_it_is_published(office: Office) -> None:
    layout = shipped()
    section(layout, "contact")["fields"].reverse()
    draft = editing.draft(office.act(office.ada), "lead", 0, 0, {"layout": layout})
    office.commit()
    office.act(office.ada)
    assert form_for("lead", SELLERS) is None
    assert editing.opened(office.act(office.ada), "lead", 0).layout == layout
    publish(office, layout, draft.id or 0, draft.version)
    assert layout_for("lead", SELLERS).tabs[0].columns[0][0].places[0].field == "email"
    shown = shape("en", SELLERS)["forms"]["lead"]
    assert shown["tabs"][0]["columns"][0][0]["fields"][0] == {"field": "email"}
    assert shown["tabs"][0]["label"] == "Summary"


def test_a_discarded_draft_leaves_the_form_as_it_was(office: Office) -> None:
    layout = shipped()
    layout["tabs"].reverse()
    draft = editing.draft(office.act(office.ada), "lead", 0, 0, {"layout": layout})
    assert not editing.discard(office.act(office.ada), "lead", draft.id or 0, draft.version)
    opened = editing.opened(office.act(office.ada), "lead", 0)
    assert (opened.drafted, opened.layout) == (False, shipped())


def test_the_shipped_form_published_again_is_the_shipped_one(office: Office) -> None:
    layout = shipped()
    layout["tabs"].reverse()
    form = publish(office, layout)
    assert form_for("lead", SELLERS) is not None
    form = publish(office, shipped(), form.id or 0, form.version)
    assert form.layout is None and form_for("lead", SELLERS) is None and shape("en", SELLERS) == {}


def test_of_two_administrators_the_second_one_is_told_who_was_faster_and_loses_nothing(office: Office) -> None:
    form = publish(office, shipped())
    mine = shipped()
    mine["tabs"].reverse()
    seen = form.version
    publish(office, shipped(), form.id or 0, seen)
    with pytest.raises(Stale, match="Ada changed this form while you were working on it"):
        editing.publish(office.act(office.ada), "lead", form.id or 0, seen, {"layout": mine})
    now = editing.opened(office.act(office.ada), "lead", form.id or 0)
    assert now.layout == shipped() and now.version == seen + 1
    publish(office, mine, form.id or 0, now.version)
    assert layout_for("lead", SELLERS).tabs[0].key == "related"


def test_both_begin_with_the_shipped_form_and_only_one_publishes(office: Office) -> None:
    publish(office, shipped())
    with pytest.raises(Stale):
        editing.publish(office.act(office.ada), "lead", 0, 0, {"layout": shipped()})


def test_a_form_that_somebody_deleted_meanwhile_says_so(office: Office) -> None:
    form = editing.add(office.act(office.ada), "lead", "Call centre", ["salesperson"])
    editing.delete(office.act(office.ada), "lead", form.id or 0)
    with pytest.raises(Stale, match="deleted this form"):
        editing.draft(office.act(office.ada), "lead", form.id or 0, 1, {"layout": shipped()})


@pytest.mark.parametrize(
    "verb", ["listed", "opened", "draft", "publish", "discard", "add", "move", "set_active", "delete"]
)
def test_only_administrators_shape_forms(office: Office, verb: str) -> None:
    rest: dict[str, tuple[Any, ...]] = {
        "listed": (),
        "opened": (0,),
        "draft": (0, 0, {"layout": shipped()}),
        "publish": (0, 0, {"layout": shipped()}),
        "discard": (0, 0),
        "add": ("Mine", ["salesperson"]),
        "move": (1, 1),
        "set_active": (1, False),
        "delete": (1,),
    }
    with pytest.raises(NotAllowed):
        getattr(editing, verb)(office.act(office.mia), "lead", *rest[verb])


# -- for roles -------------------------------------------------------------------------------------------------------


def test_everybody_gets_the_first_form_that_fits_a_role_of_his(office: Office) -> None:
    act = office.act(office.ada)
    sellers = editing.add(act, "lead", "Call centre", ["salesperson"])
    assert form_for("lead", SELLERS) is None
    both = editing.add(office.act(office.ada), "lead", "Field", ["salesperson", "sales_manager"])
    for form, name, roles in (
        (sellers, "Call centre", ["salesperson"]),
        (both, "Field", ["salesperson", "sales_manager"]),
    ):
        publish(office, shipped(), form.id or 0, form.version, name=name, roles=roles)

    def names(roles: frozenset[str]) -> str:
        found = form_for("lead", roles)
        return found.name if found else "shipped"

    assert (names(SELLERS), names(MANAGERS), names(frozenset({"team_member"}))) == ("Field", "Field", "shipped")
    editing.move(office.act(office.ada), "lead", both.id or 0, 1)
    office.commit()
    office.act(office.ada)
    assert (names(SELLERS), names(MANAGERS)) == ("Call centre", "Field")
    editing.set_active(office.act(office.ada), "lead", sellers.id or 0, False)
    office.commit()
    office.act(office.ada)
    assert names(SELLERS) == "Field"
    assert [(row.name, row.active) for row in editing.listed(office.act(office.ada), "lead")] == [
        ("Call centre", False),
        ("Field", True),
        ("Form for everybody", True),
    ]


def test_a_form_for_roles_needs_a_name_of_its_own_and_a_role(office: Office) -> None:
    for name, roles in (("", ["salesperson"]), ("Mine", []), ("Mine", ["king"]), ("x" * 101, ["salesperson"])):
        with pytest.raises(BadValue):
            editing.add(office.act(office.ada), "lead", name, roles)
    editing.add(office.act(office.ada), "lead", "Mine", ["salesperson"])
    with pytest.raises(BadValue, match="Another form"):
        editing.add(office.act(office.ada), "lead", "mine", ["salesperson"])


def test_the_form_for_everybody_comes_last_and_always_is(office: Office) -> None:
    form = publish(office, shipped())
    for refused in (editing.delete, editing.set_active, editing.move):
        more = {editing.delete: (), editing.set_active: (False,), editing.move: (1,)}[refused]
        with pytest.raises(NotAllowed):
            refused(office.act(office.ada), "lead", form.id or 0, *more)  # type: ignore[operator]


def test_a_discarded_form_that_nobody_published_is_gone(office: Office) -> None:
    form = editing.add(office.act(office.ada), "lead", "Mine", ["salesperson"])
    assert editing.discard(office.act(office.ada), "lead", form.id or 0, form.version)
    assert [row.name for row in editing.listed(office.act(office.ada), "lead")] == ["Form for everybody"]


# -- what a form must and must not be --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["topic", "last_name"])
def test_topic_and_last_name_can_never_leave_nor_be_read_only(office: Office, name: str) -> None:
    layout = shipped()
    fields = section(layout, "contact")["fields"]
    fields.remove(place(layout, "contact", name))
    with pytest.raises(BadValue, match="can never leave a form"):
        publish(office, layout)
    layout = shipped()
    place(layout, "contact", name)["locked"] = True
    with pytest.raises(BadValue, match="can never be read-only"):
        publish(office, layout)


def test_the_header_alone_is_no_place_for_what_must_stay(office: Office) -> None:
    layout = shipped()
    fields = section(layout, "contact")["fields"]
    fields.remove(place(layout, "contact", "topic"))
    layout["header"][0] = {"field": "topic"}
    with pytest.raises(BadValue, match="can never leave a form"):
        publish(office, layout)


def test_a_field_or_a_part_stands_on_a_form_once_and_must_exist(office: Office) -> None:
    layout = shipped()
    section(layout, "company")["fields"].append({"field": "email"})
    with pytest.raises(BadValue, match="Email stands on the form twice"):
        publish(office, layout)
    layout = shipped()
    layout["tabs"][1]["below"].append({"key": "t2", "part": "timeline"})
    with pytest.raises(BadValue, match="Timeline stands on the form twice"):
        publish(office, layout)
    layout = shipped()
    section(layout, "company")["fields"].append({"field": "shoe_size"})
    with pytest.raises(BadValue, match="shoe_size"):
        publish(office, layout)


def test_new_tabs_and_sections_need_a_name(office: Office) -> None:
    layout = shipped()
    layout["tabs"].append({"key": "t9", "columns": [[]]})
    with pytest.raises(BadValue, match="Give every tab a name"):
        publish(office, layout)
    layout["tabs"][-1]["labels"] = {"en": "Extras"}
    layout["tabs"][-1]["columns"][0].append({"key": "s9", "fields": []})
    with pytest.raises(BadValue, match="Give every section a title"):
        publish(office, layout)
    section(layout, "s9")["labels"] = {"en": "Odds"}
    publish(office, layout)
    assert shape("en", SELLERS)["forms"]["lead"]["tabs"][-1]["columns"][0][0]["label"] == "Odds"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["header", "tabs", "columns", "below", "key", "fields", "field", "labels", "part"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(json_values)
@settings(deadline=None)
def test_whatever_is_sent_is_a_form_or_refused_with_a_sentence(sent: Any) -> None:
    try:
        layout = editing._sound("lead", read(sent, SHIPPED["lead"]))
    except CrmError as refusal:
        assert refusal.text()
    else:
        assert read(written(layout), SHIPPED["lead"]) == layout


def test_there_is_no_form_of_another_table(office: Office) -> None:
    with pytest.raises(NotFound):
        editing.listed(office.act(office.ada), "activity")


# -- saving from a form ----------------------------------------------------------------------------------------------


def strict(office: Office, **marks: Any) -> None:
    """A form that requires the e-mail address and only shows the phone number, with other names."""
    layout = shipped()
    place(layout, "contact", "email").update(required=True, labels={"en": "Work address"})
    place(layout, "contact", "business_phone").update(locked=True)
    publish(office, layout)


def save(office: Office, typed: dict[str, str], lead: Lead | None = None, **given_: str) -> int:
    row = lead
    return save_form(
        office.act(office.sara), "lead", row.id or 0 if row else 0, row.version if row else 0, typed, True, given_
    )


def test_what_a_form_requires_has_to_be_filled_in_a_new_record_and_an_old_one(office: Office) -> None:
    lead = office.lead(office.sara)
    strict(office)
    with pytest.raises(Invalid) as refusal:
        save(office, {"topic": "Lamps", "last_name": "Doe"})
    assert refusal.value.by_field() == {"email": "Work address is required."}
    office.session.rollback()
    with pytest.raises(Invalid):
        save(office, {"topic": "Lamps"}, lead)
    office.session.rollback()
    saved = save(office, {"topic": "Lamps", "email": "a@b.pl"}, lead)
    assert office.session.get_one(Lead, saved).topic == "Lamps"


def test_what_a_form_only_shows_cannot_be_typed_over(office: Office) -> None:
    lead = office.lead(office.sara, email="a@b.pl", business_phone="+48 22 123 45 67")
    strict(office)
    with pytest.raises(Invalid) as refusal:
        save(office, {"business_phone": "1"}, lead)
    assert refusal.value.by_field() == {"business_phone": "Business Phone is read-only on this form."}
    save(office, {"business_phone": lead.business_phone, "topic": "Lamps"}, lead)
    assert lead.topic == "Lamps"


def test_what_the_address_of_a_new_record_gave_may_stay_in_a_field_that_is_only_shown(office: Office) -> None:
    strict(office)
    typed = {"topic": "Lamps", "last_name": "Doe", "email": "a@b.pl", "business_phone": "221234567"}
    with pytest.raises(Invalid):
        save(office, typed)
    office.session.rollback()
    assert save(office, typed, business_phone="221234567")


def test_cells_of_lists_imports_and_programs_know_no_form(office: Office) -> None:
    lead = office.lead(office.sara)
    strict(office)
    save_typed(office.act(office.sara), "lead", lead.id or 0, lead.version, {"business_phone": "1"})
    assert records.create(office.act(office.sara), Lead, {"topic": "x", "last_name": "y"}).email == ""


def test_the_form_of_another_role_asks_for_nothing(office: Office) -> None:
    layout = shipped()
    place(layout, "contact", "email")["required"] = True
    form = editing.add(office.act(office.ada), "lead", "Managers", ["sales_manager"])
    publish(office, layout, form.id or 0, form.version, name="Managers", roles=["sales_manager"])
    assert save(office, {"topic": "Lamps", "last_name": "Doe"})


def test_a_field_that_left_the_form_keeps_what_records_hold(office: Office) -> None:
    lead = office.lead(office.sara, website="https://contoso.com")
    layout = shipped()
    section(layout, "company")["fields"].remove({"field": "website"})
    publish(office, layout)
    assert "website" not in placed("lead", layout_for("lead", SELLERS))
    save(office, {"topic": "Lamps"}, lead)
    assert lead.website == "https://contoso.com"


# -- custom fields ---------------------------------------------------------------------------------------------------


def test_custom_fields_stand_under_more_until_they_are_placed(office: Office) -> None:
    customs.add(office.act(office.ada), "lead", {"kind": "text", "label": "Region"})
    office.commit()
    office.act(office.ada)
    assert "x_region" in placed("lead", SHIPPED["lead"])
    layout = shipped()
    section(layout, "company")["fields"].append({"field": "x_region", "required": True})
    publish(office, layout)
    assert placed("lead", layout_for("lead", SELLERS))["x_region"].required
    with pytest.raises(Invalid):
        save(office, {"topic": "Lamps", "last_name": "Doe"})


def test_a_required_custom_field_has_to_be_placed_and_one_that_is_required_later_is_not_asked_for_unseen(
    office: Office,
) -> None:
    field = customs.add(office.act(office.ada), "lead", {"kind": "text", "label": "Region", "level": "required"})
    layout = shipped()
    layout["tabs"][1]["below"] = []
    with pytest.raises(BadValue, match="Region is required: place it on the form"):
        publish(office, layout)
    office.session.rollback()
    field = customs.add(office.act(office.ada), "lead", {"kind": "text", "label": "Region"})
    publish(office, layout)
    customs.change(office.act(office.ada), field.id or 0, {"level": "required"})
    office.commit()
    assert save(office, {"topic": "Lamps", "last_name": "Doe"})


def test_a_field_out_of_use_is_not_shown_and_comes_back_to_its_place(office: Office) -> None:
    field = customs.add(office.act(office.ada), "lead", {"kind": "text", "label": "Region"})
    layout = shipped()
    section(layout, "company")["fields"].insert(0, {"field": "x_region"})
    form = publish(office, layout)
    customs.deactivate(office.act(office.ada), field.id or 0)
    office.commit()
    office.act(office.ada)
    first = form_view("lead", layout_for("lead", SELLERS))["tabs"][0]["columns"][0][1]["fields"][0]
    assert first == {"field": "company_name"}
    kept = editing.opened(office.act(office.ada), "lead", form.id or 0).layout
    publish(office, kept, form.id or 0, form.version)
    customs.activate(office.act(office.ada), field.id or 0)
    office.commit()
    office.act(office.ada)
    assert (
        form_view("lead", layout_for("lead", SELLERS))["tabs"][0]["columns"][0][1]["fields"][0]["field"] == "x_region"
    )


def test_a_field_that_is_gone_for_good_is_left_out_of_the_editor(office: Office) -> None:
    field = customs.add(office.act(office.ada), "lead", {"kind": "text", "label": "Region"})
    layout = shipped()
    section(layout, "company")["fields"].insert(0, {"field": "x_region"})
    form = publish(office, layout)
    assert customs.delete(office.act(office.ada), field.id or 0)[1]
    office.commit()
    opened = editing.opened(office.act(office.ada), "lead", form.id or 0)
    assert opened.layout == shipped()
    publish(office, opened.layout, form.id or 0, opened.version)


def test_yes_or_no_and_what_the_system_writes_cannot_be_required_by_a_form(office: Office) -> None:
    layout = shipped()
    place(layout, "contact_method", "do_not_email")["required"] = True
    section(layout, "company")["fields"].append({"field": "created_on", "required": True})
    form = publish(office, layout)
    assert "required" not in place(form.layout or {}, "contact_method", "do_not_email")
    assert record_table("lead") is Lead and save(office, {"topic": "Lamps", "last_name": "Doe"})
