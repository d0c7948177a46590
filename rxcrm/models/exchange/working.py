"""The jobs of contact sources: signing in with a code, looking for folders, fetching. The page sees them in `state`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from rxcrm.models import db, jobs
from rxcrm.models.acting import act_as
from rxcrm.models.errors import CrmError
from rxcrm.models.exchange import accounts, fetching, opening, registering, secrets, signing_in
from rxcrm.models.exchange.contacts import Folder, Stopped, Trouble
from rxcrm.models.exchange.fetching import Following
from rxcrm.models.exchange.reaching import Network
from rxcrm.models.exchange.tables import ContactFolder, ContactItem, ContactSource
from rxcrm.models.job import Job, JobState
from rxcrm.translation import N_

#: Seconds between two signs of progress.
OFTEN = 0.5
#: Threads of fetches, which may take an hour, and of the questions for whose answers somebody waits. They have their own:
#: what waits for a slow server must not keep the threads of others, who sign in.
FETCHES = ThreadPoolExecutor(2, thread_name_prefix="fetch")
QUESTIONS = ThreadPoolExecutor(2, thread_name_prefix="question")


def _ended(session: Session, job: Job, _now: datetime) -> set[str]:
    """A job failed or was canceled: its source says why, and nothing is under way any more."""
    source = session.get(ContactSource, int(job.payload.get("source", 0)))
    if source is None or source.job_id != job.id:
        return set()
    source.state = {}
    source.problem = job.problem if job.state == JobState.FAILED.value else ""
    return {accounts.topic(source.owner_id)}


# -- threads ---------------------------------------------------------------------------------------------------------


class _Told(Following):
    """Tells the job and the page how it goes, and stops where the job is no longer ours."""

    def __init__(self, job: Job, total: int = 0) -> None:
        super().__init__()
        self.job, self.total, self.loop = job, total, asyncio.get_running_loop()
        self.counts: dict[int, int] = {}
        self._next = 0.0

    def got(self, folder: int, count: int) -> None:
        self.check()
        self.counts[folder] = count
        if time.monotonic() >= self._next:
            self._say({"counts": {str(f): n for f, n in self.counts.items()}})

    def waits(self, seconds: float) -> None:
        until = db.now() + timedelta(seconds=seconds)
        self._say({"counts": {str(f): n for f, n in self.counts.items()}, "until": until.isoformat()})
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            super().waits(min(left, 2.0))
            self._say(None)
        self._say({"counts": {str(f): n for f, n in self.counts.items()}})

    def _say(self, state: dict[str, Any] | None) -> None:
        self._next = time.monotonic() + OFTEN
        done = sum(self.counts.values())
        topics = db.transact(_note, self.job, done, max(self.total, done), state)
        if topics is None:
            self.stop.set()
            raise Stopped
        if state is not None:
            asyncio.run_coroutine_threadsafe(_tell(topics), self.loop)


async def _tell(topics: set[str]) -> None:
    await jobs.tell(topics)


def _note(session: Session, job: Job, done: int, total: int, state: dict[str, Any] | None) -> set[str] | None:
    """How far a job is; None if it is no longer its worker's."""
    if not jobs.progress(session, job.id or 0, job.taken_by, done, total):
        return None
    source = session.get(ContactSource, int(job.payload["source"]))
    if source is None:
        return None
    if state is not None:
        source.state = state
    return {accounts.topic(source.owner_id), jobs.topic(job)}


async def _in_thread(job: Job, threads: ThreadPoolExecutor, work: Callable[[_Told], None], total: int = 0) -> None:
    """Blocking work; if the job is taken away, it is told to stop. What it refuses is no reason to try again."""
    watch = _Told(job, total)
    try:
        await watch.loop.run_in_executor(threads, work, watch)
    except asyncio.CancelledError:
        watch.stop.set()
        raise
    except Stopped:
        return  # somebody else has written down how it ended
    except CrmError as refusal:
        raise jobs.GiveUp(refusal.message, **refusal.values) from None
    await jobs.tell({accounts.topic(job.by_id or 0), f"user:{job.by_id}"})


# -- folders ---------------------------------------------------------------------------------------------------------


@jobs.handler(accounts.FOLDERS, N_("Look for contact folders"), ended=_ended)
async def _look_for_folders(job: Job) -> None:
    def work(watch: _Told) -> None:
        number = int(job.payload["source"])
        with opening.server(number, job.by_id or 0, watch) as server:
            found = server.folders()
        db.transact(_keep_folders, job, found)

    await _in_thread(job, QUESTIONS, work)


