"""Credentials and sessions: argon2 hashes, hashed session tokens, slowed-down guessing, one-time links (issue part 3)."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from sqlalchemy import Index, Integer, String, bindparam, delete, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models import db
from rxcrm.models.access import Who, who_is
from rxcrm.models.db import BigInt, Moment
from rxcrm.models.errors import BadValue, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import clean
from rxcrm.models.people import User, keep_an_administrator, organisation
from rxcrm.translation import N_

_HASHER = PasswordHash.recommended()


@functools.cache
def _decoy() -> str:
    """What a password is compared with where there is no such user; it takes a moment to reckon, so only once and late."""
    return _HASHER.hash("no such user")


SHORTEST_PASSWORD = 10
#: Free failures per account and per address before waiting begins; the wait doubles up to the longest.
FREE_FAILURES = {"account": 5, "address": 20}
LONGEST_WAIT = timedelta(minutes=15)
LINK_LIFE = timedelta(hours=24)
#: A session is prolonged at most this often: most requests that it answers go on reading only.
PROLONGED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Life:
    """How long a session lives: `idle` without a sign of its user, `longest` in all."""

    idle: timedelta
    longest: timedelta

    def until(self, opened_on: datetime, now: datetime) -> datetime:
        """When a session ends from which nothing more is heard after `now`."""
        return min(now + self.idle, opened_on + self.longest)


class LoginSession(SQLModel, table=True):
    """A signed-in browser. Only the SHA-256 of its cookie is stored."""

    __tablename__ = "login_session"
    token_hash: str = Field(primary_key=True, sa_type=String(64))
    user_id: int = Field(foreign_key="user.id", index=True, sa_type=BigInt)
    created_on: datetime = Field(sa_type=Moment)
    expires_on: datetime = Field(sa_type=Moment)
    address: str = Field(default="", sa_type=String(64))
    agent: str = Field(default="", sa_type=String(200))


class SignInFailure(SQLModel, table=True):
    """Recent failures of one account or one address; `until` is when the next attempt is heard."""

    __tablename__ = "sign_in_failure"
    kind: str = Field(primary_key=True, sa_type=String(10))
    key: str = Field(primary_key=True, sa_type=String(254))
    count: int = Field(default=0, sa_type=Integer)
    last: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)


class OneTimeCode(SQLModel, table=True):
    """A secret that works once: the set-up code of the server, or a link to choose a password (S 13.5)."""

    __tablename__ = "one_time_code"
    __table_args__ = (Index("ix_one_time_code_user", "user_id"),)
    code_hash: str = Field(primary_key=True, sa_type=String(64))
    purpose: str = Field(sa_type=String(20))
    user_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    expires_on: datetime = Field(sa_type=Moment)


def hashed(token: str) -> str:
    """What is stored instead of a secret."""
    return hashlib.sha256(_bytes(token)).hexdigest()


def _bytes(secret: str) -> bytes:
    """Whatever a raw client sends, lone surrogates included."""
    return secret.encode(errors="surrogatepass")


def check_password(password: str) -> None:
    """Raises BadValue for a password that is too short or too long to hash quickly."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadValue(N_("A password needs at least %(n)s characters."), n=SHORTEST_PASSWORD)
    if len(password) > 256:
        raise BadValue(N_("A password can have at most 256 characters."))


def set_password(session: Session, user: User, password: str) -> None:
    """Give a user a new password and end all his sessions. Raises Invalid."""
    try:
        check_password(password)
    except BadValue as problem:
        raise Invalid({"password": problem}) from None
    user.password_hash = _HASHER.hash(_bytes(password))
    sign_out_everywhere(session, user.id or 0)


@dataclass(frozen=True)
class Attempt:
    """The outcome of a sign-in: the new session's token, or how many seconds to wait (0: merely wrong)."""

    token: str = ""
    wait: int = 0


