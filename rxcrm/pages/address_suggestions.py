"""/settings/addresses: where suggestions of addresses come from (S R3.8, 9.7)."""

import reflex as rx

from rxcrm.components.addresses import address_trial
from rxcrm.components.admin import ask_field, choice_cards, loading, settings_form, settings_page, switch
from rxcrm.components.tr import _
from rxcrm.models.addresses.choosing import KEY_LENGTH, URL_LENGTH
from rxcrm.state.settings.address_suggestions import KINDS, AddressSettings

on_load = AddressSettings.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            AddressSettings.ready,
            settings_form(
                source(),
                label=_("Address suggestions"),
                submit=_("Save"),
                values=AddressSettings.values,
                answer=AddressSettings.told,
                on_send=AddressSettings.save,
            ),
            loading(),
        )
    )


def source() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("Address suggestions")),
        rx.el.p(
            _(
                "Whoever types a street in a lead, account or contact is offered whole addresses; one that is chosen fills street, city, state, ZIP code and country. Typing is always possible."
            ),
            class_name="hint",
        ),
        choice_cards(name="kind", label=_("Source"), options=KINDS, single=True),
        rx.el.div(
            ask_field(
                name="url",
                label=_("Address of the server"),
                type="url",
                max_length=URL_LENGTH,
                hint=_(
                    "As https://photon.example.com. The server of rxcrm asks it, never the browser. For Azure Maps leave it empty."
                ),
            ),
            class_name="server-only",
        ),
        rx.el.div(
            ask_field(
                name="key",
                label=_("Key"),
                type="password",
                max_length=KEY_LENGTH,
                hint=rx.cond(
                    AddressSettings.has_key,
                    _("A key is stored, sealed. Leave this empty to keep it; it is never shown."),
                    _("The subscription key of your Azure Maps account. It is stored sealed and never shown."),
                ),
            ),
            rx.cond(
                AddressSettings.has_key,
                switch(name="forget", label=_("Forget the key"), hint=_("Removes the stored key when you save.")),
            ),
            class_name="key-only server-only",
        ),
        address_trial(answer=AddressSettings.tried, on_try=AddressSettings.try_out),
        aria_label=_("Address suggestions"),
        class_name="section address-source",
    )
