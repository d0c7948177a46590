"""`rxcrm settings`: the same file as from the page (issue 6, part 5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from rxcrm.models import configuration
from rxcrm.models.fields import fields_of
from rxcrm.models.lead import Lead
from tests.cli.conftest import Run
from tests.models.test_settings_file import FIELD
from tests.office import Office


@pytest.fixture(autouse=True)
def _as_shipped(house: Engine) -> Iterator[None]:
    configuration.reset()
    yield
    configuration.reset()


def changed(run: Run, path: Path, **items: object) -> Path:
    """A file of settings of this installation in which these items are others."""
    assert run("settings", "export", path).code == 0
    found = json.loads(path.read_text())
    found["settings"] = items
    path.write_text(json.dumps(found))
    return path


def test_settings_go_into_a_file_and_to_stdout(run: Run, tmp_path: Path) -> None:
    said = run("settings", "export", tmp_path / "ours.json")
    assert said.code == 0 and "written" in said.err
    first = json.loads((tmp_path / "ours.json").read_text())
    assert first["settings"]["organisation"]["name"] == "Contoso"
    assert json.loads(run("settings", "export", "-").out)["settings"] == first["settings"]


def test_a_dry_run_says_what_would_change_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    file = changed(run, tmp_path / "a.json", organisation={"name": "Other"}, custom_fields={"lead/x_area": FIELD})
    said = run("settings", "import", file, "--dry-run")
    assert said.code == 0 and "2 of 2 parts would change." in said.err
    assert "name: changed" in said.out and "Contoso → Other" in said.out and "lead/x_area: added" in said.out
    assert "x_area" not in fields_of(Lead)
    assert "0 of" in run("settings", "import", changed(run, file, organisation={"name": "Contoso"}), "--dry-run").err


def test_an_import_takes_all_or_the_parts_that_are_named(run: Run, tmp_path: Path, house: Engine) -> None:
    file = changed(run, tmp_path / "a.json", organisation={"name": "Other"}, custom_fields={"lead/x_area": FIELD})
    assert run("settings", "import", file, "--part", "custom_fields").code == 0
    with Office(house) as office:
        assert office.organisation.name == "Contoso"
        office.act(office.ada)
        assert "x_area" in fields_of(Lead)
    said = run("settings", "import", file)
    assert said.code == 0 and "1 of 2 parts changed." in said.err
    with Office(house) as office:
        assert office.organisation.name == "Other"


def test_what_is_wrong_is_told_with_its_place_and_nothing_is_imported(run: Run, tmp_path: Path) -> None:
    file = changed(run, tmp_path / "a.json", organisation={"name": "Other", "currency": "XXX"})
    for more in ([], ["--dry-run"]):
        said = run("settings", "import", file, *more)
        assert said.code == 1 and "Organisation › currency" in said.err and "Nothing w" in said.err
    file.write_text("{")
    said = run("settings", "import", file)
    assert (said.code, said.out) == (1, "") and "no JSON" in said.err
    assert "no file" in run("settings", "import", tmp_path / "none.json").err
    assert "There is no part" in run("settings", "import", file, "--part", "weather").err
    assert "no folder" in run("settings", "export", tmp_path / "none" / "a.json").err
    assert "Only administrators" in run("settings", "export", "-", "--as", "sara@contoso.com").err
