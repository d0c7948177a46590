"""Share: one record opened to users and teams, never with more than the sharer has (S 3.11, R3.37)."""

from __future__ import annotations

import pytest
from sqlmodel import select

from rxcrm.models import notifying, records
from rxcrm.models.access import Privilege
from rxcrm.models.errors import BadValue, NotAllowed, NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.people import Share, UserRole
from rxcrm.models.sharing import givable, holders, revoke, share
from tests.office import Office

R, W, D, S = Privilege.READ, Privilege.WRITE, Privilege.DELETE, Privilege.SHARE


@pytest.fixture
def secret(office: Office) -> Lead:
    """Sara's lead in an organisation where everybody sees his own."""
    office.settle(private=True)
    return office.lead()


def test_a_shared_lead_can_be_read_and_changed_by_the_one_it_is_shared_with(office: Office, secret: Lead) -> None:
    with pytest.raises(NotFound):
        office.act(office.olaf).find(Lead, secret.id)
    share(office.act(office.sara), secret, office.olaf, [R, W])
    row = office.act(office.olaf).find(Lead, secret.id, W)
    records.save(office.act(office.olaf), row, {"topic": "Trucks"})
    with pytest.raises(NotAllowed):
        office.act(office.olaf).find(Lead, secret.id, Privilege.ASSIGN)


def test_a_share_with_a_team_reaches_all_its_members(office: Office, secret: Lead) -> None:
    share(office.act(office.sara), secret, office.fair, [R])
    for member in (office.tom, office.olaf):
        assert office.act(member).find(Lead, secret.id) is secret


def test_read_goes_with_every_other_right(office: Office, secret: Lead) -> None:
    share(office.act(office.sara), secret, office.olaf, [W])
    assert holders(office.act(office.sara), secret)[0].rights == ["read", "write"]


@pytest.mark.parametrize("rights", [[], [Privilege.CREATE], [R, Privilege.APPEND_TO], [Privilege.ADMINISTER]])
def test_no_right_and_rights_that_cannot_be_shared_are_refused(
    office: Office, secret: Lead, rights: list[Privilege]
) -> None:
    with pytest.raises(BadValue, match="Tick at least one right"):
        share(office.act(office.sara), secret, office.olaf, rights)
    assert holders(office.act(office.sara), secret) == []


def test_nobody_gives_a_right_that_he_does_not_have_himself(office: Office, secret: Lead) -> None:
    assert givable(office.act(office.sara), secret) == ["read", "write", "append", "assign", "share"]
    with pytest.raises(NotAllowed, match="You cannot give the right “Delete”"):
        share(office.act(office.sara), secret, office.olaf, [R, D])
    assert office.session.exec(select(Share)).all() == []


def test_who_was_given_share_passes_on_what_he_has_and_no_more(office: Office, secret: Lead) -> None:
    share(office.act(office.sara), secret, office.olaf, [R, S])
    act = office.act(office.olaf)
    row = act.find(Lead, secret.id, S)
    share(act, row, office.tom, [R])
    with pytest.raises(NotAllowed, match="“Write”"):
        share(act, row, office.tom, [R, W])


def test_who_has_no_share_right_finds_nothing_to_share(office: Office, secret: Lead) -> None:
    share(office.act(office.sara), secret, office.olaf, [R, W])
    with pytest.raises(NotAllowed):
        office.act(office.olaf).find(Lead, secret.id, S)


def test_a_right_that_the_sharer_lacks_may_stay_where_it_was_given_by_another(office: Office, secret: Lead) -> None:
    share(office.act(office.vera), secret, office.olaf, [R, D])
    share(office.act(office.sara), secret, office.olaf, [R, D, W])
    assert holders(office.act(office.sara), secret)[0].rights == ["read", "write", "delete"]


def test_a_share_is_changed_and_taken_back(office: Office, secret: Lead) -> None:
    share(office.act(office.sara), secret, office.olaf, [R, W])
    share(office.act(office.sara), secret, office.olaf, [R])
    assert not office.act(office.olaf).may(W, secret)
    revoke(office.act(office.sara), secret, office.olaf)
    with pytest.raises(NotFound):
        office.act(office.olaf).find(Lead, secret.id)
    with pytest.raises(NotAllowed, match="Doe is not shared with Olaf"):
        revoke(office.act(office.sara), secret, office.olaf)


def test_sharing_the_same_twice_changes_and_tells_nothing(office: Office, secret: Lead) -> None:
    for _ in range(2):
        share(office.act(office.sara), secret, office.olaf, [R, W])
    assert len(office.session.exec(select(Share)).all()) == 2
    assert [line for line in office.told(secret) if "shared" in line] == [
        "Sara shared this record with Olaf: Read and Write"
    ]


def test_the_history_says_with_whom_and_which_rights(office: Office, secret: Lead) -> None:
    share(office.act(office.sara), secret, office.fair, [R, W, Privilege.APPEND])
    revoke(office.act(office.sara), secret, office.fair)
    assert office.told(secret)[:2] == [
        "Sara stopped sharing this record with Fair",
        "Sara shared this record with Fair: Read, Write, and Append",
    ]


def test_those_it_is_shared_with_are_told_but_not_the_sharer_himself(office: Office, secret: Lead) -> None:
    share(office.act(office.sara), secret, office.olaf, [R])
    share(office.act(office.vera), secret, office.fair, [R])
    lines = [line.text for line in notifying.page(office.act(office.olaf)).lines]
    assert sorted(lines) == ["Sara shared Doe with you.", "Vera shared Doe with you."]
    assert [line.text for line in notifying.page(office.act(office.tom)).lines] == ["Vera shared Doe with you."]


def test_the_owner_needs_no_share(office: Office, secret: Lead) -> None:
    with pytest.raises(NotAllowed, match="Sara owns this record"):
        share(office.act(office.vera), secret, office.sara, [R])


def test_disabled_users_and_those_whose_roles_read_nothing_are_refused(office: Office, secret: Lead) -> None:
    office.tom.disabled = True
    with pytest.raises(NotAllowed, match="Tom is disabled"):
        share(office.act(office.sara), secret, office.tom, [R])
    for role in office.session.exec(select(UserRole).where(UserRole.user_id == office.tim.id)):
        office.session.delete(role)
    office.session.flush()
    with pytest.raises(NotAllowed, match="The roles of Tim may not read such records at all"):
        share(office.act(office.sara), secret, office.tim, [R])


def test_the_pane_says_who_gave_which_rights_when(office: Office, secret: Lead) -> None:
    share(office.act(office.sara), secret, office.olaf, [W, R])
    share(office.act(office.vera), secret, office.fair, [R])
    told = [(h.kind, h.name, h.rights, h.by, h.at) for h in holders(office.act(office.sara), secret)]
    at = office.now.isoformat()
    assert told == [("team", "Fair", ["read"], "Vera", at), ("user", "Olaf", ["read", "write"], "Sara", at)]


def test_a_share_goes_with_its_record(office: Office, secret: Lead) -> None:
    from datetime import timedelta

    share(office.act(office.sara), secret, office.olaf, [R])
    records.bin(office.act(office.vera), secret)
    with pytest.raises(NotFound):
        office.act(office.olaf).find(Lead, secret.id)
    records.restore(office.act(office.vera), Lead, secret.id)
    assert office.act(office.olaf).find(Lead, secret.id) is secret
    records.bin(office.act(office.vera), secret)
    records.purge(office.session, office.now + timedelta(days=31))
    assert office.session.exec(select(Share)).all() == []
