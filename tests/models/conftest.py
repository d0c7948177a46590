"""What several modules of tests of the models need."""

from __future__ import annotations

from pathlib import Path

import pytest

from rxcrm.models.importing import files


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own for the files of imports."""
    folder = tmp_path / "imports"
    folder.mkdir()
    monkeypatch.setattr(files, "folder", lambda: folder)
    return folder
