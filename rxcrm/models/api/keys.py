"""API keys: made and revoked by administrators, each acting as one user with that user's rights."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from rxcrm.models.access import Who, who_is
from rxcrm.models.administration import require_administrator
from rxcrm.models.api.tables import ApiKey
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotFound
from rxcrm.models.fields import clean
from rxcrm.models.login import hashed
from rxcrm.models.people import User, organisation
from rxcrm.models.records import Act
from rxcrm.translation import N_

#: What every key begins with, so that scanners of secrets know it, and how many of its letters people see later.
PREFIX, SHOWN = "rxcrm_", 12
NAME_LENGTH = 100
#: Days that a key can live; empty for one without an end.
LIVES = ("30", "90", "365", "")
#: The last use is noted at most this often: most requests go on reading only.
NOTED_EVERY = timedelta(hours=1)


@dataclass
class KeyView:
    """A key as administrators see it; moments are ISO, empty for never. `state` is active, expired or disabled (its user is)."""

    id: int
    name: str
    begins: str
    user_id: int
    user: str
    read_only: bool
    created: str
    expires: str
    used: str
    state: str


@dataclass(frozen=True)
class Caller:
    """Who a program is: the user as whom it acts, and whether it may only read."""

    who: Who
    key_id: int
    read_only: bool
    #: Whether the use of the key is worth a note.
    due: bool = False


def listed(act: Act) -> list[KeyView]:
    """Every key, the newest first."""
    require_administrator(act)
    rows = act.session.exec(
        select(ApiKey, User).join(User, col(User.id) == col(ApiKey.user_id)).order_by(col(ApiKey.id).desc())
    )
    return [_view(key, user, act.now) for key, user in rows]


def _view(key: ApiKey, user: User, now: datetime) -> KeyView:
    def said(moment: datetime | None) -> str:
        return moment.isoformat() if moment else ""

    over = key.expires_on is not None and key.expires_on <= now
    return KeyView(
        key.id or 0,
        key.name,
        key.begins,
        user.id or 0,
        user.name,
        key.read_only,
        said(key.created_on),
        said(key.expires_on),
        said(key.used_on),
        "disabled" if user.disabled else "expired" if over else "active",
    )


def add(act: Act, typed: Mapping[str, str]) -> tuple[ApiKey, str]:
    """A new key and what it is, which nobody can read again. `typed` has `name`, `user`, `read_only` ("1") and `life` in days.

    Raises Invalid.
    """
    require_administrator(act)
    problems: dict[str, CrmError] = {}
    name = clean(typed.get("name", ""))
    if not name or len(name) > NAME_LENGTH:
        problems["name"] = BadValue(N_("Enter a name of at most %(n)s characters."), n=NAME_LENGTH)
    number = typed.get("user", "").removeprefix("user:")
    user = act.session.get(User, int(number)) if number.isascii() and number.isdecimal() and len(number) < 18 else None
    if user is None or user.disabled:
        problems["user"] = BadValue(N_("Choose a user as whom the program acts."))
    life = typed.get("life", "")
    if life not in LIVES:
        problems["life"] = BadValue(N_("Choose how long the key lives."))
    if problems or user is None:
        raise Invalid(problems)
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        name=name,
        user_id=user.id or 0,
        key_hash=hashed(secret),
        begins=secret[:SHOWN],
        read_only=typed.get("read_only") == "1",
        created_on=act.now,
        created_by_id=act.who.id,
        expires_on=act.now + timedelta(days=int(life)) if life else None,
    )
    act.session.add(row)
    act.session.flush()
    return row, secret


def revoke(act: Act, key_id: int) -> str:
    """Let a key stop working at once; its name. Raises NotFound."""
    require_administrator(act)
    row = act.session.get(ApiKey, key_id) if 0 < key_id < 2**63 else None
    if row is None:
        raise NotFound
    act.session.execute(delete(ApiKey).where(col(ApiKey.id) == key_id))
    return row.name


def caller(session: Session, secret: str, now: datetime) -> Caller | None:
    """Whom a key stands for; None if it is unknown, expired or revoked, or if its user is disabled."""
    return _caller(session, ApiKey.key_hash == hashed(secret), now) if secret.startswith(PREFIX) else None


def _caller(session: Session, which: Any, now: datetime) -> Caller | None:
    found = session.exec(select(ApiKey, User).join(User, col(User.id) == col(ApiKey.user_id)).where(which)).first()
    org = organisation(session)
    if found is None or org is None:
        return None
    key, user = found
    if user.disabled or (key.expires_on is not None and key.expires_on <= now):
        return None
    due = key.used_on is None or now - key.used_on >= NOTED_EVERY
    return Caller(who_is(session, user, org), key.id or 0, key.read_only, due)


def still(session: Session, key_id: int, now: datetime) -> Caller | None:
    """Whom a key stands for now, after the body of a request took its time; None as `caller`."""
    return _caller(session, ApiKey.id == key_id, now)


def note_use(session: Session, key_id: int, now: datetime) -> None:
    """Remember that a key was used."""
    session.execute(update(ApiKey).where(col(ApiKey.id) == key_id).values(used_on=now))
