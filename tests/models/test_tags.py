"""Tags on records: any number, made by being used, one name each (issue 6, section 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from rxcrm.models import configuration, history, lists, records, undoing
from rxcrm.models.access import Privilege
from rxcrm.models.base import Record
from rxcrm.models.bulk import doing
from rxcrm.models.bulk.selection import Selection
from rxcrm.models.configuration import TOPIC
from rxcrm.models.errors import Invalid, NotAllowed, NotFound
from rxcrm.models.exporting.columns import keyed
from rxcrm.models.fields import fields_of, show
from rxcrm.models.filters.conditions import BadFilter, Group, Test, every
from rxcrm.models.filters.wording import sentence
from rxcrm.models.grouping import parse as group_by
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.merging.comparing import plan
from rxcrm.models.merging.doing import merge
from rxcrm.models.peeking import glance
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from rxcrm.models.recycling import delete
from rxcrm.models.tables import record_table
from rxcrm.models.tagging import administering, using
from rxcrm.models.tagging.tables import Tag
from rxcrm.models.tagging.vocabulary import MOST_HELD, NAME_LENGTH, numbers, vocabulary
from tests.models.import_desk import Desk, leads
from tests.office import Office, Statements


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    configuration.reset()
    yield
    configuration.reset()


def tag(office: Office, row: Record, typed: str, by: str = "sara") -> None:
    """Save what is typed into the field; everybody knows of new tags afterwards."""
    act = office.act(getattr(office, by))
    records.save(act, row, {"tags": typed})
    office.act(office.ada)


def tagged(office: Office, *names: str, **values: Any) -> Lead:
    lead = office.lead(**values)
    tag(office, lead, ";" + ";".join(names))
    return lead


def named(row: Any) -> list[str]:
    return vocabulary().names(row.tags)


def number(name: str) -> int:
    found = vocabulary().named(name)
    assert found, name
    return found


def found(office: Office, operator: str, *names: str, entity: str = "lead") -> set[int]:
    where = every(Test("tags", operator, tuple(str(number(name)) for name in names)))
    rows = lists.page(office.act(office.sara), Ask(entity, "all", where=where)).rows
    return {int(row["id"]) for row in rows}


def refused(verb: Callable[[], Any]) -> str:
    """What the form says by its fields."""
    with pytest.raises(Invalid) as refusal:
        verb()
    return " ".join(refusal.value.by_field("en").values())


# -- on one record ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", ["lead", "account", "contact", "opportunity"])
def test_a_tag_comes_into_being_by_being_used(office: Office, entity: str) -> None:
    row = getattr(office, entity)()
    act = office.act(office.sara)
    records.save(act, row, {"tags": ";Trade fair;VIP"})
    assert TOPIC in act.topics, "open tabs hear of new tags"
    office.act(office.sara)
    assert named(row) == ["Trade fair", "VIP"]
    assert found(office, "contain-values", "vip", entity=entity) == {row.id}
    page = lists.page(office.act(office.sara), Ask(entity, "all", columns=("name", "tags")))
    assert page.rows[0]["tags"] == row.tags
    assert [c.kind for c in page.columns] == ["link", "tags"]


def test_a_tag_has_one_name_however_it_is_spelled(office: Office) -> None:
    one, other = tagged(office, "Łódź fair"), tagged(office, "  łódź   FAIR ")
    assert one.tags == other.tags
    assert [t.name for t in vocabulary().tags] == ["Łódź fair"]


def test_tags_are_told_in_history_by_name(office: Office) -> None:
    lead = tagged(office, "VIP")
    tag(office, lead, f"{lead.tags};Fair")
    how = office.who(office.sara).conventions
    entry = history.entries(office.session, Lead, lead.id or 0, how)[0]
    assert entry.what == "changed Tags"
    assert [(c.label, c.old, c.new) for c in entry.changes] == [("Tags", "VIP", "Fair; VIP")]


def test_what_was_not_changed_is_no_change(office: Office) -> None:
    lead = tagged(office, "A", "B")
    version = lead.version
    tag(office, lead, f"{number('B')},{number('A')}")
    tag(office, lead, ";b;a")
    assert lead.version == version


def test_tags_are_taken_off_by_saving_fewer_or_none(office: Office) -> None:
    lead = tagged(office, "A", "B")
    tag(office, lead, str(number("A")))
    assert named(lead) == ["A"]
    tag(office, lead, "")
    assert lead.tags == ""
    assert found(office, "null") == {lead.id}


@pytest.mark.parametrize(
    "typed, why",
    [
        ("999999", "does not exist"),
        ("-5x", "does not exist"),
        ("1;x" * 2, "does not exist"),
        (";" + "x" * (NAME_LENGTH + 1), f"at most {NAME_LENGTH}"),
        (";" + ";".join(f"t{i}" for i in range(MOST_HELD + 1)), f"at most {MOST_HELD}"),
    ],
)
def test_what_is_no_tag_is_refused_with_a_sentence(office: Office, typed: str, why: str) -> None:
    lead = office.lead()
    assert why in refused(lambda: records.save(office.act(office.sara), lead, {"tags": typed}))
    assert lead.tags == ""


def test_a_name_of_blanks_is_no_tag(office: Office) -> None:
    lead = tagged(office, " ", "\u200b", "VIP")
    assert named(lead) == ["VIP"]


def test_whoever_may_not_write_a_record_tags_none(office: Office) -> None:
    lead = office.lead(office.olaf)
    office.settle(private=True)
    with pytest.raises(NotFound):
        office.act(office.sara).find(Lead, lead.id or 0, Privilege.WRITE)


def test_only_administrators_make_tags_where_that_is_chosen(office: Office) -> None:
    lead = tagged(office, "VIP")
    administering.let_only_administrators(office.act(office.ada), True)
    office.act(office.ada)
    tag(office, lead, "")
    tag(office, lead, ";vip")
    assert named(lead) == ["VIP"]
    new = {"tags": f"{lead.tags};Fair"}
    assert "Only administrators make new tags" in refused(lambda: records.save(office.act(office.sara), lead, new))
    tag(office, lead, f"{lead.tags};Fair", by="ada")
    assert named(lead) == ["Fair", "VIP"]


def test_two_who_make_the_same_tag_at_once_make_one(office: Office) -> None:
    office.act(office.sara)
    known = vocabulary()
    first = tagged(office, "VIP")
    second = office.lead()
    with configuration.held():
        configuration._held.snapshot = configuration.Snapshot(-1, {"tags": known})  # has not heard of it yet
        second.tags = using.settled(office.act(office.tom), "", ";vip")
    assert second.tags == first.tags


def test_the_index_of_the_database_follows_every_way_of_writing(office: Office) -> None:
    lead = tagged(office, "A", "B")
    ask = text("SELECT tag_id FROM tagged WHERE entity = 'lead' AND record_id = :i ORDER BY tag_id")

    def held() -> list[int]:
        office.session.flush()
        return list(office.session.execute(ask, {"i": lead.id}).scalars())

    assert held() == numbers(lead.tags)
    office.session.execute(text("UPDATE lead SET tags = :t WHERE id = :i"), {"t": str(number("B")), "i": lead.id})
    assert held() == [number("B")]
    office.session.execute(text("UPDATE lead SET topic = 'x' WHERE id = :i"), {"i": lead.id})
    assert held() == [number("B")]
    office.session.expire(lead)
    lead_id = lead.id or 0
    records.remove(office.session, Lead, "lead", [lead_id])
    assert not list(office.session.execute(ask, {"i": lead_id}))


# -- in lists --------------------------------------------------------------------------------------------------------


def test_each_operator_finds_its_records(office: Office) -> None:
    a, b, both, none = tagged(office, "A"), tagged(office, "B"), tagged(office, "A", "B"), office.lead()
    assert found(office, "contain-values", "A", "B") == {a.id, b.id, both.id}
    assert found(office, "contain-all-values", "A", "B") == {both.id}
    assert found(office, "not-contain-values", "A") == {b.id, none.id}
    assert found(office, "not-null") == {a.id, b.id, both.id}
    assert found(office, "null") == {none.id}


def test_a_filter_by_tags_is_told_by_their_names(office: Office) -> None:
    tagged(office, "VIP", "Fair")
    where = every(Test("tags", "contain-values", (str(number("VIP")), str(number("Fair")))))
    assert sentence(office.act(office.sara), "lead", where) == "Tags · Contains any of · VIP, Fair"


def test_a_filter_by_a_tag_that_is_gone_says_so(office: Office) -> None:
    tagged(office, "VIP")
    where = every(Test("tags", "contain-values", (str(number("VIP")),)))
    administering.remove(office.act(office.ada), number("VIP"))
    with pytest.raises(BadFilter, match="tag that does not exist any more"):
        lists.page(office.act(office.sara), Ask("lead", "all", where=where))


def test_filters_reach_the_tags_of_related_records_that_the_asker_may_see(office: Office) -> None:
    account, hidden = office.account(), office.account(office.olaf, name="Hidden")
    tag(office, account, ";VIP")
    tag(office, hidden, ";VIP", by="ada")
    lead, other = office.lead(existing_account_id=account.id), office.lead(existing_account_id=hidden.id)
    where = every(Test("existing_account_id.tags", "contain-values", (str(number("VIP")),)))
    ask = Ask("lead", "all", where=where, columns=("name", "existing_account_id.tags"))
    assert {row["id"] for row in lists.page(office.act(office.sara), ask).rows} == {str(lead.id), str(other.id)}
    office.settle(private=True)
    rows = lists.page(office.act(office.sara), ask).rows
    assert [(row["id"], row["existing_account_id.tags"]) for row in rows] == [(str(lead.id), account.tags)]


def test_a_list_is_neither_sorted_nor_grouped_by_tags(office: Office) -> None:
    view = lists.viewed(office.act(office.sara), Ask("lead", "all", sort=(("tags", False),)))
    assert "tags" not in dict(view.sort)
    with pytest.raises(Exception, match="cannot be grouped"):
        group_by("lead", "tags")


def test_twenty_tagged_rows_cost_as_many_statements_as_ten(office: Office) -> None:
    for i in range(21):
        tagged(office, "A", "B", last_name=f"n{i}")
    where = every(Test("tags", "contain-all-values", (str(number("A")), str(number("B")))))
    counts = []
    for size in (10, 20):
        act = office.act(office.sara)
        view = lists.viewed(act, Ask("lead", "all", where=where, columns=("name", "tags")))
        lists.page_of(act, view, Ask("lead"), size=size)
        with Statements(office.engine) as ran:
            assert len(lists.page_of(act, view, Ask("lead"), size=size).rows) == size
        counts.append(len(ran))
    assert counts[0] == counts[1]


def test_a_preview_shows_tags(office: Office) -> None:
    lead = tagged(office, "VIP")
    line = next(line for line in glance(office.act(office.sara), "lead", lead.id or 0).lines if line.name == "tags")
    assert (line.text, line.raw, line.kind) == ("VIP", lead.tags, "tags")


# -- many at once ----------------------------------------------------------------------------------------------------


def bulk(office: Office, what: str, rows: list[Lead], typed: str, by: str = "sara") -> Any:
    selection = Selection("lead", tuple(row.id or 0 for row in rows))
    operation = doing.begin(office.act(getattr(office, by)), selection, selection.ids, what, {"tags": typed})
    office.act(office.ada)
    return operation


def test_tags_are_added_to_many_records_and_taken_back(office: Office) -> None:
    one, two, three = tagged(office, "A"), office.lead(), tagged(office, "Fair")
    operation = bulk(office, "tag", [one, two, three], ";Fair")
    assert [named(row) for row in (one, two, three)] == [["A", "Fair"], ["Fair"], ["Fair"]]
    assert (operation.details["done"], operation.details["unchanged"]) == (2, 1)
    assert history.entries(office.session, Lead, two.id or 0, office.who(office.sara).conventions)[0].remark
    doing.undo(office.act(office.sara), operation.id)
    assert [named(row) for row in (one, two, three)] == [["A"], [], ["Fair"]]


def test_tags_are_removed_from_many_records_and_come_back(office: Office) -> None:
    one, two = tagged(office, "A", "B"), tagged(office, "B")
    operation = bulk(office, "untag", [one, two], str(number("B")))
    assert [named(row) for row in (one, two)] == [["A"], []]
    doing.undo(office.act(office.sara), operation.id)
    assert [named(row) for row in (one, two)] == [["A", "B"], ["B"]]


def test_undo_leaves_the_tags_that_others_have_added_since(office: Office) -> None:
    lead = tagged(office, "A")
    operation = bulk(office, "tag", [lead], ";B")
    tag(office, lead, f"{lead.tags};C", by="tom")
    back = doing.undo(office.act(office.sara), operation.id)
    assert (back.done, named(lead)) == (1, ["A", "C"])


def test_adding_tags_overwrites_nothing_of_who_was_faster(office: Office) -> None:
    lead = tagged(office, "A")
    seen = lead.version
    tag(office, lead, f"{lead.tags};B", by="tom")
    act = office.act(office.sara)
    doing.begin(act, Selection("lead", (lead.id or 0,), {lead.id or 0: seen}), [lead.id or 0], "tag", {"tags": ";C"})
    office.act(office.sara)
    assert named(lead) == ["A", "B", "C"]


def test_records_that_one_may_not_change_are_left_with_the_reason(office: Office) -> None:
    mine, closed = office.lead(), office.lead(status=2, status_reason=4)
    operation = bulk(office, "tag", [mine, closed], ";VIP")
    assert named(mine) == ["VIP"] and closed.tags == ""
    assert operation.details["refused"] == 1


def test_many_records_are_tagged_as_a_job(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doing, "AT_ONCE", 2)
    rows = [office.lead(last_name=f"n{i}") for i in range(5)]
    operation = bulk(office, "tag", rows, ";VIP")
    ids = [row.id or 0 for row in rows]
    assert operation.details["state"] == "running"
    while not doing.step(office.act(office.sara), operation.id, ids)[1]:
        pass
    office.act(office.sara)
    assert all(named(row) == ["VIP"] for row in rows)
    assert len(vocabulary().tags) == 1


def test_nothing_chosen_and_tags_that_one_may_not_make_are_refused_before_anything_is_done(office: Office) -> None:
    lead = office.lead()
    with pytest.raises(Exception, match="Choose at least one tag"):
        bulk(office, "tag", [lead], "")
    administering.let_only_administrators(office.act(office.ada), True)
    with pytest.raises(Exception, match="Only administrators"):
        bulk(office, "tag", [lead], ";New")


def test_activities_have_no_tags(office: Office) -> None:
    assert "tags" not in fields_of(record_table("activity"))
    with pytest.raises(Exception, match=r".*"):
        doing.begin(office.act(office.sara), Selection("activity", (1,)), [1], "tag", {"tags": ";A"})


# -- what becomes of records -----------------------------------------------------------------------------------------


def test_merging_unites_tags_and_undoing_it_parts_them(office: Office) -> None:
    one, two = tagged(office, "A", "B"), tagged(office, "B", "C", last_name="Roe")
    act = office.act(office.sara)
    compared = plan(act, "lead", [one.id or 0, two.id or 0])
    row = next(r for section in compared.sections for r in section.rows if r.name == "tags")
    assert (row.values, row.united) == (["A; B", "B; C"], True)
    operation = merge(act, "lead", one.id or 0, {one.id or 0: one.version, two.id or 0: two.version}, {})
    assert (named(one), named(two)) == (["A", "B", "C"], ["B", "C"])
    undoing.undo(office.act(office.sara), operation.id or 0)
    assert (named(one), named(two)) == (["A", "B"], ["B", "C"])


def test_qualifying_carries_the_tags_of_the_lead_on(office: Office) -> None:
    lead = tagged(office, "VIP", company_name="Contoso")
    choice = Choice(Part(Way.NEW), Part(Way.NEW), ({"topic": "Forklifts"},))
    outcome = qualify(office.act(office.sara), lead.id or 0, None, choice)
    for result in outcome.results:
        row = office.session.get_one(record_table(result.entity), result.id)
        assert named(row) == ["VIP"], result.entity
        assert result.id in found(office, "contain-values", "VIP", entity=result.entity)
    undoing.undo(office.act(office.sara), outcome.operation_id)
    for result in outcome.results:
        assert not found(office, "contain-values", "VIP", entity=result.entity)
    assert named(lead) == ["VIP"]


def test_an_existing_customer_keeps_his_own_tags(office: Office) -> None:
    account = office.account(office.sara)
    tag(office, account, ";Old customer")
    lead = tagged(office, "VIP")
    choice = Choice(Part(Way.EXISTING, account.id or 0), Part(), (), fill=True)
    qualify(office.act(office.sara), lead.id or 0, None, choice)
    assert named(account) == ["Old customer"]


def test_the_recycle_bin_keeps_tags(office: Office) -> None:
    lead = tagged(office, "VIP")
    delete(office.act(office.sara), lead)
    assert not found(office, "contain-values", "VIP")
    records.restore(office.act(office.ada), Lead, lead.id or 0)
    assert found(office, "contain-values", "VIP") == {lead.id}


# -- administration --------------------------------------------------------------------------------------------------


def test_the_settings_say_how_many_records_have_each_tag(office: Office) -> None:
    tagged(office, "A")
    tagged(office, "A", "B")
    tag(office, office.account(), ";B")
    rows = administering.listed(office.act(office.ada)).rows
    assert [(row.name, row.count, row.who) for row in rows] == [("A", 2, "Sara"), ("B", 2, "Sara")]
    assert [(use.label, use.count) for use in rows[1].uses] == [("Leads", 1), ("Accounts", 1)]
    assert rows[1].uses[0].path.startswith("/leads?view=all&filter=")


def test_a_renamed_tag_has_its_new_name_everywhere_and_no_record_changes(office: Office) -> None:
    lead = tagged(office, "VIP")
    version = lead.version
    administering.change(office.act(office.ada), number("VIP"), {"name": "Key account", "colour": "red"})
    office.act(office.sara)
    assert named(lead) == ["Key account"]
    assert lead.version == version
    assert [(t.name, t.colour) for t in vocabulary().tags] == [("Key account", "red")]
    entry = history.entries(office.session, Lead, lead.id or 0, office.who(office.sara).conventions)[0]
    assert entry.changes[0].new == "Key account"


def test_two_tags_cannot_have_one_name(office: Office) -> None:
    tagged(office, "VIP", "Fair")
    why = "Merge the two instead"
    assert why in refused(lambda: administering.change(office.act(office.ada), number("Fair"), {"name": "vip"}))
    office.session.expire_all()
    assert why in refused(lambda: administering.add(office.act(office.ada), {"name": "Víp"}))


@pytest.mark.parametrize("name, why", [("", "required"), ("a;b", "semicolon"), ("x" * 51, "at most 50")])
def test_a_bad_name_is_refused_with_a_sentence(office: Office, name: str, why: str) -> None:
    assert why in refused(lambda: administering.add(office.act(office.ada), {"name": name, "colour": "blue"}))


def test_what_another_administrator_has_renamed_meanwhile_is_not_replaced_unasked(office: Office) -> None:
    tagged(office, "VIP")
    tag_id = number("VIP")
    seen = {"name": "VIP", "colour": administering.listed(office.act(office.ada)).rows[0].colour}
    administering.change(office.act(office.ada), tag_id, {"name": "Key"})
    told = refused(lambda: administering.change(office.act(office.ada), tag_id, {"name": "Best"}, seen))
    assert "Another administrator has changed this to “Key”" in told
    administering.change(office.act(office.ada), tag_id, {"name": "Best"}, {**seen, "name": "Key"})


def test_a_merged_tag_counts_as_the_other_one_and_can_be_parted_again(office: Office) -> None:
    one, two, both = tagged(office, "VIP"), tagged(office, "Key"), tagged(office, "VIP", "Key")
    vip, key = number("VIP"), number("Key")
    administering.merge(office.act(office.ada), vip, key)
    office.act(office.sara)
    assert [named(row) for row in (one, two, both)] == [["Key"]] * 3
    assert found(office, "contain-values", "Key") == {one.id, two.id, both.id}
    assert number("vip") == key, "its name leads to the other one"
    assert administering.listed(office.act(office.ada)).rows[0].count == 3
    assert administering.listed(office.act(office.ada)).rows[0].former == "VIP"
    version = both.version
    tag(office, both, str(key))
    assert both.version == version, "nothing was changed"
    administering.bring_back(office.act(office.ada), vip)
    office.act(office.sara)
    assert [named(row) for row in (one, two, both)] == [["VIP"], ["Key"], ["Key", "VIP"]]


def test_tags_that_were_merged_leave_a_record_together(office: Office) -> None:
    lead = tagged(office, "VIP", "Key")
    administering.merge(office.act(office.ada), number("VIP"), number("Key"))
    office.act(office.sara)
    bulk(office, "untag", [lead], str(number("Key")))
    assert lead.tags == ""


def test_a_deleted_tag_is_shown_nowhere_and_can_be_brought_back(office: Office) -> None:
    lead, other = tagged(office, "VIP"), tagged(office, "VIP", "Fair")
    vip = number("VIP")
    assert administering.doom_of(office.act(office.ada), vip).records == 2
    administering.remove(office.act(office.ada), vip)
    office.act(office.sara)
    assert (named(lead), named(other)) == ([], ["Fair"])
    assert found(office, "null") == {lead.id}
    assert found(office, "not-null") == {other.id}
    assert show(fields_of(Lead)["tags"], other.tags, office.who(office.sara).conventions) == "Fair"
    page = lists.page(office.act(office.sara), Ask("lead", "all", columns=("tags",)))
    assert sorted(row["tags"] for row in page.rows) == ["", str(number("Fair"))]
    entry = history.entries(office.session, Lead, lead.id or 0, office.who(office.sara).conventions)[0]
    assert entry.changes[0].new == "VIP", "what was is not forgotten"
    tag(office, other, f"{number('Fair')};New")
    administering.bring_back(office.act(office.ada), vip)
    office.act(office.sara)
    assert (named(lead), named(other)) == (["VIP"], ["Fair", "New", "VIP"])


def test_a_tag_of_a_deleted_ones_name_is_another_one(office: Office) -> None:
    lead = tagged(office, "VIP")
    old = number("VIP")
    administering.remove(office.act(office.ada), old)
    office.act(office.sara)
    fresh = tagged(office, "VIP")
    assert (named(lead), named(fresh)) == ([], ["VIP"])
    with pytest.raises(NotAllowed, match="another tag called VIP"):
        administering.bring_back(office.act(office.ada), old)


def test_whoever_had_a_deleted_tag_before_his_eyes_loses_nothing_else(office: Office) -> None:
    lead = tagged(office, "VIP")
    vip = number("VIP")
    administering.remove(office.act(office.ada), vip)
    office.act(office.ada)
    tag(office, lead, f"{vip};Fair")
    assert named(lead) == ["Fair"]


def test_what_is_gone_meanwhile_is_told(office: Office) -> None:
    tagged(office, "VIP")
    vip = number("VIP")
    administering.remove(office.act(office.ada), vip)
    for verb in (lambda act: administering.change(act, vip, {"name": "x"}), lambda act: administering.remove(act, vip)):
        with pytest.raises(NotAllowed, match="Another administrator has deleted this tag"):
            verb(office.act(office.ada))
    assert administering.bring_back(office.act(office.ada), vip).name == "VIP"
    assert administering.bring_back(office.act(office.ada), vip).name == "VIP", "twice is harmless"


def test_a_tag_merged_into_itself_is_refused(office: Office) -> None:
    tagged(office, "VIP")
    with pytest.raises(NotAllowed, match="with itself"):
        administering.merge(office.act(office.ada), number("VIP"), number("VIP"))


def test_nobody_but_administrators_keeps_tags(office: Office) -> None:
    tagged(office, "VIP")
    act = office.act(office.mia)
    for verb in (
        lambda: administering.listed(act),
        lambda: administering.add(act, {"name": "x"}),
        lambda: administering.change(act, 1, {"name": "x"}),
        lambda: administering.merge(act, 1, 2),
        lambda: administering.remove(act, 1),
        lambda: administering.bring_back(act, 1),
        lambda: administering.let_only_administrators(act, True),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert office.session.get_one(Tag, number("VIP")).deleted_on is None


def test_tags_made_by_administrators_have_the_colour_that_was_chosen(office: Office) -> None:
    administering.add(office.act(office.ada), {"name": "VIP", "colour": "red"})
    administering.add(office.act(office.ada), {"name": "Fair", "colour": ""})
    office.act(office.ada)
    assert {t.name: t.colour for t in vocabulary().tags}["VIP"] == "red"


def test_a_condition_over_a_tag_survives_a_merge(office: Office) -> None:
    lead = tagged(office, "VIP")
    tagged(office, "Key")
    where = Group((Test("tags", "contain-values", (str(number("VIP")),)),))
    administering.merge(office.act(office.ada), number("VIP"), number("Key"))
    act = office.act(office.sara)
    assert len(lists.page(act, Ask("lead", "all", where=where)).rows) == 2
    assert sentence(act, "lead", where) == "Tags · Contains any of · Key"
    assert lead.id


# -- in files --------------------------------------------------------------------------------------------------------


class Files:
    """Files of leads with tags, brought in by Mia."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder

    def bring(self, *cells: str, by: str = "mia") -> tuple[Desk, Any]:
        rows = [["Topic", "Last Name", "Tags"], *([f"T{i}", f"L{i}", cell] for i, cell in enumerate(cells))]
        desk = Desk(self.office, self.folder, rows, self.office.who(getattr(self.office, by)))
        desk.weigh()
        books = desk.import_it()
        self.office.act(self.office.sara)
        return desk, books


