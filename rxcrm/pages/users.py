"""/settings/users: who works here, with which roles (S 9.4, 9.5, 13.5)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    choice_cards,
    command_table,
    entry,
    form_dialog,
    link_dialog,
    loading,
    question,
    row_commands,
    settings_page,
    table_card,
)
from rxcrm.components.tr import _, moment, plural
from rxcrm.state.gate import AppState
from rxcrm.state.settings.users import USERS_SHOWN, UserRow, Users
from rxcrm.translation import N_

on_load = Users.open

COLUMNS = [
    (N_("Name"), ""),
    (N_("E-mail"), "from-wide"),
    (N_("Roles"), ""),
    (N_("Business Unit"), ""),
    (N_("Manager"), "from-wide"),
    (N_("Status"), ""),
    (N_("Last signed in"), "from-desk"),
]


def page() -> rx.Component:
    return settings_page(
        table_card(
            N_("Users"),
            rx.el.input(
                type="search",
                aria_label=_("Search users"),
                placeholder=_("Search users"),
                class_name="text-input search",
                max_length=200,
                auto_complete="off",
                on_change=Users.search.debounce(200),
            ),
            add_button(N_("Add user"), Users.ask_add),
            body=[
                rx.cond(Users.ready, rx.cond(Users.rows.length() > 0, table(), nobody()), loading()),
                rx.cond(
                    Users.more,
                    rx.el.p(
                        plural(
                            "The first %(n)s user is shown. Search to find others.",
                            "The first %(n)s users are shown. Search to find others.",
                            USERS_SHOWN,
                        ),
                        class_name="table-note",
                    ),
                ),
            ],
        ),
        dialogs(),
    )


def nobody() -> rx.Component:
    return rx.el.div(
        rx.el.h2(_("Nobody found")),
        rx.el.p(_("No name or e-mail address holds what you typed.")),
        class_name="empty",
        role="status",
    )


def table() -> rx.Component:
    return command_table(N_("Users"), COLUMNS, rx.foreach(Users.rows, row), "users")


def row(user: rx.Var[UserRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.span(user.name[0], class_name="avatar small", aria_hidden="true"),
                rx.el.span(
                    rx.el.span(
                        rx.el.button(
                            user.name,
                            type="button",
                            class_name="link",
                            title=_("Edit"),
                            on_click=Users.ask_edit(user.id),
                        ),
                        rx.cond(user.me, rx.el.span(_("You"), class_name="badge")),
                        class_name="name",
                    ),
                    rx.el.small(user.email, class_name="below-wide"),
                    class_name="who",
                ),
                class_name="person",
            ),
            scope="row",
        ),
        rx.el.td(user.email, class_name="from-wide"),
        rx.el.td(
            rx.el.span(rx.foreach(user.roles, lambda role: rx.el.span(_(role), class_name="pill")), class_name="pills")
        ),
        rx.el.td(user.unit),
        rx.el.td(rx.cond(user.manager != "", user.manager, "---"), class_name="from-wide"),
        rx.el.td(status(user)),
        rx.el.td(signed_in(user), class_name="from-desk"),
        rx.el.td(commands(user), class_name="commands"),
        key=user.id,
        class_name=user.status,
    )


def status(user: rx.Var[UserRow]) -> rx.Component:
    return rx.match(
        user.status,
        ("disabled", rx.el.span(_("Disabled"), class_name="pill is-disabled")),
        (
            "invited",
            rx.el.span(
                _("No password yet"),
                class_name="pill is-invited",
                title=_("Has not used the link to choose a password."),
            ),
        ),
        rx.el.span(_("Active"), class_name="pill is-active"),
    )


def signed_in(user: rx.Var[UserRow]) -> rx.Component:
    """When he did so last, also after he has signed out, and on how many browsers he still is."""
    return rx.cond(
        user.signed_in != "",
        rx.el.span(
            rx.el.time(moment(user.signed_in, AppState.zone), date_time=user.signed_in),
            rx.cond(user.sessions > 1, rx.el.small(" · ", plural("%(n)s browser", "%(n)s browsers", user.sessions))),
        ),
        rx.el.span(_("Never"), class_name="faint"),
    )


def commands(user: rx.Var[UserRow]) -> rx.Component:
    """What can be done with a user; what the state forbids is there with its reason (S 13.2)."""
    disabled = user.status == "disabled"
    return row_commands(
        user.name,
        entry("pencil", N_("Edit"), Users.ask_edit(user.id)),
        entry(
            "key-round",
            N_("Reset password"),
            Users.ask_reset(user.id),
            rx.cond(disabled, _("Enable the account first."), ""),
        ),
        entry(
            "log-out",
            N_("Sign out everywhere"),
            Users.ask_sign_out(user.id),
            rx.cond(user.sessions == 0, _("Not signed in anywhere."), ""),
        ),
        rx.cond(
            disabled,
            entry("user-check", N_("Enable"), Users.enable(user.id)),
            entry(
                "user-x",
                N_("Disable"),
                Users.ask_disable(user.id),
                rx.cond(user.me, _("You cannot disable yourself."), ""),
            ),
        ),
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        form_dialog(
            *user_fields(),
            open=Users.asked == "add",
            title=_("Add user"),
            submit=_("Add user"),
            values=Users.values,
            answer=Users.told,
            whole=True,
            wide=True,
            on_send=Users.add,
            on_close=Users.dismiss,
        ),
        form_dialog(
            *user_fields(),
            open=Users.asked == "edit",
            title=_("Edit %(name)s", name=Users.subject_name),
            submit=_("Save"),
            subject=Users.subject,
            values=Users.values,
            answer=Users.told,
            wide=True,
            on_send=Users.save,
            on_close=Users.dismiss,
        ),
        question(
            rx.el.p(
                _(
                    "You get a link with which %(name)s chooses a new password once, within 24 hours.",
                    name=Users.subject_name,
                )
            ),
            rx.el.p(_("Until then the old password works. An earlier link stops working."), class_name="hint"),
            open=Users.asked == "reset",
            title=_("Reset password"),
            confirm=_("Make a link"),
            on_confirm=Users.reset_password(Users.subject),
            on_close=Users.dismiss,
        ),
        question(
            rx.el.p(_("End every session of %(name)s?", name=Users.subject_name)),
            rx.cond(
                Users.subject == AppState.user_id,
                rx.el.p(_("That includes this one: you will have to sign in again."), class_name="hint"),
                rx.el.p(_("Whoever knows the password can sign in again."), class_name="hint"),
            ),
            open=Users.asked == "sign out",
            title=_("Sign out everywhere"),
            confirm=_("Sign out"),
            on_confirm=Users.sign_out(Users.subject),
            on_close=Users.dismiss,
        ),
        question(
            rx.el.p(_("Lock %(name)s out at once?", name=Users.subject_name)),
            rx.el.p(_("Records keep their owner. You can enable the account again at any time."), class_name="hint"),
            open=Users.asked == "disable",
            title=_("Disable"),
            confirm=_("Disable"),
            danger=True,
            on_confirm=Users.disable(Users.subject),
            on_close=Users.dismiss,
        ),
        link_dialog(
            path=Users.link,
            base=Users.link_base,
            title=_("Link for %(name)s", name=Users.link_for),
            note=_(
                "Send this link to %(name)s to choose a password. It works once, within 24 hours, and is shown only now.",
                name=Users.link_for,
            ),
            label=_("Link to choose a password"),
            copy_label=_("Copy link"),
            warning=_("You have not copied the link, and it is not shown again."),
            on_close=Users.dismiss,
        ),
    )


def user_fields() -> list[rx.Component]:
    return [
        rx.el.div(
            ask_field(name="name", label=_("Name"), required=True, max_length=160),
            ask_field(
                name="email", label=_("E-mail"), type="email", required=True, max_length=254, hint=_("Used to sign in.")
            ),
            ask_field(
                name="unit_id",
                label=_("Business Unit"),
                options=Users.units,
                literal=True,
                required=True,
                hint=_("Where the user works; rights by unit go by it."),
            ),
            ask_field(
                name="manager_id",
                label=_("Manager"),
                options=Users.managers,
                literal=True,
                hint=_("For “my reports” in filters: whoever manages him, directly or through others."),
            ),
            rx.cond(
                Users.territories.length() > 1,
                ask_field(
                    name="territory_id",
                    label=_("Territory"),
                    options=Users.territories,
                    literal=True,
                    hint=_("Where this user sells."),
                ),
            ),
            class_name="two",
        ),
        choice_cards(name="roles", label=_("Roles"), options=Users.offered, required=True),
    ]
