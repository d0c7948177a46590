"""Addresses suggested while somebody types a street: from records, from servers, and never in the way (S R3.8)."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import configuration
from rxcrm.models.addresses import choosing, fetching, own, reading, suggesting
from rxcrm.models.addresses.reading import NoAnswer, Suggestion, WebPage, read
from rxcrm.models.addresses.suggesting import Offer, suggest
from rxcrm.models.addresses.tables import AddressSource, Source, SourceKind, source
from rxcrm.models.choices import Role
from rxcrm.models.errors import CrmError, Invalid, NotAllowed, Stale
from rxcrm.models.exchange import secrets
from rxcrm.models.fields import fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.settings_file import carrying, file
from rxcrm.settings import settings
from rxcrm.state import forms
from tests.models.geocoder import AZURE, NOMINATIM, PHOTON, Geocoder, serving
from tests.office import Office, Statements

PHOTON_KIND, NOMINATIM_KIND, AZURE_KIND = SourceKind.PHOTON, SourceKind.NOMINATIM, SourceKind.AZURE


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No server is known, nothing was chosen, and the secret key is one of this test."""
    monkeypatch.setenv("RXCRM_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("RXCRM_SECRET_KEY", raising=False)
    settings.cache_clear()
    secrets._from_file.cache_clear()
    configuration.reset()
    fetching.forget()
    yield
    configuration.reset()
    fetching.forget()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def geocoder() -> Iterator[Geocoder]:
    with serving() as found:
        yield found


def choose(office: Office, kind: SourceKind, **typed: str) -> AddressSource:
    row = choosing.choose(office.act(office.ada), {"kind": kind.value, **typed})
    office.commit()
    office.act(office.ada)
    return row


def offered(office: Office, typed: str, user: Any = None) -> Offer:
    who = office.who(user or office.sara)
    office.commit()
    return asyncio.run(suggest(who, typed))


# -- what servers answer ---------------------------------------------------------------------------------------------


def test_photon_s_streets_and_houses_become_addresses_and_its_villages_do_not() -> None:
    found = read(PHOTON_KIND, json.dumps(PHOTON).encode(), "unter den linden 5", "en")
    assert found == [
        Suggestion("Unter den Linden 77", "Berlin", "Berlin", "10117", "Germany"),
        # The number that was typed stays where the server knows only the street.
        Suggestion("Unter den Linden 5", "Böhlen", "Sachsen", "04564", "Germany"),
        # There the number stands first.
        Suggestion("12 Linden Street", "Reading", "England", "RG1 1AA", "United Kingdom"),
    ]
    assert found[0].detail == "10117 Berlin, Germany"


def test_nominatim_s_address_details_become_addresses() -> None:
    assert read(NOMINATIM_KIND, json.dumps(NOMINATIM).encode(), "pilk", "de") == [
        Suggestion("135 Pilkington Avenue", "Birmingham", "England", "B72 1LH", "Vereinigtes Königreich"),
        Suggestion("Nowy Świat", "Warszawa", "województwo mazowieckie", "00-029", "Polen"),
    ]


def test_azure_s_results_become_addresses() -> None:
    assert read(AZURE_KIND, json.dumps(AZURE).encode(), "15127 ne", "en") == [
        Suggestion("15127 Northeast 24th Street", "Redmond", "Washington", "98052", "United States"),
        Suggestion("Aleje Jerozolimskie 15127", "Warszawa", "Mazowieckie", "00-001", "Poland"),
    ]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("5 rue", "5"), ("rue 5", "5"), ("rue 5b", "5b"), ("rue 5-7", "5-7"), ("rue", ""), ("5", ""), ("rue 5 Paris", "")],
)
def test_the_number_of_a_house_is_found_before_and_behind_the_street(typed: str, number: str) -> None:
    assert reading._typed_number("Rue Daru", typed) == number
    assert reading._typed_number("Route 5", "route 5") == ""


@pytest.mark.parametrize("kind", [PHOTON_KIND, NOMINATIM_KIND, AZURE_KIND])
@pytest.mark.parametrize(
    "body", [b"", b"garbage", b"5", b"null", b'{"features": 5}', b'"x"', b"[" * 50_000, b"\xff\xfe"]
)
def test_what_is_no_such_answer_is_told(kind: SourceKind, body: bytes) -> None:
    with pytest.raises(NoAnswer):
        read(kind, body, "x", "en")


@pytest.mark.parametrize("kind", [PHOTON_KIND, NOMINATIM_KIND, AZURE_KIND])
def test_a_web_page_is_told_as_what_it_is(kind: SourceKind) -> None:
    with pytest.raises(WebPage):
        read(kind, b"<!doctype html><title>Sign in</title>", "x", "en")


