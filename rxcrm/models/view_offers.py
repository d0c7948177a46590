"""What a view picker offers: one's own views, shared ones, those of the system (S 7.2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlmodel import col, select

from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.saved_view import SavedView, ViewShare
from rxcrm.models.saved_views import shared_with, visible_to
from rxcrm.models.searching import sort_key
from rxcrm.models.system_views import default_key, key_of, offered
from rxcrm.models.view_choices import Choices, choices_of


@dataclass
class Offer:
    """A view in the picker: `group` is "mine", "shared" or "system"; `owner` is named for those of others."""

    key: str
    label: str
    group: str
    kind: str = "list"
    description: str = ""
    owner: str = ""
    default: bool = False
    pinned: bool = False
    hidden: bool = False
    active: bool = True
    change: bool = False
    version: int = 0


@dataclass
class Offers:
    """All views of a table that the asker may choose, with how he arranged them."""

    views: list[Offer] = field(default_factory=list)
    arranged: str = ""


def offers(act: Act, entity: str) -> Offers:
    """Every view that the asker can choose, the hidden ones marked; three statements."""
    chosen = choices_of(act, entity)
    default = chosen.default or default_key(entity, act.who.roles)
    rows = act.session.exec(
        select(SavedView, User.name)
        .join(User, col(User.id) == SavedView.owner_id)
        .where(SavedView.entity == entity, visible_to(act))
        .order_by(SavedView.name_key, col(SavedView.id))
    ).all()
    changeable = set(act.session.exec(select(ViewShare.view_id).where(col(ViewShare.change), shared_with(act))))
    found = [_offer(act, row, name, changeable) for row, name in rows]
    found += [
        Offer(v.key, v.view.label, "system", v.view.kind, v.description, version=v.version) for v in offered(entity)
    ]
    known = {offer.key for offer in found}
    default = default if default in known else default_key(entity, act.who.roles)
    for offer in found:
        offer.default = offer.key == default
        offer.pinned, offer.hidden = offer.key in chosen.pinned, offer.key in chosen.hidden
    return Offers(_arranged(found, chosen), chosen.arranged)


def _offer(act: Act, row: SavedView, owner: str, changeable: set[int]) -> Offer:
    mine = row.owner_id == act.who.id
    return Offer(
        key_of(row.id or 0),
        row.name,
        "mine" if mine else "shared",
        str((row.definition or {}).get("kind", "list")),
        row.description,
        "" if mine else owner,
        active=row.active,
        change=mine or row.id in changeable,
        version=row.version,
    )


def _arranged(found: list[Offer], chosen: Choices) -> list[Offer]:
    if chosen.arranged == "name":
        return sorted(found, key=lambda offer: sort_key(offer.label))
    if chosen.arranged == "system":
        return sorted(found, key=lambda offer: offer.group != "system")
    return found
