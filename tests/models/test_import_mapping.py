"""Headings → fields (issue part 8, S 6.4, 13.17)."""

from __future__ import annotations

import pytest

from rxcrm.models.errors import BadValue
from rxcrm.models.importing.aliases import ALIASES, Source
from rxcrm.models.importing.mapping import Proposal, check, propose, targets
from rxcrm.models.importing.topics import PRESET, composer
from rxcrm.models.lead import Lead


def proposed(*headings: str, samples: dict[str, list[str]] | None = None) -> dict[str, Proposal]:
    seen = samples or {}
    return {p.heading: p for p in propose("lead", list(headings), [seen.get(h, []) for h in headings])}


def mapped(*headings: str, samples: dict[str, list[str]] | None = None) -> dict[str, str]:
    return {heading: p.target for heading, p in proposed(*headings, samples=samples).items()}


@pytest.mark.parametrize(
    "heading, target",
    [
        ("Topic", "topic"),
        ("  LAST  name ", "last_name"),
        ("last_name", "last_name"),
        ("emailaddress1", "email"),
        ("ZIP/Postal Code", "postal_code"),
        ("Zip / postal code", "postal_code"),
        ("Do not allow Emails", "do_not_email"),
        ("Prénom", "first_name"),
        ("Straße", "street1"),
        ("会社名", "company_name"),
        ("Numéro de TVA", ""),
    ],
)
def test_labels_columns_and_other_languages_are_recognised(heading: str, target: str) -> None:
    assert mapped(heading) == {heading: target}


SOURCES = [(entity, source) for entity, sources in ALIASES.items() for source in sources if source.name]
#: Headings that mean something else unless others stand beside them.
ALONE = {"Title", "title", "name", "Start Time", "End Time", "Activity - Due time"}


@pytest.mark.parametrize("entity, source", SOURCES, ids=lambda value: value if isinstance(value, str) else value.name)
def test_every_alias_of_every_program_names_a_target_and_its_source(entity: str, source: Source) -> None:
    assert source.documented and set(source.fields) <= {t.name for t in targets(entity)}
    found = {h: propose(entity, [h], [[]])[0].target for headings in source.fields.values() for h in headings}
    expected = {h: target for target, headings in source.fields.items() for h in headings}
    assert {h: t for h, t in found.items() if h not in ALONE} == {h: t for h, t in expected.items() if h not in ALONE}
    assert all(found.values())


@pytest.mark.parametrize("entity", ALIASES)
def test_headings_of_other_languages_name_targets(entity: str) -> None:
    words = ALIASES[entity][-1].fields
    assert set(words) <= {t.name for t in targets(entity)}
    assert all(propose(entity, [h], [[]])[0].target for headings in words.values() for h in headings)


#: The first line of a file that Thunderbird writes, whole and in its order.
THUNDERBIRD = (
    "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,Fax Number,"
    "Pager Number,Mobile Number,Home Address,Home Address 2,Home City,Home State,Home ZipCode,Home Country,Work Address,"
    "Work Address 2,Work City,Work State,Work ZipCode,Work Country,Job Title,Department,Organization,Web Page 1,Web Page 2,"
    "Birth Year,Birth Month,Birth Day,Custom 1,Custom 2,Custom 3,Custom 4,Notes"
)


def test_an_address_book_of_thunderbird_goes_where_it_belongs() -> None:
    found = mapped(*THUNDERBIRD.split(","))
    left_out = ["Display Name", "Nickname", "Screen Name", "Department", "Web Page 2", "Birth Year", "Birth Month"]
    assert [heading for heading, target in found.items() if not target] == [
        *left_out, "Birth Day", "Custom 1", "Custom 2", "Custom 3", "Custom 4",
    ]  # fmt: skip
    work = {h: found[h] for h in ("Work Phone", "Work Address", "Work Address 2", "Work ZipCode", "Home City")}
    assert list(work.values()) == ["business_phone", "street1", "street2", "postal_code", "address2_city"]


