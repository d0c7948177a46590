"""The settings of address suggestions and the route that forms ask (S R3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from rxcrm import web
from rxcrm.models import configuration, db
from rxcrm.models.addresses import fetching
from rxcrm.models.exchange import secrets
from rxcrm.settings import settings
from rxcrm.state import gate
from rxcrm.state.forms import COMPLETED, quick_fields, quick_forms
from rxcrm.state.settings.address_suggestions import AddressSettings
from tests.models.geocoder import Geocoder, serving
from tests.office import PASSWORD, Office
from tests.state.desk import Desk


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("RXCRM_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    secrets._from_file.cache_clear()
    for forget in (configuration.reset, fetching.forget, gate.forget):
        forget()
    yield
    for forget in (configuration.reset, fetching.forget, gate.forget):
        forget()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def geocoder() -> Iterator[Geocoder]:
    with serving() as found:
        yield found


def test_a_source_is_chosen_and_its_key_never_comes_back(small_office: Office) -> None:
    desk = Desk(small_office)
    state = desk.send(AddressSettings, "open")
    assert state.values == {"kind": "off", "url": "", "key": "", "forget": "0"} and not state.has_key
    state = desk.send(AddressSettings, "save", 0, {"kind": "azure"}, 5)
    assert (state.told.token, state.told.ok) == (5, False) and "key" in state.told.errors
    state = desk.send(AddressSettings, "save", 0, {"kind": "azure", "key": "K-123"}, 6)
    assert state.told.ok and state.has_key and "K-123" not in str(state.dict())
    state = desk.send(AddressSettings, "save", 0, {"kind": "records"}, 7)  # the version is the one of now
    assert state.told.ok and state.values["kind"] == "records"


def test_the_test_tells_what_came_back(small_office: Office, geocoder: Geocoder) -> None:
    desk = Desk(small_office)
    desk.send(AddressSettings, "open")
    typed = {"kind": "photon", "url": geocoder.url, "key": "", "sample": "unter den"}
    state = desk.send(AddressSettings, "try_out", typed, 9)
    assert (state.tried.token, state.tried.ok) == (9, True)
    assert state.tried.found[0] == ["Unter den Linden 77", "10117 Berlin, Germany"]
    geocoder.answers(b"<html>", 200)
    assert "web page" in desk.send(AddressSettings, "try_out", typed, 10).tried.text
    assert "such as https://" in desk.send(AddressSettings, "try_out", {**typed, "url": "x"}, 11).tried.text
    geocoder.answers({}, wait=0.0)
    assert not desk.send(AddressSettings, "try_out", {**typed, "kind": "off"}, 12).tried.ok


def test_forms_ask_over_http_as_who_is_signed_in(small_office: Office, geocoder: Geocoder) -> None:
    assert TestClient(web.http).get("/data/addresses?q=unter+den").status_code == 401
    desk = Desk(small_office)
    desk.send(AddressSettings, "open")
    desk.send(AddressSettings, "save", 0, {"kind": "photon", "url": geocoder.url}, 1)
    attempt = small_office.sign_in("sara@contoso.com", PASSWORD, now=db.now())
    client = TestClient(web.http, cookies={gate.COOKIE: attempt.token})
    answer = client.get("/data/addresses", params={"q": "unter den"})
    assert answer.status_code == 200 and answer.headers["cache-control"] == "private, no-store"
    told = answer.json()
    assert told["failed"] is False and told["found"][0] == {
        "street1": "Unter den Linden 77",
        "city": "Berlin",
        "state": "Berlin",
        "postal_code": "10117",
        "country": "Germany",
        "detail": "10117 Berlin, Germany",
    }
    geocoder.answers(b"", 500)
    assert client.get("/data/addresses", params={"q": "another street"}).json() == {"found": [], "failed": True}
    assert client.get("/data/addresses").json() == {"found": [], "failed": False}


def test_quick_create_takes_an_address_and_shows_it_only_while_streets_are_completed() -> None:
    for entity, names in COMPLETED.items():
        assert set(names) < set(quick_fields(entity))
        assert quick_forms()[entity]["completed"] == list(names)
    assert quick_forms()["lead"]["completed"] == []
