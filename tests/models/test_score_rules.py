"""Points by rules: reckoned with every write, by everybody's verbs, and for all leads after a rule has changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from rxcrm.models import configuration, db, disqualifying, jobs, lists, records
from rxcrm.models.access import Privilege
from rxcrm.models.choices import LeadReason, LeadSource, Rating
from rxcrm.models.errors import Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.filters.conditions import Group, Related, Test, either, every, written
from rxcrm.models.job import Job, JobState
from rxcrm.models.lead import Lead
from rxcrm.models.merging.doing import merge
from rxcrm.models.merging.undoing import undo
from rxcrm.models.scoring import asking, reasons, rules, work
from rxcrm.models.scoring.tables import ScoreRule
from rxcrm.models.shaping import customs
from rxcrm.models.shaping.tables import CustomField
from tests.office import Office, Statements

TRADE_SHOW = Test("lead_source", "in", (str(int(LeadSource.TRADE_SHOW)),))
NO_PHONE = Test("business_phone", "null")
HOT = Test("rating", "in", (str(int(Rating.HOT)),))


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    configuration.reset()


def typed(points: int, *parts: Any, **more: str) -> dict[str, str]:
    condition = parts[0] if len(parts) == 1 and isinstance(parts[0], Group) else every(*parts)
    return {"points": str(points), "condition": json.dumps(written(condition)), "active": "1", **more}


def rule(office: Office, points: int, *parts: Any, **more: str) -> ScoreRule:
    """A rule of Ada's; whoever acts next knows of it."""
    found = rules.add(office.act(office.ada), typed(points, *parts, **more))
    office.act(office.ada)
    return found


def recount(office: Office) -> None:
    """What the job does."""
    office.commit()
    asyncio.run(work._bring_all(Job(kind=work.ALL, due_on=office.now, created_on=office.now)))
    office.session.expire_all()


def stored(office: Office, lead: Lead) -> int:
    """The score as the database has it."""
    return office.session.execute(select(Lead.score).where(Lead.id == lead.id)).scalar_one()


# -- points ------------------------------------------------------------------------------------------------------------


def test_a_new_lead_has_the_points_of_the_rules_that_hold(office: Office) -> None:
    rule(office, 18, TRADE_SHOW)
    rule(office, -6, NO_PHONE)
    rule(office, 30, HOT)
    typed_in = {"topic": "T", "last_name": "L", "lead_source": str(int(LeadSource.TRADE_SHOW))}
    lead = records.create(office.act(office.sara), Lead, typed_in)
    assert (lead.score, stored(office, lead)) == (12, 12)


def test_points_follow_a_change_at_once_without_a_new_version(office: Office) -> None:
    rule(office, 18, TRADE_SHOW)
    lead = office.lead()
    assert lead.score == 0
    act = office.act(office.sara)
    version = lead.version
    records.save(act, act.find(Lead, lead.id or 0, Privilege.WRITE), {"lead_source": "7"})
    assert (lead.score, stored(office, lead), lead.version) == (18, 18, version + 1)
    records.save(act, act.find(Lead, lead.id or 0, Privilege.WRITE, lead.version), {"lead_source": ""})
    assert stored(office, lead) == 0


def test_the_score_stays_between_0_and_100(office: Office) -> None:
    for points in (60, 70):
        rule(office, points, TRADE_SHOW)
    rule(office, -50, NO_PHONE)
    rule(office, -50, NO_PHONE)
    assert office.lead(lead_source=7, business_phone="1").score == 100
    assert office.lead(lead_source=8).score == 0
    card = reasons.card(office.act(office.sara), office.lead(lead_source=7, business_phone="1").id or 0)
    assert (card.score, card.total) == (100, 130)


def test_a_condition_may_have_alternatives(office: Office) -> None:
    rule(office, 10, either(HOT, TRADE_SHOW))
    assert [office.lead(rating=1).score, office.lead(lead_source=7).score, office.lead().score] == [10, 10, 0]


