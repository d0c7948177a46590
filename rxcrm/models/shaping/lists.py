"""Which option lists there are, as they were shipped, and what administrators may do to each (S 9.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rxcrm.models import choices as c
from rxcrm.models.choices import Choice, Option
from rxcrm.models.lifecycle import REASONS
from rxcrm.translation import N_


@dataclass(frozen=True)
class Listed:
    """A list that was shipped: what it is called and its options.

    An `open` one can get new options and lose old ones; of another one the program knows every option by its number, so
    that they can only be renamed and coloured. A list of status reasons has `statuses`: number and label of each.
    `default` is what new records begin with.
    """

    key: str
    label: str
    options: tuple[Option, ...]
    open: bool = True
    statuses: tuple[tuple[int, str], ...] = ()
    default: int | None = None


def _plain(kind: type[Choice], label: str, default: Choice | None = None, *, open: bool = True) -> Listed:
    options = tuple(Option(int(o), o.label) for o in kind)
    return Listed(kind.__name__, label, options, open, default=None if default is None else int(default))


def _reasons(kind: type[Choice], label: str, of: Mapping[Choice, Sequence[Choice]], *, open: bool = True) -> Listed:
    options = tuple(Option(int(r), r.label, status=int(status)) for status, reasons in of.items() for r in reasons)
    return Listed(kind.__name__, label, options, open, tuple((int(s), s.label) for s in of))


#: Every list that people see in forms, in the order of the settings page. Statuses themselves are fixed (S 1.1.3).
LISTS: dict[str, Listed] = {
    listed.key: listed
    for listed in (
        _plain(c.LeadSource, N_("Lead Source")),
        _plain(c.Rating, N_("Rating"), c.Rating.WARM),
        _plain(c.Industry, N_("Industry")),
        _plain(c.CampaignChannel, N_("Channel")),
        _reasons(c.LeadReason, N_("Status Reason (Lead)"), REASONS["lead"]),
        _reasons(c.OpportunityReason, N_("Status Reason (Opportunity)"), REASONS["opportunity"]),
        _reasons(c.RecordReason, N_("Status Reason (Account, Contact)"), REASONS["account"], open=False),
        _plain(c.PurchaseTimeframe, N_("Purchase Timeframe")),
        _plain(c.PurchaseProcess, N_("Purchase Process")),
        _plain(c.Budget, N_("Budget")),
        _plain(c.Need, N_("Need")),
        _plain(c.InitialCommunication, N_("Initial Communication")),
        _plain(c.OpportunityTimeline, N_("Timeline")),
        _plain(c.ForecastCategory, N_("Forecast Category"), c.ForecastCategory.PIPELINE),
        _plain(c.OpportunityStage, N_("Sales Stage"), open=False),
        _plain(c.RelationshipType, N_("Relationship Type")),
        _plain(c.AccountCategory, N_("Category")),
        _plain(c.Ownership, N_("Ownership")),
        _plain(c.PaymentTerms, N_("Payment Terms")),
        _plain(c.ContactRole, N_("Role")),
        _plain(c.Gender, N_("Gender")),
        _plain(c.MaritalStatus, N_("Marital Status")),
        _plain(c.ContactMethod, N_("Preferred Method of Contact"), c.ContactMethod.ANY),
        _plain(c.Priority, N_("Priority"), c.Priority.NORMAL, open=False),
        _plain(c.ActivityReason, N_("Status Reason (Activity)"), open=False),
    )
}
