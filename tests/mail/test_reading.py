"""Messages made harmless, whatever they claim to be (issue 3, "Bad input"): no server needed."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rxcrm.models.activity import BODY_LENGTH
from rxcrm.models.mail import reading
from rxcrm.models.mail.reading import read, safe_body


def test_a_plain_message_is_understood() -> None:
    found = read(
        b'From: "Doe, John" <John@Doe.example>\r\nTo: a@x.example, B <b@x.example>\r\nSubject: =?utf-8?q?=C5=81=C3=B3d=C5=BA?=\r\n'
        b"Message-ID: <1@x>\r\nIn-Reply-To: <0@y>\r\nReferences: <z@y> <0@y>\r\nDate: Wed, 13 May 2026 12:00:00 +0200\r\n\r\nHi\r\n"
    )
    assert (found.name, found.sender, found.subject) == ("Doe, John", "john@doe.example", "Łódź")
    assert (found.to, found.answers) == ((("", "a@x.example"), ("B", "b@x.example")), ("<0@y>", "<z@y>"))
    assert (found.message_id, found.body, found.automatic) == ("<1@x>", "<p>Hi</p>", False)
    assert found.sent_on and found.sent_on.isoformat() == "2026-05-13T10:00:00+00:00"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00" * 50, b"\xff\xfe", b"From:\r\n\r\n", b"From: @@@\r\nDate: x\r\nMessage-ID: <\r\n\r\n", b":" * 999],
)
def test_nonsense_is_a_message_from_nobody(raw: bytes) -> None:
    found = read(raw)
    assert (found.sender, found.sent_on, found.files) == ("", None, ())
    assert found.message_id.endswith("@rxcrm.invalid>")


def test_the_same_message_without_an_id_has_the_same_one() -> None:
    assert read(b"Subject: a\r\n\r\nx").message_id == read(b"Subject: a\r\n\r\nx").message_id
    assert read(b"Subject: a\r\n\r\nx").message_id != read(b"Subject: a\r\n\r\ny").message_id


def test_an_id_that_is_too_long_or_has_blanks_is_none() -> None:
    assert read(b"Message-ID: <" + b"a" * 400 + b">\r\n\r\nx").message_id.endswith("@rxcrm.invalid>")


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-2", "zażółć".encode("iso-8859-2"), "zażółć"),
        ("klingon", "zażółć".encode(), "zażółć"),
        ("ascii", "naïve".encode("cp1252"), "naïve"),
        ("utf-8", b"a\x00b\x1b[31m", "ab[31m"),
        ("utf-16", b"\xff", "ÿ"),
    ],
)
def test_a_charset_may_lie(charset: str, data: bytes, text: str) -> None:
    raw = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + data
    assert read(raw).body == f"<p>{text}</p>"


def test_deep_and_many_parts_come_to_an_end() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3_000))
    assert read(deep + b"\r\nx").sender == ""
    message = EmailMessage()
    message.set_content("hi")
    for n in range(400):
        message.add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{n}.pdf")
    assert len(read(message.as_bytes()).files) == reading.MOST_FILES


def test_a_message_within_a_message_is_a_file() -> None:
    inner, outer = EmailMessage(), EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("secret")
    outer.set_content("see below")
    outer.add_attachment(inner)
    found = read(outer.as_bytes())
    assert (found.body, [f.name for f in found.files]) == ("<p>see below</p>", ["attachment-1.eml"])
    assert b"inner" in found.files[0].data


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-generated", "Precedence: bulk", "List-Id: <x>", "Return-Path: <>"]
)
def test_what_a_machine_wrote_is_recognised(header: str) -> None:
    assert read(f"{header}\r\n\r\nx".encode()).automatic
    assert not read(b"Auto-Submitted: no\r\n\r\nx").automatic


def test_a_text_that_is_too_long_is_cut() -> None:
    assert safe_body("<p>" + "x" * (BODY_LENGTH + 5) + "</p>", {}).endswith("x…</p>")


def test_pictures_are_only_our_own() -> None:
    body = '<img src="cid:a&quot;><script>"><img src=\'CID:b\'><img src="https://spy.example/x">'
    shown = safe_body(body, {"b": "/files/attachments/7/x.png"})
    assert "/files/attachments/7/x.png" in shown
    assert "spy" not in shown and "script" not in shown


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.text(max_size=60))
def test_whatever_comes_in_is_read(data: bytes, text: str) -> None:
    read(data)
    found = read(
        b"From: "
        + text.encode()
        + b" <a@x.example>\r\nContent-Type: "
        + data
        + b"\r\nSubject: "
        + data
        + b"\r\n\r\n"
        + data
    )
    safe_body(found.body, {})
