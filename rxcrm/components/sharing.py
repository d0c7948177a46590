"""Assign and Share, on forms and lists (S 3.9, 3.11)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library
from rxcrm.components.tr import _
from rxcrm.models.sharing import RIGHTS
from rxcrm.state.assigning import Assigning
from rxcrm.state.bulk import Bulk
from rxcrm.state.gate import AppState
from rxcrm.state.sharing import Sharing

SHARING = library("sharing.jsx")
#: Command, table, ids, their versions, the list's address, whether all of it is meant, what was given, token (state.bulk).
ON_RUN = passthrough_event_spec(str, str, list, dict, str, bool, dict, int)


class _Finding(_Ours):
    """Something that searches users and teams."""

    library = SHARING
    entity: rx.Var[str]
    found: rx.Var[Any]
    told: rx.Var[Any]
    on_search: rx.EventHandler[passthrough_event_spec(str, str, int)]


class _Assign(_Finding):
    user_id: rx.Var[int]


class AssignCommand(_Assign):
    tag = "AssignCommand"
    record_id: rx.Var[int]
    version: rx.Var[int]
    why: rx.Var[str]
    on_assign: rx.EventHandler[passthrough_event_spec(str, list, int, str, int, int)]


class AssignPicked(_Assign):
    tag = "AssignPicked"
    on_run: rx.EventHandler[ON_RUN]


class ShareCommand(_Finding):
    tag = "ShareCommand"
    record_id: rx.Var[int]
    name: rx.Var[str]
    why: rx.Var[str]
    rights: rx.Var[list[Any]]
    shares: rx.Var[Any]
    zone: rx.Var[str]
    on_open: rx.EventHandler[passthrough_event_spec(str, int)]
    on_share: rx.EventHandler[passthrough_event_spec(str, int, str, int, list, int)]


def _assigning(entity: str) -> dict[str, Any]:
    return {
        "entity": entity,
        "user_id": AppState.user_id,
        "found": Assigning.owners,
        "on_search": Assigning.search,
    }


def assign_command(state: Any, entity: str) -> rx.Component:
    """Assign on a form: hidden without the privilege, disabled before the record is saved."""
    return rx.cond(
        state.may.contains("assign"),
        AssignCommand.create(
            record_id=state.record_id,
            version=state.version,
            why=_(state.may["assign"]),
            told=Assigning.told,
            on_assign=Assigning.assign,
            **_assigning(entity),
        ),
    )


def assign_picked(entity: str) -> rx.Component:
    """Assign for the selected rows of a list."""
    return AssignPicked.create(told=Bulk.told, on_run=Bulk.run, **_assigning(entity))


def share_command(state: Any, entity: str) -> rx.Component:
    """Share on a form: hidden without the privilege, disabled before the record is saved."""
    return rx.cond(
        state.may.contains("share"),
        ShareCommand.create(
            entity=entity,
            record_id=state.record_id,
            name=state.title,
            why=_(state.may["share"]),
            rights=[(right.value, label) for right, label in RIGHTS.items()],
            shares=Sharing.shares,
            zone=AppState.zone,
            found=Assigning.owners,
            told=Sharing.told,
            on_search=Assigning.search,
            on_open=Sharing.open,
            on_share=Sharing.share,
        ),
    )
