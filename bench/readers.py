"""`python -m bench.readers`: reading a file of every format, beside the fastest reader of it among kept libraries.

Ours is the whole way that an upload goes: the reader process started, the file recognised, its rows checked and staged
in SQLite. The floor is the bare library in a process of its own that makes Python texts of all cells and keeps none.
Memory is the largest that each process had.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rxcrm.models.exporting.columns import Column, Scheme
from rxcrm.models.exporting.delimited import CsvWriter
from rxcrm.models.exporting.rows import Batch
from rxcrm.models.exporting.spreadsheetml import XmlWriter
from rxcrm.models.exporting.workbook import XlsxWriter
from rxcrm.models.fields import Conventions, Kind

RUNS = 3
HEADINGS = (
    *("Topic", "First Name", "Last Name", "Job Title", "Business Phone", "Mobile Phone"),
    *("E-mail", "Company", "City", "Notes"),
)
_MEASURED = """
import json, resource, sys
from time import perf_counter
path = sys.argv[1]
began = perf_counter()
{code}
seconds = perf_counter() - began
used = resource.getrusage(resource.RUSAGE_{whose})
print(json.dumps([used.ru_utime + used.ru_stime, rows, {memory}, seconds]))
"""
#: The largest of the readers that a process started, and its own; a new process counts the memory of its maker too.
_OF_CHILD = "resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024"
_OWN = "int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) // 1024"
OURS = """
from pathlib import Path
from rxcrm.models.importing.stage import ReadOptions
from rxcrm.models.importing.staging import stage_file
rows = stage_file(Path(path), path, ReadOptions(), Path(path + ".stage")).data_rows
"""
_CSV = """
import csv
with open(path, encoding="utf-8-sig", newline="") as file:
    rows = sum(1 for _ in csv.reader(file))
"""
_CALAMINE = """
from python_calamine import CalamineWorkbook
rows = sum(1 for _ in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
"""
_OPENPYXL = """
from openpyxl import load_workbook
rows = sum(1 for _ in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True))
"""
_ETREE = """
from defusedxml.ElementTree import iterparse
rows, row = 0, "{urn:schemas-microsoft-com:office:spreadsheet}Row"
for _, element in iterparse(path):
    if element.tag == row:
        rows += len([e.text for cell in element for e in cell]) > 0
        element.clear()
"""
_VOBJECT = """
import vobject
with open(path, encoding="utf-8") as file:
    rows = sum(1 for card in vobject.readComponents(file) if card.contents)
