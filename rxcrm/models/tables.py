"""Every table, imported once so that the metadata is whole; records by the name of their entity."""

from __future__ import annotations

from typing import Any

from rxcrm.models import (  # noqa: F401  (their tables join the metadata)
    connection,
    history,
    job,
    login,
    notification,
    operation,
    people,
    process,
    saved_view,
)
from rxcrm.models.account import Account
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.charting import tables as _charting  # noqa: F401
from rxcrm.models.contact import Contact
from rxcrm.models.errors import NotFound
from rxcrm.models.exchange import tables as _exchange  # noqa: F401
from rxcrm.models.exporting import tables as _exporting  # noqa: F401
from rxcrm.models.importing import books  # noqa: F401
from rxcrm.models.lead import Lead
from rxcrm.models.mail import tables as _mail  # noqa: F401
from rxcrm.models.matching import tables as _matching  # noqa: F401
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.shaping import tables as _shaping  # noqa: F401

RECORDS: dict[str, type[Record]] = {table.entity: table for table in (Lead, Account, Contact, Opportunity, Activity)}

for _table in RECORDS.values():
    # Every UPDATE says WHERE version = :read; without it most concurrent saves would be lost.
    for _column in _table.__table__.columns:  # type: ignore[attr-defined]
        # New rows begin with their class's defaults. A column's own would come again where somebody emptied the field.
        if _column.nullable and "spec" in _column.info:
            _column.default = None
    _mapper: Any = _table.__mapper__  # type: ignore[attr-defined]
    _mapper.version_id_col = _table.__table__.c.version  # type: ignore[attr-defined]


def record_table(entity: str) -> type[Record]:
    """The table of an entity; raises NotFound for a name that is none."""
    try:
        return RECORDS[entity]
    except KeyError:
        raise NotFound from None
