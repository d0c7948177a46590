"""`rxcrm user …`: who may come in, from the command line (issue 2, parts 1 and 3)."""

from __future__ import annotations

import json
import re

import pytest
from sqlmodel import select

from rxcrm.models import db, login
from rxcrm.models.choices import Role
from rxcrm.models.login import OneTimeCode
from rxcrm.models.people import BusinessUnit, User, UserRole
from tests.cli.conftest import Run, dump, user
from tests.office import LIFE, PASSWORD

pytestmark = pytest.mark.usefixtures("house")
ZOE = "zoe@contoso.com"
FRESH = "a fresh long password"


def gets_in(email: str, password: str) -> bool:
    chosen = {"address": "192.0.2.1", "agent": "Browser", "now": db.now(), "life": LIFE}
    return bool(login.attempt(email, password, **chosen).token)


def token_in(printed: str) -> str:
    found = re.search(r"^http://localhost:3000/password\?token=(\S+)$", printed, re.MULTILINE)
    assert found, printed
    return found[1]


def redeem(token: str) -> None:
    db.transact(login.redeem_password_link, token, FRESH, db.now())


def test_an_added_user_chooses_a_password_by_the_printed_link(run: Run) -> None:
    said = run("user", "add", " Zoe@Contoso.com ", "--name", "Zoë Lind")
    assert said.code == 0 and "Zoë Lind chooses a password, once" in said.out
    redeem(token_in(said.out))
    assert gets_in(ZOE, FRESH)


def test_a_user_is_a_seller_of_the_topmost_unit_called_like_the_address(run: Run) -> None:
    assert run("user", "add", ZOE).code == 0
    zoe = user("zoe")
    unit = db.read(lambda s: s.get_one(BusinessUnit, zoe.unit_id))
    roles = db.read(lambda s: s.exec(select(UserRole.role).where(UserRole.user_id == zoe.id)).all())
    assert (zoe.email, unit.name, unit.parent_id, roles) == (ZOE, "Contoso", None, [Role.SALESPERSON.value])


def test_role_unit_and_manager_can_be_chosen(run: Run) -> None:
    words = ["--role", "salesperson", "--role", "administrator", "--unit", "north", "--manager", "mia@contoso.com"]
    assert run("user", "add", ZOE, *words).code == 0
    zoe, mia = user("zoe"), user("Mia")
    roles = db.read(lambda s: set(s.exec(select(UserRole.role).where(UserRole.user_id == zoe.id))))
    assert roles == {"salesperson", "administrator"}
    assert (zoe.manager_id, zoe.unit_id) == (mia.id, user("Sara").unit_id)


def test_the_password_can_come_through_a_pipe(run: Run) -> None:
    said = run("user", "add", ZOE, "--password-stdin", typed=f"{FRESH}\nignored\n")
    assert said.code == 0 and "zoe can sign in now at http://localhost:3000." in said.out and FRESH not in said.out
    assert gets_in(ZOE, FRESH)


def test_the_password_can_come_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXCRM_PASSWORD", FRESH)
    assert run("user", "add", ZOE).code == 0
    assert gets_in(ZOE, FRESH)


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("user", "add", "nonsense"), "“nonsense” is not an e-mail address"),
        (("user", "add", "sara@contoso.com"), "e-mail address"),
        (("user", "add", ZOE, "--unit", "Nowhere"), "There is no business unit “Nowhere”. There are: Contoso"),
        (("user", "add", ZOE, "--manager", "nobody@x.com"), "There is no user with the e-mail address nobody@x.com"),
        (("user", "add", ZOE, "--password-stdin"), "The input is empty"),
        (("user", "add", ZOE, "--as", "sara@contoso.com"), "administrator"),
        (("user", "list", "--as", "sara@contoso.com"), "administrator"),
        (("user", "disable", "nobody@x.com"), "There is no user with the e-mail address nobody@x.com"),
        (("user", "disable", "ada@contoso.com"), "yourself"),
        (("user", "password", "nobody@x.com"), "There is no user with the e-mail address nobody@x.com"),
    ],
)
def test_what_cannot_be_done_changes_nothing_and_says_why(run: Run, words: tuple[str, ...], because: str) -> None:
    before = db.read(dump)
    said = run(*words)
    assert said.code == 1 and because in said.err and not said.out
    assert db.read(dump) == before


