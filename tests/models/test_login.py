"""Signing in and out, sessions, one-time links (issue 2, part 3; S 13.5)."""

from __future__ import annotations

import inspect
import re
import threading
from datetime import datetime, timedelta

import pytest
from pwdlib import PasswordHash
from sqlmodel import select

from rxcrm.models import db, login
from rxcrm.models.choices import Role
from rxcrm.models.errors import Invalid, NotAllowed, NotFound
from rxcrm.models.login import LoginSession, OneTimeCode, SignInFailure
from rxcrm.models.people import User, set_roles
from tests.office import LIFE, PASSWORD, Office

HOUR = timedelta(hours=1)
#: Sessions of a strict operator: an hour without activity, three in all.
SHORT = login.Life(HOUR, 3 * HOUR)
SARA = "sara@contoso.com"
ODD = ["\0", "\ud800", "\u202e", "x" * 100_000, "' OR 1=1 --", "%", ""]


def fail(office: Office, times: int, email: str = SARA, **more: object) -> list[int]:
    return [office.sign_in(email, "wrong password", **more).wait for _ in range(times)]


# -- passwords -------------------------------------------------------------------------------------------------------


def test_a_password_is_stored_as_an_argon2_hash(office: Office) -> None:
    login.set_password(office.session, office.tom, "a good password")
    assert office.tom.password_hash.startswith("$argon2id$")
    assert "a good password" not in office.tom.password_hash


def test_outside_tests_hashing_costs_what_its_makers_recommend() -> None:
    memory = int(re.search(r"m=(\d+)", PasswordHash.recommended().hash("x"))[1])
    assert memory >= 19 * 1024 > int(re.search(r"m=(\d+)", login._HASHER.hash("x"))[1])
    assert inspect.getsource(login).count("_HASHER = PasswordHash.recommended()") == 1


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_a_bad_password_changes_nothing(small_office: Office, password: str) -> None:
    before = small_office.sara.password_hash
    with pytest.raises(Invalid, match="attention") as refusal:
        login.set_password(small_office.session, small_office.sara, password)
    assert set(refusal.value.problems) == {"password"}
    assert small_office.sara.password_hash == before


def test_a_new_password_ends_every_session(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD).token
    login.set_password(office.session, office.sara, "another password")
    assert login.identify(office.session, token, office.now) is None
    office.commit()
    assert not office.sign_in(SARA, PASSWORD).token
    assert office.sign_in(SARA, "another password").token


def test_a_password_of_any_characters_works(office: Office) -> None:
    login.set_password(office.session, office.sara, "zażółć gęślą \ud800 🐎 jaźń")
    assert office.sign_in(SARA, "zażółć gęślą \ud800 🐎 jaźń").token


# -- signing in ------------------------------------------------------------------------------------------------------


def test_the_right_password_opens_a_session(office: Office) -> None:
    token = office.sign_in("  Sara@Contoso.com ", PASSWORD).token
    assert login.identify(office.session, token, office.now).name == "Sara"


def test_only_the_hash_of_a_token_is_stored(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD).token
    stored = office.session.exec(select(LoginSession)).one()
    assert stored.token_hash == login.hashed(token) != token
    assert token not in repr(stored)


def test_every_sign_in_has_its_own_token(office: Office) -> None:
    assert office.sign_in(SARA, PASSWORD).token != office.sign_in(SARA, PASSWORD).token


def test_without_an_account_or_a_password_nobody_signs_in(office: Office) -> None:
    for email in ("nobody@contoso.com", "tom@contoso.com", "\0"):
        for password in (PASSWORD, "", "no such user"):
            assert office.sign_in(email, password) == login.Attempt()


def test_odd_input_is_merely_wrong(office: Office) -> None:
    for odd in ODD:
        assert office.sign_in(odd, odd, address=odd, agent=odd) == login.Attempt()
        assert not office.sign_in(SARA, odd).token
        assert login.identify(office.session, odd, office.now) is None
        login.sign_out(office.session, odd)


