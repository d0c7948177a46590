"""In a settings file: currencies and what they were worth from which day on."""

from __future__ import annotations

from sqlmodel import col, select

from rxcrm.models.currencies import keeping
from rxcrm.models.currencies.tables import Currency, ExchangeRate
from rxcrm.models.records import Act
from rxcrm.models.settings_file.parts import Desk, Items, Part, register
from rxcrm.models.settings_file.references import LeftOut
from rxcrm.models.settings_file.shapes import flag, mapping, record, text
from rxcrm.translation import N_

_CURRENCY = record(active=flag, base=text(3), rates=mapping(text(30), 5000))


def _export(act: Act) -> Items:
    """Code → whether it is offered, and its rates in the currency of the organisation (`base`) by the day from which they hold."""
    base = act.organisation.currency
    found: Items = {
        row.code: {"active": row.active, "base": base, "rates": {}}
        for row in act.session.exec(select(Currency).order_by(Currency.code))
    }
    rates = select(ExchangeRate).where(ExchangeRate.base == base).order_by(col(ExchangeRate.since))
    for row in act.session.exec(rates):
        found[row.code]["rates"][row.since.isoformat()] = row.rate
    return found


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    for code, value in wanted.items():
        with desk.item(code):
            row = act.session.get(Currency, code)
            if row is None:
                keeping.add(act, code)
            elif row.active != value["active"]:
                (keeping.activate if value["active"] else keeping.deactivate)(act, code)
            if row is None and not value["active"]:
                keeping.deactivate(act, code)
            if value["rates"] and value["base"] != act.organisation.currency:
                raise LeftOut(N_("The rates were left out: the currency of this organisation is another one."))
            here = select(ExchangeRate).where(ExchangeRate.code == code, ExchangeRate.base == act.organisation.currency)
            seen = {known.since.isoformat(): known.rate for known in act.session.exec(here)}
            for since, rate in value["rates"].items():
                if seen.get(since) != rate:
                    keeping.set_rate(act, code, {"rate": rate, "since": since}, seen)


register(Part("currencies", N_("Currencies"), 25, _export, _apply, lambda _name: _CURRENCY))