def test_a_weak_password_adds_nobody(run: Run) -> None:
    said = run("user", "add", ZOE, "--password-stdin", typed="short\n")
    assert said.code == 1 and f"at least {login.SHORTEST_PASSWORD} characters" in said.err
    assert not db.read(lambda s: s.exec(select(User).where(User.email == ZOE)).first())


@pytest.mark.parametrize(
    "words",
    [
        ("user",),
        ("user", "add"),
        ("user", "frobnicate"),
        ("user", "add", ZOE, "--role", "king"),
        ("user", "add", ZOE, "--link", "--password-stdin"),
        ("user", "list", "--js"),
    ],
)
def test_a_command_that_is_written_wrongly_ends_with_2(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words)
    assert said.code == 2 and said.err.startswith("usage: rxcrm") and not said.out


def test_the_list_tells_roles_units_and_who_can_sign_in(run: Run) -> None:
    run("user", "disable", "tom@contoso.com")
    lines = run("user", "list").out.splitlines()
    assert lines[0].split("  ")[0] == "Name"
    found = {line.split()[0]: line for line in lines[2:]}
    assert set(found) == {"Ada", "Vera", "Mia", "Sara", "Tom", "Tim", "Olaf"}
    assert "Administrator" in found["Ada"] and found["Ada"].endswith("active")
    assert "North" in found["Sara"] and found["Sara"].endswith("active")
    assert found["Tom"].endswith("disabled") and found["Olaf"].endswith("no password yet")


def test_the_list_as_json_is_one_line(run: Run) -> None:
    said = run("user", "list", "--json")
    (line,) = said.out.splitlines()
    sara = next(person for person in json.loads(line) if person["name"] == "Sara")
    assert sara == {
        "email": "sara@contoso.com",
        "name": "Sara",
        "roles": ["salesperson"],
        "unit": "North",
        "manager": "",
        "disabled": False,
        "password": True,
    }


def test_a_disabled_user_is_out_until_enabled(run: Run) -> None:
    assert gets_in("sara@contoso.com", PASSWORD)
    assert "Sara cannot sign in any more" in run("user", "disable", "sara@contoso.com").out
    assert run("user", "disable", "SARA@contoso.com").code == 0, "twice is harmless"
    assert not gets_in("sara@contoso.com", PASSWORD)
    assert "Sara can sign in again." in run("user", "enable", "sara@contoso.com").out
    assert run("user", "enable", "sara@contoso.com").code == 0
    assert gets_in("sara@contoso.com", PASSWORD)


def test_a_disabled_user_cannot_act_nor_get_a_password(run: Run) -> None:
    run("user", "disable", "sara@contoso.com")
    assert "Sara is disabled and cannot act." in run("user", "list", "--as", "sara@contoso.com").err
    said = run("user", "password", "sara@contoso.com", "--link")
    assert said.code == 1 and "Enable the account first" in said.err


def test_a_new_password_replaces_the_old_one_and_leaves_no_link_behind(run: Run) -> None:
    said = run("user", "password", "sara@contoso.com", "--password-stdin", typed=f"{FRESH}\n")
    assert said.code == 0 and "Sara has a new password" in said.out and FRESH not in said.out
    assert gets_in("sara@contoso.com", FRESH) and not gets_in("sara@contoso.com", PASSWORD)
    assert not db.read(lambda s: s.exec(select(OneTimeCode)).all())


def test_a_link_leaves_the_old_password_until_it_is_used(run: Run) -> None:
    token = token_in(run("user", "password", "sara@contoso.com", "--link").out)
    assert gets_in("sara@contoso.com", PASSWORD)
    redeem(token)
    assert gets_in("sara@contoso.com", FRESH) and not gets_in("sara@contoso.com", PASSWORD)
