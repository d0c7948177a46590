"""Environment → one typed object. The only module that reads `RXCRM_*`."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass, fields
from pathlib import Path


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message names it and the cure."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose. Each field is read from `RXCRM_<FIELD>`; see docs/settings.md."""

    host: str = "0.0.0.0"
    port: int = 3000
    data_dir: Path = Path("data")
    database_url: str = ""
    public_url: str = ""
    admin_email: str = ""
    admin_password: str = ""
    session_hours: int = 12
    upload_megabytes: int = 100
    import_rows: int = 1_000_000
    workers: int = 1
    log_level: str = "warning"

    @property
    def database(self) -> str:
        """SQLAlchemy address: SQLite under `data_dir` unless `RXCRM_DATABASE_URL` names a PostgreSQL."""
        url = self.database_url
        if not url:
            return f"sqlite:///{self.data_dir.resolve() / 'rxcrm.db'}"
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    @property
    def origins(self) -> list[str]:
        """Origins whose sockets are accepted; without a public address the Host header decides (rxcrm.web)."""
        return [self.public_url.rstrip("/")] if self.public_url else ["*"]


def _convert(name: str, text: str, kind: str) -> object:
    if kind == "int":
        try:
            return int(text)
        except ValueError:
            raise BadSetting(f"{name} must be a whole number, but is {text!r}.") from None
    return Path(text) if kind == "Path" else text


@functools.cache
def settings() -> Settings:
    """The settings of this process, read once."""
    chosen = {}
    for field in fields(Settings):
        name = f"RXCRM_{field.name.upper()}"
        if text := os.environ.get(name, "").strip():
            chosen[field.name] = _convert(name, text, str(field.type))
    return Settings(**chosen)  # type: ignore[arg-type]