def _keep_folders(session: Session, job: Job, found: list[Folder]) -> None:
    """The folders as they are now; those that are gone take with them what was known of them. The first time all are chosen."""
    source = accounts.find(act_as(session, job.by_id, db.now()), int(job.payload["source"]))
    if source.job_id != job.id:
        raise Stopped
    if not found:
        raise Trouble(N_("There are no folders of contacts."))
    wanted = select(ContactFolder).where(ContactFolder.source_id == source.id)
    known = {row.folder: row for row in session.exec(wanted)}
    for folder in found:
        row = known.pop(folder.id, None) or ContactFolder(
            source_id=source.id or 0, folder=folder.id, chosen=len(found) == 1
        )
        row.name, row.contacts = folder.name[:255] or folder.id[:255], folder.contacts
        session.add(row)
    for gone in known.values():
        session.execute(delete(ContactItem).where(col(ContactItem.folder_id) == gone.id))
        session.delete(gone)
    # Told before the worker has written down that the job is done: nothing is under way from here on.
    source.problem, source.state, source.job_id = "", {"found": len(found)}, None
    session.flush()


# -- signing in ------------------------------------------------------------------------------------------------------


@jobs.handler(accounts.SIGN_IN, N_("Sign in to Microsoft 365"), ended=_ended)
async def _sign_in(job: Job) -> None:
    """Ask for a code, or whether it was typed; each question is a job of its own, so that no worker waits for people."""

    def work(_watch: _Told) -> None:
        app, content = db.transact(_asked, job)
        flow = content.get("flow") if job.payload.get("before") else None
        if not flow:
            _begun(job, signing_in.begin(app))
            return
        try:
            found = signing_in.poll(app, flow)
        except Network:
            found = None
        if found is not None:
            db.transact(_signed_in, job, found)
        elif float(flow.get("expires_at", 0)) < time.time():
            raise Trouble(N_("The code has expired. Begin again."))
        else:
            db.transact(_ask_again, job, flow, False)

    await _in_thread(job, QUESTIONS, work)


def _begun(job: Job, flow: dict[str, Any]) -> None:
    db.transact(_ask_again, job, flow, True)


def _asked(session: Session, job: Job) -> tuple[signing_in.App, dict[str, Any]]:
    source = _source_of(session, job)
    return registering.app(session), secrets.unseal(source.secret) if source.secret else {}


def _source_of(session: Session, job: Job) -> ContactSource:
    source = accounts.find(act_as(session, job.by_id, db.now()), int(job.payload["source"]))
    if source.job_id != job.id:
        raise Stopped
    return source


def _ask_again(session: Session, job: Job, flow: dict[str, Any], first: bool) -> None:
    """Keep the flow, and ask in some seconds whether the code was typed. Of the questions only the last one is kept."""
    source, now = _source_of(session, job), db.now()
    before = secrets.unseal(source.secret) if source.secret else {}
    source.secret = secrets.seal({**before, "flow": flow})
    if first:
        expires = now + timedelta(seconds=int(flow.get("expires_in", 900)))
        source.state = {
            "code": str(flow["user_code"])[:40],
            "url": str(flow["verification_uri"])[:300],
            "expires": expires.isoformat(),
        }
    elif previous := job.payload.get("before"):
        ended = (col(Job.id) == previous, col(Job.state) == JobState.DONE.value)
        session.execute(delete(Job).where(*ended))
    due = now + timedelta(seconds=max(1, int(flow.get("interval", 5))))
    payload = {"source": source.id, "before": job.id}
    following = jobs.enqueue(session, accounts.SIGN_IN, payload, now=now, due_on=due, key=str(source.id), by=job.by_id)
    source.job_id = following.id
    session.flush()


def _signed_in(session: Session, job: Job, found: signing_in.SignedIn) -> None:
    """Keep the tokens, and look for folders. Somebody else's mailbox begins anew."""
    source, now = _source_of(session, job), db.now()
    if source.account and source.account != found.account:
        accounts.forget_folders(session, source)
    if source.name == signing_in.MICROSOFT:
        source.name = found.account[:100]  # nobody named it
    source.secret = secrets.seal({"cache": found.cache})
    source.account, source.state, source.problem = found.account, {}, ""
    following = jobs.enqueue(
        session, accounts.FOLDERS, {"source": source.id}, now=now, key=str(source.id), by=job.by_id
    )
    source.job_id = following.id
    session.flush()


# -- fetching --------------------------------------------------------------------------------------------------------


@jobs.handler(accounts.FETCH, N_("Fetch contacts"), ended=_ended)
async def _fetch(job: Job) -> None:
    total = await db.look(_expected, int(job.payload["source"]))
    await _in_thread(job, FETCHES, lambda watch: fetching.fetch(job, watch), total)


def _expected(session: Session, source_id: int) -> int:
    chosen = (ContactFolder.source_id == source_id, col(ContactFolder.chosen))
    return sum(session.exec(select(ContactFolder.contacts).where(*chosen)))
