"""The `rxcrm` command: run the server, look after users, bring files in. It speaks in sentences and never in traces."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from rxcrm import __version__, serve
from rxcrm.settings import BadSetting, settings

if TYPE_CHECKING:
    from sqlmodel import Session

    from rxcrm.models.access import Who
    from rxcrm.models.administration import Listed
    from rxcrm.models.importing.runs import Books, Inspection
    from rxcrm.models.people import User
    from rxcrm.models.records import Act

T = TypeVar("T")

EXAMPLES = """\
examples:
  rxcrm serve                                   build what is needed and serve on http://localhost:3000
  rxcrm user add sara@example.com --name "Sara Lind" --role salesperson
  rxcrm user password sara@example.com --link   a link with which she chooses a new password
  rxcrm import leads.csv --dry-run              check a file and write nothing
  rxcrm import leads.xlsx --sheet Fair --map "Firma=company_name" --map "Notes="
  rxcrm demo --serve                            look at it with sample data

Settings are environment variables: RXCRM_PORT, RXCRM_DATA_DIR, RXCRM_DATABASE_URL …; docs/settings.md has them all.
Exit codes: 0 it worked, 1 it was refused and the reason stands on stderr, 2 the command was written wrongly."""
#: Problems of an import that are printed; all of them are in the page of the import.
SHOWN = 20
DEMO = "demo@example.com"


class Refused(Exception):
    """What was asked for cannot be done; the message is a sentence for whoever asked."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    asked = parser().parse_args(argv)
    try:
        with plain():
            asked.run(asked)
    except Refused as refusal:
        sys.stdout.flush()
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


# -- what can be asked -----------------------------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """Every command with its options and what they mean."""
    top = _Parser(prog="rxcrm", description="A CRM for lead management in pure Python.", epilog=EXAMPLES)
    top.add_argument("--version", action="version", version=f"rxcrm {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = _command(
        commands, "serve", _serve, "Bring the database up to date, build the front end if need be, serve."
    )
    command.add_argument("--dev", action="store_true", help="build and start again whenever a source changes")

    _command(commands, "migrate", _migrate, "Bring the database up to date and stop.")

    command = _command(commands, "build", _build, "Build the front end and stop.")
    command.add_argument("--force", action="store_true", help="even if nothing has changed")

    command = _command(
        commands,
        "demo",
        _demo,
        "Load sample data: eight users, fifteen accounts and eighty leads from twelve countries.",
    )
    command.add_argument("--serve", action="store_true", help="serve it afterwards")
    _as_whom(command)

    users = _command(commands, "user", None, "Add, list, disable and enable users; give them passwords.")
    _user_commands(users.add_subparsers(title="commands", metavar="COMMAND", required=True))
    _import_command(commands)
    return top


