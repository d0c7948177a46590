"""/settings/exchange: where contacts are fetched from (issue 5, part 4)."""

import reflex as rx

from rxcrm.components.admin import command_table, entry, loading, row_commands, settings_page, table_card
from rxcrm.components.exchange import fetch_progress
from rxcrm.components.exchange_dialogs import source_dialogs
from rxcrm.components.frame import icon
from rxcrm.components.tr import _, ago, moment
from rxcrm.state.gate import AppState
from rxcrm.state.settings.exchange import CARDDAV, FETCH, FOLDERS, SIGN_IN, Exchange, OtherRow, SourceRow
from rxcrm.translation import N_

on_load = Exchange.open

COLUMNS = [(N_("Source"), ""), (N_("Status"), ""), (N_("Last fetched"), "from-desk")]
OTHERS = [(N_("Source"), ""), (N_("Owner"), ""), (N_("Last fetched"), "from-desk")]


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            Exchange.ready,
            rx.fragment(
                sources(),
                rx.cond(AppState.rights["administer"], rx.fragment(registration(), others())),
            ),
            loading(),
        ),
        source_dialogs(),
        right="import",
    )


# -- one's own sources -----------------------------------------------------------------------------------------------


def sources() -> rx.Component:
    return table_card(
        N_("Contact sources"),
        rx.el.p(
            _(
                "Your mailboxes and address books, seen by nobody but you. What is fetched becomes an import that you steer."
            ),
            class_name="hint",
        ),
        rx.el.div(
            add(N_("Microsoft 365 mailbox"), Exchange.ask_mailbox, ~Exchange.registered),
            add(N_("CardDAV account"), Exchange.ask_carddav),
            class_name="head-buttons",
        ),
        body=[
            rx.cond(
                ~Exchange.registered,
                rx.el.p(
                    icon("info"),
                    rx.cond(
                        AppState.rights["administer"],
                        _("To connect mailboxes of Microsoft 365, first enter the app registration below."),
                        _(
                            "Mailboxes of Microsoft 365 can be connected once an administrator has entered the app registration here."
                        ),
                    ),
                    id="not-registered",
                    class_name="card-note",
                ),
            ),
            rx.cond(
                Exchange.rows.length() > 0,
                command_table(N_("Contact sources"), COLUMNS, rx.foreach(Exchange.rows, row), "sources"),
                rx.el.div(
                    rx.el.h2(_("Nothing is connected yet")),
                    rx.el.p(_("Connect a mailbox or an address book to import its contacts."), class_name="hint"),
                    class_name="empty",
                ),
            ),
        ],
    )


def add(label: str, event: object, disabled: rx.Var | bool = False) -> rx.Component:
    return rx.el.button(
        icon("plus"),
        rx.el.span(_(label)),
        type="button",
        class_name="button",
        disabled=disabled,
        aria_describedby=rx.cond(disabled, "not-registered", ""),
        on_click=event,
    )


