"""/settings/views: the views of the system (S 9.1)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    command_table,
    entry,
    form_dialog,
    loading,
    question,
    row_commands,
    settings_page,
    table_card,
)
from rxcrm.components.tr import _
from rxcrm.state.settings.views import ENTITIES, Beginning, SystemViews, ViewRow
from rxcrm.translation import N_

on_load = SystemViews.open

COLUMNS = [(N_("Name"), ""), (N_("Used in"), "from-desk"), (N_("Status"), "")]


def page() -> rx.Component:
    return settings_page(
        table_card(
            N_("Views"),
            rx.el.p(
                _(
                    "What everybody finds in the lists. A view is edited in its list, as a draft, and seen by others when it is published."
                ),
                class_name="hint",
            ),
            tables(),
            add_button(N_("New view"), SystemViews.ask("new", "")),
            body=[
                rx.cond(
                    SystemViews.ready,
                    command_table(N_("Views"), COLUMNS, rx.foreach(SystemViews.rows, row), "views"),
                    loading(),
                )
            ],
        ),
        table_card(
            N_("Where everybody begins"),
            rx.el.p(_("Who has chosen a default view of his own begins with that."), class_name="hint"),
            body=[rx.el.div(rx.foreach(SystemViews.beginnings, beginning), class_name="beginnings")],
        ),
        dialogs(),
    )


def tables() -> rx.Component:
    return rx.el.label(
        rx.el.span(_("Table"), class_name="unseen"),
        rx.el.select(
            *[rx.el.option(_(label), value=entity) for entity, label in ENTITIES],
            value=SystemViews.entity,
            on_change=SystemViews.show,
            aria_label=_("Table"),
        ),
        class_name="post-field",
    )


def row(view: rx.Var[ViewRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(rx.el.a(_(view.label), href=view.edit, class_name="link"), scope="row"),
        rx.el.td(_(view.used), class_name="from-desk"),
        rx.el.td(
            rx.el.span(
                rx.cond(view.hidden, rx.el.span(_("Hidden"), class_name="pill")),
                rx.cond(view.drafted, rx.el.span(_("Draft"), class_name="pill is-invited")),
                rx.cond(view.published, rx.el.span(_("Published"), class_name="pill is-active")),
                rx.cond(view.changed & view.shipped, rx.el.span(_("Changed"), class_name="pill")),
                class_name="pills",
            )
        ),
        rx.el.td(
            row_commands(
                view.label,
                entry("pencil", N_("Edit"), rx.redirect(view.edit)),
                entry(
                    "send",
                    N_("Publish"),
                    SystemViews.publish(view.key),
                    rx.cond(view.drafted, "", _("There is no draft.")),
                ),
                entry(
                    "arrow-up",
                    N_("Move up"),
                    SystemViews.move(view.key, -1),
                    rx.cond(view.listed & ~view.first, "", _("It is the first one.")),
                ),
                entry(
                    "arrow-down",
                    N_("Move down"),
                    SystemViews.move(view.key, 1),
                    rx.cond(view.listed & ~view.last, "", _("It is the last one.")),
                ),
                rx.cond(
                    view.hidden,
                    entry("eye", N_("Show to everybody"), SystemViews.hide(view.key, False)),
                    entry(
                        "eye-off",
                        N_("Hide"),
                        SystemViews.hide(view.key, True),
                        rx.cond(view.listed, "", _("This view stands in no selector.")),
                    ),
                ),
                entry(
                    "rotate-ccw",
                    N_("Reset"),
                    SystemViews.ask("reset", view.key),
                    rx.cond(view.shipped & view.changed, "", _("Only shipped views that were changed can be reset.")),
                ),
                entry(
                    "trash-2",
                    N_("Delete"),
                    SystemViews.ask("delete", view.key),
                    rx.cond(view.shipped, _("Views that came with rxcrm cannot be deleted. Hide it instead."), ""),
                ),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(view.hidden, "disabled", ""),
        key=view.key,
    )


def beginning(role: rx.Var[Beginning]) -> rx.Component:
    return rx.el.label(
        rx.el.span(_(role.label)),
        rx.el.select(
            rx.foreach(SystemViews.choices, lambda choice: rx.el.option(_(choice[1]), value=choice[0])),
            value=role.view,
            on_change=lambda key: SystemViews.begin_with(role.role, key),
        ),
        class_name="post-field",
        key=role.role,
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        form_dialog(
            ask_field(name="name", label=_("Name"), required=True, max_length=100),
            ask_field(name="description", label=_("Description"), lines=2, max_length=500),
            rx.el.p(
                _("It begins with every record and opens in its editor; others see it when it is published."),
                class_name="hint",
            ),
            open=SystemViews.asked == "new",
            title=_("New view"),
            submit=_("Create"),
            subject=0,
            values={},
            answer=SystemViews.told,
            whole=True,
            on_send=SystemViews.create,
            on_close=SystemViews.dismiss,
        ),
        question(
            rx.el.p(
                _(
                    "%(name)s becomes for everybody what it was when it came. Drafts of it are gone too.",
                    name=SystemViews.subject_name,
                )
            ),
            open=SystemViews.asked == "reset",
            title=_("Reset"),
            confirm=_("Reset"),
            danger=True,
            on_confirm=SystemViews.reset_view,
            on_close=SystemViews.dismiss,
        ),
        question(
            rx.el.p(_("Delete the view %(name)s? Nobody finds it any more.", name=SystemViews.subject_name)),
            open=SystemViews.asked == "delete",
            title=_("Delete"),
            confirm=_("Delete"),
            danger=True,
            on_confirm=SystemViews.delete,
            on_close=SystemViews.dismiss,
        ),
    )
