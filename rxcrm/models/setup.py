"""The first visit: the organisation, its root unit and its first administrator (S 13.12)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from rxcrm.models.choices import Role
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed
from rxcrm.models.fields import clean, countries, currencies
from rxcrm.models.login import SETUP, OneTimeCode, check_password, set_password
from rxcrm.models.people import BusinessUnit, Organisation, User, add_user, check_person, organisation
from rxcrm.translation import N_, languages


@dataclass(frozen=True)
class Answers:
    """What the set-up page asks. Weekday 0 is Monday; the fiscal year starts on a month and day."""

    organisation: str
    name: str
    email: str
    password: str
    country: str = "US"
    language: str = "en"
    currency: str = "USD"
    time_zone: str = "UTC"
    first_weekday: int = 0
    fiscal_month: int = 1
    fiscal_day: int = 1


def answers_from(form: Mapping[str, str]) -> Answers:
    """The posted form as answers; numbers that are none become −1 and are refused like any other bad choice."""

    def number(name: str) -> int:
        text = form.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 4 else -1

    return Answers(
        **{
            name: form.get(name, "")
            for name in ("organisation", "name", "email", "password", "country", "language", "currency", "time_zone")
        },
        first_weekday=number("first_weekday"),
        fiscal_month=number("fiscal_month"),
        fiscal_day=number("fiscal_day"),
    )


def is_needed(session: Session) -> bool:
    """Whether nobody has set this installation up yet."""
    return organisation(session) is None


def set_up(session: Session, answers: Answers, now: datetime) -> User:
    """Create organisation, root unit and administrator. Raises Invalid with every bad answer, NotAllowed the second time."""
    if not is_needed(session):
        raise NotAllowed(N_("This installation is set up already."))
    problems = _problems(session, answers)
    if problems:
        raise Invalid(problems)
    name = clean(answers.organisation)
    session.add(
        Organisation(
            id=1,  # Of two set-ups at once the second fails.
            name=name,
            country=answers.country,
            language=answers.language,
            currency=answers.currency,
            time_zone=answers.time_zone,
            first_weekday=answers.first_weekday,
            fiscal_month=answers.fiscal_month,
            fiscal_day=answers.fiscal_day,
            created_on=now,
        )
    )
    unit = BusinessUnit(name=name[:100])
    session.add(unit)
    try:
        session.flush()
    except IntegrityError:
        raise NotAllowed(N_("This installation is set up already.")) from None
    admin = add_user(
        session, email=answers.email, name=answers.name, unit_id=unit.id or 0, roles=[Role.ADMINISTRATOR], now=now
    )
    set_password(session, admin, answers.password)
    for code in session.exec(select(OneTimeCode).where(OneTimeCode.purpose == SETUP)):
        session.delete(code)
    return admin


def _problems(session: Session, answers: Answers) -> dict[str, CrmError]:
    found: dict[str, CrmError] = {}
    if problem := _bad_name(clean(answers.organisation), N_("Organisation")):
        found["organisation"] = problem
    try:
        check_person(session, answers.email, answers.name)
    except Invalid as invalid:
        found |= invalid.problems
    try:
        check_password(answers.password)
    except BadValue as refusal:
        found["password"] = refusal
    conventions = {name: getattr(answers, name) for name in _CONVENTIONS}
    return found | _bad_conventions(conventions)


_CONVENTIONS = ("country", "language", "currency", "time_zone", "first_weekday", "fiscal_month", "fiscal_day")


def _bad_conventions(values: Mapping[str, object]) -> dict[str, CrmError]:
    allowed: dict[str, Container[object]] = {
        "country": {code for code, _ in countries("en")},
        "language": languages(),
        "currency": currencies(),
        "time_zone": available_timezones(),
        "first_weekday": range(7),
        "fiscal_month": range(1, 13),
        "fiscal_day": range(1, 32),
    }
    return {
        name: BadValue(N_("Choose one of the list.")) for name, value in values.items() if value not in allowed[name]
    }


#: What the settings page may change; the switches are "1" or "0".
_NUMBERS = ("first_weekday", "fiscal_month", "fiscal_day")
_SWITCHES = (
    *("private", "open_editing", "qualify_several", "share_reassigned"),
    *("detect_on_create", "detect_on_update", "detect_on_import"),
)
#: What decides about a table when a lead is qualified (S 3.5.3).
_DECIDED = ("qualify_account", "qualify_contact", "qualify_opportunity")


def update_organisation(session: Session, typed: Mapping[str, str]) -> Organisation:
    """Change what the organisation chose, only what was typed. Raises Invalid with every bad value."""
    org = session.exec(select(Organisation).with_for_update()).one()
    problems: dict[str, CrmError] = {}
    values: dict[str, object] = {}
    for name, text in typed.items():
        if name == "name":
            values[name] = clean(text)
        elif name in _SWITCHES and text in ("0", "1"):
            values[name] = text == "1"
        elif name in _DECIDED and text in ("seller", "automatic"):
            values[name] = text
        elif name in _CONVENTIONS:
            values[name] = text if name not in _NUMBERS else int(text) if text.isdecimal() and len(text) < 4 else -1
        else:
            problems[name] = BadValue(N_("There is no field “%(name)s” to fill in."), name=name[:80])
    if "name" in values and (problem := _bad_name(str(values["name"]), N_("Name"))):
        problems["name"] = problem
    problems |= _bad_conventions({name: value for name, value in values.items() if name in _CONVENTIONS})
    if problems:
        raise Invalid(problems)
    for name, value in values.items():
        setattr(org, name, value)
    return org


def _bad_name(name: str, label: str) -> BadValue | None:
    if not name:
        return BadValue(N_("%(label)s is required."), label=label)
    return BadValue(N_("A name can have at most 160 characters.")) if len(name) > 160 else None


def set_up_from_settings(session: Session, email: str, password: str, now: datetime) -> User:
    """The organisation with defaults and an administrator from the environment, without the page."""
    answers = Answers(
        organisation=email.rpartition("@")[2] or "rxcrm", name=email.partition("@")[0], email=email, password=password
    )
    return set_up(session, answers, now)
