"""/accounts/…: the form of an account (S 1.2)."""

import reflex as rx

from rxcrm.components.connections import related
from rxcrm.components.merging import unmerge_command
from rxcrm.components.records import linked, record_page
from rxcrm.components.sales import activation_commands
from rxcrm.components.subgrids import subgrids
from rxcrm.components.timeline import timeline
from rxcrm.state.accounts import AccountRecord
from rxcrm.state.activating import Activation
from rxcrm.state.forms import describe
from rxcrm.translation import N_

on_load = AccountRecord.open


def page() -> rx.Component:
    return record_page(
        AccountRecord,
        entity="account",
        path="/accounts",
        label=N_("Account"),
        new=N_("New Account"),
        fields=describe("account"),
        title=["name"],
        commands=(*activation_commands(AccountRecord, "account"), unmerge_command(AccountRecord, "account")),
        on_reopen=Activation.activate("account", AccountRecord.record_id, AccountRecord.version),
        parts=parts(),
    )


def parts() -> dict[str, rx.Component]:
    """What the form shows beside fields; where it stands says the form (rxcrm.models.forms)."""
    return {
        "timeline": timeline("account", AccountRecord.record_id),
        "subgrids": subgrids(AccountRecord, "account"),
        "linked": linked(
            AccountRecord, N_("Related records"), N_("The primary contact and the parent account appear here.")
        ),
        "related": related(AccountRecord, "account"),
    }
