"""Timeline: what is written into it, and how it is read (S 4, 1.6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import naming, records
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity, Party
from rxcrm.models.choices import ActivityKind, ActivityReason, ActivityStatus, PartyRole
from rxcrm.models.errors import BadValue, Invalid, NotAllowed, NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.notification import Notification
from rxcrm.models.timeline import composing, guests, reading, visits, writing
from rxcrm.models.timeline.items import Item
from rxcrm.models.timeline.placing import PartyInput
from rxcrm.models.timeline.reading import Ask
from tests.office import Office, Statements

TASK, CALL, MEETING, EMAIL = (
    ActivityKind.TASK,
    ActivityKind.PHONE_CALL,
    ActivityKind.APPOINTMENT,
    ActivityKind.EMAIL,
)


def mention(user: Any) -> str:
    return f'<span data-type="mention" data-id="user:{user.id}" data-label="{user.name}">@{user.name}</span>'


class Desk:
    """A lead of Sara's, and what she and others write on it, each a minute later than before."""

    def __init__(self, office: Office, **lead: Any) -> None:
        self.office, self.lead, self.now = office, office.lead(**lead), office.now

    def act(self, user: Any = None) -> records.Act:
        self.now += timedelta(minutes=1)
        return self.office.act(user or self.office.sara, self.now)

    def note(self, text: str = "<p>Called them</p>", title: str = "", by: Any = None) -> Activity:
        return writing.note(self.act(by), "lead", self.lead.id or 0, title, text).row

    def log(self, kind: ActivityKind, by: Any = None, **typed: str) -> Activity:
        fields = {"subject": "Something to do", **typed}
        return writing.log(self.act(by), kind, fields, ("lead", self.lead.id or 0))

    def ask(self, **more: Any) -> Ask:
        return Ask("lead", self.lead.id or 0, **more)

    def stream(self, by: Any = None, **more: Any) -> list[Item]:
        return reading.page(self.act(by), self.ask(**more)).items

    def entries(self, **more: Any) -> list[str]:
        return [i.title or i.excerpt or i.what for i in self.stream(**more) if i.kind != "change"]

    def top(self, by: Any = None, **more: Any) -> reading.Top:
        return reading.top(self.act(by), self.ask(**more))


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


# -- notes -----------------------------------------------------------------------------------------------------------


def test_a_note_is_on_the_timeline_with_its_author_and_text(desk: Desk) -> None:
    desk.note("<p>They want <strong>two</strong> forklifts</p>", "First call")
    [item] = [i for i in desk.stream() if i.kind == "note"]
    assert (item.title, item.excerpt, item.who) == ("First call", "They want two forklifts", "Sara")
    assert item.body == "<p>They want <strong>two</strong> forklifts</p>"
    assert item.may == {"pin": "", "edit": "", "delete": ""}


def test_scripts_and_foreign_pictures_never_get_into_a_note(desk: Desk) -> None:
    row = desk.note(
        '<p onclick="x()">Hi<script>alert(1)</script><img src="https://spy.example/p.gif" onerror="x()">'
        '<a href="javascript:x()">go</a><iframe src="//x"></iframe><svg onload="x()"></svg></p>'
    )
    assert "script" not in row.body and "onclick" not in row.body and "javascript" not in row.body
    assert "spy.example" not in row.body and "iframe" not in row.body and "svg" not in row.body
    assert row.body.startswith("<p>Hi")


def test_a_note_needs_something_in_it(desk: Desk) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.note("<p>  <br></p>")
    assert refusal.value.by_field() == {"body": "A note needs a text, a title or a file."}


def test_a_note_holds_a_hundred_thousand_characters_and_no_more(desk: Desk) -> None:
    assert len(desk.note(f"<p>{'x' * 100_000}</p>").body) == 100_007
    with pytest.raises(Invalid, match="need your attention"):
        desk.note(f"<p>{'x' * 100_001}</p>")


def test_a_long_note_is_sent_shortened_and_whole_when_asked_for(desk: Desk) -> None:
    row = desk.note(f"<p>{'word ' * 2_000}</p>")
    [item] = [i for i in desk.stream() if i.kind == "note"]
    assert item.long and item.body == "" and len(item.excerpt) == 300
    assert reading.body(desk.act(), row.id or 0) == row.body


