"""What administrators shape (fields, option lists, forms, views …), as this process knows it: one immutable snapshot.

It lies in tables. `organisation.configuration` counts its changes; whoever finds out who is acting compares that number
with the one of the snapshot and has it read anew where they differ (`see`), so that every process follows: the server's,
the worker's, those of imports and exports, the command line's. A unit of work sees one snapshot from its beginning to
its end, whatever others change meanwhile. Tables come later than this module: they add their part with `reads`.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import Engine, event, select, update
from sqlmodel import Session

if TYPE_CHECKING:
    from rxcrm.models.records import Act

F = TypeVar("F", bound=Callable[..., Any])

#: What open tabs hear when an administrator has changed something (rxcrm.state.live).
TOPIC = "configuration"
#: The number of a snapshot that nobody has read, so that it differs from every number that there is.
UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything that administrators have shaped, as of one number; an empty part is as it was shipped."""

    number: int = 0
    parts: Mapping[str, Any] = field(default_factory=dict)

    def part(self, name: str) -> Any:
        """One part, as its reader made it; an empty mapping for what nobody has shaped."""
        return self.parts.get(name, _NOTHING)


_NOTHING: Mapping[str, Any] = {}
_readers: dict[str, Callable[[Session], Any]] = {}
_caches: list[Callable[[], None]] = []
_latest = Snapshot()
_turn = threading.Lock()


class _Held(threading.local):
    """The snapshot that the unit of work of this thread sees; `alone` where nobody else may see it yet."""

    snapshot: Snapshot | None = None
    alone = False


_held = _Held()


def current() -> Snapshot:
    """The snapshot of this unit of work; outside of one the newest that this process has read."""
    return _held.snapshot or _latest


def reads(part: str) -> Callable[[F], F]:
    """Let a function of the session read a part of the snapshot; what it gives must never be changed."""

    def register(reader: F) -> F:
        _readers[part] = reader
        return reader

    return register


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let everything in this thread see the snapshot of now until the end of the block, unless it reads a newer one itself."""
    before, _held.snapshot, alone = _held.snapshot, current(), _held.alone
    try:
        yield
    finally:
        _held.snapshot, _held.alone = before, alone


def reread(session: Session) -> None:
    """Let this unit of work, and nobody else yet, see what it has changed itself; only where a snapshot is `held`."""
    assert _held.snapshot is not None, "a unit of work holds its snapshot"
    session.flush()
    _held.snapshot, _held.alone = _parts_of(session, number(session)), True


def see(session: Session, number: int) -> None:
    """Follow the configuration to this number of `organisation.configuration`; costs nothing where it is known already."""
    if current().number == number:
        return
    if _held.alone:  # it may be taken back: others must not come to know it
        _held.snapshot = _parts_of(session, number)
        return
    with _turn:
        if _latest.number != number:
            _read(session, number)
    if _held.snapshot is not None:
        _held.snapshot = _latest


def refresh(session: Session) -> None:
    """Follow the configuration in a process that has just begun, before anybody asks who is acting."""
    see(session, number(session))


def number(session: Session) -> int:
    """How often the configuration has been changed."""
    from rxcrm.models.people import Organisation  # tables need this module first

    counted: Any = Organisation
    return session.scalar(select(counted.configuration).limit(1)) or 0


def _read(session: Session, number: int) -> None:
    _replace(_parts_of(session, number))


def _parts_of(session: Session, number: int) -> Snapshot:
    with session.no_autoflush:
        return Snapshot(number, {name: reader(session) for name, reader in _readers.items()} if number else {})


def _replace(snapshot: Snapshot) -> None:
    global _latest
    _latest = snapshot
    for forget in _caches:
        forget()


def reset() -> None:
    """Know nothing: another database is another configuration."""
    with _turn:
        _replace(Snapshot(UNKNOWN if _latest.number else 0))


def lock(act: Act) -> None:
    """Let nobody else change the configuration until this unit of work ends: of two administrators the second one waits."""
    from rxcrm.models.people import Organisation  # tables need this module first

    counted: Any = Organisation
    act.session.execute(select(counted.id).with_for_update())


def changed(act: Act) -> None:
    """Count a change of the configuration, made in this unit of work; when it is committed, everybody follows.

    The row of the organisation stays locked until then: of two administrators at once the second one waits.
    """
    act.topics |= count(act.session)
    act.session.refresh(act.organisation, ["configuration"])


def count(session: Session) -> set[str]:
    """`changed` for work in the background, where nobody acts; returns the topics to be told."""
    from rxcrm.models.people import Organisation  # tables need this module first

    session.flush()
    counted: Any = Organisation
    session.execute(
        update(Organisation).values(configuration=counted.configuration + 1),
        execution_options={"synchronize_session": False},
    )
    if not session.info.get(TOPIC):
        session.info[TOPIC] = True
        event.listen(session, "after_commit", _follow)
        event.listen(session, "after_rollback", _doubt)
    return {TOPIC}


def _follow(session: Session) -> None:
    """The change is committed: this process sees it at once, not only when somebody is next asked who he is."""
    if session.in_nested_transaction():  # the end of a savepoint is no commit yet
        return
    engine = cast(Engine, session.get_bind()).execution_options(writes=False, reads=True)
    with _turn, Session(engine) as other:
        _read(other, number(other))


def _doubt(_session: Session) -> None:
    """Taken back: what may have been read before that is read again as soon as somebody is asked who he is."""
    with _turn:
        _replace(Snapshot(UNKNOWN, _latest.parts))


def forgets(cache: F) -> F:
    """A function's `functools.cache` or `lru_cache`, kept apart for each snapshot and emptied when there is a new one.

    Put it above the cache's own decorator wherever the answer depends on the configuration.
    """
    inner = cast(Any, cache)
    if hasattr(cache, "kept_apart"):
        return cache

    def anew(_snapshot: Snapshot, *args: Any, **kwargs: Any) -> Any:
        return inner.__wrapped__(*args, **kwargs)

    kept = functools.lru_cache(inner.cache_parameters()["maxsize"])(anew)

    @functools.wraps(inner.__wrapped__)
    def asked(*args: Any, **kwargs: Any) -> Any:
        return kept(current(), *args, **kwargs)

    asked.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
    asked.kept_apart = True  # type: ignore[attr-defined]
    _caches.append(kept.cache_clear)
    return cast(F, asked)
