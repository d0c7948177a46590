"""The tables of currencies and exchange rates, and how they become part of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Date, Index, String
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models import configuration
from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Moment
from rxcrm.models.fields import currencies


class Currency(SQLModel, table=True):
    """A currency that the organisation uses, by its ISO 4217 code. One that is not `active` is offered no more."""

    code: str = Field(primary_key=True, sa_type=String(3))
    active: bool = Field(default=True, sa_type=Boolean)


class ExchangeRate(SQLModel, table=True):
    """What one unit of a currency is worth in the `base` currency from the day `since` on; `rate` is a decimal as text."""

    __tablename__ = "exchange_rate"
    __table_args__ = (Index("uq_exchange_rate_code", "code", "base", "since", unique=True),)
    id: int | None = identity()
    code: str = Field(sa_type=String(3))
    base: str = Field(sa_type=String(3))
    since: date = Field(sa_type=Date)
    rate: str = Field(sa_type=String(30))
    created_on: datetime = Field(sa_type=Moment)
    created_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)


@dataclass(frozen=True)
class Rate:
    """A rate and the day from which it holds."""

    since: date
    value: Decimal


@dataclass(frozen=True)
class Known:
    """The currencies that may be chosen, in the order of their codes; (currency, base) → its rates, the newest first."""

    offered: tuple[str, ...] = ()
    rates: dict[tuple[str, str], tuple[Rate, ...]] | None = None


def offered() -> tuple[str, ...]:
    """The codes that forms offer: those that were added, or all there are while there is none."""
    known: Known | None = configuration.current().part("currencies") or None
    return known.offered if known and known.offered else currencies()


@configuration.reads("currencies")
def _known(session: Session) -> Known:
    offered = session.exec(select(Currency.code).where(col(Currency.active).is_(True)).order_by(Currency.code)).all()
    rates: dict[tuple[str, str], tuple[Rate, ...]] = {}
    for row in session.exec(select(ExchangeRate).order_by(col(ExchangeRate.since).desc())):
        key = (row.code, row.base)
        rates[key] = (*rates.get(key, ()), Rate(row.since, Decimal(row.rate)))
    return Known(tuple(offered), rates)
