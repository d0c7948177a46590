"""Views: what a list says of the one that it shows, and everything that can be done with it (S 7.2, 9.1)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from rxcrm.models import assigning, lists, naming, publishing, references, saved_views, view_choices
from rxcrm.models.access import Privilege
from rxcrm.models.defining import definition_of, gone_columns
from rxcrm.models.errors import CrmError, Invalid, Stale
from rxcrm.models.filters.conditions import BadFilter
from rxcrm.models.filters.describing import Description, describe_filters
from rxcrm.models.filters.operators import OWNERS, USERS
from rxcrm.models.filters.wording import Words, names_in, problems, words_of
from rxcrm.models.found_by import searched
from rxcrm.models.lists import Ask
from rxcrm.models.people import User
from rxcrm.models.privileges import roles
from rxcrm.models.records import Act
from rxcrm.models.saved_view import Purpose
from rxcrm.models.saved_views import NameTaken, Reader
from rxcrm.models.system_views import edited_view, key_of
from rxcrm.models.tables import REFERENCES, record_table
from rxcrm.models.view_changes import consequences
from rxcrm.models.views import View
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do, look
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")
ADMINISTER = Privilege.ADMINISTER
#: Characters of a definition that the page sends.
LONGEST = 200_000
COLUMNS_GONE = N_("This view has columns whose fields don't exist any more; they are left out.")
CANDIDATES = 10
#: Whom an assignment rule can name: owners, and territories for who works in them.
ASSIGNEES = "assignee"
#: What of a definition makes a list different from its view, besides the columns.
COMPARED = ("where", "sort", "group", "totals")
#: What makes it different only for who can save it: to look at a chart of a view that belongs to all, or to widen one of
#: its columns, is no change that anybody would be asked to discard.
COMPARED_BY_CHANGERS = ("kind", "widths", "settings", "pinned", "find")


@dataclass
class Chip:
    """One row of the filter above a list, in the user's language; `problem` says why it cannot be asked.

    `field`, `operator` and `values` are the parts of a row that is no group.
    """

    text: str
    problem: str = ""
    field: str = ""
    operator: str = ""
    values: str = ""


@dataclass
class Head:
    """What stands above a list: its view, the filter in words, what is different from the saved view.

    `shown` is the definition of what is shown, `saved` that of the view itself; both are JSON data of rxcrm.models.defining.
    `names` are those of users and records in the filter. `system` views are changed by administrators, who see a `draft`;
    `purpose` is what one is for that stands in no selector, `searched` names the fields in which the search box looks.
    """

    key: str = ""
    id: int = 0
    label: str = ""
    version: int = 0
    system: bool = False
    mine: bool = False
    change: bool = False
    draft: bool = False
    purpose: str = ""
    description: str = ""
    searched: list[str] = field(default_factory=list)
    any: bool = False
    chips: list[Chip] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    saved: dict[str, Any] = field(default_factory=dict)
    changed: bool = False
    problems: list[str] = field(default_factory=list)


@dataclass
class Told:
    """The answer to one command, recognised by its token.

    With `taken` another view has the name, in that version; `key` is the view to go to.
    """

    token: int = 0
    ok: bool = False
    problem: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    taken: int = 0
    key: str = ""
    stale: bool = False


@dataclass
class Summary:
    """What saving over a view would change for others."""

    token: int = 0
    people: int = 0
    shared_with: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    problem: str = ""


@dataclass
class Candidate:
    """Somebody or something that a filter or a share can name."""

    key: str
    name: str
    detail: str = ""


@dataclass
class Candidates:
    """Candidates for one question, recognised by its token."""

    token: int = 0
    hits: list[Candidate] = field(default_factory=list)


@dataclass
class Sharing:
    """With whom a view is shared."""

    id: int = 0
    readers: list[Reader] = field(default_factory=list)


@dataclass
class PinnedView:
    """A view in the site map."""

    entity: str
    label: str
    path: str


def head_of(act: Act, ask: Ask, *, draft: bool = False) -> tuple[Head, View]:
    """What stands above the list that is asked for, and the view as it is shown."""
    found = saved_views.resolve(act, ask.entity, ask.view)
    base, row = found.view, found.row
    listed = edited_view(base.entity, base.key)
    head = Head(base.key, base.id, base.label, row.version if row else listed.version if listed else 0)
    head.system = row is None
    head.mine = row is not None and row.owner_id == act.who.id
    head.change = act.who.administrator if row is None else saved_views.may_change(act, row)
    head.purpose = listed.purpose.value if listed and head.system else ""
    head.description = row.description if row else listed.description if listed else ""
    editing = draft and act.who.administrator and head.system
    if editing:
        edited = publishing.draft_of(act, base.entity, base.key)
        base, head.version, head.draft, head.label = edited.view, edited.version, edited.drafted, edited.view.label
        head.description = edited.description
    view = lists.changed(base, ask)
    words = words_of(act, view.entity, view.where)
    head.any = view.where.any
    head.chips = [_chip(part, act.who.conventions.locale) for part in words.parts]
    head.names = names_in(act, view.entity, view.where)
    head.shown, head.saved = definition_of(view), definition_of(base)
    head.changed = _differs(base, view, changer=editing or (row is not None and head.change))
    locale = act.who.conventions.locale
    head.searched = [gettext(locale, label) for label in searched(base.entity)]
    told = [found.problem, COLUMNS_GONE if gone_columns(base) else ""]
    head.problems = [gettext(locale, problem) for problem in told if problem] + problems(words)
    return head, view


def _chip(words: Words, locale: str) -> Chip:
    parts = () if words.parts else (words.field, words.operator, words.values)
    return Chip(words.text(locale), " ".join(problems(words)), *parts)


def _differs(base: View, view: View, *, changer: bool) -> bool:
    """Whether something else is shown than was saved; columns that are gone make no difference."""
    kept = tuple(key for key in base.columns if key not in gone_columns(base))
    names = COMPARED + COMPARED_BY_CHANGERS if changer else COMPARED
    return view.columns != kept or any(_compared(view, name) != _compared(base, name) for name in names)


def _compared(view: View, name: str) -> Any:
    """What a view has under a name; of widths those in which its columns are drawn, whether they were set or not."""
    if name == "widths":
        return {column.key: dict(view.widths).get(column.key, column.width) for column in lists.columns_of(view)}
    return set(view.pinned) if name == "pinned" else getattr(view, name)


def damaged(act: Act, ask: Ask, refusal: CrmError) -> Head:
    """The head of a list whose filter cannot be read at all."""
    found = saved_views.resolve(act, ask.entity, ask.view)
    head = Head(found.view.key, found.view.id, found.view.label, changed=True)
    head.shown = head.saved = definition_of(found.view)
    head.system = found.row is None
    head.problems = [refusal.text(act.who.conventions.locale)]
    return head


class Views(AppState):
    """What view pickers, filter builders and the pages of views ask."""

    described: Description = Description()
    #: Roles as which an administrator may look at a view: key, label.
    roles: list[list[str]] = []
    told: Told = Told()
    summary: Summary = Summary()
    candidates: Candidates = Candidates()
    sharing: Sharing = Sharing()
    pinned: list[PinnedView] = []

    # -- what can be asked -------------------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def describe(self, entity: str):
        """What a filter of a table may speak of."""
        self.described = await look(describe_filters, entity)
        self.roles = [[role.key, role.label] for role in roles().values()]

    @action(SIGNED_IN)
    async def find(self, target: str, term: str, token: int):
        """Candidates for a value: people, teams, roles, records."""
        self.candidates = Candidates(token, await look(candidates, target, term[:200]))

    @action(SIGNED_IN)
    async def load_pinned(self):
        """The views in the site map."""
        await self._load_pinned()

    # -- one's own and shared views ----------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def summarise(self, view_id: int, definition: str, token: int):
        """What saving over a view would change for others."""
        try:
            found = await look(consequences, view_id, _read(definition))
        except CrmError as refusal:
            self.summary = Summary(token, problem=_sentence(refusal, self.locale))
        else:
            self.summary = Summary(token, found.people, found.shared_with, found.changes)

    @action(SIGNED_IN)
    async def save(self, view_id: int, version: int, definition: str, token: int):
        """Save over a view."""
        if await self._try(token, lambda act: saved_views.save(act, view_id, version, _read(definition))):
            self._say(N_("The view was saved."))

    @action(SIGNED_IN)
    async def save_as(self, entity: str, name: str, description: str, definition: str, replace: int, token: int):
        """Keep what is shown as a view of one's own; `replace` is the version of the one to be replaced."""

        def keep(act: Act) -> str:
            row = saved_views.save_as(act, entity, name, _read(definition), description, replace=replace)
            return key_of(row.id or 0)

        if await self._try(token, keep):
            self._say(N_("The view %(name)s was saved."), name=name.strip())

    @action(SIGNED_IN)
    async def rename(self, view_id: int, version: int, name: str, description: str, token: int):
        """Give a view another name."""
        await self._try(token, lambda act: saved_views.rename(act, view_id, version, name, description))

    @action(SIGNED_IN)
    async def remove(self, view_id: int, token: int):
        """Delete a view of one's own."""
        if await self._try(token, lambda act: saved_views.remove(act, view_id)):
            self._say(N_("The view was deleted."))
            await self._load_pinned()

    @action(SIGNED_IN)
    async def activate(self, view_id: int, active: bool, token: int):
        """Take a view of one's own out of use, or bring it back."""
        await self._try(token, lambda act: saved_views.activate(act, view_id, active))

    @action(SIGNED_IN)
    async def hand_over(self, view_id: int, user_id: int, keep: bool, token: int):
        """Give a view of one's own to another user; with `keep` one still uses it."""

        def hand(act: Act) -> None:
            saved_views.hand_over(act, view_id, cast(User, assigning.owner(act, "user", user_id)), keep=keep)

        if await self._try(token, hand):
            self._say(N_("The view was handed over."))
            await self._load_pinned()

    @action(SIGNED_IN)
    async def show_readers(self, view_id: int):
        """With whom a view is shared."""
        self.sharing = Sharing(view_id, await look(_readers, view_id))

    @action(SIGNED_IN)
    async def share(self, view_id: int, wanted: list[dict[str, str]], token: int):
        """Share a view with exactly these: each with kind, id and "1" under `change` for whoever may change it."""
        readers = [Reader(w.get("kind", ""), w.get("id", ""), change=w.get("change") == "1") for w in wanted[:500]]
        if await self._try(token, lambda act: saved_views.share(act, view_id, readers)):
            self.sharing = Sharing(view_id, await look(_readers, view_id))

    @action(SIGNED_IN)
    async def begin_with(self, entity: str, key: str, token: int):
        """Begin with a view from now on; "" for the one that the system chose."""
        if await self._try(token, lambda act: view_choices.begin_with(act, entity, key)):
            self._say(N_("You begin with this view from now on.") if key else N_("You begin as everybody does."))

    @action(SIGNED_IN)
    async def hide(self, entity: str, key: str, hidden: bool, token: int):
        """Leave a view out of one's own selector."""
        await self._try(token, lambda act: view_choices.hide(act, entity, key, hidden))

    @action(SIGNED_IN)
    async def pin(self, entity: str, key: str, there: bool, token: int):
        """Put a view into one's own site map."""
        if await self._try(token, lambda act: view_choices.pin(act, entity, key, there)):
            await self._load_pinned()

    @action(SIGNED_IN)
    async def arrange(self, entity: str, how: str, token: int):
        """Arrange one's own selector."""
        await self._try(token, lambda act: view_choices.arrange(act, entity, how))

    # -- views of the system -----------------------------------------------------------------------------------------

    @action(ADMINISTER)
    async def draft(
        self, entity: str, key: str, version: int, definition: str, name: str, description: str, token: int
    ):
        """Keep a change of a system view, unpublished; without key it is a new view."""

        def keep(act: Act) -> str:
            if not key:
                return key_of(publishing.add(act, entity, name, _read(definition), description).id or 0)
            publishing.draft(act, entity, key, version, _read(definition), name, description)
            return key

        if await self._try(token, keep):
            self._say(N_("The draft was saved. Nobody else sees it before it is published."))

    @action(ADMINISTER)
    async def publish(self, entity: str, key: str, version: int, token: int):
        """Show everybody what is drafted."""

        def show(act: Act) -> str:
            publishing.publish(act, entity, key, version)
            return key

        if await self._try(token, show):
            self._say(N_("The view was published."))

    @action(ADMINISTER)
    async def discard_draft(self, entity: str, key: str, version: int, token: int):
        """Throw a draft away."""
        await self._try(token, lambda act: publishing.discard(act, entity, key, version))

    @action(ADMINISTER)
    async def publish_personal(self, view_id: int, token: int):
        """Make one's own view one for everybody."""

        def show(act: Act) -> str:
            return key_of(publishing.publish_personal(act, view_id).id or 0)

        if await self._try(token, show):
            self._say(N_("The view was published."))

    async def _load_pinned(self) -> None:
        found = await look(pinned)
        if found != self.pinned:
            self.pinned = found

    async def _try(self, token: int, verb: Callable[[Act], Any]) -> bool:
        """Do something with a view and tell the page under its token how that went."""
        try:
            done = await do(verb)
        except NameTaken as taken:
            self.told = Told(token, problem=taken.text(self.locale), taken=taken.version)
        except Stale as refusal:
            self.told = Told(token, problem=refusal.text(self.locale), stale=True)
        except Invalid as refusal:
            errors = refusal.by_field(self.locale)
            self.told = Told(token, problem=" ".join(errors.values()), errors=errors)
        except CrmError as refusal:
            self.told = Told(token, problem=refusal.text(self.locale))
        except Exception:
            # A defect, told in the log; the page must not wait for an answer that never comes.
            log.exception("a view could not be changed")
            self.told = Told(token, problem=gettext(self.locale, BROKEN))
        else:
            self.told = Told(token, ok=True, key=done if isinstance(done, str) else "")
        return self.told.ok


