"""/import/…/result: the books of an import, and the way back."""

import reflex as rx

from rxcrm.components.importing import result_view, step_page
from rxcrm.state.importing.finishing import ResultStep

on_load = ResultStep.open


def page() -> rx.Component:
    return step_page(ResultStep, result_view(ResultStep))
