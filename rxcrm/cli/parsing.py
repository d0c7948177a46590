"""What every command line here has: whole words, line breaks in examples, somebody to act as."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any


class Parser(argparse.ArgumentParser):
    """Keeps the line breaks of examples; sub-commands inherit it."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False, **more})


def command(commands: Any, name: str, run: Callable[..., None] | None, help: str, examples: str = "") -> Parser:
    made: Parser = commands.add_parser(name, help=help, description=help, epilog=examples)
    made.set_defaults(run=run)
    return made


def as_whom(command: Parser) -> None:
    command.add_argument("--as", dest="by", metavar="EMAIL", help="act as this user (default: the first administrator)")