@pytest.mark.parametrize(
    "odd", [None, 5, [], {}, "x", {"properties": 5}, {"properties": {"street": 5}}, {"address": []}]
)
def test_odd_entries_are_passed_over(odd: Any) -> None:
    assert (
        read(PHOTON_KIND, json.dumps({"features": [odd, PHOTON["features"][0]]}).encode(), "", "en")[0].city == "Berlin"
    )
    assert read(NOMINATIM_KIND, json.dumps([odd, NOMINATIM[0]]).encode(), "", "en")[0].city == "Birmingham"
    assert read(AZURE_KIND, json.dumps({"results": [odd, AZURE["results"][0]]}).encode(), "", "en")[0].city == "Redmond"


def test_what_is_suggested_fits_its_fields_and_is_plain_text() -> None:
    told = {"street": "x" * 999 + "\x00\u202e", "city": "c\n" * 99, "postcode": "9" * 50, "state": "s" * 99, "countrycode": "QQ", "country": "<b>" * 99}  # fmt: skip
    [found] = read(PHOTON_KIND, json.dumps({"features": [{"properties": told}]}).encode(), "", "en")
    for name, value in vars(found).items():
        assert len(value) <= fields_of(Lead)[name].length and "\n" not in value and "\x00" not in value


def test_the_same_address_is_suggested_once_and_at_most_six() -> None:
    one = {"properties": {"street": "A", "housenumber": "1", "city": "B"}}
    many = [{"properties": {"street": "A", "housenumber": str(n), "city": "B"}} for n in range(40)]
    assert len(read(PHOTON_KIND, json.dumps({"features": [one, one, *many]}).encode(), "", "en")) == reading.MOST


# -- asking them -----------------------------------------------------------------------------------------------------


def test_a_photon_server_is_asked_by_this_server_in_the_language_of_the_organisation(
    office: Office, geocoder: Geocoder
) -> None:
    office.settle(language="de")
    choose(office, PHOTON_KIND, url=f"{geocoder.url}/")
    assert offered(office, "  unter den ").found[0].country == "Deutschland"
    [(path, asked, headers)] = geocoder.asked
    assert (path, asked) == ("/api", {"q": "unter den", "limit": "10", "lang": "de"})
    assert headers["user-agent"].startswith("rxcrm") and "cookie" not in headers and "subscription-key" not in headers


def test_nominatim_is_asked_as_its_policy_wants(office: Office, geocoder: Geocoder) -> None:
    geocoder.answers(NOMINATIM)
    choose(office, NOMINATIM_KIND, url=f"{geocoder.url}/nominatim")
    for typed in ("pilk", "pilki"):
        assert offered(office, typed).found[0].city == "Birmingham"
    path, asked, headers = geocoder.asked[0]
    assert path == "/nominatim/search"
    assert asked == {"q": "pilk", "format": "jsonv2", "addressdetails": "1", "limit": "10", "accept-language": "en"}
    assert headers["user-agent"].startswith("rxcrm") and headers["accept-language"] == "en"
    assert geocoder.at[1] - geocoder.at[0] >= 0.95  # one a second
    # Who would have to wait for longer is offered nothing.
    fetching._desk.free_at[f"{geocoder.url}/nominatim"] = time.monotonic() + 60
    assert offered(office, "pilkin") == Offer(failed=True)
    assert len(geocoder.asked) == 2


def test_azure_gets_the_key_in_a_header_and_never_in_an_address(office: Office, geocoder: Geocoder) -> None:
    geocoder.answers(AZURE)
    choose(office, AZURE_KIND, url=geocoder.url, key="K-123")
    assert offered(office, "15127 ne").found[0].city == "Redmond"
    [(path, asked, headers)] = geocoder.asked
    assert path == "/search/address/json" and asked["typeahead"] == "true" and "K-123" not in json.dumps(asked)
    assert headers["subscription-key"] == "K-123"


def test_the_same_question_is_answered_from_memory(office: Office, geocoder: Geocoder) -> None:
    choose(office, PHOTON_KIND, url=geocoder.url)
    for typed in ("Unter den", "unter  den", "UNTER DEN"):
        assert offered(office, typed).found
    assert len(geocoder.asked) == 1
    choose(office, PHOTON_KIND, url=f"{geocoder.url}/other")  # another server
    offered(office, "unter den")
    assert len(geocoder.asked) == 2


