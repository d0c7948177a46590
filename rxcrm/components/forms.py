"""The editors of forms and processes."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import EDITOR, ICONS, library
from rxcrm.models.shaping.customs import SHAPED
from rxcrm.models.stages import FIRST
from rxcrm.state.forms import describe


class FormEditor(_Ours):
    """The editor of a form; what is drawn lives in the browser until it is sent."""

    library = library("form_editor.jsx")
    tag = "FormEditor"
    lib_dependencies: list[str] = [ICONS, *EDITOR]
    editing: rx.Var[Any]
    fields: rx.Var[dict[str, Any]]
    answer: rx.Var[Any]
    on_draft: rx.EventHandler[passthrough_event_spec(str, int, int, dict, int)]
    on_publish: rx.EventHandler[passthrough_event_spec(str, int, int, dict, int)]
    on_discard: rx.EventHandler[passthrough_event_spec(str, int, int, int)]
    on_reload: rx.EventHandler[passthrough_event_spec(str, int)]


class ProcessEditor(_Ours):
    """The editor of a process; what is drawn lives in the browser until it is saved."""

    library = library("process_editor.jsx")
    tag = "ProcessEditor"
    lib_dependencies: list[str] = [ICONS, *EDITOR]
    editing: rx.Var[Any]
    fields: rx.Var[dict[str, Any]]
    answer: rx.Var[Any]
    on_save: rx.EventHandler[passthrough_event_spec(str, int, dict, dict, int)]
    on_reload: rx.EventHandler[passthrough_event_spec(str)]


class RoleTicks(_Ours):
    """Roles to tick, in a dialog with a form."""

    library = library("form_panel.jsx")
    tag = "RoleTicks"
    roles: rx.Var[list[list[str]]]


def role_ticks(roles: Any) -> rx.Component:
    return RoleTicks.create(roles=roles)


def form_editor(state: Any) -> rx.Component:
    """The editor of the form that a state holds."""
    return FormEditor.create(
        editing=state.editing,
        fields={entity: describe(entity) for entity in SHAPED},
        answer=state.told,
        on_draft=state.draft,
        on_publish=state.publish,
        on_discard=state.discard,
        on_reload=state.reload,
    )


def process_editor(state: Any) -> rx.Component:
    """The editor of the process that a state holds."""
    return ProcessEditor.create(
        editing=state.editing,
        fields={entity: describe(entity) for entity in FIRST},
        answer=state.told,
        on_save=state.save,
        on_reload=state.reload,
    )
