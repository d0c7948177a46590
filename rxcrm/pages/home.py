"""/ : to the leads, or to where one signs in."""

import reflex as rx

from rxcrm.components.tr import _
from rxcrm.state.shell import Shell

on_load = Shell.start


def page() -> rx.Component:
    return rx.el.div(rx.el.span(class_name="spinner"), class_name="waiting", role="status", aria_label=_("Loading"))
