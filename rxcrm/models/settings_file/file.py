"""A settings file as such: JSON with a head that says what it is, and every part with its items (docs/settings-file.md)."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from rxcrm.models.administration import require_administrator
from rxcrm.models.errors import CrmError
from rxcrm.models.records import Act
from rxcrm.models.settings_file.parts import Items, parts
from rxcrm.models.settings_file.references import installation
from rxcrm.translation import N_

FORMAT, VERSION = "rxcrm settings", 1
#: Bytes of a file, and how deep its JSON may be.
LARGEST, DEEPEST = 10 * 1024 * 1024, 60
_ABOUT = "Settings of rxcrm: no records, no users, no passwords. Format: docs/settings-file.md"


class BadFile(CrmError):
    """A file that is none of settings, or none that can be read; the sentence says why."""

    message = N_("This is not a file of settings of rxcrm.")


@dataclass(frozen=True)
class Content:
    """What a file holds. `installation` tells where it comes from."""

    organisation: str = ""
    exported_on: str = ""
    installation: str = ""
    settings: dict[str, Items] = field(default_factory=dict)


def export(act: Act) -> str:
    """Everything that administrators have shaped, as the text of a file. Raises NotAllowed for others."""
    require_administrator(act)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "about": _ABOUT,
        "program": importlib.metadata.version("rxcrm"),
        "organisation": act.organisation.name,
        "installation": installation(act.organisation),
        "exported_on": act.now.isoformat(timespec="seconds"),
    }
    return json.dumps({**head, "settings": sorted_(settings_of(act))}, indent=2, ensure_ascii=False) + "\n"


def settings_of(act: Act, only: Collection[str] | None = None) -> dict[str, Items]:
    """Part → its items as they are now; of all parts, or of some."""
    return {name: part.export(act) for name, part in parts().items() if only is None or name in only}


def sorted_(data: Any) -> Any:
    """The same data with the names of objects in order, so that equal settings make equal files."""
    if isinstance(data, dict):
        return {name: sorted_(data[name]) for name in sorted(data)}
    return [sorted_(each) for each in data] if isinstance(data, list) else data


def read(data: bytes) -> Content:
    """What a file holds, its head checked and its parts not. Raises BadFile with one sentence."""
    if len(data) > LARGEST:
        raise BadFile(N_("A settings file has at most %(n)s MB."), n=LARGEST // 1024 // 1024)
    found = _json(data)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BadFile
    version = found.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BadFile(N_("This settings file does not say which version its format has."))
    if version > VERSION:
        raise BadFile(
            N_(
                "This settings file has version %(version)s of the format, and this rxcrm knows up to %(known)s: update rxcrm."
            ),
            version=version,
            known=VERSION,
        )
    settings = found.get("settings")
    if not isinstance(settings, dict) or not all(isinstance(items, dict) for items in settings.values()):
        raise BadFile(N_("This settings file is damaged: it has no settings."))
    head = {name: found.get(name) for name in ("organisation", "exported_on", "installation")}
    return Content(
        **{name: value[:200] if isinstance(value, str) else "" for name, value in head.items()}, settings=settings
    )


def _json(data: bytes) -> Any:
    try:
        found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise BadFile(N_("This is no text file (UTF-8). Choose a file of settings that rxcrm exported.")) from None
    except json.JSONDecodeError as problem:
        raise BadFile(
            N_("This file is no JSON: it cannot be read from line %(line)s on."), line=problem.lineno
        ) from None
    except (RecursionError, ValueError):
        raise BadFile from None
    _check(found, DEEPEST)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadFile(N_("“%(name)s” stands in one place of this file twice."), name=twice[:80])
    return found


def _no_number(_text: str) -> Any:
    raise BadFile


def _check(data: Any, depth: int) -> None:
    """Nothing so deep that it cannot be gone through, and no text that a database cannot hold."""
    if depth < 0:
        raise BadFile
    if isinstance(data, dict):
        for name, value in data.items():
            _check(name, depth)
            _check(value, depth - 1)
    elif isinstance(data, list):
        for value in data:
            _check(value, depth - 1)
    elif isinstance(data, str) and ("\x00" in data or any("\ud800" <= sign <= "\udfff" for sign in data)):
        raise BadFile(N_("This file has signs in it that are no text."))
