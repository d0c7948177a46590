"""Contact sources and what their owners do with them: connect, look for folders, choose, fetch, forget.

Nothing here talks to a server: that is put off as a job (`working`), which ends up in the source's state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlmodel import Session, col, select

from rxcrm.models import jobs
from rxcrm.models.access import Privilege, may_create
from rxcrm.models.administration import require_administrator
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, NotYet
from rxcrm.models.exchange import registering, secrets
from rxcrm.models.exchange.signing_in import MICROSOFT
from rxcrm.models.exchange.tables import ContactFolder, ContactItem, ContactSource
from rxcrm.models.fields import clean, parse_email
from rxcrm.models.importing.books import ImportRun, RunStatus
from rxcrm.models.job import Job, JobState
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.translation import N_

GRAPH, CARDDAV = "graph", "carddav"
#: Kinds of work.
SIGN_IN, FOLDERS, FETCH = "contacts_sign_in", "contacts_folders", "contacts_fetch"
#: What contacts become.
BECOME = ("contact", "lead")
NAME_LENGTH, ADDRESS_LENGTH, SECRET_LENGTH = 100, 500, 500
#: Sources of one user.
MOST = 50


@dataclass
class Shown:
    """A source as its page shows it. `doing` is the kind of work under way, "" if none; times are ISO."""

    id: int
    kind: str
    name: str
    address: str
    account: str
    entity: str
    owner: str
    signed_in: bool
    doing: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""
    fetched_on: str = ""
    run_id: int = 0
    #: Whether the import that the last fetch began still waits to be carried out.
    run_waits: bool = False
    state: dict[str, Any] = field(default_factory=dict)


def topic(user_id: int) -> str:
    """Where news of a user's sources is told."""
    return f"contacts_of:{user_id}"


def require(act: Act) -> None:
    """Raises NotAllowed for whoever may not import."""
    if not act.who.holds(Privilege.IMPORT):
        raise NotAllowed(N_("Your role may not import files."))


# -- looking ---------------------------------------------------------------------------------------------------------


def mine(act: Act) -> list[Shown]:
    """The user's own sources, by name."""
    require(act)
    return _listed(act, col(ContactSource.owner_id) == act.who.id)


def others(act: Act) -> list[Shown]:
    """The sources of everybody else, for administrators: whose they are, not what is in them."""
    require_administrator(act)
    return [
        Shown(s.id, s.kind, s.name, "", "", "", s.owner, s.signed_in, fetched_on=s.fetched_on)
        for s in _listed(act, col(ContactSource.owner_id) != act.who.id)
    ]


def _listed(act: Act, whose: Any) -> list[Shown]:
    rows = act.session.exec(
        select(ContactSource, User.name, Job, ImportRun.status)
        .join(User, col(User.id) == col(ContactSource.owner_id))
        .join(Job, col(Job.id) == col(ContactSource.job_id), isouter=True)
        .join(ImportRun, col(ImportRun.id) == col(ContactSource.run_id), isouter=True)
        .where(whose)
        .order_by(User.name_key, ContactSource.name, col(ContactSource.id))
    )
    return [_shown(act, *row) for row in rows]


def _shown(act: Act, source: ContactSource, owner: str, job: Job | None, run: str | None) -> Shown:
    busy = job is not None and job.state in jobs.UNFINISHED
    problem = jobs.read_problem(json.loads(source.problem)) if source.problem else None
    return Shown(
        id=source.id or 0,
        kind=source.kind,
        name=source.name,
        address=source.address,
        account=source.account,
        entity=source.entity,
        owner=owner,
        signed_in=signed_in(source),
        doing=job.kind if job and busy else "",
        done=job.done if job and busy else 0,
        total=job.total if job and busy else 0,
        problem=problem.text(act.who.conventions.locale) if problem and not busy else "",
        fetched_on=source.fetched_on.isoformat() if source.fetched_on else "",
        run_id=source.run_id or 0,
        run_waits=run == RunStatus.UPLOADED.value,
        state=dict(source.state),
    )


def signed_in(source: ContactSource) -> bool:
    """Whether there is something to sign in with."""
    return bool(source.account) or by_itself(source)


def by_itself(source: ContactSource) -> bool:
    """Whether the application reads the mailbox without anybody signing in."""
    return source.kind == GRAPH and bool(source.address)


def find(act: Act, source_id: int) -> ContactSource:
    """A source of the user's own, locked; another's is not there for him, whoever he is."""
    require(act)
    source = _any(act, source_id)
    if source is None or source.owner_id != act.who.id:
        raise NotFound(N_("There is no such contact source."))
    return source


