"""The second pass of a run: look-ups that name a row of the same file are filled when all rows are in (S 6.4 step 8).

What is to be filled is kept in the database in the transaction of the record itself, so that a run that was killed
knows it still. Records that the import made get their look-up as if they had been written with it: no new version, no
entry in the history, so undoing does not take them for edited. Records that were there before are changed and told like
any other update.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from rxcrm.models.access import Privilege, visible
from rxcrm.models.base import Record
from rxcrm.models.fields import fields_of
from rxcrm.models.importing import updating
from rxcrm.models.importing.books import ImportLink, ImportProblem
from rxcrm.models.importing.checked import WARNING, Checked, Problem
from rxcrm.models.importing.judging import CREATED, UPDATED, Verdict
from rxcrm.models.importing.lookups import NOT_ATTACHED
from rxcrm.models.importing.owners import Owner
from rxcrm.models.importing.siblings import NO_RECORD
from rxcrm.models.records import Act
from rxcrm.models.scoring import keeping

#: Look-ups that one transaction fills.
AT_ONCE = 1_000


def note(session: Session, run_id: int, verdicts: Sequence[Verdict], wanted: set[int], headings: Sequence[str]) -> None:
    """Keep what the wanted rows of a batch became, and the look-ups of its records that wait; the batch is written."""
    made = {v.number: v.row.made for v in verdicts if v.row is not None and v.row.made}
    links: list[dict[str, Any]] = []
    for verdict in verdicts:
        row = verdict.row
        if row is None:
            continue
        into = verdict.into
        record_id = row.made or (into.made if into else 0) or verdict.record_id or made.get(verdict.double, 0)
        if not record_id:
            continue
        here = {"run_id": run_id, "row": verdict.number, "record_id": record_id}
        if verdict.number in wanted:
            links.append({**here, "field": "", "wanted": 0, "heading": "", "value": ""})
        if verdict.tag in (CREATED, UPDATED):
            links += [
                {**here, "field": name, "wanted": wish.row, "heading": headings[wish.place], "value": wish.value[:80]}
                for name, wish in row.later.items()
            ]
    if links:
        session.execute(insert(ImportLink), links)


def fill(act: Act, run_id: int, table: type[Record]) -> tuple[int, list[Problem], int]:
    """Fill some of the look-ups that wait: how many were looked at, what could not be filled, how many rows that warns anew."""
    link, target = ImportLink, aliased(ImportLink)
    asked = (
        select(link, target.record_id)
        .join(
            target,
            (col(target.run_id) == col(link.run_id))
            & (col(target.row) == col(link.wanted))
            & (col(target.field) == ""),
            isouter=True,
        )
        .where(link.run_id == run_id, link.field != "")
        .order_by(col(link.id))
        .limit(AT_ONCE)
    )
    found = [(wish, there) for wish, there in act.session.execute(asked)]
    if not found:
        return 0, [], 0
    may = _attachable(act, table, {there for _, there in found if there})
    columns = cast(Any, table)
    ids = {wish.record_id for wish, _ in found}
    live = select(columns.id, columns.import_id).where(columns.id.in_(ids), columns.deleted_on.is_(None))
    made_by = {record.id: record.import_id for record in act.session.execute(live)}
    problems: list[Problem] = []
    #: Two rows of the file may be one record: the later one counts.
    new: dict[tuple[int, str], int] = {}
    known: dict[tuple[int, str], Verdict] = {}
    for wish, there in found:
        label = fields_of(table)[wish.field].label
        said = {"value": wish.value, "label": label}
        if not there:
            problems.append(_warning(wish, NO_RECORD, {**said, "row": wish.wanted}))
        elif there not in may:
            problems.append(_warning(wish, NOT_ATTACHED, {}))
        elif there == wish.record_id or wish.record_id not in made_by:
            continue
        elif made_by[wish.record_id] == run_id:
            new[wish.record_id, wish.field] = there
        else:
            known[wish.record_id, wish.field] = _update(wish, there)
    _write(act.session, table, new)
    if known:
        problems += updating.write(act, run_id, table, list(known.values()))
    warned = _unwarned(act.session, run_id, {problem.row for problem in problems})
    act.session.execute(delete(ImportLink).where(col(link.id).in_([wish.id for wish, _ in found])))
    return len(found), problems, warned


def forget(session: Session, run_id: int) -> None:
    """Nothing of a run waits any more."""
    session.execute(delete(ImportLink).where(col(ImportLink.run_id) == run_id))


def _attachable(act: Act, table: type[Record], ids: set[int]) -> set[int]:
    """Of some records those to which the importer may attach others."""
    columns = cast(Any, table)
    asked = select(columns.id).where(
        columns.id.in_(ids),
        columns.deleted_on.is_(None),
        visible(act.who, table),
        visible(act.who, table, Privilege.APPEND_TO),
    )
    return set(act.session.scalars(asked))


def _write(session: Session, table: type[Record], links: dict[tuple[int, str], int]) -> None:
    """Fill look-ups of records that this import made; what somebody filled meanwhile stays."""
    plain = cast(Any, table).__table__
    for name in {field for _, field in links}:
        column = plain.c[name]
        filling = (
            update(plain).where(plain.c.id == bindparam("which"), column.is_(None)).values({name: bindparam("to")})
        )
        rows = [{"which": i, "to": there} for (i, field), there in links.items() if field == name]
        session.connection().execute(filling, rows)
    keeping.written(session, table.entity, {record_id for record_id, _ in links})


def _update(wish: ImportLink, there: int) -> Verdict:
    row = Checked(wish.row, [], {wish.field: there}, Owner(0, 0, "", ""), filled={wish.field})
    return Verdict(wish.row, UPDATED, row, wish.record_id)


def _warning(wish: ImportLink, reason: str, values: dict[str, Any]) -> Problem:
    return Problem(wish.row, WARNING, wish.heading, wish.value, reason, values)


def _unwarned(session: Session, run_id: int, rows: set[int]) -> int:
    """How many of these rows have no warning in the books so far."""
    if not rows:
        return 0
    told = select(ImportProblem.row).where(
        ImportProblem.run_id == run_id, ImportProblem.severity == WARNING, col(ImportProblem.row).in_(rows)
    )
    return len(rows - set(session.scalars(told)))
