"""Intervals by hand, against theory, and what they cover."""

import math

import numpy as np
import pytest

from distill.stats import Spread, bootstrap, intervals, mean_interval, spread
from distill.stats.coverage import difference_interval, over_seeds, over_texts, percentile_of_texts
from distill.stats.intervals import RESAMPLES, mean


def test_student_s_t_by_hand() -> None:
    """Of 0.1, 0.2, 0.3, 0.4: deviation √(0.05/3), error half of it; t of 3 degrees 3.1824."""
    found = mean_interval([0.1, 0.2, 0.3, 0.4])
    reach = 3.182446 * math.sqrt(0.05 / 3) / 2
    assert found == pytest.approx({"f": 0.25, "low": 0.25 - reach, "high": 0.25 + reach}, rel=1e-6)


def test_an_interval_never_leaves_what_is_possible() -> None:
    assert mean_interval([0.0, 0.5])["low"] == 0.0
    assert mean_interval([-1.0, 1.0], (-1.0, 1.0)) == {"f": 0.0, "low": -1.0, "high": 1.0}


def test_of_one_text_nothing_is_known() -> None:
    assert mean_interval([0.5]) == {"f": 0.5, "low": 0.0, "high": 1.0}
    assert mean_interval([[0.1], [0.3]], (-1.0, 1.0)) == {"f": 0.2, "low": -1.0, "high": 1.0}
    assert mean([0.5]).p == 1.0


def test_equal_values_are_a_point() -> None:
    for values in ([0.2] * 3, [0.2] * 60, [[0.2] * 3] * 2):
        assert mean_interval(values) == pytest.approx({"f": 0.2, "low": 0.2, "high": 0.2})


def test_seeds_widen_it_by_hand() -> None:
    """Texts' means 0.3 and 0.5, seeds' 0.3 and 0.5: squared error twice 0.01, degrees 0.02²/(2·0.01²)."""
    found = mean([[0.2, 0.4], [0.4, 0.6]])
    assert (found.value, found.error, found.freedom) == pytest.approx((0.4, math.sqrt(0.02), 2.0))
    assert mean([[0.2, 0.4], [0.2, 0.4]]).error == pytest.approx(0.1), "seeds that agree add nothing"


def test_from_fifty_texts_on_it_is_the_bootstrap() -> None:
    values = np.random.default_rng(0).beta(2, 6, 50).tolist()
    assert mean_interval(values) == bootstrap(values)
    assert mean_interval(values[:49]) != bootstrap(values[:49])


def test_the_bootstrap_is_repeatable_and_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(0).normal(size=200).tolist()
    found = bootstrap(values)
    assert found == bootstrap(values) != bootstrap(values, seed=1)
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * np.std(values) / math.sqrt(200), rel=0.05)


def test_the_bootstrap_draws_ten_thousand_times() -> None:
    drawn = resampled(600)
    assert sum(drawn) == RESAMPLES == 10_000
    assert max(drawn) * 600 <= 1_000_000, "not all at once"


@pytest.mark.parametrize(("texts", "times"), [(90, 10), (91, 9), (120, 7), (1000, 5)])
def test_of_very_many_texts_the_bootstrap_draws_fewer_times(
    texts: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With smaller limits: ten times by default, five at the least."""
    monkeypatch.setattr(intervals, "RESAMPLES", 10)
    monkeypatch.setattr(intervals, "_FEWEST", 5)
    monkeypatch.setattr(intervals, "_DRAWN", 900)
    assert sum(resampled(texts)) == times


def resampled(texts: int) -> list[int]:
    """How many resamples of so many texts are drawn at a time."""
    drawn: list[int] = []

    def counted(values: np.ndarray, axis: int) -> np.ndarray:
        drawn.append(len(values) if axis else 0)
        return values.mean(axis=axis)

    bootstrap([0.1] * texts, counted)
    return drawn


@pytest.mark.parametrize(("texts", "least"), [(4, 0.91), (12, 0.91), (20, 0.915), (50, 0.91), (100, 0.915)])
def test_intervals_cover_what_they_say(texts: int, least: float) -> None:
    """Of 1000 trials 95% would be 0.95 ± 0.014; the percentile bootstrap held 0.78 at 4 and 0.89 at 12."""
    assert over_texts(mean_interval, texts, trials=1000) >= least


def test_the_percentile_bootstrap_did_not() -> None:
    assert over_texts(percentile_of_texts, 4, trials=1000) < 0.82
    assert over_texts(percentile_of_texts, 12, trials=1000) < 0.91


def test_intervals_count_the_seeds() -> None:
    seeds = {"seeds": 3, "texts": 100, "spread": 0.1, "trials": 1000}
    assert over_seeds(percentile_of_texts, **seeds) < 0.4, "as if other seeds would give the same"
    assert over_seeds(difference_interval, **seeds) >= 0.91


def test_the_spread_of_one_value_is_that_value() -> None:
    assert spread([0.5]) == Spread(1, 0.5, 0.5, 0.5, None, None)


def test_percentiles_need_twenty_values() -> None:
    assert spread(range(19)).p95 is None
    found = spread(range(21))
    assert (found.median, found.p5, found.p95) == (10, 1, 19)
    assert 0 <= found.low <= 10 <= found.high <= 20
