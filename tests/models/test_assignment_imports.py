"""Assignment rules decide about imported rows that name no owner (S R3.31)."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import Session, select

from rxcrm.models import db
from rxcrm.models.assignment import rules
from rxcrm.models.assignment.routing import receivers
from rxcrm.models.assignment.tables import LeadAssignment
from rxcrm.models.importing import wizard
from rxcrm.models.lead import Lead
from rxcrm.models.notification import Notification
from rxcrm.models.people import User
from tests.models.import_desk import Desk, leads
from tests.models.import_files import bring_in, csv_file
from tests.models.test_assignment_rules import owner, rule, target
from tests.office import Office, Statements

HEAD = ["Topic", "Last Name", "ZIP/Postal Code", "Owner"]


def row(name: str, code: str = "61-001", whose: str = "") -> list[str]:
    return ["Lamps", name, code, whose]


def owners(office: Office) -> dict[str, str]:
    return {lead.last_name: owner(office, lead) for lead in leads(office)}


def test_rows_without_owner_go_to_whom_the_rules_choose(office: Office, tmp_path: Path) -> None:
    rule(office, "North", office.tom, office.olaf)
    rows = [row("A"), row("B", whose="sara@contoso.com"), row("C"), row("D", "80"), row("E", whose="Nobody")]
    _, books = bring_in(office, office.who(office.ada), csv_file(tmp_path, [HEAD, *rows]))
    assert books.created == 5
    assert owners(office) == {"A": "Tom", "B": "Sara", "C": "Olaf", "D": "Ada", "E": "Ada"}
    first = leads(office)[0]
    assert (first.version, first.unit_id, first.owner_key) == (1, office.tom.unit_id, "tom")
    assert office.told(first) == [
        "The system assigned this record to Tom by the assignment rule “North”",
        "Ada imported this record",
    ]


def test_an_owner_chosen_for_the_whole_file_is_no_affair_of_rules(office: Office, tmp_path: Path) -> None:
    rule(office)
    bring_in(office, office.who(office.ada), csv_file(tmp_path, [HEAD, row("A")]), owner=office.ada.id)
    assert owners(office) == {"A": "Ada"}


def test_imports_can_be_left_out(office: Office, tmp_path: Path) -> None:
    rule(office)
    rules.choose(office.act(office.ada), {"imported": "0"})
    bring_in(office, office.who(office.ada), csv_file(tmp_path, [HEAD, row("A")]))
    assert owners(office) == {"A": "Ada"}


def test_limits_and_turns_hold_over_batches_and_failures_fall_back(office: Office, tmp_path: Path) -> None:
    rules.choose(office.act(office.ada), {"fallback": target(office.mia)})
    rule(office, "North", office.tom, office.olaf, most_open="600")
    office.commit()
    rows = [row(f"N{n}") for n in range(1_500)]
    bring_in(office, office.who(office.ada), csv_file(tmp_path, [HEAD, *rows]))
    found = list(owners(office).values())
    assert {name: found.count(name) for name in set(found)} == {"Tom": 600, "Olaf": 600, "Mia": 300}
    failed = office.session.exec(select(LeadAssignment).where(LeadAssignment.outcome == "failed")).all()
    assert len(failed) == 300


def test_everybody_who_gets_rows_is_told_once(office: Office, tmp_path: Path) -> None:
    rule(office, "North", office.tom, office.olaf)
    run, _ = bring_in(office, office.who(office.ada), csv_file(tmp_path, [HEAD, *(row(f"N{n}") for n in range(4))]))
    told = [(n.user_id, n.message) for n in office.session.exec(select(Notification)) if n.kind == "assigned"]
    assert sorted(told) == sorted((u.id, "Several leads are yours by assignment rules.") for u in people(office))
    assert db.read(receivers, run.id or 0) == {u.id for u in people(office)}


def people(office: Office) -> list[User]:
    return [office.tom, office.olaf]


def test_an_import_is_undone_with_what_the_rules_did(office: Office, tmp_path: Path) -> None:
    rule(office, "North", office.tom, most_open="1")
    desk = Desk(office, tmp_path, [HEAD, row("A"), row("B")], office.who(office.ada))
    desk.examine()
    desk.weigh()
    desk.import_it()
    assert owners(office) == {"A": "Tom", "B": "Ada"}
    assert desk.undo() == 0
    assert leads(office) == [] and not office.session.exec(select(LeadAssignment)).all()


def test_the_wizard_says_that_rules_decide(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path, [HEAD, row("A")], office.who(office.ada))
    assert desk.do(wizard.map_view).ruled is False
    rule(office)
    office.commit()
    assert desk.do(wizard.map_view).ruled is True


def test_more_rows_of_a_batch_cost_no_more_statements(office: Office, tmp_path: Path) -> None:
    rule(office, "North", office.tom, office.olaf, how="load", most_open="5000")
    office.commit()

    def cost(count: int) -> int:
        rows = [row(f"N{n}") for n in range(count)]
        file = csv_file(tmp_path, [HEAD, *rows])
        with Statements(office.engine) as statements:
            bring_in(office, office.who(office.ada), file, duplicates="create")
        return len([s for s in statements.ran if "SAVEPOINT" not in s])

    cost(10)
    assert abs(cost(40) - cost(20)) <= 2


def test_accounts_and_contacts_are_no_affair_of_rules(office: Office, tmp_path: Path) -> None:
    rule(office, condition={"all": []})
    file = csv_file(tmp_path, [["Last Name", "Email"], ["Roe", "roe@x.example"]])
    bring_in(office, office.who(office.ada), file, entity="contact")
    with Session(office.engine) as session:
        assert session.exec(select(Lead)).all() == [] == session.exec(select(LeadAssignment)).all()
