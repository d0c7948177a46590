"""Business process flows: which stages and steps they have, as tables (S 2.3)."""

from __future__ import annotations

from dataclasses import dataclass

from rxcrm.models.choices import OpportunityStage
from rxcrm.models.fields import fields_of
from rxcrm.translation import N_


@dataclass(frozen=True)
class Stage:
    """One circle of the bar: its name, the table whose fields its steps are, and the steps in order.

    A step is `(field, label)`; an empty label means the field's own. `required` names the steps that block the way on.
    """

    key: str
    label: str
    entity: str
    steps: tuple[tuple[str, str], ...]
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Process:
    """A named sequence of stages, begun on `entity`."""

    key: str
    label: str
    entity: str
    stages: tuple[Stage, ...]

    def stage(self, key: str) -> Stage:
        return next(s for s in self.stages if s.key == key)

    def after(self, key: str) -> Stage | None:
        """The stage that follows one; None after the last."""
        return self._beside(key, 1)

    def before(self, key: str) -> Stage | None:
        """The stage that precedes one; None before the first."""
        return self._beside(key, -1)

    def _beside(self, key: str, step: int) -> Stage | None:
        at = self.stages.index(self.stage(key)) + step
        return self.stages[at] if 0 <= at < len(self.stages) else None


#: The stages of an opportunity, however it came to be (S 2.3).
SELLING = (
    Stage(
        "develop",
        N_("Develop"),
        "opportunity",
        (
            ("customer_need", ""),
            ("proposed_solution", ""),
            ("identify_contacts", ""),
            ("identify_competitors", ""),
        ),
    ),
    Stage(
        "propose",
        N_("Propose"),
        "opportunity",
        (
            ("identify_team", ""),
            ("develop_proposal", ""),
            ("internal_review", ""),
            ("present_proposal", ""),
        ),
    ),
    Stage(
        "close",
        N_("Close"),
        "opportunity",
        (
            ("final_proposal", ""),
            ("present_final_proposal", ""),
            ("final_decision_date", N_("Confirm Decision Date")),
            ("send_thank_you", ""),
            ("file_debrief", ""),
        ),
    ),
)
LEAD_TO_OPPORTUNITY = Process(
    "lead_to_opportunity",
    N_("Lead to Opportunity Sales Process"),
    "lead",
    (
        Stage(
            "qualify",
            N_("Qualify"),
            "lead",
            (
                ("existing_contact_id", ""),
                ("existing_account_id", ""),
                ("purchase_timeframe", ""),
                ("budget_amount", ""),
                ("purchase_process", ""),
                ("decision_maker", ""),
                ("description", N_("Capture Summary")),
            ),
        ),
        *SELLING,
    ),
)
OPPORTUNITY_SALES = Process(
    "opportunity_sales",
    N_("Opportunity Sales Process"),
    "opportunity",
    (
        Stage(
            "qualify",
            N_("Qualify"),
            "opportunity",
            (
                ("contact_id", N_("Identify Contact")),
                ("account_id", N_("Identify Account")),
                ("purchase_timeframe", ""),
                ("budget_amount", ""),
                ("purchase_process", ""),
                ("decision_maker", N_("Identify Decision Maker")),
                ("description", N_("Capture Summary")),
            ),
        ),
        *SELLING,
    ),
)
PROCESSES = {p.key: p for p in (LEAD_TO_OPPORTUNITY, OPPORTUNITY_SALES)}
#: The process that a new record of a table begins.
FIRST = {p.entity: p for p in PROCESSES.values()}
#: Stage of the process → Sales Stage of the opportunity (S 1.4).
_SALES_STAGES = {stage.label: stage for stage in OpportunityStage}


def sales_stage(key: str) -> OpportunityStage:
    """What the opportunity's Sales Stage says while its process is in a stage."""
    return _SALES_STAGES[OPPORTUNITY_SALES.stage(key).label]


def check_steps() -> None:
    """Every step of every stage on a known table is a described field of it; called by a test."""
    from rxcrm.models.tables import RECORDS

    known = {entity: fields_of(table) for entity, table in RECORDS.items()}
    for process in PROCESSES.values():
        for stage in process.stages:
            assert all(name in known[stage.entity] for name, _ in stage.steps), stage
