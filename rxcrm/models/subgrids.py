"""Records that point to the one that a form shows: the contacts, leads and opportunities of an account (S 1.2-1.4)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

from sqlalchemy import func, select
from sqlmodel import col

from rxcrm.models import lifecycle
from rxcrm.models.access import Privilege, visible
from rxcrm.models.base import Record
from rxcrm.models.cells import link_of_owner, texts_of
from rxcrm.models.errors import NotFound
from rxcrm.models.fields import fields_of, show
from rxcrm.models.filters.calendar import Clock
from rxcrm.models.filters.conditions import BadFilter
from rxcrm.models.filters.sql import compiled
from rxcrm.models.lead import Lead
from rxcrm.models.lists import ordered_by
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.models.saved_view import Purpose
from rxcrm.models.system_views import changed_view
from rxcrm.models.tables import record_table
from rxcrm.models.views import opened
from rxcrm.translation import N_

#: Rows at first, and how many more "Show more" brings.
PAGE = 5
#: Nobody reads more in a card; the list of the table shows all.
MOST = 500


@dataclass(frozen=True)
class Grid:
    """The records of `entity` whose look-up `on` names the record of the form, open ones first, then by `order`.

    `details` are the fields below the name. `begins` is what the address of a new one names the record of the form by;
    without it none is made from here.
    """

    key: str
    label: str
    entity: str
    on: str
    details: tuple[str, ...]
    order: tuple[tuple[str, bool], ...]
    begins: str = ""
    new: str = ""


_BY_NAME, _NEWEST, _BY_CLOSE = (("name_key", False),), (("created_on", True),), (("close_key", False),)
_PERSON = ("job_title", "email", "business_phone")
_SALE = ("estimated_revenue", "estimated_close_date", "owner")
_LEAD = ("topic", "owner")


def _contacts(on: str, begins: str = "") -> Grid:
    return Grid("contacts", N_("Contacts"), "contact", on, _PERSON, _BY_NAME, begins, N_("New Contact"))


def _leads(on: str, begins: str = "") -> Grid:
    return Grid("leads", N_("Leads"), "lead", on, _LEAD, _NEWEST, begins, N_("New Lead"))


def _opportunities(on: str, begins: str = "") -> Grid:
    return Grid(
        "opportunities", N_("Opportunities"), "opportunity", on, _SALE, _BY_CLOSE, begins, N_("New Opportunity")
    )


#: Table → the grids on its form.
GRIDS: dict[str, tuple[Grid, ...]] = {
    "account": (
        _opportunities("account_id", "account"),
        _contacts("account_id", "account"),
        _leads("existing_account_id", "account"),
    ),
    "contact": (_opportunities("contact_id", "contact"), _leads("existing_contact_id", "contact")),
    "lead": (_opportunities("originating_lead_id"),),
}


@dataclass
class Line:
    """One record of a grid: its name and address, its status reason in words and as number, and details in words."""

    id: int
    name: str
    path: str
    status: str
    reason: int
    open: bool
    details: list[str]


@dataclass
class Shown:
    """A grid as pages show it: `total` counts what the reader may see, `new` is the address of a new one or empty."""

    key: str
    label: str
    entity: str
    rows: list[Line] = field(default_factory=list)
    total: int = 0
    new: str = ""
    new_label: str = ""


def of(act: Act, row: Record, sizes: dict[str, int]) -> list[Shown]:
    """All grids of a record found with READ; `sizes` says of how many rows a grid was asked for more."""
    return [
        _shown(act, row, grid, sizes.get(grid.key, PAGE))
        for grid in GRIDS.get(row.entity, ())
        if act.who.may_read(fields_of(record_table(grid.entity))[grid.on]) and _may_ask(act, grid)
    ]


def _may_ask(act: Act, grid: Grid) -> bool:
    """Whether the associated view's condition can be asked: one that looks at a hidden field takes its grid with it."""
    view = changed_view(grid.entity, Purpose.ASSOCIATED)
    try:
        return view is None or compiled(record_table(grid.entity), view.where, act.who) is not None
    except BadFilter:
        return False


def grid_of(entity: str, key: str) -> Grid:
    """A grid by its key. Raises NotFound."""
    found = next((grid for grid in GRIDS.get(entity, ()) if grid.key == key), None)
    if found is None:
        raise NotFound
    return found


def _shown(act: Act, row: Record, grid: Grid, size: int) -> Shown:
    """One statement: the rows with their number and the names of their owners, as far as the associated view lets them through."""
    table, view = record_table(grid.entity), changed_view(grid.entity, Purpose.ASSOCIATED)
    columns = cast(Any, table)
    order = ordered_by(opened(view, act.who)) if view else _order(columns, grid)
    wanted = (
        select(table, func.count().over(), func.coalesce(col(User.name), col(Team.name)))
        .join(User, col(User.id) == columns.owner_user_id, isouter=True)
        .join(Team, col(Team.id) == columns.owner_team_id, isouter=True)
        .where(getattr(columns, grid.on) == row.id, columns.deleted_on.is_(None), visible(act.who, table))
        .order_by(columns.status, *order, columns.id)
        .limit(min(max(size, PAGE), MOST))
    )
    if table is Lead:
        wanted = wanted.where(~col(Lead.merged))
    params: dict[str, Any] = {}
    if view and view.where:
        narrowing = compiled(table, view.where, act.who)
        params = narrowing.params(Clock(act.who, act.now))
        wanted = wanted.where(narrowing.where)
    if view:
        grid = replace(grid, details=tuple(key for key in view.columns if key != "name"))
    found = act.session.execute(wanted, params).all()
    owners = {link_of_owner(one): name or "" for one, _, name in found}
    texts = texts_of(act, grid.entity, grid.details, [one for one, *_ in found], owners)
    return Shown(
        grid.key,
        grid.label,
        grid.entity,
        rows=[_line(act, one, texts[one.id]) for one, *_ in found],
        total=found[0][1] if found else 0,
        new=f"{table.path}/new?{grid.begins}={row.id}" if _makes(act, row, grid) else "",
        new_label=grid.new,
    )


def _order(columns: Any, grid: Grid) -> list[Any]:
    return [getattr(columns, name).desc() if down else getattr(columns, name) for name, down in grid.order]


def _makes(act: Act, row: Record, grid: Grid) -> bool:
    """Whether the reader may make records of this kind, and they can point to this one."""
    return bool(grid.begins) and act.who.holds(Privilege.CREATE, grid.entity) and lifecycle.is_open(row)


def _line(act: Act, row: Any, details: list[str]) -> Line:
    status = show(fields_of(record_table(row.entity))["status_reason"], row.status_reason, act.conventions_of(row))
    return Line(
        id=row.id,
        name=row.display_name,
        path=f"{row.path}/{row.id}",
        status=status,
        reason=row.status_reason,
        open=lifecycle.is_open(row),
        details=details,
    )


def check() -> None:
    """Every grid names fields that exist; called by a test."""
    for entity, grids in GRIDS.items():
        for grid in grids:
            table = record_table(grid.entity)
            specs = fields_of(table)
            assert specs[grid.on].target == entity, grid
            assert all(name in specs or name == "owner" for name in grid.details), grid
            assert all(hasattr(table, name) for name, _ in grid.order), grid
