"""Where the bytes of files lie: once each, under their SHA-256, in the data folder or in any store that fsspec speaks to."""

from __future__ import annotations

import functools
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol, cast

from rxcrm.settings import settings

CHUNK = 256 * 1024


class Store(Protocol):
    """Contents by digest. `keep` takes a file away from where it lies; what is kept twice lies there once, as new."""

    def keep(self, path: Path, digest: str) -> None: ...

    def open(self, digest: str) -> IO[bytes]:
        """Raises FileNotFoundError."""

    def remove(self, digest: str) -> None:
        """What is not there is harmless."""

    def contents(self) -> Iterator[tuple[str, datetime]]:
        """Every digest, and when it was kept last."""


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def incoming() -> Path:
    """A name for a file that is just being received; beside the store, so that keeping it is one step."""
    folder = settings().data_dir / "files" / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / secrets.token_hex(16)


def store() -> Store:
    """The store that the settings name."""
    return _store(settings().files_url, settings().data_dir)


def open(digest: str) -> IO[bytes]:
    """The bytes of a file. Raises FileNotFoundError if the store has lost them."""
    return store().open(digest)


@functools.lru_cache(4)
def _store(url: str, data: Path) -> Store:
    if not url:
        return Folder(data / "files")
    if url.startswith("file://"):
        return Folder(Path(url.removeprefix("file://")))
    return Remote(url)


def _place(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:]}"


class Folder:
    """Files in a folder that only the server's user may look into."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, path: Path, digest: str) -> None:
        target = self.root / _place(digest)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Complete or not at all: copied beside its place first where it lies on another disk.
        part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
        shutil.move(path, part)
        part.chmod(0o600)
        part.touch()
        part.replace(target)

    def open(self, digest: str) -> IO[bytes]:
        return (self.root / _place(digest)).open("rb")

    def remove(self, digest: str) -> None:
        (self.root / _place(digest)).unlink(missing_ok=True)

    def contents(self) -> Iterator[tuple[str, datetime]]:
        for folder in self.root.glob("??"):
            for path in folder.iterdir():
                if path.suffix != ".part":
                    yield folder.name + path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)


class Remote:
    """Objects in a store such as S3."""

    def __init__(self, url: str) -> None:
        from fsspec.core import url_to_fs

        self.files, root = cast(tuple[Any, str], url_to_fs(url))
        self.root = root.rstrip("/")

    def keep(self, path: Path, digest: str) -> None:
        target = f"{self.root}/{_place(digest)}"
        self.files.makedirs(target.rpartition("/")[0], exist_ok=True)
        self.files.put_file(str(path), target)
        path.unlink()

    def open(self, digest: str) -> IO[bytes]:
        return cast(IO[bytes], self.files.open(f"{self.root}/{_place(digest)}", "rb"))

    def remove(self, digest: str) -> None:
        target = f"{self.root}/{_place(digest)}"
        if self.files.exists(target):
            self.files.rm_file(target)

    def contents(self) -> Iterator[tuple[str, datetime]]:
        self.files.invalidate_cache()
        if not self.files.exists(self.root):
            return
        for path in self.files.find(self.root):
            folder, name = path.split("/")[-2:]
            kept: datetime = self.files.modified(path)
            yield folder + name, kept if kept.tzinfo else kept.replace(tzinfo=UTC)
