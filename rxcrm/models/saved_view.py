"""The tables of views that people saved: what a view shows, with whom it is shared, who begins with which (S 7.2, 9.1)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Index, Integer, String, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models import configuration
from rxcrm.models.base import identity
from rxcrm.models.base import key as folded
from rxcrm.models.db import BigInt, MaybeJson, Moment


class Purpose(StrEnum):
    """Where a view is used: offered in lists, or by look-ups, global search and the tables within forms (S R9.1)."""

    LIST = ""
    LOOKUP = "lookup"
    FIND = "find"
    ASSOCIATED = "associated"


class SavedView(SQLModel, table=True):
    """A view of one table, of a user (`owner_id`) or, without owner, of the system.

    `definition` is what it shows (see rxcrm.models.defining); None for a shipped view that administrators only moved or
    hid, and for a system view that nobody has published yet. `draft` is what an administrator has changed and not published.
    A row with a `key` changes the shipped view of that key. `version` counts changes.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("ix_saved_view_owner", "owner_id", "entity"),
        Index("ix_saved_view_entity", "entity", "key"),
    )
    id: int | None = identity()
    version: int = Field(default=1, sa_type=Integer)
    entity: str = Field(sa_type=String(40))
    key: str = Field(default="", sa_type=String(40))
    purpose: str = Field(default="", sa_type=String(20))
    name: str = Field(default="", sa_type=String(100))
    name_key: str = folded()
    description: str = Field(default="", sa_type=String(500))
    owner_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    definition: dict[str, Any] | None = Field(default=None, sa_type=MaybeJson)
    draft: dict[str, Any] | None = Field(default=None, sa_type=MaybeJson)
    active: bool = Field(default=True, sa_type=Boolean)
    #: Of system views: kept out of the selector, and in which place they stand in it.
    hidden: bool = Field(default=False, sa_type=Boolean)
    position: int = Field(default=0, sa_type=Integer)
    created_on: datetime = Field(sa_type=Moment)
    modified_on: datetime = Field(sa_type=Moment)
    modified_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)


class ViewShare(SQLModel, table=True):
    """A personal view opened to a user, a team or everybody of a role, who may also `change` it or not."""

    __tablename__ = "view_share"
    __table_args__ = (
        Index("ix_view_share_view_id", "view_id"),
        Index("ix_view_share_user_id", "user_id"),
    )
    id: int | None = identity()
    view_id: int = Field(foreign_key="saved_view.id", sa_type=BigInt)
    user_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    team_id: int | None = Field(default=None, foreign_key="team.id", sa_type=BigInt)
    role: str = Field(default="", sa_type=String(40))
    change: bool = Field(default=False, sa_type=Boolean)


class ViewDefault(SQLModel, table=True):
    """The system view with which everybody of a role begins; the role "" means everybody."""

    __tablename__ = "view_default"
    __table_args__ = (UniqueConstraint("entity", "role"),)
    id: int | None = identity()
    entity: str = Field(sa_type=String(40))
    role: str = Field(default="", sa_type=String(40))
    view: str = Field(sa_type=String(40))


@configuration.reads("views")
def _system_views(session: Session) -> dict[str, list[dict[str, Any]]]:
    """The system views by table, as data: rxcrm.models.system_views makes views of them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in session.exec(select(SavedView).where(col(SavedView.owner_id).is_(None)).order_by(col(SavedView.id))):
        found.setdefault(row.entity, []).append(row.model_dump(exclude={"draft"}) | {"drafted": row.draft is not None})
    return found


@configuration.reads("view_defaults")
def _defaults(session: Session) -> dict[tuple[str, str], str]:
    """(table, role) → the key of the view with which its people begin."""
    return {(row.entity, row.role): row.view for row in session.exec(select(ViewDefault))}
