"""Which records may be the one at hand: found by keys, compared by the active rules, the likeliest first (S 3.4)."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, Connection, and_, or_, select, text
from sqlmodel import Session, col

from rxcrm.models.access import Who, visible
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.custom import column_of as custom_column
from rxcrm.models.fields import custom_spec, fields_of, hidden_from
from rxcrm.models.matching.criteria import COSTLY, PLAIN, Criterion
from rxcrm.models.matching.facts import Facts, columns_of, facts, facts_of
from rxcrm.models.matching.keys import keys_of, of_table
from rxcrm.models.matching.tables import DuplicateRule, NotDuplicate
from rxcrm.models.matching.upkeep import MATCHED
from rxcrm.models.matching.weighing import CERTAIN_FROM, ORDER, SAME_DOMAIN, SAME_MAIL
from rxcrm.models.operation import is_kept
from rxcrm.translation import gettext

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: So many records are read per key: a key that more share is no sign of a duplicate. Of all that were read, those are
#: compared that share the most keys.
PER_KEY, MOST_COMPARED = 40, 60
#: Candidates read in one statement.
AT_ONCE = 5_000
#: Shown beside what is compared.
_SHOWN = ("id", "status", "first_name", "last_name", "job_title")


@dataclass
class Match:
    """A record that may be the one at hand: who, how sure (0 to 100), and why, in sentences in the reader's language."""

    entity: str
    id: int
    name: str
    detail: str
    score: int
    reasons: list[str] = field(default_factory=list)
    certain: bool = False


@dataclass(frozen=True)
class Rule:
    """An active rule, ready to be asked; `swapped` if the record at hand is of its matching table."""

    score: int
    certain: bool
    exclude_inactive: bool
    criteria: tuple[Criterion, ...]
    swapped: bool

    def compare(self, a: Facts, b: Facts) -> tuple[int, bool, list[str]]:
        """How sure, whether certain, and why; 0 if a criterion is not met."""
        one, other = (b, a) if self.swapped else (a, b)
        if self.exclude_inactive and is_inactive(b):
            return 0, False, []
        weighed = 0
        reasons: list[str] = []
        for criterion in self.criteria:
            met = criterion.meet(one, other)
            if met is None:
                return 0, False, []
            weighed = max(weighed, met.score)
            reasons += met.reasons
        certain = self.certain and (not weighed or weighed >= CERTAIN_FROM)
        return weighed or self.score, certain, reasons


def is_inactive(found: Facts) -> bool:
    """Whether a record is closed or deactivated: every table's first status is 0."""
    return bool(found.values.get("status"))


def rules_of(session: Session, entity: str) -> dict[str, list[Rule]]:
    """The active rules that compare records of a table with those of others, whichever of them is the base."""
    row = DuplicateRule
    asked = select(  # type: ignore[call-overload]
        row.base, row.matching, row.score, row.certain, row.exclude_inactive, row.criteria
    ).where(col(row.active), or_(col(row.base) == entity, col(row.matching) == entity))
    found: dict[str, list[Rule]] = defaultdict(list)
    for base, other, score, certain, excludes, criteria in session.execute(
        asked.order_by(col(row.position), col(row.id))
    ):
        # What costs most is asked last: mostly another condition has said no before.
        asked_last = sorted(map(Criterion.of, criteria), key=lambda c: c.compare in COSTLY)
        if not all(_is_known(c, base, other) for c in asked_last):
            continue  # a field that is out of use: without its condition the rule would say another thing
        rule = Rule(score, certain, excludes, tuple(asked_last), swapped=base != entity)
        found[base if rule.swapped else other].append(rule)
    return found


def _is_known(criterion: Criterion, base: str, other: str) -> bool:
    if criterion.compare not in PLAIN:
        return True
    return criterion.field in fields_of(MATCHED[base]) and criterion.other in fields_of(MATCHED[other])