def test_an_export_of_hubspot_goes_where_it_belongs_by_labels_and_by_internal_names() -> None:
    labels = mapped(
        *("Record ID", "First Name", "Last Name", "Email", "Phone Number", "Lead Status", "Create Date"),
        *("Associated Company", "Country/Region", "Contact owner", "Original Traffic Source", "Lifecycle Stage"),
    )
    names = mapped(
        *("hs_object_id", "firstname", "lastname", "email", "phone", "hs_lead_status", "createdate"),
        *("company", "country", "hubspot_owner_id", "hs_analytics_source", "lifecyclestage"),
    )
    assert list(labels.values()) == list(names.values()) == [
        *("", "first_name", "last_name", "email", "business_phone", "status", "created_on"),
        *("company_name", "country", "owner", "lead_source", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "heading",
    ["Id", "Record ID", "Lead Id", "GUID", "(Do Not Modify) Lead guid", "Password", "Passwort", "Card Number", "creditCardNumber", "IBAN", "PIN", "CVV", "API key", "User Token", "Tax ID", "ConvertedAccountId"],
)  # fmt: skip
def test_ids_passwords_and_card_numbers_are_never_guessed(heading: str) -> None:
    proposal = proposed(heading)[heading]
    assert proposal.target == "" and "never guessed" in proposal.reason()


def test_of_two_columns_for_one_field_the_better_match_wins_and_the_other_says_why() -> None:
    found = proposed("E-mail", "Email Address", "Company", "Company Name")
    assert [p.target for p in found.values()] == ["email", "", "", "company_name"]
    assert found["Company"].reason() == "“Company Name” already fills this field."


def test_an_ambiguous_heading_goes_to_the_program_that_the_others_speak_for() -> None:
    salesforce = mapped("LastName", "Title", "LeadSource", "IsConverted", "HasOptedOutOfEmail")
    outlook = mapped("Title", "First Name", "Business Street", "E-mail Address", "Business Phone 2", "Job Title")
    odoo = mapped("name", "contact_name", "partner_name", "email_from", "expected_revenue")
    assert (salesforce["Title"], outlook["Title"], outlook["Job Title"]) == ("job_title", "salutation", "job_title")
    assert (odoo["name"], odoo["contact_name"], odoo["partner_name"]) == ("topic", "full_name", "company_name")


def test_a_title_column_full_of_salutations_is_one() -> None:
    assert mapped("Title", samples={"Title": ["Mr.", "Dr", "Frau"]}) == {"Title": "salutation"}


def test_a_name_column_takes_what_the_others_leave() -> None:
    assert mapped("Name") == {"Name": "full_name"}
    assert mapped("Vorname", "Name")["Name"] == "last_name"
    assert mapped("Nome", "Cognome")["Nome"] == "first_name"
    assert mapped("First Name", "Last Name", "Name")["Name"] == ""


def test_proposals_show_samples_and_how_they_were_recognised() -> None:
    (proposal,) = propose("lead", ["Mobile Number"], [["1", "2", "3", "4"]])
    assert (proposal.samples, proposal.reason()) == (["1", "2", "3"], "Common spelling")


def test_a_program_is_named_where_several_headings_are_peculiar_to_it() -> None:
    thunderbird = proposed(*THUNDERBIRD.split(","))
    assert thunderbird["Mobile Number"].reason() == "Export of Thunderbird"
    hubspot = proposed("hs_lead_status", "hs_analytics_source", "jobtitle", "company", "email", "Stadt")
    assert [p.reason() for p in hubspot.values()] == [
        *("Export of HubSpot", "Export of HubSpot", "Label of the field", "Export of HubSpot", "Label of the field", "Common spelling"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "headings",
    [
        ("Company", "Phone", "Street", "No. of Employees", "Lead Status", "Title"),
        ("Full Name", "Mobile", "State", "Zip", "Email", "Notes"),
        ("street1", "Work Phone", "Organisation"),
    ],
)
def test_generic_headings_are_no_export_of_any_program(headings: tuple[str, ...]) -> None:
    assert {p.reason() for p in proposed(*headings).values()} <= {"Common spelling", "Label of the field"}


@pytest.mark.parametrize("entity", ["lead", "opportunity"])
@pytest.mark.parametrize(
    "samples, target",
    [
        (["5,000", "€ 1.200,50"], "budget_amount"),
        (["12000"], "budget_amount"),
        (["May Buy", "Can Buy"], "budget_status"),
        (["5,000", "unknown"], "budget_status"),
        ([], "budget_status"),
    ],
)
def test_a_budget_of_amounts_is_the_amount(entity: str, samples: list[str], target: str) -> None:
    (proposal,) = propose(entity, ["Budget"], [samples])
    assert proposal.target == target
    assert proposal.reason() == ("Name and values of the column" if target == "budget_amount" else "Label of the field")


def test_amounts_do_not_go_to_options_where_the_field_for_them_is_taken() -> None:
    headings, samples = ["Budget", "Budget Amount"], [["5,000"], ["6,000"]]
    assert [p.target for p in propose("opportunity", headings, samples)] == ["", "budget_amount"]


def test_targets_are_the_open_fields_and_the_special_ones() -> None:
    names = [t.name for t in targets("lead")]
    assert {"topic", "last_name", "owner", "created_on", "full_name", "status"} <= set(names)
    assert not {"recorded_on", "version", "search_text"} & set(names)
    assert [t.name for t in targets("lead") if t.required] == ["topic", "last_name"]
    assert len(names) == len(set(names)) and {"name", "owner"} <= {t.name for t in targets("account")}


@pytest.mark.parametrize(
    "mapping, sentence",
    [
        ({0: "nothing"}, "no field"),
        ({5: "topic"}, "no column 6"),
        ({-1: "topic"}, "no column"),
        ({0: "search_text"}, "no field"),
        ({0: "topic", 1: "topic"}, "Two columns"),
        ({0: "", 1: ""}, "nothing to import"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(mapping: dict[int, str], sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence):
        check("lead", 2, mapping)


# -- the composed topic ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values, topic",
    [
        ({"company_name": "Contoso", "first_name": "Ana", "last_name": "Sousa"}, "Contoso - Ana Sousa"),
        ({"first_name": "Ana", "last_name": "Sousa"}, "Ana Sousa"),
        ({"company_name": "Contoso", "last_name": "Sousa"}, "Contoso - Sousa"),
        ({"company_name": "A - B"}, "A - B"),
        ({}, ""),
        ({"company_name": "x" * 400}, "x" * 300),
    ],
)
def test_the_composed_topic_leaves_no_dangling_separator(values: dict[str, str], topic: str) -> None:
    assert composer(Lead, PRESET)(lambda name: values.get(name, "")) == topic


def test_any_field_can_stand_in_the_pattern_and_text_alone_is_no_topic() -> None:
    compose = composer(Lead, "Fair: {city}, {State/Province} / {LAST NAME}")
    values = {"city": "Porto", "last_name": "Sousa"}
    assert compose(lambda name: values.get(name, "")) == "Fair: Porto / Sousa"
    assert compose(lambda name: "") == ""
    for pattern in ("no field at all", "{Nonsense}", "{}"):
        with pytest.raises(BadValue):
            composer(Lead, pattern)
