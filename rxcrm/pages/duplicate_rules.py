"""/settings/duplicates: when two records may be one, and when that is asked (S R3.12-R3.15)."""

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
    settings_form,
    settings_page,
    switch,
    table_card,
)
from rxcrm.components.tr import _
from rxcrm.models.matching.rules import PLACES
from rxcrm.state.settings.duplicates import BETWEEN, BLANKS, COMPARISONS, DuplicateRules, RuleView
from rxcrm.translation import N_

on_load = DuplicateRules.open

COLUMNS = [
    (N_("Rule"), ""),
    (N_("Tables"), "from-desk"),
    (N_("Conditions"), "from-desk"),
    (N_("How sure"), "number from-desk"),
    (N_("Status"), ""),
]


def page() -> rx.Component:
    return settings_page(
        rx.cond(DuplicateRules.ready, rx.fragment(moments(), rules()), loading()),
        dialogs(),
    )


def moments() -> rx.Component:
    return settings_form(
        rx.el.section(
            rx.el.h2(_("When duplicates are looked for")),
            switch(
                name="detect_on_create",
                label=_("When a record is created"),
                hint=_("A certain duplicate is shown before the new record is saved."),
            ),
            switch(
                name="detect_on_update",
                label=_("When a record is changed"),
                hint=_("Asked once, when the change makes it a duplicate."),
            ),
            switch(
                name="detect_on_import",
                label=_("During an import"),
                hint=_("Rows like existing records are imported with a warning that names the record."),
            ),
            aria_label=_("When duplicates are looked for"),
            class_name="section",
        ),
        label=_("When duplicates are looked for"),
        submit=_("Save"),
        values=DuplicateRules.moments,
        answer=DuplicateRules.answered,
        on_send=DuplicateRules.choose,
    )


def rules() -> rx.Component:
    return table_card(
        N_("Duplicate rules"),
        rx.el.p(_("Two records may be one if all conditions of a rule hold between them."), class_name="hint"),
        add_button(N_("Add rule"), DuplicateRules.ask_add),
        body=[command_table(N_("Duplicate rules"), COLUMNS, rx.foreach(DuplicateRules.rows, row), "roles rules")],
    )


def row(rule: rx.Var[RuleView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.button(rule.name, type="button", class_name="link", on_click=DuplicateRules.ask_edit(rule.id)),
                rx.cond(rule.description != "", rx.el.small(rule.description)),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(rule.tables, class_name="from-desk"),
        rx.el.td(
            rx.el.ul(rx.foreach(rule.criteria, lambda said: rx.el.li(said)), class_name="conditions"),
            class_name="from-desk",
        ),
        rx.el.td(rule.score, "%", class_name="number from-desk"),
        rx.el.td(
            rx.cond(
                rule.active,
                rx.el.span(_("On"), class_name="pill is-active"),
                rx.el.span(_("Off"), class_name="pill"),
            ),
        ),
        rx.el.td(
            row_commands(
                rule.name,
                entry("pencil", N_("Edit"), DuplicateRules.ask_edit(rule.id)),
                rx.cond(
                    rule.active,
                    entry("circle-pause", N_("Switch off"), DuplicateRules.deactivate(rule.id)),
                    entry("circle-play", N_("Switch on"), DuplicateRules.activate(rule.id)),
                ),
                entry(
                    "trash-2",
                    N_("Delete"),
                    DuplicateRules.ask_delete(rule.id),
                    rx.cond(
                        rule.shipped, _("This rule ships with rxcrm. It cannot be deleted, only switched off."), ""
                    ),
                ),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(rule.active, "", "disabled"),
        key=rule.id,
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        rule_dialog("add", _("Add rule"), _("Add rule"), DuplicateRules.add),
        rule_dialog("edit", _("Edit %(name)s", name=DuplicateRules.subject_name), _("Save"), DuplicateRules.save),
        delete_question(
            DuplicateRules, _("Delete the rule %(name)s? It is asked no more.", name=DuplicateRules.subject_name)
        ),
    )


def rule_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    return form_dialog(
        rx.el.div(
            ask_field(name="name", label=_("Name"), required=True, max_length=100),
            ask_field(
                name="between",
                label=_("Between"),
                options=BETWEEN,
                required=True,
                hint=_("The tables whose records are compared with each other."),
            ),
            class_name="two",
        ),
        ask_field(name="description", label=_("Description"), max_length=1000),
        *[condition(n) for n in range(1, PLACES + 1)],
        rx.el.div(
            ask_field(
                name="score",
                label=_("How sure, in percent"),
                required=True,
                max_length=2,
                hint=_("A comparison that weighs everything says itself how sure it is."),
            ),
            class_name="two",
        ),
        switch(
            name="certain",
            label=_("Certain enough to ask"),
            hint=_("Opens the dialog on saving, and is chosen beforehand when a lead is qualified."),
        ),
        switch(
            name="exclude_inactive",
            label=_("Leave out inactive records"),
            hint=_("Closed leads and deactivated accounts and contacts do not match."),
        ),
        open=DuplicateRules.asked == what,
        title=title,
        submit=submit,
        subject=DuplicateRules.subject,
        values=DuplicateRules.values,
        answer=DuplicateRules.told,
        whole=True,
        wide=True,
        on_send=event,
        on_close=DuplicateRules.dismiss,
    )


def condition(n: int) -> rx.Component:
    """One of the conditions of a rule."""
    return rx.el.fieldset(
        rx.el.legend(_("Condition %(n)s", n=n)),
        rx.el.div(
            ask_field(
                name=f"compare{n}",
                label=_("Comparison"),
                options=COMPARISONS,
                required=n == 1,
                hint=_("In what two records have to be alike; a rule fits when all of its conditions do."),
            ),
            ask_field(
                name=f"percent{n}",
                label=_("From percent on"),
                max_length=3,
                hint=_("For what is similar or weighed; 85 if left empty."),
            ),
            class_name="two",
        ),
        rx.el.details(
            rx.el.summary(_("Fields")),
            rx.el.div(
                ask_field(
                    name=f"field{n}",
                    label=_("Field"),
                    options=DuplicateRules.comparable,
                    hint=_("For comparisons of a field: which one."),
                ),
                ask_field(
                    name=f"other{n}",
                    label=_("Field of the other table"),
                    options=DuplicateRules.comparable,
                    hint=_("With what it is compared in the other table."),
                ),
                ask_field(
                    name=f"count{n}",
                    label=_("Number of characters"),
                    max_length=3,
                    hint=_("For comparisons of first or last characters: how many."),
                ),
                ask_field(
                    name=f"ignore_blank{n}",
                    label=_("Blank values"),
                    options=BLANKS,
                    hint=_("Whether two empty fields count as alike."),
                ),
                class_name="two",
            ),
        ),
        class_name="condition",
    )
