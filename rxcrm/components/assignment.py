"""Assignment rules: the form of a rule, trials, working days, and who owns a new lead."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.frame import icon
from rxcrm.components.list_tools import PickedCommand
from rxcrm.components.local import library
from rxcrm.components.tr import _
from rxcrm.state.bulk import Bulk
from rxcrm.state.gate import AppState

ASSIGNMENT = library("assignment.jsx")


class RuleFields(_Ours):
    """Condition, people and trial of the rule `subject`; stands in a form dialog."""

    library = ASSIGNMENT
    tag = "RuleFields"
    subject: rx.Var[int]
    names: rx.Var[dict[str, str]]
    answer: rx.Var[Any]
    on_try: rx.EventHandler[passthrough_event_spec(int, dict[str, str], int, int)]


class TrialForm(_Ours):
    """Tries all rules; `on_try` gets the number of leads and a token."""

    library = ASSIGNMENT
    tag = "TrialForm"
    answer: rx.Var[Any]
    on_try: rx.EventHandler[passthrough_event_spec(int, int)]


class OwnersField(_Ours):
    """Users and teams, or with `single` one of them, in a form of the settings.

    With `target` "user" it is users alone, by their ids; with "assignee" territories can be named too.
    """

    library = ASSIGNMENT
    tag = "OwnersField"
    name: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]
    single: rx.Var[bool]
    required: rx.Var[bool]
    target: rx.Var[str]
    names: rx.Var[dict[str, str]]


class WorkingDays(_Ours):
    library = ASSIGNMENT
    tag = "WorkingDays"
    days: rx.Var[list[int]]
    first: rx.Var[int]


class DaysField(_Ours):
    library = ASSIGNMENT
    tag = "DaysField"
    label: rx.Var[str]
    hint: rx.Var[str]
    first: rx.Var[int]


class OwnerChoice(_Ours):
    library = ASSIGNMENT
    tag = "OwnerChoice"
    name: rx.Var[str]


rule_fields, trial_form, owners_field = RuleFields.create, TrialForm.create, OwnersField.create
working_days, days_field = WorkingDays.create, DaysField.create


def owner_value(state: Any, entity: str) -> rx.Component:
    """Who owns a record; of a new lead, while rules are on, whether they decide."""
    held = rx.el.span(state.owner, class_name="value")
    if entity != "lead":
        return held
    return rx.cond(
        (state.record_id == 0) & AppState.shape.contains("ruled"), OwnerChoice.create(name=AppState.user_name), held
    )


def run_rules_picked() -> rx.Component:
    """Run assignment rules on the ticked leads, while there are rules."""
    return rx.cond(
        AppState.shape.contains("ruled"),
        PickedCommand.create(
            icon("route"),
            label=_("Run assignment rules"),
            on_pick=lambda ids, everything, query, token: Bulk.run(
                "rules", "lead", ids, {}, query, everything, {}, token
            ),
        ),
    )
