"""Dashboards and charts: which there are, and what people make of them. Their figures come over HTTP (rxcrm.web_charts)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from rxcrm.models.charting import choosing, dashboards, saved
from rxcrm.models.charting.choosing import Vocabulary
from rxcrm.models.charting.dashboards import Audience, Board
from rxcrm.models.charting.saved import Offered
from rxcrm.models.charting.tiles import to_json
from rxcrm.models.errors import CrmError, Invalid, NotFound
from rxcrm.models.records import Act
from rxcrm.state.gate import SIGNED_IN, AppState, action, do, look
from rxcrm.translation import N_


@dataclass
class BoardOption:
    """A dashboard in the drop-down of the title; `group` is mine, shared or system."""

    key: str
    name: str
    group: str
    default: bool
    hidden: bool


@dataclass
class BoardView:
    """The dashboard on the page; its tiles ask for their figures themselves."""

    key: str = ""
    name: str = ""
    group: str = ""
    tiles: list[dict[str, Any]] = field(default_factory=list)
    change: bool = False
    hidden: bool = False
    version: int = 0
    problem: str = ""


@dataclass
class Answer:
    """What came of one command, recognised by its token; `key` is the dashboard or chart that was made."""

    token: int = 0
    ok: bool = False
    key: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Sharing:
    """With whom the dashboard is shared; with whom else it can be is searched for (Views.find)."""

    open: bool = False
    now: list[Audience] = field(default_factory=list)


class Dashboards(AppState):
    """The page of dashboards."""

    options: list[BoardOption] = []
    board: BoardView = BoardView()
    vocabulary: list[Vocabulary] = []
    sharing: Sharing = Sharing()
    answer: Answer = Answer()

    @action(SIGNED_IN)
    async def open(self):
        """Show the dashboard that the address names, else the one with which the user begins."""
        await self._load(dict(self.router.url.query_parameters).get("dashboard", ""))

    @action(SIGNED_IN)
    async def begin_edit(self):
        """What tiles can be made of: read when somebody begins to change a dashboard."""
        self.vocabulary = await look(choosing.vocabulary)

    @action(SIGNED_IN)
    async def create(self, name: str, like: str, system: bool, token: int):
        """A new dashboard, empty or a copy."""
        await self._answered(token, dashboards.create, name, like=like, system=system)

    @action(SIGNED_IN)
    async def save(self, key: str, version: int, name: str, tiles: list[dict[str, Any]], token: int):
        """Give a dashboard its name and tiles."""
        if await self._answered(token, dashboards.change, key, version, name, tiles):
            self._say(N_("Saved."))
            await self._load(key)

    @action(SIGNED_IN)
    async def remove(self, key: str):
        """Delete a dashboard; a shipped one is as it came."""
        name = await do(dashboards.remove, key)
        self._say(N_("%(name)s was deleted."), name=name)
        return rx.redirect("/dashboards")

    @action(SIGNED_IN)
    async def restore(self, key: str):
        """Let a shipped dashboard be as it came."""
        await do(dashboards.remove, key)
        self._say(N_("The dashboard is again as it came."))
        await self._load(key)

    @action(SIGNED_IN)
    async def hide(self, key: str, hidden: bool):
        """Keep a system dashboard out of the drop-down, or offer it again."""
        await do(dashboards.hide, key, hidden)
        await self._load(key)

    @action(SIGNED_IN)
    async def begin_with(self, key: str):
        """Choose the dashboard with which one begins."""
        await do(dashboards.begin_with, key)
        self._say(N_("This dashboard opens first from now on."))
        await self._load(key)

    @action(SIGNED_IN)
    async def ask_share(self, key: str):
        """With whom the dashboard is shared."""
        self.sharing = Sharing(True, await look(dashboards.shares, key))

    @action(SIGNED_IN)
    async def share(self, key: str, wanted: list[dict[str, Any]]):
        """Share it with exactly these."""
        await do(dashboards.share, key, wanted)
        self.sharing = Sharing()
        self._say(N_("Saved."))

    @action(SIGNED_IN)
    async def dismiss(self):
        """Close the dialog."""
        self.sharing = Sharing()

    async def _load(self, key: str) -> None:
        try:
            self.options, self.board = await look(page_of, key)
        except NotFound as refusal:
            # A link that somebody sent: it says so, and shows the first one.
            self._refuse(refusal)
            self.options, self.board = await look(page_of, "")

    async def _answered(self, token: int, verb: Any, *args: Any, **kwargs: Any) -> bool:
        self.answer = await answered(self.locale, token, verb, *args, **kwargs)
        return self.answer.ok


class Charts(AppState):
    """The charts pane of a list: which charts there are, and the ones that people keep."""

    entity: str = ""
    charts: list[Offered] = []
    vocabulary: list[Vocabulary] = []
    answer: Answer = Answer()

    @action(SIGNED_IN)
    async def open(self, entity: str):
        """The charts of a table, and what new ones can be made of."""
        self.charts = await look(saved.offered, entity)
        self.vocabulary = await look(choosing.vocabulary, entity)
        self.entity = entity

    @action(SIGNED_IN)
    async def save(self, definition: dict[str, Any], name: str, chart_id: int, version: int, system: bool, token: int):
        """Keep a chart, a new one (id 0) or one that is changed."""
        self.answer = await answered(
            self.locale, token, keep, definition, name, chart_id=chart_id, version=version, system=system
        )
        if self.answer.ok:
            self._say(N_("Saved."))
            self.charts = await look(saved.offered, str(definition.get("entity", "")))

    @action(SIGNED_IN)
    async def remove(self, entity: str, chart_id: int):
        """Delete a chart."""
        name = await do(saved.remove, chart_id)
        self._say(N_("%(name)s was deleted."), name=name)
        self.charts = await look(saved.offered, entity)


async def answered(locale: str, token: int, verb: Any, *args: Any, **kwargs: Any) -> Answer:
    """Do something; what was wrong goes to the dialog that asked."""
    try:
        key = await do(verb, *args, **kwargs)
    except Invalid as refusal:
        return Answer(token, errors=refusal.by_field(locale))
    except CrmError as refusal:
        return Answer(token, errors={"": refusal.text(locale)})
    return Answer(token, True, key or "")


def keep(act: Act, definition: dict[str, Any], name: str, **how: Any) -> str:
    """Keep a chart; its key."""
    return f"{saved.SAVED}{saved.save(act, definition, name, **how).id}"


def page_of(act: Act, key: str) -> tuple[list[BoardOption], BoardView]:
    """The drop-down and the dashboard of a key."""
    begins = dashboards.first(act)
    board = dashboards.find(act, key or begins)
    listed = dashboards.available(act, hidden=act.who.administrator)
    return [BoardOption(b.key, b.name, b.group, b.key == begins, b.hidden) for b in listed], _view(act, board)


def _view(act: Act, board: Board) -> BoardView:
    tiles = [{**to_json(tile), "titled": _titled(act, tile)} for tile in board.tiles]
    return BoardView(
        board.key, board.name, board.group, tiles, board.change, board.hidden, board.version, board.problem
    )


def _titled(act: Act, tile: Any) -> str:
    """The title while the tile loads; what cannot be shown says so itself."""
    try:
        return str(tile.titled(act))
    except CrmError:
        return str(tile.title)
