"""The `rxcrm` command: run the server, look after users, bring files in and out. It speaks in sentences and never in traces."""

from __future__ import annotations

import argparse
import os
import sys

from rxcrm import __version__
from rxcrm.cli.exporting import add_export_commands
from rxcrm.cli.importing import add_import_commands
from rxcrm.cli.parsing import Parser, command
from rxcrm.cli.sentences import Finished, Refused, plain
from rxcrm.cli.server import add_server_commands
from rxcrm.cli.settings import add_settings_commands
from rxcrm.cli.users import add_user_commands

EXAMPLES = """\
examples:
  rxcrm serve                                   build what is needed and serve on http://localhost:3000
  rxcrm user add sara@example.com --name "Sara Lind" --role salesperson
  rxcrm user password sara@example.com --link   a link with which she chooses a new password
  rxcrm import leads.csv --dry-run              check a file and write nothing
  rxcrm import leads.xlsx --sheet Fair --map "Firma=company_name" --map "Notes="
  rxcrm export --view open -o leads.xlsx        what Open Leads shows, as a workbook
  rxcrm settings export settings.json           what administrators shaped: fields, forms, views, rules …
  rxcrm demo --serve                            look at it with sample data

Settings are environment variables: RXCRM_PORT, RXCRM_DATA_DIR, RXCRM_DATABASE_URL …; docs/settings.md has them all.
Exit codes: 0 it worked, 1 it was refused and the reason stands on stderr, 2 the command was written wrongly,
3 an import with --strict left rows out."""


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
    except Finished as finished:
        return finished.code
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Every command with its options and what they mean."""
    top = Parser(prog="rxcrm", description="A CRM for lead management in pure Python.", epilog=EXAMPLES)
    top.add_argument("--version", action="version", version=f"rxcrm {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_server_commands(commands)
    users = command(commands, "user", None, "Add, list, disable and enable users; give them passwords.")
    add_user_commands(users.add_subparsers(title="commands", metavar="COMMAND", required=True))
    add_import_commands(commands)
    add_export_commands(commands)
    shaped = command(
        commands, "settings", None, "Everything that administrators shape, out into one file and in from one."
    )
    add_settings_commands(shaped.add_subparsers(title="commands", metavar="COMMAND", required=True))
    return top
