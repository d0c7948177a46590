"""What only the page of settings files uses: where a file is dropped, and what it would change."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library

FILE = library("settings_file.jsx")


class SettingsDrop(_Ours):
    """Drop a file of settings or choose one; it is taken in, and `on_taken` gets its number."""

    library = FILE
    tag = "SettingsDrop"
    hint: rx.Var[str]
    on_taken: rx.EventHandler[passthrough_event_spec(int)]


class SettingsPreview(_Ours):
    """What a file would change, part by part, to be ticked."""

    library = FILE
    tag = "SettingsPreview"
    file_id: rx.Var[int]
    file_name: rx.Var[str]
    back: rx.Var[bool]
    weighed: rx.Var[Any]
    zone: rx.Var[str]
    on_apply: rx.EventHandler[passthrough_event_spec(int, list, list)]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


settings_drop, settings_preview = SettingsDrop.create, SettingsPreview.create
