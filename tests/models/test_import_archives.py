"""Archives → the files in them, or a sentence; nothing in an archive is believed (issue 5, parts 1 and "Bad input")."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from rxcrm.models.importing import archives
from rxcrm.models.importing.archives import unpack
from rxcrm.models.importing.grid import Unreadable
from rxcrm.settings import Settings
from tests.models.made_files import xlsx_file

ROWS = b"First Name,Last Name\nAna,Sousa\n"


def packed(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def zip_file(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "upload"
    path.write_bytes(packed(files))
    return path


def names(folder: Path, files: dict[str, bytes]) -> list[str]:
    return [name for name, _ in unpack(zip_file(folder, files), "a.zip", folder)[0]]


def test_every_list_of_an_archive_becomes_a_file_of_its_own(tmp_path: Path) -> None:
    book = xlsx_file(tmp_path, [["Name"], ["Ana"]]).read_bytes()
    found, left_out = unpack(zip_file(tmp_path, {"x/leads.csv": ROWS, "leads.xlsx": book}), "a.zip", tmp_path)
    assert [(name, path.read_bytes()) for name, path in found] == [
        ("a.zip/x/leads.csv", ROWS),
        ("a.zip/leads.xlsx", book),
    ]
    assert all(path.parent == tmp_path and path.stat().st_mode & 0o777 == 0o600 for _, path in found)
    assert left_out == []


def test_archives_in_archives_are_unpacked_but_not_without_end(tmp_path: Path) -> None:
    one = packed({"leads.csv": ROWS})
    assert names(tmp_path, {"in.zip": one}) == ["a.zip/in.zip/leads.csv"]
    three = packed({"3.zip": packed({"2.zip": one})})
    with pytest.raises(Unreadable, match="archives in archives"):
        unpack(zip_file(tmp_path, {"4.zip": three}), "a.zip", tmp_path)


def test_what_is_no_archive_is_its_own_only_member(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [["Name"], ["Ana"]])
    assert unpack(path, "leads.xlsx", tmp_path) == ([("leads.xlsx", path)], [])
    (tmp_path / "empty").write_bytes(b"")
    assert unpack(tmp_path / "empty", "leads.csv", tmp_path)[0] == [("leads.csv", tmp_path / "empty")]


def test_pictures_and_documents_are_left_out_and_named(tmp_path: Path) -> None:
    files = {"leads.csv": ROWS, "logo.png": b"\x89PNG\r\n", "readme.md": b"read me", "brief.pdf": b"%PDF-1.7"}
    found, left_out = unpack(zip_file(tmp_path, files), "a.zip", tmp_path)
    assert [name for name, _ in found] == ["a.zip/leads.csv"]
    assert left_out == ["a.zip/logo.png", "a.zip/readme.md", "a.zip/brief.pdf"]


def test_what_calls_itself_a_list_is_taken_out_so_that_its_reader_can_say_what_is_wrong(tmp_path: Path) -> None:
    assert names(tmp_path, {"leads.xlsx": b"%PDF-1.7", "empty.csv": b""}) == ["a.zip/leads.xlsx", "a.zip/empty.csv"]


def test_what_systems_add_by_themselves_is_passed_over(tmp_path: Path) -> None:
    junk = {"__MACOSX/._leads.csv": b"x", ".DS_Store": b"x", "a/Thumbs.db": b"x", "b/.hidden.csv": ROWS}
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    path = zip_file(tmp_path, {**junk, "leads.csv": ROWS})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    found, left_out = unpack(path, "a.zip", tmp_path)
    assert ([name for name, _ in found], left_out) == (["a.zip/leads.csv"], [])


@pytest.mark.parametrize(
    "name", ["../leads.csv", "x/../../leads.csv", "/etc/leads.csv", "..\\leads.csv", "C:\\leads.csv"]
)
def test_a_name_that_leaves_the_folder_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "imports"
    folder.mkdir()
    path = zip_file(tmp_path, {"good.csv": ROWS, name: ROWS})
    with pytest.raises(Unreadable, match="would leave its folder"):
        unpack(path, "a.zip", folder)
    assert list(folder.iterdir()) == [] and sorted(p.name for p in tmp_path.iterdir()) == ["imports", "upload"]


def test_control_characters_of_a_name_are_not_shown(tmp_path: Path) -> None:
    assert names(tmp_path, {"lea\u202eds\x07.csv": ROWS}) == ["a.zip/leads.csv"]


def test_a_bomb_is_refused_while_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="unpacks to far more"):
        unpack(zip_file(tmp_path, {"leads.csv": b"a" * 50_000_000}), "a.zip", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["upload"]


def test_many_files_together_may_not_be_too_large_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "settings", lambda: Settings(upload_megabytes=1))
    rows = b"".join(b"%d,x\n" % n for n in range(100_000))
    with pytest.raises(Unreadable, match="unpacks to far more"):
        unpack(zip_file(tmp_path, {f"{n}.csv": rows for n in range(20)}), "a.zip", tmp_path)
    with pytest.raises(Unreadable, match=r"“big.csv” in this archive is larger than 1 MB"):
        unpack(zip_file(tmp_path, {"big.csv": rows * 2}), "a.zip", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["upload"]


def test_a_size_that_lies_does_not_help(tmp_path: Path) -> None:
    path = zip_file(tmp_path, {"leads.csv": b"a" * 30_000_000})
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<L", 30_000_000), struct.pack("<L", 100)))
    with pytest.raises(Unreadable):
        unpack(path, "a.zip", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["upload"]


def test_a_password_and_damage_have_their_sentences(tmp_path: Path) -> None:
    path = zip_file(tmp_path, {"leads.csv": ROWS})
    content = path.read_bytes()
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + offset
        content = content[:place] + bytes([content[place] | 1]) + content[place + 1 :]
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="protected by a password"):
        unpack(path, "a.zip", tmp_path)
    path = zip_file(tmp_path, {"leads.csv": ROWS * 100})
    content = bytearray(path.read_bytes())
    content[45:60] = b"\xff" * 15
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="archive is damaged"):
        unpack(path, "a.zip", tmp_path)


def test_an_archive_without_lists_or_with_too_many_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no file that can be imported"):
        unpack(zip_file(tmp_path, {"logo.png": b"\x89PNG"}), "a.zip", tmp_path)
    with pytest.raises(Unreadable, match="more than 100 files"):
        unpack(zip_file(tmp_path, {f"{n}.csv": ROWS for n in range(101)}), "a.zip", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["upload"]
