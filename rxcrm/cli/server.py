"""Commands around the server: run it, build its pages, bring its database up to date, fill it with a sample."""

from __future__ import annotations

import argparse
import secrets
from typing import Any

from rxcrm import serve
from rxcrm.cli.acting import act_as
from rxcrm.cli.parsing import as_whom, command
from rxcrm.settings import settings

DEMO = "demo@example.com"


def add_server_commands(commands: Any) -> None:
    made = command(commands, "serve", _serve, "Bring the database up to date, build the front end if need be, serve.")
    made.add_argument("--dev", action="store_true", help="build and start again whenever a source changes")

    command(commands, "migrate", _migrate, "Bring the database up to date and stop.")

    made = command(commands, "build", _build, "Build the front end and stop.")
    made.add_argument("--force", action="store_true", help="even if nothing has changed")

    made = command(
        commands,
        "demo",
        _demo,
        "Load sample data: eight users, thirty accounts, eighty leads and two dozen opportunities from twelve countries.",
    )
    made.add_argument("--serve", action="store_true", help="serve it afterwards")
    as_whom(made)


def _serve(asked: argparse.Namespace) -> None:
    serve.develop() if asked.dev else serve.serve()


def _build(asked: argparse.Namespace) -> None:
    if asked.force:
        print("The front end is being built …", flush=True)
        serve.build(force=True)
    elif serve.is_built():
        print("The front end is up to date.")
    else:
        serve.say_and_build()


def _migrate(asked: argparse.Namespace) -> None:
    from rxcrm.models import db
    from rxcrm.models.migrating import migrate

    applied = migrate(db.engine())
    print(f"Applied: {', '.join(applied)}." if applied else "The database is up to date.")


def _demo(asked: argparse.Namespace) -> None:
    from rxcrm.models import db, setup
    from rxcrm.models.demo import load_sample
    from rxcrm.models.migrating import migrate

    if asked.serve:
        serve.check_port()
    migrate(db.engine())
    password = ""
    if db.read(setup.is_needed):
        password = settings().admin_password or f"demo-{secrets.token_hex(4)}"
        email = settings().admin_email or DEMO
        answers = setup.Answers(
            organisation="Lindholm Warehouse Systems",
            name="Demo Admin",
            email=email,
            password=password,
            country="DE",
            currency="EUR",
            time_zone="Europe/Berlin",
        )
        db.transact(setup.set_up, answers, db.now())
    act_as(asked.by, load_sample)
    print("The sample data is loaded: eight users, thirty accounts, eighty leads, two dozen opportunities.")
    if password:
        print(f"\n  Sign in as {email}\n  Password   {password}\n", flush=True)
    if asked.serve:
        serve.serve()
