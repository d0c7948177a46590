"""Contacts of a mailbox in Exchange Online through Microsoft Graph: folders, pages, throttling, delta."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from rxcrm.models.exchange.contacts import (
    Contact,
    Expired,
    Folder,
    Gone,
    News,
    SignInAgain,
    Token,
    Trouble,
    Watch,
)
from rxcrm.models.exchange.outlook import cells_of
from rxcrm.models.exchange.reaching import Answer, Line
from rxcrm.models.exchange.signing_in import MICROSOFT, graph_root
from rxcrm.models.exchange.tables import ID_LENGTH
from rxcrm.translation import N_

#: Contacts of a page.
PAGE = 200
#: Folders that are looked into, and how deep below one another.
MOST_FOLDERS, DEEPEST = 500, 10
#: Pages without a single contact in a row after which Graph is not believed any more.
MOST_EMPTY = 50
#: Seconds that are waited at once and in all when Graph asks for it.
LONGEST_WAIT, WAITS_IN_ALL = 300, 1800
#: Seconds before a server error is taken for one.
RETRIES = (2, 5, 15)

#: The fields that are asked for; a contact has more.
FIELDS = (
    "id,changeKey,displayName,givenName,middleName,surname,title,generation,nickName,companyName,department,jobTitle,"
    "officeLocation,profession,businessHomePage,assistantName,manager,spouseName,birthday,personalNotes,categories,"
    "emailAddresses,businessPhones,homePhones,mobilePhone,businessAddress,homeAddress,otherAddress"
)
_STRANGE = N_("Microsoft 365 did not answer as it should.")


class HasTokens(Protocol):
    """Who knows an access token, and a new one where that is not accepted."""

    def get(self, anew: bool = False) -> str: ...


class Graph:
    """One mailbox: that of whoever signed in, or the one named `mailbox`. Blocking; called in a thread."""

    def __init__(self, line: Line, tokens: HasTokens, watch: Watch, mailbox: str = "") -> None:
        self.line, self.tokens, self.watch = line, tokens, watch
        self.root = graph_root() + (f"/users/{quote(mailbox, safe='@')}" if mailbox else "/me")
        self._token = ""
        self._waited = 0.0

    # -- folders --

    def folders(self) -> list[Folder]:
        """The default folder first (Graph does not list it), then the others with those below them."""
        found: list[Folder] = []
        first = self._page(f"{self.root}/contacts?$top=1&$count=true&$select=id,parentFolderId")
        inside = first["value"][0].get("parentFolderId") if first["value"] else ""
        if inside:
            told = self._get(f"{self.root}/contactFolders/{quote(inside, safe='')}?$select=id,displayName")
            found.append(Folder(_id(told), _text(told, "displayName"), _count(first)))
        self._below(f"{self.root}/contactFolders", found, "", 0)
        return found

    def _below(self, url: str, found: list[Folder], above: str, depth: int) -> None:
        for raw in self._pages(f"{url}?$top=100&$select=id,displayName"):
            if len(found) >= MOST_FOLDERS or any(known.id == raw.get("id") for known in found):
                continue
            here = f"{self.root}/contactFolders/{quote(_id(raw), safe='')}"
            counted = self._page(f"{here}/contacts?$top=1&$count=true&$select=id")
            name = above + _text(raw, "displayName")
            found.append(Folder(_id(raw), name, _count(counted)))
            if depth < DEEPEST:
                self._below(f"{here}/childFolders", found, f"{name} / ", depth + 1)

    # -- contacts --

    def changes(self, folder: str, token: str, known: Mapping[str, str]) -> Iterator[News]:
        """What changed in a folder since the delta link `token`, or all of it."""
        url = token or f"{self.root}/contactFolders/{quote(folder, safe='')}/contacts/delta?$select={FIELDS}"
        empty = 0
        while True:
            page = self._page(url)
            empty = 0 if page["value"] else empty + 1
            yield from map(_news, page["value"])
            url, last = page.get("@odata.nextLink", ""), page.get("@odata.deltaLink", "")
            if last:
                self._ours(last)
                yield Token(last, whole=not token)
                return
            if not url or empty > MOST_EMPTY:
                raise Trouble(_STRANGE)

    def _pages(self, url: str) -> Iterator[dict[str, Any]]:
        empty = 0
        while url:
            page = self._page(url)
            empty = 0 if page["value"] else empty + 1
            if empty > MOST_EMPTY:
                raise Trouble(_STRANGE)
            yield from page["value"]
            url = page.get("@odata.nextLink", "")

    # -- asking --

    def _page(self, url: str) -> dict[str, Any]:
        page = self._get(url)
        rows = page.get("value")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Trouble(_STRANGE)
        return page

    def _get(self, url: str) -> dict[str, Any]:
        self._ours(url)
        renewed, failed = False, 0
        while True:
            self.watch.check()
            self._token = self._token or self.tokens.get()
            answer = self.line.send("GET", url, headers=self._headers())
            if answer.status == 200:
                return _object(answer)
            if answer.status == 401 and not renewed:
                renewed, self._token = True, self.tokens.get(anew=True)
                continue
            asked = _retry_after(answer)
            if answer.status == 429 or (answer.status == 503 and asked is not None):
                self._wait(asked if asked is not None else 30)
            elif answer.status >= 500 and failed < len(RETRIES):
                failed += 1
                self._wait(RETRIES[failed - 1])
            else:
                raise _refusal(answer)

    def _headers(self) -> dict[str, str]:
        return {
            "authorization": f"Bearer {self._token}",
            "accept": "application/json",
            # Ids stay the same when a contact moves to another folder.
            "prefer": f'odata.maxpagesize={PAGE}, IdType="ImmutableId"',
        }

    def _wait(self, seconds: float) -> None:
        self._waited += seconds
        if seconds > LONGEST_WAIT or self._waited > WAITS_IN_ALL:
            raise Trouble(N_("Microsoft 365 is too busy at the moment. Try again later."))
        self.watch.waits(seconds)

    def _ours(self, url: str) -> None:
        """Links come out of answers, and with them goes the token: only to where Graph is."""
        here, there = urlsplit(graph_root()), urlsplit(str(url))
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise Trouble(_STRANGE)


# -- answers ---------------------------------------------------------------------------------------------------------


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Trouble(_STRANGE)
    return found


def _news(raw: dict[str, Any]) -> News:
    if "@removed" in raw:
        return Gone(_id(raw))
    cells = cells_of(raw)
    return Contact(
        _id(raw), str(raw.get("changeKey") or raw.get("@odata.etag") or "1")[:200], _text(raw, "displayName"), cells
    )


def _id(raw: dict[str, Any]) -> str:
    found = raw.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= ID_LENGTH:
        raise Trouble(_STRANGE)
    return found


def _text(raw: dict[str, Any], name: str) -> str:
    return str(raw.get(name) or "")[:160]


def _count(page: dict[str, Any]) -> int:
    found = page.get("@odata.count")
    return found if isinstance(found, int) and 0 <= found < 2**31 else len(page["value"])


def _retry_after(answer: Answer) -> float | None:
    """Seconds that the server asks for; it may name a time instead."""
    text = answer.headers.get("retry-after", "")
    if text.isdecimal():
        return float(text[:10])
    try:
        return max(0.0, (parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _refusal(answer: Answer) -> Trouble:
    """What an error of Graph means, in a sentence."""
    try:
        code = str(json.loads(answer.body)["error"]["code"])[:60]
    except (ValueError, KeyError, TypeError, RecursionError):
        code = str(answer.status)
    if answer.status == 401:
        return SignInAgain()
    if answer.status == 410 or code in ("SyncStateNotFound", "syncStateNotFound", "SyncStateInvalid", "resyncRequired"):
        return Expired()
    if answer.status == 403:
        return Trouble(
            N_("Microsoft 365 does not let this sign-in read contacts: the permission Contacts.Read is missing.")
        )
    if code in ("ErrorInvalidUser", "Request_ResourceNotFound", "ResourceNotFound", "MailboxNotEnabledForRESTAPI"):
        return Trouble(N_("There is no such mailbox in Exchange Online."))
    if answer.status == 404:
        return Trouble(N_("This folder is no longer there. Look for folders again."))
    if answer.status >= 500:
        return Trouble(
            N_("%(server)s has an error of its own (%(status)s). Try again later."),
            server=MICROSOFT,
            status=answer.status,
        )
    return Trouble(N_("Microsoft 365 refused this (%(code)s)."), code=code)
