"""/opportunities: the list of opportunities."""

import reflex as rx

from rxcrm.components.lists import list_page, nothing_yet
from rxcrm.state.opportunities import Opportunities
from rxcrm.translation import N_

on_load = Opportunities.open


def page() -> rx.Component:
    return list_page(
        Opportunities,
        entity="opportunity",
        label=N_("Opportunities"),
        empty=nothing_yet(
            "opportunity",
            N_("No opportunities here yet"),
            N_("An opportunity is a possible sale. Qualify a lead to make one, or create it here."),
            N_("New Opportunity"),
        ),
    )