def test_a_rule_that_is_off_gives_no_points(office: Office) -> None:
    made = rule(office, 10, HOT)
    rules.switch(office.act(office.ada), made.id or 0, False)
    office.act(office.ada)
    assert office.lead(rating=1).score == 0


def test_without_rules_writing_a_lead_costs_no_statement_more(office: Office) -> None:
    def cost() -> int:
        with Statements(office.engine) as ran:
            office.bare(Lead, topic="T", last_name="L")
            office.session.flush()
        return len(ran)

    office.lead()
    before = cost()
    rule(office, 10, HOT)
    office.lead()
    assert cost() == before + 1


def test_ten_leads_written_together_cost_one_statement_for_their_scores(office: Office) -> None:
    rule(office, 10, HOT)

    def cost(count: int) -> int:
        with Statements(office.engine) as ran:
            for _ in range(count):
                office.bare(Lead, topic="T", last_name="L", rating=1)
            office.session.flush()
        return sum("UPDATE lead" in statement for statement in ran.ran)

    assert cost(10) == cost(20) == 1


def test_a_rule_with_a_relative_date_looks_at_the_clock_of_the_organisation(office: Office) -> None:
    office.settle(time_zone="Asia/Tokyo")  # there it is the evening of the 13th
    rule(office, 10, Test("created_on", "today"))
    yesterday = office.now - timedelta(hours=20)  # 23:00 of the 12th in Tokyo, the 12th in UTC
    assert office.lead().score == 10
    assert office.lead(created_on=yesterday).score == 0


def test_rules_of_custom_fields_count_too(office: Office) -> None:
    customs.add(office.act(office.ada), "lead", {"label": "Branches", "kind": "whole"})
    office.act(office.ada)
    name = next(iter(configuration.current().part("fields")["lead"]))
    rule(office, 25, Test(name, "ge", ("3",)))
    assert [office.lead(**{name: 3}).score, office.lead(**{name: 2}).score] == [25, 0]


# -- after a rule has changed ------------------------------------------------------------------------------------------


def test_a_new_rule_reaches_leads_that_are_there_already(office: Office) -> None:
    leads = [office.lead(lead_source=7), office.lead(lead_source=8), office.lead(lead_source=7)]
    rule(office, 18, TRADE_SHOW)
    assert [stored(office, lead) for lead in leads] == [0, 0, 0]
    recount(office)
    assert [stored(office, lead) for lead in leads] == [18, 0, 18]


def test_a_removed_rule_takes_its_points_along(office: Office) -> None:
    lead = office.lead(lead_source=7)
    made = rule(office, 18, TRADE_SHOW)
    recount(office)
    rules.remove(office.act(office.ada), made.id or 0)
    recount(office)
    assert stored(office, lead) == 0


def test_nobodys_save_is_refused_because_scores_were_brought_up_to_date(office: Office) -> None:
    lead = office.lead(lead_source=7)
    version = lead.version
    rule(office, 18, TRADE_SHOW)
    recount(office)
    act = office.act(office.sara)
    records.save(act, act.find(Lead, lead.id or 0, Privilege.WRITE, version), {"topic": "Cranes"})
    assert stored(office, lead) == 18


def test_leads_that_are_right_already_are_not_written_again(small_office: Office) -> None:
    office = small_office
    for _ in range(3):
        office.lead(lead_source=7)
    rule(office, 18, TRADE_SHOW)
    office.commit()

    def batch(session: Session) -> int:
        before = session.scalar(text("SELECT total_changes()"))
        work._batch(session, 1, work._last_id(session))
        return int(session.scalar(text("SELECT total_changes()")) - before)

    assert [db.transact(batch), db.transact(batch)] == [3, 0]


