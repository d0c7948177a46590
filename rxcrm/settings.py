"""Environment → one typed object. The only module that reads `RXCRM_*`."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass, field, fields
from pathlib import Path


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message names it and the cure."""


#: Extensions of files that run, install or reconfigure something when they are opened (S 4.4; Dynamics' list, brought up to date).
BLOCKED = (
    "ade adp app appx asa ashx asmx asp aspx bas bat cdx cer chm class cmd com config cpl crt csh dll dmg exe fxp gadget "
    "hlp hta htr htw ida idc idq inf ins iso isp its jar js jse ksh lnk mad maf mag mam maq mar mas mat mau mav maw mda "
    "mdb mde mdt mdw mdz msc msh msh1 msh1xml msh2 msh2xml mshxml msi msix msp mst ops pcd pif prf prg printer ps1 ps1xml "
    "ps2 psc1 psc2 pst reg rem scf scr sct sh shb shs shtm shtml soap stm svc sys tmp url vb vbe vbs vhd vhdx vsmacros vss "
    "vst vsw ws wsc wsf wsh"
)


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
    session_days: int = 30
    upload_megabytes: int = 100
    attachment_megabytes: int = 5
    blocked_types: str = BLOCKED
    files_url: str = ""
    import_rows: int = 1_000_000
    reader_megabytes: int = 512
    reader_seconds: int = 60
    redis_url: str = ""
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    imap_url: str = field(default="", repr=False)
    imap_seconds: int = 60
    secret_key: str = field(default="", repr=False)
    ca_file: str = ""
    graph_url: str = "https://graph.microsoft.com/v1.0"
    login_url: str = "https://login.microsoftonline.com"
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
        """Origins whose sockets are accepted; without a public address the Host header decides (rxcrm.guard)."""
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
    for each in fields(Settings):
        name = f"RXCRM_{each.name.upper()}"
        if text := os.environ.get(name, "").strip():
            chosen[each.name] = _convert(name, text, str(each.type))
    return Settings(**chosen)  # type: ignore[arg-type]
