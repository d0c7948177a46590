"""The bridge to our own JavaScript modules that lie in this folder."""

from __future__ import annotations

from pathlib import Path

import reflex as rx

#: Libraries of the modules, pinned.
ICONS = "lucide-react@1.26.0"
TABLE = "@tanstack/react-table@8.21.3"


#: Every module of ours: they import one another, so each brings all into the build, which leaves out what no page uses.
MODULES = sorted(path.name for path in Path(__file__).parent.iterdir() if path.suffix in (".js", ".jsx", ".css"))


def library(file: str) -> str:
    """The import path of one of our modules."""
    for other in MODULES:
        rx.asset(other, shared=True)
    return f"$/public{rx.asset(file, shared=True)}"
