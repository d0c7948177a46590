"""Files are read in a process of their own with limits, so that no file can stop the server (issue 5, "Bad input")."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

from rxcrm.models.importing.grid import Row, Unreadable
from rxcrm.models.importing.reader_process import MEMORY, ROOM, unpacked
from rxcrm.models.importing.stage import ReadOptions, Source
from rxcrm.settings import settings
from rxcrm.translation import N_

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

#: What the names of folders begin with in which archives are unpacked.
UNPACKING = "unpacking-"
#: Threads that wait for readers. They have their own: files that take minutes must not keep those of others, who sign in.
READERS = ThreadPoolExecutor(2, thread_name_prefix="reader")

_GONE = N_("The uploaded file is no longer there. Upload it again.")
_TOO_SLOW = N_("Reading this file takes more than %(n)s seconds of work. Split it, or save it as .csv and try again.")
_TOO_LARGE = N_("Reading this file needs more than %(n)s MB of memory. Save it as .csv, or split it, and try again.")
_NO_ROOM = N_("This file unpacks to more than there is room for. Save it as .csv, or split it, and try again.")
_CRASHED = N_(
    "This file cannot be read. It is damaged, or in a way unusual that its reader does not know."
    " Open it in a spreadsheet program, save it as .xlsx or .csv, and try again."
)
#: The seconds of the limit are seconds of work, which the system counts. On a busy computer more of them pass by.
_PATIENCE = 3
#: Bytes that no file needs at once.
_ABSURD = 4_000_000_000
#: What a reader may write to the disk, as a multiple of the largest upload.
_WRITTEN = 20
#: Settings that a reader needs; it gets no other, least of all passwords.
_TOLD = ("import_rows", "upload_megabytes")


async def apart(fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What reads a file, in a thread of the readers; the files of others wait while all of these are at work."""
    return await asyncio.get_running_loop().run_in_executor(READERS, functools.partial(fn, *args, **kwargs))


@dataclass(frozen=True)
class Peek:
    """The first rows of a file. `top` are the first rows of the sheet as they are, headings and what stands above them.

    `source.data_rows` is 0 if there are more rows than `rows`.
    """

    source: Source
    rows: list[Row] = field(default_factory=list)
    top: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Member:
    """A file taken out of an archive: "archive.zip/leads.csv", and where it lies now."""

    name: str
    path: Path


class Members(list[Member]):
    """The files of an archive; `left_out` are the names of those that are no lists: pictures, documents."""

    left_out: list[str]


def stage_file(
    path: Path, file_name: str, options: ReadOptions, target: Path, progress: Callable[[int], None] | None = None
) -> Source:
    """Read a file into a new stage at `target`. `progress` hears how many rows are staged; what it raises ends the reading.

    Raises Unreadable with a sentence for the user; then there is no stage.
    """
    try:
        answer = _ask(_request("stage", path, file_name, options=asdict(options), target=str(target)), progress)
    except BaseException:
        for part in ("", "-wal", "-shm", "-journal"):
            target.with_name(target.name + part).unlink(missing_ok=True)
        raise
    return Source(**answer["source"])


def peek(path: Path, file_name: str, options: ReadOptions, most: int = 20) -> Peek:
    """The first rows of a file as they would be staged. Raises Unreadable with a sentence for the user."""
    answer = _ask(_request("peek", path, file_name, options=asdict(options), most=most))
    rows, top = ([unpacked(row) for row in answer[part]] for part in ("rows", "top"))
    return Peek(Source(**answer["source"]), rows, top)


