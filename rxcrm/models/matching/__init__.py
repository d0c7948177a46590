"""Duplicates: rules as data, keys that find, comparisons that judge; the same for every place that asks (S 3.4)."""

from rxcrm.models.matching.apart import maybe_duplicates, not_duplicates
from rxcrm.models.matching.finding import Match, around, like, like_many, matching
from rxcrm.models.matching.upkeep import forget, refresh

__all__ = [
    "Match",
    "around",
    "forget",
    "like",
    "like_many",
    "matching",
    "maybe_duplicates",
    "not_duplicates",
    "refresh",
]
