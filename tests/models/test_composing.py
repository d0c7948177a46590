"""The topic of a new lead that nobody typed (S 3.12)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from rxcrm.models import composing, configuration, records
from rxcrm.models.account import Account
from rxcrm.models.errors import Invalid, NotAllowed
from rxcrm.models.importing import files, intake
from rxcrm.models.importing.topics import PRESET
from rxcrm.models.lead import Lead
from rxcrm.models.shaping import customs
from rxcrm.state import forms
from tests.models.import_files import bring_in, csv_file
from tests.office import Office

ON = {"compose_topic": "1", "topic_pattern": PRESET}


@pytest.fixture(autouse=True)
def forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "imports"
    folder.mkdir()
    monkeypatch.setattr(files, "folder", lambda: folder)
    yield
    configuration.reset()


def choose(office: Office, seen: dict[str, str] | None = None, **typed: str) -> None:
    composing.choose(office.act(office.ada), typed or ON, seen or {})
    office.act(office.ada)


def lead(office: Office, **typed: str) -> Lead:
    return records.create(office.act(office.sara), Lead, typed)


def test_it_is_off_as_shipped(office: Office) -> None:
    assert composing.pattern() == "" and composing.parts() == []
    with pytest.raises(Invalid) as problem:
        lead(office, last_name="Lee", company_name="Adatum")
    assert problem.value.by_field() == {"topic": "Topic is required."}
    assert composing.settings_of(office.act(office.ada)) == {"compose_topic": "0", "topic_pattern": PRESET}


def test_a_lead_without_a_topic_gets_a_composed_one(office: Office) -> None:
    choose(office)
    made = lead(office, first_name="Ann", last_name="Lee", company_name="Adatum")
    assert made.topic == "Adatum - Ann Lee" and made.topic_key == "adatum - ann lee"
    assert lead(office, last_name="Lee", topic="  ").topic == "Lee"


def test_what_was_typed_wins(office: Office) -> None:
    choose(office)
    assert lead(office, last_name="Lee", company_name="Adatum", topic="Forty pallets").topic == "Forty pallets"


def test_where_nothing_can_be_composed_the_topic_is_required(office: Office) -> None:
    choose(office, compose_topic="1", topic_pattern="{Company Name} ({City})")
    with pytest.raises(Invalid) as problem:
        lead(office, last_name="Lee")
    assert problem.value.by_field() == {"topic": "Topic is required."}


def test_a_missing_last_name_is_told_as_ever(office: Office) -> None:
    choose(office)
    with pytest.raises(Invalid) as problem:
        lead(office, company_name="Adatum")
    assert problem.value.by_field() == {"last_name": "Last Name is required."}


def test_options_amounts_and_look_ups_are_spelled_out(office: Office) -> None:
    pattern = "{Rating} / {Existing Account?} / {Est. Value} / {Marketing Material}"
    choose(office, compose_topic="1", topic_pattern=pattern)
    office.commit()
    account = records.create(office.act(office.sara), Account, {"name": "Contoso"})
    typed = {"last_name": "L", "existing_account_id": str(account.id), "estimated_amount": "1200", "currency": "EUR"}
    assert lead(office, **typed).topic == "Warm / Contoso / €1,200.00"
    assert lead(office, **{**typed, "currency": "USD"}).topic == "Warm / Contoso / $1,200.00"


def test_a_value_that_is_wrong_is_told_at_its_own_field(office: Office) -> None:
    choose(office, compose_topic="1", topic_pattern="{Est. Value} {Last Name}")
    with pytest.raises(Invalid) as problem:
        lead(office, last_name="Lee", estimated_amount="many")
    assert set(problem.value.by_field()) == {"estimated_amount"}


def test_custom_fields_can_stand_in_the_pattern_and_it_rests_without_them(office: Office) -> None:
    made = customs.add(office.act(office.ada), "lead", {"label": "Sites", "kind": "whole", "low": "0", "high": "99"})
    office.act(office.ada)
    choose(office, compose_topic="1", topic_pattern="{Last Name}: {Sites} sites")
    assert lead(office, last_name="Lee", x_sites="12").topic == "Lee: 12 sites"
    customs.deactivate(office.act(office.ada), made.id or 0)
    office.act(office.ada)
    with pytest.raises(Invalid):
        lead(office, last_name="Lee")


def test_a_long_topic_is_cut(office: Office) -> None:
    choose(office, compose_topic="1", topic_pattern="{Company Name} {Street 1} {Last Name}")
    made = lead(office, last_name="Lee", company_name="A" * 100, street1="B" * 250)
    assert len(made.topic) == 300


def test_an_existing_lead_still_needs_its_topic(office: Office) -> None:
    choose(office)
    row = office.lead(topic="T", last_name="Lee", company_name="Adatum")
    with pytest.raises(Invalid):
        records.save(office.act(office.sara), row, {"topic": ""})


def test_other_tables_are_none_of_its_business(office: Office) -> None:
    choose(office)
    with pytest.raises(Invalid):
        records.create(office.act(office.sara), Account, {"city": "Kraków"})


# -- imports ---------------------------------------------------------------------------------------------------------


def test_rows_without_a_topic_get_the_one_of_the_organisation(office: Office, tmp_path: Path) -> None:
    choose(office, compose_topic="1", topic_pattern="{Last Name} / {City}")
    office.commit()
    rows = [["Topic", "Last Name", "City"], ["", "Lee", "Kraków"], ["Forty pallets", "Vos", "Venlo"]]
    _run, books = bring_in(office, office.who(office.mia), csv_file(tmp_path, rows))
    assert books.accepted == 2
    assert sorted(office.session.exec(select(Lead.topic))) == ["Forty pallets", "Lee / Kraków"]


def test_an_import_that_updates_leaves_topics_alone(office: Office, tmp_path: Path) -> None:
    known = office.lead(topic="Forty pallets", last_name="Lee", email="ann@adatum.example")
    choose(office)
    office.commit()
    rows = [["Topic", "Last Name", "Email"], ["", "Lee-Vos", "ann@adatum.example"]]
    bring_in(office, office.who(office.mia), csv_file(tmp_path, rows), key="email")
    office.session.expire_all()
    assert (known.topic, known.last_name) == ("Forty pallets", "Lee-Vos")


def test_the_pattern_of_the_organisation_is_what_imports_begin_with(office: Office) -> None:
    assert intake.proposed("lead", ["Last Name", "City"], [[], []]).topic_pattern == PRESET
    choose(office, compose_topic="1", topic_pattern="{Last Name} / {City}")
    assert intake.proposed("lead", ["Last Name", "City"], [[], []]).topic_pattern == "{Last Name} / {City}"


# -- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("Lead", "The pattern of the topic names no field."),
        ("{Nonsense}", "The topic's pattern names {Nonsense}, which is no field."),
        ("{Topic} {Last Name}", "The topic cannot be composed of itself."),
        ("{Last Name}" + "x" * 300, "A pattern can have at most 300 characters."),
    ],
)
def test_a_pattern_that_does_not_work_is_refused(small_office: Office, pattern: str, sentence: str) -> None:
    with pytest.raises(Invalid) as problem:
        choose(small_office, compose_topic="1", topic_pattern=pattern)
    assert problem.value.by_field()["topic_pattern"].startswith(sentence)


def test_the_second_of_two_administrators_is_told(office: Office) -> None:
    seen = composing.settings_of(office.act(office.ada))
    choose(office, seen, compose_topic="1", topic_pattern="{Last Name}")
    with pytest.raises(Invalid) as problem:
        choose(office, seen, topic_pattern="{Company Name}")
    assert "Another administrator has changed this to “{Last Name}”" in problem.value.by_field()["topic_pattern"]


def test_the_preview_shows_two_leads_or_what_is_wrong(small_office: Office) -> None:
    act = small_office.act(small_office.ada)
    assert composing.examples(act, PRESET).topics == ["Adatum - Ann Lee", "Lee"]
    assert composing.examples(act, "{City}").topics == ["Kraków", composing.NOTHING]
    assert "names no field" in composing.examples(act, "none").problem
    assert ["{Company Name}", "Company Name"] in composing.places(act)


def test_only_administrators_choose_the_pattern(small_office: Office) -> None:
    act = small_office.act(small_office.mia)
    for verb, args in (
        (composing.choose, (ON, {})),
        (composing.settings_of, ()),
        (composing.examples, (PRESET,)),
        (composing.places, ()),
    ):
        with pytest.raises(NotAllowed):
            verb(act, *args)  # type: ignore[operator]


def test_forms_are_told_how_the_topic_is_composed(office: Office) -> None:
    assert "compose" not in forms.shape("en").get("fields", {}).get("lead", {}).get("topic", {})
    choose(office)
    told = forms.shape("en")["fields"]["lead"]["topic"]["compose"]
    assert told == [["", [["", False], ["company_name", True], ["", False]]], [" - ", [["", False], ["first_name", True], [" ", False], ["last_name", True], ["", False]]]]  # fmt: skip
