"""Stakeholders, connections and competitors of the record that a form shows (S 5)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library
from rxcrm.state.connections import RIVALLED, Connections
from rxcrm.state.forms import COMPLETED, quick_forms
from rxcrm.state.gate import AppState

#: Entity and id of the record, id and version of the connection.
_ON_LINK = passthrough_event_spec(str, int, int, int)


class _Connected(_Ours):
    """What the parts have in common: the record, what is connected with it, and what can be asked."""

    library = library("connections.jsx")
    entity: rx.Var[str]
    record_id: rx.Var[int]
    loaded: rx.Var[int]
    may: rx.Var[dict[str, str]]
    offers: rx.Var[list[Any]]
    found: rx.Var[Any]
    told: rx.Var[Any]
    user_name: rx.Var[str]
    on_open: rx.EventHandler[passthrough_event_spec(str, int)]
    on_search: rx.EventHandler[passthrough_event_spec(str, str, int)]
    on_connect: rx.EventHandler[passthrough_event_spec(str, int, str, int, int, dict[str, str], int)]
    on_change_link: rx.EventHandler[passthrough_event_spec(str, int, int, int, int, dict[str, str], int)]
    on_set_role: rx.EventHandler[passthrough_event_spec(str, int, int, int, int)]
    on_deactivate: rx.EventHandler[_ON_LINK]
    on_activate: rx.EventHandler[_ON_LINK]
    on_remove: rx.EventHandler[_ON_LINK]


class StakeholdersCard(_Connected):
    tag = "StakeholdersCard"
    stakeholders: rx.Var[list[Any]]
    stakeholders_hidden: rx.Var[int]
    contact_fields: rx.Var[list[Any]]
    on_connect_new: rx.EventHandler[passthrough_event_spec(str, int, dict[str, str], int, dict[str, str], int)]


class SalesTeamCard(_Connected):
    tag = "SalesTeamCard"
    team: rx.Var[list[Any]]


class ConnectionsTable(_Connected):
    tag = "ConnectionsTable"
    links: rx.Var[list[Any]]
    hidden: rx.Var[int]
    more: rx.Var[bool]
    active: rx.Var[bool]
    on_more: rx.EventHandler[passthrough_event_spec(str, int)]
    on_show: rx.EventHandler[passthrough_event_spec(str, int, bool)]


class CompetitorsTable(_Connected):
    tag = "CompetitorsTable"
    competitors: rx.Var[list[Any]]
    on_add_competitor: rx.EventHandler[passthrough_event_spec(str, int, int, int)]
    on_new_competitor: rx.EventHandler[passthrough_event_spec(str, int, str, str, int)]
    on_remove_competitor: rx.EventHandler[passthrough_event_spec(str, int, int)]


def _common(state: Any, entity: str) -> dict[str, Any]:
    return {
        "entity": entity,
        "record_id": state.record_id,
        "loaded": state.loaded,
        "may": Connections.may,
        "offers": Connections.offers,
        "found": Connections.found,
        "told": Connections.told,
        "user_name": AppState.user_name,
        "on_open": Connections.open,
        "on_search": Connections.search,
        "on_connect": Connections.connect,
        "on_change_link": Connections.change,
        "on_set_role": Connections.set_role,
        "on_deactivate": Connections.deactivate,
        "on_activate": Connections.activate,
        "on_remove": Connections.remove,
    }


def sales_team(state: Any, entity: str) -> rx.Component:
    """The users who sell together, with their roles (R5.7)."""
    return SalesTeamCard.create(**_common(state, entity), team=Connections.team)


def stakeholders(state: Any, entity: str) -> rx.Component:
    """The contacts that matter for the decision, six of them at first (R5.1, R5.2, R5.3)."""
    return StakeholdersCard.create(
        **_common(state, entity),
        stakeholders=Connections.stakeholders,
        stakeholders_hidden=Connections.stakeholders_hidden,
        contact_fields=[
            {"name": name, **spec}
            for name, spec in quick_forms()["contact"]["fields"].items()
            if name not in COMPLETED["contact"]
        ],
        on_connect_new=Connections.connect_new,
    )


def related(state: Any, entity: str) -> rx.Component:
    """The tab Related: every connection and, on leads, the competitors (R5.6, R5.10)."""
    parts = [
        ConnectionsTable.create(
            **_common(state, entity),
            links=Connections.links,
            hidden=Connections.hidden,
            more=Connections.more,
            active=Connections.active,
            on_more=Connections.show_more,
            on_show=Connections.show,
        )
    ]
    if entity in RIVALLED:
        parts.append(
            CompetitorsTable.create(
                **_common(state, entity),
                competitors=Connections.competitors,
                on_add_competitor=Connections.add_competitor,
                on_new_competitor=Connections.new_competitor,
                on_remove_competitor=Connections.remove_competitor,
            )
        )
    return rx.el.div(*parts, class_name="related")