class _Parser(argparse.ArgumentParser):
    """Keeps the line breaks of examples; sub-commands inherit it."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False, **more})


def _command(commands: Any, name: str, run: Callable[..., None] | None, help: str, examples: str = "") -> _Parser:
    made: _Parser = commands.add_parser(name, help=help, description=help, epilog=examples)
    made.set_defaults(run=run)
    return made


def _as_whom(command: _Parser) -> None:
    command.add_argument("--as", dest="by", metavar="EMAIL", help="act as this user (default: the first administrator)")


def _user_commands(commands: Any) -> None:
    command = _command(
        commands,
        "add",
        _user_add,
        "Add a user.",
        "The password is asked for without being shown; or read from RXCRM_PASSWORD or, with --password-stdin, from\n"
        "the first line of the input. With --link, or where nobody can be asked, a link is printed instead: it lets the\n"
        "user choose a password once, within 24 hours.",
    )
    command.add_argument("email", metavar="EMAIL")
    command.add_argument("--name", help="full name (default: the part of the address before the @)")
    command.add_argument(
        "--role",
        action="append",
        choices=["salesperson", "sales_manager", "vice_president", "team_member", "administrator"],
        help="may be given more than once (default: salesperson)",
    )
    command.add_argument("--unit", metavar="NAME", help="business unit (default: the topmost)")
    command.add_argument("--manager", metavar="EMAIL", help="whom the user reports to")
    _password_options(command)
    _as_whom(command)

    command = _command(commands, "list", _user_list, "List the users.")
    command.add_argument("--json", action="store_true", help="one JSON array instead of a table")
    _as_whom(command)

    for name, run, help in (
        ("disable", _user_disable, "Lock a user out at once; the records stay."),
        ("enable", _user_enable, "Let a disabled user in again."),
    ):
        command = _command(commands, name, run, help)
        command.add_argument("email", metavar="EMAIL")
        _as_whom(command)

    command = _command(commands, "password", _user_password, "Give a user a new password; open sessions end.")
    command.add_argument("email", metavar="EMAIL")
    _password_options(command)
    _as_whom(command)


def _password_options(command: _Parser) -> None:
    way = command.add_mutually_exclusive_group()
    way.add_argument("--password-stdin", action="store_true", help="read the password from the first line of the input")
    way.add_argument("--link", action="store_true", help="print a one-time link instead of setting a password")


def _import_command(commands: Any) -> None:
    command = _command(
        commands,
        "import",
        _import,
        "Import a .csv, .xlsx or .xml (XML Spreadsheet 2003) file.",
        "Columns are recognised by their headings. --map puts one onto a field, --map 'Heading=' leaves one out; the\n"
        "name of a field is its label (“Company Name”) or its column (company_name).\n\n"
        "examples:\n"
        "  rxcrm import leads.csv --dry-run\n"
        "  rxcrm import leads.csv --map 'Firma=company_name' --owner sara@example.com\n"
        "  rxcrm import leads.xlsx --json | tail -n 1\n\n"
        "Accepted (with warnings or without) + rejected + blank = rows of data. The last line of --json is one object\n"
        "with rows, accepted, warned, rejected, blank, status and the first problems. Rejected rows are no failure.",
    )
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--entity", choices=["lead", "account", "contact"], default="lead", help="default: lead")
    command.add_argument("--owner", metavar="EMAIL", help="who owns rows that name no owner (default: who imports)")
    command.add_argument("--sheet", default="", metavar="NAME", help="sheet of a workbook (default: the first)")
    command.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="may be given often")
    command.add_argument("--topic", default="", metavar="PATTERN", help="topic of leads whose file has none")
    command.add_argument(
        "--rejected", type=Path, metavar="FILE", help="write the rejected rows with their reasons there"
    )
    command.add_argument("--dry-run", action="store_true", help="check every row and write nothing")
    command.add_argument("--json", action="store_true", help="print the books as one JSON object, the last line")
    _as_whom(command)


# -- server ----------------------------------------------------------------------------------------------------------


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
    print("The sample data is loaded: eight users, fifteen accounts, eighty leads.")
    if password:
        print(f"\n  Sign in as {email}\n  Password   {password}\n", flush=True)
    if asked.serve:
        serve.serve()


# -- users -----------------------------------------------------------------------------------------------------------


def _user_add(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration, login

    secret = _password(asked)

    def add(act: Act) -> tuple[str, str]:
        typed = {
            "email": asked.email,
            "name": asked.name or asked.email.partition("@")[0],
            "roles": " ".join(asked.role or ["salesperson"]),
            "unit_id": str(_unit(act.session, asked.unit)),
            "manager_id": str(_user(act.session, asked.manager).id) if asked.manager else "",
        }
        user, token = administration.add_user(act, typed)
        if secret:
            login.set_password(act.session, user, secret)
        return user.name, token

    name, token = act_as(asked.by, add)
    if secret:
        print(f"{name} can sign in now at {serve.address()}.")
    else:
        _print_link(name, token)


def _user_list(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration

    people = act_as(asked.by, lambda act: administration.list_users(act, limit=100_000))
    if asked.json:
        found = [
            {
                "email": p.email,
                "name": p.name,
                "roles": [role.value for role in p.roles],
                "unit": p.unit,
                "manager": p.manager,
                "disabled": p.disabled,
                "password": not p.invited,
            }
            for p in people
        ]
        print(json.dumps(found, ensure_ascii=False))
        return
    rows = [[p.name, p.email, ", ".join(role.label for role in p.roles), p.unit, _state(p)] for p in people]
    print_table(["Name", "E-mail", "Roles", "Business unit", "State"], rows)


def _state(person: Listed) -> str:
    return "disabled" if person.disabled else "no password yet" if person.invited else "active"


def _user_disable(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration

    user = act_as(asked.by, lambda act: administration.disable_user(act, _user(act.session, asked.email).id or 0))
    print(f"{user.name} cannot sign in any more. The records stay.")


def _user_enable(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration

    user = act_as(asked.by, lambda act: administration.enable_user(act, _user(act.session, asked.email).id or 0))
    print(f"{user.name} can sign in again.")


def _user_password(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration, login

    secret = _password(asked)

    def change(act: Act) -> tuple[User, str]:
        user, token = administration.reset_password(act, _user(act.session, asked.email).id or 0)
        if secret:
            login.set_password(act.session, user, secret)
        return user, token

    user, token = act_as(asked.by, change)
    if secret:
        print(f"{user.name} has a new password, and every open session has ended.")
    else:
        _print_link(user.name, token)


def _password(asked: argparse.Namespace) -> str:
    """The password to set, or empty for a link."""
    if asked.link:
        return ""
    if asked.password_stdin:
        return sys.stdin.readline().rstrip("\r\n") or _refuse("The input is empty, so there is no password to set.")
    # Not a setting of the server: it belongs to this one command.
    if secret := os.environ.get("RXCRM_PASSWORD", ""):
        return secret
    if not sys.stdin.isatty():
        return ""
    secret = getpass.getpass("Password (it is not shown; leave it empty for a link): ")
    if secret and getpass.getpass("The same again: ") != secret:
        _refuse("These two are not the same. Nothing was changed.")
    return secret


def _print_link(name: str, token: str) -> None:
    print(f"With this link {name} chooses a password, once, within 24 hours:")
    print(f"{serve.address()}/password?token={token}")


def _user(session: Session, email: str) -> User:
    from sqlmodel import select

    from rxcrm.models.people import User

    found = session.exec(select(User).where(User.email == email.strip().lower())).first()
    return found or _refuse(f"There is no user with the e-mail address {email}. See: rxcrm user list")


def _unit(session: Session, name: str | None) -> int:
    """The id of a unit by its name; the topmost without one."""
    from sqlmodel import select

    from rxcrm.models.people import BusinessUnit
    from rxcrm.models.searching import sort_key

    units = list(session.exec(select(BusinessUnit)))
    for unit in units:
        if (unit.parent_id is None) if name is None else (sort_key(unit.name) == sort_key(name)):
            return unit.id or 0
    return _refuse(f"There is no business unit “{name}”. There are: {', '.join(u.name for u in units)}.")


# -- import ----------------------------------------------------------------------------------------------------------


def _import(asked: argparse.Namespace) -> None:
    from rxcrm.models import db
    from rxcrm.models.importing import files, runs
    from rxcrm.models.records import Act

    if not asked.file.is_file():
        _refuse(f"There is no file {asked.file}.")
    with contextlib.redirect_stdout(sys.stderr) if asked.json else contextlib.nullcontext():
        who = act_as(asked.by, lambda act: _importer(act, asked.entity, asked.owner))
        found = runs.inspect(asked.file, asked.file.name, asked.entity, who.conventions, asked.sheet)
        mapping = _mapping(found, asked)
        _print_mapping(found, mapping)
        run = db.transact(lambda s: runs.register(Act(s, who, db.now()), asked.file, asked.file.name, asked.entity))
        try:
            books = runs.carry_out(
                run.id or 0,
                who,
                mapping,
                asked.topic or found.topic_pattern,
                sheet=asked.sheet,
                progress=_progress(),
                dry_run=asked.dry_run,
            )
        finally:
            if asked.dry_run:
                files.discard(run)
                db.transact(lambda s: s.delete(s.merge(run)))
        _print_books(books, asked)
        if asked.rejected and books.rejected and not asked.dry_run:
            _, content, _ = db.read(lambda s: runs.rejected_file(s, runs.find_run(Act(s, who, db.now()), run.id or 0)))
            asked.rejected.write_bytes(content)
            print(f"\nThe rejected rows are in {asked.rejected}; mend them there and import that file.")
    if asked.json:
        print(json.dumps(books.as_json(), ensure_ascii=False, default=str))


def _importer(act: Act, entity: str, owner: str | None) -> Who:
    """Who imports. With another owner, that user does, with the rights of whoever asked."""
    from rxcrm.models.access import Privilege, may_own
    from rxcrm.models.errors import NotAllowed

    if owner is None:
        return act.who
    user = _user(act.session, owner)
    if user.disabled:
        _refuse(f"{user.name} is disabled and cannot own records.")
    if not (decision := may_own(act.who, entity, Privilege.CREATE, user)):
        raise NotAllowed(decision.because)
    return replace(act.who, id=user.id or 0, name=user.name, email=user.email, unit_id=user.unit_id)


def _mapping(found: Inspection, asked: argparse.Namespace) -> dict[int, str]:
    """Column → field as recognised, with what --map changes."""
    from rxcrm.models.importing.mapping import normal

    chosen = found.mapping
    columns = {normal(heading): index for index, heading in reversed(list(enumerate(found.headings)))}
    fields = {normal(word): target.name for target in found.targets for word in (target.label, target.name)}
    for text in asked.map:
        heading, equals, field = text.rpartition("=")
        if not equals:
            _refuse(f"“{text}” says no field. Write --map 'Heading=field', or 'Heading=' to leave the column out.")
        if (column := columns.get(normal(heading))) is None:
            _refuse(f"The file has no column “{heading}”. It has: {', '.join(found.headings)}.")
        if field and normal(field) not in fields:
            known = ", ".join(target.name for target in found.targets)
            _refuse(f"There is no field “{field}”. There are: {known}.")
        chosen.pop(column, None)
        if field:
            target = fields[normal(field)]
            chosen = {c: t for c, t in chosen.items() if t != target} | {column: target}
    return chosen


def _print_mapping(found: Inspection, mapping: dict[int, str]) -> None:
    labels = {target.name: target.label for target in found.targets}
    rows = []
    for p in found.proposals:
        target = mapping.get(p.index, "")
        because = p.reason() if target == p.target else "chosen with --map"
        rows.append([p.heading, labels.get(target, "–"), ", ".join(p.samples)[:50], because])
    print_table(["Column", "Field", "Samples", "Recognised by"], rows)
    print()


def _progress() -> Callable[[int, int], None]:
    """Prints how far an import is: always on one line in a terminal, every few seconds elsewhere."""
    live, last = sys.stdout.isatty(), time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        if not live and done < total and time.monotonic() - last < 5:
            return
        last = time.monotonic()
        start, end = "\r" if live else "", "" if live and done < total else "\n"
        print(f"{start}{done:,} of {total:,} rows", end=end, flush=True)

    return show


def _print_books(books: Books, asked: argparse.Namespace) -> None:
    print("\nNothing was written; this is what an import would do.\n" if asked.dry_run else "")
    rows = [
        ["Accepted", f"{books.accepted:,}"],
        ["  of these with warnings", f"{books.warned:,}"],
        ["Rejected", f"{books.rejected:,}"],
        ["Blank", f"{books.blank:,}"],
        ["Rows of data", f"{books.rows:,}"],
    ]
    for label, number in rows:
        print(f"  {label:<26}{number:>12}")
    if books.problems:
        print()
        shown = [[str(p["row"]), p["column"], str(p["value"])[:40], p["reason"]] for p in books.problems[:SHOWN]]
        print_table(["Row", "Column", "Value", "What is wrong"], shown)
        if len(books.problems) > SHOWN:
            print("… and more; the page of this import shows them all.")


# -- who acts --------------------------------------------------------------------------------------------------------


def act_as(email: str | None, verb: Callable[[Act], T]) -> T:
    """Carry out a verb in one unit of work, as a user or as the first administrator who can sign in."""
    from rxcrm.models import db, setup
    from rxcrm.models.access import who_is
    from rxcrm.models.people import organisation, working_users
    from rxcrm.models.records import Act

    _ready()

    def unit(session: Session) -> T:
        org = organisation(session)
        if org is None or setup.is_needed(session):
            _refuse("Nobody has set rxcrm up yet. Start it with `rxcrm serve` and open it in a browser, or set\n"
                    "RXCRM_ADMIN_EMAIL and RXCRM_ADMIN_PASSWORD, which create the first administrator.")  # fmt: skip
        if email:
            user = _user(session, email)
            if user.disabled:
                _refuse(f"{user.name} is disabled and cannot act.")
            return verb(Act(session, who_is(session, user, org), db.now()))
        everybody = (who_is(session, u, org) for u in sorted(working_users(session), key=lambda u: u.id or 0))
        first = next((who for who in everybody if who.administrator), None)
        return verb(Act(session, first or _refuse("No administrator can act. Name somebody with --as."), db.now()))

    return db.transact(unit)


def _ready() -> None:
    """An empty database is filled with its tables; one that is behind waits for somebody to say so."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from rxcrm.models import db, migrating, setup

    with db.engine().connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        migrating.migrate(db.engine())
    elif revision != ScriptDirectory.from_config(migrating.config()).get_current_head():
        _refuse("The database is not of this version of rxcrm. Stop the server, make a copy of it, then: rxcrm migrate")
    if settings().admin_email and settings().admin_password and db.read(setup.is_needed):
        db.transact(setup.set_up_from_settings, settings().admin_email, settings().admin_password, db.now())