@pytest.mark.parametrize("typed", ["", "  ", "un", "\x00\x00"])
def test_nobody_is_asked_for_less_than_three_letters(office: Office, geocoder: Geocoder, typed: str) -> None:
    choose(office, PHOTON_KIND, url=geocoder.url)
    assert offered(office, typed) == Offer()
    assert geocoder.asked == []


def test_while_it_is_off_nobody_is_asked(office: Office, geocoder: Geocoder) -> None:
    assert offered(office, "unter den") == Offer()
    choose(office, PHOTON_KIND, url=geocoder.url)
    choose(office, SourceKind.OFF)
    assert offered(office, "unter den") == Offer()
    assert geocoder.asked == []


@pytest.mark.parametrize(
    ("status", "body", "headers", "sentence"),
    [
        (429, b"slow down", {"retry_after": "30"}, "asked too often"),
        (500, b"oops", {}, "answers with an error \\(500\\)"),
        (503, b"", {}, "\\(503\\)"),
        (404, b"", {}, "nothing at this address"),
        (401, b"", {}, "refuses"),
        (302, b"", {"location": "http://127.0.0.1:1/other"}, "refers to another address"),
        (200, b"<html>Welcome</html>", {}, "web page"),
        (200, b"garbage", {}, "no answer of such a server"),
        (200, b" " * (1024 * 1024 + 1), {}, "larger than 1 MB"),
    ],
)
def test_a_server_that_fails_is_quiet_for_sellers_rests_and_is_told_to_administrators(
    office: Office, geocoder: Geocoder, status: int, body: bytes, headers: dict[str, str], sentence: str
) -> None:
    geocoder.answers(body, status, **headers)
    choose(office, PHOTON_KIND, url=geocoder.url)
    assert offered(office, "unter den") == Offer(failed=True)
    assert offered(office, "unter den l") == Offer(failed=True)
    assert len(geocoder.asked) == 1  # it rests, and where it refers to was not asked
    trial = choosing.carry_out(choosing.prepare(office.act(office.ada), {"sample": "unter den"}))
    assert not trial.ok
    with pytest.raises(AssertionError, match=sentence):
        raise AssertionError(trial.text)
    office.commit()


def test_a_pause_that_a_server_asks_for_is_kept(office: Office, geocoder: Geocoder) -> None:
    geocoder.answers(b"", 429, retry_after="50")
    choose(office, PHOTON_KIND, url=geocoder.url)
    offered(office, "unter den")
    assert 45 < fetching._desk.rests_until[geocoder.url] - time.monotonic() <= 50


def test_a_slow_server_holds_nobody_up(office: Office, geocoder: Geocoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "BOUNDS", fetching.Bounds(0.2, 0.2, 0.3, 1000))
    geocoder.answers(PHOTON, wait=1.5)
    choose(office, PHOTON_KIND, url=geocoder.url)
    began = time.monotonic()
    assert offered(office, "unter den") == Offer(failed=True)
    assert time.monotonic() - began < 1.2
    fetching.forget()
    monkeypatch.setattr(fetching, "BOUNDS", fetching.Bounds(2, 2, 2, 10**6))
    monkeypatch.setattr(suggesting, "PATIENCE", 0.2)
    began = time.monotonic()
    assert offered(office, "unter den") == Offer(failed=True)


def test_a_server_that_is_not_there_is_quiet_too(office: Office) -> None:
    choose(office, PHOTON_KIND, url="http://127.0.0.1:9")
    assert offered(office, "unter den") == Offer(failed=True)
    trial = choosing.carry_out(choosing.prepare(office.act(office.ada), {"sample": "unter den"}))
    assert (trial.ok, trial.text) == (False, "127.0.0.1 cannot be reached.")
    office.commit()


@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://[fe80::1]", "http://0.0.0.0"])
def test_places_that_are_nobody_s_business_are_never_asked(office: Office, url: str) -> None:
    choose(office, PHOTON_KIND, url=url)
    trial = choosing.carry_out(choosing.prepare(office.act(office.ada), {"sample": "unter den"}))
    assert not trial.ok and "no address that may be asked" in trial.text
    office.commit()


def test_who_asks_more_than_anybody_types_has_to_wait(office: Office, geocoder: Geocoder) -> None:
    choose(office, PHOTON_KIND, url=geocoder.url)
    found = source()
    for n in range(fetching.A_MINUTE):
        fetching.suggestions(found, f"street {n}", "en", 1)
    with pytest.raises(fetching.Busy):
        fetching.suggestions(found, "one more", "en", 1)
    assert fetching.suggestions(found, "one more", "en", 2)
    assert len(fetching._desk.answers) <= fetching.MOST_REMEMBERED


# -- addresses of records --------------------------------------------------------------------------------------------


