"""Boards: what they show, what is moved on them, and what others move meanwhile (S 8.4 [OURS])."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from rxcrm.models import lists, publishing
from rxcrm.models.boards import dating, moving, reading
from rxcrm.models.boards.moving import Moved
from rxcrm.models.boards.reading import Card, Head, Lane
from rxcrm.models.boards.ways import OWNER, WAYS, Way, way_of, ways_of
from rxcrm.models.errors import CrmError, Invalid, NotYet
from rxcrm.models.lists import Ask
from rxcrm.models.records import Act
from rxcrm.models.timeline.calendar import Slot
from rxcrm.models.views import View
from rxcrm.state import live
from rxcrm.state.bulk import query_of
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do, look
from rxcrm.state.lists import ask_of, begin
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")

#: Cards of a board that a tab hears of, and answers that it keeps: several moves may be on their way.
FOLLOWED, KEPT = 1_000, 8
MOVED = N_("%(name)s moved to %(lane)s.")
SHIFTED = N_("%(name)s was moved.")


@dataclass
class Shown:
    """A board: its lanes with their first cards, in answer to the question of this token.

    `way` is the key of the way to have lanes, `ways` are all of them with their labels, the `usual` ones first.
    """

    token: int = 0
    way: str = ""
    ways: list[list[str]] = field(default_factory=list)
    usual: int = 0
    lanes: list[Lane] = field(default_factory=list)
    problem: str = ""


@dataclass
class Counted:
    """What stands in each lane in all; `lane` is the key of its dictionary."""

    token: int = 0
    heads: dict[str, Head] = field(default_factory=dict)


@dataclass
class More:
    """The next cards of one lane."""

    token: int = 0
    lane: Lane = field(default_factory=lambda: Lane("", ""))
    problem: str = ""


@dataclass
class Told:
    """The answer to one move: done, or why not. `card` is the record as it is now, if the board still shows it.

    `missing` names the steps that its stage requires first, which can be filled in at once, `labels` what they are called
    where not as their field; `errors` says what was wrong with what was filled in.
    """

    token: int = 0
    ok: bool = False
    problem: str = ""
    missing: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    card: Card | None = None


@dataclass
class News:
    """Cards that somebody changed: as they are now, and the ids of those that the board does not show any more."""

    seq: int = 0
    cards: list[Card] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


@dataclass
class OnDays:
    """A calendar: its records in a range of days, in answer to the question of this token; `dates` as `ways` of a board."""

    token: int = 0
    date: str = ""
    dates: list[list[str]] = field(default_factory=list)
    usual: int = 0
    slots: list[Slot] = field(default_factory=list)
    more: bool = False
    problem: str = ""


class Boards(AppState):
    """What the board or calendar of a list asks; each question names the table, and the list by its address."""

    shown: Shown = Shown()
    counted: Counted = Counted()
    more: More = More()
    told: list[Told] = []
    news: News = News()
    days: OnDays = OnDays()
    shifted: list[Told] = []
    _entity: str = ""
    _query: str = ""
    _lanes: str = ""

    @action(SIGNED_IN)
    async def show(self, entity: str, query: str, wanted: dict[str, int], token: int):
        """The lanes with their first cards, then what stands in them in all; `wanted` says how many cards lanes have now."""
        try:
            way, ways, found = await look(lanes_of, entity, query, wanted)
        except CrmError as refusal:
            self.shown = Shown(token, problem=refusal.text(self.locale))
            return
        self.shown = Shown(token, way.key, ways, len(WAYS[entity]), found)
        self._entity, self._query, self._lanes = entity, query, way.key
        self._hear_of("board", self._topics(card.id for lane in found for card in lane.cards))
        yield
        self.counted = Counted(token, await look(heads_of, entity, query))

    @action(SIGNED_IN)
    async def go_on(self, entity: str, query: str, lane: str, after: str, token: int):
        """The next cards of a lane, behind a cursor."""
        try:
            found = await look(more_of, entity, query, lane[:40], after[:2000])
        except CrmError as refusal:
            self.more = More(token, problem=refusal.text(self.locale))
            return
        self.more = More(token, found)
        self._hear_of("board", {*self._heard.get("board", []), *self._topics(card.id for card in found.cards)})

    @action(SIGNED_IN)
    async def move(
        self, entity: str, query: str, record_id: int, version: int, lane: str, typed: dict[str, str], token: int
    ):
        """Move a card to another lane; `typed` fills in steps that its stage requires."""
        told = Told(token)
        try:
            moved, label = await do(move_to, entity, query, record_id, version, lane[:40], typed)
        except NotYet as refusal:
            told.problem, told.missing = refusal.text(self.locale), refusal.missing
            told.labels = await look(moving.steps_named, entity, record_id, refusal.missing)
        except Invalid as refusal:
            told.errors = refusal.by_field(self.locale)
            told.problem = " ".join(told.errors.values())
            told.missing = list(typed)
            told.labels = await look(moving.steps_named, entity, record_id, told.missing)
        except CrmError as refusal:
            told.problem = refusal.text(self.locale)
        except Exception:
            # A defect, told in the log; the card must not wait for an answer that never comes.
            log.exception("a card was not moved")
            told.problem = gettext(self.locale, BROKEN)
        else:
            told.ok = True
            undo = [moved.operation] if moved.operation else []
            self._say(MOVED, undo=undo, name=moved.name, lane=label)
        if told.problem and not told.missing:  # a message says it; what is missing is asked for in a dialog
            self._say(told.problem, "error")
        told.card = await look(card_of, entity, query, record_id)
        self.told = [*self.told[1 - KEPT :], told]

    @action(SIGNED_IN)
    async def show_days(self, entity: str, query: str, since: str, before: str, token: int):
        """The records of a list from one day (ISO, inclusive) to another (exclusive)."""
        try:
            self.days = await look(days_of, entity, query, since, before, token)
        except CrmError as refusal:
            self.days = OnDays(token, problem=refusal.text(self.locale))

    @action(SIGNED_IN)
    async def shift(self, entity: str, query: str, record_id: int, version: int, day: str, token: int):
        """Move a record to another day."""
        told = Told(token)
        try:
            moved = await do(shift_to, entity, query, record_id, version, day)
        except CrmError as refusal:
            wrong = (
                refusal.by_field(self.locale).values() if isinstance(refusal, Invalid) else [refusal.text(self.locale)]
            )
            told.problem = " ".join(wrong)
            self._say(told.problem, "error")
        except Exception:
            log.exception("a record was not moved to another day")
            told.problem = gettext(self.locale, BROKEN)
            self._say(told.problem, "error")
        else:
            told.ok = True
            undo = [moved.operation] if moved.operation else []
            self._say(SHIFTED, undo=undo, refresh=True, name=moved.name)
        self.shifted = [*self.shifted[1 - KEPT :], told]

    @action(SIGNED_IN)
    async def leave(self):
        """The board is closed: nobody looks at its cards any more."""
        self._query = self._lanes = self._entity = ""
        self._hear_of("board", ())

    async def _hear(self, topics: frozenset[str]) -> None:
        """Somebody changed records of the board."""
        if not self._entity:
            return
        ids = [int(topic.partition(":")[2]) for topic in topics if topic in self._heard.get("board", [])]
        if ids:
            found = await look(cards_of, self._entity, self._query, ids)
            here = {card.id for card in found}
            self.news = News(self.news.seq + 1, found, [i for i in ids if i not in here])

    def _topics(self, ids: Iterable[int]) -> list[str]:
        return [f"{self._entity}:{i}" for i in list(ids)[:FOLLOWED]]


for _entity in WAYS:
    live.on_topic(f"{_entity}:", Boards, "_hear")


# -- as the asker ----------------------------------------------------------------------------------------------------


def viewed(act: Act, entity: str, query: str) -> tuple[Act, Ask, View]:
    """What an address asks for: by whom, and of which view. Raises BadFilter."""
    parameters = query_of(query)
    ask = ask_of(entity, parameters)
    if parameters.get("edit") == "1":
        ask = begin(act, ask, parameters)[2]
    role = parameters.get("as_role", "")
    return publishing.as_role(act, role) if role else act, ask, lists.viewed(act, ask)


def asked(act: Act, entity: str, query: str) -> tuple[Act, Ask, View, Way]:
    """The same with its lanes. Raises BadFilter and BadValue."""
    act, ask, view = viewed(act, entity, query)
    return act, ask, view, way_of(entity, dict(view.settings).get("lanes", ""), act.who)


def days_of(act: Act, entity: str, query: str, since: str, before: str, token: int) -> OnDays:
    """The records of a range of days; none for what is no range."""
    act, ask, view = viewed(act, entity, query)
    spec = dating.date_of(entity, dict(view.settings).get("date", ""), act.who)
    locale = act.who.conventions.locale
    found = OnDays(
        token, spec.name, [[one.key, gettext(locale, one.label)] for one in dating.dates_of(entity, act.who)]
    )
    found.usual = len(dating.DATES[entity])
    try:
        days = dating.between(act, ask, view, spec, date.fromisoformat(since[:10]), date.fromisoformat(before[:10]))
    except (ValueError, OverflowError):
        return found
    found.slots, found.more = days.slots, days.more
    return found


def shift_to(act: Act, entity: str, query: str, record_id: int, version: int, day: str) -> Moved:
    """Move a record to another day of the calendar that an address names."""
    _, _, view = viewed(act, entity, query)
    return dating.move(act, entity, record_id, version, dict(view.settings).get("date", ""), day)


def lanes_of(act: Act, entity: str, query: str, wanted: dict[str, int]) -> tuple[Way, list[list[str]], list[Lane]]:
    """By what a board has its lanes, by what it could have them, and its lanes; words in the asker's language."""
    act, ask, view, way = asked(act, entity, query)
    locale = act.who.conventions.locale
    found = reading.lanes(act, ask, view, way, wanted)
    for lane in found:
        lane.label, lane.cards = _label(way, lane.label, locale), _worded(lane.cards, locale)
    return way, [[one.key, gettext(locale, one.label)] for one in ways_of(entity, act.who)], found


