"""In a settings file: where address suggestions come from; the key of that stays where it is."""

from __future__ import annotations

from rxcrm.models.addresses import choosing
from rxcrm.models.addresses.tables import SourceKind
from rxcrm.models.records import Act
from rxcrm.models.settings_file.of_organisation import unknown
from rxcrm.models.settings_file.parts import Desk, Items, Part, register
from rxcrm.models.settings_file.references import LeftOut
from rxcrm.models.settings_file.shapes import one_of, record, text
from rxcrm.translation import N_

_NAME = "source"
_SOURCE = record(kind=one_of(*(kind.value for kind in SourceKind)), url=text(choosing.URL_LENGTH))


def _export(act: Act) -> Items:
    found = choosing.shown(act)
    return {_NAME: {"kind": found.kind, "url": found.url}}


def _apply(desk: Desk, wanted: Items) -> None:
    for name, value in wanted.items():
        with desk.item(name):
            if value["kind"] == SourceKind.AZURE and not choosing.keeps_key(desk.act, value["url"]):
                raise LeftOut(N_("This was left out: no key for Azure Maps is stored here. Enter it in the settings."))
            choosing.choose(desk.act, value)


register(
    Part(
        "address_suggestions",
        N_("Address suggestions"),
        115,
        _export,
        _apply,
        lambda name: _SOURCE if name == _NAME else unknown(name),
    )
)
