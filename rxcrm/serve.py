"""The launcher: migrates, builds the front end when its sources changed, and runs the server on it.

`reflex run` is not used: it rebuilds at every start, wipes the stored states and dies with any worker. The names with
two underscores are internal to Reflex 0.10 and live only here.
"""

from __future__ import annotations

import contextlib
import fcntl
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
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from rxcrm.settings import settings

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / ".web"
BUILT = WEB / "rxcrm-built-from"
#: What the front end is built from; anything else may change without a build. The lock is written by the build itself.
SOURCES = ("rxconfig.py", "pyproject.toml", "assets", "rxcrm")
LOCK = ROOT / "reflex.lock"
LEFT_OUT = {
    "__pycache__",
    "external",
    "i18n",
    "alembic",
    "cli",
    "serve.py",
    "web.py",
    "web_export.py",
    "routing.py",
    "guard.py",
    "demo.py",
}


class CannotStart(RuntimeError):
    """Something is missing; the message says what and how to cure it."""


def fingerprint() -> str:
    """A hash over every source of the front end and over the pinned versions of its packages."""
    return f"{_hash(*(ROOT / name for name in SOURCES))} {_hash(LOCK)}"


def _hash(*places: Path) -> str:
    found = hashlib.sha256(sys.version.encode())
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts) and path.suffix != ".pyc":
                found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def is_built() -> bool:
    """Whether the front end is there and nothing that it is built from has changed since."""
    return BUILT.is_file() and BUILT.read_text() == fingerprint() and (WEB / "build" / "client").is_dir()


def build(force: bool = False) -> bool:
    """Build the production front end unless it is up to date; True if it was built. Others who build wait."""
    with _alone():
        if not force and is_built():
            return False
        before = fingerprint().split()[0]
        BUILT.unlink(missing_ok=True)
        write_catalogues()
        try:
            _export()
        finally:
            _settle_lock()
        _make_portable()
        # Hashed again, because the build may rewrite the lock.
        BUILT.write_text(f"{before} {_hash(LOCK)}")
        return True


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One build at a time in this folder."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _export() -> None:
    log = settings().data_dir.resolve() / "build.log"
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    with log.open("w") as file:
        running = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, env=_environment())
        try:
            _wait(running)
        except BaseException:
            running.terminate()
            running.wait()
            raise
    if running.returncode or not (WEB / "build" / "client").is_dir():
        raise CannotStart(f"The front end could not be built. The end of {log} says why:\n\n{_tail(log)}")


def _wait(running: subprocess.Popen[bytes]) -> None:
    """Wait for a build and show that it goes on: a counter in a terminal, a line every 20 s elsewhere."""
    started, live = time.monotonic(), sys.stdout.isatty()
    while True:
        try:
            running.wait(1 if live else 20)
            break
        except subprocess.TimeoutExpired:
            seconds = f"{time.monotonic() - started:.0f} s"
            print(
                f"\r  … {seconds} " if live else f"  … still building after {seconds}",
                end="" if live else "\n",
                flush=True,
            )
    if live:
        print("\r\033[K", end="", flush=True)


def _settle_lock() -> None:
    """One spelling of package.json: Reflex writes its keys in another order when it begins from nothing."""
    path = LOCK / "package.json"
    if path.is_file():
        path.write_text(json.dumps(json.loads(path.read_text()), indent=2, sort_keys=True) + "\n")


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
    ours = {
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "0",
        "NO_COLOR": "1",
    }
    return {**_registry(), **kept, **ours}


def _registry() -> dict[str, str]:
    """The registry that npm is set to. Without it Reflex measures which of several answers fastest and takes that one."""
    npm = Path(sys.executable).parent / "npm"
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        asked = subprocess.run([npm, "config", "get", "registry"], cwd=ROOT, capture_output=True, text=True, check=True)
        if (found := asked.stdout.strip()).startswith("http"):
            return {"NPM_CONFIG_REGISTRY": found}
    return {}


def prepare() -> None:
    """Data folder, schema, interrupted imports, first administrator or set-up code; says what it does."""
    from rxcrm.models import db, login, setup
    from rxcrm.models.importing import runs
    from rxcrm.models.migrating import migrate

    settings().data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if applied := migrate(db.engine()):
        print(f"  The database was brought up to date ({', '.join(applied)}).", flush=True)
    runs.recover()
    if not db.read(setup.is_needed):
        return
    if settings().admin_email and settings().admin_password:
        db.transact(setup.set_up_from_settings, settings().admin_email, settings().admin_password, db.now())
        print(f"  The administrator {settings().admin_email} was created from the settings.", flush=True)
        return
    code = db.transact(login.new_setup_code, db.now())
    print(
        f"\n  Nobody has set rxcrm up yet. Open it in a browser and enter this code once:\n\n      {code}\n", flush=True
    )


def check_port() -> None:
    """Raises CannotStart if the server could not listen."""
    host, port = settings().host, settings().port
    if not 0 < port < 65536:
        raise CannotStart(f"RXCRM_PORT must lie between 1 and 65535, but is {port}.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CannotStart(
                f"Port {port} is for the system's administrator. Choose one above 1023: RXCRM_PORT=3000 make run"
            ) from None
        except OSError as problem:
            if problem.errno != 98 and problem.errno != 48:  # "Address already in use" on Linux and macOS
                raise CannotStart(
                    f"This computer cannot listen on {host}: {problem.strerror}. Look at RXCRM_HOST."
                ) from None
            raise CannotStart(
                f"Port {port} is in use. Stop what listens there, or choose another: RXCRM_PORT={port + 1} make run"
            ) from None


