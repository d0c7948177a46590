"""/settings/api-keys: which programs may speak to the server, as whom, and until when (docs/api.md)."""

import reflex as rx

from rxcrm.components.admin import (
    ask_field,
    entry,
    form_dialog,
    link_dialog,
    question,
    row_commands,
    switch,
)
from rxcrm.components.assignment import owners_field
from rxcrm.components.keeping import kept_page
from rxcrm.components.tr import _, ago, moment
from rxcrm.components.views import view_desk
from rxcrm.models.api.keys import NAME_LENGTH, KeyView
from rxcrm.state.gate import AppState
from rxcrm.state.settings.api_keys import LIVES, ApiKeys
from rxcrm.translation import N_

on_load = ApiKeys.open

COLUMNS = [
    (N_("Name"), ""),
    (N_("Acts as"), ""),
    (N_("May"), "from-desk"),
    (N_("Last used"), "from-desk"),
    (N_("Status"), ""),
]


def page() -> rx.Component:
    return kept_page(
        ApiKeys,
        view_desk(),
        dialogs(),
        title=N_("API keys"),
        hint=_(
            "A program with a key reads and writes records over HTTP, below /api/v1, with the rights of the user as whom it acts."
        ),
        add=N_("Add API key"),
        columns=COLUMNS,
        row=row,
        nothing=(
            _("No API keys yet"),
            _("Make one for each program: a web form that brings leads, a report, a link to another system."),
        ),
        class_name="api-keys",
    )


def row(key: rx.Var[KeyView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(rx.el.b(key.name), rx.el.small(rx.el.code(key.begins, "…")), class_name="who"), scope="row"
        ),
        rx.el.td(key.user),
        rx.el.td(rx.cond(key.read_only, _("Only read"), _("Read and write")), class_name="from-desk"),
        rx.el.td(
            rx.cond(key.used != "", ago(key.used), rx.el.span(_("never"), class_name="faint")), class_name="from-desk"
        ),
        rx.el.td(state_of(key)),
        rx.el.td(row_commands(key.name, entry("ban", N_("Revoke"), ApiKeys.ask_revoke(key.id))), class_name="commands"),
        key=key.id,
    )


def state_of(key: rx.Var[KeyView]) -> rx.Component:
    return rx.match(
        key.state,
        ("expired", rx.el.span(_("Expired"), class_name="pill")),
        ("disabled", rx.el.span(_("User is disabled"), class_name="pill")),
        rx.cond(
            key.expires != "",
            rx.el.span(_("until"), " ", moment(key.expires, AppState.zone)),
            rx.el.span(_("Until it is revoked")),
        ),
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        form_dialog(
            ask_field(
                name="name",
                label=_("Name"),
                hint=_("What the program is called, so that it is known later."),
                required=True,
                max_length=NAME_LENGTH,
            ),
            owners_field(
                name="user",
                label=_("Acts as"),
                target="user",
                single=True,
                required=True,
                names=ApiKeys.names,
                hint=_(
                    "The program may do what this user may do, and the history names him. A user of its own is best."
                ),
            ),
            switch(
                name="read_only",
                label=_("Only read"),
                hint=_("Nothing is created, changed or deleted with this key."),
            ),
            ask_field(
                name="life",
                label=_("Works for"),
                options=[[days, label] for days, label in LIVES],
                hint=_("A key that has ended is refused; the program then needs a new one."),
            ),
            open=ApiKeys.asked == "add",
            title=_("Add API key"),
            submit=_("Add API key"),
            subject=ApiKeys.subject,
            values=ApiKeys.values,
            answer=ApiKeys.told,
            whole=True,
            on_send=ApiKeys.add,
            on_close=ApiKeys.dismiss,
        ),
        link_dialog(
            secret=ApiKeys.secret,
            title=_("API key of %(name)s", name=ApiKeys.subject_name),
            note=_(
                "Put this key into the settings of the program. It is shown only now; the server keeps no copy of it. "
                "Whoever has it can do what its user can do."
            ),
            label=_("API key"),
            copy_label=_("Copy key"),
            warning=_("You have not copied the key, and it is not shown again."),
            on_close=ApiKeys.dismiss,
        ),
        question(
            rx.el.p(
                _(
                    "Revoke the key %(name)s? Programs that use it are refused at once. This cannot be undone.",
                    name=ApiKeys.subject_name,
                )
            ),
            open=ApiKeys.asked == "revoke",
            title=_("Revoke"),
            confirm=_("Revoke"),
            danger=True,
            on_confirm=ApiKeys.revoke(ApiKeys.subject),
            on_close=ApiKeys.dismiss,
        ),
    )
