"""/settings/assignment-rules: who gets new leads that name no owner (S 3.10)."""

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
from rxcrm.components.assignment import days_field, owners_field, rule_fields, trial_form, working_days
from rxcrm.components.elements import dialog
from rxcrm.components.frame import icon
from rxcrm.components.tr import _, ago, moment
from rxcrm.components.views import view_desk
from rxcrm.models.assignment.failures import Failure
from rxcrm.models.assignment.people import PersonView
from rxcrm.models.assignment.rules import NAME_LENGTH, RuleView
from rxcrm.state.gate import AppState
from rxcrm.state.settings.assignment_rules import AssignmentRules
from rxcrm.translation import N_

on_load = AssignmentRules.open

COLUMNS = [(N_("Order"), "order"), (N_("Rule"), ""), (N_("Who gets them"), "from-desk"), (N_("On"), "state")]
PEOPLE = [(N_("Name"), ""), (N_("Working days"), ""), (N_("Open leads"), "number"), (N_("At most"), "number from-desk")]
FAILURES = [(N_("Lead"), ""), (N_("Why"), "from-desk"), (N_("Owner now"), "from-desk"), (N_("When"), "when from-desk")]


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            AssignmentRules.ready,
            rx.el.div(rules(), failures(), people(), for_all(), class_name="assignment"),
            loading(),
        ),
        view_desk(),
        dialogs(),
    )


# -- rules -----------------------------------------------------------------------------------------------------------


def rules() -> rx.Component:
    return table_card(
        N_("Assignment rules"),
        rx.el.p(
            _("A new lead without an owner goes to whom the first rule that fits it chooses."),
            class_name="hint",
        ),
        rx.el.button(
            icon("flask-conical"),
            rx.el.span(_("Try on past leads")),
            type="button",
            class_name="button",
            disabled=AssignmentRules.rows.length() == 0,
            on_click=AssignmentRules.ask_try,
        ),
        add_button(N_("Add rule"), AssignmentRules.ask_add),
        body=[
            rx.cond(
                AssignmentRules.rows.length() > 0,
                command_table(N_("Assignment rules"), COLUMNS, rx.foreach(AssignmentRules.rows, row), "rules-table"),
                rx.el.div(
                    rx.el.p(_("There are no rules yet: every lead belongs to who brings it in.")),
                    class_name="empty",
                ),
            )
        ],
    )


