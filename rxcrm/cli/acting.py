"""Who carries a command out: a user who is named, or the first administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from rxcrm.cli.sentences import refuse
from rxcrm.settings import settings

if TYPE_CHECKING:
    from sqlmodel import Session

    from rxcrm.models.people import User
    from rxcrm.models.records import Act

T = TypeVar("T")


def act_as(email: str | None, verb: Callable[[Act], T]) -> T:
    """Carry out a verb in one unit of work, as a user or as the first administrator who can sign in."""
    from rxcrm.models import db, setup
    from rxcrm.models.access import who_is
    from rxcrm.models.people import organisation, working_users
    from rxcrm.models.records import Act

    _ready()

    def unit(session: Session) -> T:
        org = organisation(session)
        if org is None or setup.is_needed(session):
            refuse("Nobody has set rxcrm up yet. Start it with `rxcrm serve` and open it in a browser, or set\n"
                    "RXCRM_ADMIN_EMAIL and RXCRM_ADMIN_PASSWORD, which create the first administrator.")  # fmt: skip
        if email:
            user = user_of(session, email)
            if user.disabled:
                refuse(f"{user.name} is disabled and cannot act.")
            return verb(Act(session, who_is(session, user, org), db.now()))
        everybody = (who_is(session, u, org) for u in sorted(working_users(session), key=lambda u: u.id or 0))
        first = next((who for who in everybody if who.administrator), None)
        return verb(Act(session, first or refuse("No administrator can act. Name somebody with --as."), db.now()))

    return db.transact(unit)


def _ready() -> None:
    """An empty database is filled with its tables; one that is behind waits for somebody to say so."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from rxcrm.models import db, migrating, setup

    with db.engine().connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        migrating.migrate(db.engine())
    elif revision != ScriptDirectory.from_config(migrating.config()).get_current_head():
        refuse("The database is not of this version of rxcrm. Stop the server, make a copy of it, then: rxcrm migrate")
    if settings().admin_email and settings().admin_password and db.read(setup.is_needed):
        db.transact(setup.set_up_from_settings, settings().admin_email, settings().admin_password, db.now())


def user_of(session: Session, email: str) -> User:
    from sqlmodel import select

    from rxcrm.models.people import User

    found = session.exec(select(User).where(User.email == email.strip().lower())).first()
    return found or refuse(f"There is no user with the e-mail address {email}. See: rxcrm user list")
