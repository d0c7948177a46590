"""Dashboards: find, make, change, share, hide, and with which one somebody begins (S 8.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, delete, or_
from sqlmodel import col, select

from rxcrm.models.charting import tiles as tiling
from rxcrm.models.charting.boards import BOARDS, Shipped
from rxcrm.models.charting.saved import checked_name
from rxcrm.models.charting.tables import Dashboard, DashboardShare
from rxcrm.models.charting.tiles import Tile
from rxcrm.models.errors import BadValue, CrmError, NotAllowed, NotFound, Stale
from rxcrm.models.people import Team, User
from rxcrm.models.privileges import known_roles, role_label
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.translation import N_, gettext

#: Dashboards that one user may have, and with how many users, teams and roles one is shared.
MOST_BOARDS, MOST_SHARES = 100, 100
#: Begins the key of a dashboard that lies in the database; the preference that names the one to begin with.
SAVED, PREFERENCE = "d", "dashboard"
_SHIPPED = {board.key: board for board in BOARDS}


@dataclass(frozen=True)
class Board:
    """A dashboard as somebody may see it: `group` is mine, shared or system. `problem` says why it has no tiles."""

    key: str
    name: str
    group: str
    tiles: tuple[Tile, ...] = ()
    change: bool = False
    hidden: bool = False
    id: int = 0
    version: int = 0
    problem: str = ""


def available(act: Act, *, hidden: bool = False) -> list[Board]:
    """The dashboards that the asker may see, his own first; without their tiles. `hidden` ones only if asked for."""
    rows = list(act.session.exec(select(Dashboard).where(_visible(act)).order_by(col(Dashboard.id))))
    changed, may = {row.key: row for row in rows if row.key}, _changing(act)
    system = [_board(act, changed.get(board.key), may, board) for board in BOARDS]
    system += [_board(act, row, may) for row in rows if row.owner_id is None and not row.key]
    own = [_board(act, row, may) for row in rows if row.owner_id is not None]
    own.sort(key=lambda board: (board.group != "mine", board.name.casefold(), board.id))
    return [replace(board, tiles=()) for board in [*own, *system] if hidden or not board.hidden]


def find(act: Act, key: str) -> Board:
    """One dashboard with its tiles. Raises NotFound."""
    if key in _SHIPPED:
        row = act.session.exec(select(Dashboard).where(Dashboard.key == key, col(Dashboard.owner_id).is_(None))).first()
        return _board(act, row, set(), _SHIPPED[key])
    return _board(act, _seen(act, _id_of(key)), _changing(act))


def first(act: Act) -> str:
    """The key of the dashboard with which the asker begins: his choice, else the first that is not hidden."""
    chosen = act.session.get_one(User, act.who.id).preferences.get(PREFERENCE)
    boards = available(act)
    if any(board.key == chosen for board in boards):
        return str(chosen)
    return next((board.key for board in boards if board.group == "system"), boards[0].key if boards else BOARDS[0].key)


def begin_with(act: Act, key: str) -> None:
    """Choose the dashboard with which one begins; "" leaves it to the system."""
    if key:
        find(act, key)
    user = act.session.get_one(User, act.who.id)
    kept = {name: value for name, value in user.preferences.items() if name != PREFERENCE}
    user.preferences = kept | ({PREFERENCE: key} if key else {})


def create(act: Act, name: str, tiles: Any = (), *, like: str = "", system: bool = False) -> str:
    """Make a dashboard, empty or with the tiles of another one; its key. System ones are the administrators'."""
    if system and not act.who.administrator:
        raise NotAllowed(N_("Only administrators make dashboards for everybody."))
    mine = select(Dashboard.id).where(Dashboard.owner_id == act.who.id).limit(MOST_BOARDS)
    if len(act.session.exec(mine).all()) >= MOST_BOARDS:
        raise BadValue(N_("You have %(n)s dashboards already. Delete one first."), n=MOST_BOARDS)
    wanted = find(act, like).tiles if like else tiling.read_all(tiles)
    row = Dashboard(
        name=checked_name(name),
        tiles=_kept(wanted),
        owner_id=None if system else act.who.id,
        created_on=act.now,
        modified_on=act.now,
    )
    act.session.add(row)
    act.session.flush()
    return f"{SAVED}{row.id}"


