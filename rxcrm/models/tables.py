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
    process_tables,
    saved_view,
)
from rxcrm.models.account import Account
from rxcrm.models.activity import Activity
from rxcrm.models.addresses import tables as _addresses  # noqa: F401
from rxcrm.models.api import tables as _api  # noqa: F401
from rxcrm.models.assignment import tables as _assignment  # noqa: F401
from rxcrm.models.base import Record
from rxcrm.models.campaign import Campaign
from rxcrm.models.charting import tables as _charting  # noqa: F401
from rxcrm.models.column_security import tables as _column_security  # noqa: F401
from rxcrm.models.contact import Contact
from rxcrm.models.currencies import tables as _currencies  # noqa: F401
from rxcrm.models.errors import NotFound
from rxcrm.models.exchange import tables as _exchange  # noqa: F401
from rxcrm.models.exporting import tables as _exporting  # noqa: F401
from rxcrm.models.forms import tables as _forms  # noqa: F401
from rxcrm.models.importing import books  # noqa: F401
from rxcrm.models.lead import Lead
from rxcrm.models.mail import tables as _mail  # noqa: F401
from rxcrm.models.matching import tables as _matching  # noqa: F401
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.qualifying import tables as _qualifying  # noqa: F401
from rxcrm.models.reference import Reference
from rxcrm.models.sampling import tables as _sampling  # noqa: F401
from rxcrm.models.scoring import tables as _scoring  # noqa: F401
from rxcrm.models.settings_file import tables as _settings_file  # noqa: F401
from rxcrm.models.shaping import tables as _shaping  # noqa: F401
from rxcrm.models.tagging import tables as _tagging  # noqa: F401
from rxcrm.models.territory import Territory

RECORDS: dict[str, type[Record]] = {table.entity: table for table in (Lead, Account, Contact, Opportunity, Activity)}
#: What records refer to, beside each other: kept in the settings, seen by everybody.
REFERENCES: dict[str, type[Reference]] = {table.entity: table for table in (Campaign, Territory)}
#: Every table that a look-up can point to.
POINTED: dict[str, type[Record]] = {**RECORDS, **REFERENCES}

for _table in POINTED.values():
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


def pointed_table(entity: str) -> type[Record]:
    """The table that a look-up points to, records or what they refer to; raises NotFound for a name that is none."""
    try:
        return POINTED[entity]
    except KeyError:
        raise NotFound from None
