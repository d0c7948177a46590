"""The bridge to our own JavaScript modules that lie in this folder."""

from __future__ import annotations

import reflex as rx

#: Libraries of the modules, pinned.
ICONS = "lucide-react@1.26.0"
TABLE = "@tanstack/react-table@8.21.3"


def library(file: str) -> str:
    """The import path of one of our modules."""
    for other in ("i18n.js", "ui.jsx"):
        rx.asset(other, shared=True)
    return f"$/public{rx.asset(file, shared=True)}"
