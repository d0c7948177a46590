"""CardDAV accounts, against a real Radicale: finding address books, vCards, what changed since (issue 5, part 4)."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from sqlmodel import select

from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed
from rxcrm.models.exchange import accounts, carddav, reaching
from rxcrm.models.exchange.reaching import Line
from rxcrm.models.importing.books import ImportRun
from tests.exchange.conftest import PASSWORD, Books, Desk, _radicale, card
from tests.exchange.test_graph import imported, rows_of

TYPED = {"name": "Books", "account": "sara", "password": PASSWORD}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Ada: what is on the loopback is in a private network."""
    desk.user = desk.office.ada
    return desk


def connected(desk: Desk, radicale: Books, **typed: str) -> int:
    number: int = desk.do(accounts.add_carddav, {**TYPED, "address": radicale.url, **typed}).id
    desk.work()
    return number


# -- finding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "sara/", "sara"])
def test_every_address_book_is_found_from_wherever_one_begins(desk: Desk, radicale: Books, path: str) -> None:
    radicale.book("Friends", card("1", "Ann", "Lee"))
    radicale.book("Customers & others", card("2", "Bob", "Ray"), card("3", "Cid", "Ray"), folder="Kunden ä")
    radicale.book("Secret", card("4", "Dan", "Ray"), user="ada")
    number = connected(desk, radicale, address=radicale.url + path)
    assert desk.see(number).problem == ""
    assert sorted((f.name, f.contacts) for f in desk.folders(number)) == [("Customers & others", 2), ("Friends", 1)]


def test_the_address_of_one_book_is_that_book(desk: Desk, radicale: Books) -> None:
    radicale.book("Friends", card("1", "Ann", "Lee"))
    radicale.book("Customers", card("2", "Bob", "Ray"))
    number = connected(desk, radicale, address=radicale.url + "sara/customers/")
    assert [(f.name, f.contacts, f.chosen) for f in desk.folders(number)] == [("Customers", 1, True)]


def test_an_account_without_address_books_says_so(desk: Desk, radicale: Books) -> None:
    number = connected(desk, radicale)
    assert desk.see(number).problem == "There are no folders of contacts."


# -- fetching --------------------------------------------------------------------------------------------------------


def test_vcards_of_several_books_become_an_import(desk: Desk, radicale: Books) -> None:
    radicale.book("Friends", card("1", "Ann", "Lee", "EMAIL:ann@x.example", "TEL;TYPE=CELL:00123"))
    radicale.book("Customers", *(card(f"c{n}", f"Given{n}", "Ray", f"EMAIL:c{n}@x.example") for n in range(120)))
    number = connected(desk, radicale)
    shown = desk.fetch(number)
    assert shown.problem == ""
    rows = {row["Source Id"]: row for row in rows_of(desk, number)}
    assert len(rows) == 121
    assert (rows["1"]["First Name"], rows["1"]["Last Name"], rows["1"]["E-mail Address"]) == (
        "Ann",
        "Lee",
        "ann@x.example",
    )
    run = desk.office.session.get_one(ImportRun, shown.run_id)
    assert (run.source["format"], run.source["data_rows"], run.step) == ("carddav", 121, "map")


def test_a_photo_of_megabytes_does_not_matter_and_one_beyond_the_limit_costs_its_contact_only(
    desk: Desk, radicale: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "LARGEST", 2_000_000)
    small, large = (base64.b64encode(bytes(size)).decode() for size in (600_000, 3_000_000))
    radicale.book(
        "Friends",
        card("1", "Ann", "Lee", f"PHOTO;ENCODING=b;TYPE=JPEG:{small}"),
        card("2", "Bob", "Ray", f"PHOTO;ENCODING=b;TYPE=JPEG:{small}"),
        card("3", "Cid", "Ray", f"PHOTO;ENCODING=b;TYPE=JPEG:{large}"),
        card("4", "Dan", "Ray"),
    )
    number = connected(desk, radicale)
    shown = desk.fetch(number)
    assert shown.problem == ""
    assert sorted(row["First Name"] for row in rows_of(desk, number)) == ["Ann", "Bob", "Dan"]
    notes = desk.office.session.get_one(ImportRun, shown.run_id).source["notes"]
    assert notes == [["“%(name)s” is too large and was left out.", {"name": "3.vcf"}]]


