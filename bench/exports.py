"""Exports of 10,000 and 100,000 leads in every format: rows per second beside their floor, memory at both sizes.

The floor is bare SQL through the driver and the writer of the format fed with what it found: openpyxl's write-only
workbook, csv, a template string for XML, vobject for cards. It knows no rights, words, zones, checksums or currencies.
Each export runs in a process of its own, as large ones do, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import vobject
from openpyxl.cell import WriteOnlyCell

from bench import filling, people, report
from bench.bare import Bare
from bench.desk import desk
from rxcrm.models import db
from rxcrm.models.exporting.making import make
from rxcrm.models.exporting.wanted import ALL, FORMATS, VCF, Wanted

SIZES = (10_000, 100_000)
#: What the view Open Leads reads.
_SQL = (
    "SELECT lead.id, modified_on, first_name, last_name, topic, company_name, status_reason, rating, lead_source,"
    ' "user".name, lead.created_on FROM lead LEFT JOIN "user" ON "user".id = lead.owner_user_id'
    " WHERE lead.status = 0 AND lead.deleted_on IS NULL ORDER BY lead.created_on DESC, lead.id DESC"
)
_CARDS = (
    "SELECT id, first_name, last_name, email, business_phone FROM contact WHERE deleted_on IS NULL ORDER BY name_key"
)


def main() -> None:
    """Fill a database per size and print the table; `--markdown` writes it into the page of figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.exports", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), metavar="N")
    parser.add_argument("--one", nargs=4, metavar=("URL", "SIDE", "FORMAT", "COLUMNS"), help=argparse.SUPPRESS)
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/performance.md")
    asked = parser.parse_args()
    if asked.one:
        _one(*asked.one)
        return
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="rxcrm-bench-") as folder:
        for size in asked.sizes:
            url = f"sqlite:///{folder}/{size}.db"
            db.use(db.make_engine(url))
            filling.fill(db.engine(), size)
            _contacts(size)
            db.engine().dispose()
            for format in FORMATS:
                for columns in ("shown",) if format == VCF else ("shown", ALL):
                    found.append(_measured(url, size, format, columns, Path(folder)))
                    print(_line(found[-1]), flush=True)
    if asked.markdown:
        report.write("exports", markdown(found))


def _contacts(size: int) -> None:
    """As many contacts as leads, of the same people."""
    names = "first_name, last_name, job_title, email, business_phone, city, country, owner_user_id, unit_id, name_key, email_key"
    names += ", owner_key, created_on, modified_on"
    with db.engine().begin() as connection:
        given = dict(filling.defaults(connection, _contact()))
        others = {n: v for n, v in given.items() if n not in names.split(", ") and n != "id"}
        insert = (
            f"INSERT INTO contact ({names}, {', '.join(others)}) SELECT {names}, {', '.join(others.values())} FROM lead"
        )
        connection.exec_driver_sql(f"{insert} LIMIT {size}")


def _contact() -> Any:
    from rxcrm.models.contact import Contact

    return Contact


def _measured(url: str, size: int, format: str, columns: str, folder: Path) -> dict[str, Any]:
    sides = {}
    for side in ("app", "floor") if columns == "shown" else ("app",):
        command = [sys.executable, "-m", "bench.exports", "--one", url, side, format, columns]
        environment = {**os.environ, "RXCRM_DATA_DIR": str(folder)}
        answer = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        sides[side] = json.loads(answer.stdout.splitlines()[-1])
    return {"size": size, "format": format, "columns": columns, **sides}


def _one(url: str, side: str, format: str, columns: str) -> None:
    """One export in this process; its figures are the last line on stdout."""
    db.use(db.make_engine(url))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{format}"
        entity = "contact" if format == VCF else "lead"
        place = desk(0)
        before = peak = _memory()
        began = perf_counter()
        if side == "app":
            view = "active" if entity == "contact" else "open"

            def look(done: int, total: int) -> bool:
                nonlocal peak
                peak = max(peak, _memory())
                return True

            rows = make(place.busy, Wanted(entity, format, view, which=columns), path, people.NOW, look).rows
        else:
            rows = _FLOORS[format](place.bare, path)
        taken = perf_counter() - began
        megabytes = path.stat().st_size / 1e6
    figures = {"rows": rows, "seconds": taken, "before": before, "peak": peak, "megabytes": megabytes}
    print(json.dumps(figures))


def _memory() -> int:
    """The memory of this process in MB, without the pages of the database that it shares with the system's cache."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1]) // 1024


# -- floors ----------------------------------------------------------------------------------------------------------


def _bare_xlsx(bare: Bare, path: Path) -> int:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Leads")
    count = 0
    for row in bare.cursor.execute(_SQL):
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
        sheet.append(cells)
        count += 1
    book.save(path)
    return count


def _bare_csv(bare: Bare, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in bare.cursor.execute(_SQL):
            writer.writerow(row)
            count += 1
    return count


def _bare_xml(bare: Bare, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in bare.cursor.execute(_SQL):
            cells = "".join(f'<Cell><Data ss:Type="String">{escape(str(value))}</Data></Cell>' for value in row)
            file.write(f"<Row>{cells}</Row>\n")
            count += 1
    return count


def _bare_vcf(bare: Bare, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for _, first, last, email, phone in bare.cursor.execute(_CARDS):
            card = vobject.vCard()
            card.add("n").value = vobject.vcard.Name(family=last, given=first)
            card.add("fn").value = f"{first} {last}".strip()
            card.add("email").value = email
            card.add("tel").value = phone
            file.write(card.serialize())
            count += 1
    return count


_FLOORS = {"xlsx": _bare_xlsx, "csv": _bare_csv, "xml": _bare_xml, "vcf": _bare_vcf}


# -- tables ----------------------------------------------------------------------------------------------------------


def _line(found: dict[str, Any]) -> str:
    app, floor = found["app"], found.get("floor")
    told = f"{found['size']:>9,} {found['format']:5}{found['columns']:6}{_speed(app):>10,.0f} rows/s"
    told += (
        f"{_speed(floor):>10,.0f} rows/s of the floor ({app['seconds'] / floor['seconds']:.2f} ×)"
        if floor
        else " " * 38
    )
    return f"{told}  {app['before']} → {app['peak']} MB, file {app['megabytes']:.1f} MB"


def _speed(figures: dict[str, Any]) -> float:
    return float(figures["rows"] / figures["seconds"])


def markdown(found: list[dict[str, Any]]) -> str:
    """Rows per second of app and floor, and the peak of memory, by format and size."""
    head = "| rows | format | columns | rows/s | floor rows/s | app / floor | memory before → peak | file |"
    lines = [head, "| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for each in found:
        app, floor = each["app"], each.get("floor")
        beside = f"{_speed(floor):,.0f} | {app['seconds'] / floor['seconds']:.2f} ×" if floor else " | "
        lines.append(
            f"| {app['rows']:,} | .{each['format']} | {each['columns']} | {_speed(app):,.0f} | {beside} |"
            f" {app['before']} → {app['peak']} MB | {app['megabytes']:.1f} MB |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
