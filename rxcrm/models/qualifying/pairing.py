"""Which field of a lead goes where when it is qualified, as administrators change it (S 3.5.7, mapping rules).

A pair joins fields of one kind; the target has room for everything that the source may hold, and is filled from one field
alone. Values are copied once, when the record is created.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import col, select

from rxcrm.models import configuration
from rxcrm.models.access import Privilege
from rxcrm.models.account import Account
from rxcrm.models.base import Address, Preferences
from rxcrm.models.contact import Contact
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import TEXTUAL, FieldSpec, Kind, fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.qualifying.mapping import FIXED, MAPPING, pairs_of, pairs_with, shipped_pairs
from rxcrm.models.qualifying.tables import FieldMapping
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.shaping.tables import KINDS
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext

#: The tables of which a qualification makes records, in the order in which people know them.
TARGETS = (Account.entity, Contact.entity, Opportunity.entity)
#: Fields that a qualification sets itself, beside those that nobody can type into.
_OURS = {
    "account": {"primary_contact_id", "originating_lead_id", "status_reason"},
    "contact": {"account_id", "originating_lead_id", "status_reason"},
    "opportunity": {"account_id", "contact_id", "status_reason"},
}
#: Every kind of field as people know it.
KIND_LABELS: dict[Kind, str] = KINDS | {
    Kind.EMAIL: N_("E-mail address"),
    Kind.PHONE: N_("Phone number"),
    Kind.URL: N_("Web address"),
    Kind.CURRENCY: N_("Currency"),
    Kind.MOMENT: N_("Date and time"),
    Kind.TAGS: N_("Tags"),
}
MEANWHILE = N_("Another administrator has changed this pair meanwhile. It is shown as it is now.")
PLATFORM = N_("%(target)s is always set by rxcrm itself when a lead is qualified.")
ALWAYS_COPIED = N_("%(target)s always comes from %(source)s.")


# -- verbs -----------------------------------------------------------------------------------------------------------


def add(act: Act, entity: str, source: str, target: str) -> None:
    """Copy a field of the lead into a field of new records of a table from now on. Raises Invalid with the reason."""
    pairs = _begin(act, entity)
    if why := why_not(pairs, entity, source, target):
        raise Invalid({"target": why})
    store(act, entity, target, source)


def change(act: Act, entity: str, target: str, source: str, seen: str) -> None:
    """Fill a field from another field of the lead than from `seen`, which the asker saw. Raises Invalid, NotAllowed."""
    pairs = _begin(act, entity)
    if pairs.get(target) != seen:
        raise NotAllowed(MEANWHILE)
    if why := why_not(pairs, entity, source, target, again=True):
        raise Invalid({"source": why})
    store(act, entity, target, source)


def remove(act: Act, entity: str, target: str, seen: str) -> None:
    """Copy nothing into a field any more, which came from `seen`. Raises NotAllowed where it is always copied or needed."""
    pairs = _begin(act, entity)
    if pairs.get(target) != seen:
        raise NotAllowed(MEANWHILE)
    if why := why_kept(pairs, entity, target):
        raise why
    store(act, entity, target, "")


def restore(act: Act, entity: str) -> None:
    """The pairs of a table as they were shipped."""
    _begin(act, entity)
    for row in act.session.exec(select(FieldMapping).where(col(FieldMapping.entity) == entity)):
        act.session.delete(row)
    act.session.flush()


def require_administrator(act: Act) -> None:
    """Raises NotAllowed for everybody else."""
    if not act.who.holds(Privilege.ADMINISTER):
        raise NotAllowed


def _begin(act: Act, entity: str) -> dict[str, str]:
    """The pairs as they are now, also those that another administrator has just changed. Raises NotAllowed, NotFound."""
    require_administrator(act)
    if entity not in TARGETS:
        raise NotFound
    configuration.changed(act)  # whoever else shapes something waits here
    of_table = select(FieldMapping).where(col(FieldMapping.entity) == entity)
    rows = act.session.exec(of_table.execution_options(populate_existing=True))
    return pairs_with(entity, {row.target: row.source for row in rows})


def store(act: Act, entity: str, target: str, source: str) -> None:
    """Let a field come from a source, which `why_not` has nothing against; an empty one removes the pair."""
    row = act.session.get(FieldMapping, (entity, target), populate_existing=True)
    if shipped_pairs(entity).get(target, "") == source:
        if row is not None:
            act.session.delete(row)
    elif row is None:
        act.session.add(FieldMapping(entity=entity, target=target, source=source))
    else:
        row.source = source
    act.session.flush()


# -- rules -----------------------------------------------------------------------------------------------------------


def why_not(pairs: Mapping[str, str], entity: str, source: str, target: str, *, again: bool = False) -> CrmError | None:
    """Why a field of the lead cannot go into a field of a table, in a sentence; None if it can.

    With `again` the target has a source already, which this one takes the place of.
    """
    sources, targets = fields_of(Lead), _specs(entity)
    one, other = sources.get(source), targets.get(target)
    if one is None or other is None:
        return BadValue(N_("Choose one of the list."))
    names = {"source": one.label, "target": other.label}
    if is_ours(entity, other):
        return BadValue(PLATFORM, target=other.label)
    if target in FIXED[entity]:
        return BadValue(ALWAYS_COPIED, target=other.label, source=sources[pairs[target]].label)
    if not again and target in pairs:
        now = sources[pairs[target]].label
        return BadValue(
            N_("%(target)s comes from %(source)s already. A field has one source."), source=now, target=other.label
        )
    if one.kind is not other.kind:
        kinds = {"kind": KIND_LABELS[one.kind], "other": KIND_LABELS[other.kind]}
        return BadValue(N_("%(source)s (%(kind)s) and %(target)s (%(other)s) are not of one kind."), **names, **kinds)
    if one.target != other.target:
        return BadValue(N_("%(source)s and %(target)s point to different tables."), **names)
    if one.kind in TEXTUAL and one.length > other.length:
        lengths = {"length": one.length, "most": other.length}
        return BadValue(
            N_("%(source)s may have %(length)s characters, %(target)s has room for %(most)s."), **names, **lengths
        )
    if one.low < other.low or one.high > other.high:
        return BadValue(N_("%(source)s may hold numbers that %(target)s does not take."), **names)
    if not _same_options(one, other):
        return BadValue(N_("%(source)s and %(target)s do not have the same options."), **names)
    if other.required and not one.required:
        return BadValue(N_("%(target)s is required, and %(source)s may be empty."), **names)
    return None


def why_kept(pairs: Mapping[str, str], entity: str, target: str) -> CrmError | None:
    """Why a pair cannot be removed; None if it can."""
    spec, source = _specs(entity)[target], fields_of(Lead)[pairs[target]]
    if target in FIXED[entity]:
        return NotAllowed(ALWAYS_COPIED, target=spec.label, source=source.label)
    if spec.required:
        return NotAllowed(N_("%(target)s is required: choose another source instead."), target=spec.label)
    return None


def is_ours(entity: str, spec: FieldSpec) -> bool:
    """Whether a qualification sets a field itself."""
    return spec.locked or spec.name in _OURS[entity]


def _same_options(one: FieldSpec, other: FieldSpec) -> bool:
    """Both are of one list, or every option of the source is called so in the list of the target."""
    if not one.options or not other.options or one.options.key == other.options.key:
        return True
    known = {fold(option.label) for option in other.options.offered}
    return all(fold(option.label) in known for option in one.options.offered)


def _specs(entity: str) -> dict[str, FieldSpec]:
    return fields_of(record_table(entity))


# -- the page --------------------------------------------------------------------------------------------------------


@dataclass
class PairView:
    """A pair on the settings page. `fixed` and `kept` say why it cannot be changed or removed; `shipped` is nobody's change."""

    target: str
    target_label: str
    source: str
    source_label: str
    kind: str
    fixed: str = ""
    kept: str = ""
    shipped: bool = True
    note: str = ""


