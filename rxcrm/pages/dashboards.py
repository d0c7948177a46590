"""/dashboards: charts, numbers and lists side by side (S 8)."""

import reflex as rx

from rxcrm.components.charting import dashboard_page
from rxcrm.components.frame import frame
from rxcrm.state.dashboards import Dashboards

on_load = Dashboards.open


def page() -> rx.Component:
    return frame(dashboard_page(), main_class="dashboard-page")