def attempt(email: str, password: str, *, address: str, agent: str, now: datetime, life: Life) -> Attempt:
    """Check a password and open a session. A wrong one counts against the account and the address.

    Called outside any unit of work: the slow hash runs between two short ones, so that nobody waits for it.
    """
    keys = {"account": clean(email).lower()[:254], "address": clean(address)[:254]}
    seen = db.read(_look_up, keys, now)
    if isinstance(seen, Attempt):
        return seen
    # A missing account costs the same hash as a wrong password: the answer's time tells nothing.
    right = _HASHER.verify(_bytes(password[:257]), seen or _decoy()) and bool(seen)
    return db.transact(_settle, keys, seen, right, agent=agent, now=now, life=life)


def _look_up(session: Session, keys: dict[str, str], now: datetime) -> Attempt | str:
    """How long to wait, or the stored hash to compare with (empty without a usable account)."""
    failures = [session.get(SignInFailure, key) for key in keys.items()]
    if wait := _wait(failures, now):
        return Attempt(wait=wait)
    user = session.exec(select(User).where(User.email == keys["account"])).first()
    return user.password_hash if user and not user.disabled else ""


def _settle(
    session: Session, keys: dict[str, str], seen: str, right: bool, *, agent: str, now: datetime, life: Life
) -> Attempt:
    """Open a session or count the failure; attempts that ran side by side are judged one after the other."""
    failures = [_failure(session, kind, key, now) for kind, key in keys.items()]
    if wait := _wait(failures, now):
        return Attempt(wait=wait)
    user = session.exec(select(User).where(User.email == keys["account"])).first()
    if not right or user is None or user.disabled or user.password_hash != seen:
        for failure in failures:
            _count(failure, now)
        return Attempt()
    session.delete(failures[0])
    return Attempt(token=open_session(session, user, address=keys["address"], agent=agent, now=now, life=life))


def _wait(failures: Iterable[SignInFailure | None], now: datetime) -> int:
    waits = [(f.until - now).total_seconds() for f in failures if f and f.until > now]
    return int(max(waits)) + 1 if waits else 0


def _failure(session: Session, kind: str, key: str, now: datetime) -> SignInFailure:
    """The row that counts, made if need be, locked until the end of the unit."""
    made = text(
        "INSERT INTO sign_in_failure (kind, key, count, last, until) VALUES (:kind, :key, 0, :now, :now)"
        " ON CONFLICT (kind, key) DO NOTHING"
    )
    session.execute(made.bindparams(bindparam("now", now, Moment)), {"kind": kind, "key": key})
    return session.get_one(SignInFailure, (kind, key), with_for_update=True, populate_existing=True)


def _count(failure: SignInFailure, now: datetime) -> None:
    if now - failure.last > LONGEST_WAIT * 2:
        failure.count = 0
    failure.count += 1
    failure.last = now
    over = failure.count - FREE_FAILURES[failure.kind]
    if over >= 0:
        failure.until = now + min(LONGEST_WAIT, timedelta(seconds=2 ** min(over, 12)))


def open_session(session: Session, user: User, *, address: str, agent: str, now: datetime, life: Life) -> str:
    """A fresh token for every sign-in; expired sessions and forgotten failures are swept on the way."""
    session.execute(delete(LoginSession).where(col(LoginSession.expires_on) < now))
    session.execute(delete(SignInFailure).where(col(SignInFailure.last) < now - LONGEST_WAIT * 2))
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=hashed(token),
            user_id=user.id or 0,
            created_on=now,
            expires_on=life.until(now, now),
            address=clean(address)[:64],
            agent=clean(agent)[:200],
        )
    )
    user.signed_in_on = now
    return token


@dataclass(frozen=True)
class Stay:
    """An open session as it was found: whose it is, since when, and until when unless more is heard of him."""

    who: Who
    opened_on: datetime
    expires_on: datetime

    def is_due(self, now: datetime, life: Life) -> bool:
        """Whether what was heard of the user at `now` is worth a write."""
        gained = life.until(self.opened_on, now) - self.expires_on
        # The last minutes before the end of all are not worth less than others: there any gain counts.
        at_its_end = self.opened_on + life.longest - now <= life.idle
        return gained >= PROLONGED_EVERY or (at_its_end and gained > timedelta(0))


