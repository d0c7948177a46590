"""What people type, field kind by field kind; folded keys; whatever is typed, nothing crashes (issue 2, "Bad input")."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rxcrm.models import searching
from rxcrm.models.choices import ContactMethod, Rating
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import (
    Conventions,
    clean,
    fields_of,
    host_of,
    parse,
    parse_email,
    parse_number,
    parse_url,
    raw,
    region_of,
    show,
    tidy_phone,
)
from rxcrm.models.lead import Lead
from rxcrm.models.searching import EDGE, fold, needle, phone_key, search_text, sort_key

LEAD = fields_of(Lead)
POLISH = Conventions("pl", "Europe/Warsaw", "PL", "PLN")
quick = settings(max_examples=150, deadline=None, derandomize=True, database=None)
#: Everything that a raw client can put into a string, the nasty parts often.
anything = st.text(
    st.characters() | st.sampled_from("\0\r\n\t\x85\u2028\u202e\u200f\ud800\udfff\ufeff.,'()-+%_\\\"0159€ ™ß İıΣςé"),
    max_size=40,
)
numbers = st.text(st.sampled_from("0123456789.,'()-+eE \u00a0\u2212€$NnaAiIfF_٣"), max_size=25)


def refused(name: str, typed: str, how: Conventions = POLISH) -> str:
    with pytest.raises(BadValue) as refusal:
        parse(LEAD[name], typed, how)
    return refusal.value.text()


# -- each kind -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, typed, stored",
    [
        ("topic", "  Two\r\nlines\tand\0 a tab ", "Two lines and a tab"),
        ("topic", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("description", " One\r\nTwo\rThree \n", "One\nTwo\nThree"),
        ("last_name", "\u202eевил\u200f\u200b", "евил"),
        ("email", "Sara@Example.COM", "Sara@example.com"),
        ("email", "joão@exämple.com", "joão@exämple.com"),
        ("email", "", ""),
        ("business_phone", "22 123 45 67", "+48 22 123 45 67"),
        ("business_phone", "+1 (425) 555-0100 ext. 12", "+1 425-555-0100 ext. 12"),
        ("business_phone", "ask for Anna", "ask for Anna"),
        ("business_phone", "Anna 22 123 45 67", "Anna 22 123 45 67"),
        ("business_phone", "22 123 45 67 (home)", "22 123 45 67 (home)"),
        ("business_phone", "123", "123"),
        ("website", "www.example.com/a?b=c#d", "https://www.example.com/a?b=c#d"),
        ("website", "example.com:8080", "https://example.com:8080"),
        ("website", "HTTP://Example.com", "HTTP://Example.com"),
        ("rating", "1", Rating.HOT),
        ("rating", "", None),
        ("purchase_timeframe", "0", 0),
        ("do_not_email", "1", True),
        ("do_not_email", "0", False),
        ("do_not_email", "", False),
        ("annual_revenue", "1 234 567,50 zł", Decimal("1234567.50")),
        ("annual_revenue", "100000000000000", Decimal("100000000000000.00")),
        ("annual_revenue", "0", Decimal("0.00")),
        ("employees", "1.000.000", 1_000_000),
        ("currency", "pln", "PLN"),
        ("currency", "", ""),
        ("latitude", "-90", -90.0),
        ("latitude", "52,123456789", 52.12346),
        ("estimated_close_date", "2026-02-28", date(2026, 2, 28)),
        ("existing_account_id", "7", 7),
        ("existing_account_id", "", None),
        ("created_on", "2026-05-13T10:00", datetime(2026, 5, 13, 8, 0, tzinfo=UTC)),
    ],
)
def test_what_is_typed_becomes_what_is_stored(name: str, typed: str, stored: Any) -> None:
    value = parse(LEAD[name], typed, POLISH)
    assert (value == stored and type(value) is type(stored)) or int(value) == stored
    assert parse(LEAD[name], raw(value), Conventions("en", "UTC", "PL")) == value


@pytest.mark.parametrize(
    "name, typed, words",
    [
        ("topic", "x" * 301, "at most 300 characters; this has 301"),
        ("mobile_phone", "x" * 21, "at most 20"),
        ("description", "x" * 2001, "at most 2000"),
        ("email", "sara", "not an e-mail"),
        ("email", "a@b", "not an e-mail"),
        ("email", "a@b.com, c@d.com", "not an e-mail"),
        ("email", "x" * 60 + "@" + "y" * 50 + ".com", "at most 100"),
        ("website", "javascript:alert(1)", "not a web address"),
        ("website", "javascript:1.com", "not a web address"),
        ("website", "data:text/html,x", "not a web address"),
        ("website", "nowhere", "not a web address"),
        ("website", "<b>.com", "not a web address"),
        ("website", "http://[::1", "not a web address"),
        ("website", "two words.com", "not a web address"),
        ("rating", "4", "does not exist any more"),
        ("rating", "--1", "no option"),
        ("rating", "-1", "no option"),
        ("rating", "1.0", "no option"),
        ("rating", "9" * 5000, "too long"),
        ("do_not_email", "yes", "no option"),
        ("annual_revenue", "-1", "between"),
        ("annual_revenue", "100000000000000,01", "between"),
        ("annual_revenue", "1,005", "two decimals"),
        ("annual_revenue", "9" * 5000, "too long"),
        ("annual_revenue", "1e400", "between"),
        ("annual_revenue", "NaN", "not a number"),
        ("annual_revenue", "Infinity", "not a number"),
        ("annual_revenue", "one", "not a number"),
        ("employees", "1,5", "whole number"),
        ("employees", "1000001", "between"),
        ("latitude", "90.00001", "between"),
        ("currency", "ZZZ", "not a currency"),
        ("last_campaign_date", "2026-02-30", "not a date"),
        ("last_campaign_date", "tomorrow", "not a date"),
        ("existing_account_id", "0", "names no record"),
        ("existing_account_id", "-7", "names no record"),
        ("existing_account_id", "٣", "names no record"),
        ("existing_account_id", "9" * 19, "names no record"),
        ("created_on", "0001-01-01T00:00+14:00", "not a date"),
        ("created_on", "9999-12-31T23:59-14:00", "not a date"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence(name: str, typed: str, words: str) -> None:
    sentence = refused(name, typed)
    assert words in sentence and len(sentence) < 250


def test_over_length_counts_characters_as_people_see_them_stored() -> None:
    assert parse(LEAD["topic"], "🐎" * 300, POLISH) == "🐎" * 300
    assert parse(LEAD["topic"], " " * 1000 + "x" * 300, POLISH) == "x" * 300


@pytest.mark.parametrize(
    "typed, point, number",
    [
        ("1'234'567,89", ".", "1234567.89"),
        ("1.234.567,89", ".", "1234567.89"),
        ("1,234,567.89", ",", "1234567.89"),
        ("1.234", ".", "1.234"),
        ("1.234", ",", "1234"),
        ("1,234", ".", "1234"),
        ("1234,567", ".", "1234.567"),
        (",567", ".", "0.567"),
        ("(1.62)", ".", "-1.62"),
        ("\u22125", ".", "-5"),
        ("1\u202f234,5", ",", "1234.5"),
        ("USD100", ".", "100"),
        ("100 EUR", ".", "100"),
        ("$ 1,000", ".", "1000"),
        ("007", ".", "7"),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, point: str, number: str) -> None:
    assert parse_number(typed, point) == Decimal(number)


@pytest.mark.parametrize("typed", ["", ".", "-", "1.2.3", "1,23,4", "12.34.567", "1..2", "abc", "1 USDollars", "٫"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(BadValue):
        parse_number(typed)


def test_every_kind_is_shown_in_the_readers_language() -> None:
    how = Conventions("de", "Europe/Berlin", "DE", "EUR")
    shown = {
        "rating": (2, "Warm"),
        "do_not_email": (True, "Do Not Allow"),
        "annual_revenue": (Decimal("1234.50"), "1.234,50\xa0€"),
        "employees": (1000, "1.000"),
        "last_campaign_date": (date(2026, 5, 13), "13.05.2026"),
        "created_on": (datetime(2026, 5, 13, 10, 0, tzinfo=UTC), "13.05.26, 12:00"),
        "topic": ("Stapler", "Stapler"),
        "existing_account_id": (7, "7"),
    }
    assert {name: show(LEAD[name], value, how) for name, (value, _) in shown.items()} == {
        name: text for name, (_, text) in shown.items()
    }
    assert show(LEAD["rating"], None, how) == ""


def test_the_descriptions_match_the_specification() -> None:
    assert (LEAD["topic"].length, LEAD["mobile_phone"].length, LEAD["business_phone"].length) == (300, 20, 50)
    assert {name for name, spec in LEAD.items() if spec.required and not spec.locked} == {"topic", "last_name"}
    assert LEAD["status_reason"].always
    fresh = Lead(topic="x", last_name="y")
    assert (fresh.rating, fresh.preferred_contact_method, fresh.follow_email) == (Rating.WARM, ContactMethod.ANY, True)
    assert not fresh.decision_maker and not fresh.do_not_email and not fresh.do_not_send_marketing


@pytest.mark.parametrize(
    "country, code",
    [("Polska", "PL"), ("poland", "PL"), ("DE", "DE"), ("Österreich", "AT"), ("U.S.A.", "US"), ("", "CH"), ("?", "CH")],
)
def test_countries_are_known_by_name_and_code(country: str, code: str) -> None:
    assert region_of(country, "CH") == code


@pytest.mark.parametrize(
    "website, host",
    [("https://www.Example.com/x", "example.com"), ("example.com", "example.com"), ("", ""), ("//[", "")],
)
def test_the_host_of_a_website(website: str, host: str) -> None:
    assert host_of(website) == host


# -- whatever is typed -----------------------------------------------------------------------------------------------


@quick
@given(st.sampled_from(sorted(LEAD)), anything | numbers)
@example("rating", "--1")
@example("email", "a@\u3002")
@example("website", "http://[v1.a]/")
def test_no_input_crashes_a_field_and_what_is_stored_is_stored_again(name: str, typed: str) -> None:
    try:
        value = parse(LEAD[name], typed, POLISH)
    except BadValue as refusal:
        assert refusal.text()
        return
    canonical = Conventions("en", "UTC", POLISH.region)
    assert parse(LEAD[name], raw(value), canonical) == value
    raw(value).encode()
    assert "\0" not in raw(value)
    show(LEAD[name], value, POLISH)


@quick
@given(anything, st.booleans())
def test_cleaning_twice_is_harmless(text: str, lines: bool) -> None:
    once = clean(text, lines)
    assert clean(once, lines) == once == once.strip()
    assert lines or "\n" not in once
    once.encode()


@settings(quick, max_examples=400)
@given(numbers, st.sampled_from(".,"))
def test_no_input_crashes_parse_number(typed: str, point: str) -> None:
    with suppress(BadValue):
        assert parse_number(typed, point).is_finite()


@quick
@given(
    anything | st.text(st.sampled_from("0123456789+()-./ x#exttel"), max_size=30), st.sampled_from(["US", "PL", "??"])
)
def test_no_input_crashes_a_phone_and_tidying_twice_is_harmless(typed: str, region: str) -> None:
    value = clean(typed)
    once = tidy_phone(value, region)
    assert tidy_phone(once, region) == once
    assert len(once) <= max(50, len(value))


@quick
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_no_input_crashes_mail_and_web_addresses(typed: str) -> None:
    for reader, value in [(parse_email, f"{typed}@example.com"), (parse_email, f"a@{typed}.com"), (parse_url, typed)]:
        with suppress(BadValue):
            assert reader(reader(value)) == reader(value)
    host_of(typed)


# -- folded keys -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, folded",
    [
        ("João", "joao"),
        ("JOAO", "joao"),
        ("Łódź", "lodz"),
        ("  Two \n words ", "two words"),
        ("Straße", "strasse"),
        ("Ægir Þór", "aegir thor"),
        ("İstanbul ışık", "istanbul isik"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("ACME™ ℡", "acmetm tel"),
        ("ﬁnance", "finance"),
        ("\u200fשָׁלוֹם\u200e", "שלום"),
        ("a\0b\ud800c\u200b", "abc"),
        ("❤️", "❤"),
        ("", ""),
        ("\u0301", ""),
    ],
)
def test_folding_drops_case_accents_and_what_nobody_sees(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_folding_every_character_leaves_no_capitals_and_nothing_a_database_refuses() -> None:
    everything = fold("|".join(map(chr, range(sys.maxunicode + 1))))
    assert fold(everything) == everything == everything.casefold()
    assert "\0" not in everything and everything.encode()


@quick
@given(anything)
def test_folding_ignores_case_and_twice_is_harmless(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert fold(text.upper().lower()) == fold(text.upper())
    assert len(sort_key(text * 20)) <= searching.KEY_LENGTH
    assert len(needle(text * 20)) <= searching.LONGEST_TERM


def test_long_and_exotic_texts_fit_their_keys() -> None:
    spreading = "\ufdfa" * 300  # Each spreads into 18 letters.
    row = Lead(topic=spreading, last_name="ﷺ" * 50, company_name="ß" * 100, email="x" * 100)
    row.business_phone = row.home_phone = row.other_phone = "9" * 50
    row.mobile_phone = "1" * 20
    row.refresh_keys()
    for column in Lead.__table__.columns:
        length = getattr(column.type, "length", None) or getattr(getattr(column.type, "impl", None), "length", None)
        value = getattr(row, column.name)
        if column.name.endswith(("_key", "_digits")) and isinstance(value, str):
            assert len(value) <= length, column.name


def test_a_number_that_does_not_fit_the_phone_key_is_left_out_whole() -> None:
    numbers = [str(digit) * 50 for digit in range(1, 5)]
    assert phone_key(numbers).split() == numbers[:3]


def test_short_terms_search_beginnings_and_numbers_their_digits() -> None:
    assert needle("Ł") == EDGE + "l"
    assert needle("lo") == EDGE + "lo"
    assert needle("+48 (22) 123") == "4822123"
    assert needle("12") == EDGE + "12"
    assert needle(" \0 ") == ""
    text = search_text(["Deal 2026-05", "Łódź"], ["+48 22 123 45 67", ""])
    assert all(needle(term) in text for term in ["2026-05", "deal 2026", "lodz", "lo", "d", "22 123", "48221234567"])
    assert needle("al") not in text
