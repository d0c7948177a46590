"""/import/…: an import without a step; leads to the one at which it stands."""

import reflex as rx

from rxcrm.components.importing import step_page
from rxcrm.state.importing.steps import Entrance

on_load = Entrance.open


def page() -> rx.Component:
    return step_page(Entrance)