def row(source: rx.Var[SourceRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.button(source.name, type="button", class_name="link", on_click=Exchange.show(source.id)),
                rx.el.small(
                    rx.cond(source.kind == CARDDAV, "CardDAV", "Microsoft 365"),
                    rx.cond(
                        (source.account != "") & (source.account != source.name), rx.fragment(" · ", source.account)
                    ),
                    rx.cond(
                        (source.address != "") & (source.address != source.name), rx.fragment(" · ", source.address)
                    ),
                ),
                rx.cond(source.problem != "", rx.el.small(source.problem, class_name="problem", role="alert")),
                rx.cond(
                    source.doing == FETCH,
                    rx.el.span(
                        fetch_progress(source=source, brief=True),
                        rx.el.button(
                            _("Cancel"), type="button", class_name="button", on_click=Exchange.cancel(source.id)
                        ),
                        class_name="fetching",
                    ),
                ),
                rx.cond(
                    source.doing == "",
                    rx.foreach(source.notes, lambda note: rx.el.small(note)),
                ),
                rx.cond(
                    source.run_id > 0,
                    rx.el.a(
                        _("Choose what becomes of them"),
                        href="/import/" + source.run_id.to(str) + "/map",
                        class_name="link",
                    ),
                ),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(status(source)),
        rx.el.td(
            rx.cond(
                source.fetched != "",
                rx.el.time(ago(source.fetched), date_time=source.fetched, title=moment(source.fetched, AppState.zone)),
                rx.el.span(_("never"), class_name="faint"),
            ),
            class_name="from-desk",
        ),
        rx.el.td(commands(source), class_name="commands"),
        key=source.id,
    )


def status(source: rx.Var[SourceRow]) -> rx.Component:
    return rx.match(
        source.doing,
        (SIGN_IN, rx.el.span(_("Waiting for sign-in"), class_name="pill run-running")),
        (FOLDERS, rx.el.span(_("Looking for folders"), class_name="pill run-running")),
        (FETCH, rx.el.span(_("Fetching"), class_name="pill run-running")),
        rx.cond(
            source.problem != "",
            rx.el.span(_("Failed"), class_name="pill run-failed"),
            rx.cond(
                source.signed_in,
                rx.cond(
                    source.run_id > 0,
                    rx.el.span(_("Waiting for you"), class_name="pill is-invited"),
                    rx.el.span(_("Connected"), class_name="pill run-done"),
                ),
                rx.el.span(_("Not signed in"), class_name="pill is-invited"),
            ),
        ),
    )


def commands(source: rx.Var[SourceRow]) -> rx.Component:
    busy = rx.cond(source.doing != "", _("Something is being done for this source already."), "")
    return row_commands(
        source.name,
        entry(
            "folder-down",
            N_("Fetch contacts"),
            Exchange.show(source.id),
            rx.cond(source.signed_in, busy, _("Sign in first.")),
        ),
        entry(
            "folder-search",
            N_("Look for folders again"),
            Exchange.look_for_folders(source.id),
            rx.cond(source.signed_in, busy, _("Sign in first.")),
        ),
        entry(
            "log-in",
            N_("Sign in"),
            Exchange.sign_in(source.id),
            rx.cond((source.kind == CARDDAV) | source.by_itself, _("Nobody signs in to this source."), busy),
        ),
        entry("pencil", N_("Edit"), Exchange.ask_edit(source.id), busy),
        entry(
            "circle-x",
            N_("Cancel"),
            Exchange.cancel(source.id),
            rx.cond(source.doing == "", _("Nothing is being done."), ""),
        ),
        entry("trash-2", N_("Delete"), Exchange.ask_delete(source.id)),
    )


# -- for administrators ----------------------------------------------------------------------------------------------


def registration() -> rx.Component:
    return table_card(
        N_("App registration"),
        rx.el.p(_("Made once at Microsoft Entra; then everybody can connect his own mailbox."), class_name="hint"),
        rx.el.button(
            rx.cond(Exchange.registered, _("Change"), _("Enter")),
            type="button",
            class_name="button",
            aria_label=rx.cond(Exchange.registered, _("Change the app registration"), _("Enter the app registration")),
            on_click=Exchange.ask_registration,
        ),
        body=[
            rx.cond(
                Exchange.registered,
                rx.el.dl(
                    fact(N_("Directory (tenant) ID"), Exchange.tenant),
                    fact(N_("Application (client) ID"), Exchange.client_id),
                    fact(N_("Client secret"), rx.cond(Exchange.has_secret, _("stored"), _("none"))),
                    class_name="app-facts",
                ),
                rx.el.p(
                    _("Not entered yet. The documentation (docs/exchange.md) shows how it is made, step by step."),
                    class_name="card-note",
                ),
            )
        ],
    )


def fact(label: str, value: rx.Var) -> rx.Component:
    return rx.el.div(rx.el.dt(_(label)), rx.el.dd(value))


def others() -> rx.Component:
    return rx.cond(
        Exchange.others.length() > 0,
        table_card(
            N_("Sources of others"),
            rx.el.p(_("You see whose they are, not what is in them, and can disconnect them."), class_name="hint"),
            body=[command_table(N_("Sources of others"), OTHERS, rx.foreach(Exchange.others, other), "sources")],
        ),
    )


def other(source: rx.Var[OtherRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.b(source.name),
                rx.el.small(rx.cond(source.kind == CARDDAV, "CardDAV", "Microsoft 365")),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(source.owner),
        rx.el.td(
            rx.cond(
                source.fetched != "",
                rx.el.time(ago(source.fetched), date_time=source.fetched, title=moment(source.fetched, AppState.zone)),
                rx.el.span(_("never"), class_name="faint"),
            ),
            class_name="from-desk",
        ),
        rx.el.td(
            row_commands(source.name, entry("trash-2", N_("Delete"), Exchange.ask_delete(source.id))),
            class_name="commands",
        ),
        key=source.id,
    )
