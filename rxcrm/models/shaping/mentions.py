"""Which saved views speak of a field or an option that is about to go: administrators are told before, not after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, or_, select
from sqlmodel import col

from rxcrm.models.fields import FieldSpec
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.saved_view import SavedView
from rxcrm.models.views import VIEWS
from rxcrm.translation import gettext


@dataclass
class Mention:
    """A view by its name; `owner` is whose it is, empty for one of the system."""

    name: str
    owner: str


def views_with_field(act: Act, entity: str, name: str) -> list[Mention]:
    """The views that show, filter, sort or group by a field of a table, also through a look-up to it."""

    def speaks(of: str, definition: Any) -> bool:
        return any((text == name and of == entity) or text.endswith(f".{name}") for text in _texts(definition))

    return _views(act, {name}, speaks)


def views_with_option(act: Act, fields: Collection[tuple[str, FieldSpec]], value: int) -> list[Mention]:
    """The views whose filter asks for an option of one of these fields, given by table."""
    names = {spec.name for _entity, spec in fields}

    def speaks(_of: str, definition: Any) -> bool:
        tests = (test for test in _mappings(definition) if str(test.get("field", "")).rpartition(".")[2] in names)
        return any(str(value) in [str(v) for v in test.get("values") or ()] for test in tests)

    return _views(act, names, speaks)


def _views(act: Act, names: Collection[str], speaks: Callable[[str, Any], bool]) -> list[Mention]:
    row = SavedView
    columns = (row.entity, row.key, row.name, row.definition, row.draft)
    asked = select(*columns, User.name.label("owner")).outerjoin(User, col(User.id) == col(row.owner_id))  # type: ignore[call-overload,attr-defined]
    told = [cast(column, Text).like(f"%{name}%") for name in names for column in (col(row.definition), col(row.draft))]
    found = act.session.execute(asked.where(or_(*told)).order_by(col(row.name_key), col(row.id)))
    return [
        Mention(view.name or _shipped_name(act, view.entity, view.key), view.owner or "")
        for view in found
        if speaks(view.entity, view.definition) or speaks(view.entity, view.draft)
    ]


def _shipped_name(act: Act, entity: str, key: str) -> str:
    label = next((view.label for view in VIEWS[entity] if view.key == key), key)
    return gettext(act.who.conventions.locale, label)


def _mappings(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
    for each in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from _mappings(each)


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for key, each in found.items():
            yield key  # widths are kept by column
            yield from _texts(each)
    elif isinstance(found, list):
        for each in found:
            yield from _texts(each)
