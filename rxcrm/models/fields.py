"""Fields, described once: label, kind, limits, options. Forms, lists, search, history and import read the description.

A table column is declared with one of the makers below (`text`, `choice`, `money` …); the description rides in the
column's `info` and comes back from `fields_of`. `parse` turns what a person typed into the stored value or a `BadValue`
sentence, `show` turns the stored value into what a person reads, `raw` into what a form control holds.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_territory_currencies
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, is_valid_number
from phonenumbers import parse as parse_phone
from sqlalchemy import Boolean, Date, Float, Integer, SmallInteger, String, Text
from sqlmodel import Field

from rxcrm.models import configuration
from rxcrm.models.choices import Choice, OptionList, shipped
from rxcrm.models.cleaning import clean as clean
from rxcrm.models.db import BigInt, Moment, Money
from rxcrm.models.errors import BadValue
from rxcrm.models.searching import plain
from rxcrm.models.tagging.vocabulary import BETWEEN, vocabulary
from rxcrm.translation import N_, gettext


class Kind(StrEnum):
    TEXT = "text"
    MEMO = "memo"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    CHOICE = "choice"
    YESNO = "yesno"
    MONEY = "money"
    CURRENCY = "currency"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"
    LOOKUP = "lookup"
    TAGS = "tags"


class Level(StrEnum):
    """Requirement of a field in forms and imports (S 1): required blocks saving, recommended only marks."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    OPTIONAL = ""


#: Numbers, dates and options are never longer than this; what is, costs no work.
LONGEST_NUMBER = 100
#: Years in which people plan; a task due in 9999 is a slip of the finger.
FIRST_YEAR, LAST_YEAR = 1900, 2199
#: What stands in the place of a value that its reader may not see (S 9.3).
MASK = "********"
#: What empty input means for kinds whose columns are never null.
EMPTY = {Kind.YESNO: False, Kind.CURRENCY: "", Kind.TAGS: ""}
TEXTUAL = {Kind.TEXT, Kind.MEMO, Kind.EMAIL, Kind.PHONE, Kind.URL}


@dataclass(frozen=True)
class FieldSpec:
    """What is true of one field wherever it appears.

    `name` is the column, `label` the spec's label (a catalogue message), `column` the name that Dynamics gives it.
    `length` counts characters; `low` and `high` bound numbers; `words` are the texts for no and yes.
    `target` is the table that a lookup points to. A locked field is shown but never typed into;
    one that `always` has a value starts with a default and cannot be emptied. A `custom` one was made by an administrator;
    its value lies in the record's JSON column (S 13.10), and `help` is his sentence about it. A `secured` one, which has its
    key there ("lead.budget_amount"), is seen only by whom a column security profile lets (S 9.3).
    """

    label: str
    kind: Kind
    name: str = ""
    column: str = ""
    length: int = 0
    level: Level = Level.OPTIONAL
    options: OptionList | None = None
    words: tuple[str, str] = ("", "")
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    target: str = ""
    locked: bool = False
    always: bool = False
    custom: bool = False
    help: str = ""
    secured: str = ""

    @property
    def seals(self) -> tuple[str, ...]:
        """The secured fields that one must be allowed to read to see this one: itself, if it is."""
        return (self.secured,) if self.secured else ()

    @property
    def required(self) -> bool:
        return self.level is Level.REQUIRED


@dataclass(frozen=True)
class Conventions:
    """How the person at the other end writes: language, time zone, region of phone numbers, currency (ISO codes).

    Weeks begin with `first_weekday` (0 = Monday), fiscal years on a day of a month. `reads` are the secured fields that he
    may read; of nobody in particular, none.
    """

    locale: str = "en"
    zone: str = "UTC"
    region: str = "US"
    currency: str = "USD"
    first_weekday: int = 0
    fiscal_month: int = 1
    fiscal_day: int = 1
    reads: frozenset[str] = frozenset()

    def sees(self, what: Sealed) -> bool:
        """Whether he may read a field: one that is not secured, or one that a profile lets him."""
        return not (seals := what.seals) or self.reads.issuperset(seals)


