"""The gate: every event passes here. Who is asking, may he, are the arguments of the declared types?

A handler is reachable only if it is marked with `@action(...)`; everything else is refused. The acting user comes from
the HttpOnly cookie of the socket's handshake, never from anything that the page says.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar, get_type_hints

import reflex as rx
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from reflex.event import Event
from reflex.istate.proxy import StateProxy
from reflex.state import StateUpdate
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext
from sqlmodel import Session

from rxcrm.models import configuration, db, login, setup
from rxcrm.models.access import Privilege, Who
from rxcrm.models.errors import CrmError
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS
from rxcrm.settings import settings
from rxcrm.state import forms, live
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")
T = TypeVar("T")

COOKIE = "rxcrm_session"
#: Seconds for which a resolved session is believed without asking the database again.
BELIEVED = 5.0

#: What is said when something broke on our side.
BROKEN = N_("Something went wrong on the server, and nothing was saved. What you typed is still here.")

#: Marks of handlers: anyone at all, anyone signed in, or a privilege by name.
PUBLIC, SIGNED_IN = "public", "signed in"


@dataclass
class Notice:
    """A message for the user, shown once per `seq`. Kind: success, info or error.

    With `undo`, operations that can be taken back, it offers an Undo (rxcrm.state.undoing). With `refresh` the page
    below it is brought up to date, whichever it is; with `go` it makes way for the page of that address.
    """

    seq: int = 0
    kind: str = "info"
    text: str = ""
    undo: list[int] = field(default_factory=list)
    refresh: bool = False
    go: str = ""


class AppState(rx.State):
    """Who is signed in and what he may see of the frame. Variables only: handlers live in the states below."""

    user_id: int = 0
    user_name: str = ""
    user_email: str = ""
    organisation_name: str = ""
    locale: str = "en"
    zone: str = "UTC"
    currency: str = "USD"
    first_weekday: int = 0
    rights: dict[str, bool] = {}
    #: What administrators have shaped of the fields and lists that the pages were built with (rxcrm.state.forms).
    shape: dict[str, Any] = {}
    notice: Notice = Notice()
    _session: str = ""
    #: What this tab hears of, by group: a tab that comes back after a break or a restart hears of it again.
    _heard: dict[str, list[str]] = {}

    def _hear_of(self, group: str, topics: Iterable[str]) -> None:
        """Let this tab hear of these topics, in place of those that it had in this group; see live.on_topic."""
        self._heard = {**self._heard, group: sorted(topics)}
        live.subscribe(self.router.session.client_token, group, self._heard[group])

    def _say(
        self,
        text: str,
        kind: str = "success",
        *,
        undo: Sequence[int] = (),
        refresh: bool = False,
        go: str = "",
        **values: Any,
    ) -> None:
        """Show a message in the user's language; see Notice for `undo`, `refresh` and `go`."""
        said = gettext(self.locale, text, **values)
        self.notice = Notice(self.notice.seq + 1, kind, said, list(undo), refresh, go)

    def _keep_up(self) -> None:
        """Show what the asker's own command has shaped (new tags) together with what came of it, not a moment later."""
        if configuration.current().number != self.shape.get("number", 0):
            who = asker().who
            self.shape = forms.shape_for(who.conventions, who.roles, who.columns)

    def _refuse(self, error: CrmError) -> None:
        """Show a refusal with its reason."""
        self.notice = Notice(self.notice.seq + 1, "error", error.text(self.locale))


# -- who is asking ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asker:
    """A signed-in user and the session through which he asks."""

    who: Who
    session: str
    organisation: str
    first_weekday: int
    configuration: int = 0


_asker: ContextVar[Asker | None] = ContextVar("asker", default=None)
_believed: dict[str, tuple[float, Asker | None]] = {}


def asker() -> Asker:
    """Who sent the event that is being handled. Only marked handlers run, and only for somebody who is known."""
    found = _asker.get()
    assert found is not None, "a handler that needs a user must not be marked PUBLIC"
    return found


def token_of(cookies: str) -> str:
    """The session token in a Cookie header, or empty."""
    with contextlib.suppress(CookieError):
        morsel = SimpleCookie(cookies).get(COOKIE)
        return morsel.value[:200] if morsel else ""
    return ""


