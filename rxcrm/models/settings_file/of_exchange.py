"""In a settings file: which app registration mailboxes are read with; its secret stays where it is."""

from __future__ import annotations

from rxcrm.models.exchange import registering
from rxcrm.models.records import Act
from rxcrm.models.settings_file.of_organisation import unknown
from rxcrm.models.settings_file.parts import Desk, Items, Part, register
from rxcrm.models.settings_file.shapes import record, text
from rxcrm.translation import N_

_NAME = "app registration"
_APP = record(tenant=text(120), client_id=text(60))


def _export(act: Act) -> Items:
    found = registering.shown(act)
    return {_NAME: {"tenant": found.tenant, "client_id": found.client_id}} if found.made else {}


def _apply(desk: Desk, wanted: Items) -> None:
    for name, value in wanted.items():
        with desk.item(name):
            registering.save(desk.act, value)


register(Part("exchange", N_("Exchange"), 120, _export, _apply, lambda name: _APP if name == _NAME else unknown(name)))
