"""Assignment rules: the rules and their form, trying them on past leads, people, and the leads that nobody got (S 3.10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rxcrm.models.assignment import failures, people, rules, trying
from rxcrm.models.assignment.failures import Failures
from rxcrm.models.assignment.people import PersonView
from rxcrm.models.assignment.rules import RuleView
from rxcrm.models.assignment.trying import Trial
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotFound
from rxcrm.models.records import Act
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin, Told
from rxcrm.translation import N_

#: With what the form of a new rule begins.
NEW = {
    "name": "",
    "condition": '{"all": []}',
    "how": "one",
    "targets": "",
    "working": "",
    "most_open": "",
    "version": "",
}
#: What the form counts besides: rows of the condition that lack something.
UNFINISHED = "unfinished"


@dataclass
class Tried:
    """The answer to one trial, recognised by its token: what came of it, or what was wrong, by field of the form."""

    token: int = 0
    ok: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    trial: Trial = field(default_factory=Trial)


class AssignmentRules(AskingMixin, AppState):
    """The page of the rules."""

    rows: list[RuleView] = []
    chosen: dict[str, str] = {}
    answered: Told = Told()
    people: list[PersonView] = []
    failed: Failures = Failures()
    tried: Tried = Tried()
    subject_name: str = ""
    names: dict[str, str] = {}

    @action(ADMINISTER)
    async def open(self):
        """Show every rule, what holds for all of them, people, and leads that nobody got."""
        self.asked, self.tried, self.chosen = "", Tried(), await look(rules.settings_of)
        await self._load()

    @action(ADMINISTER)
    async def choose(self, subject: int, typed: dict[str, str], token: int):
        """Change what holds for all rules."""
        try:
            await do(rules.choose, typed)
        except Invalid as refusal:
            self.answered = Told(token, errors=refusal.by_field(self.locale))
            return
        self.answered, self.chosen = Told(token, ok=True), await look(rules.settings_of)
        self._say(N_("Saved"))

    # -- rules -------------------------------------------------------------------------------------------------------

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new rule."""
        self.subject_name, self.names, self.tried = "", {}, Tried()
        self._ask("add", 0, dict(NEW))

    @action(ADMINISTER)
    async def ask_edit(self, rule_id: int):
        """Open the form of a rule as it is now."""
        await self._ask_about("edit", rule_id)

    @action(ADMINISTER)
    async def ask_delete(self, rule_id: int):
        """Ask before a rule goes."""
        await self._ask_about("delete", rule_id)

    @action(ADMINISTER)
    async def ask_try(self):
        """Open the dialog in which the rules are tried together."""
        self.tried = Tried()
        self._ask("try")

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add a rule at the end, as a draft."""
        if rule := await self._try(token, lambda act: rules.add(act, _finished(typed))):
            self._say(N_("%(name)s was added as a draft. Switch it on when it should be asked."), name=rule.name)
            await self._load()

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a rule."""
        if rule := await self._try(token, lambda act: rules.change(act, subject, _finished(typed))):
            self._say(N_("%(name)s was saved."), name=rule.name)
            await self._load()

    @action(ADMINISTER)
    async def move(self, rule_id: int, places: int):
        """Move a rule up or down."""
        await do(rules.move, rule_id, places)
        await self._load()

    @action(ADMINISTER)
    async def turn(self, rule_id: int, on: bool):
        """Switch a rule on or off."""
        if on:
            await self._act(rules.activate, rule_id, N_("%(name)s is on."))
        else:
            await self._act(rules.deactivate, rule_id, N_("%(name)s is off."))

    @action(ADMINISTER)
    async def delete(self, rule_id: int):
        """Remove a rule."""
        self.asked = ""
        name = await do(rules.remove, rule_id)
        self._say(N_("%(name)s was deleted."), name=name)
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    # -- trying ------------------------------------------------------------------------------------------------------

    @action(ADMINISTER)
    async def try_rules(self, count: int, token: int):
        """What the rules that are on and the drafts would have done with the last leads."""
        await self._try_on(token, trying.trial, count)

    @action(ADMINISTER)
    async def try_edited(self, rule_id: int, typed: dict[str, str], count: int, token: int):
        """The same with one rule as it is typed."""
        await self._try_on(token, lambda act: trying.trial(act, count, _finished(typed), rule_id))

    async def _try_on(self, token: int, verb: Callable[..., Trial], *args: Any) -> None:
        try:
            self.tried = Tried(token, ok=True, trial=await look(verb, *args))
        except Invalid as refusal:
            self.tried = Tried(token, errors=refusal.by_field(self.locale))
        except CrmError as refusal:
            self.tried = Tried(token, errors={"": refusal.text(self.locale)})

    # -- people and failures -----------------------------------------------------------------------------------------

    @action(ADMINISTER)
    async def ask_person(self, user_id: int):
        """Open the form of somebody's working days and limit."""
        await self._load()
        found = next((one for one in self.people if one.id == user_id), None)
        if found is None:
            raise NotFound
        self.subject_name = found.name
        self._ask("person", user_id, {"days": " ".join(map(str, found.days)), "most_open": found.most_open})

    @action(ADMINISTER)
    async def save_person(self, subject: int, typed: dict[str, str], token: int):
        """Change when somebody works, and how many open leads he may have."""
        if await self._try(token, people.change, subject, typed):
            self._say(N_("Saved"))
            await self._load()

    @action(ADMINISTER)
    async def again(self, lead_id: int):
        """Ask the rules once more about a lead that nobody got."""
        operation = await do(failures.again, lead_id)
        self._say(N_("The lead was assigned."), undo=[operation.id or 0] if operation else [])
        await self._load()

    @action(ADMINISTER)
    async def forgive(self, lead_id: int):
        """List a lead that nobody got no more."""
        await do(failures.dismiss, lead_id)
        await self._load()

    # -- shared ------------------------------------------------------------------------------------------------------

    async def _act(self, verb: Callable[[Act, int], Any], rule_id: int, done: str) -> None:
        try:
            rule = await do(verb, rule_id)
        finally:
            await self._load()
        self._say(done, name=rule.name)

    async def _load(self) -> None:
        self.rows, self.people, self.failed = await look(everything)
        self.ready = True

    async def _ask_about(self, what: str, rule_id: int) -> None:
        await self._load()
        found = next((row for row in self.rows if row.id == rule_id), None)
        if found is None:
            raise NotFound
        self.subject_name, self.names, self.tried = found.name, found.names, Tried()
        self._ask(what, rule_id, found.values)


def everything(act: Act) -> tuple[list[RuleView], list[PersonView], Failures]:
    """What the page shows besides its forms."""
    return rules.listed(act), people.listed(act), failures.listed(act)


def _finished(typed: dict[str, str]) -> dict[str, str]:
    """What the form of a rule says. Raises Invalid while a row of its condition lacks something: without it, it would be another."""
    if typed.get(UNFINISHED, "0") not in ("", "0"):
        raise Invalid({"condition": BadValue(N_("Finish the rows of the condition, or remove them."))})
    return {name: value for name, value in typed.items() if name != UNFINISHED}
