"""Passwords and tokens at rest: sealed, with a key that is made once and lies outside the database (issue 5, part 4)."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from rxcrm.models.exchange import secrets
from rxcrm.settings import settings

LONG = "a key of at least thirty-two characters"


@pytest.fixture(autouse=True)
def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    def put(**chosen: object) -> None:
        for name, value in chosen.items():
            monkeypatch.setenv(f"RXCRM_{name.upper()}", str(value))
        settings.cache_clear()
        secrets._from_file.cache_clear()

    monkeypatch.delenv("RXCRM_SECRET_KEY", raising=False)
    put(data_dir=tmp_path)
    yield put
    monkeypatch.undo()
    settings.cache_clear()
    secrets._from_file.cache_clear()


def test_what_is_sealed_comes_back_and_says_nothing_before() -> None:
    sealed = secrets.seal({"password": "pa ss/wörd"})
    assert "pa ss" not in sealed and secrets.unseal(sealed) == {"password": "pa ss/wörd"}
    assert sealed != secrets.seal({"password": "pa ss/wörd"})
    assert secrets.unseal("") == {}


def test_the_key_is_made_once_for_the_servers_user_only() -> None:
    secrets.seal({})
    key = secrets.key_file()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    made = key.read_bytes()
    secrets._from_file.cache_clear()
    secrets.seal({})
    assert key.read_bytes() == made
    assert [p.name for p in key.parent.iterdir()] == ["secret.key"]


def test_several_that_begin_at_once_share_one_key() -> None:
    sealed: list[str] = []

    def begin() -> None:
        secrets._from_file.cache_clear()
        sealed.append(secrets.seal({"n": 1}))

    threads = [Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    secrets._from_file.cache_clear()
    assert [secrets.unseal(text) for text in sealed] == [{"n": 1}] * 8


def test_a_key_of_the_settings_comes_first(choose: Any, tmp_path: Path) -> None:
    choose(secret_key=LONG)
    sealed = secrets.seal({"n": 1})
    assert secrets.unseal(sealed) == {"n": 1}
    assert not (tmp_path / "secret.key").exists()
    choose(secret_key=LONG + "!")
    with pytest.raises(secrets.Unsealable, match="the secret key has changed"):
        secrets.unseal(sealed)


@pytest.mark.parametrize("text", ["nonsense", "gAAAAA", "é"])
def test_what_was_never_sealed_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(secrets.Unsealable):
        secrets.unseal(text)


def test_a_key_that_cannot_be_used_is_named_in_the_log_but_never_repeated(
    choose: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    choose(secret_key="too short")
    with pytest.raises(secrets.NoKey, match="The log of the server says why"):
        secrets.seal({})
    assert "RXCRM_SECRET_KEY must have at least 32 characters" in caplog.text and "too short" not in caplog.text
    choose(secret_key="")
    (tmp_path / "secret.key").write_text("half a k")
    with pytest.raises(secrets.NoKey):
        secrets.seal({})
    assert "secret.key does not hold a key" in caplog.text and "half a k" not in caplog.text
