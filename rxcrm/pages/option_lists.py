"""/settings/option-lists: what can be chosen in lists, and the reasons of each status (S 9.8)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    address_query,
    ask_field,
    colour_choice,
    entry,
    form_dialog,
    loading,
    question,
    row_commands,
    row_mover,
    settings_page,
    sortable,
    switch,
)
from rxcrm.components.frame import icon
from rxcrm.components.shaping import doomed_views
from rxcrm.components.tr import _, plural
from rxcrm.models.shaping.listing import ListGroup, ListLink, OptionView, Section
from rxcrm.models.shaping.options import END, LABEL_LENGTH
from rxcrm.state.settings.option_lists import COLOUR_CHOICES, LABELS, OptionLists
from rxcrm.translation import N_

on_load = OptionLists.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(OptionLists.ready, rx.el.div(lists(), chooser(), shown(), class_name="shaping"), loading()),
        dialogs(),
        address_query(name="list", value=OptionLists.shown.key),
    )


def lists() -> rx.Component:
    """Every list, with where it is used."""
    return rx.el.nav(rx.foreach(OptionLists.groups, group), aria_label=_("Option lists"), class_name="shaping-lists")


def group(found: rx.Var[ListGroup]) -> rx.Component:
    return rx.fragment(
        rx.el.h2(_(found.label)), rx.el.ul(rx.foreach(found.lists, choice), aria_label=_(found.label)), key=found.label
    )


def choice(found: rx.Var[ListLink]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.b(found.label),
            rx.el.small(found.fields),
            type="button",
            aria_current=rx.cond(found.key == OptionLists.shown.key, "true", "false"),
            on_click=OptionLists.choose(found.key),
        ),
        key=found.key,
    )


def chooser() -> rx.Component:
    """The same where there is no room beside the options."""
    return rx.el.label(
        rx.el.span(_("Option list")),
        rx.el.select(
            rx.foreach(
                OptionLists.groups,
                lambda found: rx.el.optgroup(
                    rx.foreach(found.lists, lambda one: rx.el.option(one.label, value=one.key, key=one.key)),
                    label=_(found.label),
                    key=found.label,
                ),
            ),
            value=OptionLists.shown.key,
            on_change=OptionLists.choose,
        ),
        class_name="shaping-chooser",
    )


def shown() -> rx.Component:
    """The options of the chosen list."""
    found = OptionLists.shown
    return rx.el.section(
        rx.el.header(
            rx.el.div(
                rx.el.h2(found.label),
                rx.el.p(
                    rx.cond(
                        found.open,
                        _(
                            "New options are offered at once, in every open form. What records hold is never taken away."
                        ),
                        _("The program knows these options by their numbers: they can be renamed and coloured."),
                    ),
                    class_name="hint",
                ),
                class_name="shaping-title",
            ),
            rx.el.div(
                rx.cond(
                    found.changed,
                    rx.el.button(
                        icon("rotate-ccw"),
                        rx.el.span(_("As shipped")),
                        type="button",
                        class_name="button",
                        on_click=OptionLists.ask_restore,
                    ),
                ),
                rx.cond(found.open, add_button(N_("Add option"), OptionLists.ask_add)),
                class_name="shaping-actions",
            ),
            class_name="table-head",
        ),
        sortable(
            rx.el.table(
                rx.el.caption(found.label, class_name="unseen"),
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th(_("Order"), scope="col", class_name="order"),
                        rx.el.th(_("Option"), scope="col"),
                        rx.el.th(rx.el.span(_("Commands"), class_name="unseen"), scope="col", class_name="commands"),
                    )
                ),
                rx.foreach(found.sections, section),
                class_name="options",
            ),
            order=found,
            end=END,
            on_place=OptionLists.place,
        ),
        rx.cond(
            found.sections.length() == 1,
            rx.cond(
                found.sections[0].options.length() == 0,
                rx.el.p(_("There are no options yet."), class_name="hint shaping-hint"),
            ),
        ),
        aria_label=_("Options"),
        class_name="table-card",
    )


def section(found: rx.Var[Section]) -> rx.Component:
    """The options of a status, below its name; of a list without statuses all of them."""
    return rx.el.tbody(
        rx.cond(
            found.label != "",
            rx.el.tr(
                rx.el.th(_("Status: %(name)s", name=found.label), scope="rowgroup", col_span=3), class_name="of-status"
            ),
        ),
        rx.foreach(found.options, row),
        key=found.status,
    )


def row(option: rx.Var[OptionView]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row_mover(name=option.label, first=option.first, last=option.last), class_name="order"),
        rx.el.th(
            rx.el.span(
                rx.el.span(class_name="swatch", custom_attrs={"data-colour": option.colour}, aria_hidden="true"),
                rx.el.button(
                    option.label, type="button", class_name="link", on_click=OptionLists.ask_edit(option.value)
                ),
                rx.cond(option.default, rx.el.span(_("Default"), class_name="badge")),
                rx.cond(option.active, "", rx.el.span(_("Not offered"), class_name="pill")),
                class_name="with-swatch",
            ),
            scope="row",
        ),
        rx.el.td(
            row_commands(
                option.label,
                entry("pencil", N_("Edit"), OptionLists.ask_edit(option.value)),
                rx.cond(option.first, "", entry("arrow-up", N_("Move up"), OptionLists.move(option.value, -1))),
                rx.cond(option.last, "", entry("arrow-down", N_("Move down"), OptionLists.move(option.value, 1))),
                rx.cond(
                    OptionLists.shown.open,
                    rx.fragment(
                        rx.cond(
                            option.active,
                            entry("circle-pause", N_("Deactivate"), OptionLists.deactivate(option.value)),
                            entry("circle-play", N_("Activate"), OptionLists.activate(option.value)),
                        ),
                        entry(
                            "trash-2",
                            N_("Delete"),
                            OptionLists.ask_delete(option.value),
                            rx.cond(
                                option.shipped,
                                _("This option ships with rxcrm. It cannot be deleted, only deactivated."),
                                "",
                            ),
                        ),
                    ),
                ),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(option.active, "", "disabled"),
        custom_attrs={"data-row": option.value, "data-group": option.status, "data-name": option.label},
        key=option.value,
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        option_dialog("add", _("Add option"), _("Add option"), OptionLists.add),
        option_dialog("edit", _("Edit %(name)s", name=OptionLists.subject_name), _("Save"), OptionLists.save),
        held_question(),
        delete_question(),
        question(
            rx.el.p(
                _(
                    "Labels, order, colours and defaults are as they were shipped. Options that were added go, or are deactivated where records hold them."
                )
            ),
            open=OptionLists.asked == "restore",
            title=_("As shipped"),
            confirm=_("Restore"),
            on_confirm=OptionLists.restore,
            on_close=OptionLists.dismiss,
        ),
    )


def delete_question() -> rx.Component:
    """Asks before an option goes that no record holds."""
    return question(
        rx.el.p(_("No record holds %(name)s; it is deleted for good.", name=OptionLists.subject_name)),
        doomed_views(
            OptionLists.doom.views,
            _("These views filter by it. They cannot be shown until their filter is changed:"),
        ),
        open=(OptionLists.asked == "delete") & (OptionLists.doom.records == 0),
        title=_("Delete %(name)s", name=OptionLists.subject_name),
        confirm=_("Delete"),
        danger=True,
        on_confirm=OptionLists.delete(OptionLists.subject),
        on_close=OptionLists.dismiss,
    )


def held_question() -> rx.Component:
    """What records hold is never taken away: such an option is deactivated instead."""
    return question(
        rx.el.p(
            plural(
                "%(n)s record holds this option, so it cannot be deleted.",
                "%(n)s records hold this option, so it cannot be deleted.",
                OptionLists.doom.records,
            )
        ),
        rx.el.p(_("Deactivated, it stays where it is stored and is not offered any more.")),
        open=(OptionLists.asked == "delete") & (OptionLists.doom.records > 0),
        title=_("Delete %(name)s", name=OptionLists.subject_name),
        confirm=_("Deactivate instead"),
        on_confirm=OptionLists.deactivate(OptionLists.subject),
        on_close=OptionLists.dismiss,
    )


def option_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    """Labels by language, colour, and whether it is the default."""
    alone = len(LABELS) == 1
    return form_dialog(
        *[
            ask_field(
                name=name,
                label=_("Label") if alone else _("Label (%(language)s)", language=language),
                required=at == 0,
                max_length=LABEL_LENGTH,
            )
            for at, (name, language) in enumerate(LABELS)
        ],
        rx.cond(
            (OptionLists.statuses.length() > 0) & (OptionLists.asked == "add"),
            ask_field(
                name="status",
                label=_("Status"),
                options=OptionLists.statuses,
                literal=True,
                hint=_("Records with this reason have this status. It stays."),
            ),
        ),
        colour_choice(
            name="colour",
            label=_("Colour"),
            options=COLOUR_CHOICES,
            hint=_("Marks the option in lists and forms, beside its label."),
        ),
        switch(
            name="default",
            label=_("Default"),
            hint=rx.cond(
                OptionLists.statuses.length() > 0,
                _("Taken where the status changes and nobody chooses a reason."),
                _("New records begin with this option."),
            ),
        ),
        open=OptionLists.asked == what,
        title=title,
        submit=submit,
        subject=OptionLists.subject,
        values=OptionLists.values,
        answer=OptionLists.told,
        whole=what == "add",
        on_send=event,
        on_close=OptionLists.dismiss,
    )
