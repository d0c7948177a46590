"""What a new record begins with when its address names others: `/opportunities/new?account=5`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rxcrm.models.base import Record
from rxcrm.models.contact import Contact
from rxcrm.models.errors import NotFound
from rxcrm.models.fields import fields_of
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state.numbers import number

#: Table → what its address may name → the look-up that is filled with it.
PREFILLED: dict[str, dict[str, str]] = {
    "lead": {"account": "existing_account_id", "contact": "existing_contact_id"},
    "contact": {"account": "account_id"},
    "opportunity": {"account": "account_id", "contact": "contact_id"},
}


@dataclass
class Given:
    """Look-ups that are filled already: ids as form controls hold them, and the names of the records."""

    values: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def given(act: Act, entity: str, asked: Mapping[str, str]) -> Given:
    """What an address gives to a new record, as far as the asker may see it; anything else in it is no matter.

    A contact brings its account along.
    """
    found = Given()
    for parameter, name in PREFILLED.get(entity, {}).items():
        spec = fields_of(record_table(entity))[name]
        row = _named(act, spec.target, asked.get(parameter, "")) if act.who.may_fill(spec, new=True) else None
        if row is not None:
            _fill(found, name, row)
    brings = act.who.may_read(fields_of(Contact)["account_id"])
    if brings and "contact_id" in found.values and "account_id" not in found.values:
        contact = act.find(Contact, int(found.values["contact_id"]))
        if contact.account_id and (account := _named(act, "account", str(contact.account_id))) is not None:
            _fill(found, "account_id", account)
    return found


def _named(act: Act, entity: str, text: str) -> Record | None:
    try:
        return act.find(record_table(entity), number(text))
    except NotFound:
        return None


def _fill(found: Given, name: str, row: Record) -> None:
    found.values[name], found.names[name] = str(row.id), row.display_name
