"""Sending e-mail through a real server (issue 3, part 3): sent, refused, down, slow; never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from rxcrm.models import attaching, db, jobs, notifying, records
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, PartyRole
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import ActivityStatus as S
from rxcrm.models.errors import CrmError, NotAllowed, NotYet
from rxcrm.models.job import Job, JobState
from rxcrm.models.mail import sending
from rxcrm.models.timeline import writing
from rxcrm.models.timeline.placing import PartyInput
from tests.mail.conftest import PASSWORD, PostOffice, free_port
from tests.office import Office

# The server of these tests takes passwords over the loopback as it is.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

TO, CC, BCC = PartyRole.TO, PartyRole.CC, PartyRole.BCC


class Desk:
    """Sara writes an e-mail; a worker's hand takes the jobs."""

    def __init__(self, office: Office) -> None:
        self.office, self.lead = office, office.lead(email="john@doe.example", first_name="John")
        self.sara = office.sara.id
        self.row = self.draft()

    def draft(self, to: Sequence[PartyInput] | None = None, **typed: str) -> Activity:
        typed = {"subject": "An offer", "body": "<p>Dear <b>John</b>,</p><p>1 &lt; 2</p>", **typed}
        act = self.office.act(self.office.sara)
        return writing.log(act, ActivityKind.EMAIL, typed, ("lead", self.lead.id or 0), to)

    def send(self) -> None:
        sending.send(self.office.act(self.office.sara), self.row)
        self.office.commit()

    def work(self, times: int = 1) -> Job | None:
        """Do what is due, as a worker does; later by as much as retries wait."""
        self.office.commit()
        last = None
        for _ in range(times):
            job = db.transact(lambda s: jobs.take(s, "anna", db.now() + 2 * jobs.LEASE)[0])
            if job is None:
                break
            last = job
            try:
                asyncio.run(jobs.KINDS[job.kind].handle(job))
            except (jobs.Retry, jobs.GiveUp) as error:
                db.transact(jobs.fail, job.id or 0, "anna", error, db.now())
            else:
                db.transact(jobs.finish, job.id or 0, "anna", db.now())
            db.transact(lambda s: s.execute(update(Job).values(due_on=db.now())) and None)
        self.office.session.expire_all()
        return last and self.office.session.get_one(Job, last.id)

    @property
    def state(self) -> tuple[S, R]:
        return S(self.row.status), R(self.row.status_reason or 0)

    @property
    def problem(self) -> str:
        return str(jobs.read_problem(self.row.problem) or "")


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


@pytest.fixture
def small(small_office: Office) -> Desk:
    return Desk(small_office)


# -- sent ------------------------------------------------------------------------------------------------------------


def test_a_draft_is_sent_and_completed(desk: Desk, post: PostOffice, told: list[set[str]]) -> None:
    desk.send()
    assert desk.state == (S.COMPLETED, R.EMAIL_PENDING_SEND)
    assert desk.work().state == JobState.DONE
    assert desk.state == (S.COMPLETED, R.EMAIL_SENT)
    assert (desk.row.closed_on is not None, desk.row.problem) == (True, {})
    (got,) = post.got
    assert (got.sender, got.recipients) == ("sara@contoso.com", ["john@doe.example"])
    message = got.message
    assert (message["From"], message["To"]) == ("Sara <sara@contoso.com>", "John Doe <john@doe.example>")
    assert (message["Subject"], message["Message-ID"]) == ("An offer", desk.row.message_id)
    assert message.get_body(("plain",)).get_content().splitlines() == ["Dear John,", "1 < 2"]
    assert "<b>John</b>" in message.get_body(("html",)).get_content()
    assert {f"activity:{desk.row.id}", f"lead:{desk.lead.id}"} <= told[-1]


