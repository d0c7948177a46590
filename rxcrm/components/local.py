"""The bridge to our own JavaScript modules that lie in this folder."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

#: Libraries of the modules, pinned.
ICONS = "lucide-react@1.26.0"
TABLE = "@tanstack/react-table@8.21.3"
_TIPTAP_PARTS = "core pm react starter-kit suggestion extensions extension-image extension-mention"
#: The rich text editor with what it needs beside it: npm does not everywhere fetch peers by itself.
EDITOR = [*(f"@tiptap/{part}@3.34.0" for part in _TIPTAP_PARTS.split()), "@floating-ui/dom@1.8.0"]


_HERE = Path(__file__).parent
#: Every module of ours: they import one another, so each brings all into the build, which leaves out what no page uses.
MODULES = sorted(path.name for path in _HERE.iterdir() if path.suffix in (".js", ".jsx", ".css"))
#: Where Reflex looks for modules of Python packages, within `assets`.
_PLACE = "external/rxcrm/components/local"


def library(file: str) -> str:
    """The import path of one of our modules."""
    _link_all()
    return f"$/public/{_PLACE}/{file}"


@cache
def _link_all() -> None:
    """Put links to all modules where the build finds them, as `rx.asset(shared=True)` does.

    That looks through the whole call stack for each file, which took as long as everything else at a start.
    """
    folder = _HERE.parent.parent / "assets" / _PLACE
    folder.mkdir(parents=True, exist_ok=True)
    for file in MODULES:
        link, source = folder / file, _HERE / file
        if not (link.is_symlink() and link.readlink() == source):
            # Several processes may start at once.
            with suppress(FileExistsError):
                link.unlink(missing_ok=True)
                link.symlink_to(source)
