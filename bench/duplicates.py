"""How well and how fast duplicates are found, by the rules as they ship and the way the product looks for them.

Well: two sets of people in which it is known who is who, saved as leads; the search through the whole table (the page
/duplicates) is compared with the truth. Fast: one check as the new-lead form asks it, among so many leads.
"""

from __future__ import annotations

import csv
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import Engine, event, func, select
from sqlmodel import Session

from bench import doubles, filling, people
from rxcrm.models import db, matching
from rxcrm.models.access import who_is
from rxcrm.models.lead import Lead
from rxcrm.models.matching import finding, sweeping
from rxcrm.models.matching.tables import MatchKey
from rxcrm.models.migrating import migrate
from rxcrm.models.people import User, organisation
from rxcrm.models.records import Act

#: Beside the repository, as other projects published it; left out where it is missing.
FEBRL = Path(__file__).parents[2] / "shared" / "data" / "febrl1.csv"
CHECKS = 200


@dataclass(frozen=True)
class Quality:
    """What was found of what is there: `pairs` really are one, `found` were said to be, `right` of them rightly."""

    name: str
    records: int
    pairs: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.pairs if self.pairs else 0.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Speed:
    """One check among so many leads: milliseconds (median and 95 of 100), statements, rows of keys and leads read."""

    database: str
    leads: int
    typical: float
    slow: float
    statements: int
    keys: float
    rows: float


def run(databases: Iterable[tuple[str, int]]) -> tuple[list[Quality], list[Speed]]:
    """Both measurements; `databases` are addresses with the number of leads to fill them with."""
    quality = [_quality("FEBRL data set 1", list(febrl()))] if FEBRL.exists() else []
    quality.append(_quality("made here, errors of its own", doubles.made()))
    return quality, [_speed(address, size) for address, size in databases]


def febrl() -> Iterator[doubles.Double]:
    """The published records as leads; what says who is who, and what no lead has, stays out of their values."""
    with FEBRL.open(newline="") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            values = {
                "first_name": row["given_name"],
                "last_name": row["surname"],
                "street1": f"{row['street_number']} {row['address_1']}".strip(),
                "street2": row["address_2"],
                "city": row["suburb"],
                "postal_code": row["postcode"],
                "state": row["state"],
            }
            yield doubles.Double(int(row["rec_id"].split("-")[1]), values)


# -- how well --------------------------------------------------------------------------------------------------------


def _quality(name: str, records: Sequence[doubles.Double]) -> Quality:
    with tempfile.TemporaryDirectory() as folder:
        engine = db.make_engine(f"sqlite:///{folder}/set.db")
        migrate(engine)
        with Session(engine.execution_options(writes=True)) as session:
            persons = _saved(session, records)
            rules = finding.rules_of(session, "lead")["lead"]
            found = {
                frozenset((pair.id, pair.other_id))
                for pair in sweeping.pairs_of(session.connection(), "lead", list(persons), rules)
            }
        engine.dispose()
    groups = defaultdict(list)
    for lead_id, person in persons.items():
        groups[person].append(lead_id)
    truth = {frozenset((a, b)) for ids in groups.values() for a in ids for b in ids if a < b}
    return Quality(name, len(records), len(truth), len(found), len(found & truth))


def _saved(session: Session, records: Sequence[doubles.Double]) -> dict[int, int]:
    """The records as leads of an office; id → person."""
    owner = filling.office(session)[0]
    rows = []
    for record in records:
        row = Lead(topic="-", created_on=people.NOW, modified_on=people.NOW, owner_user_id=owner.id, **record.values)
        row.refresh_keys()
        rows.append(row)
    session.add_all(rows)
    session.flush()
    return {row.id or 0: record.person for row, record in zip(rows, records, strict=True)}


# -- how fast --------------------------------------------------------------------------------------------------------


