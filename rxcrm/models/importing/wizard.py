"""The steps of an import as the pages ask for them: Upload, Map, Review, Preview, Run, Result (S 6.4).

Everything is kept with the import, so that each step can be left and taken up again. What changes a plan makes what was
reviewed or weighed with another one out of date, which the views say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from rxcrm.models import db
from rxcrm.models.access import Privilege, Who
from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.fields import clean, fields_of, parse
from rxcrm.models.importing import examining, files, rejects, running, saved_maps, staging, undoing, weighing
from rxcrm.models.importing import mapping as maps
from rxcrm.models.importing.books import ImportProblem, ImportRun, Step, sentence
from rxcrm.models.importing.delimited import DELIMITERS
from rxcrm.models.importing.encodings import ENCODINGS
from rxcrm.models.importing.examining import Finding, GridRow, Option, ReviewView, options_of
from rxcrm.models.importing.finding import open_run, own_run, recent, visible_run
from rxcrm.models.importing.grid import Row
from rxcrm.models.importing.mapping import Proposal, Target
from rxcrm.models.importing.opening import Opened, open_import, owner_of, stage_of
from rxcrm.models.importing.owners import Owners, possible_owners
from rxcrm.models.importing.plan import AS_CLOSED, Fix, LookupRule, Plan
from rxcrm.models.importing.recognising import entity_of
from rxcrm.models.importing.saved_maps import apply_map, apply_run, forget_map, save_map
from rxcrm.models.importing.specials import RECORD_ID, SOURCE_ID, specs_of, tables_of
from rxcrm.models.importing.stage import ReadOptions, Source, Stage
from rxcrm.models.importing.topics import PRESET
from rxcrm.models.importing.undoing import UndoView
from rxcrm.models.importing.weighing import PreviewRow, PreviewView
from rxcrm.models.job import Job
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext

__all__ = [
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

#: Rows that show how a file is read, and rows from which samples are taken.
FIRST_ROWS, SAMPLED = 20, 200
_STEPS = tuple(Step)
#: Sources that are no file and cannot be read anew.
FETCHED = ("graph", "carddav")


def opened(act: Act, run_id: int) -> Opened:
    """An import that has not begun, ready for a step."""
    return open_import(open_run(act, run_id), act.who)


# -- Upload ----------------------------------------------------------------------------------------------------------


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
    plan = before if same else proposed(chosen, source.headings, samples)
    plan.read, plan.entity = options, entity or before.entity
    run.plan = plan.as_json()
    run.step = _farther(run.step, Step.MAP)


def proposed(entity: str, headings: list[str], samples: list[list[str]]) -> Plan:
    """The plan with which an import begins: what was recognised, and by what known records are found."""
    plan = Plan(mapping={p.index: p.target for p in maps.propose(entity, headings, samples) if p.target})
    mapped = set(plan.mapping.values())
    plan.key = next((key for key in (RECORD_ID, SOURCE_ID) if key in mapped), "")
    plan.constants = {n: v for n, v in maps.constants_of(entity, headings).items() if n not in mapped}
    if entity == "activity":
        plan.closed = AS_CLOSED  # what was done is history; nobody wants it back on a list of things to do
    plan.topic_pattern = PRESET if entity == "lead" and "topic" not in mapped else ""
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


# -- Map -------------------------------------------------------------------------------------------------------------


@dataclass
class TargetView:
    """Something that a column or a constant can fill; `group` is required, field or special."""

    name: str
    label: str
    required: bool
    kind: str
    group: str
    lookup: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)


@dataclass
class MapView:
    """What the columns become, and everything else that is asked before the rows are looked at."""

    run_id: int
    entity: str
    columns: list[Proposal] = field(default_factory=list)
    mapping: dict[int, str] = field(default_factory=dict)
    targets: list[TargetView] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    lookups: dict[str, LookupRule] = field(default_factory=dict)
    topic_pattern: str = ""
    owner: int = 0
    owners: list[tuple[int, str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    maps: list[saved_maps.SavedMap] = field(default_factory=list)


def map_view(act: Act, run_id: int) -> MapView:
    """The columns with samples and what they become."""
    run = open_run(act, run_id)
    plan, locale = Plan.of(run.plan), act.who.conventions.locale
    with stage_of(run) as stage:
        headings = stage.source.headings
        samples = samples_of(stage.rows(most=SAMPLED), len(headings))
    columns = maps.propose(run.entity, headings, samples)
    targets = [_target_view(run.entity, t, locale) for t in maps.targets(run.entity)]
    return MapView(
        run_id=run_id,
        entity=run.entity,
        columns=columns,
        mapping=plan.mapping,
        targets=targets,
        constants=plan.constants,
        lookups=plan.lookups,
        topic_pattern=plan.topic_pattern,
        owner=plan.owner,
        owners=[(u.id or 0, u.name, u.email) for u in possible_owners(act.session, act.who, run.entity)],
        missing=[gettext(locale, label) for label in missing(run.entity, plan)],
        maps=saved_maps.offered(act, run.entity, headings),
    )


def _target_view(entity: str, target: Target, locale: str) -> TargetView:
    table = record_table(entity)
    spec = specs_of(table).get(target.name)
    group = "required" if target.required else "field" if target.name in fields_of(table) else "special"
    lookup = list(tables_of(spec)) if spec else []
    options = options_of(spec, locale) if spec else []
    return TargetView(target.name, gettext(locale, target.label), target.required, target.kind, group, lookup, options)


def missing(entity: str, plan: Plan) -> list[str]:
    """The labels of what has to be mapped before anything can be created."""
    filled = {*plan.mapping.values(), *(name for name, value in plan.constants.items() if value)}
    if "full_name" in filled:
        filled.add("last_name")
    if plan.topic_pattern:
        filled.add("topic")
    if plan.mode == "update" or {RECORD_ID, SOURCE_ID} & filled:
        return []
    return [t.label for t in maps.targets(entity) if t.required and t.name not in filled]


def change_plan(act: Act, run_id: int, **parts: Any) -> ImportRun:
    """Choose parts of the plan anew. Raises BadValue for what cannot be chosen."""
    run = open_run(act, run_id)
    plan = Plan.of(run.plan)
    for name, value in parts.items():
        setattr(plan, name, value)
    plan.mapping = {index: target for index, target in plan.mapping.items() if target}
    plan.require_known()
    if "mapping" in parts:
        maps.check(run.entity, len(run.source.get("headings", [])), plan.mapping)
        if "fixes" not in parts:
            plan.fixes = {place: fixes for place, fixes in plan.fixes.items() if _same(run, plan, place)}
        plan.lookups = {n: rule for n, rule in plan.lookups.items() if n in plan.mapping.values()}
    if plan.owner and "owner" in parts:
        Owners(act.who, run.entity, owner_of(act.session, plan))
    if "constants" in parts:
        _check_constants(act, run.entity, plan)
    if plan.key and plan.key not in plan.mapping.values():
        plan.key = ""
    run.plan = plan.as_json()
    act.session.flush()
    return run


def choose(act: Act, run_id: int, plan: Plan) -> ImportRun:
    """Choose a whole plan at once; how the file was read stays. Raises BadValue for what cannot be carried out."""
    run = open_run(act, run_id)
    parts = {name: value for name, value in vars(plan).items() if name not in ("entity", "read")}
    change_plan(act, run_id, **parts)
    return run


def _same(run: ImportRun, plan: Plan, place: int) -> bool:
    """Whether a column still goes where it went, so that what was mended in it still means the same."""
    return Plan.of(run.plan).mapping.get(place) == plan.mapping.get(place)


def _check_constants(act: Act, entity: str, plan: Plan) -> None:
    known = specs_of(record_table(entity))
    for name, typed in plan.constants.items():
        if (spec := known.get(name)) is None or spec.locked:
            raise BadValue(N_("There is no field “%(name)s” to fill."), name=name[:80])
        parse(spec, typed, act.who.conventions)


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
    if absent := missing(run.entity, Plan.of(run.plan)):
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


def left_file(act: Act, run_id: int) -> tuple[str, bytes, str]:
    """(name, content, media type) of the rows that did not come in, in the file's own layout plus columns with the reasons."""
    return rejects.rejected_file(act.session, visible_run(act, run_id), act.who.conventions.locale)


def undo_view(act: Act, run_id: int) -> UndoView:
    """What undoing an import would do."""
    return undoing.undo_view(act, visible_run(act, run_id))


def begin_undo(act: Act, run_id: int, *, also_edited: bool) -> None:
    """Mark an import as being undone, for whoever carries that out at once (the command line)."""
    undoing.begin(act, visible_run(act, run_id), also_edited=also_edited)


def start_undo(act: Act, run_id: int, *, also_edited: bool) -> Job:
    """Undo an import in the background."""
    return undoing.start(act, visible_run(act, run_id), also_edited=also_edited)
