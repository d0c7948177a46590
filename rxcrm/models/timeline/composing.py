"""The composer of a timeline: what it begins with, and what it posts (S 4.3, 1.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from rxcrm.models import records
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import ActivityReason
from rxcrm.models.errors import BadValue, CrmError, NotFound
from rxcrm.models.mail import sending, servers, templates
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.timeline import filters, guests, writing
from rxcrm.models.timeline.items import ACTIVITIES
from rxcrm.translation import N_

_UNTOLD = N_("Saved. %(names)s cannot see this record and was not told.")


@dataclass
class Stored:
    """What was written; `remark` says what of it could not be done."""

    id: int
    remark: CrmError | None = None


def defaults(act: Act, entity: str, record_id: int) -> dict[str, Any]:
    """What new activities on a record begin with, and whether mail can be sent (S 1.6)."""
    row: Any = act.find(record_table(entity), record_id)
    phones = ("business_phone", "main_phone", "mobile_phone")
    offered = templates.usable(act, entity) if entity in templates.WRITTEN_TO else []
    return {
        "party": {
            "entity": entity,
            "id": record_id,
            "name": row.display_name,
            "address": records.known(act, row, "email"),
        },
        "me": {"entity": "user", "id": act.who.id, "name": act.who.name, "address": act.who.email},
        "phone_number": next((phone for name in phones if (phone := records.known(act, row, name))), ""),
        "subject": records.known(act, row, "topic") or row.display_name,
        "templates": [{"id": template.id, "name": template.name} for template in offered],
        "mail": servers.smtp() is not None,
    }


def fill(act: Act, template_id: int, entity: str, record_id: int) -> tuple[str, str]:
    """Subject and text of a template, filled in for a record."""
    return templates.fill(act, templates.find(act, template_id), entity, record_id)


def liked(act: Act) -> tuple[dict[str, list[str]], bool]:
    """How the asker likes his timelines: what is chosen in the filter pane, and whether the newest come first."""
    kept = cast(dict[str, Any], act.session.get_one(User, act.who.id).preferences.get("timeline") or {})
    return filters.known(kept.get("filters", {})), bool(kept.get("newest_first", True))


def remember(act: Act, chosen: filters.Chosen, newest_first: bool) -> tuple[dict[str, list[str]], bool]:
    """Let the asker's timelines begin like this from now on."""
    user, kept = act.session.get_one(User, act.who.id), filters.known(chosen)
    wanted = {"filters": kept, "newest_first": newest_first}
    if user.preferences.get("timeline") != wanted:
        user.preferences = {**user.preferences, "timeline": wanted}
        act.session.add(user)
    return kept, newest_first


def note(
    act: Act, where: tuple[str, int], activity_id: int, version: int, title: str, body: str, files: Sequence[int]
) -> Stored:
    """A new note (id 0), or another title and text for one."""
    if activity_id:
        row = act.find(Activity, activity_id, Privilege.WRITE, version)
        if row.kind != K.NOTE:
            raise NotFound
        written = writing.edit_note(act, row, title, body, files)
    else:
        written = writing.note(act, *where, title, body, files)
    remark = BadValue(_UNTOLD, names=", ".join(written.untold)) if written.untold else None
    return Stored(written.row.id or 0, remark)


def post(act: Act, where: tuple[str, int], text: str, parent_id: int) -> Stored:
    """A post, or with a parent a reply."""
    return Stored(writing.post(act, *where, text, parent_id or None).id or 0)


def log(
    act: Act,
    where: tuple[str, int],
    kind: str,
    typed: Mapping[str, str],
    parties: Sequence[Mapping[str, str]],
    files: Sequence[int],
    then: str,
) -> Stored:
    """A new activity; `then` may be complete, or send: what cannot be sent is kept as a draft, with the reason."""
    if kind not in ACTIVITIES:
        raise NotFound
    named = [guests.posted(one) for one in parties[: guests.MOST + 1]]
    row = writing.log(act, ACTIVITIES[kind], typed, where, named or None, files, planned=then != "complete")
    if then == "complete":
        writing.complete(act, row)
    elif then == "send":
        try:
            with act.session.begin_nested():
                sending.send(act, row)
        except CrmError as refusal:
            return Stored(row.id or 0, refusal)
    return Stored(row.id or 0)


def reason_of(number: int) -> ActivityReason | None:
    """A status reason by its number; 0 means the usual one."""
    if number == 0:
        return None
    try:
        return ActivityReason(number)
    except ValueError:
        raise BadValue(N_("%(label)s has no option “%(value)s”."), label=N_("Status Reason"), value=number) from None
