"""Files: what may come in, whose they are, who may open them, when their bytes go (issue 3, part 2)."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from rxcrm.models import attaching, filestore, records
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity, Attachment
from rxcrm.models.choices import ActivityKind, ActivityStatus
from rxcrm.models.errors import BadValue, NotAllowed, NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.people import User
from rxcrm.settings import BLOCKED, settings
from tests.office import Office

STORES = ["", "file://{}", "memory://rxcrm-{}"]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RXCRM_DATA_DIR", str(tmp_path / "data"))
    for name in ("RXCRM_FILES_URL", "RXCRM_BLOCKED_TYPES", "RXCRM_ATTACHMENT_MEGABYTES"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def received(content: bytes = b"Dear Ewa") -> Path:
    path = filestore.incoming()
    path.write_bytes(content)
    return path


def picture(width: int = 30, height: int = 20, kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "red").save(out, kind)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims to be as large as this, in a few bytes."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 1000)) + part(b"IEND", b"")


def note(office: Office, lead: Lead, owner: User | None = None) -> Activity:
    row = office.bare(
        Activity,
        owner,
        kind=ActivityKind.NOTE,
        body="<p>Hello</p>",
        status=ActivityStatus.NONE,
        regarding_entity="lead",
        regarding_id=lead.id,
    )
    office.session.flush()
    return row


def stored(office: Office, owner: User, name: str = "offer.txt", content: bytes = b"Dear Ewa") -> Attachment:
    return attaching.store(office.act(owner), name, received(content))


# -- names and types -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("offer.pdf", "offer.pdf"),
        ("../../x", "x"),
        ("..\\..\\x.txt", "x.txt"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("invoice\u202efdp.txt", "invoicefdp.txt"),
        ("half\ud800.txt", "half.txt"),
        ('a<b>:"c|?*.txt', "a_b___c___.txt"),
        ("Umowa Łódź №1.docx", "Umowa Łódź №1.docx"),
        ("program.txt. . ", "program.txt"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_is_made_safe(typed: str, kept: str) -> None:
    assert attaching.cleaned(typed) == kept


@pytest.mark.parametrize("name", ["a.exe", "a.EXE", "a.exe. ", "a.tar.js", "a.ps1", "x/../a.bat", "a.ex\u202ee"])
def test_a_program_is_refused_with_a_sentence(small_office: Office, name: str) -> None:
    with pytest.raises(BadValue, match="cannot be attached"):
        stored(small_office, small_office.sara, name)


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "exe", "letter.pdf", "js", "archive.zip"])
def test_what_only_shows_something_is_taken(small_office: Office, name: str) -> None:
    assert stored(small_office, small_office.sara, name).name == name


def test_the_operator_chooses_the_blocked_types(small_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXCRM_BLOCKED_TYPES", ".pdf, HTML")
    settings.cache_clear()
    assert stored(small_office, small_office.sara, "a.exe").name == "a.exe"
    for name in ("a.PDF", "a.html"):
        with pytest.raises(BadValue):
            stored(small_office, small_office.sara, name)


def test_the_list_of_blocked_types_has_what_runs() -> None:
    assert {"exe", "bat", "com", "js", "vbs", "ps1", "msi", "lnk", "scr", "hta", "jar", "reg"} <= set(BLOCKED.split())


def test_a_file_beyond_the_limit_is_refused(small_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXCRM_ATTACHMENT_MEGABYTES", "1")
    settings.cache_clear()
    assert stored(small_office, small_office.sara, "a.txt", b"x" * 1024 * 1024).size == 1024 * 1024
    with pytest.raises(BadValue, match="larger than 1 MB"):
        stored(small_office, small_office.sara, "a.txt", b"x" * (1024 * 1024 + 1))


# -- what a file is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_known_by_its_bytes(small_office: Office, kind: str) -> None:
    row = stored(small_office, small_office.sara, "without extension", picture(30, 20, kind))
    assert (row.mime, row.width, row.height) == (attaching.PICTURES[kind], 30, 20)
    assert attaching.is_picture(row.mime)


def test_a_picture_that_lies_on_its_side_has_the_size_that_one_sees(small_office: Office) -> None:
    out = BytesIO()
    image = Image.new("RGB", (30, 20))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(out, "JPEG", exif=exif)
    row = stored(small_office, small_office.sara, "photo.jpg", out.getvalue())
    assert (row.width, row.height) == (20, 30)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"",
        bomb(60_000, 60_000),
        bomb(20_001, 1),
        bomb(10_000, 5_001),
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a.svg", "a.jpg"])
def test_what_is_no_picture_or_too_large_a_one_is_a_plain_file(small_office: Office, content: bytes, name: str) -> None:
    row = stored(small_office, small_office.sara, name, content)
    assert (row.mime, row.width, row.height) == (attaching.PLAIN, 0, 0)
    assert not attaching.is_picture(row.mime)


# -- the store -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=STORES, ids=["folder", "other folder", "fsspec"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> filestore.Store:
    monkeypatch.setenv("RXCRM_FILES_URL", request.param.format(tmp_path / "elsewhere"))
    settings.cache_clear()
    return filestore.store()


def test_bytes_are_kept_once_and_read_again(any_store: filestore.Store) -> None:
    for _ in range(2):
        path = received(b"the same")
        digest = filestore.digest_of(path)
        any_store.keep(path, digest)
        assert not path.exists()
    with filestore.open(digest) as content:
        assert content.read() == b"the same"
    assert [found for found, _ in any_store.contents()] == [digest]
    any_store.remove(digest)
    any_store.remove(digest)
    assert list(any_store.contents()) == []
    with pytest.raises(FileNotFoundError):
        filestore.open(digest)


def test_only_the_servers_user_may_look_into_the_folder(small_office: Office) -> None:
    row = stored(small_office, small_office.sara)
    path = settings().data_dir / "files" / row.digest[:2] / row.digest[2:]
    assert path.read_bytes() == b"Dear Ewa"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


# -- whose they are --------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_attached_yet_is_its_uploaders_alone(office: Office) -> None:
    row = stored(office, office.sara)
    assert attaching.openable(office.act(office.sara), row.id or 0) is row
    for other in (office.tom, office.vera, office.ada):
        with pytest.raises(NotFound):
            attaching.openable(office.act(other), row.id or 0)


def test_a_file_can_be_opened_by_whoever_may_read_its_activity(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(office.sara)
    row = stored(office, office.sara)
    activity = note(office, lead)
    attaching.attach(office.act(office.sara), activity.id or 0, [row.id or 0])
    for user in (office.sara, office.mia, office.vera):
        assert attaching.openable(office.act(user), row.id or 0) is row
    with pytest.raises(NotFound):
        attaching.openable(office.act(office.olaf), row.id or 0)
    office.share(lead, office.olaf)
    assert attaching.openable(office.act(office.olaf), row.id or 0) is row


def test_the_file_of_a_deleted_note_cannot_be_opened(office: Office) -> None:
    row = stored(office, office.sara)
    activity = note(office, office.lead(office.sara))
    act = office.act(office.sara)
    attaching.attach(act, activity.id or 0, [row.id or 0])
    records.bin(act, act.find(Activity, activity.id or 0, Privilege.DELETE))
    with pytest.raises(NotFound):
        attaching.openable(act, row.id or 0)


@pytest.mark.parametrize("attachment_id", [0, -1, 999_999, 2**63, 10**30])
def test_an_id_that_is_none_opens_nothing(small_office: Office, attachment_id: int) -> None:
    with pytest.raises(NotFound):
        attaching.openable(small_office.act(small_office.sara), attachment_id)


def test_nobody_attaches_what_somebody_else_uploaded(office: Office) -> None:
    theirs, mine = stored(office, office.tom), stored(office, office.sara, "b.txt")
    activity = note(office, office.lead(office.sara))
    with pytest.raises(NotFound, match="Attach it again"):
        attaching.attach(office.act(office.sara), activity.id or 0, [mine.id or 0, theirs.id or 0])
    assert theirs.activity_id is None


def test_a_file_cannot_move_from_one_note_to_another(office: Office) -> None:
    lead, row = office.lead(office.sara), stored(office, office.sara)
    first, second = note(office, lead), note(office, lead)
    act = office.act(office.sara)
    attaching.attach(act, first.id or 0, [row.id or 0])
    attaching.attach(act, first.id or 0, [row.id or 0])
    with pytest.raises(NotFound):
        attaching.attach(act, second.id or 0, [row.id or 0])


def test_the_files_of_several_activities_are_one_question(office: Office) -> None:
    lead, act = office.lead(office.sara), office.act(office.sara)
    one, two, three = (note(office, lead) for _ in range(3))
    names = {}
    for activity, files in ((one, ["a", "b"]), (two, ["c"])):
        ids = [stored(office, office.sara, name).id or 0 for name in files]
        attaching.attach(act, activity.id or 0, ids)
        names[activity.id] = files
    found = attaching.files_of(office.session, [one.id or 0, two.id or 0, three.id or 0])
    assert {activity: [f.name for f in files] for activity, files in found.items()} == names


def test_a_file_can_be_taken_away_from_its_note_only(office: Office) -> None:
    lead, act = office.lead(office.sara), office.act(office.sara)
    one, two = note(office, lead), note(office, lead)
    a, b = stored(office, office.sara, "a"), stored(office, office.sara, "b")
    attaching.attach(act, one.id or 0, [a.id or 0])
    attaching.attach(act, two.id or 0, [b.id or 0])
    attaching.detach(act, one.id or 0, [a.id or 0, b.id or 0, 10**30])
    office.session.expire_all()
    assert list(attaching.files_of(office.session, [one.id or 0, two.id or 0])) == [two.id]


def test_uploads_that_belong_to_nothing_are_limited(small_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attaching, "MOST_LOOSE", 2)
    for _ in range(2):
        stored(small_office, small_office.sara)
    with pytest.raises(NotAllowed, match="wait to be attached"):
        stored(small_office, small_office.sara)
    stored(small_office, small_office.tom)


# -- forgetting ------------------------------------------------------------------------------------------------------


def test_an_upload_that_nobody_attaches_goes_after_a_day(office: Office) -> None:
    loose, kept = stored(office, office.sara, "a", b"loose"), stored(office, office.sara, "b", b"kept")
    attaching.attach(office.act(office.sara), note(office, office.lead()).id or 0, [kept.id or 0])
    assert attaching.sweep(office.session, office.now + timedelta(hours=23)) == 0
    assert attaching.sweep(office.session, office.now + timedelta(hours=25)) == 1
    office.session.expire_all()
    assert office.session.get(Attachment, loose.id) is None
    assert office.session.get(Attachment, kept.id) is kept


def test_bytes_that_no_file_has_any_more_go_after_a_day(office: Office, any_store: filestore.Store) -> None:
    named = stored(office, office.sara, "a", b"named")
    path = received(b"unnamed")
    digest = filestore.digest_of(path)
    any_store.keep(path, digest)
    now = datetime.now(UTC)
    assert attaching.sweep_contents(office.session, now) == 0
    assert attaching.sweep_contents(office.session, now + timedelta(hours=25)) == 1
    assert [found for found, _ in any_store.contents()] == [named.digest]


def test_an_upload_that_broke_off_goes_after_a_day(small_office: Office) -> None:
    young, old = received(), received()
    day_before = (datetime.now(UTC) - timedelta(hours=25)).timestamp()
    os.utime(old, (day_before, day_before))
    attaching.sweep_contents(small_office.session, datetime.now(UTC))
    assert young.exists() and not old.exists()
