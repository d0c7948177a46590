"""What the forms and dialogs of the settings pages share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate

from rxcrm.models.access import Privilege
from rxcrm.models.administration import Branch
from rxcrm.models.errors import CrmError, Invalid
from rxcrm.state.gate import do, forget

ADMINISTER = Privilege.ADMINISTER


@dataclass
class Told:
    """The answer to one form, recognised by its token; the problem of the whole form has the name ""."""

    token: int = 0
    ok: bool = False
    errors: dict[str, str] = field(default_factory=dict)


class AskingMixin(rx.State, mixin=True):
    """Dialogs and the answer to what was typed in them. `asked` names the open dialog, `subject` whom it is about."""

    ready: bool = False
    asked: str = ""
    subject: int = 0
    values: dict[str, str] = {}
    told: Told = Told()

    async def _try(self, token: int, verb: Callable[..., Any], *args: Any) -> Any:
        """What the verb returns, or None if it refused: the form shows why. Rights may have changed: nothing is believed."""
        try:
            result = await do(verb, *args)
        except Invalid as refusal:
            self.told = Told(token, errors=refusal.by_field(self.locale))
            return None
        except CrmError as refusal:
            self.told = Told(token, errors={"": refusal.text(self.locale)})
            return None
        forget()
        self.told, self.asked = Told(token, ok=True), ""
        return result

    def _ask(self, what: str, subject: int = 0, values: dict[str, str] | None = None) -> None:
        self.asked, self.subject, self.values = what, subject, values or {}


class Afresh(rx.Middleware):
    """A page that a browser loads anew begins without what its state holds of an earlier visit.

    Its buttons would be there before `open` has run, and `open` closed the dialog that somebody is quick enough to open.
    """

    async def preprocess(self, app: rx.App, state: rx.State, event: Event) -> StateUpdate | None:
        """Runs before the first packet is made up; a tab that only lost its connection sends no hashes and keeps its page."""
        if event.name.rpartition(".")[2] != "hydrate_and_load" or not event.payload.get("hashes"):
            return None
        for handler in app.get_load_events(state.rx_router_url.path):
            kind = getattr(handler, "state", None)
            if kind is not None and issubclass(kind, AskingMixin):
                page = await state.get_state(kind)
                page.ready, page.asked = False, ""
        return None


def unit_options(branches: list[Branch]) -> list[list[str]]:
    """Units for a list, indented with blanks that a browser keeps."""
    return [[str(b.id), "\u2003" * b.depth + b.name] for b in branches]
