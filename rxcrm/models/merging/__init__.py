"""Several records of one table become one: compared side by side, merged, taken back (S 7.8 [OURS])."""

from rxcrm.models.merging.survivors import MERGEABLE, Survivor, merged_away, require_kept, surviving, survivor_of

__all__ = ["MERGEABLE", "Survivor", "merged_away", "require_kept", "surviving", "survivor_of"]