@pytest.fixture
def files(office: Office, uploads: Path) -> Files:
    return Files(office, uploads)


def test_a_file_brings_tags_and_makes_those_that_are_not_there(office: Office, files: Files) -> None:
    tagged(office, "VIP")
    _, books = files.bring("vip; Trade fair", "", "Trade fair\nVIP;;TRADE FAIR", "A, B")
    assert (books.created, books.warned) == (4, 0)
    made = [row for row in leads(office) if row.topic.startswith("T")]
    assert [named(row) for row in made] == [["Trade fair", "VIP"], [], ["Trade fair", "VIP"], ["A, B"]]
    assert [t.name for t in vocabulary().tags] == ["A, B", "Trade fair", "VIP"]


def test_where_only_administrators_make_tags_a_file_is_warned_of_and_keeps_what_is_known(
    office: Office, files: Files
) -> None:
    tagged(office, "VIP")
    administering.let_only_administrators(office.act(office.ada), True)
    _, books = files.bring("VIP; Unheard of")
    assert (books.created, books.warned) == (1, 1)
    assert "“Unheard of”: there is no such tag" in books.problems[0]["reason"]
    assert [named(row) for row in leads(office) if row.topic == "T0"] == [["VIP"]]


def test_a_name_that_is_too_long_is_warned_of(office: Office, files: Files) -> None:
    _, books = files.bring("x" * 60)
    assert (books.created, books.warned) == (1, 1)