def test_a_closed_lead_still_takes_notes_and_activities(desk: Desk) -> None:
    desk.lead.status = 2
    desk.note("<p>He rang again</p>")
    desk.log(TASK, subject="Ask in spring")
    assert desk.entries() == ["He rang again"]
    assert [i.title for i in desk.top().planned] == ["Ask in spring"]


def test_only_its_author_and_those_above_him_edit_a_note(desk: Desk) -> None:
    row = desk.note()
    with pytest.raises(NotAllowed):
        desk.act(desk.office.olaf).find(Activity, row.id or 0, Privilege.WRITE)
    found = desk.act(desk.office.mia).find(Activity, row.id or 0, Privilege.WRITE, row.version)
    writing.edit_note(desk.act(desk.office.mia), found, "Corrected", "<p>Called twice</p>")
    assert desk.entries() == ["Corrected"]


def test_a_deleted_note_is_gone_and_comes_back(desk: Desk) -> None:
    row = desk.note()
    records.bin(desk.act(), row)
    assert desk.entries() == []
    records.restore(desk.act(), Activity, row.id or 0)
    assert desk.entries() == ["Called them"]


def test_a_team_member_reads_and_writes_his_own_notes_but_no_lead(desk: Desk) -> None:
    desk.note("<p>Brochure sent</p>", by=desk.office.tim)
    assert desk.entries() == ["Brochure sent"]
    with pytest.raises(NotAllowed):
        desk.act(desk.office.tim).find(Lead, desk.lead.id or 0, Privilege.WRITE)


def test_who_may_not_see_the_lead_writes_nothing_on_it_and_reads_nothing(desk: Desk) -> None:
    desk.office.settle(private=True)
    with pytest.raises(NotFound):
        desk.note(by=desk.office.olaf)
    with pytest.raises(NotFound):
        desk.stream(by=desk.office.olaf)


# -- mentions --------------------------------------------------------------------------------------------------------


def told(office: Office, user: Any) -> list[str]:
    wanted = select(Notification).where(Notification.user_id == user.id, Notification.kind == "mention")
    return [n.message for n in office.session.exec(wanted)]


def test_who_is_mentioned_is_told_once(desk: Desk) -> None:
    office = desk.office
    row = desk.note(f"<p>{mention(office.tom)} {mention(office.tom)} please call</p>")
    assert len(told(office, office.tom)) == 1
    writing.edit_note(desk.act(), row, "", f"<p>{mention(office.tom)} please call today</p>")
    assert len(told(office, office.tom)) == 1


def test_who_may_not_see_the_lead_is_not_told_and_the_author_learns_it(desk: Desk) -> None:
    office = desk.office
    office.settle(private=True)
    body = f"<p>{mention(office.olaf)} {mention(office.mia)}</p>"
    written = writing.note(desk.act(), "lead", desk.lead.id or 0, "", body)
    assert written.untold == ["Olaf"]
    assert told(office, office.olaf) == [] and len(told(office, office.mia)) == 1


# -- posts -----------------------------------------------------------------------------------------------------------


def test_a_post_takes_replies_and_likes(desk: Desk) -> None:
    office, lead_id = desk.office, desk.lead.id or 0
    row = writing.post(desk.act(), "lead", lead_id, "Budget approved <b>today</b>")
    writing.post(desk.act(office.tom), "lead", lead_id, "Great", row.id)
    assert writing.like(desk.act(office.tom), row)
    [item] = [i for i in desk.stream(by=office.tom) if i.kind == "post"]
    assert item.body == "<p>Budget approved &lt;b&gt;today&lt;/b&gt;</p>"
    assert [r["body"] for r in item.replies] == ["<p>Great</p>"] and (item.likes, item.liked) == (1, True)
    assert not writing.like(desk.act(office.tom), row)


def test_a_post_is_short(desk: Desk) -> None:
    with pytest.raises(Invalid):
        writing.post(desk.act(), "lead", desk.lead.id or 0, "x" * 1_001)


def test_only_posts_of_the_same_record_are_replied_to(desk: Desk) -> None:
    note = desk.note()
    with pytest.raises(BadValue, match="Only posts"):
        writing.post(desk.act(), "lead", desk.lead.id or 0, "Reply", note.id)


# -- activities ------------------------------------------------------------------------------------------------------


