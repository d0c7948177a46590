"""The tables of the lead score, and how they become part of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, SmallInteger, String
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models import configuration
from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment
from rxcrm.models.filters.conditions import BadFilter, Group, read
from rxcrm.models.scoring.bayes import Model


class ScoreRule(SQLModel, table=True):
    """So many `points` for every lead of which the condition holds; without a `label` the condition itself is told."""

    __tablename__ = "score_rule"
    id: int | None = identity()
    version: int = Field(default=1, sa_type=Integer)
    label: str = Field(default="", sa_type=String(100))
    condition: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    points: int = Field(default=0, sa_type=SmallInteger)
    active: bool = Field(default=True, sa_type=Boolean)
    position: int = Field(default=0, sa_type=Integer)
    created_on: datetime = Field(sa_type=Moment)
    modified_on: datetime = Field(sa_type=Moment)
    modified_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)


class ScoreModel(SQLModel, table=True):
    """What was learned from closed leads at one moment: the newest row counts, earlier ones are kept a while to compare.

    `won` and `lost` count the leads that taught it; `learned` is a bayes.Model as JSON, empty where there were too few.
    `calibration` says how well leads were estimated that had been held back (rxcrm.models.scoring.learning).
    """

    __tablename__ = "score_model"
    id: int | None = identity()
    learned_on: datetime = Field(sa_type=Moment)
    won: int = Field(default=0, sa_type=Integer)
    lost: int = Field(default=0, sa_type=Integer)
    learned: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    calibration: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


@dataclass(frozen=True)
class Rule:
    """A rule that is on, as scores are reckoned with it."""

    id: int
    label: str
    points: int
    where: Group


@dataclass(frozen=True, eq=False)
class Scoring:
    """How leads are scored: the rules that are on in their order, and what was learned, if anything."""

    rules: tuple[Rule, ...] = ()
    model: Model | None = None

    def __bool__(self) -> bool:
        return bool(self.rules or self.model)


NOTHING = Scoring()


@configuration.reads("score")
def _scoring(session: Session) -> Scoring:
    """The rules that can be read, and the newest model unless nobody wants one."""
    from rxcrm.models.people import Organisation  # tables need this module first

    found = []
    asked = select(ScoreRule).where(col(ScoreRule.active)).order_by(col(ScoreRule.position), col(ScoreRule.id))
    for row in session.exec(asked):
        try:
            found.append(Rule(row.id or 0, row.label, row.points, read(row.condition)))
        except BadFilter:  # damaged in the table: the settings tell it, and the other rules count
            continue
    if not session.scalar(select(col(Organisation.score_learns)).limit(1)):
        return Scoring(tuple(found))
    newest = session.exec(select(ScoreModel).order_by(col(ScoreModel.id).desc()).limit(1)).first()
    return Scoring(tuple(found), Model.read(newest.learned) if newest and newest.learned else None)


def scoring() -> Scoring:
    """How leads are scored in this unit of work."""
    return configuration.current().part("score") or NOTHING