def _sentence(refusal: CrmError, locale: str) -> str:
    return " ".join(refusal.by_field(locale).values()) if isinstance(refusal, Invalid) else refusal.text(locale)


def _read(definition: str) -> dict[str, Any]:
    """The definition that the page sent. Raises BadFilter for one that is none."""
    if len(definition) > LONGEST:
        raise BadFilter
    try:
        found = json.loads(definition)
    except (ValueError, RecursionError):
        raise BadFilter from None
    if not isinstance(found, dict):
        raise BadFilter
    return found


def _readers(act: Act, view_id: int) -> list[Reader]:
    """With whom a view is shared; the names of roles in the asker's language."""
    found = saved_views.readers(act, saved_views.find(act, view_id))
    locale = act.who.conventions.locale
    return [Reader(r.kind, r.id, gettext(locale, r.name) if r.kind == "role" else r.name, r.change) for r in found]


def candidates(act: Act, target: str, term: str) -> list[Candidate]:
    """Who or what a value may name: "owner" finds users and teams, "reader" roles besides, "assignee" territories besides,
    a table its records.
    """
    found: list[Candidate] = []
    if target == ASSIGNEES:
        areas = references.find(act, "territory", term, CANDIDATES)
        return [*candidates(act, OWNERS, term), *(Candidate(f"territory:{i}", n, N_("Territory")) for i, n, _ in areas)]
    if target in (OWNERS, USERS, "reader"):
        found += [Candidate(f"user:{u.id}", u.name, u.detail) for u in naming.users(act, term, CANDIDATES)]
        if target != USERS:
            found += [Candidate(f"team:{i}", name, N_("Team")) for i, name in naming.teams(act, term, CANDIDATES)]
        if target == "reader":
            locale = act.who.conventions.locale
            named = [(role.key, gettext(locale, role.label)) for role in roles().values()]
            found += [
                Candidate(f"role:{key}", name, N_("Role")) for key, name in named if term.casefold() in name.casefold()
            ]
        return found
    if target in REFERENCES:
        return [Candidate(str(i), name, detail) for i, name, detail in references.find(act, target, term, CANDIDATES)]
    entity = record_table(target).entity
    return [
        Candidate(str(h.id), h.name, h.detail)
        for h in lists.find(act, entity, term, CANDIDATES, purpose=Purpose.LOOKUP)
    ]


def pinned(act: Act) -> list[PinnedView]:
    """The views in the asker's site map, as far as they are still there for him."""
    found = []
    for entity, key in view_choices.pinned(act):
        view = saved_views.resolve(act, entity, key)
        if not view.problem:
            found.append(PinnedView(entity, view.view.label, f"{record_table(entity).path}?view={key}"))
    return found
