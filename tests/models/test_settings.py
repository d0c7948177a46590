"""Settings: what the operator chooses, what the documentation says, what is refused (issue 2, part 1)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from rxcrm import cli
from rxcrm.settings import BadSetting, Settings, settings

ROOT = Path(__file__).resolve().parents[2]
TABLE = dict(re.findall(r"^\| `(RXCRM_\w+)` \| (.+?) \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))


@pytest.fixture(autouse=True)
def read_afresh(monkeypatch: pytest.MonkeyPatch):
    for name in os.environ:
        if name.startswith("RXCRM_"):
            monkeypatch.delenv(name)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_the_documentation_names_every_setting_and_no_other() -> None:
    assert list(TABLE) == [f"RXCRM_{field.name.upper()}" for field in fields(Settings)]


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_the_documentation_tells_the_default(field) -> None:
    told = TABLE[f"RXCRM_{field.name.upper()}"].strip("`")
    assert told == (str(field.default) or "(empty)")


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_setting_is_read_from_the_environment(field, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"int": "7", "Path": "/elsewhere"}.get(str(field.type), "something")
    monkeypatch.setenv(f"RXCRM_{field.name.upper()}", f" {chosen} ")
    assert str(getattr(settings(), field.name)) == chosen


@pytest.mark.parametrize("field", [f for f in fields(Settings) if f.type == "int"], ids=lambda field: field.name)
def test_a_number_that_is_none_is_refused_in_a_sentence(field, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"RXCRM_{field.name.upper()}"
    monkeypatch.setenv(name, "many")
    with pytest.raises(BadSetting, match=f"^{name} must be a whole number, but is 'many'\\.$"):
        settings()


def test_an_empty_setting_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXCRM_PORT", "")
    assert settings().port == 3000


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RXCRM_PORT", "many", "RXCRM_PORT must be a whole number"),
        ("RXCRM_DATABASE_URL", "nonsense", "RXCRM_DATABASE_URL is not an address"),
        ("RXCRM_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x", "cannot be used"),
    ],
)
def test_a_bad_setting_stops_a_command_with_a_sentence(name: str, value: str, said: str, tmp_path: Path) -> None:
    """In a process of its own, because the engine is made once."""
    environment = {**os.environ, "RXCRM_DATA_DIR": str(tmp_path), name: value}
    command = [sys.executable, "-m", "rxcrm.cli", "user", "list"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr and "secret" not in done.stderr


def test_an_unknown_command_is_a_mistake_of_usage() -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["frobnicate"])
    assert stop.value.code == 2