class Sealed(Protocol):
    """A field, or the way to one of a related record, with the secured fields on it."""

    @property
    def seals(self) -> tuple[str, ...]: ...


# -- declaring columns -----------------------------------------------------------------------------------------------


def _column(spec: FieldSpec, sa_type: Any, default: Any, **kwargs: Any) -> Any:
    nullable = kwargs.pop("nullable", default is None)
    return Field(
        default=default, sa_type=sa_type, sa_column_kwargs={"info": {"spec": spec}}, nullable=nullable, **kwargs
    )


def text(
    label: str, length: int, column: str = "", level: Level = Level.OPTIONAL, kind: Kind = Kind.TEXT, room: int = 0
) -> Any:
    """A single line of at most `length` characters; empty text, never null. The column may have more `room`."""
    return _column(FieldSpec(label, kind, column=column, length=length, level=level), String(room or length), "")


def email(label: str, column: str = "") -> Any:
    return text(label, 100, column, kind=Kind.EMAIL)


def phone(label: str, length: int, column: str = "") -> Any:
    return text(label, length, column, kind=Kind.PHONE)


def url(label: str, column: str = "") -> Any:
    return text(label, 200, column, kind=Kind.URL)


def memo(label: str, column: str = "", length: int = 2000, **spec: Any) -> Any:
    """Several lines."""
    return _column(FieldSpec(label, Kind.MEMO, column=column, length=length, **spec), Text(), "")


def choice(label: str, options: type[Choice], column: str = "", default: Choice | None = None, **spec: Any) -> Any:
    """One of the options' numbers, or null unless it `always` has one."""
    described = FieldSpec(label, Kind.CHOICE, column=column, options=shipped(options), **spec)
    number = None if default is None else int(default)
    return _column(described, SmallInteger(), number, nullable=not described.always)


def yesno(label: str, no: str, yes: str, column: str = "", default: bool = False) -> Any:
    """True or false, shown as one of two words (S 13.8)."""
    return _column(FieldSpec(label, Kind.YESNO, column=column, words=(no, yes)), Boolean(), default)


def currency(label: str, column: str = "", level: Level = Level.OPTIONAL) -> Any:
    """An ISO 4217 code, or empty for the organisation's currency."""
    return _column(FieldSpec(label, Kind.CURRENCY, column=column, length=3, level=level), String(3), "")


def money(label: str, high: int, column: str = "", low: int = 0, **spec: Any) -> Any:
    """An amount in the record's currency, two decimals, `low` to `high`."""
    described = FieldSpec(label, Kind.MONEY, column=column, low=Decimal(low), high=Decimal(high), **spec)
    return _column(described, Money(), None)


def whole(label: str, high: int, column: str = "") -> Any:
    """A whole number, 0 to `high`."""
    return _column(FieldSpec(label, Kind.WHOLE, column=column, high=Decimal(high)), Integer(), None)


def decimal(label: str, bound: int, column: str = "") -> Any:
    """A number between −bound and bound."""
    spec = FieldSpec(label, Kind.DECIMAL, column=column, low=Decimal(-bound), high=Decimal(bound))
    return _column(spec, Float(), None)


def day(label: str, column: str = "", **spec: Any) -> Any:
    """A calendar day without a time zone."""
    return _column(FieldSpec(label, Kind.DATE, column=column, **spec), Date(), None)


def moment(label: str, column: str = "", nullable: bool = False) -> Any:
    """A point in time, written by the system."""
    return _column(FieldSpec(label, Kind.MOMENT, column=column, locked=True), Moment(), None, nullable=nullable)


def time(label: str, column: str = "") -> Any:
    """A point in time that a person chooses, or null."""
    return _column(FieldSpec(label, Kind.MOMENT, column=column), Moment(), None)