def change(act: Act, key: str, version: int, name: str, tiles: Any) -> None:
    """Give a dashboard another name and other tiles. Raises Invalid, BadChart, NotAllowed, NotFound, Stale."""
    name, wanted = checked_name(name), tiling.read_all(tiles)
    row = _changeable(act, key, version)
    shipped = _SHIPPED.get(row.key)
    row.name = "" if shipped and name == gettext(act.who.conventions.locale, shipped.label) else name
    row.tiles, row.modified_on, row.version = _kept(wanted), act.now, row.version + 1
    act.session.add(row)
    act.session.flush()


def hide(act: Act, key: str, hidden: bool) -> None:
    """Keep a system dashboard out of everybody's selector, or offer it again."""
    row = _changeable(act, key, None)
    if row.owner_id is not None:
        raise NotAllowed(N_("Only dashboards of the system are hidden. Delete your own."))
    row.hidden, row.version = hidden, row.version + 1
    act.session.add(row)
    act.session.flush()


def remove(act: Act, key: str) -> str:
    """Delete a dashboard; its name. A shipped one is again as it came."""
    row = _changeable(act, key, None)
    name = row.name or gettext(act.who.conventions.locale, _SHIPPED[row.key].label if row.key else "")
    if row.owner_id is not None and row.owner_id != act.who.id and not act.who.administrator:
        raise NotAllowed(N_("Only whoever made a dashboard can delete it."))
    if row.id:
        act.session.execute(delete(DashboardShare).where(col(DashboardShare.dashboard_id) == row.id))
        act.session.delete(row)
    return name


# -- shares ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Audience:
    """With whom a dashboard is shared: a user, a team or a role, and whether they may change it."""

    kind: str
    key: str
    name: str
    change: bool = False


def shares(act: Act, key: str) -> list[Audience]:
    """With whom one's own dashboard is shared."""
    row = _own(act, key)
    found = act.session.exec(
        select(DashboardShare, User.name, Team.name)
        .join(User, col(User.id) == DashboardShare.user_id, isouter=True)
        .join(Team, col(Team.id) == DashboardShare.team_id, isouter=True)
        .where(DashboardShare.dashboard_id == row.id)
        .order_by(col(DashboardShare.id))
    )
    locale = act.who.conventions.locale
    return [_audience(share, user or team or _role_named(share.role, locale)) for share, user, team in found]


def _audience(share: DashboardShare, name: str) -> Audience:
    if share.user_id:
        return Audience("user", str(share.user_id), name, share.change)
    if share.team_id:
        return Audience("team", str(share.team_id), name, share.change)
    return Audience("role", share.role, name, share.change)


def _role_named(role: str, locale: str) -> str:
    return gettext(locale, role_label(role))


