"""What two records are compared by, whatever their table: read off a saved row, a form or a row of an import."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rxcrm.models.fields import host_of
from rxcrm.models.matching.words import company, domain_of, mail_address, phone_number, street, words_of

#: Tables in which duplicates are looked for, with the number that keeps their keys apart.
TABLES = {"lead": 1, "account": 2, "contact": 3}
#: Table → which columns hold what is compared.
_MAILS = {"lead": ("email", "email2", "email3"), "account": ("email",), "contact": ("email", "email2", "email3")}
_PHONES = {
    "lead": ("business_phone", "mobile_phone", "home_phone", "other_phone"),
    "account": ("main_phone", "other_phone"),
    "contact": ("business_phone", "mobile_phone", "home_phone"),
}
_COMPANY = {"lead": "company_name", "account": "name", "contact": "account_name"}
_PLACE = ("street1", "street2", "street3", "city", "state", "postal_code", "country")


@dataclass(slots=True)
class Facts:
    """Normalised values of one record; what is not known is empty. `values` are the raw ones, for plain criteria."""

    entity: str
    id: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    company: str = ""
    hosts: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    number: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""

    @property
    def host_names(self) -> set[str]:
        """The website's host and the domains of the e-mail addresses: each names the company."""
        return {*self.hosts, *self.domains}


def columns_of(entity: str) -> tuple[str, ...]:
    """The columns that `facts` reads; `account_name` is the name of a contact's account."""
    person = ("first_name", "last_name") if entity != "account" else ()
    company_columns = ("account_id",) if entity == "contact" else (_COMPANY[entity],)
    return (*person, *_MAILS[entity], *_PHONES[entity], *company_columns, "website", *_PLACE)


def facts(entity: str, values: Mapping[str, Any], record_id: int = 0) -> Facts:
    """The facts of a record with these values, column → value; columns may be missing."""
    get = values.get
    mails = _each(_MAILS[entity], get, mail_address)
    house, name = street(get("street1") or "")
    other_house, other_name = street(get("street2") or "")
    person = entity != "account"
    website = get("website")
    return Facts(
        entity,
        record_id,
        values,
        words_of(get("first_name") or "") if person else (),
        words_of(get("last_name") or "") if person else (),
        mails,
        _each(_PHONES[entity], get, phone_number),
        company(get(_COMPANY[entity]) or ""),
        (host,) if website and (host := host_of(website)) else (),
        tuple(d for m in mails if (d := domain_of(m))),
        house or other_house,
        name,
        other_name,
        " ".join(words_of(get("city") or "")),
        " ".join(words_of(get("state") or "")),
        "".join(words_of(get("postal_code") or "")),
    )


def facts_of(row: Any, account_name: str = "", hidden: Collection[str] = ()) -> Facts:
    """The facts of a record or anything with its attributes, saved or not; without what is `hidden` from the asker."""
    return facts(row.entity, _Attributes(row, account_name, hidden), getattr(row, "id", 0) or 0)


class _Attributes(Mapping[str, Any]):
    """The attributes of a row as a mapping: rules may ask for any of them."""

    def __init__(self, row: Any, account_name: str, hidden: Collection[str]) -> None:
        self.row, self.account_name, self.hidden = row, account_name, hidden

    def __getitem__(self, name: str) -> Any:
        if name in self.hidden:
            return None
        if name == "account_name":
            return self.account_name
        try:
            return getattr(self.row, name)
        except AttributeError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(columns_of(self.row.entity))

    def __len__(self) -> int:
        return len(columns_of(self.row.entity))


def _each(names: tuple[str, ...], get: Callable[[str], Any], normal: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n for name in names if (text := get(name)) and (n := normal(text))))