def test_who_was_saving_with_the_old_rules_meanwhile_is_seen_to_a_minute_later(office: Office) -> None:
    rule(office, 18, TRADE_SHOW)
    lead = office.lead(lead_source=7)
    office.session.execute(Lead.__table__.update().values(score=3))  # type: ignore[attr-defined]
    old = office.lead(lead_source=7, modified_on=office.now - timedelta(days=3))
    office.session.execute(Lead.__table__.update().where(Lead.id == old.id).values(score=3))  # type: ignore[attr-defined]
    office.commit()
    payload = {"since": (office.now - work.LINGERS).isoformat()}
    asyncio.run(work._bring_late(Job(kind=work.LATE, payload=payload, due_on=office.now, created_on=office.now)))
    office.session.expire_all()
    assert [stored(office, lead), stored(office, old)] == [18, 3]


def test_a_changed_rule_asks_for_one_job_however_often_it_is_changed(office: Office) -> None:
    made = rule(office, 10, HOT)
    for points in (20, 30):
        rules.change(office.act(office.ada), made.id or 0, made.version, {"points": str(points)})
    waiting = office.session.exec(select(Job).where(Job.state == JobState.WAITING.value)).all()
    assert sorted(job.kind for job in waiting) == [work.LATE, work.ALL]
    assert {job.by_id for job in waiting} == {office.ada.id}


def test_the_job_says_how_far_it_is(office: Office) -> None:
    rule(office, 10, HOT)
    office.lead()
    act = office.act(office.ada, office.now)
    assert rules.progress(act) == rules.Progress(True, 0, 0)
    office.commit()
    job, _ = db.transact(jobs.take, "me", office.now)
    assert job and job.kind == work.ALL
    asyncio.run(work._bring_all(job))
    office.session.expire_all()
    found = rules.progress(office.act(office.ada))
    assert found.underway and found.done == found.total > 0
    office.commit()
    assert db.transact(jobs.finish, job.id or 0, "me", office.now)
    office.session.expire_all()
    assert not rules.progress(office.act(office.ada)).underway


# -- other ways in which leads change ----------------------------------------------------------------------------------


def test_disqualifying_changes_what_rules_of_the_status_say(office: Office) -> None:
    rule(office, 40, Test("status", "in", ("0",)))
    lead = office.lead()
    assert lead.score == 40
    disqualifying.disqualify(office.act(office.sara), lead, LeadReason.LOST)
    assert stored(office, lead) == 0


def test_a_merge_and_its_undoing_leave_the_scores_right(office: Office) -> None:
    rule(office, 18, TRADE_SHOW)
    rule(office, 7, Test("business_phone", "not-null"))
    master, other = office.lead(lead_source=7), office.lead(business_phone="+48 22 123 45 67")
    office.session.flush()
    versions = {row.id or 0: row.version for row in (master, other)}
    operation = merge(office.act(office.sara), "lead", master.id or 0, versions, {"business_phone": other.id or 0})
    assert stored(office, master) == 25
    undo(office.act(office.sara), operation)
    assert [stored(office, master), stored(office, other)] == [18, 7]


def test_records_that_leave_for_good_are_missed_by_the_rules(office: Office) -> None:
    rule(office, 12, Test("existing_account_id", "not-null"))
    account = office.account()
    lead = office.lead(existing_account_id=account.id)
    assert lead.score == 12
    records.remove(office.session, type(account), "account", [account.id or 0])
    assert stored(office, lead) == 0


# -- lists -------------------------------------------------------------------------------------------------------------


def test_lists_show_sort_and_filter_by_the_score(office: Office) -> None:
    rule(office, 18, TRADE_SHOW)
    rule(office, 7, HOT)
    names = {"A": {}, "B": {"lead_source": 7}, "C": {"rating": 1}, "D": {"lead_source": 7, "rating": 1}}
    for name, values in names.items():
        office.lead(last_name=name, **values)
    act = office.act(office.sara)
    ask = lists.Ask(view="all", columns=("name", "score"), sort=(("score", True),))
    page = lists.page(act, ask)
    assert [(row["name"], row["score"]) for row in page.rows] == [("D", "25"), ("B", "18"), ("C", "7"), ("A", "0")]
    some = lists.page(act, lists.Ask(view="all", columns=("name",), where=every(Test("score", "ge", ("18",)))))
    assert sorted(row["name"] for row in some.rows) == ["B", "D"]


