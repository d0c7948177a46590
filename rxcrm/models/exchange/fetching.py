"""A fetch from beginning to end: what changed in the chosen folders becomes an import that waits at the step Map.

What was brought counts as known only once its import was carried out: if that is thrown away, the next fetch brings
the same again. Nothing is ever deleted here because it is gone there.
"""

from __future__ import annotations

import secrets as tokens
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session, col, select

from rxcrm.models import db, jobs, notifying
from rxcrm.models.access import may_create
from rxcrm.models.acting import act_as
from rxcrm.models.errors import NotAllowed
from rxcrm.models.exchange import accounts, opening
from rxcrm.models.exchange.contacts import Contact, Expired, Gone, Note, Same, Server, Stopped, Token, Trouble, Watch
from rxcrm.models.exchange.spooling import GONE, NEW, SAME, Spool
from rxcrm.models.exchange.tables import ContactFolder, ContactItem, ContactSource
from rxcrm.models.importing import files, wizard
from rxcrm.models.importing.books import ImportRun, RunStatus, Step
from rxcrm.models.importing.stage import Source, Stage
from rxcrm.models.job import Job
from rxcrm.models.records import Act
from rxcrm.settings import settings
from rxcrm.translation import N_

#: Rows written into the stage at once, and names told of contacts that are gone.
AT_ONCE, NAMED = 1_000, 10
#: Notes of one fetch.
MOST_NOTES = 20
#: Characters of a cell; a note of a contact may hold a whole book.
LONGEST_CELL = 100_000

GONE_THERE = N_("%(n)s contacts of “%(folder)s” are no longer there: %(names)s. Nothing is deleted here.")
GONE_UNNAMED = N_("%(n)s contacts of “%(folder)s” are no longer there. Nothing is deleted here.")
ANEW = N_("The server no longer knows what was fetched from “%(folder)s” last time; the whole folder was compared.")
NOTHING_NEW = N_("Nothing has changed since the last time.")


class Following(Watch):
    """Is told how many contacts of each folder are here."""

    def got(self, folder: int, count: int) -> None:
        """So many contacts of a folder are here. Raises Stopped."""
        self.check()


@dataclass
class Wanted:
    """What a fetch is to bring, read once when it begins."""

    source_id: int
    kind: str
    folders: list[ContactFolder]
    known: dict[int, dict[str, str]]
    names: dict[int, dict[str, str]]
    everything: bool


@dataclass
class Brought:
    """What came of it: where each folder goes on, and what the user should know."""

    fresh: dict[int, str]
    notes: list[list[Any]]


def fetch(job: Job, watch: Following) -> None:
    """Do the job: blocking, called in a thread. Raises Trouble or another CrmError with a sentence; nothing is left then."""
    number, everything = int(job.payload["source"]), bool(job.payload.get("everything"))
    wanted = db.transact(_begin, number, job.by_id or 0, everything)
    with Spool() as spool:
        with opening.server(number, job.by_id or 0, watch) as server:
            brought = _bring(server, wanted, spool, watch)
        stage, source = _stage(spool, wanted, brought)
        try:
            watch.check()
            db.transact(_finish, job, wanted, brought, spool, stage, source)
        except BaseException:
            if stage is not None:
                _unlink(stage)
            raise


# -- before ----------------------------------------------------------------------------------------------------------


def _begin(session: Session, source_id: int, user_id: int, everything: bool) -> Wanted:
    act = act_as(session, user_id, db.now())
    source = accounts.find(act, source_id)
    settle(session, source)
    chosen = (ContactFolder.source_id == source_id, col(ContactFolder.chosen))
    folders = list(session.exec(select(ContactFolder).where(*chosen).order_by(col(ContactFolder.id))))
    known: dict[int, dict[str, str]] = {folder.id or 0: {} for folder in folders}
    names: dict[int, dict[str, str]] = {folder.id or 0: {} for folder in folders}
    rows = select(ContactItem.folder_id, ContactItem.item, ContactItem.etag, ContactItem.name)
    for folder_id, item, etag, name in session.exec(rows.where(col(ContactItem.folder_id).in_(known))):
        known[folder_id][item], names[folder_id][item] = etag, name
    return Wanted(source_id, source.kind, folders, known, names, everything)


