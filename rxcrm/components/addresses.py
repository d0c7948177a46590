"""What only the settings of address suggestions use."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library


class AddressTrial(_Ours):
    """Inside the form of the source: tries what is typed in it, and tells what came back."""

    library = library("address_trial.jsx")
    tag = "AddressTrial"
    answer: rx.Var[Any]
    on_try: rx.EventHandler[passthrough_event_spec(dict[str, str], int)]


address_trial = AddressTrial.create
