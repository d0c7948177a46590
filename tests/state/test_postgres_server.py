"""The same server on PostgreSQL: migrations, sign-in, a list over the socket, a save."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, select

from rxcrm.models import db
from rxcrm.models.lead import Lead
from tests.office import Office
from tests.server import Server, build_once
from tests.state.socket_client import SocketClient
from tests.state.test_gate import cookie_of, handlers


@pytest.mark.postgres
def test_a_lead_is_listed_and_saved(
    postgres: str, postgres_template: str, postgres_run: Callable[[str], None], tmp_path: Path
) -> None:
    postgres_run(f"CREATE DATABASE served TEMPLATE {postgres_template}")
    engine = db.make_engine(postgres + "served")
    with Office(engine) as office:
        office.sara.password_hash = office.ada.password_hash
        lead = office.lead(office.sara, topic="Lamps for a hotel", last_name="Kowalska")
        office.commit()
        lead_id = lead.id
    build_once()
    server = Server(tmp_path, database_url=postgres.replace("+psycopg", "") + "served").start()
    try:
        cookie = cookie_of(server, "sara@contoso.com")

        async def story() -> None:
            tab = await SocketClient(server.url, cookie).open("/leads")
            assert await tab.told("Lamps for a hotel")
            save = next(n for n in handlers() if n.endswith("lead_record.save"))
            typed = {"record_id": lead_id, "version": 1, "typed": {"city": "Łódź"}, "token": 7}
            assert await tab.told("Saved", save, typed)
            await tab.close()

        asyncio.run(story())
        with Session(engine) as session:
            assert session.exec(select(Lead.city)).one() == "Łódź"
    finally:
        server.stop()
        engine.dispose()
        postgres_run("DROP DATABASE served WITH (FORCE)")
