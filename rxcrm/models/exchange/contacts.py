"""What a folder tells, whichever server it is on: contacts, contacts that are gone, where to go on next time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rxcrm.models.errors import CrmError
from rxcrm.translation import N_


class Trouble(CrmError):
    """Something that the server, the network or the sign-in is the reason of; the sentence says what to do."""


class SignInAgain(Trouble):
    """What was stored to sign in is no longer accepted."""

    message = N_("Microsoft 365 no longer accepts this sign-in. Sign in again.")


class Expired(Trouble):
    """The server has forgotten the token of the last time: everything is asked for anew."""


class Stopped(CrmError):
    """Somebody canceled it."""

    message = N_("It was canceled.")


@dataclass(frozen=True)
class Folder:
    """A folder of a mailbox, or an address book. `contacts` is how many the server counts in it."""

    id: str
    name: str
    contacts: int = 0


@dataclass(frozen=True)
class Contact:
    """One contact as the server has it now; `cells` by the headings of Outlook's export."""

    id: str
    etag: str
    name: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Same:
    """A contact that is as it was when it was last fetched."""

    id: str
    etag: str


@dataclass(frozen=True)
class Gone:
    """A contact that is no longer there."""

    id: str


@dataclass(frozen=True)
class Token:
    """Where the next fetch goes on. With `whole`, everything that is there was told: what was not is gone."""

    text: str
    whole: bool


@dataclass(frozen=True)
class Note:
    """Something about the folder that the user should know."""

    message: str
    values: dict[str, Any] = field(default_factory=dict)


News = Contact | Same | Gone | Token | Note


class Server(Protocol):
    """What a mailbox or address book server can be asked. Blocking; called in a thread."""

    def folders(self) -> list[Folder]:
        """Every folder, with its count."""

    def changes(self, folder: str, token: str, known: Mapping[str, str]) -> Iterator[News]:
        """What changed in a folder since `token` (else: all of it), at last a Token. `known` are contacts and versions.

        Raises Expired if the token is too old, else Trouble.
        """


class Watch:
    """Whoever waits for the end of it: is told how it goes, and may stop it. This one waits for nothing."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def check(self) -> None:
        """Raises Stopped if it was canceled."""
        if self.stop.is_set():
            raise Stopped

    def waits(self, seconds: float) -> None:
        """The server wants to be left alone for so long. Raises Stopped as soon as it is canceled."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.stop.wait(min(left, 0.5))
            self.check()
