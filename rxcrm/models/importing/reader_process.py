"""The process in which files are read: `python -m rxcrm.models.importing.reader_process`.

A file of somebody else may be made to use up memory or time, or crash a parser. It does so here, where there are
limits and nothing to lose. The request comes as one line of JSON on stdin; lines of JSON go out on stdout: how many
rows have been read, then one answer. Imports little, because it is started for every look at a file.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from rxcrm.models.importing.grid import CellError, Exact, Row, Unreadable
from rxcrm.models.importing.stage import ReadOptions, Stage

#: Rows that go into the stage at once.
BATCH = 10_000
#: Why an answer is missing, for the process that asked.
MEMORY, ROOM = "memory", "room"
_PR_SET_PDEATHSIG = 1

Send = Callable[[dict[str, Any]], None]


def main() -> None:
    """Answer the one request that waits on stdin."""
    request = json.loads(sys.stdin.buffer.readline())
    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def send(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    _die_with(request["parent"])
    _limit(request["megabytes"], request["seconds"], request["file_megabytes"])
    try:
        send(_ANSWERS[request["what"]](request, send))
    except Unreadable as refusal:
        send({"refused": [refusal.message, refusal.values]})
    except MemoryError:
        send({"failed": MEMORY})
    except OSError as problem:
        if problem.errno not in (errno.ENOMEM, errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", -1)):
            raise
        send({"failed": MEMORY if problem.errno == errno.ENOMEM else ROOM})


def _die_with(parent: int) -> None:
    """A server that is killed must not leave readers behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        return
    # The other end of stdin is open as long as the parent lives.
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(1)), daemon=True).start()


def _limit(megabytes: int, seconds: int, file_megabytes: int) -> None:
    try:
        import resource
    except ImportError:
        # Windows has no such limits; the time is watched by the parent too.
        return
    wanted = [
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, file_megabytes * 1024 * 1024),
        (resource.RLIMIT_CORE, 0),
    ]
    for which, most in wanted:
        hard = resource.getrlimit(which)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(which, (soft, hard))
        except (ValueError, OSError) as problem:
            # macOS refuses to limit the address space.
            print(f"No limit {which}: {problem}", file=sys.stderr)
    # A file that grows too large is an error to be told, not a reason to die.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _stage(request: dict[str, Any], send: Send) -> dict[str, Any]:
    from rxcrm.models.importing.reading import read_table

    table = read_table(Path(request["path"]), ReadOptions(**request["options"]))
    stage = Stage.create(Path(request["target"]), table.headings)
    rows, count = iter(table.rows()), 0
    while added := stage.append(islice(rows, BATCH)):
        count += added
        send({"rows": count})
    _note_ending(table, request["file_name"])
    source = table.source(count)
    stage.close(source)
    return {"source": asdict(source)}


def _peek(request: dict[str, Any], _send: Send) -> dict[str, Any]:
    from rxcrm.models.importing.reading import read_table

    table = read_table(Path(request["path"]), ReadOptions(**request["options"]))
    rows = list(islice(table.rows(), request["most"] + 1))
    _note_ending(table, request["file_name"])
    complete = len(rows) <= request["most"]
    return {
        "source": asdict(table.source(len(rows) if complete else 0)),
        "rows": [_packed(row) for row in rows[: request["most"]]],
        "top": [_packed(row) for row in islice(table.grid.rows(), request["most"])],
    }


def _members(request: dict[str, Any], _send: Send) -> dict[str, Any]:
    from rxcrm.models.importing.archives import unpack

    found, left_out = unpack(Path(request["path"]), request["file_name"], Path(request["folder"]))
    return {"members": [[name, str(path)] for name, path in found], "left_out": left_out}


def _note_ending(table: Any, file_name: str) -> None:
    from rxcrm.models.importing.formats import ending_note

    if found := ending_note(table.grid.format, file_name):
        table.grid.note(found[0], **found[1])


def _packed(row: Row) -> list[Any]:
    """A row as JSON: plain texts as they are, others with a letter for their kind."""
    number, cells = row
    return [number, [[_KINDS[type(c)], str(c)] if type(c) in _KINDS else c for c in cells]]


def unpacked(row: list[Any]) -> Row:
    """The row that `_packed` packed."""
    return row[0], [_MAKE[cell[0]](cell[1]) if isinstance(cell, list) else cell for cell in row[1]]


_KINDS: dict[type, str] = {Exact: "e", CellError: "x"}
_MAKE: dict[str, type[str]] = {"e": Exact, "x": CellError}
_ANSWERS: dict[str, Callable[[dict[str, Any], Send], dict[str, Any]]] = {
    "stage": _stage,
    "peek": _peek,
    "members": _members,
}

if __name__ == "__main__":
    main()
