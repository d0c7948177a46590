"""What the forms and dialogs of the settings pages share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

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


def unit_options(branches: list[Branch]) -> list[list[str]]:
    """Units for a list, indented with blanks that a browser keeps."""
    return [[str(b.id), "\u2003" * b.depth + b.name] for b in branches]
