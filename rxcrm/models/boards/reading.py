"""What a board shows: its lanes with the first cards of each, what stands in each of them in all, and cards as they are now.

A lane is a page of the list itself, narrowed to it, so that filter, search, order and rights are those of the list; what is
in the lanes in all is one grouped statement. Nothing is read of a lane beyond the cards that are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import BigInteger, bindparam, func, literal_column, select, type_coerce

from rxcrm.models import access, configuration, lists
from rxcrm.models.access import Privilege, Reach, permitted
from rxcrm.models.activity import ACTIVE, Activity
from rxcrm.models.boards.ways import OWNER, Place, Way, Within, keyed, number, places, within
from rxcrm.models.charting.groups import people_named
from rxcrm.models.currencies import rates
from rxcrm.models.db import one_of
from rxcrm.models.errors import NotFound
from rxcrm.models.fields import fields_of
from rxcrm.models.filters.conditions import both
from rxcrm.models.filters.sql import there_is
from rxcrm.models.filters.values import value_of
from rxcrm.models.lifecycle import REASONS
from rxcrm.models.lists import Ask
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.timeline.regarding import is_overdue
from rxcrm.models.views import View
from rxcrm.translation import N_

#: Cards of a lane that are read at once, cards that a lane can be asked for again, and lanes of one board.
CARDS, MOST_CARDS, LANES = 20, 100, 50
#: What a card shows, as far as there is such a column; and the amount that is added up.
COLUMNS = {
    "lead": (
        *("name", "topic", "company_name", "rating", "score", "estimated_amount", "owner"),
        *("status", "status_reason", "created_on", "tags"),
    ),
    "opportunity": (
        *("name", "customer", "estimated_revenue", "estimated_close_date", "probability", "rating", "owner"),
        *("status", "status_reason", "created_on", "tags"),
    ),
}
AMOUNTS = {"lead": "estimated_amount", "opportunity": "estimated_revenue"}
#: In the place of an amount that the asker may not see.
_NO_AMOUNT = literal_column("CAST(NULL AS BIGINT)", BigInteger())
CLOSED = N_("It is closed.")
NOT_YOURS = N_("You may not change it.")
NOT_TO_ASSIGN = N_("You may not assign it.")


@dataclass
class Card:
    """A record on a board: its cells, the lane in which it stands, and what is to be done next for it.

    `locked` says why it cannot be moved. `next` holds subject, kind and due date of the next open activity, `overdue` and
    `all_day` as "1"; it is empty where there is none that the reader may see.
    """

    id: int
    version: int
    lane: str
    row: dict[str, str]
    locked: str = ""
    next: dict[str, str] = field(default_factory=dict)


class Fact(NamedTuple):
    """What of a record decides whether its card can be moved."""

    id: int
    version: int
    owner_user_id: int | None
    owner_team_id: int | None
    unit_id: int
    status: int


#: The columns that make a fact.
FACTS = Fact._fields


@dataclass
class Lane:
    """A lane with its first cards; `last` is the cursor of the last one, behind which there are `more`. See Place."""

    key: str
    label: str
    colour: str = ""
    closes: str = ""
    reason: str = ""
    target: bool = False
    cards: list[Card] = field(default_factory=list)
    last: str = ""
    more: bool = False


@dataclass
class Head:
    """What stands in a lane in all: how many records, and the sum of their amounts in each currency, as raw text."""

    count: int = 0
    sums: list[list[str]] = field(default_factory=list)


def board_view(view: View) -> View:
    """A view with the columns of a card."""
    return replace(view, columns=COLUMNS[view.entity])


def lanes(act: Act, ask: Ask, view: View, way: Way, wanted: Mapping[str, int] | None = None) -> list[Lane]:
    """The lanes of a board with their first cards; `wanted` says of how many cards a lane already consists on the page.

    Statements: few, whatever the number of lanes and cards.
    """
    found = places(view.entity, way, view) if way.key != OWNER else _owners(act, view, ask)
    made = [Lane(p.key, p.label, p.colour, p.closes, p.reason, p.target) for p in found]
    filled = [lane for lane in made if not lane.target]
    sizes = [min(max((wanted or {}).get(lane.key, CARDS), CARDS), MOST_CARDS) for lane in filled]
    ways = within(act, view.entity, way, [lane.key for lane in filled])
    parts = [lists.Part(_narrowed(view, lane), size, lane.among) for lane, size in zip(ways, sizes, strict=True)]
    cards: list[Card] = []
    facts: list[Fact] = []
    for lane, page in zip(filled, lists.first_pages(act, parts, ask.search, FACTS), strict=True):
        lane.last, lane.more = page.last, page.more_after
        lane.cards = _cards(lane.key, page)
        cards += lane.cards
        facts += map(Fact._make, page.extra)
    complete(act, view.entity, way, cards, facts)
    empty = {p.key for p, lane in zip(found, made, strict=True) if p.optional and not lane.cards}
    return [lane for lane in made if lane.key not in empty]


def more(act: Act, ask: Ask, view: View, way: Way, key: str, after: str) -> Lane:
    """The next cards of a lane, behind a cursor. Raises BadValue for no such lane."""
    (lane,) = within(act, view.entity, way, [key])
    asked = replace(ask, after=after, before="", page=1, last=False)
    page = lists.page_of(act, _narrowed(view, lane), asked, lane.among, CARDS, FACTS)
    cards = _cards(key, page)
    complete(act, view.entity, way, cards, [*map(Fact._make, page.extra)])
    return Lane(key, "", cards=cards, last=page.last, more=page.more_after)


def _narrowed(view: View, lane: Within) -> View:
    return replace(board_view(view), where=both(view.where, lane.where))


def _cards(key: str, page: lists.Page) -> list[Card]:
    return [Card(int(row["id"]), 0, key, row) for row in page.rows]


def cards(act: Act, ask: Ask, view: View, way: Way, ids: Sequence[int]) -> list[Card]:
    """These records as they are now, as far as the view holds them for the asker."""
    found = [Card(int(row["id"]), 0, "", row) for row in lists.some_of(act, board_view(view), ids, ask.search)]
    entity, row, by = view.entity, _columns(view.entity), keyed(act, view.entity, way)
    asked = select(*(row[name] for name in FACTS), by.key.label("lane")).select_from(_joined(entity, by.joins))
    rows = act.session.execute(asked.where(row.id.in_([card.id for card in found])), by.params).all() if found else []
    lanes = {one.id: str(one.lane) for one in rows}
    for card in found:
        card.lane = lanes.get(card.id, "")
    complete(act, entity, way, found, [Fact._make(one[:-1]) for one in rows])
    return found


def heads(act: Act, ask: Ask, view: View, way: Way) -> dict[str, Head]:
    """What stands in each lane in all, by one grouped statement over the rows that the asker may see."""
    entity = view.entity
    row, specs = _columns(entity), fields_of(record_table(entity))
    where, params = lists.conditions_of(act, view, ask.search)
    by = keyed(act, entity, way)
    here = act.organisation.currency
    added = specs[AMOUNTS[entity]]
    held: Any = type_coerce(value_of(row, added), BigInteger()) if act.who.may_read(added) else _NO_AMOUNT
    amount: Any = rates.alike(act, row, AMOUNTS[entity], held)
    currency = rates.counts_as(act, row)

    def by_lane(key: Any, fulfilled: Sequence[Any]) -> Any:
        wanted = select(key.label("k"), currency.label("c"), func.count(), func.sum(amount))
        rows = wanted.select_from(_joined(entity, by.joins)).where(*where, *fulfilled)
        return rows.group_by(literal_column("k"), literal_column("c"))

    found: dict[str, Head] = defaultdict(Head)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for k, c, counted, summed in act.session.execute(by.statement(by_lane), {**params, **by.params}):
        found[str(k)].count += int(counted)
        if summed is not None:
            sums[str(k), c or here] += int(summed)
    for (k, c), cents in sorted(sums.items(), key=lambda item: (item[0][1] != here, item[0][1])):
        found[k].sums.append([c, str((Decimal(cents) / 100).quantize(Decimal("0.01")))])
    return dict(found)


# -- parts -----------------------------------------------------------------------------------------------------------


def _columns(entity: str) -> Any:
    return cast(Any, record_table(entity)).__table__.c


def _joined(entity: str, joins: Sequence[tuple[Any, Any]]) -> Any:
    source: Any = cast(Any, record_table(entity)).__table__
    for there, on in joins:
        source = source.outerjoin(there, on)
    return source


def _owners(act: Act, view: View, ask: Ask) -> list[Place]:
    """Those who own something in the view, by name; the asker himself first."""
    where, params = lists.conditions_of(act, view, ask.search)
    row, keys = _columns(view.entity), set[int]()
    # Asked of one owner after the other: each has an index of what he owns, of which the first that is in the view will do.
    for table, owned, sign in ((User, row.owner_user_id, 1), (Team, row.owner_team_id, -1)):
        owner = cast(Any, table).__table__.alias()
        some = select(row.id).where(owned == owner.c.id, *where).correlate(owner)
        found = act.session.execute(select(owner.c.id).where(there_is(some)), params)
        keys |= {sign * int(number) for (number,) in found}
    keys.add(act.who.id)  # whoever looks on can take a card himself
    names = people_named(act, sorted(keys))
    order = sorted(names, key=lambda k: (k != act.who.id, names[k].casefold(), k))
    return [Place(str(k), names[k]) for k in order[:LANES]]


def complete(act: Act, entity: str, way: Way, found: Sequence[Card], facts: Sequence[Fact]) -> None:
    """Give cards their version, why they cannot be moved, and what is next: at most two statements for all of them."""
    if not found:
        return
    known = {fact.id: fact for fact in facts}
    privilege = Privilege.ASSIGN if way.key == OWNER else Privilege.WRITE
    movable = access.among(act.session, act.who, privilege, cast(Any, facts), entity)
    first = int(next(iter(REASONS[entity])))
    nexts = _next(act, entity, [card.id for card in found])
    for card in found:
        fact = known.get(card.id)
        if fact is None:
            continue
        card.version = fact.version
        if fact.status != first and way.key != OWNER:
            card.locked = CLOSED
        elif card.id not in movable:
            card.locked = NOT_TO_ASSIGN if way.key == OWNER else NOT_YOURS
        card.next = nexts.get(card.id, {})


def _next(act: Act, entity: str, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Record → the open activity that is due first, as far as the asker may see it; what is never due comes last."""
    reach = access.reach_of(act.who, Activity)
    params = {"regarded": entity, "ids": ids, **reach.ids(act.who)}
    found = {}
    for one in act.session.execute(_due_first(reach), params):
        late = is_overdue(one.status, one.due_on, one.all_day, act.now, act.who.conventions.zone)
        found[one.regarding_id] = {
            "subject": one.subject,
            "kind": str(one.kind),
            "due_on": one.due_on.isoformat() if one.due_on else "",
            "all_day": "1" if one.all_day else "",
            "overdue": "1" if late else "",
        }
    return found


@configuration.forgets
@lru_cache(64)
def _due_first(reach: Reach) -> Any:
    """The statement of `_next`."""
    table = cast(Any, Activity).__table__.c
    place = func.row_number().over(partition_by=table.regarding_id, order_by=(table.due_key, table.id)).label("n")
    inner = (
        select(table.regarding_id, table.subject, table.kind, table.due_on, table.all_day, table.status, place)
        .where(
            table.regarding_entity == bindparam("regarded"),
            one_of(table.regarding_id, "ids"),
            table.deleted_on.is_(None),
            table.status.in_([literal_column(str(int(status))) for status in ACTIVE]),
            permitted(reach),
        )
        .subquery()
    )
    return select(inner).where(inner.c.n == literal_column("1"))


def label_of(act: Act, entity: str, way: Way, view: View, key: str) -> str:
    """What a lane is called: a message of the catalogue, or a name. Raises NotFound for no such lane."""
    if way.key == OWNER:
        named = people_named(act, [number(key)])
        if not named:
            raise NotFound
        return next(iter(named.values()))
    found = next((place.label for place in places(entity, way, view) if place.key == key), None)
    if found is None:
        raise NotFound
    return found
