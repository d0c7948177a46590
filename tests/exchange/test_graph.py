"""Mailboxes of Microsoft 365: signing in with a code, folders, pages, throttling, what changed since (issue 5, part 4)."""

from __future__ import annotations

import email.utils
import logging
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import db, jobs
from rxcrm.models.contact import Contact
from rxcrm.models.errors import NotAllowed, NotFound, NotYet
from rxcrm.models.exchange import accounts, graph, reaching, registering
from rxcrm.models.exchange.fetching import stage_path
from rxcrm.models.exchange.tables import ContactSource
from rxcrm.models.importing import running
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.importing.stage import Stage
from rxcrm.models.job import Job
from rxcrm.models.notification import Notification
from rxcrm.models.records import Act
from tests.exchange.conftest import Desk
from tests.exchange.graph_server import ACCOUNT, DEVICE_CODE, FORGOTTEN, SECRET, THROTTLED, Mailbox, contact, error


def rows_of(desk: Desk, number: int) -> list[dict[str, str]]:
    """The table of the import that a source's last fetch began."""
    run = desk.office.session.get_one(ImportRun, desk.see(number).run_id)
    with Stage(stage_path(run.stored_as)) as stage:
        headings = stage.source.headings
        return [dict(zip(headings, cells, strict=True)) for _, cells in stage.rows()]


def imported(desk: Desk, number: int) -> None:
    """The import of the last fetch was carried out."""
    run = desk.office.session.get_one(ImportRun, desk.see(number).run_id)
    run.status = "done"
    desk.office.commit()


def connected(desk: Desk, microsoft: Mailbox) -> int:
    """Sara's mailbox, signed in to."""
    desk.register()
    number: int = desk.do(accounts.add_mailbox, {"name": "My mailbox"}).id
    microsoft.typed = True
    desk.work()
    assert desk.see(number).problem == ""
    return number


# -- signing in ------------------------------------------------------------------------------------------------------


def test_a_user_signs_in_with_a_code_that_he_types_at_microsoft(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1))
    desk.register()
    number = desk.do(accounts.add_mailbox, {"name": "My mailbox"}).id
    desk.work(most=2)
    shown = desk.see(number)
    assert (shown.doing, shown.signed_in) == (accounts.SIGN_IN, False)
    assert (shown.state["code"], shown.state["url"]) == ("GTHK-QPMN", "https://microsoft.com/devicelogin")
    microsoft.typed = True
    desk.work()
    shown = desk.see(number)
    assert (shown.doing, shown.signed_in, shown.account, shown.state) == ("", True, ACCOUNT, {"found": 1})
    assert [(f.name, f.contacts, f.chosen) for f in desk.folders(number)] == [("Contacts", 1, True)]
    asked = [body for path, _headers, body in microsoft.asked if "devicecode" in path]
    assert "Contacts.Read" in asked[0] and "ReadWrite" not in asked[0]


def test_of_many_questions_whether_the_code_was_typed_only_the_last_is_kept(desk: Desk, microsoft: Mailbox) -> None:
    desk.register()
    desk.do(accounts.add_mailbox, {})
    desk.work(most=9)
    assert len([path for path in microsoft.paths() if "/token" in path]) == 8
    assert len(desk.unfinished()) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("authorization_declined", "The sign-in was declined."),
        ("expired_token", "The code has expired. Begin again."),
        ("strange_thing", "Microsoft 365 did not answer the sign-in as it should (strange_thing)."),
    ],
)
def test_a_sign_in_that_fails_says_why(desk: Desk, microsoft: Mailbox, answer: str, said: str) -> None:
    desk.register()
    number = desk.do(accounts.add_mailbox, {}).id
    microsoft.declined = answer
    desk.work()
    shown = desk.see(number)
    assert (shown.problem, shown.doing, shown.state) == (said, "", {})


def test_a_sign_in_can_be_canceled_and_begun_again(any_desk: Desk, microsoft: Mailbox) -> None:
    desk = any_desk
    desk.register()
    number = desk.do(accounts.add_mailbox, {}).id
    desk.work(most=2)
    with pytest.raises(NotAllowed, match="being done for this source"):
        desk.do(accounts.sign_in, number)
    desk.office.session.rollback()
    desk.do(accounts.cancel, number)
    desk.do(accounts.cancel, number)
    assert desk.unfinished() == []
    assert (desk.see(number).doing, desk.see(number).state, desk.see(number).problem) == ("", {}, "")
    desk.do(accounts.sign_in, number)
    microsoft.typed = True
    microsoft.put(contact(1))
    desk.work()
    assert desk.see(number).signed_in


