"""Addresses of records that the asker may read: streets that begin as typed, those that occur most often first."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from rxcrm.models.access import Privilege, visible
from rxcrm.models.account import Account
from rxcrm.models.addresses.reading import MOST, Suggestion
from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act
from rxcrm.models.searching import plain

#: Tables with addresses, and how many different ones of each are looked at.
TABLES = (Account, Contact, Lead)
LOOKED_AT = 40


class plain_street(GenericFunction[str]):
    """A street without case and accents, spelled as in the index of the migration."""

    inherit_cache = True


@compiles(plain_street)
def _plain_street(element: Any, compiler: Any, **how: Any) -> str:
    folded, street = (compiler.process(part, **how) for part in element.clauses)
    return f"coalesce(json_extract({folded}, '$.street1'), lower({street}))"


@compiles(plain_street, "postgresql")
def _plain_street_in_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    folded, street = (compiler.process(part, **how) for part in element.clauses)
    return f'(coalesce(({folded} ->> \'street1\'), lower({street} COLLATE "C")) COLLATE "C")'


def suggestions(act: Act, typed: str) -> list[Suggestion]:
    """At most MOST addresses whose street begins so, none of records that the asker may not read."""
    found: Counter[Suggestion] = Counter()
    start = plain(typed)
    if not start:
        return []
    for table in TABLES:
        if act.who.holds(Privilege.READ, table.entity):
            for *parts, n in act.session.execute(_asked(act, table, start)):
                found[Suggestion(*parts)] += n
    return [each for each, _n in sorted(found.items(), key=lambda pair: (-pair[1], pair[0].street1, pair[0].detail))][
        :MOST
    ]


def _asked(act: Act, table: Any, start: str) -> Any:
    row = table.__table__.c
    street = plain_street(row.folded, row.street1)
    parts = (row.street1, row.city, row.state, row.postal_code, row.country)
    return (
        select(*parts, func.count())
        .where(
            # The last letter that there is: every text that begins so lies between both.
            street >= start,
            street < start + "\U0010ffff",
            row.deleted_on.is_(None),
            (row.city != "") | (row.postal_code != ""),
            visible(act.who, table),
        )
        .group_by(*parts)
        .order_by(func.count().desc(), row.street1)
        .limit(LOOKED_AT)
    )