def settle(session: Session, source: ContactSource) -> None:
    """Decide about what the last fetch brought: known if its import was carried out, else as if it had not been fetched."""
    if source.run_id is None:
        return
    run = session.get(ImportRun, source.run_id)
    keep = run is not None and run.status in (RunStatus.DONE.value, RunStatus.RUNNING.value)
    source.run_id = None
    _decide(session, source, keep)


def _decide(session: Session, source: ContactSource, keep: bool) -> None:
    inside = select(ContactFolder.id).where(ContactFolder.source_id == source.id)
    of_source = col(ContactItem.folder_id).in_(inside)
    item, folder = cast(Any, ContactItem), cast(Any, ContactFolder)
    session.flush()
    to, by = (item.etag, item.fresh) if keep else (item.fresh, item.etag)
    session.execute(delete(ContactItem).where(of_source, by == ""))
    session.execute(update(ContactItem).where(of_source).values({to: by}))
    values: dict[Any, Any] = {folder.token: folder.fresh} if keep else {folder.fresh: folder.token}
    session.execute(update(ContactFolder).where(folder.source_id == source.id).values(values))
    session.expire_all()


# -- bringing --------------------------------------------------------------------------------------------------------


def _bring(server: Server, wanted: Wanted, spool: Spool, watch: Following) -> Brought:
    brought = Brought({}, [])
    for folder in wanted.folders:
        token = "" if wanted.everything else folder.token
        try:
            _read(server, folder, token, wanted, spool, watch, brought)
        except Expired:
            if not token:
                raise
            spool.forget(folder.id or 0)
            brought.notes.append([ANEW, {"folder": folder.name}])
            _read(server, folder, "", wanted, spool, watch, brought)
        _tell_gone(folder, spool, brought)
    return brought


def _read(
    server: Server, folder: ContactFolder, token: str, wanted: Wanted, spool: Spool, watch: Following, brought: Brought
) -> None:
    number, count = folder.id or 0, 0
    known = wanted.known[number]
    compared: Mapping[str, str] = {} if wanted.everything else known
    for news in server.changes(folder.folder, token, compared):
        if isinstance(news, Contact):
            same = compared.get(news.id) == news.etag
            spool.note(number, news.id, SAME, news.etag, news.name) if same else spool.put(number, news)
            count += 1
        elif isinstance(news, Same):
            spool.note(number, news.id, SAME, news.etag, wanted.names[number].get(news.id, ""))
            count += 1
        elif isinstance(news, Gone):
            # One that came and went between two fetches was never here.
            spool.note(number, news.id, GONE if news.id in known else SAME, "", wanted.names[number].get(news.id, ""))
        elif isinstance(news, Note):
            if len(brought.notes) < MOST_NOTES:
                brought.notes.append([news.message, news.values])
        elif isinstance(news, Token):
            brought.fresh[number] = news.text
            if news.whole:
                for item in spool.unseen(number, known):
                    spool.note(number, item, GONE, "", wanted.names[number].get(item, ""))
        watch.got(number, count)
        if count > settings().import_rows:
            raise Trouble(
                N_("There are more than %(n)s contacts; that many cannot be imported at once."),
                n=settings().import_rows,
            )


def _tell_gone(folder: ContactFolder, spool: Spool, brought: Brought) -> None:
    number = folder.id or 0
    if count := spool.count(GONE, number):
        names = spool.names(GONE, number, NAMED + 1)
        more = "…" if count > NAMED else ""
        text = ", ".join(names[:NAMED]) + more
        said = GONE_THERE if names else GONE_UNNAMED
        brought.notes.append([said, {"n": count, "folder": folder.name, "names": text}])


# -- after -----------------------------------------------------------------------------------------------------------


def stage_path(token: str) -> Path:
    """Where the stage of an import lies."""
    return files.folder() / f"{token}.stage"