def test_a_call_goes_to_the_lead_and_complete_picks_made_or_received(desk: Desk) -> None:
    outgoing = desk.log(CALL, subject="Offer")
    incoming = desk.log(CALL, subject="Question", outgoing="0")
    parties = {
        (p.activity_id, p.role): p.name
        for p in desk.office.session.exec(select(Party).where(Party.role != PartyRole.REGARDING))
    }
    assert parties[outgoing.id or 0, PartyRole.TO] == "Doe" and parties[incoming.id or 0, PartyRole.FROM] == "Doe"
    for row in (outgoing, incoming):
        writing.complete(desk.act(), row)
    assert (outgoing.status_reason, incoming.status_reason) == (ActivityReason.CALL_MADE, ActivityReason.CALL_RECEIVED)
    assert outgoing.closed_on == desk.now - timedelta(minutes=1)


@pytest.mark.parametrize(
    "kind, typed, reason",
    [
        (TASK, {}, ActivityReason.TASK_NOT_STARTED),
        (CALL, {}, ActivityReason.CALL_OPEN),
        (EMAIL, {}, ActivityReason.EMAIL_DRAFT),
        (MEETING, {"start_on": "2026-05-14T09:00", "due_on": "2026-05-14T10:30"}, ActivityReason.APPOINTMENT_BUSY),
    ],
)
def test_every_kind_begins_open_with_its_default_reason(
    desk: Desk, kind: ActivityKind, typed: dict[str, str], reason: ActivityReason
) -> None:
    row = desk.log(kind, **typed)
    assert row.is_open and row.status_reason == reason
    writing.cancel(desk.act(), row)
    assert row.status == ActivityStatus.CANCELED and not row.is_open
    writing.reopen(desk.act(), row)
    assert row.is_open and row.status_reason == reason and row.closed_on is None


def test_an_appointment_cannot_end_before_it_starts(desk: Desk) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.log(MEETING, start_on="2026-05-14T10:00", due_on="2026-05-14T09:00")
    assert refusal.value.by_field() == {"due_on": "An appointment cannot end before it starts."}


def test_an_appointment_has_both_times(desk: Desk) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.log(MEETING)
    assert set(refusal.value.problems) == {"start_on", "due_on"}


def test_nothing_is_due_in_the_year_9999(desk: Desk) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.log(TASK, due_on="9999-12-31T00:00")
    assert "between the years" in refusal.value.by_field()["due_on"]


def test_a_kind_takes_only_its_own_fields(desk: Desk) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.log(TASK, phone_number="1", status="1")
    assert set(refusal.value.problems) == {"phone_number", "status"}


def test_who_does_not_allow_phone_calls_is_not_to_be_called_but_his_calls_are_logged(office: Office) -> None:
    desk = Desk(office, do_not_phone=True)
    with pytest.raises(NotAllowed, match="Doe does not allow phone calls"):
        desk.log(CALL)
    desk.log(CALL, outgoing="0", subject="He rang")
    made = writing.log(desk.act(), CALL, {"subject": "I rang"}, ("lead", desk.lead.id or 0), planned=False)
    writing.complete(desk.act(), made)
    assert made.status == ActivityStatus.COMPLETED


def test_a_closed_activity_is_read_only(desk: Desk) -> None:
    row = desk.log(TASK)
    writing.complete(desk.act(), row)
    with pytest.raises(NotAllowed, match="Completed and read-only"):
        writing.change(desk.act(), row, {"subject": "Other"})


def test_every_save_of_an_activity_is_in_its_history(desk: Desk) -> None:
    row = desk.log(TASK)
    writing.change(desk.act(), row, {"subject": "Ring them", "priority": "2"})
    assert desk.office.told(row)[0] == "Sara changed Subject and Priority"


def test_somebody_unseen_cannot_take_part(desk: Desk) -> None:
    office = desk.office
    office.settle(private=True)
    hidden = office.contact(owner=office.olaf)
    parties = [PartyInput(PartyRole.TO, "contact", hidden.id), PartyInput(PartyRole.FROM, "user", office.sara.id)]
    with pytest.raises(Invalid) as refusal:
        writing.log(desk.act(), CALL, {"subject": "x"}, ("lead", desk.lead.id or 0), parties)
    assert set(refusal.value.problems) == {"to"}


