"""A value that no option list knows becomes a new option, straight from the review (S 9.8)."""

from __future__ import annotations

from rxcrm.models.errors import BadValue, Invalid, NotAllowed
from rxcrm.models.fields import FieldSpec
from rxcrm.models.importing.finding import open_run
from rxcrm.models.importing.plan import Plan
from rxcrm.models.importing.specials import specs_of
from rxcrm.models.records import Act
from rxcrm.models.shaping import options
from rxcrm.models.shaping.lists import LISTS
from rxcrm.models.tables import record_table
from rxcrm.translation import N_


def may_grow(spec: FieldSpec) -> bool:
    """Whether a value alone can become an option of a field: a status reason needs to know its status, too."""
    if spec.options is None or spec.locked:
        return False
    listed = LISTS.get(spec.options.key)
    return spec.custom if listed is None else listed.open and not listed.statuses


def add_option(act: Act, run_id: int, place: int, value: str) -> int:
    """Make an option of a value of a column; returns its number. What was read anew from now on fits by itself.

    Raises NotAllowed for everybody but administrators and for other lists, BadValue for what cannot be a label.
    """
    run = open_run(act, run_id)
    spec = specs_of(record_table(run.entity)).get(Plan.of(run.plan).mapping.get(place, ""))
    if spec is None or spec.options is None or not may_grow(spec):
        raise NotAllowed(N_("No option can be added to this field."))
    try:
        return options.add(act, spec.options.key, {"label": value})
    except Invalid as refusal:
        problem = next(iter(refusal.problems.values()))
        raise BadValue(problem.message, **problem.values) from None