def _speed(address: str, size: int) -> Speed:
    """Checks of people who are there, with a slip in their names, and of people who are not, in turns."""
    engine = db.make_engine(address)
    filling.fill(engine, size)
    counts = {"statements": 0, "keys": 0, "rows": 0}
    with Session(engine.execution_options(reads=True)) as session:
        act = _act(session)
        dice = random.Random(people.SEED + 1)
        drafts = list(_drafts(session, dice, size))
        for draft in drafts[:10]:
            matching.like(act, draft, "lead")
        took = []
        with _counted(engine, counts):
            for draft in drafts:
                began = perf_counter()
                matching.like(act, draft, "lead")
                took.append((perf_counter() - began) * 1000)
        for draft in drafts:
            _count_rows(session, draft, counts)
    engine.dispose()
    n = len(drafts)
    return Speed(
        engine.dialect.name,
        size,
        median(took),
        sorted(took)[int(n * 0.95)],
        round(counts["statements"] / n),
        counts["keys"] / n,
        counts["rows"] / n,
    )


def _act(session: Session) -> Act:
    org = organisation(session)
    assert org is not None
    user = session.scalars(select(User).order_by(User.id)).first()  # type: ignore[arg-type]
    assert user is not None
    return Act(session, who_is(session, user, org), people.NOW)


def _drafts(session: Session, dice: random.Random, size: int) -> Iterator[Lead]:
    """What is typed into the form of a new lead: every second one is there already."""
    names = ("first_name", "last_name", "company_name", "email", "business_phone", "city")
    for number in range(CHECKS):
        known = session.get_one(Lead, dice.randrange(1, size + 1))
        values = {name: getattr(known, name) for name in names}
        if number % 2:
            values |= {"last_name": values["last_name"][1:] + "ski", "email": f"new{number}@new{number}.example"}
            values["business_phone"] = f"+1 999 {number:07}"
        yield Lead(topic="", created_on=people.NOW, modified_on=people.NOW, **values)


class _counted:
    """Counts the statements of an engine inside a `with` block."""

    def __init__(self, engine: Engine, counts: dict[str, int]) -> None:
        self.engine, self.counts = engine, counts

    def _note(self, *_: object) -> None:
        self.counts["statements"] += 1

    def __enter__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self._note)

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)


def _count_rows(session: Session, draft: Lead, counts: dict[str, int]) -> None:
    keys = finding.keys_of(finding.facts_of(draft))
    found = finding.candidates(session.connection(), [keys], ["lead"])[0]["lead"]
    tagged = finding.of_table("lead", keys)
    sharing = select(func.count()).select_from(MatchKey).where(MatchKey.key.in_(tagged))  # type: ignore[attr-defined]
    counts["keys"] += min(session.execute(sharing).scalar_one(), finding.PER_KEY * len(tagged))
    counts["rows"] += len(found)


# -- telling ---------------------------------------------------------------------------------------------------------


def terminal(quality: Sequence[Quality], speed: Sequence[Speed]) -> str:
    """Both as tables."""
    lines = [f"{'set':34}{'records':>9}{'pairs':>7}{'found':>7}{'precision':>11}{'recall':>8}{'F1':>8}"]
    lines += [
        f"{q.name:34}{q.records:9,}{q.pairs:7,}{q.found:7,}{q.precision:11.4f}{q.recall:8.4f}{q.f1:8.4f}"
        for q in quality
    ]
    if speed:
        lines += [
            "",
            f"{'one check among':28}{'ms':>8}{'p95 ms':>8}{'statements':>12}{'keys read':>11}{'leads read':>12}",
        ]
        lines += [
            f"{s.leads:12,} leads, {s.database:9}{s.typical:8.2f}{s.slow:8.2f}{s.statements:12}{s.keys:11.1f}{s.rows:12.1f}"
            for s in speed
        ]
    return "\n".join(lines)


def markdown(quality: Sequence[Quality], speed: Sequence[Speed]) -> str:
    """The same for docs/performance.md."""
    rows = ["| set | records | true pairs | found | precision | recall | F1 |", "|---|---|---|---|---|---|---|"]
    rows += [
        f"| {q.name} | {q.records:,} | {q.pairs:,} | {q.found:,} | {q.precision:.4f} | {q.recall:.4f} | {q.f1:.4f} |"
        for q in quality
    ]
    rows += ["", "| one check among | ms | p95 ms | statements | keys read | leads read |", "|---|---|---|---|---|---|"]
    rows += [
        f"| {s.leads:,} leads, {s.database} | {s.typical:.2f} | {s.slow:.2f} | {s.statements} | {s.keys:.1f} | {s.rows:.1f} |"
        for s in speed
    ]
    return "\n".join(rows)
