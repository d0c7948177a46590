"""The connections of the record that a form shows: stakeholders, all connections, competitors (S 5)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rxcrm.models import lifecycle, naming, records
from rxcrm.models.access import Privilege
from rxcrm.models.base import Record
from rxcrm.models.choices import RoleCategory
from rxcrm.models.connection import Connection, ConnectionRole
from rxcrm.models.connections import competitors, linking, reading, roles
from rxcrm.models.connections.competitors import RIVALLED, CompetitorView
from rxcrm.models.connections.reading import Link, Links
from rxcrm.models.contact import Contact
from rxcrm.models.errors import CrmError, Invalid, NotFound, Stale
from rxcrm.models.naming import Candidate
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state import live
from rxcrm.state.forms import QUICK
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do, look
from rxcrm.state.naming import Candidates
from rxcrm.translation import N_

log = logging.getLogger("rxcrm")

#: Candidates of one search.
CANDIDATES = 10
#: Tables whose forms show the users who sell together (R5.7).
TEAMED = ("opportunity",)
#: Tables whose forms show connections.
SHOWN_ON = ("lead", "account", "contact", "opportunity")


@dataclass
class Told:
    """The answer to one form, recognised by its token; the problem of the whole form has the name ""."""

    token: int = 0
    ok: bool = False
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Offer:
    """A role that can be chosen; `entities` are the kinds of record that can have it."""

    id: int
    label: str
    category: str
    stakeholder: bool
    entities: list[str]


@dataclass
class Shown:
    """Everything that the pages show of a record's connections.

    `may` says what works: command → empty, or why not; a missing command is hidden (S 13.2).
    """

    stakeholders: Links
    team: list[Link]
    links: Links
    competitors: list[CompetitorView]
    offers: list[Offer]
    may: dict[str, str]


class Connections(AppState):
    """Connections of one record. Every event names the record: a tab's state may be gone when it comes."""

    entity: str = ""
    of_id: int = 0
    stakeholders: list[Link] = []
    stakeholders_hidden: int = 0
    team: list[Link] = []
    links: list[Link] = []
    hidden: int = 0
    more: bool = False
    active: bool = True
    competitors: list[CompetitorView] = []
    offers: list[Offer] = []
    may: dict[str, str] = {}
    found: Candidates = Candidates()
    told: Told = Told()
    _size: int = reading.PAGE

    @action(SIGNED_IN)
    async def open(self, entity: str, record_id: int):
        """Show the connections of a record, and follow what others change about them."""
        self.active, self._size = True, reading.PAGE
        await self._load(entity, record_id)
        self._hear_of("connections", [f"{entity}:{record_id}"])

    @action(SIGNED_IN)
    async def show_more(self, entity: str, record_id: int):
        """Show another page of connections below."""
        self._size += reading.PAGE
        await self._load(entity, record_id)

    @action(SIGNED_IN)
    async def show(self, entity: str, record_id: int, active: bool):
        """Show the active connections, or the deactivated ones."""
        self.active, self._size = active, reading.PAGE
        await self._load(entity, record_id)

    @action(SIGNED_IN)
    async def search(self, entity: str, term: str, token: int):
        """Candidates for the other side, or for a competitor; the newest ones for no term."""
        self.found = Candidates(token, await look(_candidates, entity, term[:200]))

    @action(SIGNED_IN)
    async def connect(
        self, entity: str, record_id: int, other: str, other_id: int, role_id: int, details: dict[str, str], token: int
    ):
        """Connect a record with another one or, with `other` "me", with the user himself (R5.2, R5.6)."""
        await self._answer(token, entity, record_id, _connect, other, other_id, role_id, details)

    @action(SIGNED_IN)
    async def connect_new(
        self, entity: str, record_id: int, typed: dict[str, str], role_id: int, details: dict[str, str], token: int
    ):
        """Create a contact from the fields of quick create and connect it, in one go (R5.2)."""
        await self._answer(token, entity, record_id, _connect_new, typed, role_id, details)

    @action(SIGNED_IN)
    async def change(
        self,
        entity: str,
        record_id: int,
        connection_id: int,
        version: int,
        role_id: int,
        details: dict[str, str],
        token: int,
    ):
        """Save the form of a connection: role, description, dates."""
        await self._answer(token, entity, record_id, _change, connection_id, version, role_id, details)

    @action(SIGNED_IN)
    async def set_role(self, entity: str, record_id: int, connection_id: int, version: int, role_id: int):
        """Choose another role in place (R5.3)."""
        await self._change(entity, record_id, _set_role, connection_id, version, role_id)

    @action(SIGNED_IN)
    async def deactivate(self, entity: str, record_id: int, connection_id: int, version: int):
        """Keep a connection, but among the deactivated ones."""
        await self._change(entity, record_id, _verb, linking.deactivate, connection_id, version)

    @action(SIGNED_IN)
    async def activate(self, entity: str, record_id: int, connection_id: int, version: int):
        """Bring a deactivated connection back."""
        await self._change(entity, record_id, _verb, linking.activate, connection_id, version)

    @action(SIGNED_IN)
    async def remove(self, entity: str, record_id: int, connection_id: int, version: int):
        """Take a connection away, on both sides."""
        await self._change(entity, record_id, _verb, linking.remove, connection_id, version)

    @action(SIGNED_IN)
    async def add_competitor(self, entity: str, record_id: int, competitor_id: int, token: int):
        """Put a known competitor on a lead (R5.10)."""
        await self._answer(token, entity, record_id, competitors.add, competitor_id)

    @action(SIGNED_IN)
    async def new_competitor(self, entity: str, record_id: int, name: str, website: str, token: int):
        """Make a competitor known and put it on a lead."""
        await self._answer(token, entity, record_id, competitors.add_new, name, website)

    @action(SIGNED_IN)
    async def remove_competitor(self, entity: str, record_id: int, competitor_id: int):
        """Take a competitor off a lead."""
        await self._change(entity, record_id, competitors.remove, competitor_id)

    async def _hear(self, topics: frozenset[str]) -> None:
        """Somebody changed the record or its connections."""
        if f"{self.entity}:{self.of_id}" in topics:
            try:
                self._put(await look(_shown, self.entity, self.of_id, self.active, self._size))
            except NotFound:
                self._clear()

    async def _load(self, entity: str, record_id: int) -> None:
        if (entity, record_id) != (self.entity, self.of_id):
            self._clear()
        self.entity, self.of_id = entity, record_id
        if record_id <= 0:
            self._clear()
            return
        self._put(await look(_shown, entity, record_id, self.active, self._size))

    def _clear(self) -> None:
        self.stakeholders, self.links, self.competitors, self.offers, self.may = [], [], [], [], {}
        self.team = []
        self.stakeholders_hidden, self.hidden, self.more = 0, 0, False

    def _put(self, shown: Shown) -> None:
        self.stakeholders, self.stakeholders_hidden = shown.stakeholders.rows, shown.stakeholders.hidden
        self.team = shown.team
        self.links, self.hidden, self.more = shown.links.rows, shown.links.hidden, shown.links.more
        self.competitors, self.offers, self.may = shown.competitors, shown.offers, shown.may

    async def _answer(self, token: int, entity: str, record_id: int, verb: Callable[..., Any], *args: Any) -> None:
        """Do what a form asks and answer it: problems are shown in the form, which stays."""
        try:
            await do(_of, entity, record_id, verb, *args)
        except Invalid as refusal:
            self.told = Told(token, errors=refusal.by_field(self.locale))
        except CrmError as refusal:
            self.told = Told(token, errors={"": refusal.text(self.locale)})
            if isinstance(refusal, Stale):
                await self._load(entity, record_id)
        except Exception:
            # A defect, told in the log; the form must not wait for an answer that never comes.
            log.exception("a connection failed")
            self.told = Told(token, errors={"": ""})
            self._say(BROKEN, "error")
        else:
            self.told = Told(token, ok=True)
            self._say(N_("Saved"))
            await self._load(entity, record_id)

    async def _change(self, entity: str, record_id: int, verb: Callable[..., Any], *args: Any) -> None:
        """Do what a row asks; after a refusal the row shows again what is stored."""
        try:
            await do(_of, entity, record_id, verb, *args)
        except Invalid as refusal:
            self._refuse(next(iter(refusal.problems.values())))
        except CrmError as refusal:
            self._refuse(refusal)
        else:
            self._say(N_("Saved"))
        await self._load(entity, record_id)