def test_odd_addresses_and_browsers_are_kept_short(office: Office) -> None:
    assert office.sign_in(SARA, PASSWORD, address="1" * 500, agent="\0Browser" * 500).token
    stored = office.session.exec(select(LoginSession)).one()
    assert (len(stored.address), len(stored.agent)) == (64, 200)


def test_a_disabled_user_cannot_sign_in(office: Office) -> None:
    office.sara.disabled = True
    assert office.sign_in(SARA, PASSWORD) == login.Attempt()


def test_no_lock_is_held_while_the_password_is_hashed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    verify, tom = login._HASHER.verify, office.tom.id

    def write_meanwhile(_self: object, *args: object) -> bool:
        db.transact(lambda session: setattr(session.get_one(User, tom), "name", "Thomas"))
        return verify(*args)

    monkeypatch.setattr(type(login._HASHER), "verify", write_meanwhile)
    assert office.sign_in(SARA, PASSWORD).token


def test_a_password_that_changes_while_it_is_hashed_opens_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify, sara = login._HASHER.verify, office.sara.id

    def change_meanwhile(_self: object, *args: object) -> bool:
        db.transact(lambda session: login.set_password(session, session.get_one(User, sara), "another password"))
        return verify(*args)

    monkeypatch.setattr(type(login._HASHER), "verify", change_meanwhile)
    assert office.sign_in(SARA, PASSWORD) == login.Attempt()


# -- slowing down ----------------------------------------------------------------------------------------------------


def test_an_account_is_slowed_down_after_five_failures(office: Office) -> None:
    assert fail(office, 5) == [0] * 5
    assert office.sign_in(SARA, PASSWORD) == login.Attempt(wait=2)
    later = office.now + timedelta(seconds=3)
    assert office.sign_in(SARA, PASSWORD, now=later).token


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(office: Office) -> None:
    now, waits = office.now, []
    for _ in range(20):
        if wait := office.sign_in(SARA, "wrong password", now=now, address=str(now)).wait:
            waits.append(wait)
            now += timedelta(seconds=wait)
    assert waits[:4] == [2, 3, 5, 9]
    fail(office, 1, now=now)
    failure = office.session.get(SignInFailure, ("account", SARA))
    assert failure.until - failure.last <= login.LONGEST_WAIT


def test_an_address_is_slowed_down_whatever_accounts_it_tries(office: Office) -> None:
    for i in range(20):
        assert office.sign_in(f"user{i}@contoso.com", "wrong", address="198.51.100.7").wait == 0
    assert office.sign_in(SARA, PASSWORD, address="198.51.100.7").wait
    assert office.sign_in(SARA, PASSWORD, address="198.51.100.8").token


def test_a_missing_account_is_slowed_down_like_a_real_one(office: Office) -> None:
    assert fail(office, 6) == fail(office, 6, "nobody@contoso.com", address="198.51.100.9")


def test_signing_in_forgives_the_account(office: Office) -> None:
    fail(office, 4)
    assert office.sign_in(SARA, PASSWORD).token
    assert fail(office, 5) == [0] * 5


def test_old_failures_are_forgotten(office: Office) -> None:
    fail(office, 12)
    assert fail(office, 5, now=office.now + 2 * HOUR) == [0] * 5
    office.sign_in("olaf@contoso.com", PASSWORD)
    login.open_session(office.session, office.olaf, address="", agent="", now=office.now + 9 * HOUR, life=SHORT)
    assert office.session.exec(select(SignInFailure)).all() == []


def test_guesses_side_by_side_are_counted_one_by_one(office: Office) -> None:
    office.commit()
    attempts: list[login.Attempt] = []

    def guess() -> None:
        attempts.append(login.attempt(SARA, "wrong", address="192.0.2.1", agent="", now=office.now, life=SHORT))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.wait for a in attempts) == [0] * 5 + [2] * 3
    assert office.session.get(SignInFailure, ("account", SARA)).count == 5


# -- sessions --------------------------------------------------------------------------------------------------------


def test_a_session_ends_after_an_idle_time(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD, life=SHORT).token
    assert login.identify(office.session, token, office.now + HOUR - timedelta(seconds=1))
    assert login.identify(office.session, token, office.now + HOUR) is None


