"""Tags as administrators keep them: how many records have each; rename, colour, merge, delete, bring back.

None of it writes a record: a tag's number stays where it is, and the vocabulary says what it means (rxcrm.models.tagging.vocabulary).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import case, func, select
from sqlmodel import col

from rxcrm.models import configuration
from rxcrm.models.administration import require_administrator
from rxcrm.models.choices import COLOURS
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import fields_of
from rxcrm.models.filters.conditions import Test, every, spelled
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.searching import fold, sort_key
from rxcrm.models.shaping import meanwhile
from rxcrm.models.shaping.mentions import Mention, views_with_option
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.models.tagging import using
from rxcrm.models.tagging.tables import Tag, Tagged
from rxcrm.models.tagging.vocabulary import checked
from rxcrm.translation import N_

GONE = N_("Another administrator has deleted this tag meanwhile.")
TAKEN = N_("There is a tag of this name already. Merge the two instead.")


@dataclass
class Use:
    """How many records of a table have a tag, and the list that shows them."""

    entity: str
    label: str
    count: int
    path: str


@dataclass
class TagView:
    """A tag as the page shows it; `at` is when it was made (ISO), `who` made it, `former` are names that lead to it.

    One that is gone was `deleted` or merged `into` another one, which it names.
    """

    id: int
    name: str
    colour: str
    count: int = 0
    uses: list[Use] = field(default_factory=list)
    who: str = ""
    at: str = ""
    former: str = ""
    deleted: bool = False
    into: str = ""


@dataclass
class Tags:
    """All that the page shows; `gone` are those that were deleted or merged, the newest first. `number`: see configuration."""

    rows: list[TagView] = field(default_factory=list)
    gone: list[TagView] = field(default_factory=list)
    closed: bool = False
    number: int = 0


def listed(act: Act) -> Tags:
    """Every tag by name, with the records that have it: those of the recycle bin too, as they may come back."""
    require_administrator(act)
    people = dict(cast(Any, act.session.execute(select(col(User.id), col(User.name))).all()))
    rows = {row.id or 0: row for row in act.session.scalars(select(Tag))}
    counts, totals = _counted(act, _meanings(rows))
    found = {
        i: TagView(
            id=i,
            name=row.name,
            colour=row.colour,
            count=totals[i],
            uses=[_use(entity, i, counts[i, entity]) for entity in RECORDS if counts[i, entity]],
            who=people.get(row.created_by_id, ""),
            at=row.created_on.isoformat(),
            deleted=row.deleted_on is not None,
            into=rows[row.merged_into_id].name if row.merged_into_id in rows else "",
        )
        for i, row in rows.items()
    }
    for i, row in rows.items():
        if row.merged_into_id in found and not rows[row.merged_into_id].deleted_on:
            into = found[row.merged_into_id]
            into.former = ", ".join(filter(None, (into.former, found[i].name)))
    live = sorted((one for one in found.values() if not (one.deleted or one.into)), key=lambda one: fold(one.name))
    gone = sorted((one for one in found.values() if one.deleted or one.into), key=lambda one: -one.id)
    number = configuration.current().number
    return Tags(live, gone, act.organisation.tags_by_administrators, number)


def _meanings(rows: Mapping[int, Tag]) -> dict[int, int]:
    """Number → the tag as which it is counted."""
    found = {}
    for i in rows:
        end, passed = i, {i}
        while (into := rows[end].merged_into_id) in rows and into not in passed:
            end = cast(int, into)
            passed.add(end)
        found[i] = end
    return found


def _counted(act: Act, meanings: Mapping[int, int]) -> tuple[Mapping[tuple[int, str], int], Mapping[int, int]]:
    """Records by tag and table, and by tag; a record that holds a tag under two numbers counts once."""
    link: Any = Tagged
    asked = select(link.tag_id, link.entity, func.count()).group_by(link.tag_id, link.entity)
    if moved := {i: end for i, end in meanings.items() if i != end}:
        meant = case(moved, value=link.tag_id, else_=link.tag_id).label("tag")
        once = select(meant, link.entity, link.record_id).distinct().subquery().c
        asked = select(once.tag, once.entity, func.count()).group_by(once.tag, once.entity)
    counts: dict[tuple[int, str], int] = defaultdict(int)
    totals: dict[int, int] = defaultdict(int)
    for tag_id, entity, count in act.session.execute(asked):
        counts[tag_id, entity] = count
        totals[tag_id] += count
    return counts, totals


def _use(entity: str, tag_id: int, count: int) -> Use:
    table = record_table(entity)
    where = spelled(every(Test("tags", "contain-values", (str(tag_id),))))
    return Use(entity, table.title_many, count, f"{table.path}?view=all&filter={quote(where)}")


@dataclass
class Doom:
    """What a tag takes with it that is about to go: so many records lose it, and these views filter by it."""

    records: int = 0
    views: list[Mention] = field(default_factory=list)


def doom_of(act: Act, tag_id: int) -> Doom:
    """Asked before a tag is deleted."""
    row = next((one for one in listed(act).rows if one.id == tag_id), None)
    fields = [(entity, spec) for entity, table in RECORDS.items() if (spec := fields_of(table).get("tags"))]
    return Doom(row.count if row else 0, views_with_option(act, fields, tag_id))


# -- verbs -----------------------------------------------------------------------------------------------------------


def add(act: Act, typed: Mapping[str, str]) -> Tag:
    """A new tag that no record has yet. Raises Invalid."""
    _begin(act)
    problems: dict[str, CrmError] = {}
    name = _name(act, typed.get("name", ""), 0, problems)
    if problems:
        raise Invalid(problems)
    return act.session.get_one(Tag, using.create(act, name, _colour(typed, "")))


def change(act: Act, tag_id: int, typed: Mapping[str, str], seen: Mapping[str, str] | None = None) -> Tag:
    """Rename or colour a tag, at once on every record. Raises Invalid.

    `seen` is what the form began with: what somebody else has changed since is not replaced unasked.
    """
    tag = _find(act, tag_id)
    if problems := meanwhile.conflicts(typed, seen or {}, as_typed(tag), {"colour": COLOURS}):
        raise Invalid(problems)
    if "name" in typed:
        tag.name = _name(act, typed["name"], tag_id, problems)
        tag.name_key = sort_key(tag.name)
    tag.colour = _colour(typed, tag.colour)
    if problems:
        raise Invalid(problems)
    act.session.flush()
    return tag


def as_typed(tag: Tag) -> dict[str, str]:
    """A tag as its form shows it."""
    return {"name": tag.name, "colour": tag.colour}


def merge(act: Act, tag_id: int, into_id: int) -> Tag:
    """Let a tag count as another one from now on; its name leads there, too. Returns the other one.

    Raises NotAllowed for itself, or for one that is gone.
    """
    tag, into = _find(act, tag_id), _find(act, into_id)
    if tag.id == into.id:
        raise NotAllowed(N_("A tag cannot be merged with itself."))
    tag.merged_into_id = into.id
    act.session.flush()
    return into


def remove(act: Act, tag_id: int) -> Tag:
    """Delete a tag: records do not show it any more, and filters do not find them by it, until it is brought back."""
    tag = _find(act, tag_id)
    tag.deleted_on = act.now
    act.session.flush()
    return tag


def bring_back(act: Act, tag_id: int) -> Tag:
    """Undo `remove` or `merge`: the tag is on the records again that hold its number. Raises NotAllowed if its name is taken."""
    _begin(act)
    tag = _get(act, tag_id)
    if tag.deleted_on is None and tag.merged_into_id is None:
        return tag
    if _taken(act, tag.name, tag_id):
        raise NotAllowed(N_("There is another tag called %(name)s by now. Rename that one first."), name=tag.name)
    tag.deleted_on = tag.merged_into_id = None
    act.session.flush()
    return tag


def let_only_administrators(act: Act, closed: bool) -> None:
    """Whether tags come into being by being used, or by administrators alone."""
    _begin(act)
    act.organisation.tags_by_administrators = closed
    act.session.flush()


# -- how -------------------------------------------------------------------------------------------------------------


def _begin(act: Act) -> None:
    require_administrator(act)
    configuration.changed(act)  # whoever else shapes something waits here


def _find(act: Act, tag_id: int) -> Tag:
    """A tag that is about to be changed, and that nobody has deleted meanwhile."""
    _begin(act)
    tag = _get(act, tag_id)
    if tag.deleted_on is not None or tag.merged_into_id is not None:
        raise NotAllowed(GONE)
    return tag


def _get(act: Act, tag_id: int) -> Tag:
    tag = act.session.get(Tag, tag_id, populate_existing=True) if 0 < tag_id < LARGEST_ID else None
    if tag is None:
        raise NotFound(N_("There is no such tag."))
    return tag


def _name(act: Act, typed: str, tag_id: int, problems: dict[str, CrmError]) -> str:
    try:
        name = checked(typed)
    except BadValue as problem:
        problems["name"] = problem
        return ""
    if _taken(act, name, tag_id):
        problems["name"] = BadValue(TAKEN)
    return name


def _taken(act: Act, name: str, tag_id: int) -> bool:
    columns: Any = Tag
    chosen = (columns.deleted_on.is_(None), columns.merged_into_id.is_(None), columns.id != tag_id)
    with act.session.no_autoflush:
        return act.session.scalar(select(columns.id).where(columns.name_key == sort_key(name), *chosen)) is not None


def _colour(typed: Mapping[str, str], before: str) -> str:
    colour = typed.get("colour", before)
    if colour not in COLOURS:
        raise Invalid({"colour": BadValue(N_("Choose one of the list."))})
    return colour