for _entity in SHOWN_ON:
    live.on_topic(f"{_entity}:", Connections, "_hear")


# -- reading ---------------------------------------------------------------------------------------------------------


def _shown(act: Act, entity: str, record_id: int, active: bool, size: int) -> Shown:
    row = act.find(_table(entity), record_id)
    return Shown(
        stakeholders=reading.stakeholders(act, row),
        team=reading.sales_team(act, row).rows if entity in TEAMED else [],
        links=reading.page(act, row, active=active, size=size),
        competitors=competitors.of(act, row) if entity in RIVALLED else [],
        offers=_offers(act),
        may=_may(act, row),
    )


def _table(entity: str) -> type[Record]:
    if entity not in SHOWN_ON:
        raise NotFound
    return record_table(entity)


def _may(act: Act, row: Record) -> dict[str, str]:
    """What works with the connections of a record; without Append nothing does."""
    if not act.may(Privilege.APPEND, row):
        return {}
    try:
        lifecycle.require_open(row)
    except CrmError as closed:
        why = closed.text(act.who.conventions.locale)
    else:
        why = ""
    contact = {"contact": why} if act.who.holds(Privilege.CREATE, "contact") else {}
    return {"connect": why, "change": why, "competitor": why, **contact}


def _offers(act: Act) -> list[Offer]:
    locale = act.who.conventions.locale
    found: dict[int, Offer] = {}
    for entity in roles.CONNECTABLE:
        for role in roles.offered(act, entity):
            offer = found.setdefault(role.id or 0, _offer(role, locale))
            offer.entities.append(entity)
    return list(found.values())