def test_the_next_fetch_brings_only_what_changed_by_the_sync_token(desk: Desk, radicale: Books) -> None:
    book = radicale.book("Friends", card("1", "Ann", "Lee"), card("2", "Bob", "Ray"), card("3", "Cid", "Ray"))
    number = connected(desk, radicale)
    desk.fetch(number)
    imported(desk, number)
    assert desk.folders(number)[0].fresh.startswith("http"), "Radicale has sync-tokens"
    radicale.put(book, card("2", "Bob", "Married"))
    radicale.put(book, card("9", "New", "One"))
    (book / "3.vcf").unlink()
    shown = desk.fetch(number)
    assert sorted(row["Last Name"] for row in rows_of(desk, number)) == ["Married", "One"]
    notes = desk.office.session.get_one(ImportRun, shown.run_id).source["notes"]
    assert (notes[0][1]["n"], notes[0][1]["names"]) == (1, "Cid Ray")
    imported(desk, number)
    assert desk.fetch(number).state["notes"][0][0] == "Nothing has changed since the last time."


def test_a_sync_token_that_the_server_has_forgotten_means_a_comparison(desk: Desk, radicale: Books) -> None:
    book = radicale.book("Friends", card("1", "Ann", "Lee"), card("2", "Bob", "Ray"))
    number = connected(desk, radicale)
    desk.fetch(number)
    imported(desk, number)
    for kept in (radicale.home / "collections").rglob(".Radicale.cache/sync-token/*"):
        kept.unlink()
    radicale.put(book, card("2", "Bob", "Married"))
    shown = desk.fetch(number)
    assert shown.problem == ""
    assert [row["Last Name"] for row in rows_of(desk, number)] == ["Married"]


