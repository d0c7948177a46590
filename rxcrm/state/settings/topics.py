"""How topics of new leads are composed where nobody types one (S 3.12)."""

from __future__ import annotations

from rxcrm.models import composing, configuration
from rxcrm.models.composing import PATTERN_LENGTH, Examples
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, asker, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_


class TopicSettings(AskingMixin, AppState):
    """The form of the pattern, with a preview of what is typed."""

    places: list[list[str]] = []
    examples: Examples = Examples()
    #: What the form began with: what another administrator has changed since is not replaced unasked.
    _seen: dict[str, str] = {}

    @action(ADMINISTER)
    async def open(self):
        """Show what was chosen."""
        await self._load()

    @action(ADMINISTER)
    async def preview(self, text: str):
        """What leads would be called by the pattern that is being typed."""
        self.examples = await look(composing.examples, text[: PATTERN_LENGTH + 1])

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change what was typed; open forms follow at once."""
        if await self._try(token, composing.choose, typed, self._seen):
            self._say(N_("Saved"))
            await self._load()
        else:
            self._seen = await look(composing.settings_of)

    async def _load(self) -> None:
        self.values = self._seen = await look(composing.settings_of)
        self.places = await look(composing.places)
        self.examples = await look(composing.examples, self.values["topic_pattern"])
        self.ready = True

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Another administrator has changed something: the page shows it; what is typed stays."""
        if self.router.url.path.rstrip("/") != "/settings/topics" or not self.ready or not asker().who.administrator:
            return
        self.values, self.places = await look(composing.settings_of), await look(composing.places)


live.on_topic(configuration.TOPIC, TopicSettings, "_hear")