def judge(rules: Sequence[Rule], a: Facts, b: Facts) -> tuple[int, bool, list[str]]:
    """What all rules together say of two records: how sure, whether certain, and why as messages."""
    best, certain = 0, False
    reasons: dict[str, None] = {}
    for rule in rules:
        score, sure, why = rule.compare(a, b)
        if score:
            high, low = max(score, best), min(score, best)
            best = min(99, high + (100 - high) * low // 400)
            certain = certain or sure
            reasons |= dict.fromkeys(why)
    return best, certain, _telling(list(reasons))


def _telling(reasons: list[str]) -> list[str]:
    """Without what a stronger one says too."""
    same = {r.split(" ", 1)[1] for r in reasons if r.startswith("Same ")}
    told = [r for r in reasons if not (r.startswith("Similar ") and r.split(" ", 1)[1] in same)]
    told = [r for r in told if r != SAME_DOMAIN] if SAME_MAIL in told else told
    return sorted(told, key=lambda r: ORDER.index(r) if r in ORDER else len(ORDER))


def like(act: Act, row: Record, entity: str, limit: int = 5) -> list[Match]:
    """Records of a table that may be `row`, which need not be saved: only what the asker may read, never `row`."""
    return like_many(act, [row], entity, limit)[row.id or 0]


def like_many(act: Act, rows: Iterable[Record], entity: str, limit: int = 5) -> dict[int, list[Match]]:
    """`like` for many rows of one table, by their ids, in a number of statements that does not depend on how many."""
    rows = list(rows)
    found: dict[int, list[Match]] = {row.id or 0: [] for row in rows}
    return found | like_facts(act, _described(act, rows), (entity,), limit) if rows else found


def around(act: Act, row: Record, limit: int = 5) -> list[Match]:
    """What is like a record in every table in which something like it is looked for."""
    known = _described(act, [row])
    return like_facts(act, known, AROUND[row.entity], limit)[row.id or 0]


#: Where something like a record of a table is looked for, its own table first.
AROUND = {"lead": ("lead", "contact", "account"), "contact": ("contact", "lead"), "account": ("account",)}


def like_facts(
    act: Act, known: Sequence[Facts], entities: Sequence[str], limit: int = 5, keys: Sequence[set[int]] = ()
) -> dict[int, list[Match]]:
    """For facts of one table the records of other tables that may be the same, table by table, `limit` of each.

    They are looked for by all their keys unless others are given. What the asker may not see of the others is as if they
    had none of it: to be told that two are alike is to be told what they hold (S 9.3).
    """
    locale = act.who.conventions.locale
    own, connection = known[0].entity, act.session.connection()
    found: dict[int, list[Match]] = {each.id: [] for each in known}
    rules = {other: told_to(act.who, found, own, other) for other, found in rules_of(act.session, own).items()}
    wanted = [entity for entity in entities if rules.get(entity)]
    if not wanted:
        return found
    shared = candidates(connection, keys or [keys_of(each) for each in known], wanted)
    ids = [each.id for each in known if each.id > 0]
    for entity in wanted:
        by_row = [here[entity] for here in shared]
        every = {i for found_ids in by_row for i in found_ids}
        if not every:
            continue
        hidden = hidden_from(act.who.conventions, MATCHED[entity])
        others = read(connection, entity, every, rules[entity], visible(act.who, MATCHED[entity]), hidden)
        apart = pairs_apart(act.session, own, ids, entity) if others else set()
        for each, other_ids in zip(known, by_row, strict=True):
            pairs = [o for i in other_ids if (o := others.get(i)) and (each.id, i) not in apart]
            found[each.id] += _ranked(each, pairs, rules[entity], limit, locale)
    return found


def _ranked(each: Facts, others: Sequence[Facts], rules: Sequence[Rule], limit: int, locale: str) -> list[Match]:
    """The matches among some records, the likeliest first; open ones before closed ones."""
    matches = []
    for other in others:
        if (other.entity, other.id) != (each.entity, each.id):
            score, certain, reasons = judge(rules, each, other)
            if score:
                matches.append((score, certain, other, reasons))
    matches.sort(key=lambda m: (-m[0], is_inactive(m[2]), m[2].id))
    return [
        Match(o.entity, o.id, name_of(o), detail_of(o), score, [gettext(locale, r) for r in why], certain)
        for score, certain, o, why in matches[:limit]
    ]


def told_to(who: Who, rules: Sequence[Rule], own: str, other: str) -> list[Rule]:
    """The rules that compare nothing which somebody may not see; `own` is the table of the record at hand."""
    here, there = (hidden_from(who.conventions, MATCHED[entity]) for entity in (own, other))
    if not here and not there:
        return list(rules)

    def tells(rule: Rule, criterion: Criterion) -> bool:
        a, b = (criterion.other, criterion.field) if rule.swapped else (criterion.field, criterion.other)
        return criterion.compare not in PLAIN or (a not in here and b not in there)

    return [rule for rule in rules if all(tells(rule, criterion) for criterion in rule.criteria)]


def _described(act: Act, rows: Sequence[Record]) -> list[Facts]:
    """The facts of rows that the asker may see; contacts with the names of their accounts."""
    session, hidden = act.session, hidden_from(act.who.conventions, MATCHED.get(rows[0].entity))
    ids = {i for row in rows if (i := getattr(row, "account_id", None))} if rows[0].entity == "contact" else set()
    names: dict[int, str] = {}
    if ids:
        asked = select(col(Account.id), col(Account.name)).where(col(Account.id).in_(ids))
        names = {row.id: row.name for row in session.execute(asked)}
    if "account_id" in hidden:
        names = {}
    return [facts_of(row, names.get(getattr(row, "account_id", None) or 0, ""), hidden) for row in rows]


# -- reading ---------------------------------------------------------------------------------------------------------

_SHARING = {
    "sqlite": text(
        "SELECT k.value, (SELECT group_concat(record_id) FROM"
        " (SELECT record_id FROM match_key WHERE key = k.value LIMIT :most)) FROM json_each(:keys) AS k"
    ),
    "postgresql": text(
        "SELECT k, array_to_string(ARRAY(SELECT record_id FROM match_key WHERE key = k LIMIT :most), ',')"
        " FROM unnest(CAST(:keys AS bigint[])) AS k"
    ),
}


def candidates(connection: Connection, keys: Sequence[set[int]], entities: Sequence[str]) -> list[dict[str, list[int]]]:
    """For each set of keys the ids of the records that share most of them, by table: one statement for all."""
    sharing: dict[int, list[int]] = {}
    asked = sorted({tagged for entity in entities for each in keys for tagged in of_table(entity, each)})
    sqlite = connection.dialect.name == "sqlite"
    params: dict[str, Any] = {"keys": json.dumps(asked) if sqlite else asked, "most": PER_KEY}
    for key, ids in connection.execute(_SHARING[connection.dialect.name], params):
        if ids:
            sharing[key] = [int(i) for i in ids.split(",")]
    return [
        {
            entity: [
                record_id
                for record_id, _keys in Counter(
                    i for key in of_table(entity, each) for i in sharing.get(key, ())
                ).most_common(MOST_COMPARED)
            ]
            for entity in entities
        }
        for each in keys
    ]


def read(
    connection: Connection,
    entity: str,
    ids: Iterable[int],
    rules: Sequence[Rule] = (),
    where: Any = True,
    hidden: Collection[str] = (),
) -> dict[int, Facts]:
    """The facts of records by id, without `hidden` fields: what is in the recycle bin or was merged away is left out."""
    table = MATCHED[entity].__table__.c  # type: ignore[attr-defined]
    plain = {c.other if not r.swapped else c.field for r in rules for c in r.criteria if c.compare in PLAIN}
    names = dict.fromkeys((*columns_of(entity), *_SHOWN, *sorted(plain)))
    columns = [table[name] for name in names if name in table]
    columns += [custom_column(table, spec).label(name) for name in names if (spec := custom_spec(entity, name))]
    if entity == "contact":
        asked = select(*columns, col(Account.name).label("account_name")).outerjoin(
            Account.__table__,  # type: ignore[attr-defined]
            table.account_id == col(Account.id),
        )
    else:
        asked = select(*columns)
    asked = asked.where(table.deleted_on.is_(None))
    if where is not True:
        asked = asked.where(where)
    asked = asked.where(table.merged.is_(False) if entity == "lead" else is_kept(entity, table.id))
    without = dict.fromkeys([*hidden, *(["account_name"] if "account_id" in hidden else [])])
    wanted = list(ids)
    found: dict[int, Facts] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        for row in connection.execute(asked.where(table.id.in_(wanted[begin : begin + AT_ONCE]))):
            found[row.id] = facts(entity, {**row._mapping, **without}, row.id)
    return found


def name_of(found: Facts) -> str:
    """What a record is called."""
    values = found.values
    if found.entity == "account":
        return str(values.get("name") or "")
    return f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()[:160]


def detail_of(found: Facts) -> str:
    """The line under a name by which a person recognises a record."""
    values = found.values
    parts = ("company_name", "account_name", "job_title", "email", "main_phone", "business_phone", "city")
    return " · ".join(str(text) for name in parts if (text := values.get(name)))


def pairs_apart(session: Session, entity: str, ids: Sequence[int], other: str) -> set[tuple[int, int]]:
    """Which pairs of these records and records of the other table somebody said are not one."""
    if not ids:
        return set()
    pair = NotDuplicate
    found: set[tuple[int, int]] = set()
    first = and_(col(pair.entity) == entity, col(pair.record_id).in_(ids), col(pair.other_entity) == other)
    second = and_(col(pair.other_entity) == entity, col(pair.other_id).in_(ids), col(pair.entity) == other)
    asked = select(pair.entity, pair.record_id, pair.other_entity, pair.other_id)  # type: ignore[call-overload]
    for one, one_id, two, two_id in session.execute(asked.where(or_(first, second))):
        if (one, two) == (entity, other):
            found.add((one_id, two_id))
        if (two, one) == (entity, other):
            found.add((two_id, one_id))
    return found


#: Matching records that the look-ups of a lead list at most.
LISTED = 200


def matching(act: Act, row: Record, entity: str) -> ColumnElement[bool]:
    """The records of a table that match a saved one by the active rules, as a SQL condition (S R3.11, 13.16)."""
    found = [match.id for match in like(act, row, entity, LISTED)]
    return cast(ColumnElement[bool], cast(Any, MATCHED[entity]).id.in_(found))
