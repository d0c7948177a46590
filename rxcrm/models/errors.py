"""The error tree. Every error carries a full sentence for the person who caused it, translatable."""

from __future__ import annotations

from typing import Any

from rxcrm.translation import N_, gettext


class CrmError(Exception):
    """A refusal with a reason. `message` is the English sentence with `%(name)s` places for `values`."""

    message = N_("That did not work.")

    def __init__(self, message: str | None = None, **values: Any) -> None:
        self.message = message or self.message
        self.values = values
        super().__init__(self.text())

    def text(self, locale: str = "en") -> str:
        """The sentence in a language. String values that are messages themselves are translated too."""
        values = {k: gettext(locale, v) if isinstance(v, str) else v for k, v in self.values.items()}
        return gettext(locale, self.message, **values)


class NotFound(CrmError):
    """No such record, or none that this user may see: the two are not told apart."""

    message = N_("This record doesn't exist, or you may not see it.")


class NotAllowed(CrmError):
    """The user may see the record but not do this; the sentence says why."""

    message = N_("You may not do that.")


class NotYet(CrmError):
    """Something must be done first; `missing` names the fields."""

    def __init__(self, message: str, missing: list[str] | None = None, **values: Any) -> None:
        self.missing = missing or []
        super().__init__(message, **values)


class Invalid(CrmError):
    """Values that cannot be stored: field name → problem. Nothing was written."""

    message = N_("Some fields need your attention.")

    def __init__(self, problems: dict[str, CrmError]) -> None:
        self.problems = problems
        super().__init__()

    def by_field(self, locale: str = "en") -> dict[str, str]:
        """Field name → sentence in a language."""
        return {name: problem.text(locale) for name, problem in self.problems.items()}


class BadValue(CrmError):
    """One value that its field refuses."""


class Stale(CrmError):
    """Somebody else saved the record since it was read; nothing was written."""

    message = N_("Somebody else changed this record while you were editing it.")


class Duplicate(CrmError):
    """Another record holds this value, which must be unique."""