def somewhere(street: str = "Łąkowa 5", city: str = "Łódź", **more: str) -> dict[str, str]:
    return {"street1": street, "city": city, "postal_code": "90-001", "country": "Poland", **more}


def test_addresses_of_records_are_found_by_the_beginning_of_the_street_whatever_its_accents(office: Office) -> None:
    choose(office, SourceKind.RECORDS)
    office.lead(**somewhere())
    office.account(**somewhere())
    office.contact(**somewhere("Lakierowa 1", "Gdynia"))
    office.lead(**somewhere("Nowa 1"))
    assert [each.street1 for each in offered(office, "LAK").found] == ["Łąkowa 5", "Lakierowa 1"]
    assert offered(office, "łąko").found == [Suggestion("Łąkowa 5", "Łódź", "", "90-001", "Poland")]
    assert offered(office, "kowa").found == []
    assert offered(office, "lak%").found == offered(office, "la_").found == []


def test_nobody_is_offered_the_address_of_a_record_that_he_may_not_read(office: Office) -> None:
    office.settle(private=True)
    choose(office, SourceKind.RECORDS)
    office.lead(office.olaf, **somewhere("Secret Lane 1"))
    gone = office.lead(office.sara, **somewhere("Secret Lane 2"))
    gone.deleted_on = office.now
    office.lead(office.sara, **somewhere("Secret Lane 3"))
    office.lead(office.sara, street1="Secret Lane 4")  # a street alone is no address
    assert [each.street1 for each in offered(office, "secret").found] == ["Secret Lane 3"]
    assert [each.street1 for each in offered(office, "secret", office.olaf).found] == ["Secret Lane 1"]
    assert {each.street1 for each in offered(office, "secret", office.vera).found} == {"Secret Lane 1", "Secret Lane 3"}


def test_addresses_that_occur_often_come_first_and_it_costs_one_statement_a_table(office: Office) -> None:
    for n, street in enumerate(["Long Road 1", "Long Road 2", "Long Road 3"]):
        for _ in range(n + 1):
            office.lead(**somewhere(street))
    act = office.act(office.sara)
    with Statements(office.engine) as statements:
        found = own.suggestions(act, "long")
    assert [each.street1 for each in found] == ["Long Road 3", "Long Road 2", "Long Road 1"]
    assert len(statements) == 3
    office.commit()


def test_streets_are_found_by_their_index(office: Office) -> None:
    from sqlalchemy import text

    statement = own._asked(office.act(office.vera), Lead, "lak")
    literal = statement.compile(office.engine, compile_kwargs={"literal_binds": True})
    if office.engine.dialect.name == "postgresql":
        office.session.execute(text("SET enable_seqscan = off"))
        told = "\n".join(row[0] for row in office.session.execute(text(f"EXPLAIN {literal}".replace(":", "\\:"))))
    else:
        told = "\n".join(row[-1] for row in office.session.execute(text(f"EXPLAIN QUERY PLAN {literal}")))
    assert "ix_lead_street_search" in told
    office.session.rollback()


# -- choosing --------------------------------------------------------------------------------------------------------


