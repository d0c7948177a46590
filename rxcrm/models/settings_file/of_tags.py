"""In a settings file: the tags that can be chosen, and who makes new ones."""

from __future__ import annotations

from rxcrm.models.choices import COLOURS
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.settings_file.parts import ALL, Desk, Items, Part, register
from rxcrm.models.settings_file.shapes import Shape, flag, one_of, record
from rxcrm.models.tagging import administering
from rxcrm.models.tagging.vocabulary import vocabulary
from rxcrm.translation import N_

_TAG = record(colour=one_of("", *COLOURS))
_ALL = record(by_administrators=flag)


def _shape(name: str) -> Shape:
    return _ALL if name == ALL else _TAG


def _export(act: Act) -> Items:
    found: Items = {tag.name: {"colour": tag.colour} for tag in vocabulary().tags}
    return found | {ALL: {"by_administrators": act.organisation.tags_by_administrators}}


def _apply(desk: Desk, wanted: Items) -> None:
    here = {fold(tag.name): tag.id for tag in vocabulary().tags}
    for name, value in wanted.items():
        with desk.item(name):
            if name == ALL:
                administering.let_only_administrators(desk.act, value["by_administrators"])
            elif known := here.get(fold(name)):
                administering.change(desk.act, known, {"colour": value["colour"]})
            else:
                administering.add(desk.act, {"name": name, "colour": value["colour"]})
    desk.refresh()


register(Part("tags", N_("Tags"), 45, _export, _apply, _shape))