def lookup(label: str, target: str, column: str = "", **described: Any) -> Any:
    """A reference to a record of `target`, or null.

    The tables of records point at each other in circles, so no foreign key holds it: records leave only through
    rxcrm.models.records.purge, which clears what points to them.
    """
    spec = FieldSpec(label, Kind.LOOKUP, column=column, target=target, **described)
    return _column(spec, BigInt, None, index=True)


def tags(label: str) -> Any:
    """Any number of tags: their numbers in one text (rxcrm.models.tagging.vocabulary)."""
    return _column(FieldSpec(label, Kind.TAGS), Text(), "")


@configuration.forgets
@functools.cache
def fields_of(table: Any) -> dict[str, FieldSpec]:
    """The described fields of a table class in the order of declaration, then those that administrators made.

    Their options are those of the configured lists (rxcrm.models.shaping).
    """
    lists, entity = configuration.current().part("lists"), getattr(table, "entity", "")
    found = {
        column.name: replace(column.info["spec"], name=column.name, secured=seal_of(entity, column.name))
        for column in table.__table__.columns
        if "spec" in column.info
    }
    for name, spec in found.items():
        if spec.options and spec.options.key in lists:
            found[name] = replace(spec, options=lists[spec.options.key])
    made = configuration.current().part("fields").get(entity, {})
    return found | {name: _sealed(entity, spec) for name, (spec, active) in made.items() if active}


def hidden_from(how: Conventions, table: Any) -> frozenset[str]:
    """The fields of a table that somebody may not see."""
    if not configuration.current().part("secured"):
        return frozenset()
    return frozenset(name for name, spec in fields_of(table).items() if not how.sees(spec))


def seal_of(entity: str, name: str) -> str:
    """The key of a secured field, also of one that is gone, of which history still tells; empty for any other."""
    secured = configuration.current().part("secured")
    return key if secured and (key := f"{entity}.{name}") in secured["keys"] else ""


def _sealed(entity: str, spec: FieldSpec) -> FieldSpec:
    return replace(spec, secured=seal) if (seal := seal_of(entity, spec.name)) else spec


def custom_spec(entity: str, name: str) -> FieldSpec | None:
    """A field that administrators made, also one that is not in use any more: its values can still be read."""
    known = configuration.current()
    found = known.part("fields").get(entity, {}).get(name)
    if found and known.part("secured"):
        return _sealed_custom(entity, name)
    return found[0] if found else None


@configuration.forgets
@functools.cache
def _sealed_custom(entity: str, name: str) -> FieldSpec:
    """Described once for each snapshot: values of custom fields are read by the thousand."""
    return _sealed(entity, configuration.current().part("fields")[entity][name][0])


def defaults_of(table: Any) -> dict[str, Any]:
    """What a new record begins with where administrators have chosen another option than the one that was shipped."""
    return {
        name: spec.options.default
        for name, spec in fields_of(table).items()
        if spec.options and spec.options.chosen and not (spec.options.default is None and spec.always)
    }