def prolong(office: Office, token: str, now: datetime, life: login.Life = SHORT) -> bool:
    """What the gate does with a sign of a user; whether it was worth a write."""
    stay = login.find_stay(office.session, token, now)
    if due := bool(stay and stay.is_due(now, life)):
        login.prolong(office.session, token, stay.opened_on, now, life)
    return due


def end_of(office: Office) -> timedelta:
    """How long after the cast's morning the only session ends."""
    office.session.expire_all()
    return office.session.exec(select(LoginSession)).one().expires_on - office.now


def test_whoever_works_stays_signed_in(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD, life=SHORT).token
    for minutes in (50, 100, 150):
        assert prolong(office, token, office.now + timedelta(minutes=minutes))
    assert login.identify(office.session, token, office.now + 3 * HOUR - timedelta(seconds=1))


def test_nobody_stays_signed_in_longer_than_the_longest_time(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD, life=SHORT).token
    for minutes in range(50, 180, 10):
        prolong(office, token, office.now + timedelta(minutes=minutes))
    assert end_of(office) == 3 * HOUR
    assert login.identify(office.session, token, office.now + 3 * HOUR) is None


def test_a_session_is_prolonged_once_in_five_minutes_at_most(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD, life=SHORT).token
    written = [s for s in range(0, 1200, 30) if prolong(office, token, office.now + timedelta(seconds=s))]
    assert written == [300, 600, 900]
    assert end_of(office) == HOUR + timedelta(minutes=15)


def test_towards_its_very_end_a_session_is_prolonged_once_more_and_then_only_read(office: Office) -> None:
    life = login.Life(HOUR, HOUR + timedelta(minutes=2))
    token = office.sign_in(SARA, PASSWORD, life=life).token
    written = [m for m in range(62) if prolong(office, token, office.now + timedelta(minutes=m), life)]
    assert written == [2] and end_of(office) == HOUR + timedelta(minutes=2)


def test_a_longest_time_shorter_than_the_idle_time_wins(office: Office) -> None:
    office.sign_in(SARA, PASSWORD, life=login.Life(12 * HOUR, HOUR))
    assert end_of(office) == HOUR


def test_prolonging_wakes_no_session_that_has_ended(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD, life=SHORT).token
    login.prolong(office.session, token, office.now, office.now + HOUR, SHORT)
    assert end_of(office) == HOUR
    login.sign_out(office.session, token)
    login.prolong(office.session, token, office.now, office.now + timedelta(minutes=30), SHORT)
    assert office.session.exec(select(LoginSession)).all() == []


def test_prolonging_makes_no_session_shorter(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD).token
    login.prolong(office.session, token, office.now, office.now + timedelta(minutes=10), SHORT)
    assert end_of(office) == LIFE.idle


def test_a_sign_in_is_remembered_after_the_session_has_ended(office: Office) -> None:
    assert office.sara.signed_in_on is None
    token = office.sign_in(SARA, PASSWORD).token
    office.sign_in(SARA, "a wrong password", now=office.now + HOUR)
    login.sign_out(office.session, token)
    office.session.expire_all()
    assert office.sara.signed_in_on == office.now


def test_expired_sessions_are_swept(office: Office) -> None:
    office.sign_in(SARA, PASSWORD, life=SHORT)
    office.sign_in(SARA, PASSWORD, now=office.now + 2 * HOUR)
    assert len(office.session.exec(select(LoginSession)).all()) == 1


def test_signing_out_ends_one_session_and_twice_is_harmless(office: Office) -> None:
    here, there = office.sign_in(SARA, PASSWORD).token, office.sign_in(SARA, PASSWORD).token
    for _ in range(2):
        login.sign_out(office.session, here)
    assert login.identify(office.session, here, office.now) is None
    assert login.identify(office.session, there, office.now)


def test_signing_out_everywhere_ends_all_sessions_of_one_user(office: Office) -> None:
    tokens = [office.sign_in(SARA, PASSWORD).token for _ in range(2)]
    others = office.sign_in("ada@contoso.com", PASSWORD).token
    for _ in range(2):
        login.sign_out_everywhere(office.session, office.sara.id)
    assert [login.identify(office.session, t, office.now) for t in tokens] == [None, None]
    assert login.identify(office.session, others, office.now)