def test_a_code_that_nobody_types_expires(desk: Desk, microsoft: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.register()
    number = desk.do(accounts.add_mailbox, {}).id
    desk.work(most=2)
    import time

    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 1000)
    desk.work(most=2)
    assert desk.see(number).problem == "The code has expired. Begin again."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"tenant": "nowhere.example"}, "Microsoft 365 knows no such tenant. Check the app registration."),
        (
            {"client_id": "00000000-bbbb-cccc-dddd-eeeeeeeeeeee"},
            "Microsoft 365 knows no application with this client id in this tenant. Check the app registration.",
        ),
    ],
)
def test_a_wrong_registration_is_named(desk: Desk, microsoft: Mailbox, typed: dict[str, str], said: str) -> None:
    desk.register(**typed)
    number = desk.do(accounts.add_mailbox, {}).id
    desk.work()
    assert desk.see(number).problem == said


def test_without_a_registration_nobody_connects_a_mailbox(desk: Desk, choose: Any) -> None:
    with pytest.raises(NotYet, match="An administrator must first enter the app registration"):
        desk.do(accounts.add_mailbox, {})


def test_a_mailbox_is_read_with_the_secret_of_the_application(desk: Desk, microsoft: Mailbox) -> None:
    desk.register()
    desk.user = desk.office.ada
    microsoft.put(contact(1))
    number = desk.do(accounts.add_mailbox, {"address": "info@contoso.example"}).id
    desk.work()
    shown = desk.fetch(number)
    assert (shown.problem, shown.name) == ("", "info@contoso.example")
    assert [row["Last Name"] for row in rows_of(desk, number)] == ["Sur1"]
    asked = [path for path in microsoft.paths() if "/v1.0/" in path]
    assert all("/users/info@contoso.example/" in path for path in asked)


def test_only_administrators_name_a_mailbox_that_is_not_their_own(desk: Desk, microsoft: Mailbox) -> None:
    desk.register()
    with pytest.raises(NotAllowed, match="Only administrators"):
        desk.do(accounts.add_mailbox, {"address": "boss@contoso.example"})


def test_who_is_no_administrator_any_more_reads_no_named_mailbox(desk: Desk, microsoft: Mailbox) -> None:
    desk.register()
    microsoft.put(contact(1))
    number = desk.do(accounts.add_mailbox, {"address": "boss@contoso.example"}, user=desk.office.ada).id
    desk.do(lambda act: setattr(act.session.get_one(ContactSource, number), "owner_id", desk.user.id))
    for row in desk.unfinished():
        desk.do(lambda act, job=row: setattr(act.session.get_one(Job, job.id), "by_id", desk.user.id))
    desk.work()
    assert "Only administrators may fetch" in desk.see(number).problem
    assert not [path for path in microsoft.paths() if "/users/" in path]


def test_a_wrong_secret_of_the_application_is_named(desk: Desk, microsoft: Mailbox) -> None:
    desk.register(secret="wrong-secret")
    desk.user = desk.office.ada
    number = desk.do(accounts.add_mailbox, {"address": "info@contoso.example"}).id
    desk.work()
    assert (
        desk.see(number).problem == "Microsoft 365 does not accept the client secret. It may be wrong or have expired."
    )


# -- fetching --------------------------------------------------------------------------------------------------------


