"""Upload: a file comes in, is looked at, and read into its stage, with a plan to begin with (S 6.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import Session

from rxcrm.models import composing, db
from rxcrm.models.access import Privilege, Who
from rxcrm.models.errors import NotAllowed
from rxcrm.models.fields import clean
from rxcrm.models.importing import files, staging
from rxcrm.models.importing import mapping as maps
from rxcrm.models.importing.books import ImportRun, Step, sentence
from rxcrm.models.importing.delimited import DELIMITERS
from rxcrm.models.importing.encodings import ENCODINGS
from rxcrm.models.importing.finding import open_run
from rxcrm.models.importing.grid import Row
from rxcrm.models.importing.opening import stage_of
from rxcrm.models.importing.plan import AS_CLOSED, Plan
from rxcrm.models.importing.recognising import entity_of
from rxcrm.models.importing.specials import RECORD_ID, SOURCE_ID
from rxcrm.models.importing.stage import ReadOptions, Source, Stage
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: Rows that show how a file is read, and rows from which samples are taken.
FIRST_ROWS, SAMPLED = 20, 200
_STEPS = tuple(Step)
#: Sources that are no file and cannot be read anew.
FETCHED = ("graph", "carddav")


@dataclass
class UploadView:
    """How a file is read: what was found, the first rows, and what can be chosen instead.

    `top` are the first rows of the file as they stand there, headings and what is above them.
    """

    run_id: int
    entity: str
    file_name: str
    options: ReadOptions
    source: Source
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    top: list[tuple[int, list[str]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)
    delimiters: list[str] = field(default_factory=list)
    staged: bool = False


def take_in(who: Who, path: Path, file_name: str, entity: str = "") -> list[int]:
    """Take a file in, or the files of an archive, each an import of its own; returns their ids. Blocking.

    Without an entity the file's name decides, until its headings are known. Raises NotAllowed without the privilege to
    import, Unreadable for an archive that cannot be opened. Where one file of an archive is refused none is taken in.
    """
    if not who.holds(Privilege.IMPORT):
        raise NotAllowed(N_("Your role may not import files."))
    if entity:
        record_table(entity)
    members = staging.members(path, file_name, files.folder())
    if path not in {member.path for member in members} and path.parent == files.folder():
        path.unlink(missing_ok=True)
    try:
        return db.transact(_register, who, members, entity)
    except BaseException:
        # The file itself is the caller's; what was taken out of it is nobody's.
        for member in members:
            if member.path != path:
                member.path.unlink(missing_ok=True)
        raise


def _register(session: Session, who: Who, members: Iterable[staging.Member], entity: str) -> list[int]:
    act = Act(session, who, db.now())
    return [register(act, member.path, member.name, entity).id or 0 for member in members]


def register(act: Act, path: Path, file_name: str, entity: str = "") -> ImportRun:
    """Take one file in. One that already lies in the import folder stays; any other is copied there."""
    chosen = entity or entity_of(file_name, [])
    if not act.who.holds(Privilege.IMPORT):
        raise NotAllowed(N_("Your role may not import files."))
    file = files.take_in(path)
    name = clean(file_name.replace("\\", "/"))
    run = ImportRun(
        entity=chosen,
        file_name=name[-255:] if "/" in name and name.split("/")[0].endswith(".zip") else Path(name).name[-255:],
        stored_as=file.name,
        size=file.stat().st_size,
        plan=Plan(entity=entity).as_json(),
        created_by_id=act.who.id,
        created_on=act.now,
    )
    act.session.add(run)
    act.session.flush()
    return run


def upload_view(act: Act, run_id: int) -> UploadView:
    """How the file was read; `staged` is false until it has been."""
    run = open_run(act, run_id)
    plan = Plan.of(run.plan)
    if not run.source:
        return UploadView(run_id, run.entity, run.file_name, plan.read, Source(), **_offers())
    source = Source(**run.source)
    with stage_of(run) as stage:
        rows = _short(stage.rows(most=FIRST_ROWS))
    notes = _notes(act.who, source)
    return UploadView(run_id, run.entity, run.file_name, plan.read, source, rows, notes=notes, **_offers(), staged=True)


def peek(who: Who, run_id: int, options: ReadOptions) -> UploadView:
    """How the first rows of the file look when it is read otherwise. Blocking; raises Unreadable; changes nothing.

    The table is the one that somebody chose, else the one that the headings suggest.
    """
    # The reader may take a minute: no connection to the database is held meanwhile.
    run = db.read(lambda session: open_run(Act(session, who, db.now()), run_id))
    found = staging.peek(files.stored(run), run.file_name, options, FIRST_ROWS)
    return UploadView(
        run_id,
        Plan.of(run.plan).entity or entity_of(run.file_name, found.source.headings),
        run.file_name,
        options,
        found.source,
        _short(found.rows),
        _short(found.top),
        _notes(who, found.source),
        **_offers(),
    )


def _short(rows: Iterable[Row]) -> list[tuple[int, list[str]]]:
    return [(number, [str(cell)[:200] for cell in cells]) for number, cells in rows]


def _offers() -> dict[str, Any]:
    return {"encodings": list(ENCODINGS), "delimiters": list(DELIMITERS)}


def _notes(who: Who, source: Source) -> list[str]:
    return [sentence(message, values, who.conventions.locale) for message, values in source.notes]


def read(
    who: Who, run_id: int, options: ReadOptions, entity: str = "", progress: Callable[[int], None] | None = None
) -> None:
    """Read the whole file into its stage and propose a mapping. Blocking. Raises Unreadable with a sentence.

    `progress` hears how many rows were read; what it raises ends the reading.
    """
    run = db.read(lambda session: open_run(Act(session, who, db.now()), run_id))
    fresh = files.stage_of(run).with_suffix(".fresh")
    if run.source.get("format") in FETCHED:
        source = Source(**run.source)
    else:
        # The stage that is there stays until the new one is whole and the import has not begun meanwhile.
        source = staging.stage_file(files.stored(run), run.file_name, options, fresh, progress)
    with Stage(fresh if fresh.exists() else files.stage_of(run)) as stage:
        samples = samples_of(stage.rows(most=SAMPLED), len(source.headings))
    db.transact(_entered, who, run_id, options, source, samples, entity)


def _entered(
    session: Session, who: Who, run_id: int, options: ReadOptions, source: Source, samples: list[list[str]], entity: str
) -> None:
    run = open_run(Act(session, who, db.now()), run_id)
    files.renew_stage(run)
    before = Plan.of(run.plan)
    chosen = entity or before.entity or entity_of(run.file_name, source.headings)
    same = run.source.get("headings") == source.headings and run.entity == chosen and before.mapping
    run.entity, run.source, run.total = chosen, vars(source), source.data_rows
    plan = before if same else proposed(chosen, source.headings, samples, who)
    plan.read, plan.entity = options, entity or before.entity
    run.plan = plan.as_json()
    run.step = _farther(run.step, Step.MAP)


def proposed(entity: str, headings: list[str], samples: list[list[str]], who: Who | None = None) -> Plan:
    """The plan with which an import begins: what was recognised, and by what known records are found."""
    plan = Plan(mapping={p.index: p.target for p in maps.propose(entity, headings, samples, who) if p.target})
    mapped = set(plan.mapping.values())
    plan.key = next((key for key in (RECORD_ID, SOURCE_ID) if key in mapped), "")
    plan.constants = {n: v for n, v in maps.constants_of(entity, headings).items() if n not in mapped}
    if entity == "activity":
        plan.closed = AS_CLOSED  # what was done is history; nobody wants it back on a list of things to do
    plan.topic_pattern = composing.preset() if entity == "lead" and "topic" not in mapped else ""
    return plan


def samples_of(rows: Iterable[Row], width: int) -> list[list[str]]:
    """The first few distinct texts of each column."""
    samples: list[list[str]] = [[] for _ in range(width)]
    for _, cells in rows:
        for seen, cell in zip(samples, cells, strict=False):
            if len(seen) < maps.SAMPLES and (text := clean(cell)[:80]) and text not in seen:
                seen.append(text)
    return samples


def _farther(step: str, other: Step) -> str:
    return max(Step(step), other, key=_STEPS.index).value


def reach(act: Act, run_id: int, step: str) -> None:
    """Remember that the user has come as far as a step."""
    run = open_run(act, run_id)
    if run.source and Step(step) in (Step.MAP, Step.REVIEW, Step.PREVIEW):
        run.step = _farther(run.step, Step(step))
