"""/settings/fields: the fields that administrators add to a table (S 13.10)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    address_query,
    ask_field,
    entry,
    form_dialog,
    loading,
    menu_link,
    question,
    row_commands,
    row_mover,
    settings_page,
    sortable,
    switch,
    table_card,
)
from rxcrm.components.frame import icon
from rxcrm.components.shaping import doomed_views, table_choice
from rxcrm.components.tr import _, plural
from rxcrm.models.shaping.customs import HELP_LENGTH, NAME_LENGTH
from rxcrm.models.shaping.field_listing import FieldView
from rxcrm.models.shaping.options import LABEL_LENGTH
from rxcrm.state.settings.custom_fields import KIND_CHOICES, LEVELS, TABLES, TARGETS, CustomFields
from rxcrm.state.settings.option_lists import LABELS
from rxcrm.translation import N_

on_load = CustomFields.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            CustomFields.ready,
            rx.el.div(
                table_choice(TABLES, CustomFields.entity, CustomFields.choose, CustomFields.counts),
                fields(),
                class_name="shaping",
            ),
            loading(),
        ),
        dialogs(),
        address_query(name="table", value=CustomFields.entity),
    )


def fields() -> rx.Component:
    return table_card(
        N_("Custom fields"),
        rx.el.p(
            _("They stand in forms, lists, filters, imports and exports as soon as they are added."),
            class_name="hint shaping-note",
        ),
        add_button(N_("Add field"), CustomFields.ask_add),
        body=[
            rx.cond(
                CustomFields.rows.length() == 0,
                rx.el.div(
                    rx.el.h3(_("No fields of your own yet")),
                    rx.el.p(
                        _(
                            "What you ask your customers that others do not: a number of sites, a delivery area, the end of a contract."
                        )
                    ),
                    class_name="empty shaping-empty",
                ),
                sortable(
                    rx.el.table(
                        rx.el.caption(_("Custom fields"), class_name="unseen"),
                        rx.el.thead(
                            rx.el.tr(
                                rx.el.th(_("Order"), scope="col", class_name="order"),
                                rx.el.th(_("Field"), scope="col"),
                                rx.el.th(_("Kind"), scope="col", class_name="from-tablet"),
                                rx.el.th(_("Requirement"), scope="col", class_name="from-tablet"),
                                rx.el.th(
                                    rx.el.span(_("Commands"), class_name="unseen"), scope="col", class_name="commands"
                                ),
                            )
                        ),
                        rx.el.tbody(rx.foreach(CustomFields.rows, row)),
                        class_name="options",
                    ),
                    order=CustomFields.rows,
                    end=0,
                    on_place=CustomFields.place,
                ),
            ),
        ],
    )


def row(found: rx.Var[FieldView]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.cond(found.deleted == "", row_mover(name=found.label, first=found.first, last=found.last)),
            class_name="order",
        ),
        rx.el.th(
            rx.el.span(
                rx.el.span(
                    rx.cond(
                        found.deleted == "",
                        rx.el.button(
                            found.label, type="button", class_name="link", on_click=CustomFields.ask_edit(found.id)
                        ),
                        found.label,
                    ),
                    status(found),
                    class_name="name",
                ),
                rx.el.small(found.kind_label, class_name="on-phone"),
                rx.el.small(found.name),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(found.kind_label, class_name="from-tablet"),
        rx.el.td(
            rx.match(found.level, ("required", _("Required")), ("recommended", _("Recommended")), _("Optional")),
            class_name="from-tablet",
        ),
        rx.el.td(commands(found), class_name="commands"),
        class_name=rx.cond(found.active, "", "disabled"),
        custom_attrs={
            "data-row": rx.cond(found.deleted == "", found.id, None),
            "data-group": "",
            "data-name": found.label,
        },
        key=found.id,
    )


def status(found: rx.Var[FieldView]) -> rx.Component:
    """What is not as usual: everything else is in use."""
    return rx.cond(
        found.deleted != "",
        rx.el.span(_("Deleted"), class_name="pill bad-pill"),
        rx.cond(found.active, "", rx.el.span(_("Out of use"), class_name="pill")),
    )


def commands(found: rx.Var[FieldView]) -> rx.Component:
    return row_commands(
        found.label,
        rx.cond(found.deleted == "", entry("pencil", N_("Edit"), CustomFields.ask_edit(found.id))),
        rx.cond(
            (found.deleted == "") & ~found.first, entry("arrow-up", N_("Move up"), CustomFields.move(found.id, -1))
        ),
        rx.cond(
            (found.deleted == "") & ~found.last, entry("arrow-down", N_("Move down"), CustomFields.move(found.id, 1))
        ),
        rx.cond(
            (found.list_key != "") & found.active,
            menu_link(icon("list"), label=_("Options"), to=f"/settings/option-lists?list={found.list_key}"),
        ),
        rx.cond(
            found.active,
            entry("circle-pause", N_("Deactivate"), CustomFields.deactivate(found.id)),
            rx.cond(
                found.deleted != "",
                entry("undo-2", N_("Bring back"), CustomFields.activate(found.id)),
                entry("circle-play", N_("Activate"), CustomFields.activate(found.id)),
            ),
        ),
        rx.cond(found.deleted == "", entry("trash-2", N_("Delete"), CustomFields.ask_delete(found.id))),
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        field_dialog("add", _("Add field"), _("Add field"), CustomFields.add),
        field_dialog("edit", _("Edit %(name)s", name=CustomFields.subject_name), _("Save"), CustomFields.save),
        question(
            rx.el.p(
                rx.cond(
                    CustomFields.doom.records > 0,
                    plural(
                        "%(n)s record holds a value in this field.",
                        "%(n)s records hold a value in this field.",
                        CustomFields.doom.records,
                    ),
                    _("No record holds a value in %(name)s; it is deleted for good.", name=CustomFields.subject_name),
                )
            ),
            rx.cond(
                CustomFields.doom.records > 0,
                rx.el.p(
                    _(
                        "The field is out of use at once. It can be brought back with its values for 30 days; then they go."
                    )
                ),
            ),
            doomed_views(
                CustomFields.doom.views,
                _("These views show it or filter by it. Those that filter cannot be shown until that is changed:"),
            ),
            open=CustomFields.asked == "delete",
            title=_("Delete %(name)s", name=CustomFields.subject_name),
            confirm=_("Delete"),
            danger=True,
            on_confirm=CustomFields.delete(CustomFields.subject),
            on_close=CustomFields.dismiss,
        ),
    )


def field_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    """What a field is called, what it holds and what it asks for; of its kind only what belongs to that is shown."""
    new, alone = what == "add", len(LABELS) == 1
    return form_dialog(
        *(
            []
            if new
            else [
                rx.el.p(rx.match(CustomFields.kind, *[(k, _(text)) for k, text in KIND_CHOICES], ""), class_name="hint")
            ]
        ),
        rx.el.div(
            *[
                ask_field(
                    name=name,
                    label=_("Label") if alone else _("Label (%(language)s)", language=language),
                    required=at == 0,
                    max_length=LABEL_LENGTH,
                )
                for at, (name, language) in enumerate(LABELS)
            ],
            *(
                [ask_field(name="kind", label=_("Kind"), options=KIND_CHOICES, required=True, hint=KIND_HINT)]
                if new
                else []
            ),
            class_name="two",
        ),
        rx.el.div(
            *(new_only() if new else []),
            of_kinds(
                "text memo",
                ask_field(
                    name="length", label=_("Length"), max_length=6, hint=_("The most characters that it can hold.")
                ),
            ),
            of_kinds(
                "whole decimal money",
                ask_field(name="low", label=_("Smallest value"), max_length=20, hint=_("Smaller numbers are refused.")),
            ),
            of_kinds(
                "whole decimal money",
                ask_field(name="high", label=_("Largest value"), max_length=20, hint=_("Larger numbers are refused.")),
            ),
            of_kinds(
                "text memo whole decimal money date choice lookup",
                ask_field(
                    name="level",
                    label=_("Requirement"),
                    options=LEVELS,
                    hint=_("Required blocks saving in the form and in imports; recommended only marks."),
                ),
            ),
            class_name="two",
        ),
        ask_field(
            name="help", label=_("Help"), max_length=HELP_LENGTH, hint=_("A sentence that stands below the field.")
        ),
        of_kinds(
            "text whole decimal money date choice yesno lookup",
            switch(
                name="filterable",
                label=_("Often filtered by"),
                hint=_("The database gets an index for it, made in the background."),
            ),
        ),
        *(
            [
                ask_field(
                    name="name",
                    label=_("Name in files and addresses"),
                    max_length=NAME_LENGTH + 2,
                    hint=_("Begins with x_; made of the label if left empty. It stays."),
                )
            ]
            if new
            else []
        ),
        open=CustomFields.asked == what,
        title=title,
        submit=submit,
        subject=CustomFields.subject,
        values=CustomFields.values,
        answer=CustomFields.told,
        whole=new,
        wide=True,
        on_send=event,
        on_close=CustomFields.dismiss,
    )


KIND_HINT = _("It stays: what is stored cannot become another kind.")


def new_only() -> list[rx.Component]:
    """What is decided once."""
    return [
        of_kinds(
            "lookup",
            ask_field(
                name="target",
                label=_("Points to"),
                options=TARGETS,
                hint=_("The table whose records can be chosen. It cannot be changed later."),
            ),
        ),
        of_kinds(
            "choice",
            ask_field(
                name="options",
                label=_("Options"),
                lines=5,
                hint=_("One on each line. Colours, order and more of them under Option lists."),
            ),
        ),
    ]


def of_kinds(kinds: str, *children: rx.Component) -> rx.Component:
    """Shown for fields of these kinds only; on a new field the form's own choice decides (shaping.css)."""
    known = [CustomFields.kind == kind for kind in kinds.split()]
    fits = known[0]
    for one in known[1:]:
        fits = fits | one
    return rx.el.div(
        *children,
        class_name="for-kind",
        hidden=(CustomFields.kind != "") & ~fits,
        custom_attrs={"data-kinds": kinds},
    )