def test_to_cc_and_bcc_each_once_and_a_blind_copy_stays_blind(small: Desk, post: PostOffice) -> None:
    roe = small.office.contact(first_name="Jane", email="jane@roe.example")
    small.row = small.draft(
        [
            PartyInput(TO, "lead", small.lead.id),
            PartyInput(TO, "", None, "", "someone@x.example"),
            PartyInput(CC, "contact", roe.id),
            PartyInput(CC, "user", small.office.tom.id),
            PartyInput(BCC, "", None, "", "secret@x.example"),
            PartyInput(BCC, "", None, "", "someone@x.example"),
        ]
    )
    small.send()
    small.work()
    (got,) = post.got
    assert sorted(got.recipients) == [
        "jane@roe.example", "john@doe.example", "secret@x.example", "someone@x.example", "tom@contoso.com",
    ]  # fmt: skip
    assert b"secret@x.example" not in got.raw
    assert str(got.message["Cc"]) == "Jane Roe <jane@roe.example>, Tom <tom@contoso.com>"


def test_other_letters_arrive_as_they_were_written(small: Desk, post: PostOffice) -> None:
    small.row = small.draft(
        subject="Ł\u00f3d\u017a \u2013 \u63d0\u6848", body="<p>Za\u017c\u00f3\u0142\u0107 \U0001f680</p>"
    )
    small.send()
    small.work()
    message = post.got[0].message
    assert message["Subject"] == "Łódź – 提案"
    assert message.get_body(("plain",)).get_content().strip() == "Zażółć 🚀"


def test_nobody_smuggles_in_a_header(small: Desk, post: PostOffice) -> None:
    small.lead.first_name = "John\r\nBcc: evil@x.example\r\n"
    small.row.subject = "Hello\r\nBcc: evil@x.example"
    small.office.session.flush()
    small.send()
    small.work()
    (got,) = post.got
    assert got.recipients == ["john@doe.example"]
    assert got.message["Bcc"] is None


def test_attachments_and_pictures_go_along(small: Desk, post: PostOffice, tmp_path: Path) -> None:
    act = small.office.act(small.office.sara)
    (tmp_path / "a.txt").write_text("terms")
    Image.new("RGB", (3, 2)).save(tmp_path / "b.png")
    terms = attaching.store(act, "Bedingungen für Łódź.txt", tmp_path / "a.txt")
    picture = attaching.store(act, "logo.png", tmp_path / "b.png")
    attaching.attach(act, small.row.id or 0, [terms.id or 0, picture.id or 0])
    url = attaching.url_of(picture)
    writing.change(act, small.row, {"body": f'<p>See</p><img src="{url}"><img src="/files/attachments/99/x.png">'})
    small.send()
    small.work()
    message = post.got[0].message
    files = {p.get_filename(): p for p in message.walk() if p.get_filename()}
    assert files["Bedingungen für Łódź.txt"].get_content().strip() == "terms"
    page = message.get_body(("related", "html"))
    assert f"cid:{files['logo.png']['Content-ID'].strip('<>')}" in str(page)
    assert "/files/attachments" not in str(page)


def test_an_answer_names_the_message_that_it_answers(small: Desk, post: PostOffice) -> None:
    first = small.draft()
    first.message_id = "<question@doe.example>"
    small.row.parent_id = first.id
    small.office.session.flush()
    small.send()
    small.work()
    message = post.got[0].message
    assert message["In-Reply-To"] == message["References"] == "<question@doe.example>"


def test_one_sender_for_all_and_answers_to_the_person(small: Desk, post: PostOffice, choose: Any) -> None:
    choose(mail_from="Contoso <crm@contoso.com>")
    small.send()
    small.work()
    got = post.got[0]
    assert (got.sender, got.message["From"]) == ("crm@contoso.com", "Sara <crm@contoso.com>")
    assert parseaddr(got.message["Reply-To"])[1] == "sara@contoso.com"


def test_where_mail_is_fetched_answers_come_in(small: Desk, post: PostOffice, choose: Any) -> None:
    choose(mail_from="crm@contoso.com", imap_url="imaps://crm:x@mail.example/INBOX")
    small.send()
    small.work()
    assert post.got[0].message["Reply-To"] is None


