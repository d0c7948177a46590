"""Many leads at once: one review, one transaction for each, nothing silently skipped (S 3.5.4, R3.21)."""

from __future__ import annotations

from typing import Any

from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadReason, LeadStatus
from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from rxcrm.models.qualifying import many
from rxcrm.models.qualifying.doing import Part, Way
from rxcrm.models.qualifying.many import Chosen, Line, Review
from rxcrm.models.qualifying.planning import Proposal
from tests.office import Office, Statements


def lead(office: Office, first: str, last: str, company: str, **values: Any) -> Lead:
    return office.lead(
        first_name=first,
        last_name=last,
        company_name=company,
        email=f"{first}.{last}@{company}.example".lower(),
        **values,
    )


def review(office: Office, *leads: Record) -> Review:
    return many.review(office.act(office.sara), [row.id or 0 for row in leads])


def as_preset(found: Proposal) -> Chosen:
    account, contact = (Part(Way(block.way), block.id) for block in (found.account, found.contact))
    return Chosen(account, contact, deal=True)


def run(office: Office, found: Review) -> list[Line]:
    made: set[tuple[str, int]] = set()
    lines = []
    for one in found.proposals:
        line = many.one(office.act(office.sara), one, as_preset(one), made)
        office.session.flush()
        made |= set(line.made)
        lines.append(line)
    return lines


def test_each_lead_comes_with_what_is_preset_for_it(office: Office) -> None:
    known = office.contact(first_name="Ann", last_name="Lee", email="ann.lee@adatum.example")
    found = review(office, lead(office, "Ann", "Lee", "Adatum"), lead(office, "Bo", "Ek", "Litware"))
    assert [(p.name, p.contact.way) for p in found.proposals] == [("Ann Lee", "existing"), ("Bo Ek", "new")]
    assert found.proposals[0].contact.id == known.id


def test_a_bulk_of_leads_with_their_copies_pairs_each_lead_with_its_own_copy(office: Office) -> None:
    people = [("Ann", "Lee"), ("Anna", "Leigh"), ("Bo", "Ek"), ("Asa", "Depape"), ("Jan", "Kowalski")]
    copies = {
        first: office.contact(first_name=first, last_name=last, email=f"{first}.{last}@adatum.example".lower())
        for first, last in people
    }
    found = review(office, *(lead(office, first, last, "Adatum") for first, last in people))
    assert [p.contact.id for p in found.proposals] == [copies[first].id for first, _ in people]


def test_asa_depape_is_not_casa_depapel(office: Office) -> None:
    office.contact(first_name="casa", last_name="depapel")
    found = review(office, office.lead(first_name="Asa", last_name="Depape"))
    assert found.proposals[0].contact.found == []


def test_leads_that_cannot_be_qualified_say_why_and_stay_untouched(office: Office) -> None:
    lost = lead(office, "Lo", "St", "Adatum", status=int(LeadStatus.DISQUALIFIED), status_reason=int(LeadReason.LOST))
    others = lead(office, "Ol", "Af", "Adatum", owner=office.olaf)
    good = lead(office, "Ann", "Lee", "Adatum")
    found = review(office, lost, others, good)
    assert [line.name for line in found.refused] == ["Lo St", "Ol Af"]
    assert "Disqualified" in found.refused[0].problem and found.refused[1].problem
    version = lost.version
    assert [line.name for line in run(office, found)] == ["Ann Lee"]
    assert (lost.status, lost.version) == (LeadStatus.DISQUALIFIED, version)


def test_a_lead_that_the_user_may_not_see_is_not_named(office: Office) -> None:
    office.settle(private=True)
    hidden = lead(office, "Ol", "Af", "Adatum", owner=office.olaf)
    (line,) = review(office, hidden).refused
    assert (line.name, line.topic) == ("", "")


def test_leads_of_one_company_share_the_account_that_the_first_creates(office: Office) -> None:
    found = review(office, lead(office, "Ann", "Lee", "Adatum"), lead(office, "Bo", "Ek", "Adatum"))
    first, second = run(office, found)
    accounts = [r for line in (first, second) for r in line.results if r.entity == "account"]
    assert [(r.name, r.made) for r in accounts] == [("Adatum", True), ("Adatum", False)]
    assert accounts[0].id == accounts[1].id


def test_the_review_costs_the_same_number_of_statements_for_any_number_of_leads(office: Office) -> None:
    leads = [lead(office, f"N{n}", f"Name{n}", f"Company{n}") for n in range(20)]
    for row in leads[:10]:
        office.contact(first_name=row.first_name, last_name=row.last_name, email=row.email)
        office.account(name=row.company_name)
    office.commit()
    counts = []
    for some in (leads[:2], leads):
        act = office.act(office.sara)
        with Statements(office.engine) as statements:
            many.review(act, [row.id or 0 for row in some])
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 1, "\n".join(statements.ran)


def test_made_records_can_be_found(office: Office) -> None:
    (line,) = run(office, review(office, lead(office, "Ann", "Lee", "Adatum")))
    assert {entity for entity, _ in line.made} == {"account", "contact", "opportunity"}
    tables = {"account": Account, "contact": Contact}
    assert all(office.session.get(tables[e], i) for e, i in line.made if e in tables)
