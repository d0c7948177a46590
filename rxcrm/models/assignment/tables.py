"""The tables of assignment rules: rules, what holds for all of them, who works when, and what came of each lead (S 3.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models import configuration
from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment
from rxcrm.models.filters.conditions import BadFilter, Group, read
from rxcrm.translation import N_


class State(StrEnum):
    """A rule begins as a draft, which is only tried; later it is on or off."""

    DRAFT = "draft"
    ON = "on"
    OFF = "off"


class How(StrEnum):
    """To whom a lead goes: to the one user or team that the rule names, or to one of several people."""

    ONE = "one"
    TURNS = "turns"
    LOAD = "load"


class Working(StrEnum):
    """Whether working days count: not at all, those of today, or of the next days until somebody works (R3.34)."""

    ANY = ""
    TODAY = "today"
    SOON = "soon"


class Outcome(StrEnum):
    """What a rule came to: somebody got the lead, nobody could, or nobody could and an administrator has seen it."""

    GIVEN = "given"
    FAILED = "failed"
    SEEN = "seen"


#: A user whom nobody has said anything else of works from Monday to Friday: bit 0 is Monday.
USUAL_DAYS = 0b0011111
EVERY_DAY = 0b1111111

#: Why a rule gave a lead to nobody.
NOBODY = N_("Nobody whom the rule names may own leads.")
NOBODY_WORKS = N_("Nobody whom the rule names works on this day.")
NOBODY_WORKS_SOON = N_("Nobody whom the rule names works within five days.")
EVERYBODY_IS_FULL = N_("Everybody whom the rule names has as many open leads as allowed.")


class AssignmentRule(SQLModel, table=True):
    """One rule: for which leads (`condition`, as rxcrm.models.filters writes it), and who gets them.

    `targets` are "user:3", "team:5" and "territory:7", in the order in which they take turns. `most_open` is how many open leads somebody
    may have and still get another. `turn` counts whose turn it is; only who gives leads changes it. `version` counts changes.
    """

    __tablename__ = "assignment_rule"
    id: int | None = identity()
    version: int = Field(default=1, sa_type=Integer)
    name: str = Field(sa_type=String(100))
    condition: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    how: str = Field(default=How.ONE.value, sa_type=String(10))
    targets: list[str] = Field(default_factory=list, sa_type=Json)
    working: str = Field(default=Working.ANY.value, sa_type=String(10))
    most_open: int | None = Field(default=None, sa_type=Integer)
    state: str = Field(default=State.DRAFT.value, sa_type=String(10))
    position: int = Field(default=0, sa_type=Integer)
    turn: int = Field(default=0, sa_type=BigInteger)
    created_on: datetime = Field(sa_type=Moment)
    modified_on: datetime = Field(sa_type=Moment)
    modified_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)


class AssignmentSettings(SQLModel, table=True):
    """The one row of what holds for all rules. Whoever gives leads locks it first, so that turns and limits are exact.

    `typed` and `imported` say which leads the rules are asked about, `fallback` ("user:3", "team:5" or nobody) who gets
    those that a rule could give to nobody.
    """

    __tablename__ = "assignment_settings"
    id: int | None = identity()
    typed: bool = Field(default=True, sa_type=Boolean)
    imported: bool = Field(default=True, sa_type=Boolean)
    fallback: str = Field(default="", sa_type=String(40))


class Availability(SQLModel, table=True):
    """On which days of the week a user works (bit 0: Monday), and how many open leads he may have and still get another."""

    user_id: int = Field(primary_key=True, foreign_key="user.id", sa_type=BigInt)
    days: int = Field(default=USUAL_DAYS, sa_type=Integer)
    most_open: int | None = Field(default=None, sa_type=Integer)


class LeadAssignment(SQLModel, table=True):
    """What the rules came to for one lead, the last time that they were asked: which rule, when, and whom it belonged to then.

    The name stays when the rule is gone. `reason` is a message of the catalogue.
    """

    __tablename__ = "lead_assignment"
    __table_args__ = (Index("ix_lead_assignment_outcome", "outcome", "at"),)
    lead_id: int = Field(primary_key=True, sa_type=BigInt)
    rule_id: int | None = Field(default=None, sa_type=BigInt)
    rule_name: str = Field(sa_type=String(100))
    at: datetime = Field(sa_type=Moment)
    outcome: str = Field(sa_type=String(10))
    reason: str = Field(default="", sa_type=String(200))
    user_id: int | None = Field(default=None, sa_type=BigInt)
    team_id: int | None = Field(default=None, sa_type=BigInt)


# -- as every process knows them -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """A rule as it is asked. `condition` is None for one that is damaged, which is never asked."""

    id: int
    name: str
    condition: Group | None
    how: How
    targets: tuple[str, ...]
    working: Working = Working.ANY
    most_open: int | None = None


@dataclass(frozen=True)
class Book:
    """The rules that are on, in their order, and what holds for all of them."""

    rules: tuple[Rule, ...] = ()
    typed: bool = True
    imported: bool = True
    fallback: str = ""


def rule_of(row: AssignmentRule) -> Rule:
    """A stored rule, to be asked."""
    try:
        condition: Group | None = read(row.condition)
    except BadFilter:
        condition = None
    how, working = How(row.how), Working(row.working)
    return Rule(row.id or 0, row.name, condition, how, tuple(row.targets), working, row.most_open)


@configuration.reads("assignment")
def _book(session: Session) -> Book:
    held = session.exec(select(AssignmentSettings)).first() or AssignmentSettings()
    on = select(AssignmentRule).where(AssignmentRule.state == State.ON.value)
    rules = session.exec(on.order_by(col(AssignmentRule.position), col(AssignmentRule.id)))
    return Book(tuple(rule_of(row) for row in rules), held.typed, held.imported, held.fallback)


def book() -> Book:
    """The rules of this unit of work."""
    found: Book | dict[str, Any] = configuration.current().part("assignment")
    return found if isinstance(found, Book) else Book()


def rules_decide() -> bool:
    """Whether rules are asked about leads that people type in."""
    return book().typed and bool(book().rules)
