"""Duplicates on forms: what is like the record that is typed or shown, and pairs that are none (S 3.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models import matching
from rxcrm.models.access import Privilege
from rxcrm.models.base import Record
from rxcrm.models.errors import NotFound
from rxcrm.models.jobs import UNFINISHED
from rxcrm.models.matching import Match, saving, sweeping
from rxcrm.models.matching.facts import columns_of
from rxcrm.models.matching.upkeep import MATCHED
from rxcrm.models.records import Act
from rxcrm.state import live
from rxcrm.state.gate import SIGNED_IN, AppState, action, asker, do, look
from rxcrm.state.numbers import number
from rxcrm.translation import N_

#: What the forms watch while a record is being typed.
WATCHED = {
    entity: [name for name in columns_of(entity) if name not in ("street3", "account_id", "country")]
    for entity in MATCHED
}
#: Characters of a value that are looked at.
LONGEST = 300


@dataclass
class Similar:
    """What is like one record, recognised by the token of the question."""

    token: int = 0
    matches: list[Match] = field(default_factory=list)


class Duplicates(AppState):
    """The panel beside a new record and the pane View duplicates."""

    similar: Similar = Similar()
    viewed: list[Match] = []
    viewing: bool = False
    entity: str = ""
    of_id: int = 0

    @action(SIGNED_IN)
    async def check(self, entity: str, typed: dict[str, str], token: int):
        """What is like the record that is being typed."""
        watched = WATCHED.get(entity, [])
        known = {name: typed[name][:LONGEST] for name in watched if typed.get(name)}
        self.similar = Similar(token, await look(saving.similar, entity, known) if known else [])

    @action(SIGNED_IN)
    async def view(self, entity: str, record_id: int):
        """Open the pane with everything that is like a record."""
        self.entity, self.of_id = entity, record_id
        self.viewed, self.viewing = await look(_around, entity, record_id), True

    @action(SIGNED_IN)
    async def apart(self, entity: str, record_id: int, other: str, other_id: int):
        """Remember that two records are not one; the pane no longer lists the other."""
        await do(_apart, entity, record_id, other, other_id)
        self.viewed = [m for m in self.viewed if (m.entity, m.id) != (other, other_id)]
        self._say(N_("Remembered: these two are not duplicates."))

    @action(SIGNED_IN)
    async def dismiss(self):
        """Close the pane."""
        self.viewing = False


@dataclass
class PairRow:
    """Two records of one table that may be one, with their addresses."""

    key: str
    id: int
    name: str
    detail: str
    href: str
    other_id: int
    other_name: str
    other_detail: str
    other_href: str
    score: int
    level: str
    why: str


class DuplicateList(AppState):
    """The page of pairs that a search through a whole table found."""

    entity: str = "lead"
    rows: list[PairRow] = []
    page: int = 1
    more: bool = False
    searching: bool = False
    done: int = 0
    total: int = 0
    searched_on: str = ""
    problem: str = ""
    may_write: bool = False
    may_search: bool = False
    ready: bool = False

    @action(SIGNED_IN)
    async def open(self):
        """Show the pairs of the table that the address names."""
        query = dict(self.router.url.query_parameters)
        entity, page = query.get("entity", "lead"), query.get("page", "1")
        self.entity = entity if entity in MATCHED else "lead"
        self.page = number(page, 1, digits=4)
        await self._load()

    @action(SIGNED_IN)
    async def search(self, entity: str):
        """Have the table searched anew."""
        await do(_search, entity)
        await self._load()

    @action(SIGNED_IN)
    async def apart(self, entity: str, record_id: int, other_id: int):
        """Remember that a pair is none; it leaves the list."""
        await do(_apart, entity, record_id, entity, other_id)
        self._say(N_("Remembered: these two are not duplicates."))
        await self._load()

    async def _hear(self, _topics: frozenset[str]) -> None:
        """The search went on or ended; who has left the page need not know."""
        if self.router.url.path.rstrip("/") == "/duplicates":
            self._show(await look(sweeping.listed, self.entity, self.page))

    async def _load(self) -> None:
        found = await look(sweeping.listed, self.entity, self.page)
        topics = {f"job:{found.job_id}"} if found.state in UNFINISHED else set[str]()
        self._hear_of("duplicates", topics)
        # A search may have ended before this tab listened.
        self._show(await look(sweeping.listed, self.entity, self.page) if topics else found)

    def _show(self, found: sweeping.Search) -> None:
        self.rows = [_pair_row(self.entity, pair) for pair in found.pairs]
        who = asker().who
        self.may_write, self.may_search = who.holds(Privilege.WRITE, self.entity), sweeping.may_search(who, self.entity)
        self.more, self.done, self.total, self.ready = found.more, found.done, found.total, True
        self.searching, self.searched_on = found.state in UNFINISHED, found.at if found.state == "done" else ""
        self.problem = N_("The last search failed.") if found.state in ("failed", "canceled") else ""


live.on_topic("job:", DuplicateList, "_hear")


def _pair_row(entity: str, pair: sweeping.Listed) -> PairRow:
    path = MATCHED[entity].path
    level = "high" if pair.certain else "middle" if pair.score >= 80 else "low"
    return PairRow(
        key=f"{pair.one.id}-{pair.other.id}",
        id=pair.one.id,
        name=pair.one.name,
        detail=pair.one.detail,
        href=f"{path}/{pair.one.id}",
        other_id=pair.other.id,
        other_name=pair.other.name,
        other_detail=pair.other.detail,
        other_href=f"{path}/{pair.other.id}",
        score=pair.score,
        level=level,
        why=" · ".join(pair.reasons),
    )


def _search(act: Act, entity: str) -> None:
    sweeping.search(act, entity)


def found(act: Act, entity: str, record_id: int) -> Record:
    """A record of a table in which duplicates are looked for, if the asker may see it."""
    if entity not in MATCHED:
        raise NotFound
    return act.find(MATCHED[entity], record_id)


def _around(act: Act, entity: str, record_id: int) -> list[Match]:
    return matching.around(act, found(act, entity, record_id), limit=20)


def _apart(act: Act, entity: str, record_id: int, other: str, other_id: int) -> None:
    matching.not_duplicates(act, found(act, entity, record_id), found(act, other, other_id))
