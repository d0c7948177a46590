"""An e-mail of the timeline as a message that a mail server takes: headers, text, HTML, pictures, attachments."""

from __future__ import annotations

import contextlib
import mimetypes
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from typing import Any

from rxcrm.models.activity import Attachment
from rxcrm.models.attaching import is_picture
from rxcrm.models.fields import clean, parse_email
from rxcrm.models.richtext import plain

_PICTURE = re.compile(r'src="/files/attachments/(\d+)(?:/[^"]*)?"')


@dataclass(frozen=True)
class Letter:
    """All that a message is made of; the bytes of its files are read when it is composed."""

    message_id: str
    sender: Address
    to: Sequence[Address] = ()
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    reply_to: Address | None = None
    subject: str = ""
    body: str = ""
    date: datetime | None = None
    answers: str = ""
    files: Sequence[Attachment] = ()

    @property
    def recipients(self) -> list[str]:
        """Every address once, the hidden ones too."""
        return list(dict.fromkeys(a.addr_spec for a in (*self.to, *self.cc, *self.bcc)))

    @property
    def needs_utf8(self) -> bool:
        """Whether an address itself is not plain ASCII, which not every server takes."""
        return not "".join([self.sender.addr_spec, *self.recipients]).isascii()


def new_id(sender: Address) -> str:
    """A Message-ID that nobody else gives."""
    return make_msgid(domain=sender.domain if sender.domain.isascii() else "localhost")


def address(name: str, spec: str) -> Address:
    """A checked address with a name that cannot break out of its header. Raises BadValue.

    Other letters in its domain are spelled in ASCII, which every server understands.
    """
    user, _, domain = parse_email(spec.strip()).rpartition("@")
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return Address(clean(name)[:160], user, domain)


def compose(letter: Letter, read: Callable[[Attachment], bytes]) -> bytes:
    """The message as it goes over the line; who gets a blind copy stands nowhere in it."""
    policy: Any = SMTP.clone(utf8=True) if letter.needs_utf8 else SMTP
    message = EmailMessage(policy=policy)
    message["From"], message["Message-ID"] = letter.sender, letter.message_id
    if letter.to:
        message["To"] = list(letter.to)
    if letter.cc:
        message["Cc"] = list(letter.cc)
    if letter.reply_to:
        message["Reply-To"] = letter.reply_to
    if letter.answers:
        message["In-Reply-To"] = message["References"] = letter.answers
    message["Subject"] = clean(letter.subject)
    if letter.date:
        message["Date"] = letter.date
    pictures = {file.id or 0: file for file in letter.files if is_picture(file.mime)}
    shown, markup = _with_pictures(letter.body, pictures)
    message.set_content(plain(letter.body) + "\n")
    message.add_alternative(f"<!doctype html><html><body>{markup}</body></html>", subtype="html")
    html_part = message.get_payload()[-1]  # type: ignore[index]
    for number, cid in shown.items():
        file = pictures[number]
        main, sub = _type_of(file)
        html_part.add_related(read(file), main, sub, cid=f"<{cid}>", filename=file.name, disposition="inline")  # type: ignore[union-attr]
    for file in letter.files:
        if (file.id or 0) not in shown:
            main, sub = _type_of(file)
            message.add_attachment(read(file), main, sub, filename=file.name)
    return message.as_bytes()


def _with_pictures(body: str, pictures: Mapping[int, object]) -> tuple[dict[int, str], str]:
    """Which pictures the text shows, and the text in which they are parts of the message: number → Content-ID."""
    shown: dict[int, str] = {}

    def refer(match: re.Match[str]) -> str:
        number = int(match[1])
        if number not in pictures:
            return 'src=""'
        shown.setdefault(number, f"picture{number}@rxcrm")
        return f'src="cid:{shown[number]}"'

    return shown, _PICTURE.sub(refer, body)


def _type_of(file: Attachment) -> tuple[str, str]:
    """The type as it was found on upload, else by name; never one that could be taken for a message of its own."""
    found = file.mime or mimetypes.guess_type(file.name)[0] or ""
    main, _, sub = found.partition("/")
    return (main, sub) if sub and main not in ("message", "multipart") else ("application", "octet-stream")