def check_settings() -> None:
    """Raises CannotStart for settings that do not go together and for a Redis that does not answer, BadSetting for bad ones."""
    chosen = settings()
    if not 0 < chosen.attachment_megabytes <= 128:
        raise CannotStart(
            f"RXCRM_ATTACHMENT_MEGABYTES must lie between 1 and 128, but is {chosen.attachment_megabytes}."
        )
    if chosen.workers > 1 and not chosen.redis_url:
        raise CannotStart(
            "More than one server process (RXCRM_WORKERS) needs a Redis between them: set RXCRM_REDIS_URL."
        )
    from rxcrm.models.mail import servers

    servers.smtp(), servers.sender(), servers.mailbox()
    if not chosen.redis_url:
        return
    if not chosen.redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise CannotStart("RXCRM_REDIS_URL must begin with redis://, rediss:// or unix://.")
    from redis import Redis, RedisError

    try:
        with contextlib.closing(Redis.from_url(chosen.redis_url, socket_connect_timeout=5, socket_timeout=5)) as probe:
            probe.ping()
    except (RedisError, OSError, ValueError) as problem:
        raise CannotStart(f"The Redis of RXCRM_REDIS_URL does not answer: {problem}") from None


def serve(as_built: bool = False) -> None:
    """Prepare everything and become the server; returns only through Ctrl-C or a signal.

    With `as_built` the front end is served as it was last built, whatever its sources say.
    """
    started = time.monotonic()
    check_port()
    check_settings()
    print("rxcrm is starting.", flush=True)
    prepare()
    if not as_built:
        say_and_build()
    os.chdir(ROOT)
    os.environ.update(server_environment())
    _announce(started)
    os.execv(sys.executable, [sys.executable, *server_command()])


def say_and_build() -> None:
    """Build if need be, and say why it takes long."""
    if is_built():
        return
    started = time.monotonic()
    if (WEB / "node_modules").is_dir():
        print("  Its sources have changed, so the front end is being built again (less than a minute) …", flush=True)
    else:
        print("  Building the front end for the first time (one or two minutes) …", flush=True)
    if build():
        print(f"  The front end was built in {time.monotonic() - started:.0f} s.", flush=True)


def address() -> str:
    """Where a browser on this computer finds the server."""
    return settings().public_url.rstrip("/") or f"http://localhost:{settings().port}"


def is_up() -> bool:
    """Whether the server answers."""
    host = settings().host
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    with contextlib.suppress(urllib.error.URLError, OSError):
        # Straight to this computer, whatever proxy the environment names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return bool(opener.open(f"http://{host}:{settings().port}/health", timeout=2).status == 200)
    return False


def _announce(started: float) -> None:
    """Say when the server answers, from a process beside it: this one is about to become the server."""
    server = os.getpid()
    if child := os.fork():
        os.waitpid(child, 0)
        return
    try:
        if os.fork() == 0:  # A grandchild, so that nobody has to collect it.
            _say_when_ready(server, started)
    finally:
        os._exit(0)


def _say_when_ready(server: int, started: float) -> None:
    while not is_up():
        os.kill(server, 0)  # Raises once the server is gone.
        time.sleep(0.2)
    seconds = f"{time.monotonic() - started:.0f} s"
    print(f"\n  rxcrm is ready after {seconds}:  {address()}    (Ctrl-C stops it)\n", flush=True)


def develop() -> None:
    """Serve, and build and start again whenever a source changes; for `make dev`.

    Reflex's own development mode runs the pages and the server on two ports, but the session cookie, the routes of
    rxcrm.web and the check of a socket's origin all want one. So this is the real thing, only again and again.
    """
    from watchfiles import watch

    check_port()
    check_settings()
    prepare()
    server: subprocess.Popen[bytes] | None = None
    changes = watch(*(ROOT / name for name in SOURCES), watch_filter=_is_source, raise_interrupt=True)
    try:
        while True:
            try:
                say_and_build()
            except CannotStart as problem:
                print(f"\n{problem}\n\n  Waiting for the next change.", flush=True)
            else:
                server = _restart(server)
            changed = sorted({str(Path(path).relative_to(ROOT)) for _, path in next(changes)})
            print(f"\n  Changed: {', '.join(changed[:5])}{' …' if changed[5:] else ''}", flush=True)
    finally:
        _stop(server)


def _is_source(_change: object, path: str) -> bool:
    inside = Path(path).relative_to(ROOT)
    return inside.suffix in (".py", ".js", ".jsx", ".css", ".po", ".toml") and not {"i18n", "external"} & set(
        inside.parts
    )


def _restart(server: subprocess.Popen[bytes] | None) -> subprocess.Popen[bytes]:
    _stop(server)
    started = time.monotonic()
    server = subprocess.Popen([sys.executable, *server_command()], cwd=ROOT, env={**os.environ, **server_environment()})
    while server.poll() is None and not is_up():
        time.sleep(0.2)
    if server.poll() is None:
        print(f"\n  Ready after {time.monotonic() - started:.0f} s:  {address()}    (Ctrl-C stops it)", flush=True)
    else:
        print("\n  The server stopped at once; what it said stands above. Waiting for the next change.", flush=True)
    return server


def _stop(server: subprocess.Popen[bytes] | None) -> None:
    if server and server.poll() is None:
        server.terminate()
        server.wait()


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
