"""Forms: which there are of a table, and the editor of one (S 13.11)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import reflex as rx

from rxcrm.models.errors import CrmError, NotFound, Stale
from rxcrm.models.fields import fields_of
from rxcrm.models.forms import editing
from rxcrm.models.forms.editing import Draft, FormRow
from rxcrm.models.forms.layout import PARTS
from rxcrm.models.forms.shipped import SHIPPED
from rxcrm.models.forms.using import asks
from rxcrm.models.privileges import role_label, roles
from rxcrm.models.records import Act
from rxcrm.models.shaping.customs import SHAPED
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.numbers import number
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_, gettext, languages, worded

#: Tables whose forms can be shaped: value, label.
TABLES = [[entity, RECORDS[entity].title] for entity in SHAPED]


@dataclass
class Listed:
    """A form in the table: what it is called, for whom it is, in words; `path` leads to its editor."""

    id: int
    name: str
    main: bool
    roles: str
    published: bool
    drafted: bool
    active: bool
    first: bool
    last: bool
    path: str


@dataclass
class Told:
    """The answer to one request of the editor; `stale` if somebody else was faster, then with the version of now."""

    token: int = 0
    ok: bool = False
    problem: str = ""
    stale: bool = False
    version: int = 0


@dataclass
class Editing:
    """A form with everything that its editor needs to know; `loaded` counts how often it was read."""

    loaded: int = 0
    form: Draft | None = None
    #: Field → "required" or "locked" where the editor cannot offer that, with the reason.
    fixed: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Tab or section → what the shipped form calls it; part → what it is.
    names: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    roles: list[list[str]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)


class Forms(AskingMixin, AppState):
    """The forms of one table, and the dialogs about them."""

    entity: str = SHAPED[0]
    rows: list[Listed] = []
    subject_name: str = ""
    #: Value and label of every role, as the dialog of a new form offers them.
    roles: list[list[str]] = []

    @action(ADMINISTER)
    async def open(self):
        """Show the forms of the table that the address names."""
        self.asked = ""
        await self._load(self.router.url.query_parameters.get("table", "") or self.entity)

    @action(ADMINISTER)
    async def choose(self, entity: str):
        """Show the forms of another table."""
        self.asked = ""
        await self._load(entity)

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the dialog of a new form."""
        self._ask("add", 0, {"name": "", "roles": ""})

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Make a form for some roles, and go on to its editor."""
        made = await self._try(token, add_form, self.entity, typed)
        return rx.redirect(path_of(self.entity, made)) if made else None

    @action(ADMINISTER)
    async def move(self, form_id: int, places: int):
        """Let a form be tried earlier or later."""
        await do(editing.move, self.entity, form_id, places)
        await self._load(self.entity)

    @action(ADMINISTER)
    async def set_active(self, form_id: int, active: bool):
        """Take a form out of use or back into it."""
        name = await do(switch, self.entity, form_id, active)
        await self._load(self.entity)
        self._say(N_("%(name)s is in use again.") if active else N_("%(name)s is out of use."), name=name)

    @action(ADMINISTER)
    async def ask_delete(self, form_id: int):
        """Ask before a form goes."""
        self.subject_name = next((row.name for row in self.rows if row.id == form_id), "")
        self._ask("delete", form_id)

    @action(ADMINISTER)
    async def delete(self, form_id: int):
        """Delete a form for roles."""
        self.asked = ""
        name = await do(editing.delete, self.entity, form_id)
        await self._load(self.entity)
        self._say(N_("%(name)s was deleted."), name=name)

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _load(self, entity: str) -> None:
        self.entity = entity if entity in SHAPED else SHAPED[0]
        self.rows, self.roles = await look(shown, self.entity)
        self.ready = True


class FormEditor(AppState):
    """The editor of one form: what is drawn lives in the browser until it is a draft or published."""

    editing: Editing = Editing()
    told: Told = Told()
    missing: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show the form that the address names."""
        await self._load(self._entity(), number(self.router.url.query_parameters.get("form", "0"), 0))

    @action(ADMINISTER)
    async def reload(self, entity: str, form_id: int):
        """Take what somebody else made of the form."""
        await self._load(entity, form_id)

    @action(ADMINISTER)
    async def draft(self, entity: str, form_id: int, version: int, wanted: dict[str, Any], token: int):
        """Keep what was drawn as a draft."""
        if await self._send(token, editing.draft, entity, form_id, version, wanted):
            self._say(N_("The draft was saved. Nobody else sees it yet."))

    @action(ADMINISTER)
    async def publish(self, entity: str, form_id: int, version: int, wanted: dict[str, Any], token: int):
        """Show everybody what was drawn."""
        if await self._send(token, editing.publish, entity, form_id, version, wanted):
            self._say(N_("The form was published. Open forms show it now."))

    @action(ADMINISTER)
    async def discard(self, entity: str, form_id: int, version: int, token: int):
        """Throw the draft away; a form that was never published goes with it."""
        form = self.editing.form
        if form and not form.published:
            await do(editing.discard, entity, form_id, version)
            return rx.redirect(f"/settings/forms?table={entity}")
        await self._send(token, editing.discard, entity, form_id, version)
        return None

    async def _send(self, token: int, verb: Any, entity: str, form_id: int, version: int, *wanted: Any) -> bool:
        """Whether the verb did it; else `told` says why not. What is sent again, because no answer came, is done once."""
        if token and token == self.told.token:
            self.told = replace(self.told)
            return False
        try:
            made = await do(as_id, verb, entity, form_id, version, *wanted)
        except Stale as refusal:
            now = await look(version_of, entity, form_id)
            self.told = Told(token, problem=refusal.text(self.locale), stale=True, version=now)
        except CrmError as refusal:
            self.told = Told(token, problem=refusal.text(self.locale))
        else:
            await self._load(entity, made)
            self.told = Told(token, ok=True)
            return True
        return False

    async def _load(self, entity: str, form_id: int) -> None:
        try:
            found = await look(editing_of, entity, form_id)
        except NotFound as refusal:
            self.missing = refusal.text(self.locale)
            return
        found.loaded = self.editing.loaded + 1
        self.editing, self.missing = found, ""

    def _entity(self) -> str:
        return str(getattr(self, "form_entity", "") or "")


