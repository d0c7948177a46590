"""Option lists and status reasons that administrators shape (S 9.8): renamed, coloured, ordered, added, retired."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from rxcrm import translation
from rxcrm.models import closing, configuration, disqualifying, lifecycle, reactivating, records
from rxcrm.models.access import Who
from rxcrm.models.choices import LeadReason, LeadSource, LeadStatus, OpportunityStatus, Rating
from rxcrm.models.errors import BadValue, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import Conventions, fields_of, show
from rxcrm.models.importing import examining, files, growing, runs, wizard, words
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act
from rxcrm.models.shaping import listing, options
from rxcrm.models.shaping.lists import LISTS
from rxcrm.models.tables import POINTED, RECORDS
from rxcrm.state import forms
from tests.models.import_files import csv_file, register
from tests.office import Office

SOURCE = "LeadSource"


@pytest.fixture(autouse=True)
def forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "imports"
    folder.mkdir()
    monkeypatch.setattr(files, "folder", lambda: folder)
    yield
    configuration.reset()


def shaped(office: Office, verb: object, *args: object) -> object:
    """Let Ada do something; whoever acts next knows of it."""
    result = verb(office.act(office.ada), *args)  # type: ignore[operator]
    office.act(office.ada)
    return result


def offered(name: str = "lead_source") -> list[str]:
    found = fields_of(Lead)[name].options
    assert found
    return [option.label for option in found.offered]


def refused(problem: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return problem.value.by_field()


# -- adding and changing ---------------------------------------------------------------------------------------------


def test_a_new_option_is_offered_at_the_end_and_can_be_stored(office: Office) -> None:
    number = shaped(office, options.add, SOURCE, {"label": "Podcast", "colour": "teal"})
    assert offered()[-1] == "Podcast"
    lead = records.create(office.act(office.sara), Lead, {"topic": "T", "last_name": "L", "lead_source": str(number)})
    assert lead.lead_source == number
    spec = fields_of(Lead)["lead_source"]
    assert show(spec, number, Conventions()) == "Podcast"
    assert spec.options and spec.options.find(int(str(number))).colour == "teal"  # type: ignore[union-attr]


def test_numbers_of_new_options_never_meet_those_that_ship_later(office: Office) -> None:
    first, second = (shaped(office, options.add, SOURCE, {"label": label}) for label in ("One", "Two"))
    assert (first, second) == (1000, 1001)
    shaped(office, options.remove, SOURCE, second)
    assert shaped(office, options.add, SOURCE, {"label": "Three"}) == 1002


def test_one_list_serves_several_tables(office: Office) -> None:
    shaped(office, options.add, "Industry", {"label": "Forestry"})
    for entity in ("lead", "account"):
        found = fields_of(RECORDS[entity])["industry"].options
        assert found and "Forestry" in [option.label for option in found]


def test_an_option_of_number_0_is_called_by_its_name(small_office: Office) -> None:
    how = small_office.who(small_office.sara).conventions
    assert show(fields_of(Lead)["status"], 0, how) == "Open"
    assert show(fields_of(Lead)["initial_communication"], 0, how) == "Contacted"


def test_a_renamed_option_keeps_its_number_and_its_records(office: Office) -> None:
    lead = office.lead(lead_source=int(LeadSource.WEB))
    shaped(office, options.change, SOURCE, int(LeadSource.WEB), {"label": "Website"})
    assert "Website" in offered() and "Web" not in offered()
    assert show(fields_of(Lead)["lead_source"], lead.lead_source, Conventions()) == "Website"


def test_a_label_may_differ_from_language_to_language(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "languages", lambda: ["en", "de", "pl"])
    shaped(office, options.change, SOURCE, int(LeadSource.SEMINAR), {"label_en": "Workshop", "label_de": "Schulung"})
    spec = fields_of(Lead)["lead_source"]
    assert [show(spec, 6, Conventions(locale)) for locale in ("en", "de", "pl")] == ["Workshop", "Schulung", "Seminar"]


def test_shipped_labels_go_on_through_the_catalogue(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    class Catalogue:
        def gettext(self, message: str) -> str:
            return f"{message} (de)"

    shaped(office, options.move, SOURCE, 1, 1)
    shaped(office, options.change, SOURCE, 2, {"label": "Colleague"})
    monkeypatch.setattr(translation, "catalogue", lambda locale: Catalogue())
    spec = fields_of(Lead)["lead_source"]
    assert show(spec, 1, Conventions("de")) == "Advertisement (de)"
    assert show(spec, 2, Conventions("de")) == "Colleague"


def test_the_shipped_label_typed_again_is_the_shipped_one(office: Office) -> None:
    shaped(office, options.change, SOURCE, 8, {"label": "Website"})
    shaped(office, options.change, SOURCE, 8, {"label": "Web"})
    assert not isinstance(fields_of(Lead)["lead_source"].options.find(8).label, translation.Words)  # type: ignore[union-attr]


def test_options_are_offered_in_the_order_of_the_administrator(office: Office) -> None:
    shaped(office, options.move, SOURCE, int(LeadSource.WEB), -100)
    shaped(office, options.move, SOURCE, int(LeadSource.ADVERTISEMENT), 2)
    assert offered()[:4] == ["Web", "Employee Referral", "External Referral", "Advertisement"]


@pytest.mark.parametrize(
    "typed, problem",
    [
        ({"label": " "}, "Label is required."),
        ({"label": "x" * 101}, "A label can have at most 100 characters."),
        ({"label": "wéb"}, "Another option of this list has this label."),
    ],
)
def test_a_label_is_asked_for_once(small_office: Office, typed: dict[str, str], problem: str) -> None:
    with pytest.raises(Invalid) as refusal:
        options.add(small_office.act(small_office.ada), SOURCE, typed)
    assert refused(refusal) == {"label": problem}


def test_a_colour_is_one_of_the_palette(small_office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        options.add(small_office.act(small_office.ada), SOURCE, {"label": "Podcast", "colour": "url(evil)"})
    assert refused(refusal) == {"colour": "Choose one of the list."}


# -- retiring --------------------------------------------------------------------------------------------------------


def test_a_deactivated_option_is_shown_where_it_is_stored_and_offered_nowhere(office: Office) -> None:
    lead = office.lead(lead_source=int(LeadSource.WEB))
    shaped(office, options.deactivate, SOURCE, int(LeadSource.WEB))
    assert "Web" not in offered()
    assert show(fields_of(Lead)["lead_source"], lead.lead_source, Conventions()) == "Web"
    view = forms.describe("lead")["lead_source"]
    assert ["8", "Web"] not in view["options"] and ["8", "Web"] in view["others"]
    with pytest.raises(Invalid) as refusal:
        records.create(office.act(office.sara), Lead, {"topic": "T", "last_name": "L", "lead_source": "8"})
    assert refused(refusal) == {"lead_source": "Lead Source does not offer “Web” any more."}
    records.save(office.act(office.sara), lead, {"topic": "Other", "lead_source": "8"})
    assert lead.lead_source == 8
    shaped(office, options.activate, SOURCE, int(LeadSource.WEB))
    assert "Web" in offered()


def test_an_option_in_use_cannot_be_deleted(office: Office) -> None:
    number = shaped(office, options.add, SOURCE, {"label": "Podcast"})
    office.lead(lead_source=number)
    with pytest.raises(NotAllowed, match="Podcast is in use"):
        options.remove(office.act(office.ada), SOURCE, int(str(number)))


def test_a_shipped_option_cannot_be_deleted(small_office: Office) -> None:
    with pytest.raises(NotAllowed, match="ships with rxcrm"):
        options.remove(small_office.act(small_office.ada), SOURCE, 1)


def test_a_list_can_be_as_it_was_shipped_again(office: Office) -> None:
    before = offered()
    kept, gone = (shaped(office, options.add, SOURCE, {"label": label}) for label in ("Kept", "Gone"))
    office.lead(lead_source=kept)
    shaped(office, options.move, SOURCE, 3, -2)
    shaped(office, options.restore, SOURCE)
    found = fields_of(Lead)["lead_source"].options
    assert found and offered() == before and found.find(int(str(kept))) and not found.find(int(str(gone)))


# -- defaults --------------------------------------------------------------------------------------------------------


def test_new_records_begin_with_the_default(office: Office) -> None:
    typed = {"topic": "T", "last_name": "L"}
    shaped(office, options.change, SOURCE, int(LeadSource.PARTNER), {"default": "1"})
    assert records.create(office.act(office.sara), Lead, typed).lead_source == LeadSource.PARTNER
    shaped(office, options.change, SOURCE, int(LeadSource.PARTNER), {"default": "0"})
    assert records.create(office.act(office.sara), Lead, typed).lead_source is None


def test_a_list_that_was_shipped_with_a_default_can_have_none(office: Office) -> None:
    shaped(office, options.change, "Rating", int(Rating.WARM), {"default": "0"})
    assert records.create(office.act(office.sara), Lead, {"topic": "T", "last_name": "L"}).rating is None


def test_the_default_cannot_be_deactivated(small_office: Office) -> None:
    with pytest.raises(NotAllowed, match="Warm is the default"):
        options.deactivate(small_office.act(small_office.ada), "Rating", int(Rating.WARM))


# -- status reasons --------------------------------------------------------------------------------------------------


def test_the_disqualify_menu_lists_the_reasons_of_that_status(office: Office) -> None:
    number = shaped(office, options.add, "LeadReason", {"label": "Too small", "status": "2"})
    shaped(office, options.deactivate, "LeadReason", int(LeadReason.CANCELED))
    assert [r.label for r in disqualifying.reasons()] == ["Lost", "Cannot Contact", "No Longer Interested", "Too small"]
    lead = office.lead()
    disqualifying.disqualify(office.act(office.sara), lead, int(str(number)))
    assert (lead.status, lead.status_reason) == (LeadStatus.DISQUALIFIED, number)
    found = disqualifying.closing_of(office.act(office.sara), lead)
    assert found and found.title == "Disqualified as Too small"
    with pytest.raises(BadValue):
        disqualifying.disqualify(office.act(office.sara), office.lead(), int(LeadReason.CANCELED))


def test_an_open_reason_can_be_chosen_on_the_form_but_not_a_closed_one(office: Office) -> None:
    number = shaped(office, options.add, "LeadReason", {"label": "Nurturing", "status": "0"})
    lead = office.lead()
    records.save(office.act(office.sara), lead, {"status_reason": str(number)})
    assert lead.status_reason == number and lifecycle.is_open(lead)
    with pytest.raises(Invalid):
        records.save(office.act(office.sara), lead, {"status_reason": str(int(LeadReason.LOST))})


def test_a_reason_belongs_to_a_status(small_office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        options.add(small_office.act(small_office.ada), "LeadReason", {"label": "Limbo", "status": "9"})
    assert refused(refusal) == {"status": "Choose one of the list."}


def test_each_status_has_a_default_of_its_own(office: Office) -> None:
    shaped(office, options.change, "LeadReason", int(LeadReason.CANNOT_CONTACT), {"default": "1"})
    assert disqualifying.reasons()[0] == LeadReason.CANNOT_CONTACT
    shaped(office, options.change, "LeadReason", int(LeadReason.CONTACTED), {"default": "1"})
    lead = office.lead()
    disqualifying.disqualify(office.act(office.sara), lead, int(LeadReason.LOST))
    reactivating.reactivate(office.act(office.sara), lead)
    assert lead.status_reason == LeadReason.CONTACTED
    assert records.create(office.act(office.sara), Lead, {"topic": "T", "last_name": "L"}).status_reason == 2


def test_a_status_keeps_a_reason_that_is_offered(small_office: Office) -> None:
    with pytest.raises(NotAllowed, match="Qualified is the last option"):
        options.deactivate(small_office.act(small_office.ada), "LeadReason", int(LeadReason.QUALIFIED))


def test_closing_an_opportunity_offers_what_the_administrator_added(office: Office) -> None:
    number = shaped(office, options.add, "OpportunityReason", {"label": "No budget", "status": "2"})
    deal = office.opportunity()
    draft = closing.draft(office.act(office.sara), deal, OpportunityStatus.LOST)
    assert draft.reasons[-1] == (str(number), "No budget")


# -- who, and what else ----------------------------------------------------------------------------------------------


def test_only_administrators_shape_lists(small_office: Office) -> None:
    act = small_office.act(small_office.mia)
    for verb in (lambda: options.add(act, SOURCE, {"label": "X"}), lambda: options.move(act, SOURCE, 1, 1)):
        with pytest.raises(NotAllowed):
            verb()
    with pytest.raises(NotAllowed):
        listing.listed(act)


def test_options_that_the_program_knows_by_number_can_only_be_renamed(small_office: Office) -> None:
    act = small_office.act(small_office.ada)
    options.change(act, "Priority", 2, {"label": "Urgent", "colour": "red"})
    with pytest.raises(NotAllowed, match="knows the options"):
        options.add(act, "Priority", {"label": "Huge"})
    with pytest.raises(NotAllowed, match="knows the options"):
        options.deactivate(act, "Priority", 2)


def test_there_are_no_other_lists(small_office: Office) -> None:
    with pytest.raises(NotFound):
        options.add(small_office.act(small_office.ada), "LeadStatus", {"label": "Zombie"})


def test_every_list_of_a_form_can_be_shaped() -> None:
    fixed = {"LeadStatus", "RecordStatus", "OpportunityStatus", "ActivityStatus", "ActivityKind", "SalesStage"}
    used = {s.options.key for table in POINTED.values() for s in fields_of(table).values() if s.options}
    assert used - fixed == set(LISTS)


def test_an_import_knows_new_options_and_old_names_in_every_language(office: Office) -> None:
    number = shaped(office, options.add, SOURCE, {"label": "Podcast"})
    shaped(office, options.change, SOURCE, 8, {"label": "Website"})
    reason = shaped(office, options.add, "LeadReason", {"label": "Too small", "status": "2"})
    found = fields_of(Lead)["lead_source"].options
    assert found and words.options(found)["podcast"] == number and words.options(found)["website"] == 8
    said = words.meaning("lead", "Too small")
    assert said and (said.status, said.reason, said.closed) == (2, reason, True)


def test_pages_are_sent_only_what_differs(office: Office) -> None:
    assert forms.shape("en") == {}
    shaped(office, options.add, SOURCE, {"label": "Podcast"})
    shape = forms.shape("en")
    assert set(shape["fields"]) == {"lead"} and set(shape["fields"]["lead"]) == {"lead_source"}
    assert ["1000", "Podcast"] in shape["fields"]["lead"]["lead_source"]["options"]


# -- straight from the review of an import ---------------------------------------------------------------------------


def reviewed(office: Office, tmp_path: Path, who: Who, heading: str, value: str) -> tuple[int, examining.ColumnReview]:
    """An import of one row whose value no option fits, and the review of its column."""
    rows = [["Topic", "Last Name", heading], ["Racks", "Roe", value]]
    run = register(office, who, csv_file(tmp_path, rows))
    wizard.read(who, run.id or 0, wizard.ReadOptions())
    office.session.expire_all()
    office.session.refresh(run)
    examining.examine(run, who)
    found = wizard.review(Act(office.session, who, office.now), run.id or 0)
    return run.id or 0, next(column for column in found.columns if column.place == 2)


@pytest.mark.parametrize("heading, addable", [("Lead Source", True), ("Rating", True), ("Status", False)])
def test_administrators_may_add_what_a_file_brings(office: Office, tmp_path: Path, heading: str, addable: bool) -> None:
    who = office.who(office.ada)
    office.commit()
    assert reviewed(office, tmp_path, who, heading, "Podcast")[1].addable is addable


def test_a_value_of_a_file_becomes_an_option_and_the_row_gets_it(office: Office, tmp_path: Path) -> None:
    who = office.who(office.ada)
    office.commit()
    run_id, _ = reviewed(office, tmp_path, who, "Lead Source", "Podcast")
    number = growing.add_option(Act(office.session, who, office.now), run_id, 2, "Podcast")
    office.commit()
    runs.carry_out(run_id, who, runs.inspect(who, run_id).plan)
    office.session.expire_all()
    assert offered()[-1] == "Podcast"
    assert office.session.exec(select(Lead.lead_source)).all() == [number]


def test_others_may_not_add_options_from_an_import(office: Office, tmp_path: Path) -> None:
    who = office.who(office.mia)
    office.commit()
    run_id, column = reviewed(office, tmp_path, who, "Lead Source", "Podcast")
    assert not column.addable
    with pytest.raises(NotAllowed):
        growing.add_option(Act(office.session, who, office.now), run_id, 2, "Podcast")