def test_an_activity_stands_on_the_timeline_of_everybody_who_takes_part_once(desk: Desk) -> None:
    office = desk.office
    contact = office.contact()
    parties = [
        PartyInput(PartyRole.FROM, "user", office.sara.id),
        PartyInput(PartyRole.TO, "contact", contact.id),
        PartyInput(PartyRole.CC, "lead", desk.lead.id),
    ]
    row = writing.log(desk.act(), EMAIL, {"subject": "Offer"}, ("lead", desk.lead.id or 0), parties)
    assert [i.id for i in desk.top().planned] == [row.id]
    theirs = reading.top(desk.act(), Ask("contact", contact.id or 0))
    assert [i.id for i in theirs.planned] == [row.id]
    assert theirs.planned[0].regarding == {"entity": "lead", "id": desk.lead.id, "name": "Doe"}


def test_a_party_does_not_open_what_regards_a_hidden_record(desk: Desk) -> None:
    """Olaf may read the contact but not Sara's lead: the call about the lead stays hidden from him on both."""
    office = desk.office
    contact = office.contact(owner=office.olaf)
    parties = [PartyInput(PartyRole.FROM, "user", office.sara.id), PartyInput(PartyRole.TO, "contact", contact.id)]
    writing.log(desk.act(), CALL, {"subject": "Secret"}, ("lead", desk.lead.id or 0), parties)
    done = writing.log(desk.act(), CALL, {"subject": "Secret too"}, ("lead", desk.lead.id or 0), parties)
    writing.complete(desk.act(), done)
    office.settle(private=True)
    ask = Ask("contact", contact.id or 0)
    for reader, titles in ((office.olaf, []), (office.vera, ["Secret", "Secret too"])):
        act = desk.act(reader)
        planned, stream = reading.top(act, ask), reading.page(act, ask)
        assert [i.title for i in (*planned.planned, *stream.items) if i.kind == "phone_call"] == titles
        assert visits.missed(act, "contact", contact.id or 0, office.now) == len(titles)
        [types, *_] = reading.facets(act, ask)
        assert next(o.count for o in types.options if o.key == "activities") == len(titles)


# -- reading ---------------------------------------------------------------------------------------------------------


def test_pinned_first_then_overdue_then_upcoming_then_undated_then_the_rest(desk: Desk) -> None:
    note = desk.note(title="Pinned")
    writing.pin(desk.act(), note, True)
    desk.log(TASK, subject="Undated")
    desk.log(TASK, subject="Next week", due_on="2026-05-20T10:00")
    desk.log(TASK, subject="Late", due_on="2026-05-01T10:00")
    desk.note(title="Plain")
    top = desk.top()
    assert [i.title for i in top.pinned] == ["Pinned"]
    assert [(i.title, i.tag) for i in top.planned] == [
        ("Late", "overdue"),
        ("Next week", "active"),
        ("Undated", "active"),
    ]
    assert desk.entries() == ["Plain"]


def test_paging_by_key_tells_every_entry_once_in_either_direction(desk: Desk) -> None:
    for n in range(7):
        desk.note(title=f"Note {n}")
        records.save(desk.act(), desk.lead, {"job_title": f"Job {n}"})
    for newest_first in (True, False):
        seen, after = [], ""
        while True:
            page = reading.page(desk.act(), desk.ask(newest_first=newest_first, after=after, size=4))
            seen += [i.key for i in page.items]
            after = page.cursor
            if not page.more:
                break
        assert len(seen) == len(set(seen)) == 15
        moments = [i.at for i in desk.stream(newest_first=newest_first, size=50)]
        assert moments == sorted(moments, reverse=newest_first)


def test_entries_of_one_moment_are_told_once_too(desk: Desk) -> None:
    act = desk.act()
    for n in range(5):
        writing.note(act, "lead", desk.lead.id or 0, f"Note {n}", "")
        records.save(act, desk.lead, {"job_title": f"Job {n}"})
    for newest_first in (True, False):
        seen, after = [], ""
        for _ in range(20):
            page = reading.page(desk.act(), desk.ask(newest_first=newest_first, after=after, size=3))
            seen += [i.key for i in page.items]
            after = page.cursor
            if not page.more:
                break
        assert len(seen) == len(set(seen)) == 11


@pytest.mark.parametrize("cursor", ["", "x", "WzEsMl0=", "a" * 300, "W251bGwsIngiLDFd"])
def test_a_damaged_cursor_starts_at_the_beginning(desk: Desk, cursor: str) -> None:
    desk.note(title="There")
    assert desk.entries(after=cursor) == ["There"]


