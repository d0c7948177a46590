"""A mailbox over IMAP, only read: what is there since last time. Blocking; called in a thread."""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from rxcrm.models import jobs
from rxcrm.models.mail.servers import Server
from rxcrm.translation import N_

#: Seconds that the server may take for an answer.
PATIENCE = 30.0
#: Messages and bytes that are fetched before they are written down.
AT_ONCE, BYTES_AT_ONCE = 20, 40_000_000
#: Bytes of one message; of a larger one only the beginning is fetched, and its attachments are lost.
LARGEST, BEGINNING = 35_000_000, 262_144

#: English whatever the locale: IMAP wants "13-May-2026".
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SIZE = re.compile(rb"UID (\d+)[^)]*RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+)[^)]*UID (\d+)")


@dataclass(frozen=True)
class Found:
    """One message. `cut` tells that only its beginning is here."""

    uid: int
    raw: bytes
    cut: bool = False


@dataclass(frozen=True)
class Batch:
    """Messages, oldest first, under the mailbox's current UIDVALIDITY; with `more` there are further ones."""

    validity: int
    messages: list[Found]
    more: bool


def fetch(server: Server, validity: int, last_uid: int, since: date) -> Batch:
    """The next messages after `last_uid`; where the mailbox numbers anew, those since a day.

    Raises Retry with a sentence that holds nothing secret.
    """
    try:
        with _signed_in(server) as box:
            _need(
                box.select(_quoted(server.folder), readonly=True), N_("The mailbox has no folder “%(name)s”."), server
            )
            now_valid = int((box.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
            known = validity == now_valid and last_uid > 0
            asked = f"UID {last_uid + 1}:*" if known else f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
            answer = _need(box.uid("SEARCH", asked), _STRANGE, server)
            # "n:*" names the last message even if its number is smaller than n.
            uids = sorted(n for n in map(int, (answer[0] or b"").split()) if not known or n > last_uid)
            messages = list(_messages(box, server, uids[:AT_ONCE]))
            return Batch(now_valid, messages, len(uids) > len(messages))
    except imaplib.IMAP4.abort:
        raise jobs.Retry(N_("The connection to the mailbox broke.")) from None
    except TimeoutError:
        raise jobs.Retry(N_("The server of the mailbox takes too long to answer.")) from None
    except ssl.SSLError:
        raise jobs.Retry(N_("The server of the mailbox cannot be trusted: its certificate is not valid.")) from None
    except imaplib.IMAP4.error:
        raise jobs.Retry(_STRANGE) from None
    except OSError:
        raise jobs.Retry(N_("The server of the mailbox cannot be reached.")) from None


_STRANGE = N_("The server of the mailbox does not answer as it should.")


@contextlib.contextmanager
def _signed_in(server: Server) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context()
    box: imaplib.IMAP4 = (
        imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=PATIENCE)
        if server.encrypted
        else imaplib.IMAP4(server.host, server.port, timeout=PATIENCE)
    )
    try:
        if server.must_encrypt:
            try:
                box.starttls(ssl_context=context)
            except imaplib.IMAP4.error:
                raise jobs.Retry(N_("The server of the mailbox offers no encryption.")) from None
        try:
            box.login(server.user, server.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise jobs.Retry(N_("The mailbox does not accept the user name or password of the settings.")) from None
        yield box
    finally:
        # What was fetched is here; how the server says goodbye changes nothing.
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def _messages(box: imaplib.IMAP4, server: Server, uids: list[int]) -> Iterator[Found]:
    if not uids:
        return
    sizes = _sizes(_need(box.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)"), _STRANGE, server))
    fetched = 0
    for uid in uids:
        size = sizes.get(uid)
        if size is None:
            yield Found(uid, b"")  # somebody removed it meanwhile
            continue
        cut = size > LARGEST
        fetched += BEGINNING if cut else size
        if fetched > BYTES_AT_ONCE and uid != uids[0]:
            return
        part = f"(BODY.PEEK[]<0.{BEGINNING}>)" if cut else "(BODY.PEEK[])"
        answer = _need(box.uid("FETCH", str(uid), part), _STRANGE, server)
        yield Found(uid, next((line[1] for line in answer if isinstance(line, tuple)), b""), cut)


def _sizes(answer: list[Any]) -> dict[int, int]:
    found = {}
    for line in answer:
        if isinstance(line, bytes) and (match := _SIZE.search(line)):
            found[int(match[1] or match[4])] = int(match[2] or match[3])
    return found


def _need(answer: tuple[str, list[Any]], otherwise: str, server: Server) -> list[Any]:
    status, found = answer
    if status != "OK":
        raise jobs.Retry(otherwise, name=server.folder)
    return found


def _quoted(folder: str) -> str:
    """A folder's name as IMAP spells it: other letters in its own UTF-7 (RFC 3501, 5.1.3)."""

    def encode(match: re.Match[str]) -> str:
        text = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{text}-"

    name = re.sub(r"[^\x20-\x7e]+", encode, folder.replace("&", "&-"))
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
