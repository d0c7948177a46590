"""/settings/campaigns: what leads can come from, and what they were sent (S 1.1, 7.1)."""

import reflex as rx

from rxcrm.components.admin import (
    ask_field,
    entry,
    form_dialog,
    menu_link,
    row_commands,
)
from rxcrm.components.keeping import deleting, kept_page, named, switched
from rxcrm.components.tr import _, plural
from rxcrm.models.campaigns import CampaignView
from rxcrm.models.reference import NAME_LENGTH
from rxcrm.state.settings.campaigns import Campaigns
from rxcrm.translation import N_

on_load = Campaigns.open

COLUMNS = [
    (N_("Name"), ""),
    (N_("Channel"), "from-wide"),
    (N_("Planned"), "from-desk"),
    (N_("Actual"), "from-wide"),
    (N_("Owner"), "from-desk"),
    (N_("Leads"), "number"),
    (N_("Status"), ""),
]


def page() -> rx.Component:
    return kept_page(
        Campaigns,
        dialogs(),
        title=N_("Campaigns"),
        hint=_("Sellers choose them as Source Campaign of leads and opportunities; imports find them by name."),
        add=N_("Add campaign"),
        columns=COLUMNS,
        row=row,
        nothing=(
            _("No campaigns yet"),
            _("With campaigns you see which of them brought leads, and what became of those."),
        ),
        class_name="campaigns",
    )


def row(campaign: rx.Var[CampaignView]) -> rx.Component:
    return rx.el.tr(
        named(Campaigns, campaign, rx.el.small(campaign.channel, class_name="below-wide")),
        rx.el.td(campaign.channel, class_name="from-wide"),
        rx.el.td(campaign.planned, class_name="from-desk"),
        rx.el.td(campaign.actual, class_name="from-wide"),
        rx.el.td(campaign.owner, class_name="from-desk"),
        rx.el.td(plural("%(n)s lead", "%(n)s leads", campaign.leads), class_name="number"),
        rx.el.td(switched(campaign.active)),
        rx.el.td(commands(campaign), class_name="commands"),
        key=campaign.id,
    )


def commands(campaign: rx.Var[CampaignView]) -> rx.Component:
    return row_commands(
        campaign.name,
        entry("pencil", N_("Edit"), Campaigns.ask_edit(campaign.id)),
        menu_link(label=_("Open its page"), to="/campaigns/" + campaign.id.to_string()),
        rx.cond(
            campaign.active,
            entry("circle-off", N_("Deactivate"), Campaigns.deactivate(campaign.id)),
            entry("circle-check", N_("Activate"), Campaigns.activate(campaign.id)),
        ),
        entry("trash-2", N_("Delete"), Campaigns.ask_delete(campaign.id)),
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        campaign_dialog("add", _("Add campaign"), _("Add campaign"), Campaigns.add),
        campaign_dialog("edit", _("Edit %(name)s", name=Campaigns.subject_name), _("Save"), Campaigns.save),
        deleting(Campaigns, _("Delete the campaign %(name)s? Nothing refers to it.", name=Campaigns.subject_name)),
    )


def campaign_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    return form_dialog(
        *fields(),
        open=Campaigns.asked == what,
        title=title,
        submit=submit,
        subject=Campaigns.subject,
        values=Campaigns.values,
        answer=Campaigns.told,
        whole=what == "add",
        wide=True,
        on_send=event,
        on_close=Campaigns.dismiss,
    )


def fields() -> list[rx.Component]:
    return [
        rx.el.div(
            ask_field(name="name", label=_("Name"), required=True, max_length=NAME_LENGTH),
            ask_field(
                name="channel",
                label=_("Channel"),
                options=Campaigns.channels,
                literal=True,
                hint=_("What can be chosen here stands under Option lists."),
            ),
            ask_field(
                name="planned_start", label=_("Planned Start"), type="date", hint=_("When it is meant to begin.")
            ),
            ask_field(
                name="planned_end",
                label=_("Planned End"),
                type="date",
                hint=_("When it is meant to be over; not before its start."),
            ),
            ask_field(
                name="actual_start",
                label=_("Actual Start"),
                type="date",
                hint=_("When it did begin; empty as long as it has not."),
            ),
            ask_field(
                name="actual_end",
                label=_("Actual End"),
                type="date",
                hint=_("When it was over; empty as long as it runs."),
            ),
            ask_field(name="budget", label=_("Budget"), max_length=30, hint=_("What it may cost.")),
            ask_field(name="actual_cost", label=_("Actual Cost"), max_length=30, hint=_("What it has cost so far.")),
            ask_field(
                name="currency",
                label=_("Currency"),
                options=Campaigns.currency_choices,
                literal=True,
                hint=_("Of the budget and the cost."),
            ),
            ask_field(
                name="owner_id",
                label=_("Owner"),
                options=Campaigns.owners,
                literal=True,
                hint=_("Who answers for the campaign."),
            ),
            class_name="two",
        ),
        ask_field(name="description", label=_("Description"), lines=3, max_length=2000),
    ]
