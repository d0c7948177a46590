"""The dialogs of the page of contact sources: app registration, mailbox, account, and what goes on with one source."""

from __future__ import annotations

import reflex as rx

from rxcrm.components.admin import ask_field, delete_question, form_dialog, switch
from rxcrm.components.elements import dialog
from rxcrm.components.exchange import fetch_progress, folder_choice, sign_in_code
from rxcrm.components.tr import _
from rxcrm.state.gate import AppState
from rxcrm.state.settings.exchange import BECOME, CARDDAV, FETCH, FOLDERS, SIGN_IN, Exchange
from rxcrm.translation import N_


def source_dialogs() -> rx.Component:
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
            ask_field(
                name="client_id",
                label=_("Application (client) ID"),
                required=True,
                max_length=36,
                hint=_("From the overview of the app registration."),
            ),
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
        ask_field(
            name="account", label=_("User name"), required=True, max_length=254, hint=_("With which you sign in there.")
        ),
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
                    cancel_footer(N_("Cancel the sign-in")),
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


def cancel_footer(label: str = N_("Cancel")) -> rx.Component:
    """What goes on does so without the dialog; calling it off is another thing."""
    return rx.el.footer(
        rx.el.button(_(label), type="button", class_name="button", on_click=Exchange.cancel(Exchange.current.id)),
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
