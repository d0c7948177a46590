"""A message as it lies in a mailbox, made harmless: whatever its headers, charsets and parts claim to be."""

from __future__ import annotations

import contextlib
import hashlib
import html
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, cast

from rxcrm.models.activity import BODY_LENGTH, SUBJECT_LENGTH_OTHERWISE
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import clean, parse_email
from rxcrm.models.richtext import of_plain, plain, sanitise

log = logging.getLogger("rxcrm")

#: Parts, attachments, addresses and characters of HTML that are looked at; more is an attack or a mistake.
MOST_PARTS, MOST_FILES, MOST_ADDRESSES, MOST_MARKUP = 300, 50, 50, 2_000_000
#: Earlier messages that one answers: the last ones count.
MOST_REFERENCES = 20
_ID = re.compile(r"<[^<>\s]{1,253}>")
_CID = re.compile(r"""(src\s*=\s*["']?)cid:([^"'\s>]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class File:
    """An attachment: its name as the sender gave it, its bytes, and the Content-ID by which the text shows it."""

    name: str
    data: bytes = field(repr=False)
    cid: str = ""


@dataclass(frozen=True)
class Incoming:
    """What is kept of a message. `sender` is empty where there is none; `body` is HTML as received: see `safe_body`."""

    message_id: str
    answers: tuple[str, ...] = ()
    name: str = ""
    sender: str = ""
    to: tuple[tuple[str, str], ...] = ()
    cc: tuple[tuple[str, str], ...] = ()
    subject: str = ""
    body: str = field(default="", repr=False)
    files: tuple[File, ...] = ()
    sent_on: datetime | None = None
    automatic: bool = False


def read(raw: bytes) -> Incoming:
    """Understand a message as far as possible; what cannot be understood is left empty, and nothing is raised."""
    try:
        message = message_from_bytes(raw, policy=policy.default)
    except Exception:
        # The parser has defects of its own with what spammers write; one message must not hold up the others.
        log.warning("a message could not be parsed", exc_info=True)
        message = EmailMessage()
    sender = _addresses(message, "From")[:1] or [("", "")]
    text, files = _parts_of(message)
    return Incoming(
        message_id=next(iter(_ids(message, "Message-ID")), "") or f"<{hashlib.sha256(raw).hexdigest()}@rxcrm.invalid>",
        answers=tuple(dict.fromkeys([*_ids(message, "In-Reply-To"), *_ids(message, "References")[-MOST_REFERENCES:]])),
        name=sender[0][0],
        sender=sender[0][1],
        to=tuple(_addresses(message, "To")),
        cc=tuple(_addresses(message, "Cc")),
        subject=_text(message, "Subject")[:SUBJECT_LENGTH_OTHERWISE],
        body=text,
        files=tuple(files),
        sent_on=_date(message),
        automatic=_is_automatic(message),
    )


def safe_body(body: str, addresses: dict[str, str]) -> str:
    """The HTML to be stored: nothing active in it, not too long, its pictures at `addresses` (Content-ID → path)."""

    def place(match: re.Match[str]) -> str:
        return match[1] + html.escape(addresses.get(match[2], ""))

    markup = sanitise(_CID.sub(place, body[:MOST_MARKUP]))
    text = plain(markup)
    return of_plain(text[: BODY_LENGTH - 1] + "…") if len(text) > BODY_LENGTH else markup


# -- headers ---------------------------------------------------------------------------------------------------------


def _text(message: EmailMessage, name: str) -> str:
    """A header as one line of text."""
    with contextlib.suppress(Exception):  # the header parser raises whatever it stumbles over
        return clean(str(message.get(name, "")))
    return clean(_bare(message, name))


def _bare(message: EmailMessage, name: str) -> str:
    """The first header of a name, decoded without any understanding of it."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            with contextlib.suppress(Exception):
                return "".join(_decoded(p, c) if isinstance(p, bytes) else p for p, c in decode_header(str(value)))
            return str(value)
    return ""


def _addresses(message: EmailMessage, name: str) -> list[tuple[str, str]]:
    """Names and addresses of a header, those left out that are none."""
    pairs: list[tuple[str, str]] = []
    try:
        for header in message.get_all(name, []):
            pairs += [(a.display_name, a.addr_spec) for a in cast(Any, header).addresses]
    except Exception:
        pairs = getaddresses([_bare(message, name)])
    found = []
    for shown, spec in pairs[:MOST_ADDRESSES]:
        with contextlib.suppress(BadValue):
            found.append((clean(shown)[:160], parse_email(clean(spec)).lower()[:254]))
    return found


def _ids(message: EmailMessage, name: str) -> list[str]:
    return _ID.findall(_text(message, name)[:20_000])


def _date(message: EmailMessage) -> datetime | None:
    try:
        found = parsedate_to_datetime(_text(message, "Date"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_automatic(message: EmailMessage) -> bool:
    """Whether no person wrote it: an answer of a machine, a report, a mailing (RFC 3834)."""
    submitted = _text(message, "Auto-Submitted").lower()
    return (
        (submitted not in ("", "no"))
        or _text(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
        or bool(_text(message, "X-Autoreply") or _text(message, "List-Id"))
        or _text(message, "Return-Path") == "<>"
    )


# -- parts -----------------------------------------------------------------------------------------------------------


def _parts_of(message: EmailMessage) -> tuple[str, list[File]]:
    """The text as HTML, and the attachments."""
    markup, text = "", ""
    files: list[File] = []
    try:
        for n, part in enumerate(_leaves(message)):
            if n >= MOST_PARTS:
                break
            kind, name = part.get_content_type(), _file_name(part)
            is_text = (
                kind in ("text/html", "text/plain") and not name and part.get_content_disposition() != "attachment"
            )
            if is_text and kind == "text/html" and not markup:
                markup = _content(part)
            elif is_text and kind == "text/plain":
                text += _content(part) if len(text) < MOST_MARKUP else ""
            elif len(files) < MOST_FILES and (data := _bytes(part)):
                files.append(File(name or _name_for(kind, n), data, _text(part, "Content-ID").strip("<> ")))
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
        log.warning("the parts of a message could not be read", exc_info=True)
    return markup or of_plain(text), files


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something themselves; a message within the message is one, and an attachment."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and isinstance(part.get_payload(), list):
            waiting = [*cast(Any, part.get_payload()), *waiting]
        else:
            yield part


def _bytes(part: EmailMessage) -> bytes:
    if part.get_content_maintype() == "message":
        payload = part.get_payload()
        return cast(Any, payload)[0].as_bytes() if isinstance(payload, list) and payload else b""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _content(part: EmailMessage) -> str:
    return clean(_decoded(_bytes(part), part.get_content_charset())[:MOST_MARKUP], lines=True)


def _decoded(data: bytes, charset: str | None) -> str:
    """Bytes as text in the charset that they claim, else in those that mail mostly is in."""
    for one in (charset, "utf-8"):
        with contextlib.suppress(LookupError, ValueError):
            if one:
                return data.decode(one)
    return data.decode("cp1252", "replace")


def _file_name(part: EmailMessage) -> str:
    with contextlib.suppress(Exception):  # as with other headers
        return clean(part.get_filename() or "")[:255]
    return ""


def _name_for(kind: str, n: int) -> str:
    ending = {"message/rfc822": "eml", "text/calendar": "ics", "text/html": "txt"}.get(kind) or kind.rpartition("/")[2]
    return f"attachment-{n}.{re.sub(r'[^a-z0-9]', '', ending)[:10] or 'bin'}"
