"""The launcher: when the front end is built again, and where it can listen (issue 2, part 1)."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from rxcrm import serve
from rxcrm.settings import settings


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of our own to change: the real names, with little in them."""
    root = tmp_path / "project"
    for name in ("rxcrm/pages", "rxcrm/models", "rxcrm/cli", "rxcrm/__pycache__", "assets/i18n", "tests", "docs"):
        (root / name).mkdir(parents=True)
    for name in ("rxconfig.py", "pyproject.toml", "rxcrm/rxcrm.py", "rxcrm/pages/lead.py", "assets/rxcrm.css"):
        (root / name).write_text("before")
    monkeypatch.setattr(serve, "ROOT", root)
    monkeypatch.setattr(serve, "LOCK", root / "reflex.lock")
    monkeypatch.setattr(serve, "WEB", root / ".web")
    monkeypatch.setattr(serve, "BUILT", root / ".web" / "rxcrm-built-from")
    return root


@pytest.mark.parametrize(
    "name", ["rxconfig.py", "pyproject.toml", "rxcrm/pages/lead.py", "rxcrm/models/choices.py", "assets/rxcrm.css"]
)
def test_a_changed_source_asks_for_a_build(copy: Path, name: str) -> None:
    before = serve.fingerprint()
    (copy / name).write_text("after")
    assert serve.fingerprint() != before


def test_a_source_that_is_gone_or_renamed_asks_for_a_build(copy: Path) -> None:
    before = serve.fingerprint()
    (copy / "rxcrm/pages/lead.py").rename(copy / "rxcrm/pages/leads.py")
    assert serve.fingerprint() != before


def test_other_versions_of_packages_ask_for_a_build(copy: Path) -> None:
    before = serve.fingerprint()
    serve.LOCK.mkdir()
    (serve.LOCK / "package.json").write_text("{}")
    assert serve.fingerprint() != before


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_lead.py",
        "docs/performance.md",
        "README.md",
        "rxcrm/cli/users.py",
        "rxcrm/serve.py",
        "rxcrm/web.py",
        "rxcrm/__pycache__/lead.cpython-311.pyc",
        "assets/i18n/de.json",
    ],
)
def test_what_no_page_is_made_of_asks_for_none(copy: Path, name: str) -> None:
    before = serve.fingerprint()
    (copy / name).write_text("after")
    assert serve.fingerprint() == before


def test_the_real_fingerprint_is_of_this_folder(copy: Path) -> None:
    """The names that the launcher leaves out are names that exist: a moved module must not slip back in."""
    real = Path(serve.__file__).parent
    names = {path.name for path in [real, *real.rglob("*")]} | {"external", "i18n", "__pycache__"}
    assert names >= serve.LEFT_OUT


def test_it_is_built_once_the_hash_and_the_pages_are_there(copy: Path) -> None:
    assert not serve.is_built()
    (serve.WEB / "build" / "client").mkdir(parents=True)
    serve.BUILT.write_text(serve.fingerprint())
    assert serve.is_built()
    (copy / "rxcrm/pages/lead.py").write_text("after")
    assert not serve.is_built()


def test_a_build_happens_only_when_a_source_changed(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []

    def export() -> None:
        built.append(1)
        (serve.WEB / "build" / "client").mkdir(parents=True, exist_ok=True)
        # As the first build does: the lock comes into being.
        serve.LOCK.mkdir(exist_ok=True)
        (serve.LOCK / "package.json").write_text('{"b": 1, "a": 2}')

    monkeypatch.setattr(serve, "_export", export)
    monkeypatch.setattr(serve, "write_catalogues", lambda: None)
    assert [serve.build(), serve.build(), serve.build(force=True)] == [True, False, True]
    (copy / "assets" / "rxcrm.css").write_text("after")
    assert [serve.build(), serve.build()] == [True, False]
    assert len(built) == 3


def test_a_build_that_failed_is_not_taken_for_one(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def export() -> None:
        raise serve.CannotStart("no")

    (serve.WEB / "build" / "client").mkdir(parents=True)
    serve.BUILT.write_text("an older one")
    monkeypatch.setattr(serve, "_export", export)
    monkeypatch.setattr(serve, "write_catalogues", lambda: None)
    with pytest.raises(serve.CannotStart):
        serve.build()
    assert not serve.is_built()


def test_the_page_talks_to_where_it_came_from(copy: Path) -> None:
    assets = serve.WEB / "build" / "client" / "assets"
    assets.mkdir(parents=True)
    (assets / "reflex-env-1.js").write_text("a=`http://localhost:3000/ping`,b=`ws://localhost:3000/_event`")
    (assets / "reflex-env-1.js.br").touch()
    serve._make_portable()
    told = (assets / "reflex-env-1.js").read_text()
    assert "localhost:3000" not in told and "globalThis.location" in told
    assert (assets / "reflex-env-1.js.gz").exists() and not (assets / "reflex-env-1.js.br").exists()


# -- where it listens ------------------------------------------------------------------------------------------------


def listen_on(monkeypatch: pytest.MonkeyPatch, host: str, port: int) -> None:
    monkeypatch.setenv("RXCRM_HOST", host)
    monkeypatch.setenv("RXCRM_PORT", str(port))
    settings.cache_clear()


def test_a_port_in_use_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        listen_on(monkeypatch, "127.0.0.1", port)
        with pytest.raises(serve.CannotStart, match=rf"^Port {port} is in use\. .* RXCRM_PORT={port + 1} make run$"):
            serve.check_port()
    serve.check_port()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    listen_on(monkeypatch, "127.0.0.1", port)
    with pytest.raises(serve.CannotStart, match=f"must lie between 1 and 65535, but is {port}"):
        serve.check_port()


def test_an_address_of_another_computer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    listen_on(monkeypatch, "192.0.2.1", 3000)
    with pytest.raises(serve.CannotStart, match=r"cannot listen on 192\.0\.2\.1: .*RXCRM_HOST"):
        serve.check_port()


def test_the_public_address_is_told_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert serve.address() == "http://localhost:3000"
    monkeypatch.setenv("RXCRM_PUBLIC_URL", "https://crm.example.com/")
    settings.cache_clear()
    assert serve.address() == "https://crm.example.com"


def test_settings_of_the_server_are_not_baked_into_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXCRM_ADMIN_PASSWORD", "secret")
    monkeypatch.setattr(serve, "_registry", dict)
    assert not any(name.startswith("RXCRM_") for name in serve._environment())