async def resolve(token: str) -> Asker | None:
    """The user behind a session token; remembered for a few seconds. Whoever asks keeps his session alive."""
    if not token:
        return None
    known = _believed.get(token)
    if known and time.monotonic() - known[0] < BELIEVED:
        return known[1]
    found, stay = await db.look(_identify, token)
    if stay and stay.is_due(now := db.now(), life()):
        db.later(login.prolong, token, stay.opened_on, now, life())
    if len(_believed) > 10_000:
        _believed.clear()
    _believed[token] = (time.monotonic(), found)
    return found


def life() -> login.Life:
    """How long sessions live, as the settings say."""
    return login.Life(timedelta(hours=settings().session_hours), timedelta(days=settings().session_days))


def _identify(session: Session, token: str) -> tuple[Asker | None, login.Stay | None]:
    stay = login.find_stay(session, token, db.now())
    if stay is None:
        return None, None
    org = Act(session, stay.who, db.now()).organisation
    return Asker(stay.who, login.hashed(token), org.name, org.first_weekday, org.configuration), stay


@contextlib.asynccontextmanager
async def visiting(app: rx.App, token: str, cookies: str) -> AsyncIterator[rx.State | None]:
    """The state of an open tab, held as whoever is signed in there now; None if that is nobody, or somebody else than it shows.

    For work that nobody in the tab asked for: it is believed anew, and keeps no session alive.
    """
    found, _stay = await db.look(_identify, token_of(cookies))
    if found is None:
        yield None
        return
    before = _asker.set(found)
    try:
        async with app.modify_state(rx.BaseStateToken(ident=token, cls=AppState)) as root:
            shown = await root.get_state(AppState)
            yield root if shown.user_id == found.who.id else None
    finally:
        _asker.reset(before)


def forget() -> None:
    """Believe nothing any more: after a sign-out, a disabled account, changed roles."""
    _believed.clear()


# -- what may be asked -----------------------------------------------------------------------------------------------


def action(mark: str | Privilege, **event: Any) -> Callable[[Callable[..., Any]], Any]:
    """Mark a handler as an event that may be sent by everybody (PUBLIC), by users (SIGNED_IN) or by holders of a privilege.

    The privilege here is the coarse question "does his role know this at all"; records answer for themselves.
    A CrmError raised by the handler becomes a message.
    """

    def mark_it(fn: Callable[..., Any]) -> Any:
        guarded = _guarded_generator(fn) if inspect.isasyncgenfunction(fn) else _guarded(fn)
        guarded.__rxcrm_mark__ = mark  # type: ignore[attr-defined]
        return rx.event(**event)(guarded) if event else rx.event(guarded)

    return mark_it