def test_without_sync_tokens_versions_are_compared(
    desk: Desk, radicale: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(self: Any, url: str, token: str) -> Any:
        raise carddav.Refused("no such report", status=403)

    monkeypatch.setattr(carddav.Dav, "sync", unknown)
    book = radicale.book("Friends", card("1", "Ann", "Lee"), card("2", "Bob", "Ray"), card("3", "Cid", "Ray"))
    number = connected(desk, radicale)
    desk.fetch(number)
    assert len(rows_of(desk, number)) == 3
    imported(desk, number)
    radicale.put(book, card("2", "Bob", "Married"))
    (book / "3.vcf").unlink()
    shown = desk.fetch(number)
    assert [row["Last Name"] for row in rows_of(desk, number)] == ["Married"]
    notes = desk.office.session.get_one(ImportRun, shown.run_id).source["notes"]
    assert (notes[0][1]["n"], notes[0][1]["names"]) == (1, "Cid Ray")


# -- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_named(desk: Desk, radicale: Books) -> None:
    number = connected(desk, radicale, password="wrong")
    assert desk.see(number).problem == "localhost does not accept the user name or the password."


def test_a_host_that_is_not_there_is_named(desk: Desk) -> None:
    number = desk.do(accounts.add_carddav, {**TYPED, "address": "https://localhost:1/"}).id
    desk.work()
    assert desk.see(number).problem == "localhost cannot be reached."
    number = desk.do(accounts.add_carddav, {**TYPED, "address": "no-such-host.invalid"}).id
    desk.work()
    assert desk.see(number).problem == "There is no server called no-such-host.invalid."


def test_a_certificate_of_an_unknown_authority_is_refused_until_the_settings_know_it(
    desk: Desk, choose: Any, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    tls = f"ssl = true\ncertificate = {tmp_path / 'cert.pem'}\nkey = {tmp_path / 'key.pem'}"
    with _radicale(tmp_path / "tls", tls) as books:
        books.book("Friends", card("1", "Ann", "Lee"))
        number = connected(desk, books)
        assert desk.see(number).problem.startswith("localhost cannot be trusted: its certificate is not valid (")
        choose(ca_file=tmp_path / "ca.pem")
        desk.do(accounts.look_for_folders, number)
        desk.work()
        assert desk.see(number).problem == ""
        assert [f.name for f in desk.folders(number)] == ["Friends"]


class Strange:
    """A server that answers every request alike."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 207, b"", {}
        self.asked: list[tuple[str, str, str]] = []
        self.seconds = 0.0
        strange = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                strange.asked.append((self.command, self.path, self.headers.get("authorization", "")))
                threading.Event().wait(strange.seconds)
                self.send_response(strange.status)
                for name, value in strange.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(strange.body)
                except OSError:
                    self.close_connection = True

            do_PROPFIND = do_REPORT = _do

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://localhost:{self.server.server_port}/"


@pytest.fixture
def strange() -> Iterator[Strange]:
    found = Strange()
    yield found
    found.server.shutdown()
    found.server.server_close()


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
FILE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (207, b"<a", "localhost does not answer as an address book server should."),
        (207, BOMB, "localhost does not answer as an address book server should."),
        (207, FILE, "localhost does not answer as an address book server should."),
        (207, b"<a/>", "localhost has no address books for this user."),
        (207, b" " * 50_000_000, "The answer of localhost is larger than 32 MB. Nothing of it was taken."),
        (200, b"<html>Welcome</html>", "There is no address book server at this address of localhost (200)."),
        (404, b"", "There is no address book server at this address of localhost (404)."),
        (405, b"", "There is no address book server at this address of localhost (405)."),
        (500, b"", "localhost has an error of its own (500). Try again later."),
    ],
)
def test_a_server_that_is_none_is_told_from_one_that_is(
    desk: Desk, strange: Strange, status: int, body: bytes, said: str
) -> None:
    strange.status, strange.body = status, body
    number = desk.do(accounts.add_carddav, {**TYPED, "address": strange.url}).id
    desk.work()
    assert desk.see(number).problem == said


def test_a_server_that_does_not_answer_is_too_slow(desk: Desk, strange: Strange, impatient: None) -> None:
    strange.seconds = 3
    number = desk.do(accounts.add_carddav, {**TYPED, "address": strange.url}).id
    desk.work()
    assert desk.see(number).problem == "localhost takes too long to answer. Try again later."


def test_the_password_does_not_follow_to_another_server(desk: Desk, strange: Strange) -> None:
    other = Strange()
    strange.status, strange.headers = 302, {"location": other.url + "dav/"}
    number = desk.do(accounts.add_carddav, {**TYPED, "address": strange.url}).id
    desk.work()
    host = other.url.split("/")[2]
    assert desk.see(number).problem == (
        f"localhost leads on to {host}, where your password is not sent by itself."
        " If you trust that server, enter its address instead."
    )
    assert other.asked == []
    assert all(authorization.startswith("Basic ") for _method, _path, authorization in strange.asked)
    other.server.shutdown()
    other.server.server_close()


def test_redirects_on_the_same_server_are_followed_but_not_for_ever(desk: Desk, strange: Strange) -> None:
    strange.status, strange.headers = 301, {"location": "/dav/"}
    number = desk.do(accounts.add_carddav, {**TYPED, "address": strange.url}).id
    desk.work()
    assert desk.see(number).problem == "localhost does not answer as an address book server should."
    assert [path for _method, path, _login in strange.asked] == ["/.well-known/carddav", *["/dav/"] * 5]


def test_a_busy_server_is_asked_again(desk: Desk, strange: Strange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carddav, "WAITS", (0.01, 0.01))
    strange.status = 503
    number = desk.do(accounts.add_carddav, {**TYPED, "address": strange.url}).id
    desk.work()
    assert desk.see(number).problem == "localhost is too busy at the moment. Try again later."
    assert len(strange.asked) == 3


# -- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("dav.example.com", "https://dav.example.com/"),
        (" https://Dav.Example.com:8443/a/b ", "https://dav.example.com:8443/a/b"),
        ("http://localhost:5232", "http://localhost:5232/"),
        ("http://[::1]:5232/x", "http://[::1]:5232/x"),
    ],
)
def test_an_address_is_read(typed: str, read: str) -> None:
    assert accounts.read_address(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "", "http://dav.example.com/", "ftp://dav.example.com/", "file:///etc/passwd", "https://sara:pw@dav.example.com/",
        "https://", "javascript:alert(1)", "https://a b/", "https://host:99999/", "gopher://x", "https://[::1",
    ],
)  # fmt: skip
def test_an_address_that_is_none_or_not_safe_is_refused(typed: str) -> None:
    with pytest.raises(BadValue):
        accounts.read_address(typed)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "fe80::1",
        "0.0.0.0",
        "224.0.0.1",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
    ],
)
def test_link_local_and_metadata_addresses_are_refused_to_everybody(host: str) -> None:
    for private in (True, False):
        with pytest.raises(CrmError, match="is not the address of a server of contacts"):
            reaching.addresses(host, 443, private=private)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "fd12::1", "100.64.0.1", "::ffff:10.0.0.1"]
)
def test_private_addresses_are_for_administrators(host: str) -> None:
    assert reaching.addresses(host, 443, private=True)
    with pytest.raises(NotAllowed, match="private network"):
        reaching.addresses(host, 443, private=False)


def test_a_seller_reaches_nothing_in_the_private_network(desk: Desk, radicale: Books) -> None:
    radicale.book("Friends", card("1", "Ann", "Lee"))
    desk.user = desk.office.sara
    number = connected(desk, radicale)
    assert desk.see(number).problem == (
        "“localhost” is in a private network. Only administrators may set up such servers."
    )


def test_a_name_is_looked_up_once_so_that_it_cannot_mean_another_place_a_moment_later(
    radicale: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = reaching.socket.getaddrinfo

    def answers(host: Any, *args: Any, **more: Any) -> Any:
        asked.append(str(host))
        return real("127.0.0.1", *args, **more)

    monkeypatch.setattr(reaching.socket, "getaddrinfo", answers)
    address = radicale.url.replace("localhost", "books.example")
    with Line("books.example", guarded=True, private=True) as line:
        assert line.send("GET", address).status in (200, 302, 401, 403)
    assert asked[0] == "books.example" and set(asked[1:]) <= {"127.0.0.1"}


# -- passwords -------------------------------------------------------------------------------------------------------


def test_a_new_address_needs_the_password_again(desk: Desk, radicale: Books) -> None:
    radicale.book("Friends", card("1", "Ann", "Lee"))
    number = connected(desk, radicale)
    with pytest.raises(Invalid) as refused:
        desk.do(accounts.change, number, {"address": "https://evil.example/"})
    assert refused.value.by_field() == {"password": "Enter the password again: it goes to another server."}
    desk.office.session.rollback()
    desk.do(accounts.change, number, {"name": "Renamed"})
    assert (desk.see(number).name, desk.see(number).address, desk.unfinished()) == ("Renamed", radicale.url, [])


def test_what_is_missing_is_told_at_its_field(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.do(accounts.add_carddav, {"address": "http://dav.example.com"})
    assert set(refused.value.by_field()) == {"address", "account", "password"}


def test_the_password_is_not_in_the_database(desk: Desk, radicale: Books) -> None:
    radicale.book("Friends", card("1", "Ann", "Lee"))
    connected(desk, radicale)
    everything = "\n".join(desk.office.session.connection().connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert PASSWORD not in everything
    assert base64.b64encode(f"sara:{PASSWORD}".encode()).decode() not in everything


def test_a_source_is_removed_with_all_that_is_known_of_it(desk: Desk, radicale: Books) -> None:
    radicale.book("Friends", card("1", "Ann", "Lee"))
    number = connected(desk, radicale)
    desk.fetch(number)
    desk.do(accounts.remove, number)
    assert accounts.mine(desk.office.act(desk.user)) == []
    assert len(desk.office.session.exec(select(ImportRun)).all()) == 1, "what was fetched can still be imported"
