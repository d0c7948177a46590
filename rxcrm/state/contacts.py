"""Contacts: list and form."""

from rxcrm.state.gate import AppState
from rxcrm.state.lists import ListMixin
from rxcrm.state.records import RecordMixin


class Contacts(ListMixin, AppState):
    """The list of contacts."""

    _entity: str = "contact"


class ContactRecord(RecordMixin, AppState):
    """The form of one contact."""

    _entity: str = "contact"
    _parameter: str = "contact_id"
