"""The records that look-ups make because there are none: an account by its name, a contact by name or e-mail address (S 6.4, 8.)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlmodel import Session, select

from rxcrm.models.access import Who
from rxcrm.models.base import Record
from rxcrm.models.importing.checked import Checked
from rxcrm.models.importing.lookups import MADE, Pending
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import record_table

if TYPE_CHECKING:
    from rxcrm.models.importing.writing import Writer

#: The look-ups of a row that say where its new contact works.
_COMPANY = ("account_id", "existing_account_id")


def settle(
    session: Session,
    rows: Sequence[Checked],
    run_id: int,
    who: Who,
    writer_of: Callable[[type[Record]], Writer],
    now: datetime,
) -> None:
    """Put ids in the place of every `Pending` in the values of some rows.

    A record is made once in a run, whatever was committed or rolled back meanwhile: what the run wrote is asked for
    first. New ones belong to the owner of the first row that names them; a new contact works where that row says.
    """
    for entity in MADE:
        wanted: dict[tuple[str, ...], tuple[Pending, Checked]] = {}
        for row, _, pending in _pending(rows, entity):
            wanted.setdefault(pending.key, (pending, row))
        if not wanted:
            continue
        table = record_table(entity)
        ids = _written(session, table, run_id, [pending for pending, _ in wanted.values()])
        fresh = [(key, pending, row) for key, (pending, row) in wanted.items() if key not in ids]
        made = [_checked(pending, row) for _, pending, row in fresh]
        if made:
            writer_of(table).create(session, made, now)
        ids |= {key: one.made for (key, _, _), one in zip(fresh, made, strict=True)}
        for row, name, pending in list(_pending(rows, entity)):
            cast(dict[str, Any], row.values)[name] = ids[pending.key]


def _pending(rows: Sequence[Checked], entity: str) -> Iterator[tuple[Checked, str, Pending]]:
    for row in rows:
        for name, value in (row.values or {}).items():
            if type(value) is Pending and value.entity == entity:
                yield row, name, value


def _checked(pending: Pending, row: Checked) -> Checked:
    values: dict[str, Any] = dict(pending.values)
    if pending.entity == "contact":
        company = next((i for name in _COMPANY if (i := (row.values or {}).get(name))), None)
        values["account_id"] = company if isinstance(company, int) else None
    return Checked(row.number, [], values, row.owner, remark=row.remark)


def _written(
    session: Session, table: type[Record], run_id: int, pending: Sequence[Pending]
) -> dict[tuple[str, ...], int]:
    """Those that this run has made already: one statement."""
    columns = cast(Any, table)
    keys = {_key(one): one for one in pending}
    mails = {key for kind, key in keys if kind == "email"}
    names = {key for kind, key in keys if kind == "name"}
    asked = select(columns.id, columns.name_key, columns.email_key).where(
        columns.import_id == run_id,
        columns.deleted_on.is_(None),
        columns.name_key.in_(names) | columns.email_key.in_(mails),
    )
    found: dict[tuple[str, ...], int] = {}
    for record_id, name, mail in session.execute(asked.order_by(columns.id)):
        for key in (("name", name), ("email", mail)):
            if key in keys:
                found.setdefault(keys[key].key, record_id)
    return found


def _key(pending: Pending) -> tuple[str, str]:
    values = dict(pending.values)
    if "email" in values:
        return "email", sort_key(values["email"])
    name = values.get("name") or f"{values.get('first_name', '')} {values.get('last_name', '')}".strip()
    return "name", sort_key(name)
