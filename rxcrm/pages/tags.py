"""/settings/tags: the tags of all records, how many have each, and who makes new ones (issue 6, section 2)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    colour_choice,
    command_table,
    entry,
    form_dialog,
    loading,
    question,
    row_commands,
    settings_form,
    settings_page,
    switch,
    table_card,
)
from rxcrm.components.frame import icon
from rxcrm.components.shaping import doomed_views
from rxcrm.components.tr import _, plural
from rxcrm.models.tagging.administering import TagView, Use
from rxcrm.models.tagging.vocabulary import NAME_LENGTH
from rxcrm.state.settings.option_lists import COLOUR_CHOICES
from rxcrm.state.settings.tags import CLOSED, TagSettings
from rxcrm.translation import N_

on_load = TagSettings.open

COLUMNS = [(N_("Tag"), ""), (N_("Records"), "number"), (N_("Where"), "from-desk"), (N_("Made by"), "from-wide")]


def page() -> rx.Component:
    return settings_page(
        rx.cond(TagSettings.ready, rx.fragment(tags(), makers(), gone()), loading()),
        dialogs(),
    )


def tags() -> rx.Component:
    return table_card(
        N_("Tags"),
        rx.el.p(
            _(
                "Words on leads, accounts, contacts and opportunities. What is changed here shows on every record at once."
            ),
            class_name="hint",
        ),
        rx.el.input(
            type="search",
            aria_label=_("Search tags"),
            placeholder=_("Search tags"),
            class_name="text-input search",
            max_length=100,
            auto_complete="off",
            on_change=TagSettings.search.debounce(200),
        ),
        add_button(N_("New tag"), TagSettings.ask_add),
        body=[
            rx.cond(
                TagSettings.shown.rows.length() > 0,
                command_table(N_("Tags"), COLUMNS, rx.foreach(TagSettings.shown.rows, row), "tags"),
                nothing(),
            )
        ],
    )


def nothing() -> rx.Component:
    return rx.el.div(
        rx.cond(
            TagSettings.term != "",
            rx.el.h2(_("No tag found")),
            rx.fragment(
                rx.el.h2(_("There are no tags yet")),
                rx.el.p(_("They come into being when somebody adds one to a record.")),
            ),
        ),
        class_name="empty",
        role="status",
    )


def row(tag: rx.Var[TagView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.button(
                    rx.el.span(tag.name, class_name="tag", custom_attrs={"data-colour": tag.colour}),
                    type="button",
                    class_name="tag-button",
                    on_click=TagSettings.ask_edit(tag.id),
                ),
                rx.cond(tag.former != "", rx.el.small(_("Also: %(names)s", names=tag.former))),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(tag.count, class_name="number"),
        rx.el.td(rx.el.span(rx.foreach(tag.uses, use), class_name="tag-uses"), class_name="from-desk"),
        rx.el.td(tag.who, class_name="from-wide"),
        rx.el.td(
            row_commands(
                tag.name,
                entry("pencil", N_("Edit"), TagSettings.ask_edit(tag.id)),
                entry("merge", N_("Merge into…"), TagSettings.ask_merge(tag.id)),
                entry("trash-2", N_("Delete"), TagSettings.ask_delete(tag.id)),
            ),
            class_name="commands",
        ),
        key=tag.id,
    )


def use(found: rx.Var[Use]) -> rx.Component:
    return rx.el.a(_("%(table)s: %(n)s", table=_(found.label), n=found.count), href=found.path, key=found.entity)


def makers() -> rx.Component:
    """Who makes new tags."""
    return settings_form(
        rx.el.section(
            rx.el.h2(_("New tags")),
            switch(
                name=CLOSED,
                label=_("Only administrators create tags"),
                hint=_(
                    "Otherwise whoever may change a record makes a tag by adding it, and imports make those that a file names."
                ),
            ),
            aria_label=_("New tags"),
            class_name="section",
        ),
        label=_("New tags"),
        submit=_("Save"),
        values=TagSettings.chosen,
        answer=TagSettings.answered,
        on_send=TagSettings.choose,
    )


def gone() -> rx.Component:
    """What was deleted or merged: it can be brought back, with its records."""
    return rx.cond(
        TagSettings.shown.gone.length() > 0,
        table_card(
            N_("Deleted and merged"),
            rx.el.p(_("Brought back, a tag is on the same records as before."), class_name="hint"),
            body=[
                rx.el.table(
                    rx.el.caption(_("Deleted and merged"), class_name="unseen"),
                    rx.el.thead(
                        rx.el.tr(
                            rx.el.th(_("Tag"), scope="col"),
                            rx.el.th(_("What happened"), scope="col"),
                            rx.el.th(
                                rx.el.span(_("Commands"), class_name="unseen"), scope="col", class_name="commands"
                            ),
                        )
                    ),
                    rx.el.tbody(rx.foreach(TagSettings.shown.gone, past)),
                    class_name="tags",
                )
            ],
        ),
    )


def past(tag: rx.Var[TagView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(rx.el.span(tag.name, class_name="tag", custom_attrs={"data-colour": tag.colour}), scope="row"),
        rx.el.td(rx.cond(tag.into != "", _("Merged into %(name)s", name=tag.into), _("Deleted"))),
        rx.el.td(
            rx.el.button(
                icon("rotate-ccw"),
                rx.el.span(_("Bring back")),
                type="button",
                class_name="button small",
                aria_label=_("Bring %(name)s back", name=tag.name),
                on_click=TagSettings.bring_back(tag.id),
            ),
            class_name="commands",
        ),
        key=tag.id,
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        tag_dialog("add", _("New tag"), _("Add tag"), TagSettings.add),
        tag_dialog("edit", _("Edit %(name)s", name=TagSettings.subject_name), _("Save"), TagSettings.save),
        form_dialog(
            ask_field(
                name="into",
                label=_("Merge into"),
                options=TagSettings.others,
                literal=True,
                required=True,
                hint=_(
                    "Records with %(name)s show this tag instead, and filters find them by it.",
                    name=TagSettings.subject_name,
                ),
            ),
            open=TagSettings.asked == "merge",
            title=_("Merge %(name)s", name=TagSettings.subject_name),
            submit=_("Merge"),
            subject=TagSettings.subject,
            values=TagSettings.values,
            answer=TagSettings.told,
            whole=True,
            on_send=TagSettings.merge,
            on_close=TagSettings.dismiss,
        ),
        question(
            rx.el.p(
                plural(
                    "%(n)s record has this tag and shows it no more.",
                    "%(n)s records have this tag and show it no more.",
                    TagSettings.doom.records,
                )
            ),
            doomed_views(
                TagSettings.doom.views,
                _("These views filter by it. They cannot be shown until their filter is changed:"),
            ),
            rx.el.p(_("It can be brought back, with its records."), class_name="hint"),
            open=TagSettings.asked == "delete",
            title=_("Delete %(name)s", name=TagSettings.subject_name),
            confirm=_("Delete"),
            danger=True,
            on_confirm=TagSettings.delete(TagSettings.subject),
            on_close=TagSettings.dismiss,
        ),
    )


def tag_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    return form_dialog(
        ask_field(name="name", label=_("Name"), required=True, max_length=NAME_LENGTH),
        colour_choice(
            name="colour",
            label=_("Colour"),
            options=COLOUR_CHOICES,
            hint=_("Marks the tag in lists and forms, beside its name."),
        ),
        open=TagSettings.asked == what,
        title=title,
        submit=submit,
        subject=TagSettings.subject,
        values=TagSettings.values,
        answer=TagSettings.told,
        whole=what == "add",
        on_send=event,
        on_close=TagSettings.dismiss,
    )
