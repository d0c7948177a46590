"""/import/…/preview: what would become of every row."""

import reflex as rx

from rxcrm.components.importing import preview_form, step_page
from rxcrm.state.importing.previewing import PreviewStep

on_load = PreviewStep.open


def page() -> rx.Component:
    return step_page(PreviewStep, preview_form(PreviewStep))
