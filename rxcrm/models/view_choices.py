"""What each user chose of the views: with which he begins, which he hides, which stand in his site map (S 7.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from sqlmodel import select

from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.system_views import default_key
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: Views of one table that a user may hide, and pin to the site map.
MOST_HIDDEN, MOST_PINNED = 200, 10
#: How the selector is arranged: personal views first, those of the system first, or by name.
ARRANGED = {"": N_("My views first"), "system": N_("System views first"), "name": N_("By name")}


@dataclass
class Choices:
    """One user's choices for one table: keys of views."""

    default: str = ""
    hidden: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    arranged: str = ""


def choices_of(act: Act, entity: str) -> Choices:
    """What the asker chose; nothing at first."""
    return _read(_kept(act), entity)


def _kept(act: Act) -> Mapping[str, Any]:
    preferences = act.session.exec(select(User.preferences).where(User.id == act.who.id)).first() or {}
    return cast(Mapping[str, Any], preferences.get("views") or {})


def _read(kept: Mapping[str, Any], entity: str) -> Choices:
    known = kept.get(entity) or {}
    return Choices(**{name: known[name] for name in asdict(Choices()) if name in known})


def first_of(act: Act, entity: str) -> str:
    """The key of the view with which the asker begins."""
    return choices_of(act, entity).default or default_key(entity, act.who.roles)


def pinned(act: Act) -> list[tuple[str, str]]:
    """(table, key) of every view that stands in the asker's site map."""
    kept = _kept(act)
    return [(entity, key) for entity in kept for key in _read(kept, entity).pinned]


def begin_with(act: Act, entity: str, key: str) -> None:
    """Begin with this view from now on; "" for the one that the system chose."""
    _keep(act, entity, default=_known(act, entity, key) if key else "")


def hide(act: Act, entity: str, key: str, hidden: bool) -> None:
    """Leave a view out of one's own selector, or show it again."""
    before = choices_of(act, entity)
    if hidden and key == first_of(act, entity):
        raise NotAllowed(N_("You begin with this view. Choose another default first."))
    _keep(act, entity, hidden=_changed(before.hidden, _known(act, entity, key), hidden)[-MOST_HIDDEN:])


def pin(act: Act, entity: str, key: str, there: bool) -> None:
    """Put a view into one's own site map, or take it out. Raises NotAllowed if there are enough."""
    before = choices_of(act, entity).pinned
    if there and len(before) >= MOST_PINNED:
        raise NotAllowed(N_("You have pinned %(most)s views of this table. Unpin one first."), most=MOST_PINNED)
    _keep(act, entity, pinned=_changed(before, _known(act, entity, key) if there else key, there))


def arrange(act: Act, entity: str, how: str) -> None:
    """Arrange the selector in one of the ways of ARRANGED."""
    if how not in ARRANGED:
        raise BadValue(N_("“%(value)s” is no order of views."), value=how[:40])
    _keep(act, entity, arranged=how)


def _known(act: Act, entity: str, key: str) -> str:
    """The key of a view that the asker may use; raises NotAllowed."""
    from rxcrm.models.saved_views import resolve  # it reads these choices

    found = resolve(act, entity, key)
    if found.problem or found.view.key != key:
        raise NotAllowed(found.problem or N_("There is no such view."))
    return key


def _changed(keys: list[str], key: str, there: bool) -> list[str]:
    others = [k for k in keys if k != key]
    return [*others, key] if there else others


def _keep(act: Act, entity: str, **changes: Any) -> None:
    entity = record_table(entity).entity
    user = act.session.get_one(User, act.who.id, with_for_update=True)
    kept = cast(dict[str, Any], user.preferences.get("views") or {})
    chosen = {**asdict(_read(kept, entity)), **changes}
    user.preferences = {**user.preferences, "views": {**kept, entity: chosen}}
    act.session.add(user)
    act.session.flush()
    act.topics.add(f"user:{user.id}")
