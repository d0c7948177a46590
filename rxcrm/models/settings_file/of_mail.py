"""In a settings file: templates of e-mails."""

from __future__ import annotations

from sqlmodel import select

from rxcrm.models.activity import SUBJECT_LENGTH_OTHERWISE
from rxcrm.models.mail import templates
from rxcrm.models.mail.tables import MailTemplate
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.settings_file.parts import Desk, Items, Part, register
from rxcrm.models.settings_file.shapes import flag, one_of, record, text
from rxcrm.translation import N_

_TEMPLATE = record(
    entity=one_of(*templates.WRITTEN_TO), subject=text(SUBJECT_LENGTH_OTHERWISE), body=text(500_000), active=flag
)


def _export(act: Act) -> Items:
    return {
        row.name: {"entity": row.entity, "subject": row.subject, "body": row.body, "active": row.active}
        for row in act.session.exec(select(MailTemplate))
    }


def _apply(desk: Desk, wanted: Items) -> None:
    for name, value in wanted.items():
        with desk.item(name):
            typed = {part: value[part] for part in ("entity", "subject", "body")}
            typed |= {"name": name, "active": "1" if value["active"] else "0"}
            rows = {fold(row.name): row for row in desk.act.session.exec(select(MailTemplate))}
            if row := rows.get(fold(name)):
                templates.change(desk.act, row.id or 0, typed)
            else:
                templates.add(desk.act, typed)


register(Part("mail_templates", N_("E-mail templates"), 110, _export, _apply, lambda _name: _TEMPLATE))
