"""The users: who works here, with which roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

from rxcrm.models import administration, territories
from rxcrm.models.administration import Listed
from rxcrm.models.choices import Role
from rxcrm.models.people import User, working_users
from rxcrm.models.privileges import role_label, roles
from rxcrm.models.records import Act
from rxcrm.settings import settings
from rxcrm.state.gate import AppState, action, asker, do, forget, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin, unit_options
from rxcrm.state.shell import Shell
from rxcrm.translation import N_

#: Users that the list shows at once; with more the search box finds the rest.
USERS_SHOWN = 200

#: What the shipped roles mean; those that administrators changed may mean something else (S 9.4).
MEANINGS: dict[str, str] = {
    Role.SALESPERSON: N_("Works on own records and on shared ones, and imports leads."),
    Role.SALES_MANAGER: N_("Works on the records of the unit and of the units below it."),
    Role.VICE_PRESIDENT: N_("Works on every record of the organisation."),
    Role.TEAM_MEMBER: N_("Reads records and changes none."),
    Role.ADMINISTRATOR: N_("Works on every record, and manages users and settings."),
}
CHANGED = N_("Changed by an administrator: see Settings, Security roles.")


@dataclass
class UserRow:
    """A user in the table. Status: active, invited (no password yet) or disabled; `signed_in` is ISO or empty."""

    id: int
    name: str
    email: str
    roles: list[str]
    unit: str
    manager: str
    status: str
    signed_in: str
    sessions: int
    me: bool


def user_rows(act: Act, term: str) -> list[UserRow]:
    """What the table shows, and one row more if there are more."""
    return [_user_row(act, found) for found in administration.list_users(act, term, USERS_SHOWN + 1)]


def _user_row(act: Act, found: Listed) -> UserRow:
    return UserRow(
        id=found.id,
        name=found.name,
        email=found.email,
        roles=[role_label(role) for role in found.roles],
        unit=found.unit,
        manager=found.manager,
        status="disabled" if found.disabled else "invited" if found.invited else "active",
        signed_in=found.signed_in.isoformat() if found.signed_in else "",
        sessions=found.sessions,
        me=found.id == act.who.id,
    )


@dataclass
class UserForm:
    """What the form of a user starts with and offers; id 0 for a new one."""

    id: int
    values: dict[str, str]
    units: list[list[str]]
    managers: list[list[str]]
    territories: list[list[str]]
    roles: list[list[str]]


def role_choices() -> list[list[str]]:
    """Roles as the form offers them: value, label, what it means."""
    return [
        [spec.key, spec.label, CHANGED if spec.chosen and not spec.custom else MEANINGS.get(spec.key, spec.description)]
        for spec in roles().values()
    ]


def user_form(act: Act, user_id: int) -> UserForm:
    """A new user begins in the asker's unit, as a salesperson."""
    if user_id:
        person = administration.person_of(act.session, administration.find_user(act, user_id))
    else:
        person = administration.Person(unit_id=act.who.unit_id, roles=[Role.SALESPERSON])
    managers = [u for u in working_users(act.session) if u.id != user_id]
    kept = act.session.get(User, person.manager_id) if person.manager_id else None
    if kept and kept not in managers:
        managers.append(kept)
    return UserForm(
        id=user_id,
        values={
            "name": person.name,
            "email": person.email,
            "roles": " ".join(person.roles),
            "unit_id": str(person.unit_id),
            "manager_id": str(person.manager_id or ""),
            "territory_id": str(person.territory_id or ""),
        },
        units=unit_options(administration.tree(act)),
        managers=[["", "---"], *([str(u.id), f"{u.name} ({u.email})"] for u in managers)],
        territories=[["", "---"], *territories.choices(act, person.territory_id)],
        roles=role_choices(),
    )


class Users(AskingMixin, AppState):
    """The table of users and its dialogs."""

    rows: list[UserRow] = []
    more: bool = False
    term: str = ""
    units: list[list[str]] = []
    managers: list[list[str]] = []
    #: Without any the form does not ask.
    territories: list[list[str]] = []
    offered: list[list[str]] = []
    subject_name: str = ""
    link: str = ""
    link_base: str = ""
    link_for: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show everybody; a link that was shown before is gone."""
        self.term, self.asked, self.link = "", "", ""
        await self._load()

    @action(ADMINISTER)
    async def search(self, term: str):
        """Show those whose name or address holds the term."""
        self.term = term[:200]
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new user."""
        self._offer("add", await look(user_form, 0))

    @action(ADMINISTER)
    async def ask_edit(self, user_id: int):
        """Open the form of a user as he is now."""
        self._offer("edit", await look(user_form, user_id))

    @action(ADMINISTER)
    async def ask_reset(self, user_id: int):
        """Ask before a link is made."""
        await self._ask_about("reset", user_id)

    @action(ADMINISTER)
    async def ask_sign_out(self, user_id: int):
        """Ask before sessions are ended."""
        await self._ask_about("sign out", user_id)

    @action(ADMINISTER)
    async def ask_disable(self, user_id: int):
        """Ask before a user is locked out."""
        await self._ask_about("disable", user_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add the user and show the link with which he chooses his password."""
        if made := await self._try(token, administration.add_user, typed):
            self._hand_out(*made)
            await self._load()

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change what was typed."""
        if user := await self._try(token, administration.change_user, subject, typed):
            self._say(N_("%(name)s was saved."), name=user.name)
            await self._load()
            return Shell.enter
        return None

    @action(ADMINISTER)
    async def reset_password(self, user_id: int):
        """Make a one-time link and show it."""
        self.asked = ""
        self._hand_out(*await do(administration.reset_password, user_id))

    @action(ADMINISTER)
    async def sign_out(self, user_id: int):
        """End every session of a user; of oneself this one too."""
        await self._act(administration.sign_out_user, user_id, N_("%(name)s is signed out everywhere."))
        return rx.redirect("/login") if user_id == asker().who.id else None

    @action(ADMINISTER)
    async def disable(self, user_id: int):
        """Lock a user out at once."""
        await self._act(administration.disable_user, user_id, N_("%(name)s is disabled and signed out everywhere."))

    @action(ADMINISTER)
    async def enable(self, user_id: int):
        """Let a user in again."""
        await self._act(administration.enable_user, user_id, N_("%(name)s is enabled and can sign in again."))

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog; a link is forgotten."""
        self.asked = self.link = ""

    async def _act(self, verb: Callable[..., User], user_id: int, done: str) -> None:
        self.asked = ""
        user = await do(verb, user_id)
        forget()
        self._say(done, name=user.name)
        if user_id != asker().who.id or verb is not administration.sign_out_user:
            await self._load()

    async def _load(self) -> None:
        found = await look(user_rows, self.term)
        self.rows, self.more, self.ready = found[:USERS_SHOWN], len(found) > USERS_SHOWN, True

    def _offer(self, what: str, form: UserForm) -> None:
        self.units, self.managers, self.offered = form.units, form.managers, form.roles
        self.territories = form.territories
        self._ask(what, form.id, form.values)
        self.subject_name = form.values["name"]

    async def _ask_about(self, what: str, user_id: int) -> None:
        user = await look(administration.find_user, user_id)
        self._ask(what, user_id)
        self.subject_name = user.name

    def _hand_out(self, user: User, token: str) -> None:
        self.link, self.link_for = f"/password?token={token}", user.name
        self.link_base = settings().public_url.rstrip("/")
