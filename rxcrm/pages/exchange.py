"""/settings/exchange: where contacts are fetched from (issue 5, part 4)."""

import reflex as rx

from rxcrm.components.admin import (
    ask_field,
    command_table,
    delete_question,
    entry,
    form_dialog,
    loading,
    row_commands,
    settings_page,
    switch,
    table_card,
)
from rxcrm.components.elements import dialog
from rxcrm.components.exchange import fetch_progress, folder_choice, sign_in_code
from rxcrm.components.frame import icon
from rxcrm.components.tr import _, ago, moment
from rxcrm.state.gate import AppState
from rxcrm.state.settings.exchange import BECOME, CARDDAV, FETCH, FOLDERS, SIGN_IN, Exchange, OtherRow, SourceRow
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
        dialogs(),
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
                    rx.cond(source.account != "", rx.fragment(" · ", source.account)),
                    rx.cond(source.address != "", rx.fragment(" · ", source.address)),
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
                    class_name="facts",
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


# -- dialogs ---------------------------------------------------------------------------------------------------------


def dialogs() -> rx.Component:
    return rx.fragment(
        work_dialog(),
        form(
            "registration",
            _("App registration"),
            _("Save"),
            Exchange.register,
            ask_field(
                name="tenant",
                label=_("Directory (tenant) ID"),
                required=True,
                max_length=120,
                hint=_("Its number, or a domain of it such as contoso.com."),
            ),
            ask_field(name="client_id", label=_("Application (client) ID"), required=True, max_length=36),
            ask_field(
                name="secret",
                label=_("Client secret"),
                type="password",
                max_length=500,
                hint=_("Only to read mailboxes that nobody signs in to. Leave it empty to keep what is stored."),
            ),
            rx.cond(
                Exchange.has_secret,
                switch(
                    name="forget",
                    label=_("Remove the stored secret"),
                    hint=_("Mailboxes that nobody signs in to can no longer be read then."),
                ),
            ),
        ),
        form(
            "mailbox",
            _("Connect a mailbox"),
            _("Go on"),
            Exchange.add_mailbox,
            ask_field(name="name", label=_("Name"), max_length=100, hint=_("How you call it here; may stay empty.")),
            rx.cond(
                AppState.rights["administer"] & Exchange.has_secret,
                ask_field(
                    name="address",
                    label=_("E-mail address of a shared mailbox"),
                    max_length=254,
                    hint=_(
                        "Read with the client secret of the app registration. Leave it empty to sign in to your own mailbox."
                    ),
                ),
            ),
        ),
        form("edit_mailbox", _("Edit %(name)s", name=Exchange.subject_name), _("Save"), Exchange.save, name_field()),
        form("carddav", _("Connect a CardDAV account"), _("Connect"), Exchange.add_carddav, *carddav_fields(new=True)),
        form(
            "edit_carddav",
            _("Edit %(name)s", name=Exchange.subject_name),
            _("Save"),
            Exchange.save,
            *carddav_fields(new=False),
        ),
        delete_question(
            Exchange,
            _(
                "Delete the contact source %(name)s with its sign-in? What was imported from it stays.",
                name=Exchange.subject_name,
            ),
        ),
    )


def form(what: str, title: rx.Var, submit: rx.Var, event: object, *fields: rx.Component) -> rx.Component:
    return form_dialog(
        *fields,
        open=Exchange.asked == what,
        title=title,
        submit=submit,
        subject=Exchange.subject,
        values=Exchange.values,
        answer=Exchange.told,
        whole=not what.startswith("edit"),
        on_send=event,
        on_close=Exchange.dismiss,
    )


def name_field() -> rx.Component:
    return ask_field(name="name", label=_("Name"), required=True, max_length=100)


def carddav_fields(*, new: bool) -> list[rx.Component]:
    return [
        ask_field(
            name="address",
            label=_("Address of the server"),
            required=True,
            max_length=500,
            hint=_("For example cloud.example.com; address books are found from there. Always encrypted (https)."),
        ),
        ask_field(name="account", label=_("User name"), required=True, max_length=254),
        ask_field(
            name="password",
            label=_("Password"),
            type="password",
            required=new,
            max_length=500,
            hint=_("Many servers want an app password, made in their security settings.")
            if new
            else _("Leave it empty to keep what is stored."),
        ),
        ask_field(name="name", label=_("Name"), max_length=100, hint=_("How you call it here; may stay empty."))
        if new
        else name_field(),
    ]


def work_dialog() -> rx.Component:
    """What is going on with one source, from the code to the folders."""
    current = Exchange.current
    return dialog(
        rx.match(
            current.doing,
            (
                SIGN_IN,
                rx.fragment(
                    sign_in_code(source=current, zone=AppState.zone),
                    cancel_footer(),
                ),
            ),
            (
                FOLDERS,
                rx.fragment(
                    rx.el.p(
                        rx.el.span(class_name="spinner", aria_hidden="true"),
                        _("Looking for folders…"),
                        class_name="waiting-line",
                        role="status",
                    ),
                    cancel_footer(),
                ),
            ),
            (FETCH, rx.fragment(fetch_progress(source=current, folders=Exchange.folders), cancel_footer())),
            rx.fragment(
                rx.cond(current.problem != "", rx.el.p(current.problem, class_name="form-message", role="alert")),
                rx.cond(
                    current.signed_in & (Exchange.folders.length() > 0),
                    folder_choice(
                        source=current,
                        folders=Exchange.folders,
                        become=BECOME,
                        on_fetch=Exchange.fetch,
                        on_look=Exchange.look_for_folders,
                    ),
                    retry_footer(),
                ),
            ),
        ),
        open=(Exchange.asked == "work") & (current.id > 0),
        title=current.name,
        on_close=Exchange.dismiss,
    )


def cancel_footer() -> rx.Component:
    return rx.el.footer(
        rx.el.button(_("Cancel"), type="button", class_name="button", on_click=Exchange.cancel(Exchange.current.id)),
        rx.el.button(_("Close"), type="button", class_name="button", on_click=Exchange.dismiss),
    )


def retry_footer() -> rx.Component:
    """Nothing is under way and no folder is known: sign in, look again, or mend the account."""
    current = Exchange.current
    return rx.el.footer(
        rx.el.button(_("Edit"), type="button", class_name="button", on_click=Exchange.ask_edit(current.id)),
        rx.cond(
            (current.kind == CARDDAV) | current.by_itself | current.signed_in,
            rx.el.button(
                _("Look for folders again"),
                type="button",
                class_name="button primary",
                on_click=Exchange.look_for_folders(current.id),
            ),
            rx.el.button(
                _("Sign in"), type="button", class_name="button primary", on_click=Exchange.sign_in(current.id)
            ),
        ),
    )
