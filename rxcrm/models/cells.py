"""Cells of a list that are read apart from its rows: the names of other records, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Callable, Collection

from rxcrm.models.records import Act
from rxcrm.models.timeline.regarding import dress, names_of, path_of

Rows = list[dict[str, str]]


def _customers(act: Act, columns: Collection[str], rows: Rows) -> None:
    """Give opportunities the name and address of their customer: the account, else the contact (S 1.4)."""
    places = []
    for row in rows:
        account, contact = int(row.pop("account_id", "") or 0), int(row.pop("contact_id", "") or 0)
        places.append(("account", account) if account else ("contact", contact))
    names = names_of(act, places)
    for row, place in zip(rows, places, strict=True):
        if place in names:
            row["customer"], row["customer_path"] = names[place], path_of(place)


#: Table → what completes the rows of its lists; one statement, whatever the number of rows.
DRESS: dict[str, Callable[[Act, Collection[str], Rows], None]] = {"activity": dress, "opportunity": _customers}