def _stage(spool: Spool, wanted: Wanted, brought: Brought) -> tuple[str | None, Source]:
    """The table of what is new as a stage, by its token; None if nothing is."""
    source = Source(format=wanted.kind, heading_row=1, notes=brought.notes)
    if not spool.count(NEW):
        return None, source
    source.headings, rows = spool.table()
    token = tokens.token_hex(16)
    stage = Stage.create(stage_path(token), source.headings)
    try:
        batch: list[tuple[int, list[str]]] = []
        for number, cells in enumerate(rows, start=2):
            batch.append((number, [cell.replace("\x00", "")[:LONGEST_CELL] for cell in cells]))
            if len(batch) == AT_ONCE:
                source.data_rows += stage.append(batch)
                batch = []
        source.data_rows += stage.append(batch) if batch else 0
        stage.close(source)
    except BaseException:
        stage.leave()
        _unlink(token)
        raise
    return token, source


def _unlink(token: str) -> None:
    path = stage_path(token)
    for each in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        each.unlink(missing_ok=True)


def _finish(
    session: Session, job: Job, wanted: Wanted, brought: Brought, spool: Spool, stage: str | None, told: Source
) -> None:
    """All of it in one transaction, if the job is still ours."""
    now = db.now()
    if not jobs.progress(session, job.id or 0, job.taken_by, told.data_rows, told.data_rows):
        raise Stopped
    act = act_as(session, job.by_id, now)
    source = accounts.find(act, wanted.source_id)
    if not (decision := may_create(act.who, source.entity)):
        raise NotAllowed(decision.because)
    for folder in wanted.folders:
        _remember(session, folder.id or 0, wanted.known[folder.id or 0], spool)
        row = session.get(ContactFolder, folder.id)
        if row is not None:
            row.fresh = brought.fresh.get(folder.id or 0, "")
    session.flush()
    # Told before the worker has written down that the job is done: nothing is under way from here on.
    source.fetched_on, source.problem, source.job_id = now, "", None
    if stage is None:
        _decide(session, source, keep=True)
        source.state = {"notes": [[NOTHING_NEW, {}], *brought.notes]}
        return
    run = _run(act, source, stage, told, now)
    source.run_id, source.state = run.id, {"notes": brought.notes, "rows": told.data_rows}
    values = {"n": told.data_rows, "source": source.name}
    message = N_("%(n)s contacts of “%(source)s” are here. Choose what becomes of them.")
    notifying.notify(act, act.who.id, notifying.Kind.IMPORT, message, values, entity="import", record_id=run.id)


def _run(act: Act, source: ContactSource, stage: str, told: Source, now: datetime) -> ImportRun:
    run = ImportRun(
        entity=source.entity,
        file_name=source.name[:255],
        stored_as=stage,
        size=stage_path(stage).stat().st_size,
        status=RunStatus.UPLOADED.value,
        step=Step.MAP.value,
        source=asdict(told),
        total=told.data_rows,
        created_by_id=act.who.id,
        created_on=now,
    )
    with Stage(files.stage_of(run)) as staged:
        samples = wizard.samples_of(staged.rows(most=wizard.SAMPLED), len(told.headings))
    plan = wizard.proposed(source.entity, told.headings, samples)
    plan.entity = source.entity
    run.plan = plan.as_json()
    act.session.add(run)
    act.session.flush()
    return run


def _remember(session: Session, folder_id: int, known: Mapping[str, str], spool: Spool) -> None:
    """The versions of everything that was told, beside those that were imported."""
    added, changed = [], []
    for item, what, etag, name in spool.items(folder_id):
        if item in known:
            changed.append({"f": folder_id, "i": item, "fresh": "" if what == GONE else etag, "name": name})
        elif what == NEW:
            added.append({"folder_id": folder_id, "item": item, "etag": "", "fresh": etag, "name": name})
    table = cast(Any, ContactItem).__table__
    if added:
        session.execute(insert(table), added)
    if changed:
        mine = (table.c.folder_id == bindparam("f"), table.c.item == bindparam("i"))
        values: dict[str, Any] = {"fresh": bindparam("fresh"), "name": bindparam("name")}
        # The core's own statement: many parameter sets for one text.
        session.connection().execute(update(table).where(*mine).values(**values), changed)
