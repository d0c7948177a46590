"""/settings/file: all settings out into one file, and in from one (issue 6, part 5)."""

import reflex as rx

from rxcrm.components.admin import command_table, entry, loading, row_commands, settings_page, table_card
from rxcrm.components.frame import icon
from rxcrm.components.settings_file import settings_drop, settings_preview
from rxcrm.components.tr import _, moment
from rxcrm.state.gate import AppState
from rxcrm.state.settings.settings_file import Kept, SettingsFiles
from rxcrm.translation import N_

on_load = SettingsFiles.open

COLUMNS = [(N_("When"), ""), (N_("File"), "from-desk"), (N_("Parts"), "from-tablet")]
STATE = SettingsFiles


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            STATE.ready,
            rx.fragment(out(), rx.cond(STATE.file_id > 0, preview(), into()), earlier()),
            loading(),
        )
    )


def out() -> rx.Component:
    return table_card(
        N_("Export settings"),
        rx.el.a(
            icon("download"),
            rx.el.span(_("Download")),
            href="/files/settings",
            download=True,
            custom_attrs={"reloadDocument": True},
            class_name="button primary",
            aria_label=_("Download the settings"),
        ),
        body=[
            rx.el.p(
                _(
                    "One file with everything that administrators shape: organisation, roles, fields, option lists, forms, views, dashboards, processes, rules, templates. It holds no records, no users and no passwords."
                ),
                class_name="card-note",
            )
        ],
    )


def into() -> rx.Component:
    return table_card(
        N_("Import settings"),
        body=[
            settings_drop(
                hint=_(
                    "Nothing changes until you have seen what would change. What is not in the file stays as it is."
                ),
                on_taken=STATE.look_through,
            )
        ],
    )


def preview() -> rx.Component:
    return settings_preview(
        file_id=STATE.file_id,
        file_name=STATE.file_name,
        back=STATE.back,
        weighed=STATE.weighed,
        zone=AppState.zone,
        on_apply=STATE.carry_out,
        on_close=STATE.put_away,
    )


def earlier() -> rx.Component:
    return rx.cond(
        STATE.kept.length() > 0,
        table_card(
            N_("Earlier imports"),
            rx.el.p(_("Before each import all settings are kept as a file."), class_name="hint"),
            body=[command_table(N_("Earlier imports"), COLUMNS, rx.foreach(STATE.kept, row), "settings-imports")],
        ),
    )


def row(kept: rx.Var[Kept]) -> rx.Component:
    when = moment(kept.at, AppState.zone)
    return rx.el.tr(
        rx.el.th(
            rx.el.span(rx.el.time(when, date_time=kept.at), rx.el.small(kept.who), class_name="who"),
            scope="row",
        ),
        rx.el.td(kept.name, class_name="from-desk"),
        rx.el.td(kept.parts.join(", "), class_name="from-tablet"),
        rx.el.td(
            row_commands(
                _("the import of %(when)s", when=when),
                back_link(kept),
                entry("undo-2", N_("Go back to what was before …"), STATE.look_through(kept.id)),
            ),
            class_name="commands",
        ),
        key=kept.id,
    )


def back_link(kept: rx.Var[Kept]) -> rx.Component:
    return rx.el.a(
        icon("download"),
        rx.el.span(_("Download what was before")),
        href="/files/settings/" + kept.id.to(str),
        download=True,
        custom_attrs={"reloadDocument": True},
        role="menuitem",
        class_name="menu-entry",
    )
