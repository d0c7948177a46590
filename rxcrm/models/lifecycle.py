"""Which status moves and reasons a lead has, as a table (S 1.1.3)."""

from __future__ import annotations

from rxcrm.models.choices import LeadReason, LeadStatus

#: Status → its reasons, the default first.
REASONS: dict[LeadStatus, tuple[LeadReason, ...]] = {
    LeadStatus.OPEN: (LeadReason.NEW, LeadReason.CONTACTED),
    LeadStatus.QUALIFIED: (LeadReason.QUALIFIED,),
    LeadStatus.DISQUALIFIED: (
        LeadReason.LOST,
        LeadReason.CANNOT_CONTACT,
        LeadReason.NO_LONGER_INTERESTED,
        LeadReason.CANCELED,
    ),
}


def fits(status: int, reason: int | None) -> bool:
    """May a lead in this status carry this reason?"""
    return reason in REASONS[LeadStatus(status)]
