"""The frame: global search, look-ups, quick create, and where a visit starts."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import cast

import reflex as rx

from rxcrm.models import configuration, lists, matching, records, references
from rxcrm.models.errors import CrmError, Invalid
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Hit
from rxcrm.models.records import Act
from rxcrm.models.saved_view import Purpose
from rxcrm.models.tables import REFERENCES, record_table
from rxcrm.state import forms, live
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, asker, do, forget, look
from rxcrm.translation import N_

#: Candidates that a look-up shows.
LOOKED_UP = 10
log = logging.getLogger("rxcrm")


@dataclass
class Answer:
    """Hits for one question, recognised by its token."""

    token: int = 0
    hits: list[Hit] = field(default_factory=list)


@dataclass
class Created:
    """The answer to one quick create."""

    token: int = 0
    ok: bool = False
    id: int = 0
    name: str = ""
    errors: dict[str, str] = field(default_factory=dict)


class Shell(AppState):
    """What the frame asks."""

    found: Answer = Answer()
    looked_up: Answer = Answer()
    created: Created = Created()

    @action(SIGNED_IN)
    async def start(self):
        """The address without a page: the leads."""
        return rx.redirect("/leads")

    @action(SIGNED_IN)
    async def enter(self):
        """A page without data of its own; being let in is all it needs."""

    @action(SIGNED_IN)
    async def apologise(self):
        """Something broke on our side; what was typed is still in the page."""
        self._say(BROKEN, "error")

    @action(SIGNED_IN)
    async def search(self, term: str, token: int):
        """Global search over leads."""
        self.found = Answer(token, await look(lists.find, "lead", term[:200]))

    @action(SIGNED_IN)
    async def look_up(self, entity: str, term: str, lead_id: int, token: int):
        """Candidates for a look-up; with a lead's id only those that match it (S 3.3)."""
        self.looked_up = Answer(token, await look(candidates, entity, term[:200], lead_id))

    @action(SIGNED_IN)
    async def quick_create(self, entity: str, typed: dict[str, str], token: int):
        """Create a record from the few fields of quick create."""
        try:
            record_id, name = await do(create_quickly, entity, typed)
        except Invalid as refusal:
            self.created = Created(token, errors=refusal.by_field(self.locale))
        except CrmError as refusal:
            self.created = Created(token)
            self._refuse(refusal)
        except Exception:
            log.exception("a quick create failed")
            self.created = Created(token)
            self._say(BROKEN, "error")
        else:
            self.created = Created(token, True, record_id, name)
            self._say(N_("%(name)s was created."), name=name)

    async def _reshape(self, topics: frozenset[str]) -> None:
        """An administrator has changed fields or lists: the open page shows it, and nothing that is typed is touched."""
        forget()
        who = asker().who
        self.shape = forms.shape_for(who.conventions, who.roles, who.columns)


live.on_topic(configuration.TOPIC, Shell, "_reshape")


def candidates(act: Act, entity: str, term: str, lead_id: int) -> list[Hit]:
    """Visible records of a table for a look-up."""
    if entity in REFERENCES:
        return [Hit(*found) for found in references.find(act, entity, term, limit=LOOKED_UP)]
    among = None
    if lead_id:
        among = matching.matching(act, act.find(Lead, lead_id), record_table(entity).entity)
    return lists.find(act, entity, term, limit=LOOKED_UP, among=among, purpose=Purpose.LOOKUP)


def create_quickly(act: Act, entity: str, typed: dict[str, str]) -> tuple[int, str]:
    """Id and name of the new record; only the fields of quick create are taken."""
    allowed = forms.quick_fields(entity)
    row = records.create(act, record_table(entity), {n: v for n, v in typed.items() if n in allowed}, whole=True)
    return cast(int, row.id), row.display_name
