"""The mail servers of the settings. Their passwords are in no text, log or error that this module makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from rxcrm.models.errors import BadValue
from rxcrm.models.fields import clean, parse_email
from rxcrm.settings import BadSetting, settings

#: Scheme → (port, whether the line is encrypted from the first byte).
_SMTP = {"smtp": (587, False), "smtps": (465, True)}
_IMAP = {"imap": (143, False), "imaps": (993, True)}


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mail server listens and how one signs in there."""

    host: str
    port: int
    encrypted: bool
    user: str = ""
    password: str = field(default="", repr=False)
    folder: str = ""

    @property
    def must_encrypt(self) -> bool:
        """A password goes over an open line only to this very computer."""
        return bool(self.password) and not self.encrypted and not _is_here(self.host)

    @property
    def address(self) -> str:
        """What a mailbox is called, without its password."""
        return f"{self.user}@{self.host}"[:254]


def smtp() -> Server | None:
    """The server that sends, or None if there is none. Raises BadSetting."""
    return _read("RXCRM_SMTP_URL", settings().smtp_url, _SMTP, "smtp://user:password@host:587")


def mailbox() -> Server | None:
    """The mailbox that is fetched from, or None. Raises BadSetting."""
    found = _read("RXCRM_IMAP_URL", settings().imap_url, _IMAP, "imaps://user:password@host/INBOX")
    if found and not found.user:
        raise BadSetting("RXCRM_IMAP_URL names no user: imaps://user:password@host/INBOX")
    return found


def sender() -> Address | None:
    """The one sender of all mail, or None if each user writes under his own address. Raises BadSetting."""
    text = settings().mail_from
    if not text:
        return None
    name, address = parseaddr(clean(text))
    try:
        user, _, domain = parse_email(address).rpartition("@")
        return Address(name, user, domain)
    except BadValue:
        raise BadSetting(
            f"RXCRM_MAIL_FROM must be an address such as crm@example.com or Contoso <crm@example.com>, but is {text!r}."
        ) from None


def _read(name: str, url: str, schemes: dict[str, tuple[int, bool]], example: str) -> Server | None:
    if not url:
        return None
    # The value itself is never repeated: it holds a password.
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadSetting(f"{name} is not an address such as {example}") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise BadSetting(f"{name} is not an address such as {example}")
    usual, encrypted = schemes[parts.scheme]
    return Server(
        host=parts.hostname,
        port=port or usual,
        encrypted=encrypted,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/"))[:120] or "INBOX",
    )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
