"""Answers to look-ups over several tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models.naming import Candidate


@dataclass
class Candidates:
    """Candidates for one question, recognised by its token."""

    token: int = 0
    hits: list[Candidate] = field(default_factory=list)
