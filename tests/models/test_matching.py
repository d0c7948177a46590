"""What is found as a duplicate and what is not, how few rows that reads, and keys that follow their records (S 3.4)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from rxcrm.models import matching, records
from rxcrm.models.errors import NotAllowed
from rxcrm.models.lead import Lead
from rxcrm.models.matching import finding, sweeping, words
from rxcrm.models.matching.facts import facts
from rxcrm.models.matching.keys import keys_of
from rxcrm.models.matching.saving import Alike, known_before, require_new, similar
from rxcrm.models.matching.tables import DuplicatePair, MatchKey, NotDuplicate
from tests.office import Office, Statements


def found(office: Office, row: Any, entity: str = "lead", user: str = "sara") -> list[str]:
    return [m.name for m in matching.like(office.act(getattr(office, user)), row, entity)]


def draft(**values: Any) -> Lead:
    """A lead that nobody has saved."""
    now = Office.now
    return Lead(topic="-", created_on=now, modified_on=now, **{"last_name": "Doe", **values})


# -- who is the same -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one, other, reason",
    [
        ({"email": "Ann@X.com"}, {"email": "ann@x.com", "last_name": "Li"}, "Same e-mail address"),
        ({"email": "Ann Lee <ann@x.com>"}, {"email2": "ANN@x.com", "last_name": "Li"}, "Same e-mail address"),
        (
            {"business_phone": "+48 22 123 45 67"},
            {"mobile_phone": "022/1234567", "last_name": "Li"},
            "Same phone number",
        ),
        (
            {"first_name": "Regina", "last_name": "Murphy", "company_name": "Contoso"},
            {"first_name": "Regina", "last_name": "Merphy", "company_name": "Contoso.inc"},
            "Similar name",
        ),
        (
            {"first_name": "Bob", "last_name": "Tanner", "company_name": "Fabrikam"},
            {"first_name": "Robert", "last_name": "Tanner", "company_name": "FABRIKAM GmbH & Co. KG"},
            "Same company",
        ),
        (
            {"first_name": "Tanner", "last_name": "Ann", "email": "a@fabrikam.com"},
            {"first_name": "Ann", "last_name": "Tanner", "email": "ann@fabrikam.com"},
            "Same e-mail domain",
        ),
        (
            {
                "first_name": "Zoë",
                "last_name": "Łoś",
                "street1": "6 Mill Street",
                "city": "York",
                "postal_code": "4011",
            },
            {"first_name": "Zoe", "last_name": "Los", "street1": "6 Mill St.", "city": "York", "postal_code": "4011"},
            "Same address",
        ),
    ],
)
def test_one_person_twice_is_found(office: Office, one: Any, other: Any, reason: str) -> None:
    office.lead(**{"last_name": "Lee", **one})
    act = office.act(office.sara)
    (match,) = matching.like(act, draft(**other), "lead")
    assert reason in match.reasons and match.score >= 55


@pytest.mark.parametrize(
    "one, other",
    [
        ({"first_name": "Asa", "last_name": "Depape"}, {"first_name": "casa", "last_name": "depapel"}),
        ({"first_name": "John", "last_name": "Smith"}, {"first_name": "John", "last_name": "Smith"}),
        ({"last_name": "Smith", "city": "York"}, {"last_name": "Smith", "city": "York"}),
        (
            {"first_name": "Ann", "last_name": "Lee", "company_name": "Contoso", "email": "ann@contoso.com"},
            {"first_name": "Bo", "last_name": "Roe", "company_name": "Contoso", "email": "bo@contoso.com"},
        ),
        (
            {"first_name": "Ann", "last_name": "Lee", "email": "ann@gmail.com"},
            {"first_name": "Ann", "last_name": "Leigh", "email": "leigh@gmail.com"},
        ),
        (
            {"first_name": "Jim", "last_name": "Moore", "company_name": "Patterson Foods"},
            {"first_name": "Jim", "last_name": "Moore", "company_name": "Patterson Marine"},
        ),
        ({"business_phone": "12"}, {"business_phone": "12"}),
        ({"email": 'mail"1@'}, {"email": 'mail"1@'}),
        ({}, {}),
    ],
)
def test_two_people_are_not_taken_for_one(office: Office, one: Any, other: Any) -> None:
    office.lead(**one)
    assert found(office, draft(**other)) == []


def test_a_family_at_one_address_is_worth_a_look_but_not_certain(office: Office) -> None:
    home = {"last_name": "Lindqvist", "street1": "6 Mill Street", "city": "York", "postal_code": "4011"}
    office.lead(first_name="Ann", **home)
    (match,) = matching.like(office.act(office.sara), draft(first_name="Peter", **home), "lead")
    assert not match.certain and match.score <= 75
    assert match.reasons == ["Same last name", "Same address"]


def test_contacts_and_accounts_are_found_by_a_lead_and_leads_by_a_contact(office: Office) -> None:
    office.account(name="Contoso Ltd", website="https://www.contoso.com")
    contact = office.contact(first_name="Ann", last_name="Lee", email="ann@contoso.com")
    lead = office.lead(first_name="Ann", last_name="Lee", company_name="CONTOSO", email="ANN@contoso.com")
    act = office.act(office.sara)
    assert [(m.entity, m.certain) for m in matching.around(act, lead)] == [("contact", True), ("account", True)]
    assert [m.entity for m in matching.around(act, contact)] == ["lead"]


def test_a_public_mail_domain_is_no_company(office: Office) -> None:
    office.account(name="Google", website="https://gmail.com")
    assert found(office, draft(email="ann@gmail.com"), "account") == []


def test_what_the_asker_may_not_see_is_never_proposed(office: Office) -> None:
    office.settle(private=True)
    hidden = office.contact(office.olaf, first_name="Ann", last_name="Lee", email="ann@x.com")
    assert found(office, draft(email="ann@x.com"), "contact") == []
    office.share(hidden, office.sara)
    assert found(office, draft(email="ann@x.com"), "contact") == ["Ann Lee"]


def test_the_record_itself_and_deleted_ones_are_left_out(office: Office) -> None:
    lead, gone = office.lead(email="ann@x.com"), office.lead(email="ann@x.com", last_name="Gone")
    assert found(office, lead) == ["Gone"]
    act = office.act(office.ada)
    records.bin(act, gone)
    assert found(office, lead) == []
    records.restore(act, Lead, gone.id or 0)
    assert found(office, lead) == ["Gone"]


def test_every_copy_in_a_bulk_is_paired_with_its_own(office: Office) -> None:
    leads = [office.lead(last_name=f"Person{n}", email=f"p{n}@x{n}.com") for n in range(5)]
    copies = [office.lead(last_name=f"Person{n}", email=f"P{n}@x{n}.com") for n in range(5)]
    pairs = matching.like_many(office.act(office.sara), leads, "lead")
    assert [[m.id for m in pairs[lead.id or 0]] for lead in leads] == [[copy.id] for copy in copies]


def test_many_rows_cost_as_many_statements_as_one(office: Office) -> None:
    leads = [office.lead(last_name=f"P{n}", email=f"p{n % 5}@x.com") for n in range(20)]
    act = office.act(office.sara)
    counts = []
    for n in (1, 10, 20):
        with Statements(office.engine) as statements:
            matching.like_many(act, leads[:n], "lead")
        counts.append(len(statements))
    assert counts[0] == counts[1] == counts[2] <= 4


# -- not a duplicate -------------------------------------------------------------------------------------------------


def test_not_a_duplicate_is_remembered_from_both_sides(office: Office) -> None:
    one, two = office.lead(email="ann@x.com"), office.contact(email="ann@x.com")
    act = office.act(office.sara)
    matching.not_duplicates(act, two, one)
    matching.not_duplicates(act, one, two)
    assert matching.like(act, one, "contact") == matching.like(act, two, "lead") == []
    assert office.session.scalar(select(func.count()).select_from(NotDuplicate)) == 1
    matching.maybe_duplicates(act, one, two)
    assert len(matching.like(act, one, "contact")) == 1


def test_who_may_change_neither_record_cannot_set_them_apart(office: Office) -> None:
    one, two = office.lead(email="ann@x.com"), office.lead(email="ann@x.com")
    with pytest.raises(NotAllowed):
        matching.not_duplicates(office.act(office.tim), one, two)
    with pytest.raises(NotAllowed, match="two different"):
        matching.not_duplicates(office.act(office.sara), one, one)


# -- on saving -------------------------------------------------------------------------------------------------------


def test_a_certain_duplicate_asks_before_it_is_created(office: Office) -> None:
    office.lead(email="ann@x.com")
    office.contact(email="ann@x.com")
    act = office.act(office.sara)
    new = records.create(act, Lead, {"topic": "x", "last_name": "Lee", "email": "ann@x.com"})
    with pytest.raises(Alike) as refusal:
        require_new(act, new)
    assert [m.entity for m in refusal.value.matches] == ["lead", "contact"]


def test_what_is_only_possible_does_not_ask(office: Office) -> None:
    office.lead(business_phone="+48 22 123 45 67")
    act = office.act(office.sara)
    require_new(
        act, records.create(act, Lead, {"topic": "x", "last_name": "Lee", "business_phone": "+48 22 123 45 67"})
    )


def test_a_change_asks_only_about_what_it_makes_alike(office: Office) -> None:
    office.lead(email="ann@x.com")
    mine = office.lead(email="ann@x.com", last_name="Lee")
    other = office.lead(email="bo@x.com", last_name="Bo")
    act = office.act(office.sara)
    assert known_before(act, mine, {"job_title": "Buyer"}) is None
    known = known_before(act, mine, {"city": "York"})
    records.save(act, mine, {"city": "York"})
    require_new(act, mine, known)
    known = known_before(act, mine, {"email": "bo@x.com"})
    records.save(act, mine, {"email": "bo@x.com"})
    with pytest.raises(Alike) as refusal:
        require_new(act, mine, known)
    assert [m.id for m in refusal.value.matches] == [other.id]


def test_the_organisation_decides_when_it_is_asked(office: Office) -> None:
    office.settle(detect_on_create=False, detect_on_update=False)
    office.lead(email="ann@x.com")
    act = office.act(office.sara)
    new = records.create(act, Lead, {"topic": "x", "last_name": "Lee", "email": "ann@x.com"})
    require_new(act, new)
    assert known_before(act, new, {"email": "bo@x.com"}) is None


def test_what_is_typed_is_compared_as_it_stands(office: Office) -> None:
    office.lead(first_name="Ann", last_name="Lee", email="ann@x.com", business_phone="+48 22 123 45 67")
    act = office.act(office.sara)
    (match,) = similar(act, "lead", {"email": " Ann Lee <ANN@X.COM> ", "business_phone": "(22) 1234567"})
    assert match.reasons == ["Same e-mail address", "Same phone number"] and match.certain
    assert similar(act, "lead", {"last_name": "<"}) == similar(act, "nothing", {"email": "ann@x.com"}) == []


# -- keys ------------------------------------------------------------------------------------------------------------


def keys(office: Office, row: Any) -> int:
    return (
        office.session.scalar(select(func.count()).select_from(MatchKey).where(col(MatchKey.record_id) == row.id)) or 0
    )


def test_keys_follow_a_change_and_go_with_their_record(office: Office) -> None:
    lead = office.lead(first_name="Ann", last_name="Lee", email="ann@x.com")
    act = office.act(office.sara)
    records.save(act, lead, {"email": "new@y.com"})
    assert found(office, draft(email="ann@x.com")) == [] and found(office, draft(email="new@y.com")) == ["Ann Lee"]
    assert keys(office, lead) == len(
        keys_of(facts("lead", {"first_name": "Ann", "last_name": "Lee", "email": "new@y.com"}))
    )
    records.bin(office.act(office.ada), lead)
    office.session.flush()
    records.purge(office.session, Office.now + records.BIN_LIFE * 2)
    assert keys(office, lead) == 0


def test_saving_writes_keys_with_two_statements_at_most_and_none_if_nothing_changed(office: Office) -> None:
    lead = office.lead(first_name="Ann", last_name="Lee", email="ann@x.com")
    act = office.act(office.sara)
    for typed, most in (({"job_title": "Buyer"}, 0), ({"email": "new@y.com", "last_name": "Li"}, 2)):
        with Statements(office.engine) as statements:
            records.save(act, lead, typed)
        assert sum("match_key" in ran for ran in statements.ran) <= most


def test_a_common_key_is_read_no_farther_than_it_tells(office: Office) -> None:
    for n in range(finding.PER_KEY * 2):
        office.bare(Lead, topic="x", last_name=f"P{n}", email=f"p{n}@contoso.com", company_name="Contoso")
    office.session.flush()
    asked = keys_of(facts("lead", {"company_name": "Contoso"}))
    (shared,) = finding.candidates(office.session.connection(), [asked], ["lead"])
    assert len(shared["lead"]) == finding.PER_KEY


def test_a_purge_forgets_pairs_too(office: Office) -> None:
    one, two = office.lead(email="ann@x.com"), office.lead(email="ann@x.com")
    matching.not_duplicates(office.act(office.sara), one, two)
    matching.forget(office.session, "lead", [two.id or 0])
    assert office.session.scalar(select(func.count()).select_from(NotDuplicate)) == 0


# -- the whole table -------------------------------------------------------------------------------------------------


def searched(office: Office) -> None:
    last = sweeping._last_id(office.session, "lead")
    after = 0
    while after < last:
        after = sweeping._search_batch(office.session, "lead", after, Office.now) or last


def test_a_search_lists_every_pair_once_the_surest_first(office: Office) -> None:
    for values in ({"email": "ann@x.com"}, {"email": "ann@x.com"}, {"last_name": "Merphy", "company_name": "Contoso"}):
        office.lead(**{"first_name": "Ann", "last_name": "Murphy", **values})
    office.lead(first_name="Ann", last_name="Murphy", company_name="Contoso")
    searched(office)
    searched(office)
    found = sweeping.listed(office.act(office.sara), "lead")
    assert [(p.one.name, p.other.name) for p in found.pairs] == [
        ("Ann Murphy", "Ann Murphy"),
        ("Ann Merphy", "Ann Murphy"),
    ]
    assert found.pairs[0].reasons[0] == "Same e-mail address" and found.pairs[0].score >= found.pairs[1].score


def test_the_list_leaves_out_what_was_set_apart_deleted_or_hidden(office: Office) -> None:
    one, two = office.lead(email="ann@x.com"), office.lead(email="ann@x.com")
    searched(office)
    act = office.act(office.sara)
    assert len(sweeping.listed(act, "lead").pairs) == 1
    matching.not_duplicates(act, one, two)
    assert sweeping.listed(act, "lead").pairs == []
    matching.maybe_duplicates(act, one, two)
    records.bin(office.act(office.ada), two)
    assert sweeping.listed(act, "lead").pairs == []
    records.restore(office.act(office.ada), Lead, two.id or 0)
    office.settle(private=True)
    assert sweeping.listed(office.act(office.olaf), "lead").pairs == []
    assert office.session.scalar(select(func.count()).select_from(DuplicatePair)) == 1


def test_one_search_of_a_table_runs_at_a_time(office: Office) -> None:
    act = office.act(office.mia)
    first = sweeping.search(act, "lead")
    assert sweeping.search(act, "lead").id == first.id
    for user in (office.sara, office.tim):
        with pytest.raises(NotAllowed, match="more than his own"):
            sweeping.search(office.act(user), "lead")


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one, other",
    [
        ("Contoso.inc", "CONTOSO Inc"),
        ("Müller & Söhne GmbH", "muller sohne"),
        ("Acme Sp. z o.o.", "Acme"),
        ("The AB", "the ab"),
    ],
)
def test_companies_are_compared_without_their_legal_form(one: str, other: str) -> None:
    assert words.company(one) == words.company(other) != ""


@pytest.mark.parametrize(
    "one, other", [("murphy", "merphy"), ("philip", "filip"), ("meyer", "maier"), ("schmidt", "shmit")]
)
def test_what_sounds_alike_has_one_sound(one: str, other: str) -> None:
    assert words.sound(one)[:3] == words.sound(other)[:3]


def test_a_short_number_is_no_part_of_a_long_one() -> None:
    assert words.same_phone("48221234567", "221234567")
    assert not words.same_phone("48221234567", "1234567")
    assert not words.same_phone("1" * 30 + "221234567", "221234567")
