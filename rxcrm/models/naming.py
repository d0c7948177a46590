"""Who and what can be named: candidates for mentions and for look-ups over several tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import select

from rxcrm.models import lists
from rxcrm.models.people import Team, working_users
from rxcrm.models.records import Act
from rxcrm.models.searching import fold


@dataclass
class Candidate:
    """Something that can be named; users come with `entity` user. `detail` tells it apart from others of its name."""

    entity: str
    id: int
    name: str
    detail: str


def records(act: Act, term: str, entities: Sequence[str], limit: int) -> list[Candidate]:
    """Visible records of some tables that contain a term, at most `limit` of each."""
    return [
        Candidate(entity, hit.id, hit.name, hit.detail)
        for entity in entities
        for hit in lists.find(act, entity, term, limit=limit)
    ]


def users(act: Act, term: str, limit: int, *, others: bool = False) -> list[Candidate]:
    """Working users whose name contains a term or whose address begins with it: the asker first, or left out."""
    wanted = fold(term)
    found = [u for u in working_users(act.session) if wanted in u.name_key or u.email.startswith(wanted)]
    found.sort(key=lambda u: (u.id != act.who.id, u.name_key))
    return [Candidate("user", u.id or 0, u.name, u.email) for u in found if not (others and u.id == act.who.id)][:limit]


def teams(act: Act, term: str, limit: int) -> list[tuple[int, str]]:
    """Teams whose name contains a term, by name: id and name."""
    wanted = select(Team.id, Team.name, Team.name_key).order_by(Team.name_key)
    return [(i or 0, name) for i, name, key in act.session.exec(wanted) if fold(term) in key][:limit]
