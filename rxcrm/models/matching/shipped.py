"""The rules that ship with the product (S R3.11, R3.14, R3.18); a new installation begins with them."""

from __future__ import annotations

from dataclasses import dataclass

from rxcrm.models.matching.criteria import Compare, Criterion
from rxcrm.translation import N_


@dataclass(frozen=True)
class Shipped:
    """One rule. `score` is how sure it is, in percent; a `certain` one asks on saving."""

    key: str
    name: str
    base: str
    matching: str
    criteria: tuple[Criterion, ...]
    score: int
    certain: bool = False


_MAIL, _PHONE = Criterion(Compare.MAIL), Criterion(Compare.PHONE)
_NAME, _COMPANY = Criterion(Compare.NAME), Criterion(Compare.COMPANY)
_HOST, _DOMAIN = Criterion(Compare.HOST), Criterion(Compare.DOMAIN)
_LIKE_NAME = Criterion(Compare.SIMILAR_NAME, percent=85)
_LIKE_COMPANY = Criterion(Compare.SIMILAR_COMPANY, percent=85)
_ALIKE = Criterion(Compare.WEIGHED, percent=70)

RULES: tuple[Shipped, ...] = (
    Shipped("lead_mail", N_("Leads with the same e-mail address"), "lead", "lead", (_MAIL,), 95, certain=True),
    Shipped("lead_phone", N_("Leads with the same phone number"), "lead", "lead", (_PHONE,), 55),
    Shipped(
        "lead_company",
        N_("Leads with a similar name and company"),
        "lead",
        "lead",
        (_LIKE_NAME, _LIKE_COMPANY),
        90,
        certain=True,
    ),
    Shipped(
        "lead_domain",
        N_("Leads with a similar name and the same e-mail domain"),
        "lead",
        "lead",
        (_LIKE_NAME, _DOMAIN),
        85,
        certain=True,
    ),
    Shipped("lead_alike", N_("Leads that are alike in all"), "lead", "lead", (_ALIKE,), 80, certain=True),
    Shipped(
        "contact_mail", N_("Contacts with the same e-mail address"), "contact", "contact", (_MAIL,), 95, certain=True
    ),
    Shipped("contact_phone", N_("Contacts with the same phone number"), "contact", "contact", (_PHONE,), 55),
    Shipped(
        "contact_company",
        N_("Contacts with a similar name and company"),
        "contact",
        "contact",
        (_LIKE_NAME, _LIKE_COMPANY),
        90,
        certain=True,
    ),
    Shipped(
        "contact_domain",
        N_("Contacts with a similar name and the same e-mail domain"),
        "contact",
        "contact",
        (_LIKE_NAME, _DOMAIN),
        85,
        certain=True,
    ),
    Shipped("contact_alike", N_("Contacts that are alike in all"), "contact", "contact", (_ALIKE,), 80, certain=True),
    Shipped(
        "account_mail", N_("Accounts with the same e-mail address"), "account", "account", (_MAIL,), 90, certain=True
    ),
    Shipped("account_name", N_("Accounts with the same name"), "account", "account", (_COMPANY,), 90, certain=True),
    Shipped("account_host", N_("Accounts with the same website"), "account", "account", (_HOST,), 75),
    Shipped("account_phone", N_("Accounts with the same phone number"), "account", "account", (_PHONE,), 65),
    Shipped("account_alike", N_("Accounts that are alike in all"), "account", "account", (_ALIKE,), 80, certain=True),
    # What the look-ups of a saved lead list, and what a qualification proposes (S R3.11).
    Shipped(
        "lead_contact_mail", N_("Contacts with a lead's e-mail address"), "lead", "contact", (_MAIL,), 95, certain=True
    ),
    Shipped("lead_contact_phone", N_("Contacts with a lead's phone number"), "lead", "contact", (_PHONE,), 60),
    Shipped("lead_contact_name", N_("Contacts with a lead's first and last name"), "lead", "contact", (_NAME,), 60),
    Shipped(
        "lead_contact_alike", N_("Contacts that are like a lead in all"), "lead", "contact", (_ALIKE,), 80, certain=True
    ),
    Shipped(
        "lead_account_name", N_("Accounts with a lead's company name"), "lead", "account", (_COMPANY,), 90, certain=True
    ),
    Shipped("lead_account_host", N_("Accounts with a lead's website"), "lead", "account", (_HOST,), 80, certain=True),
    Shipped("lead_account_domain", N_("Accounts with a lead's e-mail domain"), "lead", "account", (_DOMAIN,), 75),
)