def test_one_save_is_one_entry_with_all_its_fields_old_and_new(desk: Desk) -> None:
    records.save(desk.act(), desk.lead, {"job_title": "Buyer", "company_name": "Fabrikam", "city": "Oslo"})
    change = next(i for i in desk.stream() if i.kind == "change")
    assert [(c.label, c.old, c.new) for c in change.changes] == [
        ("Job Title", "", "Buyer"),
        ("Company Name", "", "Fabrikam"),
        ("City", "", "Oslo"),
    ]


def test_history_does_not_name_records_that_its_reader_may_not_see(desk: Desk) -> None:
    office = desk.office
    hidden, seen = office.contact(owner=office.olaf, last_name="Secret"), office.contact(last_name="Known")
    records.save(desk.act(office.vera), desk.lead, {"existing_contact_id": str(seen.id)})
    records.save(desk.act(office.vera), desk.lead, {"existing_contact_id": str(hidden.id)})
    office.settle(private=True)
    for reader, name in ((office.vera, "Secret"), (office.sara, "a record")):
        first = next(i for i in desk.stream(by=reader) if i.kind == "change")
        assert [(c.old, c.new) for c in first.changes] == [("Known", name)]


def test_search_looks_at_titles_and_bodies_whatever_the_accents(desk: Desk) -> None:
    desk.note("<p>Spotkanie w Łodzi</p>", "Offer")
    desk.note("<p>Nothing</p>", "Łódź")
    desk.log(TASK, subject="Buy tickets", description="train to LODZ")
    assert sorted(desk.entries(search="lodz")) == ["Offer", "Łódź"]
    assert [i.title for i in desk.top(search="lodz").planned] == ["Buy tickets"]
    assert desk.entries(search="lodzi") == ["Offer"]
    assert desk.entries(search="100%_") == []


def test_the_pane_joins_options_by_or_and_groups_by_and(desk: Desk) -> None:
    desk.note(title="Note")
    writing.post(desk.act(), "lead", desk.lead.id or 0, "Post")
    call = desk.log(CALL, subject="Call")
    writing.complete(desk.act(), call)
    assert set(desk.entries(filters={"type": ["notes", "posts"]})) == {"Note", "Post"}
    assert desk.entries(filters={"type": ["activities"], "status": ["closed"]}) == ["Call"]
    assert desk.entries(filters={"type": ["notes"], "status": ["closed"]}) == []
    assert [i.kind for i in desk.stream(filters={"type": ["changes"]})] == ["change"]
    assert set(desk.entries(filters={"made": ["up"], "type": ["nonsense"]})) == {"Note", "Post", "Call"}


def test_the_pane_counts_what_it_would_show(desk: Desk) -> None:
    desk.note()
    desk.note()
    desk.log(TASK, due_on="2026-05-01T10:00")
    desk.log(CALL, due_on="2026-05-15T10:00")
    found = reading.facets(desk.act(), desk.ask())
    count = {(g.key, o.key): o.count for g in found for o in g.options}
    assert [count["type", k] for k in ("notes", "posts", "activities", "changes")] == [2, 0, 2, 1]
    assert [count["status", k] for k in ("active", "overdue", "closed")] == [2, 1, 0]
    assert count["due", "next-7"] == 1 and count["due", "last-30"] == 1
    assert {o.label for g in found if g.key == "reason" for o in g.options} == {"Not Started", "Open"}
    for group in found:
        for option in group.options:
            shown = desk.stream(filters={group.key: [option.key]}, size=100)
            above = desk.top(filters={group.key: [option.key]})
            if group.key != "modified":  # which counts no changes
                assert len(shown) + len(above.planned) + len(above.pinned) == option.count, (group.key, option.key)


def test_what_others_did_since_my_last_visit_is_fresh(desk: Desk) -> None:
    office, lead_id = desk.office, desk.lead.id or 0
    desk.note(title="Old", by=office.tom)
    assert visits.last(desk.act(), "lead", lead_id) is None
    for _ in range(2):  # the second visit moves the mark of the first
        visits.remember(office.session, office.sara.id or 0, "lead", lead_id, desk.act().now)
    desk.note(title="Mine")
    desk.note(title="Theirs", by=office.tom)
    since = visits.last(desk.act(), "lead", lead_id)
    assert visits.missed(desk.act(), "lead", lead_id, since) == 1
    page = reading.page(desk.act(), desk.ask(), since)
    assert {i.title: i.fresh for i in page.items if i.kind == "note"} == {"Old": False, "Mine": False, "Theirs": True}


