"""A search through a whole table: every pair of its records that may be one, found in the background (S R3.17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from rxcrm.models.matching.finding import Rule, candidates, judge, read
from rxcrm.models.matching.keys import keys_of

#: How sure a pair must be to be listed: a phone number alone, which colleagues share, is not.
LISTED_FROM = 60


@dataclass(frozen=True)
class Pair:
    """Two records that may be one, the later one first; reasons as messages."""

    id: int
    other_id: int
    score: int
    certain: bool
    reasons: list[str]


def pairs_of(connection: Connection, entity: str, ids: Sequence[int], rules: Sequence[Rule]) -> list[Pair]:
    """What of these records was there before under another id, as far as any rule says so."""
    own = read(connection, entity, ids, rules)
    known = list(own.values())
    shared = candidates(connection, [keys_of(each) for each in known], [entity])
    earlier = [[i for i in found[entity] if i < each.id] for each, found in zip(known, shared, strict=True)]
    missing = {i for found in earlier for i in found} - own.keys()
    others = own | (read(connection, entity, missing, rules) if missing else {})
    pairs = []
    for each, found in zip(known, earlier, strict=True):
        for other_id in found:
            if other := others.get(other_id):
                score, certain, reasons = judge(rules, each, other)
                if score >= LISTED_FROM:
                    pairs.append(Pair(each.id, other_id, score, certain, reasons))
    return pairs
