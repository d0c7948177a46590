"""The floor of a visit: the files that the server sent, out of memory and with nothing else to do."""

from __future__ import annotations

import contextlib
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_KEPT = ("content-type", "content-encoding", "cache-control")
Files = dict[str, tuple[list[tuple[str, str]], bytes]]


def files_of(url: str, paths: list[str]) -> Files:
    """What the server answers to a browser for each path, redirects followed."""
    return {path: _answer(url + path) for path in paths}


def _answer(address: str) -> tuple[list[tuple[str, str]], bytes]:
    asked = urllib.request.Request(address, headers={"accept-encoding": "gzip, br"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked) as answer:
        body = answer.read()
        return [(name, answer.headers[name]) for name in _KEPT if answer.headers[name]], body


@contextlib.contextmanager
def memory(files: Files) -> Iterator[str]:
    """The address of a server that answers these files as they are."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # header and body in one packet
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers, body = files.get(self.path, ([], b""))
            self.send_response(200 if self.path in files else 404)
            for name, value in [*headers, ("content-length", str(len(body)))]:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