# -- sentences -------------------------------------------------------------------------------------------------------


def _refuse(sentence: str) -> NoReturn:
    raise Refused(sentence)


@contextlib.contextmanager
def plain() -> Iterator[None]:
    """Turns what can go wrong on somebody's machine into Refused with a sentence; a defect keeps its trace."""
    try:
        yield
    except (BadSetting, serve.CannotStart) as problem:
        raise Refused(str(problem)) from None
    except PermissionError as problem:
        raise Refused(f"rxcrm may not use {problem.filename}. Check who owns it, and RXCRM_DATA_DIR.") from None
    except Exception as problem:
        raise _sentence_of(problem) from None


def _sentence_of(problem: Exception) -> Exception:
    from alembic.util import CommandError
    from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

    from rxcrm.models.errors import CrmError, Invalid

    if isinstance(problem, Invalid):
        return Refused("\n".join(problem.by_field().values()))
    if isinstance(problem, CrmError):
        return Refused(problem.text())
    if isinstance(problem, ArgumentError | NoSuchModuleError | ModuleNotFoundError) and settings().database_url:
        return Refused(
            "RXCRM_DATABASE_URL is not an address of a PostgreSQL database. Example: postgresql://user:password@host/name"
        )
    if isinstance(problem, CommandError):
        return Refused("The database was made by a newer version of rxcrm. Update rxcrm, or use another database.")
    if isinstance(problem, OperationalError) and settings().database_url:
        reason = str(getattr(problem, "orig", problem)).strip().splitlines()[0]
        return Refused(
            f"The database {_database()} cannot be used: {reason}. Check that it runs, and RXCRM_DATABASE_URL."
        )
    if isinstance(problem, OperationalError) or (
        isinstance(problem, DatabaseError) and "not a database" in str(problem)
    ):
        return Refused(f"The database {_database()} cannot be used: {problem.orig}. Check RXCRM_DATA_DIR.")
    return problem


def _database() -> str:
    from sqlalchemy.engine import make_url

    return make_url(settings().database).render_as_string(hide_password=True)


def print_table(headings: list[str], rows: list[list[str]]) -> None:
    """Columns under their headings, as wide as they need to be."""
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [headings, *rows]) for i in range(len(headings))]
    for row in [headings, ["─" * width for width in widths], *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
