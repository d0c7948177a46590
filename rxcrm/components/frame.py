"""The frame around every page: site map, header with search, + New and user menu, messages."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from rxcrm.components.activities import activity_entry
from rxcrm.components.elements import (
    global_search,
    hotkeys,
    language,
    menu,
    messages,
    navigation,
    post_button,
    quick_create,
    quick_entry,
    shape,
    site_link,
    theme_choice,
)
from rxcrm.components.notifications import bell
from rxcrm.components.palette import palette, palette_button
from rxcrm.components.tr import _
from rxcrm.components.undoing import in_use_dialog
from rxcrm.state.forms import quick_forms
from rxcrm.state.gate import AppState
from rxcrm.state.shell import Shell
from rxcrm.state.undoing import Undoing
from rxcrm.state.views import Views
from rxcrm.translation import N_


def icon(name: str) -> rx.Component:
    """A line icon, invisible to screen readers."""
    return rx.icon(name, class_name="icon", custom_attrs={"aria-hidden": "true"})


def frame(*children: rx.Component, main_class: str = "") -> rx.Component:
    """A page of the application; nothing of it is drawn before one knows who is signed in."""
    return rx.fragment(
        language(locale=AppState.locale),
        shape(shape=AppState.shape),
        rx.cond(
            AppState.user_id > 0,
            rx.el.div(
                rx.el.a(_("Skip to content"), href="#main", class_name="skip"),
                header(),
                site_map(),
                rx.el.main(*children, id="main", tab_index=-1, class_name=main_class),
                messages(notice=AppState.notice, on_undo=Undoing.undo),
                in_use_dialog(),
                quick_create(
                    forms=quick_forms(),
                    answer=Shell.created,
                    looked_up=Shell.looked_up,
                    currency=AppState.currency,
                    zone=AppState.zone,
                    on_create=Shell.quick_create,
                    on_look_up=Shell.look_up,
                ),
                palette(),
                hotkeys(),
                navigation(),
                class_name="app",
            ),
            rx.el.div(rx.el.span(class_name="spinner"), class_name="waiting", role="status", aria_label=_("Loading")),
        ),
    )


def header() -> rx.Component:
    return rx.el.header(
        rx.el.a(logo(), rx.el.b("rxcrm"), href="/leads", class_name="brand", aria_label="rxcrm"),
        global_search(answer=Shell.found, on_search=Shell.search),
        rx.el.div(palette_button(), new_menu(), bell(), user_menu(), class_name="header-right"),
        class_name="top",
    )


def logo() -> rx.Component:
    return rx.el.span(class_name="logo", aria_hidden="true")


def new_menu() -> rx.Component:
    """+ New: quick create of whatever the user's roles may create (S 2.2)."""
    entries = [
        rx.cond(AppState.rights[f"create_{entity}"], quick_entry(icon(sign), _(label), entity=entity))
        for entity, label, sign in (
            ("lead", N_("Lead"), "target"),
            ("account", N_("Account"), "building-2"),
            ("contact", N_("Contact"), "user"),
            ("opportunity", N_("Opportunity"), "handshake"),
        )
    ]
    entries += [
        rx.cond(AppState.rights["create_activity"], activity_entry(icon(sign), _(label), kind=kind))
        for kind, label, sign in (
            ("task", N_("Task"), "list-todo"),
            ("phone_call", N_("Phone Call"), "phone"),
            ("appointment", N_("Appointment"), "calendar-days"),
        )
    ]
    may = (
        AppState.rights["create_activity"]
        | AppState.rights["create_lead"]
        | AppState.rights["create_account"]
        | AppState.rights["create_contact"]
        | AppState.rights["create_opportunity"]
    )
    return rx.cond(
        may,
        menu(
            *entries,
            label=_("New record"),
            text=rx.el.span(icon("plus"), rx.el.span(_("New"), class_name="wide-only"), class_name="with-icon"),
            class_name="button primary",
            align="end",
        ),
    )


def user_menu() -> rx.Component:
    return menu(
        rx.el.div(rx.el.b(AppState.user_name), rx.el.small(AppState.user_email), class_name="menu-head"),
        theme_choice(),
        rx.el.hr(),
        rx.el.a(icon("archive-restore"), _("Recycle bin"), href="/recycle-bin", role="menuitem"),
        rx.el.a(icon("eye-off"), _("Why don't I see …?"), href="/why", role="menuitem"),
        rx.el.hr(),
        post_button(icon("log-out"), _("Sign out"), action="/auth/logout", role="menuitem"),
        post_button(icon("shield-off"), _("Sign out everywhere"), action="/auth/everywhere", role="menuitem"),
        label=_("User menu"),
        text=rx.el.span(AppState.user_name[0], class_name="avatar", aria_hidden="true"),
        class_name="avatar-button",
        align="end",
    )


def site_map() -> rx.Component:
    return rx.el.nav(
        site_link(icon("target"), to="/leads", label=_("Leads")),
        site_link(icon("handshake"), to="/opportunities", label=_("Opportunities")),
        site_link(icon("calendar-check"), to="/activities", label=_("Activities")),
        site_link(icon("layout-dashboard"), to="/dashboards", label=_("Dashboards")),
        site_link(icon("building-2"), to="/accounts", label=_("Accounts")),
        site_link(icon("users"), to="/contacts", label=_("Contacts")),
        site_link(icon("copy-check"), to="/duplicates", label=_("Duplicates"), aside=True),
        rx.cond(AppState.rights["import"], site_link(icon("upload"), to="/import", label=_("Import"), aside=True)),
        rx.cond(AppState.rights["export"], site_link(icon("download"), to="/exports", label=_("Exports"), aside=True)),
        rx.cond(AppState.rights["administer"], site_link(icon("settings"), to="/settings", label=_("Settings"))),
        pinned_views(),
        rx.el.div(AppState.organisation_name, class_name="organisation"),
        class_name="site-map",
        aria_label=_("Site map"),
    )


def pinned_views() -> rx.Component:
    """The views that the user has pinned (S 7.2)."""
    return rx.el.div(
        rx.foreach(
            Views.pinned,
            lambda view: rx.el.a(
                icon("pin"),
                rx.el.span(_(view.label)),
                href=view.path,
                class_name="site-link aside",
                title=_(view.label),
                key=view.path,
            ),
        ),
        class_name="pinned-views",
        on_mount=Views.load_pinned,
    )


def stranger_frame(title: rx.Var, *children: rx.Component) -> rx.Component:
    """A page for somebody who is not signed in: one card in the middle."""
    return rx.el.main(
        rx.el.div(
            rx.el.div(logo(), rx.el.b("rxcrm"), class_name="brand"),
            rx.el.h1(title),
            *children,
            class_name="card",
        ),
        class_name="stranger",
    )


def offline_banner() -> rx.Component:
    """Says that the server cannot be reached; what is typed stays and is sent later."""
    return rx.cond(
        has_connection_errors,
        rx.el.div(
            _("Connection lost. What you type is kept; trying to reconnect…"), class_name="offline", role="alert"
        ),
    )