def test_pages_by_score_follow_each_other(office: Office) -> None:
    rule(office, 10, HOT)
    for n in range(60):
        office.bare(Lead, topic="T", last_name=f"L{n:02}", rating=1 + n % 2)
    office.session.flush()
    act, found = office.act(office.sara), []
    ask = lists.Ask(view="all", columns=("name", "score"), sort=(("score", True),))
    first = lists.page(act, ask)
    second = lists.page(act, lists.Ask(**{**ask.__dict__, "after": first.last}))
    found = [row["score"] for row in [*first.rows, *second.rows]]
    assert found == ["10"] * 30 + ["0"] * 30


# -- administration ----------------------------------------------------------------------------------------------------


def refused(problem: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return problem.value.by_field()


def test_only_administrators_make_rules(office: Office) -> None:
    for verb, args in (
        (rules.add, (typed(5, HOT),)),
        (rules.change, (1, 1, {})),
        (rules.switch, (1, True)),
        (rules.remove, (1,)),
        (rules.recount, ()),
        (rules.board, ()),
    ):
        with pytest.raises(NotAllowed):
            verb(office.act(office.mia), *args)  # type: ignore[operator]


@pytest.mark.parametrize("points", ["0", "101", "-101", "ten", "", "1.5", "٣"])
def test_points_are_whole_numbers_up_to_a_hundred_either_way(office: Office, points: str) -> None:
    with pytest.raises(Invalid) as problem:
        rules.add(office.act(office.ada), typed(1, HOT) | {"points": points})
    assert set(refused(problem)) == {"points"}


@pytest.mark.parametrize(("text", "points"), [("+18", 18), ("−6", -6), (" - 6 ", -6), ("100", 100)])
def test_points_are_read_as_people_write_them(office: Office, text: str, points: int) -> None:
    assert rules.add(office.act(office.ada), typed(1, HOT) | {"points": text}).points == points


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (every(), asking.EMPTY),
        (every(Test("existing_account_id.city", "eq", ("Łódź",))), asking.OF_OTHERS),
        (every(Related("activities")), asking.OF_OTHERS),
        (every(either(HOT, Test("owner", "eq-userid"))), asking.OF_READER),
        (every(Test("existing_account_id", "under", ("1",))), asking.OF_OTHERS),
        (every(Test("score", "gt", ("5",))), asking.OF_ITSELF),
        (every(Test("estimate", "not-null")), asking.OF_ITSELF),
    ],
)
def test_a_rule_asks_of_the_lead_itself_the_same_for_everybody(office: Office, part: Group, sentence: str) -> None:
    with pytest.raises(Invalid) as problem:
        rules.add(office.act(office.ada), typed(5, part))
    assert refused(problem) == {"condition": sentence}


def test_what_the_builder_offers_can_all_be_asked(office: Office) -> None:
    found = asking.description(office.act(office.ada))
    assert set(found.tables) == {"lead"} and not found.tables["lead"].relations
    assert not {f.name for f in found.tables["lead"].fields} & {"score", "estimate"}
    assert not any(f.through for f in found.tables["lead"].fields)
    offered = {operator[0] for operators in found.operators.values() for operator in operators}
    assert not offered & asking.NOT_COMPARED


@pytest.mark.parametrize(
    "condition",
    ["", "{", '{"all": 3}', '{"field": "rating"}', '{"all": [{"field": "gone", "operator": "eq", "values": ["1"]}]}'],
)
def test_a_condition_that_cannot_be_read_is_refused(office: Office, condition: str) -> None:
    with pytest.raises(Invalid) as problem:
        rules.add(office.act(office.ada), typed(5, HOT) | {"condition": condition})
    assert set(refused(problem)) == {"condition"}


