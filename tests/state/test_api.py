"""The HTTP interface from outside: who is let in, which status says what, what another program gets to see (docs/api.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from rxcrm.models.api import keys
from rxcrm.models.lead import Lead
from rxcrm.state import gate
from rxcrm.web_api import BASE, LIMIT, ROUTES
from tests.office import Office
from tests.server import Server
from tests.state.test_gate import cookie_of

NAMED = {"topic": "From a web form", "last_name": "Berg"}


class Program:
    """A program with a key of its own."""

    def __init__(self, server: Server, office: Office, name: str, **more: str) -> None:
        row, secret = keys.add(
            office.act(office.ada), {"name": f"Program of {name}", "user": str(office.user(name).id), **more}
        )
        office.commit()
        self.key_id, self.url = row.id or 0, server.url + BASE
        self.client = httpx.Client(headers={"Authorization": f"Bearer {secret}"}, timeout=30)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.client.request(method, self.url + path, json=body, **more)

    def add(self, **fields: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/leads", {"fields": {**NAMED, **fields}})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


@pytest.fixture(scope="module")
def office(server: Server) -> Iterator[Office]:
    engine = server.engine()
    with Office(engine) as office:
        yield office
    engine.dispose()


@pytest.fixture(scope="module")
def sara(server: Server, office: Office) -> Program:
    return Program(server, office, "Sara")


def test_a_record_from_its_creation_to_the_recycle_bin(server: Server, office: Office) -> None:
    ada = Program(server, office, "Ada")
    made = ada.ask("POST", "/leads", {"fields": {**NAMED, "rating": 1, "budget_amount": 1250.5}})
    assert made.status_code == 201, made.text
    place = made.headers["location"]
    assert (place, made.headers["etag"]) == (f"{BASE}/leads/{made.json()['id']}", '"1"')
    read = ada.client.get(server.url + place)
    assert read.json() == made.json()
    assert read.headers["cache-control"] == "private, no-store"
    path = place.removeprefix(BASE)
    changed = ada.ask("PATCH", path, {"fields": {"city": "Bonn"}}, headers={"If-Match": read.headers["etag"]})
    assert (changed.status_code, changed.json()["fields"]["city"]) == (200, "Bonn")
    late = ada.ask("PATCH", path, {"fields": {"city": "Ulm"}}, headers={"If-Match": read.headers["etag"]})
    assert late.status_code == 409
    (conflict,) = late.json()["conflicts"]
    assert (conflict["field"], conflict["theirs"]) == ("city", "Bonn")
    assert ada.ask("DELETE", path).status_code == 204
    assert ada.ask("GET", path).status_code == 404


def test_every_route_needs_a_key_and_no_cookie_opens_one(server: Server) -> None:
    cookie = cookie_of(server, "ada@contoso.com")
    for route in ROUTES:
        url = server.url + re.sub(r"\{table\}", "leads", re.sub(r"\{id\}", "1", route.path))
        for method in (route.methods or set()) - {"HEAD"}:
            for headers in (
                {},
                {"Cookie": cookie},
                {"Authorization": "Bearer rxcrm_forged"},
                {"Authorization": "Basic x"},
            ):
                answer = httpx.request(method, url, headers=headers)
                assert answer.status_code == 401, (route.path, headers)
                assert answer.headers["www-authenticate"] == "Bearer"


def test_an_origin_that_is_no_address_is_another_site(sara: Program) -> None:
    answer = sara.ask("POST", "/leads", {"fields": NAMED}, headers={"Origin": "http://[::1"})
    assert answer.status_code == 403


def test_two_programs_that_change_one_record_at_once_both_do(server: Server, office: Office, sara: Program) -> None:
    place = f"/leads/{sara.add()['id']}"
    with ThreadPoolExecutor(8) as pool:
        names = ["city", "county", "job_title", "website", "first_name", "state", "street1", "street2"]
        values = {name: f"https://{name}.example" for name in names}
        answers = list(pool.map(lambda name: sara.ask("PATCH", place, {"fields": {name: values[name]}}), names))
    assert [answer.status_code for answer in answers] == [200] * len(names)
    held = sara.ask("GET", place).json()["fields"]
    assert {name: held[name] for name in names} == values


def test_a_key_that_only_reads_changes_nothing(server: Server, office: Office) -> None:
    reader = Program(server, office, "Ada", read_only="1")
    assert reader.ask("GET", "/leads").status_code == 200
    for method, path in (("POST", "/leads"), ("PATCH", "/leads/1"), ("DELETE", "/leads/1")):
        assert reader.ask(method, path, {"fields": NAMED}).status_code == 403


def test_a_revoked_key_is_refused_at_once(server: Server, office: Office) -> None:
    program = Program(server, office, "Sara")
    assert program.ask("GET", "/me").json()["user"]["name"] == "Sara"
    keys.revoke(office.act(office.ada), program.key_id)
    office.commit()
    assert program.ask("GET", "/me").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/cats", 404),
        ("GET", "/leads/999999", 404),
        ("GET", "/leads?view=gone", 404),
        ("GET", "/leads?filter={", 400),
        ("GET", "/leads?filter=[1]", 400),
        ("GET", "/leads?filter=[]", 400),
        ("GET", "/leads?filter=0", 400),
        ("GET", '/leads?filter={"all":[{"field":"\\ud800","operator":"eq","values":["1"]}]}', 400),
        ("GET", '/leads?filter={"all":[{"field":"topic","operator":"eq","values":["\\ud800"]}]}', 400),
        ("GET", "/leads?sort=" + "x" * 121, 422),
        ("GET", "/leads/" + "9" * 5000, 404),
        ("GET", "/leads/one", 404),
        ("POST", "/opportunities?duplicates=refuse", 422),
        ("GET", "/leads?filter=" + "[" * 3000, 400),
        ("GET", "/leads?size=1e9", 422),
        ("GET", "/leads?sort=gone", 422),
        ("GET", "/leads?after=bogus", 422),
        ("GET", "/leads?fields=gone", 422),
        ("POST", "/leads?duplicates=perhaps", 422),
    ],
)
def test_a_wrong_question_is_answered_with_a_sentence(sara: Program, method: str, path: str, status: int) -> None:
    answer = sara.ask(method, path, {"fields": NAMED} if method == "POST" else None)
    assert answer.status_code == status, answer.text
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"fields": {"topic": NaN}}',
        b"[" * 9000,
        b"\xff\xfe",
        b'{"fields": 1e999999999}',
        b'{"fields": {"\\ud800": 1}}',
        b'{"\\ud800": 1}',
        b'{"fields": {"longitude": 1e999999}}',
        b'{"fields": {"topic": "\\ud800"}}',
        b'{"fields": {"\\u0000": 1}}',
    ],
)
def test_any_body_is_answered_with_a_sentence(sara: Program, body: bytes) -> None:
    answer = sara.client.post(f"{sara.url}/leads", content=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["message"]


def test_a_body_that_is_too_long_is_refused(sara: Program) -> None:
    answer = sara.client.post(f"{sara.url}/leads", content=b'{"fields": {"topic": "' + b"x" * LIMIT + b'"}}')
    assert answer.status_code == 422


def test_bad_fields_are_told_by_name_in_the_language_that_is_asked_for(sara: Program) -> None:
    answer = sara.ask("POST", "/leads", {"fields": {"topic": "x", "email": "nobody"}})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"email", "last_name"}


def test_doubles_are_told_where_they_are_to_be_refused(sara: Program) -> None:
    fields = {**NAMED, "email": "double@berg.example"}
    first = sara.add(**fields)
    answer = sara.ask("POST", "/leads?duplicates=refuse", {"fields": fields})
    assert answer.status_code == 409
    assert first["id"] in [match["id"] for match in answer.json()["duplicates"]]


def test_pages_lead_to_the_last_record(sara: Program) -> None:
    for i in range(5):
        sara.add(topic=f"Page {i}", company_name="Pages Ltd")
    where = json.dumps({"all": [{"field": "company_name", "operator": "eq", "values": ["Pages Ltd"]}]})
    found, after = [], ""
    while after is not None:
        query = {"filter": where, "sort": "-topic", "size": 2, "after": after, "fields": "topic"}
        answer = sara.ask("GET", "/leads", params=query).json()
        found += [record["fields"]["topic"] for record in answer["records"]]
        after = answer["next"]
    assert found == [f"Page {i}" for i in (4, 3, 2, 1, 0)]


def test_the_description_names_every_operation(sara: Program) -> None:
    document = sara.ask("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    names = [op["operationId"] for path in document["paths"].values() for op in path.values()]
    assert len(names) == len(set(names)) and {"list_lead", "create_lead", "change_lead", "me", "tables"} <= set(names)
    references = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document))
    assert set(references) <= set(document["components"]["schemas"])


def test_a_use_is_noted_and_what_was_written_is_the_users(office: Office, sara: Program) -> None:
    made = sara.add()
    office.session.rollback()
    view = next(view for view in keys.listed(office.act(office.ada)) if view.id == sara.key_id)
    assert view.used
    lead = office.session.get_one(Lead, made["id"])
    assert lead.created_by_id == office.sara.id
    office.commit()


def test_a_cookie_of_the_browser_is_never_read(server: Server, sara: Program) -> None:
    answer = sara.client.get(f"{sara.url}/me", headers={"Cookie": f"{gate.COOKIE}={'x' * 50}"})
    assert answer.json()["user"]["name"] == "Sara"