def test_an_address_with_other_letters_is_written_to(small: Desk, post: PostOffice) -> None:
    small.row = small.draft([PartyInput(TO, "", None, "", "jürgen@müller.example")])
    small.send()
    small.work()
    assert post.got[0].recipients == ["jürgen@xn--mller-kva.example"]


# -- refused before it begins ----------------------------------------------------------------------------------------


def test_without_a_mail_server_it_stays_a_draft_with_a_sentence(desk: Desk, choose: Any) -> None:
    with pytest.raises(NotYet, match="no mail server is set up"):
        desk.send()
    assert desk.state == (S.OPEN, R.EMAIL_DRAFT)
    assert desk.work() is None


def test_a_lead_that_does_not_allow_emails_gets_none(desk: Desk, post: PostOffice) -> None:
    desk.lead.do_not_email = True
    with pytest.raises(NotAllowed, match="do not allow e-mails: John Doe"):
        desk.send()
    assert desk.state == (S.OPEN, R.EMAIL_DRAFT)


def test_everybody_who_does_not_allow_emails_is_named(small: Desk, post: PostOffice) -> None:
    roe = small.office.contact(first_name="Jane", email="jane@roe.example", do_not_email=True)
    firm = small.office.account(email="info@fabrikam.example", do_not_email=True)
    small.row = small.draft(
        [
            PartyInput(TO, "", None, "", "x@x.example"),
            PartyInput(CC, "contact", roe.id),
            PartyInput(BCC, "account", firm.id),
        ]
    )
    with pytest.raises(NotAllowed, match="Jane Roe, Fabrikam"):
        small.send()


def test_the_record_that_it_regards_may_forbid_it_too(small: Desk, post: PostOffice) -> None:
    small.row = small.draft([PartyInput(TO, "", None, "", "x@x.example")])
    small.lead.do_not_email = True
    with pytest.raises(NotAllowed, match="John Doe"):
        small.send()


def test_a_mail_needs_somebody_to_go_to(small: Desk, post: PostOffice) -> None:
    small.row = small.draft([])
    with pytest.raises(NotYet, match="at least one recipient"):
        small.send()


def test_somebody_without_an_address_is_named(small: Desk, post: PostOffice) -> None:
    nobody = small.office.lead(first_name="No", last_name="Mail")
    small.row = small.draft([PartyInput(TO, "lead", nobody.id)])
    with pytest.raises(NotYet, match="No e-mail address is known of: No Mail"):
        small.send()


def test_a_mailing_is_not_an_email(small: Desk, post: PostOffice) -> None:
    small.row = small.draft([PartyInput(TO, "", None, "", f"a{n}@x.example") for n in range(101)])
    with pytest.raises(NotAllowed, match="at most 100 recipients"):
        small.send()


def test_only_drafts_of_emails_can_be_sent(small: Desk, post: PostOffice) -> None:
    small.send()
    with pytest.raises(NotAllowed, match="Only the draft"):
        small.send()
    task = writing.log(small.office.act(small.office.sara), ActivityKind.TASK, {"subject": "x"})
    with pytest.raises(NotAllowed, match="Only the draft"):
        sending.send(small.office.act(small.office.sara), task)


# -- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_server_that_is_down_is_tried_again_and_then_it_has_failed(
    desk: Desk, post: PostOffice, choose: Any, told: list[set[str]]
) -> None:
    choose(smtp_url=f"smtp://crm:secret@127.0.0.1:{free_port()}")
    desk.send()
    job = desk.work()
    assert (desk.state, job.state) == ((S.COMPLETED, R.EMAIL_PENDING_SEND), JobState.WAITING)
    job = desk.work(jobs.MOST_ATTEMPTS - 1)
    assert (desk.state, job.state) == ((S.OPEN, R.EMAIL_FAILED), JobState.FAILED)
    assert desk.problem == "The mail server cannot be reached."
    assert "secret" not in job.problem + str(desk.row.problem)
    line = notifying.page(desk.office.act(desk.office.sara)).lines[0]
    assert (line.kind, line.text, line.quote) == ("mail", "An e-mail of yours could not be sent.", "An offer")


