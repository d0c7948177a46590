"""Passwords and tokens at rest: sealed with a key that lies beside the database or in the settings, never in it."""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import json
import logging
import os
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from rxcrm.models.errors import CrmError
from rxcrm.settings import settings
from rxcrm.translation import N_

log = logging.getLogger("rxcrm")

#: Fewest characters of RXCRM_SECRET_KEY: whatever is shorter can be guessed.
SHORTEST = 32


class Unsealable(CrmError):
    """What was sealed with another key."""

    message = N_("What was stored to sign in there can no longer be read, because the secret key has changed.")


class NoKey(CrmError):
    """There is no key that can be used; the log tells the operator why."""

    message = N_(
        "Nothing secret can be stored on this server: its secret key cannot be used. The log of the server says why."
    )


def seal(content: dict[str, Any]) -> str:
    """Something secret as text for the database."""
    return _cipher().encrypt(json.dumps(content).encode()).decode()


def unseal(text: str) -> dict[str, Any]:
    """What was sealed; nothing for an empty text. Raises Unsealable where the key is another by now."""
    if not text:
        return {}
    try:
        content = json.loads(_cipher().decrypt(text.encode()))
    except (InvalidToken, ValueError):
        raise Unsealable from None
    return dict(content)


def key_file() -> Path:
    """Where the key lies if the settings name none."""
    return settings().data_dir / "secret.key"


def _cipher() -> Fernet:
    chosen = settings().secret_key
    return _from_settings(chosen) if chosen else _from_file(key_file())


@functools.lru_cache(4)
def _from_settings(text: str) -> Fernet:
    if len(text) < SHORTEST:
        # The value itself is never repeated.
        log.error("RXCRM_SECRET_KEY must have at least %s characters.", SHORTEST)
        raise NoKey
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()))


@functools.lru_cache(4)
def _from_file(path: Path) -> Fernet:
    try:
        return _read(path)
    except OSError as problem:
        log.error("The secret key %s cannot be read or made: %s", path, problem.strerror)
        raise NoKey from None


def _read(path: Path) -> Fernet:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written beside it and linked into place: of several at once one wins, and nobody reads half a key.
        part = path.with_name(f"{path.name}.{os.urandom(8).hex()}.part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    try:
        return Fernet(path.read_bytes().strip())
    except ValueError:
        log.error("%s does not hold a key. Restore it, or remove it to have a new one made.", path)
        raise NoKey from None
