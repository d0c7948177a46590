"""/settings/column-security: which fields are secured, and the profiles that open them again (S 9.3)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    delete_question,
    form_dialog,
    loading,
    settings_form,
    settings_page,
    tab_link,
    table_card,
)
from rxcrm.components.column_security import field_grants, members, secured_fields
from rxcrm.components.frame import icon
from rxcrm.components.tr import _, plural
from rxcrm.models.column_security.profiles import DESCRIPTION_LENGTH, NAME_LENGTH, ProfileView
from rxcrm.state.settings.column_security import PAGE, TABLES, ColumnSecurity
from rxcrm.translation import N_

on_load = ColumnSecurity.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            ColumnSecurity.ready,
            rx.el.div(chooser(), rx.cond(ColumnSecurity.shown.id > 0, profile(), fields()), class_name="shaping"),
            loading(),
        ),
        dialogs(),
    )


def chooser() -> rx.Component:
    """The secured fields, then every profile with how many users and teams it holds for."""
    return rx.el.nav(
        rx.el.ul(
            rx.el.li(
                tab_link(to=PAGE, label=_("Secured fields"), current=ColumnSecurity.shown.id == 0),
                rx.el.small(ColumnSecurity.secured.length()),
            ),
            rx.foreach(ColumnSecurity.rows, choice),
        ),
        aria_label=_("Column security"),
        class_name="shaping-lists short links",
    )


def choice(row: rx.Var[ProfileView]) -> rx.Component:
    return rx.el.li(
        tab_link(to=PAGE + "/" + row.id.to_string(), label=row.name, current=row.id == ColumnSecurity.shown.id),
        rx.el.small(plural("%(n)s member", "%(n)s members", row.members.length())),
        key=row.id,
    )


def fields() -> rx.Component:
    return table_card(
        N_("Secured fields"),
        add_button(N_("Add profile"), ColumnSecurity.ask_add),
        body=[
            rx.el.p(
                _(
                    "A secured field is seen by nobody but system administrators until a profile opens it to users or teams."
                    " Others see a lock. It holds at once, in every list, form, chart, search, import and export."
                ),
                class_name="hint shaping-hint",
            ),
            settings_form(
                secured_fields(fields=ColumnSecurity.fields, tables=TABLES),
                rx.el.p(
                    _("When a field is secured no longer, what profiles grant on it is forgotten."),
                    class_name="hint",
                ),
                key="fields",
                label=_("Secured fields"),
                submit=_("Save"),
                values=ColumnSecurity.held,
                answer=ColumnSecurity.told,
                on_send=ColumnSecurity.save_fields,
            ),
        ],
    )


def profile() -> rx.Component:
    return table_card(
        N_("Column security profile"),
        rx.el.div(
            rx.el.button(
                icon("trash-2"),
                rx.el.span(_("Delete")),
                type="button",
                class_name="button",
                on_click=ColumnSecurity.ask_delete,
            ),
            add_button(N_("Add profile"), ColumnSecurity.ask_add),
            class_name="head-buttons",
        ),
        body=[
            rx.el.p(
                _("Whoever has several profiles may what any of them grants. Whoever may update a field may read it."),
                class_name="hint shaping-hint",
            ),
            settings_form(
                rx.el.div(*described(), class_name="profile-name"),
                field_grants(fields=ColumnSecurity.secured, tables=TABLES),
                members(people=ColumnSecurity.people),
                key=ColumnSecurity.shown.id,
                label=_("Column security profile"),
                submit=_("Save"),
                values=ColumnSecurity.held,
                answer=ColumnSecurity.told,
                on_send=ColumnSecurity.save,
            ),
        ],
    )


def described() -> list[rx.Component]:
    return [
        ask_field(name="name", label=_("Name"), required=True, max_length=NAME_LENGTH),
        ask_field(
            name="description",
            label=_("Description"),
            max_length=DESCRIPTION_LENGTH,
            hint=_("For administrators: who is to have this profile, and why."),
        ),
    ]


def dialogs() -> rx.Component:
    return rx.fragment(
        form_dialog(
            *described(),
            open=ColumnSecurity.asked == "add",
            title=_("Add profile"),
            submit=_("Add profile"),
            values=ColumnSecurity.values,
            answer=ColumnSecurity.told,
            whole=True,
            on_send=ColumnSecurity.add,
            on_close=ColumnSecurity.dismiss,
        ),
        delete_question(
            ColumnSecurity,
            _(
                "Delete the profile %(name)s? Whoever sees fields by it alone sees them no more.",
                name=ColumnSecurity.shown.name,
            ),
        ),
    )
