"""The territories of the settings and their dialogs."""

from __future__ import annotations

import rxcrm.models.territories as verbs
from rxcrm.models import references
from rxcrm.models.records import Act
from rxcrm.models.territories import TerritoryView
from rxcrm.models.territory import Territory
from rxcrm.state.gate import AppState, look
from rxcrm.state.settings.keeping import ReferenceMixin, Verbs


def one(act: Act, territory_id: int) -> Territory:
    """A territory by its number. Raises NotFound."""
    return references.one(act, Territory, territory_id)


VERBS = Verbs(verbs.listed, one, verbs.add, verbs.change, verbs.why_it_stays, verbs.delete)


class Territories(ReferenceMixin, AppState):
    """Every territory, those in use first."""

    rows: list[TerritoryView] = []
    #: Of the people in the open form, by "user:3".
    names: dict[str, str] = {}

    def _verbs(self) -> Verbs:
        return VERBS

    async def _begin(self, what: str, subject: int) -> None:
        if not subject:
            self.names = {}
            self._ask(what, 0, {"name": "", "description": "", "manager_id": "", "members": ""})
            return
        self.subject_name, self.version, values, self.names = await look(form_of, subject)
        self._ask(what, subject, values)


def form_of(act: Act, territory_id: int) -> tuple[str, int, dict[str, str], dict[str, str]]:
    """Name, version and values of a territory, and the names of its people."""
    row = one(act, territory_id)
    return (row.name, row.version, *verbs.form_of(act, row))
