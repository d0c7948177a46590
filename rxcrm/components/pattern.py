"""A pattern with names of fields in it, and what comes of it."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library


class PatternField(_Ours):
    """A line of a form into which names of fields can be put, with examples of what it gives below."""

    library = library("pattern.jsx")
    tag = "PatternField"
    name: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]
    places: rx.Var[list[list[str]]]
    examples: rx.Var[Any]
    max_length: rx.Var[int]
    on_preview: rx.EventHandler[passthrough_event_spec(str)]


pattern_field = PatternField.create
