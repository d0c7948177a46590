"""Sessions at the gate: whoever is active stays signed in, and most requests only read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from rxcrm import web
from rxcrm.models import db
from rxcrm.models.login import LoginSession
from rxcrm.settings import settings
from rxcrm.state import gate
from tests.office import LIFE, PASSWORD, Office, Statements

SARA = "sara@contoso.com"


@pytest.fixture(autouse=True)
def default_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("RXCRM_SESSION_HOURS", "RXCRM_SESSION_DAYS", "RXCRM_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    gate.forget()
    yield
    settings.cache_clear()
    gate.forget()


def signed_in(office: Office, ago: timedelta) -> str:
    """The token of a session that Sara opened so long ago."""
    return office.sign_in(SARA, PASSWORD, now=db.now() - ago).token


def left(office: Office) -> timedelta:
    """How long the only session would live on if nothing more were heard."""
    office.session.expire_all()
    return office.session.exec(select(LoginSession)).one().expires_on - db.now()


def ask(token: str) -> gate.Asker | None:
    """What the gate finds when it does not believe what it found before."""

    async def resolved() -> gate.Asker | None:
        found = await gate.resolve(token)
        await db.settled()
        return found

    gate.forget()
    return asyncio.run(resolved())


def test_whoever_asks_stays_signed_in_for_the_idle_time(office: Office) -> None:
    token = signed_in(office, timedelta(hours=11))
    found = ask(token)
    assert found and found.who.name == "Sara"
    assert timedelta(minutes=-1) < left(office) - LIFE.idle <= timedelta(0)


def test_the_next_requests_only_read(office: Office) -> None:
    token = signed_in(office, timedelta(hours=11))
    with Statements(office.engine) as first:
        ask(token)
    with Statements(office.engine) as next_one:
        ask(token)
    assert sum(s.startswith("UPDATE") for s in first.ran) == 1
    assert not any(s.startswith(("UPDATE", "INSERT", "DELETE", "BEGIN")) for s in next_one.ran)


def test_after_the_idle_time_nobody_is_known(office: Office) -> None:
    assert ask(signed_in(office, timedelta(hours=12))) is None


def test_after_the_longest_time_nobody_is_known_however_active(office: Office) -> None:
    token = signed_in(office, LIFE.longest - timedelta(minutes=1))
    office.session.exec(select(LoginSession)).one().expires_on = db.now() + timedelta(seconds=30)
    office.commit()
    assert ask(token)
    assert timedelta(seconds=30) < left(office) <= timedelta(minutes=1)


def test_the_settings_say_how_long_a_session_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXCRM_SESSION_HOURS", "2")
    monkeypatch.setenv("RXCRM_SESSION_DAYS", "7")
    settings.cache_clear()
    assert (gate.life().idle, gate.life().longest) == (timedelta(hours=2), timedelta(days=7))


def test_the_cookie_lives_as_long_as_a_session_can(office: Office) -> None:
    office.commit()

    async def sign_in() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(web.http), base_url="http://localhost") as browser:
            return await browser.post("/auth/login", json={"email": SARA, "password": PASSWORD})

    cookie = asyncio.run(sign_in()).headers["set-cookie"]
    assert f"Max-Age={30 * 24 * 3600}" in cookie
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
