"""The page of settings files: what a file would change, importing it, and files over HTTP (issue 6, part 5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from rxcrm import web
from rxcrm.models import configuration, db
from rxcrm.models.fields import fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.settings_file import file, keeping
from rxcrm.state import gate
from rxcrm.state.settings.settings_file import SettingsFiles
from tests.models.test_settings_file import FIELD, with_settings
from tests.office import PASSWORD, Office
from tests.state.desk import Desk


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    configuration.reset()
    gate.forget()
    yield
    configuration.reset()
    gate.forget()


def taken(office: Office, **items: Any) -> int:
    row = keeping.take_in(office.act(office.ada), "theirs.json", with_settings(office, **items))
    office.commit()
    return row.id or 0


def test_a_file_is_looked_through_imported_and_taken_back(small_office: Office) -> None:
    desk = Desk(small_office)
    desk.send(SettingsFiles, "open")
    number = taken(small_office, organisation={"name": "Other"}, custom_fields={"lead/x_area": FIELD})
    state = desk.send(SettingsFiles, "look_through", number)
    assert (state.file_id, state.file_name, state.back) == (number, "theirs.json", False)
    assert [(p.name, p.added, p.changed) for p in state.weighed.parts] == [
        ("organisation", 0, 1),
        ("custom_fields", 1, 0),
    ]
    assert small_office.organisation.name == "Contoso"
    stamps = [part.stamp for part in state.weighed.parts]
    state = desk.send(SettingsFiles, "carry_out", number, ["organisation", "custom_fields"], stamps)
    assert (state.file_id, state.notice.kind) == (0, "success")
    assert small_office.organisation.name == "Other" and "x_area" in fields_of(Lead)
    [kept] = state.kept
    assert (kept.who, kept.name) == ("Ada", "theirs.json")
    state = desk.send(SettingsFiles, "look_through", kept.id)
    assert state.back and [p.name for p in state.weighed.parts if p.changed] == ["organisation"]
    desk.send(SettingsFiles, "carry_out", kept.id, ["organisation"], [state.weighed.parts[0].stamp])
    small_office.session.expire_all()
    assert small_office.organisation.name == "Contoso"


def test_a_file_that_cannot_be_imported_stays_open_with_its_problems(small_office: Office) -> None:
    desk = Desk(small_office)
    number = taken(small_office, organisation={"name": "Other", "currency": "XXX"})
    state = desk.send(SettingsFiles, "look_through", number)
    assert state.weighed.parts[0].problems == 1
    state = desk.send(SettingsFiles, "carry_out", number, ["organisation"], [state.weighed.parts[0].stamp])
    assert state.file_id == number and state.notice.kind == "error"
    assert [told.place for told in state.weighed.problems] == ["currency"]
    assert small_office.organisation.name == "Contoso"
    state = desk.send(SettingsFiles, "put_away")
    assert state.file_id == 0


def test_what_changed_since_the_preview_is_told(small_office: Office) -> None:
    desk = Desk(small_office)
    number = taken(small_office, organisation={"name": "Other"})
    state = desk.send(SettingsFiles, "look_through", number)
    small_office.settle(name="Northwind")
    state = desk.send(SettingsFiles, "carry_out", number, ["organisation"], [state.weighed.parts[0].stamp])
    assert state.notice.kind == "error" and "preview" in state.notice.text
    assert state.weighed.parts[0].changes[0].details == ["Northwind → Other"]


def test_files_go_out_and_in_over_http_for_administrators_alone(small_office: Office) -> None:
    attempt = small_office.sign_in("sara@contoso.com", PASSWORD, now=db.now())
    client = TestClient(web.http, cookies={gate.COOKIE: attempt.token})
    assert client.get("/files/settings").status_code == 403
    assert client.post("/files/settings", content=b"{}").status_code == 403
    assert client.get("/files/settings/1").status_code == 403
    assert TestClient(web.http).get("/files/settings").status_code == 401
    attempt = small_office.sign_in("ada@contoso.com", PASSWORD, now=db.now())
    client = TestClient(web.http, cookies={gate.COOKIE: attempt.token})
    answer = client.get("/files/settings")
    assert answer.status_code == 200 and "Contoso-settings-" in answer.headers["content-disposition"]
    found = json.loads(answer.content)
    found["settings"] = {"organisation": {"name": "Other"}}
    answer = client.post(
        "/files/settings", content=json.dumps(found).encode(), headers={"x-file-name": "th%C3%A9irs.json"}
    )
    row = keeping.find(small_office.act(small_office.ada), answer.json()["id"])
    assert row.name == "théirs.json"
    small_office.commit()
    for content in (b"{}", b"{", b" " * (file.LARGEST + 10)):
        answer = client.post("/files/settings", content=content)
        assert answer.status_code == 422 and answer.json()["message"]
    assert client.get(f"/files/settings/{row.id}").content == row.content.encode()
    assert client.get("/files/settings/999").status_code == 422
