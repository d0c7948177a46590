"""/settings/topics: how topics of new leads are composed (S 3.12)."""

import reflex as rx

from rxcrm.components.admin import loading, settings_form, settings_page, switch
from rxcrm.components.pattern import pattern_field
from rxcrm.components.tr import _
from rxcrm.models.composing import PATTERN_LENGTH
from rxcrm.state.settings.topics import TopicSettings

on_load = TopicSettings.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            TopicSettings.ready,
            settings_form(
                pattern(),
                label=_("Topics of leads"),
                submit=_("Save"),
                values=TopicSettings.values,
                answer=TopicSettings.told,
                on_send=TopicSettings.save,
            ),
            loading(),
        )
    )


def pattern() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("Topics of leads")),
        rx.el.p(
            _(
                "Every lead has a topic, and an opportunity that comes of it is called so. Whoever is in a hurry may leave it to rxcrm."
            ),
            class_name="hint",
        ),
        switch(
            name="compose_topic",
            label=_("Compose the topic"),
            hint=_(
                "A new lead whose topic is left empty gets one made of its other fields. Where nothing can be composed, Topic is required as ever."
            ),
        ),
        pattern_field(
            name="topic_pattern",
            label=_("Pattern"),
            hint=_(
                "Fields stand in braces. One that is empty takes its separator with it. What somebody types always wins."
            ),
            places=TopicSettings.places,
            examples=TopicSettings.examples,
            max_length=PATTERN_LENGTH,
            on_preview=TopicSettings.preview,
        ),
        aria_label=_("Topics of leads"),
        class_name="section",
    )
