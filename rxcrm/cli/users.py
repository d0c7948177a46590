"""`rxcrm user`: add, list, disable and enable users; give them passwords."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from rxcrm import serve
from rxcrm.cli.acting import act_as, user_of
from rxcrm.cli.parsing import Parser, as_whom, command
from rxcrm.cli.sentences import print_table, refuse

if TYPE_CHECKING:
    from sqlmodel import Session

    from rxcrm.models.administration import Listed
    from rxcrm.models.people import User
    from rxcrm.models.records import Act


def add_user_commands(commands: Any) -> None:
    made = command(
        commands,
        "add",
        _user_add,
        "Add a user.",
        "The password is asked for without being shown; or read from RXCRM_PASSWORD or, with --password-stdin, from\n"
        "the first line of the input. With --link, or where nobody can be asked, a link is printed instead: it lets the\n"
        "user choose a password once, within 24 hours.",
    )
    made.add_argument("email", metavar="EMAIL")
    made.add_argument("--name", help="full name (default: the part of the address before the @)")
    made.add_argument(
        "--role",
        action="append",
        choices=["salesperson", "sales_manager", "vice_president", "team_member", "administrator"],
        help="may be given more than once (default: salesperson)",
    )
    made.add_argument("--unit", metavar="NAME", help="business unit (default: the topmost)")
    made.add_argument("--manager", metavar="EMAIL", help="whom the user reports to")
    _password_options(made)
    as_whom(made)

    made = command(commands, "list", _user_list, "List the users.")
    made.add_argument("--json", action="store_true", help="one JSON array instead of a table")
    as_whom(made)

    for name, run, help in (
        ("disable", _user_disable, "Lock a user out at once; the records stay."),
        ("enable", _user_enable, "Let a disabled user in again."),
    ):
        made = command(commands, name, run, help)
        made.add_argument("email", metavar="EMAIL")
        as_whom(made)

    made = command(commands, "password", _user_password, "Give a user a new password; open sessions end.")
    made.add_argument("email", metavar="EMAIL")
    _password_options(made)
    as_whom(made)


def _password_options(made: Parser) -> None:
    way = made.add_mutually_exclusive_group()
    way.add_argument("--password-stdin", action="store_true", help="read the password from the first line of the input")
    way.add_argument("--link", action="store_true", help="print a one-time link instead of setting a password")


def _user_add(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration

    secret = _password(asked)

    def add(act: Act) -> tuple[str, str]:
        typed = {
            "email": asked.email,
            "name": asked.name or asked.email.partition("@")[0],
            "roles": " ".join(asked.role or ["salesperson"]),
            "unit_id": str(_unit(act.session, asked.unit)),
            "manager_id": str(user_of(act.session, asked.manager).id) if asked.manager else "",
        }
        user, token = administration.add_user(act, typed)
        if secret:
            _redeem(act, token, secret)
        return user.name, token

    name, token = act_as(asked.by, add)
    if secret:
        print(f"{name} can sign in now at {serve.address()}.")
    else:
        _print_link(name, token)


def _user_list(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration
    from rxcrm.models.privileges import role_label

    people = act_as(asked.by, lambda act: administration.list_users(act, limit=100_000))
    if asked.json:
        found = [
            {
                "email": p.email,
                "name": p.name,
                "roles": p.roles,
                "unit": p.unit,
                "manager": p.manager,
                "disabled": p.disabled,
                "password": not p.invited,
            }
            for p in people
        ]
        print(json.dumps(found, ensure_ascii=False))
        return
    rows = [[p.name, p.email, ", ".join(role_label(role) for role in p.roles), p.unit, _state(p)] for p in people]
    print_table(["Name", "E-mail", "Roles", "Business unit", "State"], rows)


def _state(person: Listed) -> str:
    return "disabled" if person.disabled else "no password yet" if person.invited else "active"


def _user_disable(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration

    user = act_as(asked.by, lambda act: administration.disable_user(act, user_of(act.session, asked.email).id or 0))
    print(f"{user.name} cannot sign in any more. The records stay.")


def _user_enable(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration

    user = act_as(asked.by, lambda act: administration.enable_user(act, user_of(act.session, asked.email).id or 0))
    print(f"{user.name} can sign in again.")


def _user_password(asked: argparse.Namespace) -> None:
    from rxcrm.models import administration

    secret = _password(asked)

    def change(act: Act) -> tuple[User, str]:
        user, token = administration.reset_password(act, user_of(act.session, asked.email).id or 0)
        if secret:
            _redeem(act, token, secret)
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
        return sys.stdin.readline().rstrip("\r\n") or refuse("The input is empty, so there is no password to set.")
    # Not a setting of the server: it belongs to this one command.
    if secret := os.environ.get("RXCRM_PASSWORD", ""):
        return secret
    if not sys.stdin.isatty():
        return ""
    secret = getpass.getpass("Password (it is not shown; leave it empty for a link): ")
    if secret and getpass.getpass("The same again: ") != secret:
        refuse("These two are not the same. Nothing was changed.")
    return secret


def _redeem(act: Act, token: str, secret: str) -> None:
    """Set a password as the link would: so none stays open, and failed attempts to sign in are forgotten."""
    from rxcrm.models import login

    act.session.flush()
    login.redeem_password_link(act.session, token, secret, act.now)


def _print_link(name: str, token: str) -> None:
    print(f"With this link {name} chooses a password, once, within 24 hours:")
    print(f"{serve.address()}/password?token={token}")


def _unit(session: Session, name: str | None) -> int:
    """The id of a unit by its name; the topmost without one."""
    from sqlmodel import select

    from rxcrm.models.people import BusinessUnit
    from rxcrm.models.searching import sort_key

    units = list(session.exec(select(BusinessUnit)))
    for unit in units:
        if (unit.parent_id is None) if name is None else (sort_key(unit.name) == sort_key(name)):
            return unit.id or 0
    return refuse(f"There is no business unit “{name}”. There are: {', '.join(u.name for u in units)}.")
