"""Files of settings taken in, looked through, imported; and before each import one that takes it back, to be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import defer
from sqlmodel import col, select

from rxcrm.models.administration import require_administrator
from rxcrm.models.cleaning import clean
from rxcrm.models.errors import NotFound
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.settings_file import carrying, file
from rxcrm.models.settings_file.carrying import Weighed
from rxcrm.models.settings_file.parts import parts
from rxcrm.models.settings_file.tables import FileKind, SettingsFile
from rxcrm.translation import N_, gettext

#: How long a file that nobody imported is kept, and how many from before imports.
TAKEN_LIFE, MOST_KEPT = timedelta(days=1), 50


@dataclass
class Kept:
    """An import of settings that was made: by whom, when (ISO), from which file, what; `id` is that of the file from before."""

    id: int
    name: str
    who: str
    at: str
    parts: list[str] = field(default_factory=list)


def take_in(act: Act, name: str, data: bytes) -> SettingsFile:
    """Keep a file to be looked through. Raises BadFile for what is none of settings; nothing is applied."""
    require_administrator(act)
    file.read(data)
    old = (col(SettingsFile.made_by_id) == act.who.id) | (col(SettingsFile.made_on) < act.now - TAKEN_LIFE)
    act.session.execute(delete(SettingsFile).where(col(SettingsFile.kind) == FileKind.TAKEN.value, old))
    return _keep(act, FileKind.TAKEN, name, data.decode("utf-8-sig"), [])


def _keep(act: Act, kind: FileKind, name: str, content: str, of: list[str]) -> SettingsFile:
    row = SettingsFile(
        kind=kind.value,
        name=clean(name)[:200] or "settings.json",
        content=content,
        parts=of,
        made_on=act.now,
        made_by_id=act.who.id,
    )
    act.session.add(row)
    act.session.flush()
    return row


def find(act: Act, file_id: int) -> SettingsFile:
    """A kept file. Raises NotFound."""
    require_administrator(act)
    found = act.session.get(SettingsFile, file_id) if 0 < file_id < LARGEST_ID else None
    if found is None:
        raise NotFound(N_("This file is not there any more. Choose it once more."))
    return found


def weigh(act: Act, file_id: int, chosen: Sequence[str] | None = None) -> Weighed:
    """What importing a kept file would do."""
    return carrying.weigh(act, file.read(find(act, file_id).content.encode()), chosen)


def carry_out(act: Act, file_id: int, chosen: Sequence[str], stamps: Mapping[str, str] | None = None) -> SettingsFile:
    """Import parts of a kept file; the file that takes it back. Raises Refused, Stale."""
    row = find(act, file_id)
    made = import_from(act, row.name, row.content.encode(), chosen, stamps)[0]
    if row.kind == FileKind.TAKEN.value:
        act.session.delete(row)
        act.session.flush()
    return made


def import_from(
    act: Act,
    name: str,
    data: bytes,
    chosen: Sequence[str] | None = None,
    stamps: Mapping[str, str] | None = None,
) -> tuple[SettingsFile, Weighed]:
    """Import parts of a file, all of it or nothing; the file that takes it back, and what changed."""
    before = file.export(act)
    done = carrying.carry_out(act, file.read(data), chosen, stamps)
    made = _keep(act, FileKind.BEFORE, name, before, [part.name for part in done.parts])
    kept = select(SettingsFile.id).where(SettingsFile.kind == FileKind.BEFORE.value)
    over = act.session.exec(kept.order_by(col(SettingsFile.id).desc()).offset(MOST_KEPT)).all()
    if over:
        act.session.execute(delete(SettingsFile).where(col(SettingsFile.id).in_(over)))
    return made, done


def listed(act: Act) -> list[Kept]:
    """The imports that were made, newest first."""
    require_administrator(act)
    asked = (
        select(SettingsFile, User.name)
        .join(User, col(User.id) == SettingsFile.made_by_id, isouter=True)
        .where(SettingsFile.kind == FileKind.BEFORE.value)
        .order_by(col(SettingsFile.id).desc())
        .options(defer(SettingsFile.content))  # type: ignore[arg-type]
    )
    known, locale = parts(), act.who.conventions.locale
    return [
        Kept(
            row.id or 0,
            row.name,
            who or "",
            row.made_on.isoformat(),
            [gettext(locale, known[name].label) if name in known else name for name in row.parts],
        )
        for row, who in act.session.exec(asked)
    ]
