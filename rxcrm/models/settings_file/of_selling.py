"""In a settings file: which fields a qualification copies, and the pattern of topics."""

from __future__ import annotations

from rxcrm.models import composing, configuration
from rxcrm.models.errors import CrmError
from rxcrm.models.qualifying import mapping, pairing
from rxcrm.models.records import Act
from rxcrm.models.settings_file.of_organisation import unknown
from rxcrm.models.settings_file.parts import Desk, Items, Part, register
from rxcrm.models.settings_file.shapes import flag, record, text
from rxcrm.models.settings_file.shapes import mapping as table_of
from rxcrm.translation import N_

_PAIRS = table_of(text(60))
_PATTERN = record(on=flag, pattern=text(composing.PATTERN_LENGTH))


def _export_pairs(act: Act) -> Items:
    """Table → target → source of every pair that can be changed; an empty source is a pair that was removed."""
    found: Items = {}
    for entity in pairing.TARGETS:
        removed = dict.fromkeys(mapping.shipped_pairs(entity), "")
        pairs = removed | mapping.pairs_of(entity)
        found[entity] = {target: source for target, source in pairs.items() if target not in mapping.FIXED[entity]}
    return found


def _apply_pairs(desk: Desk, wanted: Items) -> None:
    for entity, pairs in wanted.items():
        for target, source in pairs.items():
            known = mapping.pairs_of(entity).get(target, "")
            if source == known:
                continue
            with desk.item(entity):
                if refusal := _why_not(entity, target, source):
                    raise refusal
                pairing.store(desk.act, entity, target, source)
                configuration.changed(desk.act)
                configuration.reread(desk.act.session)


def _why_not(entity: str, target: str, source: str) -> CrmError | None:
    """Why a pair of the file cannot be here, judged as the page judges it."""
    known = mapping.pairs_of(entity)
    if source:
        return pairing.why_not(known, entity, source, target, again=True)
    return pairing.why_kept(known, entity, target) if target in known else None


def _export_topic(act: Act) -> Items:
    found = composing.settings_of(act)
    return {"topic": {"on": found["compose_topic"] == "1", "pattern": found["topic_pattern"]}}


def _apply_topic(desk: Desk, wanted: Items) -> None:
    for name, value in wanted.items():
        with desk.item(name):
            typed = {"compose_topic": "1" if value["on"] else "0", "topic_pattern": value["pattern"]}
            composing.choose(desk.act, typed, {})


register(
    Part(
        "field_mapping",
        N_("Field mapping"),
        96,
        _export_pairs,
        _apply_pairs,
        lambda name: _PAIRS if name in pairing.TARGETS else unknown(name),
    )
)
register(
    Part(
        "topics",
        N_("Topics of leads"),
        97,
        _export_topic,
        _apply_topic,
        lambda name: _PATTERN if name == "topic" else unknown(name),
    )
)
