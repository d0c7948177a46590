"""Records by what the system that they were imported from calls them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import delete
from sqlmodel import Session, col, select

from rxcrm.models.importing.books import ImportedFrom

_LONGEST = 200


def _short(source: str) -> str:
    """A name as an index holds it: long ones end in their own digest."""
    plain = source.replace("\x00", "")
    if len(plain) <= _LONGEST:
        return plain
    return plain[:_LONGEST] + hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:40]


def known(session: Session, entity: str, names: Iterable[str]) -> dict[str, int]:
    """Name in the source → id here, for those that were imported."""
    short = {_short(name): name for name in names}
    found: dict[str, int] = {}
    wanted = sorted(short)
    for at in range(0, len(wanted), 500):
        asked = select(ImportedFrom.source, ImportedFrom.record_id).where(
            ImportedFrom.entity == entity, col(ImportedFrom.source).in_(wanted[at : at + 500])
        )
        found.update({short[source]: record_id for source, record_id in session.exec(asked)})
    return found


def remember(session: Session, entity: str, run_id: int, ids: Mapping[str, int]) -> None:
    """Keep what records are called in their source; who had the name before loses it."""
    rows = {_short(name): record_id for name, record_id in ids.items() if name}
    wanted = sorted(rows)
    for at in range(0, len(wanted), 500):
        some = wanted[at : at + 500]
        session.execute(
            delete(ImportedFrom).where(col(ImportedFrom.entity) == entity, col(ImportedFrom.source).in_(some))
        )
    session.add_all(ImportedFrom(entity=entity, source=s, record_id=rows[s], run_id=run_id) for s in wanted)
    session.flush()
