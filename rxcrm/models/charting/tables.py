"""The tables of charts and dashboards that people made, and with whom dashboards are shared."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, String
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, MaybeJson, Moment


class SavedChart(SQLModel, table=True):
    """A chart over one table, of a user (`owner_id`) or, without owner, of the system. `definition`: charts.to_json."""

    __tablename__ = "saved_chart"
    __table_args__ = (Index("ix_saved_chart_owner", "owner_id", "entity"),)
    id: int | None = identity()
    version: int = Field(default=1, sa_type=Integer)
    entity: str = Field(sa_type=String(40))
    name: str = Field(sa_type=String(100))
    definition: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    owner_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    created_on: datetime = Field(sa_type=Moment)
    modified_on: datetime = Field(sa_type=Moment)


class Dashboard(SQLModel, table=True):
    """Tiles in a grid, of a user or, without owner, of the system. `tiles`: rxcrm.models.charting.tiles.

    A row with a `key` changes the shipped dashboard of that key; without `tiles` it only hides or names it.
    """

    __table_args__ = (Index("ix_dashboard_owner_id", "owner_id"),)
    id: int | None = identity()
    version: int = Field(default=1, sa_type=Integer)
    key: str = Field(default="", sa_type=String(40))
    name: str = Field(default="", sa_type=String(100))
    tiles: list[dict[str, Any]] | None = Field(default=None, sa_type=MaybeJson)
    owner_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    hidden: bool = Field(default=False, sa_type=Boolean)
    created_on: datetime = Field(sa_type=Moment)
    modified_on: datetime = Field(sa_type=Moment)


class DashboardShare(SQLModel, table=True):
    """A dashboard opened to a user, a team or everybody of a role, who may also `change` it or not."""

    __tablename__ = "dashboard_share"
    __table_args__ = (
        Index("ix_dashboard_share_dashboard_id", "dashboard_id"),
        Index("ix_dashboard_share_user_id", "user_id"),
    )
    id: int | None = identity()
    dashboard_id: int = Field(foreign_key="dashboard.id", sa_type=BigInt)
    user_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    team_id: int | None = Field(default=None, foreign_key="team.id", sa_type=BigInt)
    role: str = Field(default="", sa_type=String(40))
    change: bool = Field(default=False, sa_type=Boolean)
