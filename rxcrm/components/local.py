"""The bridge to our own JavaScript modules that lie in this folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import reflex as rx

#: Libraries of the modules, pinned.
ICONS = "lucide-react@1.26.0"
TABLE = "@tanstack/react-table@8.21.3"
_TIPTAP_PARTS = "core pm react starter-kit suggestion extensions extension-image extension-mention"
#: The rich text editor with what it needs beside it: npm does not everywhere fetch peers by itself.
EDITOR = [*(f"@tiptap/{part}@3.34.0" for part in _TIPTAP_PARTS.split()), "@floating-ui/dom@1.8.0"]


#: Every module of ours: they import one another, so each brings all into the build, which leaves out what no page uses.
MODULES = sorted(path.name for path in Path(__file__).parent.iterdir() if path.suffix in (".js", ".jsx", ".css"))


def library(file: str) -> str:
    """The import path of one of our modules."""
    for other in MODULES:
        _shared(other)
    return f"$/public{_shared(file)}"


@cache
def _shared(file: str) -> str:
    """The address of a module. Asked once for each: Reflex walks the whole stack every time, which is slow."""
    return rx.asset(file, shared=True)