def members(path: Path, file_name: str, folder: Path | None = None) -> Members:
    """The files of an archive that can be imported, taken out into the folder of the archive (or into `folder`).

    A file that is no archive is its own only member. Raises Unreadable with a sentence for the user.
    """
    folder = folder or path.parent
    # What a reader that died took out is found again, and goes.
    waiting = Path(tempfile.mkdtemp(prefix=UNPACKING, dir=folder))
    try:
        answer = _ask(_request("members", path, file_name, folder=str(waiting)))
        found = Members()
        for name, taken in answer["members"]:
            lies = Path(taken)
            found.append(Member(name, lies.rename(folder / lies.name) if lies.parent == waiting else path))
    finally:
        shutil.rmtree(waiting)
    found.left_out = answer["left_out"]
    return found


def _request(what: str, path: Path, file_name: str, **more: Any) -> dict[str, Any]:
    return {
        "what": what,
        "path": str(path),
        "file_name": file_name,
        "parent": os.getpid(),
        "megabytes": settings().reader_megabytes,
        "seconds": settings().reader_seconds,
        "file_megabytes": settings().upload_megabytes * _WRITTEN,
        **more,
    }


def _ask(request: dict[str, Any], progress: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Start a reader and wait for its answer. Raises Unreadable for a refusal, and if there is none."""
    answer: dict[str, Any] = {}
    if not Path(request["path"]).is_file():
        raise Unreadable(_GONE)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "rxcrm.models.importing.reader_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            env=_environment(),
        )
        clock = threading.Timer(request["seconds"] * _PATIENCE, process.kill)
        late = False
        try:
            clock.start()
            answer = _listen(process, request, progress)
            process.wait()
            late = not clock.is_alive()
        finally:
            clock.cancel()
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
        if "source" in answer or "members" in answer:
            return answer
        if "refused" in answer:
            message, values = answer["refused"]
            raise Unreadable(message, **values)
        raise _explained(answer, process.returncode, late, said, request)


def _listen(
    process: subprocess.Popen[bytes], request: dict[str, Any], progress: Callable[[int], None] | None
) -> dict[str, Any]:
    """Hand over the request, pass on the progress; the last line is the answer."""
    assert process.stdin and process.stdout
    answer: dict[str, Any] = {}
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        # Stays open: while it is, the reader knows that somebody waits.
        process.stdin.flush()
    except BrokenPipeError:
        return answer
    for line in process.stdout:
        # A reader that dies may leave half a line.
        if line.endswith(b"\n"):
            answer = json.loads(line)
            if progress and "rows" in answer:
                progress(answer["rows"])
    return answer


def _explained(answer: dict[str, Any], code: int, late: bool, said: IO[bytes], request: dict[str, Any]) -> Unreadable:
    """Why there is no answer, for the user; what the reader said of it goes to the log."""
    said.seek(0, os.SEEK_END)
    said.seek(max(0, said.tell() - 3000))
    words = said.read().decode(errors="replace")
    log.warning("The reader of %s (%s) ended with %s: %s", request["file_name"], request["what"], code, words)
    if late or code == -getattr(signal, "SIGXCPU", 0):
        return Unreadable(_TOO_SLOW, n=request["seconds"])
    if answer.get("failed") == ROOM:
        return Unreadable(_NO_ROOM)
    # A library in Rust ends the process when it gets no memory, Linux kills it when there is none.
    asked = re.search(r"memory allocation of (\d+) bytes", words)
    if asked and int(asked[1]) > _ABSURD:
        # Not a large file, but a wrong number in a damaged one.
        return Unreadable(_CRASHED)
    starved = asked or "MemoryError" in words or "out of memory" in words
    if answer.get("failed") == MEMORY or starved or code == -9:
        return Unreadable(_TOO_LARGE, n=request["megabytes"])
    return Unreadable(_CRASHED)


def _environment() -> dict[str, str]:
    """What the reader inherits. One arena for all threads: each further one would count against its memory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RXCRM_")}
    told = {f"RXCRM_{name.upper()}": str(getattr(settings(), name)) for name in _TOLD}
    return {**kept, **told, "MALLOC_ARENA_MAX": "1", "PYTHONUTF8": "1", "RUST_BACKTRACE": "0"}
