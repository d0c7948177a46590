"""/campaigns/…: a campaign and what came of it, for everybody who may see leads of it."""

import reflex as rx

from rxcrm.components.frame import frame, icon
from rxcrm.components.keeping import switched
from rxcrm.components.tr import _
from rxcrm.models.campaigns import Figure
from rxcrm.state.campaigns import CampaignRecord
from rxcrm.state.gate import AppState

on_load = CampaignRecord.open


def page() -> rx.Component:
    return frame(rx.cond(CampaignRecord.lost, lost(), shown()), main_class="campaign-page")


def lost() -> rx.Component:
    return rx.el.div(
        rx.el.h2(_("There is no such campaign")),
        rx.el.p(_("It was deleted, or the address is wrong.")),
        rx.el.a(_("Show the leads of campaigns"), href="/leads?view=campaign", class_name="button"),
        class_name="empty page-empty",
        role="status",
    )


def shown() -> rx.Component:
    campaign = CampaignRecord.page
    return rx.cond(
        campaign.id > 0,
        rx.fragment(
            rx.el.header(
                rx.el.div(
                    rx.el.p(_("Campaign"), class_name="campaign-kind"),
                    rx.el.h1(campaign.name, " ", switched(campaign.active)),
                    class_name="campaign-title",
                ),
                rx.cond(
                    AppState.rights["administer"],
                    rx.el.a(icon("pencil"), rx.el.span(_("Edit")), href="/settings/campaigns", class_name="button"),
                ),
                class_name="campaign-head",
            ),
            rx.el.div(
                rx.el.section(
                    rx.el.ul(rx.foreach(campaign.figures, figure), class_name="figures"),
                    aria_label=_("What came of it"),
                ),
                rx.el.section(
                    rx.el.h2(_("Details")),
                    rx.el.dl(rx.foreach(campaign.facts, fact)),
                    rx.cond(
                        campaign.description != "",
                        rx.el.p(campaign.description, class_name="campaign-text"),
                    ),
                    aria_label=_("Details"),
                    class_name="table-card campaign-facts",
                ),
                class_name="campaign-body",
            ),
        ),
        rx.el.div(rx.el.span(class_name="spinner"), class_name="waiting", role="status", aria_label=_("Loading")),
    )


def figure(one: rx.Var[Figure]) -> rx.Component:
    return rx.el.li(
        rx.el.a(rx.el.b(one.value), rx.el.span(one.label), href=one.path, class_name="figure"), key=one.label
    )


def fact(pair: rx.Var[list[str]]) -> rx.Component:
    return rx.el.div(rx.el.dt(pair[0]), rx.el.dd(pair[1]), key=pair[0])
