"""What the estimate looks at: values of a lead that were there before anybody decided about it (docs/decisions).

Closing a lead, and qualifying it above all, fills fields: the accounts that it becomes, status reasons, what a seller notes
while he qualifies. Their being filled would tell the outcome, not foretell it. So the usual fields are those with which leads come
in; what people often note on the way can be added, at the administrator's own judgement; what closing itself writes, never. Of
a choice that is empty nothing is said at all, for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Text, and_, case, func, literal_column, or_
from sqlalchemy import cast as sql_cast

from rxcrm.models import configuration
from rxcrm.models.fields import FieldSpec, Kind, fields_of
from rxcrm.models.filters.values import plain_of, value_of
from rxcrm.models.lead import Lead
from rxcrm.translation import N_, gettext

YES, NO = "1", "0"
#: Characters of a text that make a value: longer ones are no names of countries.
LONGEST = 80


@dataclass(frozen=True)
class Feature:
    """One thing that is known of a lead. `usual` ones are looked at unless an administrator chose others.

    `words` are the texts for no and yes of one that asks whether anything is filled in; others are called by their value.
    """

    key: str
    label: str
    usual: bool = True
    fields: tuple[str, ...] = ()
    words: tuple[str, str] = ("", "")

    @property
    def asks_presence(self) -> bool:
        return bool(self.words[0])


def _has(key: str, label: str, yes: str, no: str, *fields: str) -> Feature:
    return Feature(key, label, fields=fields, words=(no, yes))


#: In the order of the settings. Phones and mail addresses count together: which of them is filled is habit.
_SHIPPED = (
    Feature("lead_source", N_("Lead Source")),
    Feature("industry", N_("Industry")),
    Feature("country", N_("Country/Region")),
    _has(
        "has_phone",
        N_("Phone number"),
        N_("Phone number known"),
        N_("No phone number"),
        *("business_phone", "mobile_phone", "home_phone", "other_phone"),
    ),
    _has("has_email", N_("Email"), N_("Email known"), N_("No email"), "email", "email2", "email3"),
    _has("has_company", N_("Company Name"), N_("Company known"), N_("No company"), "company_name"),
    _has("has_job", N_("Job Title"), N_("Job title known"), N_("No job title"), "job_title"),
    _has("has_website", N_("Website"), N_("Website known"), N_("No website"), "website"),
    _has("has_campaign", N_("Source Campaign"), N_("Came by a campaign"), N_("No campaign"), "source_campaign_id"),
    Feature("rating", N_("Rating"), usual=False),
    Feature("purchase_timeframe", N_("Purchase Timeframe"), usual=False),
    Feature("budget_status", N_("Budget"), usual=False),
    Feature("purchase_process", N_("Purchase Process"), usual=False),
    Feature("need", N_("Need"), usual=False),
)


def offered() -> list[Feature]:
    """Everything that can be looked at: what ships, then choices and yes/no fields that administrators made."""
    specs = fields_of(Lead).values()
    made = [s for s in specs if s.custom and s.kind in (Kind.CHOICE, Kind.YESNO)]
    return [*_SHIPPED, *(Feature(s.name, s.label, usual=False) for s in made)]


def chosen(keys: Iterable[str] | None) -> list[Feature]:
    """Those that an administrator chose, as far as they exist; the usual ones if nobody has."""
    if keys is None:
        return [feature for feature in offered() if feature.usual]
    wanted = set(keys)
    return [feature for feature in offered() if feature.key in wanted]


@configuration.forgets
@cache
def value_in(feature: Feature) -> ColumnElement[str | None]:
    """The value of a lead as SQL, in text; null where nothing is known."""
    row, specs = _row(), fields_of(Lead)
    if feature.asks_presence:
        return case((_filled(feature), literal_column(f"'{YES}'")), else_=literal_column(f"'{NO}'"))
    spec = specs[feature.key]
    if _is_text(spec):
        text = plain_of(row, spec)
        return case((and_(text != "", func.length(text) <= LONGEST), text))
    return sql_cast(_number(spec), Text())


def spelling_in(feature: Feature) -> ColumnElement[str] | None:
    """How leads themselves spell a value, for texts; None for what has a label of its own."""
    spec = None if feature.asks_presence else fields_of(Lead)[feature.key]
    return value_of(_row(), spec) if spec and _is_text(spec) else None


def weight_in(feature: Feature, weights: Mapping[str, int]) -> ColumnElement[int]:
    """The weight of a lead's value as SQL; 0 for values that have none."""
    if not weights:
        return literal_column("0", Integer)
    if feature.asks_presence:
        yes, no = (literal_column(str(weights.get(value, 0)), Integer) for value in (YES, NO))
        return case((_filled(feature), yes), else_=no)
    spec = fields_of(Lead)[feature.key]
    said = {value if _is_text(spec) else int(value): weight for value, weight in weights.items()}
    whens: Any = {value: literal_column(str(weight), Integer) for value, weight in said.items()}
    held = plain_of(_row(), spec) if _is_text(spec) else _number(spec)
    return case(whens, value=held, else_=literal_column("0", Integer))


def _filled(feature: Feature) -> ColumnElement[bool]:
    specs = fields_of(Lead)
    held = {name: value_of(_row(), specs[name]) for name in feature.fields}
    return or_(*(h.is_not(None) if specs[name].kind is Kind.LOOKUP else h != "" for name, h in held.items()))


def _number(spec: FieldSpec) -> ColumnElement[Any]:
    held = value_of(_row(), spec)
    return case((held, 1), else_=0) if spec.kind is Kind.YESNO else held


def _row() -> Any:
    return cast(Any, Lead).__table__.c


def _is_text(spec: FieldSpec) -> bool:
    return spec.kind not in (Kind.CHOICE, Kind.YESNO)


def word(feature: Feature, value: str, locale: str) -> str:
    """What a value is called in a language; texts are as the database compares them, without case and accents."""
    if feature.asks_presence:
        return gettext(locale, feature.words[value == YES])
    spec = fields_of(Lead)[feature.key]
    if spec.kind is Kind.YESNO:
        return gettext(locale, spec.words[value == YES])
    return gettext(locale, spec.options.label(int(value))) if spec.options else value
