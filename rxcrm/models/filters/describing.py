"""What can be asked of a table, as data: fields, operators, options, related tables. Filter builders draw themselves from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rxcrm.models.fields import TEXTUAL, FieldSpec, Kind, currencies
from rxcrm.models.filters.operators import OWNERS, USERS, operators_of
from rxcrm.models.filters.values import filterable, hidden_in, relations_of
from rxcrm.models.found_by import findable
from rxcrm.models.records import Act
from rxcrm.models.tables import POINTED, pointed_table, record_table
from rxcrm.models.views import COLUMNS
from rxcrm.translation import Words, gettext


@dataclass
class FieldView:
    """A field as a filter builder shows it: labels are messages.

    `family` names its operators in `Description.operators`, `options` pairs raw values with labels, `target` is the table
    of a look-up ("owner" and "user" for people). Of a look-up to records, `through` says that its fields can be asked too.
    A `sealed` one the asker may not see: it has a name, and nothing is asked about it.
    """

    name: str
    label: str
    kind: str
    family: str
    options: list[list[str]] = field(default_factory=list)
    target: str = ""
    through: bool = False
    custom: bool = False
    sealed: bool = False


@dataclass
class RelationView:
    """Records that point to one: their table, and the label of their look-up ("" for activities that regard it)."""

    key: str
    entity: str
    label: str


@dataclass
class TableView:
    """What can be asked of one table; labels are messages."""

    entity: str
    label: str
    fields: list[FieldView]
    relations: list[RelationView]


@dataclass
class Description:
    """What a filter builder needs: tables by name, the asked one first, and operators by family: key, label, what it takes.

    `columns` are those that a list can show besides fields, `findable` what its records can be found by: key and label.
    """

    entity: str = ""
    tables: dict[str, TableView] = field(default_factory=dict)
    operators: dict[str, list[list[str]]] = field(default_factory=dict)
    columns: list[list[str]] = field(default_factory=list)
    findable: list[list[str]] = field(default_factory=list)


def describe_filters(act: Act, entity: str) -> Description:
    """Everything that a filter of this table may speak of, other tables included. Raises NotFound for no table."""
    entity = record_table(entity).entity
    locale = act.who.conventions.locale

    def said(label: str) -> str:
        """The label itself, which the page looks up; words of administrators are in no catalogue and are said here."""
        return gettext(locale, label) if isinstance(label, Words) else label

    found = Description(entity, columns=[[key, column.label] for key, column in COLUMNS[entity].items()])
    hidden = hidden_in(act.who, record_table(entity), findable(record_table(entity)))
    found.findable = [[k, said(label)] for k, label in findable(record_table(entity)).items() if k not in hidden]
    for name in [entity, *(other for other in POINTED if other != entity)]:
        table = pointed_table(name)
        fields = [_field(act, spec, found, said) for spec in filterable(table).values()]
        asked = [relation for relation in relations_of(name).values() if act.who.may_read(relation)]
        relations = [RelationView(r.key, r.entity, said(r.label) if r.by else "") for r in asked]
        found.tables[name] = TableView(name, table.title_many, fields, relations)
    return found


def _field(act: Act, spec: FieldSpec, found: Description, said: Callable[[str], str]) -> FieldView:
    family = family_of(spec)
    if family not in found.operators:
        found.operators[family] = [[o.key, o.label, o.takes.value] for o in operators_of(spec).values()]
    options: list[list[str]] = []
    if spec.kind is Kind.CHOICE:
        options = [[str(int(option)), said(option.label)] for option in spec.options or ()]
    elif spec.kind is Kind.YESNO:
        options = [["1", said(spec.words[1])], ["0", said(spec.words[0])]]
    elif spec.kind is Kind.CURRENCY:
        options = [[code, code] for code in currencies()]
    seen = act.who.may_read(spec)
    through = spec.target in POINTED and seen
    return FieldView(
        spec.name, said(spec.label), spec.kind.value, family, options, spec.target, through, spec.custom, not seen
    )


def family_of(spec: FieldSpec) -> str:
    """The name of the operators of a field: those of one family have the same."""
    if spec.kind in TEXTUAL:
        return "text"
    if spec.kind is Kind.LOOKUP and spec.target in (OWNERS, USERS):
        return spec.target
    if spec.kind is Kind.LOOKUP:
        return f"lookup:{spec.target}"
    return {Kind.WHOLE: "number", Kind.DECIMAL: "number", Kind.MONEY: "number", Kind.CURRENCY: "choice"}.get(
        spec.kind, spec.kind.value
    )