"""
#: Format → libraries that read it, the fastest first: that one is the floor.
PEERS: dict[str, dict[str, str]] = {
    "csv": {"csv": _CSV},
    "xlsx": {"python-calamine": _CALAMINE, "openpyxl": _OPENPYXL},
    "ods": {"python-calamine": _CALAMINE},
    "xml": {"defusedxml": _ETREE},
    "vcf": {"vobject": _VOBJECT},
}


@dataclass(frozen=True)
class Figure:
    """One reader on one file. `cpu` are seconds of work, which a busy machine does not lengthen; `wall` passed by."""

    format: str
    reader: str
    rows: int
    cpu: float
    wall: float
    megabytes: int


def cells(number: int) -> list[str]:
    """A row of ten texts, most of them unlike those of other rows."""
    return [
        *(f"Interest in product {number % 97}", "Anna", f"Kowalska {number}", "Head of Sales"),
        *(f"+48 22 555 {number:07}", "+49 30 1234567", f"anna{number}@example.com", f"Company {number % 5000} GmbH"),
        *("Warszawa", f"Met at the fair, stand {number % 300}."),
    ]


def written(folder: Path, kind: str, rows: int) -> Path:
    """A file of a format with so many rows."""
    path = folder / f"{rows}.{kind}"
    if kind in ("ods", "vcf"):
        (_ods if kind == "ods" else _vcf)(path, rows)
        return path
    columns = tuple(Column(f"k{n}", name, Kind.TEXT, (), lambda _: []) for n, name in enumerate(HEADINGS))
    marks = ("(Do Not Modify) Lead", "(Do Not Modify) Row Checksum", "(Do Not Modify) Modified On")
    scheme = Scheme(None, columns, Conventions(), marks)  # type: ignore[arg-type]
    makers: dict[str, Callable[[], Any]] = {
        "csv": lambda: CsvWriter(path, scheme, ","),
        "xlsx": lambda: XlsxWriter(path, scheme, "Leads", rows),
        "xml": lambda: XmlWriter(path, scheme, "Leads", rows),
    }
    writer = makers[kind]()
    for first in range(1, rows + 1, 2000):
        numbers = list(range(first, min(first + 2000, rows + 1)))
        values: list[list[Any]] = [list(column) for column in zip(*map(cells, numbers), strict=True)]
        writer.write(Batch(numbers, [datetime(2026, 6, 1, tzinfo=UTC)] * len(numbers), values, {}))
    writer.close()
    return path


def _ods(path: Path, rows: int) -> None:
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{v}:1.0"' for k, v in names.items())

    def row(texts: list[str]) -> str:
        made = (f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>' for t in texts)
        return f"<table:table-row>{''.join(made)}</table:table-row>"

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        with archive.open("content.xml", "w") as part:
            part.write(f"<office:document-content {spaces}><office:body><office:spreadsheet>".encode())
            part.write(f'<table:table table:name="Leads">{row(list(HEADINGS))}'.encode())
            for number in range(1, rows + 1):
                part.write(row(cells(number)).encode())
            part.write(b"</table:table></office:spreadsheet></office:body></office:document-content>")


def _vcf(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="\r\n") as file:
        for number in range(1, rows + 1):
            _, first, last, title, phone, mobile, email, company, city, notes = cells(number)
            file.write(
                f"BEGIN:VCARD\nVERSION:3.0\nN:{last};{first};;;\nFN:{first} {last}\nTITLE:{title}\nORG:{company}\n"
                f"TEL;TYPE=WORK:{phone}\nTEL;TYPE=CELL:{mobile}\nEMAIL:{email}\nADR;TYPE=WORK:;;;{city};;;\n"
                f"NOTE:{notes.replace(',', chr(92) + ',')}\nEND:VCARD\n"
            )


def measure(path: Path, reader: str, code: str) -> Figure:
    """The median of some runs, each in a fresh process."""
    program = _MEASURED.format(
        code=code,
        memory=_OF_CHILD if reader == "rxcrm" else _OWN,
        whose="CHILDREN" if reader == "rxcrm" else "SELF",
    )
    runs = []
    for _ in range(RUNS):
        command = [sys.executable, "-c", program, str(path)]
        runs.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    cpu, wall = (statistics.median(r[n] for r in runs) for n in (0, 3))
    return Figure(path.suffix[1:], reader, runs[0][1], cpu, wall, max(int(r[2]) for r in runs))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.readers", description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000], metavar="N")
    parser.add_argument("--formats", nargs="+", choices=tuple(PEERS), default=list(PEERS))
    parser.add_argument("--all", action="store_true", help="every kept library, not only the fastest")
    asked = parser.parse_args()
    print(f"{'format':8}{'reader':18}{'rows':>10}{'CPU s':>8}{'wall s':>8}{'MB':>6}{'× floor':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for kind in asked.formats:
            for rows in asked.rows:
                path = written(Path(folder), kind, rows)
                peers = PEERS[kind] if asked.all else dict(list(PEERS[kind].items())[:1])
                figures = [measure(path, name, code) for name, code in {"rxcrm": OURS, **peers}.items()]
                for figure in figures:
                    ratio = f"{figure.cpu / figures[1].cpu:9.1f}" if figure is figures[0] else ""
                    print(
                        f"{kind:8}{figure.reader:18}{rows:10,}{figure.cpu:8.2f}{figure.wall:8.2f}"
                        f"{figure.megabytes:6}{ratio}",
                        flush=True,
                    )
                path.unlink()


if __name__ == "__main__":
    main()
