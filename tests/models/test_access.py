"""Who may do what: one table, from which the SQL filter and the yes/no both come (S 9.4, 13.1)."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models.access import (
    GRANTS,
    ON_RECORDS,
    Depth,
    Privilege,
    Who,
    holders,
    may,
    may_create,
    may_own,
    require,
    visible,
)
from rxcrm.models.account import Account
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind, Role
from rxcrm.models.contact import Contact
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.people import Team, TeamMember, TeamRole, User, add_user, set_roles
from rxcrm.models.tables import RECORDS
from tests.office import Office

#: The table of S 9.4, as it stands there.
S_9_4 = """
| Role | Create | Read | Write | Delete | Append | Append To | Assign | Share |
| Salesperson | User | Org | User+ shared | none | User | Org | User | User |
| Sales Manager | BU | Org | Parent: child | BU | Parent: child | Org | Parent: child | Parent: child |
| VP of Sales | Org | Org | Org | Org | Org | Org | Org | Org |
| Team member | none | Org | none | none | User (own notes) | Org | none | none |
| Administrator | Org | Org | Org | Org | Org | Org | Org | Org |
"""
ROLES = {
    "Salesperson": Role.SALESPERSON,
    "Sales Manager": Role.SALES_MANAGER,
    "VP of Sales": Role.VICE_PRESIDENT,
    "Team member": Role.TEAM_MEMBER,
    "Administrator": Role.ADMINISTRATOR,
}
DEPTHS = {"none": 0, "User": 1, "User+ shared": 1, "User (own notes)": 1, "BU": 2, "Parent: child": 3, "Org": 4}
PRESETS = [(False, False), (True, False), (False, True), (True, True)]
#: Every role alone, every pair, all of them, and none.
SETS_OF_ROLES = [frozenset(c) for n in (0, 1, 2, 5) for c in combinations(Role, n)]


def rows_of(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.strip().splitlines()]


def test_the_matrix_is_the_one_of_the_specification() -> None:
    (_, *heads), *rows = rows_of(S_9_4)
    privileges = [Privilege(head.lower().replace(" ", "_")) for head in heads]
    stated = {
        (ROLES[role], privilege): Depth(DEPTHS[word])
        for role, *words in rows
        for privilege, word in zip(privileges, words, strict=True)
    }
    for entity in ("lead", "account", "contact"):
        granted = GRANTS[False, False]
        assert {(r, p): granted[r][entity, p] for r, p in stated} == stated


def test_private_changes_only_what_sellers_and_managers_read() -> None:
    openly, privately = GRANTS[False, False], GRANTS[True, False]
    differing = {(r, k): privately[r][k] for r in Role for k in openly[r] if openly[r][k] != privately[r][k]}
    expected = {Role.SALESPERSON: Depth.USER, Role.SALES_MANAGER: Depth.DEEP}
    assert differing == {
        (role, (entity, Privilege.READ)): depth for role, depth in expected.items() for entity in RECORDS
    }


def test_everybody_writes_his_own_notes_and_deletes_them() -> None:
    for role, grants in GRANTS[False, False].items():
        assert grants["activity", Privilege.CREATE] >= Depth.USER, role
        assert grants["activity", Privilege.DELETE] >= Depth.USER, role


@pytest.mark.parametrize("private", [False, True])
def test_open_editing_lets_sellers_and_managers_write_what_they_read(private: bool) -> None:
    granted = GRANTS[private, True]
    for role in (Role.SALESPERSON, Role.SALES_MANAGER):
        assert granted[role]["lead", Privilege.WRITE] is granted[role]["lead", Privilege.READ]
    assert granted[Role.TEAM_MEMBER]["lead", Privilege.WRITE] is Depth.NONE


def test_only_administrators_administer_and_only_managers_up_choose_owners() -> None:
    def holders(privilege: Privilege) -> set[Role]:
        return {role for role in Role if ("", privilege) in GRANTS[False, False][role]}

    assert holders(Privilege.ADMINISTER) == {Role.ADMINISTRATOR}
    assert holders(Privilege.CHOOSE_OWNER) == {Role.ADMINISTRATOR, Role.VICE_PRESIDENT, Role.SALES_MANAGER}
    assert holders(Privilege.IMPORT) == set(Role) - {Role.TEAM_MEMBER}


class Constellations:
    """Zoe, in the middle of the tree of units, and a record in every relation to her."""

    def __init__(self, office: Office) -> None:
        self.office, s = office, office.session
        sales, service = office.unit("Sales"), office.unit("Service")
        self.zoe = add_user(
            s, email="zoe@contoso.com", name="Zoe", unit_id=sales.id or 0, roles=[Role.TEAM_MEMBER], now=office.now
        )
        self.own_team = Team(name="Hers", unit_id=service.id)
        self.team_here = Team(name="Not hers, same unit", unit_id=sales.id)
        s.add_all([self.own_team, self.team_here])
        s.flush()
        s.add(TeamMember(team_id=self.own_team.id, user_id=self.zoe.id))
        s.flush()

    def make(self, maker: str) -> dict[str, Record]:
        office = self.office
        table = {"lead": Lead, "account": Account, "contact": Contact, "activity": Activity}[maker]
        needed: dict[str, Any] = {
            "lead": {"topic": "x", "last_name": "y"},
            "account": {"name": "x"},
            "contact": {"last_name": "y"},
            "activity": {"kind": ActivityKind.TASK, "subject": "x"},
        }[maker]

        def make(owner: User | Team) -> Record:
            return office.bare(table, owner, **needed)

        rows = {
            "own": make(self.zoe),
            "same unit": make(office.mia),
            "unit below": make(office.sara),
            "unit above": make(office.ada),
            "other branch": make(office.olaf),
            "own team": make(self.own_team),
            "foreign team": make(office.fair),
            "foreign team in the same unit": make(self.team_here),
            "shared to somebody else": make(office.olaf),
        }
        for privilege in ON_RECORDS:
            rows[f"shared to me: {privilege}"] = make(office.olaf)
            rows[f"shared to my team: {privilege}"] = make(office.olaf)
        office.session.flush()
        office.share(rows["shared to somebody else"], office.tom, Privilege.WRITE)
        for privilege in ON_RECORDS:
            office.share(rows[f"shared to me: {privilege}"], self.zoe, privilege)
            office.share(rows[f"shared to my team: {privilege}"], self.own_team, privilege)
        return rows


def agreed(office: Office, who: Who, table: type[Record], rows: dict[str, Record], privilege: Privilege) -> set[str]:
    """The constellations allowed, after making sure that the filter and the answers are the same."""
    seen = set(office.session.exec(select(table.id).where(visible(who, table, privilege))))
    filtered = {name for name, row in rows.items() if row.id in seen}
    answered = {name for name, row in rows.items() if may(office.session, who, privilege, row)}
    assert filtered == answered, (sorted(who.roles), privilege)
    return answered


@pytest.mark.parametrize("private, open_editing", PRESETS)
def test_the_filter_and_the_answer_agree_and_say_what_the_depth_means(
    office: Office, private: bool, open_editing: bool
) -> None:
    stage = Constellations(office)
    rows = stage.make("lead")
    base = replace(office.who(stage.zoe), private=private, open_editing=open_editing)
    own = {"own", "own team"}
    unit = own | {"same unit", "foreign team in the same unit"}
    for roles in SETS_OF_ROLES:
        who = replace(base, roles=roles)
        for privilege in ON_RECORDS:
            depth = max((GRANTS[private, open_editing][r]["lead", privilege] for r in roles), default=Depth.NONE)
            shared = {f"shared to me: {privilege}", f"shared to my team: {privilege}"}
            meant = {
                Depth.NONE: set(),
                Depth.USER: own | shared,
                Depth.UNIT: unit | shared,
                Depth.DEEP: unit | {"unit below"} | shared,
                Depth.ORG: set(rows),
            }
            assert agreed(office, who, Lead, rows, privilege) == meant[depth], (sorted(roles), privilege)


@pytest.mark.parametrize("maker, table", [("account", Account), ("contact", Contact), ("activity", Activity)])
def test_filter_and_answer_agree_for_other_tables(office: Office, maker: str, table: type[Record]) -> None:
    stage = Constellations(office)
    rows = stage.make(maker)
    stage.make("lead")  # Shares of leads with the same numbers must not open these.
    base = replace(office.who(stage.zoe), private=True)
    for role in Role:
        for privilege in ON_RECORDS:
            agreed(office, replace(base, roles=frozenset({role})), table, rows, privilege)


@pytest.mark.parametrize("maker, table", [("lead", Lead), ("account", Account), ("contact", Contact)])
def test_who_may_read_a_record_may_read_what_regards_it(office: Office, maker: str, table: type[Record]) -> None:
    stage = Constellations(office)
    rows = stage.make(maker)
    notes: dict[str, Record] = {
        name: office.bare(
            Activity, office.vera, kind=ActivityKind.NOTE, subject=name, regarding_entity=maker, regarding_id=row.id
        )
        for name, row in rows.items()
    }
    office.session.flush()
    base = replace(office.who(stage.zoe), private=True)
    for role in Role:
        who = replace(base, roles=frozenset({role}))
        readable = agreed(office, who, table, rows, Privilege.READ)
        assert agreed(office, who, Activity, notes, Privilege.READ) == readable
        assert agreed(office, who, Activity, notes, Privilege.WRITE) == (
            set(notes) if role in (Role.VICE_PRESIDENT, Role.ADMINISTRATOR) else set()
        )


def test_a_share_of_one_table_opens_nothing_of_another(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead()
    account = office.account(id=lead.id)
    office.share(lead, office.olaf)
    olaf = office.who(office.olaf)
    assert may(office.session, olaf, Privilege.READ, lead)
    assert not may(office.session, olaf, Privilege.READ, account)
    assert office.session.exec(select(Account).where(visible(olaf, Account))).all() == []


def test_roles_come_through_teams_too(office: Office) -> None:
    assert not office.who(office.tom).administrator
    office.session.add(TeamRole(team_id=office.fair.id, role=Role.ADMINISTRATOR.value))
    office.session.flush()
    assert office.who(office.tom).administrator
    assert not office.who(office.sara).administrator


def test_unknown_roles_in_the_database_give_nothing(office: Office) -> None:
    office.session.add(TeamRole(team_id=office.fair.id, role="emperor"))
    office.session.flush()
    assert office.who(office.tom).roles == {Role.SALESPERSON}


def test_the_highest_depth_of_all_roles_counts(small_office: Office) -> None:
    office = small_office
    set_roles(office.session, office.sara, [Role.SALESPERSON, Role.SALES_MANAGER, Role.TEAM_MEMBER])
    who = office.who(office.sara)
    assert who.depth("lead", Privilege.WRITE) is Depth.DEEP
    assert who.depth("lead", Privilege.DELETE) is Depth.UNIT


def test_every_refusal_gives_its_reason(office: Office) -> None:
    lead = office.lead(office.olaf)
    for user, privilege, words in [
        (office.tim, Privilege.WRITE, "Your role may not change"),
        (office.sara, Privilege.DELETE, "Your role may not delete"),
        (office.sara, Privilege.WRITE, "only records that you own"),
        (office.mia, Privilege.DELETE, "only records of your business unit."),
        (office.mia, Privilege.WRITE, "the units below it"),
    ]:
        decision = may(office.session, office.who(user), privilege, lead)
        assert not decision and words in decision.because
        with pytest.raises(NotAllowed, match=words):
            require(office.session, office.who(user), privilege, lead)


def test_outside_the_read_depth_a_record_does_not_exist(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(office.olaf)
    with pytest.raises(NotFound):
        office.act(office.sara).find(Lead, lead.id, Privilege.WRITE)
    office.settle(private=False)
    with pytest.raises(NotAllowed):
        office.act(office.sara).find(Lead, lead.id, Privilege.WRITE)


@pytest.mark.parametrize("record_id", [0, -1, 2**31, 2**63 - 1, 2**63, 10**40])
def test_an_impossible_number_is_no_record(office: Office, record_id: int) -> None:
    with pytest.raises(NotFound):
        office.act(office.ada).find(Lead, record_id)


def test_creating_for_somebody_reaches_as_far_as_the_role(small_office: Office) -> None:
    office = small_office

    def answers(user: User) -> str:
        who = office.who(user)
        others = [office.sara, office.tom, office.mia, office.olaf]
        return "".join("y" if may_own(who, "lead", Privilege.CREATE, o) else "n" for o in others)

    assert [answers(u) for u in (office.sara, office.mia, office.vera, office.tim)] == ["ynnn", "nnyn", "yyyy", "nnnn"]
    assert may_create(office.who(office.sara), "lead")
    assert not may_create(office.who(office.tim), "lead")


@pytest.mark.parametrize("private, open_editing", PRESETS)
def test_the_holders_of_a_privilege_are_those_who_hold_it(office: Office, private: bool, open_editing: bool) -> None:
    office.settle(private=private, open_editing=open_editing)
    set_roles(office.session, office.olaf, [])  # a member of the team, which has a role of its own below
    set_roles(office.session, office.tim, [])
    office.session.add(TeamRole(team_id=office.fair.id, role=Role.SALES_MANAGER.value))
    office.tom.disabled = True
    office.session.flush()
    everybody = {u.id: office.who(u) for u in office.session.exec(select(User))}
    for entity, privilege in [("lead", p) for p in ON_RECORDS] + [("", Privilege.IMPORT), ("", Privilege.CHOOSE_OWNER)]:
        found = holders(office.session, office.organisation, privilege, entity)
        assert found == {n for n, who in everybody.items() if who.holds(privilege, entity)}
