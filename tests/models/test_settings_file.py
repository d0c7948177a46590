"""All settings as one file: out, into another installation, and back; nothing that is wrong is applied (issue 6, part 5)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func
from sqlmodel import select

from rxcrm.models import (
    composing,
    configuration,
    db,
    process_editing,
    publishing,
    references,
    saved_views,
    security_roles,
    teams,
    territories,
)
from rxcrm.models.assignment import people as working
from rxcrm.models.assignment import rules as assignment
from rxcrm.models.assignment.tables import AssignmentRule
from rxcrm.models.campaign import Campaign
from rxcrm.models.charting import dashboards, saved
from rxcrm.models.charting.charts import Category, Chart, to_json
from rxcrm.models.choices import Role
from rxcrm.models.column_security import profiles
from rxcrm.models.connections import roles as connections
from rxcrm.models.currencies import keeping as currency_settings
from rxcrm.models.errors import NotAllowed, Stale
from rxcrm.models.fields import fields_of
from rxcrm.models.filters.conditions import Group, Test, spelled, written
from rxcrm.models.forms import editing
from rxcrm.models.forms.layout import written as laid_out
from rxcrm.models.forms.shipped import SHIPPED
from rxcrm.models.lead import Lead
from rxcrm.models.mail import templates
from rxcrm.models.matching import rules as matching
from rxcrm.models.people import Organisation, SecurityRole
from rxcrm.models.qualifying import pairing
from rxcrm.models.saved_view import SavedView
from rxcrm.models.scoring import rules as scoring
from rxcrm.models.scoring.tables import ScoreRule
from rxcrm.models.settings_file import carrying, file, keeping
from rxcrm.models.settings_file.carrying import Refused, Weighed
from rxcrm.models.settings_file.file import BadFile
from rxcrm.models.settings_file.parts import ALL, AS_SHIPPED, parts
from rxcrm.models.settings_file.tables import SettingsFile
from rxcrm.models.shaping import customs, options
from rxcrm.models.system_views import all_of, default_key
from rxcrm.models.tagging import administering as tag_settings
from tests.conftest import BOTH, SQLITE
from tests.office import Office

REGION = Group((Test("x_region", "eq", ("North",)),))


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    configuration.reset()
    yield
    configuration.reset()


@pytest.fixture(params=BOTH)
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """Another installation with the same people, of either kind of database."""
    if request.param == SQLITE:
        path = tmp_path / "elsewhere.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        engine, gone = db.make_engine(f"sqlite:///{path}"), None
    else:
        run, name = request.getfixturevalue("postgres_run"), "office_elsewhere"
        run(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgres_template')}")
        engine, gone = db.make_engine(request.getfixturevalue("postgres") + name), f"DROP DATABASE {name} WITH (FORCE)"
    with Office(engine) as other:
        yield other
    engine.dispose()
    if gone:
        run(gone)


def done(office: Office, verb: Any, *args: Any, **more: Any) -> Any:
    """Let Ada do something; whoever acts next knows of it."""
    result = verb(office.act(office.ada), *args, **more)
    office.commit()
    office.act(office.ada)
    return result


def at(engine: Engine) -> None:
    """Everything that follows runs on this database."""
    db.use(engine)


def shape_much(office: Office) -> None:
    """One of everything that an administrator can shape, with references between them."""
    office.settle(private=True, fiscal_month=4)
    done(office, options.add, "LeadSource", {"label_en": "Podcast", "label_pl": "Podkast", "colour": "teal"})
    done(office, options.change, "Rating", 1, {"label_en": "Boiling"})
    done(office, options.deactivate, "Industry", 3)
    reason = done(office, options.add, "LeadReason", {"label_en": "No budget", "status": "2"})
    done(office, options.place, "LeadReason", reason, 4)
    done(office, customs.add, "lead", {"kind": "text", "label": "Region", "help": "Where they sit", "length": "40"})
    done(office, customs.add, "lead", {"kind": "choice", "label": "Size", "options": "Small\nLarge"})
    done(office, customs.add, "account", {"kind": "money", "label": "Credit", "low": "0", "high": "1000.5"})
    done(office, customs.add, "lead", {"kind": "lookup", "label": "Partner", "target": "account"})
    role = done(office, security_roles.add, {"name": "Trainee", "like": Role.SALESPERSON.value}).key
    done(office, security_roles.change, Role.TEAM_MEMBER.value, 0, {"lead.read": "2"})
    layout = laid_out(SHIPPED["lead"])
    layout["tabs"][0]["columns"][0][0]["fields"].append({"field": "x_region", "labels": {"en": "Part of the country"}})
    done(office, editing.publish, "lead", 0, 0, {"layout": layout})
    form = done(office, editing.add, "lead", "Short", [role])
    done(office, editing.publish, "lead", form.id, form.version, {"name": "Short", "roles": [role], "layout": layout})
    stages = process_editing.opened(office.act(office.ada), "lead_to_opportunity").stages
    stages[0]["steps"][0]["required"] = True
    done(office, process_editing.save, "lead_to_opportunity", 0, {"labels": {}, "roles": [], "stages": stages})
    key = done(office, process_editing.add, "opportunity", {"en": "Tender"}).key
    done(office, process_editing.set_active, key, True)
    where = written(Group((Test("owner", "in", (f"user:{office.sara.id}", f"team:{office.fair.id}")), *REGION.parts)))
    definition = {"where": where, "columns": ["name", "x_region"], "sort": [["created_on", True]]}
    view = done(office, publishing.add, "lead", "The north", definition)
    done(office, publishing.publish, "lead", f"v{view.id}", 1)
    done(office, publishing.hide, "lead", all_of("lead")[3].key, 0, True)
    done(office, publishing.arrange, "lead", [f"v{view.id}"])
    done(office, publishing.begin_with, "lead", role, f"v{view.id}")
    done(office, saved.save, to_json(Chart("", "", "lead", Category("x_size"))), "By size", system=True)
    tile = {"kind": "list", "entity": "lead", "view": f"v{view.id}", "where": where}
    done(office, dashboards.create, "Our day", [tile], system=True)
    made = done(office, matching.add, {"name": "Same region", "compare1": "mail", "compare2": "exact", "field2": "x_region", "other2": "x_region"})  # fmt: skip
    done(office, matching.deactivate, 1)
    done(office, matching.activate, made.id)
    done(office, working.change, office.tom.id, {"days": "0 1 2", "most_open": "7"})
    rule = {"name": "North", "condition": spelled(REGION), "how": "turns", "targets": f"user:{office.sara.id} user:{office.tom.id}"}  # fmt: skip
    done(office, assignment.activate, done(office, assignment.add, rule).id)
    done(office, assignment.choose, {"imported": "0", "fallback": f"user:{office.mia.id}"})
    done(office, scoring.add, {"label": "", "condition": spelled(REGION), "points": "15", "active": "1"})
    done(office, scoring.add, {"label": "Fair", "condition": spelled(Group((Test("lead_source", "eq", ("1000",)),))), "points": "-5", "active": "0"})  # fmt: skip
    partner = done(office, connections.add, {"name": "Partner", "category": "1", "entities": "account,contact"})
    done(office, connections.change, partner.id, {"matches": f"{partner.id},1"})
    done(office, templates.add, {"name": "Hello", "entity": "lead", "subject": "Hi {{lead.first_name}}", "body": "<p>Hello</p>"})  # fmt: skip
    shape_selling(office)


def shape_selling(office: Office) -> None:
    """Teams, tags, campaigns, territories, currencies, what a qualification copies, topics, secured fields."""
    members = f"{office.sara.id} {office.tim.id}"
    team = {"name": "Key accounts", "unit_id": str(office.unit("North").id), "roles": "salesperson", "members": members}
    done(office, teams.add, {**team, "description": "The large ones"})
    done(
        office, teams.set_disabled, done(office, teams.add, {**team, "name": "Before", "members": ""}).id, disabled=True
    )
    vip = done(office, tag_settings.add, {"name": "VIP", "colour": "teal"})
    done(office, tag_settings.let_only_administrators, True)
    fair = done(office, references.add, Campaign, {"name": "Fair", "planned_start": "2026-05-01", "budget": "1200.50"})
    done(office, references.set_active, done(office, references.add, Campaign, {"name": "Old"}), active=False)
    people = {"manager_id": str(office.mia.id), "members": f"{office.sara.id} {office.tom.id}"}
    done(office, territories.add, {"name": "North", **people})
    done(office, currency_settings.add, "PLN")
    done(office, currency_settings.set_rate, "PLN", {"rate": "0.23", "since": "2026-01-01"}, {})
    done(office, pairing.change, "contact", "email", "email2", "email")
    done(office, pairing.remove, "contact", "fax", "fax")
    done(office, composing.choose, {"compose_topic": "1", "topic_pattern": "{Last Name}"}, {})
    done(office, profiles.secure, ["lead.budget_amount", "lead.x_region"])
    profile = done(office, profiles.add, {"name": "Money", "description": "Who may see it"})
    held = {"lead.budget_amount": "read update", "lead.x_region": "read"}
    members = [("user", office.sara.id or 0), ("team", office.fair.id or 0)]
    done(office, profiles.change, profile.id, 1, {"name": "Money", "description": "Who may see it"}, held, members)
    tests = (Test("tags", "contain-values", (str(vip.id),)), Test("source_campaign_id", "eq", (str(fair.id),)))
    done(office, publishing.add, "lead", "Of the fair", {"where": written(Group(tests)), "columns": ["name"]})


def text_of(office: Office) -> str:
    text = file.export(office.act(office.ada))
    office.commit()
    return text


def settings_in(text: str) -> dict[str, Any]:
    found = json.loads(text)["settings"]
    assert isinstance(found, dict)
    return found


def with_settings(office: Office, **items: Any) -> bytes:
    """A file of this installation with these parts alone."""
    head = json.loads(text_of(office))
    return json.dumps({**head, "settings": items}).encode()


def weigh(office: Office, data: bytes, chosen: list[str] | None = None) -> Weighed:
    found = carrying.weigh(office.act(office.ada), file.read(data), chosen)
    office.commit()
    return found


def put(office: Office, data: bytes, chosen: list[str] | None = None, stamps: dict[str, str] | None = None) -> Weighed:
    found = keeping.import_from(office.act(office.ada), "ours.json", data, chosen, stamps)[1]
    office.commit()
    office.act(office.ada)
    return found


def problems(office: Office, **items: Any) -> list[tuple[str, str]]:
    return [(told.place, told.text) for told in weigh(office, with_settings(office, **items)).problems]


# -- round trip ------------------------------------------------------------------------------------------------------


def test_what_was_shaped_is_the_same_in_another_installation_after_export_and_import(
    office: Office, elsewhere: Office
) -> None:
    shape_much(office)
    text = text_of(office)
    at(elsewhere.engine)
    seen = weigh(elsewhere, text.encode())
    assert (seen.problems, seen.warnings) == ([], [])
    put(elsewhere, text.encode())
    assert settings_in(text_of(elsewhere)) == settings_in(text)
    # It holds: the field is there, the rule finds people of here, the view is the default of the role.
    assert fields_of(Lead)["x_region"].length == 40
    [rule] = elsewhere.session.exec(select(AssignmentRule)).all()
    assert rule.targets == [f"user:{elsewhere.sara.id}", f"user:{elsewhere.tom.id}"]
    role = elsewhere.session.exec(select(SecurityRole).where(SecurityRole.name == "Trainee")).one().key
    assert next(v.view.label for v in all_of("lead") if v.key == default_key("lead", [role])) == "The north"
    assert weigh(elsewhere, text.encode()).parts[0].unchanged == 11


def test_the_file_from_before_takes_an_import_back(office: Office, elsewhere: Office) -> None:
    shape_much(office)
    text = text_of(office)
    at(elsewhere.engine)
    before = settings_in(text_of(elsewhere))
    kept, _done = keeping.import_from(elsewhere.act(elsewhere.ada), "ours.json", text.encode())
    elsewhere.commit()
    back = put(elsewhere, kept.content.encode())
    # A rule of one's own has the place of a shipped one, and is not deleted: that is told.
    assert [told.place for told in back.warnings] == ["shipped:lead_mail"]
    before["duplicates"].pop("shipped:lead_mail")
    after = settings_in(text_of(elsewhere))
    for part, items in before.items():
        for name, value in items.items():
            if not (isinstance(value, dict) and "order" in value):  # what was added stays, and has its place
                assert after[part][name] == value, (part, name)


def test_a_second_import_changes_nothing(office: Office) -> None:
    shape_much(office)
    seen = weigh(office, text_of(office).encode())
    assert all((part.added, part.changed) == (0, 0) for part in seen.parts)
    assert {part.name for part in seen.parts} == set(parts())


def test_weighing_changes_nothing_at_all(office: Office) -> None:
    before = office.organisation.configuration
    data = with_settings(office, custom_fields={"lead/x_area": FIELD}, organisation={"name": "Other"})
    found = weigh(office, data)
    assert [(part.name, part.added, part.changed) for part in found.parts] == [
        ("organisation", 0, 1),
        ("custom_fields", 1, 0),
    ]
    assert found.parts[0].changes[0].details == ["Contoso → Other"]
    office.session.expire_all()
    assert (office.organisation.name, office.organisation.configuration) == ("Contoso", before)
    assert "x_area" not in fields_of(Lead)
    office.commit()


FIELD = {
    "kind": "text", "label": "Area", "labels": {}, "help": "", "length": 50, "low": None, "high": None, "target": "",
    "level": "", "filterable": False, "active": True,
}  # fmt: skip


def test_a_team_comes_without_who_is_not_here_and_never_into_a_unit_that_is_not(office: Office) -> None:
    team = {
        "description": "",
        "unit": "North",
        "roles": [],
        "members": ["sara@contoso.com", "x@y.com"],
        "disabled": False,
    }
    seen = put(office, with_settings(office, teams={"Key accounts": team}))
    assert [told.text for told in seen.warnings] == ["Left out, because it is not here: x@y.com."]
    listed = {one.name: one for one in teams.listed(office.act(office.ada))}
    assert (listed["Key accounts"].members, listed["Key accounts"].unit) == (["Sara"], "North")
    lost = weigh(office, with_settings(office, teams={"Fair": {**team, "unit": "South"}}))
    assert [told.text for told in lost.problems] == ["There is no unit “South”."]


# -- what does not fit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe\x00", "no text file"),
        (b"{\n\"format\":\n", "line 3"),
        (b"[]", "not a file of settings"),
        (b'{"format": "something else"}', "not a file of settings"),
        (b'{"format": "rxcrm settings"}', "which version"),
        (b'{"format": "rxcrm settings", "version": 9, "settings": {}}', "version 9"),
        (b'{"format": "rxcrm settings", "version": 1}', "damaged"),
        (b'{"format": "rxcrm settings", "version": 1, "settings": {"views": 5}}', "damaged"),
        (b'{"format": "rxcrm settings", "format": 2}', "twice"),
        (b'{"format": "rxcrm settings", "version": 1, "settings": {"views": {"a": "\\u0000"}}}', "no text"),
        (b'{"format": "rxcrm settings", "version": 1, "settings": {"views": {"a": "\\ud800"}}}', "no text"),
        (b'{"format": "rxcrm settings", "version": 1, "settings": {"views": {"a": NaN}}}', "not a file"),
        (b"[" * 100_000, "not a file"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "not a file"),
        (b" " * (file.LARGEST + 1), "10 MB"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(BadFile, match=sentence):
        file.read(data)


def test_everything_that_is_wrong_is_told_with_its_place_and_nothing_is_applied(office: Office) -> None:
    data = with_settings(
        office,
        organisation={"name": "Other", "currency": "XXX", "fiscal_month": 40, "logo": "x.png"},
        custom_fields={"lead/x_area": FIELD | {"kind": "colour"}, "lead/x_b": FIELD | {"length": 99_999}},
        duplicates={"shipped:nonsense": 5},
        views={"lead/Mine": {"definition": {"columns": ["x_gone"]}, "description": "", "hidden": False}},
    )
    with pytest.raises(Refused) as refused:
        put(office, data)
    told = {(each.part, each.place): each.text for each in refused.value.weighed.problems}
    assert told == {
        ("Organisation", "currency"): "Choose one of the list.",
        ("Organisation", "fiscal_month"): "A whole number from 0 to 31 is expected here.",
        ("Organisation", "logo"): "“logo” is not known here.",
        ("Fields", "lead/x_area › kind"): told["Fields", "lead/x_area › kind"],
        ("Fields", "lead/x_b › length"): "Length must be between 1 and 4000.",
        ("Views", "lead/Mine › columns"): "A view has 1 to 40 columns.",
        ("Duplicates", "shipped:nonsense"): "An object is expected here.",
    }
    office.session.rollback()
    assert office.organisation.name == "Contoso"
    assert office.session.exec(select(func.count()).select_from(SettingsFile)).one() == 0
    office.commit()


@pytest.mark.parametrize("rubbish", [None, 5, "x", [], [1], {"a": 1}, {"definition": 3}, True, {"order": 3}])
def test_rubbish_in_any_part_is_refused_and_breaks_nothing(office: Office, rubbish: Any) -> None:
    for part in parts().values():
        items = dict.fromkeys([*part.export(office.act(office.ada)), "lead", "lead/x_a", "shipped:main", ALL], rubbish)
        found = weigh(office, with_settings(office, **{part.name: items}))
        assert found.problems, part.name


def test_a_file_that_would_lock_everybody_out_is_refused(office: Office) -> None:
    key, nothing = "shipped:administrator", {"grants": {"lead.read": 0}}
    [(place, text)] = problems(office, security_roles={key: nothing})
    assert place == key and "keeps every privilege" in text
    [(_, text)] = problems(office, security_roles={"shipped:salesperson": {"grants": {"administer": 1}}})
    assert "no privilege" in text
    hidden = {f"lead/shipped:{v.key}": HIDDEN for v in all_of("lead")}
    assert "last view" in problems(office, views=hidden)[-1][1]
    narrow = {"labels": {}, "roles": ["shipped:salesperson"], "active": True, "stages": None}
    [(_, text)] = problems(office, processes={"lead/shipped:lead_to_opportunity": narrow})
    assert "must be for everybody" in text
    layout = laid_out(SHIPPED["lead"])
    layout["tabs"] = layout["tabs"][1:]
    [(_, text)] = problems(office, forms={"lead/shipped:main": {"layout": layout}})
    assert "can never leave a form" in text


HIDDEN = {"definition": None, "name": "", "description": "", "hidden": True}


def test_people_teams_and_roles_that_are_not_here_are_left_out_and_told(office: Office) -> None:
    rule = {"condition": {"all": []}, "how": "turns", "working": "", "most_open": None, "state": "on"}
    data = with_settings(
        office,
        assignment_rules={
            "Some": rule | {"targets": ["user:sara@contoso.com", "user:nobody@x.org"]},
            "None": rule | {"targets": ["team:Ghosts"]},
        },
        working_days={"nobody@x.org": {"days": [1], "most_open": None}},
        forms={"lead/Short": {"layout": laid_out(SHIPPED["lead"]), "roles": ["Ghost"], "active": True}},
    )
    found = put(office, data)
    assert [(told.place, told.text) for told in found.warnings if "is not here" in told.text] == [
        ("lead/Short", "Left out, because it is not here: Ghost."),
        ("nobody@x.org", "Left out, because it is not here: nobody@x.org."),
        ("Some", "Left out, because it is not here: user:nobody@x.org."),
        ("None", "Left out, because it is not here: team:Ghosts."),
    ]
    [row] = office.session.exec(select(AssignmentRule)).all()
    assert (row.name, row.targets) == ("Some", [f"user:{office.sara.id}"])
    office.commit()


def test_a_filter_over_people_who_are_not_here_never_becomes_wider(office: Office) -> None:
    where = {"all": [{"field": "owner", "operator": "eq", "values": ["user:nobody@x.org"]}]}
    view = {"definition": {"where": where, "columns": ["name"]}, "description": "", "hidden": False}
    found = put(office, with_settings(office, views={"lead/Nobody's": view}))
    assert "was left out" in found.warnings[-1].text
    assert all(v.view.label != "Nobody's" for v in all_of("lead"))


def test_a_filter_over_one_record_is_taken_over_only_where_the_file_comes_from_here(office: Office) -> None:
    account = office.account()
    office.commit()
    where = {"all": [{"field": "existing_account_id", "operator": "eq", "values": [str(account.id)]}]}
    view = {"definition": {"where": where, "columns": ["name"]}, "description": "", "hidden": False}
    data = with_settings(office, views={"lead/Theirs": view})
    strange = json.loads(data) | {"installation": "another"}
    assert "was left out" in weigh(office, json.dumps(strange).encode()).warnings[-1].text
    assert put(office, data).warnings == []
    row = office.session.exec(select(SavedView).where(SavedView.name == "Theirs")).one()
    assert row.definition and row.definition["where"]["all"][0]["values"] == [str(account.id)]
    office.commit()


def test_an_option_whose_number_is_taken_here_gets_another_and_its_filters_follow(
    office: Office, elsewhere: Office
) -> None:
    done(office, options.add, "LeadSource", {"label_en": "Podcast"})
    fair = spelled(Group((Test("lead_source", "in", ("1000", "8")),)))
    done(office, scoring.add, {"label": "Podcast", "condition": fair, "points": "5", "active": "1"})
    text = text_of(office)
    at(elsewhere.engine)
    done(elsewhere, options.add, "LeadSource", {"label_en": "Billboard"})
    put(elsewhere, text.encode(), ["option_lists", "lead_score"])
    labels = {int(o): str(o.label) for o in options.options_of("LeadSource")}
    assert (labels[1000], labels[1001]) == ("Billboard", "Podcast")
    rule = elsewhere.session.exec(select(ScoreRule)).one()
    assert rule.condition["all"][0]["values"] == ["1001", "8"]
    elsewhere.commit()


def test_labels_in_languages_that_are_not_installed_are_left_out_and_told(office: Office) -> None:
    field = FIELD | {"labels": {"en": "Area", "xx": "Aaaa"}}
    found = put(office, with_settings(office, custom_fields={"lead/x_area": field}))
    assert "xx" in found.warnings[0].text
    assert fields_of(Lead)["x_area"].label.by_language == {"en": "Area"}  # type: ignore[attr-defined]


def test_a_field_of_another_kind_stays_as_it_is(office: Office) -> None:
    done(office, customs.add, "lead", {"kind": "whole", "label": "Area"})
    [(place, text)] = problems(office, custom_fields={"lead/x_area": FIELD})
    assert place == "lead/x_area" and "another kind" in text


def test_a_part_that_this_rxcrm_does_not_know_is_told_and_left_out(office: Office) -> None:
    found = weigh(office, with_settings(office, weather={"a": 1}, organisation={"name": "Contoso"}))
    assert [(told.part, told.text) for told in found.warnings] == [
        ("weather", "This part is not known here and is left out.")
    ]


# -- choosing, and two at once ---------------------------------------------------------------------------------------


def test_only_the_parts_that_were_ticked_are_imported(office: Office) -> None:
    data = with_settings(office, organisation={"name": "Other"}, custom_fields={"lead/x_area": FIELD})
    put(office, data, ["custom_fields"])
    assert "x_area" in fields_of(Lead) and office.organisation.name == "Contoso"
    with pytest.raises(NotAllowed, match="at least one part"):
        put(office, data, [])
    office.session.rollback()


def test_what_another_administrator_changed_since_the_preview_is_told(office: Office) -> None:
    data = with_settings(office, organisation={"name": "Other"})
    seen = weigh(office, data)
    office.settle(name="Northwind")
    office.commit()
    with pytest.raises(Stale, match="preview"):
        put(office, data, stamps={part.name: part.stamp for part in seen.parts})
    office.session.rollback()
    put(office, data, stamps={part.name: part.stamp for part in weigh(office, data).parts})
    assert office.organisation.name == "Other"
    office.commit()


def test_an_import_holds_at_once_and_everybody_hears_of_it(office: Office) -> None:
    act = office.act(office.ada)
    keeping.import_from(act, "a.json", with_settings(office, custom_fields={"lead/x_area": FIELD}))
    assert configuration.TOPIC in act.topics
    assert "x_area" not in fields_of(Lead)  # until it is committed
    office.commit()
    assert "x_area" in fields_of(Lead)


def test_an_import_that_breaks_off_leaves_nothing_behind(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(templates, "add", fail)
    template = {"entity": "lead", "subject": "", "body": "", "active": True}
    data = with_settings(office, organisation={"name": "Other"}, mail_templates={"A": template})
    act = office.act(office.ada)
    with pytest.raises(ZeroDivisionError):
        keeping.import_from(act, "a.json", data)
    assert act.topics == set()
    office.commit()
    assert office.session.exec(select(Organisation)).one().name == "Contoso"
    office.commit()


# -- kept files ------------------------------------------------------------------------------------------------------


def test_a_file_waits_for_whoever_took_it_in_and_goes_when_it_is_imported(office: Office) -> None:
    act = office.act(office.ada)
    first = keeping.take_in(act, "a.json", with_settings(office, organisation={"name": "Other"}))
    first = keeping.take_in(act, "b.json", with_settings(office, organisation={"name": "Other"}))
    assert office.session.exec(select(func.count()).select_from(SettingsFile)).one() == 1
    seen = keeping.weigh(act, first.id or 0)
    made = keeping.carry_out(act, first.id or 0, ["organisation"], {"organisation": seen.parts[0].stamp})
    assert [(k.id, k.name, k.who, k.parts) for k in keeping.listed(act)] == [
        (made.id, "b.json", "Ada", ["Organisation"])
    ]
    assert settings_in(made.content)["organisation"]["name"] == "Contoso"
    office.commit()


def test_a_file_without_settings_is_not_even_kept(office: Office) -> None:
    with pytest.raises(BadFile):
        keeping.take_in(office.act(office.ada), "a.json", b"{}")
    office.commit()


def test_only_so_many_files_from_before_are_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 2)
    for name in ("A", "B", "C"):
        put(office, with_settings(office, organisation={"name": name}))
    assert len(keeping.listed(office.act(office.ada))) == 2
    office.commit()


@pytest.mark.parametrize("verb", ["export", "weigh", "import_from", "take_in", "listed", "find"])
def test_only_administrators_have_anything_to_do_with_it(office: Office, verb: str) -> None:
    data = with_settings(office, organisation={"name": "Other"})
    act = office.act(office.vera)
    calls: dict[str, Any] = {
        "export": lambda: file.export(act),
        "weigh": lambda: carrying.weigh(act, file.read(data)),
        "import_from": lambda: keeping.import_from(act, "a.json", data),
        "take_in": lambda: keeping.take_in(act, "a.json", data),
        "listed": lambda: keeping.listed(act),
        "find": lambda: keeping.find(act, 1),
    }
    with pytest.raises(NotAllowed):
        calls[verb]()
    office.session.rollback()


# -- what is in it ---------------------------------------------------------------------------------------------------


def test_a_file_holds_no_secrets_no_records_and_no_users(office: Office) -> None:
    from rxcrm.models.exchange import registering

    office.lead(office.sara, topic="Secret deal", last_name="Kowalska")
    secret = "Very~Secret.Value-123"
    registered = {"tenant": "contoso.com", "client_id": "00000003-0000-0ff1-ce00-000000000000", "secret": secret}
    done(office, registering.save, registered)
    text = text_of(office)
    assert "contoso.com" in text
    for word in (secret, "Secret deal", "Kowalska", "argon2", "ada@contoso.com", office.ada.password_hash):
        assert word not in text
    sealed = office.session.exec(select(registering.ExchangeApp)).one().secret
    assert sealed and sealed not in text
    office.commit()


def test_a_file_is_sorted_and_readable(office: Office) -> None:
    text = text_of(office)
    found = json.loads(text)
    assert [*found][:2] == ["format", "version"] and (found["format"], found["version"]) == ("rxcrm settings", 1)
    assert [*found["settings"]] == sorted(parts())
    assert found["settings"]["forms"]["lead/shipped:main"] == AS_SHIPPED
    assert text.count("\n") > 100


def test_what_users_keep_for_themselves_is_no_part_of_it(office: Office) -> None:
    definition = {"where": None, "columns": ["name"], "sort": []}
    saved_views.save_as(office.act(office.sara), "lead", "Mine alone", definition)
    dashboards.create(office.act(office.sara), "My board")
    saved.save(office.act(office.sara), to_json(Chart("", "", "lead", Category("rating"))), "My chart")
    text = text_of(office)
    assert all(word not in text for word in ("Mine alone", "My board", "My chart"))
