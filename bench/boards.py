"""Boards of many leads: what stands in the lanes in all, and the first cards of each, beside the bare SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.desk import Desk
from bench.timing import Figure, Floor, compare
from rxcrm.models import lists
from rxcrm.models.boards import reading
from rxcrm.models.boards.ways import way_of
from rxcrm.models.lists import Ask

RUNS = {"warm_ups": 1, "fewest": 3, "seconds": 4.0}
_OPEN = "status = 0 AND deleted_on IS NULL"
_CARD = (
    "lead.id, lead.created_on, first_name, last_name, topic, company_name, rating, score, estimated_amount, currency,"
    " lead.status, lead.status_reason, tags, version, lead.unit_id, owner_user_id, owner_team_id,"
    ' coalesce((SELECT name FROM "user" WHERE id = owner_user_id), (SELECT name FROM team WHERE id = owner_team_id))'
)
#: The open activity of each card that is due first.
_NEXT = (
    "SELECT * FROM (SELECT regarding_id, subject, kind, due_on, all_day, status,"
    " row_number() OVER (PARTITION BY regarding_id ORDER BY due_key, id) AS n FROM activity"
    " WHERE regarding_entity = 'lead' AND regarding_id IN ({}) AND deleted_on IS NULL AND status IN (0, 3)) AS a WHERE n = 1"
)
_ASK = Ask(view="open")


def figures(desk: Desk) -> list[Figure]:
    """Heads and first cards by status reason, rating, owner and process stage."""
    return [figure for lanes, key in KEYS.items() for figure in (_heads(desk, lanes, key), _cards(desk, lanes, key))]


#: Lanes → the SQL of their key.
KEYS = {
    "status_reason": "status_reason",
    "rating": "rating",
    "owner": "owner_user_id",
    "stage": "(SELECT stage FROM process_instance WHERE lead_id = lead.id AND current)",
}


def _shown(desk: Desk, work: Callable[..., Any], lanes: str) -> Callable[[], Any]:
    return lambda: desk.read(desk.busy, lambda act: work(act, _ASK, lists.viewed(act, _ASK), way_of("lead", lanes)))


def _heads(desk: Desk, lanes: str, key: str) -> Figure:
    sql = f"SELECT {key} AS k, currency, count(*), sum(estimated_amount) FROM lead WHERE {_OPEN} GROUP BY 1, 2"
    if lanes == "stage":
        sql = (
            "SELECT stage, currency, count(*), sum(estimated_amount) FROM lead"
            f" LEFT JOIN process_instance p ON p.lead_id = lead.id AND p.current WHERE lead.{_OPEN} GROUP BY 1, 2"
        )
    app, floor = compare(_shown(desk, reading.heads, lanes), lambda: desk.bare.all(sql), **RUNS)
    beneath = Floor(sql, desk.bare.index(sql), len(desk.bare.all(sql)))
    return Figure(f"board: heads of lanes by {lanes}", desk.database, desk.leads, app, floor, beneath, aim=2.0)


def _cards(desk: Desk, lanes: str, key: str) -> Figure:
    """The floor is one select for each lane that has cards, along the index of the sort, and one for what is next."""
    keys = [row[0] for row in desk.bare.all(f"SELECT DISTINCT {key} FROM lead WHERE {_OPEN}")]
    some = [
        f"SELECT {_CARD} FROM lead WHERE {_OPEN} AND {key} {'IS NULL' if one is None else f'= {one!r}'}"
        f" ORDER BY created_on DESC, lead.id DESC LIMIT {reading.CARDS + 1}"
        for one in keys
    ]

    def bare() -> None:
        ids = [str(row[0]) for sql in some for row in desk.bare.all(sql)[: reading.CARDS]]
        desk.bare.all(_NEXT.format(", ".join(ids)))

    app, floor = compare(_shown(desk, reading.lanes, lanes), bare, **RUNS)
    beneath = Floor("; ".join(some), desk.bare.index(some[0]), reading.CARDS * len(some))
    return Figure(f"board: first cards by {lanes}", desk.database, desk.leads, app, floor, beneath, aim=20.0)