def heads_of(act: Act, entity: str, query: str) -> dict[str, Head]:
    """What stands in each lane."""
    return reading.heads(*asked(act, entity, query))


def more_of(act: Act, entity: str, query: str, lane: str, after: str) -> Lane:
    """The next cards of a lane."""
    found = reading.more(*asked(act, entity, query), lane, after)
    return replace(found, cards=_worded(found.cards, act.who.conventions.locale))


def cards_of(act: Act, entity: str, query: str, ids: list[int]) -> list[Card]:
    """These cards as they are now, as far as the board shows them."""
    return _worded(reading.cards(*asked(act, entity, query), ids), act.who.conventions.locale)


def card_of(act: Act, entity: str, query: str, record_id: int) -> Card | None:
    """One card as it is now; None if the board does not show it."""
    try:
        return next(iter(cards_of(act, entity, query, [record_id])), None)
    except CrmError:  # the board itself is gone meanwhile; it says so when it is shown
        return None


def move_to(
    act: Act, entity: str, query: str, record_id: int, version: int, lane: str, typed: dict[str, str]
) -> tuple[Moved, str]:
    """Move a card; what was moved, and what its lane is called."""
    _, _, view, way = asked(act, entity, query)
    label = reading.label_of(act, entity, way, view, lane)
    label = _label(way, label, act.who.conventions.locale)
    return moving.move(act, entity, record_id, version, way.key, lane, typed), label


def _label(way: Way, label: str, locale: str) -> str:
    """What a lane is called: the name of an owner is in no catalogue."""
    return label if way.key == OWNER else gettext(locale, label)


def _worded(cards: list[Card], locale: str) -> list[Card]:
    return [replace(card, locked=gettext(locale, card.locked) if card.locked else "") for card in cards]
