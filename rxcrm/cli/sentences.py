"""How the command answers: sentences instead of traces, tables instead of dumps."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from typing import NoReturn

from rxcrm import serve
from rxcrm.settings import BadSetting, settings

#: What a folder or a disk can have against being used; any other OSError is a defect.
MACHINE = {
    errno.EACCES,
    errno.EPERM,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.EROFS,
    errno.ENOSPC,
    errno.ENAMETOOLONG,
}


class Refused(Exception):
    """What was asked for cannot be done; the message is a sentence for whoever asked."""


class Finished(Exception):
    """The command has done what it was asked for, and ends with a code of its own."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def finish_with(code: int) -> NoReturn:
    raise Finished(code)


def refuse(sentence: str) -> NoReturn:
    raise Refused(sentence)


@contextlib.contextmanager
def plain() -> Iterator[None]:
    """Turns what can go wrong on somebody's machine into Refused with a sentence; a defect keeps its trace."""
    try:
        yield
    except (BadSetting, serve.CannotStart) as problem:
        raise Refused(str(problem)) from None
    except OSError as problem:
        if problem.errno not in MACHINE:
            raise
        said = (problem.strerror or "").lower()
        raise Refused(f"rxcrm cannot use {problem.filename}: {said}. Check who owns it, and RXCRM_DATA_DIR.") from None
    except Exception as problem:
        raise _sentence_of(problem) from None


def _sentence_of(problem: Exception) -> Exception:
    from alembic.util import CommandError
    from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

    from rxcrm.models.errors import CrmError, Invalid

    if isinstance(problem, Invalid):
        return Refused("\n".join(problem.by_field().values()))
    if isinstance(problem, CrmError):
        return Refused(problem.text())
    if isinstance(problem, ArgumentError | NoSuchModuleError | ModuleNotFoundError) and settings().database_url:
        return Refused(
            "RXCRM_DATABASE_URL is not an address of a PostgreSQL database. Example: postgresql://user:password@host/name"
        )
    if isinstance(problem, CommandError):
        return Refused("The database was made by a newer version of rxcrm. Update rxcrm, or use another database.")
    if isinstance(problem, OperationalError) and settings().database_url:
        reason = str(getattr(problem, "orig", problem)).strip().splitlines()[0]
        return Refused(
            f"The database {_database()} cannot be used: {reason}. Check that it runs, and RXCRM_DATABASE_URL."
        )
    if isinstance(problem, OperationalError) or (
        isinstance(problem, DatabaseError) and "not a database" in str(problem)
    ):
        return Refused(f"The database {_database()} cannot be used: {problem.orig}. Check RXCRM_DATA_DIR.")
    return problem


def _database() -> str:
    from sqlalchemy.engine import make_url

    return make_url(settings().database).render_as_string(hide_password=True)


def print_table(headings: list[str], rows: list[list[str]]) -> None:
    """Columns under their headings, as wide as they need to be."""
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [headings, *rows]) for i in range(len(headings))]
    for row in [headings, ["─" * width for width in widths], *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
