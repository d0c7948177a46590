"""A record page: command bar, header, process bar, tabs; one builder for every table."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.assignment import owner_value
from rxcrm.components.dialogs import delete_dialog
from rxcrm.components.duplicates import duplicates_command, duplicates_pane, on_forms
from rxcrm.components.elements import (
    back_to_list,
    command_button,
    conflict_banner,
    draft_banner,
    field,
    form_body,
    header_fields,
    live_title,
    lost_banner,
    record_form,
    record_tags,
    refresher,
    save_button,
    save_state,
    tabs,
)
from rxcrm.components.frame import frame, icon
from rxcrm.components.life import closed_banner, disqualify_instead
from rxcrm.components.sharing import assign_command, share_command
from rxcrm.components.tr import _, ago, moment
from rxcrm.state.forms import TAGGED, form_view
from rxcrm.state.gate import AppState
from rxcrm.state.notifications import Notifications
from rxcrm.state.shell import Shell
from rxcrm.translation import N_


def record_page(
    state: Any,
    *,
    entity: str,
    path: str,
    label: str | rx.Var,
    new: str | rx.Var,
    fields: dict[str, Any],
    title: list[str],
    parts: dict[str, rx.Component] | None = None,
    header: list[rx.Component] | None = None,
    pages: list[tuple[str, rx.Component]] | None = None,
    bar: rx.Component | None = None,
    commands: tuple[rx.Component, ...] = (),
    panes: tuple[rx.Component, ...] = (),
    on_reopen: Any = None,
    **extras: Any,
) -> rx.Component:
    """The form of one record. `label` is what the table calls one, `new` one that is not saved yet; `title` names the fields of its name, `parts` are what its form (rxcrm.models.forms) shows beside fields; a table without such forms has a `header` and `pages` as its tabs. `bar` is the process bar, `commands` those of this table alone, `panes` what they open, `on_reopen` what its banner does when it is closed; `extras` are for the form."""
    extras = {"answer": Shell.looked_up, "on_look_up": Shell.look_up, **extras}
    if parts is not None:
        extras["layout"] = form_view(entity)
    return frame(
        rx.cond(
            state.missing != "",
            rx.el.div(
                rx.el.h1(_("Nothing to show")),
                rx.el.p(state.missing),
                rx.el.a(_("Back to the list"), href=path, class_name="button"),
                class_name="empty page-empty",
            ),
            rx.cond(
                state.loaded > 0,
                record_form(
                    command_bar(state, entity, path, (*commands, *duplicates_command(state, entity))),
                    draft_banner(zone=AppState.zone),
                    conflict_banner(zone=AppState.zone),
                    lost_banner(zone=AppState.zone),
                    rx.cond(
                        state.closure.title != "",
                        closed_banner(state, entity, on_reopen),
                        rx.cond(
                            state.locked != "",
                            rx.el.div(icon("lock"), rx.el.span(state.locked), class_name="banner", role="status"),
                        ),
                    ),
                    record_header(state, entity, label, new, title, [header_fields()] if header is None else header),
                    *([bar] if bar else []),
                    form_body(
                        *[rx.fragment(part) for part in parts.values()],
                        label=_(label),
                        parts=list(parts),
                    )
                    if parts is not None
                    else tabs(
                        *[page for _name, page in pages or []],
                        label=_(label),
                        names=[_(name) for name, _page in pages or []],
                    ),
                    *on_forms(entity),
                    entity=entity,
                    list=path,
                    label=_(label),
                    fields=fields,
                    record_id=state.record_id,
                    version=state.version,
                    values=state.values,
                    names=state.names,
                    loaded=state.loaded,
                    outcome=state.saved,
                    conflicts=state.conflicts,
                    locked=state.locked,
                    gone=state.gone,
                    lost=state.lost,
                    user_id=AppState.user_id,
                    currency=AppState.currency,
                    rights=AppState.rights,
                    zone=AppState.zone,
                    given=state.given,
                    on_save=state.save,
                    on_save_anyway=state.save_anyway,
                    **extras,
                ),
                rx.el.div(
                    rx.el.span(class_name="spinner"), class_name="waiting", role="status", aria_label=_("Loading")
                ),
            ),
        ),
        refresher(on_refresh=state.refresh),
        *panes,
        *duplicates_pane(state, entity),
        delete_dialog(
            state,
            _("Move %(name)s to the recycle bin?", name=state.title),
            state.delete,
            disqualify_instead(state) if entity == "lead" else None,
        ),
        main_class="record-page",
    )


def command(state: Any, name: str, label: str, sign: str, event: Any) -> rx.Component:
    """A command: hidden without the privilege, disabled with its reason in the wrong state (S 13.2)."""
    return rx.cond(
        state.may.contains(name),
        command_button(icon(sign), label=_(label), why=_(state.may[name]), on_click=event),
    )


def command_bar(state: Any, entity: str, path: str, commands: tuple[rx.Component, ...] = ()) -> rx.Component:
    saving = rx.cond(
        state.may.contains("save") & (state.may["save"] == ""),
        rx.fragment(
            save_button(icon("save"), label=_("Save"), hotkey="ctrl+s"),
            save_button(icon("save-all"), label=_("Save & Close"), then="close"),
        ),
    )
    subject = _("Lead: %(name)s", name=state.title) if entity == "lead" else state.title
    return rx.el.div(
        back_to_list(icon("arrow-left"), entity=entity, list=path, label=_("Back to the list")),
        saving,
        *commands,
        rx.cond(
            AppState.rights[f"create_{entity}"],
            rx.el.a(icon("plus"), rx.el.span(_("New")), href=f"{path}/new", class_name="button command"),
        ),
        command(state, "refresh", N_("Refresh"), "refresh-cw", state.refresh),
        assign_command(state, entity),
        share_command(state, entity),
        command(state, "follow", N_("Follow"), "bell-plus", following(Notifications.follow, state, entity)),
        command(state, "unfollow", N_("Unfollow"), "bell-off", following(Notifications.unfollow, state, entity)),
        command(state, "delete", N_("Delete"), "trash-2", state.ask_delete),
        rx.cond(
            state.record_id > 0,
            rx.cond(
                state.may.contains("link"),
                rx.el.a(
                    icon("mail"),
                    rx.el.span(_("Email a Link")),
                    class_name="button command",
                    href=mail_link(subject, path, state),
                ),
            ),
            command(state, "link", N_("Email a Link"), "mail", state.refresh),
        ),
        class_name="command-bar",
        role="toolbar",
        aria_label=_("Commands"),
    )


def following(event: Any, state: Any, entity: str) -> list[Any]:
    """Follow or unfollow the record, then show which of the two can be done next."""
    return [event(entity, state.record_id), state.refresh]


def mail_link(subject: rx.Var, path: str, state: Any) -> rx.Var:
    """A mail that carries the record's address; the user's own mail program sends it."""
    expression = (
        f"`mailto:?subject=${{encodeURIComponent({subject!s})}}&body="
        f"${{encodeURIComponent((globalThis.location?.origin ?? '') + '{path}/' + {state.record_id!s})}}`"
    )
    return rx.Var(
        _js_expr=expression,
        _var_type=str,
        _var_data=rx.vars.VarData.merge(subject._get_all_var_data(), state.record_id._get_all_var_data()),
    )


def record_header(
    state: Any, entity: str, label: str | rx.Var, new: str | rx.Var, title: list[str], header: list[rx.Component]
) -> rx.Component:
    return rx.el.header(
        rx.el.span(
            rx.cond(state.title != "", state.title[0], icon("plus")), class_name="avatar large", aria_hidden="true"
        ),
        rx.el.div(
            live_title(parts=title, otherwise=_(new)),
            rx.el.p(_(label), " · ", save_state()),
            class_name="record-title",
        ),
        rx.el.div(
            *header,
            rx.el.div(
                rx.el.div(rx.el.span(_("Owner"), class_name="label"), class_name="field-label"),
                rx.el.div(owner_value(state, entity), class_name="control"),
                class_name="field in-header",
                role="group",
                aria_label=_("Owner"),
            ),
            class_name="record-facts",
        ),
        *([record_tags()] if entity in TAGGED else []),
        class_name="record-header",
    )


def section(title: str, *names: str) -> rx.Component:
    """A titled group of fields."""
    return rx.el.section(
        rx.el.h2(_(title)), *[field(name=name) for name in names], aria_label=_(title), class_name="section"
    )


def columns(*parts: rx.Component) -> rx.Component:
    """Columns that stack on a narrow screen."""
    return rx.el.div(*[rx.el.div(part, class_name="column") for part in parts], class_name="columns")


def history(state: Any) -> rx.Component:
    """What happened to the record, newest first: every save is one entry with all its fields, old → new."""
    return rx.el.section(
        rx.el.h2(_("History")),
        rx.cond(
            state.history.length() > 0,
            rx.el.ol(
                rx.foreach(
                    state.history,
                    lambda entry: rx.el.li(
                        rx.el.span(entry.who[0], class_name="avatar small", aria_hidden="true"),
                        rx.el.div(
                            rx.el.p(
                                rx.el.b(entry.who),
                                " ",
                                entry.what,
                                " ",
                                rx.el.time(ago(entry.at), date_time=entry.at, title=moment(entry.at, AppState.zone)),
                            ),
                            rx.cond(
                                entry.changes.length() > 0,
                                rx.el.ul(
                                    rx.foreach(
                                        entry.changes,
                                        lambda change: rx.el.li(
                                            rx.el.span(change.label, class_name="change-label"),
                                            rx.el.del_(rx.cond(change.old != "", change.old, "---")),
                                            rx.el.span(" → ", aria_hidden="true"),
                                            rx.el.ins(rx.cond(change.new != "", change.new, "---")),
                                        ),
                                    )
                                ),
                            ),
                            rx.cond(entry.remark != "", rx.el.p(entry.remark, class_name="hint")),
                        ),
                        key=entry.id,
                    ),
                ),
                class_name="history",
            ),
            rx.el.p(_("Nothing yet: save this record to begin its history."), class_name="hint"),
        ),
        aria_label=_("History"),
        class_name="section",
    )


def linked(state: Any, title: str, hint: str) -> rx.Component:
    """Cards of the records that this one points to."""
    return rx.el.section(
        rx.el.h2(_(title)),
        rx.foreach(
            state.cards,
            lambda card: rx.el.a(
                rx.el.span(card.name[0], class_name="avatar small", aria_hidden="true"),
                rx.el.span(rx.el.small(_(card.label)), rx.el.b(card.name), rx.el.small(card.detail)),
                href=card.path,
                class_name="linked",
            ),
        ),
        rx.cond(state.cards.length() == 0, rx.el.p(_(hint), class_name="hint")),
        aria_label=_(title),
        class_name="section",
    )
