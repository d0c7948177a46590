"""The description of the interface by the OpenAPI Specification 3.1, with the tables and fields that its reader may see."""

from __future__ import annotations

from typing import Any

from rxcrm.models.api.describing import tables
from rxcrm.models.api.serving import FEWEST, KINDS, MOST, USUAL, may_be_doubled
from rxcrm.models.api.values import Json
from rxcrm.models.fields import Kind
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext

BASE = "/api/v1"
_TEXT = {"type": "string"}
_FORMATS = {Kind.EMAIL: "email", Kind.DATE: "date", Kind.MOMENT: "date-time"}
_NUMBER = {"type": ["number", "null"]}
_WHOLE = {"type": ["integer", "null"]}
_SIMPLE: dict[Kind, Json] = {
    Kind.YESNO: {"type": "boolean"},
    Kind.MONEY: _NUMBER,
    Kind.DECIMAL: _NUMBER,
    Kind.WHOLE: _WHOLE,
    Kind.LOOKUP: _WHOLE,
    Kind.CHOICE: _WHOLE,
    Kind.TAGS: {"type": "array", "items": _TEXT},
}
_OWNER: Json = {
    "type": "object",
    "properties": {"kind": {"enum": ["user", "team"]}, "id": {"type": "integer"}, "name": _TEXT},
    "required": ["kind", "id"],
}


def document(act: Act) -> dict[str, Json]:
    """The whole description, as JSON."""
    locale, paths, schemas = act.who.conventions.locale, dict[str, Json](), dict[str, Json]()

    def say(message: str, **values: Any) -> str:
        return gettext(locale, message, **values)

    for table in tables(act):
        entity, label = table["table"], table["label"]
        schemas[f"{entity}_fields"] = _fields(table["fields"])
        schemas[entity] = _record(entity)
        many, one = f"/{table['path']}", f"/{table['path']}/{{id}}"
        paths[many] = {
            "get": _operation(f"list_{entity}", label, say(N_("A page of records")), _page(entity), _LISTING)
        }
        paths[one] = {"get": _operation(f"get_{entity}", label, say(N_("One record")), _ref(entity), [_ID, _ONLY])}
        if "create" in table["may"]:
            paths[many]["post"] = _operation(
                f"create_{entity}",
                label,
                say(N_("A new record")),
                _ref(entity),
                [_DOUBLES] if may_be_doubled(entity) else [],
                _body(entity),
                "201",
            )
        if "write" in table["may"] and entity != "activity":
            paths[one]["patch"] = _operation(
                f"change_{entity}",
                label,
                say(N_("Change a record")),
                _ref(entity),
                [_ID, _MATCH, _DOUBLES],
                _body(entity),
            )
        if "delete" in table["may"]:
            paths[one]["delete"] = _operation(
                f"delete_{entity}", label, say(N_("Move a record to the recycle bin")), None, [_ID, _MATCH], None, "204"
            )
    paths["/tables"] = {
        "get": _operation("tables", "rxcrm", say(N_("Tables, their fields and options")), {"type": "object"}, [])
    }
    paths["/me"] = {"get": _operation("me", "rxcrm", say(N_("As whom this key acts")), {"type": "object"}, [])}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"rxcrm · {act.organisation.name}", "version": "1"},
        "servers": [{"url": BASE}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {**schemas, "problem": _PROBLEM},
        },
    }


def _fields(fields: list[dict[str, Json]]) -> Json:
    return {"type": "object", "properties": {field["name"]: _field(field) for field in fields}}


def _field(field: dict[str, Json]) -> Json:
    kind = Kind(field["kind"])
    found = dict(_SIMPLE.get(kind, {"type": ["string", "null"]}))
    found |= {"title": field["label"], "readOnly": field["read_only"]}
    if kind in _FORMATS:
        found["format"] = _FORMATS[kind]
    if "length" in field:
        found["maxLength"] = field["length"]
    for name in ("minimum", "maximum"):
        if name in field:
            found[name] = field[name]
    if "options" in field:
        found["oneOf"] = [{"const": o["value"], "title": o["label"]} for o in field["options"]] + [{"type": "null"}]
    if "help" in field:
        found["description"] = field["help"]
    return found


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _record(entity: str) -> Json:
    return {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "version": {"type": "integer"},
            "name": _TEXT,
            "url": _TEXT,
            "owner": _OWNER,
            "fields": _ref(f"{entity}_fields"),
            "texts": {"type": "object", "additionalProperties": _TEXT},
        },
    }


def _page(entity: str) -> Json:
    return {
        "type": "object",
        "properties": {
            "records": {"type": "array", "items": _ref(entity)},
            "next": {"type": ["string", "null"]},
            "count": {"type": "integer"},
        },
    }


def _body(entity: str) -> Json:
    properties: dict[str, Json] = {"fields": _ref(f"{entity}_fields"), "owner": _OWNER}
    if entity == "activity":
        about = {"type": "object", "properties": {"table": _TEXT, "id": {"type": "integer"}}}
        properties = {"fields": properties["fields"], "kind": {"enum": list(KINDS)}, "regarding": about}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _query(name: str, schema: Json = _TEXT) -> Json:
    return {"name": name, "in": "query", "schema": schema}


_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
_MATCH = {"name": "If-Match", "in": "header", "schema": _TEXT}
_ONLY = _query("fields")
_DOUBLES = _query("duplicates", {"enum": ["refuse"]})
_LISTING = [
    *map(_query, ("view", "filter", "search", "sort", "fields", "after")),
    _query("size", {"type": "integer", "minimum": FEWEST, "maximum": MOST, "default": USUAL}),
    _query("count", {"enum": ["1"]}),
]
_PROBLEM: Json = {
    "type": "object",
    "properties": {
        "message": _TEXT,
        "errors": {"type": "object", "additionalProperties": _TEXT},
        "conflicts": {"type": "array", "items": {"type": "object"}},
        "duplicates": {"type": "array", "items": {"type": "object"}},
    },
}


def _operation(
    name: str, tag: str, summary: str, answer: Json, parameters: list[Json], body: Json = None, status: str = "200"
) -> Json:
    found: dict[str, Json] = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": parameters,
        "responses": {
            status: {"description": summary, **({"content": _json(answer)} if answer else {})},
            "default": {"description": "problem", "content": _json(_ref("problem"))},
        },
    }
    if body:
        found["requestBody"] = {"required": True, "content": _json(body)}
    return found


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}
