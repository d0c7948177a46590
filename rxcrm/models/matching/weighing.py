"""Weighing all that two records have in common against all in which they differ: how sure they are one (0 to 100).

The weights are what an agreement tells, in powers of two: how much likelier it is between two records of one person
than between two of different people. They are rough, as the world is; a rule's threshold decides (S R3.18, R3.12).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rxcrm.models.matching import alike
from rxcrm.models.matching.alike import SIMILAR
from rxcrm.models.matching.facts import Facts
from rxcrm.translation import N_


@dataclass(frozen=True)
class Weight:
    """What it tells when a part is the same, similar, different; and the sentences of the first two."""

    same: float
    similar: float
    different: float
    says: tuple[str, str] = ("", "")


#: Evidence that two records need before they are as likely one as not.
PRIOR = 18.0
LAST = Weight(9, 6.5, -4.5)
FIRST = Weight(6.5, 4.5, -5)
COMPANY = Weight(8, 6, -1, (N_("Same company"), N_("Similar company")))
POSTCODE = Weight(7, 4, -2)
CITY = Weight(3, 2.5, -2)
STREET = Weight(8, 6, -3)
NUMBER = Weight(2.5, 1, -1)
STATE = Weight(0.5, 0.5, -1)
FIRM = Weight(13, 9, -12, (N_("Same company name"), N_("Similar company name")))
LINE = Weight(3, 2.5, -0.5)
MAIL, PHONE, HOST = Weight(14, 5, -3), Weight(10, 4, -1.5), 8.0
#: From here on a weighed match is certain enough to ask about.
CERTAIN_FROM = 90
#: A wife at her husband's address is alike in all but one name, which may also be left out: worth a look, never certain.
ONE_NAME_ONLY, NAME_UNKNOWN = 75, 85
SAME_MAIL, SAME_PHONE = N_("Same e-mail address"), N_("Same phone number")
SAME_HOST, SAME_DOMAIN = N_("Same website"), N_("Same e-mail domain")
SAME_NAME, SIMILAR_NAME = N_("Same name"), N_("Similar name")
SAME_FIRST, SAME_LAST = N_("Same first name"), N_("Same last name")
SAME_PLACE, SIMILAR_PLACE = N_("Same address"), N_("Similar address")
SAME_CITY = N_("Same city")
#: Which reasons are told first.
ORDER = (SAME_MAIL, SAME_NAME, SIMILAR_NAME, SAME_FIRST, SAME_LAST, *COMPANY.says, *FIRM.says, SAME_PHONE, SAME_PLACE)

Verdict = tuple[int, list[str]]
NOTHING: Verdict = (0, [])


def persons(a: Facts, b: Facts) -> Verdict:
    """Two leads or contacts. Names must speak for it: colleagues share everything else."""
    first, last = alike.persons(a, b)
    if (first is None or first < SIMILAR) and (last is None or last < SIMILAR):
        return NOTHING
    names = [part for part in (first, last) if part is not None]
    if min(names) < SIMILAR and _colleagues(a, b) and not alike.phones(a, b):
        return NOTHING
    weight = _weigh(LAST, last) + _weigh(FIRST, first)
    reasons = [_name(first, last)]
    weight += _company(a, b, reasons, COMPANY) + _place(a, b, reasons)
    score = _sure(weight + _reach(a, b, reasons))
    return min(score, ONE_NAME_ONLY) if min(names) < SIMILAR else score, reasons


def _name(first: float | None, last: float | None) -> str:
    if first is None or first < SIMILAR:
        return SAME_LAST
    if last is None or last < SIMILAR:
        return SAME_FIRST
    return SAME_NAME if first == last == 1 else SIMILAR_NAME


def _colleagues(a: Facts, b: Facts) -> bool:
    """Whether two people are of one company: then neither its address nor one of their names says that they are one."""
    return (alike.companies(a, b) or 0) >= SIMILAR or bool(set(a.domains) & set(b.domains))


def firms(a: Facts, b: Facts) -> Verdict:
    """Two accounts. Their names must speak for it."""
    known = alike.companies(a, b)
    if known is None or known < SIMILAR:
        return NOTHING
    reasons: list[str] = []
    weight = _company(a, b, reasons, FIRM) + _place(a, b, reasons)
    return _sure(weight + _reach(a, b, reasons)), reasons


def _weigh(weight: Weight, found: float | None) -> float:
    if found is None:
        return 0.0
    if found == 1.0:
        return weight.same
    return weight.similar if found >= SIMILAR else weight.different


def _company(a: Facts, b: Facts, reasons: list[str], weight: Weight) -> float:
    found = alike.companies(a, b)
    if found is not None and found >= SIMILAR:
        reasons.append(weight.says[found < 1.0])
    elif weight is COMPANY and set(a.domains) & set(b.domains):
        reasons.append(SAME_DOMAIN)
        return HOST
    return _weigh(weight, found)


def _reach(a: Facts, b: Facts, reasons: list[str]) -> float:
    """Addresses and numbers: agreement tells much, difference little, as people have several."""
    mail, phone = _mails(a, b), alike.phones(a, b)
    if mail == 1:
        reasons.insert(0, SAME_MAIL)
    if phone:
        reasons.append(SAME_PHONE)
    weight = _weigh(MAIL, mail) + _weigh(PHONE, float(phone) if a.phones and b.phones else None)
    if a.entity == "account" and set(a.hosts) & set(b.hosts):
        reasons.append(SAME_HOST)
        weight += HOST
    return weight


def _mails(a: Facts, b: Facts) -> float | None:
    """The nearest two addresses; one slip apart or the same before the @ is similar."""
    found = None
    for one in a.mails:
        for other in b.mails:
            local, same_local = one.partition("@")[0], other.partition("@")[0]
            near = (len(local) > 4 and local == same_local) or (alike.words(one, other) or 0) >= 0.93
            found = max(found or 0.0, 1.0 if one == other else SIMILAR if near else 0.0)
    return found


def _place(a: Facts, b: Facts, reasons: list[str]) -> float:
    street = _better(a, b, alike.spaced)
    number = alike.words(a.number, b.number)
    code = alike.words(a.postcode, b.postcode)
    if code is not None and code < 1:
        code = SIMILAR if _slip(a.postcode, b.postcode) else 0.0
    city = alike.words(a.city, b.city)
    weight = _weigh(STREET, street) + _weigh(POSTCODE, code)
    # A town and its postcode are written together: what one says is half of what the other says.
    weight += _weigh(CITY, city) * (0.5 if (code or 0) >= SIMILAR else 1)
    weight += _weigh(STATE, alike.words(a.state, b.state)) + _weigh(LINE, alike.spaced(a.street2, b.street2))
    if (street or 0) >= SIMILAR:
        weight += _weigh(NUMBER, number)
        exact = street == 1 and number in (None, 1.0) and (code == 1 or city == 1)
        if exact or max(code or 0, city or 0) >= SIMILAR:
            reasons.append(SAME_PLACE if exact else SIMILAR_PLACE)
    elif city == 1:
        reasons.append(SAME_CITY)
    return weight


def _better(a: Facts, b: Facts, measure: Callable[[str, str], float | None]) -> float | None:
    """The streets, also where one stands in the other's second line."""
    found = measure(a.street, b.street)
    if found is not None and found >= SIMILAR:
        return found
    crossed = [f for f in (measure(a.street, b.street2), measure(a.street2, b.street)) if f is not None]
    best = max(crossed, default=0.0)
    return best if best >= SIMILAR else found


def _slip(a: str, b: str) -> bool:
    """One digit typed wrong or two changed places."""
    return len(a) == len(b) > 3 and (sum(x != y for x, y in zip(a, b, strict=True)) == 1 or sorted(a) == sorted(b))


def _sure(weight: float) -> int:
    return round(100 / (1 + 2 ** (PRIOR - weight))) if weight > 0 else 0