def test_tags_come_back_from_an_export_as_they_were(office: Office, uploads: Path) -> None:
    rows = [tagged(office, "VIP", "A, B"), tagged(office, "Łódź"), office.lead()]
    gone = tagged(office, "Gone", "VIP")
    administering.remove(office.act(office.ada), number("Gone"))
    how = office.who(office.ada).conventions
    office.act(office.ada)
    column = keyed("lead", ["tags"], how, {}).columns[0]
    assert column.heading == "Tags"
    cells = column.make([(row.tags,) for row in (*rows, gone)])
    assert cells == ["A, B; VIP", "Łódź", "", "VIP"]
    before = [named(row) for row in rows]
    versions = [row.version for row in (*rows, gone)]
    head = ["(Do Not Modify) Lead", "Topic", "Last Name", "Tags"]
    body = [[str(row.id), row.topic, row.last_name, cell] for row, cell in zip((*rows, gone), cells, strict=True)]
    desk = Desk(office, uploads, [head, *body], office.who(office.ada))
    desk.plan(key="record_id", mode="update")
    desk.weigh()
    assert desk.import_it().updated == 0, "nothing in the file differs"
    assert [row.version for row in (*rows, gone)] == versions
    assert [named(row) for row in rows] == before


def test_a_file_changes_the_tags_of_records_and_undo_puts_them_back(office: Office, uploads: Path) -> None:
    lead = tagged(office, "VIP")
    head = ["(Do Not Modify) Lead", "Topic", "Last Name", "Tags"]
    desk = Desk(office, uploads, [head, [str(lead.id), lead.topic, lead.last_name, "Fair; New one"]])
    desk.plan(key="record_id", mode="update")
    desk.weigh()
    assert desk.import_it().updated == 1
    office.session.expire_all()
    office.act(office.sara)
    assert named(lead) == ["Fair", "New one"]
    desk.undo()
    office.session.expire_all()
    assert named(lead) == ["VIP"]