def test_only_administrators_choose_and_try(office: Office) -> None:
    act = office.act(office.vera)
    for verb in (choosing.shown, lambda a: choosing.choose(a, {"kind": "off"}), lambda a: choosing.prepare(a, {})):
        with pytest.raises(NotAllowed):
            verb(act)
    office.session.rollback()


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"kind": "bing"}, "kind"),
        ({"kind": "photon"}, "url"),
        ({"kind": "photon", "url": "photon.example.com"}, "url"),
        ({"kind": "photon", "url": "ftp://photon.example.com"}, "url"),
        ({"kind": "photon", "url": "file:///etc/passwd"}, "url"),
        ({"kind": "photon", "url": "https://user:pass@photon.example.com"}, "url"),
        ({"kind": "photon", "url": "https://photon.example.com/?a=b"}, "url"),
        ({"kind": "photon", "url": "https://[bad"}, "url"),
        ({"kind": "photon", "url": "https://x:99999"}, "url"),
        ({"kind": "photon", "url": "https://" + "x" * 600}, "url"),
        ({"kind": "nominatim", "url": "https://nominatim.openstreetmap.org"}, "url"),
        ({"kind": "azure"}, "key"),
        ({"kind": "azure", "key": "two words"}, "key"),
        ({"kind": "azure", "key": "k" * 501}, "key"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(office: Office, typed: dict[str, str], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        choosing.choose(office.act(office.ada), typed)
    assert [*refused.value.problems] == [place]
    office.session.rollback()


def test_a_key_is_sealed_kept_and_forgotten(office: Office) -> None:
    row = choose(office, AZURE_KIND, key="K-123")
    assert "K-123" not in row.key and secrets.unseal(row.key)["key"] == "K-123"
    shown = choosing.shown(office.act(office.ada))
    assert shown.has_key and "K-123" not in repr(shown)
    sealed = row.key
    assert choose(office, AZURE_KIND, key="").key == sealed
    assert choose(office, SourceKind.OFF).key == sealed
    assert choose(office, SourceKind.OFF, forget="1").key == ""


def test_a_key_is_only_ever_sent_to_the_server_for_which_it_was_entered(office: Office, geocoder: Geocoder) -> None:
    choose(office, AZURE_KIND, key="K-123")
    for typed in ({"url": geocoder.url}, {"url": "https://atlas.microsoft.com.example.com"}):
        with pytest.raises(Invalid, match="") as refused:
            choosing.prepare(office.act(office.ada), {"sample": "unter den", **typed})
        assert "Enter the key again" in refused.value.by_field()["key"]
    # Nor by the way over a server that needs none.
    choose(office, PHOTON_KIND, url=geocoder.url)
    with pytest.raises(Invalid):
        choosing.choose(office.act(office.ada), {"kind": "azure"})
    office.session.rollback()
    assert geocoder.asked == []


def test_a_trial_tells_what_came_back_and_stores_nothing(office: Office, geocoder: Geocoder) -> None:
    typed = {"kind": "photon", "url": geocoder.url, "sample": "unter den"}
    trial = choosing.carry_out(choosing.prepare(office.act(office.ada), typed))
    assert trial.ok and trial.text == "It works. The server suggests:" and trial.found[0].city == "Berlin"
    geocoder.answers({"type": "FeatureCollection", "features": []})
    trial = choosing.carry_out(choosing.prepare(office.act(office.ada), typed))
    assert trial.ok and "knows no address" in trial.text
    assert office.session.exec(select(AddressSource)).first() is None
    for bad in ({"kind": "off"}, {"kind": "records"}, {**typed, "sample": "x"}, {**typed, "url": ""}):
        with pytest.raises(Invalid):
            choosing.prepare(office.act(office.ada), bad)
    office.commit()


def test_the_second_of_two_administrators_is_told(office: Office) -> None:
    seen = choosing.shown(office.act(office.ada)).version
    choose(office, SourceKind.RECORDS)
    with pytest.raises(Stale, match="Ada"):
        choosing.choose(office.act(office.ada), {"kind": "off"}, seen)
    office.session.rollback()


def test_forms_hear_of_it_at_once(office: Office) -> None:
    roles = frozenset({Role.SALESPERSON.value})
    assert forms.shape("en", roles) == {}
    choose(office, SourceKind.RECORDS)
    assert forms.shape("en", roles)["addresses"] == {"credit": ["", ""]}
    choose(office, NOMINATIM_KIND, url="https://nominatim.example.com")
    assert "OpenStreetMap" in forms.shape("en", roles)["addresses"]["credit"][0]
    choose(office, SourceKind.OFF)
    assert forms.shape("en", roles) == {}


# -- in a settings file ----------------------------------------------------------------------------------------------


def test_a_settings_file_holds_the_server_and_never_the_key(office: Office) -> None:
    choose(office, AZURE_KIND, key="K-123")
    text = file.export(office.act(office.ada))
    told = json.loads(text)
    assert told["settings"]["address_suggestions"] == {"source": {"kind": "azure", "url": ""}}
    assert "K-123" not in text
    choose(office, SourceKind.OFF)
    part = ["address_suggestions"]
    done = carrying.carry_out(office.act(office.ada), file.read(text.encode()), part)
    office.commit()
    assert done.parts[0].changed == 1 and choosing.shown(office.act(office.ada)).kind == "azure"
    choose(office, SourceKind.OFF, forget="1")
    done = carrying.carry_out(office.act(office.ada), file.read(text.encode()), part)
    assert "no key for Azure Maps" in done.warnings[0].text
    office.commit()


def test_a_key_that_can_no_longer_be_read_is_asked_for_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(office, AZURE_KIND, key="K-123")
    monkeypatch.setenv("RXCRM_SECRET_KEY", "x" * 40)
    settings.cache_clear()
    assert offered(office, "unter den") == Offer(failed=True)
    with pytest.raises(Invalid) as refused:
        choosing.prepare(office.act(office.ada), {"sample": "unter den"})
    assert "key" in refused.value.problems and isinstance(refused.value.problems["key"], CrmError)
    assert Source(AZURE_KIND).base == "https://atlas.microsoft.com"
    office.commit()