def test_contacts_of_several_pages_become_an_import_that_waits_at_map(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(*(contact(n) for n in range(1, 6)))
    number = connected(desk, microsoft)
    shown = desk.fetch(number)
    assert shown.problem == ""
    rows = rows_of(desk, number)
    assert [row["E-mail Address"] for row in rows] == [f"given{n}@contoso.example" for n in range(1, 6)]
    assert rows[0] == {
        "First Name": "Given1",
        "Last Name": "Sur1",
        "Company": "Contoso",
        "Business Phone": "+48 22 555 01 01",
        "E-mail Address": "given1@contoso.example",
        "Source Id": "AAMkAGI2NG1",
    }
    run = desk.office.session.get_one(ImportRun, shown.run_id)
    assert (run.entity, run.step, run.status, run.file_name) == ("contact", "map", "uploaded", "My mailbox")
    assert (run.source["format"], run.source["data_rows"], run.created_by_id) == ("graph", 5, desk.user.id)
    told = desk.office.session.exec(select(Notification)).one()
    assert (told.user_id, told.entity, told.record_id, told.values["n"]) == (desk.user.id, "import", run.id, 5)
    assert sum("/contacts/delta" in path for path in microsoft.paths()) == 3
    wanted = next(headers for path, headers, _ in microsoft.asked if "/delta" in path)
    assert "ImmutableId" in wanted["prefer"] and "odata.maxpagesize" in wanted["prefer"]


def test_every_field_of_a_contact_has_the_heading_of_outlooks_export(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(
        contact(
            1,
            title="Dr.",
            middleName="M",
            generation="Jr.",
            jobTitle="Buyer",
            department="Purchasing",
            emailAddresses=[
                {"address": "one@x.example"},
                {"address": "/o=ExchangeLabs/ou=Group/cn=x"},
                {"address": "two@x.example"},
                {"address": None},
            ],
            businessPhones=["1", "2", "3"],
            homePhones=["4"],
            mobilePhone="00123",
            businessAddress={
                "street": "Main Street 1\r\nBack door\r\nBell 3\r\nFloor 4",
                "city": "Łódź",
                "state": "",
                "countryOrRegion": "Poland",
                "postalCode": "90-001",
            },
            birthday="1604-01-01T11:59:00Z",
            categories=["Red", "VIP"],
            personalNotes="=1+1\nsecond line",
        ),
        contact(2, givenName="", surname=None, displayName="Cher", companyName=None, birthday="1970-02-28T11:59:00Z"),
        contact(3, givenName="", surname="", displayName="Contoso"),
    )
    number = connected(desk, microsoft)
    desk.fetch(number)
    first, second, third = rows_of(desk, number)
    wanted = {
        "Title": "Dr.", "Middle Name": "M", "Suffix": "Jr.", "Job Title": "Buyer", "Department": "Purchasing",
        "E-mail Address": "one@x.example", "E-mail 2 Address": "two@x.example", "E-mail 3 Address": None,
        "Business Phone": "1", "Business Phone 2": "2", "Other Phone": "3", "Home Phone": "4", "Mobile Phone": "00123",
        "Business Street": "Main Street 1", "Business Street 2": "Back door", "Business Street 3": "Bell 3, Floor 4",
        "Business City": "Łódź", "Business Postal Code": "90-001", "Business Country/Region": "Poland",
        "Birthday": "", "Categories": "Red; VIP", "Notes": "=1+1\nsecond line",
    }  # fmt: skip
    assert {heading: first.get(heading) for heading in wanted} == wanted
    assert (second["Full Name"], second["Birthday"]) == ("Cher", "1970-02-28")
    assert (third["Full Name"], third["Company"]) == ("", "Contoso")


def test_only_the_chosen_folders_are_fetched(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1))
    fair = microsoft.add_folder("Fair")
    halls = microsoft.add_folder("Halls", below=fair)
    microsoft.put(contact(2), folder=fair)
    microsoft.put(contact(3), contact(4), folder=halls)
    number = connected(desk, microsoft)
    assert [(f.name, f.contacts) for f in desk.folders(number)] == [("Contacts", 1), ("Fair", 1), ("Fair / Halls", 2)]
    desk.fetch(number, "Fair / Halls")
    assert [row["Last Name"] for row in rows_of(desk, number)] == ["Sur3", "Sur4"]
    with pytest.raises(NotYet, match="Choose at least one folder"):
        desk.do(accounts.fetch, number, [], "contact")


def test_the_next_fetch_brings_only_what_changed(any_desk: Desk, microsoft: Mailbox) -> None:
    desk = any_desk
    microsoft.put(*(contact(n) for n in range(1, 5)))
    number = connected(desk, microsoft)
    desk.fetch(number)
    imported(desk, number)
    microsoft.put(contact(2, surname="Married", changeKey="key2.2"), contact(9))
    microsoft.drop(3)
    shown = desk.fetch(number)
    assert [(row["Last Name"], row["Source Id"]) for row in rows_of(desk, number)] == [
        ("Married", "AAMkAGI2NG2"),
        ("Sur9", "AAMkAGI2NG9"),
    ]
    run = desk.office.session.get_one(ImportRun, shown.run_id)
    assert run.source["notes"] == [
        [
            "%(n)s contacts of “%(folder)s” are no longer there: %(names)s. Nothing is deleted here.",
            {"n": 1, "folder": "Contacts", "names": "Given3 Sur3"},
        ]
    ]
    imported(desk, number)
    shown = desk.fetch(number)
    assert (shown.run_id, shown.state["notes"]) == (0, [["Nothing has changed since the last time.", {}]])


def test_what_was_never_imported_comes_again(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1), contact(2))
    number = connected(desk, microsoft)
    first = desk.fetch(number).run_id
    second = desk.fetch(number).run_id
    assert first != second
    assert len(rows_of(desk, number)) == 2
    imported(desk, number)
    microsoft.put(contact(3))
    desk.fetch(number)
    desk.fetch(number)
    assert [row["Last Name"] for row in rows_of(desk, number)] == ["Sur3"]


