"""Contacts from any CardDAV server: finding its address books, and what changed in them (RFC 6352, 6578, 6764)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import unquote, urlsplit, urlunsplit

from rxcrm.models.exchange.contacts import Contact, Expired, Folder, Gone, News, Note, Same, Token, Trouble, Watch
from rxcrm.models.exchange.dav import CARD, DAV, Dav, Item, Multi, Refused
from rxcrm.models.exchange.outlook import SOURCE_ID
from rxcrm.models.exchange.reaching import Line, TooLarge
from rxcrm.models.exchange.tables import ID_LENGTH
from rxcrm.models.importing.grid import Unreadable
from rxcrm.models.importing.vcards import card_of
from rxcrm.translation import N_

#: vCards that are asked for at once.
AT_ONCE = 50
#: Address books of one account, and steps of one answer that the server gives in parts.
MOST_BOOKS, MOST_PARTS = 200, 1000
#: Seconds that are waited when the server is too busy, one after the other.
WAITS = (5, 15, 60)

#: What a card is called by every program, and whether it is a list of others.
_UID = re.compile(r"^UID(?:;[^:\r\n]*)?:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE)
_GROUP = re.compile(r"^(?:X-ADDRESSBOOKSERVER-)?KIND:\s*group\s*$", re.IGNORECASE | re.MULTILINE)
_WELL_KNOWN = "/.well-known/carddav"
_PRINCIPAL = (
    "d:current-user-principal",
    "d:principal-URL",
    "c:addressbook-home-set",
    "d:resourcetype",
    "d:displayname",
)
_HOMES, _BOOK = f"{CARD}addressbook-home-set", f"{CARD}addressbook"


class CardDav:
    """The address books of one account. Blocking; called in a thread."""

    def __init__(self, line: Line, address: str, user: str, password: str, watch: Watch) -> None:
        self.line, self.address, self.watch = line, address, watch
        self.dav = Dav(line, address, user, password)
        self._seconds = iter(WAITS)

    # -- finding address books --

    def folders(self) -> list[Folder]:
        """Every address book of the account, or the one that the address itself is."""
        start = self._start()
        if _BOOK in start.kinds():
            return [self._counted(start)]
        homes = start.links(_HOMES) or self._homes(start)
        found: dict[str, Item] = {}
        for home in homes:
            for item in self._listed(home):
                if _BOOK in item.kinds() and len(found) < MOST_BOOKS:
                    found.setdefault(item.url, item)
        return [self._counted(item) for item in found.values()]

    def _start(self) -> Item:
        """The first address that says whose it is: the one that was typed, or where RFC 6764 says that it is."""
        parts = urlsplit(self.address)
        known = urlunsplit((parts.scheme, parts.netloc, _WELL_KNOWN, "", ""))
        places = [self.address, known] if parts.path.strip("/") else [known, self.address]
        refusal: Refused | None = None
        for place in places:
            try:
                items = self._ask(lambda place=place: self.dav.propfind(place, 0, *_PRINCIPAL)).items  # type: ignore[misc]
            except Refused as no:
                if no.status in (401, 429) or no.status >= 500:
                    raise
                refusal = refusal or no
                continue
            for item in items:
                if _BOOK in item.kinds() or item.links(_HOMES) or item.links(f"{DAV}current-user-principal"):
                    return item
        raise refusal or Trouble(N_("%(server)s has no address books for this user."), server=self.line.server)

    def _homes(self, start: Item) -> list[str]:
        principal = (start.links(f"{DAV}current-user-principal") or start.links(f"{DAV}principal-URL") or [start.url])[
            0
        ]
        for item in self._ask(lambda: self.dav.propfind(principal, 0, "c:addressbook-home-set")).items:
            if homes := item.links(_HOMES):
                return homes
        raise Trouble(N_("%(server)s has no address books for this user."), server=self.line.server)

    def _listed(self, home: str) -> list[Item]:
        return self._ask(lambda: self.dav.propfind(home, 1, "d:resourcetype", "d:displayname")).items

    def _counted(self, book: Item) -> Folder:
        count = len(self._etags(book.url))
        name = book.text(f"{DAV}displayname") or unquote(urlsplit(book.url).path.rstrip("/").rpartition("/")[2])
        return Folder(_checked(book.url), name[:255], count)

    # -- contacts --

    def changes(self, folder: str, token: str, known: Mapping[str, str]) -> Iterator[News]:
        """What changed in an address book; by its sync-token where it has one, else by comparing versions."""
        self.dav.allow(folder)
        changed, gone, fresh = self._differences(folder, token)
        yield from (Gone(path) for path in gone)
        wanted = {}
        for path, etag in changed.items():
            if etag and known.get(path) == etag:
                yield Same(path, etag)
            else:
                wanted[path] = etag
        for group in _groups(list(wanted), AT_ONCE):
            yield from self._vcards(folder, group)
        yield Token(fresh, whole=not token)

    def _differences(self, book: str, token: str) -> tuple[dict[str, str], list[str], str]:
        """Paths with their versions, paths that are gone, and the next token (empty: the server has none)."""
        changed: dict[str, str] = {}
        gone: dict[str, None] = {}
        asked = token
        for _ in range(MOST_PARTS):
            try:
                part = self._ask(lambda asked=asked: self.dav.sync(book, asked))  # type: ignore[misc]
            except Refused as no:
                if asked and no.status in (400, 403, 409, 410, 412, 507) and _forgot(no):
                    raise Expired from None
                if not asked and no.status in (400, 403, 404, 405, 409, 415, 501):
                    return self._etags(book), [], ""  # it does not know this report
                raise
            for item in part.items:
                path = _path(item.url)
                if item.status == 404:
                    gone[path] = None
                    changed.pop(path, None)
                elif path != _path(book) and item.status == 200:
                    changed[path] = item.text(f"{DAV}getetag")
                    gone.pop(path, None)
            cut = any(item.status == 507 for item in part.items)
            if not part.token or (cut and part.token == asked):
                return (self._etags(book), [], "") if not token else (changed, list(gone), "")
            if not cut:
                return changed, list(gone), part.token
            asked = part.token
        raise Trouble(N_("%(server)s does not come to an end."), server=self.line.server)

    def _etags(self, book: str) -> dict[str, str]:
        """Every vCard of a book with its version."""
        items = self._ask(lambda: self.dav.propfind(book, 1, "d:getetag", "d:resourcetype")).items
        return {
            _path(item.url): item.text(f"{DAV}getetag")
            for item in items
            if _path(item.url) != _path(book) and f"{DAV}collection" not in item.kinds()
        }

    def _vcards(self, book: str, paths: list[str]) -> Iterator[News]:
        try:
            items = self._ask(lambda: self.dav.multiget(book, paths)).items
        except TooLarge:
            # One of them has a picture of many megabytes: it alone is left out.
            if len(paths) > 1:
                half = len(paths) // 2
                yield from self._vcards(book, paths[:half])
                yield from self._vcards(book, paths[half:])
            else:
                yield Note(
                    N_("“%(name)s” is too large and was left out."), {"name": unquote(paths[0].rpartition("/")[2])}
                )
            return
        answered = {_path(item.url): item for item in items}
        for path in paths:
            item = answered.get(path)
            if item is None or item.status == 404:
                continue  # somebody removed it meanwhile
            yield from self._contact(path, item)

    def _contact(self, path: str, item: Item) -> Iterator[News]:
        text, name = item.text(f"{CARD}address-data"), unquote(path.rpartition("/")[2])
        if _GROUP.search(text):
            return  # a list of contacts that are there themselves
        try:
            cells = card_of(text)
        except Unreadable:
            cells = {}
        if not cells:
            yield Note(N_("“%(name)s” is no contact that could be read, and was left out."), {"name": name})
            return
        called = (
            " ".join(filter(None, (cells.get("First Name"), cells.get("Last Name")))) or cells.get("Company") or name
        )
        etag = item.text(f"{DAV}getetag")[:200] or "1"
        yield Contact(path, etag, called[:160], {**cells, SOURCE_ID: _uid(text) or name})

    # -- asking --

    def _ask(self, ask: Callable[[], Multi]) -> Multi:
        """An answer; a server that is too busy is asked again later."""
        while True:
            self.watch.check()
            try:
                return ask()
            except Refused as no:
                seconds = next(self._seconds, 0) if no.status in (429, 503) else 0
                if not seconds:
                    raise
                self.watch.waits(seconds)


def _forgot(no: Refused) -> bool:
    return no.status in (410, 412) or "valid-sync-token" in no.wants or no.status in (403, 409, 507)


def _uid(text: str) -> str:
    found = _UID.search(text)
    return re.sub(r"\r?\n[ \t]", "", found[1]).strip() if found else ""


def _path(url: str) -> str:
    return _checked(urlsplit(url).path)


def _checked(text: str) -> str:
    if len(text) > ID_LENGTH:
        raise Trouble(N_("The names of this server are too long."))
    return text


def _groups(paths: list[str], size: int) -> Iterable[list[str]]:
    return (paths[start : start + size] for start in range(0, len(paths), size))
