"""/settings/security-roles: what each role may, table by table (S 9.4)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    delete_question,
    depth_field,
    form_dialog,
    loading,
    question,
    settings_form,
    settings_page,
    switch,
    tab_link,
    table_card,
)
from rxcrm.components.frame import icon
from rxcrm.components.tr import _, plural
from rxcrm.models.security_roles import DESCRIPTION_LENGTH, LABELS, NAME_LENGTH, RoleView
from rxcrm.state.settings.security_roles import DEPTHS, MEANINGS, PRIVILEGES, SWITCHES, TABLES, SecurityRoles
from rxcrm.translation import N_

on_load = SecurityRoles.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(SecurityRoles.ready, rx.el.div(chooser(), shown(), class_name="shaping"), loading()), dialogs()
    )


def chooser() -> rx.Component:
    """Every role, with how many have it."""
    return rx.el.nav(
        rx.el.ul(rx.foreach(SecurityRoles.rows, choice)),
        aria_label=_("Security roles"),
        class_name="shaping-lists links",
    )


def choice(role: rx.Var[RoleView]) -> rx.Component:
    return rx.el.li(
        tab_link(
            to="/settings/security-roles/" + role.key, label=role.label, current=role.key == SecurityRoles.shown.key
        ),
        rx.el.small(plural("%(n)s user", "%(n)s users", role.users)),
        key=role.key,
    )


def shown() -> rx.Component:
    role = SecurityRoles.shown
    return table_card(
        N_("Privileges"),
        rx.el.p(
            rx.el.b(role.label),
            " · ",
            rx.cond(
                role.fixed,
                _("Keeps every privilege, so that somebody can always change the others."),
                rx.cond(
                    role.description != "",
                    role.description,
                    _("Whoever has several roles may what any of them grants. Changes apply at once."),
                ),
            ),
            class_name="hint shaping-hint",
        ),
        rx.cond(role.changed, beside("rotate-ccw", N_("As shipped"), SecurityRoles.ask_restore)),
        rx.cond(
            role.custom,
            rx.fragment(
                beside("pencil", N_("Rename"), SecurityRoles.ask_rename),
                beside("trash-2", N_("Delete"), SecurityRoles.ask_delete),
            ),
        ),
        add_button(N_("Add role"), SecurityRoles.ask_add),
        body=[
            rx.cond(
                role.advice.length() > 0,
                rx.el.ul(rx.foreach(role.advice, lambda text: rx.el.li(text)), class_name="advice", role="status"),
            ),
            settings_form(
                matrix(),
                rx.el.div(
                    *[
                        switch(name=privilege.value, label=_(LABELS[privilege]), hint=_(meaning), fixed=role.fixed)
                        for privilege, meaning in SWITCHES.items()
                    ],
                    class_name="matrix-switches",
                ),
                legend(),
                key=role.key + ":" + SecurityRoles.drawn.to_string(),
                label=_("Privileges"),
                submit=_("Save"),
                values=role.cells,
                answer=SecurityRoles.told,
                on_send=SecurityRoles.save,
            ),
        ],
    )


def beside(sign: str, label: str, event: object) -> rx.Component:
    """A button beside the title."""
    return rx.el.button(icon(sign), rx.el.span(_(label)), type="button", class_name="button", on_click=event)


def matrix() -> rx.Component:
    """Tables by privileges; each cell says how far the privilege reaches."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(_("Privileges"), class_name="unseen"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(_("Table"), scope="col"),
                    *[rx.el.th(_(label), scope="col") for _key, label in PRIVILEGES],
                )
            ),
            rx.el.tbody(
                *[
                    rx.el.tr(
                        rx.el.th(_(title), scope="row"),
                        *[
                            rx.el.td(
                                depth_field(
                                    name=f"{entity}.{privilege}",
                                    label=_("%(table)s: %(privilege)s", table=_(title), privilege=_(label)),
                                    short=_(label),
                                    options=DEPTHS,
                                    fixed=SecurityRoles.shown.fixed,
                                )
                            )
                            for privilege, label in PRIVILEGES
                        ],
                    )
                    for entity, title in TABLES
                ]
            ),
            class_name="matrix",
        ),
        class_name="matrix-frame",
    )


def legend() -> rx.Component:
    """What the depths mean."""
    return rx.el.dl(
        *[
            rx.el.div(
                rx.el.dt(
                    rx.el.span(class_name="depth", custom_attrs={"data-depth": value}, aria_hidden="true"), _(label)
                ),
                rx.el.dd(_(meaning)),
            )
            for value, label, meaning in MEANINGS
        ],
        class_name="matrix-legend",
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        form_dialog(
            *described(),
            ask_field(
                name="like",
                label=_("Begin with the privileges of"),
                options=SecurityRoles.likes,
                hint=_("They are copied: later changes of that role do not follow."),
            ),
            open=SecurityRoles.asked == "add",
            title=_("Add role"),
            submit=_("Add role"),
            values=SecurityRoles.values,
            answer=SecurityRoles.told,
            whole=True,
            on_send=SecurityRoles.add,
            on_close=SecurityRoles.dismiss,
        ),
        form_dialog(
            *described(),
            open=SecurityRoles.asked == "rename",
            title=_("Rename"),
            submit=_("Save"),
            values=SecurityRoles.values,
            answer=SecurityRoles.told,
            on_send=SecurityRoles.rename,
            on_close=SecurityRoles.dismiss,
        ),
        delete_question(SecurityRoles, _("Delete the role %(name)s?", name=SecurityRoles.subject_name)),
        question(
            rx.el.p(_("What was set for this role is forgotten. Its users may what it was shipped with, at once.")),
            open=SecurityRoles.asked == "restore",
            title=_("As shipped"),
            confirm=_("Restore"),
            on_confirm=SecurityRoles.restore,
            on_close=SecurityRoles.dismiss,
        ),
    )


def described() -> list[rx.Component]:
    return [
        ask_field(name="name", label=_("Name"), required=True, max_length=NAME_LENGTH),
        ask_field(
            name="description",
            label=_("Description"),
            max_length=DESCRIPTION_LENGTH,
            hint=_("Shown where roles are given to users."),
        ),
    ]
