"""/import/…/map: which column becomes which field."""

import reflex as rx

from rxcrm.components.importing import map_form, step_page
from rxcrm.state.importing.mapping import MapStep

on_load = MapStep.open


def page() -> rx.Component:
    return step_page(MapStep, map_form(MapStep))
