"""Settings pages: their frame with tabs, and the elements that only they use."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours, dialog, menu
from rxcrm.components.frame import frame, icon
from rxcrm.components.local import library
from rxcrm.components.tr import _
from rxcrm.state.gate import AppState
from rxcrm.translation import N_

ADMIN = library("admin.jsx")


class FormDialog(_Ours):
    """A dialog with a form about `subject`; sends what was changed, or with `whole` everything."""

    library = ADMIN
    tag = "FormDialog"
    open: rx.Var[bool]
    title: rx.Var[str]
    submit: rx.Var[str]
    subject: rx.Var[int]
    values: rx.Var[dict[str, str]]
    answer: rx.Var[Any]
    whole: rx.Var[bool]
    wide: rx.Var[bool]
    on_send: rx.EventHandler[passthrough_event_spec(int, dict[str, str], int)]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


class SettingsForm(_Ours):
    """A form that is a page; leaving it with unsaved text asks."""

    library = ADMIN
    tag = "SettingsForm"
    label: rx.Var[str]
    submit: rx.Var[str]
    values: rx.Var[dict[str, str]]
    answer: rx.Var[Any]
    on_send: rx.EventHandler[passthrough_event_spec(int, dict[str, str], int)]


class AskField(_Ours):
    library = ADMIN
    tag = "AskField"
    name: rx.Var[str]
    label: rx.Var[str]
    type: rx.Var[str]
    hint: rx.Var[str]
    options: rx.Var[list[Any]]
    literal: rx.Var[bool]
    required: rx.Var[bool]
    max_length: rx.Var[int]
    #: A text of so many lines.
    lines: rx.Var[int]


class ChoiceCards(_Ours):
    library = ADMIN
    tag = "ChoiceCards"
    name: rx.Var[str]
    label: rx.Var[str]
    options: rx.Var[list[Any]]
    single: rx.Var[bool]
    required: rx.Var[bool]


class Switch(_Ours):
    library = ADMIN
    tag = "Switch"
    name: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]
    #: It can be seen and not changed.
    fixed: rx.Var[bool]


class DepthField(_Ours):
    """A cell of the matrix of a role: how far a privilege reaches, as a menu that shows it as a picture."""

    library = ADMIN
    tag = "DepthField"
    name: rx.Var[str]
    label: rx.Var[str]
    #: The label that stands before the cell where the columns have none, on a telephone.
    short: rx.Var[str]
    options: rx.Var[list[Any]]
    fixed: rx.Var[bool]


class ColourChoice(_Ours):
    library = ADMIN
    tag = "ColourChoice"
    name: rx.Var[str]
    label: rx.Var[str]
    options: rx.Var[list[Any]]
    hint: rx.Var[str]


class AddressQuery(_Ours):
    library = ADMIN
    tag = "AddressQuery"
    name: rx.Var[str]
    value: rx.Var[str]


class Sortable(_Ours):
    """Around a table whose rows can be put into another order; `end` stands for the place behind the last one."""

    library = library("sorting.jsx")
    tag = "Sortable"
    order: rx.Var[Any]
    end: rx.Var[int]
    on_place: rx.EventHandler[passthrough_event_spec(int, int)]


class RowMover(_Ours):
    """Grip and arrows of a row of a sortable table."""

    library = library("sorting.jsx")
    tag = "RowMover"
    name: rx.Var[str]
    first: rx.Var[bool]
    last: rx.Var[bool]


class LinkDialog(_Ours):
    """Something to be copied that is shown once: a link, while `path` is not empty, or a `secret`.

    `label` names the text, `copy` the button, and `warning` is said to whoever closes it without having copied.
    """

    library = ADMIN
    tag = "LinkDialog"
    path: rx.Var[str]
    base: rx.Var[str]
    secret: rx.Var[str]
    title: rx.Var[str]
    note: rx.Var[str]
    label: rx.Var[str]
    copy_label: rx.Var[str]
    warning: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


class TabLink(_Ours):
    library = ADMIN
    tag = "TabLink"
    to: rx.Var[str]
    label: rx.Var[str]
    #: Whether it is the page that is seen, where the address alone does not say it.
    current: rx.Var[bool]
    #: Whether it stands for the pages below its address too.
    below: rx.Var[bool]


class MenuEntry(_Ours):
    library = ADMIN
    tag = "MenuEntry"
    label: rx.Var[str]
    why: rx.Var[str]


class MenuLink(_Ours):
    library = ADMIN
    tag = "MenuLink"
    label: rx.Var[str]
    to: rx.Var[str]


form_dialog, settings_form, link_dialog = FormDialog.create, SettingsForm.create, LinkDialog.create
ask_field, choice_cards, switch = AskField.create, ChoiceCards.create, Switch.create
depth_field = DepthField.create
colour_choice, address_query = ColourChoice.create, AddressQuery.create
sortable, row_mover = Sortable.create, RowMover.create
tab_link, menu_entry, menu_link = TabLink.create, MenuEntry.create, MenuLink.create


def settings_page(*children: rx.Component, right: str = "administer") -> rx.Component:
    """The frame of every settings page: title and tabs above; whoever lacks the `right` is told so.

    The tabs are for administrators: others come to their one page from where they need it.
    """
    return frame(
        rx.cond(
            AppState.rights[right],
            rx.fragment(
                rx.el.header(
                    rx.el.h1(_("Settings")),
                    settings_tabs(),
                    class_name="settings-head",
                ),
                rx.el.div(*children, class_name="settings-body"),
            ),
            rx.el.div(
                rx.el.h2(_("Settings are for administrators")),
                rx.el.p(_("Ask an administrator of your organisation to change something here.")),
                class_name="empty page-empty",
            ),
        ),
        main_class="settings-page",
    )


#: The pages of the settings by group: address and label.
GROUPS: list[tuple[str, list[tuple[str, str]]]] = [
    (
        N_("Organisation"),
        [
            ("/settings", N_("Organisation")),
            ("/settings/users", N_("Users")),
            ("/settings/security-roles", N_("Security roles")),
            ("/settings/column-security", N_("Column security")),
            ("/settings/teams", N_("Teams")),
            ("/settings/units", N_("Business units")),
            ("/settings/territories", N_("Territories")),
            ("/settings/currencies", N_("Currencies")),
        ],
    ),
    (
        N_("Tables"),
        [
            ("/settings/fields", N_("Fields")),
            ("/settings/option-lists", N_("Option lists")),
            ("/settings/tags", N_("Tags")),
            ("/settings/forms", N_("Forms")),
            ("/settings/views", N_("Views")),
            ("/settings/duplicates", N_("Duplicates")),
            ("/settings/addresses", N_("Address suggestions")),
        ],
    ),
    (
        N_("Sales"),
        [
            ("/settings/processes", N_("Processes")),
            ("/settings/topics", N_("Topics of leads")),
            ("/settings/qualification", N_("Lead qualification")),
            ("/settings/assignment-rules", N_("Assignment rules")),
            ("/settings/lead-score", N_("Lead score")),
            ("/settings/campaigns", N_("Campaigns")),
            ("/settings/roles", N_("Connection roles")),
        ],
    ),
    (
        N_("Exchange of data"),
        [
            ("/settings/templates", N_("E-mail templates")),
            ("/settings/exchange", N_("Exchange")),
            ("/settings/api-keys", N_("API keys")),
            ("/settings/sample-data", N_("Sample data")),
            ("/settings/file", N_("Settings file")),
            ("/settings/jobs", N_("Background work")),
        ],
    ),
]


def settings_tabs() -> rx.Component:
    """The pages of the settings: a column beside them, or tabs above them where there is no room."""
    return rx.cond(
        AppState.rights["administer"],
        rx.el.nav(
            *[
                rx.el.div(
                    rx.el.span(_(title), class_name="tab-group", aria_hidden="true"),
                    # Pages below an address belong to it, but for the first page, below which all others are.
                    *[tab_link(to=path, label=_(label), below=path != "/settings") for path, label in pages],
                    role="group",
                    aria_label=_(title),
                )
                for title, pages in GROUPS
            ],
            aria_label=_("Settings"),
            class_name="tab-links",
        ),
    )


def table_card(title: str, *beside: rx.Component, body: list[rx.Component]) -> rx.Component:
    """A section with a table: its title, what stands beside that, and the table with what belongs to it."""
    return rx.el.section(
        rx.el.header(rx.el.h2(_(title)), *beside, class_name="table-head"),
        *body,
        aria_label=_(title),
        class_name="table-card",
    )


def add_button(label: str, event: Any) -> rx.Component:
    """The button of a table card that begins something new."""
    return rx.el.button(icon("plus"), rx.el.span(_(label)), type="button", class_name="button primary", on_click=event)


def command_table(caption: str, columns: list[tuple[str, str]], rows: rx.Component, class_name: str) -> rx.Component:
    """A table of which each row ends with its commands. A column is its label and the class of its cells."""
    return rx.el.table(
        rx.el.caption(_(caption), class_name="unseen"),
        rx.el.thead(
            rx.el.tr(
                *[rx.el.th(_(label), scope="col", class_name=kind) for label, kind in columns],
                rx.el.th(rx.el.span(_("Commands"), class_name="unseen"), scope="col", class_name="commands"),
            )
        ),
        rx.el.tbody(rows),
        class_name=class_name,
    )


def row_commands(name: rx.Var, *entries: rx.Component) -> rx.Component:
    """The menu at the end of a row, about whom or what is called `name`."""
    return menu(
        *entries,
        label=_("Commands for %(name)s", name=name),
        text=icon("ellipsis"),
        class_name="icon-button",
        align="end",
    )


def loading() -> rx.Component:
    return rx.el.div(rx.el.span(class_name="spinner"), class_name="waiting", role="status", aria_label=_("Loading"))


def question(
    *body: rx.Component,
    open: rx.Var[bool],
    title: rx.Var[str],
    confirm: rx.Var[str],
    on_confirm: Any,
    on_close: Any,
    danger: bool = False,
) -> rx.Component:
    """Asks before something is done."""
    return dialog(
        *body,
        rx.el.footer(
            rx.el.button(_("Cancel"), type="button", class_name="button", on_click=on_close),
            rx.el.button(
                confirm, type="button", class_name="button danger" if danger else "button primary", on_click=on_confirm
            ),
        ),
        open=open,
        title=title,
        on_close=on_close,
    )


def entry(sign: str, label: str, event: Any, why_not: rx.Var | str = "") -> rx.Component:
    """A menu entry; while there is a reason it cannot be chosen and shows it (S 13.2)."""
    return menu_entry(icon(sign), label=_(label), why=why_not, on_click=event)


def delete_question(state: Any, text: rx.Var) -> rx.Component:
    """Asks before the subject of a settings page is deleted; `text` names it."""
    return question(
        rx.el.p(text),
        open=state.asked == "delete",
        title=_("Delete"),
        confirm=_("Delete"),
        danger=True,
        on_confirm=state.delete(state.subject),
        on_close=state.dismiss,
    )