def test_what_failed_for_a_moment_is_sent_later_and_once(small: Desk, post: PostOffice) -> None:
    post.mail = "451 try later"
    small.send()
    small.work()
    assert small.state == (S.COMPLETED, R.EMAIL_PENDING_SEND)
    post.mail = ""
    small.work()
    assert (small.state, len(post.got)) == ((S.COMPLETED, R.EMAIL_SENT), 1)


def test_a_recipient_refused_for_good_fails_at_once_and_nobody_gets_it(small: Desk, post: PostOffice) -> None:
    small.row = small.draft([PartyInput(TO, "", None, "", a) for a in ("good@x.example", "gone@x.example")])
    post.rcpt["gone@x.example"] = "550 5.1.1 no such user here"
    small.send()
    job = small.work()
    assert (small.state, job.state, job.attempts) == ((S.OPEN, R.EMAIL_FAILED), JobState.FAILED, 1)
    assert small.problem == "The mail server refuses gone@x.example: 550 5.1.1 no such user here"
    assert post.got == []


def test_a_message_refused_for_good_fails_at_once(small: Desk, post: PostOffice) -> None:
    post.data = "554 looks like spam"
    small.send()
    assert small.work().state == JobState.FAILED
    assert small.problem == "The mail server refuses: 554 looks like spam"


def test_a_wrong_password_is_said_without_saying_it(small: Desk, post: PostOffice, choose: Any) -> None:
    choose(smtp_url=settings_url_with("wrong-secret"))
    small.send()
    job = small.work()
    assert (job.state, str(jobs.problem_of(job))) == (
        JobState.WAITING,
        "The mail server does not accept the user name or password of the settings.",
    )
    assert "wrong-secret" not in job.problem


def settings_url_with(password: str) -> str:
    from rxcrm.settings import settings

    return settings().smtp_url.replace("p%40ss%2Fword%3A1", password)


@pytest.mark.parametrize("where", ["mail", "rcpt"])
def test_a_server_that_is_too_slow_is_tried_again(
    small: Desk, post: PostOffice, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.3)
    post.slow_at = where
    small.send()
    job = small.work()
    assert (job.state, small.state) == (JobState.WAITING, (S.COMPLETED, R.EMAIL_PENDING_SEND))
    assert str(jobs.problem_of(job)) == "The mail server takes too long to answer."
    post.slow_at = ""
    small.work()
    assert (small.state, len(post.got)) == ((S.COMPLETED, R.EMAIL_SENT), 1)