def _guarded(fn: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(fn)
    async def guarded(self: AppState, *args: Any, **kwargs: Any) -> Any:
        try:
            return await fn(self, *args, **kwargs)
        except CrmError as refusal:
            # Work in the background holds its state only while it says so.
            async with self if isinstance(self, StateProxy) else contextlib.nullcontext():
                self._refuse(refusal)
            return None

    return guarded


def _guarded_generator(fn: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(fn)
    async def guarded(self: AppState, *args: Any, **kwargs: Any) -> Any:
        try:
            async for step in fn(self, *args, **kwargs):
                yield step
        except CrmError as refusal:
            self._refuse(refusal)

    return guarded


def allowed(mark: str | Privilege | None, found: Asker | None) -> bool:
    """Whether an event with this mark may be sent by this asker; no mark, no entry."""
    if mark is None:
        return False
    if mark == PUBLIC:
        return True
    if found is None:
        return False
    return mark == SIGNED_IN or found.who.holds(Privilege(mark))


@functools.cache
def arguments_of(fn: Callable[..., Any]) -> type[BaseModel]:
    """A strict model of a handler's arguments; Reflex does not enforce type hints."""
    hints = get_type_hints(fn)
    wanted: dict[str, Any] = {
        p.name: (hints[p.name], ... if p.default is p.empty else p.default)
        for p in list(inspect.signature(fn).parameters.values())[1:]
    }
    return create_model(f"{fn.__qualname__} arguments", __config__=ConfigDict(extra="forbid", strict=True), **wanted)


_REFLEX = "reflex___state____"
#: Events of the framework itself that carry no business: the first packet, page loads, browser errors.
FRAMEWORK = frozenset(
    {
        f"{_REFLEX}state.hydrate",
        f"{_REFLEX}state.hydrate_and_load",
        f"{_REFLEX}state.set_is_hydrated",
        f"{_REFLEX}state.{_REFLEX}on_load_internal_state.on_load_internal",
        f"{_REFLEX}state.{_REFLEX}on_load_internal_state.set_is_hydrated",
        f"{_REFLEX}state.{_REFLEX}update_vars_internal_state.update_vars_internal",
        f"{_REFLEX}state.{_REFLEX}frontend_event_exception_state.handle_frontend_exception",
    }
)


class Gate(rx.Middleware):
    """Runs before every event, uploads, background and chained ones included."""

    async def preprocess(self, app: rx.App, state: rx.State, event: Event) -> StateUpdate | None:
        """None lets the event through; an update answers instead of it."""
        data = EventContext.get().router_data or {}
        found = await resolve(token_of(data.get("headers", {}).get("cookie", "")))
        _asker.set(found)
        app_state = await state.get_state(AppState)
        self._show_identity(state, app_state, found)
        if event.name in FRAMEWORK:
            return None
        handler = RegistrationContext.get().event_handlers[event.name].handler.fn
        if not allowed(getattr(handler, "__rxcrm_mark__", None), found):
            return await self._turn_away(app_state, found, data)
        try:
            checked = arguments_of(handler)(**event.payload)
        except ValidationError:
            log.warning("refused %s: arguments of the wrong type", event.name)
            app_state._say(N_("That request was not understood. Reload the page and try again."), "error")
            return StateUpdate(delta=await _delta_of(state))
        event.payload.update({name: getattr(checked, name) for name in event.payload})
        return None

    @staticmethod
    def _show_identity(state: rx.State, shown: AppState, found: Asker | None) -> None:
        """Let the page know who it is; a tab of somebody else, or of nobody, loses everything that it held."""
        if shown.user_id and (found is None or found.who.id != shown.user_id):
            state._get_root_state().reset()
        if found is None or shown._session == _stamp(found):
            return
        who = found.who
        shown.user_id, shown.user_name, shown.user_email = who.id, who.name, who.email
        shown.organisation_name, shown.first_weekday = found.organisation, found.first_weekday
        how = who.conventions
        shown.locale, shown.zone, shown.currency = how.locale, how.zone, how.currency
        shown.rights, shown.shape = rights_of(who), forms.shape_for(how, who.roles, who.columns)
        shown._session = _stamp(found)

    @staticmethod
    async def _turn_away(shown: AppState, found: Asker | None, data: dict[str, Any]) -> StateUpdate:
        if found is not None:
            shown._say(N_("You may not do that."), "error")
            return StateUpdate(delta=await _delta_of(shown))
        start = "/setup" if await db.look(setup.is_needed) else "/login"
        path = str(data.get("asPath") or "")
        after = (
            f"?next={path}"
            if start == "/login" and path.startswith("/") and path.split("?")[0] not in ("/", "/login", "/setup")
            else ""
        )
        return StateUpdate(events=Event.from_event_type(rx.redirect(start + after)))


def _stamp(found: Asker) -> str:
    """Changes whenever something that the page shows of its user changes."""
    return f"{found.session}:{hash((found.who, found.organisation, found.first_weekday, found.configuration))}"


async def _delta_of(state: rx.State) -> Any:
    """What this refusal changed, to be sent in place of the event's own update."""
    root = state._get_root_state()
    delta = await root._get_resolved_delta()
    root._clean()
    return delta


def rights_of(who: Who) -> dict[str, bool]:
    """What the frame shows or hides; hiding is for the eye, the gate and the records decide."""
    return {
        "administer": who.administrator,
        "import": who.holds(Privilege.IMPORT) and who.holds(Privilege.CREATE, "lead"),
        "export": who.holds(Privilege.EXPORT),
        **{
            f"{privilege.value}_{entity}": who.holds(privilege, entity)
            for entity in RECORDS
            for privilege in (Privilege.CREATE, Privilege.WRITE)
        },
    }


# -- doing it --------------------------------------------------------------------------------------------------------


async def look(fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Read something as the asker: `fn(act, …)` in a thread."""
    who = asker().who
    return await db.look(lambda session: fn(Act(session, who, db.now()), *args, **kwargs))


async def do(fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do something as the asker: `fn(act, …)` in one transaction, in a thread; then open tabs hear what changed."""
    who, topics = asker().who, set[str]()
    result = await db.run(lambda session: fn(Act(session, who, db.now(), topics), *args, **kwargs))
    if configuration.TOPIC in topics:
        forget()
    live.publish(topics)
    return result
