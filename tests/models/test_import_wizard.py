"""Review, preview, run and result of an import (issue 5)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import func, select

from rxcrm.models import records
from rxcrm.models.account import Account
from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.importing import running, runs, weighing, wizard
from rxcrm.models.importing.books import Books, RejectedRow
from rxcrm.models.importing.claims import Interrupted, Superseded
from rxcrm.models.importing.plan import Fix, LookupRule
from rxcrm.models.lead import Lead
from tests.models.import_desk import HEAD, Desk, lead, leads
from tests.models.import_files import bring_in, csv_file
from tests.office import Office, Statements

pytestmark = pytest.mark.usefixtures("uploads")


# -- Review ----------------------------------------------------------------------------------------------------------


def test_every_value_that_does_not_fit_is_found_once_with_its_rows(office: Office, tmp_path: Path) -> None:
    rows = [HEAD, *(lead(f"T{n}", "Sousa", rating="On Fire!") for n in range(3)), lead("T4", "", rating="Hot")]
    desk = Desk(office, tmp_path, rows)
    assert not desk.do(wizard.review).examined
    seen = desk.examine()
    assert (seen.examined, seen.rows, seen.clean, seen.flagged) == (True, 4, 0, 4)
    rating = next(c for c in seen.columns if c.heading == "Rating")
    assert (rating.values, rating.rows, rating.rejected, rating.kind) == (1, 3, 0, "choice")
    assert [o.label for o in rating.options] == ["Hot", "Warm", "Cold"]
    (found,) = desk.do(wizard.findings, rating.place)
    assert (found.value, found.count, found.first, found.severity) == ("On Fire!", 3, 2, "warning")
    assert found.sentence == "“On Fire!” is not an option of Rating; the field stays empty."
    name = next(c for c in seen.columns if c.heading == "Last Name")
    assert (name.values, name.rejected) == (1, 1)


def test_a_value_is_mended_once_for_all_its_rows(office: Office, tmp_path: Path) -> None:
    rows = [HEAD, *(lead(f"T{n}", "Sousa", f"a{n}@x.com", "On Fire!") for n in range(3))]
    desk = Desk(office, tmp_path, rows)
    desk.examine()
    desk.do(wizard.fix_value, 4, "On Fire!", Fix("raw", "1"))
    (found,) = desk.do(wizard.findings, 4)
    assert (found.fix, found.shown) == (Fix("raw", "1"), "Hot")
    assert desk.do(wizard.review).columns[0].fixed == 1
    books = desk.import_it()
    assert (books.created, books.warned) == (3, 0)
    assert {each.rating for each in leads(office)} == {1}


def test_a_value_is_left_out_or_mended_as_text_and_a_mending_that_does_not_fit_is_refused(
    office: Office, tmp_path: Path
) -> None:
    rows = [HEAD, lead("A", "Sousa", "nobody(at)x.com", date="soon"), lead("B", "Nowak", "b@x.com", date="2026-13-40")]
    desk = Desk(office, tmp_path, rows)
    desk.examine()
    with pytest.raises(BadValue, match="is not an e-mail address"):
        desk.do(wizard.fix_value, 3, "nobody(at)x.com", Fix("text", "still nobody"))
    desk.do(wizard.fix_value, 3, "nobody(at)x.com", Fix("text", "nobody@x.com"))
    desk.do(wizard.fix_value, 5, "soon", Fix("blank"))
    desk.do(wizard.fix_value, 5, "2026-13-40", Fix("text", "2026-12-31"))
    books = desk.import_it()
    one, two = leads(office)
    assert (one.email, one.description, str(two.estimated_close_date)) == ("nobody@x.com", "", "2026-12-31")
    assert books.warned == 0


def test_a_mending_that_is_no_address_is_refused_in_its_own_words(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path, [HEAD, lead("A", "Sousa", "nobody(at)x.com")])
    desk.examine()
    (found,) = desk.do(wizard.findings, 3)
    assert found.sentence.endswith("The row comes in without it; the text goes to the description.")
    with pytest.raises(BadValue) as refusal:
        desk.do(wizard.fix_value, 3, "nobody(at)x.com", Fix("text", "nobody"))
    assert refusal.value.text() == "“nobody” is not an e-mail address. Example: name@example.com"


def test_all_empty_cells_of_a_required_column_are_filled_at_once(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path, [HEAD, lead("A", ""), lead("B", "  "), [""] * 7, lead("C", "Nowak")])
    assert desk.examine().flagged == 2
    (found,) = desk.do(wizard.findings, 2)
    assert (found.value, found.count, found.severity) == ("", 2, "rejected")
    with pytest.raises(BadValue, match="Last Name is required"):
        desk.do(wizard.fix_value, 2, "", Fix("blank"))
    with pytest.raises(BadValue, match="at most"):
        desk.do(wizard.fix_value, 2, "", Fix("text", "x" * 300))
    desk.do(wizard.fix_value, 2, "", Fix("text", "Unknown"))
    assert desk.do(wizard.review).flagged == 0
    books = desk.import_it()
    assert (books.created, books.rejected, books.blank) == (3, 0, 1)
    assert [each.last_name for each in leads(office)] == ["Unknown", "Unknown", "Nowak"]


def test_what_stands_for_empty_cells_overwrites_no_record(office: Office, tmp_path: Path) -> None:
    office.lead(office.mia, topic="Old", last_name="Sousa", email="a@x.com")
    rows = [["Topic", "Name", "Email"], ["New", "", "a@x.com"], ["Other", "", "b@x.com"]]
    desk = Desk(office, tmp_path, rows)
    desk.plan(key="email", mapping={0: "topic", 1: "full_name", 2: "email"})
    desk.do(wizard.fix_value, 1, "", Fix("text", "Jo Unknown"))
    books = desk.import_it()
    assert (books.created, books.updated) == (1, 1)
    assert [(each.topic, each.last_name) for each in leads(office)] == [("New", "Sousa"), ("Other", "Unknown")]


def test_one_cell_is_mended_and_the_counts_follow(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path, [HEAD, lead("A", ""), lead("B", ""), lead("C", "Nowak")])
    assert desk.examine().flagged == 2
    (first, second) = desk.do(wizard.grid)
    assert (first.number, first.bad) == (2, {2: "Last Name is required."})
    mended = desk.do(wizard.mend, 2, 2, "Sousa")
    assert (mended.cells[2], mended.bad, mended.mended) == ("Sousa", {}, [2])
    seen = desk.do(wizard.review)
    assert (seen.flagged, seen.mended, seen.columns[0].rows) == (1, 1, 1)
    desk.do(wizard.mend, 2, 2, None)
    assert desk.do(wizard.review).flagged == 2
    desk.do(wizard.mend, 3, 2, "Kim")
    assert desk.import_it().created == 2
    assert [each.last_name for each in leads(office)] == ["Kim", "Nowak"]
    assert second.number == 3


def test_dates_and_numbers_are_read_as_chosen_and_shown_with_examples(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path, [HEAD, lead("A", "Sousa", date="03/04/2026", revenue="1,500")])
    seen = desk.examine()
    date, revenue = (next(c for c in seen.columns if c.place == place).habit for place in (5, 6))
    assert date and revenue and (date.unclear, revenue.unclear) == (True, True)
    desk.plan(orders={5: "mdy"}, points={6: ","})
    assert not desk.do(wizard.review).examined
    seen = desk.examine()
    assert [(c.values, c.habit and c.habit.chosen) for c in seen.columns] == [(0, "mdy"), (0, ",")]
    desk.import_it()
    (made,) = leads(office)
    assert (str(made.estimated_close_date), str(made.annual_revenue)) == ("2026-03-04", "1.50")


def test_what_is_reviewed_by_another_plan_is_out_of_date_but_fixes_keep_it(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path, [HEAD, lead("A", "Sousa", rating="Odd")])
    desk.examine()
    desk.plan(duplicates="create", key="email")
    assert desk.do(wizard.review).examined
    mapping = {**desk.fresh().plan["mapping"]}
    desk.plan(mapping={int(place): t for place, t in mapping.items() if t != "rating"})
    assert not desk.do(wizard.review).examined


# -- Preview ---------------------------------------------------------------------------------------------------------


def rows_of(desk: Desk, tag: str = "") -> list[tuple[int, str, str]]:
    return [(r.number, r.tag, r.record) for r in desk.do(wizard.rows, tag)]


def test_a_row_that_is_here_already_is_skipped_unless_it_is_wanted(office: Office, tmp_path: Path) -> None:
    office.lead(office.mia, first_name="", last_name="Sousa", email="a@x.com")
    rows = [HEAD, lead("A", "Sousa", "A@x.com"), lead("B", "Nowak", "b@x.com"), lead("C", "Nowak", "b@x.com")]
    desk = Desk(office, tmp_path, rows)
    seen = desk.weigh()
    assert (seen.weighed, seen.create, seen.skip, seen.doubles) == (True, 1, 2, 2)
    assert rows_of(desk) == [(2, "skip", "Sousa"), (3, "create", ""), (4, "skip", "")]
    shown = desk.do(wizard.rows)
    assert shown[0].reasons == ["“Sousa” may be here already. Same e-mail address."]
    assert shown[2].reasons == ["This may be the same as row 3. Same e-mail address."]
    desk.do(wizard.decide, 2, "create")
    assert (desk.do(wizard.preview).create, desk.do(wizard.preview).skip) == (2, 1)
    desk.do(wizard.decide, 3, "skip")
    assert rows_of(desk) == [(2, "create", "Sousa"), (3, "skip", ""), (4, "create", "")]
    desk.plan(duplicates="create")
    assert not desk.do(wizard.preview).weighed
    assert desk.weigh().create == 2


def test_more_rows_of_a_preview_cost_no_more_statements(office: Office, tmp_path: Path) -> None:
    rows = [HEAD]
    for n in range(20):
        office.lead(office.mia, last_name=f"L{n}", email=f"l{n}@x.com")
        rows.append(lead(f"T{n}", f"L{n}", f"l{n}@x.com"))
    desk = Desk(office, tmp_path, rows)
    desk.weigh()
    ran = []
    for most in (5, 20):
        act = desk.act()
        with Statements(office.engine) as statements:
            seen = wizard.rows(act, desk.id, most=most)
        office.commit()
        assert [row.record for row in seen] == [f"L{n}" for n in range(most)]
        ran.append(len(statements))
    assert ran[0] == ran[1]


def test_the_preview_is_what_the_run_does(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 3)
    monkeypatch.setattr(weighing, "AT_ONCE", 3)
    for n in range(4):
        office.lead(office.mia, last_name=f"Known{n}", email=f"k{n}@x.com")
    rows = [HEAD, *(lead(f"T{n}", f"Known{n}", f"k{n}@x.com") for n in range(2))]
    rows += [lead(f"N{n}", f"New{n}", f"n{n % 4}@x.com") for n in range(8)] + [[""] * 7, lead("", "Bad")]
    for policy in ("skip", "create", "update"):
        desk = Desk(office, tmp_path, rows)
        desk.plan(duplicates=policy)
        seen = desk.weigh()
        books = runs.carry_out(desk.id, desk.who, desk_plan(desk), dry_run=True)
        told = (seen.create, seen.update, seen.skip, seen.reject, seen.blank)
        assert told == (books.created, books.updated, books.skipped, books.rejected, books.blank) and books.balance
        done = desk.import_it()
        assert told == (done.created, done.updated, done.skipped, done.rejected, done.blank) and done.balance, policy
        seen = desk.do(wizard.undo_view)
        assert (seen.edited, desk.undo()) == ([], 0), policy
        assert len(leads(office)) == 4


def desk_plan(desk: Desk) -> Any:
    return wizard.Plan.of(desk.fresh().plan)


def test_records_are_found_by_a_key_and_only_filled_cells_are_written(office: Office, tmp_path: Path) -> None:
    known = office.lead(
        office.mia, topic="Old", first_name="Ana", last_name="Sousa", email="a@x.com", description="kept"
    )
    rows = [["Email", "First Name", "Job Title", "Description"], ["A@X.com", "", "CEO", ""], ["none@x.com", "", "", ""]]
    desk = Desk(office, tmp_path, rows)
    desk.plan(mode="update", key="email")
    seen = desk.weigh()
    assert (seen.update, seen.skip) == (1, 1)
    books = desk.import_it()
    assert (books.updated, books.skipped, books.created, books.balance) == (1, 1, 0, True)
    (row,) = leads(office)
    assert (row.id, row.topic, row.first_name, row.job_title, row.description) == (
        known.id, "Old", "Ana", "CEO", "kept",
    )  # fmt: skip
    told = office.told(row)
    assert "Mia" in told[0] and "Job Title" in told[0]


def test_a_row_without_its_key_creates_where_that_is_wanted(office: Office, tmp_path: Path) -> None:
    office.lead(office.mia, last_name="Sousa", email="a@x.com")
    desk = Desk(office, tmp_path, [HEAD, lead("A", "Sousa", "a@x.com", "Hot"), lead("B", "Nowak")])
    desk.plan(key="email")
    books = desk.import_it()
    assert (books.created, books.updated) == (1, 1)
    desk = Desk(office, tmp_path, [HEAD, lead("A", "Sousa", "a@x.com", "Hot")])
    desk.plan(key="email")
    assert desk.weigh().skip == 1
    (row,) = desk.do(wizard.rows)
    assert row.reasons == ["Nothing in this row differs from “Sousa”."]


def test_of_two_rows_of_one_key_the_second_says_more_about_the_first(office: Office, tmp_path: Path) -> None:
    rows = [HEAD, lead("A", "Nowak", "n@x.com"), lead("", "", "N@x.com", "Hot")]
    desk = Desk(office, tmp_path, rows)
    desk.plan(key="email")
    assert (desk.weigh().create, desk.weigh().update) == (1, 1)
    books = desk.import_it()
    assert (books.created, books.updated, books.balance) == (1, 1, True)
    (made,) = leads(office)
    assert (made.topic, made.last_name, made.rating) == ("A", "Nowak", 1)


def test_several_records_of_one_key_or_one_that_may_not_be_changed_are_refused(office: Office, tmp_path: Path) -> None:
    office.lead(office.mia, last_name="Twin", email="t@x.com")
    office.lead(office.mia, last_name="Twin", email="t@x.com")
    office.lead(office.olaf, last_name="His", email="his@x.com")
    rows = [HEAD, lead("", "", "t@x.com", "Hot"), lead("", "", "his@x.com", "Hot")]
    desk = Desk(office, tmp_path, rows, office.who(office.sara))
    desk.plan(mode="update", key="email")
    desk.weigh()
    assert [r.reasons for r in desk.do(wizard.rows)] == [
        ["Several records have this Email; which one is meant cannot be told."],
        ["Your role may not change “His”."],
    ]
    books = desk.import_it()
    assert (books.rejected, books.balance) == (2, True)


def test_a_cell_that_is_no_key_names_nobody_and_accents_count(office: Office, tmp_path: Path) -> None:
    office.lead(office.mia, last_name="Jose", email="jose@x.pt")
    rows = [HEAD, *(lead(f"T{n}", f"L{n}", bad) for n, bad in enumerate(("n/a", "unknown", "-")))]
    desk = Desk(office, tmp_path, [*rows, lead("T3", "José", "josé@x.pt"), lead("T4", "Jósé", "JOSÉ@x.pt")])
    desk.plan(key="email", duplicates="create")
    books = desk.import_it()
    assert (books.created, books.updated) == (4, 1)
    assert [each.last_name for each in leads(office)] == ["Jose", "L0", "L1", "L2", "Jósé"]


def test_an_update_overwrites_nothing_by_constants_and_loses_no_second_address(office: Office, tmp_path: Path) -> None:
    known = office.lead(office.mia, last_name="Sousa", email="a@x.com", city="Lisboa", description="old")
    desk = Desk(office, tmp_path, [["Email", "Secondary Email", "Job Title"], ["a@x.com", "b@x.com; c@x.com", "CEO"]])
    desk.plan(mode="update", key="email", constants={"city": "Unknown"})
    assert desk.import_it().updated == 1
    (row,) = leads(office)
    assert (row.id, row.city, row.job_title) == (known.id, "Lisboa", "CEO")
    assert row.description.startswith("old") and "c@x.com" in row.description


def test_constants_fill_the_rows_that_do_not(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path, [["Topic", "Last Name"], ["A", "Sousa"]])
    desk.plan(constants={"rating": "2", "city": "Porto"})
    with pytest.raises(BadValue):
        desk.plan(constants={"rating": "99"})
    desk.import_it()
    (made,) = leads(office)
    assert (made.rating, made.city) == (2, "Porto")


def test_lookups_make_what_they_do_not_find_once(office: Office, tmp_path: Path) -> None:
    rows = [["Topic", "Last Name", "Existing Account?"], *([f"T{n}", f"L{n}", "Fabrikam"] for n in range(3))]
    desk = Desk(office, tmp_path, rows)
    desk.plan(lookups={"existing_account_id": LookupRule("name", "match_or_create")})
    books = desk.import_it()
    (account,) = office.session.exec(select(Account)).all()
    office.commit()
    assert books.created == 3 and account.name == "Fabrikam"
    assert {each.existing_account_id for each in leads(office)} == {account.id}
    assert desk.undo() == 0
    assert office.session.exec(select(func.count()).select_from(Account)).one() == 0
    office.commit()


# -- Run -------------------------------------------------------------------------------------------------------------


def test_a_run_goes_on_where_it_was(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    desk = Desk(office, tmp_path, [HEAD, *(lead(f"T{n}", f"L{n}", f"l{n}@x.com") for n in range(35))])
    running.begin_here(desk.id)
    steps = iter([False, False, True])
    with pytest.raises(Interrupted):
        running.carry_out(desk.id, desk.who, interrupted=lambda: next(steps))
    assert (desk.fresh().status, desk.fresh().rows, len(leads(office))) == ("running", 20, 20)
    books = running.carry_out(desk.id, desk.who)
    assert (books.rows, books.created, books.balance) == (35, 35, True)
    assert [each.topic for each in leads(office)] == [f"T{n}" for n in range(35)]


def test_who_was_superseded_writes_nothing_more(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    desk = Desk(office, tmp_path, [HEAD, *(lead(f"T{n}", f"L{n}") for n in range(30))])
    running.begin_here(desk.id)
    done: list[Books] = []

    def another(_done: int, _total: int) -> None:
        if not done:
            done.append(running.carry_out(desk.id, desk.who))

    with pytest.raises(Superseded):
        running.carry_out(desk.id, desk.who, progress=another)
    assert done[0].created == 30 and len(leads(office)) == 30
    assert desk.fresh().status == "done"


def test_a_database_that_cannot_be_reached_leaves_a_run_that_goes_on(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    desk = Desk(office, tmp_path, [HEAD, *(lead(f"T{n}", f"L{n}") for n in range(6))])
    running.begin_here(desk.id)
    write, times = running.Writer.write, [1, 2]

    def locked(*args: Any) -> None:
        times.pop()
        if not times:
            raise OperationalError("INSERT", {}, Exception("database is locked"))
        write(*args)

    with monkeypatch.context() as patch:
        patch.setattr(running.Writer, "write", locked)
        with pytest.raises(OperationalError):
            running.carry_out(desk.id, desk.who)
    assert (desk.fresh().status, desk.fresh().rows) == ("running", 2)
    assert running.carry_out(desk.id, desk.who).created == 6 and len(leads(office)) == 6


def test_a_record_that_changes_between_judging_and_writing_is_judged_again(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = office.lead(office.mia, topic="Old", last_name="Sousa", email="a@x.com", city="Porto")
    number = row.id or 0
    desk = Desk(office, tmp_path, [["Email", "City", "Job Title"], ["a@x.com", "Faro", "CEO"]])
    desk.plan(mode="update", key="email")
    judge, once = running.Judge.batch, [1]

    def meddling(self: Any, act: Any, rows: Any) -> Any:
        found = judge(self, act, rows)
        if once:
            once.clear()
            records.save(office.act(office.mia), office.session.get_one(Lead, number), {"topic": "Meanwhile"})
            office.commit()
        return found

    monkeypatch.setattr(running.Judge, "batch", meddling)
    assert desk.import_it().updated == 1
    (changed,) = leads(office)
    assert (changed.topic, changed.city, changed.job_title) == ("Meanwhile", "Faro", "CEO")


def test_skipped_rows_can_be_downloaded_with_their_reasons(office: Office, tmp_path: Path) -> None:
    office.lead(office.mia, last_name="Sousa", email="a@x.com")
    desk = Desk(office, tmp_path, [HEAD, lead("A", "Sousa", "a@x.com"), lead("B", "")])
    desk.import_it()
    kept = office.session.exec(select(RejectedRow).order_by(RejectedRow.row)).all()  # type: ignore[arg-type]
    office.commit()
    assert [(row.row, row.skipped) for row in kept] == [(2, True), (3, False)]
    desk.do(wizard.left_file, tmp_path / "left")
    lines = (tmp_path / "left").read_text("utf-8-sig").splitlines()
    assert lines[1].endswith("Skipped,“Sousa” may be here already. Same e-mail address.")
    assert lines[2].endswith("Rejected,Last Name: Last Name is required.")


# -- maps ------------------------------------------------------------------------------------------------------------


def test_a_saved_map_is_offered_for_the_same_headings_and_finds_moved_columns(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path, [["Wer", "Was", "Wie"], ["Sousa", "Forklifts", "Toll"]])
    desk.plan(mapping={0: "last_name", 1: "topic", 2: "rating"}, fixes={2: {"Toll": Fix("raw", "1")}})
    desk.do(wizard.save_map, "Messe", True)
    other = Desk(office, tmp_path, [["Wie", "Was", "Wer"], ["Toll", "Lamps", "Kim"]], office.who(office.sara))
    (offered,) = other.do(wizard.map_view).maps
    assert (offered.name, offered.fits, offered.mine) == ("Messe", True, False)
    other.do(wizard.apply_map, offered.id)
    assert other.import_it().created == 1
    (made,) = leads(office)
    assert (made.last_name, made.topic, made.rating) == ("Kim", "Lamps", 1)
    with pytest.raises(NotAllowed):
        wizard.forget_map(office.act(office.sara), offered.id)
    office.commit()


def test_what_bring_in_leaves_balances(office: Office, tmp_path: Path) -> None:
    run, books = bring_in(office, office.who(office.mia), csv_file(tmp_path, [HEAD, [""] * 7, lead("A", "B")]))
    assert books.balance and (run.created, run.blank, run.rows, run.total) == (1, 1, 2, 2)
