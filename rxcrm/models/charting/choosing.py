"""What charts and tiles can be made of: the fields, views, charts and reports to choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rxcrm.models import view_offers
from rxcrm.models.charting import saved
from rxcrm.models.charting.charts import DATED, categories, groupable, measures
from rxcrm.models.charting.reports import REPORTS
from rxcrm.models.fields import Kind
from rxcrm.models.records import Act
from rxcrm.models.tables import POINTED, RECORDS
from rxcrm.translation import gettext


@dataclass
class FieldOption:
    """A field to group by or to add up; one of related records stands in the `group` of their look-up."""

    name: str
    label: str
    dated: bool = False
    group: str = ""


@dataclass
class Vocabulary:
    """What there is to choose for one table, in the reader's language; `reports` are those over it.

    `views` are key, name and group: mine, shared or system; `charts` key and name.
    """

    entity: str
    label: str
    categories: list[FieldOption] = field(default_factory=list)
    measures: list[FieldOption] = field(default_factory=list)
    views: list[list[str]] = field(default_factory=list)
    charts: list[list[str]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)


def vocabulary(act: Act, entity: str = "") -> list[Vocabulary]:
    """Of one table, or of all."""
    return [_of(act, name) for name in RECORDS if entity in ("", name)]


def _of(act: Act, entity: str) -> Vocabulary:
    locale = act.who.conventions.locale

    def options(fields: dict[str, Any]) -> list[FieldOption]:
        seen = {n: s for n, s in fields.items() if act.who.may_read(s)}
        found = [FieldOption(n, gettext(locale, s.label), s.kind in DATED) for n, s in seen.items()]
        return sorted(found, key=lambda option: option.label.casefold())

    related = [
        FieldOption(f"{through}.{option.name}", option.label, option.dated, gettext(locale, look.label))
        for through, look in categories(entity).items()
        if look.kind is Kind.LOOKUP and look.target in POINTED and act.who.may_read(look)
        for option in options({n: s for n, s in categories(look.target).items() if groupable(s, related=True)})
    ]
    return Vocabulary(
        entity,
        gettext(locale, RECORDS[entity].title_many),
        options(categories(entity)) + related,
        options(measures(entity)),
        [
            [view.key, gettext(locale, view.label), view.group]
            for view in view_offers.offers(act, entity).views
            if view.active and not view.hidden
        ],
        [[chart.key, chart.label] for chart in saved.offered(act, entity)],
        [
            {
                "key": report.key,
                "label": gettext(locale, report.label),
                "help": gettext(locale, report.help),
                "inputs": [
                    {
                        "name": i.name,
                        "label": gettext(locale, i.label),
                        "default": i.default,
                        "most": i.most,
                        "options": [[key, gettext(locale, label)] for key, label in (i.options or {}).items()],
                    }
                    for i in report.inputs
                ],
            }
            for report in REPORTS.values()
            if report.entity == entity
        ],
    )
