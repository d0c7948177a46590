"""How alike two names, companies and places are: 0 to 1, and None where one side is not known."""

from __future__ import annotations

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from rxcrm.models.matching.facts import Facts
from rxcrm.models.matching.words import called, same_phone, sound

#: From here on two words are taken for one that was typed differently.
SIMILAR = 0.85


def words(a: str, b: str) -> float | None:
    """Two folded words or phrases: the same, one slip of the finger apart, or how much of them agrees."""
    if not a or not b:
        return None
    if a == b:
        return 1.0
    slips = DamerauLevenshtein.distance(a, b, score_cutoff=3)
    longest = max(len(a), len(b))
    alike: float = JaroWinkler.similarity(a, b)
    if slips == 1 and (longest > 3 or (len(a) == len(b) == 3 and sorted(a) == sorted(b))):
        return max(alike, 0.93)
    if slips == 2 and longest > 6:
        return max(alike, 0.88)
    # Much in common at the beginning is not enough: "martin" and "martinez" are two names.
    return alike if slips <= max(1, longest // 4) else min(alike, 0.8)


def spaced(a: str, b: str) -> float | None:
    """`words` for what may be written with other blanks: *Powell St* and *Powellst*."""
    return words(a.replace(" ", ""), b.replace(" ", ""))


def names(a: tuple[str, ...], b: tuple[str, ...], given: bool = False) -> float | None:
    """Two first or last names of several words: short forms, initials, sounds and left-out words are known."""
    if not a or not b:
        return None
    if a == b:
        return 1.0
    one, other = ("".join(a), "".join(b))
    if one == other:
        return 1.0
    if given and called(a[0]) == called(b[0]):
        return 0.95
    if given and (len(one) == 1 or len(other) == 1):
        return SIMILAR if one[0] == other[0] else 0.0
    if (len(a) > 1 or len(b) > 1) and (set(a) <= set(b) or set(b) <= set(a)):
        return 0.93
    found = words(one, other) or 0.0
    if found < SIMILAR and min(len(one), len(other)) > 3 and found > 0.7 and sound(one) == sound(other):
        return 0.87
    return found


def persons(a: Facts, b: Facts) -> tuple[float | None, float | None]:
    """First and last names, taken crosswise where they stand in each other's field."""
    first, last = names(a.first, b.first, given=True), names(a.last, b.last)
    if (first or 0) >= SIMILAR and (last or 0) >= SIMILAR:
        return first, last
    crossed = names(a.first, b.last, given=True), names(a.last, b.first, given=True)
    if _sum(crossed) > _sum((first, last)) and max(crossed[0] or 0, crossed[1] or 0) >= SIMILAR:
        return crossed[1], crossed[0]
    return first, last


def _sum(pair: tuple[float | None, float | None]) -> float:
    return sum(part - 0.5 for part in pair if part is not None)


def name_of_person(a: Facts, b: Facts) -> float | None:
    """The names of two persons as one: as alike as the less alike of first and last name."""
    first, last = persons(a, b)
    if last is None:
        return None
    if first is None:
        # Without the first name only the very same surname counts, and it counts less.
        return SIMILAR if last == 1.0 else 0.0
    return min(first, last)


def companies(a: Facts, b: Facts) -> float | None:
    """The names of two companies, legal forms aside."""
    if not a.company or not b.company:
        return None
    if a.company == b.company:
        return 1.0
    one, other = a.company.split(), b.company.split()
    if sorted(one) == sorted(other):
        return 0.97
    joined = a.company.replace(" ", ""), b.company.replace(" ", "")
    slips = DamerauLevenshtein.distance(*joined, score_cutoff=3)
    if slips <= 1 < min(map(len, joined)) - 2 or (slips == 2 and min(map(len, joined)) > 8):
        return 0.95 - slips * 0.02
    # "Contoso" is "Contoso Poland", but "Patterson Marine" is not "Patterson Foods".
    if set(one) < set(other) or set(other) < set(one):
        return 0.87
    return 0.86 if len(one) == len(other) and sound(joined[0]) == sound(joined[1]) else 0.5


def phones(a: Facts, b: Facts) -> bool:
    """Whether any number of one is any number of the other."""
    return any(same_phone(x, y) for x in a.phones for y in b.phones)
