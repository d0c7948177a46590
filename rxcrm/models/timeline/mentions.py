"""Who is named in a rich text with @, and who of them may know (S 4.4)."""

from __future__ import annotations

import re

from rxcrm.models import notifying
from rxcrm.models.access import Privilege, may, who_is
from rxcrm.models.activity import Activity
from rxcrm.models.notifying import Kind
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: A mention as the editor writes it and `richtext.sanitise` leaves it: `<span data-type="mention" data-id="user:5" …>`.
_MENTION = re.compile(r'<span[^>]*\bdata-id="user:(\d{1,18})"[^>]*>')
#: People told of one text; more is no conversation.
MOST_TOLD = 50


def named_in(body: str) -> list[int]:
    """The ids of the users mentioned in a sanitised text, each once."""
    return list(dict.fromkeys(int(found) for found in _MENTION.findall(body)))[:MOST_TOLD]


def tell(act: Act, row: Activity, before: str = "") -> list[str]:
    """Notify the users mentioned in a text who were not in its former one; returns the names of those who may not know.

    A user who may not read the record is not told: its name alone would already say too much.
    """
    known = set(named_in(before))
    untold = []
    for user_id in named_in(row.body):
        user = act.session.get(User, user_id)
        if user is None or user.disabled or user_id in known or user_id == act.who.id:
            continue
        if not may_know(act, user, row):
            untold.append(user.name)
            continue
        notifying.notify(
            act,
            user_id,
            Kind.MENTION,
            N_("%(who)s mentioned you on %(record)s."),
            {"who": act.who.name},
            entity=row.regarding_entity,
            record_id=row.regarding_id,
            activity_id=row.id,
        )
    return untold


def may_know(act: Act, user: User, row: Activity) -> bool:
    """Whether a user may read an activity, or the record that it regards."""
    who = who_is(act.session, user, act.organisation)
    if row.regarding_id:
        regarded = act.session.get(record_table(row.regarding_entity), row.regarding_id)
        return regarded is not None and bool(may(act.session, who, Privilege.READ, regarded))
    return bool(may(act.session, who, Privilege.READ, row))
