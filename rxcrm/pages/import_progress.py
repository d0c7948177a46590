"""/import/…/run: the import under way."""

import reflex as rx

from rxcrm.components.importing import run_view, step_page
from rxcrm.state.importing.finishing import RunStep

on_load = RunStep.open


def page() -> rx.Component:
    return step_page(RunStep, run_view(RunStep))