@dataclass
class Offer:
    """What a new pair could be made of: `[name, label]` of the fields, and target → the sources that fit it."""

    sources: list[list[str]] = field(default_factory=list)
    targets: list[list[str]] = field(default_factory=list)
    fits: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class PairsView:
    """The pairs of a table, names before addresses, and how many every table has."""

    number: int = 0
    entity: str = TARGETS[0]
    pairs: list[PairView] = field(default_factory=list)
    changed: bool = False
    offer: Offer = field(default_factory=Offer)
    counts: dict[str, int] = field(default_factory=dict)


WITHOUT_PERSON = N_("Only where no contact is created or used: the address is the person's.")


def listed(act: Act, entity: str) -> PairsView:
    """Everything that the page shows of one table."""
    require_administrator(act)
    if entity not in TARGETS:
        entity = TARGETS[0]
    locale, pairs, shipped = act.who.conventions.locale, pairs_of(entity), shipped_pairs(entity)
    sources, targets = fields_of(Lead), _specs(entity)
    views = []
    # Who somebody is comes before where he lives, as it is written down.
    order = [
        target
        for _source, target in MAPPING[entity]
        if target not in (*Address.model_fields, *Preferences.model_fields)
    ]
    for name in sorted(pairs, key=lambda one: order.index(one) if one in order else len(order)):
        spec = targets[name]
        source, kept = sources[pairs[name]], why_kept(pairs, entity, name)
        person = entity == "account" and (pairs[name], name) == ("email", "email")
        views.append(
            PairView(
                target=name,
                target_label=gettext(locale, spec.label),
                source=source.name,
                source_label=gettext(locale, source.label),
                kind=gettext(locale, KIND_LABELS[spec.kind]),
                fixed=kept.text(locale) if kept and name in FIXED[entity] else "",
                kept=kept.text(locale) if kept else "",
                shipped=shipped.get(name) == source.name,
                note=gettext(locale, WITHOUT_PERSON) if person else "",
            )
        )
    open_ones = {
        name: spec for name, spec in targets.items() if name not in FIXED[entity] and not is_ours(entity, spec)
    }
    offer = Offer(
        sources=_named(sources, locale),
        targets=_named({name: spec for name, spec in open_ones.items() if name not in pairs}, locale),
        fits={
            target: [source for source in sources if why_not(pairs, entity, source, target, again=True) is None]
            for target in open_ones
        },
    )
    known = configuration.current()
    changed = bool(known.part("mapping").get(entity))
    return PairsView(known.number, entity, views, changed, offer, {one: len(pairs_of(one)) for one in TARGETS})


def _named(specs: Mapping[str, FieldSpec], locale: str) -> list[list[str]]:
    """`[name, label]` by label."""
    found = [[name, gettext(locale, spec.label)] for name, spec in specs.items()]
    return sorted(found, key=lambda one: fold(one[1]))