@pytest.mark.parametrize("how", ["slow", "hangs up"])
def test_what_may_have_been_sent_is_not_sent_again(
    small: Desk, post: PostOffice, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(sending, "LONG_PATIENCE", 0.3)
    post.slow_at, post.hang_up_after_data = ("data", False) if how == "slow" else ("", True)
    small.send()
    job = small.work(3)
    assert (job.state, small.state, post.tries) == (JobState.FAILED, (S.OPEN, R.EMAIL_FAILED), 1)
    assert "it may have been sent" in small.problem


def test_a_server_that_died_while_sending_leaves_the_decision_to_a_person(desk: Desk, post: PostOffice) -> None:
    desk.send()
    number = desk.row.id or 0
    db.transact(lambda s: jobs.take(s, "dead", db.now()))
    asyncio.run(sending.do_as(desk.sara, lambda act: sending._begin(act, number, None)))
    job = desk.work()
    assert (job.state, desk.state, post.got) == (JobState.FAILED, (S.OPEN, R.EMAIL_FAILED), [])
    assert "before you send it again" in desk.problem


def test_a_failed_one_can_be_sent_again_by_its_author(small: Desk, post: PostOffice) -> None:
    post.data = "554 no"
    small.send()
    small.work()
    post.data = ""
    small.send()
    assert small.row.problem == {}
    small.work()
    assert (small.state, len(post.got)) == ((S.COMPLETED, R.EMAIL_SENT), 1)


def retried(desk: Desk, job: Job) -> None:
    from rxcrm.models import job_board

    job_board.retry(desk.office.act(desk.office.ada), job.id or 0)
    desk.office.commit()


def test_an_administrator_lets_a_failed_one_be_tried_again(small: Desk, post: PostOffice) -> None:
    post.data = "554 no"
    small.send()
    job = small.work()
    post.data = ""
    retried(small, job)
    small.work()
    assert (small.state, len(post.got)) == ((S.COMPLETED, R.EMAIL_SENT), 1)


def test_what_its_author_has_changed_since_is_his_to_send(small: Desk, post: PostOffice) -> None:
    post.data = "554 no"
    small.send()
    job = small.work()
    post.data = ""
    writing.change(small.office.act(small.office.sara), small.row, {"subject": "Half-writ"})
    retried(small, job)
    assert small.work().state == JobState.FAILED
    assert (small.state, post.got) == ((S.OPEN, R.EMAIL_FAILED), [])


def test_what_was_deleted_while_it_waited_is_not_sent(small: Desk, post: PostOffice) -> None:
    small.send()
    records.bin(small.office.act(small.office.sara), small.row)
    small.office.commit()
    assert (small.work().state, post.got) == (JobState.DONE, [])


def test_who_forbids_emails_while_one_waits_gets_none(small: Desk, post: PostOffice) -> None:
    small.send()
    small.lead.do_not_email = True
    small.office.commit()
    small.work()
    assert (small.state, post.got) == ((S.OPEN, R.EMAIL_FAILED), [])
    assert "John Doe" in small.problem


def test_a_canceled_one_is_a_draft_again(small: Desk, post: PostOffice) -> None:
    from rxcrm.models import job_board

    small.send()
    (job,) = job_board.listed(small.office.act(small.office.ada)).entries
    job_board.cancel(small.office.act(small.office.ada), job.id)
    assert small.state == (S.OPEN, R.EMAIL_DRAFT)


def test_a_lost_file_is_named(small: Desk, post: PostOffice, tmp_path: Path) -> None:
    from rxcrm.models import filestore

    act = small.office.act(small.office.sara)
    (tmp_path / "a.txt").write_text("terms")
    terms = attaching.store(act, "terms.txt", tmp_path / "a.txt")
    attaching.attach(act, small.row.id or 0, [terms.id or 0])
    filestore.store().remove(terms.digest)
    small.send()
    assert small.work().state == JobState.FAILED
    assert "terms.txt" in small.problem


def test_a_password_goes_to_no_stranger_over_an_open_line(choose: Any) -> None:
    from rxcrm.models.mail import servers

    choose(smtp_url="smtp://crm:secret@mail.example")
    assert servers.smtp().must_encrypt
    assert "secret" not in repr(servers.smtp())
    choose(smtp_url="smtp://crm:secret@127.0.0.1:2525")
    assert not servers.smtp().must_encrypt
    assert (servers.smtp().port, PASSWORD in repr(servers.smtp())) == (2525, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smtp_url", "http://mail.example"),
        ("smtp_url", "smtp://u:topsecret@mail.example:port"),
        ("smtp_url", "smtp://"),
        ("imap_url", "imap://mail.example"),
        ("mail_from", "nobody"),
    ],
)
def test_a_bad_address_of_a_server_is_refused_without_repeating_its_password(
    choose: Any, name: str, value: str
) -> None:
    from rxcrm.models.mail import servers
    from rxcrm.settings import BadSetting

    choose(**{name: value})
    with pytest.raises(BadSetting, match=f"^RXCRM_{name.upper()}") as refusal:
        servers.smtp(), servers.sender(), servers.mailbox()
    assert "topsecret" not in str(refusal.value)
    assert not isinstance(refusal.value, CrmError)