def test_a_page_that_hears_of_the_end_sees_it_before_the_worker_has_written_it_down(
    desk: Desk, microsoft: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    seen: list[tuple[str, bool]] = []

    async def tell(topics: set[str]) -> None:
        shown = await db.look(lambda s: accounts.mine(Act(s, who, db.now()))[0])
        seen.append((shown.doing, shown.run_waits))

    who = desk.office.who(desk.user)
    monkeypatch.setattr(jobs, "tell", tell)
    desk.fetch(number)
    assert seen[-1] == ("", True)


def test_everything_is_fetched_again_on_request(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1), contact(2))
    number = connected(desk, microsoft)
    desk.fetch(number)
    imported(desk, number)
    microsoft.drop(1)
    desk.fetch(number, everything=True)
    assert [row["Last Name"] for row in rows_of(desk, number)] == ["Sur2"]


def test_a_delta_link_that_microsoft_has_forgotten_means_a_comparison_of_the_folder(
    desk: Desk, microsoft: Mailbox
) -> None:
    microsoft.put(*(contact(n) for n in range(1, 5)))
    number = connected(desk, microsoft)
    desk.fetch(number)
    imported(desk, number)
    microsoft.put(contact(2, surname="Married", changeKey="key2.2"))
    microsoft.drop(4)
    microsoft.fail(r"deltatoken", 410, FORGOTTEN)
    shown = desk.fetch(number)
    assert [row["Last Name"] for row in rows_of(desk, number)] == ["Married"]
    notes = [note[0] for note in desk.office.session.get_one(ImportRun, shown.run_id).source["notes"]]
    assert "no longer knows what was fetched" in notes[0] and "no longer there" in notes[1]


