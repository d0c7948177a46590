"""The lead score in the settings: rules that give points, and the estimate that learns from closed leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rxcrm.models.filters.conditions import BadFilter, parsed
from rxcrm.models.filters.describing import Description
from rxcrm.models.filters.wording import names_in
from rxcrm.models.records import Act
from rxcrm.models.scoring import asking, estimating, rules, work
from rxcrm.models.scoring.estimating import EstimateView
from rxcrm.models.scoring.rules import Progress, RuleView
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.numbers import number
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_, worded

PATH = "/settings/lead-score"


class LeadScoreSettings(AskingMixin, AppState):
    """The rules with their dialogs above, the estimate with what it learned below."""

    rows: list[RuleView] = []
    progress: Progress = Progress()
    estimate: EstimateView = EstimateView()
    description: Description = Description()
    names: dict[str, str] = {}
    field_choices: list[list[str]] = []
    subject_name: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show the rules and the estimate, and how work on them goes on."""
        self.asked = ""
        self._hear_of("score settings", {work.TOPIC, "jobs:all"})
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new rule."""
        await self._describe("")
        self._ask("add", 0, {"label": "", "points": "10", "condition": "", "active": "1", "version": "0"})

    @action(ADMINISTER)
    async def ask_edit(self, rule_id: int):
        """Open the form of a rule as it is now."""
        if found := await self._found(rule_id):
            await self._describe(found.condition)
            active = "1" if found.active else "0"
            values = {"label": found.label, "points": str(found.points), "condition": found.condition}
            self._ask("edit", rule_id, {**values, "active": active, "version": str(found.version)})

    @action(ADMINISTER)
    async def ask_delete(self, rule_id: int):
        """Ask before a rule goes."""
        if await self._found(rule_id):
            self._ask("delete", rule_id)

    @action(ADMINISTER)
    async def ask_fields(self):
        """Open the choice of fields that the estimate looks at."""
        await self._load()
        chosen = " ".join(choice.key for choice in self.estimate.choices if choice.chosen)
        self._ask("fields", 0, {"fields": chosen})

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add a rule."""
        if await self._try(token, rules.add, typed):
            await self._told()

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a rule that nobody has changed since it was read."""
        if await self._try(token, rules.change, subject, number(self.values.get("version", "")), typed):
            await self._told()

    @action(ADMINISTER)
    async def activate(self, rule_id: int):
        """Let a rule give points."""
        await self._do(rules.switch, rule_id, True)

    @action(ADMINISTER)
    async def deactivate(self, rule_id: int):
        """Let a rule give no points for a while."""
        await self._do(rules.switch, rule_id, False)

    @action(ADMINISTER)
    async def delete(self, rule_id: int):
        """Delete a rule."""
        self.asked = ""
        await self._do(rules.remove, rule_id)

    @action(ADMINISTER)
    async def recount(self):
        """Have all scores brought up to date."""
        await do(rules.recount)
        await self._load()

    @action(ADMINISTER)
    async def learn(self):
        """Have the estimate learn anew."""
        await do(estimating.learn)
        await self._load()

    @action(ADMINISTER)
    async def switch_estimate(self, on: bool):
        """Estimate leads, or no more."""
        await do(estimating.switch, on)
        await self._load()

    @action(ADMINISTER)
    async def choose_fields(self, subject: int, typed: dict[str, str], token: int):
        """Let the estimate look at other fields, and learn anew."""
        await self._try(token, estimating.choose_fields, typed.get("fields", "").split())
        if self.told.ok:
            await self._load()
            self._say(N_("Saved. The estimate learns anew."))

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _hear(self, topics: frozenset[str]) -> None:
        """The work in the background went on or ended; who has left the page need not know."""
        if self.router.url.path.rstrip("/") != PATH:
            return
        progress, learning = await look(_underway)
        if work.TOPIC in topics or learning != self.estimate.learning or progress.underway != self.progress.underway:
            await self._load()
        elif progress != self.progress:
            self.progress = progress

    async def _do(self, verb: Callable[..., Any], *args: Any) -> None:
        await do(verb, *args)
        await self._told()

    async def _told(self) -> None:
        await self._load()
        self._say(N_("Saved. Scores are being recalculated."))

    async def _load(self) -> None:
        board, found = await look(rules.board), await look(estimating.view)
        if board.rules != self.rows:
            self.rows = board.rules
        if board.progress != self.progress:
            self.progress = board.progress
        if found != self.estimate:
            self.estimate = found
            self.field_choices = [
                [choice.key, worded(self.locale, choice.label), USUAL if choice.usual else NOT_USUAL]
                for choice in found.choices
            ]
        self.ready = True

    async def _describe(self, condition: str) -> None:
        self.description, self.names = await look(_described, condition)

    async def _found(self, rule_id: int) -> RuleView | None:
        await self._load()
        found = next((rule for rule in self.rows if rule.id == rule_id), None)
        if found:
            self.subject_name = found.label or found.words
        return found


live.on_topic(work.TOPIC, LeadScoreSettings, "_hear")
live.on_topic("jobs:", LeadScoreSettings, "_hear")

USUAL = N_("Known when leads come in.")
NOT_USUAL = N_("Often filled in while a lead is being qualified: then it tells the outcome rather than foretelling it.")


def _underway(act: Act) -> tuple[Progress, bool]:
    return rules.progress(act), work.learning_now(act.session)


def _described(act: Act, condition: str) -> tuple[Description, dict[str, str]]:
    """What the builder offers, and the names of people and records in a condition."""
    try:
        names = names_in(act, "lead", parsed(condition))
    except BadFilter:  # the form shows what is wrong with it
        names = {}
    return asking.description(act), names
