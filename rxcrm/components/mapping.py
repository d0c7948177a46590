"""The two lists of a pair: a field of the lead, and the field that it goes into."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library


class PairFields(_Ours):
    """What a new pair is made of; with a `target` only its source is chosen."""

    library = library("mapping.jsx")
    tag = "PairFields"
    offer: rx.Var[Any]
    #: The table, as its records are called.
    title: rx.Var[str]
    target: rx.Var[str]


pair_fields = PairFields.create