def test_a_busy_microsoft_is_waited_for_as_long_as_it_says(
    desk: Desk, microsoft: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    microsoft.fail("/delta", 429, THROTTLED, headers={"retry-after": "1"})
    microsoft.fail("/delta", 503, error("ServiceUnavailable"), headers={"retry-after": "1"})
    seen: list[Any] = []
    from rxcrm.models.exchange import working

    real = working._note

    def note(session: Any, job: Any, done: int, total: int, state: Any) -> Any:
        seen.append(state)
        return real(session, job, done, total, state)

    monkeypatch.setattr(working, "_note", note)
    assert desk.fetch(number).problem == ""
    assert len([state for state in seen if state and "until" in state]) == 2
    assert len(rows_of(desk, number)) == 1


def test_nobody_waits_for_hours(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    microsoft.fail("/delta", 429, THROTTLED, headers={"retry-after": "7200"})
    assert desk.fetch(number).problem == "Microsoft 365 is too busy at the moment. Try again later."


def test_an_expired_token_is_renewed_once_without_a_word(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    microsoft.expire_tokens()
    assert desk.fetch(number).problem == ""
    assert len(rows_of(desk, number)) == 1
    before = len([path for path in microsoft.paths() if "/token" in path])
    desk.fetch(number)
    assert len([path for path in microsoft.paths() if "/token" in path]) == before, "the renewed token was kept"


def test_a_sign_in_that_was_taken_back_asks_to_sign_in_again(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    microsoft.expire_tokens()
    microsoft.revoked = True
    assert desk.fetch(number).problem == "Microsoft 365 no longer accepts this sign-in. Sign in again."
    microsoft.revoked = False
    desk.do(accounts.sign_in, number)
    desk.work()
    assert desk.fetch(number).problem == ""


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, error("InternalServerError"), "Microsoft 365 has an error of its own (500). Try again later."),
        (502, b"<html>Bad gateway</html>", "Microsoft 365 has an error of its own (502). Try again later."),
        (200, b'{"value": [', "Microsoft 365 did not answer as it should."),
        (200, b"[" * 100_000, "Microsoft 365 did not answer as it should."),
        (200, {"value": "none"}, "Microsoft 365 did not answer as it should."),
        (200, {"value": [{"displayName": "no id"}]}, "Microsoft 365 did not answer as it should."),
        (200, {"value": []}, "Microsoft 365 did not answer as it should."),
        (200, {"value": [], "@odata.nextLink": "https://evil.example/v1.0/x"}, "Microsoft 365 did not answer as it should."),
        (200, {"value": [], "@odata.deltaLink": "https://evil.example/v1.0/x"}, "Microsoft 365 did not answer as it should."),
        (200, b" " * 50_000_000, "The answer of Microsoft 365 is larger than 32 MB. Nothing of it was taken."),
        (403, error("ErrorAccessDenied"), "Microsoft 365 does not let this sign-in read contacts: the permission Contacts.Read is missing."),
        (404, error("ErrorItemNotFound"), "This folder is no longer there. Look for folders again."),
        (404, error("ErrorInvalidUser"), "There is no such mailbox in Exchange Online."),
        (418, error("Teapot"), "Microsoft 365 refused this (Teapot)."),
    ],
)  # fmt: skip
def test_whatever_goes_wrong_has_its_own_sentence_and_leaves_nothing(
    desk: Desk, microsoft: Mailbox, status: int, body: Any, said: str
) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    microsoft.fail("/delta", status, body, times=99)
    shown = desk.fetch(number)
    assert (shown.problem, shown.run_id, shown.doing) == (said, 0, "")
    assert desk.office.session.exec(select(ImportRun)).all() == []
    microsoft.faults.clear()
    assert desk.fetch(number).problem == ""


def test_a_bomb_that_unpacks_to_gigabytes_is_stopped(desk: Desk, microsoft: Mailbox) -> None:
    import gzip

    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    microsoft.fail("/delta", 200, gzip.compress(b" " * 100_000_000), headers={"content-encoding": "gzip"})
    assert "is larger than 32 MB" in desk.fetch(number).problem


def test_a_server_that_does_not_answer_is_too_slow(desk: Desk, microsoft: Mailbox, impatient: None) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    microsoft.fail("/delta", 200, b"", seconds=3)
    assert desk.fetch(number).problem == "Microsoft 365 takes too long to answer. Try again later."


def test_a_certificate_of_an_unknown_authority_is_refused(desk: Desk, microsoft: Mailbox, choose: Any) -> None:
    desk.register()
    choose(ca_file="")
    number = desk.do(accounts.add_mailbox, {}).id
    desk.work()
    assert desk.see(number).problem.startswith("Microsoft 365 cannot be trusted: its certificate is not valid (")


def test_a_server_that_is_not_there_is_named(desk: Desk, microsoft: Mailbox, choose: Any) -> None:
    desk.register()
    choose(login_url="https://localhost:1")
    number = desk.do(accounts.add_mailbox, {}).id
    desk.work()
    assert desk.see(number).problem == "Microsoft 365 cannot be reached."


def test_more_contacts_than_an_import_may_have_are_refused(desk: Desk, microsoft: Mailbox, choose: Any) -> None:
    microsoft.put(*(contact(n) for n in range(1, 6)))
    number = connected(desk, microsoft)
    choose(import_rows=3)
    assert desk.fetch(number).problem == "There are more than 3 contacts; that many cannot be imported at once."


def test_what_is_imported_again_changes_the_record_that_came_of_it_before(any_desk: Desk, microsoft: Mailbox) -> None:
    desk = any_desk
    microsoft.put(contact(1), contact(2))
    number = connected(desk, microsoft)

    def carried_out() -> list[tuple[str, str]]:
        run_id = desk.fetch(number).run_id
        running.begin_here(run_id)
        assert running.carry_out(run_id).rejected == 0
        desk.office.session.expire_all()
        rows = desk.office.session.exec(select(Contact.first_name, Contact.last_name)).all()
        desk.office.commit()
        return sorted(tuple(row) for row in rows)

    assert carried_out() == [("Given1", "Sur1"), ("Given2", "Sur2")]
    assert list(stage_path("x").parent.glob("*.stage")) == []
    microsoft.put(contact(2, surname="Married", changeKey="key2.2"))
    assert carried_out() == [("Given1", "Sur1"), ("Given2", "Married")]


def test_what_a_dead_server_left_behind_is_removed(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    old, young = (stage_path("x").parent / f"{name}.spool" for name in ("old", "young"))
    for path in (old, young):
        path.touch()
    os.utime(old, (0, 0))
    desk.fetch(number)
    assert (old.exists(), young.exists()) == (False, True)


def test_a_time_to_wait_until_is_understood_as_well_as_seconds() -> None:
    def answer(text: str) -> reaching.Answer:
        return reaching.Answer(429, {"retry-after": text}, b"", "")

    soon = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < (graph._retry_after(answer(soon)) or 0) <= 30
    assert graph._retry_after(answer("Wed, 21 Oct 2015 07:28:00 GMT")) == 0
    assert graph._retry_after(answer("7")) == 7
    assert graph._retry_after(answer("soon")) is None


# -- rights and secrets ----------------------------------------------------------------------------------------------


def test_nobody_else_sees_or_uses_a_source_not_even_an_administrator(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    for user in (desk.office.tom, desk.office.ada):
        act = desk.office.act(user)
        assert accounts.mine(act) == []
        for verb, args in (
            (accounts.find, ()),
            (accounts.folders, ()),
            (accounts.change, ({"name": "x"},)),
            (accounts.sign_in, ()),
            (accounts.look_for_folders, ()),
            (accounts.fetch, ([1], "contact")),
            (accounts.cancel, ()),
        ):
            with pytest.raises(NotFound):
                verb(act, number, *args)  # type: ignore[operator]
    with pytest.raises(NotFound):
        accounts.remove(desk.office.act(desk.office.tom), number)
    with pytest.raises(NotAllowed):
        accounts.others(desk.office.act(desk.office.tom))
    seen = accounts.others(desk.office.act(desk.office.ada))
    assert [(s.name, s.owner, s.account, s.state) for s in seen] == [("My mailbox", "Sara", "", {})]
    accounts.remove(desk.office.act(desk.office.ada), number)
    assert desk.office.session.exec(select(ContactSource)).all() == []


def test_who_may_not_import_has_no_sources(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="may not import"):
        accounts.mine(desk.office.act(desk.office.tim))


def test_who_loses_the_right_while_it_is_fetched_gets_nothing(desk: Desk, microsoft: Mailbox) -> None:
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    desk.do(accounts.fetch, number, [desk.folders(number)[0].id], "contact")
    from rxcrm.models.people import UserRole

    desk.office.session.delete(desk.office.session.exec(select(UserRole).where(UserRole.user_id == desk.user.id)).one())
    desk.office.commit()
    desk.work()
    assert desk.office.session.exec(select(ImportRun)).all() == []


def test_nothing_secret_is_readable_in_the_database_or_in_the_log(
    desk: Desk, microsoft: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    microsoft.put(contact(1))
    number = connected(desk, microsoft)
    microsoft.expire_tokens()
    desk.fetch(number)
    everything = "\n".join(desk.office.session.connection().connection.driver_connection.iterdump())  # type: ignore[union-attr]
    for secret in (SECRET, DEVICE_CODE, "refresh-2", "token-2"):
        assert secret not in everything
        assert secret not in caplog.text
    shown = registering.shown(desk.office.act(desk.office.ada))
    assert shown.has_secret and SECRET not in repr(shown)


def test_a_fetch_that_is_canceled_stops_and_leaves_nothing(
    desk: Desk, microsoft: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    microsoft.put(*(contact(n) for n in range(1, 9)))
    number = connected(desk, microsoft)
    from rxcrm.models.exchange import working

    monkeypatch.setattr(working, "OFTEN", 0.0)
    real = microsoft._delta

    def cancels(*args: Any) -> Any:
        if "$skiptoken" in args[1]:
            desk.do(accounts.cancel, number)
        return real(*args)

    monkeypatch.setattr(microsoft, "_delta", cancels)
    shown = desk.fetch(number)
    assert (shown.run_id, shown.doing, shown.problem) == (0, "", "")
    assert desk.office.session.exec(select(ImportRun)).all() == []
    assert sum("/delta" in path for path in microsoft.paths()) == 2
    assert not any(p.suffix in (".stage", ".spool") for p in stage_path("x").parent.iterdir())