def _any(act: Act, source_id: int) -> ContactSource | None:
    wanted = select(ContactSource).where(ContactSource.id == source_id).with_for_update()
    return act.session.exec(wanted).first() if 0 < source_id < LARGEST_ID else None


def folders(act: Act, source_id: int) -> list[ContactFolder]:
    """The folders of a source of one's own, as they were found last."""
    find(act, source_id)
    wanted = select(ContactFolder).where(ContactFolder.source_id == source_id).order_by(col(ContactFolder.id))
    return list(act.session.exec(wanted))


# -- adding, changing, forgetting ------------------------------------------------------------------------------------


def add_mailbox(act: Act, typed: Mapping[str, str]) -> ContactSource:
    """A mailbox of Microsoft 365: one's own, to which one then signs in, or for administrators one by its address."""
    require(act)
    if not registering.is_made(act.session):
        raise NotYet(registering.NOT_REGISTERED)
    problems: dict[str, CrmError] = {}
    address = clean(typed.get("address", ""))
    if address:
        require_administrator(act)
        try:
            address = parse_email(address)
        except BadValue as refusal:
            problems["address"] = refusal
        if not registering.app(act.session).secret:
            problems["address"] = NotYet(N_("Mailboxes can only be named if the app registration has a client secret."))
    return _added(
        act,
        ContactSource(kind=GRAPH, name=address or MICROSOFT, address=address, **_begun(act)),
        typed,
        problems,
    )


def add_carddav(act: Act, typed: Mapping[str, str]) -> ContactSource:
    """An account on a CardDAV server; its address books are looked for at once. Raises Invalid."""
    require(act)
    source = ContactSource(kind=CARDDAV, name="", **_begun(act))
    problems = _read_carddav(source, typed, new=True)
    source.name = urlsplit(source.address).hostname or "CardDAV"
    return _added(act, source, typed, problems)


def _begun(act: Act) -> dict[str, Any]:
    return {"owner_id": act.who.id, "created_on": act.now}


def _added(act: Act, source: ContactSource, typed: Mapping[str, str], problems: dict[str, CrmError]) -> ContactSource:
    count = len(act.session.exec(select(ContactSource.id).where(ContactSource.owner_id == act.who.id)).all())
    if count >= MOST:
        raise NotAllowed(N_("You have %(n)s contact sources already."), n=count)
    problems |= _read_name(source, typed)
    if problems:
        raise Invalid(problems)
    act.session.add(source)
    act.session.flush()
    _put_off(act, source, FOLDERS if signed_in(source) else SIGN_IN)
    return source


def change(act: Act, source_id: int, typed: Mapping[str, str]) -> ContactSource:
    """Change name, and of a CardDAV account address, user and password; an empty password keeps the one there."""
    source = find(act, source_id)
    _idle(act, source)
    before = (source.address, source.account)
    problems = _read_name(source, {"name": source.name, **typed})
    if source.kind == CARDDAV:
        problems |= _read_carddav(source, typed, new=False)
    if problems:
        act.session.expire(source)
        raise Invalid(problems)
    if source.kind == CARDDAV and ((source.address, source.account) != before or typed.get("password")):
        if (source.address, source.account) != before:
            forget_folders(act.session, source)
        _put_off(act, source, FOLDERS)
    act.session.flush()
    _changed(act, source)
    return source


def _read_name(source: ContactSource, typed: Mapping[str, str]) -> dict[str, CrmError]:
    name = clean(typed.get("name", "")) or source.name
    if not name:
        return {"name": BadValue(N_("%(label)s is required."), label=N_("Name"))}
    if len(name) > NAME_LENGTH:
        return {"name": BadValue(N_("Use at most %(n)s characters."), n=NAME_LENGTH)}
    source.name = name
    return {}


def _read_carddav(source: ContactSource, typed: Mapping[str, str], *, new: bool) -> dict[str, CrmError]:
    problems: dict[str, CrmError] = {}
    kept = str(secrets.unseal(source.secret).get("password", "")) if not new and not typed.get("password") else ""
    try:
        address = read_address(typed.get("address", source.address))
        # Where the password goes is chosen together with the password.
        if kept and urlsplit(address)[:2] != urlsplit(source.address)[:2]:
            problems["password"] = BadValue(N_("Enter the password again: it goes to another server."))
        source.address = address
    except BadValue as refusal:
        problems["address"] = refusal
    account, password = clean(typed.get("account", source.account)), typed.get("password", "") or kept
    if not 0 < len(account) <= 254 or ":" in account:
        problems["account"] = BadValue(N_("%(label)s is required."), label=N_("User name"))
    if not 0 < len(password) <= SECRET_LENGTH:
        problems.setdefault("password", BadValue(N_("%(label)s is required."), label=N_("Password")))
    source.account = account[:254]
    if not problems:
        source.secret = secrets.seal({"password": password})
    return problems


