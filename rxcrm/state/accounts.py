"""Accounts: list and form."""

from rxcrm.state.gate import AppState
from rxcrm.state.lists import ListMixin
from rxcrm.state.records import RecordMixin


class Accounts(ListMixin, AppState):
    """The list of accounts."""

    _entity: str = "account"


class AccountRecord(RecordMixin, AppState):
    """The form of one account."""

    _entity: str = "account"
    _parameter: str = "account_id"
