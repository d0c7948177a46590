"""Handlers of the page of contact sources: who sees what, and what never reaches a browser."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import db
from rxcrm.models.exchange import accounts, secrets
from rxcrm.models.exchange.tables import ContactFolder, ContactSource
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.job import Job
from rxcrm.settings import settings
from rxcrm.state import gate
from rxcrm.state.settings.exchange import Exchange, SourceRow
from tests.office import Office
from tests.state.desk import Desk

APP = {
    "tenant": "11111111-2222-3333-4444-555555555555",
    "client_id": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "secret": "the-s3cret~of-the-app",
}
DAV = {"name": "Books", "address": "dav.example.com", "account": "sara", "password": "the password of sara"}


class ExchangeDesk(Desk):
    """Somebody at the contact sources."""

    def ask(self, handler: str, *args: Any) -> Any:
        return self.send(Exchange, handler, *args)

    def sent(self) -> str:
        """Everything of the state that goes to the browser."""
        state = self.state(Exchange)
        held = {name: state.get_value(name) for name in Exchange.base_vars}
        return json.dumps(held, default=lambda v: dataclasses.asdict(v) if dataclasses.is_dataclass(v) else str(v))  # type: ignore[arg-type]


@pytest.fixture
def desk(small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExchangeDesk]:
    monkeypatch.setenv("RXCRM_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    secrets._from_file.cache_clear()
    yield ExchangeDesk(small_office)
    monkeypatch.undo()
    settings.cache_clear()


def source_of(desk: ExchangeDesk, **values: Any) -> ContactSource:
    """Sara's account, connected, with two folders."""
    row = ContactSource(
        **{
            "kind": "carddav",
            "name": "Books",
            "owner_id": desk.office.sara.id,
            "address": "https://dav.example.com/",
            "account": "sara",
            "secret": secrets.seal({"password": DAV["password"]}),
            "created_on": desk.office.now,
            **values,
        }
    )
    desk.office.session.add(row)
    desk.office.session.flush()
    for name in ("Friends", "Customers"):
        desk.office.session.add(ContactFolder(source_id=row.id, folder=f"/{name}/", name=name, contacts=3))
    desk.office.commit()
    return row


def test_an_administrator_enters_the_registration_and_its_secret_stays_on_the_server(desk: ExchangeDesk) -> None:
    state = desk.ask("register", 0, APP, 3)
    assert (state.told.token, state.told.ok, state.registered, state.has_secret) == (3, True, True, True)
    state = desk.ask("ask_registration")
    assert state.values == {"tenant": APP["tenant"], "client_id": APP["client_id"], "secret": "", "forget": "0"}
    assert APP["secret"] not in desk.sent()
    assert desk.ask("register", 0, {**APP, "secret": ""}, 4).has_secret, "an empty secret keeps the one there"
    assert not desk.ask("register", 0, {**APP, "secret": "", "forget": "1"}, 5).has_secret


def test_what_is_wrong_with_a_registration_is_told_at_its_field(desk: ExchangeDesk) -> None:
    typed = {"tenant": "no such", "client_id": "1", "secret": APP["client_id"]}
    assert set(desk.ask("register", 0, typed, 1).told.errors) == {"tenant", "client_id", "secret"}


def test_nobody_else_enters_a_registration(desk: ExchangeDesk) -> None:
    desk.user = desk.office.sara
    assert desk.ask("register", 0, APP, 1).told.errors == {"": "Only administrators may do that."}
    assert "Only administrators" in desk.ask("ask_registration").notice.text


def test_a_seller_adds_an_account_and_sees_that_its_books_are_looked_for(desk: ExchangeDesk) -> None:
    desk.user = desk.office.sara
    state = desk.ask("ask_carddav")
    assert (state.asked, state.values["password"]) == ("carddav", "")
    state = desk.ask("add_carddav", 0, DAV, 5)
    assert (state.told.ok, state.asked, state.current.name, state.current.doing) == (
        True,
        "work",
        "Books",
        accounts.FOLDERS,
    )
    assert db.read(lambda s: list(s.exec(select(Job.kind)))) == [accounts.FOLDERS]
    assert DAV["password"] not in desk.sent()
    state = desk.ask("cancel", state.current.id)
    assert (state.rows[0].doing, state.notice.text) == ("", "It was canceled.")


