"""/settings/templates: templates of e-mails (issue 3, part 3)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    command_table,
    delete_question,
    entry,
    form_dialog,
    loading,
    row_commands,
    settings_page,
    switch,
    table_card,
)
from rxcrm.components.mail_templates import template_text
from rxcrm.components.tr import _
from rxcrm.state.settings.templates import ENTITIES, TemplateRow, Templates
from rxcrm.translation import N_

on_load = Templates.open

COLUMNS = [(N_("Name"), ""), (N_("Subject"), "from-desk"), (N_("For"), "from-desk"), (N_("Status"), "")]


def page() -> rx.Component:
    return settings_page(
        table_card(
            N_("E-mail templates"),
            rx.el.p(_("Texts with which anybody can begin an e-mail."), class_name="hint"),
            add_button(N_("Add template"), Templates.ask_add),
            body=[
                rx.cond(
                    Templates.ready,
                    command_table(N_("E-mail templates"), COLUMNS, rx.foreach(Templates.rows, row), "templates"),
                    loading(),
                )
            ],
        ),
        dialogs(),
    )


def row(template: rx.Var[TemplateRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.button(template.name, type="button", class_name="link", on_click=Templates.ask_edit(template.id)),
            scope="row",
        ),
        rx.el.td(template.subject, class_name="from-desk"),
        rx.el.td(_(template.entity), class_name="from-desk"),
        rx.el.td(
            rx.cond(
                template.active,
                rx.el.span(_("Active"), class_name="pill is-active"),
                rx.el.span(_("Inactive"), class_name="pill"),
            )
        ),
        rx.el.td(
            row_commands(
                template.name,
                entry("pencil", N_("Edit"), Templates.ask_edit(template.id)),
                entry("trash-2", N_("Delete"), Templates.ask_delete(template.id)),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(template.active, "", "disabled"),
        key=template.id,
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        template_dialog("add", _("Add template"), _("Add template"), Templates.add),
        template_dialog("edit", _("Edit %(name)s", name=Templates.subject_name), _("Save"), Templates.save),
        delete_question(
            Templates, _("Delete the template %(name)s? E-mails begun from it stay.", name=Templates.subject_name)
        ),
    )


def template_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    return form_dialog(
        rx.el.div(
            ask_field(name="name", label=_("Name"), required=True, max_length=100),
            ask_field(
                name="entity",
                label=_("For"),
                options=ENTITIES,
                required=True,
                hint=_("The table whose fields it can name."),
            ),
            class_name="two",
        ),
        ask_field(
            name="subject",
            label=_("Subject"),
            max_length=200,
            hint=_("Fields of the record can stand in it, as in the text."),
        ),
        template_text(
            name="body",
            label=_("Text"),
            places=Templates.places,
            preview=Templates.preview,
            on_preview=Templates.show_preview,
        ),
        switch(name="active", label=_("Offered"), hint=_("Templates that are not offered stay for later.")),
        open=Templates.asked == what,
        title=title,
        submit=submit,
        subject=Templates.subject,
        values=Templates.values,
        answer=Templates.told,
        whole=what == "add",
        wide=True,
        on_send=event,
        on_close=Templates.dismiss,
    )
