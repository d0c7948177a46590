"""HTTP to servers that users name: encrypted, bounded in size and time, never into places that are nobody's business."""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from rxcrm.models.errors import NotAllowed
from rxcrm.models.exchange.contacts import Trouble
from rxcrm.settings import BadSetting, settings
from rxcrm.translation import N_

#: Seconds until a connection stands, between two pieces of an answer, and for an answer as a whole.
CONNECT, SILENCE, LONGEST = 15.0, 30.0, 120.0
#: Bytes of one answer.
LARGEST = 32 * 1024 * 1024
AGENT = "rxcrm"

#: Addresses that no server of contacts has, but that machines in clouds answer on (metadata), and that mean nobody.
_NEVER = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "169.254.0.0/16", "100.100.100.200/32", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::/32", "fd20:ce::/32",
    )
]  # fmt: skip

# What these write into the log at "info" and "debug" are addresses with tokens in them, and headers.
for _name, _level in (("httpx", logging.WARNING), ("httpcore", logging.WARNING), ("msal", logging.CRITICAL)):
    logging.getLogger(_name).setLevel(_level)


class Network(Trouble):
    """No answer came, or only half of one; the next time it may."""


class TooLarge(Trouble):
    """An answer of more bytes than are read."""

    message = N_("The answer of %(server)s is larger than %(n)s MB. Nothing of it was taken.")


class Unsafe(Trouble):
    """An address that is not asked."""


@dataclass(frozen=True)
class Bounds:
    """How long an answer may take, in seconds, and how many bytes it may have."""

    connect: float = CONNECT
    silence: float = SILENCE
    longest: float = LONGEST
    largest: int = LARGEST


@dataclass(frozen=True)
class Answer:
    """What a server said; its body is whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Line:
    """Requests to one party, which is called `server` in sentences. To be closed.

    With `guarded` the addresses behind a name are looked at before each connection, and private ones are only asked
    with `private`, without encryption only where `plain` allows it; else the addresses are the operator's choice, and
    may lie behind a proxy.
    """

    def __init__(
        self,
        server: str,
        *,
        guarded: bool = False,
        private: bool = False,
        plain: bool = False,
        bounds: Bounds | None = None,
    ) -> None:
        self.server = server
        # As they are at the moment.
        self.bounds = bounds or Bounds(CONNECT, SILENCE, LONGEST, LARGEST)
        context = trusted()
        transport = _Guarded(server, context, private, plain) if guarded else None
        self.client = httpx.Client(
            verify=context,
            transport=transport,
            timeout=httpx.Timeout(self.bounds.silence, connect=self.bounds.connect),
            headers={"user-agent": AGENT},
            follow_redirects=False,
        )

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.close()

    def close(self) -> None:
        """End all connections."""
        self.client.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """One request and its whole answer, whatever its status. Raises Trouble with a sentence of its own."""
        until = time.monotonic() + self.bounds.longest
        with self._sentences():
            login = httpx.BasicAuth(*auth) if auth else None
            with self.client.stream(method, url, headers=headers, content=content, auth=login) as answer:
                return Answer(answer.status_code, answer.headers, self._body(answer, until), str(answer.url))

    def _body(self, answer: httpx.Response, until: float) -> bytes:
        announced = answer.headers.get("content-length", "")
        largest = self.bounds.largest
        if announced.isdecimal() and int(announced[:20]) > largest:
            raise TooLarge(server=self.server, n=largest // 1024 // 1024)
        body = bytearray()
        # Unpacked piece by piece: a small answer may unpack to a large one.
        for piece in answer.iter_bytes(64 * 1024):
            body += piece
            if len(body) > largest:
                raise TooLarge(server=self.server, n=largest // 1024 // 1024)
            if time.monotonic() > until:
                raise httpx.ReadTimeout("too slow")
        return bytes(body)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException:
            raise Network(N_("%(server)s takes too long to answer. Try again later."), server=self.server) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise Trouble(N_("This is not an address of a server.")) from None
        except (httpx.HTTPError, ssl.SSLError, OSError) as problem:
            raise self._told(problem) from None

    def _told(self, problem: BaseException) -> Trouble:
        for cause in _causes(problem):
            if isinstance(cause, ssl.SSLCertVerificationError):
                return Trouble(
                    N_("%(server)s cannot be trusted: its certificate is not valid (%(reason)s)."),
                    server=self.server,
                    reason=cause.verify_message,
                )
            if isinstance(cause, ssl.SSLError):
                return Trouble(N_("No encrypted connection to %(server)s could be made."), server=self.server)
            if isinstance(cause, socket.gaierror):
                return Trouble(N_("There is no server called %(server)s."), server=self.server)
        if isinstance(problem, httpx.ConnectError):
            return Network(N_("%(server)s cannot be reached."), server=self.server)
        return Network(N_("The connection to %(server)s broke."), server=self.server)


def _causes(problem: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = problem
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def trusted() -> ssl.SSLContext:
    """Whose certificates are accepted: those that the system trusts, and those of RXCRM_CA_FILE."""
    context = ssl.create_default_context()
    if path := settings().ca_file:
        try:
            context.load_verify_locations(path)
        except (OSError, ssl.SSLError):
            raise BadSetting(f"RXCRM_CA_FILE names no file with certificates: {path}") from None
    return context


class _Guarded(httpx.BaseTransport):
    """Looks up a host itself, refuses what must not be asked, and connects to exactly the address that it looked at."""

    def __init__(self, server: str, context: ssl.SSLContext, private: bool, plain: bool) -> None:
        self.server, self.private, self.plain = server, private, plain
        self.inner = httpx.HTTPTransport(verify=context)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        found = addresses(url.host, url.port or (443 if url.scheme == "https" else 80), private=self.private)
        if (
            request.url.scheme == "http"
            and not self.plain
            and not all(ipaddress.ip_address(a).is_loopback for a in found)
        ):
            raise Unsafe(
                N_("%(server)s is only asked over https, so that nobody can read the password."), server=url.host
            )
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        for number, address in enumerate(found, start=1):
            request.url = url.copy_with(host=address)
            try:
                answer = self.inner.handle_request(request)
            except httpx.ConnectError:
                if number == len(found):
                    raise
            else:
                request.url = url
                return answer
        raise httpx.ConnectError("no address")

    def close(self) -> None:
        self.inner.close()


def addresses(host: str, port: int, *, private: bool) -> list[str]:
    """The IP addresses of a host that may be asked.

    Raises Unsafe for what is link-local, multicast or a cloud's metadata; NotAllowed for private networks unless
    `private`. One such address among others is enough: names that mean several places are not to be trusted.
    """
    found = dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    for text in found:
        address: Any = ipaddress.ip_address(text.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        if any(address.version == net.version and address in net for net in _NEVER):
            raise Unsafe(N_("“%(host)s” is not the address of a server of contacts."), host=host)
        if not private and not address.is_global:
            raise NotAllowed(
                N_("“%(host)s” is in a private network. Only administrators may set up such servers."), host=host
            )
    return list(found)