def test_a_mailbox_needs_the_registration_first(desk: ExchangeDesk) -> None:
    desk.user = desk.office.sara
    assert "An administrator must first" in desk.ask("add_mailbox", 0, {"name": ""}, 1).told.errors[""]
    desk.user = desk.office.ada
    desk.ask("register", 0, APP, 2)
    desk.user = desk.office.sara
    state = desk.ask("add_mailbox", 0, {"name": ""}, 3)
    assert (state.current.doing, state.current.signed_in, state.asked) == (accounts.SIGN_IN, False, "work")


def test_an_account_is_edited_without_its_password_and_deleted(desk: ExchangeDesk) -> None:
    number = source_of(desk).id
    desk.user = desk.office.sara
    desk.ask("open")
    state = desk.ask("ask_edit", number)
    assert state.values == {"name": "Books", "address": "https://dav.example.com/", "account": "sara", "password": ""}
    state = desk.ask("save", number, {"name": "Address books"}, 2)
    assert (state.told.ok, state.rows[0].name) == (True, "Address books")
    assert "password" in desk.ask("save", number, {"address": "https://evil.example"}, 3).told.errors
    assert desk.ask("ask_delete", number).subject_name == "Address books"
    state = desk.ask("delete", number)
    assert (state.rows, state.notice.text) == ([], "Address books was deleted.")


def test_folders_are_shown_and_the_chosen_ones_fetched(desk: ExchangeDesk) -> None:
    number = source_of(desk).id
    desk.user = desk.office.sara
    state = desk.ask("show", number)
    assert [(f.name, f.contacts, f.chosen) for f in state.folders] == [("Friends", 3, False), ("Customers", 3, False)]
    assert "Choose at least one folder" in desk.ask("fetch", number, [], "contact", False).notice.text
    assert "doesn't exist" in desk.ask("fetch", number, [state.folders[0].id], "account", False).notice.text
    state = desk.ask("fetch", number, [state.folders[1].id], "lead", False)
    assert (state.rows[0].doing, state.rows[0].entity) == (accounts.FETCH, "lead")
    assert [f.chosen for f in desk.ask("show", number).folders] == [False, True]
    assert "being done for this source" in desk.ask("fetch", number, [1], "lead", False).notice.text


def test_the_tab_that_waits_for_a_fetch_goes_on_to_its_import(
    desk: ExchangeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = source_of(desk).id or 0
    desk.user = desk.office.sara
    state = desk.ask("show", number)
    state = desk.ask("fetch", number, [state.folders[0].id], "contact", False)
    run = ImportRun(entity="contact", file_name="Books", created_by_id=desk.user.id, created_on=desk.office.now)
    desk.office.session.add(run)
    desk.office.session.flush()
    row = desk.office.session.get_one(ContactSource, number)
    row.run_id, row.job_id = run.id, None
    desk.office.commit()
    page = SimpleNamespace(url=SimpleNamespace(path="/settings/exchange"))
    monkeypatch.setattr(type(state), "router", page, raising=False)

    async def hear() -> None:
        gate._asker.set(gate.Asker(desk.office.who(desk.user), "", "Contoso", 0))
        await state._hear(frozenset())

    asyncio.run(hear())
    assert state.notice.go == f"/import/{run.id}/map"
    assert state.rows[0].run_id == run.id


def test_another_user_can_do_nothing_with_a_source(desk: ExchangeDesk) -> None:
    number = source_of(desk).id
    for user in (desk.office.tom, desk.office.ada):
        desk.user = user
        state = desk.ask("open")
        assert state.rows == []
        for handler, args in (
            ("sign_in", ()),
            ("look_for_folders", ()),
            ("fetch", ([1], "contact", False)),
            ("cancel", ()),
        ):
            assert "no such contact source" in desk.ask(handler, number, *args).notice.text
        assert "no such contact source" in desk.ask("save", number, {"name": "x"}, 1).told.errors[""]
        state = desk.ask("show", number)
        assert (state.current, state.folders) == (SourceRow(), [])
    desk.user = desk.office.tom
    assert "no such contact source" in desk.ask("delete", number).notice.text


def test_an_administrator_sees_whose_sources_there_are_and_removes_one(desk: ExchangeDesk) -> None:
    number = source_of(desk).id
    state = desk.ask("open")
    assert [(s.name, s.owner) for s in state.others] == [("Books", "Sara")]
    assert "dav.example.com" not in desk.sent() and '"sara"' not in desk.sent()
    assert desk.ask("ask_delete", number).subject_name == "Books"
    assert desk.ask("delete", number).others == []


def test_who_may_not_import_learns_nothing(desk: ExchangeDesk) -> None:
    source_of(desk)
    desk.user = desk.office.tim
    state = desk.ask("open")
    assert (state.rows, state.others, state.ready) == ([], [], False)
    assert "may not import" in state.notice.text
