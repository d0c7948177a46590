"""Administration of address suggestions: where they come from, and whether that works."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlmodel import Session, select

from rxcrm.models import configuration
from rxcrm.models.addresses import fetching
from rxcrm.models.addresses.reading import Suggestion
from rxcrm.models.addresses.tables import ASKED, AZURE, AddressSource, Source, SourceKind
from rxcrm.models.administration import require_administrator
from rxcrm.models.cleaning import clean
from rxcrm.models.errors import BadValue, CrmError, Invalid, Stale
from rxcrm.models.exchange import secrets
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.translation import N_

URL_LENGTH, KEY_LENGTH = 500, 500
#: Servers for everybody whose operators do not allow suggestions while somebody types.
FORBIDDEN = ("nominatim.openstreetmap.org",)
_CHANGED = N_("%(who)s changed this while you were working on it. Reload the page to see it as it is now.")


@dataclass
class Chosen:
    """What is shown of it: never the key, only whether there is one."""

    kind: str = SourceKind.OFF.value
    url: str = ""
    has_key: bool = False
    version: int = 0


@dataclass
class Trial:
    """What came back from a server that was tried."""

    ok: bool
    text: str
    found: list[Suggestion] = field(default_factory=list)
    milliseconds: int = 0


def shown(act: Act) -> Chosen:
    """What was chosen, for administrators."""
    require_administrator(act)
    row = _row(act.session)
    return Chosen(row.kind, row.url, bool(row.key), row.version) if row else Chosen()


def choose(act: Act, typed: Mapping[str, str], version: int | None = None) -> AddressSource:
    """Choose where suggestions come from; everybody's forms follow at once.

    `typed`: kind, url, key (empty keeps the one that is there), `forget` = "1" removes the key. Raises Invalid, Stale.
    """
    require_administrator(act)
    configuration.changed(act)  # whoever else shapes something waits here
    row = _row(act.session) or AddressSource(modified_on=act.now)
    if version is not None and row.version != version:
        who = act.session.get(User, row.modified_by_id) if row.modified_by_id else None
        raise Stale(_CHANGED, who=who.name if who else N_("Somebody else"))
    chosen, key = wanted(row, typed)
    row.kind, row.url = chosen.kind.value, chosen.url
    if key:
        row.key = secrets.seal({"key": key, "for": _host(chosen.url)})
    elif typed.get("forget") == "1" or chosen.key == "":
        row.key = ""
    row.version, row.modified_on, row.modified_by_id = row.version + 1, act.now, act.who.id
    act.session.add(row)
    act.session.flush()
    return row


def wanted(row: AddressSource | None, typed: Mapping[str, str], *, needs_key: bool = True) -> tuple[Source, str]:
    """What was typed over what there is, and the new key if one was typed. Raises Invalid with every problem."""
    held = row or AddressSource(modified_on=None)  # type: ignore[arg-type]
    problems: dict[str, CrmError] = {}
    kind = _kind(typed.get("kind", held.kind), problems)
    url = clean(typed.get("url", held.url)).rstrip("/")
    key = typed.get("key", "").strip()
    if kind in ASKED and (problem := _bad_url(kind, url)):
        problems["url"] = problem
    keeps = bool(held.key) and not key and typed.get("forget") != "1"
    if len(key) > KEY_LENGTH or any(sign.isspace() or not sign.isprintable() for sign in key) or not key.isascii():
        problems["key"] = BadValue(N_("That is no key."))
    elif kind is SourceKind.AZURE and keeps and not _is_for(held, url):
        problems["key"] = BadValue(N_("Enter the key again: it is only sent to the server for which it was entered."))
    elif kind is SourceKind.AZURE and needs_key and not key and not keeps:
        problems["key"] = BadValue(N_("%(label)s is required."), label=N_("Key"))
    if problems:
        raise Invalid(problems)
    return Source(kind, url, held.key if keeps else ""), key


def keeps_key(act: Act, url: str) -> bool:
    """Whether the key that is stored may be sent to Azure Maps at this address."""
    row = _row(act.session)
    return row is not None and _is_for(row, url)


def _is_for(row: AddressSource, url: str) -> bool:
    """Whether a key is stored, and was entered for the server at this address: to no other it is ever sent."""
    if not row.key:
        return False
    try:
        return secrets.unseal(row.key).get("for") == _host(url)
    except secrets.Unsealable:
        return False


def _kind(text: str, problems: dict[str, CrmError]) -> SourceKind:
    try:
        return SourceKind(text)
    except ValueError:
        problems["kind"] = BadValue(N_("Choose one of the list."))
        return SourceKind.OFF


def _bad_url(kind: SourceKind, url: str) -> BadValue | None:
    if not url:
        return (
            None
            if kind is SourceKind.AZURE
            else BadValue(N_("%(label)s is required."), label=N_("Address of the server"))
        )
    if len(url) > URL_LENGTH:
        return BadValue(N_("An address can have at most %(n)s characters."), n=URL_LENGTH)
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        return BadValue(N_("Enter an address such as https://photon.example.com, without user name and parameters."))
    if kind is SourceKind.NOMINATIM and host in FORBIDDEN:
        return BadValue(
            N_("%(host)s does not allow suggestions while somebody types. Use a server of your own."), host=host
        )
    return None


def _host(url: str) -> str:
    """The server of an address: how and where it is reached."""
    parts = urlsplit(url or AZURE)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or ''}"


def _row(session: Session) -> AddressSource | None:
    return session.exec(select(AddressSource).limit(1)).first()


# -- trying ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What is to be asked of which server, ready to be asked outside of any unit of work."""

    source: Source
    key: str
    text: str
    language: str
    locale: str


def prepare(act: Act, typed: Mapping[str, str]) -> Plan:
    """What a trial of what was typed asks; nothing is stored. Raises Invalid."""
    require_administrator(act)
    chosen, key = wanted(_row(act.session), typed)
    if chosen.kind not in ASKED:
        raise Invalid({"kind": BadValue(N_("There is no server to be tried."))})
    text = clean(typed.get("sample", ""))[:120]
    if len(text) < 3:
        raise Invalid({"sample": BadValue(N_("Enter the beginning of an address with which it is tried."))})
    if not key and chosen.key:
        key = str(secrets.unseal(chosen.key).get("key", ""))
    return Plan(chosen, key, text, act.organisation.language, act.who.conventions.locale)


def carry_out(plan: Plan) -> Trial:
    """Ask the server once and tell what came back, whatever it is."""
    began = time.monotonic()
    try:
        found = fetching.ask(plan.source, plan.text, plan.language, plan.key)
    except CrmError as problem:
        return Trial(False, problem.text(plan.locale), milliseconds=_since(began))
    if not found:
        text = CrmError(N_("The server answers, but it knows no address like this one."))
        return Trial(True, text.text(plan.locale), milliseconds=_since(began))
    text = CrmError(N_("It works. The server suggests:"))
    return Trial(True, text.text(plan.locale), found, _since(began))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
