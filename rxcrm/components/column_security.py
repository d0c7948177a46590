"""What only the page Settings → Column security shows (S 9.3)."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library

SECURITY = library("column_security.jsx")


class SecuredFields(_Ours):
    """Every field that can be secured, with a switch; within a settings form."""

    library = SECURITY
    tag = "SecuredFields"
    fields: rx.Var[list[Any]]
    #: Key and label of each table, as messages.
    tables: rx.Var[list[list[str]]]


class FieldGrants(_Ours):
    """Secured fields by Read, Update and Create; within a settings form."""

    library = SECURITY
    tag = "FieldGrants"
    fields: rx.Var[list[Any]]
    tables: rx.Var[list[list[str]]]


class Members(_Ours):
    """Users and teams to tick; within a settings form."""

    library = SECURITY
    tag = "Members"
    people: rx.Var[list[Any]]


secured_fields, field_grants, members = SecuredFields.create, FieldGrants.create, Members.create
