"""Files over HTTP: what comes in, who gets it out again, and that nothing of it ever runs (issue 3, part 2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from rxcrm.models import attaching
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, ActivityStatus
from tests.office import Office
from tests.server import Server
from tests.state.test_gate import cookie_of

PNG = BytesIO()
Image.new("RGB", (30, 20), "red").save(PNG, "PNG")


def client(server: Server, name: str) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"Cookie": cookie_of(server, f"{name}@contoso.com")})


@pytest.fixture
def sara(server: Server) -> Iterator[httpx.Client]:
    with client(server, "sara") as found:
        yield found


def send(who: httpx.Client, name: str, content: bytes, **headers: str) -> httpx.Response:
    return who.post("/files/attachments", content=content, headers={"x-file-name": quote(name), **headers})


def attached(server: Server, attachment_id: int, private: bool = True) -> None:
    """Put a file of Sara's on a note of hers about a lead that nobody else but her superiors may read."""
    engine = server.engine()
    with Office(engine) as office:
        office.settle(private=private)
        lead = office.lead(office.sara)
        note = office.bare(
            Activity,
            kind=ActivityKind.NOTE,
            subject="Offer",
            status=ActivityStatus.NONE,
            regarding_entity="lead",
            regarding_id=lead.id,
        )
        office.session.flush()
        attaching.attach(office.act(office.sara), note.id or 0, [attachment_id])
        office.commit()
    engine.dispose()


def test_a_file_comes_out_as_it_went_in(sara: httpx.Client) -> None:
    content = bytes(range(256)) * 4096
    sent = send(sara, "Umowa № 1 — Łódź.pdf", content)
    assert sent.status_code == 200, sent.text
    found = sent.json()
    assert (found["name"], found["size"], found["mime"]) == ("Umowa № 1 — Łódź.pdf", len(content), "application/pdf")
    got = sara.get(found["url"])
    assert got.content == content
    assert got.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote('Umowa № 1 — Łódź.pdf')}"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("picture.png", b"<script>alert(1)</script>"),
        ("letter.pdf", b"%PDF-1.7"),
        ("data.xml", b"<?xml version='1.0'?><a xmlns='http://www.w3.org/1999/xhtml'><script/></a>"),
    ],
)
def test_nothing_but_a_picture_is_ever_shown(sara: httpx.Client, name: str, content: bytes) -> None:
    got = sara.get(send(sara, name, content).json()["url"])
    assert got.content == content
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]


def test_a_picture_is_shown_and_still_cannot_do_anything(sara: httpx.Client) -> None:
    found = send(sara, "photo.png", PNG.getvalue()).json()
    assert (found["mime"], found["width"], found["height"]) == ("image/png", 30, 20)
    got = sara.get(found["url"])
    assert got.headers["content-type"] == "image/png"
    assert got.headers["content-disposition"].startswith("inline")
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"


def test_a_browser_keeps_a_file_but_asks_each_time(sara: httpx.Client) -> None:
    url = send(sara, "a.txt", b"Dear Ewa").json()["url"]
    got = sara.get(url)
    assert got.headers["cache-control"] == "private, no-cache"
    again = sara.get(url, headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert httpx.get(str(sara.base_url) + url, headers={"If-None-Match": got.headers["etag"]}).status_code == 401


def test_a_name_cannot_leave_its_folder(server: Server, sara: httpx.Client) -> None:
    found = send(sara, "../../../../rxcrm.db", b"x").json()
    assert found["name"] == "rxcrm.db"
    stored = [p.relative_to(server.data) for p in (server.data / "files").rglob("*") if p.is_file()]
    assert all(p.parts[0] == "files" and len(p.parts) == 3 for p in stored)
    assert not list(Path(server.data / "files" / "incoming").iterdir())


def test_a_line_break_in_a_name_makes_no_header(sara: httpx.Client) -> None:
    found = send(sara, "a\r\nSet-Cookie: x=1.txt", b"x").json()
    got = sara.get(found["url"])
    assert "set-cookie" not in got.headers
    assert got.status_code == 200


@pytest.mark.parametrize("name", ["setup.exe", "run.BAT", "a.js", "..%2fx.ps1"])
def test_a_program_is_refused_with_a_sentence(sara: httpx.Client, name: str) -> None:
    sent = send(sara, name, b"MZ")
    assert sent.status_code == 422
    assert "cannot be attached" in sent.json()["message"]


def test_a_file_beyond_the_limit_is_refused_while_it_arrives(server: Server, sara: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(7):
            yield b"x" * 1024 * 1024

    sent = send(sara, "a.txt", b"x" * (5 * 1024 * 1024 + 1))
    assert (sent.status_code, sent.json()["message"]) == (422, "This file is larger than 5 MB.")
    without_length = sara.post("/files/attachments", content=endless(), headers={"x-file-name": "a.txt"})
    assert without_length.status_code == 422
    assert not list((server.data / "files" / "incoming").iterdir())


def test_a_strangers_file_is_not_told_from_one_that_is_not_there(server: Server, sara: httpx.Client) -> None:
    url = send(sara, "a.txt", b"Dear Ewa").json()["url"]
    with client(server, "ada") as ada:
        for path in (url, "/files/attachments/999999/a.txt", f"/files/attachments/{10**30}/a.txt"):
            got = ada.get(path)
            assert (got.status_code, got.json()["message"]) == (
                404,
                "This file is no longer there, or you may not open it.",
            )
    assert httpx.get(server.url + url).status_code == 401


def test_a_file_opens_for_whoever_may_read_its_note(server: Server, sara: httpx.Client) -> None:
    found = send(sara, "a.txt", b"Dear Ewa").json()
    attached(server, found["id"])
    for name, status in (("sara", 200), ("mia", 200), ("tom", 404), ("olaf", 404)):
        with client(server, name) as who:
            assert who.get(found["url"]).status_code == status, name


def test_the_name_in_the_address_is_only_for_people(sara: httpx.Client) -> None:
    found = send(sara, "a.txt", b"Dear Ewa").json()
    got = sara.get(f"/files/attachments/{found['id']}/evil.html")
    assert got.headers["content-disposition"].endswith("a.txt")


def test_an_upload_from_another_site_is_refused(sara: httpx.Client) -> None:
    assert send(sara, "a.txt", b"x", Origin="https://evil.example").status_code == 403


def test_an_upload_without_a_name_is_a_file(sara: httpx.Client) -> None:
    sent = sara.post("/files/attachments", content=b"x")
    assert sent.json()["name"] == "file"
    assert json.dumps(sent.json())
