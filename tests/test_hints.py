"""Every setting has a sentence of help (issue 6, section 5): what a field of the settings asks for is said below it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import rxcrm

ROOT = Path(rxcrm.__file__).parent
#: Elements that take a `hint`; the cards of a choice have a sentence each.
ASKING = {"ask_field", "switch", "owners_field"}
#: What nobody has to be told.
PLAIN = {"name", "description"}
PAGES = sorted({*ROOT.glob("pages/*.py"), ROOT / "components" / "exchange_dialogs.py"})


def asked(page: Path) -> list[ast.Call]:
    calls = (node for node in ast.walk(ast.parse(page.read_text())) if isinstance(node, ast.Call))
    return [call for call in calls if getattr(call.func, "id", "") in ASKING]


def test_there_are_settings_to_look_at() -> None:
    assert sum(len(asked(page)) for page in PAGES) > 100


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_setting_has_a_sentence_of_help(page: Path) -> None:
    without = []
    for call in asked(page):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        name = given["name"].removeprefix("f").strip("'")
        if "hint" not in given and name not in PLAIN and "Label" not in given["label"]:
            without.append(name)
    assert without == []
