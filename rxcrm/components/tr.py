"""Texts of the page as client-side variables: `_("Save")` is looked up in the browser, without asking the server."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx
from reflex.vars import VarData
from reflex_base.utils.imports import ImportVar

from rxcrm.components.local import library

_DATA = VarData(hooks={"const t = useT()": None}, imports={library("i18n.js"): [ImportVar(tag="useT")]})


def _js(value: Any) -> str:
    return str(value) if isinstance(value, rx.Var) else json.dumps(value)


def _var(expression: str, *values: Any) -> rx.Var[str]:
    data = VarData.merge(_DATA, *[v._get_all_var_data() for v in values if isinstance(v, rx.Var)])
    return rx.Var(_js_expr=expression, _var_type=str, _var_data=data).guess_type()


def _(message: str | rx.Var, **values: Any) -> rx.Var[str]:
    """A message of the catalogue, with `%(name)s` filled in; a variable is taken as the message itself."""
    filled = ", {" + ", ".join(f"{name}: {_js(value)}" for name, value in values.items()) + "}" if values else ""
    return _var(f"t({_js(message)}{filled})", message, *values.values())


def plural(one: str, many: str, n: Any) -> rx.Var[str]:
    """The plural form for a number; `%(n)s` is the number in the user's spelling."""
    return _var(f"t.n({json.dumps(one)}, {json.dumps(many)}, {_js(n)})", n)


def number(n: Any) -> rx.Var[str]:
    """A whole number in the user's spelling."""
    return _var(f"t.number({_js(n)})", n)


def moment(iso: rx.Var, zone: rx.Var) -> rx.Var[str]:
    """A point in time in the user's language and time zone."""
    return _var(f"t.moment({_js(iso)}, {_js(zone)})", iso, zone)


def day(iso: rx.Var) -> rx.Var[str]:
    """A calendar day in the user's language."""
    return _var(f"t.day({_js(iso)})", iso)


def ago(iso: rx.Var) -> rx.Var[str]:
    """How long ago, in words."""
    return _var(f"t.ago({_js(iso)})", iso)
