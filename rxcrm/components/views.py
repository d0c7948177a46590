"""What a page with views needs: the desk that brings them to pickers, filter builders and dialogs."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library
from rxcrm.state.views import Views


class ViewDesk(_Ours):
    """Brings the state of views to everything on the page that shows or changes them (views_store.js)."""

    library = library("view_desk.jsx")
    tag = "ViewDesk"
    described: rx.Var[Any]
    told: rx.Var[Any]
    summary: rx.Var[Any]
    candidates: rx.Var[Any]
    sharing: rx.Var[Any]
    roles: rx.Var[list[list[str]]]
    on_describe: rx.EventHandler[passthrough_event_spec(str)]
    on_find: rx.EventHandler[passthrough_event_spec(str, str, int)]
    on_summarise: rx.EventHandler[passthrough_event_spec(int, str, int)]
    on_save: rx.EventHandler[passthrough_event_spec(int, int, str, int)]
    on_save_as: rx.EventHandler[passthrough_event_spec(str, str, str, str, int, int)]
    on_rename: rx.EventHandler[passthrough_event_spec(int, int, str, str, int)]
    on_remove: rx.EventHandler[passthrough_event_spec(int, int)]
    on_activate: rx.EventHandler[passthrough_event_spec(int, bool, int)]
    on_readers: rx.EventHandler[passthrough_event_spec(int)]
    on_share: rx.EventHandler[passthrough_event_spec(int, list[dict[str, str]], int)]
    on_begin_with: rx.EventHandler[passthrough_event_spec(str, str, int)]
    on_hide: rx.EventHandler[passthrough_event_spec(str, str, bool, int)]
    on_pin: rx.EventHandler[passthrough_event_spec(str, str, bool, int)]
    on_arrange: rx.EventHandler[passthrough_event_spec(str, str, int)]
    on_hand_over: rx.EventHandler[passthrough_event_spec(int, int, bool, int)]
    on_draft: rx.EventHandler[passthrough_event_spec(str, str, int, str, str, str, int)]
    on_publish: rx.EventHandler[passthrough_event_spec(str, str, int, int)]
    on_discard_draft: rx.EventHandler[passthrough_event_spec(str, str, int, int)]
    on_publish_personal: rx.EventHandler[passthrough_event_spec(int, int)]


def view_desk() -> rx.Component:
    """Put it once on every page that uses a view picker, a filter builder or a dialog of views."""
    answers: dict[str, Any] = {
        "described": Views.described,
        "told": Views.told,
        "summary": Views.summary,
        "candidates": Views.candidates,
        "sharing": Views.sharing,
    }
    return ViewDesk.create(
        **answers,
        roles=Views.roles,
        on_describe=Views.describe,
        on_find=Views.find,
        on_summarise=Views.summarise,
        on_save=Views.save,
        on_save_as=Views.save_as,
        on_rename=Views.rename,
        on_remove=Views.remove,
        on_activate=Views.activate,
        on_readers=Views.show_readers,
        on_share=Views.share,
        on_begin_with=Views.begin_with,
        on_hide=Views.hide,
        on_pin=Views.pin,
        on_arrange=Views.arrange,
        on_hand_over=Views.hand_over,
        on_draft=Views.draft,
        on_publish=Views.publish,
        on_discard_draft=Views.discard_draft,
        on_publish_personal=Views.publish_personal,
    )
