"""Saved maps: what the columns of a kind of file become, kept under a name and offered when such a file comes again (S 6.4)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, or_, select

from rxcrm.models.errors import BadValue, NotAllowed, NotFound
from rxcrm.models.fields import clean, fields_of
from rxcrm.models.importing import finding
from rxcrm.models.importing import mapping as maps
from rxcrm.models.importing.books import ImportMap, ImportRun
from rxcrm.models.importing.plan import Plan
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_


@dataclass
class SavedMap:
    """A saved map; `fits` if the file has the headings for which it was made."""

    id: int
    name: str
    shared: bool
    mine: bool
    fits: bool


#: The parts of a plan that a map keeps: those that hold for every file of its kind.
_KEPT = (
    "mapping",
    "constants",
    "topic_pattern",
    "lookups",
    "orders",
    "points",
    "fixes",
    "mode",
    "key",
    "duplicates",
    "closed",
)


def _signature(headings: list[str]) -> str:
    words = "\n".join(sorted(maps.normal(h) or h for h in headings))
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def offered(act: Act, entity: str, headings: list[str]) -> list[SavedMap]:
    signature = _signature(headings)
    query = select(ImportMap).where(
        ImportMap.entity == entity, or_(col(ImportMap.created_by_id) == act.who.id, col(ImportMap.shared))
    )
    found = act.session.exec(query.order_by(col(ImportMap.used_on).desc()).limit(100)).all()
    shown = [
        SavedMap(m.id or 0, m.name, m.shared, m.created_by_id == act.who.id, m.signature == signature) for m in found
    ]
    return sorted(shown, key=lambda m: not m.fits)


def save_map(act: Act, run_id: int, name: str, shared: bool = False) -> None:
    """Keep the map of an import under a name; the one of that name is replaced."""
    run = finding.own_run(act, run_id)
    if not (called := clean(name)[:100]):
        raise BadValue(N_("Give the map a name."))
    headings = list(run.source.get("headings", []))
    plan = {n: v for n, v in Plan.of(run.plan).as_json().items() if n in _KEPT}
    mine = select(ImportMap).where(
        ImportMap.entity == run.entity, ImportMap.name == called, ImportMap.created_by_id == act.who.id
    )
    kept = act.session.exec(mine).first() or ImportMap(
        name=called, entity=run.entity, signature="", created_by_id=act.who.id, created_on=act.now, used_on=act.now
    )
    kept.signature, kept.headings, kept.plan, kept.shared = _signature(headings), headings, plan, shared
    kept.used_on = act.now
    act.session.add(kept)
    act.session.flush()


def _map(act: Act, map_id: int) -> ImportMap:
    found = act.session.get(ImportMap, map_id) if 0 < map_id < LARGEST_ID else None
    if found is None or not (found.shared or found.created_by_id == act.who.id):
        raise NotFound
    return found


def apply_map(act: Act, run_id: int, map_id: int) -> None:
    """Do with this file what a saved map says; its columns are found by their headings."""
    run, kept = finding.open_run(act, run_id), _map(act, map_id)
    kept.used_on = act.now
    _apply(act, run, kept.headings, kept.plan)


def apply_run(act: Act, run_id: int, earlier_id: int) -> None:
    """Do with this file what an earlier import did with its own."""
    run, earlier = finding.open_run(act, run_id), finding.visible_run(act, earlier_id)
    _apply(act, run, list(earlier.source.get("headings", [])), earlier.plan)


def _apply(act: Act, run: ImportRun, headings: list[str], kept: dict[str, Any]) -> None:
    plan = Plan.of({**run.plan, **{name: kept[name] for name in _KEPT if name in kept}})
    here = {maps.normal(h) or h: place for place, h in enumerate(run.source.get("headings", []))}
    moved = {place: here.get(maps.normal(h) or h, -1) for place, h in enumerate(headings)}

    def move(by_place: dict[int, Any]) -> dict[int, Any]:
        return {moved[p]: value for p, value in by_place.items() if moved.get(p, -1) >= 0}

    plan.mapping, plan.fixes = move(plan.mapping), move(plan.fixes)
    plan.orders, plan.points = move(plan.orders), move(plan.points)
    known = {t.name for t in maps.targets(run.entity, act.who)}
    plan.mapping = {place: target for place, target in plan.mapping.items() if target in known}
    if plan.key and (plan.key not in plan.mapping.values() or not _finds(act, run.entity, plan.key)):
        plan.key = ""
    run.plan = plan.as_json()
    act.session.flush()


def _finds(act: Act, entity: str, key: str) -> bool:
    """Whether records may be found by a field: one that the user may see."""
    spec = fields_of(record_table(entity)).get(key)
    return spec is None or act.who.may_read(spec)


def forget_map(act: Act, map_id: int) -> None:
    """Delete a saved map of one's own; administrators delete any shared one."""
    kept = _map(act, map_id)
    if kept.created_by_id != act.who.id and not act.who.administrator:
        raise NotAllowed(N_("Only who saved this map, or an administrator, can delete it."))
    act.session.delete(kept)
    act.session.flush()