def _offer(role: ConnectionRole, locale: str) -> Offer:
    category = RoleCategory(role.category)
    return Offer(role.id or 0, roles.label_of(role, locale), category.label, category is RoleCategory.STAKEHOLDER, [])


def _candidates(act: Act, entity: str, term: str) -> list[Candidate]:
    if entity == "user":
        return naming.users(act, term, CANDIDATES)
    if entity == "competitor":
        known = competitors.search(act, term, CANDIDATES)
        return [Candidate(entity, c.id, c.name, c.website) for c in known]
    _table(entity)
    return naming.records(act, term, (entity,), CANDIDATES)


# -- doing -----------------------------------------------------------------------------------------------------------


def _of(act: Act, entity: str, record_id: int, verb: Callable[..., Any], *args: Any) -> None:
    """A verb on a record to which the asker may attach others."""
    verb(act, act.find(_table(entity), record_id, Privilege.APPEND), *args)


def _role(act: Act, role_id: int) -> ConnectionRole | None:
    return roles.find(act.session, role_id) if role_id else None


def _connect(act: Act, row: Record, other: str, other_id: int, role_id: int, details: dict[str, str]) -> None:
    kind, wanted = ("user", act.who.id) if other == "me" else (other, other_id)
    linking.connect(act, row, linking.side(act, kind, wanted), _role(act, role_id), details)


def _connect_new(act: Act, row: Record, typed: dict[str, str], role_id: int, details: dict[str, str]) -> None:
    lifecycle.require_open(row)
    allowed = QUICK["contact"][1]
    contact = records.create(act, Contact, {name: text for name, text in typed.items() if name in allowed})
    linking.connect(act, row, linking.side(act, "contact", contact.id or 0), _role(act, role_id), details)


def _change(act: Act, row: Record, connection_id: int, version: int, role_id: int, details: dict[str, str]) -> None:
    link = linking.find(act, row, connection_id, version)
    linking.describe(act, link, details)
    linking.set_role(act, link, _role(act, role_id))


def _set_role(act: Act, row: Record, connection_id: int, version: int, role_id: int) -> None:
    linking.set_role(act, linking.find(act, row, connection_id, version), _role(act, role_id))


def _verb(act: Act, row: Record, verb: Callable[[Act, Connection], None], connection_id: int, version: int) -> None:
    verb(act, linking.find(act, row, connection_id, version))
