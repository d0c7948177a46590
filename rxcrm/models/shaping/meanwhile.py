"""Two administrators with the same form open: what one has just saved is not replaced by the other without his knowing."""

from __future__ import annotations

from collections.abc import Mapping

from rxcrm.models.errors import BadValue, CrmError
from rxcrm.models.fields import Level
from rxcrm.translation import N_

CHANGED = N_("Another administrator has changed this to “%(value)s” meanwhile. Save again to replace it.")
EMPTIED = N_("Another administrator has emptied this meanwhile. Save again to replace it.")
OPTION_GONE = N_("Another administrator has deleted this option meanwhile.")
FIELD_GONE = N_("Another administrator has deleted this field meanwhile.")
ON = {"0": N_("No"), "1": N_("Yes")}
#: Fields of the two forms whose texts are keys: what they say to people.
WORDS: dict[str, Mapping[str, str]] = {
    "default": ON,
    "filterable": ON,
    "level": {"": N_("Optional"), Level.RECOMMENDED: N_("Recommended"), Level.REQUIRED: N_("Required")},
}


def conflicts(
    typed: Mapping[str, str], seen: Mapping[str, str], now: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> dict[str, CrmError]:
    """What was typed over a text that is not any more what its form began with (`seen`), and is not what it is now either.

    `words` name the keys of further fields beside WORDS. The second time the form has seen what it is now.
    """
    found: dict[str, CrmError] = {}
    for name, text in typed.items():
        if name in seen and name in now and now[name] not in (seen[name], text):
            said = {**WORDS, **words}.get(name, {}).get(now[name], now[name])
            found[name] = BadValue(CHANGED, value=said) if said else BadValue(EMPTIED)
    return found
