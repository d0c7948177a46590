"""/settings/sample-data: sample data in and out."""

import reflex as rx

from rxcrm.components.admin import form_dialog, loading, question, settings_page, switch
from rxcrm.components.frame import icon
from rxcrm.components.tr import _, number, plural
from rxcrm.models.sampling.removing import Kept
from rxcrm.models.sampling.work import ADD, Count
from rxcrm.state.settings.sample_data import SampleData
from rxcrm.translation import N_

on_load = SampleData.open

#: Label and class of the columns with numbers.
COLUMNS = [(N_("Your own"), "number"), (N_("Sample data"), "number")]


def page() -> rx.Component:
    return settings_page(rx.cond(SampleData.ready, sample(), loading()), dialogs())


def sample() -> rx.Component:
    found = SampleData.view
    return rx.el.section(
        rx.el.header(
            rx.el.div(
                rx.el.h2(_("Sample data")),
                rx.el.p(
                    _(
                        "A made-up story to try things out: companies, people, eighty leads and what became of them. Nobody in it is real, and it can be taken out again."
                    ),
                    class_name="hint",
                ),
                class_name="shaping-title",
            ),
            rx.el.div(
                rx.cond(
                    (found.sample > 0) | (found.staff > 0),
                    rx.el.button(
                        icon("eraser"),
                        rx.el.span(_("Remove sample data")),
                        type="button",
                        class_name="button",
                        disabled=found.doing != "",
                        on_click=SampleData.ask_remove,
                    ),
                    rx.el.button(
                        icon("flask-conical"),
                        rx.el.span(_("Add sample data")),
                        type="button",
                        class_name="button primary",
                        disabled=found.doing != "",
                        on_click=SampleData.ask_add,
                    ),
                ),
                class_name="shaping-actions",
            ),
            class_name="table-head",
        ),
        rx.cond(found.doing != "", progress()),
        rx.el.table(
            rx.el.caption(_("Sample data"), class_name="unseen"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(_("Table"), scope="col"),
                    *[rx.el.th(_(label), scope="col", class_name=kind) for label, kind in COLUMNS],
                )
            ),
            rx.el.tbody(rx.foreach(found.counts, row)),
            class_name="sample-counts",
        ),
        rx.cond(
            found.staff > 0,
            rx.el.p(
                plural(
                    "%(n)s user came with the sample data at the first visit and goes with it, unless he has signed in.",
                    "%(n)s users came with the sample data at the first visit and go with it, unless they have signed in.",
                    found.staff,
                ),
                class_name="hint shaping-hint",
            ),
        ),
        aria_label=_("Sample data"),
        class_name="table-card sample-data",
    )


def row(count: rx.Var[Count]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(count.label, scope="row"),
        rx.el.td(number(count.all - count.sample), class_name="number"),
        rx.el.td(number(count.sample), class_name="number"),
        key=count.label,
    )


def progress() -> rx.Component:
    found = SampleData.view
    adding = found.doing == ADD
    return rx.el.div(
        rx.el.span(
            rx.cond(adding, _("Sample data is being added …"), _("Sample data is being removed …")), role="status"
        ),
        rx.cond(
            found.total > 0,
            rx.el.progress(value=found.done, max=found.total, aria_label=_("Progress")),
            rx.el.progress(aria_label=_("Progress")),
        ),
        rx.cond(found.problem != "", rx.el.p(found.problem, class_name="problem", role="alert")),
        rx.el.button(_("Cancel"), type="button", class_name="button small", on_click=SampleData.cancel),
        class_name="sample-progress",
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        question(
            rx.el.p(
                _(
                    "Thirty accounts, forty contacts, eighty leads and two dozen opportunities come in beside your own records. They belong to you; no users are added."
                )
            ),
            rx.el.p(_("It takes about a minute, in the background. Everybody sees them as far as roles allow.")),
            open=SampleData.asked == "add",
            title=_("Add sample data"),
            confirm=_("Add"),
            on_confirm=SampleData.add,
            on_close=SampleData.dismiss,
        ),
        form_dialog(
            rx.el.p(
                plural(
                    "There is %(n)s record of the sample data. It is deleted for good, with its timeline and history.",
                    "There are %(n)s records of the sample data. They are deleted for good, with their timelines and histories.",
                    SampleData.view.sample,
                )
            ),
            rx.cond(SampleData.used_all > 0, used()),
            open=SampleData.asked == "remove",
            title=_("Remove sample data"),
            submit=_("Remove"),
            subject=0,
            values=SampleData.values,
            answer=SampleData.told,
            whole=True,
            on_send=SampleData.remove,
            on_close=SampleData.dismiss,
        ),
    )


def used() -> rx.Component:
    """What somebody has used since: it stays, unless that is not wanted."""
    more = SampleData.used_all - SampleData.used.length()
    return rx.fragment(
        rx.el.div(
            rx.el.p(
                plural(
                    "%(n)s of them has been used since, and stays. It counts as your own then:",
                    "%(n)s of them have been used since, and stay. They count as your own then:",
                    SampleData.used_all,
                )
            ),
            rx.el.ul(
                rx.foreach(SampleData.used, one),
                rx.cond(more > 0, rx.el.li(_("and %(n)s more", n=more))),
            ),
            class_name="doomed-views sample-used",
        ),
        switch(
            name="everything",
            label=_("Remove these too"),
            hint=_("What was changed or added to them is lost; records of your own that name them stay."),
        ),
    )


def one(kept: rx.Var[Kept]) -> rx.Component:
    return rx.el.li(
        rx.el.a(kept.name, href=kept.path, target="_blank", class_name="link"),
        rx.el.small(kept.why),
        key=kept.path,
    )
