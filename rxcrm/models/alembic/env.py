"""Runs migrations on the connection that rxcrm.models.migrating hands over."""

from typing import Literal

from alembic import context
from sqlmodel import SQLModel

from rxcrm.models import tables  # noqa: F401  (completes the metadata)
from rxcrm.models.db import Moment, Money


def _ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Leave the trigram indexes alone, which migrations make by hand, and those of custom fields, which a job makes."""
    by_job = kind == "index" and name and name.startswith("ix_custom_")
    return not by_job and not (kind in ("table", "index") and name and "_search" in name)


def _render(kind: str, thing: object, _context: object) -> str | Literal[False]:
    """Plain column types in migrations: they must run unchanged whatever becomes of our own."""
    if kind == "type" and isinstance(thing, Money):
        return "sa.BigInteger()"
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    include_object=_ours,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
