"""Fetching e-mail from a real mailbox (issue 3, part 3): what known people wrote joins their timelines."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import attaching, db, jobs, notifying
from rxcrm.models.activity import Activity, Attachment, Party
from rxcrm.models.choices import ActivityKind, LeadReason, LeadStatus, PartyRole
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import ActivityStatus as S
from rxcrm.models.job import Job
from rxcrm.models.mail import imap, receiving
from rxcrm.models.mail.tables import MailboxState
from rxcrm.models.timeline import writing
from tests.mail.conftest import Mailbox, free_port
from tests.office import Office

JOHN = "john@doe.example"
_numbers = count(1_000)


class Fetch:
    """The office's mailbox, and a worker's hand that fetches."""

    def __init__(self, office: Office, box: Mailbox) -> None:
        self.office, self.box = office, box

    def now(self) -> dict[str, int]:
        """Fetch what is new; how many joined a timeline, were unknown, or known already."""
        self.office.commit()
        job = db.transact(lambda s: jobs.enqueue(s, receiving.KIND, {}, now=db.now()))
        asyncio.run(jobs.KINDS[receiving.KIND].handle(job))
        self.office.session.expire_all()
        return self.office.session.get_one(Job, job.id).payload

    @property
    def mails(self) -> list[Activity]:
        wanted = select(Activity).where(Activity.status_reason == int(R.EMAIL_RECEIVED)).order_by(Activity.id)  # type: ignore[arg-type]
        return list(self.office.session.exec(wanted))

    def parties(self, row: Activity) -> list[tuple[PartyRole, str, int | None, str]]:
        found = self.office.session.exec(select(Party).where(Party.activity_id == row.id).order_by(Party.id))  # type: ignore[arg-type]
        return [(PartyRole(p.role), p.entity, p.record_id, p.address or p.name) for p in found]


def letter(
    sender: str = f"John Doe <{JOHN}>", body: str = "Hello\n\nWhen?", html: str = "", **headers: str
) -> EmailMessage:
    message = EmailMessage()
    defaults = {
        "From": sender,
        "To": "crm@contoso.com",
        "Subject": "Question",
        "Message-ID": f"<{next(_numbers)}@doe.example>",
    }
    for name, value in {**defaults, **{n.replace("_", "-"): v for n, v in headers.items()}}.items():
        if value:
            message[name] = value
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return message


@pytest.fixture
def fetch(office: Office, mailbox: Mailbox, told: list[set[str]]) -> Fetch:
    return Fetch(office, mailbox)


@pytest.fixture
def small(small_office: Office, mailbox: Mailbox, told: list[set[str]]) -> Fetch:
    return Fetch(small_office, mailbox)


# -- whose it is -----------------------------------------------------------------------------------------------------


def test_what_a_lead_wrote_joins_its_timeline(fetch: Fetch, told: list[set[str]]) -> None:
    lead = fetch.office.lead(fetch.office.tom, first_name="John", email="John@Doe.example")
    fetch.box.put(letter(To="Tom <tom@contoso.com>, other@x.example", Cc="crm@contoso.com"))
    assert fetch.now() == {"joined": 1, "unknown": 0, "known": 0}
    (row,) = fetch.mails
    assert (row.regarding_entity, row.regarding_id, row.owner_user_id) == ("lead", lead.id, fetch.office.tom.id)
    assert (row.kind, row.status, row.outgoing, row.subject) == (ActivityKind.EMAIL, S.COMPLETED, False, "Question")
    assert row.body == "<p>Hello</p><p><br></p><p>When?</p>"
    assert fetch.parties(row) == [
        (PartyRole.REGARDING, "lead", lead.id, ""),
        (PartyRole.FROM, "lead", lead.id, JOHN),
        (PartyRole.TO, "user", fetch.office.tom.id, "tom@contoso.com"),
        (PartyRole.TO, "", None, "other@x.example"),
        (PartyRole.CC, "", None, "crm@contoso.com"),
    ]
    assert {f"lead:{lead.id}", f"user:{fetch.office.tom.id}"} <= set().union(*told)
    line = notifying.page(fetch.office.act(fetch.office.tom)).lines[0]
    assert (line.text, line.quote) == ("John Doe wrote an e-mail about John Doe.", "Question")


def test_nothing_is_fetched_twice(fetch: Fetch) -> None:
    fetch.office.lead(email=JOHN)
    fetch.box.put(letter(Message_ID="<1@doe.example>"))
    assert fetch.now()["joined"] == 1
    assert fetch.now() == {"joined": 0, "unknown": 0, "known": 0}
    fetch.box.put(letter(Message_ID="<1@doe.example>"))
    fetch.box.put(letter(Message_ID="<2@doe.example>"))
    assert fetch.now() == {"joined": 1, "unknown": 0, "known": 1}
    assert len(fetch.mails) == 2


def test_a_mailbox_that_numbers_anew_brings_nothing_twice(small: Fetch) -> None:
    small.office.lead(email=JOHN)
    small.box.put(letter())
    small.now()
    state = small.office.session.exec(select(MailboxState)).one()
    state.validity, state.last_uid = state.validity + 1, 4711
    assert small.now() == {"joined": 0, "unknown": 0, "known": 1}
    assert small.office.session.exec(select(MailboxState)).one().last_uid == 1


def test_mail_from_nobody_known_is_left_alone(small: Fetch) -> None:
    small.office.lead(email=JOHN)
    small.box.put(letter("spam@x.example"))
    assert small.now() == {"joined": 0, "unknown": 1, "known": 0}
    assert small.mails == []
    ((_ok, found),) = small.box.run(("select",), ("search", None, "UNSEEN"))[1:]
    assert found == [b"1"]


def test_an_open_lead_comes_before_a_newer_closed_one_and_leads_before_contacts(small: Fetch) -> None:
    office = small.office
    office.contact(email=JOHN)
    older, newer = office.lead(email=JOHN), office.lead(email=JOHN)
    closed = office.lead(email=JOHN, status=LeadStatus.DISQUALIFIED, status_reason=LeadReason.LOST)
    for wanted in (newer, older, closed):
        small.box.put(letter())
        small.now()
        assert (small.mails[-1].regarding_entity, small.mails[-1].regarding_id) == ("lead", wanted.id)
        wanted.deleted_on = office.now
    small.box.put(letter())
    small.now()
    assert small.mails[-1].regarding_entity == "contact"


def test_an_account_is_written_from_by_its_own_address(small: Fetch) -> None:
    firm = small.office.account(email="info@fabrikam.example")
    small.box.put(letter("Fabrikam <INFO@fabrikam.example>"))
    small.now()
    assert (small.mails[0].regarding_entity, small.mails[0].regarding_id) == ("account", firm.id)


def test_a_similar_address_is_another_one(small: Fetch) -> None:
    small.office.lead(email="jose@doe.example")
    small.box.put(letter("josé@doe.example".encode().decode("latin-1")))
    assert small.now()["joined"] == 0


def test_an_answer_joins_what_it_answers_whoever_wrote_it(small: Fetch) -> None:
    office = small.office
    lead, other = office.lead(email=JOHN), office.lead(email="jane@doe.example", last_name="Jane")
    ours = writing.log(office.act(office.sara), ActivityKind.EMAIL, {"subject": "Offer"}, ("lead", lead.id or 0))
    ours.message_id = "<offer@contoso.com>"
    small.box.put(letter("Jane <jane@doe.example>", In_Reply_To="<offer@contoso.com>"))
    small.box.put(letter("x@private.example", References="<old@x.example> <offer@contoso.com>"))
    assert small.now()["joined"] == 2
    first, second = small.mails
    assert {(r.regarding_id, r.parent_id) for r in (first, second)} == {(lead.id, ours.id)}
    assert small.parties(second)[1] == (PartyRole.FROM, "", None, "x@private.example")
    assert other.id != lead.id


def test_our_own_mail_that_comes_back_is_no_news(small: Fetch) -> None:
    office = small.office
    lead = office.lead(email=JOHN)
    ours = writing.log(office.act(office.sara), ActivityKind.EMAIL, {"subject": "Offer"}, ("lead", lead.id or 0))
    ours.message_id = "<offer@contoso.com>"
    small.box.put(letter(Message_ID="<offer@contoso.com>"))
    assert small.now() == {"joined": 0, "unknown": 0, "known": 1}


def test_an_automatic_answer_is_kept_but_rings_no_bell_and_gets_no_answer(small: Fetch) -> None:
    small.office.lead(email=JOHN)
    small.box.put(letter(Auto_Submitted="auto-replied"))
    small.now()
    assert len(small.mails) == 1
    assert notifying.page(small.office.act(small.office.sara)).lines == []
    assert small.office.session.exec(select(Job).where(Job.kind == "send")).all() == []


# -- what it holds ---------------------------------------------------------------------------------------------------


def test_nothing_active_survives(small: Fetch) -> None:
    small.office.lead(email=JOHN)
    nasty = '<p onclick="x()">Hi<script>steal()</script><img src="https://spy.example/p.png"><a href="javascript:x()">go</a></p>'
    small.box.put(letter(html=nasty))
    small.now()
    body = small.mails[0].body
    assert "Hi" in body
    for word in ("script", "onclick", "spy.example", "javascript"):
        assert word not in body


def test_attachments_come_along_and_blocked_ones_are_named(small: Fetch) -> None:
    small.office.lead(email=JOHN)
    message = letter()
    message.add_attachment(b"%PDF-1.4 terms", maintype="application", subtype="pdf", filename="../../Łódź.pdf")
    message.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="run.exe")
    small.box.put(message)
    small.now()
    (row,) = small.mails
    files = attaching.files_of(small.office.session, [row.id or 0])[row.id or 0]
    assert [(f.name, f.size) for f in files] == [("Łódź.pdf", 14)]
    assert "run.exe” was left out: Files of the type .exe cannot be attached" in row.body


def test_pictures_of_the_text_are_shown_from_here(small: Fetch) -> None:
    from io import BytesIO

    from PIL import Image

    small.office.lead(email=JOHN)
    Image.new("RGB", (3, 2)).save(drawn := BytesIO(), "PNG")
    message = letter(html='<p>Look <img src="cid:logo@doe"> <img src="cid:missing"></p>')
    page = message.get_payload()[1]  # type: ignore[index]
    page.add_related(drawn.getvalue(), "image", "png", cid="<logo@doe>", filename="logo.png")  # type: ignore[union-attr]
    small.box.put(message)
    small.now()
    (row,) = small.mails
    (file,) = small.office.session.exec(select(Attachment)).all()
    assert (file.activity_id, file.inline, file.width) == (row.id, True, 3)
    assert f'src="{attaching.url_of(file)}"' in row.body
    assert "cid:" not in row.body


def test_of_a_message_that_is_too_large_the_beginning_is_kept(small: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "LARGEST", 10_000)
    monkeypatch.setattr(imap, "BEGINNING", 2_000)
    small.office.lead(email=JOHN)
    message = letter()
    message.add_attachment(b"x" * 20_000, maintype="application", subtype="pdf", filename="big.pdf")
    small.box.put(message)
    small.now()
    (row,) = small.mails
    assert "Hello" in row.body and "only its beginning" in row.body
    assert small.office.session.exec(select(Attachment)).all() == []


def test_many_messages_come_in_several_steps(small: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "AT_ONCE", 3)
    small.office.lead(email=JOHN)
    for _ in range(7):
        small.box.put(letter())
    assert small.now()["joined"] == 7


def test_one_that_is_broken_does_not_hold_up_the_others(small: Fetch) -> None:
    small.office.lead(email=JOHN)
    small.box.put(b"\x00\xff no headers at all \r\n\r\n\x80\x81")
    small.box.put(
        b"From: John Doe <john@doe.example>\r\nContent-Type: text/plain; charset=klingon-8\r\n\r\nna\xc3\xafve \xff\r\n"
    )
    small.box.put(
        b"From: =?utf-8?q?=FF=FE?= <john@doe.example>\r\nSubject: =?no-such?b?AAAA?=\r\nDate: yesterday\r\n\r\nhi\r\n"
    )
    small.box.put(b"Subject: nobody\r\n\r\nhi\r\n")
    small.box.put(letter())
    counts = small.now()
    assert (counts["joined"], counts["unknown"]) == (3, 2)
    assert "na" in small.mails[0].body


def test_a_message_that_is_removed_meanwhile_is_passed_over(small: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    small.office.lead(email=JOHN)
    for _ in range(2):
        small.box.put(letter())
    sizes = imap._sizes
    monkeypatch.setattr(imap, "_sizes", lambda answer: {k: v for k, v in sizes(answer).items() if k != 1})
    assert small.now() == {"joined": 1, "unknown": 1, "known": 0}


def test_another_folder_with_other_letters(small: Fetch, choose: Any) -> None:
    small.office.lead(email=JOHN)
    small.box.run(("create", '"Ma&ANw-en &- mehr"'))
    small.box.put(letter(), '"Ma&ANw-en &- mehr"')
    choose(imap_url=small.box.url.replace("/INBOX", "/Ma%C3%9Cen%20%26%20mehr"))
    assert small.now()["joined"] == 1


def test_mail_for_a_team_is_the_teams(small: Fetch) -> None:
    lead = small.office.lead(small.office.fair, email=JOHN)
    small.box.put(letter())
    small.now()
    assert small.mails[0].owner_team_id == lead.owner_team_id
    assert notifying.unread(small.office.act(small.office.tom)) == 1
    assert notifying.unread(small.office.act(small.office.olaf)) == 1


# -- what goes wrong -------------------------------------------------------------------------------------------------


def said(fetch: Fetch) -> str:
    with pytest.raises(jobs.Retry) as refusal:
        fetch.now()
    return str(refusal.value)


def test_a_mailbox_that_cannot_be_read_is_tried_again_with_a_sentence(small: Fetch, choose: Any) -> None:
    url = small.box.url
    choose(imap_url=url.replace("p%40ss", "wrong"))
    assert said(small) == "The mailbox does not accept the user name or password of the settings."
    choose(imap_url=url.replace("/INBOX", "/Nowhere"))
    assert said(small) == "The mailbox has no folder “Nowhere”."
    choose(imap_url=f"imap://crm:x@127.0.0.1:{free_port()}")
    assert said(small) == "The server of the mailbox cannot be reached."
    choose(imap_url=url.replace("imap://", "imaps://"))
    assert "secret" not in said(small)


def test_without_a_mailbox_nothing_happens(small: Fetch, choose: Any) -> None:
    choose(imap_url="")
    assert small.now() == {}


def test_the_time_of_a_message_is_believed_within_reason(small: Fetch) -> None:
    small.office.lead(email=JOHN)
    for date in ("Wed, 01 Jan 2020 10:00:00 +0000", "Fri, 31 Dec 2199 10:00:00 +0000"):
        small.box.put(letter(Date=date))
    small.now()
    old, future = small.mails
    assert (old.closed_on.year if old.closed_on else 0) == 2020
    assert future.closed_on and abs(future.closed_on - db.now()) < timedelta(minutes=1)
