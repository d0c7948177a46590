"""/accounts: the list of accounts."""

import reflex as rx

from rxcrm.components.lists import list_page, nothing_yet
from rxcrm.components.merging import merge_picked
from rxcrm.state.accounts import Accounts
from rxcrm.translation import N_

on_load = Accounts.open


def page() -> rx.Component:
    return list_page(
        Accounts,
        entity="account",
        label=N_("Accounts"),
        picked=(merge_picked("account"),),
        empty=nothing_yet(
            "account",
            N_("No accounts here yet"),
            N_("An account is a company that you do business with."),
            N_("New Account"),
        ),
    )
