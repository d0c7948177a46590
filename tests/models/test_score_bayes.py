"""Naive Bayes by hand: weights, odds, percent, effects, and how well estimates meet what happened."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxcrm.models.scoring import bayes
from rxcrm.models.scoring.bayes import Model, calibrated, chance, fitted, learn, percent

#: Ten closed leads: six won, four lost. Of those from trade shows three of four were won, of those from the web two of five.
COUNTS = {"lead_source": {"7": (3, 1), "8": (2, 3)}, "has_phone": {"1": (5, 1), "0": (1, 3)}}


@pytest.fixture
def model() -> Model:
    return learn(6, 4, COUNTS)


def test_weights_are_those_that_were_reckoned_by_hand(model: Model) -> None:
    # Trade show: (3 + 1) / (5 + 2) of the won leads whose source is known, (1 + 1) / (4 + 2) of the lost ones.
    assert model.weights["lead_source"]["7"] == round(1000 * log((4 / 7) / (2 / 6))) == 539
    assert model.weights["lead_source"]["8"] == round(1000 * log((3 / 7) / (4 / 6))) == -442
    assert model.weights["has_phone"]["1"] == round(1000 * log((6 / 8) / (2 / 6))) == 811
    assert model.weights["has_phone"]["0"] == round(1000 * log((2 / 8) / (4 / 6))) == -981
    assert model.prior == round(1000 * log(7 / 5)) == 336


def test_the_estimate_is_the_one_that_was_reckoned_by_hand(model: Model) -> None:
    # 7/5 · 12/7 · 9/4 = 5.4 to one: 5.4 / 6.4 = 84 %.
    assert model.estimate({"lead_source": "7", "has_phone": "1"}) == 84
    # 7/5 · 9/14 · 3/8 = 0.3375 to one: 25 %.
    assert model.estimate({"lead_source": "8", "has_phone": "0"}) == 25


def test_what_is_not_known_and_what_was_never_seen_says_nothing(model: Model) -> None:
    assert model.estimate({"lead_source": None, "has_phone": None}) == percent(model.prior) == 58
    assert model.estimate({"lead_source": "3"}) == model.estimate({}) == 58


def test_an_effect_is_the_difference_to_not_knowing_the_value(model: Model) -> None:
    values = {"lead_source": "7", "has_phone": "0"}
    effects = model.effects(values)
    assert effects["has_phone"] == model.estimate(values) - model.estimate({"lead_source": "7"}) < 0
    assert effects["lead_source"] == model.estimate(values) - model.estimate({"has_phone": "0"}) > 0


def test_a_value_that_occurred_with_one_outcome_only_is_not_taken_for_certain() -> None:
    model = learn(50, 50, {"source": {"a": (50, 0), "b": (0, 50)}})
    assert 90 < model.estimate({"source": "a"}) < 100


def test_nothing_is_ever_certain() -> None:
    assert (percent(-(10**9)), percent(10**9)) == (1, 99)


@given(st.integers(-20_000, 20_000))
def test_percent_rounds_the_chance(odds: int) -> None:
    exact = 100 * chance(odds / bayes.UNIT)
    assert abs(percent(odds) - min(max(exact, 1), 99)) <= 0.55


def test_a_model_survives_being_stored(model: Model) -> None:
    again = Model.read(model.written())
    assert again.estimate({"lead_source": "7"}) == model.estimate({"lead_source": "7"})
    assert again.counts == model.counts


# -- how sure it may be ------------------------------------------------------------------------------------------------


def trust(*rows: tuple[tuple[int, ...], tuple[int, int]]) -> bayes.Trust:
    """What is found for weights (without prior) and outcomes; the fields are called a, b, c …"""
    return fitted("abc"[: len(rows[0][0])], {(0, *weights): pair for weights, pair in rows})


def test_estimates_that_are_right_already_are_left_as_they_are() -> None:
    found = trust(((-1386,), (200, 800)), ((0,), (500, 500)), ((1386,), (800, 200)))
    assert abs(found.shift) < 0.01 and abs(found.slopes["a"] - 1) < 0.01


def test_a_field_that_is_too_sure_of_itself_is_believed_less() -> None:
    # It says 95 % and 5 %, and 70 % and 30 % happen.
    found = trust(((2944,), (700, 300)), ((-2944,), (300, 700)))
    assert abs(found.shift) < 0.01 and 0.25 < found.slopes["a"] < 0.33


def test_two_fields_that_say_the_same_share_what_they_say() -> None:
    # Each alone says 80 %; together naive Bayes would say 94 %, and 80 % happen. The third is news, and stays.
    same = [((1386, 1386), 1386), ((-1386, -1386), -1386)]
    rows = []
    for weights, odds in same:
        for other in (1386, -1386):
            won = round(1000 * chance((odds + other) / 1000))
            rows.append(((*weights, other), (won, 1000 - won)))
    found = trust(*rows)
    assert found.slopes["a"] == pytest.approx(0.5, abs=0.05) == found.slopes["b"]
    assert found.slopes["c"] == pytest.approx(1, abs=0.05)


def test_few_leads_bend_the_slopes_little() -> None:
    few = trust(((1386,), (2, 2)), ((-1386,), (2, 2)))
    many = trust(((1386,), (200, 200)), ((-1386,), (200, 200)))
    assert many.slopes["a"] < 0.01 < 0.1 < few.slopes["a"] < 1


def test_leads_that_can_all_be_told_apart_make_nobody_infinitely_sure() -> None:
    assert 1 < trust(((2000,), (100, 0)), ((-2000,), (0, 100))).slopes["a"] < 10


def test_a_field_that_says_the_opposite_of_what_it_said_before_counts_for_nothing() -> None:
    found = trust(((2000,), (10, 500)), ((-2000,), (500, 10)))
    assert found.slopes == {"a": 0} and abs(found.shift) < 0.01
    assert learn(6, 4, COUNTS, bayes.Trust(0, {"lead_source": 0.0})).weights["lead_source"]["7"] == 0


def test_no_fields_at_all_are_no_trouble() -> None:
    assert fitted([], {(336,): (60, 40)}).slopes == {}


# -- calibration -------------------------------------------------------------------------------------------------------


def test_calibration_compares_what_was_expected_with_what_happened() -> None:
    found = calibrated({1386: (70, 30), -1386: (30, 70)})  # 80 % and 20 %
    assert found and (found.count, found.won, found.base) == (200, 100, 50)
    assert [(b.low, b.count, b.expected, round(b.happened)) for b in found.bins] == [
        (20, 100, 20, 30),
        (80, 100, 80, 70),
    ]


def test_the_brier_score_is_the_one_that_was_reckoned_by_hand() -> None:
    found = calibrated({1386: (3, 1), 0: (1, 1)})
    # Three at 0.8 won: 0.04 each; one lost: 0.64; two at 0.5: 0.25 each. (0.12 + 0.64 + 0.5) / 6 = 0.21.
    assert found and found.brier == pytest.approx(0.21)
    assert found.brier_base == pytest.approx(4 / 6 * 2 / 6)


def test_few_held_out_leads_make_fewer_bars() -> None:
    found = calibrated({0: (5, 5)})
    assert found and [(b.low, b.high) for b in found.bins] == [(40, 60)]


def test_nothing_held_out_is_no_calibration() -> None:
    assert calibrated({}) is None
