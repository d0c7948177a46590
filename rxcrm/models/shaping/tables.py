"""The tables of custom fields and option lists, and how they become part of the configuration."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Integer, SmallInteger, String, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, select

from rxcrm.models import configuration
from rxcrm.models.base import identity
from rxcrm.models.choices import Option, OptionList
from rxcrm.models.db import BigInt, Json, Moment, Money
from rxcrm.models.fields import FieldSpec, Kind, Level
from rxcrm.models.shaping.lists import LISTS, Listed
from rxcrm.translation import N_, Words


class CustomField(SQLModel, table=True):
    """A field that an administrator made; its values lie in `Record.custom` under its name (S 13.10).

    One that is not `active` is in no form, list or filter, but keeps its values. One with `deleted_on` is on its way out:
    its values go with it after 30 days, and until then it can be brought back.
    """

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("entity", "name"),)
    id: int | None = identity()
    entity: str = Field(sa_type=String(40))
    name: str = Field(sa_type=String(60))
    kind: str = Field(sa_type=String(20))
    label: str = Field(sa_type=String(100))
    labels: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    help: str = Field(default="", sa_type=String(500))
    length: int = Field(default=0, sa_type=Integer)
    low: Decimal | None = Field(default=None, sa_type=Money)
    high: Decimal | None = Field(default=None, sa_type=Money)
    target: str = Field(default="", sa_type=String(40))
    level: str = Field(default="", sa_type=String(20))
    filterable: bool = Field(default=False, sa_type=Boolean)
    position: int = Field(default=0, sa_type=Integer)
    active: bool = Field(default=True, sa_type=Boolean)
    deleted_on: datetime | None = Field(default=None, sa_type=Moment)
    created_on: datetime = Field(sa_type=Moment)
    created_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)

    @property
    def list_key(self) -> str:
        """The option list of a choice: its own, named after it."""
        return f"{self.entity}.{self.name}"


class ChoiceList(SQLModel, table=True):
    """An option list as administrators have shaped it; one without a row here is as it was shipped (S 9.8).

    `options` are `{"value", "label", "labels", "colour", "active", "status"}` in the order of the menu. An empty label is
    the shipped one, so that it goes on being translated. `next_value` is a number that no option has had yet.
    `defaults` maps a status, or "" where the list has none, to the option that new records begin with.
    """

    __tablename__ = "choice_list"
    key: str = Field(primary_key=True, sa_type=String(101))
    options: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    defaults: dict[str, int | None] = Field(default_factory=dict, sa_type=Json)
    next_value: int = Field(default=1000, sa_type=SmallInteger)


#: Kinds of fields that administrators can make, as people know them.
KINDS: dict[Kind, str] = {
    Kind.TEXT: N_("Text"),
    Kind.MEMO: N_("Several lines of text"),
    Kind.WHOLE: N_("Whole number"),
    Kind.DECIMAL: N_("Decimal number"),
    Kind.MONEY: N_("Amount of money"),
    Kind.DATE: N_("Date"),
    Kind.CHOICE: N_("Choice"),
    Kind.YESNO: N_("Yes or no"),
    Kind.LOOKUP: N_("Look-up"),
}
NO, YES = N_("No"), N_("Yes")


@configuration.reads("lists")
def _lists(session: Session) -> dict[str, OptionList]:
    """Every list that somebody has changed, by its key."""
    return {row.key: shaped(row) for row in session.exec(select(ChoiceList))}


def shaped(row: ChoiceList) -> OptionList:
    """A list with the options that are stored for it, and behind them those that a newer version brought along."""
    listed = LISTS.get(row.key)
    known = {int(option): option for option in listed.options} if listed else {}
    options = [_option(held, known) for held in row.options]
    stored = {int(option) for option in options}
    options += [option for value, option in known.items() if value not in stored]
    first = _first_status(listed)
    return OptionList(row.key, tuple(options), row.defaults.get(first), chosen=first in row.defaults)


def _first_status(listed: Listed | None) -> str:
    statuses = listed.statuses if listed else ()
    return str(statuses[0][0]) if statuses else ""


def _option(held: dict[str, Any], known: dict[int, Option]) -> Option:
    value = int(held["value"])
    before = known.get(value)
    label = Words(held["label"], held.get("labels")) if held.get("label") else before.label if before else str(value)
    return Option(
        value,
        label,
        colour=held.get("colour", ""),
        active=held.get("active", True),
        status=before.status if before else held.get("status"),
    )


@configuration.reads("reasons")
def _reasons(session: Session) -> dict[str, dict[str, int]]:
    """List of status reasons → status → its default reason, where an administrator has chosen one."""
    rows = session.exec(select(ChoiceList))
    return {row.key: {s: v for s, v in row.defaults.items() if s and v is not None} for row in rows}


@configuration.reads("fields")
def _fields(session: Session) -> dict[str, dict[str, tuple[FieldSpec, bool]]]:
    """Table → name of every custom field → its description, and whether it is in use."""
    lists = _lists(session)
    found: dict[str, dict[str, tuple[FieldSpec, bool]]] = {}
    ordered = select(CustomField).order_by(CustomField.position, CustomField.id)  # type: ignore[arg-type]
    for row in session.exec(ordered):
        spec = described(row, lists.get(row.list_key))
        found.setdefault(row.entity, {})[row.name] = (spec, row.active and row.deleted_on is None)
    return found


#: How far numbers reach whose bounds nobody has said.
MOST_WHOLE, MOST_MONEY, MOST_DECIMAL = 2_147_483_647, 1_000_000_000_000, 100_000_000_000


def described(row: CustomField, options: OptionList | None) -> FieldSpec:
    """A custom field as forms, lists, imports and everything else read it."""
    kind = Kind(row.kind)
    most = {Kind.WHOLE: MOST_WHOLE, Kind.MONEY: MOST_MONEY, Kind.DECIMAL: MOST_DECIMAL}.get(kind, 0)
    return FieldSpec(
        label=Words(row.label, row.labels),
        kind=kind,
        name=row.name,
        column=row.name,
        length=row.length,
        level=Level(row.level),
        options=(options or OptionList(row.list_key, ())) if kind is Kind.CHOICE else None,
        words=(NO, YES) if kind is Kind.YESNO else ("", ""),
        low=Decimal(-most) if row.low is None else row.low,
        high=Decimal(most) if row.high is None else row.high,
        target=row.target,
        custom=True,
        help=Words(row.help) if row.help else "",
    )
