"""Which currencies are offered and what they are worth, as administrators keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name, get_currency_precision, get_currency_symbol
from sqlmodel import col, or_, select

from rxcrm.models import configuration
from rxcrm.models.access import Privilege
from rxcrm.models.currencies.rates import DIGITS, PLACES, today
from rxcrm.models.currencies.tables import Currency, ExchangeRate
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import FIRST_YEAR, LAST_YEAR, Kind, clean, currencies, fields_of, parse_number
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.shaping import meanwhile
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_

#: A rate is smaller than this.
LARGEST = Decimal(10**9)
GONE = N_("Another administrator has deleted this meanwhile.")
IS_BASE = N_("%(code)s is the currency in which amounts add up.")
IN_USE = N_("Records are in %(code)s. It can be deactivated, not deleted.")
FIXED = N_("Records hold amounts, which add up in %(code)s: it cannot be changed any more.")


# -- verbs -----------------------------------------------------------------------------------------------------------


def add(act: Act, code: str) -> str:
    """Offer a currency; the first one brings the organisation's own along. Returns its code. Raises Invalid."""
    _begin(act)
    code = clean(code).upper()
    if code not in currencies():
        raise Invalid({"code": BadValue(N_("Choose one of the list."))})
    row = act.session.get(Currency, code, populate_existing=True)
    if row is not None and row.active:
        raise Invalid({"code": BadValue(N_("%(code)s is in the list already."), code=code)})
    for each in {code, act.organisation.currency}:
        known = act.session.get(Currency, each)
        if known is None:
            act.session.add(Currency(code=each))
        elif each == code:
            known.active = True
    act.session.flush()
    return code


def deactivate(act: Act, code: str) -> None:
    """Offer a currency no more; records keep it, and go on being converted. Raises NotAllowed for the base currency."""
    row = _find(act, code)
    if code == act.organisation.currency:
        raise NotAllowed(IS_BASE, code=code)
    row.active = False
    act.session.flush()


def activate(act: Act, code: str) -> None:
    """Offer a currency again."""
    _find(act, code).active = True
    act.session.flush()


def remove(act: Act, code: str) -> None:
    """Take a currency that no record is in off the list, with its rates. Raises NotAllowed."""
    row = _find(act, code)
    if code == act.organisation.currency:
        raise NotAllowed(IS_BASE, code=code)
    if in_use(act, code):
        raise NotAllowed(IN_USE, code=code)
    for rate in act.session.exec(select(ExchangeRate).where(col(ExchangeRate.code) == code)):
        act.session.delete(rate)
    act.session.delete(row)
    act.session.flush()


def set_rate(act: Act, code: str, typed: Mapping[str, str], seen: Mapping[str, str]) -> ExchangeRate:
    """What a currency is worth from a day on: `rate` and `since` (ISO) are typed. Of one day there is one rate.

    `seen` are the rates by their days when the form was opened: one that another administrator has set since is not
    replaced unasked. Raises Invalid with every problem.
    """
    _find(act, code)
    if code == act.organisation.currency:
        raise NotAllowed(IS_BASE, code=code)
    problems: dict[str, CrmError] = {}
    rate, since = Decimal(0), today(act)
    try:
        rate = _rate(typed.get("rate", ""))
    except BadValue as problem:
        problems["rate"] = problem
    try:
        since = _day(typed.get("since", ""))
    except BadValue as problem:
        problems["since"] = problem
    base = act.organisation.currency
    of_day = select(ExchangeRate).where(
        ExchangeRate.code == code, ExchangeRate.base == base, ExchangeRate.since == since
    )
    row = act.session.exec(of_day).first()
    if row and not problems and row.rate not in (seen.get(since.isoformat()), f"{rate:f}"):
        problems["rate"] = BadValue(meanwhile.CHANGED, value=row.rate)
    if problems:
        raise Invalid(problems)
    if row is None:
        row = ExchangeRate(code=code, base=base, since=since, rate="", created_on=act.now)
    row.rate, row.created_on, row.created_by_id = f"{rate:f}", act.now, act.who.id
    act.session.add(row)
    act.session.flush()
    return row


def remove_rate(act: Act, rate_id: int) -> str:
    """Delete a rate that was typed by mistake; returns its currency. Raises NotAllowed if it is gone already."""
    _begin(act)
    row = act.session.get(ExchangeRate, rate_id, populate_existing=True)
    if row is None:
        raise NotAllowed(GONE)
    act.session.delete(row)
    act.session.flush()
    return row.code


def _begin(act: Act) -> None:
    require_administrator(act)
    configuration.changed(act)  # whoever else shapes something waits here


def require_administrator(act: Act) -> None:
    """Raises NotAllowed for everybody else."""
    if not act.who.holds(Privilege.ADMINISTER):
        raise NotAllowed


def _find(act: Act, code: str) -> Currency:
    _begin(act)
    row = act.session.get(Currency, code, populate_existing=True) if len(code) == 3 else None
    if row is None:
        raise NotFound(GONE)
    return row


