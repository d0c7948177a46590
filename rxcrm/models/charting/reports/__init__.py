"""Reports: tables of numbers that no chart of one field gives, one module for each (S 8.3)."""

from rxcrm.models.charting.reports import ageing, charted, first_activity, funnel, sources, team, win_rate
from rxcrm.models.charting.reports.report import Report

#: All reports by key, in the order in which they are offered.
REPORTS: dict[str, Report] = {
    report.key: report
    for report in (
        sources.REPORT,
        charted.NEGLECTED,
        charted.PIPELINE,
        win_rate.REPORT,
        funnel.REPORT,
        first_activity.REPORT,
        ageing.REPORT,
        team.REPORT,
    )
}
