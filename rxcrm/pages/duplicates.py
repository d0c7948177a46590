"""/duplicates: pairs of records that may be one, in a whole table (S R3.17, R3.18)."""

import reflex as rx

from rxcrm.components.admin import loading
from rxcrm.components.frame import frame, icon
from rxcrm.components.tr import _, moment, number
from rxcrm.state.duplicates import DuplicateList, PairRow
from rxcrm.state.gate import AppState
from rxcrm.translation import N_

on_load = DuplicateList.open

TABLES = (("lead", N_("Leads")), ("account", N_("Accounts")), ("contact", N_("Contacts")))
LEVELS = (("high", N_("Very likely")), ("middle", N_("Likely")), ("low", N_("Possible")))


def page() -> rx.Component:
    return frame(
        rx.el.header(
            rx.el.h1(_("Duplicates")),
            rx.el.nav(
                *[
                    rx.el.a(
                        _(label),
                        href=f"/duplicates?entity={entity}",
                        class_name="tab-link",
                        aria_current=rx.cond(DuplicateList.entity == entity, "page", rx.Var("undefined")),
                    )
                    for entity, label in TABLES
                ],
                aria_label=_("Tables"),
                class_name="tab-links",
            ),
            class_name="settings-head",
        ),
        rx.el.div(rx.cond(DuplicateList.ready, card(), loading()), class_name="settings-body"),
        main_class="settings-page duplicates-page",
    )


def card() -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.div(rx.el.h2(_("Pairs that may be one")), standing(), class_name="standing"),
            rx.cond(
                DuplicateList.may_search,
                rx.el.button(
                    icon("search"),
                    rx.el.span(_("Search now")),
                    type="button",
                    class_name="button primary",
                    disabled=DuplicateList.searching,
                    on_click=DuplicateList.search(DuplicateList.entity),
                ),
            ),
            class_name="table-head",
        ),
        rx.cond(
            DuplicateList.rows.length() > 0,
            rx.fragment(pairs(), pager()),
            rx.el.div(nothing(), class_name="empty", role="status"),
        ),
        aria_label=_("Pairs that may be one"),
        class_name="table-card",
    )


def standing() -> rx.Component:
    """How the last search stands."""
    return rx.el.p(
        rx.cond(
            DuplicateList.searching,
            rx.cond(
                DuplicateList.total > 0,
                rx.fragment(
                    rx.el.progress(
                        value=DuplicateList.done, max=DuplicateList.total, aria_label=_("Progress of the search")
                    ),
                    _(
                        "Searching: %(done)s of %(total)s",
                        done=number(DuplicateList.done),
                        total=number(DuplicateList.total),
                    ),
                ),
                _("The search is about to begin."),
            ),
            rx.cond(
                DuplicateList.searched_on != "",
                _("Searched %(when)s", when=moment(DuplicateList.searched_on, AppState.zone)),
                _(DuplicateList.problem),
            ),
        ),
        class_name="hint",
        role="status",
    )


def nothing() -> rx.Component:
    return rx.el.p(
        rx.cond(
            DuplicateList.searched_on != "",
            _("No duplicates were found."),
            _("This table has not been searched yet. A search runs in the background; you need not wait for it."),
        ),
        class_name="hint",
    )


def pairs() -> rx.Component:
    labels = (N_("Record"), N_("May be the same as"), N_("Why"), N_("How sure"))
    return rx.el.table(
        rx.el.caption(_("Pairs that may be one"), class_name="unseen"),
        rx.el.thead(
            rx.el.tr(
                *[rx.el.th(_(label), scope="col") for label in labels],
                rx.el.th(rx.el.span(_("Commands"), class_name="unseen"), scope="col"),
            )
        ),
        rx.el.tbody(rx.foreach(DuplicateList.rows, row)),
        class_name="alike-table pairs",
    )


def row(pair: rx.Var[PairRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(who(pair.name, pair.detail, pair.href), scope="row"),
        rx.el.td(who(pair.other_name, pair.other_detail, pair.other_href)),
        rx.el.td(pair.why),
        rx.el.td(
            rx.el.span(
                rx.match(pair.level, *[(level, _(label)) for level, label in LEVELS], ""),
                rx.el.small(pair.score, "%"),
                class_name="sure " + pair.level.to(str),
            )
        ),
        rx.el.td(
            rx.cond(
                DuplicateList.may_write,
                rx.el.div(
                    rx.el.a(
                        _("Merge…"),
                        href=f"/merge/{DuplicateList.entity}?ids={pair.id},{pair.other_id}",
                        class_name="button small",
                        aria_label=_("Merge %(one)s and %(other)s", one=pair.name, other=pair.other_name),
                    ),
                    rx.el.button(
                        _("Not a duplicate"),
                        type="button",
                        class_name="button small",
                        aria_label=_("%(one)s and %(other)s are not duplicates", one=pair.name, other=pair.other_name),
                        on_click=DuplicateList.apart(DuplicateList.entity, pair.id, pair.other_id),
                    ),
                    class_name="alike-commands",
                ),
            )
        ),
        key=pair.key,
    )


def who(name: rx.Var, detail: rx.Var, href: rx.Var) -> rx.Component:
    return rx.el.span(rx.el.a(name, href=href), rx.cond(detail != "", rx.el.small(detail)), class_name="who")


def pager() -> rx.Component:
    """Earlier and further pairs."""
    link = f"/duplicates?entity={DuplicateList.entity}&page="
    return rx.el.nav(
        rx.cond(
            DuplicateList.page > 1,
            rx.el.a(_("Previous page"), href=f"{link}{DuplicateList.page - 1}", class_name="button"),
        ),
        rx.cond(
            DuplicateList.more, rx.el.a(_("Next page"), href=f"{link}{DuplicateList.page + 1}", class_name="button")
        ),
        aria_label=_("Pages"),
        class_name="alike-pages",
    )
