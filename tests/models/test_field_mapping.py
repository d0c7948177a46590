"""What a qualification copies, as administrators change it (S 3.5.7, mapping rules)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlmodel import Session

from rxcrm.models import configuration
from rxcrm.models.account import Account
from rxcrm.models.contact import Contact
from rxcrm.models.errors import Invalid, NotAllowed, NotFound
from rxcrm.models.fields import fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.qualifying import mapping, pairing, planning
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from rxcrm.models.shaping import customs, options
from rxcrm.models.shaping.tables import CustomField
from rxcrm.models.tables import record_table
from tests.office import Office

NEW = Part(Way.NEW)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    configuration.reset()


def shaped(office: Office, verb: object, *args: object) -> object:
    """Let Ada do something; whoever acts next knows of it."""
    result = verb(office.act(office.ada), *args)  # type: ignore[operator]
    office.act(office.ada)
    return result


def refused(office: Office, source: str, target: str, entity: str = "contact") -> str:
    with pytest.raises(Invalid) as problem:
        pairing.add(office.act(office.ada), entity, source, target)
    office.act(office.ada)
    return " ".join(problem.value.by_field().values())


def qualified(office: Office, **values: object) -> dict[str, object]:
    known = {"topic": "Forty pallets", "last_name": "Lee", "company_name": "Adatum"}
    lead = office.lead(**{**known, **values})
    outcome = qualify(office.act(office.sara), lead.id or 0, lead.version, Choice(NEW, NEW, ({},)))
    tables = {"account": Account, "contact": Contact, "opportunity": Opportunity}
    return {one.entity: office.session.get_one(tables[one.entity], one.id) for one in outcome.results}


def field(office: Office, entity: str, label: str, **typed: str) -> CustomField:
    made = shaped(office, customs.add, entity, {"label": label, **typed})
    assert isinstance(made, CustomField)
    return made


# -- what is copied --------------------------------------------------------------------------------------------------


def test_a_pair_that_was_added_is_copied_by_the_next_qualification(office: Office) -> None:
    shaped(office, pairing.add, "contact", "business_phone", "manager_phone")
    contact = qualified(office, business_phone="+48 22 555 01 01")["contact"]
    assert isinstance(contact, Contact)
    assert contact.manager_phone == contact.business_phone == "+48 22 555 01 01"


def test_what_was_removed_is_not_copied_and_comes_back_when_restored(office: Office) -> None:
    shaped(office, pairing.remove, "contact", "business_phone", "business_phone")
    assert getattr(qualified(office, business_phone="+48 22 555 01 01")["contact"], "business_phone") == ""  # noqa: B009
    shaped(office, pairing.restore, "contact")
    assert pairs(office) == mapping.shipped_pairs("contact")


def pairs(office: Office, entity: str = "contact") -> dict[str, str]:
    return {pair.target: pair.source for pair in pairing.listed(office.act(office.ada), entity).pairs}


def test_a_field_gets_another_source(office: Office) -> None:
    shaped(office, pairing.change, "contact", "email", "email2", "email")
    contact = qualified(office, email="a@adatum.example", email2="b@adatum.example")["contact"]
    assert getattr(contact, "email") == "b@adatum.example"  # noqa: B009
    changed = next(p for p in pairing.listed(office.act(office.ada), "contact").pairs if p.target == "email")
    assert (changed.source_label, changed.shipped) == ("Email Address 2", False)


def test_the_account_gets_an_address_beside_a_contact_once_it_is_not_the_persons(office: Office) -> None:
    assert getattr(qualified(office, email="a@adatum.example")["account"], "email") == ""  # noqa: B009
    shaped(office, pairing.change, "account", "email", "email3", "email")
    account = qualified(office, email="a@adatum.example", email3="info@adatum.example")["account"]
    assert getattr(account, "email") == "info@adatum.example"  # noqa: B009


def test_custom_fields_can_be_mapped_to_each_other_and_to_shipped_ones(office: Office) -> None:
    field(office, "lead", "Sites", kind="whole", low="0", high="500")
    field(office, "account", "Branches", kind="whole", low="0", high="500")
    shaped(office, pairing.add, "account", "x_sites", "x_branches")
    account = qualified(office, x_sites=12)["account"]
    assert getattr(account, "x_branches") == 12  # noqa: B009


def test_fields_of_one_name_are_copied_unless_somebody_removes_the_pair(office: Office) -> None:
    for entity in ("lead", "contact"):
        field(office, entity, "Nickname", kind="text", length="50")
    assert getattr(qualified(office, x_nickname="Annie")["contact"], "x_nickname") == "Annie"  # noqa: B009
    shaped(office, pairing.remove, "contact", "x_nickname", "x_nickname")
    assert getattr(qualified(office, x_nickname="Annie")["contact"], "x_nickname") == ""  # noqa: B009


def test_options_of_two_lists_go_by_their_label(office: Office) -> None:
    one = field(office, "lead", "Size of lead", kind="choice", options="Small")
    other = field(office, "account", "Size of account", kind="choice", options="Huge\nLarge")
    small = next(int(option) for option in options.options_of(one.list_key).offered)
    assert refused(office, one.name, other.name, "account").endswith("do not have the same options.")
    same = shaped(office, options.add, other.list_key, {"label": "small", "colour": ""})
    shaped(office, pairing.add, "account", one.name, other.name)
    assert small != same
    assert getattr(qualified(office, **{one.name: small})["account"], other.name) == same


def test_a_pair_rests_while_its_field_is_out_of_use(office: Office) -> None:
    made = field(office, "lead", "Second phone", kind="text", length="40")
    shaped(office, pairing.add, "contact", made.name, "department")
    shaped(office, customs.deactivate, made.id)
    assert "department" not in pairs(office)
    shaped(office, customs.activate, made.id)
    assert pairs(office)["department"] == made.name


def test_the_pane_shows_what_would_be_copied(office: Office) -> None:
    lead = office.lead(
        topic="T", last_name="Lee", company_name="Adatum", fax="+48 22 555 01 09", annual_revenue=Decimal(5)
    )
    found = planning.proposal(office.act(office.sara), lead.id or 0)
    assert ["Fax", "+48 22 555 01 09"] in found.contact.copied
    assert ["Annual Revenue", "€5.00"] in found.account.copied
    shaped(office, pairing.remove, "contact", "fax", "fax")
    shaped(office, pairing.change, "contact", "business_phone", "fax", "business_phone")
    found = planning.proposal(office.act(office.sara), lead.id or 0)
    assert not [one for one in found.contact.copied if one[0] == "Fax"]
    assert found.contact.values["business_phone"] == "+48 22 555 01 09"


def test_a_contact_made_of_an_open_lead_follows_the_mapping_too(office: Office) -> None:
    from rxcrm.models.creating import create_now

    shaped(office, pairing.add, "contact", "county", "department")
    lead = office.lead(topic="T", last_name="Lee", county="Mazovia")
    made = create_now(office.act(office.sara), lead, "contact").row
    assert getattr(made, "department") == "Mazovia"  # noqa: B009


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "source", "target", "sentence"),
    [
        ("contact", "email", "department", "Email (E-mail address) and Department (Text) are not of one kind."),
        ("contact", "topic", "department", "Topic may have 300 characters, Department has room for 100."),
        ("contact", "email2", "email", "Email comes from Email already. A field has one source."),
        ("contact", "existing_contact_id", "account_id", "Company Name is always set by rxcrm itself when a lead is qualified."),
        ("opportunity", "sales_stage", "sales_stage", "Sales Stage is always set by rxcrm itself when a lead is qualified."),
        ("opportunity", "topic", "originating_lead_id", "Originating Lead is always set by rxcrm itself when a lead is qualified."),
        ("account", "last_name", "name", "Account Name always comes from Company Name."),
        ("account", "existing_contact_id", "parent_account_id", "Existing Contact? and Parent Account point to different tables."),
        ("contact", "rating", "gender", "Rating and Gender do not have the same options."),
        ("account", "annual_revenue", "credit_limit", ""),
        ("opportunity", "annual_revenue", "actual_revenue", "Actual Revenue is always set by rxcrm itself when a lead is qualified."),
        ("contact", "nonsense", "department", "Choose one of the list."),
        ("contact", "county", "nonsense", "Choose one of the list."),
    ],
)  # fmt: skip
def test_only_what_fits_can_be_mapped(
    small_office: Office, entity: str, source: str, target: str, sentence: str
) -> None:
    if not sentence:
        shaped(small_office, pairing.add, entity, source, target)
        return
    assert refused(small_office, source, target, entity) == sentence


def test_larger_numbers_than_the_target_takes_are_refused(small_office: Office) -> None:
    made = field(small_office, "contact", "Sites", kind="whole", low="0", high="50")
    assert (
        refused(small_office, "employees", made.name) == "No. of Employees may hold numbers that Sites does not take."
    )


def test_what_every_new_record_needs_keeps_a_source_that_is_never_empty(office: Office) -> None:
    with pytest.raises(NotAllowed, match="Topic is required: choose another source instead"):
        pairing.remove(office.act(office.ada), "opportunity", "topic", "topic")
    with pytest.raises(Invalid) as problem:
        pairing.change(office.act(office.ada), "opportunity", "topic", "company_name", "topic")
    assert problem.value.by_field() == {"source": "Topic is required, and Company Name may be empty."}
    shaped(office, pairing.change, "opportunity", "topic", "last_name", "topic")
    assert getattr(qualified(office)["opportunity"], "topic") == "Lee"  # noqa: B009


def test_the_second_of_two_administrators_is_told(office: Office) -> None:
    shaped(office, pairing.change, "contact", "email", "email2", "email")
    for verb, args in ((pairing.change, ("email", "email3", "email")), (pairing.remove, ("email", "email"))):
        with pytest.raises(NotAllowed, match="Another administrator has changed this pair meanwhile"):
            verb(office.act(office.ada), "contact", *args)
    office.act(office.ada)
    assert pairs(office)["email"] == "email2"


def test_only_administrators_shape_the_mapping(office: Office) -> None:
    for verb, args in (
        (pairing.add, ("contact", "county", "department")),
        (pairing.change, ("contact", "email", "email2", "email")),
        (pairing.remove, ("contact", "email", "email")),
        (pairing.restore, ("contact",)),
        (pairing.listed, ("contact",)),
    ):
        with pytest.raises(NotAllowed):
            verb(office.act(office.mia), *args)
    with pytest.raises(NotFound):
        pairing.add(office.act(office.ada), "lead", "county", "department")


def test_another_process_sees_the_new_mapping_with_its_next_unit_of_work(office: Office) -> None:
    shaped(office, pairing.add, "contact", "county", "department")
    office.commit()
    configuration.reset()
    assert pairs(office)["department"] == "county"
    office.commit()
    with Session(office.engine) as other:
        configuration.refresh(other)
        assert mapping.pairs_of("contact")["department"] == "county"


def test_every_field_that_is_offered_can_be_typed(small_office: Office) -> None:
    for entity in pairing.TARGETS:
        found = pairing.listed(small_office.act(small_office.ada), entity)
        table = record_table(entity)
        assert not [name for name, _ in found.offer.targets if fields_of(table)[name].locked]
        assert all(source in fields_of(Lead) for sources in found.offer.fits.values() for source in sources)
