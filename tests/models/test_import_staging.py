"""A file → a stage, read by a process of its own that no file can take the server down with (issue 5, "Bad input")."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from rxcrm.models.importing import staging
from rxcrm.models.importing.grid import CellError, Exact, Unreadable
from rxcrm.models.importing.stage import ReadOptions, Source, Stage
from rxcrm.models.importing.staging import members, peek, stage_file
from rxcrm.settings import Settings
from tests.models.made_files import SHEET, csv_file, sheet_xml, text_file, with_part, xls_file, xlsx_file

ROOT = Path(__file__).parents[2]
AS_FOUND = ReadOptions()


def staged(path: Path, options: ReadOptions = AS_FOUND, name: str = "") -> tuple[Source, list[tuple[int, list[str]]]]:
    target = path.with_name("x.stage")
    source = stage_file(path, name or path.name, options, target)
    with Stage(target) as stage:
        assert stage.source == source
        return source, list(stage.rows())


def slow(seconds: int = 60, megabytes: int = 512) -> Settings:
    return Settings(reader_seconds=seconds, reader_megabytes=megabytes)


def said(source: Source) -> str:
    return " ".join(message % values for message, values in source.notes)


# -- what comes back -------------------------------------------------------------------------------------------------


def test_a_file_becomes_a_stage_with_its_source(tmp_path: Path) -> None:
    source, rows = staged(text_file(tmp_path, "Imię;Nazwisko\nMałgorzata;Zając\n\n;x\n", "cp1250"))
    assert rows == [(2, ["Małgorzata", "Zając"]), (3, ["", ""]), (4, ["", "x"])]
    assert source == Source("csv", "cp1250", ";", [], "", 1, ["Imię", "Nazwisko"], 3)


def test_kinds_of_cells_survive_the_stage(tmp_path: Path) -> None:
    cells = (
        '<c r="A2"><v>60610.0</v></c><c r="B2" t="e"><v>#N/A</v></c><c r="C2" t="inlineStr"><is><t>00123</t></is></c>'
    )
    head = "".join(f'<c r="{c}1" t="inlineStr"><is><t>{c}</t></is></c>' for c in "ABC")
    path = with_part(xlsx_file(tmp_path, [["x"]]), SHEET, sheet_xml(f'<row r="1">{head}</row><row r="2">{cells}</row>'))
    _, [(_, row)] = staged(path)
    assert (row, [type(c) for c in row]) == (["60610", "#N/A", "00123"], [Exact, CellError, str])
    assert [type(c) for c in peek(path, "a.xlsx", AS_FOUND).rows[0][1]] == [Exact, CellError, str]


def test_a_look_shows_the_first_rows_and_what_stands_at_the_top(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [["Leads of June"], [], ["Name", "City"], *([f"n{n}", "x"] for n in range(50))])
    found = peek(path, path.name, AS_FOUND, most=3)
    assert found.rows == [(4, ["n0", "x"]), (5, ["n1", "x"]), (6, ["n2", "x"])]
    assert found.top == [(1, ["Leads of June"]), (2, []), (3, ["Name", "City"])]
    assert (found.source.heading_row, found.source.headings, found.source.data_rows) == (3, ["Name", "City"], 0)
    assert peek(path, path.name, AS_FOUND, most=50).source.data_rows == 50


def test_what_was_chosen_is_read_so(tmp_path: Path) -> None:
    path = text_file(tmp_path, "a~b\nłódź~1\n", "cp1250")
    found = peek(path, path.name, ReadOptions(encoding="windows-1250", delimiter="~", heading_row=0))
    assert found.source.headings == ["Column 1", "Column 2"] and found.source.encoding == "cp1250"
    assert found.rows == [(1, ["a", "b"]), (2, ["łódź", "1"])]


def test_progress_is_told_and_may_end_the_reading(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [["a"], *([str(n)] for n in range(25_000))])
    heard: list[int] = []
    stage_file(path, "a.csv", AS_FOUND, tmp_path / "x.stage", heard.append)
    assert heard == [10_000, 20_000, 25_000]

    def cancel(rows: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        stage_file(path, "a.csv", AS_FOUND, tmp_path / "y.stage", cancel)
    assert not list(tmp_path.glob("y.stage*"))


def test_archives_are_taken_apart_in_the_reader_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "upload", "w") as archive:
        archive.writestr("leads.csv", "a,b\n1,2\n")
        archive.writestr("logo.png", b"\x89PNG")
    found = members(tmp_path / "upload", "a.zip")
    assert [(m.name, m.path.read_text(), m.path.parent) for m in found] == [("a.zip/leads.csv", "a,b\n1,2\n", tmp_path)]
    assert found.left_out == ["a.zip/logo.png"]
    assert not list(tmp_path.glob("unpacking-*"))
    assert [m.path for m in members(found[0].path, "leads.csv")] == [found[0].path]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("leads.xlsx", "would be a .xlsx file, but it is a text file"),
        ("leads.csv", ""),
        ("leads.txt", ""),
        ("leads", ""),
    ],
)
def test_a_wrong_ending_is_told(tmp_path: Path, name: str, sentence: str) -> None:
    source, rows = staged(text_file(tmp_path, "a,b\n1,2\n"), name=name)
    assert (sentence in said(source), bool(source.notes), len(rows)) == (True, bool(sentence), 1)


# -- refusals --------------------------------------------------------------------------------------------------------


def test_a_refusal_comes_back_with_its_values_and_leaves_no_stage(tmp_path: Path) -> None:
    path = text_file(tmp_path, 'a,b\n1,2\n"3,4\n')
    with pytest.raises(Unreadable, match="quotation mark in line 3 is never closed") as caught:
        stage_file(path, path.name, AS_FOUND, tmp_path / "x.stage")
    assert caught.value.values == {"line": 3}
    assert not list(tmp_path.glob("x.stage*"))


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "settings", lambda: slow(seconds=1))
    path = csv_file(tmp_path, [["a", "b", "c"], *(["x", "y", str(n)] for n in range(900_000))])
    began = time.monotonic()
    with pytest.raises(Unreadable, match="more than 1 seconds"):
        stage_file(path, path.name, AS_FOUND, tmp_path / "x.stage")
    assert time.monotonic() - began < 10
    assert not list(tmp_path.glob("x.stage*"))


def test_a_reader_that_waits_without_working_is_given_up_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "settings", lambda: slow(seconds=1))
    monkeypatch.setattr(staging, "_PATIENCE", 0.5)
    os.mkfifo(tmp_path / "pipe")
    # Opening a pipe waits for somebody who writes into it.
    monkeypatch.setattr(Path, "is_file", lambda path: True)
    with pytest.raises(Unreadable, match="more than 1 seconds"):
        members(tmp_path / "pipe", "a.zip")


def test_a_file_that_needs_too_much_memory_is_refused_and_named_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # One text of a megabyte to which every cell refers: small on the disk, 2 GB in memory.
    texts = f"<sst><si><t>{'x' * 1_000_000}</t></si></sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2000))
    path = with_part(xlsx_file(tmp_path, [["x"]]), SHEET, sheet_xml(rows))
    path = with_part(path, "xl/sharedStrings.xml", texts.encode())
    with pytest.raises(Unreadable, match=r"more than 512 MB of memory. Save it as .csv"):
        stage_file(path, "evil.xlsx", AS_FOUND, tmp_path / "x.stage")
    assert "evil.xlsx" in caplog.text


def test_a_damaged_workbook_that_asks_for_all_memory_of_the_world_is_called_damaged(tmp_path: Path) -> None:
    path = xls_file(tmp_path, [["Name", "City"], ["Ana", "Lisboa"]])
    corners, absurd = (struct.pack("<LLHHH", 0, rows, 0, 2, 0) for rows in (2, 0xFFFFFFF0))
    content = path.read_bytes()
    assert corners in content
    path.write_bytes(content.replace(corners, absurd))
    with pytest.raises(Unreadable, match=r"damaged|unusual"):
        stage_file(path, "leads.xls", AS_FOUND, tmp_path / "x.stage")


def test_a_reader_that_dies_is_a_sentence_and_its_words_stay_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = text_file(tmp_path, "a,b\n1,2\n")
    monkeypatch.setattr(
        staging, "_request", lambda *_, **__: {**REQUEST, "path": str(path), "options": {"nonsense": 1}}
    )
    with pytest.raises(Unreadable, match="cannot be read") as caught:
        peek(path, "leads.csv", AS_FOUND)
    assert "Traceback" in caplog.text and "Traceback" not in str(caught.value)


def test_a_file_that_is_no_longer_there_is_asked_for_again(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no longer there"):
        peek(tmp_path / "gone", "leads.csv", AS_FOUND)


REQUEST = {
    "what": "peek",
    "path": "leads.csv",
    "file_name": "leads.csv",
    "parent": os.getpid(),
    "megabytes": 512,
    "seconds": 60,
    "file_megabytes": 2000,
    "most": 20,
}


def test_the_limits_of_the_settings_reach_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "settings", lambda: Settings(import_rows=10, upload_megabytes=1))
    path = csv_file(tmp_path, [["a"], *([str(n)] for n in range(11))])
    with pytest.raises(Unreadable, match="more than 10 rows"):
        stage_file(path, path.name, AS_FOUND, tmp_path / "x.stage")
    os.truncate(path, 2 * 1024 * 1024)
    with pytest.raises(Unreadable, match="larger than 1 MB"):
        peek(path, path.name, AS_FOUND)


def test_secrets_of_the_server_do_not_reach_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXCRM_ADMIN_PASSWORD", "correct horse")
    given = staging._environment()
    assert {name for name in given if name.startswith("RXCRM_")} == {"RXCRM_IMPORT_ROWS", "RXCRM_UPLOAD_MEGABYTES"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_a_reader_dies_with_its_server(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [["a", "b", "c"], *(["x", "y", str(n)] for n in range(900_000))])
    code = (
        "import sys; from pathlib import Path; from rxcrm.models.importing.staging import *\n"
        "from rxcrm.models.importing.stage import ReadOptions\n"
        "stage_file(Path(sys.argv[1]), 'a.csv', ReadOptions(), Path(sys.argv[2]), lambda n: print(n, flush=True))"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(tmp_path / "x.stage")], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert server.stdout and server.stdout.readline()
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    assert children
    for _ in range(100):
        if not any(_alive(int(child)) for child in children):
            return
        time.sleep(0.05)
    raise AssertionError("the reader goes on without its server")


def _alive(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


# -- how much ---------------------------------------------------------------------------------------------------------


def test_a_look_takes_less_than_a_blink_of_imports() -> None:
    """Whatever the reader imports, every look at a file waits for it."""
    code = "import sys, rxcrm.models.importing.reader_process, rxcrm.models.importing.reading; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"sqlalchemy", "sqlmodel", "reflex", "babel", "pydantic", "phonenumbers", "vobject", "openpyxl"}


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """In a process of its own, because the largest of all children counts."""
    path = csv_file(tmp_path, [["a", "b", "c"], *([f"n{n}", "y", str(n)] for n in range(200_000))])
    code = (
        "import sys, resource; from pathlib import Path; from rxcrm.models.importing.staging import *\n"
        "from rxcrm.models.importing.stage import ReadOptions\n"
        "source = stage_file(Path(sys.argv[1]), 'a.csv', ReadOptions(), Path(sys.argv[2]))\n"
        "print(source.data_rows, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(tmp_path / "x.stage")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    rows, most = map(int, done.stdout.split())
    assert rows == 200_000
    assert most * (1 if sys.platform == "darwin" else 1024) < 60_000_000
