"""Templates of e-mails: a subject and a body with merge fields such as `{{lead.first_name}}`."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from rxcrm.models.activity import BODY_LENGTH, SUBJECT_LENGTH_OTHERWISE
from rxcrm.models.administration import require_administrator
from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotFound
from rxcrm.models.fields import FieldSpec, Kind, clean, fields_of, show
from rxcrm.models.mail.tables import MailTemplate
from rxcrm.models.records import LARGEST_ID, Act, known, links_of, owner_name
from rxcrm.models.richtext import plain, sanitise
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: Records that one writes to, and the records that each leads to: source in a merge field → look-up.
WRITTEN_TO: dict[str, dict[str, str]] = {
    "lead": {"contact": "existing_contact_id", "account": "existing_account_id"},
    "contact": {"account": "account_id"},
    "account": {"contact": "primary_contact_id"},
}
NAME_LENGTH = 100
_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SPEC = re.compile(r"^\s*([a-z_]+)\.([a-z0-9_]+)\s*(?:\|(.*))?$", re.DOTALL)


@dataclass(frozen=True)
class MergeField:
    """One field of the picker: how it is written and what it is called."""

    name: str
    source: str
    label: str


#: Fields that are no columns of a record: source → name → label.
_OTHERS = {
    "user": {"name": N_("Name"), "email": N_("Email")},
    "organisation": {"name": N_("Name")},
}
SOURCES = {
    "lead": N_("Lead"),
    "contact": N_("Contact"),
    "account": N_("Account"),
    "user": N_("You"),
    "organisation": N_("Organisation"),
}
#: Of every record: what it is called, and who owns it.
_OF_RECORDS = {"full_name": N_("Full Name"), "owner": N_("Owner")}


def merge_fields(entity: str) -> list[MergeField]:
    """Everything that a template for records of an entity may name."""
    found = []
    for source in (entity, *WRITTEN_TO[_known(entity)]):
        labels = {name: spec.label for name, spec in fields_of(record_table(source)).items() if _is_text(spec)}
        found += [MergeField(f"{source}.{n}", SOURCES[source], label) for n, label in (_OF_RECORDS | labels).items()]
    for source, names in _OTHERS.items():
        found += [MergeField(f"{source}.{name}", SOURCES[source], label) for name, label in names.items()]
    return found


def _known(entity: str) -> str:
    if entity not in WRITTEN_TO:
        raise NotFound
    return entity


def _is_text(spec: FieldSpec) -> bool:
    """Whether a field says something to the person who gets the mail; look-ups are named by their records."""
    return spec.kind is not Kind.LOOKUP


# -- filling in ------------------------------------------------------------------------------------------------------


def fill(act: Act, template: MailTemplate, entity: str, record_id: int) -> tuple[str, str]:
    """Subject and HTML body with the values of a record that the user may see.

    A value is text, whatever it holds: markup in it is shown, not followed, and a merge field in it is not filled in.
    Raises BadValue for a field that does not exist, NotFound for a hidden record or a template of other records.
    """
    if template.entity != _known(entity):
        raise NotFound(N_("This template is for other records."))
    row = act.find(record_table(entity), record_id)
    value_of = _reader(act, row)
    subject = _PLACE.sub(lambda m: value_of(m[1], False), template.subject)
    body = _PLACE.sub(lambda m: value_of(m[1], True), template.body)
    return clean(subject)[:SUBJECT_LENGTH_OTHERWISE], sanitise(body)


def _reader(act: Act, row: Record) -> Callable[[str, bool], str]:
    """A function from what stands between braces to its text, as HTML on demand."""
    linked = links_of(act, row)
    rows = {row.entity: row} | {source: linked.get(name) for source, name in WRITTEN_TO[row.entity].items()}
    words = {"user": {"name": act.who.name, "email": act.who.email}, "organisation": {"name": act.organisation.name}}

    def value_of(inside: str, as_html: bool) -> str:
        source, name, otherwise = _read(row.entity, inside)
        if source in words:
            text = words[source][name]
        else:
            found = rows[source]
            text = _text_of(act, found, name) if found else ""
        if not text:
            return otherwise if as_html else html.unescape(otherwise)
        return html.escape(text).replace("\n", "<br>") if as_html else text

    return value_of


def _text_of(act: Act, row: Record, name: str) -> str:
    if name == "full_name":
        return row.display_name
    if name == "owner":
        return owner_name(act.session, row)
    value = known(act, row, name)
    return "" if value in (None, "") else show(fields_of(type(row))[name], value, act.conventions_of(row))


def _read(entity: str, inside: str) -> tuple[str, str, str]:
    """Source, name and what stands in for an empty value: `lead.first_name | there`. Raises BadValue."""
    found = _SPEC.match(inside)
    source, name = (found[1], found[2]) if found else ("", "")
    if found is None or not _exists(entity, source, name):
        shown = plain(inside).strip()[:80]
        raise BadValue(N_("There is no merge field “%(name)s”. Choose one of the list."), name="{{" + shown + "}}")
    return source, name, (found[3] or "").strip()


def _exists(entity: str, source: str, name: str) -> bool:
    if source in _OTHERS:
        return name in _OTHERS[source]
    if source != entity and source not in WRITTEN_TO[entity]:
        return False
    spec = fields_of(record_table(source)).get(name)
    return name in _OF_RECORDS or (spec is not None and _is_text(spec))


# -- looking after them ----------------------------------------------------------------------------------------------


def usable(act: Act, entity: str) -> list[MailTemplate]:
    """The templates from which anybody may begin an e-mail about records of an entity, by name."""
    wanted = select(MailTemplate).where(MailTemplate.entity == entity, col(MailTemplate.active).is_(True))
    return list(act.session.exec(wanted.order_by(MailTemplate.name_key, col(MailTemplate.id))))


def everything(act: Act) -> list[MailTemplate]:
    """Every template, for an administrator."""
    require_administrator(act)
    return list(act.session.exec(select(MailTemplate).order_by(MailTemplate.name_key, col(MailTemplate.id))))


def find(act: Act, template_id: int) -> MailTemplate:
    """A template to write from. Raises NotFound."""
    found = act.session.get(MailTemplate, template_id) if 0 < template_id < LARGEST_ID else None
    if found is None:
        raise NotFound(N_("There is no such template."))
    return found


def add(act: Act, typed: Mapping[str, str]) -> MailTemplate:
    """A new template from what was typed. Raises Invalid with every problem."""
    require_administrator(act)
    row = MailTemplate(name="", created_on=act.now, created_by_id=act.who.id, modified_on=act.now)
    _apply(act, row, {"name": "", "subject": "", **typed})
    act.session.add(row)
    act.session.flush()
    return row


def change(act: Act, template_id: int, typed: Mapping[str, str]) -> MailTemplate:
    """Change of a template what was typed; e-mails begun from it stay as they are. Raises Invalid."""
    require_administrator(act)
    row = find(act, template_id)
    _apply(act, row, typed)
    row.modified_on = act.now
    act.session.flush()
    return row


def remove(act: Act, template_id: int) -> MailTemplate:
    """Delete a template for good; e-mails begun from it stay."""
    require_administrator(act)
    row = find(act, template_id)
    act.session.delete(row)
    act.session.flush()
    return row


def sample(act: Act, typed: Mapping[str, str]) -> tuple[str, str]:
    """What is typed, filled in with the newest record that the user sees. Raises Invalid, NotFound without any record."""
    require_administrator(act)
    entity = typed.get("entity") or "lead"
    row = MailTemplate(name="sample", created_on=act.now, modified_on=act.now)
    _apply(act, row, {**typed, "name": "sample"}, unique=False)
    table = record_table(_known(entity))
    newest = act.session.exec(
        select(table.id).where(col(table.deleted_on).is_(None)).order_by(col(table.id).desc()).limit(1)
    ).first()
    if newest is None:
        raise NotFound(N_("There is no record to try it with yet."))
    return fill(act, row, entity, newest)


def _apply(act: Act, row: MailTemplate, typed: Mapping[str, str], *, unique: bool = True) -> None:
    problems: dict[str, CrmError] = {}
    entity = typed.get("entity", row.entity)
    if entity not in WRITTEN_TO:
        problems["entity"] = BadValue(N_("Choose one of the list."))
    name = clean(typed.get("name", row.name))
    if not name:
        problems["name"] = BadValue(N_("%(label)s is required."), label=N_("Name"))
    elif len(name) > NAME_LENGTH:
        problems["name"] = BadValue(N_("A name can have at most 100 characters."))
    elif unique and _taken(act, sort_key(name), row.id):
        problems["name"] = BadValue(N_("Another template has this name."))
    subject = clean(typed.get("subject", row.subject))
    if len(subject) > SUBJECT_LENGTH_OTHERWISE:
        problems["subject"] = BadValue(N_("A subject can have at most 200 characters."))
    body = sanitise(typed.get("body", row.body))
    if len(plain(body)) > BODY_LENGTH:
        problems["body"] = BadValue(N_("That is too much text."))
    if "entity" not in problems:
        for part, text in (("subject", subject), ("body", body)):
            if part not in problems and (problem := _bad_place(entity, text)):
                problems[part] = problem
    problems |= {n: BadValue(N_("There is no field “%(name)s” to fill in."), name=n[:80]) for n in _strange(typed)}
    if problems:
        raise Invalid(problems)
    row.entity, row.name, row.name_key, row.subject, row.body = entity, name, sort_key(name), subject, body
    row.active = typed.get("active", "1" if row.active else "0") == "1"


def _strange(typed: Iterable[str]) -> list[str]:
    return [name for name in typed if name not in ("name", "entity", "subject", "body", "active")]


def _taken(act: Act, name_key: str, by_other_than: int | None) -> bool:
    found = act.session.exec(select(MailTemplate.id).where(MailTemplate.name_key == name_key))
    return any(number != by_other_than for number in found)


def _bad_place(entity: str, text: str) -> CrmError | None:
    for found in _PLACE.finditer(text):
        try:
            _read(entity, found[1])
        except BadValue as problem:
            return problem
    return None