@configuration.forgets
@functools.cache
def _texts(entity: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of texts, and the texts in the JSON column."""
    from rxcrm.models.tables import pointed_table  # the tables need this module first

    texts = [spec for spec in fields_of(pointed_table(entity)).values() if spec.kind in TEXTUAL]
    return tuple(s.name for s in texts if not s.custom), tuple(s.name for s in texts if s.custom)


def plain_texts(record: Any, entity: str) -> dict[str, str] | None:
    """The plain spelling of those texts of a record for which a database's own lower case would not do; None for none.

    Most texts are ASCII: their plain spelling needs no place of its own (S 13.13).
    """
    columns, customs = _texts(entity)
    found = {name: plain(text) for name in columns if (text := getattr(record, name)) and not text.isascii()}
    for name in customs:
        if (text := record.custom.get(name)) and not text.isascii():
            found[name] = plain(text)
    return found or None


# -- typed → stored --------------------------------------------------------------------------------------------------

_CURRENCIES = "|".join(sorted(code for code in map(str, Locale("en").currencies) if len(code) == 3 and code.isalpha()))
_SIGNS = re.compile(rf"[\s\u00a0\u202f€$£¥₹]|(?<![A-Za-z])(?:{_CURRENCIES})(?![A-Za-z])|zł|Kč|kr\.?|R\$|Fr\.?")


def parse(spec: FieldSpec, typed: str, how: Conventions) -> Any:
    """The stored value for what a form control holds. Raises BadValue with a sentence; empty input is the empty value."""
    value = clean(typed, lines=spec.kind is Kind.MEMO)
    if spec.kind in TEXTUAL:
        return _parse_text(spec, value, how)
    if value == "":
        return EMPTY.get(spec.kind)
    if spec.kind is Kind.TAGS:
        return vocabulary().parse(value)
    if len(value) > LONGEST_NUMBER:
        raise BadValue(N_("“%(value)s” is too long."), value=value[:80])
    return _PARSERS[spec.kind](spec, value, how)


def _parse_text(spec: FieldSpec, value: str, how: Conventions) -> str:
    if value and spec.kind is Kind.EMAIL:
        value = parse_email(value)
    elif value and spec.kind is Kind.PHONE:
        value = tidy_phone(value, how.region, spec.length)
    elif value and spec.kind is Kind.URL:
        value = parse_url(value)
    if len(value) > spec.length:
        raise BadValue(
            N_("%(label)s can have at most %(length)s characters; this has %(count)s."),
            label=spec.label,
            length=spec.length,
            count=len(value),
        )
    return value


def parse_email(value: str) -> str:
    """The normalised address; raises BadValue."""
    try:
        return validate_email(value, check_deliverability=False, allow_smtputf8=True).normalized
    except EmailNotValidError:
        raise BadValue(
            N_("“%(value)s” is not an e-mail address. Example: name@example.com"), value=value[:80]
        ) from None


_EXTENSION = re.compile(r"(?i)(?<=[\d\s.,;)])(?:ext(?:ension|n)?|x)(?=[\s.:=]*\d)")
_WORDS = re.compile(r"[^\W\d_]")


def tidy_phone(value: str, region: str, length: int = 50) -> str:
    """International spelling of a valid number; anything else is kept as typed."""
    if _WORDS.search(_EXTENSION.sub("", value)):
        return value  # The parser would drop "Anna" or "(home)", or spell 1-800-FLOWERS in digits.
    try:
        number = parse_phone(value, region)
    except NumberParseException:
        return value
    if not (is_possible_number(number) and is_valid_number(number)):
        return value
    tidy = format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return tidy if len(tidy) <= length else value


def parse_url(value: str) -> str:
    """An http(s) address, with https:// put in front where no scheme was typed; raises BadValue."""
    full = (
        value
        if re.match(r"^[a-zA-Z][a-zA-Z0-9+.-]*:", value) and not re.match(r"^[^/]+:\d", value)
        else f"https://{value}"
    )
    try:
        parts = urlsplit(full)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if (
        parts.scheme.lower() not in ("http", "https")
        or "." not in host.strip(".")
        or not re.fullmatch(r"[\w.-]+", host)
        or " " in full
    ):
        raise BadValue(N_("“%(value)s” is not a web address. Example: https://www.example.com"), value=value[:80])
    return full


def parse_number(value: str, point: str = ".") -> Decimal:
    """A number as people write it in any country; `point` decides where 1.234 could be either. Raises BadValue.

    >>> parse_number("1'234'567,89"), parse_number("(1.62)"), parse_number("1.234", ",")
    (Decimal('1234567.89'), Decimal('-1.62'), Decimal('1234'))
    """
    plain = _SIGNS.sub("", value).replace("\u2019", "'").replace("\u2212", "-")
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain.strip("()")
    marks = [c for c in plain if c in ".,'"]
    if marks:
        last = marks[-1]
        groups = re.split(r"[.,']", plain)
        lone = len(marks) == 1 and (
            last in (point, "'") or len(groups[1]) != 3 or not 1 <= len(groups[0].strip("+-")) <= 3
        )
        decimal_mark = lone if len(marks) == 1 else marks.count(last) == 1
        if (decimal_mark and last != "'") or (decimal_mark and len(set(marks)) > 1):
            plain = "".join(groups[:-1]) + "." + groups[-1]
            groups = groups[:-1]
        else:
            plain = "".join(groups)
        if any(len(g) != 3 for g in groups[1:]):
            raise BadValue(N_("“%(value)s” is not a number."), value=value[:80])
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise BadValue(N_("“%(value)s” is not a number."), value=value[:80]) from None
    if not number.is_finite():
        raise BadValue(N_("“%(value)s” is not a number."), value=value[:80])
    return -number if negative else number


def point_of(locale: str) -> str:
    """The decimal sign of a language."""
    return str(_babel(locale).number_symbols["latn"]["decimal"])


def _bounded(spec: FieldSpec, number: Decimal, how: Conventions) -> Decimal:
    if not spec.low <= number <= spec.high:
        raise BadValue(
            N_("%(label)s must be between %(low)s and %(high)s."),
            label=spec.label,
            low=format_decimal(spec.low, locale=_babel(how.locale)),
            high=format_decimal(spec.high, locale=_babel(how.locale)),
        )
    return number


def _parse_money(spec: FieldSpec, value: str, how: Conventions) -> Decimal:
    number = _bounded(spec, parse_number(value, point_of(how.locale)), how)
    if number != number.quantize(Decimal("0.01")):
        raise BadValue(N_("%(label)s can have at most two decimals."), label=spec.label)
    return number.quantize(Decimal("0.01"))


def _parse_whole(spec: FieldSpec, value: str, how: Conventions) -> int:
    number = _bounded(spec, parse_number(value, point_of(how.locale)), how)
    if number != number.to_integral_value():
        raise BadValue(N_("%(label)s must be a whole number."), label=spec.label)
    return int(number)


def _parse_decimal(spec: FieldSpec, value: str, how: Conventions) -> float:
    return round(float(_bounded(spec, parse_number(value, point_of(how.locale)), how)), 5)


def _parse_choice(spec: FieldSpec, value: str, how: Conventions) -> int:
    if spec.options and re.fullmatch(r"[0-9]{1,4}", value) and spec.options.find(int(value)) is not None:
        return int(value)
    if value.isdecimal():  # chosen from a list, and since then taken out of it
        raise BadValue(N_("The option that was chosen for %(label)s does not exist any more."), label=spec.label)
    raise BadValue(N_("%(label)s has no option “%(value)s”."), label=spec.label, value=value[:80])


def _parse_yesno(spec: FieldSpec, value: str, how: Conventions) -> bool:
    if value not in ("0", "1"):
        raise BadValue(N_("%(label)s has no option “%(value)s”."), label=spec.label, value=value[:80])
    return value == "1"


def _parse_currency(spec: FieldSpec, value: str, how: Conventions) -> str:
    code = value.upper()
    if code not in currencies():
        raise BadValue(N_("“%(value)s” is not a currency. Example: EUR"), value=value[:80])
    return code


def _parse_date(spec: FieldSpec, value: str, how: Conventions) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadValue(N_("“%(value)s” is not a date."), value=value[:80]) from None


def _parse_lookup(spec: FieldSpec, value: str, how: Conventions) -> int:
    if not value.isdecimal() or not value.isascii() or len(value) > 18 or int(value) == 0:
        raise BadValue(N_("%(label)s names no record."), label=spec.label)
    return int(value)


def _parse_moment(spec: FieldSpec, value: str, how: Conventions) -> datetime:
    try:
        typed = datetime.fromisoformat(value)
        moment = (typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(how.zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue(N_("“%(value)s” is not a date."), value=value[:80]) from None
    if not spec.locked and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadValue(
            N_("%(label)s must lie between the years %(low)s and %(high)s."),
            label=spec.label,
            low=FIRST_YEAR,
            high=LAST_YEAR,
        )
    return moment


_PARSERS: dict[Kind, Any] = {
    Kind.MONEY: _parse_money,
    Kind.WHOLE: _parse_whole,
    Kind.DECIMAL: _parse_decimal,
    Kind.CURRENCY: _parse_currency,
    Kind.CHOICE: _parse_choice,
    Kind.YESNO: _parse_yesno,
    Kind.DATE: _parse_date,
    Kind.MOMENT: _parse_moment,
    Kind.LOOKUP: _parse_lookup,
}


# -- stored → shown --------------------------------------------------------------------------------------------------


@functools.cache
def _babel(locale: str) -> Locale:
    try:
        return Locale.parse(locale, sep="-" if "-" in locale else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def raw(value: Any) -> str:
    """What a form control holds for a stored value: canonical, independent of language."""
    if type(value) is str:  # most are
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def control(spec: FieldSpec, value: Any) -> str:
    """What the control of a field holds: `raw`, of tags those that there are now."""
    return vocabulary().shown(value) if spec.kind is Kind.TAGS else raw(value)


def show(spec: FieldSpec, value: Any, how: Conventions) -> str:
    """What a person reads for a stored value; a lookup shows its id (its name is the caller's to fetch).

    Of a field that he may not see, MASK, whether there is anything in it or not.
    """
    if not how.sees(spec):
        return MASK
    if value is None or value == "":
        return ""
    if spec.kind is Kind.CHOICE and spec.options:
        return gettext(how.locale, spec.options.label(int(value)))
    if spec.kind is Kind.YESNO:
        return gettext(how.locale, spec.words[bool(value)])
    if spec.kind is Kind.TAGS:
        return f"{BETWEEN} ".join(vocabulary().names(value))
    if spec.kind is Kind.MONEY:
        return str(format_currency(value, how.currency, locale=_babel(how.locale)))
    if spec.kind in (Kind.WHOLE, Kind.DECIMAL):
        return str(format_decimal(value, locale=_babel(how.locale)))
    if spec.kind is Kind.DATE:
        return str(format_date(value, locale=_babel(how.locale)))
    if spec.kind is Kind.MOMENT:
        return str(format_datetime(value, "short", tzinfo=ZoneInfo(how.zone), locale=_babel(how.locale)))
    return str(value)


# -- countries -------------------------------------------------------------------------------------------------------

_NAMED_IN = ("en", "de", "fr", "es", "it", "pt", "pl", "nl", "cs", "sv", "da", "fi", "ja")
_EXTRA = {
    "usa": "US",
    "u.s.a.": "US",
    "u.s.": "US",
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "holland": "NL",
    "brasil": "BR",
}


@functools.cache
def _regions() -> dict[str, str]:
    from rxcrm.models.searching import fold

    names = dict(_EXTRA)
    for language in _NAMED_IN:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(fold(name), code)
                names.setdefault(code.lower(), code)
    return names


@functools.cache
def currencies() -> tuple[str, ...]:
    """ISO 4217 codes in use today."""
    return tuple(sorted({code for c, _ in countries("en") for code in get_territory_currencies(c)}))


def region_of(country: str, otherwise: str = "US") -> str:
    """ISO code of a country written by name (in any of the project's languages) or code."""
    from rxcrm.models.searching import fold

    return _regions().get(fold(country), otherwise)


def countries(locale: str) -> list[tuple[str, str]]:
    """(code, name) of every country, by name."""
    items = _babel(locale).territories.items()
    return sorted(
        (
            (c, n)
            for c, n in items
            if len(c) == 2 and c.isalpha() and c not in ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ")
        ),
        key=lambda i: i[1],
    )


def host_of(website: str) -> str:
    """The host of a web address without `www.`, for comparing; empty if there is none."""
    if not website:
        return ""
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")[:120]