def read_address(text: str) -> str:
    """The address of a CardDAV server: https, or http on this very computer; "dav.example.com" means https.

    >>> read_address("dav.example.com"), read_address("https://Dav.example.com/dav/")
    ('https://dav.example.com/', 'https://dav.example.com/dav/')
    """
    text = clean(text)
    text = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if not host or len(text) > ADDRESS_LENGTH or any(c.isspace() for c in text):
        raise BadValue(N_("This is not an address of a server."))
    if parts.scheme not in ("http", "https"):
        raise BadValue(N_("The address must begin with https://."))
    if parts.username or parts.password:
        raise BadValue(N_("Enter user name and password in their own fields."))
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        raise BadValue(N_("The address must begin with https://, so that nobody can read the password."))
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path or '/'}"


def remove(act: Act, source_id: int) -> ContactSource:
    """Forget a source with its sign-in; what was imported from it stays. Administrators may remove anybody's."""
    require(act)
    source = _any(act, source_id)
    if source is None or (source.owner_id != act.who.id and not act.who.administrator):
        raise NotFound(N_("There is no such contact source."))
    _stop(act, source)
    forget_folders(act.session, source)
    act.session.delete(source)
    act.session.flush()
    _changed(act, source)
    return source


def forget_folders(session: Session, source: ContactSource) -> None:
    """Everything that is known of a source's folders."""
    inside = select(ContactFolder.id).where(ContactFolder.source_id == source.id)
    session.execute(delete(ContactItem).where(col(ContactItem.folder_id).in_(inside)))
    session.execute(delete(ContactFolder).where(col(ContactFolder.source_id) == source.id))
    source.run_id = None


# -- letting it be done ----------------------------------------------------------------------------------------------


def sign_in(act: Act, source_id: int) -> ContactSource:
    """Begin to sign in to one's mailbox: Microsoft gives a code for it."""
    source = find(act, source_id)
    if source.kind != GRAPH or by_itself(source):
        raise NotAllowed(N_("Nobody signs in to this source."))
    _idle(act, source)
    _put_off(act, source, SIGN_IN)
    return source


def look_for_folders(act: Act, source_id: int) -> ContactSource:
    """Ask the server which folders there are now."""
    source = find(act, source_id)
    _idle(act, source)
    _ready(source)
    _put_off(act, source, FOLDERS)
    return source


def fetch(act: Act, source_id: int, chosen: Sequence[int], entity: str, *, everything: bool = False) -> ContactSource:
    """Fetch what changed in the chosen folders (by id), or with `everything` all that is in them, into a new import.

    Raises NotAllowed without the right to create such records, NotYet if no folder is chosen.
    """
    source = find(act, source_id)
    if entity not in BECOME:
        raise NotFound
    if not (decision := may_create(act.who, entity)):
        raise NotAllowed(decision.because)
    _idle(act, source)
    _ready(source)
    known = folders(act, source_id)
    if not any(folder.id in chosen for folder in known):
        raise NotYet(N_("Choose at least one folder."))
    for folder in known:
        folder.chosen = folder.id in chosen
    source.entity = entity
    _put_off(act, source, FETCH, everything=everything)
    return source


def cancel(act: Act, source_id: int) -> ContactSource:
    """Call off what is being done for a source; twice is harmless."""
    source = find(act, source_id)
    _stop(act, source)
    _changed(act, source)
    return source


def _ready(source: ContactSource) -> None:
    if not signed_in(source):
        raise NotYet(N_("Sign in first."))


def _idle(act: Act, source: ContactSource) -> None:
    job = act.session.get(Job, source.job_id) if source.job_id else None
    if job is not None and job.state in jobs.UNFINISHED:
        raise NotAllowed(N_("Something is being done for this source already."))


def _stop(act: Act, source: ContactSource) -> None:
    wanted = select(Job).where(Job.id == (source.job_id or 0)).with_for_update()
    job = act.session.exec(wanted).first()
    if job is not None and job.state in jobs.UNFINISHED:
        act.topics |= jobs.end(act.session, job, JobState.CANCELED, act.now)


def _put_off(act: Act, source: ContactSource, kind: str, **more: Any) -> None:
    payload = {"source": source.id, **more}
    job = jobs.enqueue(act.session, kind, payload, now=act.now, key=str(source.id), by=act.who.id)
    source.job_id, source.problem, source.state = job.id, "", {}
    act.session.flush()
    _changed(act, source)


def _changed(act: Act, source: ContactSource) -> None:
    act.topics.add(topic(source.owner_id))