def path_of(entity: str, form_id: int) -> str:
    """The address of the editor of a form."""
    return f"/settings/forms/{entity}" + (f"?form={form_id}" if form_id else "")


def add_form(act: Act, entity: str, typed: dict[str, str]) -> int:
    """The id of a new form."""
    return editing.add(act, entity, typed.get("name", ""), typed.get("roles", "").split()).id or 0


def as_id(act: Act, verb: Any, entity: str, form_id: int, *rest: Any) -> int:
    """Do something with a form; its id, which everybody's gets only when it is changed first."""
    made = verb(act, entity, form_id, *rest)
    return form_id if isinstance(made, bool) else made.id or 0


def switch(act: Act, entity: str, form_id: int, active: bool) -> str:
    """Take a form out of use or back into it; its name."""
    return editing.set_active(act, entity, form_id, active).name


def version_of(act: Act, entity: str, form_id: int) -> int:
    """The version that a form has now; 0 if it is no more."""
    try:
        return editing.opened(act, entity, form_id).version
    except NotFound:
        return 0


def shown(act: Act, entity: str) -> tuple[list[Listed], list[list[str]]]:
    """The forms of a table in words, and the roles that there are."""
    locale = act.who.conventions.locale
    return [_row(locale, row) for row in editing.listed(act, entity)], role_choices(locale)


def role_choices(locale: str) -> list[list[str]]:
    """Value and label of every role, in the order of the settings."""
    return [[role.key, gettext(locale, role.label)] for role in roles().values()]


def _row(locale: str, row: FormRow) -> Listed:
    named = [gettext(locale, role_label(role)) for role in row.roles]
    return Listed(
        id=row.id,
        name=gettext(locale, row.name),
        main=row.main,
        roles=", ".join(named) if not row.main else gettext(locale, N_("Everybody else")),
        published=row.published,
        drafted=row.drafted,
        active=row.active,
        first=row.first,
        last=row.last,
        path=path_of(row.entity, row.id if not row.main else 0),
    )


def editing_of(act: Act, entity: str, form_id: int) -> Editing:
    """A form as its editor needs it. Raises NotFound."""
    form = editing.opened(act, entity, form_id)
    locale = act.who.conventions.locale
    layout = SHIPPED[entity]
    fixed: dict[str, dict[str, str]] = {}
    for name, spec in fields_of(record_table(entity)).items():
        reasons: dict[str, str] = {}
        if spec.locked:
            reasons = dict.fromkeys(("required", "locked"), N_("Only the system writes this field."))
        elif name in form.must_stay:
            reasons = dict.fromkeys(("required", "locked", "remove"), N_("Nothing can be saved without this field."))
        elif not asks(spec):
            reasons = {"required": N_("This field always has a value.")}
        if reasons:
            fixed[name] = {key: gettext(locale, reason) for key, reason in reasons.items()}
    form.name = gettext(locale, form.name)
    return Editing(
        form=form,
        fixed=fixed,
        names={
            **{f"tab:{tab.key}": worded(locale, tab.label) for tab in layout.tabs},
            **{f"section:{section.key}": worded(locale, section.label) for section in layout.sections},
            **{f"header:{place.field}": worded(locale, place.label) for place in layout.header if place.label},
        },
        parts={name: PARTS[name] for name in form.parts},
        roles=role_choices(locale),
        languages=languages(),
    )
