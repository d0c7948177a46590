"""/accounts: the list of accounts."""

import reflex as rx

from rxcrm.components.lists import list_page
from rxcrm.components.tr import _
from rxcrm.state.accounts import Accounts
from rxcrm.state.gate import AppState
from rxcrm.state.lists import COUNT_CAP, view_options

on_load = Accounts.open


def page() -> rx.Component:
    return list_page(
        Accounts,
        entity="account",
        path="/accounts",
        label="Accounts",
        views=view_options("account"),
        cap=COUNT_CAP,
        commands=[],
        empty=rx.fragment(
            rx.el.h2(_("No accounts here yet")),
            rx.el.p(_("An account is a company that you do business with.")),
            rx.cond(
                AppState.rights["create_account"],
                rx.el.a(_("New Account"), href="/accounts/new", class_name="button primary"),
            ),
        ),
    )
