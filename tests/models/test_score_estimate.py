"""The estimate: learned from closed leads by the database, tried on leads that were held back, without looking ahead."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import configuration, db, disqualifying, jobs, lists
from rxcrm.models.choices import LeadReason, LeadSource, LeadStatus
from rxcrm.models.errors import NotAllowed
from rxcrm.models.filters.conditions import Test, every
from rxcrm.models.job import Job
from rxcrm.models.lead import Lead
from rxcrm.models.merging.doing import merge
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from rxcrm.models.scoring import estimating, features, learning, reasons, reckoning, work
from rxcrm.models.scoring.learning import ENOUGH
from rxcrm.models.scoring.tables import ScoreModel, scoring
from tests.models.import_files import bring_in, csv_file
from tests.office import Office, Statements

FAIR, WEB = int(LeadSource.TRADE_SHOW), int(LeadSource.WEB)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    configuration.reset()


def close(office: Office, won: int, lost: int, **values: Any) -> None:
    """So many closed leads with these values."""
    for status, reason, count in (
        (LeadStatus.QUALIFIED, LeadReason.QUALIFIED, won),
        (LeadStatus.DISQUALIFIED, LeadReason.LOST, lost),
    ):
        for _ in range(count):
            office.bare(Lead, topic="T", last_name="L", status=status, status_reason=reason, **values)
    office.session.flush()


def story(office: Office) -> None:
    """Fairs bring good leads, the web bad ones, and whoever leaves no phone number is seldom won."""
    close(office, 60, 10, lead_source=FAIR, business_phone="1")
    close(office, 10, 10, lead_source=FAIR)
    close(office, 20, 30, lead_source=WEB, business_phone="1")
    close(office, 5, 55, lead_source=WEB)


def learn(office: Office) -> ScoreModel:
    """What the job does, leads included."""
    office.commit()
    asyncio.run(work._learn(Job(kind=work.LEARN, due_on=office.now, created_on=office.now)))
    asyncio.run(work._bring_all(Job(kind=work.ALL, due_on=office.now, created_on=office.now)))
    office.session.expire_all()
    office.act(office.ada)
    found = learning.newest(office.session)
    assert found
    return found


# -- enough ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("won", "lost"), [(ENOUGH - 1, 200), (200, ENOUGH - 1), (0, 0)])
def test_with_fewer_than_forty_of_either_kind_nothing_is_learned(small_office: Office, won: int, lost: int) -> None:
    close(small_office, won, lost, lead_source=FAIR)
    lead = small_office.lead()
    row = learn(small_office)
    assert (row.won, row.lost, row.learned) == (won, lost, {})
    shown = estimating.view(small_office.act(small_office.ada))
    assert (shown.enough, shown.won, shown.lost, shown.needed, shown.learned_on) == (False, won, lost, 40, "")
    card = reasons.card(small_office.act(small_office.sara), lead.id or 0)
    assert (card.estimate, card.why, lead.estimate) == (0, "few", None)


def test_forty_of_each_are_enough(office: Office) -> None:
    close(office, 40, 10, lead_source=FAIR)
    close(office, 0, 30, lead_source=WEB)
    lead = office.lead(lead_source=FAIR)
    row = learn(office)
    assert row.learned and scoring().model
    office.session.refresh(lead)
    assert lead.estimate and lead.estimate > 50


def test_merged_and_deleted_leads_teach_nothing(office: Office) -> None:
    close(office, 1, 0)
    close(office, 0, 1, deleted_on=office.now)
    master, other = office.lead(), office.lead()
    office.session.flush()
    merge(office.act(office.sara), "lead", master.id or 0, {r.id or 0: r.version for r in (master, other)}, {})
    assert learning.closed(office.session) == (1, 0)


# -- estimates ---------------------------------------------------------------------------------------------------------


def test_open_leads_are_estimated_and_closed_ones_are_not(office: Office) -> None:
    story(office)
    good, bad = office.lead(lead_source=FAIR, business_phone="1"), office.lead(lead_source=WEB)
    closed = office.session.exec(select(Lead).where(Lead.status == LeadStatus.QUALIFIED)).first()
    learn(office)
    assert good.estimate and bad.estimate and closed
    assert good.estimate > 70 > 30 > bad.estimate
    assert (good.estimate_key, closed.estimate, closed.estimate_key) == (good.estimate, None, 0)


def test_an_estimate_follows_every_change_of_the_lead(office: Office) -> None:
    story(office)
    learn(office)
    lead = office.lead(lead_source=WEB)
    before = lead.estimate or 0
    lead.business_phone = "1"
    lead.refresh_keys()
    office.session.flush()
    assert (lead.estimate or 0) > before
    disqualifying.disqualify(office.act(office.sara), lead, LeadReason.LOST)
    assert lead.estimate is None


def test_the_database_reckons_what_python_reckons(office: Office) -> None:
    story(office)
    close(office, 15, 5, country="Polska", industry=3)
    close(office, 5, 15, country="Deutschland", website="x", source_campaign_id=1)
    learn(office)
    model, looked_at = scoring().model, features.chosen(None)
    assert model
    for country in ("Polska", "POLSKA", "Malta", ""):
        for source in (None, FAIR, WEB, int(LeadSource.OTHER)):
            for phone in ("", "1"):
                lead = office.lead(country=country, lead_source=source, mobile_phone=phone, industry=3)
                values = {
                    "lead_source": str(source) if source else None,
                    "industry": "3",
                    "country": country.lower() or None,
                    "has_phone": "1" if phone else "0",
                    **dict.fromkeys(("has_email", "has_company", "has_job", "has_website", "has_campaign"), "0"),
                }
                assert set(values) == {feature.key for feature in looked_at}
                assert lead.estimate == model.estimate(values)


def test_countries_are_told_apart_without_case_and_accents(office: Office) -> None:
    close(office, 40, 2, country="ŁÓDŹ")
    close(office, 2, 40, country="Malta")
    learn(office)
    one, other = office.lead(country="łódź"), office.lead(country="Łódź")
    assert one.estimate == other.estimate and (one.estimate or 0) > 70
    card = reasons.card(office.act(office.sara), other.id or 0)
    assert next((r.text, r.of) for r in card.effects) == ("Łódź", "Country/Region")


def test_administrators_read_countries_as_leads_spell_them(office: Office) -> None:
    close(office, 40, 2, country="Österreich")
    close(office, 2, 40, country="Malta")
    learn(office)
    shown = estimating.view(office.act(office.ada)).fields
    countries = next(f for f in shown if f.label == "Country/Region").taught
    assert sorted(value.label for value in countries) == ["Malta", "Österreich"]


def test_an_empty_choice_says_nothing(office: Office) -> None:
    """All won leads have an industry and no lost one has: who qualifies a lead fills it in."""
    close(office, 60, 0, industry=3)
    close(office, 0, 60)
    learn(office)
    with_it, without = office.lead(industry=3), office.lead()
    assert without.estimate and with_it.estimate
    assert abs(with_it.estimate - without.estimate) <= 1


def test_imported_leads_are_scored_like_others(office: Office, uploads: Path, tmp_path: Path) -> None:
    story(office)
    learn(office)
    like = office.lead(lead_source=FAIR, business_phone="+48 22 123 45 67", company_name="Adatum")
    expected = like.estimate
    office.commit()
    rows = [
        ["Topic", "Last Name", "Lead Source", "Business Phone", "Company Name"],
        ["Pumps", "Nowak", "Trade Show", "+48 22 765 43 21", "Contoso"],
    ]
    bring_in(office, office.who(office.mia), csv_file(tmp_path, rows))
    brought = office.session.exec(select(Lead).where(Lead.last_name == "Nowak")).one()
    assert brought.estimate == expected and brought.estimate_key == expected


# -- without looking ahead ---------------------------------------------------------------------------------------------

#: What closing a lead, and qualifying it, writes by itself.
WRITTEN_BY_CLOSING = {"status", "status_reason", "closed_on", "existing_account_id", "existing_contact_id"}


def test_nothing_that_closing_writes_is_looked_at(office: Office) -> None:
    offered = {feature.key for feature in features.offered()} | {
        name for feature in features.offered() for name in feature.fields
    }
    assert not offered & WRITTEN_BY_CLOSING


@pytest.mark.parametrize("won", [True, False])
def test_closing_a_lead_changes_no_value_that_is_looked_at(office: Office, won: bool) -> None:
    lead = office.lead(
        first_name="Ann", company_name="Adatum", email="a@adatum.example", lead_source=FAIR, country="Polska"
    )

    def values() -> list[Any]:
        office.session.flush()
        asked = select(*(features.value_in(feature) for feature in features.offered())).where(Lead.id == lead.id)
        return list(office.session.execute(asked).one())

    before = values()
    if won:
        qualify(office.act(office.sara), lead.id or 0, lead.version, Choice(Part(Way.NEW), Part(Way.NEW), ({},)))
    else:
        disqualifying.disqualify(office.act(office.sara), lead, LeadReason.LOST)
    assert not lead.is_open and values() == before


def test_what_sellers_note_while_they_qualify_is_not_among_the_usual_fields(office: Office) -> None:
    usual = {feature.key for feature in features.chosen(None)}
    assert not usual & {"rating", "purchase_timeframe", "budget_status", "purchase_process", "need"}


def test_administrators_choose_other_fields(office: Office) -> None:
    close(office, 60, 5, rating=1)
    close(office, 5, 60, rating=3)
    learn(office)
    before = office.lead(rating=1).estimate or 0
    estimating.choose_fields(office.act(office.ada), ["rating", "no such field"])
    assert office.organisation.score_fields == ["rating"]
    learn(office)
    assert (office.lead(rating=1).estimate or 0) > before + 20


# -- how well it does --------------------------------------------------------------------------------------------------


def test_estimates_of_held_out_leads_meet_what_became_of_them(small_office: Office) -> None:
    """Leads whose chances are known: four fields say the same, which naive Bayes alone would count four times."""
    office, chance = small_office, random.Random(4711)
    for _ in range(3000):
        fair, reachable = chance.random() < 0.5, chance.random() < 0.5
        odds = {(True, True): 0.7, (True, False): 0.4, (False, True): 0.3, (False, False): 0.1}[fair, reachable]
        values = {"lead_source": FAIR if fair else WEB}
        if reachable:
            values |= {"business_phone": "1", "email": "a@b.c", "website": "x", "company_name": "C"}
        won = chance.random() < odds
        close(office, won, not won, **values)
    row = learn(office)
    found = learning.calibration_of(row)
    assert found and 450 < found.count < 750
    assert found.brier < 0.9 * found.brier_base
    for bar in found.bins:
        if bar.count >= 50:
            assert abs(bar.expected - bar.happened) < 12, bar
    open_lead = office.lead(lead_source=FAIR, business_phone="1", email="a@b.c", website="x", company_name="C")
    assert open_lead.estimate and abs(open_lead.estimate - 70) <= 8


def test_fields_that_say_nothing_make_no_estimates_that_differ_much(small_office: Office) -> None:
    office, chance = small_office, random.Random(4711)
    for _ in range(600):
        won = chance.random() < 0.3
        close(office, won, not won, lead_source=chance.randint(1, 10), industry=chance.randint(1, 33))
    learn(office)
    for source in range(1, 11):
        estimate = office.lead(lead_source=source, industry=source).estimate or 0
        assert abs(estimate - 30) < 12


def test_what_is_held_back_depends_on_the_id_alone(office: Office) -> None:
    close(office, 100, 100)
    tenths = office.session.execute(select(Lead.id, learning._tenth())).all()
    held = [i for i, tenth in tenths if tenth < learning.HELD_BACK]
    assert 25 <= len(held) <= 55 and office.session.execute(select(Lead.id, learning._tenth())).all() == tenths


def test_learning_costs_the_same_statements_for_more_leads(small_office: Office) -> None:
    office = small_office

    def cost() -> int:
        office.session.flush()
        with Statements(office.engine) as ran:
            learning.learn(office.session, office.now)
        return len(ran)

    story(office)
    before = cost()
    story(office)
    assert cost() == before


# -- shown -------------------------------------------------------------------------------------------------------------


def test_the_reasons_are_what_the_estimate_would_lose(office: Office) -> None:
    story(office)
    learn(office)
    lead = office.lead(lead_source=FAIR)
    card = reasons.card(office.act(office.sara), lead.id or 0)
    effects = {reason.text: reason for reason in card.effects}
    assert effects["Trade Show"].amount > 0 > effects["No phone number"].amount
    assert (effects["Trade Show"].of, effects["No phone number"].of) == ("Lead Source", "")
    assert (card.estimate, card.base, card.why) == (lead.estimate, round(100 * 95 / 200), "")
    amounts = [abs(reason.amount) for reason in card.effects]
    assert amounts == sorted(amounts, reverse=True) and 0 not in amounts


def test_a_closed_lead_says_why_it_has_no_estimate(office: Office) -> None:
    story(office)
    learn(office)
    lead = office.lead()
    disqualifying.disqualify(office.act(office.sara), lead, LeadReason.LOST)
    assert reasons.card(office.act(office.sara), lead.id or 0).why == "closed"


def test_lists_sort_and_filter_by_the_estimate(office: Office) -> None:
    story(office)
    learn(office)
    for name, values in (("A", {"lead_source": WEB}), ("B", {"lead_source": FAIR, "business_phone": "1"})):
        office.lead(last_name=name, **values)
    ask = lists.Ask(view="open", columns=("name", "estimate"), sort=(("estimate", True),))
    rows = lists.page(office.act(office.sara), ask).rows
    assert [row["name"] for row in rows] == ["B", "A"] and int(rows[0]["estimate"]) > int(rows[1]["estimate"])
    some = lists.page(
        office.act(office.sara), lists.Ask(view="all", columns=("name",), where=every(Test("estimate", "ge", ("60",))))
    )
    assert [row["name"] for row in some.rows] == ["B"]


def test_administrators_see_what_was_learned_and_how_well(office: Office) -> None:
    story(office)
    learn(office)
    shown = estimating.view(office.act(office.ada))
    assert (shown.on, shown.enough, shown.taught, shown.base) == (True, True, 200, 48)
    source = next(f for f in shown.fields if f.label == "Lead Source")
    assert [(v.label, v.leads, v.share) for v in source.taught] == [("Web", 110, 23), ("Trade Show", 90, 78)]
    assert shown.held > 20 and shown.bins and shown.brier < shown.brier_base
    assert [c.key for c in shown.choices if c.chosen] == [f.key for f in features.chosen(None)]


def test_only_administrators_see_and_change_it(office: Office) -> None:
    for verb, args in (
        (estimating.view, ()),
        (estimating.learn, ()),
        (estimating.switch, (False,)),
        (estimating.choose_fields, ([],)),
    ):
        with pytest.raises(NotAllowed):
            verb(office.act(office.mia), *args)  # type: ignore[operator]


def test_switched_off_there_are_no_estimates(office: Office) -> None:
    story(office)
    lead = office.lead(lead_source=FAIR)
    learn(office)
    assert lead.estimate
    estimating.switch(office.act(office.ada), False)
    office.commit()
    asyncio.run(work._bring_all(Job(kind=work.ALL, due_on=office.now, created_on=office.now)))
    office.session.expire_all()
    assert lead.estimate is None
    assert reasons.card(office.act(office.sara), lead.id or 0).why == "off"


def test_earlier_models_are_kept_for_a_while_only(small_office: Office) -> None:
    for _ in range(learning.KEPT + 3):
        learning.keep(small_office.session, ScoreModel(learned_on=small_office.now))
    assert len(small_office.session.exec(select(ScoreModel)).all()) == learning.KEPT


# -- by night ----------------------------------------------------------------------------------------------------------


def jobs_of(office: Office) -> list[str]:
    return sorted(job.kind for job in office.session.exec(select(Job)))


def test_an_organisation_without_rules_and_closed_leads_has_no_work_by_night(office: Office) -> None:
    work.chores(office.session, office.now)
    assert jobs_of(office) == []


def test_it_learns_once_every_night(office: Office) -> None:
    story(office)
    work.chores(office.session, office.now)
    assert jobs_of(office) == [work.LEARN]
    job = office.session.exec(select(Job)).one()
    job.state = "done"
    office.session.flush()
    for hours, state in ((1, "done"), (10, "done"), (17, "waiting")):  # 11:00, 20:00, 03:00
        work.chores(office.session, office.now + timedelta(hours=hours))
        office.session.refresh(job)
        assert job.state == state


def test_a_night_begins_at_two_where_the_organisation_is() -> None:
    at = datetime(2026, 5, 13, 1, 30, tzinfo=UTC)
    tokyo, york = (work.last_night(at, work.ZoneInfo(zone)) for zone in ("Asia/Tokyo", "America/New_York"))
    assert (tokyo.isoformat(), york.isoformat()) == ("2026-05-12T17:00:00+00:00", "2026-05-12T06:00:00+00:00")


def test_the_job_learns_and_lets_all_leads_follow(office: Office) -> None:
    story(office)
    lead = office.lead(lead_source=FAIR)
    estimating.learn(office.act(office.ada))
    office.commit()
    job, _ = db.transact(jobs.take, "me", db.now())
    assert job and job.kind == work.LEARN
    asyncio.run(work._learn(job))
    job, _ = db.transact(jobs.take, "me", db.now())
    assert job and job.kind == work.ALL
    asyncio.run(work._bring_all(job))
    office.session.expire_all()
    assert lead.estimate


def test_rows_of_one_batch_are_reckoned_by_one_statement(office: Office) -> None:
    story(office)
    learn(office)
    office.commit()
    with Statements(office.engine) as ran:
        db.transact(lambda session: reckoning.between(session, 1, 5000, office.now))
    assert sum("UPDATE lead" in statement for statement in ran.ran) == 1