def share(act: Act, key: str, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Share one's own dashboard with exactly these users, teams and roles."""
    row = _own(act, key)
    if len(wanted) > MOST_SHARES:
        raise BadValue(N_("A dashboard can be shared with at most %(n)s users, teams and roles."), n=MOST_SHARES)
    new = [_share_of(act, row.id or 0, one) for one in wanted]
    act.session.execute(delete(DashboardShare).where(col(DashboardShare.dashboard_id) == row.id))
    seen: set[tuple[int | None, int | None, str]] = set()
    for one in new:
        if (who := (one.user_id, one.team_id, one.role)) not in seen:
            seen.add(who)
            act.session.add(one)
    act.session.flush()


def _share_of(act: Act, board_id: int, one: Mapping[str, Any]) -> DashboardShare:
    kind, key, may_change = str(one.get("kind")), str(one.get("key")), one.get("change") is True
    made = DashboardShare(dashboard_id=board_id, change=may_change)
    number = int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else 0
    if kind == "user" and (user := act.session.get(User, number)) and not user.disabled:
        made.user_id = user.id
    elif kind == "team" and (team := act.session.get(Team, number)):
        made.team_id = team.id
    elif kind == "role" and key in known_roles():
        made.role = key
    else:
        raise BadValue(N_("Choose one of the list."))
    return made


# -- who may ---------------------------------------------------------------------------------------------------------


def _shared_with(act: Act) -> ColumnElement[bool]:
    share = DashboardShare
    return or_(
        col(share.user_id) == act.who.id,
        col(share.team_id).in_(sorted(act.who.team_ids)),
        col(share.role).in_(sorted(act.who.roles)),
    )


def _visible(act: Act) -> ColumnElement[bool]:
    opened = select(DashboardShare.dashboard_id).where(_shared_with(act))
    return or_(col(Dashboard.owner_id).is_(None), col(Dashboard.owner_id) == act.who.id, col(Dashboard.id).in_(opened))


def _seen(act: Act, board_id: int) -> Dashboard:
    row = None
    if 0 < board_id < LARGEST_ID:
        row = act.session.exec(select(Dashboard).where(Dashboard.id == board_id, _visible(act))).first()
    if row is None:
        raise NotFound(N_("This dashboard doesn't exist any more, or it is not shared with you."))
    return row


def _id_of(key: str) -> int:
    number = key.removeprefix(SAVED)
    return int(number) if key.startswith(SAVED) and number.isascii() and number.isdecimal() and len(number) < 19 else 0


def _changing(act: Act) -> set[int]:
    """The ids of the dashboards that others let the asker change."""
    opened = select(DashboardShare.dashboard_id).where(col(DashboardShare.change).is_(True), _shared_with(act))
    return set(act.session.exec(opened))


def _may_change(act: Act, row: Dashboard | None, changing: Collection[int]) -> bool:
    if row is None or row.owner_id is None:
        return act.who.administrator
    return row.owner_id == act.who.id or row.id in changing


def _changeable(act: Act, key: str, version: int | None) -> Dashboard:
    """The row behind a key, if the asker may change it; a fresh one for a shipped dashboard that nobody changed yet."""
    row: Dashboard | None
    if key in _SHIPPED:
        row = act.session.exec(select(Dashboard).where(Dashboard.key == key, col(Dashboard.owner_id).is_(None))).first()
    else:
        row = _seen(act, _id_of(key))
    if not _may_change(act, row, _changing(act)):
        raise NotAllowed(N_("You may look at this dashboard but not change it. Make a copy of it."))
    if version is not None and version != (row.version if row else 0):
        raise Stale(N_("Somebody else changed this dashboard meanwhile. Look at it again before you save."))
    return row or Dashboard(key=key, version=0, created_on=act.now, modified_on=act.now)


def _own(act: Act, key: str) -> Dashboard:
    row = _seen(act, _id_of(key))
    if row.owner_id != act.who.id:
        raise NotAllowed(N_("Only whoever made a dashboard can share it."))
    return row


def _board(act: Act, row: Dashboard | None, changing: Collection[int], shipped: Shipped | None = None) -> Board:
    locale = act.who.conventions.locale
    name = (row.name if row else "") or gettext(locale, shipped.label if shipped else "")
    owner = row.owner_id if row else None
    group = "system" if owner is None else "mine" if owner == act.who.id else "shared"
    problem, found = "", shipped.tiles if shipped else ()
    if row and row.tiles is not None:
        try:
            found = tiling.read_all(row.tiles)
        except CrmError as refusal:
            found, problem = (), refusal.text(locale)
    key = shipped.key if shipped else f"{SAVED}{row.id if row else 0}"
    return Board(
        key,
        name,
        group,
        tuple(replace(tile, id=f"t{at + 1}") for at, tile in enumerate(found)),
        _may_change(act, row, changing),
        bool(row and row.hidden),
        (row.id or 0) if row else 0,
        row.version if row else 0,
        problem,
    )


def _kept(tiles: Iterable[Tile]) -> list[dict[str, Any]]:
    return [tiling.to_json(tile) for tile in tiles]
