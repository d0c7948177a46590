"""What other programs call our fields, table by table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, eq=False)
class Source:
    """One program's export: its name, where its headings are documented, field → headings."""

    name: str
    documented: str
    fields: dict[str, tuple[str, ...]]

    def like(
        self,
        known: frozenset[str],
        renamed: Mapping[str, str],
        more: Mapping[str, tuple[str, ...]] | None = None,
        documented: str = "",
    ) -> Source:
        """The same program's export of another table.

        Fields that this table does not know are left out, others are `renamed`; what `more` says stands before that.
        """
        added = dict(more or {})
        fields: dict[str, tuple[str, ...]] = dict(added)
        for name, headings in self.fields.items():
            target = renamed.get(name, name)
            if target in known:
                fields[target] = tuple(dict.fromkeys((*fields.get(target, ()), *headings)))
        return replace(self, fields=fields, documented=documented or self.documented)
