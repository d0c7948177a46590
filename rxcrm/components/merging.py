"""Merging: the page that compares records side by side, and the commands that lead there and back (S 7.8, 2.6)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library
from rxcrm.state.gate import AppState
from rxcrm.state.merging import FEWEST, MOST, Merge
from rxcrm.state.undoing import Undoing

MERGING = library("merging.jsx")


class MergeForm(_Ours):
    library = MERGING
    tag = "MergeForm"
    comparison: rx.Var[Any]
    told: rx.Var[Any]
    list: rx.Var[str]
    on_compare: rx.EventHandler[passthrough_event_spec(str, list[int], int, bool)]
    on_merge: rx.EventHandler[passthrough_event_spec(str, int, dict[str, int], dict[str, int], bool, int)]


class MergePicked(_Ours):
    library = library("selection_bar.jsx")
    tag = "MergePicked"
    entity: rx.Var[str]
    fewest: rx.Var[int]
    most: rx.Var[int]


class UnmergeCommand(_Ours):
    library = MERGING
    tag = "UnmergeCommand"
    entity: rx.Var[str]
    record_id: rx.Var[int]
    question: rx.Var[Any]
    zone: rx.Var[str]
    on_ask: rx.EventHandler[passthrough_event_spec(str, int, int)]
    on_undo: rx.EventHandler[passthrough_event_spec(list)]


def merge_form() -> rx.Component:
    """The records side by side, with a winner for each field."""
    return MergeForm.create(
        comparison=Merge.comparison,
        told=Merge.told,
        list=Merge.path,
        on_compare=Merge.compare,
        on_merge=Merge.merge,
    )


def merge_picked(entity: str) -> rx.Component:
    """Merge, below a list with as many ticked rows as can be merged (S 2.6)."""
    return rx.cond(AppState.rights[f"write_{entity}"], MergePicked.create(entity=entity, fewest=FEWEST, most=MOST))


def unmerge_command(state: Any, entity: str) -> rx.Component:
    """Undo Merge, on the form of a record that others were merged into, with the question before it."""
    return rx.cond(
        state.may.contains("unmerge"),
        UnmergeCommand.create(
            entity=entity,
            record_id=state.record_id,
            question=Merge.question,
            zone=AppState.zone,
            on_ask=Merge.ask_unmerge,
            on_undo=Undoing.undo,
        ),
    )
