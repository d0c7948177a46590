"""Our own elements, as Reflex components; the JavaScript beside this file draws them."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.local import EDITOR, ICONS, library

UI, LIST, SHELL = library("ui.jsx"), library("list.jsx"), library("shell.jsx")
RECORD, RECORD_FRAME, FIELDS = library("record.jsx"), library("record_frame.jsx"), library("fields.jsx")
BANNERS = library("banners.jsx")


class _Ours(rx.Component):
    """A component of one of our modules."""

    lib_dependencies: list[str] = [ICONS]


class Dialog(_Ours):
    """A modal dialog; `on_close` fires for Escape, the cross and a click beside it."""

    library = UI
    tag = "Dialog"
    open: rx.Var[bool]
    title: rx.Var[str]
    wide: rx.Var[bool]
    side: rx.Var[bool]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


class Menu(_Ours):
    library = UI
    tag = "Menu"
    label: rx.Var[str]
    text: rx.Var[Any]
    align: rx.Var[str]


class Command(_Ours):
    """A button of a command bar; with `why` it does nothing but tell the reason."""

    library = UI
    tag = "Command"
    label: rx.Var[str]
    why: rx.Var[str]


class Messages(_Ours):
    library = UI
    tag = "Messages"
    notice: rx.Var[Any]
    on_undo: rx.EventHandler[passthrough_event_spec(list)]


class Refresher(_Ours):
    """Sends `on_refresh` when a message says that something on the page may have changed (gate.Notice)."""

    library = UI
    tag = "Refresher"
    on_refresh: rx.EventHandler[rx.event.no_args_event_spec]


class RecordTags(_Ours):
    """The tags of the record of a form, below its title."""

    library = library("tags.jsx")
    tag = "RecordTags"


class PostForm(_Ours):
    library = UI
    tag = "PostForm"
    action: rx.Var[str]
    label: rx.Var[str]
    submit: rx.Var[str]
    busy_text: rx.Var[str]


class PostField(_Ours):
    library = UI
    tag = "PostField"
    name: rx.Var[str]
    label: rx.Var[str]
    type: rx.Var[str]
    hint: rx.Var[str]
    options: rx.Var[list[Any]]
    value: rx.Var[str]
    guess: rx.Var[str]
    auto_complete: rx.Var[str]


class PostTick(_Ours):
    library = UI
    tag = "PostTick"
    name: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]


class PostButton(_Ours):
    library = UI
    tag = "PostButton"
    action: rx.Var[str]
    role: rx.Var[str]


class ThemeChoice(_Ours):
    library = UI
    tag = "ThemeChoice"


class Language(_Ours):
    library = UI
    tag = "Language"
    locale: rx.Var[str]


class Shape(_Ours):
    """Tells fields and lists what administrators have shaped; before everything that shows them."""

    library = library("more_fields.jsx")
    tag = "Shape"
    shape: rx.Var[dict[str, Any]]


class MoreFields(_Ours):
    """The custom fields of a table whose form is not the administrators' to lay out (that of activities)."""

    library = library("more_fields.jsx")
    tag = "MoreFields"
    lib_dependencies: list[str] = [ICONS, *EDITOR]


class FormBody(_Ours):
    """The tabs of a record form as its layout says; `parts` names the children that sections may show."""

    library = library("form_body.jsx")
    tag = "FormBody"
    lib_dependencies: list[str] = [ICONS, *EDITOR]
    label: rx.Var[str]
    parts: rx.Var[list[str]]


class HeaderFields(_Ours):
    """The fields in the header of a record form, as its layout says."""

    library = library("form_body.jsx")
    tag = "HeaderFields"
    lib_dependencies: list[str] = [ICONS, *EDITOR]


class Hotkeys(_Ours):
    library = UI
    tag = "Hotkeys"


class Navigation(_Ours):
    library = UI
    tag = "Navigation"


class SiteLink(_Ours):
    library = UI
    tag = "SiteLink"
    to: rx.Var[str]
    #: Whether it has no place in the bar of a phone.
    aside: rx.Var[bool]
    label: rx.Var[str]


class GlobalSearch(_Ours):
    library = SHELL
    tag = "GlobalSearch"
    answer: rx.Var[Any]
    on_search: rx.EventHandler[passthrough_event_spec(str, int)]


class QuickCreate(_Ours):
    library = SHELL
    tag = "QuickCreate"
    lib_dependencies: list[str] = [ICONS, *EDITOR]  # its fields are those of the forms
    forms: rx.Var[dict[str, Any]]
    answer: rx.Var[Any]
    looked_up: rx.Var[Any]
    currency: rx.Var[str]
    zone: rx.Var[str]
    on_create: rx.EventHandler[passthrough_event_spec(str, dict[str, str], int)]
    on_look_up: rx.EventHandler[passthrough_event_spec(str, str, int, int)]


class QuickEntry(_Ours):
    library = SHELL
    tag = "QuickEntry"
    entity: rx.Var[str]
    hotkey: rx.Var[str]


