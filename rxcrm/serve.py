"""The launcher: migrates, builds the front end when its sources changed, and runs the server on it.

`reflex run` is not used: it rebuilds at every start, wipes the stored states and dies with any worker. The names with
two underscores are internal to Reflex 0.10 and live only here.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from rxcrm.settings import settings

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / ".web"
BUILT = WEB / "rxcrm-built-from"
#: What the front end is built from; anything else may change without a build.
SOURCES = ("rxconfig.py", "pyproject.toml", "assets", "reflex.lock", "rxcrm")
LEFT_OUT = {"__pycache__", "external", "i18n", "alembic"}


class CannotStart(RuntimeError):
    """Something is missing; the message says what and how to cure it."""


def fingerprint() -> str:
    """A hash over every source of the front end."""
    found = hashlib.sha256(sys.version.encode())
    for name in SOURCES:
        place = ROOT / name
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts) and path.suffix != ".pyc":
                found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def build(force: bool = False) -> bool:
    """Build the production front end unless it is up to date; True if it was built."""
    wanted = fingerprint()
    if not force and BUILT.is_file() and BUILT.read_text() == wanted and (WEB / "build" / "client").is_dir():
        return False
    write_catalogues()
    log = settings().data_dir.resolve() / "build.log"
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    with log.open("w") as file:
        done = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, env=_environment())
    if done.returncode or not (WEB / "build" / "client").is_dir():
        raise CannotStart(f"The front end could not be built. The end of {log} says why:\n\n{_tail(log)}")
    _make_portable()
    BUILT.write_text(wanted)
    return True


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-25:])


def write_catalogues() -> None:
    """Translations as one static file per language, from the same catalogues that the server reads."""
    from babel.messages.pofile import read_po

    from rxcrm.translation import LOCALES, SOURCE, languages

    folder = ROOT / "assets" / "i18n"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for code in languages():
        if code == SOURCE:
            continue
        with (LOCALES / code / "LC_MESSAGES" / "rxcrm.po").open("rb") as file:
            catalogue = read_po(file)
        messages = {(m.id if isinstance(m.id, str) else m.id[0]): m.string for m in catalogue if m.id and m.string}
        (folder / f"{code}.json").write_text(json.dumps({"messages": messages}, ensure_ascii=False))


def _make_portable() -> None:
    """Let the page talk to the host and port that it came from instead of those of the build."""
    for path in (WEB / "build" / "client" / "assets").glob("reflex-env-*.js"):
        text = path.read_text()
        text = re.sub(r"`http://localhost:\d+", "`${globalThis.location?.origin}", text)
        text = re.sub(r"`ws://localhost:\d+", "`${globalThis.location?.origin.replace(/^http/,'ws')}", text)
        path.write_text(text)
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        path.with_name(path.name + ".br").unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    # Settings of the running server must not be baked into the build.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RXCRM_")}
    return {**kept, "REFLEX_USE_NPM": "1", "REFLEX_TELEMETRY_ENABLED": "false", "REFLEX_CHECK_LATEST_VERSION": "0", "NO_COLOR": "1"}


def prepare() -> None:
    """Data folder, schema, interrupted imports, first administrator or set-up code; says what it does."""
    from rxcrm.models import db, login, setup
    from rxcrm.models.importing import runs
    from rxcrm.models.migrating import migrate

    settings().data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    for revision in migrate(db.engine()):
        print(f"  database: applied {revision}", flush=True)
    db.transact(runs.recover)
    if not db.read(setup.is_needed):
        return
    if settings().admin_email and settings().admin_password:
        db.transact(setup.set_up_from_settings, settings().admin_email, settings().admin_password, db.now())
        print(f"  administrator {settings().admin_email} created from the settings", flush=True)
        return
    code = db.transact(login.new_setup_code, db.now())
    print(f"\n  Nobody has set rxcrm up yet. Open it in a browser and enter this code once:\n\n      {code}\n", flush=True)


def check_port() -> None:
    """Raises CannotStart if something already listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings().host, settings().port))
        except OSError:
            raise CannotStart(
                f"Port {settings().port} is in use. Stop what listens there, or choose another: RXCRM_PORT=3001 make run"
            ) from None


def serve() -> None:
    """Prepare everything and become the server; returns only through Ctrl-C or a signal."""
    check_port()
    started = time.monotonic()
    print("rxcrm", flush=True)
    prepare()
    if not BUILT.is_file():
        print("  building the front end for the first time (about a minute) …", flush=True)
    if build():
        print(f"  front end built in {time.monotonic() - started:.0f} s", flush=True)
    print(f"\n  http://localhost:{settings().port}    (Ctrl-C stops it)\n", flush=True)
    os.chdir(ROOT)
    os.environ.update(server_environment())
    os.execv(sys.executable, [sys.executable, *server_command()])


def server_command() -> list[str]:
    """Arguments for the Python interpreter that run the server on the built front end."""
    chosen = settings()
    return [
        "-m", "granian", "--interface", "asgi", "--factory", "--host", chosen.host, "--port", str(chosen.port),
        "--workers", str(chosen.workers), "--respawn-failed-workers", "--no-access-log", "--log-level", chosen.log_level,
        "--workers-kill-timeout", "5", "rxcrm.rxcrm:app",
    ]  # fmt: skip


def server_environment() -> dict[str, str]:
    """What tells Reflex to serve the built front end from this one process."""
    return {
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_STATES_WORKDIR": str((settings().data_dir / "states").resolve()),
        "PYTHONPATH": str(ROOT),
    }