def find_stay(session: Session, token: str, now: datetime) -> Stay | None:
    """The session behind a token, or None if it is unknown, expired, or its user's account is disabled."""
    row = session.exec(
        select(User, LoginSession.created_on, LoginSession.expires_on)
        .join(LoginSession, col(LoginSession.user_id) == col(User.id))
        .where(LoginSession.token_hash == hashed(token))
    ).first()
    org = organisation(session)
    if row is None or org is None:
        return None
    user, opened, expires = row
    return None if user.disabled or expires <= now else Stay(who_is(session, user, org), opened, expires)


def identify(session: Session, token: str, now: datetime) -> Who | None:
    """The user behind a session token, or None as `find_stay`."""
    found = find_stay(session, token, now)
    return found.who if found else None


def prolong(session: Session, token: str, opened_on: datetime, now: datetime, life: Life) -> None:
    """Let a session live on after a sign of its user. One that has ended meanwhile stays ended; none gets shorter."""
    until = life.until(opened_on, now)
    row = col(LoginSession.expires_on)
    session.execute(
        update(LoginSession)
        .where(col(LoginSession.token_hash) == hashed(token), row > now, row < until)
        .values(expires_on=until)
    )


def sign_out(session: Session, token: str) -> None:
    """End one session; ending an unknown one is harmless."""
    session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == hashed(token)))


def sign_out_everywhere(session: Session, user_id: int) -> None:
    """End every session of a user."""
    session.execute(delete(LoginSession).where(col(LoginSession.user_id) == user_id))


def disable(session: Session, user: User, *, by: Who) -> None:
    """Lock a user out at once. Nobody disables himself or the last administrator."""
    if user.id == by.id:
        raise NotAllowed(N_("You cannot disable yourself."))
    keep_an_administrator(session, user)
    user.disabled = True
    sign_out_everywhere(session, user.id or 0)


def enable(user: User) -> None:
    """Let a disabled user in again, with the password and the roles that he had."""
    user.disabled = False


# -- one-time codes --------------------------------------------------------------------------------------------------

SETUP, PASSWORD = "setup", "password"


def new_setup_code(session: Session, now: datetime) -> str:
    """The code that the set-up page asks for; a new one replaces the old."""
    session.execute(delete(OneTimeCode).where(col(OneTimeCode.purpose) == SETUP))
    code = "-".join(f"{secrets.randbelow(10_000):04d}" for _ in range(3))
    session.add(OneTimeCode(code_hash=hashed(code), purpose=SETUP, expires_on=now + timedelta(days=30)))
    return code


def setup_code_is_right(session: Session, code: str, now: datetime) -> bool:
    """Whether this is the code that the server printed."""
    found = session.get(OneTimeCode, hashed(code.strip().replace(" ", "-")))
    return found is not None and found.purpose == SETUP and found.expires_on > now


def new_password_link(session: Session, user: User, now: datetime) -> str:
    """A token with which the user chooses a password once, within 24 hours; earlier links stop working."""
    session.execute(
        delete(OneTimeCode).where(col(OneTimeCode.user_id) == user.id, col(OneTimeCode.purpose) == PASSWORD)
    )
    token = secrets.token_urlsafe(32)
    session.add(OneTimeCode(code_hash=hashed(token), purpose=PASSWORD, user_id=user.id, expires_on=now + LINK_LIFE))
    return token


def redeem_password_link(session: Session, token: str, password: str, now: datetime) -> User:
    """Set the password of the user whom a link was made for. Raises NotFound or Invalid; a wrong password keeps the link."""
    found = session.get(OneTimeCode, hashed(token), with_for_update=True)
    user = session.get(User, found.user_id) if found and found.purpose == PASSWORD and found.expires_on > now else None
    if found is None or user is None or user.disabled:
        raise NotFound(
            N_("This link has been used already or is older than 24 hours. Ask your administrator for a new one.")
        )
    set_password(session, user, password)
    session.delete(found)
    failures = delete(SignInFailure).where(col(SignInFailure.kind) == "account", col(SignInFailure.key) == user.email)
    session.execute(failures)
    return user