class RecordList(_Ours):
    library = LIST
    tag = "RecordList"
    lib_dependencies: list[str] = [ICONS, *EDITOR]  # cells are edited by the fields of the forms
    entity: rx.Var[str]
    list: rx.Var[str]
    kinds: rx.Var[Any]
    label: rx.Var[str]
    views: rx.Var[Any]
    view: rx.Var[str]
    head: rx.Var[Any]
    columns: rx.Var[Any]
    rows: rx.Var[Any]
    sort: rx.Var[Any]
    page: rx.Var[int]
    size: rx.Var[int]
    first: rx.Var[str]
    last: rx.Var[str]
    more_after: rx.Var[bool]
    more_before: rx.Var[bool]
    total: rx.Var[int]
    cap: rx.Var[int]
    shown: rx.Var[str]
    ready: rx.Var[bool]
    zone: rx.Var[str]
    empty: rx.Var[Any]
    fields: rx.Var[dict[str, Any]]
    rights: rx.Var[dict[str, bool]]
    currency: rx.Var[str]
    group: rx.Var[Any]
    totals: rx.Var[Any]
    begun: rx.Var[Any]
    stored: rx.Var[Any]
    peeked: rx.Var[Any]
    grouped: rx.Var[Any]
    opened: rx.Var[Any]
    summed: rx.Var[Any]
    looked_up: rx.Var[Any]
    on_select: rx.EventHandler[passthrough_event_spec(list)]
    on_refresh: rx.EventHandler[rx.event.no_args_event_spec]
    on_begin_cell: rx.EventHandler[passthrough_event_spec(str, int, str, int)]
    on_store_cell: rx.EventHandler[passthrough_event_spec(str, int, int, str, str, str, int)]
    on_group: rx.EventHandler[passthrough_event_spec(str, str, int, int)]
    on_open_group: rx.EventHandler[passthrough_event_spec(str, str, str, str, int)]
    on_total: rx.EventHandler[passthrough_event_spec(str, str, int)]
    on_peek: rx.EventHandler[passthrough_event_spec(str, int, int)]
    on_look_up: rx.EventHandler[passthrough_event_spec(str, str, int, int)]


class RecordForm(_Ours):
    library = RECORD
    tag = "RecordForm"
    entity: rx.Var[str]
    list: rx.Var[str]
    label: rx.Var[str]
    fields: rx.Var[dict[str, Any]]
    layout: rx.Var[dict[str, Any]]
    record_id: rx.Var[int]
    version: rx.Var[int]
    values: rx.Var[dict[str, str]]
    names: rx.Var[dict[str, str]]
    loaded: rx.Var[int]
    outcome: rx.Var[Any]
    conflicts: rx.Var[Any]
    locked: rx.Var[str]
    gone: rx.Var[int]
    lost: rx.Var[Any]
    user_id: rx.Var[int]
    currency: rx.Var[str]
    rights: rx.Var[dict[str, bool]]
    answer: rx.Var[Any]
    filled: rx.Var[Any]
    zone: rx.Var[str]
    given: rx.Var[dict[str, str]]
    on_save: rx.EventHandler[passthrough_event_spec(int, int, dict[str, str], int)]
    on_save_anyway: rx.EventHandler[passthrough_event_spec(int, int, dict[str, str], int)]
    on_look_up: rx.EventHandler[passthrough_event_spec(str, str, int, int)]
    on_fill: rx.EventHandler[passthrough_event_spec(str, int, dict[str, str], int)]


class Field(_Ours):
    library = FIELDS
    tag = "Field"
    lib_dependencies: list[str] = [ICONS, *EDITOR]  # the text of a mail is a field; its editor is fetched on first use
    name: rx.Var[str]
    text: rx.Var[str]
    header: rx.Var[bool]


class SaveButton(_Ours):
    library = RECORD_FRAME
    tag = "SaveButton"
    label: rx.Var[str]
    then: rx.Var[str]
    hotkey: rx.Var[str]


class BackToList(_Ours):
    library = RECORD_FRAME
    tag = "BackToList"
    entity: rx.Var[str]
    list: rx.Var[str]
    label: rx.Var[str]


class SaveState(_Ours):
    library = RECORD_FRAME
    tag = "SaveState"


class DraftBanner(_Ours):
    library = BANNERS
    tag = "DraftBanner"
    zone: rx.Var[str]


class ConflictBanner(_Ours):
    library = BANNERS
    tag = "ConflictBanner"
    zone: rx.Var[str]


class LostBanner(_Ours):
    library = BANNERS
    tag = "LostBanner"
    zone: rx.Var[str]


class Tabs(_Ours):
    library = RECORD_FRAME
    tag = "Tabs"
    label: rx.Var[str]
    names: rx.Var[list[str]]


class LiveTitle(_Ours):
    library = RECORD_FRAME
    tag = "LiveTitle"
    parts: rx.Var[list[str]]
    otherwise: rx.Var[str]


dialog, menu, command_button, messages = Dialog.create, Menu.create, Command.create, Messages.create
post_form, post_field, post_tick, post_button = PostForm.create, PostField.create, PostTick.create, PostButton.create
theme_choice, language, hotkeys = ThemeChoice.create, Language.create, Hotkeys.create
shape, more_fields = Shape.create, MoreFields.create
form_body, header_fields = FormBody.create, HeaderFields.create
navigation, site_link, refresher = Navigation.create, SiteLink.create, Refresher.create
global_search, quick_create, quick_entry = GlobalSearch.create, QuickCreate.create, QuickEntry.create
record_list = RecordList.create
record_form, field, tabs, live_title = RecordForm.create, Field.create, Tabs.create, LiveTitle.create
record_tags = RecordTags.create
save_button, save_state, back_to_list = SaveButton.create, SaveState.create, BackToList.create
draft_banner, conflict_banner, lost_banner = DraftBanner.create, ConflictBanner.create, LostBanner.create
