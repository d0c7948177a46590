"""/settings/qualification/mapping: which field of a lead goes where when it is qualified (S 3.5.7)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    address_query,
    command_table,
    entry,
    form_dialog,
    loading,
    question,
    row_commands,
    settings_page,
)
from rxcrm.components.frame import icon
from rxcrm.components.mapping import pair_fields
from rxcrm.components.shaping import table_choice
from rxcrm.components.tr import _
from rxcrm.models.qualifying.pairing import PairView
from rxcrm.state.settings.field_mapping import TABLES, FieldMappings
from rxcrm.translation import N_

on_load = FieldMappings.open

COLUMNS = [(N_("Field of the lead"), ""), (N_("Goes into"), ""), (N_("Kind"), "from-desk")]


def page() -> rx.Component:
    return settings_page(
        rx.el.p(
            rx.el.a(
                icon("arrow-left"),
                rx.el.span(_("Lead qualification")),
                href="/settings/qualification",
                class_name="link",
            ),
            class_name="way-back",
        ),
        rx.cond(
            FieldMappings.ready,
            rx.el.div(
                table_choice(TABLES, FieldMappings.shown.entity, FieldMappings.choose, FieldMappings.shown.counts),
                pairs(),
                class_name="shaping",
            ),
            loading(),
        ),
        dialogs(),
        address_query(name="table", value=FieldMappings.shown.entity),
    )


def pairs() -> rx.Component:
    found = FieldMappings.shown
    return rx.el.section(
        rx.el.header(
            rx.el.div(
                rx.el.h2(_("Field mapping")),
                rx.el.p(
                    _(
                        "What a new record gets from the lead. Values are copied once, when the lead is qualified; later changes of the lead do not follow."
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
                        on_click=FieldMappings.ask_restore,
                    ),
                ),
                add_button(N_("Add pair"), FieldMappings.ask_add),
                class_name="shaping-actions",
            ),
            class_name="table-head",
        ),
        command_table(N_("Field mapping"), COLUMNS, rx.foreach(found.pairs, row), "mapping"),
        aria_label=_("Field mapping"),
        class_name="table-card",
    )


def row(pair: rx.Var[PairView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.span(
                    pair.source_label,
                    rx.cond(pair.shipped, "", rx.el.span(_("Changed"), class_name="badge")),
                    class_name="name",
                ),
                rx.cond(pair.note != "", rx.el.small(pair.note)),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(rx.el.span(icon("arrow-right"), pair.target_label, class_name="goes-into")),
        rx.el.td(pair.kind, class_name="from-desk"),
        rx.el.td(
            rx.cond(
                pair.fixed != "",
                rx.el.span(icon("lock"), title=pair.fixed, role="img", aria_label=pair.fixed, class_name="fixed-pair"),
                row_commands(
                    pair.target_label,
                    entry("pencil", N_("Choose another source"), FieldMappings.ask_change(pair.target)),
                    entry("trash-2", N_("Remove"), FieldMappings.remove(pair.target, pair.source), pair.kept),
                ),
            ),
            class_name="commands",
        ),
        key=pair.target,
    )


def title_of() -> rx.Var:
    """What the records of the table that is shown are called."""
    return rx.match(FieldMappings.shown.entity, *[(entity, label) for entity, label in TABLES], "")


def dialogs() -> rx.Component:
    shown = FieldMappings.shown
    return rx.fragment(
        form_dialog(
            pair_fields(offer=shown.offer, title=title_of(), target=""),
            open=FieldMappings.asked == "add",
            title=_("Add pair"),
            submit=_("Add"),
            subject=0,
            values=FieldMappings.values,
            answer=FieldMappings.told,
            whole=True,
            on_send=FieldMappings.add,
            on_close=FieldMappings.dismiss,
        ),
        form_dialog(
            pair_fields(offer=shown.offer, title=title_of(), target=FieldMappings.field),
            open=FieldMappings.asked == "change",
            title=_("Source of %(name)s", name=FieldMappings.field_label),
            submit=_("Save"),
            subject=0,
            values=FieldMappings.values,
            answer=FieldMappings.told,
            whole=True,
            on_send=FieldMappings.change,
            on_close=FieldMappings.dismiss,
        ),
        question(
            rx.el.p(_("Pairs that were added go, those that were removed or changed are as they were shipped.")),
            open=FieldMappings.asked == "restore",
            title=_("As shipped"),
            confirm=_("Restore"),
            on_confirm=FieldMappings.restore,
            on_close=FieldMappings.dismiss,
        ),
    )
