"""Opportunities: list and form."""

from rxcrm.state.gate import AppState
from rxcrm.state.lists import ListMixin
from rxcrm.state.records import RecordMixin


class Opportunities(ListMixin, AppState):
    """The list of opportunities."""

    _entity: str = "opportunity"


class OpportunityRecord(RecordMixin, AppState):
    """The form of one opportunity."""

    _entity: str = "opportunity"
    _parameter: str = "opportunity_id"
