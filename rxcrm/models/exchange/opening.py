"""A source's server, with everything that is needed to ask it. Tokens that were renewed meanwhile are kept."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session

from rxcrm.models import db
from rxcrm.models.acting import act_as
from rxcrm.models.errors import NotAllowed
from rxcrm.models.exchange import accounts, registering, secrets
from rxcrm.models.exchange.carddav import CardDav
from rxcrm.models.exchange.contacts import Server, SignInAgain, Watch
from rxcrm.models.exchange.graph import Graph
from rxcrm.models.exchange.reaching import Line
from rxcrm.models.exchange.signing_in import MICROSOFT, App, AppTokens, Tokens
from rxcrm.models.exchange.tables import ContactSource
from rxcrm.translation import N_

NAMED = N_("Only administrators may fetch from a mailbox that is named by its address.")


@dataclass(frozen=True)
class _Access:
    """How a source is reached, and in whose name."""

    kind: str
    address: str
    account: str
    content: dict[str, str]
    administrator: bool
    app: App | None


@contextlib.contextmanager
def server(source_id: int, user_id: int, watch: Watch) -> Iterator[Server]:
    """The server of a source of this user. Raises Trouble, NotFound if the source is not his, NotAllowed if no longer for him."""
    access = db.transact(_access, source_id, user_id)
    if access.kind == accounts.CARDDAV:
        host = urlsplit(access.address).hostname or ""
        with Line(host, guarded=True, private=access.administrator) as line:
            yield CardDav(line, access.address, access.account, access.content.get("password", ""), watch)
        return
    assert access.app is not None
    with Line(MICROSOFT) as line:
        if access.address:
            yield Graph(line, AppTokens(access.app, line), watch, access.address)
            return
        cache = access.content.get("cache", "")
        if not cache:
            raise SignInAgain
        held = Tokens(access.app, line, cache)
        try:
            yield Graph(line, held, watch)
        finally:
            if held.changed:
                db.transact(_keep, source_id, cache, held.cache)


def _access(session: Session, source_id: int, user_id: int) -> _Access:
    act = act_as(session, user_id, db.now())
    source = accounts.find(act, source_id)
    if accounts.by_itself(source) and not act.who.administrator:
        # With the application's secret any mailbox opens; whoever named this one may have been an administrator then.
        raise NotAllowed(NAMED)
    app = registering.app(session) if source.kind == accounts.GRAPH else None
    content = secrets.unseal(source.secret)
    return _Access(source.kind, source.address, source.account, content, act.who.administrator, app)


def _keep(session: Session, source_id: int, before: str, cache: str) -> None:
    """Keep renewed tokens, unless somebody signed in anew meanwhile."""
    source = session.get(ContactSource, source_id)
    content = secrets.unseal(source.secret) if source else {}
    if source is not None and content.get("cache") == before:
        source.secret = secrets.seal({**content, "cache": cache})
