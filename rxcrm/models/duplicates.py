"""Which existing records may be the same person or company (S 3.3, R3.11): the look-ups of a saved lead list these."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, and_, false, or_

from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.contact import Contact
from rxcrm.models.fields import host_of
from rxcrm.models.lead import Lead
from rxcrm.models.searching import EDGE, phone_key, sort_key

#: Domains of mail providers: sharing one says nothing about the company.
PUBLIC_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "yahoo.co.uk",
        "yahoo.co.jp",
        "ymail.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "gmx.at",
        "web.de",
        "t-online.de",
        "freenet.de",
        "mail.ru",
        "yandex.ru",
        "proton.me",
        "protonmail.com",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "laposte.net",
        "libero.it",
        "wp.pl",
        "onet.pl",
        "o2.pl",
        "interia.pl",
        "uol.com.br",
        "bol.com.br",
        "terra.com.br",
        "qq.com",
        "163.com",
        "126.com",
        "seznam.cz",
        "zoho.com",
        "mail.com",
    ]
)
#: Digits below which a "phone" is an extension or a slip and says nothing about the person.
SHORTEST_PHONE = 5


def matching(lead: Lead, table: type[Record]) -> ColumnElement[bool]:
    """The rows of `contact` or `account` that match a lead by the default rules, as a SQL condition."""
    return _contacts(lead) if table is Contact else _accounts(lead)


def _contacts(lead: Lead) -> ColumnElement[bool]:
    """Same e-mail, or same phone, or same first and last name."""
    row = cast(Any, Contact)
    ways: list[ColumnElement[bool]] = []
    if lead.email_key:
        ways.append(row.email_key == lead.email_key)
    for number in phone_key(lead.phones).split():
        if len(number) >= SHORTEST_PHONE:
            ways += [row.search_text.contains(f"{EDGE}{number}{EDGE}"), row.search_text.endswith(f"{EDGE}{number}")]
    if lead.first_name and lead.last_name and lead.name_key:
        ways.append(row.name_key == lead.name_key)
    return or_(*ways) if ways else false()


def _accounts(lead: Lead) -> ColumnElement[bool]:
    """Same company name, or same website host, or same e-mail domain unless it is a public mail provider's."""
    row = cast(Any, Account)
    ways: list[ColumnElement[bool]] = []
    if company := sort_key(lead.company_name):
        ways.append(row.name_key == company)
    if host := host_of(lead.website):
        ways.append(row.host_key == host)
    domain = lead.email_key.rpartition("@")[2]
    if domain and domain not in PUBLIC_MAIL:
        ways += [
            row.host_key == domain,
            and_(row.email_key.endswith(f"@{domain}", autoescape=True), row.email_key != ""),
        ]
    return or_(*ways) if ways else false()
