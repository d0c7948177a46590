"""An import as its steps need it: stage, plan, and a checker that knows both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlmodel import Session

from rxcrm.models import db
from rxcrm.models.access import Privilege, Who, may_create
from rxcrm.models.base import Record
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.importing import files
from rxcrm.models.importing import mapping as maps
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.importing.checking import Checker, survey
from rxcrm.models.importing.habits import Habits
from rxcrm.models.importing.lookups import Lookups
from rxcrm.models.importing.owners import Owners
from rxcrm.models.importing.plan import UPDATE, Plan
from rxcrm.models.importing.siblings import Siblings
from rxcrm.models.importing.stage import Source, Stage
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID
from rxcrm.models.tables import record_table
from rxcrm.models.tagging import using
from rxcrm.translation import N_

GONE = N_("What was read of this file is no longer there. Upload it again.")


@dataclass
class Opened:
    """One import, opened by somebody who may carry it out."""

    run: ImportRun
    who: Who
    plan: Plan
    table: type[Record]
    stage: Stage
    source: Source
    checker: Checker
    habits: dict[int, Habits]
    siblings: Siblings


def require(who: Who, entity: str, plan: Plan) -> None:
    """Raises NotAllowed without the privileges to import and, unless it only updates, to create."""
    if not who.holds(Privilege.IMPORT):
        raise NotAllowed(N_("Your role may not import files."))
    needed = Privilege.WRITE if plan.mode == UPDATE else Privilege.CREATE
    if needed is Privilege.CREATE and not (decision := may_create(who, entity)):
        raise NotAllowed(decision.because)
    if not who.holds(needed, entity):
        raise NotAllowed(N_("Your role may not change these records."))


def stage_of(run: ImportRun) -> Stage:
    """The stage of a run. Raises NotFound with a sentence where it is gone."""
    try:
        return Stage(files.stage_of(run))
    except FileNotFoundError:
        raise NotFound(GONE) from None


def owner_of(session: Session, plan: Plan) -> User | None:
    """Who shall own rows that name nobody; None for the importer."""
    if not plan.owner:
        return None
    found = session.get(User, plan.owner) if 0 < plan.owner < LARGEST_ID else None
    if found is None:
        raise NotFound(N_("There is no such user."))
    return found


def open_import(run: ImportRun, who: Who) -> Opened:
    """Everything that a pass over the rows needs. Raises CrmErrors with sentences for plans that cannot be used."""
    plan = Plan.of(run.plan)
    plan.require_known()
    require(who, run.entity, plan)
    table = record_table(run.entity)
    stage = stage_of(run)
    try:
        source = stage.source
        maps.check(run.entity, len(source.headings), plan.mapping)
        habits = habits_of(stage, plan, table)
        owners = Owners(who, run.entity, db.read(owner_of, plan))
        links = Lookups(who, plan.lookups, run.entity, run_id=run.id or 0)
        checker = Checker(
            table,
            source.headings,
            plan,
            habits,
            who.conventions,
            owners,
            links,
            run.file_name,
            makes_tags=using.may_create(who),
        )
        links.siblings = siblings = Siblings(stage, checker)
    except BaseException:
        stage.leave()
        raise
    return Opened(run, who, plan, table, stage, source, checker, habits, siblings)


def habits_of(stage: Stage, plan: Plan, table: type[Record]) -> dict[int, Habits]:
    """How the mapped columns write dates and numbers; learned once for a mapping, and kept."""
    signature = sorted(plan.mapping.items())
    kept = stage.told("habits")
    if not kept or kept["mapping"] != [list(pair) for pair in signature]:
        _, found = survey(stage.rows(), plan.mapping, table)
        kept = {"mapping": signature, "habits": {place: asdict(habits) for place, habits in found.items()}}
        stage.tell("habits", kept)
    return {int(place): Habits(**habits) for place, habits in kept["habits"].items()}


def signature_of(plan: Plan, leave_out: Iterable[str] = ()) -> str:
    """Stands for a plan: what was examined or weighed by another one is out of date."""
    parts = {name: value for name, value in plan.as_json().items() if name not in set(leave_out)}
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]
