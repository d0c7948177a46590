"""What the list of leads offers about campaigns."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import EDITOR, ICONS, library
from rxcrm.components.sharing import ON_RUN
from rxcrm.components.tr import _
from rxcrm.state.bulk import Bulk
from rxcrm.state.gate import AppState
from rxcrm.state.shell import Shell


class CampaignPicked(_Ours):
    library = library("campaign_picked.jsx")
    tag = "CampaignPicked"
    lib_dependencies: list[str] = [ICONS, *EDITOR]  # its fields are those of the forms
    labels: rx.Var[dict[str, str]]
    told: rx.Var[Any]
    looked_up: rx.Var[Any]
    zone: rx.Var[str]
    on_run: rx.EventHandler[ON_RUN]
    on_look_up: rx.EventHandler[passthrough_event_spec(str, str, int, int)]


def campaign_picked() -> rx.Component:
    """Record campaign activity on the ticked leads."""
    return rx.cond(
        AppState.rights["write_lead"],
        CampaignPicked.create(
            labels={"campaign": _("Campaign"), "on": _("Date")},
            told=Bulk.told,
            looked_up=Shell.looked_up,
            zone=AppState.zone,
            on_run=Bulk.run,
            on_look_up=Shell.look_up,
        ),
    )
