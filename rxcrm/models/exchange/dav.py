"""WebDAV as far as address books need it: requests in XML, answers with several statuses (RFC 4918, 6578, 6352)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from rxcrm.models.exchange.contacts import Trouble
from rxcrm.models.exchange.reaching import Answer, Line
from rxcrm.translation import N_

DAV, CARD = "{DAV:}", "{urn:ietf:params:xml:ns:carddav}"
#: Redirects that are followed for one request.
MOST_REDIRECTS = 5
#: Hosts that spread one account over several servers: the password may go to those below them.
FAMILIES = ("icloud.com",)

_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
_SPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"'
STRANGE = N_("%(server)s does not answer as an address book server should.")


@dataclass
class Item:
    """One resource of an answer: its path, its own status, and the properties that it has."""

    url: str
    status: int = 200
    found: dict[str, Element] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The text of a property."""
        element = self.found.get(name)
        return (element.text or "").strip() if element is not None else ""

    def kinds(self) -> set[str]:
        """What the resource is."""
        element = self.found.get(f"{DAV}resourcetype")
        return {child.tag for child in element} if element is not None else set()

    def links(self, name: str) -> list[str]:
        """Addresses that a property names."""
        element = self.found.get(name)
        hrefs = element.findall(f"{DAV}href") if element is not None else []
        return [urljoin(self.url, (href.text or "").strip()) for href in hrefs if (href.text or "").strip()]


@dataclass
class Multi:
    """An answer about several resources."""

    url: str
    items: list[Item]
    token: str = ""


class Refused(Trouble):
    """The server said no; `status` and `wants` (the condition that was not met) tell more."""

    def __init__(self, message: str, *, status: int, wants: str = "", **values: object) -> None:
        self.status, self.wants = status, wants
        super().__init__(message, status=status, **values)


class Dav:
    """Requests with a password that goes to one host only."""

    def __init__(self, line: Line, address: str, user: str, password: str) -> None:
        self.line, self.user, self.password = line, user, password
        self.home = urlsplit(address)

    def propfind(self, url: str, depth: int, *names: str) -> Multi:
        """Properties of a resource, with depth 1 of those in it too. Names as `c:addressbook-home-set`."""
        props = "".join(f"<{name}/>" for name in names)
        return self._ask("PROPFIND", url, depth, f"<d:propfind {_SPACES}><d:prop>{props}</d:prop></d:propfind>")

    def sync(self, url: str, token: str) -> Multi:
        """What changed in a collection since a token, or with none everything that is there."""
        body = (
            f"<d:sync-collection {_SPACES}><d:sync-token>{escape(token)}</d:sync-token><d:sync-level>1</d:sync-level>"
            "<d:prop><d:getetag/></d:prop></d:sync-collection>"
        )
        return self._ask("REPORT", url, 0, body)

    def multiget(self, url: str, paths: list[str]) -> Multi:
        """The vCards of some resources of an address book."""
        hrefs = "".join(f"<d:href>{escape(path)}</d:href>" for path in paths)
        body = f"<c:addressbook-multiget {_SPACES}><d:prop><d:getetag/><c:address-data/></d:prop>{hrefs}</c:addressbook-multiget>"
        return self._ask("REPORT", url, 1, body)

    def _ask(self, method: str, url: str, depth: int, body: str) -> Multi:
        headers = {
            "depth": str(depth),
            "content-type": "application/xml; charset=utf-8",
            "accept": "application/xml, text/xml",
        }
        answer = self._follow(method, url, headers, (_HEAD + body).encode())
        if answer.status != 207:
            raise self._refusal(answer)
        root = self._xml(answer)
        token = (root.findtext(f"{DAV}sync-token") or "").strip()
        return Multi(answer.url, list(self._items(root, answer.url)), token)

    def _follow(self, method: str, url: str, headers: dict[str, str], content: bytes) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            self.allow(url)
            login = (self.user, self.password) if self.user or self.password else None
            answer = self.line.send(method, url, headers=headers, content=content, auth=login)
            if answer.status not in (301, 302, 303, 307, 308) or not answer.headers.get("location"):
                return answer
            url = urljoin(url, answer.headers["location"])
        raise Trouble(STRANGE, server=self.line.server)

    def allow(self, url: str) -> None:
        """Raises Trouble for an address that the password must not go to."""
        there = urlsplit(url)
        same = (there.scheme, there.netloc) == (self.home.scheme, self.home.netloc)
        host, home = there.hostname or "", self.home.hostname or ""
        # From http to https of the same host is a step up; another port of it is another server.
        upgraded = (self.home.scheme, there.scheme) == ("http", "https") and host == home and not there.port
        related = there.scheme == "https" and any(
            host.endswith(f".{family}") and home.endswith(f".{family}") for family in FAMILIES
        )
        if not (same or upgraded or related):
            raise Trouble(
                N_(
                    "%(server)s leads on to %(host)s, where your password is not sent by itself. If you trust that server, enter its address instead."
                ),
                server=self.line.server,
                host=there.netloc or url[:100],
            )

    def _xml(self, answer: Answer) -> Element:
        try:
            root: Element = fromstring(answer.body, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            raise Trouble(STRANGE, server=self.line.server) from None
        return root

    def _items(self, root: Element, base: str) -> Iterator[Item]:
        for response in root.findall(f"{DAV}response"):
            own = _status(response.findtext(f"{DAV}status"))
            found: dict[str, Element] = {}
            for part in response.findall(f"{DAV}propstat"):
                if _status(part.findtext(f"{DAV}status")) == 200:
                    found |= {element.tag: element for props in part.findall(f"{DAV}prop") for element in props}
            for href in response.findall(f"{DAV}href"):
                yield Item(urljoin(base, (href.text or "").strip()), own, found)

    def _refusal(self, answer: Answer) -> Trouble:
        server = self.line.server
        if answer.status == 401:
            return Refused(N_("%(server)s does not accept the user name or the password."), status=401, server=server)
        if answer.status == 403:
            wants = answer.body[:4000].decode("utf-8", "replace")
            return Refused(
                N_("%(server)s does not let you see this address book."), status=403, wants=wants, server=server
            )
        if answer.status in (429, 503):
            return Refused(
                N_("%(server)s is too busy at the moment. Try again later."), status=answer.status, server=server
            )
        if answer.status >= 500:
            message = N_("%(server)s has an error of its own (%(status)s). Try again later.")
            return Refused(message, status=answer.status, server=server)
        wants = answer.body[:4000].decode("utf-8", "replace")
        message = N_("There is no address book server at this address of %(server)s (%(status)s).")
        return Refused(message, status=answer.status, wants=wants, server=server)


def _status(line: str | None) -> int:
    parts = (line or "").split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else 200
