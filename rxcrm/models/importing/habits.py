"""How a column writes dates and numbers, learned from all its values: 13/02 decides what 03/02 means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time

from babel import Locale, UnknownLocaleError

from rxcrm.models.fields import Conventions, point_of
from rxcrm.models.importing.grid import Exact

_PARTS = re.compile(r"^(\d{1,4})\s?([./-])\s?(\d{1,2})\s?[./-]\s?(\d{1,4})\.?(?=$|[\sT,])")
_NAMED = re.compile(r"^(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?\.?[\s-]+([A-Za-z]{3,9})\.?,?[\s-]+(\d{2,4})\b")
_NAMED_FIRST = re.compile(r"^(?:[A-Za-z]{3,9},\s+)?([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_JAPANESE = re.compile(r"^(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp])?\.?[Mm]?\.?$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Regions that write the month first.
_MONTH_FIRST = frozenset({"US", "PH", "PR", "GU", "VI", "AS", "UM", "MH", "FM", "PW", "BZ"})
_SIGN_SPACE = re.compile(r"[^\d.,'’]")


@dataclass
class Habits:
    """Votes of a column's values. `order` is dmy, mdy or ymd; `point` the decimal sign; `ambiguous` if nothing decided."""

    votes: dict[str, int] = field(default_factory=dict)
    unclear: bool = False

    def see_date(self, text: str) -> None:
        if isinstance(text, Exact) or not (found := _PARTS.match(text.strip())):
            return
        first, second = int(found[1]), int(found[3])
        if len(found[1]) > 2:
            return
        if first > 31:
            vote = "ymd"
        elif second > 12:
            vote = "mdy"
        elif first > 12 or found[2] == ".":
            vote = "dmy"
        else:
            self.unclear = self.unclear or first != second
            return
        self.votes[vote] = self.votes.get(vote, 0) + 1

    def see_number(self, text: str) -> None:
        if isinstance(text, Exact):
            return
        marks = [c for c in text if c in ".,"]
        if not marks:
            return
        plain = _SIGN_SPACE.sub("", text)
        last = marks[-1]
        other = "," if last == "." else "."
        if len(set(marks)) == 2:
            vote = last if marks.count(last) == 1 else other
        elif len(marks) > 1:
            vote = other
        elif len(plain) - plain.rfind(last) - 1 != 3:
            vote = last
        else:
            self.unclear = True
            return
        self.votes[vote] = self.votes.get(vote, 0) + 1

    def decided(self, otherwise: str) -> str:
        """What most values say, or the reader's own convention."""
        return max(self.votes, key=lambda v: self.votes[v]) if self.votes else otherwise

    @property
    def ambiguous(self) -> bool:
        return self.unclear and not self.votes


def order_of(how: Conventions) -> str:
    """The order of day, month and year in a language and region."""
    language = how.locale.replace("-", "_")
    if language.startswith("en"):
        return "mdy" if (how.region in _MONTH_FIRST and "_" not in language) or language == "en_US" else "dmy"
    try:
        pattern = Locale.parse(language).date_formats["short"].pattern
    except (UnknownLocaleError, ValueError):
        return "dmy"
    return "".join(dict.fromkeys(c for c in pattern.lower() if c in "dmy"))


def decimal_sign(how: Conventions) -> str:
    return point_of(how.locale)


def read_date(text: str, order: str) -> date | None:
    """A calendar day as people and programs write it, or None."""
    text = text.strip()
    try:
        if text[4:5] in "-" and text[:4].isdigit() and len(text) >= 10:
            return date.fromisoformat(text[:10])
        if len(text) == 8 and text.isdigit():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if found := _PARTS.match(text):
            return _from_parts(found[1], found[3], found[4], order)
        if found := _JAPANESE.match(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _NAMED.match(text):
            return date(_year(found[3]), _month(found[2]), int(found[1]))
        if found := _NAMED_FIRST.match(text):
            return date(_year(found[3]), _month(found[1]), int(found[2]))
    except ValueError:
        return None
    return None


def read_moment(text: str, order: str) -> datetime | None:
    """A point in time, naive unless it names its zone; midnight where no time stands."""
    text = text.strip()
    if text[4:5] == "-":
        try:
            return datetime.fromisoformat(text.replace(" UTC", "+00:00").replace("Z", "+00:00"))
        except ValueError:
            pass
    day = read_date(text, order)
    if day is None:
        return None
    found = _TIME.search(text)
    if not found:
        return datetime.combine(day, time.min)
    hour, half = int(found[1]), (found[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime.combine(day, time(hour, int(found[2]), int(found[3] or 0)))
    except ValueError:
        return None


def _from_parts(first: str, second: str, third: str, order: str) -> date | None:
    if len(first) == 4:
        return date(int(first), int(second), int(third))
    if len(first) == 3 or len(third) == 3:
        return None
    if order == "ymd" and len(third) <= 2:
        return date(_year(first), int(second), int(third))
    day, month = (second, first) if order == "mdy" else (first, second)
    if int(month) > 12 >= int(day):
        # Against the habit of its column, but it can only mean this.
        day, month = month, day
    return date(_year(third), int(month), int(day))


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 69 else 1900)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1
