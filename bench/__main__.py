"""`python -m bench`: fill databases, time the steps, print the tables."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg

from bench import (
    boards,
    browser,
    dashboards,
    duplicates,
    filling,
    filters,
    imports,
    list_tools,
    lists,
    live,
    merging,
    qualifying,
    records,
    report,
    scores,
    servers,
    timeline,
)
from bench.desk import Desk, desk
from bench.timing import Figure
from rxcrm.models import db
from rxcrm.models.migrating import migrate

STEPS: dict[str, Callable[[Desk], list[Figure]]] = {
    "lists": lists.figures,
    "filters": filters.figures,
    "records": records.figures,
    "timeline": timeline.figures,
    "qualify": qualifying.figures,
    "merge": merging.figures,
    "import": imports.figures,
    "dashboards": dashboards.figures,
    "list tools": list_tools.figures,
    "scores": scores.figures,
    "boards": boards.figures,
}
#: Section of docs/performance.md → the steps whose figures it has.
SECTIONS = {
    "data layer": ("lists", "records", "timeline", "qualify", "merge", "import", "scores"),
    "views": ("filters", "list tools", "boards", "dashboards"),
}


def main() -> None:
    asked = _asked()
    # Being told to stop must not leave a server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="rxcrm-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["RXCRM_DATA_DIR"] = str(folder / "data")
    figures: dict[str, list[Figure]] = defaultdict(list)
    try:
        if asked.browser:
            _in_a_browser(folder, asked)
            return
        if asked.live:
            print(live.terminal(live.run()))
            return
        if asked.duplicates:
            _duplicates(folder, asked)
            return
        if asked.imports:
            _imports(folder, asked)
            return
        with ExitStack() as stack:
            for database in asked.databases:
                addresses = _addresses(stack, database, folder)
                for size in asked.sizes:
                    # An import's time depends on its file, a timeline's on its length: once per database is enough.
                    steps = [
                        s for s in asked.steps if s not in ("import", "timeline", "merge") or size == min(asked.sizes)
                    ]
                    for step, found in _measure(addresses(size), size, steps, again=asked.again).items():
                        figures[next(name for name, held in SECTIONS.items() if step in held)] += found
    except servers.NoPostgres as problem:
        sys.exit(str(problem))
    finally:
        if not asked.folder:
            shutil.rmtree(folder, ignore_errors=True)
    if asked.sql:
        print(f"\n{report.floors(each for found in figures.values() for each in found)}")
    if asked.markdown:
        for section, found in figures.items():
            report.write(section, report.markdown(found))
        print(f"\nWritten into {report.PAGE}.")


def _in_a_browser(folder: Path, asked: argparse.Namespace) -> None:
    found = browser.run(folder, max(asked.sizes), asked.peer)
    print(browser.terminal(found))
    if asked.markdown:
        report.write("browser", browser.markdown(found))
        print(f"\nWritten into {report.PAGE}.")


def _duplicates(folder: Path, asked: argparse.Namespace) -> None:
    with ExitStack() as stack:
        places = [
            (address(size), size)
            for database in asked.databases
            for address in [_addresses(stack, database, folder)]
            for size in asked.sizes
        ]
        found = duplicates.run(places)
    print(duplicates.terminal(*found))
    if asked.markdown:
        report.write("duplicates", duplicates.markdown(*found))
        print(f"\nWritten into {report.PAGE}.")


def _imports(folder: Path, asked: argparse.Namespace) -> None:
    found: list[Figure] = []
    weights: list[imports.Weight] = []
    with ExitStack() as stack:
        for database in asked.databases:
            place = _filled(_addresses(stack, database, folder)(min(asked.sizes)), min(asked.sizes))
            more, weight = imports.run(place)
            found, weights = found + more, weights + weight
            place.bare.close()
            db.engine().dispose()
    print(imports.terminal(found, weights))
    if asked.markdown:
        report.write("imports", imports.markdown(found, weights))
        print(f"\nWritten into {report.PAGE}.")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Times what rxcrm does with many leads, each step beside its floor: the bare SQL through the driver.",
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], metavar="N", help="numbers of leads")
    parser.add_argument("--full", action="store_true", help="1,000,000 leads too (takes half an hour and 8 GB)")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--steps", nargs="+", choices=tuple(STEPS), default=list(STEPS))
    parser.add_argument(
        "--browser",
        action="store_true",
        help="instead, time what a user waits for, among the largest of --sizes, on SQLite",
    )
    parser.add_argument(
        "--duplicates", action="store_true", help="instead, measure how well and how fast duplicates are found"
    )
    parser.add_argument(
        "--imports",
        action="store_true",
        help="instead, time imports of 10,000 and 100,000 rows, and who waits for them",
    )
    parser.add_argument("--live", action="store_true", help="instead, time how a note reaches 50 open tabs")
    parser.add_argument(
        "--peer", type=Path, default=browser.PEER, metavar="FILE", help="the peer's figures for --browser (%(default)s)"
    )
    parser.add_argument("--sql", action="store_true", help="print the SQL of every floor")
    parser.add_argument("--markdown", action="store_true", help="write the tables into docs/performance.md")
    parser.add_argument(
        "--folder", type=Path, help="where the SQLite files lie and stay afterwards (default: a temporary folder)"
    )
    parser.add_argument(
        "--again", action="store_true", help="take the SQLite files that lie in --folder from an earlier run"
    )
    asked = parser.parse_args()
    if asked.full:
        asked.sizes = sorted({*asked.sizes, 1_000_000})
    return asked


def _addresses(stack: ExitStack, database: str, folder: Path) -> Callable[[int], str]:
    """A function from a number of leads to the address of the database that holds, or will hold, so many."""
    if database == "sqlite":
        return lambda size: f"sqlite:///{folder / f'{size}.db'}"
    server = stack.enter_context(servers.postgres(folder))

    def address(size: int) -> str:
        plain = server.replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE leads_{size}")
        return f"{server.rsplit('/', 1)[0]}/leads_{size}"

    return address


def _measure(address: str, size: int, steps: list[str], *, again: bool) -> dict[str, list[Figure]]:
    """Fill a database and time the steps on it."""
    return _time(_filled(address, size, again=again), steps)


def _filled(address: str, size: int, *, again: bool = False) -> Desk:
    """A database with so many leads, from now on the one of this process; perhaps one that is there already."""
    file = Path(address.removeprefix("sqlite:///"))
    again = again and address.startswith("sqlite") and file.exists()
    if address.startswith("sqlite") and not again:
        file.unlink(missing_ok=True)
    db.use(db.make_engine(address))
    if again:
        migrate(db.engine())
        return desk(size)
    began = time.perf_counter()
    filling.fill(db.engine(), size)
    print(f"\n{size:,} leads on {db.engine().dialect.name}, filled in {time.perf_counter() - began:.0f} s", flush=True)
    return desk(size)


def _time(place: Desk, steps: list[str]) -> dict[str, list[Figure]]:
    figures: dict[str, list[Figure]] = {}
    for step in steps:
        figures[step] = STEPS[step](place)
        print(report.terminal(figures[step]), flush=True)
    place.bare.close()
    db.engine().dispose()
    return figures


if __name__ == "__main__":
    main()