# -- disabling -------------------------------------------------------------------------------------------------------


def test_a_disabled_user_is_out_at_once(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD).token
    for _ in range(2):
        login.disable(office.session, office.sara, by=office.who(office.ada))
    assert login.identify(office.session, token, office.now) is None


def test_nobody_disables_himself(office: Office) -> None:
    with pytest.raises(NotAllowed, match="yourself"):
        login.disable(office.session, office.ada, by=office.who(office.ada))


def test_the_last_administrator_cannot_be_disabled(office: Office) -> None:
    with pytest.raises(NotAllowed, match="only administrator"):
        login.disable(office.session, office.ada, by=office.who(office.vera))
    set_roles(office.session, office.vera, [Role.ADMINISTRATOR])
    login.disable(office.session, office.ada, by=office.who(office.vera))
    assert office.ada.disabled


# -- one-time codes --------------------------------------------------------------------------------------------------


def test_a_link_sets_a_password_once(office: Office) -> None:
    token = login.new_password_link(office.session, office.tom, office.now)
    assert login.redeem_password_link(office.session, token, "a good password", office.now) is office.tom
    office.session.flush()
    with pytest.raises(NotFound, match="used already"):
        login.redeem_password_link(office.session, token, "a better password", office.now)
    assert office.sign_in("tom@contoso.com", "a good password").token


def test_a_link_lives_for_a_day(office: Office) -> None:
    token = login.new_password_link(office.session, office.tom, office.now)
    with pytest.raises(NotFound):
        login.redeem_password_link(office.session, token, "a good password", office.now + 24 * HOUR)
    almost = office.now + 24 * HOUR - timedelta(seconds=1)
    assert login.redeem_password_link(office.session, token, "a good password", almost)


def test_a_bad_password_keeps_the_link(office: Office) -> None:
    token = login.new_password_link(office.session, office.tom, office.now)
    with pytest.raises(Invalid):
        login.redeem_password_link(office.session, token, "short", office.now)
    assert login.redeem_password_link(office.session, token, "a good password", office.now)


def test_a_newer_link_replaces_the_older(office: Office) -> None:
    older = login.new_password_link(office.session, office.tom, office.now)
    newer = login.new_password_link(office.session, office.tom, office.now)
    assert len(office.session.exec(select(OneTimeCode)).all()) == 1
    with pytest.raises(NotFound):
        login.redeem_password_link(office.session, older, "a good password", office.now)
    assert login.redeem_password_link(office.session, newer, "a good password", office.now)


def test_a_link_forgives_failures_and_ends_sessions(office: Office) -> None:
    token = office.sign_in(SARA, PASSWORD).token
    fail(office, 6)
    link = login.new_password_link(office.session, office.sara, office.now)
    login.redeem_password_link(office.session, link, "another password", office.now)
    assert login.identify(office.session, token, office.now) is None
    assert office.sign_in(SARA, "another password").token


def test_a_disabled_user_has_no_use_for_a_link(office: Office) -> None:
    token = login.new_password_link(office.session, office.tom, office.now)
    login.disable(office.session, office.tom, by=office.who(office.ada))
    with pytest.raises(NotFound):
        login.redeem_password_link(office.session, token, "a good password", office.now)


def test_a_made_up_link_or_code_is_refused(office: Office) -> None:
    for token in ODD:
        with pytest.raises(NotFound):
            login.redeem_password_link(office.session, token, "a good password", office.now)
        assert not login.setup_code_is_right(office.session, token, office.now)


def test_the_setup_code_is_known_by_its_hash_and_replaced(office: Office) -> None:
    older = login.new_setup_code(office.session, office.now)
    newer = login.new_setup_code(office.session, office.now)
    assert not login.setup_code_is_right(office.session, older, office.now)
    assert login.setup_code_is_right(office.session, f" {newer.replace('-', ' ')} ", office.now)
    assert not login.setup_code_is_right(office.session, newer, office.now + timedelta(days=31))
    with pytest.raises(NotFound):
        login.redeem_password_link(office.session, newer, "a good password", office.now)
