"""Microsoft's sign-in and Graph as far as contacts go, on the loopback over TLS with an authority of its own.

Bodies are shaped as Microsoft publishes them (contact: delta, delta query, throttling, device authorization grant). What
goes wrong is put in front with `fail`: a status, a body, a pause, for the next requests of a path.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import trustme

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
SECRET = "s3cr3t~of.the-application"
ACCOUNT = "sara@contoso.example"
DEVICE_CODE = "device-code-that-nobody-may-see"

PENDING = {
    "error": "authorization_pending",
    "error_description": "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    "error_codes": [70016],
}


def error(code: str, message: str = "Sorry.") -> dict[str, Any]:
    """An error as Graph tells it."""
    inner = {"date": "2026-05-13T10:00:00", "request-id": "0", "client-request-id": "0"}
    return {"error": {"code": code, "message": message, "innerError": inner}}


EXPIRED = error("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
THROTTLED = error("ApplicationThrottled", "Application is over its MailboxConcurrency limit.")
FORGOTTEN = error("SyncStateNotFound", "The sync state generation is not found.")


def contact(number: int, **more: Any) -> dict[str, Any]:
    """A contact as Graph has it."""
    return {
        "@odata.etag": f'W/"EQAAABYAAAB{number}"',
        "id": f"AAMkAGI2NG{number}",
        "changeKey": f"key{number}.1",
        "displayName": f"Given{number} Sur{number}",
        "givenName": f"Given{number}",
        "surname": f"Sur{number}",
        "companyName": "Contoso",
        "emailAddresses": [{"name": f"Given{number}", "address": f"given{number}@contoso.example"}],
        "businessPhones": [f"+48 22 555 01 {number:02}"],
        "homePhones": [],
        "mobilePhone": None,
        **more,
    }


@dataclass
class Fault:
    """What the next `times` requests of paths that match are answered with."""

    path: str
    status: int
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    seconds: float = 0.0


class Mailbox:
    """What is in the mailbox, how Microsoft behaves, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.ca_file = folder / "authority.pem"
        self.authority.cert_pem.write_to_path(str(self.ca_file))
        self.folders: dict[str, str] = {"inbox-of-contacts": "Contacts"}
        self.below: dict[str, list[str]] = {"": []}
        self.contacts: dict[str, dict[str, dict[str, Any]]] = {"inbox-of-contacts": {}}
        self.log: list[tuple[str, str, str]] = []  # folder, id, "changed" or "deleted"
        self.page = 2
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.typed = False
        self.declined = ""
        self.interval = 1
        self.revoked = False
        self.valid = {"token-1"}
        self.issued = 1
        self.url = ""

    # -- what a test does --

    def put(self, *contacts: dict[str, Any], folder: str = "inbox-of-contacts") -> None:
        for one in contacts:
            self.contacts[folder][one["id"]] = one
            self.log.append((folder, one["id"], "changed"))

    def drop(self, number: int, folder: str = "inbox-of-contacts") -> None:
        del self.contacts[folder][f"AAMkAGI2NG{number}"]
        self.log.append((folder, f"AAMkAGI2NG{number}", "deleted"))

    def add_folder(self, name: str, below: str = "") -> str:
        number = f"folder-{len(self.folders)}"
        self.folders[number], self.contacts[number] = name, {}
        self.below.setdefault(below, []).append(number)
        return number

    def fail(self, path: str, status: int, body: Any = b"", **more: Any) -> None:
        self.faults.append(Fault(path, status, body, **more))

    def expire_tokens(self) -> None:
        """No token that was given out counts any more; a new one is only to be had with the refresh token."""
        self.valid.clear()

    def paths(self) -> list[str]:
        return [path for path, _headers, _body in self.asked]

    # -- answering --

    def answer(self, method: str, target: str, headers: dict[str, str], body: str) -> tuple[int, Any, dict[str, str]]:
        self.asked.append((f"{method} {target}", headers, body))
        for fault in self.faults:
            if fault.times and re.search(fault.path, target):
                fault.times -= 1
                time.sleep(fault.seconds)
                return fault.status, fault.body, fault.headers
        parts = urlsplit(target)
        if "/oauth2/" in parts.path or "/.well-known/" in parts.path:
            return self._entra(parts.path, {k: v[0] for k, v in parse_qs(body).items()})
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.valid:
            return 401, EXPIRED, {"www-authenticate": "Bearer"}
        path = parts.path.removeprefix("/v1.0/")
        path = path.removeprefix("me/") if path.startswith("me/") else path.partition("/")[2].partition("/")[2]
        return self._graph(path, {k: v[0] for k, v in parse_qs(parts.query).items()}, parts.path)

    def _entra(self, path: str, form: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        base = f"{self.url}/{TENANT}"
        if path.endswith("openid-configuration"):
            if TENANT not in path:
                return 400, {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."}, {}
            return 200, {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            }, {}  # fmt: skip
        if form.get("client_id") != CLIENT:
            return (
                400,
                {"error": "unauthorized_client", "error_description": "AADSTS700016: Application not found."},
                {},
            )
        if path.endswith("devicecode"):
            return 200, {
                "user_code": "GTHK-QPMN",
                "device_code": DEVICE_CODE,
                "verification_uri": "https://microsoft.com/devicelogin",
                "expires_in": 900,
                "interval": self.interval,
                "message": "To sign in, use a web browser to open the page https://microsoft.com/devicelogin …",
            }, {}  # fmt: skip
        return self._token(form)

    def _token(self, form: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        kind = form.get("grant_type", "")
        if kind == "client_credentials":
            if form.get("client_secret") != SECRET:
                return (
                    401,
                    {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."},
                    {},
                )
            return 200, self._granted(False), {}
        if kind == "refresh_token":
            if self.revoked:
                return 400, {"error": "invalid_grant", "error_description": "AADSTS50173: The grant has expired."}, {}
            return 200, self._granted(True), {}
        if self.declined:
            return 400, {"error": self.declined, "error_description": "declined"}, {}
        return (200, self._granted(True), {}) if self.typed else (400, PENDING, {})

    def _granted(self, person: bool) -> dict[str, Any]:
        self.issued += 1
        token = f"token-{self.issued}"
        self.valid.add(token)
        granted = {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}
        if not person:
            return granted
        return granted | {
            "scope": f"{self.url}/Contacts.Read openid profile offline_access",
            "refresh_token": f"refresh-{self.issued}",
            "id_token": _jwt({"aud": CLIENT, "preferred_username": ACCOUNT, "name": "Sara", "oid": "1", "tid": TENANT, "sub": "s"}),
            "client_info": _part({"uid": "1", "utid": TENANT}),
        }  # fmt: skip

    def _graph(self, path: str, query: dict[str, str], whole: str) -> tuple[int, Any, dict[str, str]]:
        parts = [unquote(part) for part in path.split("/")]
        context = {"@odata.context": f"{self.url}/v1.0/$metadata#users('1')/contacts"}
        if parts == ["contacts"]:
            inside = list(self.contacts["inbox-of-contacts"].values())
            first = [{**c, "parentFolderId": "inbox-of-contacts"} for c in inside[: int(query["$top"])]]
            return 200, context | {"@odata.count": len(inside), "value": first}, {}
        if parts == ["contactFolders"]:
            return 200, context | {"value": self._listed("")}, {}
        folder = parts[1]
        if folder not in self.folders:
            return 404, error("ErrorItemNotFound", "The specified object was not found in the store."), {}
        if len(parts) == 2:
            return 200, context | {"id": folder, "displayName": self.folders[folder]}, {}
        if parts[2] == "childFolders":
            return 200, context | {"value": self._listed(folder)}, {}
        if parts[2:] == ["contacts"]:
            inside = list(self.contacts[folder].values())
            return 200, context | {"@odata.count": len(inside), "value": [{"id": c["id"]} for c in inside[:1]]}, {}
        return self._delta(folder, query, whole)

    def _listed(self, above: str) -> list[dict[str, Any]]:
        return [
            {"id": f, "displayName": self.folders[f], "parentFolderId": above or "inbox-of-contacts"}
            for f in self.below.get(above, [])
        ]

    def _delta(self, folder: str, query: dict[str, str], whole: str) -> tuple[int, Any, dict[str, str]]:
        """Skip tokens are "since:offset", delta tokens the length of the log."""
        link = f"{self.url}{whole}"
        since, offset = (query.get("$skiptoken") or f"{query.get('$deltatoken', '')}:0").split(":")
        if since:
            changed = dict.fromkeys(i for f, i, _ in self.log[int(since) :] if f == folder)
            rows = [self.contacts[folder].get(i) or {"id": i, "@removed": {"reason": "deleted"}} for i in changed]
        else:
            rows = list(self.contacts[folder].values())
        start = int(offset)
        page: dict[str, Any] = {
            "@odata.context": f"{self.url}/v1.0/$metadata#Collection(contact)",
            "value": rows[start : start + self.page],
        }
        if start + self.page < len(rows):
            page["@odata.nextLink"] = f"{link}?$skiptoken={since}:{start + self.page}"
        else:
            page["@odata.deltaLink"] = f"{link}?$deltatoken={len(self.log)}"
        return 200, page, {}


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _jwt(claims: dict[str, Any]) -> str:
    now = int(time.time())
    return ".".join((_part({"alg": "none"}), _part({"iat": now, "exp": now + 3600, **claims}), "x"))


@contextmanager
def serving(mailbox: Mailbox, host: str = "localhost") -> Iterator[Mailbox]:
    """Microsoft for as long as it is needed; its certificate is of `mailbox.authority`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            headers = {k.lower(): v for k, v in self.headers.items()}
            status, answer, more = mailbox.answer(self.command, self.path, headers, body)
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(content)),
                **more,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(content)
            except OSError:
                self.close_connection = True  # whoever asked has heard enough

        do_GET = do_POST = _do

        def log_message(self, *_: Any) -> None:
            """Tests look at `asked`."""

    server = _Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mailbox.authority.issue_cert(host).configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    mailbox.url = f"https://localhost:{server.server_port}"
    try:
        yield mailbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """A client that does not trust the certificate hangs up."""
