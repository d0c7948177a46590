"""The lead score: its place in the header of a lead, and what only its settings use."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library
from rxcrm.state.lead_score import LeadScore

SCORE = library("lead_score.jsx")


class ScoreFact(_Ours):
    """Score and estimate in the header of a saved lead; a press shows the reasons."""

    library = SCORE
    tag = "ScoreFact"
    record_id: rx.Var[int]
    loaded: rx.Var[int]
    card: rx.Var[Any]
    on_ask: rx.EventHandler[passthrough_event_spec(int)]


class ConditionField(_Ours):
    """The condition of a rule, inside a form of the settings."""

    library = SCORE
    tag = "ConditionField"
    name: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]
    description: rx.Var[Any]
    names: rx.Var[dict[str, str]]


class Reliability(_Ours):
    """The diagram that compares estimates with what became of the leads, and its table."""

    library = SCORE
    tag = "Reliability"
    bins: rx.Var[list[Any]]
    label: rx.Var[str]


condition_field, reliability = ConditionField.create, Reliability.create


def score_fact(state: Any) -> rx.Component:
    """The score in the header of the lead that a record state shows."""
    return ScoreFact.create(record_id=state.record_id, loaded=state.loaded, card=LeadScore.card, on_ask=LeadScore.ask)
