"""/recycle-bin: what was deleted in the last 30 days and may be restored by whoever looks (S 3.8, 13.6)."""

import reflex as rx

from rxcrm.components.elements import refresher
from rxcrm.components.frame import frame
from rxcrm.components.recycling import recycle_bin
from rxcrm.components.tr import _
from rxcrm.state.recycling import RecycleBin

on_load = RecycleBin.open


def page() -> rx.Component:
    return frame(
        rx.el.header(
            rx.el.h1(_("Recycle bin")),
            rx.el.p(
                _(
                    "Deleted records stay here for 30 days. Restored, they come back with their activities, notes and files."
                ),
                class_name="hint",
            ),
            class_name="settings-head bin-title",
        ),
        recycle_bin(),
        refresher(on_refresh=RecycleBin.refresh),
        main_class="bin-page",
    )
