"""Real mail servers on the loopback: one that takes mail (aiosmtpd), and a mailbox (dovecot)."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from imaplib import IMAP4
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from rxcrm.models import jobs
from rxcrm.settings import settings

PASSWORD = "p@ss/word:1"
QUOTED = "p%40ss%2Fword%3A1"


@dataclass
class Delivered:
    """One message as the server got it."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]


@dataclass
class PostOffice:
    """What the mail server does with each command, and what it got. A number of seconds makes it slow."""

    got: list[Delivered] = field(default_factory=list)
    mail: str = ""
    rcpt: dict[str, str] = field(default_factory=dict)
    data: str = ""
    slow_at: str = ""
    seconds: float = 30.0
    hang_up_after_data: bool = False
    tries: int = 0

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.tries += 1
        await self._dawdle("mail")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.mail or "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await self._dawdle("rcpt")
        if refusal := self.rcpt.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        if not self.data:
            self.got.append(Delivered(envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if self.hang_up_after_data:
            server.transport.abort()
        await self._dawdle("data")
        return self.data or "250 OK"

    async def _dawdle(self, where: str) -> None:
        if self.slow_at == where:
            await asyncio.sleep(self.seconds)

    def authenticate(self, _s: Any, _session: Any, _e: Any, _mechanism: str, auth_data: Any) -> AuthResult:
        right = isinstance(auth_data, LoginPassword) and auth_data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=False)


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Set RXCRM_* for this test: `choose(smtp_url=…)`."""

    def put(**chosen: str) -> None:
        for name, value in chosen.items():
            monkeypatch.setenv(f"RXCRM_{name.upper()}", value)
        settings.cache_clear()

    for name in ("SMTP_URL", "IMAP_URL", "MAIL_FROM"):
        monkeypatch.delenv(f"RXCRM_{name}", raising=False)
    put(data_dir=str(tmp_path))
    yield put
    monkeypatch.undo()
    settings.cache_clear()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post(choose: Any) -> Iterator[PostOffice]:
    """A mail server that the settings name. It wants the password."""
    office = PostOffice()
    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=office.authenticate,
        auth_required=True,
        auth_require_tls=False,
        enable_SMTPUTF8=True,
    )
    controller.start()
    choose(smtp_url=f"smtp://crm:{QUOTED}@127.0.0.1:{controller.port}")
    yield office
    controller.stop()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """What open tabs are told."""
    heard: list[set[str]] = []

    async def tell(topics: Any) -> None:
        heard.append(set(topics))

    monkeypatch.setattr(jobs, "tell", tell)
    return heard


# -- dovecot ---------------------------------------------------------------------------------------------------------


class Mailbox:
    """A mailbox and what lies in it."""

    def __init__(self, port: int, user: str) -> None:
        self.port, self.user = port, user
        self.url = f"imap://{user}:{QUOTED}@127.0.0.1:{port}/INBOX"

    def put(self, raw: bytes | EmailMessage, folder: str = "INBOX") -> None:
        """Deliver a message."""
        with IMAP4("127.0.0.1", self.port) as box:
            box.login(self.user, PASSWORD)
            assert box.append(folder, "", None, raw if isinstance(raw, bytes) else raw.as_bytes())[0] == "OK"  # type: ignore[arg-type]

    def run(self, *commands: tuple[str, ...]) -> list[Any]:
        """Let IMAP commands do something to the mailbox."""
        with IMAP4("127.0.0.1", self.port) as box:
            box.login(self.user, PASSWORD)
            return [getattr(box, name)(*arguments) for name, *arguments in commands]


_DOVECOT = """
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{home}/mail/%u
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@pytest.fixture(scope="session")
def dovecot() -> Iterator[int]:
    """The port of a dovecot of this session; any user may sign in with PASSWORD."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        sentence = "dovecot is not installed: apt install dovecot-imapd"
        pytest.fail(sentence) if os.environ.get("CI") == "true" else pytest.skip(sentence)
    home = Path(tempfile.mkdtemp(prefix="rxcrm-imap-", dir="/tmp"))
    who = _somebody_unprivileged()
    port = free_port()
    (home / "dovecot.conf").write_text(
        _DOVECOT.format(
            home=home,
            port=port,
            password=PASSWORD,
            user=who.pw_name,
            group=_group_of(who),
            uid=who.pw_uid,
            gid=who.pw_gid,
        )
    )
    (home / "run").mkdir()
    (home / "mail").mkdir()
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        for path in (home, *home.iterdir()):
            os.chown(path, who.pw_uid, who.pw_gid)
        identity = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    server = subprocess.Popen(
        [program, "-F", "-c", home / "dovecot.conf"],
        stdout=subprocess.DEVNULL,
        stderr=(home / "said").open("w"),
        cwd="/",
        **identity,
    )
    try:
        _wait_for(server, port, home)
        yield port
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def _somebody_unprivileged() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.getuid())


def _group_of(who: pwd.struct_passwd) -> str:
    import grp

    return grp.getgrgid(who.pw_gid).gr_name


def _wait_for(server: subprocess.Popen[bytes], port: int, home: Path) -> None:
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with IMAP4("127.0.0.1", port, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    said = "\n".join(p.read_text() for p in (home / "said", home / "log") if p.exists())
    pytest.fail(f"dovecot did not start: {said[-2000:]}")


_users = iter(range(10**6))


@pytest.fixture
def mailbox(dovecot: int, choose: Any) -> Mailbox:
    """An empty mailbox that the settings name."""
    box = Mailbox(dovecot, f"crm{next(_users)}")
    choose(imap_url=box.url)
    return box
