"""The app registration with Microsoft Entra: made once by an administrator, used by everybody who has a mailbox there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from rxcrm.models.administration import require_administrator
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotYet
from rxcrm.models.exchange import secrets
from rxcrm.models.exchange.signing_in import App
from rxcrm.models.exchange.tables import ExchangeApp
from rxcrm.models.fields import clean
from rxcrm.models.records import Act
from rxcrm.translation import N_

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"(?=.{3,120}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,}")
#: Tenants that are none: whoever has a work account, or any account at all.
ANYBODY = ("organizations", "common", "consumers")
LONGEST_SECRET = 500

NOT_REGISTERED = N_("An administrator must first enter the app registration of your organisation.")


@dataclass(frozen=True)
class Registration:
    """What is shown of it: never the secret, only whether there is one."""

    tenant: str = ""
    client_id: str = ""
    has_secret: bool = False

    @property
    def made(self) -> bool:
        return bool(self.client_id)


def shown(act: Act) -> Registration:
    """The registration for an administrator."""
    require_administrator(act)
    row = _row(act.session)
    return Registration(row.tenant, row.client_id, bool(row.secret)) if row else Registration()


def is_made(session: Session) -> bool:
    """Whether mailboxes can be connected at all."""
    return _row(session) is not None


def save(act: Act, typed: Mapping[str, str]) -> ExchangeApp:
    """Enter or change it; an empty secret keeps the one that is there, `forget` = "1" removes it. Raises Invalid."""
    require_administrator(act)
    row = _row(act.session)
    tenant = clean(typed.get("tenant", row.tenant if row else "")).lower()
    client_id = clean(typed.get("client_id", row.client_id if row else "")).lower()
    secret = typed.get("secret", "").strip()
    problems: dict[str, CrmError] = {}
    if tenant not in ANYBODY and not _GUID.fullmatch(tenant) and not _DOMAIN.fullmatch(tenant):
        problems["tenant"] = BadValue(
            N_("Enter the directory (tenant) ID, such as 72f988bf-86f1-41af-91ab-2d7cd011db47, or a domain of it.")
        )
    if not _GUID.fullmatch(client_id):
        problems["client_id"] = BadValue(
            N_("Enter the application (client) ID, such as 00000003-0000-0ff1-ce00-000000000000.")
        )
    if len(secret) > LONGEST_SECRET or _GUID.fullmatch(secret.lower()):
        problems["secret"] = BadValue(N_("Enter the value of the client secret, not its ID."))
    if problems:
        raise Invalid(problems)
    if row is None:
        row = ExchangeApp(tenant=tenant, client_id=client_id, modified_on=act.now)
        act.session.add(row)
    row.tenant, row.client_id, row.modified_on = tenant, client_id, act.now
    if secret:
        row.secret = secrets.seal({"secret": secret})
    elif typed.get("forget") == "1":
        row.secret = ""
    act.session.flush()
    return row


def app(session: Session) -> App:
    """The registration to sign in with. Raises NotYet if there is none."""
    row = _row(session)
    if row is None:
        raise NotYet(NOT_REGISTERED)
    return App(row.tenant, row.client_id, str(secrets.unseal(row.secret).get("secret", "")))


def _row(session: Session) -> ExchangeApp | None:
    return session.exec(select(ExchangeApp).limit(1)).first()
