"""The text of a template: its field, the picker of merge fields, the preview."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library


class TemplateText(_Ours):
    """`places` are the merge fields by entity: name, source, label. Stands in a form dialog."""

    library = library("mail_templates.jsx")
    tag = "TemplateText"
    name: rx.Var[str]
    label: rx.Var[str]
    places: rx.Var[dict[str, list[list[str]]]]
    preview: rx.Var[Any]
    on_preview: rx.EventHandler[passthrough_event_spec(dict[str, str])]


template_text = TemplateText.create
