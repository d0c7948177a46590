"""Servers of addresses are asked here, and nowhere else: from the server, politely, bounded in time and size, never by browsers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from urllib.parse import urlencode, urlsplit

from rxcrm.models.addresses.reading import Suggestion, read
from rxcrm.models.addresses.tables import Source, SourceKind
from rxcrm.models.errors import CrmError
from rxcrm.models.exchange import secrets
from rxcrm.models.exchange.contacts import Trouble
from rxcrm.models.exchange.reaching import Answer, Bounds, Line, Unsafe
from rxcrm.models.searching import fold
from rxcrm.translation import N_

#: Seconds for an answer as a whole, and its bytes: a suggestion that comes later is of no use.
BOUNDS = Bounds(connect=2.0, silence=3.0, longest=4.0, largest=1024 * 1024)
#: Nominatim's policy: at most one request a second, by whom it is asked in the header.
EVERY: dict[SourceKind, float] = {SourceKind.NOMINATIM: 1.0}
AGENT = "rxcrm (address suggestions; CRM)"
#: Seconds that somebody waits for his turn, for which answers are remembered, and for which a server that failed rests.
PATIENCE, REMEMBERED, REST, LONGEST_REST = 2.0, 600.0, 10.0, 120.0
#: Answers that are remembered, and what one user may ask in a minute.
MOST_REMEMBERED, A_MINUTE = 500, 60
#: Languages in which Photon answers; in others it answers in those of the places.
PHOTON_LANGUAGES = ("en", "de", "fr", "it")


class Busy(CrmError):
    """Too much is asked at this moment; a letter later there may be room."""

    message = N_("Too many addresses are asked for at this moment.")


class Failed(CrmError):
    """The server answered, and not with addresses; the sentence is for administrators."""


class _Desk:
    """What one process knows of the servers: lines to them, whose turn it is, what they answered, how long they rest."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lines: dict[tuple[SourceKind, str], Line] = {}
        self.free_at: dict[str, float] = {}
        self.rests_until: dict[str, float] = {}
        self.answers: OrderedDict[tuple[Source, str, str], tuple[float, list[Suggestion]]] = OrderedDict()
        self.asked: dict[int, deque[float]] = {}


_desk = _Desk()


def forget() -> None:
    """Know nothing of any server."""
    global _desk
    _desk = _Desk()


def suggestions(source: Source, text: str, language: str, user_id: int) -> list[Suggestion]:
    """What a server suggests, from memory where it was asked the same before. Raises Busy, Failed, Trouble, NoAnswer."""
    desk, place, now = _desk, (source, language, fold(text)), time.monotonic()
    with desk.lock:
        known = desk.answers.get(place)
        if known and now - known[0] < REMEMBERED:
            desk.answers.move_to_end(place)
            return known[1]
        if desk.rests_until.get(source.base, 0) > now:
            raise Busy
        _count(desk, user_id, now)
    try:
        found = ask(source, text, language, _key(source))
    except Busy:
        raise
    except (Trouble, CrmError) as problem:
        with desk.lock:
            rest = min(getattr(problem, "rest", REST), LONGEST_REST)
            desk.rests_until[source.base] = time.monotonic() + rest
        raise
    with desk.lock:
        desk.answers[place] = (time.monotonic(), found)
        while len(desk.answers) > MOST_REMEMBERED:
            desk.answers.popitem(last=False)
    return found


def _count(desk: _Desk, user_id: int, now: float) -> None:
    """Raises Busy where somebody asks more than anybody types."""
    times = desk.asked.setdefault(user_id, deque())
    while times and now - times[0] > 60:
        times.popleft()
    if len(times) >= A_MINUTE:
        raise Busy
    times.append(now)


def _key(source: Source) -> str:
    return str(secrets.unseal(source.key).get("key", "")) if source.kind is SourceKind.AZURE else ""


def ask(source: Source, text: str, language: str, key: str) -> list[Suggestion]:
    """One request, when it is its turn, and what it brought. Raises Busy, Failed, Trouble, NoAnswer."""
    _wait_for_turn(source)
    headers = {"accept": "application/json", "accept-language": language, "user-agent": AGENT}
    if source.kind is SourceKind.AZURE:
        headers["subscription-key"] = key  # in the header, for addresses stand in logs
    try:
        answer = _line(source).send("GET", _address(source, text, language), headers=headers)
    except Unsafe:
        raise Failed(
            N_("“%(host)s” is no address that may be asked."), host=urlsplit(source.base).hostname or ""
        ) from None
    finally:
        _count_turn(source)
    _require_good(source, answer)
    return read(source.kind, answer.body, text, language)


def _address(source: Source, text: str, language: str) -> str:
    if source.kind is SourceKind.PHOTON:
        asked = {"q": text, "limit": "10"}
        asked |= {"lang": language} if language in PHOTON_LANGUAGES else {}
        return f"{source.base}/api?{urlencode(asked)}"
    if source.kind is SourceKind.NOMINATIM:
        asked = {"q": text, "format": "jsonv2", "addressdetails": "1", "limit": "10", "accept-language": language}
        return f"{source.base}/search?{urlencode(asked)}"
    asked = {"api-version": "1.0", "query": text, "typeahead": "true", "limit": "10", "language": language}
    return f"{source.base}/search/address/json?{urlencode(asked)}"


def _line(source: Source) -> Line:
    place = source.kind, source.base
    with _desk.lock:
        if place not in _desk.lines:
            for old in _desk.lines.values():
                old.close()
            server = urlsplit(source.base).hostname or source.base
            # Without a key nothing secret goes over the line: within one's own network http will do.
            plain = source.kind is not SourceKind.AZURE
            _desk.lines = {place: Line(server, guarded=True, private=True, plain=plain, bounds=BOUNDS)}
        return _desk.lines[place]


def _wait_for_turn(source: Source) -> None:
    pause = EVERY.get(source.kind, 0.0)
    if not pause:
        return
    with _desk.lock:
        now = time.monotonic()
        turn = max(now, _desk.free_at.get(source.base, 0.0))
        if turn - now > PATIENCE:
            raise Busy
        _desk.free_at[source.base] = turn + pause
    time.sleep(turn - now)


def _count_turn(source: Source) -> None:
    """The pause between two requests counts from the end of the first."""
    if pause := EVERY.get(source.kind, 0.0):
        with _desk.lock:
            _desk.free_at[source.base] = max(_desk.free_at.get(source.base, 0.0), time.monotonic() + pause)


def _require_good(source: Source, answer: Answer) -> None:
    """Raises Failed for every answer that is none."""
    server, status = urlsplit(source.base).hostname or "", answer.status
    if status == 200:
        return
    if status in (401, 403):
        text = (
            N_("%(server)s refuses the key.")
            if source.kind is SourceKind.AZURE
            else N_("%(server)s refuses to answer.")
        )
        raise Failed(text, server=server)
    if 300 <= status < 400:
        to = answer.headers.get("location", "")[:200]
        raise Failed(N_("%(server)s refers to another address, which is not asked: %(to)s"), server=server, to=to)
    if status == 404:
        raise Failed(N_("%(server)s answers, but there is nothing at this address. Check its path."), server=server)
    if status == 429:
        problem = Failed(N_("%(server)s is asked too often and wants a pause."), server=server)
        after = answer.headers.get("retry-after", "")
        problem.rest = float(after) if after.isascii() and after.isdecimal() and len(after) < 5 else REST  # type: ignore[attr-defined]
        raise problem
    raise Failed(N_("%(server)s answers with an error (%(status)s)."), server=server, status=status)
