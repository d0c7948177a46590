"""One server for everything that attacks from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import Server, build_once, furnished


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data: Path = tmp_path_factory.mktemp("server")
    furnished(data)
    build_once()
    running = Server(data).start()
    yield running
    running.stop()
