"""Imports as somebody finds them: whose he sees, whose he may steer, and which have not begun."""

from __future__ import annotations

from sqlmodel import col, or_, select

from rxcrm.models.access import Depth, Privilege, Who
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.importing.books import ImportRun, RunStatus
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_

BEGUN = N_("This import has begun; what it does can no longer be changed.")


def recent(act: Act, limit: int = 50) -> list[tuple[ImportRun, str]]:
    """The newest imports that the asker may see, with the names of who made them."""
    query = select(ImportRun, User.name).join(User, col(User.id) == ImportRun.created_by_id)
    if not act.who.administrator:
        query = query.where(or_(col(ImportRun.created_by_id) == act.who.id, col(ImportRun.entity).in_(_seen(act.who))))
    return list(act.session.exec(query.order_by(col(ImportRun.id).desc()).limit(limit)))


def _seen(who: Who) -> list[str]:
    """The tables of which somebody may import and reads everything: he may see every import into them."""
    if not who.holds(Privilege.IMPORT):
        return []
    return [e for e in RECORDS if who.depth(e, Privilege.READ) is Depth.ORG]


def visible_run(act: Act, run_id: int) -> ImportRun:
    """An import of one's own, or into a table of which one reads everything; administrators see all. Raises NotFound."""
    run = act.session.get(ImportRun, run_id) if 0 < run_id < LARGEST_ID else None
    if run is None or not (run.created_by_id == act.who.id or act.who.administrator or run.entity in _seen(act.who)):
        raise NotFound
    return run


def own_run(act: Act, run_id: int) -> ImportRun:
    """An import that the asker may steer: his own, or any for administrators."""
    run = visible_run(act, run_id)
    if run.created_by_id != act.who.id and not act.who.administrator:
        raise NotAllowed(N_("Only who began this import, or an administrator, can change it."))
    return run


def open_run(act: Act, run_id: int) -> ImportRun:
    """An import that has not begun to write. Raises NotAllowed otherwise."""
    run = own_run(act, run_id)
    if run.status != RunStatus.UPLOADED.value:
        raise NotAllowed(BEGUN)
    return run
