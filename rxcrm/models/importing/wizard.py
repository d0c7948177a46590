"""The steps of an import as the pages ask for them: Upload, Map, Review, Preview, Run, Result (S 6.4).

Everything is kept with the import, so that each step can be left and taken up again. What changes a plan makes what was
reviewed or weighed with another one out of date, which the views say. Upload and Map have modules of their own
(`intake`, `choosing`); the other steps find an import that the asker may steer here, and do the rest in theirs.
"""

from __future__ import annotations

from pathlib import Path

from sqlmodel import col, select

from rxcrm.models.errors import BadValue
from rxcrm.models.importing import examining, files, rejects, running, undoing, weighing
from rxcrm.models.importing.books import ImportProblem
from rxcrm.models.importing.choosing import MapView, TargetView, change_plan, choose, map_view, missing
from rxcrm.models.importing.examining import Finding, GridRow, ReviewView
from rxcrm.models.importing.finding import open_run, own_run, recent, visible_run
from rxcrm.models.importing.intake import (
    FETCHED,
    SAMPLED,
    UploadView,
    peek,
    proposed,
    reach,
    read,
    register,
    samples_of,
    take_in,
    upload_view,
)
from rxcrm.models.importing.opening import Opened, open_import
from rxcrm.models.importing.plan import Fix, Plan
from rxcrm.models.importing.saved_maps import apply_map, apply_run, forget_map, save_map
from rxcrm.models.importing.stage import ReadOptions
from rxcrm.models.importing.undoing import UndoView
from rxcrm.models.importing.weighing import PreviewRow, PreviewView
from rxcrm.models.job import Job
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext

__all__ = [
    "FETCHED",
    "SAMPLED",
    "MapView",
    "Plan",
    "ReadOptions",
    "TargetView",
    "UploadView",
    "apply_map",
    "apply_run",
    "begin_undo",
    "cancel",
    "change_plan",
    "choose",
    "decide",
    "discard",
    "findings",
    "fix_value",
    "forget_map",
    "grid",
    "left_file",
    "map_view",
    "mend",
    "missing",
    "opened",
    "own_run",
    "peek",
    "preview",
    "problems",
    "proposed",
    "reach",
    "read",
    "recent",
    "register",
    "review",
    "rows",
    "samples_of",
    "save_map",
    "start",
    "start_undo",
    "take_in",
    "undo_view",
    "upload_view",
    "visible_run",
]


def opened(act: Act, run_id: int) -> Opened:
    """An import that has not begun, ready for a step."""
    return open_import(open_run(act, run_id), act.who)


# -- Review ----------------------------------------------------------------------------------------------------------


def review(act: Act, run_id: int) -> ReviewView:
    """What does not fit, column by column."""
    with (found := opened(act, run_id)).stage:
        return examining.review(found)


def findings(act: Act, run_id: int, place: int, after: int = 0, most: int = 50) -> list[Finding]:
    """The values of a column that do not fit."""
    with (found := opened(act, run_id)).stage:
        return examining.findings(found, place, after, most)


def fix_value(act: Act, run_id: int, place: int, value: str, fix: Fix | None) -> None:
    """Let something stand for a value in all its rows; None takes that back. Raises BadValue if it does not fit either."""
    run = open_run(act, run_id)
    if fix is not None:
        with (found := open_import(run, act.who)).stage:
            examining.check_fix(found, place, value, fix)
    plan = examining.plan_with_fix(Plan.of(run.plan), place, value, fix)
    run.plan = plan.as_json()
    act.session.flush()


def grid(
    act: Act, run_id: int, finding_id: int = 0, place: int = -1, after: int = 0, most: int = 50, only_bad: bool = True
) -> list[GridRow]:
    """Rows of the file with their bad cells."""
    with (found := opened(act, run_id)).stage:
        return examining.grid(found, finding_id, place, after, most, only_bad)


def mend(act: Act, run_id: int, number: int, place: int, text: str | None) -> GridRow | None:
    """Put a text into one cell; None takes it back. Returns the row as it is now."""
    with (found := opened(act, run_id)).stage:
        return examining.mend(found, number, place, text)


# -- Preview ---------------------------------------------------------------------------------------------------------


def preview(act: Act, run_id: int) -> PreviewView:
    """What would become of the rows, in figures."""
    with (found := opened(act, run_id)).stage:
        return weighing.preview(found)


def rows(act: Act, run_id: int, tag: str = "", after: int = 0, most: int = 50) -> list[PreviewRow]:
    """What would become of the rows, one by one."""
    with (found := opened(act, run_id)).stage:
        return weighing.rows(act, found, tag, after, most)


def decide(act: Act, run_id: int, number: int, choice: str) -> None:
    """What shall become of one row."""
    with (found := opened(act, run_id)).stage:
        weighing.decide(act, found, number, choice)


# -- Run and Result --------------------------------------------------------------------------------------------------


def start(act: Act, run_id: int) -> Job:
    """Import. Raises NotAllowed or BadValue where the plan cannot be carried out."""
    run = open_run(act, run_id)
    open_import(run, act.who).stage.leave()
    if absent := missing(run.entity, Plan.of(run.plan), act.who):
        labels = ", ".join(gettext(act.who.conventions.locale, label) for label in absent)
        raise BadValue(N_("Choose a column for %(fields)s."), fields=labels)
    return running.start(act, run)


def cancel(act: Act, run_id: int) -> None:
    """Stop an import; everything that it wrote so far is taken back."""
    running.cancel(act, own_run(act, run_id))


def discard(act: Act, run_id: int) -> None:
    """Throw an import away that has not begun."""
    run = open_run(act, run_id)
    files.discard(run)
    act.session.delete(run)
    act.session.flush()


def problems(act: Act, run_id: int, severity: str = "", after: int = 0, limit: int = 100) -> list[ImportProblem]:
    """Problems of a run in the order of the file, of one severity ("warning", "rejected", "skipped") or of all."""
    visible_run(act, run_id)
    query = select(ImportProblem).where(ImportProblem.run_id == run_id, col(ImportProblem.id) > after)
    if severity:
        query = query.where(ImportProblem.severity == severity)
    return list(act.session.exec(query.order_by(col(ImportProblem.id)).limit(limit)))


def left_file(act: Act, run_id: int, path: Path) -> tuple[str, str]:
    """Write the rows that did not come in into a file, in their own layout plus columns with the reasons.

    Returns the name that it should have, and its media type.
    """
    return rejects.write_rejected(act.session, visible_run(act, run_id), act.who.conventions.locale, path)


def undo_view(act: Act, run_id: int) -> UndoView:
    """What undoing an import would do."""
    return undoing.undo_view(act, visible_run(act, run_id))


def begin_undo(act: Act, run_id: int, *, also_edited: bool) -> None:
    """Mark an import as being undone, for whoever carries that out at once (the command line)."""
    undoing.begin(act, visible_run(act, run_id), also_edited=also_edited)


def start_undo(act: Act, run_id: int, *, also_edited: bool) -> Job:
    """Undo an import in the background."""
    return undoing.start(act, visible_run(act, run_id), also_edited=also_edited)