def test_what_comes_first_tells_which_of_the_entries_shown_before_are_gone(desk: Desk) -> None:
    kept, binned, pinned = desk.note(title="Kept"), desk.note(title="Binned"), desk.note(title="Pinned")
    known = [row.id or 0 for row in (kept, binned, pinned)]
    assert reading.newest(desk.act(), desk.ask(), known=known).gone == []
    records.bin(desk.act(), binned)
    writing.pin(desk.act(), pinned, True)
    found = reading.newest(desk.act(), desk.ask(), known=known)
    assert found.gone == [binned.id, pinned.id]
    assert [i.title for i in found.top.pinned] == ["Pinned"]
    assert [i.title for i in found.page.items if i.kind != "change"] == ["Kept"]


def test_what_comes_first_and_the_pane_are_refused_for_a_hidden_record(desk: Desk) -> None:
    desk.office.settle(private=True)
    for read in (reading.newest, reading.facets):
        with pytest.raises(NotFound):
            read(desk.act(desk.office.olaf), desk.ask())  # type: ignore[operator]


def test_how_one_likes_ones_timelines_is_kept_without_what_no_pane_offers(desk: Desk) -> None:
    assert composing.liked(desk.act()) == ({}, True)
    composing.remember(desk.act(), {"type": ["notes"], "made": ["up"]}, False)
    assert composing.liked(desk.act()) == ({"type": ["notes"]}, False)
    assert composing.liked(desk.act(desk.office.tom)) == ({}, True)


@pytest.mark.parametrize(
    "one",
    [
        {},
        {"role": "king"},
        {"role": "to", "entity": "competitor"},
        {"role": "to", "id": "9" * 19},
        {"role": "to", "id": "-1"},
    ],
)
def test_nobody_takes_part_whom_no_form_posts(one: dict[str, str]) -> None:
    with pytest.raises(BadValue):
        guests.posted(one)


def test_users_are_named_by_name_or_by_the_beginning_of_their_address(desk: Desk) -> None:
    act = desk.act(desk.office.tom)
    assert [c.name for c in naming.users(act, "to", 8)] == ["Tom"]
    assert [c.name for c in naming.users(act, desk.office.sara.email[:6], 8)] == ["Sara"]
    assert naming.users(act, "", 8)[0].name == "Tom"
    assert "Tom" not in [c.name for c in naming.users(act, "", 8, others=True)]
    assert len(naming.users(act, "", 1)) == 1


def test_a_page_costs_the_same_statements_however_long_the_timeline_is(desk: Desk) -> None:
    def cost() -> int:
        desk.office.session.flush()
        desk.office.session.expire_all()
        with Statements(desk.office.engine) as ran:
            reading.page(desk.act(), desk.ask())
            reading.top(desk.act(), desk.ask())
        return len(ran)

    desk.note()
    desk.log(TASK)
    writing.post(desk.act(), "lead", desk.lead.id or 0, "Post")
    few = cost()
    for n in range(12):
        desk.note(title=str(n))
        desk.log(TASK)
        writing.post(desk.act(), "lead", desk.lead.id or 0, "Post")
    assert cost() <= few + 1


def test_what_regards_a_lead_is_deleted_and_restored_with_it(desk: Desk) -> None:
    before = desk.note(title="Deleted earlier")
    records.bin(desk.act(), before)
    kept = desk.note(title="Kept")
    desk.office.session.flush()
    records.bin(desk.act(desk.office.vera), desk.lead)
    desk.office.session.refresh(kept)
    assert kept.deleted_on is not None
    records.restore(desk.act(desk.office.vera), Lead, desk.lead.id or 0)
    desk.office.session.expire_all()
    assert desk.entries() == ["Kept"]


def test_a_purge_takes_the_timeline_along(desk: Desk) -> None:
    desk.note()
    desk.log(CALL)
    records.bin(desk.act(), desk.lead)
    desk.office.session.flush()
    assert records.purge(desk.office.session, desk.now + timedelta(days=31)) >= 1
    assert desk.office.session.exec(select(Activity)).all() == []
    assert desk.office.session.exec(select(Party)).all() == []