def _rate(text: str) -> Decimal:
    """What was typed, as people write numbers anywhere. Raises BadValue."""
    if not clean(text):
        raise BadValue(N_("%(label)s is required."), label=N_("Rate"))
    value = parse_number(clean(text)[:40]).normalize()
    if value <= 0:
        raise BadValue(N_("A rate is larger than zero."))
    _sign, digits, exponent = value.as_tuple()
    if value >= LARGEST or -cast(int, exponent) > PLACES or len(digits) > DIGITS:
        raise BadValue(
            N_("A rate can have %(digits)s digits, %(places)s of them behind the point."), digits=DIGITS, places=PLACES
        )
    return value


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(clean(text))
    except ValueError:
        raise BadValue(N_("Choose a day.")) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadValue(N_("Choose a day."))
    return day


# -- what records hold -----------------------------------------------------------------------------------------------


def in_use(act: Act, code: str) -> bool:
    """Whether any record is in a currency, those in the recycle bin included: they may come back."""
    for table in RECORDS.values():
        if "currency" in fields_of(table):
            columns = cast(Any, table)
            if act.session.scalar(select(columns.id).where(columns.currency == code).limit(1)) is not None:
                return True
    return False


def used(act: Act) -> set[str]:
    """Every currency that records are in."""
    require_administrator(act)
    found: set[str] = set()
    for table in RECORDS.values():
        if "currency" in fields_of(table):
            found |= set(act.session.scalars(select(cast(Any, table).currency).distinct()))
    return found - {""}


def base_is_fixed(act: Act) -> bool:
    """Whether any record holds an amount: then the base currency stays what it is."""
    for table in RECORDS.values():
        columns = cast(Any, table)
        amounts = [getattr(columns, s.name) for s in fields_of(table).values() if s.kind is Kind.MONEY and not s.custom]
        if amounts and "currency" in fields_of(table):
            some = or_(*(amount.is_not(None) for amount in amounts))
            if act.session.scalar(select(columns.id).where(some).limit(1)) is not None:
                return True
    return False


def require_free_base(act: Act, typed: Mapping[str, str]) -> None:
    """Raises Invalid for another base currency once records hold amounts."""
    now = act.organisation.currency
    if typed.get("currency", now) != now and base_is_fixed(act):
        raise Invalid({"currency": NotAllowed(FIXED, code=now)})


# -- the page --------------------------------------------------------------------------------------------------------


@dataclass
class RateView:
    """A rate of the history: `now` holds today, `later` does not hold yet."""

    id: int
    since: str
    rate: str
    who: str
    now: bool = False
    later: bool = False


@dataclass
class CurrencyView:
    """A currency of the list: name, symbol and decimals as they are written in the reader's language."""

    code: str
    name: str
    symbol: str
    digits: int
    base: bool
    active: bool
    rate: str = ""
    since: str = ""
    rates: list[RateView] = field(default_factory=list)


@dataclass
class CurrenciesView:
    """The list with the base currency first; `free` are those that can be added, `[code, name]`."""

    number: int = 0
    base: str = ""
    base_name: str = ""
    fixed: bool = False
    today: str = ""
    rows: list[CurrencyView] = field(default_factory=list)
    free: list[list[str]] = field(default_factory=list)


def listed(act: Act) -> CurrenciesView:
    """Everything that the page shows."""
    require_administrator(act)
    base, day, locale = act.organisation.currency, today(act), _babel(act.who.conventions.locale)
    rows = {row.code: row.active for row in act.session.exec(select(Currency))}
    rates: dict[str, list[RateView]] = {}
    history = (
        select(ExchangeRate, User.name)
        .join(User, col(User.id) == col(ExchangeRate.created_by_id), isouter=True)
        .where(col(ExchangeRate.base) == base)
        .order_by(col(ExchangeRate.since).desc())
    )
    for rate, who in act.session.exec(history):
        found = rates.setdefault(rate.code, [])
        later = rate.since > day
        holds = not later and not any(one.now for one in found)
        found.append(RateView(rate.id or 0, rate.since.isoformat(), rate.rate, who or "", holds, later))
    views = []
    for code in sorted({*rows, base}, key=lambda one: (one != base, not rows.get(one, True), one)):
        of = rates.get(code, [])
        held = next((rate for rate in of if rate.now), None)
        views.append(
            CurrencyView(
                code=code,
                name=get_currency_name(code, locale=locale),
                symbol=get_currency_symbol(code, locale=locale),
                digits=get_currency_precision(code),
                base=code == base,
                active=code == base or rows.get(code, True),
                rate=held.rate if held else "",
                since=held.since if held else "",
                rates=of,
            )
        )
    free = [code for code in currencies() if not rows.get(code, False) and code != base]
    return CurrenciesView(
        number=configuration.current().number,
        base=base,
        base_name=get_currency_name(base, locale=locale),
        fixed=base_is_fixed(act),
        today=day.isoformat(),
        rows=views,
        free=[[code, f"{code} – {get_currency_name(code, locale=locale)}"] for code in free],
    )


def _babel(locale: str) -> Locale:
    try:
        return Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
