"""/settings/qualification: what happens when a lead is qualified (S 3.5.3)."""

import reflex as rx

from rxcrm.components.admin import ask_field, loading, settings_form, settings_page, switch
from rxcrm.components.frame import icon
from rxcrm.components.tr import _
from rxcrm.state.settings.qualification import DECIDES, QualificationSettings

on_load = QualificationSettings.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            QualificationSettings.ready,
            settings_form(
                rules(),
                label=_("Lead qualification"),
                submit=_("Save"),
                values=QualificationSettings.values,
                answer=QualificationSettings.told,
                on_send=QualificationSettings.save,
            ),
            loading(),
        ),
        rx.cond(QualificationSettings.ready, mapping()),
    )


def rules() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("Lead qualification")),
        rx.el.p(
            _(
                "With “Seller decides” the pane asks: create new, use existing, or skip. With “Automatic” the record that the lead points to is used, else one is created. The pane still opens where an existing record certainly matches."
            ),
            class_name="hint",
        ),
        rx.el.div(
            ask_field(name="qualify_account", label=_("Account"), options=DECIDES, hint=_("Needs a Company Name.")),
            ask_field(
                name="qualify_contact",
                label=_("Contact"),
                options=DECIDES,
                hint=_("Whether qualifying makes a contact of the person."),
            ),
            ask_field(
                name="qualify_opportunity",
                label=_("Opportunity"),
                options=DECIDES,
                hint=_("Whether qualifying begins an opportunity."),
            ),
            class_name="two",
        ),
        switch(
            name="qualify_several",
            label=_("Several opportunities"),
            hint=_("One lead may become up to five opportunities; the first continues the process of the lead."),
        ),
        rx.el.button(
            _("All three without asking"),
            type="button",
            class_name="button preset",
            on_click=QualificationSettings.without_asking,
        ),
        aria_label=_("Lead qualification"),
        class_name="section",
    )


def mapping() -> rx.Component:
    """The way to the page on which the pairs of fields stand."""
    return rx.el.section(
        rx.el.h2(_("Field mapping")),
        rx.el.p(
            _("Which fields of the lead are copied into the new account, contact and opportunity."), class_name="hint"
        ),
        rx.el.a(
            _("Field mapping"), icon("arrow-right"), href="/settings/qualification/mapping", class_name="button preset"
        ),
        aria_label=_("Field mapping"),
        class_name="section to-page",
    )
