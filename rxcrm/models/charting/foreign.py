"""What is said below figures about amounts in other currencies than the organisation's own."""

from __future__ import annotations

from rxcrm.models.currencies import rates
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext, ngettext


def money_notes(act: Act, left_out: int) -> list[str]:
    """How other currencies were counted, and how many amounts were left out because they have no rate."""
    locale, own = act.who.conventions.locale, act.organisation.currency
    known = list(rates.rated(act))
    notes = []
    if known:
        said = N_("Amounts in %(list)s are converted to %(currency)s.")
        notes.append(gettext(locale, said, list=", ".join(known), currency=own))
    if left_out:
        one = N_("%(n)s amount in another currency than %(currency)s is not counted.")
        many = N_("%(n)s amounts in other currencies than %(currency)s are not counted.")
        if known:
            one = N_("%(n)s amount in a currency without a rate is not counted.")
            many = N_("%(n)s amounts in currencies without a rate are not counted.")
        notes.append(ngettext(locale, one, many, left_out, currency=own))
    return notes
