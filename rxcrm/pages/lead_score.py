"""/settings/lead-score: points by rules, and the estimate that learns from closed leads (issue 6, 6)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    choice_cards,
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
from rxcrm.components.frame import icon
from rxcrm.components.lead_score import condition_field, reliability
from rxcrm.components.tr import _, moment, number, plural
from rxcrm.components.views import view_desk
from rxcrm.models.scoring.estimating import FieldView, ValueView
from rxcrm.models.scoring.rules import LABEL_LENGTH, RuleView
from rxcrm.state.gate import AppState
from rxcrm.state.settings.lead_score import LeadScoreSettings
from rxcrm.translation import N_

on_load = LeadScoreSettings.open

COLUMNS = [(N_("Points"), "points"), (N_("For leads with"), ""), (N_("Counts"), "from-tablet")]
STATE = LeadScoreSettings


def page() -> rx.Component:
    return settings_page(view_desk(), rx.cond(STATE.ready, rx.fragment(rules(), estimate()), loading()), dialogs())


# -- points ------------------------------------------------------------------------------------------------------------


def rules() -> rx.Component:
    return table_card(
        N_("Points"),
        rx.el.p(
            _(
                "Every rule gives its points to all leads of which its condition holds. Their sum, from 0 to 100, is the score; whoever may read a lead sees it with its reasons."
            ),
            class_name="hint shaping-hint",
        ),
        rx.el.button(
            icon("refresh-cw"),
            rx.el.span(_("Recalculate")),
            type="button",
            class_name="button",
            disabled=STATE.progress.underway,
            on_click=STATE.recount,
        ),
        add_button(N_("Add rule"), STATE.ask_add),
        body=[
            underway(),
            rx.cond(
                STATE.rows.length() > 0,
                command_table(N_("Rules"), COLUMNS, rx.foreach(STATE.rows, row), "roles score-rules"),
                rx.el.p(
                    _("There are no rules yet. A first one could be: 20 points for leads from trade shows."),
                    class_name="hint shaping-hint",
                ),
            ),
        ],
    )


def underway() -> rx.Component:
    """How far the scores of all leads are brought up to date."""
    done = STATE.progress
    return rx.el.div(
        rx.cond(
            done.underway,
            rx.fragment(
                rx.el.span(
                    _(
                        "Scores of all leads are being recalculated. Leads that are opened or saved meanwhile are right already."
                    )
                ),
                rx.cond(
                    done.total > 0,
                    rx.el.progress(value=done.done, max=done.total, aria_label=_("Progress of the recalculation")),
                    rx.el.progress(aria_label=_("Progress of the recalculation")),
                ),
            ),
        ),
        role="status",
        class_name=rx.cond(done.underway, "score-progress", "score-progress none"),
    )


def row(rule: rx.Var[RuleView]) -> rx.Component:
    name = rx.cond(rule.label != "", rule.label, rule.words)
    return rx.el.tr(
        rx.el.td(points(rule.points), class_name="points"),
        rx.el.th(
            rx.el.button(name, type="button", class_name="link", on_click=STATE.ask_edit(rule.id)),
            rx.cond((rule.label != "") & (rule.words != ""), rx.el.small(rule.words)),
            rx.cond(rule.problem != "", rx.el.p(icon("triangle-alert"), rule.problem, class_name="problem")),
            scope="row",
        ),
        rx.el.td(
            rx.cond(
                rule.problem != "",
                rx.el.span(_("Cannot be asked"), class_name="pill run-failed"),
                rx.cond(
                    rule.active,
                    rx.el.span(_("On"), class_name="pill is-active"),
                    rx.el.span(_("Off"), class_name="pill"),
                ),
            ),
            class_name="from-tablet",
        ),
        rx.el.td(
            row_commands(
                name,
                entry("pencil", N_("Edit"), STATE.ask_edit(rule.id)),
                rx.cond(
                    rule.active,
                    entry("circle-pause", N_("Switch off"), STATE.deactivate(rule.id)),
                    entry("circle-play", N_("Switch on"), STATE.activate(rule.id)),
                ),
                entry("trash-2", N_("Delete"), STATE.ask_delete(rule.id)),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(rule.active, "", "disabled"),
        key=rule.id,
    )


def points(amount: rx.Var[int]) -> rx.Component:
    """Points with their sign: "+18", "−6"."""
    return rx.cond(
        amount < 0,
        rx.el.b("−", number(-amount), class_name="reason-amount down"),
        rx.el.b("+", number(amount), class_name="reason-amount up"),
    )


# -- the estimate ------------------------------------------------------------------------------------------------------


def estimate() -> rx.Component:
    found = STATE.estimate
    return table_card(
        N_("Estimate"),
        rx.el.p(
            _(
                "The chance that an open lead is qualified, learned from what became of your own closed leads. Nothing leaves this server."
            ),
            class_name="hint shaping-hint",
        ),
        rx.el.button(
            icon("list-checks"),
            rx.el.span(_("Fields…")),
            type="button",
            class_name="button",
            disabled=~found.on,
            on_click=STATE.ask_fields,
        ),
        rx.el.button(
            icon("graduation-cap"),
            rx.el.span(rx.cond(found.learning, _("Learning…"), _("Learn again"))),
            type="button",
            class_name="button",
            disabled=found.learning | ~found.on,
            on_click=STATE.learn,
        ),
        body=[
            rx.el.div(
                rx.el.label(
                    rx.el.span(
                        rx.el.b(_("Estimate leads"), id="estimate-on"),
                        rx.el.small(
                            _(
                                "Learns every night. Switched off, estimates disappear from leads, lists and filters find none."
                            ),
                            id="estimate-on-hint",
                        ),
                    ),
                    rx.el.input(
                        type="checkbox",
                        role="switch",
                        checked=found.on,
                        on_change=STATE.switch_estimate,
                        aria_labelledby="estimate-on",
                        aria_describedby="estimate-on-hint",
                    ),
                    class_name="switch-card",
                ),
                rx.cond(found.on, rx.fragment(standing(), rx.cond(found.learned_on != "", learned()))),
                class_name="estimate",
            )
        ],
    )


def standing() -> rx.Component:
    """From how many leads it learned; with too few, how many there are."""
    found = STATE.estimate
    return rx.cond(
        found.learned_on != "",
        rx.el.p(
            _(
                "Learned %(when)s from %(count)s closed leads, of which %(base)s % were qualified.",
                when=moment(found.learned_on, AppState.zone),
                count=number(found.taught),
                base=number(found.base),
            ),
            role="status",
        ),
        rx.el.div(
            rx.el.h3(rx.cond(found.enough, _("Nothing learned yet"), _("Not enough data"))),
            rx.el.p(
                rx.cond(
                    found.enough,
                    _("There are enough closed leads. The estimate learns tonight, or now by “Learn again”."),
                    _(
                        "An estimate needs at least %(needed)s qualified and %(needed)s disqualified leads; from fewer it would be a guess.",
                        needed=found.needed,
                    ),
                ),
                class_name="hint",
            ),
            meter(_("Qualified"), found.won),
            meter(_("Disqualified"), found.lost),
            role="status",
            class_name="not-enough",
        ),
    )


def meter(label: rx.Var, count: rx.Var) -> rx.Component:
    needed = STATE.estimate.needed
    return rx.el.div(
        rx.el.span(label),
        rx.el.progress(value=rx.cond(count < needed, count, needed), max=needed, aria_label=label),
        rx.el.span(_("%(count)s of %(needed)s", count=number(count), needed=needed)),
        class_name="meter-row",
    )


def learned() -> rx.Component:
    """How well it does, and what it learned."""
    found = STATE.estimate
    return rx.el.div(
        rx.cond(
            found.held > 0,
            rx.el.section(
                rx.el.h3(_("How well it estimates")),
                rx.el.p(
                    _(
                        "Every fifth closed lead, %(count)s in all, was held back while learning and estimated afterwards. Where dots lie on the dotted line, leads were qualified as often as was estimated.",
                        count=number(found.held),
                    ),
                    class_name="hint",
                ),
                reliability(bins=found.bins, label=_("Estimates of held-out leads beside what became of them")),
                rx.el.dl(
                    rx.el.div(
                        rx.el.dt(_("Brier score")),
                        rx.el.dd(
                            rx.el.b(found.brier),
                            rx.el.small(
                                _(
                                    "0 would be always right; always saying %(base)s % would give %(brier)s.",
                                    base=found.held_base,
                                    brier=found.brier_base,
                                )
                            ),
                        ),
                    ),
                    rx.el.div(
                        rx.el.dt(_("Better than the base rate by")),
                        rx.el.dd(
                            rx.el.b(_("%(n)s %", n=number(found.better))),
                            rx.el.small(
                                rx.cond(
                                    found.better >= 5,
                                    _("The fields tell good leads from bad ones."),
                                    _("The fields tell little about your leads: do not rely on the estimate."),
                                )
                            ),
                        ),
                    ),
                    class_name="figures",
                ),
                aria_label=_("How well it estimates"),
            ),
        ),
        rx.el.section(
            rx.el.h3(_("What it learned")),
            rx.el.p(
                _(
                    "For each value, how many closed leads have it, how many of these were qualified, and the estimate by it alone."
                ),
                class_name="hint",
            ),
            rx.el.div(rx.foreach(found.fields, taught), class_name="taught"),
            aria_label=_("What it learned"),
        ),
        class_name="learned",
    )


def taught(found: rx.Var[FieldView]) -> rx.Component:
    return rx.el.table(
        rx.el.caption(_(found.label)),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(rx.el.span(_("Value"), class_name="unseen"), scope="col"),
                *[rx.el.th(_(label), scope="col", class_name="amount") for label in TAUGHT],
            )
        ),
        rx.el.tbody(
            rx.foreach(found.taught, value),
            rx.cond(
                found.more > 0,
                rx.el.tr(
                    rx.el.td(plural("%(n)s more value", "%(n)s more values", found.more), col_span=4, class_name="hint")
                ),
            ),
        ),
        key=found.label,
    )


TAUGHT = (N_("Leads"), N_("Qualified"), N_("Estimate"))


def value(found: rx.Var[ValueView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(found.label, scope="row"),
        rx.el.td(number(found.leads), class_name="amount"),
        rx.el.td(_("%(n)s %", n=number(found.share)), class_name="amount"),
        rx.el.td(rx.el.b(_("%(n)s %", n=number(found.alone))), class_name="amount"),
    )


# -- dialogs -----------------------------------------------------------------------------------------------------------


def dialogs() -> rx.Component:
    return rx.fragment(
        rule_dialog("add", _("Add rule"), _("Add rule"), STATE.add),
        rule_dialog("edit", _("Edit rule"), _("Save"), STATE.save),
        delete_question(
            STATE,
            _("Delete the rule “%(name)s”? Its points are gone from every lead.", name=STATE.subject_name),
        ),
        form_dialog(
            choice_cards(
                name="fields",
                label=_("The estimate looks at"),
                options=STATE.field_choices,
            ),
            open=STATE.asked == "fields",
            title=_("Fields of the estimate"),
            submit=_("Save and learn again"),
            subject=0,
            values=STATE.values,
            answer=STATE.told,
            whole=True,
            on_send=STATE.choose_fields,
            on_close=STATE.dismiss,
        ),
    )


def rule_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    return form_dialog(
        rx.el.div(
            ask_field(
                name="points",
                label=_("Points"),
                required=True,
                max_length=5,
                hint=_("From −100 to 100. Negative points make a lead less important."),
            ),
            ask_field(
                name="label",
                label=_("Reason"),
                max_length=LABEL_LENGTH,
                hint=_("What sellers read beside the points. Left empty, the condition in words."),
            ),
            class_name="two",
        ),
        condition_field(
            name="condition",
            label=_("For leads with"),
            hint=_("Rules look at the lead itself. Those with dates like “last 7 days” are asked again every hour."),
            description=STATE.description,
            names=STATE.names,
        ),
        switch(
            name="active",
            label=_("Counts"),
            hint=_("Switched off, the rule stays here and gives no points."),
        ),
        open=STATE.asked == what,
        title=title,
        submit=submit,
        subject=STATE.subject,
        values=STATE.values,
        answer=STATE.told,
        whole=what == "add",
        wide=True,
        on_send=event,
        on_close=STATE.dismiss,
    )
