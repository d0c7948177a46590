"""The table of forms, and how forms become part of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, String
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models import configuration
from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, MaybeJson, Moment
from rxcrm.models.forms.layout import Layout, read
from rxcrm.models.forms.shipped import SHIPPED

#: The key of the form of a table that everybody has for whom there is no other.
MAIN = "main"


class Form(SQLModel, table=True):
    """A form of one table. That with the key "main" is for everybody; the others are for roles, the first that fits counts.

    `layout` is what people see: None for the shipped one, and for a form that nobody has published yet. `draft` is what an
    administrator has changed and not published: `{"name", "roles", "layout"}`. `version` counts changes of both.
    """

    __tablename__ = "form"
    __table_args__ = (Index("ix_form_entity", "entity"),)
    id: int | None = identity()
    version: int = Field(default=1, sa_type=Integer)
    entity: str = Field(sa_type=String(40))
    key: str = Field(default="", sa_type=String(40))
    name: str = Field(default="", sa_type=String(100))
    roles: list[str] = Field(default_factory=list, sa_type=Json)
    layout: dict[str, Any] | None = Field(default=None, sa_type=MaybeJson)
    draft: dict[str, Any] | None = Field(default=None, sa_type=MaybeJson)
    published: bool = Field(default=False, sa_type=Boolean)
    active: bool = Field(default=True, sa_type=Boolean)
    position: int = Field(default=0, sa_type=Integer)
    created_on: datetime = Field(sa_type=Moment)
    modified_on: datetime = Field(sa_type=Moment)
    modified_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)


@dataclass(frozen=True)
class Published:
    """A form that people see; without roles it is everybody's."""

    id: int
    name: str
    roles: frozenset[str]
    layout: Layout


@configuration.reads("forms")
def _forms(session: Session) -> dict[str, tuple[Published, ...]]:
    """Table → its published forms in the order in which they are tried; none where everything is as it was shipped."""
    found: dict[str, list[Published]] = {}
    ordered = select(Form).where(col(Form.published), col(Form.active)).order_by(col(Form.position), col(Form.id))
    for row in sorted(session.exec(ordered), key=lambda row: row.key == MAIN):
        if row.entity in SHIPPED and row.layout is not None:
            layout = read(row.layout, SHIPPED[row.entity])
            form = Published(row.id or 0, row.name, frozenset(row.roles if row.key != MAIN else ()), layout)
            found.setdefault(row.entity, []).append(form)
    return {entity: tuple(forms) for entity, forms in found.items()}