def test_a_row_that_is_not_finished_is_not_left_out_unseen(office: Office) -> None:
    with pytest.raises(Invalid) as problem:
        rules.add(office.act(office.ada), typed(5, HOT) | {"unfinished": "1"})
    assert set(refused(problem)) == {"condition"}


def test_of_two_administrators_the_second_one_is_told(office: Office) -> None:
    made = rule(office, 10, HOT)
    version = made.version
    rules.change(office.act(office.ada), made.id or 0, version, {"points": "20"})
    with pytest.raises(Stale):
        rules.change(office.act(office.ada), made.id or 0, version, {"points": "30"})


def test_a_rule_that_is_gone_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound):
        rules.remove(office.act(office.ada), 4711)


def test_a_rule_whose_field_is_gone_gives_no_points_and_says_so(office: Office) -> None:
    customs.add(office.act(office.ada), "lead", {"label": "Branches", "kind": "whole"})
    office.act(office.ada)
    name = next(iter(configuration.current().part("fields")["lead"]))
    rule(office, 25, Test(name, "ge", ("3",)))
    rule(office, 10, HOT)
    field = office.session.exec(select(CustomField)).one()
    customs.deactivate(office.act(office.ada), field.id or 0)
    office.act(office.ada)
    assert office.lead(rating=1).score == 10
    shown = rules.board(office.act(office.ada)).rules
    assert [bool(r.problem) for r in shown] == [True, False]


def test_a_rule_without_a_label_is_told_in_words(office: Office) -> None:
    rule(office, 18, TRADE_SHOW, NO_PHONE)
    rule(office, 10, HOT, label="Looks promising")
    shown = rules.board(office.act(office.ada)).rules
    assert shown[0].words == "Lead Source · Contains values · Trade Show and Business Phone · Does not contain data"
    assert [r.label for r in shown] == ["", "Looks promising"]


# -- reasons -----------------------------------------------------------------------------------------------------------


def test_the_reasons_are_the_rules_that_hold_the_weightiest_first(office: Office) -> None:
    rule(office, -6, NO_PHONE, label="No phone")
    rule(office, 18, TRADE_SHOW, label="Trade show")
    rule(office, 30, HOT, label="Hot")
    lead = office.lead(lead_source=7)
    card = reasons.card(office.act(office.sara), lead.id or 0)
    assert [(r.text, r.amount) for r in card.points] == [("Trade show", 18), ("No phone", -6)]
    assert (card.score, card.total, card.scored) == (12, 12, True)


def test_a_rule_without_a_label_gives_its_condition_as_the_reason(office: Office) -> None:
    rule(office, 3, TRADE_SHOW)
    rule(office, 2, NO_PHONE)
    rule(office, 1, either(TRADE_SHOW, HOT))
    card = reasons.card(office.act(office.sara), office.lead(lead_source=7).id or 0)
    assert [(r.text, r.of) for r in card.points] == [
        ("Trade Show", "Lead Source"),
        ("Does not contain data", "Business Phone"),
        ("Lead Source · Contains values · Trade Show or Rating · Contains values · Hot", ""),
    ]


def test_reasons_are_right_also_before_lists_are(office: Office) -> None:
    lead = office.lead(lead_source=7)
    rule(office, 18, TRADE_SHOW)
    card = reasons.card(office.act(office.sara), lead.id or 0)
    assert (stored(office, lead), card.score, card.progress.underway) == (0, 18, True)


def test_whoever_may_not_read_a_lead_does_not_see_its_score(office: Office) -> None:
    rule(office, 18, TRADE_SHOW)
    lead = office.lead(lead_source=7)
    office.settle(private=True)
    with pytest.raises(NotFound):
        reasons.card(office.act(office.olaf), lead.id or 0)


def test_without_rules_and_closed_leads_there_is_no_score(office: Office) -> None:
    card = reasons.card(office.act(office.sara), office.lead().id or 0)
    assert (card.scored, card.estimate, card.why) == (False, 0, "few")
