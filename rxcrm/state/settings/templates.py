"""Templates of e-mails: the table and the form with its preview."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from rxcrm.models.errors import CrmError, Invalid
from rxcrm.models.mail import templates
from rxcrm.models.mail.tables import MailTemplate
from rxcrm.models.records import Act
from rxcrm.models.richtext import plain
from rxcrm.models.tables import record_table
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

#: Records for which there are templates: value, label.
ENTITIES = [[entity, record_table(entity).title_many] for entity in templates.WRITTEN_TO]
#: Any element but a paragraph or a line break.
_MARKUP = re.compile(r"</?(?!(?:p|br)\b)[a-z]", re.IGNORECASE)


@dataclass
class TemplateRow:
    """A template in the table; `entity` is the label of the records that it is for."""

    id: int
    name: str
    subject: str
    entity: str
    active: bool


@dataclass
class Preview:
    """What is typed, filled in with a record; or why that cannot be done."""

    subject: str = ""
    body: str = ""
    problem: str = ""


class Templates(AskingMixin, AppState):
    """The table of templates and its dialogs."""

    rows: list[TemplateRow] = []
    places: dict[str, list[list[str]]] = {}
    preview: Preview = Preview()
    subject_name: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show every template."""
        self.asked = ""
        self.places = {
            entity: [[place.name, place.source, place.label] for place in templates.merge_fields(entity)]
            for entity in templates.WRITTEN_TO
        }
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new template."""
        self.preview = Preview()
        self._ask("add", values={"name": "", "entity": "lead", "subject": "", "body": "", "active": "1"})

    @action(ADMINISTER)
    async def ask_edit(self, template_id: int):
        """Open the form of a template as it is now."""
        self.preview = Preview()
        self._offer("edit", await look(templates.find, template_id))

    @action(ADMINISTER)
    async def ask_delete(self, template_id: int):
        """Ask before a template goes."""
        self._offer("delete", await look(templates.find, template_id))

    @action(ADMINISTER)
    async def show_preview(self, typed: dict[str, str]):
        """Fill in what is typed with the newest record, without saving it."""
        try:
            subject, body = await look(templates.sample, stored(typed))
        except Invalid as refusal:
            self.preview = Preview(problem=" ".join(refusal.by_field(self.locale).values()))
        except CrmError as refusal:
            self.preview = Preview(problem=refusal.text(self.locale))
        else:
            self.preview = Preview(subject, body)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add a template."""
        if row := await self._try(token, templates.add, stored(typed)):
            self._say(N_("%(name)s was added."), name=row.name)
            await self._load()

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a template; e-mails begun from it stay as they are."""
        if row := await self._try(token, templates.change, subject, stored(typed)):
            self._say(N_("%(name)s was saved."), name=row.name)
            await self._load()

    @action(ADMINISTER)
    async def delete(self, template_id: int):
        """Remove a template."""
        self.asked = ""
        row = await do(templates.remove, template_id)
        self._say(N_("%(name)s was deleted."), name=row.name)
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _load(self) -> None:
        self.rows, self.ready = await look(table), True

    def _offer(self, what: str, row: MailTemplate) -> None:
        values = {"name": row.name, "entity": row.entity, "subject": row.subject, "body": typed_body(row.body)}
        self._ask(what, row.id or 0, {**values, "active": "1" if row.active else "0"})
        self.subject_name = row.name


def table(act: Act) -> list[TemplateRow]:
    """Every template as the table shows it."""
    labels = dict(ENTITIES)
    return [
        TemplateRow(row.id or 0, row.name, row.subject, labels.get(row.entity, row.entity), row.active)
        for row in templates.everything(act)
    ]


def typed_body(body: str) -> str:
    """A body as the form shows it: text with empty lines between paragraphs, or its HTML where it is more than that."""
    if _MARKUP.search(body):
        return body
    return "\n\n".join(plain(part) for part in re.split(r"</p>\s*", body) if plain(part))


def stored(typed: dict[str, str]) -> dict[str, str]:
    """What the form sent, as the verbs take it: text becomes paragraphs, HTML stays."""
    if "body" not in typed or typed["body"].lstrip().startswith("<"):
        return typed
    paragraphs = [p for p in re.split(r"\n[^\S\n]*\n\s*", typed["body"].replace("\r\n", "\n").strip()) if p]
    body = "".join(f"<p>{html.escape(p, quote=False).replace(chr(10), '<br>')}</p>" for p in paragraphs)
    return {**typed, "body": body}
