"""What a rule asks of two records: plain comparisons of fields, and comparisons that know what is compared (S R3.12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from rxcrm.models.matching import alike, weighing
from rxcrm.models.matching.facts import Facts
from rxcrm.models.searching import fold
from rxcrm.translation import N_


class Compare(StrEnum):
    """The comparisons that a criterion can make."""

    MAIL = "mail"
    PHONE = "phone"
    NAME = "name"
    COMPANY = "company"
    HOST = "host"
    DOMAIN = "domain"
    SIMILAR_NAME = "similar_name"
    SIMILAR_COMPANY = "similar_company"
    WEIGHED = "weighed"
    EXACT = "exact"
    FIRST = "first"
    LAST = "last"


#: Comparisons with their names for people.
LABELS: dict[Compare, str] = {
    Compare.MAIL: N_("Same e-mail address"),
    Compare.PHONE: N_("Same phone number"),
    Compare.NAME: N_("Same first and last name"),
    Compare.COMPANY: N_("Same company name, legal form aside"),
    Compare.HOST: N_("Same website or company e-mail domain"),
    Compare.DOMAIN: N_("Same company e-mail domain"),
    Compare.SIMILAR_NAME: N_("Similar first and last name"),
    Compare.SIMILAR_COMPANY: N_("Similar company name"),
    Compare.WEIGHED: N_("Alike in all: name, company, address, phone"),
    Compare.EXACT: N_("Exact match of a field"),
    Compare.FIRST: N_("Same first characters of a field"),
    Compare.LAST: N_("Same last characters of a field"),
}
#: Comparisons of fields that the rule names.
PLAIN = (Compare.EXACT, Compare.FIRST, Compare.LAST)
#: Comparisons by which records are found; the others only narrow what these found.
FINDING = tuple(kind for kind in Compare if kind not in PLAIN)
#: Comparisons of persons, which an account is not.
OF_PERSONS = (Compare.NAME, Compare.SIMILAR_NAME)
#: Comparisons that take time.
COSTLY = (Compare.SIMILAR_NAME, Compare.WEIGHED)
#: Comparisons that have a degree: percent from which on they hold.
GRADED = (Compare.SIMILAR_NAME, Compare.SIMILAR_COMPANY, Compare.WEIGHED)


@dataclass(frozen=True)
class Criterion:
    """One condition. `field` and `other` are columns of the base and the matching table, `count` how many characters,
    `percent` from where on a degree counts; two blanks are equal unless `ignore_blank`."""

    compare: Compare
    field: str = ""
    other: str = ""
    count: int = 0
    percent: int = 0
    ignore_blank: bool = True

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Criterion:
        return cls(**{**stored, "compare": Compare(stored["compare"])})

    def stored(self) -> dict[str, Any]:
        """As it stands in the table of rules: without what is left open."""
        kept = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return kept | {"compare": self.compare.value}

    def meet(self, a: Facts, b: Facts) -> Met | None:
        """Whether `a`, of the rule's base table, and `b`, of its matching one, meet the condition."""
        if self.compare in PLAIN:
            return _PLAIN_MET if self._plain(a.values.get(self.field), b.values.get(self.other)) else None
        return _MEETS[self.compare](a, b, self.percent)

    def _plain(self, one: Any, other: Any) -> bool:
        left, right = self._part(one), self._part(other)
        if not left or not right:
            return not self.ignore_blank and left == right
        return left == right

    def _part(self, value: Any) -> str:
        text = fold(str(value)) if value not in (None, "") else ""
        if self.compare is Compare.FIRST:
            return text[: self.count]
        return text[-self.count :] if self.compare is Compare.LAST else text


@dataclass(frozen=True)
class Met:
    """A condition that was met: why, as messages, and how sure that alone is in percent, 0 where the rule says so."""

    reasons: tuple[str, ...] = ()
    score: int = 0


_PLAIN_MET = Met()


def _mail(a: Facts, b: Facts, _percent: int) -> Met | None:
    return Met((weighing.SAME_MAIL,)) if set(a.mails) & set(b.mails) else None


def _phone(a: Facts, b: Facts, _percent: int) -> Met | None:
    return Met((weighing.SAME_PHONE,)) if alike.phones(a, b) else None


def _name(a: Facts, b: Facts, _percent: int) -> Met | None:
    known = a.first and a.last and b.first and b.last
    return Met((weighing.SAME_NAME,)) if known and sorted(a.first + a.last) == sorted(b.first + b.last) else None


def _company(a: Facts, b: Facts, _percent: int) -> Met | None:
    return Met((weighing.COMPANY.says[0],)) if a.company and a.company == b.company else None


def _host(a: Facts, b: Facts, _percent: int) -> Met | None:
    # At least one of them must have a website: two mail addresses of one domain are another comparison.
    shared = (set(a.hosts) & b.host_names) | (set(b.hosts) & a.host_names)
    return Met((weighing.SAME_HOST,)) if shared else None


def _domain(a: Facts, b: Facts, _percent: int) -> Met | None:
    return Met((weighing.SAME_DOMAIN,)) if set(a.domains) & set(b.domains) else None


def _similar_name(a: Facts, b: Facts, percent: int) -> Met | None:
    found = alike.name_of_person(a, b)
    if found is None or found * 100 < percent:
        return None
    return Met((weighing.SAME_NAME if found == 1 else weighing.SIMILAR_NAME,))


def _similar_company(a: Facts, b: Facts, percent: int) -> Met | None:
    found = alike.companies(a, b)
    if found is None or found * 100 < percent:
        return None
    return Met((weighing.COMPANY.says[found < 1],))


def _weighed(a: Facts, b: Facts, percent: int) -> Met | None:
    both_firms = a.entity == b.entity == "account"
    score, reasons = weighing.firms(a, b) if both_firms else weighing.persons(a, b)
    return Met(tuple(reasons), score) if score >= percent else None


_MEETS = {
    Compare.MAIL: _mail,
    Compare.PHONE: _phone,
    Compare.NAME: _name,
    Compare.COMPANY: _company,
    Compare.HOST: _host,
    Compare.DOMAIN: _domain,
    Compare.SIMILAR_NAME: _similar_name,
    Compare.SIMILAR_COMPANY: _similar_company,
    Compare.WEIGHED: _weighed,
}
