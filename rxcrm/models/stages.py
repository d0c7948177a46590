"""Business process flows: which stages and steps they have, as tables (S 2.3).

Those that ship stand here; what administrators made of them, and their own, lie in the configuration
(rxcrm.models.process_tables). Ask `flow_named`, `first_for` and `offered`, which know both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rxcrm.models import configuration
from rxcrm.models.choices import OpportunityStage
from rxcrm.models.fields import fields_of
from rxcrm.translation import N_


@dataclass(frozen=True)
class Stage:
    """One circle of the bar: its name, the table whose fields its steps are, and the steps in order.

    A step is `(field, label)`; an empty label means the field's own. `required` names the steps that block the way on.
    `category` is what the Sales Stage of an opportunity says meanwhile. One that is `gone` was taken out of its process: only
    records that have been in it still show it (S R2.17).
    """

    key: str
    label: str
    entity: str
    steps: tuple[tuple[str, str], ...]
    required: frozenset[str] = frozenset()
    category: OpportunityStage = OpportunityStage.QUALIFY
    gone: bool = False


@dataclass(frozen=True)
class Process:
    """A named sequence of stages, begun on `entity`.

    `every` has the stages that are gone, too, where they stood; empty if none ever went. Only `active` processes are begun
    and switched to, by people with one of the `roles`; without roles by everybody.
    """

    key: str
    label: str
    entity: str
    stages: tuple[Stage, ...]
    every: tuple[Stage, ...] = ()
    roles: frozenset[str] = frozenset()
    active: bool = True
    position: int = 0

    def stage(self, key: str) -> Stage:
        """A stage by its key, one that is gone too."""
        return next(s for s in self.every or self.stages if s.key == key)

    def has(self, key: str) -> bool:
        """Whether it has this stage, and it is not gone."""
        return any(s.key == key for s in self.stages)

    def shown(self, path: Collection[str]) -> tuple[Stage, ...]:
        """The stages that a record shows that has travelled some: those that are gone only if it has been in them."""
        return tuple(s for s in self.every or self.stages if not s.gone or s.key in path)

    def after(self, key: str) -> Stage | None:
        """The stage that follows one; None after the last."""
        return self._beside(key, 1)

    def before(self, key: str) -> Stage | None:
        """The stage that precedes one; None before the first."""
        return self._beside(key, -1)

    def _beside(self, key: str, step: int) -> Stage | None:
        whole = self.every or self.stages
        at = whole.index(self.stage(key)) + step
        while 0 <= at < len(whole):
            if not whole[at].gone:
                return whole[at]
            at += step
        return None


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
        category=OpportunityStage.DEVELOP,
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
        category=OpportunityStage.PROPOSE,
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
        category=OpportunityStage.CLOSE,
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
#: The shipped process that a new record of a table begins. Tables that are not named have no processes.
FIRST = {p.entity: p for p in PROCESSES.values()}


def processes() -> Mapping[str, Process]:
    """Every process by its key, those that are not active too: the shipped ones as administrators have made them."""
    return {**PROCESSES, **configuration.current().part("processes").get("by_key", {})}


def flow_named(key: str) -> Process:
    """The process of that key."""
    return processes()[key]


def offered(entity: str, roles: Collection[str] = ()) -> list[Process]:
    """The active processes of a table that somebody with these roles may use, in the order of the administrators (S R2.11)."""
    known = [flow for flow in processes().values() if flow.entity == entity and flow.active]
    return sorted((f for f in known if not f.roles or f.roles & set(roles)), key=lambda flow: flow.position)


def first_for(entity: str, roles: Collection[str] = ()) -> Process:
    """The process that a new record of a table begins; one is always for everybody (rxcrm.models.process_editing)."""
    return next(iter(offered(entity, roles)), FIRST[entity])


def stages_of(entity: str) -> tuple[Stage, ...]:
    """The stages of all active processes of a table, each once: the lanes of a board."""
    known = sorted((f for f in processes().values() if f.entity == entity and f.active), key=lambda f: f.position)
    return tuple({stage.key: stage for flow in reversed(known) for stage in reversed(flow.stages)}.values())[::-1]


def steps_of(stage: Stage) -> list[tuple[str, str]]:
    """The steps of a stage, without those whose field is not in use any more."""
    from rxcrm.models.tables import record_table  # the tables need this module first

    known = fields_of(record_table(stage.entity))
    return [(name, label) for name, label in stage.steps if name in known]


def sales_stage(stage: Stage) -> OpportunityStage:
    """What the opportunity's Sales Stage says while its process is in a stage."""
    return stage.category


def check_steps() -> None:
    """Every step of every stage on a known table is a described field of it; called by a test."""
    from rxcrm.models.tables import RECORDS

    known = {entity: fields_of(table) for entity, table in RECORDS.items()}
    for process in PROCESSES.values():
        for stage in process.stages:
            assert all(name in known[stage.entity] for name, _ in stage.steps), stage