def row(rule: rx.Var[RuleView]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(moves(rule.name, rule.id), class_name="order"),
        rx.el.th(
            rx.el.span(
                rx.el.span(
                    rx.el.button(
                        rule.name, type="button", class_name="link", on_click=AssignmentRules.ask_edit(rule.id)
                    ),
                    rx.cond(rule.state == "draft", rx.el.span(_("Draft"), class_name="pill is-invited")),
                    class_name="rule-name",
                ),
                rx.el.small(rx.cond(rule.condition != "", rule.condition, _("Every lead")), class_name="rule-if"),
                rx.el.small(who(rule), class_name="rule-who"),
                rx.cond(rule.problem != "", rx.el.span(rule.problem, class_name="rule-problem", role="alert")),
                rx.cond(rule.note != "", rx.el.small(rule.note)),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(who(rule), class_name="from-desk"),
        rx.el.td(
            rx.el.input(
                type="checkbox",
                role="switch",
                checked=rule.state == "on",
                aria_label=_("%(name)s is on", name=rule.name),
                on_change=lambda on: AssignmentRules.turn(rule.id, on),
            ),
            class_name="state",
        ),
        rx.el.td(
            row_commands(
                rule.name,
                entry("pencil", N_("Edit"), AssignmentRules.ask_edit(rule.id)),
                rx.cond(
                    rule.state == "on",
                    entry("circle-pause", N_("Switch off"), AssignmentRules.turn(rule.id, False)),
                    entry("circle-play", N_("Switch on"), AssignmentRules.turn(rule.id, True)),
                ),
                entry("trash-2", N_("Delete"), AssignmentRules.ask_delete(rule.id)),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(rule.state == "on", "", "disabled"),
        key=rule.id,
    )


def who(rule: rx.Var[RuleView]) -> rx.Component:
    """To whom a rule gives leads, and within which limits."""
    return rx.fragment(
        rx.el.span(rule.targets),
        rx.foreach(rule.limits, lambda limit: rx.el.small(limit)),
    )


def moves(name: rx.Var, rule_id: rx.Var) -> rx.Component:
    """Two buttons that move a rule up and down."""
    return rx.el.span(
        *[
            rx.el.button(
                icon(sign),
                type="button",
                class_name="icon-button",
                aria_label=label,
                on_click=AssignmentRules.move(rule_id, places),
            )
            for sign, label, places in (
                ("arrow-up", _("Move %(name)s up", name=name), -1),
                ("arrow-down", _("Move %(name)s down", name=name), 1),
            )
        ],
        class_name="moves",
    )


# -- what holds for all of them --------------------------------------------------------------------------------------


def for_all() -> rx.Component:
    return settings_form(
        rx.el.section(
            rx.el.h2(_("When rules are asked")),
            switch(
                name="typed",
                label=_("When somebody creates a lead"),
                hint=_("On the form of a new lead its author can keep it for himself."),
            ),
            switch(
                name="imported",
                label=_("During an import"),
                hint=_("For rows that name no owner, unless one is chosen for the whole file."),
            ),
            owners_field(
                name="fallback",
                label=_("Fall-back owner"),
                hint=_(
                    "Gets the leads that a rule could give to nobody. Left empty, they stay with who brings them in."
                ),
                single=True,
                names={AssignmentRules.chosen["fallback"]: AssignmentRules.chosen["fallback_name"]},
            ),
            aria_label=_("When rules are asked"),
            class_name="section",
        ),
        label=_("When rules are asked"),
        submit=_("Save"),
        values=AssignmentRules.chosen,
        answer=AssignmentRules.answered,
        on_send=AssignmentRules.choose,
    )


# -- people ----------------------------------------------------------------------------------------------------------


def people() -> rx.Component:
    return table_card(
        N_("People"),
        rx.el.p(
            _(
                "Rules that count working days look here. The limit of somebody holds in every rule that shares leads out."
            ),
            class_name="hint",
        ),
        body=[
            rx.cond(
                AssignmentRules.people.length() > 0,
                command_table(N_("People"), PEOPLE, rx.foreach(AssignmentRules.people, person), "people-table"),
                rx.el.div(rx.el.p(_("Whoever is named by a rule stands here.")), class_name="empty"),
            )
        ],
    )


def person(one: rx.Var[PersonView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.button(one.name, type="button", class_name="link", on_click=AssignmentRules.ask_person(one.id)),
                rx.el.small(one.zone),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(working_days(days=one.days, first=AppState.first_weekday)),
        rx.el.td(one.open, class_name="number"),
        rx.el.td(rx.cond(one.most_open != "", one.most_open, "---"), class_name="number from-desk"),
        rx.el.td(
            row_commands(one.name, entry("pencil", N_("Edit"), AssignmentRules.ask_person(one.id))),
            class_name="commands",
        ),
        key=one.id,
    )


# -- leads that nobody got -------------------------------------------------------------------------------------------


def failures() -> rx.Component:
    """Nothing while every lead found somebody."""
    return rx.cond(
        AssignmentRules.failed.count > 0,
        table_card(
            N_("Leads that nobody could get"),
            rx.el.span(AssignmentRules.failed.count, class_name="pill is-invited"),
            rx.el.p(
                _("Assign them by hand, or change the rule and run the rules again."),
                class_name="hint",
            ),
            body=[
                command_table(
                    N_("Leads that nobody could get"),
                    FAILURES,
                    rx.foreach(AssignmentRules.failed.lines, failure),
                    "failures-table",
                )
            ],
        ),
    )


def failure(line: rx.Var[Failure]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.a(line.name, href=f"/leads/{line.id}", class_name="link"),
                rx.el.small(line.topic),
                rx.el.small(line.rule, ": ", line.reason, class_name="rule-who"),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(rx.el.span(rx.el.span(line.reason), rx.el.small(line.rule), class_name="who"), class_name="from-desk"),
        rx.el.td(line.owner, class_name="from-desk"),
        rx.el.td(
            rx.el.time(ago(line.at), date_time=line.at, title=moment(line.at, AppState.zone)),
            class_name="when from-desk",
        ),
        rx.el.td(
            row_commands(
                line.name,
                entry("route", N_("Run the rules again"), AssignmentRules.again(line.id)),
                entry("check", N_("Leave it with its owner"), AssignmentRules.forgive(line.id)),
            ),
            class_name="commands",
        ),
        key=line.id,
    )


# -- dialogs ---------------------------------------------------------------------------------------------------------


def dialogs() -> rx.Component:
    return rx.fragment(
        rule_dialog("add", _("Add rule"), _("Add rule"), AssignmentRules.add),
        rule_dialog("edit", _("Edit %(name)s", name=AssignmentRules.subject_name), _("Save"), AssignmentRules.save),
        delete_question(
            AssignmentRules,
            _(
                "Delete the rule %(name)s? Leads that it has assigned stay with their owners.",
                name=AssignmentRules.subject_name,
            ),
        ),
        dialog(
            trial_form(answer=AssignmentRules.tried, on_try=AssignmentRules.try_rules),
            open=AssignmentRules.asked == "try",
            title=_("Try on past leads"),
            wide=True,
            on_close=AssignmentRules.dismiss,
        ),
        form_dialog(
            days_field(
                label=_("Working days"),
                hint=_("Counted where somebody is: in the time zone of his profile."),
                first=AppState.first_weekday,
            ),
            ask_field(
                name="most_open",
                label=_("Open leads, at most"),
                max_length=7,
                hint=_("Rules that share leads out give no more than this. 0: none; left empty: no limit of his own."),
            ),
            open=AssignmentRules.asked == "person",
            title=AssignmentRules.subject_name,
            submit=_("Save"),
            subject=AssignmentRules.subject,
            values=AssignmentRules.values,
            answer=AssignmentRules.told,
            whole=True,
            on_send=AssignmentRules.save_person,
            on_close=AssignmentRules.dismiss,
        ),
    )


def rule_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    return form_dialog(
        ask_field(name="name", label=_("Name"), required=True, max_length=NAME_LENGTH),
        rule_fields(
            subject=AssignmentRules.subject,
            names=AssignmentRules.names,
            answer=AssignmentRules.tried,
            on_try=AssignmentRules.try_edited,
        ),
        open=AssignmentRules.asked == what,
        title=title,
        submit=submit,
        subject=AssignmentRules.subject,
        values=AssignmentRules.values,
        answer=AssignmentRules.told,
        whole=True,
        wide=True,
        on_send=event,
        on_close=AssignmentRules.dismiss,
    )
