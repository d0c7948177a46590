"""Reports that are a chart with an input: neglected leads, and the sales pipeline (S 8.3)."""

from __future__ import annotations

from rxcrm.models.charting import shipped
from rxcrm.models.charting.figures import Figures
from rxcrm.models.charting.reckoning import data
from rxcrm.models.charting.reports.report import Input, Report
from rxcrm.models.filters.conditions import Group
from rxcrm.models.lists import Ask
from rxcrm.models.records import Act
from rxcrm.translation import N_


def _neglected(act: Act, inputs: dict[str, str], where: Group) -> Figures:
    return data(act, shipped.neglected(int(inputs["days"])), Ask("lead", "all", where=where))


def _pipeline(act: Act, inputs: dict[str, str], where: Group) -> Figures:
    return data(act, shipped.pipeline(inputs["by"]), Ask("opportunity", "all", where=where))


NEGLECTED = Report(
    "neglected-leads",
    N_("Neglected Leads"),
    "lead",
    _neglected,
    (Input("days", N_("Days without activity"), "14", most=3650),),
    N_("Open leads about which nobody did or wrote anything for so many days."),
)
PIPELINE = Report(
    "sales-pipeline",
    N_("Sales Pipeline"),
    "opportunity",
    _pipeline,
    (Input("by", N_("Group by"), "owner", options={key: label for key, (label, _) in shipped.PIPELINE_BY.items()}),),
    N_("Potential sales of the open opportunities."),
)
