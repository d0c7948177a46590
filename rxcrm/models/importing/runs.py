"""An import in one go, as the command line and programs want it: the steps of the wizard without its pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from rxcrm.models import db
from rxcrm.models.access import Who
from rxcrm.models.importing import mapping as maps
from rxcrm.models.importing import running, weighing, wizard
from rxcrm.models.importing.books import Books, ImportRun, RunStatus
from rxcrm.models.importing.mapping import Proposal, Target
from rxcrm.models.importing.opening import open_import, stage_of
from rxcrm.models.importing.plan import Plan
from rxcrm.models.importing.recovering import recover
from rxcrm.models.importing.stage import ReadOptions, Source
from rxcrm.models.records import Act

__all__ = ["Books", "ImportRun", "Inspection", "carry_out", "inspect", "recover"]


@dataclass
class Inspection:
    """What a file is, what its columns would become, and the plan with which it would be imported."""

    entity: str
    source: Source
    proposals: list[Proposal] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    plan: Plan = field(default_factory=Plan)


def inspect(who: Who, run_id: int, options: ReadOptions = ReadOptions(), entity: str = "") -> Inspection:
    """Read the file of a registered import. Blocking. Raises Unreadable with a sentence for the user."""
    wizard.read(who, run_id, options, entity)

    def look(session: Session) -> Inspection:
        run = wizard.own_run(Act(session, who, db.now()), run_id)
        source = Source(**run.source)
        with stage_of(run) as stage:
            samples = wizard.samples_of(stage.rows(most=wizard.SAMPLED), len(source.headings))
        proposals = maps.propose(run.entity, source.headings, samples, who)
        return Inspection(run.entity, source, proposals, maps.targets(run.entity, who), Plan.of(run.plan))

    return db.read(look)


def carry_out(
    run_id: int,
    who: Who,
    plan: Plan,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    dry_run: bool = False,
) -> Books:
    """Import a file that was inspected, by a plan: blocking, in transactions of its own.

    `progress` gets rows done and rows in all. When `cancelled` says yes, or anything fails, all that this import wrote is
    taken back; a cancelled run returns its books with status "cancelled", a failed one raises. `dry_run` judges every row
    and writes nothing. A run can be carried out once.

    Raises NotFound, NotAllowed, or BadValue for a plan that cannot be used.
    """

    def choose(session: Session) -> ImportRun:
        return wizard.choose(Act(session, who, db.now()), run_id, plan)

    run = db.transact(choose)
    if dry_run:
        books = weighing.weigh(run, who, progress, cancelled)
        return Books(status=RunStatus.CANCELLED.value) if books is None else replace(books, status=run.status)
    open_import(run, who).stage.leave()  # what the plan cannot do is refused before anything begins
    running.begin_here(run_id)
    return running.carry_out(run_id, who, progress=progress, cancelled=cancelled)
