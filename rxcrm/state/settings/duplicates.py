"""Rules of the duplicate detection: the table and its dialogs, and when duplicates are looked for (S R3.12-R3.15)."""

from __future__ import annotations

from collections.abc import Callable

from rxcrm.models.matching import rules
from rxcrm.models.matching.criteria import LABELS
from rxcrm.models.matching.facts import TABLES
from rxcrm.models.matching.rules import PLACES, RuleView
from rxcrm.models.matching.tables import DuplicateRule
from rxcrm.models.records import Act
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin, Told
from rxcrm.translation import N_, worded

#: Between which tables: value, label.
BETWEEN = [
    ["lead lead", N_("Leads with leads")],
    ["lead contact", N_("Leads with contacts")],
    ["lead account", N_("Leads with accounts")],
    ["contact contact", N_("Contacts with contacts")],
    ["account account", N_("Accounts with accounts")],
]
#: The comparisons of a condition; the first leaves its place empty.
COMPARISONS = [["", "---"], *([compare.value, label] for compare, label in LABELS.items())]
BLANKS = [["1", N_("Blank values never match")], ["0", N_("Two blank values are equal")]]


class DuplicateRules(AskingMixin, AppState):
    """The table of rules, its dialogs, and the switches."""

    rows: list[RuleView] = []
    moments: dict[str, str] = {}
    answered: Told = Told()
    #: Fields of all tables that a condition may compare; the verb checks whether the table has the field.
    comparable: list[list[str]] = []
    subject_name: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show every rule and the switches."""
        self.asked, self.moments = "", await look(rules.moments)
        await self._load()

    @action(ADMINISTER)
    async def choose(self, subject: int, typed: dict[str, str], token: int):
        """Change when duplicates are looked for."""
        await do(rules.choose_moments, typed)
        self.moments, self.answered = await look(rules.moments), Told(token, ok=True)
        self._say(N_("Saved"))

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new rule."""
        self.subject_name = ""
        new = {"between": "lead lead", "score": "80", "certain": "0", "exclude_inactive": "0", "ignore_blank1": "1"}
        self._ask("add", 0, {**new, **{f"ignore_blank{n}": "1" for n in range(1, PLACES + 1)}})

    @action(ADMINISTER)
    async def ask_edit(self, rule_id: int):
        """Open the form of a rule as it is now."""
        await self._ask_about("edit", rule_id)

    @action(ADMINISTER)
    async def ask_delete(self, rule_id: int):
        """Ask before a rule goes."""
        await self._ask_about("delete", rule_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add a rule; it has to be switched on."""
        if rule := await self._try(token, rules.add, typed):
            self._say(N_("%(name)s was added. Switch it on when it should be asked."), name=rule.name)
            await self._load()

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a rule."""
        if rule := await self._try(token, rules.change, subject, typed):
            self._say(N_("%(name)s was saved."), name=rule.name)
            await self._load()

    @action(ADMINISTER)
    async def activate(self, rule_id: int):
        """Ask a rule from now on."""
        await self._act(rules.activate, rule_id, N_("%(name)s is on."))

    @action(ADMINISTER)
    async def deactivate(self, rule_id: int):
        """Ask a rule no more."""
        await self._act(rules.deactivate, rule_id, N_("%(name)s is off."))

    @action(ADMINISTER)
    async def delete(self, rule_id: int):
        """Remove a rule that an administrator made."""
        self.asked = ""
        name = await do(rules.remove, rule_id)
        self._say(N_("%(name)s was deleted."), name=name)
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _act(self, verb: Callable[[Act, int], DuplicateRule], rule_id: int, done: str) -> None:
        rule = await do(verb, rule_id)
        self._say(done, name=rule.name)
        await self._load()

    async def _load(self) -> None:
        self.rows, self.ready = await look(rules.listed), True
        found = {name: label for entity in TABLES for name, label in rules.choices(entity).items()}
        self.comparable = [["", "---"], *([name, worded(self.locale, label)] for name, label in found.items())]

    async def _ask_about(self, what: str, rule_id: int) -> None:
        await self._load()
        found = next((row for row in self.rows if row.id == rule_id), None)
        if found is None:
            await look(lambda act: rules.find(act.session, rule_id))
            return
        self.subject_name = found.name
        self._ask(what, rule_id, shown(found))


def shown(rule: RuleView) -> dict[str, str]:
    """A rule as its form shows it."""
    values = {
        "name": rule.name,
        "description": rule.description,
        "between": f"{rule.base} {rule.matching}",
        "score": str(rule.score),
        "certain": "1" if rule.certain else "0",
        "exclude_inactive": "1" if rule.exclude_inactive else "0",
        **{f"ignore_blank{n}": "1" for n in range(1, PLACES + 1)},
    }
    for n, stored in enumerate(rule.stored[:PLACES], start=1):
        values |= {f"{name}{n}": value for name, value in stored.items()}
    return values
